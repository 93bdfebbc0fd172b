/*
 * Writes are held while a replica takes over by agreement: the state machine says when it begins
 * and when it is over, also when nothing comes of it.
 *
 * wanted:     +-----------------------------+
 * under_way:  +-- hold_begin .. one round --+   PAUSED with the offset of the stream's end
 * held:                                     +--- until the end: hold_end
 */
#include "proto/base/assert.h"
#include "server/control/cluster_driver_state.h"
#include "server/control/control.h"
#include "server/control/hold.h"
#include "server/replication/replication.h"
#include "server/shard/shard.h"

static struct cluster_pause *pause_of(struct control *control)
{
    return &control->cluster_driver->pause;
}

static void release_or_tell(struct control *control)
{
    struct cluster_pause *pause = pause_of(control);
    struct cluster_event event = {.type = CLUSTER_EVENT_PAUSED};

    if (!pause->wanted) {
        pause->held = false;
        hold_end(control);
        return;
    }
    event.paused_offset = replication_state(control).offset;
    cluster_driver_step(control, &event);
}

static void nothing(struct shard *shard, const void *subject)
{
    (void)shard;
    (void)subject;
}

/* What the shards had written before has come to the stream by now. */
static void all_is_told(struct control *control, void *context)
{
    struct cluster_pause *pause = pause_of(control);

    (void)context;
    pause->under_way = false;
    pause->held = true;
    release_or_tell(control);
}

static void writes_held(struct control *control, void *context)
{
    publication_start(control, NULL, nothing, all_is_told, context);
}

void cluster_pause_begin(struct control *control)
{
    struct cluster_pause *pause = pause_of(control);

    pause->wanted = true;
    if (pause->under_way)
        return;
    if (pause->held) {
        release_or_tell(control);
        return;
    }
    pause->under_way = true;
    hold_begin(control, writes_held, NULL);
}

void cluster_pause_end(struct control *control)
{
    struct cluster_pause *pause = pause_of(control);

    pause->wanted = false;
    if (pause->held)
        release_or_tell(control);
}
