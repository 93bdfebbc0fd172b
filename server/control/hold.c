#include "server/control/hold.h"

#include "proto/base/assert.h"
#include "server/control/control.h"
#include "server/shard/shard.h"

static void keep_back(struct shard *shard, const void *subject)
{
    (void)subject;
    shard->holds++;
}

void hold_begin(struct control *control, void (*done)(struct control *control, void *context),
                void *context)
{
    publication_settle(control, NULL, keep_back, done, context);
}

static void release(struct shard *shard, const void *subject)
{
    (void)subject;
    ASSERT(shard->holds > 0);
    if (--shard->holds == 0)
        shard_resume_stalled(shard);
}

static void released(struct control *control, void *context)
{
    (void)control;
    (void)context;
}

void hold_end(struct control *control)
{
    publication_start(control, NULL, release, released, NULL);
}
