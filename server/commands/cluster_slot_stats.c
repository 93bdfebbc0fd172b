#include "server/commands/cluster_slot_stats.h"

#include "proto/base/assert.h"

#include <stdlib.h>

static const char *const metric_names[SLOT_METRICS] = {
    [SLOT_METRIC_KEYS] = "key-count",
    [SLOT_METRIC_CPU] = "cpu-usec",
    [SLOT_METRIC_BYTES_IN] = "network-bytes-in",
    [SLOT_METRIC_BYTES_OUT] = "network-bytes-out",
};

static int compare_rows(const void *left, const void *right, void *context)
{
    const struct slot_stats_row *a = left, *b = right;
    const struct slot_stats_query *query = context;
    uint64_t of_a = a->metrics[query->metric], of_b = b->metrics[query->metric];

    if (of_a == of_b)
        return (int)a->slot - (int)b->slot;
    return (of_a < of_b) == query->ascending ? -1 : 1;
}

uint32_t cluster_slot_stats_order(const struct slot_stats_query *query, struct slot_stats_row *rows,
                                  uint32_t count)
{
    ASSERT(count <= SLOT_COUNT);
    if (!query->ordered)
        return count;
    qsort_r(rows, count, sizeof(*rows), compare_rows, (void *)query);
    return count < query->limit ? count : query->limit;
}

void cluster_slot_stats_reply(const struct slot_stats_row *rows, uint32_t count, bool all_metrics,
                              struct reply *reply)
{
    uint32_t metrics = all_metrics ? SLOT_METRICS : SLOT_METRIC_KEYS + 1;

    reply_array(reply, count);
    for (uint32_t i = 0; i < count; i++) {
        reply_array(reply, 2);
        reply_integer(reply, rows[i].slot);
        reply_map(reply, metrics);
        for (uint32_t metric = 0; metric < metrics; metric++) {
            reply_bulk(reply, span_of_string(metric_names[metric]));
            reply_integer(reply, (int64_t)rows[i].metrics[metric]);
        }
    }
}
