#include "storage/types/score_tree.h"

#include "proto/base/assert.h"
#include "storage/key_hash.h"

enum {
    FIRST_ITEMS = 4,
    /* A leaf with less in it, or a node with fewer items, is joined with a neighbour ... */
    LEAF_SPARSE = SCORE_LEAF_SIZE_MAX / 4,
    NODE_SPARSE = SCORE_NODE_ITEMS_MAX / 4,
    /* ... if both together leave room for more. */
    LEAF_JOINED_MAX = SCORE_LEAF_SIZE_MAX * 3 / 4,
    NODE_JOINED_MAX = SCORE_NODE_ITEMS_MAX * 3 / 4,
};

void score_tree_init(struct score_tree *tree, uint64_t seed)
{
    *tree = (struct score_tree){.seed = seed};
}

uint32_t score_tree_hash(const struct score_tree *tree, struct span member)
{
    return (uint32_t)(key_hash(member, tree->seed) >> 32);
}

void score_tree_prefetch(const struct score_tree *tree, uint32_t hash)
{
    score_index_prefetch(&tree->index, hash);
}

/* To be called before anything is changed. */
static inline void show(const struct score_tree *tree, uint32_t hash)
{
    if (__builtin_expect(tree->watch != NULL, 0))
        tree->watch->before_element(tree->watch, hash);
}

/* ---- The index ---- */

static void set_leaf_address(struct score_tree *tree, struct score_leaf *leaf)
{
    if (score_tree_indexed(tree))
        *score_leaf_table_slot(&tree->leaves, leaf->id) = (uintptr_t)leaf;
}

/* Tells the index that the members of `leaf` were in the leaf `from`. */
static void reindex(struct score_tree *tree, const struct score_leaf *leaf, uint32_t first,
                    uint32_t end, uint32_t from, uint32_t to)
{
    uint32_t hashes[SCORE_LEAF_COUNT_MAX];

    ASSERT(end - first <= SCORE_LEAF_COUNT_MAX);
    for (uint32_t i = first; i < end; i++) {
        hashes[i - first] = score_tree_hash(tree, score_leaf_member(leaf, i));
        score_index_prefetch(&tree->index, hashes[i - first]);
    }
    for (uint32_t i = first; i < end; i++)
        score_index_replace(&tree->index, hashes[i - first], from, to);
}

/* The first leaf gets a number, its members get entries. */
static void build_index(struct score_tree *tree, struct score_space space, struct score_leaf *leaf)
{
    ASSERT(tree->height == 0);
    leaf->id = score_leaf_table_add(&tree->leaves, space, leaf);
    for (uint32_t i = 0; i < leaf->count; i++)
        score_index_add(&tree->index, space, score_tree_hash(tree, score_leaf_member(leaf, i)),
                        leaf->id);
}

static struct score_leaf *find_leaf(const struct score_tree *tree, struct span member,
                                    uint32_t hash, uint32_t *index)
{
    struct score_index_probe probe;
    uint32_t id;

    if (!score_tree_indexed(tree)) {
        struct score_leaf *leaf = tree->root;

        if (leaf == NULL)
            return NULL;
        *index = score_leaf_find(leaf, member, (uint8_t)hash);
        return *index < leaf->count ? leaf : NULL;
    }
    probe = score_index_probe(&tree->index, hash);
    while (score_index_probe_next(&probe, &id)) {
        struct score_leaf *leaf = (void *)*score_leaf_table_slot(&tree->leaves, id);

        *index = score_leaf_find(leaf, member, (uint8_t)hash);
        if (*index < leaf->count)
            return leaf;
    }
    return NULL;
}

bool score_tree_find(const struct score_tree *tree, struct span member, uint32_t hash,
                     double *score)
{
    uint32_t index;
    const struct score_leaf *leaf = find_leaf(tree, member, hash, &index);

    if (leaf == NULL)
        return false;
    *score = score_leaf_score(leaf, index);
    return true;
}

/* ---- Nodes ---- */

static inline size_t node_size(uint32_t capacity)
{
    return sizeof(struct score_node) + capacity * sizeof(struct score_item);
}

static struct score_node *node_create(struct score_space space, uint32_t items)
{
    struct score_node *node = score_space_allocate(space, node_size(items));

    node->count = 0;
    node->unused = 0;
    node->capacity =
        (uint16_t)((heap_block_size(node_size(items)) - sizeof(*node)) / sizeof(node->items[0]));
    if (node->capacity > SCORE_NODE_ITEMS_MAX)
        node->capacity = SCORE_NODE_ITEMS_MAX;
    ASSERT(heap_block_size(node_size(node->capacity)) == heap_block_size(node_size(items)));
    return node;
}

static void node_release(struct score_space space, struct score_node *node)
{
    score_space_release(space, node, node_size(node->capacity));
}

static struct score_node *node_resize(struct score_space space, struct score_node *node,
                                      uint32_t items)
{
    struct score_node *other =
        node_create(space, items < SCORE_NODE_ITEMS_MAX ? items : SCORE_NODE_ITEMS_MAX);

    ASSERT(other->capacity >= node->count);
    memcpy(other->items, node->items, node->count * sizeof(node->items[0]));
    other->count = node->count;
    node_release(space, node);
    return other;
}

static struct score_item item_of_leaf(struct score_leaf *leaf)
{
    return (struct score_item){score_leaf_score(leaf, 0), leaf->count, leaf};
}

static struct score_item item_of_node(struct score_node *node)
{
    struct score_item item = {.score = node->items[0].score, .child = node};

    for (uint32_t i = 0; i < node->count; i++)
        item.count += node->items[i].count;
    return item;
}

static void insert_item(struct score_node *node, uint32_t place, struct score_item item)
{
    ASSERT(node->count < node->capacity);
    memmove(node->items + place + 1, node->items + place,
            (node->count - place) * sizeof(node->items[0]));
    node->items[place] = item;
    node->count++;
}

/* ---- Paths: level 0 is the root; the level tree->height is the leaf ---- */

/* Puts what stands at this level of the path. */
static void put_child(struct score_tree *tree, struct score_path *path, uint32_t level, void *child)
{
    if (level == 0)
        tree->root = child;
    else
        path->nodes[level - 1]->items[path->places[level - 1]].child = child;
    if (level < tree->height)
        path->nodes[level] = child;
}

/* Counts and first scores of the nodes above `level`, from what their children say. */
static void refresh_above(struct score_path *path, uint32_t level)
{
    for (; level > 0; level--)
        path->nodes[level - 1]->items[path->places[level - 1]] = item_of_node(path->nodes[level]);
}

/* The same after one leaf has changed by one element. */
static void count_leaf(struct score_tree *tree, struct score_path *path, struct score_leaf *leaf,
                       int change)
{
    double score = score_leaf_score(leaf, 0);

    put_child(tree, path, tree->height, leaf);
    set_leaf_address(tree, leaf);
    for (uint32_t level = tree->height; level > 0; level--) {
        struct score_item *item = &path->nodes[level - 1]->items[path->places[level - 1]];

        item->count += (uint64_t)(int64_t)change;
        item->score = score;
        /* Further up this leaf's first element is not the first one. */
        if (path->places[level - 1] > 0)
            score = path->nodes[level - 1]->items[0].score;
    }
}

static bool at_edge(const struct score_tree *tree, const struct score_path *path, bool last)
{
    for (uint32_t level = 0; level < tree->height; level++) {
        if (path->places[level] != (last ? path->nodes[level]->count - 1 : 0))
            return false;
    }
    return true;
}

/* ---- Insertion ---- */

static void grow_root(struct score_tree *tree, struct score_space space, struct score_item left,
                      struct score_item right)
{
    struct score_node *root = node_create(space, FIRST_ITEMS);

    ASSERT(tree->height + 1 < SCORE_TREE_HEIGHT_MAX);
    insert_item(root, 0, left);
    insert_item(root, 1, right);
    tree->root = root;
    tree->height++;
}

/* The child at `level` of the path has become two. The path is void afterwards. */
static void replace_by_two(struct score_tree *tree, struct score_space space,
                           struct score_path *path, uint32_t level, struct score_item left,
                           struct score_item right)
{
    while (level > 0) {
        struct score_node *node = path->nodes[level - 1];
        struct score_node *behind = NULL;
        uint32_t place = path->places[level - 1];

        node->items[place] = left;
        if (node->count == SCORE_NODE_ITEMS_MAX) {
            /* At the end everything goes on at the end: full nodes stay behind. */
            bool append = place + 1 == SCORE_NODE_ITEMS_MAX;
            uint32_t kept = append ? SCORE_NODE_ITEMS_MAX : SCORE_NODE_ITEMS_MAX / 2;

            behind = node_create(space, append ? FIRST_ITEMS : node->count - kept + 1);
            memcpy(behind->items, node->items + kept,
                   (node->count - kept) * sizeof(node->items[0]));
            behind->count = (uint16_t)(node->count - kept);
            node->count = (uint16_t)kept;
            if (place + 1 > kept || append)
                insert_item(behind, place + 1 - kept, right);
            else
                insert_item(node, place + 1, right);
        } else {
            if (node->count == node->capacity) {
                node = node_resize(space, node, node->count + 1u + node->count / 4);
                put_child(tree, path, level - 1, node);
            }
            insert_item(node, place + 1, right);
        }
        if (behind == NULL) {
            refresh_above(path, level - 1);
            return;
        }
        left = item_of_node(node);
        right = item_of_node(behind);
        level--;
    }
    grow_root(tree, space, left, right);
}

/* Makes room where an element has none: puts it into a new leaf of its own at either end of the
 * tree (true), or splits the leaf (false: look for its place again). */
static bool split_for(struct score_tree *tree, struct score_space space, struct score_path *path,
                      struct score_leaf *leaf, uint32_t index, double score, struct span member,
                      uint32_t hash)
{
    bool append = index == leaf->count && at_edge(tree, path, true);
    bool prepend = index == 0 && at_edge(tree, path, false);
    struct score_leaf *other;
    uint32_t id;

    if (!score_tree_indexed(tree))
        build_index(tree, space, leaf);
    id = score_leaf_table_add(&tree->leaves, space, NULL);
    if (append || prepend) {
        other = score_leaf_create(space, id);
        other = score_leaf_insert(space, other, 0, score, member, (uint8_t)hash);
        score_index_add(&tree->index, space, hash, id);
    } else {
        other = score_leaf_split(space, &leaf, score_leaf_middle(leaf), id);
        set_leaf_address(tree, leaf);
        reindex(tree, other, 0, other->count, leaf->id, id);
    }
    set_leaf_address(tree, other);
    replace_by_two(tree, space, path, tree->height, item_of_leaf(prepend ? other : leaf),
                   item_of_leaf(prepend ? leaf : other));
    return append || prepend;
}

void score_tree_insert(struct score_tree *tree, struct heap *heap, double score, struct span member,
                       uint32_t hash)
{
    struct score_space space = score_tree_space(tree, heap);
    struct score_bound bound = {SCORE_BOUND_ELEMENT, true, score, member};
    struct score_path path;

    ASSERT_DEBUG(!score_tree_find(tree, member, hash, &(double){0}));
    show(tree, hash);
    tree->count++;
    if (tree->root == NULL) {
        tree->root = score_leaf_create(space, 0);
        if (score_tree_indexed(tree))
            ((struct score_leaf *)tree->root)->id =
                score_leaf_table_add(&tree->leaves, space, tree->root);
    }
    for (;;) {
        uint32_t index;
        struct score_leaf *leaf = score_tree_descend(tree, &bound, &path, &index);

        if (score_leaf_fits(leaf, score, member)) {
            leaf = score_leaf_insert(space, leaf, index, score, member, (uint8_t)hash);
            count_leaf(tree, &path, leaf, 1);
            if (score_tree_indexed(tree))
                score_index_add(&tree->index, space, hash, leaf->id);
            return;
        }
        if (split_for(tree, space, &path, leaf, index, score, member, hash))
            return;
    }
}

/* ---- Removal ---- */

static void collapse_root(struct score_tree *tree, struct score_space space)
{
    while (tree->height > 0) {
        struct score_node *root = tree->root;

        if (root->count > 1)
            return;
        tree->root = root->items[0].child;
        tree->height--;
        node_release(space, root);
    }
}

/* Joins the node at `level` with a neighbour when it has become sparse. True: the node above has
 * lost an item, at *place. */
static bool join_node(struct score_tree *tree, struct score_space space, struct score_path *path,
                      uint32_t level, uint32_t *place)
{
    struct score_node *above = path->nodes[level - 1];
    uint32_t own = path->places[level - 1];
    uint32_t left = own + 1 < above->count ? own : own - 1;
    struct score_node *first;
    struct score_node *second;

    if (path->nodes[level]->count >= NODE_SPARSE || above->count < 2)
        return false;
    first = above->items[left].child;
    second = above->items[left + 1].child;
    if (first->count + second->count > NODE_JOINED_MAX)
        return false;
    first = node_resize(space, first, (uint32_t)first->count + second->count);
    memcpy(first->items + first->count, second->items, second->count * sizeof(first->items[0]));
    first->count = (uint16_t)(first->count + second->count);
    node_release(space, second);
    path->places[level - 1] = (uint16_t)left;
    put_child(tree, path, level, first);
    above->items[left] = item_of_node(first);
    *place = left + 1;
    return true;
}

/* Takes an item out of the node above `level`. The path is void afterwards. */
static void remove_item(struct score_tree *tree, struct score_space space, struct score_path *path,
                        uint32_t level, uint32_t place)
{
    for (;;) {
        struct score_node *node;

        if (level == 0) {
            tree->root = NULL;
            tree->height = 0;
            return;
        }
        node = path->nodes[level - 1];
        node->count--;
        memmove(node->items + place, node->items + place + 1,
                (node->count - place) * sizeof(node->items[0]));
        level--;
        if (node->count == 0) {
            node_release(space, node);
            place = level > 0 ? path->places[level - 1] : 0;
            continue;
        }
        if (node->count * 2u < node->capacity && node->capacity > FIRST_ITEMS) {
            node = node_resize(space, node, node->count + 1u);
            put_child(tree, path, level, node);
        }
        if (level == 0 || !join_node(tree, space, path, level, &place))
            break;
    }
    refresh_above(path, level);
    collapse_root(tree, space);
}

/* Joins two neighbours under one node; the ids of the smaller one's members change. */
static void join_leaves(struct score_tree *tree, struct score_space space, struct score_path *path,
                        uint32_t left)
{
    struct score_node *node = path->nodes[tree->height - 1];
    struct score_leaf *first = node->items[left].child;
    struct score_leaf *second = node->items[left + 1].child;
    bool keep_first = first->count >= second->count;
    uint32_t kept = keep_first ? first->id : second->id;
    uint32_t gone = keep_first ? second->id : first->id;
    uint32_t border = first->count;
    struct score_leaf *joined = score_leaf_join(space, first, second);

    joined->id = kept;
    if (keep_first)
        reindex(tree, joined, border, joined->count, gone, kept);
    else
        reindex(tree, joined, 0, border, gone, kept);
    score_leaf_table_remove(&tree->leaves, gone);
    set_leaf_address(tree, joined);
    node->items[left] = item_of_leaf(joined);
    remove_item(tree, space, path, tree->height, left + 1);
}

static void join_sparse_leaf(struct score_tree *tree, struct score_space space,
                             struct score_path *path, struct score_leaf *leaf)
{
    struct score_node *node = path->nodes[tree->height - 1];
    uint32_t place = path->places[tree->height - 1];

    if (place + 1 < node->count &&
        score_leaf_joinable(leaf, node->items[place + 1].child, LEAF_JOINED_MAX))
        join_leaves(tree, space, path, place);
    else if (place > 0 && score_leaf_joinable(node->items[place - 1].child, leaf, LEAF_JOINED_MAX))
        join_leaves(tree, space, path, place - 1);
}

static void remove_at_path(struct score_tree *tree, struct heap *heap, struct score_path *path,
                           struct score_leaf *leaf, uint32_t index, uint32_t hash)
{
    struct score_space space = score_tree_space(tree, heap);

    ASSERT(index < leaf->count);
    if (score_tree_indexed(tree))
        score_index_remove(&tree->index, space, hash, leaf->id);
    tree->count--;
    leaf = score_leaf_remove(space, leaf, index);
    if (leaf->count == 0) {
        if (score_tree_indexed(tree))
            score_leaf_table_remove(&tree->leaves, leaf->id);
        score_leaf_release(space, leaf);
        remove_item(tree, space, path, tree->height,
                    tree->height > 0 ? path->places[tree->height - 1] : 0);
        return;
    }
    count_leaf(tree, path, leaf, -1);
    if (tree->height > 0 && score_leaf_used(leaf) < LEAF_SPARSE)
        join_sparse_leaf(tree, space, path, leaf);
}

void score_tree_remove(struct score_tree *tree, struct heap *heap, double score, struct span member,
                       uint32_t hash)
{
    struct score_bound bound = {SCORE_BOUND_ELEMENT, false, score, member};
    struct score_path path;
    struct score_leaf *leaf;
    uint32_t index;

    show(tree, hash);
    /* With `after` the way leads to the leaf of the element, even if it is the first one there. */
    bound.after = true;
    leaf = score_tree_descend(tree, &bound, &path, &index);
    ASSERT(index > 0);
    ASSERT(span_equal(score_leaf_member(leaf, index - 1), member));
    remove_at_path(tree, heap, &path, leaf, index - 1, hash);
}

void score_tree_remove_at(struct score_tree *tree, struct heap *heap, uint64_t rank)
{
    struct score_path path;
    uint32_t index;
    struct score_leaf *leaf = score_tree_descend_to(tree, rank, &path, &index);
    uint32_t hash = score_tree_hash(tree, score_leaf_member(leaf, index));

    show(tree, hash);
    remove_at_path(tree, heap, &path, leaf, index, hash);
}

/* Does an element keep its place with this score? At the edges of a leaf nobody knows. */
static bool keeps_place(const struct score_leaf *leaf, uint32_t index, double score,
                        struct span member)
{
    double below;
    double above;

    if (index == 0 || index + 1u >= leaf->count)
        return false;
    below = score_leaf_score(leaf, index - 1);
    above = score_leaf_score(leaf, index + 1);
    if (below == score && score_member_compare(score_leaf_member(leaf, index - 1), member) > 0)
        return false;
    if (above == score && score_member_compare(score_leaf_member(leaf, index + 1), member) < 0)
        return false;
    return below <= score && score <= above;
}

void score_tree_update(struct score_tree *tree, struct heap *heap, double old_score,
                       double new_score, struct span member, uint32_t hash)
{
    uint32_t index;
    struct score_leaf *leaf = find_leaf(tree, member, hash, &index);

    ASSERT(leaf != NULL);
    show(tree, hash);
    if (keeps_place(leaf, index, new_score, member) && score_leaf_set_score(leaf, index, new_score))
        return;
    score_tree_remove(tree, heap, old_score, member, hash);
    score_tree_insert(tree, heap, new_score, member, hash);
}

/* ---- As a whole ---- */

/* Frees the last leaf, and the nodes that it leaves empty; returns its elements. */
static uint32_t release_last(struct score_tree *tree, struct score_space space)
{
    struct score_path path;
    void *child = tree->root;
    struct score_leaf *leaf;
    uint32_t count;
    uint32_t level;

    for (level = 0; level < tree->height; level++) {
        struct score_node *node = child;

        path.nodes[level] = node;
        child = node->items[node->count - 1].child;
    }
    leaf = child;
    count = leaf->count;
    score_leaf_release(space, leaf);
    while (level > 0 && --path.nodes[level - 1]->count == 0)
        node_release(space, path.nodes[--level]);
    if (level == 0)
        tree->root = NULL;
    return count;
}

bool score_tree_release(struct score_tree *tree, struct heap *heap, uint32_t *budget)
{
    struct score_space space = score_tree_space(tree, heap);

    while (tree->root != NULL && *budget > 0) {
        uint32_t count = release_last(tree, space);

        tree->count -= count;
        *budget -= count < *budget ? count : *budget;
    }
    return tree->root == NULL && score_index_release(&tree->index, space, budget) &&
           score_leaf_table_release(&tree->leaves, space, budget);
}

static void *copy_child(struct score_tree *copy, struct score_space space, const void *child,
                        uint32_t levels)
{
    const struct score_node *node = child;
    struct score_node *made;

    if (levels == 0) {
        struct score_leaf *leaf = score_leaf_copy(space, child);

        set_leaf_address(copy, leaf);
        return leaf;
    }
    made = node_create(space, node->capacity);
    made->count = node->count;
    for (uint32_t i = 0; i < node->count; i++) {
        made->items[i] = node->items[i];
        made->items[i].child = copy_child(copy, space, node->items[i].child, levels - 1);
    }
    return made;
}

void score_tree_copy(struct score_tree *copy, struct heap *heap, const struct score_tree *tree)
{
    struct score_space space;

    *copy = *tree;
    copy->memory = 0;
    copy->watch = NULL;
    space = score_tree_space(copy, heap);
    score_leaf_table_copy(&copy->leaves, space, &tree->leaves);
    copy->index = score_index_copy(&tree->index, space);
    if (tree->root != NULL)
        copy->root = copy_child(copy, space, tree->root, tree->height);
}
