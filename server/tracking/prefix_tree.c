#include "server/tracking/prefix_tree.h"

#include "proto/base/assert.h"
#include "proto/base/memory.h"

#include <string.h>

struct prefix_node {
    void *value;
    struct prefix_node **children; /* by the first byte of their labels, in order */
    uint32_t child_count;
    uint32_t label_length; /* 0 for the root alone */
    char label[];
};

static struct span label_of(const struct prefix_node *node)
{
    return span_of(node->label, node->label_length);
}

static struct span behind(struct span bytes, size_t length)
{
    return span_of(bytes.data + length, bytes.length - length);
}

static struct prefix_node *node_new(struct span label, void *value)
{
    struct prefix_node *node = memory_new_zeroed(1, sizeof(*node) + label.length);

    ASSERT(label.length <= UINT32_MAX);
    node->value = value;
    node->label_length = (uint32_t)label.length;
    if (label.length > 0)
        memcpy(node->label, label.data, label.length);
    return node;
}

/* ---- Children ---- */

/* Where the child with this first byte is, or would be. */
static uint32_t child_index(const struct prefix_node *node, char first)
{
    uint32_t low = 0;
    uint32_t high = node->child_count;

    while (low < high) {
        uint32_t middle = (low + high) / 2;

        if ((unsigned char)node->children[middle]->label[0] < (unsigned char)first)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* NULL without one. */
static struct prefix_node **child_place(const struct prefix_node *node, char first)
{
    uint32_t index = child_index(node, first);

    if (index == node->child_count || node->children[index]->label[0] != first)
        return NULL;
    return &node->children[index];
}

static void child_add(struct prefix_node *node, struct prefix_node *child)
{
    uint32_t index = child_index(node, child->label[0]);

    node->children =
        memory_resize(node->children, (node->child_count + 1) * sizeof(struct prefix_node *));
    memmove(&node->children[index + 1], &node->children[index],
            (node->child_count - index) * sizeof(struct prefix_node *));
    node->children[index] = child;
    node->child_count++;
}

static void child_remove(struct prefix_node *node, uint32_t index)
{
    ASSERT(index < node->child_count);
    node->child_count--;
    memmove(&node->children[index], &node->children[index + 1],
            (node->child_count - index) * sizeof(struct prefix_node *));
    if (node->child_count == 0) {
        memory_free(node->children);
        node->children = NULL;
    }
}

static void node_free(struct prefix_node *node)
{
    memory_free(node->children);
    memory_free(node);
}

/* ---- Looking up ---- */

static bool begins_with(struct span bytes, struct span start)
{
    return bytes.length >= start.length &&
           (start.length == 0 || memcmp(bytes.data, start.data, start.length) == 0);
}

void *prefix_tree_find(const struct prefix_tree *tree, struct span prefix)
{
    const struct prefix_node *node = tree->root;

    while (node != NULL && prefix.length > 0) {
        struct prefix_node **place = child_place(node, prefix.data[0]);

        if (place == NULL || !begins_with(prefix, label_of(*place)))
            return NULL;
        node = *place;
        prefix = behind(prefix, node->label_length);
    }
    return node == NULL ? NULL : node->value;
}

struct prefix_walk prefix_tree_walk(const struct prefix_tree *tree, struct span key)
{
    return (struct prefix_walk){.node = tree->root, .rest = key};
}

void *prefix_walk_next(struct prefix_walk *walk)
{
    while (walk->node != NULL) {
        const struct prefix_node *node = walk->node;
        struct prefix_node **place =
            walk->rest.length > 0 ? child_place(node, walk->rest.data[0]) : NULL;

        walk->node = NULL;
        if (place != NULL && begins_with(walk->rest, label_of(*place))) {
            walk->node = *place;
            walk->rest = behind(walk->rest, (*place)->label_length);
        }
        if (node->value != NULL)
            return node->value;
    }
    return NULL;
}

void *prefix_tree_any(const struct prefix_tree *tree)
{
    const struct prefix_node *node = tree->root;

    while (node != NULL && node->value == NULL) {
        ASSERT(node->child_count > 0);
        node = node->children[0];
    }
    return node == NULL ? NULL : node->value;
}

/* ---- Changing ---- */

/* Cuts the label of the node at *place: what comes first becomes a node above it. */
static void node_cut(struct prefix_node **place, uint32_t length)
{
    struct prefix_node *lower = *place;
    struct prefix_node *upper = node_new(span_of(lower->label, length), NULL);

    ASSERT(length > 0 && length < lower->label_length);
    lower->label_length -= length;
    memmove(lower->label, lower->label + length, lower->label_length);
    *place = upper;
    child_add(upper, lower);
}

static uint32_t shared_length(struct span one, struct span other)
{
    size_t length = one.length < other.length ? one.length : other.length;
    uint32_t shared = 0;

    while (shared < length && one.data[shared] == other.data[shared])
        shared++;
    return shared;
}

void prefix_tree_insert(struct prefix_tree *tree, struct span prefix, void *value)
{
    struct prefix_node *node;

    ASSERT(value != NULL);
    if (tree->root == NULL)
        tree->root = node_new(SPAN(""), NULL);
    node = tree->root;
    while (prefix.length > 0) {
        struct prefix_node **place = child_place(node, prefix.data[0]);
        uint32_t shared;

        if (place == NULL) {
            child_add(node, node_new(prefix, value));
            tree->count++;
            return;
        }
        shared = shared_length(prefix, label_of(*place));
        if (shared < (*place)->label_length)
            node_cut(place, shared);
        node = *place;
        prefix = behind(prefix, shared);
    }
    ASSERT(node->value == NULL);
    node->value = value;
    tree->count++;
}

/* A node without a value and with a single child is one with it. */
static void node_unite(struct prefix_node **place)
{
    struct prefix_node *upper = *place;
    struct prefix_node *lower = upper->children[0];
    struct prefix_node *both;
    size_t length = (size_t)upper->label_length + lower->label_length;

    ASSERT(upper->value == NULL && upper->child_count == 1);
    both = memory_new_zeroed(1, sizeof(*both) + length);
    both->value = lower->value;
    both->children = lower->children;
    both->child_count = lower->child_count;
    both->label_length = (uint32_t)length;
    memcpy(both->label, upper->label, upper->label_length);
    memcpy(both->label + upper->label_length, lower->label, lower->label_length);
    memory_free(lower);
    node_free(upper);
    *place = both;
}

void prefix_tree_remove(struct prefix_tree *tree, struct span prefix)
{
    struct prefix_node **above = NULL; /* where the node's parent hangs */
    struct prefix_node **place = &tree->root;

    ASSERT(*place != NULL);
    while (prefix.length > 0) {
        above = place;
        place = child_place(*place, prefix.data[0]);
        ASSERT(place != NULL && begins_with(prefix, label_of(*place)));
        prefix = behind(prefix, (*place)->label_length);
    }
    ASSERT((*place)->value != NULL);
    (*place)->value = NULL;
    tree->count--;
    if ((*place)->child_count == 0 && above != NULL) {
        struct prefix_node *parent = *above;

        node_free(*place);
        child_remove(parent, (uint32_t)(place - parent->children));
        place = above;
    }
    if ((*place)->value == NULL && (*place)->child_count == 1 && place != &tree->root)
        node_unite(place);
    if (tree->count == 0) {
        ASSERT(tree->root->child_count == 0);
        node_free(tree->root);
        tree->root = NULL;
    }
}
