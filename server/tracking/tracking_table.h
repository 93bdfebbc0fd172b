/*
 * Which keys are tracked, and by whom: name -> trackers.
 *
 * Keys go by their names alone: clients are told names, without the database. Grows and shrinks by
 * a bucket at a time (linear hashing), so that nobody's read or write pays for all the others. Keys
 * of one slot are linked, so that a slot's keys are found without a look at any other.
 *
 *   buckets --> key -> key -> ...        by hash
 *   slots   --> key -> key -> ...        by slot
 *                |
 *               trackers
 *
 * Owner: one shard. Pure: no clock, no thread; randomness is handed in.
 */
#ifndef SERVER_TRACKING_TRACKING_TABLE_H
#define SERVER_TRACKING_TRACKING_TABLE_H

#include "server/tracking/tracker_set.h"
#include "storage/keyspace.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct random;

struct tracked_key {
    struct tracked_key *next; /* in its bucket */
    struct tracked_key *slot_next;
    struct tracked_key **slot_place; /* what points to it */
    uint64_t hash;
    struct tracker_set trackers;
    uint32_t length;
    uint16_t slot;
    char name[];
};

/* Zeroed: empty. */
struct tracking_table {
    struct tracked_key **buckets;
    struct tracked_key **slots; /* SLOT_COUNT of them, made when the first key is tracked */
    uint32_t bucket_count;
    uint32_t bucket_capacity;
    uint64_t count; /* keys */
    uint64_t items; /* trackers of all keys */
    size_t bytes;   /* of memory */
};

void tracking_table_free(struct tracking_table *table);

/* NULL when nobody tracks the key. */
struct tracked_key *tracking_table_find(const struct tracking_table *table, const struct key *key);

/* The key, which becomes a tracked one without trackers if it was none. */
struct tracked_key *tracking_table_add(struct tracking_table *table, const struct key *key);

/* False when the tracker is there already. */
bool tracking_table_add_tracker(struct tracking_table *table, struct tracked_key *tracked,
                                uint64_t tracker);

/* Forgets the key. */
void tracking_table_remove(struct tracking_table *table, struct tracked_key *tracked);

/* Some key of the slot; NULL when none is tracked. */
struct tracked_key *tracking_table_of_slot(const struct tracking_table *table, uint16_t slot);

/* Some key, every one about equally likely; NULL when the table is empty. */
struct tracked_key *tracking_table_random(const struct tracking_table *table,
                                          struct random *random);

/* Moves everything to `to`, which must be empty: at once, however much it is. */
void tracking_table_move(struct tracking_table *table, struct tracking_table *to);

/* Forgets up to `budget` keys; true when more are left. */
bool tracking_table_trim(struct tracking_table *table, uint32_t budget);

static inline struct span tracked_key_name(const struct tracked_key *tracked)
{
    return span_of(tracked->name, tracked->length);
}

#endif
