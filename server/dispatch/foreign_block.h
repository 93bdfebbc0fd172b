/*
 * Blocks of another shard in a reply that is sent from here.
 *
 * A large value that a hop has read is not copied: the reply refers to the owner's block. The owner
 * alone may count and free its block, so a share that is no longer needed here goes home by
 * message, together with others, at the end of the turn.
 *
 * Owner: the shard that sends the reply.
 */
#ifndef SERVER_DISPATCH_FOREIGN_BLOCK_H
#define SERVER_DISPATCH_FOREIGN_BLOCK_H

#include "proto/resp/reply.h"

#include <stdint.h>

struct shard;

/* Wraps one share of a block of shard `owner`; releasing the wrapper sends the share home. */
struct reply_block *foreign_block_wrap(struct shard *shard, struct reply_block *block,
                                       uint16_t owner);

/* Sends home one share that was never wrapped. */
void foreign_block_return(struct shard *shard, struct reply_block *block, uint16_t owner);

/* Posts what has been collected; at the end of the turn. */
void foreign_block_flush(struct shard *shard);

#endif
