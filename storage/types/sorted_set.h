/*
 * Sorted sets: members with scores, in the order of (score, member bytes).
 *
 * A small sorted set lies in its entry as the body of a listpack, member and score by turns, in
 * order. A larger one is an object, a score tree. Apart from that, a sorted set carries the name by
 * which clients know its form from Redis: "listpack" up to `packed_entries` members of at most
 * `packed_value` bytes, "skiplist" from then on (the mark of collection.h).
 *
 * Functions that read take the key's entry, NULL for an absent key: the empty sorted set. Changes
 * go by the key's collection; the key goes with its last member.
 *
 * Units: ranks count from 0, in ascending order. Scores are never NaN. Owner: the shard of the
 * keyspace. Members that are handed out are good until the next change, or, where there is a
 * cursor, until its next step.
 */
#ifndef STORAGE_TYPES_SORTED_SET_H
#define STORAGE_TYPES_SORTED_SET_H

#include "storage/collection.h"
#include "storage/types/listpack.h"
#include "storage/types/score_tree.h"

#include <stdbool.h>
#include <stdint.h>

/* Directives zset-max-listpack-entries, zset-max-listpack-value. */
struct sorted_set_limits {
    uint64_t packed_entries;
    uint64_t packed_value;
};

/* ---- Reading ---- */

uint64_t sorted_set_count(const struct entry *entry);
bool sorted_set_score(const struct entry *entry, struct span member, double *score);
bool sorted_set_rank(const struct entry *entry, struct span member, uint64_t *rank, double *score);
/* Members before a bound (score_tree.h). */
uint64_t sorted_set_before(const struct entry *entry, const struct score_bound *bound);

/* A walk over a sorted set that does not change. */
struct sorted_set_cursor {
    const char *place; /* in a listpack: the member's element; NULL: at the end */
    struct span body;
    struct score_cursor tree; /* otherwise */
    bool packed;
    char scratch[LISTPACK_SCRATCH];
};
/* Starts at a rank; one that does not exist is the end. */
void sorted_set_at(const struct entry *entry, uint64_t rank, struct sorted_set_cursor *cursor);
/* False at the end. */
bool sorted_set_read(struct sorted_set_cursor *cursor, struct score_element *element);
void sorted_set_step(struct sorted_set_cursor *cursor, bool backward);

/* ZSCAN: see score_tree_scan; a small sorted set is visited whole, with cursor 0 and at once. */
uint64_t sorted_set_scan(const struct entry *entry, uint64_t cursor, uint64_t count,
                         score_visitor *visit, void *context);

/* ---- Changing ---- */

/* What an addition may do. */
struct sorted_set_options {
    bool absent;    /* NX: members that are there stay as they are */
    bool present;   /* XX: nothing is added */
    bool greater;   /* GT: a member that is there gets greater scores only */
    bool less;      /* LT */
    bool increment; /* the score is added to the one that is there */
};

enum sorted_set_outcome {
    SORTED_SET_REFUSED, /* an option forbids it */
    SORTED_SET_SAME,    /* the member has this score already */
    SORTED_SET_ADDED,
    SORTED_SET_UPDATED,
    SORTED_SET_NOT_A_NUMBER, /* infinity was added to minus infinity; nothing is changed */
};

/* *score is the member's score afterwards, unless that was refused or is no number. The member may
 * not lie in the sorted set. */
enum sorted_set_outcome sorted_set_add(struct collection *collection,
                                       const struct sorted_set_options *options,
                                       const struct sorted_set_limits *limits, struct span member,
                                       double *score);
/* False when it was not there. The member may not lie in the sorted set. */
bool sorted_set_remove(struct collection *collection, struct span member);
/* Removes the members of the ranks [from, to), which exist. */
void sorted_set_remove_ranks(struct collection *collection, uint64_t from, uint64_t to);

/* Makes the elements of a tree, which is from the collection's heap and is gone then, the value of
 * the key, without an expiry, whatever it held; an empty tree deletes it. */
void sorted_set_store(struct collection *collection, struct score_tree *tree,
                      const struct sorted_set_limits *limits);

/* How a score lies in a listpack. `text` has room for NUMBER_DOUBLE_TEXT_MAX bytes and must live as
 * long as the value. */
struct listpack_value sorted_set_packed_score(double score, char *text);

#endif
