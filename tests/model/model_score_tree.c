/*
 * The score tree against a plain array: the same elements, ranks, places and walks; and its own
 * counts and separators must be right.
 */
#include "proto/base/random.h"
#include "storage/types/score_tree.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
/* Behind the headers that it needs. */
#include <cmocka.h>

enum { NAMES = 3000, ROUNDS = 60000, LOOKS_EVERY = 6000 };

enum scores { SCORES_SMALL, SCORES_EQUAL, SCORES_FRACTIONS, SCORES_MIXED };

struct model {
    struct heap *heap;
    struct score_tree tree;
    struct random random;
    enum scores scores;
    bool present[NAMES];
    double score[NAMES];
    struct span names[NAMES];
    uint32_t sorted[NAMES]; /* filled by sort_model */
    uint32_t count;
};

static struct model *sorting;

static int compare_names(const void *left, const void *right)
{
    uint32_t a = *(const uint32_t *)left;
    uint32_t b = *(const uint32_t *)right;

    if (sorting->score[a] != sorting->score[b])
        return sorting->score[a] < sorting->score[b] ? -1 : 1;
    return score_member_compare(sorting->names[a], sorting->names[b]);
}

static void sort_model(struct model *model)
{
    uint32_t count = 0;

    for (uint32_t i = 0; i < NAMES; i++) {
        if (model->present[i])
            model->sorted[count++] = i;
    }
    sorting = model;
    qsort(model->sorted, count, sizeof(model->sorted[0]), compare_names);
    assert_int_equal(count, model->count);
}

/* Names of all lengths, most of them short, some beyond what a page takes, one empty. */
static struct span make_name(struct random *random, uint32_t number)
{
    size_t length = 1 + random_below(random, 24);
    char *name;

    if (number % 50 == 7)
        length = SCORE_LEAF_MEMBER_MAX - 2 + random_below(random, 5);
    if (number % 100 == 13)
        length = 1000;
    name = malloc(length + 16);
    memset(name, 'a' + (int)(number % 3), length);
    length += (size_t)snprintf(name + length, 16, "%u", number);
    return number == 0 ? span_of(name, 0) : span_of(name, length);
}

static double random_score(struct model *model)
{
    static const double odd[] = {INFINITY,  -INFINITY, -0.0,        1e300,
                                 INT32_MAX, INT32_MIN, 4294967296.0};

    switch (model->scores) {
    case SCORES_EQUAL:
        return 7;
    case SCORES_SMALL:
        return (double)random_below(&model->random, 300) - 100;
    case SCORES_FRACTIONS:
        return random_unit(&model->random);
    default:
        if (random_below(&model->random, 20) == 0)
            return odd[random_below(&model->random, 7)];
        return random_below(&model->random, 3) == 0 ? random_unit(&model->random)
                                                    : (double)random_below(&model->random, 1000);
    }
}

static void put(struct model *model, uint32_t name, double score)
{
    uint32_t hash = score_tree_hash(&model->tree, model->names[name]);
    double found;
    bool present = score_tree_find(&model->tree, model->names[name], hash, &found);

    assert_int_equal(present, model->present[name]);
    if (present) {
        assert_true(found == model->score[name]);
        score_tree_update(&model->tree, model->heap, found, score, model->names[name], hash);
    } else {
        score_tree_insert(&model->tree, model->heap, score, model->names[name], hash);
        model->count++;
    }
    model->present[name] = true;
    model->score[name] = score;
}

static void drop(struct model *model, uint32_t name)
{
    uint32_t hash = score_tree_hash(&model->tree, model->names[name]);
    double found;

    assert_int_equal(score_tree_find(&model->tree, model->names[name], hash, &found),
                     model->present[name]);
    if (!model->present[name])
        return;
    score_tree_remove(&model->tree, model->heap, found, model->names[name], hash);
    model->present[name] = false;
    model->count--;
}

static void drop_at(struct model *model, uint64_t rank)
{
    sort_model(model);
    score_tree_remove_at(&model->tree, model->heap, rank);
    model->present[model->sorted[rank]] = false;
    model->count--;
}

/* ---- What must always hold ---- */

static uint64_t check_child(const struct score_tree *tree, const void *child, uint32_t levels,
                            double *first)
{
    const struct score_node *node = child;
    const struct score_leaf *leaf = child;
    uint64_t total = 0;

    if (levels == 0) {
        assert_true(leaf->count > 0);
        assert_true(score_leaf_used(leaf) <= leaf->size);
        if (score_tree_indexed(tree))
            assert_ptr_equal((void *)*score_leaf_table_slot(&tree->leaves, leaf->id), leaf);
        *first = score_leaf_score(leaf, 0);
        return leaf->count;
    }
    assert_true(node->count > 0 && node->count <= node->capacity);
    for (uint32_t i = 0; i < node->count; i++) {
        uint64_t count = check_child(tree, node->items[i].child, levels - 1, first);

        assert_int_equal(count, node->items[i].count);
        assert_true(*first == node->items[i].score);
        total += count;
    }
    *first = node->items[0].score;
    return total;
}

static void check_walks(struct model *model)
{
    struct score_cursor cursor;
    uint32_t at = 0;

    score_tree_at(&model->tree, 0, &cursor);
    for (; cursor.leaf != NULL; score_cursor_next(&cursor), at++) {
        struct score_element element = score_cursor_element(&cursor);

        assert_true(at < model->count);
        assert_true(element.score == model->score[model->sorted[at]]);
        assert_int_equal(signbit(element.score) != 0,
                         signbit(model->score[model->sorted[at]]) != 0);
        assert_true(span_equal(element.member, model->names[model->sorted[at]]));
    }
    assert_int_equal(at, model->count);
    if (at == 0)
        return;
    score_tree_at(&model->tree, at - 1, &cursor);
    for (; cursor.leaf != NULL; score_cursor_previous(&cursor))
        assert_true(
            span_equal(score_cursor_element(&cursor).member, model->names[model->sorted[--at]]));
    assert_int_equal(at, 0);
}

static bool is_before(const struct score_bound *bound, double score, struct span member)
{
    int order = 0;

    if (bound->kind != SCORE_BOUND_MEMBER)
        order = (score > bound->score) - (score < bound->score);
    if (order == 0 && bound->kind != SCORE_BOUND_SCORE)
        order = score_member_compare(member, bound->member);
    return order < 0 || (bound->after && order == 0);
}

static void check_places(struct model *model)
{
    for (unsigned i = 0; i < 100; i++) {
        uint32_t name = (uint32_t)random_below(&model->random, NAMES);
        struct score_bound bound = {.kind = (enum score_bound_kind)random_below(&model->random, 3),
                                    .after = random_below(&model->random, 2) == 0,
                                    .score = random_score(model),
                                    .member = model->names[name]};
        struct score_cursor cursor;
        uint64_t expected = 0;

        if (bound.kind == SCORE_BOUND_MEMBER && model->scores != SCORES_EQUAL)
            bound.kind = SCORE_BOUND_ELEMENT;
        if (model->present[name] && i % 2 == 0)
            bound.score = model->score[name];
        while (expected < model->count && is_before(&bound, model->score[model->sorted[expected]],
                                                    model->names[model->sorted[expected]]))
            expected++;
        assert_int_equal(score_tree_before(&model->tree, &bound), expected);
        assert_int_equal(score_tree_seek(&model->tree, &bound, &cursor), expected);
        if (expected == model->count)
            assert_null(cursor.leaf);
        else
            assert_true(span_equal(score_cursor_element(&cursor).member,
                                   model->names[model->sorted[expected]]));
    }
}

struct seen {
    uint64_t count;
    uint64_t sum;
};

static void see(void *context, const struct score_element *element)
{
    struct seen *seen = context;

    seen->count++;
    seen->sum += element->member.length;
}

static void check_scan(struct model *model)
{
    struct seen seen = {0};
    uint64_t sum = 0;
    uint64_t cursor = 0;

    do {
        uint64_t before = seen.count;

        cursor = score_tree_scan(&model->tree, cursor, 10, see, &seen);
        assert_true(cursor == 0 || seen.count - before >= 10);
        assert_true(!score_tree_indexed(&model->tree) || seen.count - before < 10 + 130);
    } while (cursor != 0);
    for (uint32_t i = 0; i < NAMES; i++)
        sum += model->present[i] ? model->names[i].length : 0;
    assert_int_equal(seen.count, model->count);
    assert_int_equal(seen.sum, sum);
}

static void check(struct model *model)
{
    double first;

    sort_model(model);
    assert_int_equal(model->tree.count, model->count);
    assert_int_equal(model->tree.memory, heap_used(model->heap));
    if (model->tree.root != NULL)
        assert_int_equal(check_child(&model->tree, model->tree.root, model->tree.height, &first),
                         model->count);
    check_walks(model);
    check_places(model);
    check_scan(model);
}

/* The copy has everything; it is freed in small slices. */
static void check_copy(struct model *model)
{
    struct score_tree original = model->tree;
    struct heap *heap = model->heap;
    uint32_t budget = 100;
    uint32_t calls = 0;

    model->heap = heap_create();
    score_tree_copy(&model->tree, model->heap, &original);
    check(model);
    while (!score_tree_release(&model->tree, model->heap, &budget)) {
        budget = 100;
        calls++;
    }
    assert_true(calls + 1 >= model->count / 500);
    assert_int_equal(heap_used(model->heap), 0);
    heap_destroy(model->heap);
    model->heap = heap;
    model->tree = original;
}

static void run(uint64_t seed, enum scores scores)
{
    struct model *model = calloc(1, sizeof(*model));
    uint32_t budget = UINT32_MAX;

    print_message("seed %llu\n", (unsigned long long)seed);
    model->heap = heap_create();
    model->scores = scores;
    random_seed(&model->random, seed);
    score_tree_init(&model->tree, seed);
    for (uint32_t i = 0; i < NAMES; i++)
        model->names[i] = make_name(&model->random, i);
    for (uint32_t round = 0; round < ROUNDS; round++) {
        uint32_t name = (uint32_t)random_below(&model->random, NAMES);
        bool filling = round / (ROUNDS / 4) % 2 == 0;

        if (random_below(&model->random, 10) < (filling ? 8 : 3))
            put(model, name, random_score(model));
        else
            drop(model, name);
        if (model->count > 0 && round % 100 == 0)
            drop_at(model, filling ? random_below(&model->random, model->count) : 0);
        if (round % LOOKS_EVERY == 0)
            check(model);
    }
    check(model);
    check_copy(model);
    while (model->count > 0 && random_below(&model->random, 200) > 0)
        drop_at(model, random_below(&model->random, model->count));
    check(model);
    for (uint32_t i = 0; i < NAMES; i++)
        drop(model, i);
    check(model);
    put(model, 5, 1);
    check(model);
    assert_true(score_tree_release(&model->tree, model->heap, &budget));
    assert_int_equal(heap_used(model->heap), 0);
    heap_destroy(model->heap);
    for (uint32_t i = 0; i < NAMES; i++)
        free((char *)(uintptr_t)model->names[i].data);
    free(model);
}

static void test_small_scores(void **state)
{
    (void)state;
    run(11, SCORES_SMALL);
}

static void test_equal_scores(void **state)
{
    (void)state;
    run(12, SCORES_EQUAL);
}

static void test_fractions(void **state)
{
    (void)state;
    run(13, SCORES_FRACTIONS);
}

static void test_mixed_scores(void **state)
{
    (void)state;
    run(14, SCORES_MIXED);
}

/* Ascending and descending insertion fill the pages, and what is built that way is right too. */
static void run_in_order(bool ascending)
{
    enum { COUNT = 200000 };
    struct heap *heap = heap_create();
    struct score_tree tree;
    struct score_bound bound = {.kind = SCORE_BOUND_SCORE, .score = COUNT / 2};
    uint32_t budget = UINT32_MAX;
    double first;
    char name[16];

    score_tree_init(&tree, 1);
    for (uint32_t i = 0; i < COUNT; i++) {
        uint32_t score = ascending ? i : COUNT - 1 - i;
        struct span member = span_of(name, (size_t)snprintf(name, sizeof(name), "m:%08u", i));

        score_tree_insert(&tree, heap, score, member, score_tree_hash(&tree, member));
    }
    assert_int_equal(check_child(&tree, tree.root, tree.height, &first), COUNT);
    assert_int_equal(score_tree_before(&tree, &bound), COUNT / 2);
    assert_int_equal(tree.memory, heap_used(heap));
    print_message("%.1f bytes for each member beyond its own 10 and 8\n",
                  (double)heap_used(heap) / COUNT - 18);
    assert_true(heap_used(heap) / COUNT < 18 + 14);
    for (uint32_t i = 0; i < COUNT; i++)
        score_tree_remove_at(&tree, heap, i % 2 == 0 ? 0 : tree.count - 1);
    assert_int_equal(tree.count, 0);
    assert_true(score_tree_release(&tree, heap, &budget));
    heap_destroy(heap);
}

static void test_in_order(void **state)
{
    (void)state;
    run_in_order(true);
    run_in_order(false);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_small_scores), cmocka_unit_test(test_equal_scores),
        cmocka_unit_test(test_fractions),    cmocka_unit_test(test_mixed_scores),
        cmocka_unit_test(test_in_order),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
