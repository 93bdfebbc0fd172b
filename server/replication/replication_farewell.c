#include "server/replication/replication_farewell.h"

#include "proto/base/assert.h"
#include "server/config/config.h"
#include "server/control/control.h"
#include "server/observe/log.h"
#include "server/replication/replicas.h"
#include "server/replication/replication_parts.h"
#include "server/replication/replication_stream.h"
#include "server/replication/role.h"

enum { SECOND_MS = 1000 };

static struct replication_farewell *farewell_of(const struct control *control)
{
    return &control->replication->farewell;
}

static bool is_follower(const struct replica *replica)
{
    return replica->phase == REPLICA_ONLINE && !replica->leaving && !replica->has_data &&
           !replica->old;
}

static uint32_t count_followers(const struct control *control)
{
    uint32_t count = 0;

    list_for_each (link, &control->replication->replicas.all)
        count += is_follower(list_entry(link, struct replica, link));
    return count;
}

bool replication_farewell_is_due(const struct control *control)
{
    return !atomic_load(&control->node->loading) &&
           (atomic_load(&control->node->is_replica) || count_followers(control) > 0);
}

/* Has everybody everything, the question itself included? */
static bool all_are_there(const struct control *control)
{
    const struct replication *replication = control->replication;

    list_for_each (link, &replication->replicas.all) {
        const struct replica *replica = list_entry(link, struct replica, link);

        if (is_follower(replica) &&
            (replica->acknowledged < replication->farewell.offset || replica->feeds_away > 0 ||
             replica->place.offset <= replication->identity.offset))
            return false;
    }
    return !replication->replicas.asks;
}

static void finish(struct control *control)
{
    struct replication_farewell *farewell = farewell_of(control);
    void (*done)(struct control * control, void *context) = farewell->done;

    farewell->done = NULL;
    if (done != NULL)
        done(control, farewell->context);
}

void replication_farewell_begin(struct control *control,
                                void (*done)(struct control *control, void *context), void *context)
{
    struct replication_farewell *farewell = farewell_of(control);

    ASSERT(farewell->done == NULL);
    if (atomic_load(&control->node->is_replica)) {
        farewell->rests = true;
        role_stop(control, done, context);
        return;
    }
    replication_stream_collect(control);
    control->replication->replicas.is_quiet = true;
    *farewell = (struct replication_farewell){
        .done = done,
        .context = context,
        .offset = control->replication->identity.offset,
        .deadline = control->now + control->config->shutdown_timeout * SECOND_MS};
    log_notice("replication: %u replicas are to get what they have not got yet",
               count_followers(control));
    if (count_followers(control) > 0)
        replication_ask_offsets(control);
}

void replication_farewell_end(struct control *control)
{
    control->replication->replicas.is_quiet = false;
    if (farewell_of(control)->rests)
        role_go_on(control);
    farewell_of(control)->rests = false;
    finish(control);
}

void replication_farewell_turn(struct control *control)
{
    const struct replication_farewell *farewell = farewell_of(control);

    if (farewell->done == NULL)
        return;
    if (!all_are_there(control) && control->now < farewell->deadline)
        return;
    if (!all_are_there(control))
        log_warning("replication: not all replicas have everything");
    finish(control);
}
