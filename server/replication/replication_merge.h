/*
 * The merge: records of the shards' journals become one sequence.
 *
 * Each shard's records keep their order. A write that has parts on several shards waits until all
 * of them are there, and becomes one MULTI/EXEC block; behind a *cut* nothing passes until all
 * shards have come to it, and then shard 0's next record, the command about the whole node, comes
 * first. A mark is told when everything before it, of all shards, has passed, and nothing behind it
 * has.
 *
 * Parts, cuts and marks are made while all shards concerned stand still, so no two shards disagree
 * about their order, and the merge never waits for ever.
 *
 * Pure memory. Owner: the control thread.
 */
#ifndef SERVER_REPLICATION_REPLICATION_MERGE_H
#define SERVER_REPLICATION_REPLICATION_MERGE_H

#include "server/replication/replication_batch.h"

#include <stdbool.h>
#include <stdint.h>

struct replication_merge;

struct replication_merge_handler {
    /* The next bytes of the sequence: whole commands, or a part of a transaction. */
    void (*write)(void *context, uint32_t database, struct span bytes);
    void (*marked)(void *context, uint64_t number);
    /* A batch of this shard has been read to its end. */
    void (*read)(void *context, uint32_t shard, struct replication_batch *batch);
    void *context;
};

struct replication_merge *replication_merge_create(uint32_t shards,
                                                   const struct replication_merge_handler *handler);
void replication_merge_free(struct replication_merge *merge); /* NULL is fine */

/* Batches of a shard, a chain, in order. Takes them over until they are `read`. */
void replication_merge_add(struct replication_merge *merge, uint32_t shard,
                           struct replication_batch *batches);

/* Lets pass what may. */
void replication_merge_run(struct replication_merge *merge);

/* How many records of a shard have passed. */
uint64_t replication_merge_passed(const struct replication_merge *merge, uint32_t shard);

#endif
