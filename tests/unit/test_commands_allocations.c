/*
 * What the hot commands ask of the allocator: a GET nothing, a SET that replaces nothing beyond a
 * value that no longer fits where the old one lay.
 */
#include "tests/unit/command_fixture.h"

#ifndef TESSERA_SANITIZED
#include <jemalloc/jemalloc.h>

/* Bytes that this thread has ever allocated. */
static uint64_t allocated(void)
{
    uint64_t bytes;
    size_t size = sizeof(bytes);

    assert_int_equal(mallctl("thread.allocated", &bytes, &size, NULL, 0), 0);
    return bytes;
}

/* Runs `words` many times with a reply whose buffer is there already; the bytes allocated
 * meanwhile. */
static uint64_t bytes_for(struct command_fixture *fixture, const struct span *words, uint32_t count)
{
    struct reply reply;
    uint64_t before;
    struct cmd cmd = {.command = command_find(words[0]),
                      .argv = words,
                      .argc = count,
                      .keyspace = fixture->keyspace,
                      .first_key = keyspace_key(fixture->keyspace, words[1]),
                      .reply = &reply,
                      .config = fixture->config,
                      .now = fixture->now};

    reply_init(&reply, 2);
    reply_room(&reply, 4096);
    before = allocated();
    for (int i = 0; i < 1000; i++) {
        cmd.command->run(&cmd);
        reply_clear(&reply);
    }
    before = allocated() - before;
    reply_free(&reply);
    return before;
}

static void test_get_allocates_nothing(void **state)
{
    struct command_fixture *fixture = *state;
    char large[4000];
    struct span set[] = {SPAN("SET"), SPAN("key"), SPAN("value")};
    struct span get[] = {SPAN("GET"), SPAN("key")};
    struct span absent[] = {SPAN("GET"), SPAN("absent")};

    memset(large, 'v', sizeof(large));
    fixture_run_words(fixture, set, 3);
    assert_int_equal(bytes_for(fixture, get, 2), 0);
    assert_int_equal(bytes_for(fixture, absent, 2), 0);
    set[2] = span_of(large, sizeof(large) - 100);
    fixture_run_words(fixture, set, 3);
    assert_int_equal(bytes_for(fixture, get, 2), 0);
    set[2] = SPAN("12345");
    fixture_run_words(fixture, set, 3);
    assert_int_equal(bytes_for(fixture, get, 2), 0);
}

static void test_set_in_place_allocates_nothing(void **state)
{
    struct command_fixture *fixture = *state;
    struct span set[] = {SPAN("SET"), SPAN("key"), SPAN("sixteen bytes...")};

    fixture_run_words(fixture, set, 3);
    assert_int_equal(bytes_for(fixture, set, 3), 0);
    set[2] = SPAN("Sixteen Bytes!!!");
    assert_int_equal(bytes_for(fixture, set, 3), 0);
}

static void test_incr_allocates_nothing(void **state)
{
    struct command_fixture *fixture = *state;
    struct span incr[] = {SPAN("INCR"), SPAN("counter")};

    fixture_run_words(fixture, incr, 2);
    assert_int_equal(bytes_for(fixture, incr, 2), 0);
}
#endif

int main(void)
{
#ifdef TESSERA_SANITIZED
    /* The sanitizers' allocator does not tell. */
    return 0;
#else
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_get_allocates_nothing, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(test_set_in_place_allocates_nothing, fixture_setup,
                                        fixture_teardown),
        cmocka_unit_test_setup_teardown(test_incr_allocates_nothing, fixture_setup,
                                        fixture_teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
#endif
}
