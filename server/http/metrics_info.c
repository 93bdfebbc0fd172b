/*
 * Metrics that are fields of INFO.
 */
#include "server/commands/info.h"
#include "server/http/metrics.h"

#include "proto/base/number.h"

#include <inttypes.h>
#include <stdio.h>

enum { FIELDS_MAX = 256 };

struct field {
    struct span name;
    struct span value;
};

struct fields {
    uint32_t count;
    struct field list[FIELDS_MAX];
};

struct row {
    const char *field;
    const char *metric;
    enum metric_type type;
    const char *help;
};

/* Untyped are counters whose customary name is not one of a counter. */
static const struct row rows[] = {
    {"uptime_in_seconds", "redis_uptime_in_seconds", METRIC_GAUGE, "Time since the start"},
    {"process_id", "redis_process_id", METRIC_GAUGE, "Number of the process"},

    {"connected_clients", "redis_connected_clients", METRIC_GAUGE, "Connections of clients"},
    {"maxclients", "redis_max_clients", METRIC_GAUGE, "Most connections of clients at one time"},
    {"blocked_clients", "redis_blocked_clients", METRIC_GAUGE, "Clients that wait in a command"},
    {"tracking_clients", "redis_tracking_clients", METRIC_GAUGE,
     "Clients that are told what becomes invalid"},
    {"pubsub_clients", "redis_pubsub_clients", METRIC_GAUGE, "Clients with subscriptions"},
    {"watching_clients", "redis_watching_clients", METRIC_GAUGE, "Clients that watch keys"},
    {"clients_in_timeout_table", "redis_clients_in_timeout_table", METRIC_GAUGE,
     "Waits for keys that end at some time"},
    {"total_watched_keys", "redis_total_watched_keys", METRIC_GAUGE, "Keys that are watched"},
    {"total_blocking_keys", "redis_total_blocking_keys", METRIC_GAUGE,
     "Keys that clients wait for"},
    {"client_recent_max_input_buffer", "redis_client_recent_max_input_buffer_bytes", METRIC_GAUGE,
     "The most that one client has sent and is not executed"},
    {"client_recent_max_output_buffer", "redis_client_recent_max_output_buffer_bytes", METRIC_GAUGE,
     "The most that is held for one client to read"},

    {"used_memory", "redis_memory_used_bytes", METRIC_GAUGE, "Memory of data and clients"},
    {"used_memory_rss", "redis_memory_used_rss_bytes", METRIC_GAUGE,
     "Memory of the process as the system counts it"},
    {"used_memory_peak", "redis_memory_used_peak_bytes", METRIC_GAUGE,
     "The most that data and clients have taken"},
    {"used_memory_overhead", "redis_memory_used_overhead_bytes", METRIC_GAUGE,
     "Memory of clients and tables"},
    {"used_memory_dataset", "redis_memory_used_dataset_bytes", METRIC_GAUGE,
     "Memory of keys and values"},
    {"used_memory_lua", "redis_memory_used_lua_bytes", METRIC_GAUGE, "Memory of scripts at work"},
    {"used_memory_scripts", "redis_memory_used_scripts_bytes", METRIC_GAUGE,
     "Memory of scripts and functions that are kept"},
    {"maxmemory", "redis_memory_max_bytes", METRIC_GAUGE, "maxmemory; 0 is no limit"},
    {"mem_fragmentation_ratio", "redis_mem_fragmentation_ratio", METRIC_GAUGE,
     "Memory of the process to that of data and clients"},
    {"mem_fragmentation_bytes", "redis_mem_fragmentation_bytes", METRIC_GAUGE,
     "The difference of the same"},
    {"allocator_allocated", "redis_allocator_allocated_bytes", METRIC_GAUGE,
     "Memory that the allocator has given out"},
    {"allocator_active", "redis_allocator_active_bytes", METRIC_GAUGE, "In pages with some of it"},
    {"allocator_resident", "redis_allocator_resident_bytes", METRIC_GAUGE,
     "In memory, with what the allocator needs itself"},
    {"number_of_cached_scripts", "redis_number_of_cached_scripts", METRIC_GAUGE, "Scripts kept"},
    {"number_of_functions", "redis_number_of_functions", METRIC_GAUGE, "Functions loaded"},
    {"number_of_libraries", "redis_number_of_libraries", METRIC_GAUGE, "Libraries loaded"},
    {"mem_replication_backlog", "redis_mem_replication_backlog_bytes", METRIC_GAUGE,
     "Memory of the backlog for replicas"},
    {"mem_clients_normal", "redis_mem_clients_normal", METRIC_GAUGE, "Memory of clients"},
    {"active_defrag_running", "redis_active_defrag_running", METRIC_GAUGE,
     "Share of time spent on closing holes in memory, in percent"},
    {"lazyfree_pending_objects", "redis_lazyfree_pending_objects", METRIC_GAUGE,
     "Values that have gone and are not freed yet"},

    {"loading", "redis_loading_dump_file", METRIC_GAUGE, "Data are being loaded"},
    {"rdb_changes_since_last_save", "redis_rdb_changes_since_last_save", METRIC_GAUGE,
     "Changed keys since the last snapshot"},
    {"rdb_bgsave_in_progress", "redis_rdb_bgsave_in_progress", METRIC_GAUGE,
     "A snapshot is being written"},
    {"rdb_last_save_time", "redis_rdb_last_save_timestamp_seconds", METRIC_GAUGE,
     "When the last snapshot was complete, in Unix time"},
    {"rdb_last_bgsave_status", "redis_rdb_last_bgsave_status", METRIC_GAUGE,
     "The last snapshot came to a good end"},
    {"rdb_saves", "redis_rdb_saves_total", METRIC_COUNTER, "Snapshots since the start"},
    {"aof_enabled", "redis_aof_enabled", METRIC_GAUGE, "There is an append-only file"},
    {"aof_rewrite_in_progress", "redis_aof_rewrite_in_progress", METRIC_GAUGE,
     "It is being rewritten"},
    {"aof_rewrite_scheduled", "redis_aof_rewrite_scheduled", METRIC_GAUGE,
     "It is going to be rewritten"},
    {"aof_last_bgrewrite_status", "redis_aof_last_bgrewrite_status", METRIC_GAUGE,
     "The last rewrite came to a good end"},
    {"aof_last_write_status", "redis_aof_last_write_status", METRIC_GAUGE,
     "The append-only file can be written"},
    {"aof_current_size", "redis_aof_current_size_bytes", METRIC_GAUGE, "Its size"},
    {"aof_base_size", "redis_aof_base_size_bytes", METRIC_GAUGE, "Its size after the last rewrite"},
    {"aof_buffer_length", "redis_aof_buffer_length", METRIC_GAUGE, "Bytes to be written to it"},
    {"aof_delayed_fsync", "redis_aof_delayed_fsync", METRIC_UNTYPED,
     "Times that the disk was not done with a second's writes within it"},

    {"total_connections_received", "redis_connections_received_total", METRIC_COUNTER,
     "Connections accepted"},
    {"total_commands_processed", "redis_commands_processed_total", METRIC_COUNTER, "Commands run"},
    {"rejected_connections", "redis_rejected_connections_total", METRIC_COUNTER,
     "Connections refused, there being too many"},
    {"total_net_input_bytes", "redis_net_input_bytes_total", METRIC_COUNTER, "Bytes from clients"},
    {"total_net_output_bytes", "redis_net_output_bytes_total", METRIC_COUNTER, "Bytes to clients"},
    {"expired_keys", "redis_expired_keys_total", METRIC_COUNTER, "Keys that have expired"},
    {"expired_fields", "redis_expired_subkeys_total", METRIC_COUNTER,
     "Fields of hashes that have expired"},
    {"expired_time_cap_reached_count", "redis_expired_time_cap_reached_total", METRIC_COUNTER,
     "Slices of expiring that were not enough"},
    {"evicted_keys", "redis_evicted_keys_total", METRIC_COUNTER, "Keys evicted for maxmemory"},
    {"evicted_clients", "redis_evicted_clients_total", METRIC_COUNTER,
     "Clients disconnected for maxmemory-clients"},
    {"evicted_scripts", "redis_evicted_scripts_total", METRIC_COUNTER, "Scripts dropped"},
    {"keyspace_hits", "redis_keyspace_hits_total", METRIC_COUNTER, "Reads that found their key"},
    {"keyspace_misses", "redis_keyspace_misses_total", METRIC_COUNTER, "Reads that did not"},
    {"pubsub_channels", "redis_pubsub_channels", METRIC_GAUGE, "Channels with subscribers"},
    {"pubsub_patterns", "redis_pubsub_patterns", METRIC_GAUGE, "Patterns with subscribers"},
    {"pubsubshard_channels", "redis_pubsubshard_channels", METRIC_GAUGE,
     "Shard channels with subscribers"},
    {"tracking_total_keys", "redis_tracking_total_keys", METRIC_GAUGE,
     "Keys remembered for clients that track"},
    {"tracking_total_items", "redis_tracking_total_items", METRIC_GAUGE,
     "Clients remembered for them"},
    {"tracking_total_prefixes", "redis_tracking_total_prefixes", METRIC_GAUGE,
     "Prefixes that clients track"},
    {"unexpected_error_replies", "redis_unexpected_error_replies", METRIC_UNTYPED,
     "Errors where none should be"},
    {"total_error_replies", "redis_total_error_replies", METRIC_UNTYPED, "Errors replied"},
    {"total_reads_processed", "redis_total_reads_processed", METRIC_UNTYPED, "Receives"},
    {"total_writes_processed", "redis_total_writes_processed", METRIC_UNTYPED, "Sends"},
    {"client_query_buffer_limit_disconnections",
     "redis_client_query_buffer_limit_disconnections_total", METRIC_COUNTER,
     "Clients disconnected for sending too much ahead"},
    {"client_output_buffer_limit_disconnections",
     "redis_client_output_buffer_limit_disconnections_total", METRIC_COUNTER,
     "Clients disconnected for reading too slowly"},
    {"eventloop_cycles", "redis_eventloop_cycles_total", METRIC_COUNTER, "Turns of all shards"},
    {"acl_access_denied_auth", "redis_acl_access_denied_auth_total", METRIC_COUNTER,
     "Failed logins"},
    {"acl_access_denied_cmd", "redis_acl_access_denied_cmd_total", METRIC_COUNTER,
     "Commands denied to their users"},
    {"acl_access_denied_key", "redis_acl_access_denied_key_total", METRIC_COUNTER,
     "Commands denied for a key"},
    {"acl_access_denied_channel", "redis_acl_access_denied_channel_total", METRIC_COUNTER,
     "Commands denied for a channel"},
    {"tls_handshakes", "tessera_tls_handshakes_total", METRIC_COUNTER, "TLS handshakes"},
    {"tls_handshakes_resumed", "tessera_tls_handshakes_resumed_total", METRIC_COUNTER,
     "Of these: resumed sessions"},
    {"tls_handshakes_failed", "tessera_tls_handshakes_failed_total", METRIC_COUNTER,
     "TLS handshakes that failed"},

    {"connected_slaves", "redis_connected_slaves", METRIC_GAUGE, "Replicas of this node"},
    {"master_repl_offset", "redis_master_repl_offset", METRIC_GAUGE,
     "Offset of the stream of writes"},
    {"second_repl_offset", "redis_second_repl_offset", METRIC_GAUGE,
     "Up to where the stream before this one is good"},
    {"repl_backlog_active", "redis_repl_backlog_is_active", METRIC_GAUGE, "There is a backlog"},
    {"repl_backlog_size", "redis_replication_backlog_bytes", METRIC_GAUGE, "repl-backlog-size"},
    {"repl_backlog_first_byte_offset", "redis_repl_backlog_first_byte_offset", METRIC_GAUGE,
     "Offset of its first byte"},
    {"repl_backlog_histlen", "redis_repl_backlog_history_bytes", METRIC_GAUGE, "Bytes in it"},
    {"slave_priority", "redis_slave_priority", METRIC_GAUGE, "replica-priority"},
    {"sync_full", "redis_replica_resyncs_full", METRIC_UNTYPED, "Replicas that were sent all data"},
    {"sync_partial_ok", "redis_replica_partial_resync_accepted", METRIC_UNTYPED,
     "Replicas that went on where they were"},
    {"sync_partial_err", "redis_replica_partial_resync_denied", METRIC_UNTYPED,
     "Replicas that wanted to and could not"},

    {"used_cpu_sys", "redis_cpu_sys_seconds_total", METRIC_COUNTER, "Time in the kernel"},
    {"used_cpu_user", "redis_cpu_user_seconds_total", METRIC_COUNTER, "Time in the program"},
    {"used_cpu_sys_children", "redis_cpu_sys_children_seconds_total", METRIC_COUNTER,
     "Time of child processes in the kernel: there are none"},
    {"used_cpu_user_children", "redis_cpu_user_children_seconds_total", METRIC_COUNTER,
     "Time of child processes: there are none"},
    {"used_cpu_sys_main_thread", "redis_cpu_sys_main_thread_seconds_total", METRIC_COUNTER,
     "Time of the shards in the kernel"},
    {"used_cpu_user_main_thread", "redis_cpu_user_main_thread_seconds_total", METRIC_COUNTER,
     "Time of the shards in the program"},
    {"cluster_enabled", "redis_cluster_enabled", METRIC_GAUGE, "Cluster mode is on"},
};

static void read_fields(struct span text, struct fields *fields)
{
    while (text.length > 0 && fields->count < FIELDS_MAX) {
        const char *end = memchr(text.data, '\r', text.length);
        size_t length = end == NULL ? text.length : (size_t)(end - text.data);
        const char *colon = memchr(text.data, ':', length);
        size_t used = end == NULL ? length : length + 2;

        if (colon != NULL) {
            struct field *field = &fields->list[fields->count++];
            size_t name = (size_t)(colon - text.data);

            field->name = span_of(text.data, name);
            field->value = span_of(colon + 1, length - name - 1);
        }
        text = span_of(text.data + used, text.length - used);
    }
}

/* The number that a value stands for; false when it is none. */
static bool number_of(struct span value, struct span *number)
{
    double parsed;

    *number = value;
    if (span_is(value, "ok"))
        *number = SPAN("1");
    else if (span_is(value, "err"))
        *number = SPAN("0");
    return number_parse_double(*number, &parsed);
}

static void write_row(struct metrics_text *metrics, const struct fields *fields,
                      const struct row *row)
{
    struct span number;

    metrics_family(metrics, row->metric, row->type, row->help);
    for (uint32_t i = 0; i < fields->count; i++) {
        if (!span_equal(fields->list[i].name, span_of_string(row->field)))
            continue;
        if (number_of(fields->list[i].value, &number))
            metrics_add_text(metrics, NULL, number);
        return;
    }
}

static void write_databases(struct metrics_text *metrics, const struct info *info, bool expiring)
{
    char labels[METRIC_LABELS_MAX];

    for (uint32_t i = 0; i < info->node->databases; i++) {
        const struct info_database *database = &info->total->databases[i];

        if (database->keys == 0 && i > 0)
            continue;
        snprintf(labels, sizeof(labels), "db=\"db%u\"", i);
        metrics_add_integer(metrics, labels, expiring ? database->expires : database->keys);
    }
}

void metrics_write_info(struct metrics_text *metrics, const struct info *info)
{
    static info_writer *const writers[] = {
        info_write_server,     info_write_clients,     info_write_memory, info_write_persistence,
        info_write_statistics, info_write_replication, info_write_cpu,    info_write_cluster};
    struct fields fields = {0};
    struct text_buffer text = {0};

    for (size_t i = 0; i < sizeof(writers) / sizeof(writers[0]); i++)
        writers[i](info, &text);
    read_fields(text_buffer_span(&text), &fields);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        write_row(metrics, &fields, &rows[i]);
    text_buffer_free(&text);
    metrics_family(metrics, "redis_db_keys", METRIC_GAUGE, "Keys of a database");
    write_databases(metrics, info, false);
    metrics_family(metrics, "redis_db_keys_expiring", METRIC_GAUGE, "Of these: keys that expire");
    write_databases(metrics, info, true);
}
