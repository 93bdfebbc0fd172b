/*
 * The reactor's listeners, with their errors, and the bells between two reactors.
 */
#include "tests/unit/reactor_fixture.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>
/* Behind the headers that it needs. */
#include <cmocka.h>

/* ---- Listeners ---- */

struct door {
    struct listener listener; /* first */
    uint32_t accepted;
    uint32_t errors;
    int last_error;
    int fds[16];
};

static void accepted(struct listener *listener, int fd)
{
    struct door *door = (struct door *)listener;

    if (fd < 0) {
        door->errors++;
        door->last_error = fd;
        return;
    }
    assert_int_equal(fcntl(fd, F_GETFL) & O_NONBLOCK, O_NONBLOCK);
    assert_int_equal(fcntl(fd, F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
    door->fds[door->accepted++] = fd;
}

static struct sockaddr_in door_open(struct door *door)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof(address);

    *door = (struct door){.listener = {.accepted = accepted}};
    door->listener.fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    assert_int_equal(bind(door->listener.fd, (struct sockaddr *)&address, length), 0);
    assert_int_equal(listen(door->listener.fd, 100), 0);
    assert_int_equal(getsockname(door->listener.fd, (struct sockaddr *)&address, &length), 0);
    reactor_listen(reactor, &door->listener);
    return address;
}

static int knock(const struct sockaddr_in *address)
{
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    assert_int_equal(connect(fd, (const struct sockaddr *)address, sizeof(*address)), 0);
    return fd;
}

static void test_listen_and_unlisten(void **state)
{
    struct door door;
    struct sockaddr_in address = door_open(&door);
    int clients[4];
    int late;

    (void)state;
    for (uint32_t i = 0; i < 4; i++)
        clients[i] = knock(&address);
    TURN_UNTIL(door.accepted == 4);
    reactor_listen(reactor, &door.listener); /* no effect */
    reactor_unlisten(&door.listener);
    reactor_unlisten(&door.listener);
    turn_idly();
    late = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(connect(late, (struct sockaddr *)&address, sizeof(address)), -1);
    assert_int_equal(errno, ECONNREFUSED);
    assert_int_equal(door.accepted, 4);
    assert_int_equal(door.errors, 0);
    close(late);
    for (uint32_t i = 0; i < 4; i++) {
        close(clients[i]);
        close(door.fds[i]);
    }
}

/* Who comes between unlisten and its end is not leaked: the descriptor is closed. */
static void test_unlisten_with_a_client_at_the_door(void **state)
{
    struct door door;
    struct sockaddr_in address = door_open(&door);
    char byte;
    int client;

    (void)state;
    reactor_turn(reactor, 0);
    client = knock(&address);
    reactor_unlisten(&door.listener);
    turn_idly();
    assert_int_equal(door.accepted, 0);
    assert_true(recv(client, &byte, 1, 0) <= 0);
    close(client);
}

static void test_no_descriptors_left(void **state)
{
    struct door door;
    struct sockaddr_in address = door_open(&door);
    struct rlimit before;
    struct rlimit none;
    int client = knock(&address);

    (void)state;
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
    none = before;
    none.rlim_cur = (rlim_t)client + 1;
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
    TURN_UNTIL(door.errors > 0);
    assert_int_equal(door.last_error, -EMFILE);
    /* It does not try again by itself, which would spin. */
    turn_idly();
    assert_int_equal(door.errors, 1);
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
    reactor_listen(reactor, &door.listener);
    TURN_UNTIL(door.accepted == 1);
    close(door.fds[0]);
    close(client);
    client = knock(&address);
    TURN_UNTIL(door.accepted == 2);
    close(door.fds[1]);
    close(client);
    reactor_unlisten(&door.listener);
    turn_idly();
}

/* ---- Bells ---- */

enum { RINGS = 20000 };

struct ringer {
    struct reactor *reactor;
    struct ringer *other;
    pthread_barrier_t *barrier;
    _Atomic uint32_t rung; /* by the other one */
    uint32_t answered;
};

static void woken_elsewhere(void *context)
{
    (void)context;
}

/* Each turn sleeps until the other one has rung, which it does once per answer. */
static void *ringer_main(void *argument)
{
    struct ringer *ringer = argument;
    struct reactor_options options = {
        .kind = kind, .buffer_count = 8, .buffer_size = 1024, .woken = woken_elsewhere};
    char error[256];

    ringer->reactor = reactor_create(&options, error);
    pthread_barrier_wait(ringer->barrier);
    while (ringer->answered < RINGS) {
        while (atomic_load(&ringer->rung) == ringer->answered)
            reactor_turn(ringer->reactor, 3600ll * 1000 * 1000);
        ringer->answered++;
        atomic_fetch_add(&ringer->other->rung, 1);
        reactor_ring_bell(ringer->reactor, ringer->other->reactor);
        if (ringer->answered % 2 == 0)
            reactor_submit(ringer->reactor);
    }
    reactor_submit(ringer->reactor);
    pthread_barrier_wait(ringer->barrier);
    reactor_destroy(ringer->reactor);
    return NULL;
}

static void test_bells(void **state)
{
    pthread_barrier_t barrier;
    struct ringer ringers[2] = {0};
    pthread_t threads[2];

    (void)state;
    pthread_barrier_init(&barrier, NULL, 2);
    for (uint32_t i = 0; i < 2; i++)
        ringers[i] = (struct ringer){.other = &ringers[1 - i], .barrier = &barrier};
    ringers[0].rung = 1;
    for (uint32_t i = 0; i < 2; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, ringer_main, &ringers[i]), 0);
    for (uint32_t i = 0; i < 2; i++)
        pthread_join(threads[i], NULL);
    assert_int_equal(ringers[0].answered, RINGS);
    assert_int_equal(ringers[1].answered, RINGS);
    pthread_barrier_destroy(&barrier);
}

/* A bell for a reactor that is awake makes its next turn not wait. */
static void test_bell_before_the_turn(void **state)
{
    struct reactor_options options = {
        .kind = kind, .buffer_count = 8, .buffer_size = 1024, .woken = woken};
    char error[256];
    struct reactor *other = reactor_create(&options, error);

    (void)state;
    assert_non_null(other);
    reactor_ring_bell(other, reactor);
    reactor_submit(other);
    reactor_turn(reactor, 3600ll * 1000 * 1000);
    /* To oneself as well. */
    reactor_ring_bell(reactor, reactor);
    reactor_turn(reactor, 3600ll * 1000 * 1000);
    reactor_destroy(other);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_listen_and_unlisten),  TEST(test_unlisten_with_a_client_at_the_door),
        TEST(test_no_descriptors_left),  TEST(test_bells),
        TEST(test_bell_before_the_turn),
    };

    /* A bell or completion that never comes must not hang for ever. */
    alarm(ALARM_SECONDS);
    return RUN_WITH_EACH_KIND(tests);
}
