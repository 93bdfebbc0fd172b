/*
 * The reactor with real sockets: what arrives is complete and in order whatever runs short, every
 * send ends once, and streams end as promised.
 */
#include "proto/base/memory.h"
#include "tests/unit/reactor_fixture.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>
/* Behind the headers that it needs. */
#include <cmocka.h>

enum { PINNED_MAX = 64 };

/* ---- A stream that keeps book ---- */

struct endpoint {
    struct stream stream; /* first */
    uint64_t received;    /* bytes */
    uint64_t wrong;       /* bytes that are not those of the pattern */
    uint32_t receives;
    uint32_t sent;
    uint32_t ended;
    uint32_t finished;
    int send_error;
    int end_error;
    uint64_t closed_in; /* turn */
    uint64_t finished_in;
    bool pins;  /* keeps what it receives */
    bool stops; /* pauses at each receive */
    bool closes_when_received;
    bool closes_when_sent;
    bool closes_when_ended;
    struct receive_buffer *pinned[PINNED_MAX];
    uint32_t pinned_count;
};

/* Byte number `i` of what is sent: of no period that a buffer's size divides. */
static char pattern(uint64_t i)
{
    return (char)(i % 251 ^ i / 251 % 241);
}

static void endpoint_close(struct endpoint *endpoint)
{
    endpoint->closed_in = turns;
    stream_close(&endpoint->stream);
    assert_int_equal(endpoint->finished, 0);
}

static void received(struct stream *stream, struct receive_buffer *buffer, size_t length)
{
    struct endpoint *endpoint = (struct endpoint *)stream;

    assert_int_equal(endpoint->finished, 0);
    assert_int_equal(endpoint->ended, 0);
    assert_true(length > 0 && length <= buffer->capacity);
    endpoint->receives++;
    for (size_t i = 0; i < length; i++)
        endpoint->wrong += buffer->bytes[i] != pattern(endpoint->received + i);
    endpoint->received += length;
    if (endpoint->pins) {
        assert_true(endpoint->pinned_count < PINNED_MAX);
        endpoint->pinned[endpoint->pinned_count++] = buffer;
    } else {
        receive_buffer_unpin(buffer);
    }
    if (endpoint->stops)
        stream_pause(stream);
    if (endpoint->closes_when_received)
        endpoint_close(endpoint);
}

static void sent(struct stream *stream, int error)
{
    struct endpoint *endpoint = (struct endpoint *)stream;

    endpoint->sent++;
    endpoint->send_error = error;
    if (endpoint->closes_when_sent)
        endpoint_close(endpoint);
}

static void ended(struct stream *stream, int error)
{
    struct endpoint *endpoint = (struct endpoint *)stream;

    assert_false(stream->closing);
    endpoint->ended++;
    endpoint->end_error = error;
    if (endpoint->closes_when_ended)
        endpoint_close(endpoint);
}

static void finished(struct stream *stream)
{
    struct endpoint *endpoint = (struct endpoint *)stream;

    endpoint->finished++;
    endpoint->finished_in = turns;
}

static const struct stream_handler handler = {
    .received = received, .sent = sent, .ended = ended, .finished = finished};

/* An endpoint at one end of a TCP connection; the other end's descriptor, which blocks. */
static int endpoint_open(struct endpoint *endpoint)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof(address);
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    int other = socket(AF_INET, SOCK_STREAM, 0);
    int fd;

    assert_int_equal(bind(listener, (struct sockaddr *)&address, length), 0);
    assert_int_equal(listen(listener, 1), 0);
    assert_int_equal(getsockname(listener, (struct sockaddr *)&address, &length), 0);
    assert_int_equal(connect(other, (struct sockaddr *)&address, length), 0);
    fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK);
    assert_true(fd >= 0);
    close(listener);
    memset(endpoint, 0, sizeof(*endpoint));
    stream_open(&endpoint->stream, reactor, fd, &handler);
    return other;
}

static void endpoint_end(struct endpoint *endpoint, int other)
{
    if (!endpoint->stream.closing)
        endpoint_close(endpoint);
    TURN_UNTIL(endpoint->finished > 0);
    turn_idly();
    assert_int_equal(endpoint->finished, 1);
    if (other >= 0)
        close(other);
}

/* Sends with a reset instead of an orderly end. */
static void reset(int fd)
{
    struct linger linger = {.l_onoff = 1};

    setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger));
    close(fd);
}

/* Writes bytes [from, from + length) of the pattern; how many the kernel has taken. */
static size_t write_pattern(int fd, uint64_t from, size_t length, int flags)
{
    char bytes[4096];
    size_t done = 0;

    while (done < length) {
        size_t piece = length - done < sizeof(bytes) ? length - done : sizeof(bytes);
        ssize_t count;

        for (size_t i = 0; i < piece; i++)
            bytes[i] = pattern(from + done + i);
        count = send(fd, bytes, piece, flags | MSG_NOSIGNAL);
        if (count < 0)
            break;
        done += (size_t)count;
    }
    return done;
}

/* ---- Receiving ---- */

static void test_receive_many_buffers(void **state)
{
    struct endpoint endpoint;
    int other = endpoint_open(&endpoint);
    uint64_t written = 0;

    (void)state;
    while (written < 1000 * 1000) {
        written += write_pattern(other, written, 10 * 1000, MSG_DONTWAIT);
        reactor_turn(reactor, 0);
    }
    TURN_UNTIL(endpoint.received == written);
    assert_int_equal(endpoint.wrong, 0);
    assert_true(endpoint.receives >= written / BUFFER_SIZE);
    endpoint_end(&endpoint, other);
}

static void unpin_all(struct endpoint *endpoint)
{
    for (uint32_t i = 0; i < endpoint->pinned_count; i++)
        receive_buffer_unpin(endpoint->pinned[i]);
    endpoint->pinned_count = 0;
}

/* All buffers are kept while more arrives: it waits in the kernel, and comes when they are back. */
static void test_buffers_run_out(void **state)
{
    enum { LENGTH = 3 * BUFFERS * BUFFER_SIZE };
    struct endpoint endpoint;
    int other = endpoint_open(&endpoint);

    (void)state;
    endpoint.pins = true;
    assert_int_equal(write_pattern(other, 0, LENGTH, 0), LENGTH);
    for (uint32_t round = 1; round < 3; round++) {
        TURN_UNTIL(endpoint.pinned_count == BUFFERS);
        turn_idly();
        assert_int_equal(endpoint.pinned_count, BUFFERS);
        assert_int_equal(endpoint.received, round * BUFFERS * BUFFER_SIZE);
        assert_int_equal(endpoint.ended, 0);
        unpin_all(&endpoint);
    }
    TURN_UNTIL(endpoint.received == LENGTH);
    assert_int_equal(endpoint.wrong, 0);
    unpin_all(&endpoint);
    endpoint_end(&endpoint, other);
}

/* A single buffer that comes back is enough for others to go on, one after the other. */
static void test_starved_streams_share(void **state)
{
    enum { STREAMS = 20, LENGTH = 5 * BUFFER_SIZE };
    struct endpoint holder;
    struct endpoint endpoints[STREAMS];
    int others[STREAMS];
    int other = endpoint_open(&holder);

    (void)state;
    holder.pins = true;
    write_pattern(other, 0, BUFFERS * BUFFER_SIZE, 0);
    TURN_UNTIL(holder.pinned_count == BUFFERS);
    for (uint32_t i = 0; i < STREAMS; i++) {
        others[i] = endpoint_open(&endpoints[i]);
        assert_int_equal(write_pattern(others[i], 0, LENGTH, 0), LENGTH);
    }
    turn_idly();
    for (uint32_t i = 0; i < STREAMS; i++)
        assert_int_equal(endpoints[i].received, 0);
    /* One of the starved is paused, another closed: neither gets anything. */
    stream_pause(&endpoints[3].stream);
    endpoint_close(&endpoints[7]);
    receive_buffer_unpin(holder.pinned[--holder.pinned_count]);
    for (uint32_t i = 0; i < STREAMS; i++)
        if (i != 3 && i != 7)
            TURN_UNTIL(endpoints[i].received == LENGTH);
    assert_int_equal(endpoints[3].received, 0);
    stream_resume(&endpoints[3].stream);
    TURN_UNTIL(endpoints[3].received == LENGTH);
    for (uint32_t i = 0; i < STREAMS; i++) {
        assert_int_equal(endpoints[i].wrong, 0);
        endpoint_end(&endpoints[i], others[i]);
    }
    assert_int_equal(endpoints[7].received, 0);
    unpin_all(&holder);
    endpoint_end(&holder, other);
}

static void test_pause_and_resume(void **state)
{
    struct endpoint endpoint;
    int other = endpoint_open(&endpoint);
    uint64_t before;

    (void)state;
    write_pattern(other, 0, 100, 0);
    TURN_UNTIL(endpoint.received == 100);
    stream_pause(&endpoint.stream);
    turn_idly();
    before = endpoint.received;
    write_pattern(other, 100, 50 * 1000, MSG_DONTWAIT);
    turn_idly();
    assert_int_equal(endpoint.received, before);
    stream_resume(&endpoint.stream);
    TURN_UNTIL(endpoint.received == 50 * 1000 + 100);
    assert_int_equal(endpoint.wrong, 0);
    endpoint_end(&endpoint, other);
}

/* Pauses and resumes in every order, with the cancellation submitted or not. */
static void test_pause_and_resume_at_random(void **state)
{
    struct endpoint endpoint;
    int other = endpoint_open(&endpoint);
    uint64_t written = 0;
    uint32_t seed = 12345;

    (void)state;
    while (written < 2000 * 1000) {
        seed = seed * 1664525 + 1013904223;
        written += write_pattern(other, written, seed >> 8 & 2047, MSG_DONTWAIT);
        endpoint.stops = seed >> 20 & 1;
        switch (seed >> 24 & 7) {
        case 0:
        case 1:
            stream_pause(&endpoint.stream);
            break;
        case 2:
        case 3:
        case 4:
            stream_resume(&endpoint.stream);
            break;
        case 5:
            reactor_submit(reactor);
            break;
        default:
            reactor_turn(reactor, 0);
            break;
        }
    }
    endpoint.stops = false;
    stream_resume(&endpoint.stream);
    TURN_UNTIL(endpoint.received == written);
    assert_int_equal(endpoint.wrong, 0);
    /* And it still hears of the end. */
    close(other);
    TURN_UNTIL(endpoint.ended == 1);
    endpoint_end(&endpoint, -1);
}

/* A paused stream is as good as deaf, in whatever state pausing met it. */
static void test_paused_stays_paused(void **state)
{
    (void)state;
    for (uint32_t variant = 0; variant < 16; variant++) {
        struct endpoint endpoint;
        int other = endpoint_open(&endpoint);
        uint64_t before;
        uint64_t written;

        reactor_turn(reactor, 0);
        for (uint32_t step = 0; step < 4; step++) {
            if (variant & 1u << step)
                reactor_submit(reactor);
            if (step % 2 == 0)
                stream_pause(&endpoint.stream);
            else
                stream_resume(&endpoint.stream);
        }
        stream_pause(&endpoint.stream);
        turn_idly();
        before = endpoint.received;
        written = write_pattern(other, 0, 3000, 0);
        turn_idly();
        assert_int_equal(endpoint.received, before);
        stream_resume(&endpoint.stream);
        TURN_UNTIL(endpoint.received == written);
        assert_int_equal(endpoint.wrong, 0);
        endpoint_end(&endpoint, other);
    }
}

static void test_end_and_reset_of_the_peer(void **state)
{
    struct endpoint endpoint;
    int other = endpoint_open(&endpoint);

    (void)state;
    write_pattern(other, 0, 5000, 0);
    shutdown(other, SHUT_WR);
    TURN_UNTIL(endpoint.ended == 1);
    assert_int_equal(endpoint.received, 5000);
    assert_int_equal(endpoint.end_error, 0);
    /* No more of it, and no second end. */
    stream_pause(&endpoint.stream);
    stream_resume(&endpoint.stream);
    turn_idly();
    assert_int_equal(endpoint.ended, 1);
    endpoint_end(&endpoint, other);

    other = endpoint_open(&endpoint);
    endpoint.closes_when_ended = true;
    write_pattern(other, 0, 500, 0);
    TURN_UNTIL(endpoint.received == 500);
    reset(other);
    TURN_UNTIL(endpoint.ended == 1);
    assert_int_equal(endpoint.end_error, -ECONNRESET);
    endpoint_end(&endpoint, -1);
}

static void test_close_when_received(void **state)
{
    struct endpoint endpoint;
    int other = endpoint_open(&endpoint);

    (void)state;
    endpoint.closes_when_received = true;
    write_pattern(other, 0, 5 * BUFFER_SIZE, 0);
    TURN_UNTIL(endpoint.finished == 1);
    assert_int_equal(endpoint.receives, 1);
    endpoint_end(&endpoint, other);

    /* The buffers of what came behind it are not lost. */
    other = endpoint_open(&endpoint);
    write_pattern(other, 0, 20 * BUFFER_SIZE, 0);
    TURN_UNTIL(endpoint.received == 20 * BUFFER_SIZE);
    endpoint_end(&endpoint, other);
}

/* ---- Sending ---- */

enum { SEND_LENGTH = 3 * 1000 * 1000, PARTS = STREAM_SEND_PARTS_MAX };

/* Parts of very different lengths, some empty, that make up the pattern together. */
static char *make_parts(struct iovec parts[PARTS])
{
    char *bytes = memory_new(SEND_LENGTH);
    size_t start = 0;

    for (size_t i = 0; i < SEND_LENGTH; i++)
        bytes[i] = pattern(i);
    for (uint32_t i = 0; i < PARTS; i++) {
        size_t length = i % 5 == 3 ? 1 : i % 5 == 4 ? 0 : (size_t)SEND_LENGTH / (PARTS + 2);

        if (i == PARTS - 1)
            length = SEND_LENGTH - start;
        parts[i] = (struct iovec){bytes + start, length};
        start += length;
    }
    return bytes;
}

static void small_send_buffer(struct endpoint *endpoint)
{
    int size = 4096;

    assert_int_equal(setsockopt(endpoint->stream.fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof(size)),
                     0);
}

/* Reads a little per turn, until `length` bytes have come or the send is over. */
static uint64_t read_slowly(int other, uint64_t from, uint64_t length)
{
    char bytes[20000];
    uint64_t done = 0;

    for (uint32_t round = 0; done < length && round < 1000 * 1000; round++) {
        ssize_t count = recv(other, bytes, sizeof(bytes), MSG_DONTWAIT);

        for (ssize_t i = 0; i < count; i++)
            assert_int_equal(bytes[i], pattern(from + done + (uint64_t)i));
        if (count > 0)
            done += (uint64_t)count;
        reactor_turn(reactor, count > 0 ? 0 : 1000);
    }
    return done;
}

static void test_send_to_a_slow_reader(void **state)
{
    struct iovec parts[PARTS];
    char *bytes = make_parts(parts);
    struct iovec whole = {bytes, SEND_LENGTH};
    struct endpoint endpoint;
    int other = endpoint_open(&endpoint);

    (void)state;
    small_send_buffer(&endpoint);
    stream_send(&endpoint.stream, parts, PARTS);
    turn_idly();
    assert_int_equal(endpoint.sent, 0);
    assert_int_equal(read_slowly(other, 0, SEND_LENGTH), SEND_LENGTH);
    TURN_UNTIL(endpoint.sent == 1);
    assert_int_equal(endpoint.send_error, 0);
    stream_send(&endpoint.stream, &whole, 1);
    assert_int_equal(read_slowly(other, 0, SEND_LENGTH), SEND_LENGTH);
    TURN_UNTIL(endpoint.sent == 2);
    assert_int_equal(endpoint.send_error, 0);
    endpoint_end(&endpoint, other);
    memory_free(bytes);
}

/* Receiving goes on, stops and starts while a send is stuck. */
static void test_receive_while_sending(void **state)
{
    struct iovec parts[PARTS];
    char *bytes = make_parts(parts);
    struct endpoint endpoint;
    int other = endpoint_open(&endpoint);

    (void)state;
    small_send_buffer(&endpoint);
    stream_send(&endpoint.stream, parts, PARTS);
    write_pattern(other, 0, 1000, 0);
    TURN_UNTIL(endpoint.received == 1000);
    stream_pause(&endpoint.stream);
    turn_idly();
    assert_int_equal(endpoint.sent, 0);
    write_pattern(other, 1000, 1000, 0);
    stream_resume(&endpoint.stream);
    TURN_UNTIL(endpoint.received == 2000);
    /* The other end says nothing more, but reads. */
    shutdown(other, SHUT_WR);
    TURN_UNTIL(endpoint.ended == 1);
    assert_int_equal(endpoint.sent, 0);
    assert_int_equal(read_slowly(other, 0, SEND_LENGTH), SEND_LENGTH);
    TURN_UNTIL(endpoint.sent == 1);
    assert_int_equal(endpoint.send_error, 0);
    assert_int_equal(endpoint.wrong, 0);
    endpoint_end(&endpoint, other);
    memory_free(bytes);
}

static void test_reset_while_sending(void **state)
{
    struct iovec parts[PARTS];
    char *bytes = make_parts(parts);

    (void)state;
    for (uint32_t count = 1; count <= PARTS; count += PARTS - 1) {
        struct endpoint endpoint;
        int other = endpoint_open(&endpoint);

        small_send_buffer(&endpoint);
        stream_send(&endpoint.stream, count == 1 ? &parts[PARTS - 1] : parts, count);
        reactor_turn(reactor, 0);
        reset(other);
        TURN_UNTIL(endpoint.sent == 1 && endpoint.ended == 1);
        assert_true(endpoint.send_error == -ECONNRESET || endpoint.send_error == -EPIPE);
        turn_idly();
        assert_int_equal(endpoint.sent, 1);
        assert_int_equal(endpoint.ended, 1);
        endpoint_end(&endpoint, -1);
    }
    memory_free(bytes);
}

/* ---- Closing ---- */

static void test_close_with_all_under_way(void **state)
{
    struct iovec parts[PARTS];
    char *bytes = make_parts(parts);

    (void)state;
    for (uint32_t variant = 0; variant < 8; variant++) {
        struct endpoint endpoint;
        int other = endpoint_open(&endpoint);

        small_send_buffer(&endpoint);
        if (variant & 1)
            reactor_turn(reactor, 0);
        stream_send(&endpoint.stream, parts, PARTS);
        if (variant & 2)
            reactor_turn(reactor, 0);
        if (variant & 4)
            stream_pause(&endpoint.stream);
        endpoint_close(&endpoint);
        TURN_UNTIL(endpoint.finished == 1);
        assert_int_equal(endpoint.sent, 0);
        assert_int_equal(endpoint.ended, 0);
        /* The reader sees an end or a reset, after some of the bytes. */
        while (read(other, bytes, SEND_LENGTH) > 0)
            continue;
        endpoint_end(&endpoint, other);
        memory_free(bytes);
        bytes = make_parts(parts);
    }
    memory_free(bytes);
}

static void test_close_in_handlers(void **state)
{
    struct iovec part = {(char *)(uintptr_t) "x", 1};
    struct endpoint endpoint;
    int other = endpoint_open(&endpoint);

    (void)state;
    endpoint.closes_when_sent = true;
    stream_send(&endpoint.stream, &part, 1);
    TURN_UNTIL(endpoint.finished == 1);
    assert_int_equal(endpoint.sent, 1);
    endpoint_end(&endpoint, other);

    other = endpoint_open(&endpoint);
    endpoint.closes_when_ended = true;
    close(other);
    TURN_UNTIL(endpoint.finished == 1);
    endpoint_end(&endpoint, -1);
}

/*
 * More streams than the kernel takes requests at once are closed by one handler: their memory is
 * needed until the turn is over, since others may have kept their addresses for its end.
 */
static void test_finished_comes_in_a_later_turn(void **state)
{
    enum { STREAMS = 3000 };
    struct endpoint *endpoints = memory_new_zeroed(STREAMS, sizeof(*endpoints));
    struct rlimit limit;
    uint32_t done = 0;

    (void)state;
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
    if (limit.rlim_cur < 2 * STREAMS + 100) {
        memory_free(endpoints);
        skip();
    }
    for (uint32_t i = 0; i < STREAMS; i++) {
        int fds[2];

        assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fds), 0);
        stream_open(&endpoints[i].stream, reactor, fds[0], &handler);
        endpoints[i].closes_when_received = true;
        assert_int_equal(write(fds[1], "\0", 1), 1);
        close(fds[1]);
    }
    for (uint32_t round = 0; done < STREAMS && round < TURNS_MAX; round++) {
        reactor_turn(reactor, 1000);
        done = 0;
        for (uint32_t i = 0; i < STREAMS; i++)
            done += endpoints[i].finished;
    }
    assert_int_equal(done, STREAMS);
    for (uint32_t i = 0; i < STREAMS; i++) {
        assert_int_equal(endpoints[i].finished, 1);
        assert_true(endpoints[i].finished_in > endpoints[i].closed_in);
    }
    memory_free(endpoints);
}

static void test_heap_buffers(void **state)
{
    struct receive_buffer *buffer = receive_buffer_create(100000);

    (void)state;
    assert_int_equal(buffer->capacity, 100000);
    memset(buffer->bytes, 1, buffer->capacity);
    receive_buffer_pin(buffer);
    receive_buffer_unpin(buffer);
    assert_int_equal(buffer->pins, 1);
    receive_buffer_unpin(buffer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_receive_many_buffers),
        TEST(test_buffers_run_out),
        TEST(test_starved_streams_share),
        TEST(test_pause_and_resume),
        TEST(test_pause_and_resume_at_random),
        TEST(test_paused_stays_paused),
        TEST(test_end_and_reset_of_the_peer),
        TEST(test_close_when_received),
        TEST(test_send_to_a_slow_reader),
        TEST(test_receive_while_sending),
        TEST(test_reset_while_sending),
        TEST(test_close_with_all_under_way),
        TEST(test_close_in_handlers),
        TEST(test_finished_comes_in_a_later_turn),
        TEST(test_heap_buffers),
    };

    /* A bell or completion that never comes must not hang for ever. */
    alarm(ALARM_SECONDS);
    return RUN_WITH_EACH_KIND(tests);
}
