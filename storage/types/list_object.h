/*
 * A large list: groups of nodes, each node the body of a listpack. For storage/ alone.
 *
 *   list -> group <-> group <-> group        linked, each with the number of its elements
 *             |
 *             +-> | node | node | ... |      in a row, up to LIST_GROUP_NODES
 *                    |
 *                    +-> | room | elements | room |      one block, some KiB
 *
 * An index is found by skipping groups, then nodes, from the nearer end: some 50000 elements with
 * each step. Nodes have room on both sides, so that pushing and popping move nothing. No change
 * touches more than a few nodes and groups, however long the list is.
 *
 * A node holds what the limits allow, or a single element that is larger. There is no empty node
 * and no empty group; a list without elements has no group.
 *
 * Owner: whoever holds the heap.
 */
#ifndef STORAGE_TYPES_LIST_OBJECT_H
#define STORAGE_TYPES_LIST_OBJECT_H

#include "storage/heap.h"
#include "storage/object.h"
#include "storage/types/list_type.h"

enum { LIST_GROUP_NODES = 78 }; /* a full group fills the heap's largest cell */

struct list_node {
    char *block;
    uint32_t capacity; /* of the block */
    uint32_t start;    /* where in the block the elements begin */
    uint32_t length;   /* of the elements */
    uint32_t count;
    void *image; /* the watch's, in a group that it was shown */
};

struct list_group {
    struct list_group *previous;
    struct list_group *next;
    uint64_t count; /* elements */
    uint32_t used;  /* nodes */
    uint32_t capacity;
    uint32_t at_cut; /* the watch's: the number of a group that it was not shown yet; 0: none */
    uint32_t unused;
    struct list_node nodes[];
};

struct list_object {
    uint64_t count;  /* elements */
    uint64_t bytes;  /* of all elements */
    uint64_t memory; /* of groups and blocks */
    struct list_group *first;
    struct list_group *last;
    struct object_watch *watch; /* told of each change; NULL: nobody */
};

static inline struct span list_node_body(const struct list_node *node)
{
    return span_of(node->block + node->start, node->length);
}

struct list_object *list_object_create(struct heap *heap);
/* The object and all that is in it, at once. */
void list_object_free(struct heap *heap, struct list_object *list);

/* Puts a sound body at the tail, as a node of its own if it keeps to the limits, else element by
 * element. */
void list_object_append_body(struct heap *heap, struct list_object *list,
                             const struct list_limits *limits, struct span body);

void list_object_push(struct heap *heap, struct list_object *list, const struct list_limits *limits,
                      enum list_end end, const struct listpack_value *value);
/* The same for one of many, behind which about `following` bytes are going to be pushed: a new node
 * is made as large as they need. */
void list_object_push_many(struct heap *heap, struct list_object *list,
                           const struct list_limits *limits, enum list_end end,
                           const struct listpack_value *value, uint64_t following);

/* Goes to the element with this index; it must be there (asserted). */
void list_object_seek(const struct list_object *list, uint64_t index, struct list_place *place);

/* Takes `count` elements away from an end; at most as many as there are (asserted). Whole groups
 * are not freed but returned as a list of their own, if there are any; else NULL. */
struct list_object *list_object_drop(struct heap *heap, struct list_object *list, enum list_end end,
                                     uint64_t count);

/* Puts a value before or behind an element. The place is void afterwards. */
void list_object_insert(struct heap *heap, struct list_object *list,
                        const struct list_limits *limits, const struct list_place *place,
                        bool behind, const struct listpack_value *value);

/* Another value in the place of an element. The place is void afterwards. */
void list_object_set(struct heap *heap, struct list_object *list, const struct list_limits *limits,
                     const struct list_place *place, const struct listpack_value *value);

/* Removes elements that say `value`, at most `count`, from the head or from the tail on; returns
 * how many. */
uint64_t list_object_remove(struct heap *heap, struct list_object *list,
                            const struct list_limits *limits, const struct listpack_value *value,
                            enum list_end from, uint64_t count);

/* Writes the elements of all nodes one behind the other; `place` has room for list->bytes. */
void list_object_gather(const struct list_object *list, char *place);

/*
 * Takes those elements out of a body that say `value`: not the first `skipped` of them, then up to
 * `count`. What stays moves to the front. Returns the length that is left, and how many are gone.
 */
size_t list_object_remove_from_body(char *body, size_t length, const struct listpack_value *value,
                                    uint64_t skipped, uint64_t count, uint32_t *removed);
/* How many elements say `value`. */
uint32_t list_object_matches_in_body(struct span body, const struct listpack_value *value);

#endif
