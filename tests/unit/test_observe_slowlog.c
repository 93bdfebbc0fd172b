#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "proto/base/memory.h"
#include "server/config/config.h"
#include "server/connection/connection.h"
#include "server/observe/slowlog.h"
#include "server/shard/shard.h"

#include <stdio.h>
#include <stdlib.h>

/* As much of a node as the slow log looks at. */
struct fixture {
    struct node node;
    struct config *config;
    struct connection connection;
    struct shard shard;
};

static int set_up(void **state)
{
    struct fixture *fixture = aligned_alloc(64, (sizeof(*fixture) + 63) / 64 * 64);

    memset(fixture, 0, sizeof(*fixture));
    fixture->config = config_create();
    fixture->connection.name = memory_copy("me", 2);
    snprintf(fixture->connection.address, sizeof(fixture->connection.address), "1.2.3.4:5");
    fixture->shard.node = &fixture->node;
    fixture->shard.config = fixture->config;
    fixture->shard.now = 1700000000123;
    fixture->shard.slowlog = slowlog_create();
    fixture->shard.thread_id = (uint64_t)pthread_self();
    *state = fixture;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *fixture = *state;

    slowlog_destroy(fixture->shard.slowlog);
    memory_free(fixture->connection.name);
    config_free(fixture->config);
    free(fixture);
    return 0;
}

static void add(struct fixture *fixture, const struct span *argv, uint32_t argc, uint64_t us)
{
    slowlog_add(&fixture->shard, &fixture->connection, argv, argc, us);
}

static const struct slowlog_entry *newest(const struct fixture *fixture)
{
    return list_entry(fixture->shard.slowlog->entries.next, struct slowlog_entry, link);
}

static void an_entry_tells_who_and_when(void **state)
{
    struct fixture *fixture = *state;
    const struct span argv[] = {SPAN("get"), SPAN("key")};
    const struct slowlog_entry *entry;

    add(fixture, argv, 2, 17);
    entry = newest(fixture);
    assert_int_equal(entry->id, 0);
    assert_int_equal(entry->second, 1700000000);
    assert_int_equal(entry->duration_us, 17);
    assert_int_equal(entry->argc, 2);
    assert_true(span_equal(entry->argv[1], SPAN("key")));
    assert_string_equal(entry->address, "1.2.3.4:5");
    assert_string_equal(entry->name, "me");
}

static void the_oldest_go(void **state)
{
    struct fixture *fixture = *state;
    const struct span argv[] = {SPAN("get")};
    uint64_t expected = 999;

    fixture->config->slowlog_max_len = 10;
    for (uint64_t i = 0; i < 1000; i++)
        add(fixture, argv, 1, i);
    assert_int_equal(fixture->shard.slowlog->count, 10);
    list_for_each (link, &fixture->shard.slowlog->entries)
        assert_int_equal(list_entry(link, struct slowlog_entry, link)->id, expected--);
    assert_int_equal(expected, 989);
    fixture->config->slowlog_max_len = 3;
    add(fixture, argv, 1, 0);
    assert_int_equal(fixture->shard.slowlog->count, 3);
    fixture->config->slowlog_max_len = 0;
    add(fixture, argv, 1, 0);
    assert_int_equal(fixture->shard.slowlog->count, 0);
    assert_true(list_empty(&fixture->shard.slowlog->entries));
}

static void many_arguments_are_cut(void **state)
{
    struct fixture *fixture = *state;
    struct span argv[100];
    const struct slowlog_entry *entry;

    for (uint32_t i = 0; i < 100; i++)
        argv[i] = SPAN("x");
    add(fixture, argv, 32, 0);
    entry = newest(fixture);
    assert_int_equal(entry->argc, 32);
    assert_true(span_equal(entry->argv[31], SPAN("x")));
    add(fixture, argv, 33, 0);
    entry = newest(fixture);
    assert_int_equal(entry->argc, 32);
    assert_true(span_equal(entry->argv[30], SPAN("x")));
    assert_true(span_equal(entry->argv[31], SPAN("... (2 more arguments)")));
    add(fixture, argv, 100, 0);
    assert_true(span_equal(newest(fixture)->argv[31], SPAN("... (69 more arguments)")));
}

static void long_arguments_are_cut(void **state)
{
    struct fixture *fixture = *state;
    static char bytes[100000];
    char expected[SLOWLOG_ARGUMENT_BYTES_MAX + 64];
    struct span argv[2] = {SPAN("get"), {bytes, 0}};

    memset(bytes, 'A', sizeof(bytes));
    for (size_t length = 127; length <= sizeof(bytes);
         length = length < 130 ? length + 1 : length * 2) {
        struct span kept;

        argv[1].length = length;
        add(fixture, argv, 2, 0);
        kept = newest(fixture)->argv[1];
        if (length <= 128) {
            assert_true(span_equal(kept, argv[1]));
            continue;
        }
        snprintf(expected, sizeof(expected), "%.128s... (%zu more bytes)", bytes, length - 128);
        assert_true(span_equal(kept, span_of_string(expected)));
    }
}

static void passwords_are_not_kept(void **state)
{
    struct fixture *fixture = *state;
    const struct span argv[] = {SPAN("AUTH"), SPAN("secret")};

    add(fixture, argv, 2, 0);
    assert_true(span_equal(newest(fixture)->argv[1], SPAN("(redacted)")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(an_entry_tells_who_and_when, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_oldest_go, set_up, tear_down),
        cmocka_unit_test_setup_teardown(many_arguments_are_cut, set_up, tear_down),
        cmocka_unit_test_setup_teardown(long_arguments_are_cut, set_up, tear_down),
        cmocka_unit_test_setup_teardown(passwords_are_not_kept, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
