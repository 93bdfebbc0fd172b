/*
 * Which key goes when memory is full.
 *
 * The coldest key is looked for among a sample: a run of neighbours in a segment, which are
 * neighbours by their hash alone and so as good as strangers. All of them are fetched at once, so
 * looking at twenty costs hardly more than at two. The coldest that were ever looked at and are
 * still there are kept as candidates, so that what goes is cold among many more than one sample.
 *
 * Keys with an expiry are found without a look at the others: words of segments have them marked,
 * and when they are few, the queue of segments that have any says where they are. By time to live
 * no sample is needed at all: that queue has the order.
 *
 * Candidates are remembered by where they lie. A memory that has got another entry meanwhile does
 * no harm: an entry is looked up in its table, and its coldness read again, before it goes.
 *
 * Owner: the shard of the keyspace.
 */
#ifndef STORAGE_EVICT_H
#define STORAGE_EVICT_H

#include "proto/base/time.h"

#include <stdbool.h>
#include <stdint.h>

struct entry;
struct keyspace;

enum evict_order {
    EVICT_LEAST_RECENT,   /* meaningful with ACCESS_RECENCY */
    EVICT_LEAST_FREQUENT, /* with ACCESS_FREQUENCY */
    EVICT_AT_RANDOM,
    EVICT_SOONEST, /* to expire */
};

struct evict_policy {
    enum evict_order order;
    bool volatile_only; /* keys without an expiry stay; must be set for EVICT_SOONEST */
    uint32_t samples;   /* 1 or more; four keys are looked at for each */
};

enum { EVICT_CANDIDATES = 32 };

struct evict_candidate {
    uint64_t coldness;         /* when it was looked at last */
    const struct entry *entry; /* of no use before it has been found in its table again */
    uint32_t position;         /* in the directory */
    uint16_t tag;
    uint16_t slot;
    uint16_t space;
};

/* Lies in the keyspace; zeroed at first. */
struct evict_pool {
    struct evict_candidate candidates[EVICT_CANDIDATES]; /* the coldest last */
    uint32_t count;
    enum evict_order order; /* that they were chosen by */
    bool volatile_only;
};

/* Is there a key that may go? */
bool evict_possible(const struct keyspace *keyspace, const struct evict_policy *policy);

/*
 * Evicts one key, or deletes one that it finds expired: tells the observer, counts it, and puts
 * aside what is large (keyspace_reclaim). False when there is none that may go.
 *
 * *coldness is how cold it was, for comparison with other keyspaces under the same policy: seconds
 * since the last access, or how far its counter is below the highest; 0 where it means nothing.
 */
bool evict_one(struct keyspace *keyspace, const struct evict_policy *policy, time_ms now,
               uint32_t *coldness);

#endif
