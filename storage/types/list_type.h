/*
 * Lists, for the commands: a sequence of strings, worked on at both ends and by index.
 *
 * A small list lies in its entry as the body of a listpack. A larger one is an object
 * (list_object.h), a sequence of nodes that are bodies of listpacks themselves. Which of both it is
 * nobody outside sees: OBJECT ENCODING tells what Redis would have (entry_is_expanded).
 *
 * Reading functions take the entry, NULL for an absent key. Changing ones take a collection, which
 * was opened with VALUE_LIST and whose entry is absent or a list; what is left without elements is
 * deleted from the keyspace, and collection->entry is NULL then. Strings are as long as
 * LISTPACK_STRING_MAX at most: callers refuse longer ones. Spans handed in may not point into the
 * list that is changed.
 *
 * Owner: the shard of the keyspace.
 */
#ifndef STORAGE_TYPES_LIST_TYPE_H
#define STORAGE_TYPES_LIST_TYPE_H

#include "proto/resp/reply.h"
#include "storage/collection.h"
#include "storage/types/listpack.h"

enum list_end { LIST_HEAD, LIST_TAIL };

/* How much one node holds: what list-max-listpack-size says. */
struct list_limits {
    size_t bytes; /* of the whole listpack; one larger element has a node of its own */
    uint32_t count;
    bool by_count; /* the setting is a count, `bytes` is only what is never exceeded */
};

/* The limits of a setting: -1 to -5 are 4 to 64 KiB, positive ones a number of elements. */
struct list_limits list_type_limits(int64_t setting);

/* ---- Reading ---- */

/* Number of elements. */
uint64_t list_type_length(const struct entry *entry);

/* A place in a list: good until the list is changed. */
struct list_place {
    const char *element; /* see listpack.h */
    struct span body;    /* the body that it lies in */
    struct list_group *group;
    uint32_t node;
};

/* Goes to an index, negative ones counted from the end; false when there is none. Whole nodes are
 * skipped, from the nearer end. */
bool list_type_seek(const struct entry *entry, int64_t index, struct list_place *place);
/* To the neighbour; false, and the place is void, when there is none. */
bool list_type_next(struct list_place *place);
bool list_type_previous(struct list_place *place);
/* The same from body to body, to the first element of each: for dumps and snapshots. */
bool list_type_next_body(struct list_place *place);
/* Number of elements of the body. */
uint32_t list_type_body_count(const struct list_place *place);

/* Writes `count` elements as bulks, from `index` on towards the tail, or towards the head. All of
 * them must be there (asserted). */
void list_type_reply(const struct entry *entry, uint64_t index, uint64_t count, bool towards_head,
                     struct reply *reply);

/* ---- Changing ---- */

/* Adds the values one after the other at an end, so that the last one is the outermost. */
void list_type_push(struct collection *collection, const struct list_limits *limits,
                    enum list_end end, const struct span *values, uint32_t count);

/* Takes `count` elements away from an end; there must be as many (asserted). */
void list_type_drop(struct collection *collection, const struct list_limits *limits,
                    enum list_end end, uint64_t count);

/* Looks for an element that says `pivot` and puts `value` before or behind it; false when there is
 * none. */
bool list_type_insert(struct collection *collection, const struct list_limits *limits,
                      struct span pivot, bool behind, struct span value);

/* Another value at an index; false when there is none. */
bool list_type_set(struct collection *collection, const struct list_limits *limits, int64_t index,
                   struct span value);

/* Removes the first `count` elements that say `value`, the last ones for a negative count, all for
 * 0; returns how many. */
uint64_t list_type_remove(struct collection *collection, const struct list_limits *limits,
                          struct span value, int64_t count);

/* Keeps `count` elements from `first` on, which must be there (asserted); 0 keeps none. */
void list_type_trim(struct collection *collection, const struct list_limits *limits, uint64_t first,
                    uint64_t count);

/* Decides anew what OBJECT ENCODING tells: after a list was built whole (RESTORE, SORT STORE). */
void list_type_settle(struct collection *collection, const struct list_limits *limits);

#endif
