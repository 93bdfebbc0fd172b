/*
 * An ordered set of (score, member): a B+ tree by score and then by the member's bytes, which knows
 * how many elements each subtree has, and an index from the members' hashes to its pages.
 *
 *   node {first score, elements, child} * up to 42      leaves: score_leaf.h, numbered
 *     |          |           |                          index:  score_index.h, hash -> leaf number
 *   leaf       leaf        leaf
 *
 * A separator is the score of the first element below a child; where scores are the same, the first
 * member itself is looked at. While there is one leaf only there is no index, and no numbers.
 * Every change touches the leaves and nodes of one path and their neighbours: nothing is ever
 * rebuilt as a whole.
 *
 * Units: ranks count from 0, in ascending order. Scores are not NaN. Members that are handed out
 * are good until the next change. Owner: one sorted set; the heap is handed in.
 */
#ifndef STORAGE_TYPES_SCORE_TREE_H
#define STORAGE_TYPES_SCORE_TREE_H

#include "storage/object_watch.h"
#include "storage/types/score_index.h"
#include "storage/types/score_leaf.h"

#include <stdint.h>

enum { SCORE_TREE_HEIGHT_MAX = 16, SCORE_NODE_ITEMS_MAX = 42 };

struct score_item {
    double score;   /* of the first element below */
    uint64_t count; /* elements below */
    void *child;    /* a node, or a leaf in the nodes of the lowest level */
};

struct score_node {
    uint16_t count;
    uint16_t capacity;
    uint32_t unused;
    struct score_item items[];
};

/* The leaves by number: chunks of 64, of which the first is smaller while it is the only one. */
struct score_leaf_table {
    uintptr_t **chunks; /* a leaf, or twice the next free number + 2, with the lowest bit set */
    uint32_t chunk_capacity;
    uint32_t first_capacity; /* of the first chunk */
    uint32_t used;           /* numbers that were ever given out; 0: there is no index */
    uint32_t free;           /* a free number + 1, or 0 */
};

struct score_tree {
    void *root; /* NULL: empty */
    uint64_t count;
    uint64_t seed; /* of the members' hashes */
    size_t memory; /* bytes in the heap, without this struct */
    struct score_leaf_table leaves;
    struct score_index index;
    uint32_t height;            /* levels of nodes above the leaves */
    struct object_watch *watch; /* told of each change; NULL: nobody */
};

void score_tree_init(struct score_tree *tree, uint64_t seed);

/* ---- By member; `hash` is score_tree_hash's ---- */

uint32_t score_tree_hash(const struct score_tree *tree, struct span member);
/* Fetches what a look-up of this member reads first. */
void score_tree_prefetch(const struct score_tree *tree, uint32_t hash);
bool score_tree_find(const struct score_tree *tree, struct span member, uint32_t hash,
                     double *score);

/* The member must be absent (asserted in debug builds). */
void score_tree_insert(struct score_tree *tree, struct heap *heap, double score, struct span member,
                       uint32_t hash);
/* The element must be there (asserted). The member may lie in the tree itself. */
void score_tree_remove(struct score_tree *tree, struct heap *heap, double score, struct span member,
                       uint32_t hash);
/* Changes the score of an element that is there (asserted). The member may not lie in the tree. */
void score_tree_update(struct score_tree *tree, struct heap *heap, double old_score,
                       double new_score, struct span member, uint32_t hash);
/* Removes the element of this rank, which must exist. */
void score_tree_remove_at(struct score_tree *tree, struct heap *heap, uint64_t rank);

/* ---- By order ---- */

/* A place between two elements: before the first that is not less than this, or, with `after`,
 * before the first that is greater. */
enum score_bound_kind {
    SCORE_BOUND_SCORE,   /* by score */
    SCORE_BOUND_ELEMENT, /* by (score, member) */
    SCORE_BOUND_MEMBER,  /* by member, in a tree where all scores are the same */
};
struct score_bound {
    enum score_bound_kind kind;
    bool after;
    double score;
    struct span member;
};

/* The nodes from the root to a leaf, and which of their children is next. */
struct score_path {
    struct score_node *nodes[SCORE_TREE_HEIGHT_MAX];
    uint16_t places[SCORE_TREE_HEIGHT_MAX];
};

/* An element, or the end. Good until the next change of the tree. */
struct score_cursor {
    const struct score_tree *tree;
    struct score_path path;
    struct score_leaf *leaf; /* NULL: at the end */
    uint32_t index;
};

/* Points the cursor behind the place that the bound means; returns how many elements are before. */
uint64_t score_tree_seek(const struct score_tree *tree, const struct score_bound *bound,
                         struct score_cursor *cursor);
/* Elements before the bound. */
uint64_t score_tree_before(const struct score_tree *tree, const struct score_bound *bound);
/* Points at an element by rank; a rank of count or more is the end. */
void score_tree_at(const struct score_tree *tree, uint64_t rank, struct score_cursor *cursor);
/* The element under a cursor that is not at the end. */
static inline struct score_element score_cursor_element(const struct score_cursor *cursor)
{
    return score_leaf_element(cursor->leaf, cursor->index);
}
/* False when that leads out of the tree; the cursor is at the end then. */
bool score_cursor_next(struct score_cursor *cursor);
bool score_cursor_previous(struct score_cursor *cursor);

/* A walk whose calls may be far apart, in the order of the members' hashes. Visits about `count`
 * elements; starts with cursor 0, returns the next one, or 0 at the end. Any cursor is good. What
 * is there all the time is visited, whatever happens to scores and other elements. */
typedef void score_visitor(void *context, const struct score_element *element);
uint64_t score_tree_scan(const struct score_tree *tree, uint64_t cursor, uint64_t count,
                         score_visitor *visit, void *context);

/* Visits all elements whose members' hashes lie from `first` to `last`, both included. */
void score_tree_visit_hashes(const struct score_tree *tree, uint32_t first, uint32_t last,
                             score_visitor *visit, void *context);

/* ---- As a whole ---- */

/* Frees elements, counting *budget down by them; true when nothing is left. In between the tree may
 * not be used for anything else. */
bool score_tree_release(struct score_tree *tree, struct heap *heap, uint32_t *budget);
/* Fills `copy`, which is not initialised. */
void score_tree_copy(struct score_tree *copy, struct heap *heap, const struct score_tree *tree);

/* ---- For the tree's own files ---- */

static inline struct score_space score_tree_space(struct score_tree *tree, struct heap *heap)
{
    return (struct score_space){.heap = heap, .used = &tree->memory};
}
static inline bool score_tree_indexed(const struct score_tree *tree)
{
    return tree->leaves.used > 0;
}
/* Goes down to the leaf that has the place; returns it and its elements before the place. */
struct score_leaf *score_tree_descend(const struct score_tree *tree,
                                      const struct score_bound *bound, struct score_path *path,
                                      uint32_t *index);
/* The same to the element of this rank, which exists. */
struct score_leaf *score_tree_descend_to(const struct score_tree *tree, uint64_t rank,
                                         struct score_path *path, uint32_t *index);

uint32_t score_leaf_table_add(struct score_leaf_table *table, struct score_space space,
                              struct score_leaf *leaf);
void score_leaf_table_remove(struct score_leaf_table *table, uint32_t id);
bool score_leaf_table_release(struct score_leaf_table *table, struct score_space space,
                              uint32_t *budget);
void score_leaf_table_copy(struct score_leaf_table *copy, struct score_space space,
                           const struct score_leaf_table *table);

enum { SCORE_LEAF_CHUNK_BITS = 6, SCORE_LEAF_CHUNK = 1 << SCORE_LEAF_CHUNK_BITS };

static inline uintptr_t *score_leaf_table_slot(const struct score_leaf_table *table, uint32_t id)
{
    return &table->chunks[id >> SCORE_LEAF_CHUNK_BITS][id & (SCORE_LEAF_CHUNK - 1)];
}

#endif
