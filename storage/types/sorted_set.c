#include "storage/types/sorted_set.h"

#include "proto/base/assert.h"
#include "proto/base/number.h"
#include "storage/object.h"

#include <math.h>

/* Whole numbers of a smaller magnitude are integers in a listpack. */
#define PACKED_INTEGER_LIMIT 0x1p52

static bool is_object(const struct entry *entry)
{
    ASSERT_DEBUG(entry_type(entry) == VALUE_SORTED_SET);
    return entry_encoding(entry) == ENCODING_OBJECT;
}

static struct score_tree *tree_of(const struct entry *entry)
{
    return entry_object(entry);
}

/* ---- Listpacks: member, score, member, score ---- */

struct listpack_value sorted_set_packed_score(double score, char *text)
{
    if (fabs(score) < PACKED_INTEGER_LIMIT && score == (double)(int64_t)score &&
        !(score == 0 && signbit(score)))
        return listpack_value_of_integer((int64_t)score);
    return listpack_value(span_of(text, number_format_double(text, score)));
}

static const char *score_place(struct span body, const char *member)
{
    const char *place = listpack_next(body, member);

    ASSERT(place != NULL);
    return place;
}

static double packed_score(const char *place)
{
    struct listpack_value value = listpack_read(place);
    double score;
    bool read;

    if (value.is_integer)
        return (double)value.integer;
    read = number_parse_double(value.string, &score);
    ASSERT(read);
    return score;
}

/* The member's element, or NULL. */
static const char *packed_find(struct span body, struct span member)
{
    struct listpack_value value = listpack_value(member);

    return listpack_find(body, listpack_first(body), &value, 2);
}

static bool place_is_before(struct span body, const char *place, const struct score_bound *bound)
{
    char scratch[LISTPACK_SCRATCH];
    int order = 0;

    if (bound->kind != SCORE_BOUND_MEMBER) {
        double score = packed_score(score_place(body, place));

        order = (score > bound->score) - (score < bound->score);
    }
    if (order == 0 && bound->kind != SCORE_BOUND_SCORE)
        order = score_member_compare(listpack_text(place, scratch), bound->member);
    return order < 0 || (bound->after && order == 0);
}

/* The first member that is not before the bound, NULL when all are; and how many are. */
static const char *packed_seek(struct span body, const struct score_bound *bound, uint64_t *before)
{
    const char *place = listpack_first(body);

    *before = 0;
    while (place != NULL && place_is_before(body, place, bound)) {
        place = listpack_next(body, score_place(body, place));
        ++*before;
    }
    return place;
}

/* ---- Reading ---- */

uint64_t sorted_set_count(const struct entry *entry)
{
    if (entry == NULL)
        return 0;
    return is_object(entry) ? tree_of(entry)->count : listpack_count(entry_inline(entry)) / 2;
}

bool sorted_set_score(const struct entry *entry, struct span member, double *score)
{
    const char *place;

    if (entry == NULL)
        return false;
    if (is_object(entry)) {
        const struct score_tree *tree = tree_of(entry);

        return score_tree_find(tree, member, score_tree_hash(tree, member), score);
    }
    place = packed_find(entry_inline(entry), member);
    if (place == NULL)
        return false;
    *score = packed_score(score_place(entry_inline(entry), place));
    return true;
}

bool sorted_set_rank(const struct entry *entry, struct span member, uint64_t *rank, double *score)
{
    struct span body;
    const char *place;

    if (!sorted_set_score(entry, member, score))
        return false;
    if (is_object(entry)) {
        struct score_bound bound = {SCORE_BOUND_ELEMENT, false, *score, member};

        *rank = score_tree_before(tree_of(entry), &bound);
        return true;
    }
    body = entry_inline(entry);
    place = packed_find(body, member);
    *rank = listpack_count(span_of(body.data, (size_t)(place - body.data))) / 2;
    return true;
}

uint64_t sorted_set_before(const struct entry *entry, const struct score_bound *bound)
{
    uint64_t before;

    if (entry == NULL)
        return 0;
    if (is_object(entry))
        return score_tree_before(tree_of(entry), bound);
    packed_seek(entry_inline(entry), bound, &before);
    return before;
}

void sorted_set_at(const struct entry *entry, uint64_t rank, struct sorted_set_cursor *cursor)
{
    cursor->packed = entry == NULL || !is_object(entry);
    cursor->place = NULL;
    if (entry == NULL)
        return;
    if (!cursor->packed) {
        score_tree_at(tree_of(entry), rank, &cursor->tree);
        return;
    }
    cursor->body = entry_inline(entry);
    if (rank < ENTRY_INLINE_MAX)
        cursor->place = listpack_seek(cursor->body, (int64_t)(2 * rank));
}

bool sorted_set_read(struct sorted_set_cursor *cursor, struct score_element *element)
{
    if (!cursor->packed) {
        if (cursor->tree.leaf == NULL)
            return false;
        *element = score_cursor_element(&cursor->tree);
        return true;
    }
    if (cursor->place == NULL)
        return false;
    element->member = listpack_text(cursor->place, cursor->scratch);
    element->score = packed_score(score_place(cursor->body, cursor->place));
    return true;
}

void sorted_set_step(struct sorted_set_cursor *cursor, bool backward)
{
    if (!cursor->packed) {
        if (backward)
            score_cursor_previous(&cursor->tree);
        else
            score_cursor_next(&cursor->tree);
        return;
    }
    ASSERT(cursor->place != NULL);
    if (backward) {
        cursor->place = listpack_previous(cursor->body, cursor->place);
        if (cursor->place != NULL)
            cursor->place = listpack_previous(cursor->body, cursor->place);
    } else {
        cursor->place = listpack_next(cursor->body, score_place(cursor->body, cursor->place));
    }
}

uint64_t sorted_set_scan(const struct entry *entry, uint64_t cursor, uint64_t count,
                         score_visitor *visit, void *context)
{
    struct sorted_set_cursor walk;
    struct score_element element;

    if (entry != NULL && is_object(entry))
        return score_tree_scan(tree_of(entry), cursor, count, visit, context);
    sorted_set_at(entry, 0, &walk);
    while (sorted_set_read(&walk, &element)) {
        visit(context, &element);
        sorted_set_step(&walk, false);
    }
    return 0;
}

/* ---- Changing ---- */

static struct score_tree *tree_create(const struct collection *collection)
{
    struct score_tree *tree = heap_allocate(collection_heap(collection), sizeof(*tree));

    score_tree_init(tree, collection_hash_seed(collection));
    return tree;
}

/* From the entry to an object, because the entry has no room for more. */
static void convert(struct collection *collection)
{
    struct score_tree *tree = tree_create(collection);
    struct heap *heap = collection_heap(collection);
    struct sorted_set_cursor cursor;
    struct score_element element;

    sorted_set_at(collection->entry, 0, &cursor);
    while (sorted_set_read(&cursor, &element)) {
        score_tree_insert(tree, heap, element.score, element.member,
                          score_tree_hash(tree, element.member));
        sorted_set_step(&cursor, false);
    }
    collection_set_object(collection, tree);
}

/* Would Redis leave the compact form when this member comes in addition? */
static bool expands(const struct collection *collection, const struct sorted_set_limits *limits,
                    struct span member)
{
    return member.length > limits->packed_value ||
           sorted_set_count(collection->entry) + 1 > limits->packed_entries;
}

/* Puts an element in its place in the listpack; false when it does not fit. */
static bool pack(struct collection *collection, double score, struct span member)
{
    struct score_bound bound = {SCORE_BOUND_ELEMENT, true, score, member};
    struct span body = {"", 0};
    char text[NUMBER_DOUBLE_TEXT_MAX];
    struct listpack_value values[] = {listpack_value(member), sorted_set_packed_score(score, text)};
    size_t size = listpack_encoded_size(&values[0]) + listpack_encoded_size(&values[1]);
    const char *place;
    uint64_t before;
    char *gap;

    if (collection->entry != NULL)
        body = entry_inline(collection->entry);
    if (!collection_fits(body.length + size))
        return false;
    place = packed_seek(body, &bound, &before);
    gap = collection_splice(collection, place == NULL ? body.length : (size_t)(place - body.data),
                            0, size);
    listpack_write(listpack_write(gap, &values[0]), &values[1]);
    return true;
}

static void unpack(struct collection *collection, const char *place)
{
    struct span body = entry_inline(collection->entry);
    const char *score = score_place(body, place);

    collection_splice(collection, (size_t)(place - body.data),
                      (size_t)(score + listpack_size(score) - place), 0);
}

static void insert(struct collection *collection, const struct sorted_set_limits *limits,
                   double *score, struct span member)
{
    bool expanded = (collection->entry != NULL && entry_is_expanded(collection->entry)) ||
                    expands(collection, limits, member);
    struct score_tree *tree;

    /* The compact form has no zero with a sign. */
    if (!expanded)
        *score += 0.0;
    if (collection->entry == NULL || !is_object(collection->entry)) {
        if (pack(collection, *score, member)) {
            collection_mark_expanded(collection, expanded);
            return;
        }
        if (collection->entry == NULL)
            collection_set_object(collection, tree_create(collection));
        else
            convert(collection);
    }
    tree = tree_of(collection->entry);
    score_tree_insert(tree, collection_heap(collection), *score, member,
                      score_tree_hash(tree, member));
    collection_mark_expanded(collection, expanded);
}

static void update(struct collection *collection, double old_score, double *score,
                   struct span member)
{
    struct score_tree *tree;

    if (!entry_is_expanded(collection->entry))
        *score += 0.0;
    if (!is_object(collection->entry)) {
        unpack(collection, packed_find(entry_inline(collection->entry), member));
        if (pack(collection, *score, member))
            return;
        convert(collection);
        tree = tree_of(collection->entry);
        score_tree_insert(tree, collection_heap(collection), *score, member,
                          score_tree_hash(tree, member));
        return;
    }
    tree = tree_of(collection->entry);
    score_tree_update(tree, collection_heap(collection), old_score, *score, member,
                      score_tree_hash(tree, member));
}

enum sorted_set_outcome sorted_set_add(struct collection *collection,
                                       const struct sorted_set_options *options,
                                       const struct sorted_set_limits *limits, struct span member,
                                       double *score)
{
    double present;

    ASSERT(!isnan(*score));
    if (!sorted_set_score(collection->entry, member, &present)) {
        if (options->present)
            return SORTED_SET_REFUSED;
        insert(collection, limits, score, member);
        return SORTED_SET_ADDED;
    }
    if (options->absent)
        return SORTED_SET_REFUSED;
    if (options->increment) {
        *score += present;
        if (isnan(*score))
            return SORTED_SET_NOT_A_NUMBER;
    }
    if ((options->less && *score >= present) || (options->greater && *score <= present))
        return SORTED_SET_REFUSED;
    if (*score == present)
        return SORTED_SET_SAME;
    update(collection, present, score, member);
    return SORTED_SET_UPDATED;
}

bool sorted_set_remove(struct collection *collection, struct span member)
{
    struct score_tree *tree;
    uint32_t hash;
    double score;

    if (collection->entry == NULL)
        return false;
    if (!is_object(collection->entry)) {
        const char *place = packed_find(entry_inline(collection->entry), member);

        if (place == NULL)
            return false;
        unpack(collection, place);
        if (entry_inline(collection->entry).length == 0)
            collection_delete(collection);
        return true;
    }
    tree = tree_of(collection->entry);
    hash = score_tree_hash(tree, member);
    if (!score_tree_find(tree, member, hash, &score))
        return false;
    score_tree_remove(tree, collection_heap(collection), score, member, hash);
    if (tree->count == 0)
        collection_delete(collection);
    return true;
}

void sorted_set_remove_ranks(struct collection *collection, uint64_t from, uint64_t to)
{
    ASSERT(from <= to);
    if (from == to)
        return;
    ASSERT(to <= sorted_set_count(collection->entry));
    if (from == 0 && to == sorted_set_count(collection->entry)) {
        collection_delete(collection);
    } else if (is_object(collection->entry)) {
        struct score_tree *tree = tree_of(collection->entry);

        for (uint64_t i = from; i < to; i++)
            score_tree_remove_at(tree, collection_heap(collection), from);
    } else {
        struct span body = entry_inline(collection->entry);
        const char *first = listpack_seek(body, (int64_t)(2 * from));
        const char *end = listpack_seek(body, (int64_t)(2 * to));

        end = end == NULL ? listpack_end(body) : end;
        collection_splice(collection, (size_t)(first - body.data), (size_t)(end - first), 0);
    }
}

/* ---- Storing results ---- */

/* Writes the tree's elements as a listpack; its length, or more than ENTRY_INLINE_MAX when they do
 * not fit, and whether a member is longer than `longest`. */
static size_t pack_tree(const struct score_tree *tree, char body[ENTRY_INLINE_MAX])
{
    struct score_cursor cursor;
    size_t length = 0;

    for (score_tree_at(tree, 0, &cursor); cursor.leaf != NULL; score_cursor_next(&cursor)) {
        struct score_element element = score_cursor_element(&cursor);
        char text[NUMBER_DOUBLE_TEXT_MAX];
        struct listpack_value member = listpack_value(element.member);
        struct listpack_value score = sorted_set_packed_score(element.score, text);
        size_t size = listpack_encoded_size(&member) + listpack_encoded_size(&score);

        if (!collection_fits(length + size))
            return ENTRY_INLINE_MAX + 1;
        listpack_write(listpack_write(body + length, &member), &score);
        length += size;
    }
    return length;
}

static bool tree_expands(const struct score_tree *tree, const struct sorted_set_limits *limits)
{
    struct score_cursor cursor;

    if (tree->count > limits->packed_entries)
        return true;
    for (score_tree_at(tree, 0, &cursor); cursor.leaf != NULL; score_cursor_next(&cursor)) {
        if (score_cursor_element(&cursor).member.length > limits->packed_value)
            return true;
    }
    return false;
}

void sorted_set_store(struct collection *collection, struct score_tree *tree,
                      const struct sorted_set_limits *limits)
{
    struct heap *heap = collection_heap(collection);
    bool expanded = tree_expands(tree, limits);
    char body[ENTRY_INLINE_MAX];
    uint32_t budget = UINT32_MAX;
    size_t length;

    if (collection->entry != NULL)
        collection_delete(collection);
    length = pack_tree(tree, body);
    if (length > ENTRY_INLINE_MAX) {
        struct score_tree *object = heap_allocate(heap, sizeof(*object));

        *object = *tree;
        collection_set_object(collection, object);
    } else {
        bool released = score_tree_release(tree, heap, &budget);

        ASSERT(released);
        if (length == 0)
            return;
        collection_set_inline(collection, span_of(body, length));
    }
    collection_mark_expanded(collection, expanded);
}

/* ---- As an object ---- */

static uint64_t kind_count(const void *object)
{
    return ((const struct score_tree *)object)->count;
}

static bool kind_release(struct heap *heap, void *object, uint32_t *budget)
{
    if (!score_tree_release(object, heap, budget))
        return false;
    heap_release(heap, object, sizeof(struct score_tree));
    return true;
}

static void *kind_copy(struct heap *heap, const void *object)
{
    struct score_tree *copy = heap_allocate(heap, sizeof(*copy));

    score_tree_copy(copy, heap, object);
    return copy;
}

static size_t kind_memory(const void *object)
{
    return ((const struct score_tree *)object)->memory + heap_block_size(sizeof(struct score_tree));
}

static struct object_watch **kind_watch(void *object)
{
    return &((struct score_tree *)object)->watch;
}

const struct object_kind sorted_set_kind = {
    .count = kind_count,
    .release = kind_release,
    .copy = kind_copy,
    .memory = kind_memory,
    .watch = kind_watch,
};
