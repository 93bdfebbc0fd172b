/*
 * Sorted sets in a keyspace against a plain array: small ones in their entries, large ones as
 * objects, and the way from the one to the other.
 */
#include "proto/base/random.h"
#include "storage/types/sorted_set.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
/* Behind the headers that it needs. */
#include <cmocka.h>

enum { NAMES = 400, NAME_LENGTH = 96, ROUNDS = 20000, NOW = 1000 };

struct model {
    struct keyspace *keyspace;
    struct key key;
    struct random random;
    struct sorted_set_limits limits;
    uint32_t names; /* that are used now: few for the small form */
    char bytes[NAMES][NAME_LENGTH];
    struct span name[NAMES];
    bool present[NAMES];
    double score[NAMES];
    uint32_t count;
    bool expanded;
    uint32_t sorted[NAMES];
};

static struct model *sorting;

static int compare(const void *left, const void *right)
{
    uint32_t a = *(const uint32_t *)left;
    uint32_t b = *(const uint32_t *)right;

    if (sorting->score[a] != sorting->score[b])
        return sorting->score[a] < sorting->score[b] ? -1 : 1;
    return score_member_compare(sorting->name[a], sorting->name[b]);
}

static void sort_model(struct model *model)
{
    uint32_t count = 0;

    for (uint32_t i = 0; i < NAMES; i++)
        if (model->present[i])
            model->sorted[count++] = i;
    assert_int_equal(count, model->count);
    sorting = model;
    qsort(model->sorted, count, sizeof(model->sorted[0]), compare);
}

static struct collection open_set(struct model *model)
{
    return collection_open(model->keyspace, 0, &model->key, VALUE_SORTED_SET);
}

static double random_score(struct random *random)
{
    static const double odd[] = {INFINITY, -INFINITY, -0.0, 0.0, 1e300, 0x1p53, -0x1p52, 1e-310};

    switch (random_below(random, 6)) {
    case 0:
        return odd[random_below(random, sizeof(odd) / sizeof(odd[0]))];
    case 1:
        return random_unit(random) * 10;
    default:
        return (double)random_below(random, 20) - 10;
    }
}

static void gone_if_empty(struct model *model, const struct collection *set)
{
    assert_int_equal(set->entry == NULL, model->count == 0);
    if (model->count == 0)
        model->expanded = false;
}

static void add(struct model *model, uint32_t i)
{
    struct collection set = open_set(model);
    struct sorted_set_options options = {.absent = random_below(&model->random, 8) == 0,
                                         .increment = random_below(&model->random, 8) == 0};
    double score = random_score(&model->random);
    double expected = options.increment && model->present[i] ? model->score[i] + score : score;
    enum sorted_set_outcome outcome;

    if (!options.absent) {
        options.present = random_below(&model->random, 8) == 0;
        options.greater = random_below(&model->random, 8) == 0;
        options.less = !options.greater && random_below(&model->random, 8) == 0;
    }
    outcome = sorted_set_add(&set, &options, &model->limits, model->name[i], &score);
    if (!model->present[i]) {
        assert_int_equal(outcome, options.present ? SORTED_SET_REFUSED : SORTED_SET_ADDED);
        if (options.present)
            return;
        model->present[i] = true;
        model->count++;
        model->expanded = model->expanded || model->count > model->limits.packed_entries ||
                          model->name[i].length > model->limits.packed_value;
    } else if (options.absent) {
        assert_int_equal(outcome, SORTED_SET_REFUSED);
        return;
    } else if (isnan(expected)) {
        assert_int_equal(outcome, SORTED_SET_NOT_A_NUMBER);
        return;
    } else if ((options.greater && expected <= model->score[i]) ||
               (options.less && expected >= model->score[i])) {
        assert_int_equal(outcome, SORTED_SET_REFUSED);
        return;
    } else if (expected == model->score[i]) {
        assert_int_equal(outcome, SORTED_SET_SAME);
        return;
    } else {
        assert_int_equal(outcome, SORTED_SET_UPDATED);
    }
    model->score[i] = model->expanded ? expected : expected + 0.0;
    assert_true(score == model->score[i]);
    assert_int_equal(entry_is_expanded(set.entry), model->expanded);
}

static void take(struct model *model, uint32_t i)
{
    struct collection set = open_set(model);

    assert_int_equal(sorted_set_remove(&set, model->name[i]), model->present[i]);
    model->count -= model->present[i];
    model->present[i] = false;
    gone_if_empty(model, &set);
}

static void take_ranks(struct model *model)
{
    struct collection set = open_set(model);
    uint32_t from = (uint32_t)random_below(&model->random, model->count + 1u);
    uint32_t to = from + (uint32_t)random_below(&model->random, model->count - from + 1u);

    sort_model(model);
    sorted_set_remove_ranks(&set, from, to);
    for (uint32_t i = from; i < to; i++)
        model->present[model->sorted[i]] = false;
    model->count -= to - from;
    gone_if_empty(model, &set);
}

/* The ranks [from, to) stored under the same key: the result of a ZRANGESTORE onto itself. */
static void store_part(struct model *model)
{
    struct collection set = open_set(model);
    uint32_t from = (uint32_t)random_below(&model->random, model->count + 1u);
    struct score_tree tree;

    sort_model(model);
    score_tree_init(&tree, collection_hash_seed(&set));
    for (uint32_t i = from; i < model->count; i++) {
        struct span name = model->name[model->sorted[i]];

        score_tree_insert(&tree, collection_heap(&set), model->score[model->sorted[i]], name,
                          score_tree_hash(&tree, name));
    }
    sorted_set_store(&set, &tree, &model->limits);
    for (uint32_t i = 0; i < from; i++)
        model->present[model->sorted[i]] = false;
    model->count -= from;
    model->expanded = model->count > model->limits.packed_entries;
    for (uint32_t i = 0; i < NAMES; i++)
        if (model->present[i] && model->name[i].length > model->limits.packed_value)
            model->expanded = true;
    for (uint32_t i = 0; i < NAMES && !model->expanded; i++)
        model->score[i] += 0.0;
    gone_if_empty(model, &set);
}

static void check_walk(struct model *model, const struct entry *entry, bool backward)
{
    struct sorted_set_cursor cursor;
    struct score_element element;
    uint32_t seen = 0;

    sorted_set_at(entry, backward ? model->count - 1 : 0, &cursor);
    while (sorted_set_read(&cursor, &element)) {
        uint32_t rank = backward ? model->count - 1 - seen : seen;
        uint32_t name = model->sorted[rank];

        assert_true(span_equal(element.member, model->name[name]));
        assert_true(element.score == model->score[name]);
        seen++;
        sorted_set_step(&cursor, backward);
    }
    assert_int_equal(seen, model->count);
}

static void check_bound(struct model *model, const struct entry *entry)
{
    uint32_t name = (uint32_t)random_below(&model->random, NAMES);
    struct score_bound bound = {.kind = random_below(&model->random, 2) == 0 ? SCORE_BOUND_SCORE
                                                                             : SCORE_BOUND_ELEMENT,
                                .after = random_below(&model->random, 2) == 0,
                                .score = random_score(&model->random),
                                .member = model->name[name]};
    uint64_t expected = 0;

    for (; expected < model->count; expected++) {
        uint32_t other = model->sorted[expected];
        int order = (model->score[other] > bound.score) - (model->score[other] < bound.score);

        if (order == 0 && bound.kind == SCORE_BOUND_ELEMENT)
            order = score_member_compare(model->name[other], bound.member);
        if (order > 0 || (order == 0 && !bound.after))
            break;
    }
    assert_int_equal(sorted_set_before(entry, &bound), expected);
}

static void check(struct model *model)
{
    const struct entry *entry = open_set(model).entry;

    sort_model(model);
    assert_int_equal(sorted_set_count(entry), model->count);
    if (entry != NULL) {
        assert_int_equal(entry_is_expanded(entry), model->expanded);
        check_walk(model, entry, false);
        check_walk(model, entry, true);
    }
    for (uint32_t rank = 0; rank < model->count; rank++) {
        uint32_t name = model->sorted[rank];
        uint64_t found;
        double score;

        assert_true(sorted_set_rank(entry, model->name[name], &found, &score));
        assert_int_equal(found, rank);
        assert_true(score == model->score[name]);
    }
    for (unsigned i = 0; i < 20; i++)
        check_bound(model, entry);
}

static void take_all(struct model *model)
{
    for (uint32_t i = 0; i < NAMES; i++)
        take(model, i);
    assert_int_equal(model->count, 0);
}

static void make_names(struct model *model)
{
    for (uint32_t i = 0; i < NAMES; i++) {
        int length = 0;

        if (i % 5 == 1)
            length = snprintf(model->bytes[i], NAME_LENGTH, "%u", i * 977);
        else if (i % 23 == 2)
            length = snprintf(model->bytes[i], NAME_LENGTH, "%080u", i);
        else if (i > 0)
            length = snprintf(model->bytes[i], NAME_LENGTH, "name:%u", i);
        model->name[i] = span_of(model->bytes[i], (size_t)length);
    }
}

static void run(uint64_t seed, struct sorted_set_limits limits)
{
    struct keyspace_options options = {.databases = 1, .hash_seed = seed, .random_seed = seed};
    struct model *model = calloc(1, sizeof(*model));

    print_message("seed %llu\n", (unsigned long long)seed);
    random_seed(&model->random, seed);
    model->limits = limits;
    model->keyspace = keyspace_create(&options);
    model->key = keyspace_key(model->keyspace, SPAN("key"));
    keyspace_set_time(model->keyspace, NOW);
    make_names(model);
    for (uint32_t round = 0; round < ROUNDS; round++) {
        /* From few to many, so that both forms and all thresholds are met, and back. */
        uint32_t names = round % 4000 < 1500 ? 12 : round % 4000 < 2500 ? 90 : NAMES;
        uint32_t name = (uint32_t)random_below(&model->random, names);

        if (random_below(&model->random, 10) < 7)
            add(model, name);
        else
            take(model, name);
        if (round % 997 == 0)
            take_ranks(model);
        if (round % 2111 == 0)
            store_part(model);
        if (round % 100 == 0)
            check(model);
        /* Only a key that is new is small again. */
        if (round % 4000 == 3999)
            take_all(model);
    }
    check(model);
    keyspace_destroy(model->keyspace);
    free(model);
}

static void test_usual_limits(void **state)
{
    (void)state;
    run(21, (struct sorted_set_limits){128, 64});
}

static void test_tight_limits(void **state)
{
    (void)state;
    run(22, (struct sorted_set_limits){6, 8});
    run(23, (struct sorted_set_limits){0, 0});
}

/* Nothing ever leaves the compact form by name. */
static void test_wide_limits(void **state)
{
    (void)state;
    run(24, (struct sorted_set_limits){UINT64_MAX, UINT64_MAX});
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_usual_limits),
        cmocka_unit_test(test_tight_limits),
        cmocka_unit_test(test_wide_limits),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
