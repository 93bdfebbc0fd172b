#include "server/migration/slot_pause.h"

#include "cluster/view.h"
#include "proto/base/assert.h"
#include "server/control/control.h"
#include "server/shard/shard.h"

static void keep_back(struct shard *shard, const void *subject)
{
    ASSERT(shard->paused_slots == NULL);
    shard->paused_slots = subject;
}

void slot_pause_begin(struct control *control, const struct slot_set *slots,
                      void (*done)(struct control *control, void *context), void *context)
{
    publication_settle(control, slots, keep_back, done, context);
}

void slot_pause_view_changed(struct shard *shard)
{
    const struct slot_set *slots = shard->paused_slots;

    if (slots == NULL || shard->view->owner[slot_set_from(slots, 0)] == shard->view->myself)
        return;
    shard->paused_slots = NULL;
    shard_resume_stalled(shard);
}

static void release(struct shard *shard, const void *subject)
{
    (void)subject;
    shard->paused_slots = NULL;
    shard_resume_stalled(shard);
}

void slot_pause_end(struct control *control, void (*over)(struct control *control, void *context),
                    void *context)
{
    publication_start(control, NULL, release, over, context);
}
