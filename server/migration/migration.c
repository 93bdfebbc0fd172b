#include "server/migration/migration.h"

#include "proto/base/assert.h"
#include "proto/base/memory.h"
#include "server/migration/migration_parts.h"
#include "server/migration/slot_drop.h"
#include "server/observe/clock.h"
#include "server/observe/log.h"
#include "server/shard/shard.h"

#include <stdio.h>

void migration_open(struct control *control)
{
    control->migrations = memory_new_zeroed(1, sizeof(*control->migrations));
    list_init(&control->migrations->jobs);
    control->migrations->was_primary = true;
}

void migration_close(struct control *control)
{
    struct migrations *self = control->migrations;

    if (self == NULL)
        return;
    migration_export_abandon(control);
    while (!list_empty(&self->jobs)) {
        struct migration_job *job = list_entry(self->jobs.next, struct migration_job, link);

        list_remove(&job->link);
        migration_job_free(job);
    }
    memory_free(self);
    control->migrations = NULL;
}

struct migration_job *migration_find(const struct control *control, const struct node_id *name)
{
    list_for_each (link, &migrations_of(control)->jobs) {
        struct migration_job *job = list_entry(link, struct migration_job, link);

        if (node_id_equal(&job->name, name))
            return job;
    }
    return NULL;
}

int64_t migration_lease_ms(const struct control *control)
{
    int64_t failover = control->config->cluster_manual_failover_timeout;
    int64_t node = control->config->cluster_node_timeout;

    /* Should the source die meanwhile, it is over before a replica has taken its place. */
    return failover < node ? failover : node;
}

/* The log has so many that are over. */
static void forget_oldest(struct control *control)
{
    struct migrations *self = control->migrations;
    int64_t over = 0;

    list_for_each (link, &self->jobs)
        over += migration_job_is_over(list_entry(link, struct migration_job, link));
    list_for_each_safe (link, next, &self->jobs) {
        struct migration_job *job = list_entry(link, struct migration_job, link);

        if (over <= control->config->cluster_slot_migration_log_max_len)
            return;
        if (!migration_job_is_over(job))
            continue;
        list_remove(&job->link);
        migration_job_free(job);
        over--;
    }
}

void migration_over(struct control *control, struct migration_job *job, enum migration_state state,
                    const char *message)
{
    migration_job_set(job, state, control->now);
    snprintf(job->message, sizeof(job->message), "%s", message);
    log_notice("slot migration %.*s (%s) is over: %s%s%s", NODE_ID_LENGTH, job->name.text,
               job->is_import ? "import" : "export",
               state == MIGRATION_SUCCESS     ? "success"
               : state == MIGRATION_CANCELLED ? "cancelled"
                                              : "failed",
               message[0] != '\0' ? ": " : "", message);
    forget_oldest(control);
}

/* A replica has what its primary had of an import that was broken off. When it takes over, it drops
 * that: not before it has heard who has the slots. */
static void see_role(struct control *control)
{
    struct migrations *self = control->migrations;
    bool primary = topology_myself(cluster_driver_topology(control))->flags & CLUSTER_NODE_PRIMARY;

    if (primary && !self->was_primary)
        self->strays_due_ms = clock_monotonic_ms() + control->config->cluster_node_timeout;
    self->was_primary = primary;
}

static void drop_strays_when_due(struct control *control)
{
    struct migrations *self = control->migrations;

    if (self->strays_due_ms == 0 || clock_monotonic_ms() < self->strays_due_ms ||
        !cluster_driver_view(control)->ok)
        return;
    self->strays_due_ms = 0;
    slot_drop_strays(control);
}

void migration_tick(struct control *control)
{
    if (control->cluster_driver == NULL || control->stopping)
        return;
    drop_strays_when_due(control);
    migration_export_next(control);
    migration_export_tick(control);
    migration_import_tick(control);
}

void migration_view_changed(struct control *control)
{
    if (control->migrations == NULL)
        return;
    see_role(control);
    migration_export_view_changed(control);
    migration_import_view_changed(control);
}

/* ---- MIGRATESLOTS ---- */

bool migration_is_active(const struct control *control)
{
    list_for_each (link, &migrations_of(control)->jobs) {
        if (!migration_job_is_over(list_entry(link, struct migration_job, link)))
            return true;
    }
    return false;
}

bool migration_concerns(const struct control *control, uint16_t slot)
{
    list_for_each (link, &migrations_of(control)->jobs) {
        const struct migration_job *job = list_entry(link, struct migration_job, link);

        if (!migration_job_is_over(job) && slot_set_has(&job->slots, slot))
            return true;
    }
    return false;
}

const struct open_slot *migration_open_slot(const struct control *control,
                                            const struct slot_set *slots)
{
    const struct topology *topology = cluster_driver_topology(control);

    for (uint32_t i = 0; i < topology->open_slot_count; i++)
        if (slot_set_has(slots, topology->open_slots[i].slot))
            return &topology->open_slots[i];
    return NULL;
}

static bool may_go(const struct control *control, const struct migration_request *request,
                   struct reply *reply)
{
    const struct topology *topology = cluster_driver_topology(control);
    uint16_t owner = topology->owner[request->ranges[0].first];
    struct slot_set slots = {{0}};
    const struct open_slot *open;

    for (uint32_t i = 0; i < request->range_count; i++) {
        for (uint32_t slot = request->ranges[i].first; slot <= request->ranges[i].last; slot++) {
            if (topology->owner[slot] != owner) {
                reply_error_literal(reply, "ERR Requested slots span multiple shards");
                return false;
            }
        }
    }
    if (owner != topology->myself) {
        reply_error_literal(reply, "ERR Slots are not served by this node.");
        return false;
    }
    for (uint32_t i = 0; i < request->range_count; i++) {
        for (uint32_t slot = request->ranges[i].first; slot <= request->ranges[i].last; slot++) {
            if (migration_concerns(control, (uint16_t)slot)) {
                reply_error_format(reply, "ERR I am already migrating slot %u.", slot);
                return false;
            }
            slot_set_add(&slots, slot);
        }
    }
    open = migration_open_slot(control, &slots);
    if (open == NULL)
        return true;
    reply_error_format(reply, "ERR Slot %u is being migrated by SETSLOT.", open->slot);
    return false;
}

static bool may_receive(const struct control *control, const struct migration_request *request,
                        struct reply *reply)
{
    const struct topology *topology = cluster_driver_topology(control);
    const struct cluster_node *target = topology_find_node(topology, &request->target);

    if (target == NULL)
        reply_error_format(reply, "ERR Unknown node name: %.*s", NODE_ID_LENGTH,
                           request->target.text);
    else if (target == topology_myself(topology))
        reply_error_literal(reply, "ERR Target node can not be this node.");
    else if (!(target->flags & CLUSTER_NODE_PRIMARY))
        reply_error_literal(reply, "ERR Target node is not a primary");
    else
        return true;
    return false;
}

static bool overlap(const struct migration_request *requests, uint32_t count)
{
    struct slot_set seen = {{0}};

    for (uint32_t i = 0; i < count; i++) {
        for (uint32_t j = 0; j < requests[i].range_count; j++) {
            for (uint32_t slot = requests[i].ranges[j].first; slot <= requests[i].ranges[j].last;
                 slot++) {
                if (slot_set_has(&seen, slot))
                    return true;
                slot_set_add(&seen, slot);
            }
        }
    }
    return false;
}

static void put_in_line(struct control *control, const struct migration_request *request)
{
    struct node_id name = control_random_id(control);
    struct migration_job *job =
        migration_job_create(&name, request->ranges, request->range_count, control->now);

    job->source = topology_myself(cluster_driver_topology(control))->id;
    job->target = request->target;
    list_push_back(&control->migrations->jobs, &job->link);
}

bool migration_start(struct control *control, const struct migration_request *requests,
                     uint32_t count, struct reply *reply)
{
    const struct cluster_node *myself = topology_myself(cluster_driver_topology(control));

    if (!(myself->flags & CLUSTER_NODE_PRIMARY)) {
        reply_error_literal(reply, "ERR Only primaries can migrate slots");
        return false;
    }
    for (uint32_t i = 0; i < count; i++)
        if (!may_receive(control, &requests[i], reply) || !may_go(control, &requests[i], reply))
            return false;
    if (overlap(requests, count)) {
        reply_error_literal(reply, "ERR Slot ranges in migrations overlap");
        return false;
    }
    for (uint32_t i = 0; i < count; i++)
        put_in_line(control, &requests[i]);
    migration_export_next(control);
    reply_ok(reply);
    return true;
}

/* ---- CANCELSLOTMIGRATIONS, GETSLOTMIGRATIONS ---- */

static bool cancel(struct control *control, struct migration_job *job)
{
    static const char reason[] = "Cancelled by user";

    if (job->is_import)
        return migration_import_stop(control, job, MIGRATION_CANCELLED, reason);
    if (job->state == EXPORT_WAITS) {
        migration_over(control, job, MIGRATION_CANCELLED, reason);
        return true;
    }
    migration_export_stop(control, MIGRATION_CANCELLED, reason);
    return true;
}

void migration_cancel_all(struct control *control, struct reply *reply)
{
    struct node_id *names = NULL;
    uint32_t count = 0, cancelled = 0;

    /* First their names: jobs that are over may be forgotten at any of these steps. */
    list_for_each (link, &control->migrations->jobs) {
        const struct migration_job *job = list_entry(link, struct migration_job, link);

        if (migration_job_is_over(job))
            continue;
        names = memory_resize(names, (count + 1) * sizeof(*names));
        names[count++] = job->name;
    }
    for (uint32_t i = 0; i < count; i++) {
        struct migration_job *job = migration_find(control, &names[i]);

        if (job != NULL && !migration_job_is_over(job))
            cancelled += cancel(control, job);
    }
    memory_free(names);
    if (cancelled == 0)
        reply_error_literal(reply, "ERR No migrations ongoing");
    else
        reply_ok(reply);
}

void migration_visit(const struct control *control,
                     void (*visit)(void *context, const struct migration_job *job), void *context)
{
    list_for_each (link, &control->migrations->jobs)
        visit(context, list_entry(link, struct migration_job, link));
}

void migration_describe(struct control *control, struct reply *reply)
{
    uint64_t count = 0;

    list_for_each (link, &control->migrations->jobs)
        count++;
    reply_array(reply, count);
    list_for_each (link, &control->migrations->jobs)
        migration_job_reply(list_entry(link, struct migration_job, link), reply);
}
