/*
 * A shard's side of the stream: a reader of its journal that gathers records, and hands them over
 * to the control thread once per turn, before the answers of that turn leave.
 *
 *   journal --> batch --(hand over)--> handed, a stack of batches --(take)--> control thread
 *
 * Whoever wants to know that something is in the stream asks for the shard's count of records, and
 * waits until the stream has come so far.
 *
 * Not attached: there is nothing to hand over, which is one test per turn.
 *
 * Thread: owner of the shard's data (the shard's thread, a borrower, a section), unless said
 * otherwise.
 */
#ifndef SERVER_REPLICATION_REPLICATION_SOURCE_H
#define SERVER_REPLICATION_REPLICATION_SOURCE_H

#include "server/journal/journal.h"
#include "server/replication/replication_batch.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

struct shard;

/* Lies in the shard. */
struct replication_source {
    struct journal_reader reader;
    bool attached;
    struct replication_batch *batch;            /* what has gathered; NULL: nothing */
    _Atomic(struct replication_batch *) handed; /* the newest first */
    _Atomic(struct replication_batch *) spare;  /* an empty one, given back */
    _Atomic uint64_t appended;                  /* records so far; read by any thread */
};

/* Begins to read the shard's journal, or ends it; nothing happens when it is so already. */
void replication_source_attach(struct shard *shard);
void replication_source_detach(struct shard *shard);

/* Puts a mark behind what has been written so far. */
void replication_source_mark(struct replication_source *source, uint64_t number);

static inline bool replication_source_has_news(const struct replication_source *source)
{
    return __builtin_expect(source->batch != NULL, 0);
}

/* Hands over what has gathered; `self` is the shard whose thread this is. */
void replication_source_hand_over(struct shard *shard, struct shard *self);

/* Any thread. */
static inline uint64_t replication_source_appended(const struct replication_source *source)
{
    return atomic_load_explicit(&source->appended, memory_order_acquire);
}

/* ---- The control thread's ---- */

/* What has been handed over, the oldest first; NULL: nothing. */
struct replication_batch *replication_source_take(struct replication_source *source);
/* A batch that has been read. */
void replication_source_give_back(struct replication_source *source,
                                  struct replication_batch *batch);

/* The shard is gone. */
void replication_source_free(struct replication_source *source);

#endif
