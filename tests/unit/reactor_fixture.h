/*
 * A reactor for one test, and turns that wait for something.
 */
#ifndef TESTS_UNIT_REACTOR_FIXTURE_H
#define TESTS_UNIT_REACTOR_FIXTURE_H

#include "server/reactor/reactor.h"
#include "tests/unit/reactor_kinds.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <unistd.h>
/* Behind the headers that it needs. */
#include <cmocka.h>

enum {
    BUFFERS = 8,
    BUFFER_SIZE = 1024,
    TURN_US = 20 * 1000,
    TURNS_MAX = 5000,
    ALARM_SECONDS = 300,
};

static struct reactor *reactor;
static uint64_t turns;

static void woken(void *context)
{
    (void)context;
    turns++;
}

static int setup(void **state)
{
    struct reactor_options options = {
        .kind = kind, .buffer_count = BUFFERS, .buffer_size = BUFFER_SIZE, .woken = woken};
    char error[256];

    (void)state;
    reactor = reactor_create(&options, error);
    if (reactor == NULL)
        print_error("%s\n", error);
    return reactor == NULL;
}

static int teardown(void **state)
{
    (void)state;
    reactor_destroy(reactor);
    return 0;
}

/* Turns until the condition holds; a condition that never holds fails. */
#define TURN_UNTIL(condition)                                                                      \
    do {                                                                                           \
        for (uint32_t turn_number = 0; !(condition); turn_number++) {                              \
            assert_true(turn_number < TURNS_MAX);                                                  \
            reactor_turn(reactor, TURN_US);                                                        \
        }                                                                                          \
    } while (0)

/* Turns that are to change nothing. */
static void turn_idly(void)
{
    for (uint32_t i = 0; i < 5; i++)
        reactor_turn(reactor, 2000);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

#endif
