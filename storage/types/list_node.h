/*
 * The nodes of a large list and the groups that they lie in: for list_object*.c alone. The picture
 * is in list_object.h.
 *
 * These keep up the sizes and counts of node, group and list. A node that was just made, or whose
 * last element was taken, may be empty for as long as its caller takes to fill or free it.
 *
 * Owner: whoever holds the heap.
 */
#ifndef STORAGE_TYPES_LIST_NODE_H
#define STORAGE_TYPES_LIST_NODE_H

#include "proto/base/assert.h"
#include "storage/types/list_object.h"

/* A place among the nodes; also the one behind the last node of a group. Void when nodes are made
 * or freed elsewhere. */
struct list_slot {
    struct list_group *group; /* NULL: of a list without nodes */
    uint32_t node;
};

static inline struct list_node *list_node_at(const struct list_slot *slot)
{
    ASSERT_DEBUG(slot->node < slot->group->used);
    return &slot->group->nodes[slot->node];
}

/* To the neighbour, perhaps of another group; false when there is none. */
bool list_node_previous(struct list_slot *slot);
bool list_node_next(struct list_slot *slot);
/* The neighbour before, which must be there (asserted). */
struct list_slot list_node_before(struct list_slot slot);

/* ---- Nodes as a whole ---- */

/* Makes an empty node with room for `capacity` bytes, before the one at the place. Returns its
 * place. */
struct list_slot list_node_create(struct heap *heap, struct list_object *list,
                                  struct list_slot slot, size_t capacity);

/* Frees a node and what is still in it; its place is then that of the node behind it. A group goes
 * with its last node: returns whether it is still there. */
bool list_node_free(struct heap *heap, struct list_object *list, struct list_slot slot);

/* Makes one of a group and the next one when both have few nodes. */
void list_node_tidy_groups(struct heap *heap, struct list_object *list, struct list_group *group);

/* Moves whole groups with at most `*count` elements together from an end into a list of their own;
 * counts *count down by them. NULL: there is no such group. */
struct list_object *list_node_cut_groups(struct heap *heap, struct list_object *list,
                                         enum list_end end, uint64_t *count);

/* ---- What is in a node ---- */

/* How large a block is made for so many bytes of elements. */
size_t list_node_capacity(const struct list_limits *limits, size_t length);

/* May the node hold so much more? */
bool list_node_takes(const struct list_node *node, const struct list_limits *limits, size_t bytes,
                     uint32_t count);

/* To be called before bytes of a node are changed in place; the functions here do it themselves. */
void list_node_show(const struct list_object *list, struct list_slot slot);

/*
 * Puts room for `gap` bytes in the place of `removed` ones at `offset`; returns where. Counts are
 * not touched: list_node_count_more.
 */
char *list_node_splice(struct heap *heap, struct list_object *list, struct list_slot slot,
                       const struct list_limits *limits, size_t offset, size_t removed, size_t gap);

/* The node has so many more elements, or less. */
void list_node_count_more(struct list_object *list, struct list_slot slot, int64_t more);

/* One more element at `offset`, whatever the limits say. */
void list_node_insert(struct heap *heap, struct list_object *list, const struct list_limits *limits,
                      struct list_slot slot, size_t offset, const struct listpack_value *value);

/* A node that is not going to grow gives back what it has too much. */
void list_node_trim(struct heap *heap, struct list_object *list, struct list_slot slot);

#endif
