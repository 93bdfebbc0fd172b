#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "proto/base/random.h"
#include "server/observe/latency.h"
#include "server/observe/statistics.h"

enum { SECONDS = 1000 };

/* Random events against a table with the worst of every second. */
static void a_series_keeps_the_newest_seconds(void **state)
{
    static uint32_t worst[SECONDS];
    struct latency_series series = {0};
    struct random random;
    uint32_t worst_ever = 0;
    uint32_t kept = 0;

    (void)state;
    random_seed(&random, 11);
    for (int64_t second = 1; second < SECONDS; second++) {
        for (uint64_t events = random_below(&random, 4); events > 0; events--) {
            uint32_t latency = 1 + (uint32_t)random_below(&random, 500);

            latency_series_add(&series, second, latency);
            worst[second] = latency > worst[second] ? latency : worst[second];
            worst_ever = latency > worst_ever ? latency : worst_ever;
        }
    }
    assert_int_equal(series.max_ms, worst_ever);
    for (int64_t second = SECONDS - 1; second > 0 && kept < LATENCY_HISTORY_MAX; second--) {
        const struct latency_sample *sample;

        if (worst[second] == 0)
            continue;
        kept++;
        sample = &series.samples[(series.next + LATENCY_HISTORY_MAX - kept) % LATENCY_HISTORY_MAX];
        assert_int_equal(sample->second, second);
        assert_int_equal(sample->latency_ms, worst[second]);
    }
    assert_int_equal(kept, LATENCY_HISTORY_MAX);
}

static void events_have_names(void **state)
{
    (void)state;
    assert_string_equal(latency_event_name(LATENCY_COMMAND), "command");
    assert_string_equal(latency_event_name(LATENCY_FAST_COMMAND), "fast-command");
    assert_string_equal(latency_event_name(LATENCY_EXPIRE_CYCLE), "expire-cycle");
}

static void rates_are_averages(void **state)
{
    struct statistics statistics = {0};
    time_ms now = 1700000000000;

    (void)state;
    statistics_tick(&statistics, now);
    assert_int_equal(rate_per_second(&statistics.command_rate), 0);
    for (uint32_t i = 0; i < RATE_SAMPLES; i++) {
        statistics.commands += 50;
        statistics.bytes_received += 1000;
        statistics_tick(&statistics, now += 100);
    }
    assert_int_equal(rate_per_second(&statistics.command_rate), 500);
    assert_int_equal(rate_per_second(&statistics.receive_rate), 10000);
    assert_int_equal(rate_per_second(&statistics.send_rate), 0);
    /* A clock set back, a counter that starts again: no nonsense, and on it goes. */
    statistics_tick(&statistics, now -= 100000);
    statistics.commands = 0;
    statistics_tick(&statistics, now += 100);
    assert_int_equal(rate_per_second(&statistics.command_rate), 500);
    for (uint32_t i = 0; i < RATE_SAMPLES; i++)
        statistics_tick(&statistics, now += 100);
    assert_int_equal(rate_per_second(&statistics.command_rate), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_series_keeps_the_newest_seconds),
        cmocka_unit_test(events_have_names),
        cmocka_unit_test(rates_are_averages),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
