/*
 * Active defragmentation (activedefrag): what is left after many keys have gone is gathered, so
 * that the memory between it goes back to the system. See keyspace_compact.
 *
 * Worth it when so much of the heap is holes (active-defrag-ignore-bytes, -threshold-lower); done
 * in slices, which take the share of the processor that active-defrag-cycle-min and -max allow.
 *
 * Thread: the shard's.
 */
#ifndef SERVER_SHARD_DEFRAGMENTATION_H
#define SERVER_SHARD_DEFRAGMENTATION_H

#include <stdbool.h>
#include <stdint.h>

struct shard;

/* The effort at which commands get what time is left. */
enum { DEFRAGMENTATION_URGENT = 90 };

/* Lies in the shard; owner only. */
struct defragmentation {
    uint32_t effort;     /* percent of the processor; 0: it does not run */
    bool goes_on;        /* the last cycle was of use: fewer holes are enough for another one */
    uint64_t next_ticks; /* when the next slice is due */
    uint64_t look_ticks; /* when it is looked at next, under maxmemory */
    double
        settled_percent;   /* holes that a cycle could not do anything about; 0: none has said so */
    uint64_t pages_chosen; /* until the cycle began */
    uint64_t pages_emptied; /* likewise */
    uint64_t started_ticks;
    uint64_t total_ticks; /* of runs that are over */
};

/* Looks whether there is something to do; every 100 ms, more often under maxmemory. */
void defragmentation_tick(struct shard *shard);

/* A slice, when one is due. */
void defragmentation_turn(struct shard *shard);

/* Milliseconds of running: this time, and in all. */
uint64_t defragmentation_ms(const struct shard *shard, uint64_t *total);

#endif
