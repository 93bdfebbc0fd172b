#include "server/commands/info.h"

#include "proto/base/assert.h"
#include "proto/base/memory.h"
#include "server/commands/cmd.h"
#include "server/commands/handlers.h"
#include "server/connection/connection.h"
#include "server/dispatch/transaction.h"
#include "server/observe/clock.h"
#include "server/replication/replication_report.h"
#include "server/script/engine.h"

#include <sys/resource.h>

/* ---- Sections ---- */

struct section_row {
    const char *title;
    info_writer *write;
    bool usual;     /* shown when nothing is asked for */
    bool commands;  /* needs the numbers per command */
    bool latencies; /* needs their distributions */
};

static const struct section_row sections[] = {
    {.title = "Server", .write = info_write_server, .usual = true},
    {.title = "Clients", .write = info_write_clients, .usual = true},
    {.title = "Memory", .write = info_write_memory, .usual = true},
    {.title = "Persistence", .write = info_write_persistence, .usual = true},
    {.title = "Stats", .write = info_write_statistics, .usual = true},
    {.title = "Replication", .write = info_write_replication, .usual = true},
    {.title = "CPU", .write = info_write_cpu, .usual = true},
    {.title = "Modules", .write = info_write_modules, .usual = true},
    {.title = "Commandstats", .write = info_write_commands, .commands = true},
    {.title = "Errorstats", .write = info_write_errors, .usual = true},
    {.title = "Latencystats", .write = info_write_latencies, .latencies = true},
    {.title = "Cluster", .write = info_write_cluster, .usual = true},
    {.title = "Keyspace", .write = info_write_keyspace, .usual = true},
    {.title = "Shards", .write = info_write_shards, .usual = true},
};

enum { SECTIONS = sizeof(sections) / sizeof(sections[0]) };

struct request {
    bool wanted[SECTIONS];
    bool commands;
    bool latencies;
    bool replication;
};

static void want(struct request *request, uint32_t section)
{
    request->wanted[section] = true;
    request->commands |= sections[section].commands;
    request->latencies |= sections[section].latencies;
    request->replication |= sections[section].write == info_write_replication;
}

static void want_all(struct request *request, bool unusual)
{
    for (uint32_t i = 0; i < SECTIONS; i++)
        if (unusual || sections[i].usual)
            want(request, i);
}

/* Unknown sections are no error; they have nothing to show. */
static void want_named(struct request *request, struct span name)
{
    if (span_is(name, "default"))
        want_all(request, false);
    else if (span_is(name, "all") || span_is(name, "everything"))
        want_all(request, true);
    for (uint32_t i = 0; i < SECTIONS; i++)
        if (span_equal_ignoring_case(name, span_of_string(sections[i].title)))
            want(request, i);
}

/* ---- The shards' reports ---- */

static uint64_t time_us_of(struct timeval time)
{
    return (uint64_t)time.tv_sec * 1000000 + (uint64_t)time.tv_usec;
}

static void take_connections(const struct shard *shard, struct info_shard *report)
{
    report->deadlines = shard->blocked.table.deadlines.count;
    report->blocking_keys = shard->blocked.table.queue_count;
    report->blocking_keys_until_gone = shard->blocked.table.until_gone_count;
    list_for_each (link, &shard->connections) {
        const struct connection *connection = list_entry(link, struct connection, link);
        uint64_t input = connection->input_end - connection->input_start;
        uint64_t output = connection_output_size(connection);

        report->blocked += connection_is_blocked(connection);
        report->subscribers += connection->subscriber != NULL;
        report->watching += connection->watches != NULL;
        report->input_bytes += input + transaction_memory(connection);
        if (input > report->input_largest)
            report->input_largest = input;
        if (output > report->output_largest)
            report->output_largest = output;
    }
}

static void take_databases(struct shard *shard, struct info_shard *report)
{
    uint32_t count = shard->node->databases;

    report->databases = memory_new_zeroed(count, sizeof(*report->databases));
    for (uint32_t i = 0; i < count; i++) {
        struct info_database *database = &report->databases[i];

        database->keys = keyspace_size(shard->keyspace, i);
        if (database->keys == 0)
            continue;
        database->expires = keyspace_volatile_size(shard->keyspace, i);
        database->expiring_items = keyspace_expiring_size(shard->keyspace, i);
        if (database->expires > 0)
            database->average_ttl = keyspace_average_ttl(shard->keyspace, i, shard->now);
        report->keys += database->keys;
    }
}

/* NULL of NULL. */
static struct histogram *histogram_copy(const struct histogram *histogram)
{
    struct histogram *copy;

    if (histogram == NULL)
        return NULL;
    copy = memory_new(sizeof(*copy));
    *copy = *histogram;
    return copy;
}

static void take_commands(struct info_shard *report, const struct statistics *from, bool latencies)
{
    size_t size = command_count * sizeof(*from->commands_by_id);
    struct command_statistics *copy = memory_new(size);

    memcpy(copy, from->commands_by_id, size);
    for (uint16_t id = 0; id < command_count; id++) {
        copy[id].latency = latencies ? histogram_copy(copy[id].latency) : NULL;
        copy[id].response = latencies ? histogram_copy(copy[id].response) : NULL;
    }
    report->statistics.commands_by_id = copy;
}

void info_shard_take(struct shard *shard, struct info_shard *report, bool with_commands,
                     bool with_latencies)
{
    struct statistics *statistics = &report->statistics;
    size_t errors = STATISTICS_ERRORS_MAX * sizeof(*statistics->errors_by_code);
    struct rusage usage;

    *statistics = shard->statistics;
    statistics->commands_by_id = NULL;
    statistics->errors_by_code = memory_new(errors);
    memcpy(statistics->errors_by_code, shard->statistics.errors_by_code, errors);
    if (with_commands || with_latencies)
        take_commands(report, &shard->statistics, with_latencies);
    keyspace_statistics(shard->keyspace, &report->keyspace);
    take_databases(shard, report);
    take_connections(shard, report);
    report->connections = shard->connection_count;
    report->watched_keys = keyspace_watched_count(shard->keyspace);
    report->tracking_clients = shard->tracking.client_count;
    report->tracked_keys = shard->tracking.table.count;
    report->tracked_items = shard->tracking.table.items;
    report->tracking_prefixes = shard->tracking.prefixes.count;
    report->loading = shard->loading != NULL;
    report->channels = shard->pubsub.interests[TOPIC_CHANNEL].count;
    report->patterns = pattern_index_count(&shard->pubsub.patterns);
    report->shard_channels = shard->pubsub.interests[TOPIC_SHARD_CHANNEL].count;
    report->script_memory = script_engine_memory(shard);
    report->output_bytes = shard->output_bytes;
    report->client_memory = shard->client_memory;
    report->port = shard->port;
    report->tls_port = shard->tls_port;
    report->compaction = *keyspace_compact_figures(shard->keyspace);
    report->defragmentation_effort = shard->defragmentation.effort;
    report->defragmentation_ms = defragmentation_ms(shard, &report->defragmentation_all_ms);
    report->over_limit_ms = eviction_over_ms(shard, &report->over_limit_all_ms);
    getrusage(RUSAGE_THREAD, &usage);
    report->user_us = time_us_of(usage.ru_utime);
    report->system_us = time_us_of(usage.ru_stime);
}

void info_shard_free(struct info_shard *report)
{
    struct command_statistics *by_id = report->statistics.commands_by_id;

    for (uint16_t id = 0; by_id != NULL && id < command_count; id++)
        command_statistics_free(&by_id[id]);
    memory_free(by_id);
    memory_free(report->statistics.errors_by_code);
    memory_free(report->databases);
}

/* ---- Adding up ---- */

static void add_rate(struct rate *total, const struct rate *rate)
{
    for (uint32_t i = 0; i < RATE_SAMPLES; i++)
        total->samples[i] += rate->samples[i];
}

static void add_histogram(struct histogram **into, const struct histogram *of)
{
    if (of == NULL)
        return;
    if (*into == NULL)
        *into = memory_new_zeroed(1, sizeof(**into));
    histogram_merge(*into, of);
}

static void add_commands(struct statistics *total, const struct statistics *from)
{
    if (from->commands_by_id == NULL)
        return;
    if (total->commands_by_id == NULL)
        total->commands_by_id = memory_new_zeroed(command_count, sizeof(*total->commands_by_id));
    for (uint16_t id = 0; id < command_count; id++) {
        struct command_statistics *into = &total->commands_by_id[id];
        const struct command_statistics *of = &from->commands_by_id[id];

        into->calls += of->calls;
        into->ticks += of->ticks;
        into->rejected += of->rejected;
        into->failed += of->failed;
        into->response_ticks += of->response_ticks;
        add_histogram(&into->latency, of->latency);
        add_histogram(&into->response, of->response);
    }
}

static void add_error(struct statistics *total, const struct error_statistics *error)
{
    for (uint32_t i = 0; i < total->error_codes; i++) {
        if (strcmp(total->errors_by_code[i].code, error->code) == 0) {
            total->errors_by_code[i].count += error->count;
            return;
        }
    }
    if (total->error_codes < STATISTICS_ERRORS_MAX)
        total->errors_by_code[total->error_codes++] = *error;
}

static void add_statistics(struct statistics *total, const struct statistics *from)
{
    total->commands += from->commands;
    total->connections_received += from->connections_received;
    total->connections_rejected += from->connections_rejected;
    total->bytes_received += from->bytes_received;
    total->bytes_sent += from->bytes_sent;
    total->reads += from->reads;
    total->writes += from->writes;
    total->turns += from->turns;
    total->hops_sent += from->hops_sent;
    total->hops_served += from->hops_served;
    total->hop_messages += from->hop_messages;
    total->sections += from->sections;
    total->errors += from->errors;
    total->changes += from->changes;
    total->clients_evicted += from->clients_evicted;
    total->output_limit_disconnections += from->output_limit_disconnections;
    total->query_limit_disconnections += from->query_limit_disconnections;
    total->unexpected_errors += from->unexpected_errors;
    total->authentications_failed += from->authentications_failed;
    total->denied_commands += from->denied_commands;
    total->denied_keys += from->denied_keys;
    total->denied_channels += from->denied_channels;
    total->expired_time_capped += from->expired_time_capped;
    total->tls_handshakes += from->tls_handshakes;
    total->tls_resumptions += from->tls_resumptions;
    total->tls_handshakes_failed += from->tls_handshakes_failed;
    total->tls_handshakes_put_off += from->tls_handshakes_put_off;
    add_rate(&total->command_rate, &from->command_rate);
    add_rate(&total->receive_rate, &from->receive_rate);
    add_rate(&total->send_rate, &from->send_rate);
    add_commands(total, from);
    for (uint32_t i = 0; i < from->error_codes; i++)
        add_error(total, &from->errors_by_code[i]);
}

static void add_database(struct info_database *total, const struct info_database *from)
{
    uint64_t expires = total->expires + from->expires;

    /* The average of all, each with its weight. */
    if (expires > 0)
        total->average_ttl = (int64_t)(((double)total->average_ttl * (double)total->expires +
                                        (double)from->average_ttl * (double)from->expires) /
                                       (double)expires);
    total->expires = expires;
    total->expiring_items += from->expiring_items;
    total->keys += from->keys;
}

static uint64_t larger(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

void info_shard_add(struct info_shard *total, const struct info_shard *report, uint32_t databases)
{
    add_statistics(&total->statistics, &report->statistics);
    total->keyspace.hits += report->keyspace.hits;
    total->keyspace.misses += report->keyspace.misses;
    total->keyspace.expired += report->keyspace.expired;
    total->keyspace.expired_elements += report->keyspace.expired_elements;
    total->keyspace.evicted += report->keyspace.evicted;
    total->keyspace.used_memory += report->keyspace.used_memory;
    total->keyspace.held_memory += report->keyspace.held_memory;
    total->keyspace.large_memory += report->keyspace.large_memory;
    total->keyspace.reserved_memory += report->keyspace.reserved_memory;
    total->keyspace.table_memory += report->keyspace.table_memory;
    total->keyspace.reclaimed += report->keyspace.reclaimed;
    total->keyspace.reclaim_queue += report->keyspace.reclaim_queue;
    for (uint32_t i = 0; i < databases; i++)
        add_database(&total->databases[i], &report->databases[i]);
    total->keys += report->keys;
    total->script_memory += report->script_memory;
    total->output_bytes += report->output_bytes;
    total->client_memory += report->client_memory;
    total->input_bytes += report->input_bytes;
    total->input_largest = larger(total->input_largest, report->input_largest);
    total->output_largest = larger(total->output_largest, report->output_largest);
    total->connections += report->connections;
    total->blocked += report->blocked;
    total->deadlines += report->deadlines;
    total->blocking_keys += report->blocking_keys;
    total->blocking_keys_until_gone += report->blocking_keys_until_gone;
    total->subscribers += report->subscribers;
    total->watching += report->watching;
    total->watched_keys += report->watched_keys;
    total->tracking_clients += report->tracking_clients;
    total->tracked_keys += report->tracked_keys;
    total->tracked_items += report->tracked_items;
    total->tracking_prefixes = larger(total->tracking_prefixes, report->tracking_prefixes);
    total->loading |= report->loading;
    total->channels = larger(total->channels, report->channels);
    total->patterns = larger(total->patterns, report->patterns);
    total->shard_channels = larger(total->shard_channels, report->shard_channels);
    total->compaction.keys_moved += report->compaction.keys_moved;
    total->compaction.keys_kept += report->compaction.keys_kept;
    total->compaction.blocks_moved += report->compaction.blocks_moved;
    total->compaction.blocks_kept += report->compaction.blocks_kept;
    if (report->defragmentation_effort > total->defragmentation_effort)
        total->defragmentation_effort = report->defragmentation_effort;
    total->defragmentation_ms = larger(total->defragmentation_ms, report->defragmentation_ms);
    total->defragmentation_all_ms += report->defragmentation_all_ms;
    total->over_limit_ms = larger(total->over_limit_ms, report->over_limit_ms);
    total->over_limit_all_ms = larger(total->over_limit_all_ms, report->over_limit_all_ms);
    total->user_us += report->user_us;
    total->system_us += report->system_us;
}

static size_t peak_note(struct node *node, size_t used)
{
    size_t peak = atomic_load_explicit(&node->used_memory_peak, memory_order_relaxed);

    while (used > peak &&
           !atomic_compare_exchange_weak_explicit(&node->used_memory_peak, &peak, used,
                                                  memory_order_relaxed, memory_order_relaxed))
        continue;
    return used > peak ? used : peak;
}

/* To the allocator a heap's region is one block, whatever is in it. */
static void count_heaps(struct info *info)
{
    const struct keyspace_statistics *keyspace = &info->total->keyspace;
    size_t held = keyspace->held_memory - keyspace->large_memory;
    size_t used = keyspace->used_memory - keyspace->large_memory;

    if (info->allocator.allocated < keyspace->reserved_memory)
        return;
    info->allocator.allocated -= keyspace->reserved_memory - used;
    info->allocator.active -= keyspace->reserved_memory - held;
    info->allocator.resident -= keyspace->reserved_memory - held;
}

void info_collect_reports(struct info *info, struct node *node, const struct config *config)
{
    struct info_shard *total = memory_new_zeroed(1, sizeof(*total));

    info->node = node;
    info->config = config;
    info->total = total;
    info->now = clock_now_us();
    total->databases = memory_new_zeroed(node->databases, sizeof(*total->databases));
    total->statistics.errors_by_code =
        memory_new_zeroed(STATISTICS_ERRORS_MAX, sizeof(*total->statistics.errors_by_code));
    for (uint32_t i = 0; i < node->shard_count; i++)
        info_shard_add(total, info->shards[i], node->databases);
    allocator_statistics(&info->allocator);
    count_heaps(info);
    info->client_memory = total->client_memory;
    /* What data and clients take; the allocator's own count comes in steps of large regions. */
    info->used_memory = total->keyspace.used_memory + info->client_memory;
    info->used_memory_peak = peak_note(node, info->used_memory);
    info->data_memory = total->keyspace.used_memory - total->keyspace.table_memory;
}

void info_collect(struct info *info, struct gather *gather)
{
    struct shard *asker = gather->asker;

    *info = (struct info){.asker = asker};
    for (uint32_t i = 0; i < asker->node->shard_count; i++)
        info->shards[i] = gather_part(gather, i);
    info_collect_reports(info, asker->node, asker->config);
}

void info_release_total(struct info *info)
{
    info_shard_free(info->total);
    memory_free(info->total);
}

void info_release(struct info *info)
{
    for (uint32_t i = 0; i < info->node->shard_count; i++)
        info_shard_free(info->shards[i]);
    info_release_total(info);
}

/* ---- The command ---- */

static void write_section(const struct info *info, const struct section_row *section,
                          struct text_buffer *text)
{
    if (text->length > 0)
        text_buffer_add(text, SPAN("\r\n"));
    text_buffer_add_format(text, "# %s\r\n", section->title);
    section->write(info, text);
}

static void info_visit(struct shard *shard, struct gather *gather, void *part)
{
    const struct request *request = gather->context;

    info_shard_take(shard, part, request->commands, request->latencies);
    if (replication_source_has_news(&shard->replication_source) && !gather->in_section)
        replication_source_hand_over(shard, shard);
}

/* All that was written before the command is in the stream's offset. */
static void info_control_visit(struct control *control, struct gather *gather)
{
    (void)gather;
    replication_report_update(control);
}

static void info_finish(struct gather *gather, struct reply *reply)
{
    const struct request *request = gather->context;
    struct text_buffer text = {0};
    struct info info;

    info_collect(&info, gather);
    for (uint32_t i = 0; i < SECTIONS; i++)
        if (request->wanted[i])
            write_section(&info, &sections[i], &text);
    info_release(&info);
    reply_verbatim(reply, "txt", text_buffer_span(&text));
    text_buffer_free(&text);
}

void command_info(struct cmd *cmd)
{
    struct request *request = memory_new_zeroed(1, sizeof(*request));
    struct gather *gather;

    if (cmd->argc == 1)
        want_all(request, false);
    for (uint32_t i = 1; i < cmd->argc; i++)
        want_named(request, cmd->argv[i]);
    gather = gather_new(cmd, sizeof(struct info_shard), info_visit, info_finish);
    gather->context = request;
    if (request->replication)
        gather->control_visit = info_control_visit;
    gather_start(gather, section_all(gather->asker->node));
}
