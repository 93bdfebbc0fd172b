#include "server/http/api.h"

#include "cluster/autopilot_report.h"
#include "proto/base/memory.h"
#include "server/commands/command.h"
#include "server/commands/info.h"
#include "server/control/cluster_driver.h"
#include "server/control/control.h"
#include "server/http/figures.h"
#include "server/http/http_state.h"
#include "server/http/json.h"
#include "server/migration/migration.h"
#include "server/migration/migration_job.h"
#include "server/observe/clock.h"
#include "server/observe/version.h"

/* ---- This node ---- */

static void write_shard(struct json *json, const struct control *control, const struct info *info,
                        uint32_t index)
{
    const struct info_shard *shard = info_shard_of(info, index);
    const struct statistics *statistics = &shard->statistics;

    json_open(json, NULL, '{');
    json_integer(json, "port", shard->port);
    json_integer(json, "keys", (int64_t)shard->keys);
    json_integer(json, "memory", (int64_t)shard->keyspace.used_memory);
    json_integer(json, "connections", shard->connections);
    json_integer(json, "commands", (int64_t)statistics->commands);
    json_integer(json, "hops_sent", (int64_t)statistics->hops_sent);
    json_integer(json, "hops_served", (int64_t)statistics->hops_served);
    json_integer(json, "cpu_us", (int64_t)(shard->user_us + shard->system_us));
    json_boolean(json, "stalled", control->pulses[index].stalled);
    json_integer(json, "age_ms", figures_age_ms(control->http->figures, index));
    json_close(json, '}');
}

static void write_node(struct json *json, const struct control *control, const struct info *info)
{
    const struct node *node = control->node;
    const struct statistics *total = &info->total->statistics;

    json_open(json, "node", '{');
    json_text(json, "run_id", node->run_id);
    json_text(json, "version", TESSERA_VERSION);
    json_text(json, "role", atomic_load(&node->is_replica) ? "replica" : "primary");
    json_integer(json, "now_ms", control->now);
    json_integer(json, "uptime_ms", control->now - node->started);
    json_integer(json, "port", control->config->port);
    json_boolean(json, "loading", atomic_load(&node->loading));
    json_integer(json, "clients", info->total->connections);
    json_integer(json, "keys", (int64_t)info->total->keys);
    json_integer(json, "memory", (int64_t)info->used_memory);
    json_integer(json, "memory_resident", (int64_t)atomic_load(&node->resident_bytes));
    json_integer(json, "memory_max", (int64_t)config_maxmemory(control->config));
    json_integer(json, "commands", (int64_t)total->commands);
    json_integer(json, "hops", (int64_t)total->hops_sent);
    json_integer(json, "bytes_in", (int64_t)total->bytes_received);
    json_integer(json, "bytes_out", (int64_t)total->bytes_sent);
    json_integer(json, "stalls", (int64_t)atomic_load(&node->stalls));
    json_open(json, "shards", '[');
    for (uint32_t i = 0; i < node->shard_count; i++)
        write_shard(json, control, info, i);
    json_close(json, ']');
    json_close(json, '}');
}

/* ---- Replication ---- */

static void write_replica(struct json *json, const struct replication_report *report,
                          const struct replication_report_replica *replica, int64_t now_ms)
{
    json_open(json, NULL, '{');
    json_text(json, "host", replica->host);
    json_integer(json, "port", replica->port);
    json_text(json, "state", replica->state);
    json_integer(json, "offset", replica->offset);
    json_integer(json, "lag_bytes", report->offset - replica->offset);
    json_integer(json, "heard_ms_ago", now_ms - replica->heard_ms);
    json_close(json, '}');
}

static void write_replication(struct json *json, const struct control *control)
{
    struct replication_report *report = &control->node->replication;

    pthread_mutex_lock(&report->lock);
    json_open(json, "replication", '{');
    json_integer(json, "offset", report->offset);
    if (report->is_replica) {
        json_open(json, "primary", '{');
        json_text(json, "host", report->link.host);
        json_integer(json, "port", report->link.port);
        json_boolean(json, "linked", report->link.phase == LINK_CONNECTED);
        json_integer(json, "offset", report->link.offset);
        json_close(json, '}');
    }
    json_open(json, "replicas", '[');
    for (uint32_t i = 0; i < report->count; i++)
        write_replica(json, report, &report->replicas[i], clock_monotonic_ms());
    json_close(json, ']');
    json_close(json, '}');
    pthread_mutex_unlock(&report->lock);
}

/* ---- The cluster ---- */

static const char *state_of(const struct cluster_node *node)
{
    if (node->flags & CLUSTER_NODE_FAILED)
        return "fail";
    if (node->flags & CLUSTER_NODE_MAYBE_FAILED)
        return "fail?";
    if (node->flags & CLUSTER_NODE_HANDSHAKE)
        return "handshake";
    return "ok";
}

static void write_ranges(struct json *json, const struct cluster_view *view, uint32_t place)
{
    uint32_t slot = 0;

    json_open(json, "slots", '[');
    while (slot < SLOT_COUNT) {
        uint32_t first = slot;

        while (slot < SLOT_COUNT && view->owner[slot] == place)
            slot++;
        if (slot > first) {
            json_open(json, NULL, '[');
            json_integer(json, NULL, first);
            json_integer(json, NULL, slot - 1);
            json_close(json, ']');
        } else {
            slot++;
        }
    }
    json_close(json, ']');
}

static void write_cluster_node(struct json *json, const struct control *control,
                               const struct cluster_view *view, uint32_t place,
                               const bool has_slots[])
{
    const struct topology *topology = cluster_driver_topology(control);
    const struct cluster_node *node = &view->nodes[place];
    /* How it is now: a view is as old as the last change. */
    const struct cluster_node *live = topology_find_node(topology, &node->id);
    bool replica = (node->flags & CLUSTER_NODE_REPLICA) != 0;

    live = live != NULL ? live : node;
    json_open(json, NULL, '{');
    json_span(json, "id", span_of(node->id.text, NODE_ID_LENGTH));
    json_text(json, "host", node->hostname[0] != '\0' ? node->hostname : node->ip);
    json_text(json, "name", node->human_name);
    json_integer(json, "port", view_node_port(node, VIEW_CLIENT_PLAIN));
    json_text(json, "role", replica ? "replica" : "primary");
    if (replica)
        json_span(json, "primary", span_of(node->primary_id.text, NODE_ID_LENGTH));
    json_text(json, "state", state_of(live));
    json_boolean(json, "myself", place == view->myself);
    json_boolean(json, "linked", live->connected);
    json_integer(json, "epoch", (int64_t)node->config_epoch);
    json_integer(json, "offset", live->replication_offset);
    if (has_slots[place])
        write_ranges(json, view, place);
    json_close(json, '}');
}

static void write_autopilot(struct json *json, const struct autopilot_report *report)
{
    if (!report->on)
        return;
    json_open(json, "autopilot", '{');
    json_boolean(json, "calm", report->calm);
    json_text(json, "state", report->state);
    json_text(json, "step", report->step);
    json_integer(json, "step_ms", report->step_time);
    json_integer(json, "addresses", report->addresses);
    json_integer(json, "nodes_away", report->nodes_away);
    json_integer(json, "nodes_leaving", report->nodes_leaving);
    json_integer(json, "primaries", report->primaries);
    json_integer(json, "primaries_wanted", report->primaries_wanted);
    json_integer(json, "replicas_wanted", report->replicas_wanted);
    json_integer(json, "slots_to_move", report->slots_to_move);
    json_close(json, '}');
}

static void write_cluster(struct json *json, const struct control *control)
{
    const struct cluster_view *view = cluster_driver_view(control);
    bool *has_slots = memory_new_zeroed(view->node_count, sizeof(*has_slots));

    for (uint32_t slot = 0; slot < SLOT_COUNT; slot++)
        if (view->owner[slot] != SLOT_MAP_NOBODY)
            has_slots[view->owner[slot]] = true;
    json_open(json, "cluster", '{');
    json_boolean(json, "ok", view->ok);
    json_integer(json, "epoch", (int64_t)view->current_epoch);
    json_integer(json, "slots_assigned", view->counts.slots_assigned);
    json_integer(json, "size", view->counts.size);
    write_autopilot(json, cluster_driver_autopilot(control));
    json_open(json, "nodes", '[');
    for (uint32_t i = 0; i < view->node_count; i++)
        write_cluster_node(json, control, view, i, has_slots);
    json_close(json, ']');
    json_close(json, '}');
    memory_free(has_slots);
}

/* ---- Migrations ---- */

static void write_migration(void *context, const struct migration_job *job)
{
    struct json *json = context;

    json_open(json, NULL, '{');
    json_span(json, "name", span_of(job->name.text, NODE_ID_LENGTH));
    json_text(json, "direction", job->is_import ? "import" : "export");
    json_text(json, "state", migration_job_state_name(job));
    json_boolean(json, "over", migration_job_is_over(job));
    json_span(json, "source", span_of(job->source.text, NODE_ID_LENGTH));
    json_span(json, "target", span_of(job->target.text, NODE_ID_LENGTH));
    json_open(json, "ranges", '[');
    for (uint32_t i = 0; i < job->range_count; i++) {
        json_open(json, NULL, '[');
        json_integer(json, NULL, job->ranges[i].first);
        json_integer(json, NULL, job->ranges[i].last);
        json_close(json, ']');
    }
    json_close(json, ']');
    if (!job->is_import)
        json_number(json, "progress", migration_job_progress(job));
    json_integer(json, "remaining_bytes", (int64_t)job->remaining);
    json_integer(json, "sent_bytes", (int64_t)job->sent);
    json_integer(json, "created_ms", job->created);
    json_integer(json, "updated_ms", job->updated);
    json_text(json, "message", job->message);
    json_close(json, '}');
}

/* ---- Latency ---- */

enum {
    /* Borders: powers of two nanoseconds, from a quarter of a microsecond to 17 seconds. */
    FIRST_BORDER_BITS = 8,
    LAST_BORDER_BITS = 34,
};

/* Of all commands with keys, as metrics have it per command: how many calls took less than each
 * border and not less than the one before. */
static void write_latency(struct json *json, const struct info *info)
{
    const struct command_statistics *by_id = info->total->statistics.commands_by_id;
    struct histogram sum = {0};
    uint32_t bucket = 0;

    for (uint16_t id = 0; by_id != NULL && id < command_count; id++)
        if (by_id[id].response != NULL)
            histogram_merge(&sum, by_id[id].response);
    json_open(json, "latency", '{');
    json_integer(json, "first_border_ns", 1 << FIRST_BORDER_BITS);
    json_open(json, "counts", '[');
    for (uint32_t bits = FIRST_BORDER_BITS; bits <= LAST_BORDER_BITS; bits++) {
        uint64_t seen = 0;

        while (bucket < HISTOGRAM_BUCKETS && histogram_bucket_top(bucket) < (uint64_t)1 << bits)
            seen += sum.buckets[bucket++];
        json_integer(json, NULL, (int64_t)seen);
    }
    json_close(json, ']');
    json_close(json, '}');
}

/* ---- Slots ---- */

/* Rows of slot, keys, commands, bytes in and out: of slots that have or had any. */
static void write_slots(struct json *json, const struct control *control)
{
    json_open(json, "slots", '[');
    for (uint32_t shard = 0; shard < control->node->shard_count; shard++) {
        uint32_t count;
        const struct slot_figures *slots = figures_slots(control->http->figures, shard, &count);

        for (uint32_t i = 0; i < count; i++) {
            json_open(json, NULL, '[');
            json_integer(json, NULL, slots[i].slot);
            json_integer(json, NULL, (int64_t)slots[i].keys);
            json_integer(json, NULL, (int64_t)slots[i].calls);
            json_integer(json, NULL, (int64_t)slots[i].bytes_in);
            json_integer(json, NULL, (int64_t)slots[i].bytes_out);
            json_close(json, ']');
        }
    }
    json_close(json, ']');
}

void api_answer_cluster(struct control *control, const struct http_request *request,
                        struct http_answer *answer)
{
    struct span value = SPAN("");
    struct json json = {0};
    struct info info;

    figures_collect(control->http->figures, &info);
    json_open(&json, NULL, '{');
    write_node(&json, control, &info);
    write_replication(&json, control);
    if (control->cluster_driver != NULL)
        write_cluster(&json, control);
    json_open(&json, "migrations", '[');
    migration_visit(control, write_migration, &json);
    json_close(&json, ']');
    write_latency(&json, &info);
    if (http_request_parameter(request, SPAN("slots"), &value) && span_is(value, "1"))
        write_slots(&json, control);
    json_close(&json, '}');
    text_buffer_add(&json.text, SPAN("\n"));
    figures_release_info(&info);
    answer->type = "application/json";
    answer->body = json.text;
}
