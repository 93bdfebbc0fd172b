/*
 * Sets: the members of one key, in no order.
 *
 * A small set lies in its entry: integers alone as a sorted row (integer_set.h), others as a
 * listpack. A larger one is an object on an element table. Apart from that, a set carries the name
 * by which clients know its form from Redis: "intset" while it is integers alone and no more than
 * `integer_entries`; "listpack" up to `packed_entries` members of at most `packed_value` bytes;
 * "hashtable" from then on.
 *
 * Functions that read take the key's entry, NULL for an absent key: the empty set. Changes go by
 * the key's collection; the key goes with its last member.
 *
 * Owner: the shard of the keyspace. Members that are handed out are good until the next change.
 */
#ifndef STORAGE_TYPES_SET_H
#define STORAGE_TYPES_SET_H

#include "proto/base/random.h"
#include "proto/base/span.h"
#include "storage/collection.h"
#include "storage/types/element_table.h"

#include <stdbool.h>
#include <stdint.h>

enum { SET_SCRATCH = 24 }; /* room for a member that is held as an integer */

/* Directives set-max-intset-entries, set-max-listpack-entries, set-max-listpack-value. */
struct set_limits {
    uint64_t integer_entries;
    uint64_t packed_entries;
    uint64_t packed_value;
};

uint64_t set_count(const struct entry *entry);
bool set_contains(const struct entry *entry, struct span member);
/* Fetches what set_contains will read first. */
void set_prefetch(const struct entry *entry, struct span member);

/* False when the member was there. */
bool set_add(struct collection *collection, struct span member, const struct set_limits *limits);
/* False when it was not there. */
bool set_remove(struct collection *collection, struct span member);

/* All members, one after the other, while the set does not change. */
struct set_iterator {
    const struct entry *entry;
    struct element_iterator table;
    const char *element; /* in a listpack: the next one */
    uint32_t index;      /* among integers: likewise */
    char scratch[SET_SCRATCH];
};
struct set_iterator set_iterate(const struct entry *entry);
/* False at the end. The member is good until the next call. */
bool set_next(struct set_iterator *iterator, struct span *member);

/* SSCAN: see element_table_scan; a small set is visited whole, with cursor 0 and at once. */
typedef void set_visitor(void *context, struct span member);
uint64_t set_scan(const struct entry *entry, uint64_t cursor, uint64_t count, set_visitor *visit,
                  void *context);

/* A member, each as likely as the others. The set is not empty (asserted). */
struct span set_random(const struct entry *entry, struct random *random, char scratch[SET_SCRATCH]);

/*
 * The members that all of these sets have, in ascending order, when each of them lies in its entry
 * as a row of integers; the smallest comes first. False, and nothing was visited, when one is held
 * otherwise. The visitor returns false when it wants no more.
 */
typedef bool set_member_visitor(void *context, struct span member);
bool set_intersect_rows(const struct entry *const *sets, uint32_t count, set_member_visitor *visit,
                        void *context);

/* ---- Sets that are put together before they become a key's value ---- */

struct set_builder {
    struct element_table members;
    struct heap *heap;
    uint64_t text_members; /* those that are no integers */
    size_t longest;
    size_t packed_size; /* of a listpack with all of them */
    uint32_t width;     /* of the widest integer */
};

void set_builder_init(struct set_builder *builder, const struct collection *target);
/* False when it is in the set already. */
bool set_builder_add(struct set_builder *builder, struct span member);
/* Gives up what was built. */
void set_builder_discard(struct set_builder *builder);
/* Makes what was built the value of the target, without an expiry, whatever the key held; the key
 * goes when the set is empty. The builder is done with. */
void set_builder_finish(struct set_builder *builder, struct collection *target,
                        const struct set_limits *limits);

#endif
