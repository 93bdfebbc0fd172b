/*
 * Views on their way to the shards, one at a time, and the actions that wait for them. When views
 * come faster than a busy shard takes them over, those in between are left out.
 */
#include "proto/base/assert.h"
#include "proto/base/memory.h"
#include "server/control/cluster_driver_state.h"
#include "server/control/control.h"
#include "server/control/errand.h"
#include "server/migration/migration.h"
#include "server/migration/slot_drop.h"
#include "server/migration/slot_pause.h"
#include "server/pubsub/subscription.h"
#include "server/replication/replication.h"
#include "server/shard/shard.h"

static void go_on(struct control *control);

static struct cluster_line *line_of(struct control *control)
{
    return &control->cluster_driver->line;
}

/* ---- Views ---- */

static void adopt_view(struct shard *shard, const void *subject)
{
    shard_assert_owner(shard);
    shard->view = subject;
    slot_drop_view_changed(shard);
    slot_pause_view_changed(shard);
    blocked_view_changed(shard);
    subscription_view_changed(shard);
}

static void view_adopted(struct control *control, void *context)
{
    struct cluster_line *line = line_of(control);

    view_destroy(context);
    line->publishing = false;
    line->adopted = line->view->version;
    /* What was lost is known to be dropped before the next view can bring it back. */
    go_on(control);
    cluster_line_look(control);
    migration_view_changed(control);
}

static void start_publication(struct control *control, struct cluster_view *view)
{
    struct cluster_line *line = line_of(control);
    const struct cluster_view *before = line->view;

    ASSERT(!line->publishing);
    line->view = view;
    line->publishing = true;
    publication_start(control, view, adopt_view, view_adopted, (void *)(uintptr_t)before);
}

/* Who has taken over says so when clients can write, not before. */
static bool comes_too_early(const struct control *control, const struct cluster_view *view)
{
    return (view_myself(view)->flags & CLUSTER_NODE_PRIMARY) != 0 &&
           atomic_load(&control->node->is_replica);
}

void cluster_line_look(struct control *control)
{
    struct cluster_line *line = line_of(control);
    struct cluster_view *next = line->next;

    if (line->publishing || next == NULL || control->finished || comes_too_early(control, next))
        return;
    line->next = NULL;
    start_publication(control, next);
}

void cluster_line_publish(struct control *control, struct cluster_view *view)
{
    struct cluster_line *line = line_of(control);

    if (control->serving) {
        view_destroy(line->next);
        line->next = view;
        cluster_line_look(control);
        return;
    }
    /* The shards' threads still wait for the start: nobody reads the old one. */
    for (uint32_t i = 0; i < control->node->shard_count; i++)
        control->node->shards[i]->view = view;
    view_destroy((struct cluster_view *)(uintptr_t)line->view);
    line->view = view;
    line->adopted = view->version;
}

/* ---- What waits ---- */

static void reply(struct control *control, const struct cluster_action *action)
{
    struct errand *errand = (struct errand *)(uintptr_t)action->reply.token;

    if (errand == NULL)
        return;
    *(struct cluster_result *)errand->context = action->reply.result;
    errand_done(control, errand);
}

static void take_role(struct control *control, const struct cluster_action *action)
{
    bool tls = control->config->tls_replication && action->role.tls_port != 0;

    if (node_id_empty(&action->role.primary))
        replication_lead(control);
    else
        replication_follow(
            control, action->role.ip,
            tls || action->role.port == 0 ? action->role.tls_port : action->role.port, tls);
}

static void flushed(struct control *control, void *context)
{
    (void)context;
    line_of(control)->flushing = false;
    go_on(control);
}

static void flush(struct control *control)
{
    line_of(control)->flushing = true;
    slot_drop_all(control, flushed, NULL);
}

static void carry_out(struct control *control, const struct cluster_action *action)
{
    switch (action->type) {
    case CLUSTER_ACTION_REPLY:
        reply(control, action);
        break;
    case CLUSTER_ACTION_ROLE:
        take_role(control, action);
        break;
    case CLUSTER_ACTION_RESUME:
        cluster_pause_end(control);
        break;
    case CLUSTER_ACTION_DROP_SLOTS:
        slot_drop_lost(control, action->slots);
        break;
    case CLUSTER_ACTION_FLUSH:
        flush(control);
        break;
    default:
        UNREACHABLE();
    }
}

static void go_on(struct control *control)
{
    struct cluster_line *line = line_of(control);

    /* Shards that have ended take no orders. */
    if (control->finished)
        return;
    while (line->first != NULL && !line->flushing && line->first->view <= line->adopted) {
        struct cluster_waiting *waiting = line->first;

        line->first = waiting->next;
        if (line->first == NULL)
            line->last = NULL;
        carry_out(control, &waiting->action);
        memory_free(waiting);
    }
}

bool cluster_line_has(const struct control *control, enum cluster_action_type type)
{
    const struct cluster_waiting *waiting = control->cluster_driver->line.first;

    while (waiting != NULL && waiting->action.type != type)
        waiting = waiting->next;
    return waiting != NULL;
}

void cluster_line_forget(struct control *control, enum cluster_action_type type)
{
    struct cluster_line *line = line_of(control);
    struct cluster_waiting **place = &line->first;

    line->last = NULL;
    while (*place != NULL) {
        struct cluster_waiting *waiting = *place;

        if (waiting->action.type != type) {
            line->last = waiting;
            place = &waiting->next;
            continue;
        }
        *place = waiting->next;
        memory_free(waiting);
    }
}

void cluster_line_put(struct control *control, const struct cluster_action *action)
{
    struct cluster_line *line = line_of(control);
    struct cluster_waiting *waiting;

    /* Who takes over serves at once, on all shards that can, and follows nobody whom it was still
     * to follow: the view that says so comes when it has taken over (comes_too_early), and would
     * never come if that waited in line. */
    if (action->type == CLUSTER_ACTION_ROLE && node_id_empty(&action->role.primary)) {
        cluster_line_forget(control, CLUSTER_ACTION_ROLE);
        take_role(control, action);
        return;
    }
    waiting = memory_new_zeroed(1, sizeof(*waiting));
    waiting->view = line->next != NULL ? line->next->version : line->view->version;
    waiting->action = *action;
    if (action->type == CLUSTER_ACTION_DROP_SLOTS) {
        memcpy(waiting->slots, action->slots, sizeof(waiting->slots));
        waiting->action.slots = waiting->slots;
    }
    if (line->last == NULL)
        line->first = waiting;
    else
        line->last->next = waiting;
    line->last = waiting;
    go_on(control);
}

void cluster_line_free(struct control *control)
{
    struct cluster_line *line = line_of(control);

    while (line->first != NULL) {
        struct cluster_waiting *next = line->first->next;

        memory_free(line->first);
        line->first = next;
    }
    view_destroy(line->next);
    view_destroy((struct cluster_view *)(uintptr_t)line->view);
}
