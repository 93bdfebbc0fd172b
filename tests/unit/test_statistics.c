/* Histograms, error codes and rates. */
#include "server/observe/statistics.h"

#include "proto/base/memory.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
/* Behind the headers that it needs. */
#include <cmocka.h>

static uint32_t only_bucket(uint64_t duration)
{
    struct histogram histogram = {0};

    histogram_add(&histogram, duration);
    for (uint32_t i = 0; i < HISTOGRAM_BUCKETS; i++)
        if (histogram.buckets[i] != 0)
            return i;
    fail_msg("%llu is in no bucket", (unsigned long long)duration);
    return 0;
}

/* Every bucket ends where the next one begins, and holds its own top. */
static void test_buckets_meet(void **state)
{
    (void)state;
    for (uint32_t i = 0; i + 1 < HISTOGRAM_BUCKETS; i++) {
        uint64_t top = histogram_bucket_top(i);

        assert_int_equal(only_bucket(top), i);
        assert_int_equal(only_bucket(top + 1), i + 1);
        assert_true(histogram_bucket_top(i + 1) > top);
    }
    assert_int_equal(only_bucket(0), 0);
    assert_int_equal(only_bucket(UINT64_MAX), HISTOGRAM_BUCKETS - 1);
    /* "Over a minute" is what the header promises. */
    assert_true(histogram_bucket_top(HISTOGRAM_BUCKETS - 1) > 60ull * 1000 * 1000 * 1000);
}

/* No value is reported as less than it is, or as more than an eighth above. */
static void test_precision(void **state)
{
    (void)state;
    for (uint64_t duration = 1; duration < 60000000000ull; duration += duration / 3 + 1) {
        uint64_t top = histogram_bucket_top(only_bucket(duration));

        assert_true(top >= duration);
        assert_true(top - duration <= duration / 8);
    }
}

static void test_percentiles(void **state)
{
    struct histogram low = {0};
    struct histogram high = {0};

    (void)state;
    assert_int_equal(histogram_percentile(&low, 50), 0);
    for (uint32_t i = 0; i < 900; i++)
        histogram_add(&low, 5);
    for (uint32_t i = 0; i < 100; i++)
        histogram_add(&high, 1000);
    assert_int_equal(histogram_percentile(&low, 100), 5);
    histogram_merge(&low, &high);
    assert_int_equal(low.count, 1000);
    assert_int_equal(histogram_percentile(&low, 0), 5);
    assert_int_equal(histogram_percentile(&low, 90), 5);
    assert_int_equal(histogram_percentile(&low, 91), histogram_bucket_top(only_bucket(1000)));
    assert_int_equal(histogram_percentile(&low, 100), histogram_bucket_top(only_bucket(1000)));
}

static void count_error(struct statistics *statistics, const char *line)
{
    statistics_error(statistics, span_of(line, strlen(line)));
}

static void test_error_codes(void **state)
{
    struct statistics statistics;

    (void)state;
    statistics_create(&statistics);
    count_error(&statistics, "ERR one\r\n");
    count_error(&statistics, "WRONGTYPE two\r\n");
    count_error(&statistics, "ERR three\r\n");
    count_error(&statistics, "ERRATIC\r\n");
    assert_int_equal(statistics.errors, 4);
    assert_int_equal(statistics.error_codes, 3);
    assert_string_equal(statistics.errors_by_code[0].code, "ERR");
    assert_int_equal(statistics.errors_by_code[0].count, 2);
    assert_string_equal(statistics.errors_by_code[1].code, "WRONGTYPE");
    assert_string_equal(statistics.errors_by_code[2].code, "ERRATIC");
    /* Longer than any code: cut, not written past the end. */
    count_error(&statistics, "ABCDEFGHIJKLMNOPQRSTUVWXYZABCDEFGHIJKLMNOPQRSTUVWXYZ x\r\n");
    assert_int_equal(strlen(statistics.errors_by_code[3].code), STATISTICS_ERROR_CODE_MAX - 1);
    statistics_free(&statistics);
}

static void test_reset_keeps_changes(void **state)
{
    struct statistics statistics;

    (void)state;
    statistics_create(&statistics);
    statistics.changes = 7;
    statistics.commands = 9;
    statistics.commands_by_id[0].calls = 3;
    statistics.commands_by_id[0].latency = memory_new_zeroed(1, sizeof(struct histogram));
    count_error(&statistics, "ERR one\r\n");
    statistics_reset(&statistics);
    assert_int_equal(statistics.changes, 7);
    assert_int_equal(statistics.commands, 0);
    assert_int_equal(statistics.error_codes, 0);
    assert_int_equal(statistics.commands_by_id[0].calls, 0);
    assert_null(statistics.commands_by_id[0].latency);
    statistics_free(&statistics);
}

static void test_rates(void **state)
{
    struct statistics statistics;
    time_ms now = 1000000;

    (void)state;
    statistics_create(&statistics);
    statistics_tick(&statistics, now);
    assert_int_equal(rate_per_second(&statistics.command_rate), 0);
    for (uint32_t i = 0; i < RATE_SAMPLES; i++) {
        statistics.commands += 50;
        statistics_tick(&statistics, now += 100);
    }
    assert_int_equal(rate_per_second(&statistics.command_rate), 500);
    /* Counters that fall and clocks that stand still or go back are no rate. */
    statistics.commands = 0;
    statistics_tick(&statistics, now += 100);
    assert_int_equal(rate_per_second(&statistics.command_rate), 500);
    statistics.commands = 1000;
    statistics_tick(&statistics, now);
    statistics_tick(&statistics, now - 5000);
    assert_int_equal(rate_per_second(&statistics.command_rate), 500);
    statistics_free(&statistics);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_buckets_meet),        cmocka_unit_test(test_precision),
        cmocka_unit_test(test_percentiles),         cmocka_unit_test(test_error_codes),
        cmocka_unit_test(test_reset_keeps_changes), cmocka_unit_test(test_rates),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
