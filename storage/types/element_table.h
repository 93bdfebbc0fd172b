/*
 * A hash table of elements: names, each with a value or without, and with an expiry or without.
 * Sets and hashes are held in it once they are large.
 *
 * Extendible hashing whose leaves are packed pages. A leaf of depth d holds the elements whose
 * hashes share their d leading bits. Directories are indexed by further leading bits, have at most
 * 1024 references each, and refer to leaves or to directories below:
 *
 *   root --> directory (depth 2)        leaf (exactly sized, at most 63 elements or 2.5 KB)
 *            +------+                   +--------+------+---------+-----------------------------+
 *            | 00   |-----------------> | header | tags | anchors | element, element, element.. |
 *            | 01   |------> leaf       +--------+------+---------+-----------------------------+
 *            | 10   |---+                8 bytes   1 each  2 for 4
 *            | 11   |---+--> leaf
 *            +------+
 *
 *   element: head | [wide name length 2] | [value length 1, or 3] | [expiry 8] | name | value
 *        or: head | [expiry 8] | address of a block of its own, when name and value are long
 *
 * A look-up compares all tags (eight low bits of the hash) at once and then names. A full leaf is
 * split by the next bit of its elements' hashes; two sparse ones are merged. No change touches more
 * than two leaves and one directory. Elements that share 32 leading bits of their hashes
 * and do not fit into one leaf lie in a chain of leaves.
 *
 * Expiry: the leaves with volatile elements are queued by the earliest time in them. The table
 * itself shows expired elements: whether one counts is for the caller, who knows the time.
 *
 * Owner: one collection of one keyspace, whose heap is handed to all that allocates or releases.
 * Spans that are handed out are good until the next change of the table; spans that are handed in
 * must not point into it.
 */
#ifndef STORAGE_TYPES_ELEMENT_TABLE_H
#define STORAGE_TYPES_ELEMENT_TABLE_H

#include "proto/base/random.h"
#include "proto/base/span.h"
#include "proto/base/time.h"
#include "storage/due_queue.h"
#include "storage/heap.h"
#include "storage/object_watch.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    ELEMENT_TABLE_DEPTH_MAX = 32,
    ELEMENT_TABLE_WEIGHTS = 56,

    /* Values, as told to element_table_init: none, all of one length, or of any length. */
    ELEMENT_VALUES_NONE = 0,
    ELEMENT_VALUES_FIXED_MAX = 32,
    ELEMENT_VALUES_ANY = 255,
};

struct element {
    struct span name;
    struct span value; /* empty in a table without values */
    time_ms expiry;    /* TIME_NEVER: none */
};

struct element_table {
    uint64_t root; /* a reference, 0 for an empty table */
    uint64_t count;
    uint64_t volatile_count;
    size_t bytes; /* of all leaves, directories and blocks; not of this struct */
    uint64_t hash_seed;
    uint64_t hash_mask; /* UINT64_MAX; a test takes bits away to have collisions */
    uint64_t released;  /* while it is released: the leading bits of the hash that are done */
    struct due_queue due;
    uint8_t value_kind; /* one of ELEMENT_VALUES_*, or a length up to ELEMENT_VALUES_FIXED_MAX */
    /* ELEMENT_TABLE_WEIGHTS counts of leaves with elements, by depth plus the bits of their number:
     * how densely the hashes lie. NULL while there is but one leaf. */
    uint32_t *at_weight;
    struct object_watch *watch; /* told of each change; NULL: nobody */
};

/* An empty table, which holds no memory. */
void element_table_init(struct element_table *table, uint8_t value_kind, uint64_t hash_seed);

/* Gives up about *budget elements, which it counts down. True when the table is empty and holds no
 * memory; until then it takes no other calls. */
bool element_table_release(struct element_table *table, struct heap *heap, uint32_t *budget);

/* Fills `table`, which is not initialised, with a copy of `source`, whose heap may be another. */
void element_table_copy(struct element_table *table, struct heap *heap,
                        const struct element_table *source);

/* Bytes in the heap, without the struct itself. O(1). */
static inline size_t element_table_memory(const struct element_table *table)
{
    return table->bytes + due_queue_memory(&table->due);
}

/* ---- Single elements ---- */

/* False when it is absent. `found` may be NULL. */
bool element_table_find(const struct element_table *table, struct span name, struct element *found);

/* Fetches what a look-up of this name will read first: for several names before their look-ups. */
void element_table_prefetch(const struct element_table *table, struct span name);

/* Adds an element unless one of this name is there. True: it was added. */
bool element_table_insert(struct element_table *table, struct heap *heap,
                          const struct element *element);

/* Adds an element or gives an existing one this value and expiry. True: it was added. */
bool element_table_put(struct element_table *table, struct heap *heap,
                       const struct element *element);

/* Sets or (TIME_NEVER) takes away the expiry. False when the element is absent. */
bool element_table_set_expiry(struct element_table *table, struct heap *heap, struct span name,
                              time_ms expiry);

/* False when it is absent. */
bool element_table_remove(struct element_table *table, struct heap *heap, struct span name);

/* An element, each with exactly the same probability. False when the table is empty. */
bool element_table_random(const struct element_table *table, struct random *random,
                          struct element *element);

/* ---- All elements ---- */

/* A walk during which the table does not change: zeroed at the start. */
struct element_iterator {
    uint64_t position;               /* leading bits of the hash up to which all leaves are done */
    const struct element_leaf *leaf; /* the one that is being read; NULL: the next at `position` */
    uint32_t index;                  /* of the next element in it */
    const char *bytes;               /* where that lies */
};

/* The next element; false at the end. */
bool element_table_next(const struct element_table *table, struct element_iterator *iterator,
                        struct element *element);

typedef void element_visitor(void *context, const struct element *element);

/*
 * A walk whose calls may be far apart, in the order of the hashes. Visits `count` elements or a few
 * more (all of equal hash go together; `count` of 0 is like 1). Starts with cursor 0; returns the
 * next cursor, or 0 at the end. Any number is good as a cursor. An element that is there all
 * the time is visited whatever happens to the table between the calls.
 * A cursor has at most 52 bits, so that clients may hold it in a double.
 */
uint64_t element_table_scan(const struct element_table *table, uint64_t cursor, uint64_t count,
                            element_visitor *visit, void *context);

/* The hash of the element with this name. */
uint64_t element_table_hash(const struct element_table *table, struct span name);

/* Visits all elements whose hashes lie from `first` to `last`, both included: a whole number of
 * positions, that is of the upper 32 bits. */
void element_table_visit_hashes(const struct element_table *table, uint64_t first, uint64_t last,
                                element_visitor *visit, void *context);

/* ---- Expiry ---- */

/* Not later than the earliest expiry of any element; TIME_NEVER when none has one. */
static inline time_ms element_table_next_expiry(const struct element_table *table)
{
    return due_queue_first_due(&table->due);
}

/* How many elements have expired. Looks at no more leaves than may hold some. */
uint64_t element_table_count_expired(const struct element_table *table, time_ms now);

/* Removes expired elements leaf by leaf until none is left or about *budget elements were looked
 * at, which it counts down; `gone` (or NULL) is told of each just before. True: none is left. */
bool element_table_sweep(struct element_table *table, struct heap *heap, time_ms now,
                         uint32_t *budget, element_visitor *gone, void *context);

#endif
