/*
 * INFO: what the shards report, added up, and the sections that are written from it.
 *
 * Names and order of sections and fields are Redis's; what does not exist here has its neutral
 * value. The section "Shards" is ours.
 */
#ifndef SERVER_COMMANDS_INFO_H
#define SERVER_COMMANDS_INFO_H

#include "server/config/text_buffer.h"
#include "server/observe/allocator.h"
#include "server/observe/statistics.h"
#include "server/shard/gather.h"

#include <stdint.h>

struct info_database {
    uint64_t keys;
    uint64_t expires;
    uint64_t expiring_items; /* keys with fields that expire */
    int64_t average_ttl;
};

/* One shard's report: copies, freed when INFO has been written. */
struct info_shard {
    struct statistics statistics; /* its arrays are copies, or NULL when not asked for */
    struct keyspace_statistics keyspace;
    struct info_database *databases;
    uint64_t keys;
    uint64_t output_bytes;
    size_t client_memory;
    uint64_t input_bytes;
    uint64_t input_largest;  /* of one client */
    uint64_t output_largest; /* likewise */
    uint32_t connections;
    uint32_t blocked;
    uint32_t deadlines;                /* of waits for keys */
    uint32_t blocking_keys;            /* that somebody waits for */
    uint32_t blocking_keys_until_gone; /* of them, those whose end ends a wait, too */
    uint32_t subscribers;              /* connections */
    uint32_t watching;                 /* likewise */
    uint64_t watched_keys;
    uint32_t tracking_clients;
    uint64_t tracked_keys;
    uint64_t tracked_items;     /* trackers of all of them */
    size_t script_memory;       /* of the Lua state */
    uint64_t tracking_prefixes; /* of the node: every shard knows them all */
    uint16_t port;
    uint16_t tls_port;
    struct keyspace_compaction compaction;
    uint32_t defragmentation_effort;
    uint64_t defragmentation_ms;
    uint64_t defragmentation_all_ms;
    uint64_t over_limit_ms;     /* maxmemory: how long it has been passed, now */
    uint64_t over_limit_all_ms; /* and in all */
    bool loading;               /* its data are not all there yet */
    uint64_t channels;          /* of the node, as subscribed to: every shard knows them all */
    uint64_t patterns;
    uint64_t shard_channels;
    uint64_t user_us; /* processor time of the thread */
    uint64_t system_us;
};

/* What the writers of sections see. */
struct info {
    struct info_shard *shards[NODE_SHARDS_MAX]; /* the reports */
    const struct shard *asker;                  /* NULL when the control thread asks */
    struct node *node;
    const struct config *config;
    struct info_shard *total;
    struct allocator_statistics allocator;
    size_t used_memory; /* by data and clients */
    size_t used_memory_peak;
    size_t data_memory; /* of used_memory: keys and values, without tables */
    size_t client_memory;
    time_us now;
};

typedef void info_writer(const struct info *info, struct text_buffer *text);

info_writer info_write_server, info_write_clients, info_write_memory, info_write_persistence,
    info_write_statistics, info_write_replication, info_write_cpu, info_write_modules,
    info_write_commands, info_write_errors, info_write_latencies, info_write_cluster,
    info_write_keyspace, info_write_shards;

/* Copies the shard's numbers; the tables per command only when asked for. */
void info_shard_take(struct shard *shard, struct info_shard *report, bool with_commands,
                     bool with_latencies);
/* Adds one report to another. */
void info_shard_add(struct info_shard *total, const struct info_shard *report, uint32_t databases);
void info_shard_free(struct info_shard *report);

static inline const struct info_shard *info_shard_of(const struct info *info, uint32_t index)
{
    return info->shards[index];
}

/* "943.52K" */
enum { INFO_HUMAN_MAX = 32 };
const char *info_human(char text[INFO_HUMAN_MAX], uint64_t bytes);

/* The total of a gather whose parts are reports, with what the process knows; and its end, which
 * frees the reports too. */
void info_collect(struct info *info, struct gather *gather);
void info_release(struct info *info);

/* The same of reports that are kept elsewhere, which info->shards names already, and which are not
 * freed by info_release_total. */
void info_collect_reports(struct info *info, struct node *node, const struct config *config);
void info_release_total(struct info *info);

#endif
