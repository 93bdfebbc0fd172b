#include "proto/base/assert.h"
#include "storage/types/score_tree.h"

/* Elements whose leaves are fetched together. */
enum { VISIT_TOGETHER = 16 };

static struct span first_member(const void *child, uint32_t levels)
{
    for (; levels > 0; levels--)
        child = ((const struct score_node *)child)->items[0].child;
    return score_leaf_member(child, 0);
}

/* Is the first element below this child before the place? `levels` are below the child. */
static bool begins_before(const struct score_item *item, const struct score_bound *bound,
                          uint32_t levels)
{
    int order;

    if (bound->kind != SCORE_BOUND_MEMBER) {
        if (item->score != bound->score)
            return item->score < bound->score;
        if (bound->kind == SCORE_BOUND_SCORE)
            return bound->after;
    }
    order = score_member_compare(first_member(item->child, levels), bound->member);
    return order < 0 || (bound->after && order == 0);
}

/* The last child that begins before the place; the first, when none does. */
static uint32_t choose_child(const struct score_node *node, const struct score_bound *bound,
                             uint32_t levels)
{
    uint32_t first = 1;
    uint32_t end = node->count;

    while (first < end) {
        uint32_t half = first + (end - first) / 2;

        if (begins_before(&node->items[half], bound, levels))
            first = half + 1;
        else
            end = half;
    }
    return first - 1;
}

static uint32_t before_in_leaf(const struct score_leaf *leaf, const struct score_bound *bound)
{
    switch (bound->kind) {
    case SCORE_BOUND_SCORE:
        return score_leaf_before_score(leaf, bound->score, bound->after);
    case SCORE_BOUND_ELEMENT:
        return score_leaf_before_element(leaf, bound->score, bound->member, bound->after);
    default:
        return score_leaf_before_member(leaf, bound->member, bound->after);
    }
}

struct score_leaf *score_tree_descend(const struct score_tree *tree,
                                      const struct score_bound *bound, struct score_path *path,
                                      uint32_t *index)
{
    void *child = tree->root;

    ASSERT(child != NULL);
    for (uint32_t level = 0; level < tree->height; level++) {
        struct score_node *node = child;
        uint32_t place = choose_child(node, bound, tree->height - 1 - level);

        path->nodes[level] = node;
        path->places[level] = (uint16_t)place;
        child = node->items[place].child;
    }
    *index = before_in_leaf(child, bound);
    return child;
}

struct score_leaf *score_tree_descend_to(const struct score_tree *tree, uint64_t rank,
                                         struct score_path *path, uint32_t *index)
{
    void *child = tree->root;

    ASSERT(rank < tree->count);
    for (uint32_t level = 0; level < tree->height; level++) {
        struct score_node *node = child;
        uint32_t place = 0;

        while (rank >= node->items[place].count)
            rank -= node->items[place++].count;
        path->nodes[level] = node;
        path->places[level] = (uint16_t)place;
        child = node->items[place].child;
    }
    *index = (uint32_t)rank;
    return child;
}

static uint64_t before_path(const struct score_tree *tree, const struct score_path *path)
{
    uint64_t before = 0;

    for (uint32_t level = 0; level < tree->height; level++) {
        for (uint32_t i = 0; i < path->places[level]; i++)
            before += path->nodes[level]->items[i].count;
    }
    return before;
}

/* To the first (or last) element of the next (or previous) leaf. */
static bool step_leaf(struct score_cursor *cursor, bool forward)
{
    uint32_t level = cursor->tree->height;
    void *child;

    do {
        if (level == 0) {
            cursor->leaf = NULL;
            return false;
        }
        level--;
    } while (forward ? cursor->path.places[level] + 1 == cursor->path.nodes[level]->count
                     : cursor->path.places[level] == 0);
    if (forward)
        cursor->path.places[level]++;
    else
        cursor->path.places[level]--;
    child = cursor->path.nodes[level]->items[cursor->path.places[level]].child;
    while (++level < cursor->tree->height) {
        struct score_node *node = child;

        cursor->path.nodes[level] = node;
        cursor->path.places[level] = (uint16_t)(forward ? 0 : node->count - 1);
        child = node->items[cursor->path.places[level]].child;
    }
    cursor->leaf = child;
    cursor->index = forward ? 0 : cursor->leaf->count - 1u;
    return true;
}

bool score_cursor_next(struct score_cursor *cursor)
{
    ASSERT(cursor->leaf != NULL);
    if (++cursor->index < cursor->leaf->count)
        return true;
    return step_leaf(cursor, true);
}

bool score_cursor_previous(struct score_cursor *cursor)
{
    ASSERT(cursor->leaf != NULL);
    if (cursor->index-- > 0)
        return true;
    return step_leaf(cursor, false);
}

uint64_t score_tree_seek(const struct score_tree *tree, const struct score_bound *bound,
                         struct score_cursor *cursor)
{
    uint64_t before;

    cursor->tree = tree;
    cursor->leaf = NULL;
    if (tree->root == NULL)
        return 0;
    cursor->leaf = score_tree_descend(tree, bound, &cursor->path, &cursor->index);
    before = before_path(tree, &cursor->path) + cursor->index;
    if (cursor->index == cursor->leaf->count)
        step_leaf(cursor, true);
    return before;
}

uint64_t score_tree_before(const struct score_tree *tree, const struct score_bound *bound)
{
    struct score_path path;
    uint32_t index;

    if (tree->root == NULL)
        return 0;
    score_tree_descend(tree, bound, &path, &index);
    return before_path(tree, &path) + index;
}

void score_tree_at(const struct score_tree *tree, uint64_t rank, struct score_cursor *cursor)
{
    cursor->tree = tree;
    cursor->leaf = NULL;
    if (rank < tree->count)
        cursor->leaf = score_tree_descend_to(tree, rank, &cursor->path, &cursor->index);
}

/* Shows the elements of a leaf that have this hash; returns how many. */
static uint64_t scan_hash(const struct score_tree *tree, const struct score_leaf *leaf,
                          uint32_t hash, score_visitor *visit, void *context)
{
    uint64_t shown = 0;
    uint32_t index = score_leaf_find_fingerprint(leaf, 0, (uint8_t)hash);

    for (; index < leaf->count;
         index = score_leaf_find_fingerprint(leaf, index + 1, (uint8_t)hash)) {
        struct score_element element = score_leaf_element(leaf, index);

        if (score_tree_hash(tree, element.member) != hash)
            continue;
        visit(context, &element);
        shown++;
    }
    return shown;
}

static uint64_t scan_all(const struct score_tree *tree, score_visitor *visit, void *context)
{
    struct score_cursor cursor;

    score_tree_at(tree, 0, &cursor);
    while (cursor.leaf != NULL) {
        struct score_element element = score_cursor_element(&cursor);

        visit(context, &element);
        score_cursor_next(&cursor);
    }
    return 0;
}

uint64_t score_tree_scan(const struct score_tree *tree, uint64_t cursor, uint64_t count,
                         score_visitor *visit, void *context)
{
    uint64_t shown = 0;

    if (!score_tree_indexed(tree))
        return scan_all(tree, visit, context);
    do {
        const struct score_index_page *page;
        uint64_t end;

        if (cursor > UINT32_MAX)
            return 0;
        page = score_index_page_of(&tree->index, (uint32_t)cursor, &end);
        for (uint32_t i = 0; page != NULL && i < page->count; i++) {
            uint32_t hash = score_index_page_hash(page, i);
            uint32_t id = score_index_page_id(page, i);

            if (hash >= cursor)
                shown += scan_hash(tree, (void *)*score_leaf_table_slot(&tree->leaves, id), hash,
                                   visit, context);
        }
        cursor = end;
    } while (shown < count);
    return cursor > UINT32_MAX ? 0 : cursor;
}

static void visit_leaf(const struct score_tree *tree, uint32_t first, uint32_t last,
                       score_visitor *visit, void *context)
{
    const struct score_leaf *leaf = tree->root;

    for (uint32_t i = 0; leaf != NULL && i < leaf->count; i++) {
        struct score_element element = score_leaf_element(leaf, i);
        uint32_t hash = score_tree_hash(tree, element.member);

        if (hash >= first && hash <= last)
            visit(context, &element);
    }
}

/* Those of a page, some at a time: first their leaves are fetched. */
static void visit_page(const struct score_tree *tree, const struct score_index_page *page,
                       uint32_t first, uint32_t last, score_visitor *visit, void *context)
{
    uint32_t places[VISIT_TOGETHER];
    uint32_t count = 0;

    for (uint32_t i = 0; i < page->count;) {
        for (; i < page->count && count < VISIT_TOGETHER; i++) {
            uint32_t hash = score_index_page_hash(page, i);

            /* Entries that are the same stand for all elements of this hash in the leaf. */
            if (hash < first || hash > last || score_index_page_first(page, i) != i)
                continue;
            places[count++] = i;
            __builtin_prefetch(
                (void *)*score_leaf_table_slot(&tree->leaves, score_index_page_id(page, i)));
        }
        for (uint32_t j = 0; j < count; j++) {
            uint32_t id = score_index_page_id(page, places[j]);

            scan_hash(tree, (void *)*score_leaf_table_slot(&tree->leaves, id),
                      score_index_page_hash(page, places[j]), visit, context);
        }
        count = 0;
    }
}

void score_tree_visit_hashes(const struct score_tree *tree, uint32_t first, uint32_t last,
                             score_visitor *visit, void *context)
{
    uint64_t hash = first;

    ASSERT(first <= last);
    if (!score_tree_indexed(tree)) {
        visit_leaf(tree, first, last, visit, context);
        return;
    }
    while (hash <= last) {
        const struct score_index_page *page =
            score_index_page_of(&tree->index, (uint32_t)hash, &hash);

        if (page != NULL)
            visit_page(tree, page, first, last, visit, context);
    }
}
