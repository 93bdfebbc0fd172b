/*
 * A set of trackers: who is to be told when one key changes.
 *
 * Very few lie in the set itself, a few in an array, more in a hash table with open addressing.
 * There is no removal: a set ends as a whole, when its key changes.
 *
 * Owner: the tracking table.
 */
#ifndef SERVER_TRACKING_TRACKER_SET_H
#define SERVER_TRACKING_TRACKER_SET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { TRACKER_SET_INSIDE = 2 };

/* Zeroed: empty. */
struct tracker_set {
    uint32_t count;
    uint32_t capacity; /* 0: they are in `inside` */
    union {
        uint64_t inside[TRACKER_SET_INSIDE];
        uint64_t *outside;
    };
};

/* Adds the identity of a tracker; false when it is there. */
bool tracker_set_add(struct tracker_set *set, uint64_t tracker);

void tracker_set_free(struct tracker_set *set);

/* Bytes outside the set itself. */
static inline size_t tracker_set_memory(const struct tracker_set *set)
{
    return set->capacity * sizeof(uint64_t);
}

/* Walks over all: *position is 0 at first; 0 at the end. */
uint64_t tracker_set_next(const struct tracker_set *set, uint32_t *position);

#endif
