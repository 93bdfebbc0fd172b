#include "server/replication/replication_report.h"

#include "proto/base/memory.h"
#include "proto/resp/reply.h"
#include "server/config/config.h"
#include "server/control/control.h"
#include "server/observe/clock.h"
#include "server/replication/failover.h"
#include "server/replication/replication_parts.h"
#include "server/replication/role.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { SECOND_MS = 1000 };

static struct replication_report *report_of(const struct control *control)
{
    return &control->node->replication;
}

void replication_report_init(struct replication_report *report)
{
    pthread_mutex_init(&report->lock, NULL);
    report->failover = "no-failover";
    memset(report->id, '0', sizeof(report->id) - 1);
    memset(report->second_id, '0', sizeof(report->second_id) - 1);
    report->second_offset = -1;
}

void replication_report_free(struct replication_report *report)
{
    memory_free(report->replicas);
    pthread_mutex_destroy(&report->lock);
}

/* ---- Written by the control thread ---- */

void replication_report_link(struct control *control, const struct replication_link *link)
{
    struct replication_report *report = report_of(control);

    pthread_mutex_lock(&report->lock);
    report->link = *link;
    pthread_mutex_unlock(&report->lock);
}

struct replication_link replication_report_read_link(struct node *node)
{
    struct replication_link link;

    pthread_mutex_lock(&node->replication.lock);
    link = node->replication.link;
    pthread_mutex_unlock(&node->replication.lock);
    return link;
}

void replication_report_failover(struct control *control, const char *state)
{
    struct replication_report *report = report_of(control);

    pthread_mutex_lock(&report->lock);
    report->failover = state;
    pthread_mutex_unlock(&report->lock);
}

static const char *phase_name(enum replica_phase phase)
{
    switch (phase) {
    case REPLICA_WAITS:
        return "wait_bgsave";
    case REPLICA_RECEIVES:
        return "send_bulk";
    case REPLICA_ONLINE:
        return "online";
    }
    return "unknown";
}

static void update_replicas(struct control *control, struct replication_report *report)
{
    struct replica_state state;
    uint32_t count = 0;

    while (replication_replica(control, count, &state))
        count++;
    if (count > report->count)
        report->replicas = memory_resize(report->replicas, count * sizeof(report->replicas[0]));
    report->count = count;
    report->caught_up = 0;
    for (uint32_t i = 0; i < count && replication_replica(control, i, &state); i++) {
        struct replication_report_replica *replica = &report->replicas[i];

        snprintf(replica->host, sizeof(replica->host), "%s", state.host);
        replica->port = state.port;
        replica->state = phase_name(state.phase);
        replica->offset = state.acknowledged;
        replica->heard_ms = state.heard_ms;
        report->caught_up += state.phase == REPLICA_ONLINE && state.acknowledged >= report->offset;
    }
}

void replication_report_refresh(struct control *control)
{
    struct replication_report *report = report_of(control);
    const struct replication *replication = control->replication;
    const struct replication_identity *identity = &replication->identity;
    const struct backlog *backlog = &replication->stream.backlog;

    replication_stream_collect(control);
    pthread_mutex_lock(&report->lock);
    report->is_replica = atomic_load(&control->node->is_replica);
    memcpy(report->id, identity->id, sizeof(report->id));
    memcpy(report->second_id, identity->second_id, sizeof(report->second_id));
    report->offset = identity->offset;
    report->second_offset = identity->second_offset;
    report->has_backlog = replication->stream.has_backlog;
    report->backlog_start = report->has_backlog ? backlog->start : 0;
    report->backlog_length = report->has_backlog ? backlog->end - backlog->start : 0;
    report->backlog_memory = report->has_backlog ? backlog->held : 0;
    report->good = replication->replicas.good;
    update_replicas(control, report);
    report->replica_memory =
        report->has_backlog && report->count > 0 && backlog->held > backlog->size
            ? backlog->held - backlog->size
            : 0;
    pthread_mutex_unlock(&report->lock);
}

void replication_report_update(struct control *control)
{
    role_look(control);
    failover_tick(control);
    replication_report_refresh(control);
}

void replication_report_reset(struct node *node)
{
    struct replication_report *report = &node->replication;
    _Atomic uint64_t *const counts[] = {&report->bytes_sent, &report->bytes_received,
                                        &report->full_syncs, &report->partial_syncs,
                                        &report->partial_refused};

    for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++)
        atomic_store(counts[i], 0);
}

/* ---- INFO ---- */

static long long seconds_since(time_ms then, time_ms now)
{
    return then == 0 ? -1 : (long long)((now - then) / SECOND_MS);
}

static void write_sync(const struct replication_link *link, time_ms now, struct text_buffer *text)
{
    int64_t left = link->sync_total < 0 ? -1 : link->sync_total - link->sync_read;
    double percent =
        link->sync_total > 0 ? (double)link->sync_read / (double)link->sync_total * 100 : 0;

    text_buffer_add_format(text,
                           "master_sync_total_bytes:%" PRId64 "\r\n"
                           "master_sync_read_bytes:%" PRId64 "\r\n"
                           "master_sync_left_bytes:%" PRId64 "\r\n"
                           "master_sync_perc:%.2f\r\n"
                           "master_sync_last_io_seconds_ago:%lld\r\n",
                           link->sync_total < 0 ? 0 : link->sync_total, link->sync_read, left,
                           percent, seconds_since(link->sync_last_read, now));
}

/* As Redis: Sentinel takes a negative one for the largest of all, and promotes who has nothing. */
static int64_t told_offset(int64_t offset)
{
    return offset < 0 ? 1 : offset;
}

static void write_link(const struct replication_link *link, const struct config *config,
                       time_ms now, struct text_buffer *text)
{
    bool up = link->phase == LINK_CONNECTED;

    text_buffer_add_format(text,
                           "master_host:%s\r\n"
                           "master_port:%u\r\n"
                           "master_link_status:%s\r\n"
                           "master_last_io_seconds_ago:%lld\r\n"
                           "master_sync_in_progress:%d\r\n"
                           "slave_read_repl_offset:%" PRId64 "\r\n"
                           "slave_repl_offset:%" PRId64 "\r\n",
                           link->host, link->port, up ? "up" : "down",
                           up ? seconds_since(link->last_heard, now) : -1, link->phase == LINK_SYNC,
                           told_offset(link->read_offset), told_offset(link->offset));
    if (link->phase == LINK_SYNC)
        write_sync(link, now, text);
    if (!up)
        text_buffer_add_format(text, "master_link_down_since_seconds:%lld\r\n",
                               seconds_since(link->down_since, now));
    text_buffer_add_format(text,
                           "slave_priority:%lld\r\n"
                           "slave_read_only:%d\r\n"
                           "replica_announced:%d\r\n",
                           (long long)config->replica_priority, config->replica_read_only,
                           config->replica_announced);
}

static void write_replicas(const struct replication_report *report, const struct config *config,
                           struct text_buffer *text)
{
    int64_t now = clock_monotonic_ms();

    text_buffer_add_format(text, "connected_slaves:%u\r\n", report->count);
    if (config->min_replicas_to_write > 0 && config->min_replicas_max_lag > 0)
        text_buffer_add_format(text, "min_slaves_good_slaves:%u\r\n", report->good);
    for (uint32_t i = 0; i < report->count; i++) {
        const struct replication_report_replica *replica = &report->replicas[i];
        bool online = strcmp(replica->state, "online") == 0;

        text_buffer_add_format(
            text, "slave%u:ip=%s,port=%u,state=%s,offset=%" PRId64 ",lag=%" PRId64 "\r\n", i,
            replica->host, replica->port, replica->state, replica->offset,
            online ? (now - replica->heard_ms) / 1000 : (int64_t)0);
    }
}

void replication_report_write(struct node *node, const struct config *config, time_ms now,
                              struct text_buffer *text)
{
    struct replication_report *report = &node->replication;

    pthread_mutex_lock(&report->lock);
    text_buffer_add_format(text, "role:%s\r\n", report->is_replica ? "slave" : "master");
    if (report->is_replica)
        write_link(&report->link, config, now, text);
    write_replicas(report, config, text);
    text_buffer_add_format(text,
                           "master_failover_state:%s\r\n"
                           "master_replid:%s\r\n"
                           "master_replid2:%s\r\n"
                           "master_repl_offset:%" PRId64 "\r\n"
                           "second_repl_offset:%" PRId64 "\r\n"
                           "repl_backlog_active:%d\r\n"
                           "repl_backlog_size:%" PRIu64 "\r\n"
                           "repl_backlog_first_byte_offset:%" PRId64 "\r\n"
                           "repl_backlog_histlen:%" PRId64 "\r\n",
                           report->failover, report->id, report->second_id, report->offset,
                           report->second_offset, report->has_backlog, config->repl_backlog_size,
                           report->backlog_start, report->backlog_length);
    pthread_mutex_unlock(&report->lock);
}

void replication_report_write_memory(struct node *node, struct text_buffer *text)
{
    struct replication_report *report = &node->replication;

    pthread_mutex_lock(&report->lock);
    text_buffer_add_format(text,
                           "mem_replication_backlog:%zu\r\n"
                           "mem_total_replication_buffers:%zu\r\n"
                           "mem_clients_slaves:%zu\r\n",
                           report->backlog_memory - report->replica_memory, report->backlog_memory,
                           report->replica_memory);
    pthread_mutex_unlock(&report->lock);
}

/* ---- ROLE ---- */

static void reply_primary(const struct replication_report *report, struct reply *reply)
{
    struct reply_deferred deferred;
    uint64_t online = 0;

    reply_array(reply, 3);
    reply_bulk(reply, SPAN("master"));
    reply_integer(reply, report->offset);
    deferred = reply_defer(reply);
    for (uint32_t i = 0; i < report->count; i++) {
        const struct replication_report_replica *replica = &report->replicas[i];

        if (strcmp(replica->state, "online") != 0)
            continue;
        online++;
        reply_array(reply, 3);
        reply_bulk(reply, span_of_string(replica->host));
        reply_bulk_integer(reply, replica->port);
        reply_bulk_integer(reply, replica->offset);
    }
    reply_deferred_array(reply, deferred, online);
}

static void reply_replica(const struct replication_link *link, struct reply *reply)
{
    static const char *const names[] = {
        [LINK_NONE] = "none",
        [LINK_CONNECT] = "connect",
        [LINK_CONNECTING] = "connecting",
        [LINK_HANDSHAKE] = "handshake",
        [LINK_SYNC] = "sync",
        [LINK_CONNECTED] = "connected",
    };

    reply_array(reply, 5);
    reply_bulk(reply, SPAN("slave"));
    reply_bulk(reply, span_of_string(link->host));
    reply_integer(reply, link->port);
    reply_bulk(reply, span_of_string(names[link->phase]));
    reply_integer(reply, link->offset);
}

void replication_report_role(struct node *node, struct reply *reply)
{
    struct replication_report *report = &node->replication;

    pthread_mutex_lock(&report->lock);
    if (report->is_replica)
        reply_replica(&report->link, reply);
    else
        reply_primary(report, reply);
    pthread_mutex_unlock(&report->lock);
}

uint32_t replication_report_caught_up(struct node *node)
{
    struct replication_report *report = &node->replication;
    uint32_t count;

    pthread_mutex_lock(&report->lock);
    count = report->caught_up;
    pthread_mutex_unlock(&report->lock);
    return count;
}
