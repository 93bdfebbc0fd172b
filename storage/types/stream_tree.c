#include "storage/types/stream_tree.h"

#include "proto/base/assert.h"

#include <string.h>

enum {
    LEAF_BYTES = 2048,
    LEAF_BYTES_FIRST = 128, /* of the elements in a new leaf */
    INNER_MAX = 64,
    HEIGHT_MAX = 14, /* more than any number of elements needs */
};

struct branch {
    struct stream_id low;
    void *child;
};

struct inner {
    uint32_t count;
    uint32_t unused;
    struct branch branches[INNER_MAX];
};

/* The way from the root to a leaf: inner nodes, and which of their branches was taken. */
struct path {
    struct inner *inner[HEIGHT_MAX];
    uint32_t index[HEIGHT_MAX];
    struct stream_tree_leaf *leaf;
};

static inline struct stream_id id_of(const void *element)
{
    struct stream_id id;

    memcpy(&id, element, sizeof(id));
    return id;
}

static inline char *element_at(const struct stream_tree *tree, const struct stream_tree_leaf *leaf,
                               uint32_t index)
{
    return (char *)leaf->elements + (size_t)index * tree->element_size;
}

static inline size_t leaf_size(const struct stream_tree *tree, uint32_t capacity)
{
    return sizeof(struct stream_tree_leaf) + (size_t)capacity * tree->element_size;
}

void stream_tree_init(struct stream_tree *tree, uint16_t element_size)
{
    ASSERT(element_size % 8 == 0);
    ASSERT(element_size >= sizeof(struct stream_id) && element_size <= 64);
    *tree = (struct stream_tree){
        .element_size = element_size,
        .leaf_max = (uint16_t)(LEAF_BYTES / element_size),
    };
}

/* ---- Finding ---- */

/* The last branch whose lower bound is not above the id; the first one takes what is left. */
static uint32_t inner_search(const struct inner *inner, struct stream_id id)
{
    uint32_t low = 0;
    uint32_t high = inner->count;

    while (high - low > 1) {
        uint32_t middle = (low + high) / 2;

        if (stream_id_less(id, inner->branches[middle].low))
            high = middle;
        else
            low = middle;
    }
    return low;
}

/* The first element of the leaf that is not lower than the id. */
static uint32_t leaf_search(const struct stream_tree *tree, const struct stream_tree_leaf *leaf,
                            struct stream_id id)
{
    uint32_t low = 0;
    uint32_t high = leaf->count;

    while (low < high) {
        uint32_t middle = (low + high) / 2;

        if (stream_id_less(id_of(element_at(tree, leaf, middle)), id))
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static struct stream_tree_leaf *find_leaf(const struct stream_tree *tree, struct stream_id id)
{
    void *node = tree->root;

    for (uint32_t level = tree->height; level > 0; level--) {
        struct inner *inner = node;

        node = inner->branches[inner_search(inner, id)].child;
    }
    return node;
}

static void find_path(const struct stream_tree *tree, struct stream_id id, struct path *path)
{
    void *node = tree->root;

    ASSERT(tree->height <= HEIGHT_MAX);
    for (uint32_t depth = 0; depth < tree->height; depth++) {
        struct inner *inner = node;

        path->inner[depth] = inner;
        path->index[depth] = inner_search(inner, id);
        node = inner->branches[path->index[depth]].child;
    }
    path->leaf = node;
}

struct stream_tree_place stream_tree_seek(const struct stream_tree *tree, struct stream_id id)
{
    struct stream_tree_leaf *leaf = find_leaf(tree, id);
    uint32_t index;

    if (leaf == NULL)
        return (struct stream_tree_place){NULL, 0};
    index = leaf_search(tree, leaf, id);
    if (index == leaf->count)
        return (struct stream_tree_place){leaf->next, 0};
    return (struct stream_tree_place){leaf, index};
}

struct stream_tree_place stream_tree_seek_back(const struct stream_tree *tree, struct stream_id id)
{
    struct stream_tree_place place = stream_tree_seek(tree, id);

    if (stream_tree_is_end(place))
        return stream_tree_last(tree);
    if (stream_id_equal(id_of(stream_tree_at(tree, place)), id))
        return place;
    return stream_tree_previous(place);
}

void *stream_tree_find(const struct stream_tree *tree, struct stream_id id)
{
    struct stream_tree_leaf *leaf = tree->last;
    uint32_t index;

    /* What is about to be appended is asked for often. */
    if (leaf == NULL || stream_id_less(id_of(element_at(tree, leaf, leaf->count - 1u)), id))
        return NULL;
    leaf = find_leaf(tree, id);
    index = leaf_search(tree, leaf, id);
    if (index == leaf->count || !stream_id_equal(id_of(element_at(tree, leaf, index)), id))
        return NULL;
    return element_at(tree, leaf, index);
}

/* ---- Growing ---- */

static struct stream_tree_leaf *leaf_create(struct stream_tree *tree, struct heap *heap,
                                            uint32_t capacity)
{
    struct stream_tree_leaf *leaf = heap_allocate(heap, leaf_size(tree, capacity));

    *leaf = (struct stream_tree_leaf){.capacity = (uint16_t)capacity};
    tree->memory += heap_block_size(leaf_size(tree, capacity));
    return leaf;
}

static void leaf_free(struct stream_tree *tree, struct heap *heap, struct stream_tree_leaf *leaf)
{
    size_t size = leaf_size(tree, leaf->capacity);

    tree->memory -= heap_block_size(size);
    heap_release(heap, leaf, size);
}

static struct inner *inner_create(struct stream_tree *tree, struct heap *heap)
{
    struct inner *inner = heap_allocate(heap, sizeof(*inner));

    inner->count = 0;
    tree->memory += heap_block_size(sizeof(*inner));
    return inner;
}

static void inner_free(struct stream_tree *tree, struct heap *heap, struct inner *inner)
{
    tree->memory -= heap_block_size(sizeof(*inner));
    heap_release(heap, inner, sizeof(*inner));
}

/* Makes the leaf's neighbours know it. */
static void leaf_link(struct stream_tree *tree, struct stream_tree_leaf *leaf)
{
    if (leaf->previous == NULL)
        tree->first = leaf;
    else
        leaf->previous->next = leaf;
    if (leaf->next == NULL)
        tree->last = leaf;
    else
        leaf->next->previous = leaf;
}

static void leaf_unlink(struct stream_tree *tree, const struct stream_tree_leaf *leaf)
{
    if (leaf->previous == NULL)
        tree->first = leaf->next;
    else
        leaf->previous->next = leaf->next;
    if (leaf->next == NULL)
        tree->last = leaf->previous;
    else
        leaf->next->previous = leaf->previous;
}

/* A leaf with twice the capacity in the place of this one. */
static struct stream_tree_leaf *leaf_grow(struct stream_tree *tree, struct heap *heap,
                                          struct path *path)
{
    struct stream_tree_leaf *before = path->leaf;
    uint32_t capacity = 2u * before->capacity;
    struct stream_tree_leaf *leaf =
        leaf_create(tree, heap, capacity < tree->leaf_max ? capacity : tree->leaf_max);

    memcpy(leaf->elements, before->elements, (size_t)before->count * tree->element_size);
    leaf->count = before->count;
    leaf->previous = before->previous;
    leaf->next = before->next;
    leaf_link(tree, leaf);
    if (tree->height == 0)
        tree->root = leaf;
    else
        path->inner[tree->height - 1]->branches[path->index[tree->height - 1]].child = leaf;
    leaf_free(tree, heap, before);
    path->leaf = leaf;
    return leaf;
}

static void inner_insert(struct inner *inner, uint32_t index, struct branch branch)
{
    memmove(&inner->branches[index + 1], &inner->branches[index],
            (inner->count - index) * sizeof(branch));
    inner->branches[index] = branch;
    inner->count++;
}

/* Puts a branch behind the one that the path takes to its leaf. */
static void insert_branch(struct stream_tree *tree, struct heap *heap, const struct path *path,
                          struct branch branch)
{
    struct inner *root;

    for (uint32_t depth = tree->height; depth-- > 0;) {
        struct inner *inner = path->inner[depth];
        uint32_t index = path->index[depth] + 1;
        struct inner *right;
        uint32_t kept;

        if (inner->count < INNER_MAX) {
            inner_insert(inner, index, branch);
            return;
        }
        /* What is appended leaves a full node behind. */
        kept = index == INNER_MAX ? INNER_MAX : INNER_MAX / 2;
        right = inner_create(tree, heap);
        right->count = INNER_MAX - kept;
        memcpy(right->branches, &inner->branches[kept], right->count * sizeof(branch));
        inner->count = kept;
        if (index > kept || kept == INNER_MAX)
            inner_insert(right, index - kept, branch);
        else
            inner_insert(inner, index, branch);
        branch = (struct branch){right->branches[0].low, right};
    }
    root = inner_create(tree, heap);
    inner_insert(root, 0, (struct branch){STREAM_ID_MIN, tree->root});
    inner_insert(root, 1, branch);
    tree->root = root;
    tree->height++;
}

/* Splits a full leaf; returns the half that the new element belongs to, and corrects its index. */
static struct stream_tree_leaf *leaf_split(struct stream_tree *tree, struct heap *heap,
                                           const struct path *path, struct stream_id id,
                                           uint32_t *index)
{
    struct stream_tree_leaf *left = path->leaf;
    bool appended = left->next == NULL && *index == left->count;
    uint32_t kept = appended ? left->count : left->count / 2;
    struct stream_tree_leaf *right =
        leaf_create(tree, heap, appended ? LEAF_BYTES_FIRST / tree->element_size : tree->leaf_max);

    right->count = (uint16_t)(left->count - kept);
    memcpy(right->elements, element_at(tree, left, kept),
           (size_t)right->count * tree->element_size);
    left->count = (uint16_t)kept;
    right->previous = left;
    right->next = left->next;
    leaf_link(tree, right);
    insert_branch(tree, heap, path, (struct branch){appended ? id : id_of(right->elements), right});
    if (!appended && *index <= kept)
        return left;
    *index -= kept;
    return right;
}

static void *leaf_insert(struct stream_tree *tree, struct stream_tree_leaf *leaf, uint32_t index,
                         struct stream_id id)
{
    char *element = element_at(tree, leaf, index);

    ASSERT_DEBUG(leaf->count < leaf->capacity);
    memmove(element + tree->element_size, element,
            (size_t)(leaf->count - index) * tree->element_size);
    leaf->count++;
    tree->count++;
    memcpy(element, &id, sizeof(id));
    return element;
}

void *stream_tree_insert(struct stream_tree *tree, struct heap *heap, struct stream_id id)
{
    struct stream_tree_leaf *leaf = tree->last;
    struct path path = {.leaf = NULL};
    uint32_t index;

    if (leaf == NULL) {
        leaf = leaf_create(tree, heap, LEAF_BYTES_FIRST / tree->element_size);
        leaf_link(tree, leaf);
        tree->root = leaf;
        tree->height = 0;
        return leaf_insert(tree, leaf, 0, id);
    }
    if (leaf->count < leaf->capacity &&
        stream_id_less(id_of(element_at(tree, leaf, leaf->count - 1u)), id))
        return leaf_insert(tree, leaf, leaf->count, id);
    find_path(tree, id, &path);
    leaf = path.leaf;
    index = leaf_search(tree, leaf, id);
    ASSERT_DEBUG(index == leaf->count ||
                 !stream_id_equal(id_of(element_at(tree, leaf, index)), id));
    if (leaf->count == leaf->capacity) {
        if (leaf->capacity < tree->leaf_max)
            leaf = leaf_grow(tree, heap, &path);
        else
            leaf = leaf_split(tree, heap, &path, id, &index);
    }
    return leaf_insert(tree, leaf, index, id);
}

/* ---- Shrinking ---- */

static void inner_erase(struct inner *inner, uint32_t index)
{
    inner->count--;
    memmove(&inner->branches[index], &inner->branches[index + 1],
            (inner->count - index) * sizeof(struct branch));
}

/* Roots with a single child are no use. */
static void lower_root(struct stream_tree *tree, struct heap *heap)
{
    while (tree->height > 0) {
        struct inner *root = tree->root;

        if (root->count > 1)
            return;
        tree->root = root->branches[0].child;
        tree->height--;
        inner_free(tree, heap, root);
    }
}

/* Joins two neighbouring inner nodes when both fit into half of one. */
static bool inner_join(struct stream_tree *tree, struct heap *heap, struct inner *parent,
                       uint32_t index)
{
    struct inner *left = parent->branches[index].child;
    struct inner *right = parent->branches[index + 1].child;

    if (left->count + right->count > INNER_MAX / 2)
        return false;
    /* The first lower bound of a node may be too low for its place behind others. */
    right->branches[0].low = parent->branches[index + 1].low;
    memcpy(&left->branches[left->count], right->branches, right->count * sizeof(struct branch));
    left->count += right->count;
    inner_free(tree, heap, right);
    return true;
}

/* Takes the branch of the path out of the lowest inner node, and whatever becomes empty by that. */
static void remove_branch(struct stream_tree *tree, struct heap *heap, const struct path *path)
{
    for (uint32_t depth = tree->height; depth-- > 0;) {
        struct inner *inner = path->inner[depth];

        inner_erase(inner, path->index[depth]);
        if (inner->count > 0) {
            struct inner *parent = depth > 0 ? path->inner[depth - 1] : NULL;
            uint32_t index = depth > 0 ? path->index[depth - 1] : 0;

            if (parent != NULL && index + 1 < parent->count &&
                inner_join(tree, heap, parent, index))
                inner_erase(parent, index + 1);
            else if (parent != NULL && index > 0 && inner_join(tree, heap, parent, index - 1))
                inner_erase(parent, index);
            lower_root(tree, heap);
            return;
        }
        inner_free(tree, heap, inner);
    }
    tree->root = NULL;
    tree->height = 0;
}

/* Takes the elements of `right` into `left`, its neighbour. */
static void leaf_take(struct stream_tree *tree, struct heap *heap, struct path *path,
                      uint32_t right_index, struct stream_tree_leaf *left)
{
    struct stream_tree_leaf *right = left->next;

    memcpy(element_at(tree, left, left->count), right->elements,
           (size_t)right->count * tree->element_size);
    left->count = (uint16_t)(left->count + right->count);
    leaf_unlink(tree, right);
    leaf_free(tree, heap, right);
    path->index[tree->height - 1] = right_index;
    remove_branch(tree, heap, path);
}

static void leaf_remove_empty(struct stream_tree *tree, struct heap *heap, const struct path *path)
{
    leaf_unlink(tree, path->leaf);
    leaf_free(tree, heap, path->leaf);
    if (tree->height == 0)
        tree->root = NULL;
    else
        remove_branch(tree, heap, path);
}

/* After a removal: an empty leaf goes, a sparse one is joined with a neighbour. */
static void leaf_tidy(struct stream_tree *tree, struct heap *heap, struct path *path)
{
    struct stream_tree_leaf *leaf = path->leaf;
    const struct inner *parent;
    uint32_t index;

    if (leaf->count == 0) {
        leaf_remove_empty(tree, heap, path);
        return;
    }
    if (tree->height == 0 || leaf->count > tree->leaf_max / 4)
        return;
    parent = path->inner[tree->height - 1];
    index = path->index[tree->height - 1];
    if (index + 1 < parent->count && leaf->count + leaf->next->count <= tree->leaf_max / 2 &&
        leaf->count + leaf->next->count <= leaf->capacity)
        leaf_take(tree, heap, path, index + 1, leaf);
    else if (index > 0 && leaf->previous->count + leaf->count <= tree->leaf_max / 2 &&
             leaf->previous->count + leaf->count <= leaf->previous->capacity)
        leaf_take(tree, heap, path, index, leaf->previous);
}

bool stream_tree_remove(struct stream_tree *tree, struct heap *heap, struct stream_id id)
{
    struct path path = {.leaf = NULL};
    uint32_t index;
    char *element;

    if (tree->root == NULL)
        return false;
    find_path(tree, id, &path);
    index = leaf_search(tree, path.leaf, id);
    element = element_at(tree, path.leaf, index);
    if (index == path.leaf->count || !stream_id_equal(id_of(element), id))
        return false;
    path.leaf->count--;
    tree->count--;
    memmove(element, element + tree->element_size,
            (size_t)(path.leaf->count - index) * tree->element_size);
    leaf_tidy(tree, heap, &path);
    return true;
}

bool stream_tree_release(struct stream_tree *tree, struct heap *heap, uint32_t *budget)
{
    while (tree->root != NULL) {
        struct path path = {.leaf = NULL};
        uint32_t count;

        find_path(tree, STREAM_ID_MIN, &path);
        count = path.leaf->count;
        tree->count -= count;
        path.leaf->count = 0;
        leaf_remove_empty(tree, heap, &path);
        if (*budget <= count) {
            *budget = 0;
            break;
        }
        *budget -= count;
    }
    return tree->root == NULL;
}

/* ---- Checking ---- */

static bool check_inner(const struct stream_tree *tree, const void *node, uint32_t level,
                        struct stream_id low, const struct stream_tree_leaf **next, size_t *memory)
{
    const struct inner *inner = node;

    if (level == 0) {
        const struct stream_tree_leaf *leaf = node;

        *memory += heap_block_size(leaf_size(tree, leaf->capacity));
        if (leaf != *next || stream_id_less(id_of(leaf->elements), low))
            return false;
        *next = leaf->next;
        return true;
    }
    *memory += heap_block_size(sizeof(*inner));
    for (uint32_t i = 0; i < inner->count; i++) {
        struct stream_id bound = i == 0 ? low : inner->branches[i].low;

        if (stream_id_less(bound, low) ||
            !check_inner(tree, inner->branches[i].child, level - 1, bound, next, memory))
            return false;
    }
    return inner->count > 0 && inner->count <= INNER_MAX;
}

bool stream_tree_check(const struct stream_tree *tree)
{
    const struct stream_tree_leaf *next = tree->first;
    const void *before = NULL;
    uint64_t count = 0;
    size_t memory = 0;

    for (const struct stream_tree_leaf *leaf = tree->first; leaf != NULL; leaf = leaf->next) {
        if (leaf->count == 0 || leaf->count > leaf->capacity || leaf->capacity > tree->leaf_max ||
            (leaf->next == NULL ? tree->last : leaf->next->previous) != leaf)
            return false;
        for (uint32_t i = 0; i < leaf->count; i++) {
            const char *element = element_at(tree, leaf, i);

            if (before != NULL && !stream_id_less(id_of(before), id_of(element)))
                return false;
            before = element;
            count++;
        }
    }
    if (tree->root != NULL &&
        !check_inner(tree, tree->root, tree->height, STREAM_ID_MIN, &next, &memory))
        return false;
    return next == NULL && count == tree->count && memory == tree->memory;
}
