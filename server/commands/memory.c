/*
 * MEMORY: what the node's memory is used for. (MEMORY USAGE is about a key: object.c.)
 */
#include "proto/base/memory.h"
#include "server/commands/cmd.h"
#include "server/commands/handlers.h"
#include "server/commands/info.h"

#include <stdio.h>

static void report_visit(struct shard *shard, struct gather *gather, void *part)
{
    (void)gather;
    info_shard_take(shard, part, false, false);
}

/* ---- STATS ---- */

static void pair_integer(struct reply *reply, const char *name, uint64_t value, uint64_t *pairs)
{
    reply_bulk(reply, span_of_string(name));
    reply_integer(reply, (int64_t)value);
    ++*pairs;
}

static void pair_double(struct reply *reply, const char *name, double value, uint64_t *pairs)
{
    reply_bulk(reply, span_of_string(name));
    reply_double(reply, value);
    ++*pairs;
}

static double ratio_of(double a, double b)
{
    return b > 0 ? a / b : 0;
}

/* Tables are shared by the keys that expire and those that do not: they count for the first. */
static void write_databases(const struct info *info, struct reply *reply, uint64_t *pairs)
{
    uint64_t keys = info->total->keys;
    uint64_t tables = info->total->keyspace.table_memory;

    for (uint32_t i = 0; i < info->node->databases; i++) {
        uint64_t of_database = info->total->databases[i].keys;
        uint64_t within = 0;
        char name[24];

        if (of_database == 0)
            continue;
        snprintf(name, sizeof(name), "db.%u", i);
        reply_bulk(reply, span_of_string(name));
        reply_map(reply, 3);
        pair_integer(reply, "overhead.hashtable.main",
                     (uint64_t)((double)tables * (double)of_database / (double)keys), &within);
        pair_integer(reply, "overhead.hashtable.expires", 0, &within);
        pair_integer(reply, "overhead.hashtable.slot-to-keys", 0, &within);
        ++*pairs;
    }
}

static void write_usage(const struct info *info, struct reply *reply, uint64_t *pairs)
{
    uint64_t keys = info->total->keys;

    pair_integer(reply, "peak.allocated", info->used_memory_peak, pairs);
    pair_integer(reply, "total.allocated", info->used_memory, pairs);
    pair_integer(reply, "startup.allocated", 0, pairs);
    pair_integer(reply, "replication.backlog", 0, pairs);
    pair_integer(reply, "clients.slaves", 0, pairs);
    pair_integer(reply, "clients.normal", info->client_memory, pairs);
    pair_integer(reply, "cluster.links", 0, pairs);
    pair_integer(reply, "aof.buffer", 0, pairs);
    pair_integer(reply, "lua.caches", 0, pairs);
    pair_integer(reply, "functions.caches", 0, pairs);
    write_databases(info, reply, pairs);
    pair_integer(reply, "overhead.total", info->used_memory - info->data_memory, pairs);
    pair_integer(reply, "keys.count", keys, pairs);
    pair_integer(reply, "keys.bytes-per-key",
                 keys > 0 ? info->total->keyspace.used_memory / keys : 0, pairs);
    pair_integer(reply, "dataset.bytes", info->data_memory, pairs);
    pair_double(reply, "dataset.percentage",
                ratio_of((double)info->data_memory * 100, (double)info->used_memory), pairs);
    pair_double(reply, "peak.percentage",
                ratio_of((double)info->used_memory * 100, (double)info->used_memory_peak), pairs);
}

static void write_allocator(const struct info *info, struct reply *reply, uint64_t *pairs)
{
    double allocated = (double)info->allocator.allocated;
    double active = (double)info->allocator.active;
    double resident = (double)info->allocator.resident;
    double process =
        (double)atomic_load_explicit(&info->node->resident_bytes, memory_order_relaxed);

    pair_integer(reply, "allocator.allocated", info->allocator.allocated, pairs);
    pair_integer(reply, "allocator.active", info->allocator.active, pairs);
    pair_integer(reply, "allocator.resident", info->allocator.resident, pairs);
    pair_integer(reply, "allocator.muzzy", info->allocator.muzzy, pairs);
    pair_double(reply, "allocator-fragmentation.ratio", ratio_of(active, allocated), pairs);
    pair_integer(reply, "allocator-fragmentation.bytes",
                 info->allocator.active - info->allocator.allocated, pairs);
    pair_double(reply, "allocator-rss.ratio", ratio_of(resident, active), pairs);
    pair_integer(reply, "allocator-rss.bytes", info->allocator.resident - info->allocator.active,
                 pairs);
    pair_double(reply, "rss-overhead.ratio", ratio_of(process, resident), pairs);
    pair_integer(reply, "rss-overhead.bytes", (uint64_t)(int64_t)(process - resident), pairs);
    pair_double(reply, "fragmentation", ratio_of(process, (double)info->used_memory), pairs);
    pair_integer(reply, "fragmentation.bytes",
                 (uint64_t)(int64_t)(process - (double)info->used_memory), pairs);
}

static void stats_finish(struct gather *gather, struct reply *reply)
{
    struct reply_deferred deferred = reply_defer(reply);
    uint64_t pairs = 0;
    struct info info;

    info_collect(&info, gather);
    write_usage(&info, reply, &pairs);
    write_allocator(&info, reply, &pairs);
    info_release(&info);
    reply_deferred_map(reply, deferred, pairs);
}

void command_memory_stats(struct cmd *cmd)
{
    gather_all(cmd, sizeof(struct info_shard), report_visit, stats_finish);
}

/* ---- DOCTOR ---- */

enum {
    /* With less data than this, proportions say nothing. */
    DOCTOR_DATA_MIN = 5 * 1024 * 1024,
    DOCTOR_CLIENT_BYTES_HIGH = 200 * 1024,
};

static void examine(const struct info *info, struct text_buffer *text)
{
    double resident =
        (double)atomic_load_explicit(&info->node->resident_bytes, memory_order_relaxed);
    uint32_t clients = info->total->connections;

    if ((double)info->used_memory_peak > 1.5 * (double)info->used_memory)
        text_buffer_add(text, SPAN("* At its peak the node used half as much memory again as now, "
                                   "and the allocator may keep it. MEMORY PURGE gives it back.\n"));
    if (resident > 1.4 * (double)info->used_memory)
        text_buffer_add(text, SPAN("* The process is much larger than its data and its clients' "
                                   "buffers: memory is fragmented, or was given free of late.\n"));
    if (clients > 0 && info->client_memory / clients > DOCTOR_CLIENT_BYTES_HIGH)
        text_buffer_add(text, SPAN("* Clients take much memory for their buffers. See CLIENT LIST "
                                   "for those that do not read their replies (omem).\n"));
}

static void doctor_finish(struct gather *gather, struct reply *reply)
{
    struct text_buffer text = {0};
    struct info info;

    info_collect(&info, gather);
    if (info.used_memory < DOCTOR_DATA_MIN)
        text_buffer_add(&text, SPAN("There is too little data to say anything about memory.\n"));
    else
        examine(&info, &text);
    info_release(&info);
    if (text.length == 0)
        text_buffer_add(&text, SPAN("Memory is in good order.\n"));
    reply_verbatim(reply, "txt", text_buffer_span(&text));
    text_buffer_free(&text);
}

void command_memory_doctor(struct cmd *cmd)
{
    gather_all(cmd, sizeof(struct info_shard), report_visit, doctor_finish);
}

/* ---- PURGE, MALLOC-STATS ---- */

void command_memory_purge(struct cmd *cmd)
{
    allocator_purge();
    reply_ok(cmd->reply);
}

static void add_text(void *context, const char *text)
{
    text_buffer_add(context, span_of_string(text));
}

void command_memory_malloc_stats(struct cmd *cmd)
{
    struct text_buffer text = {0};

    allocator_report(add_text, &text);
    reply_verbatim(cmd->reply, "txt", text_buffer_span(&text));
    text_buffer_free(&text);
}
