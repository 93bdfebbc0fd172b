/*
 * LATENCY HISTOGRAM: how long the calls of each command took.
 */
#include "proto/base/assert.h"
#include "proto/base/memory.h"
#include "server/commands/cmd.h"
#include "server/commands/handlers.h"
#include "server/shard/gather.h"

/* Steps of the answer: powers of two, the first of about a microsecond. */
enum { FIRST_STEP_NS = 1024 };

struct histograms {
    struct histogram **by_id; /* copies; NULL for commands without calls */
};

static bool is_wanted(const struct gather *gather, const struct command *command)
{
    size_t container = strcspn(command->name, "|");

    for (uint32_t i = 2; i < gather->argc; i++)
        if (span_equal_ignoring_case(gather->argv[i], span_of_string(command->name)) ||
            span_equal_ignoring_case(gather->argv[i], span_of(command->name, container)))
            return true;
    return gather->argc == 2;
}

static void copy_visit(struct shard *shard, struct gather *gather, void *part)
{
    struct histograms *histograms = part;

    histograms->by_id = memory_new_zeroed(command_count, sizeof(*histograms->by_id));
    for (uint16_t id = 0; id < command_count; id++) {
        const struct histogram *latency = shard->statistics.commands_by_id[id].latency;

        if (latency == NULL || latency->count == 0 || !is_wanted(gather, commands[id]))
            continue;
        histograms->by_id[id] = memory_new(sizeof(*latency));
        *histograms->by_id[id] = *latency;
    }
}

/* All shards' calls of one command, in the hands of the first that has any; NULL without. */
static const struct histogram *merge(const struct gather *gather, uint16_t id)
{
    struct histogram *merged = NULL;

    for (uint32_t i = 0; i < gather->asker->node->shard_count; i++) {
        const struct histograms *part = gather_part(gather, i);

        if (merged == NULL)
            merged = part->by_id[id];
        else if (part->by_id[id] != NULL)
            histogram_merge(merged, part->by_id[id]);
    }
    return merged;
}

/* The number of calls up to each step, where it grows. */
static void reply_steps(struct reply *reply, const struct histogram *histogram)
{
    struct reply_deferred deferred = reply_defer(reply);
    uint64_t written = 0;
    uint64_t seen = 0;
    uint64_t pairs = 0;
    uint32_t bucket = 0;

    for (uint64_t step = FIRST_STEP_NS; written < histogram->count; step *= 2) {
        while (bucket < HISTOGRAM_BUCKETS && histogram_bucket_top(bucket) < step)
            seen += histogram->buckets[bucket++];
        if (seen == written)
            continue;
        /* As a histogram of two significant digits names it. */
        reply_integer(reply, (int64_t)((step + step / 128 - 1) / 1000));
        reply_integer(reply, (int64_t)seen);
        written = seen;
        pairs++;
    }
    reply_deferred_map(reply, deferred, pairs);
}

static void histogram_finish(struct gather *gather, struct reply *reply)
{
    struct reply_deferred deferred = reply_defer(reply);
    uint64_t pairs = 0;

    for (uint16_t id = 0; id < command_count; id++) {
        const struct histogram *histogram = merge(gather, id);

        if (histogram == NULL)
            continue;
        reply_bulk(reply, span_of_string(commands[id]->name));
        reply_map(reply, 2);
        reply_bulk(reply, SPAN("calls"));
        reply_integer(reply, (int64_t)histogram->count);
        reply_bulk(reply, SPAN("histogram_usec"));
        reply_steps(reply, histogram);
        pairs++;
    }
    reply_deferred_map(reply, deferred, pairs);
    for (uint32_t i = 0; i < gather->asker->node->shard_count; i++) {
        struct histograms *part = gather_part(gather, i);

        for (uint16_t id = 0; id < command_count; id++)
            memory_free(part->by_id[id]);
        memory_free(part->by_id);
    }
}

void command_latency_histogram(struct cmd *cmd)
{
    gather_all(cmd, sizeof(struct histograms), copy_visit, histogram_finish);
}
