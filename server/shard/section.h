/*
 * Exclusive sections: one thread runs over the data of several shards while these are parked.
 *
 * Only where users expect what one thread gave them: commands whose keys lie on several shards when
 * cluster mode is off, and commands about the whole node (FLUSHALL, SWAPDB ...). There is one
 * section at a time in a node; others wait in line. The coordinator goes on serving its other
 * clients until all shards concerned have parked, then runs, then lets them go.
 *
 * Thread: section_begin by the coordinator's thread; `run` is called on it, later or at once, with
 * the shards of `members` parked; `run` must not wait for anything.
 */
#ifndef SERVER_SHARD_SECTION_H
#define SERVER_SHARD_SECTION_H

#include "server/shard/mailbox.h"
#include "storage/keyspace.h"

#include <pthread.h>
#include <stdint.h>

struct node;
struct park;
struct section;
struct shard;

struct section {
    /* set by the caller */
    struct shard *coordinator;
    uint64_t members; /* one bit per shard; the coordinator's own bit is of no matter */
    void (*run)(struct section *section, void *context);
    /* Instead of run, and as that; NULL: it waits for as long as it takes. */
    void (*refuse)(struct section *section, void *context);
    void *context;
    /* the section's own */
    uint32_t awaited; /* parked messages still to come back; coordinator only */
    struct park *parks;
    struct section *next; /* in line */
};

/* The line before the section; behind its lock. */
struct section_queue {
    pthread_mutex_t lock;
    struct section *active;
    struct section *first;
    struct section *last;
};

void section_queue_init(struct section_queue *queue);

/* The section's memory stays the caller's: good until `run` has returned, which may free it. */
void section_begin(struct section *section);

/* Refuses the sections of this shard that wait in line, where they can be: the one under way has a
 * script that runs long. By the shard's own thread. */
void section_refuse_waiting(struct shard *shard);

/* The shard that holds a slot, which must be a member or the coordinator (asserted). */
struct keyspace *section_keyspace(struct section *section, const struct key *key);
struct shard *section_shard(struct section *section, const struct key *key);

/* Bit mask of all shards of the node. */
uint64_t section_all(const struct node *node);

#endif
