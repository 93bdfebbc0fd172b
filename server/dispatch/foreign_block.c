#include "server/dispatch/foreign_block.h"

#include "proto/base/assert.h"
#include "proto/base/memory.h"
#include "server/shard/shard.h"

enum { RETURNS_MAX = 64 };

struct foreign_block {
    struct reply_block block; /* first */
    struct shard *shard;
    struct reply_block *original;
    uint16_t owner;
};

/* Shares on their way home; made and freed by the shard that held them. */
struct foreign_returns {
    struct message message; /* first */
    uint32_t count;
    struct reply_block *blocks[RETURNS_MAX];
};

static void returns_deliver(struct message *message, void *receiver)
{
    struct foreign_returns *returns = (struct foreign_returns *)message;
    struct shard *shard = receiver;

    shard_assert_owner(shard);
    for (uint32_t i = 0; i < returns->count; i++)
        returns->blocks[i]->release(returns->blocks[i]);
    message_return(shard->mailbox, message);
}

static void returns_returned(struct message *message, void *sender)
{
    (void)sender;
    memory_free(message);
}

static void post(struct shard *shard, uint16_t owner)
{
    struct foreign_returns *returns = shard->foreign_returns[owner];

    shard->foreign_returns[owner] = NULL;
    mailbox_post(shard->mailbox, &returns->message, owner);
}

void foreign_block_return(struct shard *shard, struct reply_block *block, uint16_t owner)
{
    struct foreign_returns *returns = shard->foreign_returns[owner];

    ASSERT(owner != shard->index);
    if (returns == NULL) {
        returns = shard->foreign_returns[owner] = memory_new_zeroed(1, sizeof(*returns));
        returns->message =
            (struct message){.deliver = returns_deliver, .returned = returns_returned};
    }
    returns->blocks[returns->count++] = block;
    shard->foreign_pending = true;
    if (returns->count == RETURNS_MAX)
        post(shard, owner);
}

static void foreign_block_release(struct reply_block *block)
{
    struct foreign_block *foreign = (struct foreign_block *)block;

    foreign_block_return(foreign->shard, foreign->original, foreign->owner);
    memory_free(foreign);
}

struct reply_block *foreign_block_wrap(struct shard *shard, struct reply_block *block,
                                       uint16_t owner)
{
    struct foreign_block *foreign = memory_new(sizeof(*foreign));

    *foreign = (struct foreign_block){.block = {.release = foreign_block_release},
                                      .shard = shard,
                                      .original = block,
                                      .owner = owner};
    return &foreign->block;
}

void foreign_block_flush(struct shard *shard)
{
    if (!shard->foreign_pending)
        return;
    shard->foreign_pending = false;
    for (uint16_t owner = 0; owner < shard->node->shard_count; owner++)
        if (shard->foreign_returns[owner] != NULL)
            post(shard, owner);
}
