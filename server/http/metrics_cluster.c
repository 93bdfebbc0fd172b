/*
 * Metrics of the cluster, its bus, migrations and replication.
 */
#include "cluster/autopilot_report.h"
#include "server/control/cluster_driver.h"
#include "server/control/control.h"
#include "server/http/metrics.h"
#include "server/migration/migration.h"
#include "server/migration/migration_job.h"
#include "server/observe/clock.h"

#include <stdio.h>

/* ---- Replication ---- */

static double seconds_since(time_ms then, time_ms now)
{
    return then == 0 || now < then ? 0 : (double)(now - then) / 1000;
}

static void replica_labels(char labels[METRIC_LABELS_MAX],
                           const struct replication_report_replica *replica)
{
    char host[2 * REPLICATION_HOST_MAX];

    metrics_escape(host, sizeof(host), replica->host);
    snprintf(labels, METRIC_LABELS_MAX, "slave_ip=\"%s\",slave_port=\"%u\",slave_state=\"%s\"",
             host, replica->port, replica->state);
}

static void write_replicas(struct metrics_text *metrics, const struct replication_report *report)
{
    char labels[METRIC_LABELS_MAX];
    int64_t now = clock_monotonic_ms();

    metrics_family(metrics, "redis_connected_slave_offset_bytes", METRIC_GAUGE,
                   "Offset that a replica has acknowledged");
    for (uint32_t i = 0; i < report->count; i++) {
        replica_labels(labels, &report->replicas[i]);
        metrics_add(metrics, labels, (double)report->replicas[i].offset);
    }
    metrics_family(metrics, "redis_connected_slave_lag_seconds", METRIC_GAUGE,
                   "Since when it has not been heard of");
    for (uint32_t i = 0; i < report->count; i++) {
        replica_labels(labels, &report->replicas[i]);
        metrics_add(metrics, labels, (double)(now - report->replicas[i].heard_ms) / 1000);
    }
    metrics_family(metrics, "tessera_replica_lag_bytes", METRIC_GAUGE,
                   "What a replica has not acknowledged of the stream");
    for (uint32_t i = 0; i < report->count; i++) {
        replica_labels(labels, &report->replicas[i]);
        metrics_add(metrics, labels, (double)(report->offset - report->replicas[i].offset));
    }
}

static void write_primary(struct metrics_text *metrics, const struct replication_link *link,
                          time_ms now)
{
    char host[2 * REPLICATION_HOST_MAX];
    char labels[METRIC_LABELS_MAX];

    metrics_escape(host, sizeof(host), link->host);
    snprintf(labels, sizeof(labels), "master_host=\"%s\",master_port=\"%u\"", host, link->port);
    metrics_family(metrics, "redis_master_link_up", METRIC_GAUGE, "The link to the primary works");
    metrics_add_integer(metrics, labels, link->phase == LINK_CONNECTED);
    metrics_family(metrics, "redis_master_sync_in_progress", METRIC_GAUGE,
                   "The primary's data are being transferred");
    metrics_add_integer(metrics, labels, link->phase == LINK_SYNC);
    metrics_family(metrics, "redis_master_last_io_seconds_ago", METRIC_GAUGE,
                   "Since when nothing has come from the primary");
    metrics_add(metrics, labels, seconds_since(link->last_heard, now));
    if (link->offset < 0)
        return;
    metrics_family(metrics, "redis_slave_repl_offset", METRIC_GAUGE,
                   "Offset of the primary's stream up to which the data are");
    metrics_add(metrics, labels, (double)link->offset);
}

void metrics_write_replication(struct metrics_text *metrics, const struct control *control)
{
    struct replication_report *report = &control->node->replication;

    pthread_mutex_lock(&report->lock);
    write_replicas(metrics, report);
    if (report->is_replica)
        write_primary(metrics, &report->link, control->now);
    pthread_mutex_unlock(&report->lock);
}

/* ---- The cluster ---- */

static uint64_t owned(const struct cluster_view *view)
{
    uint64_t count = 0;

    for (uint32_t slot = 0; slot < SLOT_COUNT; slot++)
        count += view->owner[slot] == view->myself;
    return count;
}

static void write_state(struct metrics_text *metrics, const struct cluster_view *view)
{
    const struct topology_counts *counts = &view->counts;
    const struct {
        const char *name;
        const char *help;
        uint64_t value;
    } rows[] = {
        {"redis_cluster_state", "The cluster serves all slots that it has to", view->ok},
        {"redis_cluster_slots_assigned", "Slots with an owner", counts->slots_assigned},
        {"redis_cluster_slots_ok", "Of these: whose owner can be reached", counts->slots_ok},
        {"redis_cluster_slots_pfail", "Whose owner this node cannot reach",
         counts->slots_maybe_failed},
        {"redis_cluster_slots_fail", "Whose owner has failed", counts->slots_failed},
        {"redis_cluster_known_nodes", "Nodes that this one knows, itself included",
         view->node_count},
        {"redis_cluster_size", "Primaries with slots", counts->size},
        {"redis_cluster_current_epoch", "The highest epoch that this node has seen",
         view->current_epoch},
        {"redis_cluster_my_epoch", "The epoch of this node, or of its primary",
         cluster_node_shown_epoch(view->nodes, view->node_count, view_myself(view))},
        {"tessera_cluster_slots_owned", "Slots that this node serves as a primary", owned(view)},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        metrics_single(metrics, rows[i].name, METRIC_GAUGE, rows[i].help, (double)rows[i].value);
}

/* ---- The bus ---- */

struct links {
    uint64_t count[2]; /* by direction: inbound, outbound */
    uint64_t unsent;
    uint64_t memory;
};

static void count_link(void *context, const struct cluster_driver_link *link)
{
    struct links *links = context;

    links->count[link->outbound]++;
    links->unsent += link->send_used;
    links->memory += link->send_memory;
}

static uint64_t sum(const uint64_t messages[VIEW_MESSAGE_TYPES])
{
    uint64_t total = 0;

    for (uint32_t i = 0; i < VIEW_MESSAGE_TYPES; i++)
        total += messages[i];
    return total;
}

static void write_bus(struct metrics_text *metrics, const struct control *control)
{
    const struct view_statistics *statistics = cluster_driver_statistics(control);
    struct links links = {0};

    cluster_driver_links(control, count_link, &links);
    metrics_single(metrics, "redis_cluster_messages_sent_total", METRIC_COUNTER,
                   "Messages to other nodes", (double)sum(statistics->messages_sent));
    metrics_single(metrics, "redis_cluster_messages_received_total", METRIC_COUNTER,
                   "Messages from other nodes", (double)sum(statistics->messages_received));
    metrics_family(metrics, "tessera_bus_links", METRIC_GAUGE, "Links of the bus that are up");
    metrics_add_integer(metrics, "direction=\"inbound\"", links.count[0]);
    metrics_add_integer(metrics, "direction=\"outbound\"", links.count[1]);
    metrics_single(metrics, "tessera_bus_unsent_bytes", METRIC_GAUGE,
                   "Bytes that other nodes have not taken yet", (double)links.unsent);
    metrics_single(metrics, "tessera_bus_send_memory_bytes", METRIC_GAUGE,
                   "Memory of what waits to be sent to other nodes", (double)links.memory);
    metrics_single(metrics, "tessera_bus_links_overfull_total", METRIC_COUNTER,
                   "Links given up because they did not take what they were sent",
                   (double)statistics->link_buffer_limit_exceeded);
    metrics_single(metrics, "tessera_bus_silent", METRIC_GAUGE,
                   "The node says nothing on the bus, because a shard hangs",
                   cluster_driver_is_silent(control));
}

/* ---- Migrations ---- */

enum migration_end { END_NONE, END_SUCCESS, END_OTHER, MIGRATION_ENDS };

struct migration_counts {
    struct metrics_text *metrics;
    uint64_t count[2][MIGRATION_ENDS]; /* by direction: export, import */
};

static enum migration_end end_of(const struct migration_job *job)
{
    if (!migration_job_is_over(job))
        return END_NONE;
    return job->state == MIGRATION_SUCCESS ? END_SUCCESS : END_OTHER;
}

static void count_migration(void *context, const struct migration_job *job)
{
    struct migration_counts *counts = context;

    counts->count[job->is_import][end_of(job)]++;
}

static const char *migration_labels(char labels[METRIC_LABELS_MAX], const struct migration_job *job)
{
    snprintf(labels, METRIC_LABELS_MAX,
             "name=\"%.*s\",direction=\"%s\",source=\"%.*s\",target=\"%.*s\"", NODE_ID_LENGTH,
             job->name.text, job->is_import ? "import" : "export", NODE_ID_LENGTH, job->source.text,
             NODE_ID_LENGTH, job->target.text);
    return labels;
}

static void write_remaining(void *context, const struct migration_job *job)
{
    struct migration_counts *counts = context;
    char labels[METRIC_LABELS_MAX];

    if (!migration_job_is_over(job))
        metrics_add(counts->metrics, migration_labels(labels, job), (double)job->remaining);
}

static void write_progress(void *context, const struct migration_job *job)
{
    struct migration_counts *counts = context;
    char labels[METRIC_LABELS_MAX];

    if (!migration_job_is_over(job) && !job->is_import)
        metrics_add(counts->metrics, migration_labels(labels, job), migration_job_progress(job));
}

static void write_migrations(struct metrics_text *metrics, const struct control *control)
{
    static const char *const directions[] = {"export", "import"};
    static const char *const ends[] = {"running", "success", "failed"};
    struct migration_counts counts = {.metrics = metrics};
    char labels[METRIC_LABELS_MAX];

    migration_visit(control, count_migration, &counts);
    metrics_family(metrics, "tessera_migrations", METRIC_GAUGE,
                   "Slot migrations: under way, and those of late by their end");
    for (uint32_t direction = 0; direction < 2; direction++) {
        for (uint32_t end = 0; end < MIGRATION_ENDS; end++) {
            snprintf(labels, sizeof(labels), "direction=\"%s\",state=\"%s\"", directions[direction],
                     ends[end]);
            metrics_add_integer(metrics, labels, counts.count[direction][end]);
        }
    }
    metrics_family(metrics, "tessera_migration_remaining_bytes", METRIC_GAUGE,
                   "What is known to be sent and not answered of a migration");
    migration_visit(control, write_remaining, &counts);
    metrics_family(metrics, "tessera_migration_progress_ratio", METRIC_GAUGE,
                   "Share of a migration's slots that are copied, on the source");
    migration_visit(control, write_progress, &counts);
}

static void write_autopilot(struct metrics_text *metrics, const struct autopilot_report *report)
{
    if (!report->on)
        return;
    metrics_single(metrics, "tessera_autopilot_calm", METRIC_GAUGE,
                   "The cluster is as it is wanted, as the autopilot of this node sees it",
                   report->calm);
    metrics_single(metrics, "tessera_autopilot_slots_to_move", METRIC_GAUGE,
                   "Slots that are to be given to other nodes, in the whole cluster",
                   report->slots_to_move);
    metrics_single(metrics, "tessera_autopilot_nodes_away", METRIC_GAUGE,
                   "Nodes that the autopilot cannot work with now", report->nodes_away);
}

void metrics_write_cluster(struct metrics_text *metrics, const struct control *control)
{
    write_state(metrics, cluster_driver_view(control));
    write_bus(metrics, control);
    write_migrations(metrics, control);
    write_autopilot(metrics, cluster_driver_autopilot(control));
}
