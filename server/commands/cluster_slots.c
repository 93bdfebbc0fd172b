/* CLUSTER subcommands about the keys of slots: each is asked of the shards that hold them. */
#include "proto/base/assert.h"
#include "proto/base/memory.h"
#include "server/commands/cluster_arguments.h"
#include "server/commands/cluster_enabled.h"
#include "server/commands/cluster_slot_stats.h"
#include "server/commands/handlers.h"
#include "server/connection/connection.h"
#include "server/shard/gather.h"

/* ---- COUNTKEYSINSLOT slot, GETKEYSINSLOT slot count ---- */

struct slot_request {
    uint16_t slot;
    uint64_t limit;
};

struct slot_keys {
    struct reply elements; /* the keys, as bulks */
    uint64_t count;
    time_ms now;
};

static void gather_from_slot(struct cmd *cmd, struct slot_request request, size_t part_size,
                             void (*visit)(struct shard *shard, struct gather *gather, void *part),
                             void (*finish)(struct gather *gather, struct reply *reply))
{
    const struct node *node = cmd->connection->shard->node;
    struct gather *gather = gather_new(cmd, part_size, visit, finish);

    gather->context = memory_copy(&request, sizeof(request));
    gather_start(gather, 1ull << node_shard_of(node, request.slot));
}

/* The part of the only shard that was asked. */
static void *gather_only_part(const struct gather *gather)
{
    ASSERT(__builtin_popcountll(gather->members) == 1);
    return gather_part(gather, (uint32_t)__builtin_ctzll(gather->members));
}

static void count_keys(struct shard *shard, struct gather *gather, void *part)
{
    const struct slot_request *request = gather->context;

    *(uint64_t *)part = keyspace_slot_size(shard->keyspace, request->slot);
}

static void reply_key_count(struct gather *gather, struct reply *reply)
{
    reply_integer(reply, (int64_t) * (uint64_t *)gather_only_part(gather));
}

void command_cluster_countkeysinslot(struct cmd *cmd)
{
    struct slot_request request = {0};
    int64_t slot;

    if (cluster_enabled(cmd) == NULL || !cmd_integer(cmd, 2, &slot))
        return;
    if (slot < 0 || slot >= SLOT_COUNT) {
        reply_error_literal(cmd->reply, "ERR Invalid slot");
        return;
    }
    request.slot = (uint16_t)slot;
    gather_from_slot(cmd, request, sizeof(uint64_t), count_keys, reply_key_count);
}

static void take_key(void *context, const struct entry *entry)
{
    struct slot_keys *keys = context;

    if (entry_expiry(entry) <= keys->now)
        return;
    reply_bulk(&keys->elements, entry_key(entry));
    keys->count++;
}

static void take_keys(struct shard *shard, struct gather *gather, void *part)
{
    const struct slot_request *request = gather->context;
    struct slot_keys *keys = part;

    reply_init(&keys->elements, 2);
    keys->now = gather->now;
    keyspace_slot_visit(shard->keyspace, request->slot, request->limit, take_key, keys);
}

static void reply_keys(struct gather *gather, struct reply *reply)
{
    struct slot_keys *keys = gather_only_part(gather);

    reply_array(reply, keys->count);
    reply_raw(reply, span_of(keys->elements.bytes, keys->elements.length));
    reply_free(&keys->elements);
}

void command_cluster_getkeysinslot(struct cmd *cmd)
{
    struct slot_request request = {0};
    int64_t slot, count;

    if (cluster_enabled(cmd) == NULL || !cmd_integer(cmd, 2, &slot) || !cmd_integer(cmd, 3, &count))
        return;
    if (slot < 0 || slot >= SLOT_COUNT || count < 0) {
        reply_error_literal(cmd->reply, "ERR Invalid slot or number of keys");
        return;
    }
    request.slot = (uint16_t)slot;
    request.limit = (uint64_t)count;
    gather_from_slot(cmd, request, sizeof(struct slot_keys), take_keys, reply_keys);
}

/* ---- SLOT-STATS ---- */

struct slot_stats {
    struct slot_stats_query query;
    bool all_metrics;
    uint32_t count;
    /* By slot at first: each shard fills in the slots that it holds, and no other. */
    struct slot_stats_row rows[SLOT_COUNT];
};

static void read_statistics(struct shard *shard, struct gather *gather, void *part)
{
    struct slot_stats *stats = gather->context;

    (void)part;
    for (uint32_t slot = stats->query.range.first; slot <= stats->query.range.last; slot++) {
        const struct slot_statistics *used = &shard->slot_statistics[slot];
        struct slot_stats_row *row = &stats->rows[slot];

        if (node_shard_of(shard->node, (uint16_t)slot) != shard->index)
            continue;
        row->metrics[SLOT_METRIC_KEYS] = keyspace_slot_size(shard->keyspace, (uint16_t)slot);
        row->metrics[SLOT_METRIC_CPU] = used->cpu_ns / 1000;
        row->metrics[SLOT_METRIC_BYTES_IN] = used->bytes_in;
        row->metrics[SLOT_METRIC_BYTES_OUT] = used->bytes_out;
    }
}

/* Moves the rows of this node's slots to the front. */
static uint32_t keep_own_slots(const struct cluster_view *view, struct slot_stats *stats)
{
    uint32_t count = 0;

    for (uint32_t slot = stats->query.range.first; slot <= stats->query.range.last; slot++) {
        if (view->owner[slot] != view->myself)
            continue;
        stats->rows[count] = stats->rows[slot];
        stats->rows[count++].slot = (uint16_t)slot;
    }
    return count;
}

static void reply_statistics(struct gather *gather, struct reply *reply)
{
    struct slot_stats *stats = gather->context;
    uint32_t count = keep_own_slots(gather->asker->view, stats);

    count = cluster_slot_stats_order(&stats->query, stats->rows, count);
    cluster_slot_stats_reply(stats->rows, count, stats->all_metrics, reply);
}

void command_cluster_slot_stats(struct cmd *cmd)
{
    struct slot_stats_query query;
    bool all_metrics = cmd->config->cluster_slot_stats_enabled;
    struct slot_stats *stats;
    struct gather *gather;

    if (cluster_enabled(cmd) == NULL ||
        !cluster_arguments_slot_stats(cmd->argv, cmd->argc, all_metrics, &query, cmd->reply))
        return;
    stats = memory_new_zeroed(1, sizeof(*stats));
    stats->query = query;
    stats->all_metrics = all_metrics;
    gather = gather_new(cmd, 0, read_statistics, reply_statistics);
    gather->context = stats;
    gather_start(gather, section_all(gather->asker->node));
}
