/*
 * Elements of one size, ordered by a stream id at their beginning: the nodes of a stream, and
 * pending entries. A B+ tree.
 *
 *                 +--------------------+
 *   inner         | low id | child     |...     `low` of a child: no id in it is lower
 *                 +--------------------+
 *                     /            \
 *          +-----------------+   +-----------------+
 *   leaf   | id, .. | id, .. |<->| id, .. |        |
 *          +-----------------+   +-----------------+
 *
 * Appending is O(1) on average and leaves full leaves behind; finding and everything else is
 * O(log n). A leaf grows by doubling up to about 2 KiB, so a tree of one element is small, and no
 * step copies more than that.
 *
 * Owner: whoever owns the heap. A place is good until the next change.
 */
#ifndef STORAGE_TYPES_STREAM_TREE_H
#define STORAGE_TYPES_STREAM_TREE_H

#include "storage/heap.h"
#include "storage/types/stream_id.h"

#include <stdint.h>

struct stream_tree_leaf {
    struct stream_tree_leaf *previous;
    struct stream_tree_leaf *next;
    uint16_t count;
    uint16_t capacity; /* in elements */
    uint32_t unused;
    char elements[];
};

struct stream_tree {
    void *root; /* a leaf when the height is 0; NULL when empty */
    struct stream_tree_leaf *first;
    struct stream_tree_leaf *last;
    uint64_t count;
    size_t memory; /* bytes in the heap */
    uint16_t element_size;
    uint16_t leaf_max; /* elements of a leaf */
    uint32_t height;
};

/* No leaf: behind the last element. */
struct stream_tree_place {
    struct stream_tree_leaf *leaf;
    uint32_t index;
};

/* `element_size`: a multiple of 8, 16 to 64; an element begins with its id. */
void stream_tree_init(struct stream_tree *tree, uint16_t element_size);

/* Frees leaves, at least one when there is one, counting *budget down by their elements. True when
 * the tree is empty. What elements refer to is the caller's. */
bool stream_tree_release(struct stream_tree *tree, struct heap *heap, uint32_t *budget);

/* The element at a place that is not the end. */
static inline void *stream_tree_at(const struct stream_tree *tree, struct stream_tree_place place)
{
    return place.leaf->elements + (size_t)place.index * tree->element_size;
}

static inline bool stream_tree_is_end(struct stream_tree_place place)
{
    return place.leaf == NULL;
}

static inline struct stream_tree_place stream_tree_first(const struct stream_tree *tree)
{
    return (struct stream_tree_place){tree->first, 0};
}

/* The end when empty. */
static inline struct stream_tree_place stream_tree_last(const struct stream_tree *tree)
{
    return (struct stream_tree_place){tree->last, tree->last == NULL ? 0 : tree->last->count - 1};
}

static inline struct stream_tree_place stream_tree_next(struct stream_tree_place place)
{
    if (++place.index == place.leaf->count)
        return (struct stream_tree_place){place.leaf->next, 0};
    return place;
}

/* Before the first there is the end. */
static inline struct stream_tree_place stream_tree_previous(struct stream_tree_place place)
{
    if (place.index > 0)
        return (struct stream_tree_place){place.leaf, place.index - 1};
    if (place.leaf->previous == NULL)
        return (struct stream_tree_place){NULL, 0};
    return (struct stream_tree_place){place.leaf->previous, place.leaf->previous->count - 1};
}

/* The first element whose id is not lower. */
struct stream_tree_place stream_tree_seek(const struct stream_tree *tree, struct stream_id id);
/* The last element whose id is not higher. */
struct stream_tree_place stream_tree_seek_back(const struct stream_tree *tree, struct stream_id id);
/* The element with this id, or NULL. */
void *stream_tree_find(const struct stream_tree *tree, struct stream_id id);

/* A new element, of which only the id is set. It must not be there yet (asserted in debug). */
void *stream_tree_insert(struct stream_tree *tree, struct heap *heap, struct stream_id id);
/* Takes the element with this id out; false when there is none. */
bool stream_tree_remove(struct stream_tree *tree, struct heap *heap, struct stream_id id);

/* Do order, links, counts and memory agree? For tests. */
bool stream_tree_check(const struct stream_tree *tree);

#endif
