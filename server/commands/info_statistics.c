/*
 * INFO's sections with what has been counted: of the node, per command, per error.
 */
#include "server/commands/command.h"
#include "server/commands/info.h"
#include "server/observe/clock.h"
#include "server/script/store.h"
#include "server/shard/node.h"

#include <inttypes.h>
#include <stdlib.h>
#include <sys/resource.h>

static double kilobytes_per_second(const struct rate *rate)
{
    return (double)rate_per_second(rate) / 1024;
}

static void write_traffic(const struct info *info, struct text_buffer *text)
{
    const struct statistics *total = &info->total->statistics;
    const struct replication_report *replication = &info->node->replication;

    text_buffer_add_format(
        text,
        "total_connections_received:%" PRIu64 "\r\n"
        "total_commands_processed:%" PRIu64 "\r\n"
        "instantaneous_ops_per_sec:%" PRIu64 "\r\n"
        "total_net_input_bytes:%" PRIu64 "\r\n"
        "total_net_output_bytes:%" PRIu64 "\r\n"
        "total_net_repl_input_bytes:%" PRIu64 "\r\n"
        "total_net_repl_output_bytes:%" PRIu64 "\r\n"
        "instantaneous_input_kbps:%.2f\r\n"
        "instantaneous_output_kbps:%.2f\r\n"
        "instantaneous_input_repl_kbps:0.00\r\n"
        "instantaneous_output_repl_kbps:0.00\r\n"
        "rejected_connections:%" PRIu64 "\r\n"
        "sync_full:%" PRIu64 "\r\n"
        "sync_partial_ok:%" PRIu64 "\r\n"
        "sync_partial_err:%" PRIu64 "\r\n",
        total->connections_received, total->commands, rate_per_second(&total->command_rate),
        total->bytes_received, total->bytes_sent, atomic_load(&replication->bytes_received),
        atomic_load(&replication->bytes_sent), kilobytes_per_second(&total->receive_rate),
        kilobytes_per_second(&total->send_rate), total->connections_rejected,
        atomic_load(&replication->full_syncs), atomic_load(&replication->partial_syncs),
        atomic_load(&replication->partial_refused));
}

static void write_keys(const struct info *info, struct text_buffer *text)
{
    const struct keyspace_statistics *keyspace = &info->total->keyspace;

    text_buffer_add_format(
        text,
        "expired_keys:%" PRIu64 "\r\n"
        "expired_fields:%" PRIu64 "\r\n"
        "expired_stale_perc:0.00\r\n"
        "expired_time_cap_reached_count:%" PRIu64 "\r\n"
        "expire_cycle_cpu_milliseconds:0\r\n"
        "evicted_keys:%" PRIu64 "\r\n"
        "evicted_clients:%" PRIu64 "\r\n"
        "evicted_scripts:%" PRIu64 "\r\n"
        "total_eviction_exceeded_time:%" PRIu64 "\r\n"
        "current_eviction_exceeded_time:%" PRIu64 "\r\n"
        "keyspace_hits:%" PRIu64 "\r\n"
        "keyspace_misses:%" PRIu64 "\r\n",
        keyspace->expired, keyspace->expired_elements, info->total->statistics.expired_time_capped,
        keyspace->evicted, info->total->statistics.clients_evicted,
        script_store_figures(info->node->scripts).evicted, info->total->over_limit_all_ms,
        info->total->over_limit_ms, keyspace->hits, keyspace->misses);
}

/* Every shard knows what there is in the whole node. */
static void write_pubsub(const struct info *info, struct text_buffer *text)
{
    text_buffer_add_format(text,
                           "pubsub_channels:%" PRIu64 "\r\n"
                           "pubsub_patterns:%" PRIu64 "\r\n"
                           "pubsubshard_channels:%" PRIu64 "\r\n",
                           info->total->channels, info->total->patterns,
                           info->total->shard_channels);
}

static void write_absent(struct text_buffer *text)
{
    text_buffer_add(text, SPAN("latest_fork_usec:0\r\n"
                               "total_forks:0\r\n"
                               "migrate_cached_sockets:0\r\n"
                               "slave_expires_tracked_keys:0\r\n"));
}

static void write_defragmentation(const struct info *info, struct text_buffer *text)
{
    const struct keyspace_compaction *compaction = &info->total->compaction;

    text_buffer_add_format(text,
                           "active_defrag_hits:%" PRIu64 "\r\n"
                           "active_defrag_misses:%" PRIu64 "\r\n"
                           "active_defrag_key_hits:%" PRIu64 "\r\n"
                           "active_defrag_key_misses:%" PRIu64 "\r\n"
                           "total_active_defrag_time:%" PRIu64 "\r\n"
                           "current_active_defrag_time:%" PRIu64 "\r\n",
                           compaction->blocks_moved, compaction->blocks_kept,
                           compaction->keys_moved, compaction->keys_kept,
                           info->total->defragmentation_all_ms, info->total->defragmentation_ms);
}

static void write_tracking(const struct info *info, struct text_buffer *text)
{
    text_buffer_add_format(text,
                           "tracking_total_keys:%" PRIu64 "\r\n"
                           "tracking_total_items:%" PRIu64 "\r\n"
                           "tracking_total_prefixes:%" PRIu64 "\r\n",
                           info->total->tracked_keys, info->total->tracked_items,
                           info->total->tracking_prefixes);
}

void info_write_statistics(const struct info *info, struct text_buffer *text)
{
    const struct statistics *total = &info->total->statistics;

    write_traffic(info, text);
    write_keys(info, text);
    write_pubsub(info, text);
    write_absent(text);
    write_defragmentation(info, text);
    write_tracking(info, text);
    text_buffer_add_format(text,
                           "unexpected_error_replies:%" PRIu64 "\r\n"
                           "total_error_replies:%" PRIu64 "\r\n"
                           "dump_payload_sanitizations:0\r\n"
                           "total_reads_processed:%" PRIu64 "\r\n"
                           "total_writes_processed:%" PRIu64 "\r\n"
                           "io_threaded_reads_processed:0\r\n"
                           "io_threaded_writes_processed:0\r\n",
                           total->unexpected_errors, total->errors, total->reads, total->writes);
    text_buffer_add_format(text,
                           "client_query_buffer_limit_disconnections:%" PRIu64 "\r\n"
                           "client_output_buffer_limit_disconnections:%" PRIu64 "\r\n"
                           "reply_buffer_shrinks:0\r\n"
                           "reply_buffer_expands:0\r\n"
                           "eventloop_cycles:%" PRIu64 "\r\n"
                           "acl_access_denied_auth:%" PRIu64 "\r\n"
                           "acl_access_denied_cmd:%" PRIu64 "\r\n"
                           "acl_access_denied_key:%" PRIu64 "\r\n"
                           "acl_access_denied_channel:%" PRIu64 "\r\n",
                           total->query_limit_disconnections, total->output_limit_disconnections,
                           total->turns, total->authentications_failed, total->denied_commands,
                           total->denied_keys, total->denied_channels);
    text_buffer_add_format(text,
                           "tls_handshakes:%" PRIu64 "\r\n"
                           "tls_handshakes_resumed:%" PRIu64 "\r\n"
                           "tls_handshakes_failed:%" PRIu64 "\r\n"
                           "tls_handshakes_put_off:%" PRIu64 "\r\n",
                           total->tls_handshakes, total->tls_resumptions,
                           total->tls_handshakes_failed, total->tls_handshakes_put_off);
}

static double seconds_of(struct timeval time)
{
    return (double)time.tv_sec + (double)time.tv_usec / 1e6;
}

/* The shards take the part of Redis's main thread. */
void info_write_cpu(const struct info *info, struct text_buffer *text)
{
    struct rusage self = {0};
    struct rusage children = {0};

    getrusage(RUSAGE_SELF, &self);
    getrusage(RUSAGE_CHILDREN, &children);
    text_buffer_add_format(text,
                           "used_cpu_sys:%.6f\r\n"
                           "used_cpu_user:%.6f\r\n"
                           "used_cpu_sys_children:%.6f\r\n"
                           "used_cpu_user_children:%.6f\r\n"
                           "used_cpu_sys_main_thread:%.6f\r\n"
                           "used_cpu_user_main_thread:%.6f\r\n",
                           seconds_of(self.ru_stime), seconds_of(self.ru_utime),
                           seconds_of(children.ru_stime), seconds_of(children.ru_utime),
                           (double)info->total->system_us / 1e6,
                           (double)info->total->user_us / 1e6);
}

void info_write_commands(const struct info *info, struct text_buffer *text)
{
    for (uint16_t id = 0; id < command_count; id++) {
        const struct command_statistics *of = &info->total->statistics.commands_by_id[id];
        uint64_t us;

        if (of->calls == 0 && of->rejected == 0 && of->failed == 0)
            continue;
        us = clock_ticks_to_us(of->ticks);
        text_buffer_add_format(
            text,
            "cmdstat_%s:calls=%" PRIu64 ",usec=%" PRIu64
            ",usec_per_call=%.2f,rejected_calls=%" PRIu64 ",failed_calls=%" PRIu64 "\r\n",
            commands[id]->name, of->calls, us, of->calls > 0 ? (double)us / (double)of->calls : 0,
            of->rejected, of->failed);
    }
}

static int compare_codes(const void *left, const void *right)
{
    return strcmp(((const struct error_statistics *)left)->code,
                  ((const struct error_statistics *)right)->code);
}

void info_write_errors(const struct info *info, struct text_buffer *text)
{
    struct statistics *total = &info->total->statistics;

    qsort(total->errors_by_code, total->error_codes, sizeof(*total->errors_by_code), compare_codes);
    for (uint32_t i = 0; i < total->error_codes; i++)
        text_buffer_add_format(text, "errorstat_%s:count=%" PRIu64 "\r\n",
                               total->errors_by_code[i].code, total->errors_by_code[i].count);
}

void info_write_latencies(const struct info *info, struct text_buffer *text)
{
    const struct config_percentiles *percentiles = &info->config->latency_tracking_info_percentiles;

    for (uint16_t id = 0; id < command_count; id++) {
        const struct histogram *latency = info->total->statistics.commands_by_id[id].latency;

        if (latency == NULL || latency->count == 0)
            continue;
        text_buffer_add_format(text, "latency_percentiles_usec_%s:", commands[id]->name);
        for (uint32_t i = 0; i < percentiles->count; i++)
            text_buffer_add_format(text, "%sp%.10g=%.3f", i > 0 ? "," : "", percentiles->items[i],
                                   (double)histogram_percentile(latency, percentiles->items[i]) /
                                       1000);
        text_buffer_add(text, SPAN("\r\n"));
    }
}
