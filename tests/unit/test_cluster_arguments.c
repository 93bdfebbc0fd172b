#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "proto/base/memory.h"
#include "server/commands/cluster_slot_stats.h"

#include <stdio.h>
#include <string.h>

enum { WORDS_MAX = 16 };

struct words {
    char text[256];
    struct span argv[WORDS_MAX];
    uint32_t argc;
};

/* Splits at single spaces. */
static void split(struct words *words, const char *line)
{
    char *rest = words->text, *word;

    snprintf(words->text, sizeof(words->text), "%s", line);
    words->argc = 0;
    while ((word = strsep(&rest, " ")) != NULL)
        words->argv[words->argc++] = span_of_string(word);
}

static void expect_slots(const char *line, bool pairs, enum cluster_code code, uint32_t expected)
{
    struct words words;
    struct slot_range *ranges = NULL;
    struct cluster_result result;
    uint32_t count;

    split(&words, line);
    result = pairs ? cluster_arguments_ranges(words.argv, words.argc, &ranges, &count)
                   : cluster_arguments_slots(words.argv, words.argc, &ranges, &count);
    assert_int_equal(result.code, code);
    if (code == CLUSTER_OK) {
        assert_int_equal(count, expected);
        memory_free(ranges);
    }
}

static void slots_and_ranges_are_read(void **state)
{
    (void)state;
    expect_slots("cluster addslots 0 16383 5 5", false, CLUSTER_OK, 4);
    expect_slots("cluster addslots 16384", false, CLUSTER_INVALID_SLOT, 0);
    expect_slots("cluster addslots 1 -1", false, CLUSTER_INVALID_SLOT, 0);
    expect_slots("cluster addslots 1 x", false, CLUSTER_INVALID_SLOT, 0);
    expect_slots("cluster addslots 01", false, CLUSTER_INVALID_SLOT, 0);
    expect_slots("cluster addslots +1", false, CLUSTER_INVALID_SLOT, 0);
    expect_slots("cluster addslots 1 ", false, CLUSTER_INVALID_SLOT, 0);
    expect_slots("cluster addslots 99999999999999999999", false, CLUSTER_INVALID_SLOT, 0);
    expect_slots("cluster addslotsrange 1 1 3 16383", true, CLUSTER_OK, 2);
    expect_slots("cluster addslotsrange 5 1 x 3", true, CLUSTER_RANGE_REVERSED, 0);
    expect_slots("cluster addslotsrange x 3 5 1", true, CLUSTER_INVALID_SLOT, 0);
    expect_slots("cluster addslotsrange 5 16384", true, CLUSTER_INVALID_SLOT, 0);
}

static void expect_error(const struct reply *reply, const char *error)
{
    char expected[256];
    int length = snprintf(expected, sizeof(expected), "-%s\r\n", error);

    if (reply->length != (size_t)length || memcmp(reply->bytes, expected, (size_t)length) != 0)
        print_message("got %.*s expected %s", (int)reply->length, reply->bytes, expected);
    assert_int_equal(reply->length, length);
    assert_memory_equal(reply->bytes, expected, (size_t)length);
}

static void resets_are_hard_or_soft(void **state)
{
    static const struct {
        const char *line;
        bool hard;
        const char *error;
    } cases[] = {
        {"cluster reset", false, NULL},
        {"cluster reset SOFT", false, NULL},
        {"cluster reset Hard", true, NULL},
        {"cluster reset firm", false, "ERR syntax error"},
        {"cluster reset soft hard", false,
         "ERR unknown subcommand or wrong number of arguments for 'reset'. Try CLUSTER HELP."},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct words words;
        struct reply reply;
        bool hard = false, fine;

        reply_init(&reply, 2);
        split(&words, cases[i].line);
        fine = cluster_arguments_reset(words.argv, words.argc, &hard, &reply);
        assert_int_equal(fine, cases[i].error == NULL);
        if (fine)
            assert_int_equal(hard, cases[i].hard);
        else
            expect_error(&reply, cases[i].error);
        reply_free(&reply);
    }
}

static bool parse_stats(const char *rest, bool all_metrics, struct slot_stats_query *query,
                        struct reply *reply)
{
    struct words words;
    char line[256];

    snprintf(line, sizeof(line), "cluster slot-stats %s", rest);
    split(&words, line);
    return cluster_arguments_slot_stats(words.argv, words.argc, all_metrics, query, reply);
}

static void slot_stats_queries_are_read(void **state)
{
    struct slot_stats_query query;
    struct reply reply;

    (void)state;
    reply_init(&reply, 2);
    assert_true(parse_stats("slotsrange 5 9", true, &query, &reply));
    assert_false(query.ordered);
    assert_int_equal(query.range.first, 5);
    assert_int_equal(query.range.last, 9);
    assert_true(parse_stats("ORDERBY network-bytes-OUT", true, &query, &reply));
    assert_true(query.ordered);
    assert_int_equal(query.metric, SLOT_METRIC_BYTES_OUT);
    assert_int_equal(query.limit, SLOT_COUNT);
    assert_false(query.ascending);
    assert_int_equal(query.range.last, SLOT_COUNT - 1);
    assert_true(parse_stats("orderby cpu-usec asc limit 3", true, &query, &reply));
    assert_true(query.ascending);
    assert_int_equal(query.limit, 3);
    assert_true(parse_stats("orderby key-count limit 16384 desc", false, &query, &reply));
    assert_int_equal(reply.length, 0);
    reply_free(&reply);
}

static void bad_slot_stats_queries_are_named(void **state)
{
#define LIMIT_ERROR "ERR Limit has to lie in between 1 and 16384 (maximum number of slots)."
#define FORM_ERROR                                                                                 \
    "ERR unknown subcommand or wrong number of arguments for 'slot-stats'. Try CLUSTER HELP."
#define TWICE_ERROR "ERR Multiple filters of the same type are disallowed."
    static const char *const cases[][2] = {
        {"slotsrange 1", FORM_ERROR},
        {"slotsrange 2 1 x", FORM_ERROR},
        {"nonsense 1 2", FORM_ERROR},
        {"slotsrange 1 a", "ERR Invalid or out of range slot"},
        {"slotsrange 1 16384", "ERR Invalid or out of range slot"},
        {"slotsrange 5 1", "ERR Start slot number 5 is greater than end slot number 1"},
        {"orderby memory-bytes", "ERR Unrecognized sort metric for ORDERBY."},
        {"orderby cpu-usec", "ERR Unrecognized sort metric for ORDERBY."},
        {"orderby key-count limit", "ERR syntax error"},
        {"orderby key-count sideways", "ERR syntax error"},
        {"orderby key-count limit 1 2", "ERR syntax error"},
        {"orderby key-count limit 0", LIMIT_ERROR},
        {"orderby key-count limit 16385", LIMIT_ERROR},
        {"orderby key-count limit -1", LIMIT_ERROR},
        {"orderby key-count limit x", LIMIT_ERROR},
        {"orderby key-count asc desc", TWICE_ERROR},
        {"orderby key-count limit 1 limit 2", TWICE_ERROR},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct slot_stats_query query;
        struct reply reply;

        reply_init(&reply, 2);
        assert_false(parse_stats(cases[i][0], false, &query, &reply));
        expect_error(&reply, cases[i][1]);
        reply_free(&reply);
    }
}

static void rows_are_ordered_and_limited(void **state)
{
    const struct slot_stats_row rows[] = {
        {1, {5, 0, 0, 9}}, {2, {7, 0, 0, 8}}, {3, {5, 0, 0, 7}}, {9, {0, 0, 0, UINT64_MAX}}};
    struct slot_stats_row sorted[4];
    struct slot_stats_query query = {.ordered = true, .metric = SLOT_METRIC_KEYS, .limit = 3};

    (void)state;
    memcpy(sorted, rows, sizeof(rows));
    assert_int_equal(cluster_slot_stats_order(&query, sorted, 4), 3);
    assert_int_equal(sorted[0].slot, 2);
    assert_int_equal(sorted[1].slot, 1);
    assert_int_equal(sorted[2].slot, 3);
    query.ascending = true;
    query.limit = SLOT_COUNT;
    memcpy(sorted, rows, sizeof(rows));
    assert_int_equal(cluster_slot_stats_order(&query, sorted, 4), 4);
    assert_int_equal(sorted[0].slot, 9);
    assert_int_equal(sorted[1].slot, 1);
    assert_int_equal(sorted[3].slot, 2);
    query.metric = SLOT_METRIC_BYTES_OUT;
    assert_int_equal(cluster_slot_stats_order(&query, sorted, 4), 4);
    assert_int_equal(sorted[3].slot, 9);
    query.ordered = false;
    memcpy(sorted, rows, sizeof(rows));
    assert_int_equal(cluster_slot_stats_order(&query, sorted, 4), 4);
    assert_int_equal(sorted[3].slot, 9);
}

static void rows_are_written_in_both_protocols(void **state)
{
    const struct slot_stats_row row = {3, {5, 6, 7, 8}};
    static const char all[] = "*1\r\n*2\r\n:3\r\n%4\r\n$9\r\nkey-count\r\n:5\r\n$8\r\ncpu-usec\r\n"
                              ":6\r\n$16\r\nnetwork-bytes-in\r\n:7\r\n$17\r\nnetwork-bytes-out\r\n"
                              ":8\r\n";
    static const char keys[] = "*1\r\n*2\r\n:3\r\n*2\r\n$9\r\nkey-count\r\n:5\r\n";
    struct reply reply;

    (void)state;
    reply_init(&reply, 3);
    cluster_slot_stats_reply(&row, 1, true, &reply);
    assert_int_equal(reply.length, sizeof(all) - 1);
    assert_memory_equal(reply.bytes, all, reply.length);
    reply_free(&reply);
    reply_init(&reply, 2);
    cluster_slot_stats_reply(&row, 1, false, &reply);
    assert_int_equal(reply.length, sizeof(keys) - 1);
    assert_memory_equal(reply.bytes, keys, reply.length);
    reply_free(&reply);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(slots_and_ranges_are_read),
        cmocka_unit_test(resets_are_hard_or_soft),
        cmocka_unit_test(slot_stats_queries_are_read),
        cmocka_unit_test(bad_slot_stats_queries_are_named),
        cmocka_unit_test(rows_are_ordered_and_limited),
        cmocka_unit_test(rows_are_written_in_both_protocols),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
