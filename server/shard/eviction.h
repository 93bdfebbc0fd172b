/*
 * The limit on memory (maxmemory): how much the node uses, and what is done when it is too much.
 *
 * Each shard knows what it uses and publishes it once a turn; the node has the sum. A shard that is
 * about to run commands compares its use with the one at which it wants to look at the sum again: a
 * subtraction per batch, and nothing shared. When the sum is above the limit, every shard evicts
 * its part, in slices: its share of what is used, weighted by how cold the keys are that it has to
 * offer, so that no shard gives up warm keys while another one holds cold ones. The data of a shard
 * that sleeps is borrowed for that.
 *
 * While eviction is far behind, commands that take memory wait. When nothing may go any more, they
 * are refused (DENIAL_MEMORY, see admission.h).
 *
 * Thread: the shard's own; eviction_before_hop by whoever has its data.
 */
#ifndef SERVER_SHARD_EVICTION_H
#define SERVER_SHARD_EVICTION_H

#include "proto/base/time.h"
#include "storage/evict.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct entry;
struct shard;

/* Lies in the shard; owner only. */
struct eviction {
    size_t limit;     /* 0: there is none, and nothing below has a meaning */
    size_t look_at;   /* the shard's use at which the node's is looked at */
    size_t published; /* of the shard's use, in the node's */
    struct evict_policy policy;
    bool is_allowed;         /* the policy is another than noeviction */
    bool over;               /* the node uses too much, as it was seen last */
    bool behind;             /* by far: commands that take memory wait */
    bool possible_elsewhere; /* other shards have keys that may go */
    double share;            /* of the node's excess that this shard takes */
    uint64_t slice_ticks;
    time_ms over_since; /* 0: it is not over */
    uint64_t over_ms;   /* before that */
};

/* The shard has other settings. */
void eviction_settings(struct shard *shard);

/* Bytes that count against the limit. */
size_t eviction_use(const struct shard *shard);

/* For eviction_before_batch and _hop. */
void eviction_look(struct shard *shard, bool is_own);

static inline bool eviction_is_limited(const struct eviction *eviction)
{
    return __builtin_expect(eviction->limit != 0, 0);
}

/* Makes room, if need be, before commands run; is_own: for the shard's own clients, on its own
 * thread. */
static inline void eviction_make_room(struct shard *shard, const struct eviction *eviction,
                                      bool is_own)
{
    if (eviction_is_limited(eviction))
        eviction_look(shard, is_own);
}

/* A slice of it each turn, with the shard's figures published. True: more is due at once. */
bool eviction_turn(struct shard *shard);

/* Publishes the use of a shard whose data was borrowed. */
void eviction_publish(struct shard *shard);

/* How long the node has been over its limit, now and in all. */
uint64_t eviction_over_ms(const struct shard *shard, uint64_t *total);

#endif
