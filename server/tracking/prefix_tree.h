/*
 * A set of prefixes, and which of them a key begins with.
 *
 * A radix tree: the cost of a look-up goes with the length of the key, not with the number of
 * prefixes. Every prefix has a value, the caller's.
 *
 *        ""                    the root
 *       /  \
 *   "user:" "s"                labels; a node is a prefix when it has a value
 *    /  \
 *  "1"  "2"                    "user:1", "user:2"
 *
 * Owner: one shard. Pure. Bytes are copied.
 */
#ifndef SERVER_TRACKING_PREFIX_TREE_H
#define SERVER_TRACKING_PREFIX_TREE_H

#include "proto/base/span.h"

#include <stdint.h>

struct prefix_node;

/* Zeroed: empty. */
struct prefix_tree {
    struct prefix_node *root;
    uint64_t count; /* prefixes */
};

/* The value of a prefix; NULL when it is not there. */
void *prefix_tree_find(const struct prefix_tree *tree, struct span prefix);

/* Adds a prefix that is not there (asserted), with a value that is not NULL. */
void prefix_tree_insert(struct prefix_tree *tree, struct span prefix, void *value);

/* Takes out a prefix that is there (asserted). */
void prefix_tree_remove(struct prefix_tree *tree, struct span prefix);

/* The prefixes that a key begins with, shortest first. The tree must not change meanwhile. */
struct prefix_walk {
    const struct prefix_node *node; /* looked at next */
    struct span rest;               /* of the key, from the node's label on */
};
struct prefix_walk prefix_tree_walk(const struct prefix_tree *tree, struct span key);
/* The next one's value; NULL behind the last. */
void *prefix_walk_next(struct prefix_walk *walk);

/* The value of some prefix; NULL when the tree is empty. */
void *prefix_tree_any(const struct prefix_tree *tree);

#endif
