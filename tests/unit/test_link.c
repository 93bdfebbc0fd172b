/*
 * Links with real sockets: they come up or are told why not, carry everything in order whatever the
 * pieces, and may be closed at any moment. All that is done by plain links and by TLS.
 */
#include "proto/base/memory.h"
#include "server/link/link.h"
#include "tests/unit/reactor_fixture.h"
#include "tests/unit/tls_fixture.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
/* Behind the headers that it needs. */
#include <cmocka.h>

enum { LIMIT_MS = 60000, LARGE = 1 << 20, MANY = 200 };

static struct tls_identity authority;
static struct tls_identity node;
static struct tls_identity stranger; /* of an authority that nobody knows */
static struct tls_context *context;  /* of the links; NULL: plain */

/* ---- A side that keeps book ---- */

enum close_when { CLOSE_NEVER, CLOSE_UP, CLOSE_RECEIVED, CLOSE_SENT, CLOSE_DOWN };

struct side {
    struct link *link;
    uint32_t ups;
    uint32_t downs;
    uint32_t empties;
    int error;
    uint64_t received;
    uint64_t wrong;
    enum close_when closes;
    bool closed;
};

static char pattern(uint64_t i)
{
    return (char)(i % 251 ^ i / 251 % 241);
}

static void side_close(struct side *side)
{
    assert_false(side->closed);
    side->closed = true;
    link_close(side->link);
}

static struct side *side_of(struct link *link)
{
    struct side *side = link_context(link);

    assert_false(side->closed);
    assert_int_equal(side->downs, 0);
    return side;
}

static void up(struct link *link)
{
    struct side *side = side_of(link);

    side->ups++;
    if (side->closes == CLOSE_UP)
        side_close(side);
}

static void received(struct link *link, struct span bytes)
{
    struct side *side = side_of(link);

    assert_int_equal(side->ups, 1);
    for (size_t i = 0; i < bytes.length; i++)
        side->wrong += bytes.data[i] != pattern(side->received + i);
    side->received += bytes.length;
    if (side->closes == CLOSE_RECEIVED)
        side_close(side);
}

static void sent(struct link *link)
{
    struct side *side = side_of(link);

    side->empties++;
    assert_int_equal(link_unsent(link), 0);
    if (side->closes == CLOSE_SENT)
        side_close(side);
}

static void down(struct link *link, int error)
{
    struct side *side = side_of(link);

    side->downs++;
    side->error = error;
    if (side->closes == CLOSE_DOWN)
        side_close(side);
}

static const struct link_handler handler = {
    .up = up, .received = received, .sent = sent, .down = down};

/* ---- Sockets ---- */

static int listen_somewhere(uint16_t *port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof(address);
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    assert_int_equal(bind(fd, (struct sockaddr *)&address, length), 0);
    assert_int_equal(listen(fd, 8), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &length), 0);
    *port = ntohs(address.sin_port);
    return fd;
}

static void side_connect(struct side *side, const char *host, uint16_t port)
{
    struct link_options options = {
        .host = host, .port = port, .tls = context, .connect_limit_ms = LIMIT_MS};

    side->link = link_connect(reactor, &options, &handler, side);
}

/* Two sides of one connection. */
static void pair_open(struct side *a, struct side *b)
{
    uint16_t port;
    int listener = listen_somewhere(&port);
    int fd;

    side_connect(a, "127.0.0.1", port);
    reactor_submit(reactor);
    fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK);
    assert_true(fd >= 0);
    b->link = link_accept(reactor, fd, context, &handler, b);
    assert_int_equal(b->ups, 0);
    TURN_UNTIL(a->ups == 1 && b->ups == 1);
    close(listener);
}

static void side_end(struct side *side)
{
    if (!side->closed)
        side_close(side);
    turn_idly();
}

static char *pattern_bytes(size_t length)
{
    char *bytes = memory_new(length);

    for (size_t i = 0; i < length; i++)
        bytes[i] = pattern(i);
    return bytes;
}

/* ---- Tests ---- */

static void test_connect(void **state)
{
    struct side a = {0};
    struct side b = {0};
    char remote[LINK_HOST_MAX];
    char local[LINK_HOST_MAX];

    (void)state;
    pair_open(&a, &b);
    link_hosts(b.link, remote, local);
    assert_string_equal(remote, "127.0.0.1");
    assert_string_equal(local, "127.0.0.1");
    side_close(&a);
    TURN_UNTIL(b.downs == 1);
    assert_int_equal(b.error, 0);
    /* Dropped. */
    link_send(b.link, SPAN("x"));
    assert_int_equal(link_unsent(b.link), 0);
    side_end(&b);
}

static void test_refused(void **state)
{
    struct side side = {.closes = CLOSE_DOWN};
    uint16_t port;

    (void)state;
    close(listen_somewhere(&port));
    side_connect(&side, "127.0.0.1", port);
    assert_int_equal(side.downs, 0);
    TURN_UNTIL(side.downs == 1);
    assert_int_equal(side.error, -ECONNREFUSED);
    assert_int_equal(side.ups, 0);
    turn_idly();
}

/* Nobody answers there; the limit does not depend on how the kernel says so. */
static void test_connect_limit(void **state)
{
    struct side side = {0};
    struct link_options options = {.host = "192.0.2.1", .port = 9, .connect_limit_ms = 50};

    (void)state;
    side.link = link_connect(reactor, &options, &handler, &side);
    TURN_UNTIL(side.downs == 1);
    assert_true(side.error < 0);
    side_end(&side);
}

static void test_bad_source(void **state)
{
    struct side side = {0};
    struct link_options options = {
        .host = "127.0.0.1", .port = 9, .source = "192.0.2.7", .connect_limit_ms = LIMIT_MS};

    (void)state;
    side.link = link_connect(reactor, &options, &handler, &side);
    TURN_UNTIL(side.downs == 1);
    assert_int_equal(side.error, -EADDRNOTAVAIL);
    side_end(&side);
}

static void test_name(void **state)
{
    struct side side = {0};
    struct side accepted = {0};
    uint16_t port;
    int listener = listen_somewhere(&port);
    int fd = -1;

    (void)state;
    fcntl(listener, F_SETFL, O_NONBLOCK);
    side_connect(&side, "localhost", port);
    TURN_UNTIL(side.downs > 0 || (fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK)) >= 0);
    assert_int_equal(side.error, 0);
    accepted.link = link_accept(reactor, fd, context, &handler, &accepted);
    TURN_UNTIL(side.ups == 1);
    side_end(&side);
    side_end(&accepted);
    close(listener);
}

static void test_unknown_name(void **state)
{
    struct side side = {0};

    (void)state;
    side_connect(&side, "no.such.name.invalid", 9);
    TURN_UNTIL(side.downs == 1);
    assert_true(side.error < 0);
    side_end(&side);
}

static void test_close_early(void **state)
{
    struct side sides[3] = {0};
    uint16_t port;
    int listener = listen_somewhere(&port);

    (void)state;
    side_connect(&sides[0], "127.0.0.1", port);
    side_connect(&sides[1], "localhost", port);
    side_connect(&sides[2], "127.0.0.1", port);
    side_close(&sides[0]);
    side_close(&sides[1]);
    reactor_submit(reactor);
    side_close(&sides[2]);
    turn_idly();
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(sides[i].ups + sides[i].downs, 0);
    close(listener);
}

static void test_close_within(void **state)
{
    (void)state;
    for (int when = CLOSE_UP; when <= CLOSE_DOWN; when++) {
        struct side a = {.closes = (enum close_when)when};
        struct side b = {0};
        uint16_t port;
        int listener = listen_somewhere(&port);
        int fd;

        side_connect(&a, "127.0.0.1", port);
        if (when != CLOSE_DOWN)
            link_send(a.link, SPAN("early"));
        reactor_submit(reactor);
        fd = accept(listener, NULL, NULL);
        b.link = link_accept(reactor, fd, context, &handler, &b);
        link_send(b.link, span_of(&(char){pattern(0)}, 1));
        if (when == CLOSE_DOWN) {
            TURN_UNTIL(a.ups == 1);
            side_close(&b);
        }
        TURN_UNTIL(a.closed);
        side_end(&b);
        close(listener);
    }
}

/* Pieces of all sizes, more at once than a send takes, to somebody who reads slowly. */
static void test_order(void **state)
{
    struct side a = {0};
    struct side b = {0};
    char *bytes = pattern_bytes(LARGE);
    size_t length = 1;
    size_t at = 0;

    (void)state;
    pair_open(&a, &b);
    link_pause(b.link);
    while (at < LARGE) {
        length = length * 7 % 9973 + 1;
        if (length > LARGE - at)
            length = LARGE - at;
        link_send(a.link, span_of(bytes + at, length));
        at += length;
        if (length % 3 == 0)
            reactor_turn(reactor, 0);
    }
    assert_true(link_send_memory(a.link) >= link_unsent(a.link));
    memory_free(bytes);
    link_resume(b.link);
    TURN_UNTIL(b.received == LARGE && link_unsent(a.link) == 0);
    assert_int_equal(b.wrong, 0);
    assert_true(a.empties > 0);
    assert_int_equal(link_send_memory(a.link), 0);
    side_end(&a);
    side_end(&b);
}

static void release(void *owner)
{
    ++*(uint32_t *)owner;
}

static void test_shared(void **state)
{
    struct side a = {0};
    struct side b = {0};
    char *bytes = pattern_bytes(LARGE);
    uint32_t released = 0;
    size_t each = LARGE / MANY;

    (void)state;
    pair_open(&a, &b);
    link_send_shared(a.link, span_of(bytes, 0), release, &released);
    assert_int_equal(released, 1);
    for (size_t i = 0; i < MANY; i++) {
        if (i % 5 == 0)
            link_send(a.link, span_of(bytes + i * each, each));
        else
            link_send_shared(a.link, span_of(bytes + i * each, each), release, &released);
    }
    TURN_UNTIL(b.received == MANY * each && link_unsent(a.link) == 0);
    assert_int_equal(b.wrong, 0);
    assert_int_equal(released, 1 + MANY / 5 * 4);
    /* Closed with bytes that never leave: they are let go as well. */
    released = 0;
    link_pause(b.link);
    for (size_t i = 0; i < 50; i++)
        link_send_shared(a.link, span_of(bytes, LARGE), release, &released);
    reactor_turn(reactor, 0);
    side_close(&a);
    TURN_UNTIL(released == 50);
    side_end(&b);
    memory_free(bytes);
}

static void test_send_to_the_dead(void **state)
{
    struct side a = {0};
    struct side b = {0};
    char *bytes = pattern_bytes(LARGE);
    uint32_t released = 0;

    (void)state;
    pair_open(&a, &b);
    side_close(&b);
    for (size_t i = 0; i < 20; i++)
        link_send_shared(a.link, span_of(bytes, LARGE), release, &released);
    TURN_UNTIL(a.downs == 1);
    link_send_shared(a.link, span_of(bytes, 1), release, &released);
    side_close(&a);
    TURN_UNTIL(released == 21);
    memory_free(bytes);
}

/* ---- TLS alone ---- */

/* What becomes of a link to somebody by these contexts. */
static void pair_fail(struct tls_context *of_a, struct tls_context *of_b)
{
    struct side a = {0};
    struct side b = {0};
    uint16_t port;
    int listener = listen_somewhere(&port);
    struct link_options options = {
        .host = "127.0.0.1", .port = port, .tls = of_a, .connect_limit_ms = LIMIT_MS};

    a.link = link_connect(reactor, &options, &handler, &a);
    link_send(a.link, SPAN("early"));
    reactor_submit(reactor);
    b.link = link_accept(reactor, accept4(listener, NULL, NULL, SOCK_NONBLOCK), of_b, &handler, &b);
    TURN_UNTIL(a.downs + a.received > 0 && b.downs + b.received > 0);
    assert_int_equal(a.received + b.received, 0);
    assert_true(a.error == -EPROTO || b.error == -EPROTO);
    side_end(&a);
    side_end(&b);
    close(listener);
}

static void test_strangers(void **state)
{
    struct tls_context *unknown = tls_fixture_context(&stranger, &authority, NULL);

    (void)state;
    pair_fail(context, unknown);
    pair_fail(unknown, context);
    tls_context_release(unknown);
}

static void test_only_one_by_tls(void **state)
{
    struct side side = {0};
    uint16_t port;
    int listener = listen_somewhere(&port);
    char bytes[64];
    int fd;

    (void)state;
    side_connect(&side, "127.0.0.1", port);
    reactor_submit(reactor);
    fd = accept(listener, NULL, NULL);
    TURN_UNTIL(recv(fd, bytes, sizeof(bytes), MSG_DONTWAIT) > 0);
    assert_int_equal(bytes[0], 22); /* a handshake */
    assert_int_equal(send(fd, "+PONG\r\n+PONG\r\n", 14, 0), 14);
    TURN_UNTIL(side.downs == 1);
    assert_int_equal(side.error, -EPROTO);
    side_end(&side);
    close(fd);
    close(listener);
}

static void test_silence(void **state)
{
    struct side side = {0};
    uint16_t port;
    int listener = listen_somewhere(&port);
    struct link_options options = {
        .host = "127.0.0.1", .port = port, .tls = context, .connect_limit_ms = 50};

    (void)state;
    side.link = link_connect(reactor, &options, &handler, &side);
    TURN_UNTIL(side.downs == 1);
    assert_int_equal(side.error, -ETIMEDOUT);
    assert_int_equal(side.ups, 0);
    side_end(&side);
    close(listener);
}

/* Paused from the beginning: it comes up, and what it has to say leaves. */
static void test_paused_early(void **state)
{
    struct side a = {0};
    struct side b = {0};
    uint16_t port;
    int listener = listen_somewhere(&port);

    (void)state;
    side_connect(&a, "127.0.0.1", port);
    link_pause(a.link);
    link_send(a.link, span_of(&(char){pattern(0)}, 1));
    reactor_submit(reactor);
    b.link =
        link_accept(reactor, accept4(listener, NULL, NULL, SOCK_NONBLOCK), context, &handler, &b);
    TURN_UNTIL(a.ups == 1 && b.received == 1);
    link_resume(a.link);
    link_send(b.link, span_of(&(char){pattern(0)}, 1));
    TURN_UNTIL(a.received == 1);
    side_end(&a);
    side_end(&b);
    close(listener);
}

static void make_identities(void)
{
    authority = tls_identity_make("authority", NULL);
    node = tls_identity_make("node", &authority);
    stranger = tls_identity_make("stranger", NULL);
    context = tls_fixture_context(&node, &authority, NULL);
}

static void free_identities(void)
{
    tls_context_release(context);
    tls_identity_free(&authority);
    tls_identity_free(&node);
    tls_identity_free(&stranger);
    rmdir(tls_fixture_directory());
}

#define TESTS_OF_BOTH                                                                              \
    TEST(test_connect), TEST(test_refused), TEST(test_connect_limit), TEST(test_bad_source),       \
        TEST(test_name), TEST(test_unknown_name), TEST(test_close_early), TEST(test_close_within), \
        TEST(test_order), TEST(test_shared), TEST(test_send_to_the_dead)

int main(void)
{
    const struct CMUnitTest plain[] = {TESTS_OF_BOTH};
    const struct CMUnitTest by_tls[] = {
        TESTS_OF_BOTH,      TEST(test_strangers),    TEST(test_only_one_by_tls),
        TEST(test_silence), TEST(test_paused_early),
    };

    int failures;

    alarm(ALARM_SECONDS);
    failures = RUN_WITH_EACH_KIND(plain);
    make_identities();
    failures += RUN_WITH_EACH_KIND(by_tls);
    free_identities();
    return failures;
}
