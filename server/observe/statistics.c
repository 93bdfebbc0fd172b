#include "server/observe/statistics.h"

#include "proto/base/assert.h"
#include "proto/base/memory.h"
#include "server/commands/command.h"

static uint32_t bucket_of(uint64_t duration)
{
    uint32_t exponent;
    uint32_t bucket;

    if (duration < (1u << HISTOGRAM_SUB_BITS))
        return (uint32_t)duration;
    exponent = 63 - (uint32_t)__builtin_clzll(duration);
    bucket = ((exponent - HISTOGRAM_SUB_BITS + 1) << HISTOGRAM_SUB_BITS) +
             (uint32_t)((duration >> (exponent - HISTOGRAM_SUB_BITS)) &
                        ((1u << HISTOGRAM_SUB_BITS) - 1));
    return bucket < HISTOGRAM_BUCKETS ? bucket : HISTOGRAM_BUCKETS - 1;
}

uint64_t histogram_bucket_top(uint32_t bucket)
{
    uint32_t exponent = bucket >> HISTOGRAM_SUB_BITS;
    uint64_t fraction = bucket & ((1u << HISTOGRAM_SUB_BITS) - 1);

    ASSERT(bucket < HISTOGRAM_BUCKETS);
    if (exponent == 0)
        return bucket;
    return ((fraction + (1u << HISTOGRAM_SUB_BITS) + 1) << (exponent - 1)) - 1;
}

void histogram_add(struct histogram *histogram, uint64_t duration)
{
    histogram->count++;
    histogram->buckets[bucket_of(duration)]++;
}

void histogram_merge(struct histogram *into, const struct histogram *from)
{
    into->count += from->count;
    for (uint32_t i = 0; i < HISTOGRAM_BUCKETS; i++)
        into->buckets[i] += from->buckets[i];
}

uint64_t histogram_percentile(const struct histogram *histogram, double percent)
{
    uint64_t wanted = (uint64_t)((double)histogram->count * percent / 100.0 + 0.5);
    uint64_t seen = 0;

    if (histogram->count == 0)
        return 0;
    if (wanted == 0)
        wanted = 1;
    for (uint32_t i = 0; i < HISTOGRAM_BUCKETS; i++) {
        seen += histogram->buckets[i];
        if (seen >= wanted)
            return histogram_bucket_top(i);
    }
    return histogram_bucket_top(HISTOGRAM_BUCKETS - 1);
}

void statistics_create(struct statistics *statistics)
{
    *statistics = (struct statistics){0};
    statistics->commands_by_id =
        memory_new_zeroed(command_count, sizeof(*statistics->commands_by_id));
    statistics->errors_by_code =
        memory_new_zeroed(STATISTICS_ERRORS_MAX, sizeof(*statistics->errors_by_code));
}

void command_statistics_track(struct command_statistics *of_command)
{
    of_command->latency = memory_new_zeroed(1, sizeof(*of_command->latency));
    of_command->response = memory_new_zeroed(1, sizeof(*of_command->response));
}

void command_statistics_free(struct command_statistics *of_command)
{
    memory_free(of_command->latency);
    memory_free(of_command->response);
}

void statistics_free(struct statistics *statistics)
{
    for (uint16_t i = 0; i < command_count; i++)
        command_statistics_free(&statistics->commands_by_id[i]);
    memory_free(statistics->commands_by_id);
    memory_free(statistics->errors_by_code);
}

void statistics_reset(struct statistics *statistics)
{
    uint64_t changes = statistics->changes;

    statistics_free(statistics);
    statistics_create(statistics);
    statistics->changes = changes;
}

static void rate_sample(struct rate *rate, uint64_t counter, time_ms now)
{
    time_ms elapsed = now - rate->sampled;

    /* Counters start again at CONFIG RESETSTAT, and clocks may be set back. */
    if (rate->sampled != 0 && elapsed > 0 && counter >= rate->counted) {
        rate->samples[rate->next] = (counter - rate->counted) * 1000 / (uint64_t)elapsed;
        rate->next = (rate->next + 1) % RATE_SAMPLES;
    }
    rate->counted = counter;
    rate->sampled = now;
}

void statistics_tick(struct statistics *statistics, time_ms now)
{
    rate_sample(&statistics->command_rate, statistics->commands, now);
    rate_sample(&statistics->receive_rate, statistics->bytes_received, now);
    rate_sample(&statistics->send_rate, statistics->bytes_sent, now);
}

uint64_t rate_per_second(const struct rate *rate)
{
    uint64_t sum = 0;

    for (uint32_t i = 0; i < RATE_SAMPLES; i++)
        sum += rate->samples[i];
    return sum / RATE_SAMPLES;
}

void statistics_error(struct statistics *statistics, struct span line)
{
    struct error_statistics *errors = statistics->errors_by_code;
    size_t length = 0;

    statistics->errors++;
    while (length < line.length && length < STATISTICS_ERROR_CODE_MAX - 1 &&
           line.data[length] != ' ' && line.data[length] != '\r')
        length++;
    for (uint32_t i = 0; i < statistics->error_codes; i++) {
        if (strlen(errors[i].code) == length && memcmp(errors[i].code, line.data, length) == 0) {
            errors[i].count++;
            return;
        }
    }
    /* Codes come from this program's own replies; the bound is against a flaw there. */
    if (!EXPECT(statistics->error_codes < STATISTICS_ERRORS_MAX))
        return;
    memcpy(errors[statistics->error_codes].code, line.data, length);
    errors[statistics->error_codes].code[length] = '\0';
    errors[statistics->error_codes].count = 1;
    statistics->error_codes++;
}
