/*
 * Element tables against an array of what is in: random insertions, replacements, expiries and
 * removals, in phases that make the table grow and shrink to nothing, with walks that go on
 * meanwhile. Hashes are good ones, or have few bits, so that very many elements share one.
 */
#include "proto/base/random.h"
#include "storage/types/element_table.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
/* Behind the headers that it needs. */
#include <cmocka.h>

enum { WALKS = 3, TEXT_MAX = 4000 };

struct model_element {
    bool present;
    uint32_t present_since; /* the step */
    uint32_t version;
    time_ms expiry;
};

struct walk {
    uint64_t cursor;
    uint32_t started;
    unsigned char *visited;
};

struct model {
    struct heap *heap;
    struct element_table table;
    struct model_element *elements;
    uint32_t element_count;
    uint64_t present;
    uint64_t volatile_count;
    uint32_t step;
    uint32_t walks_done;
    uint32_t long_share; /* one in so many names and values is long; 0: none */
    struct random random;
    struct walk walks[WALKS];
};

struct shape {
    uint64_t hash_mask;
    uint8_t value_kind;
    uint32_t elements;
    uint32_t steps;
    uint32_t long_share;
};

/* ---- What the element of a number is ---- */

static size_t text_length(const struct model *model, uint64_t number, size_t least)
{
    if (model->long_share > 0 && number % model->long_share == 0)
        return least + (size_t)(number * 7919 % (TEXT_MAX - 64));
    return least + (size_t)(number * 31 % 9);
}

static struct span name_of(const struct model *model, char text[TEXT_MAX], uint32_t number)
{
    size_t length = (size_t)snprintf(text, TEXT_MAX, "%u:", number);
    size_t longer = text_length(model, number, length);

    if (number == 0)
        return span_of(text, 0);
    memset(text + length, 'n', longer - length);
    return span_of(text, longer);
}

static struct span value_of(const struct model *model, char text[TEXT_MAX], uint32_t number)
{
    uint64_t seed = (uint64_t)number * 13 + model->elements[number].version;
    size_t length;

    memset(text, (int)('a' + seed % 26), TEXT_MAX);
    if (model->table.value_kind == ELEMENT_VALUES_ANY)
        length = seed % 5 == 0 ? 0 : text_length(model, seed, 1);
    else
        length = model->table.value_kind;
    return span_of(text, length);
}

static uint32_t number_of(const struct element *element)
{
    char text[16] = "0";

    if (element->name.length > 0)
        memcpy(text, element->name.data, element->name.length < 15 ? element->name.length : 15);
    return (uint32_t)strtoul(text, NULL, 10);
}

static void check_element(const struct model *model, const struct element *element)
{
    char text[TEXT_MAX];
    uint32_t number = number_of(element);

    assert_true(number < model->element_count);
    assert_true(model->elements[number].present);
    assert_true(span_equal(element->name, name_of(model, text, number)));
    assert_true(span_equal(element->value, value_of(model, text, number)));
    assert_true(element->expiry == model->elements[number].expiry);
}

/* ---- Steps ---- */

static void note_present(struct model *model, uint32_t number, bool present, time_ms expiry)
{
    struct model_element *element = &model->elements[number];

    if (element->present && element->expiry != TIME_NEVER)
        model->volatile_count--;
    if (present && expiry != TIME_NEVER)
        model->volatile_count++;
    if (present && !element->present)
        element->present_since = model->step;
    model->present += (uint64_t)present - element->present;
    element->present = present;
    element->expiry = expiry;
}

static time_ms some_expiry(struct model *model)
{
    if (random_below(&model->random, 4) != 0)
        return TIME_NEVER;
    return 1000 + (time_ms)model->step + (time_ms)random_below(&model->random, 5000);
}

static void put(struct model *model, uint32_t number, bool replace)
{
    char name[TEXT_MAX];
    char value[TEXT_MAX];
    struct model_element before = model->elements[number];
    struct element element = {.expiry = some_expiry(model)};
    bool added;

    model->elements[number].version++;
    element.name = name_of(model, name, number);
    element.value = value_of(model, value, number);
    if (replace)
        added = element_table_put(&model->table, model->heap, &element);
    else
        added = element_table_insert(&model->table, model->heap, &element);
    assert_int_equal(added, !before.present);
    if (!replace && before.present)
        model->elements[number].version = before.version;
    else
        note_present(model, number, true, element.expiry);
}

static void remove_one(struct model *model, uint32_t number)
{
    char name[TEXT_MAX];
    bool removed = element_table_remove(&model->table, model->heap, name_of(model, name, number));

    assert_int_equal(removed, model->elements[number].present);
    note_present(model, number, false, TIME_NEVER);
}

static void set_expiry(struct model *model, uint32_t number)
{
    char name[TEXT_MAX];
    time_ms expiry = some_expiry(model);
    bool found =
        element_table_set_expiry(&model->table, model->heap, name_of(model, name, number), expiry);

    assert_int_equal(found, model->elements[number].present);
    if (found)
        note_present(model, number, true, expiry);
}

static void find_one(struct model *model, uint32_t number)
{
    char name[TEXT_MAX];
    struct element element;
    bool found = element_table_find(&model->table, name_of(model, name, number), &element);

    assert_int_equal(found, model->elements[number].present);
    if (found)
        check_element(model, &element);
}

static void gone(void *context, const struct element *element)
{
    struct model *model = context;

    check_element(model, element);
    assert_true(element->expiry <= (time_ms)model->step);
    note_present(model, number_of(element), false, TIME_NEVER);
}

static void sweep(struct model *model)
{
    uint64_t expired = 0;
    uint32_t budget;

    for (uint32_t i = 0; i < model->element_count; i++)
        expired += model->elements[i].present && model->elements[i].expiry <= (time_ms)model->step;
    assert_int_equal(element_table_count_expired(&model->table, model->step), expired);
    do
        budget = 1 + (uint32_t)random_below(&model->random, 100);
    while (!element_table_sweep(&model->table, model->heap, model->step, &budget, gone, model));
    assert_int_equal(element_table_count_expired(&model->table, model->step), 0);
    assert_true(element_table_next_expiry(&model->table) > (time_ms)model->step);
}

/* ---- Walks and checks ---- */

struct visit {
    struct model *model;
    unsigned char *visited;
    uint64_t visits;
};

static void visit(void *context, const struct element *element)
{
    struct visit *visit = context;

    check_element(visit->model, element);
    visit->visited[number_of(element)]++;
    visit->visits++;
}

static void walk_step(struct model *model, struct walk *walk)
{
    uint64_t count = random_below(&model->random, 40);
    struct visit context = {model, walk->visited, 0};

    walk->cursor = element_table_scan(&model->table, walk->cursor, count, visit, &context);
    assert_true(walk->cursor < UINT64_C(1) << 52);
    if (walk->cursor != 0) {
        assert_true(context.visits >= count);
        return;
    }
    for (uint32_t i = 0; i < model->element_count; i++) {
        if (model->elements[i].present && model->elements[i].present_since < walk->started)
            assert_true(walk->visited[i] > 0);
    }
    model->walks_done++;
    walk->started = model->step;
    memset(walk->visited, 0, model->element_count);
}

static void check_all(struct model *model, const struct element_table *table)
{
    struct element_iterator iterator = {0};
    unsigned char *visited = calloc(model->element_count, 1);
    struct element element;
    uint64_t count = 0;

    assert_int_equal(table->count, model->present);
    assert_int_equal(table->volatile_count, model->volatile_count);
    while (element_table_next(table, &iterator, &element)) {
        check_element(model, &element);
        assert_int_equal(visited[number_of(&element)]++, 0);
        assert_true(element_table_next_expiry(table) <= element.expiry);
        count++;
    }
    assert_int_equal(count, model->present);
    free(visited);
}

static void check_copy(struct model *model)
{
    struct heap *heap = heap_create();
    struct element_table copy;
    uint32_t budget = 0;

    element_table_copy(&copy, heap, &model->table);
    check_all(model, &copy);
    assert_int_equal(heap_used(heap), element_table_memory(&copy));
    while (!element_table_release(&copy, heap, &budget))
        budget = 1 + (uint32_t)random_below(&model->random, 300);
    assert_int_equal(copy.count, 0);
    heap_destroy(heap);
}

static void check_random(struct model *model)
{
    struct element element;
    bool found = element_table_random(&model->table, &model->random, &element);

    assert_int_equal(found, model->present > 0);
    if (found)
        check_element(model, &element);
}

static void step(struct model *model, bool growing)
{
    uint32_t number = (uint32_t)random_below(&model->random, model->element_count);
    uint64_t choice = random_below(&model->random, 100);

    if (choice < (growing ? 60 : 10))
        put(model, number, choice % 2 == 0);
    else if (choice < 80)
        remove_one(model, number);
    else if (choice < 85)
        set_expiry(model, number);
    else
        find_one(model, number);
    if (choice == 0)
        check_random(model);
    if (model->step % 16 == 0)
        walk_step(model, &model->walks[model->step / 16 % WALKS]);
}

static void model_run(const struct shape *shape, uint64_t seed)
{
    struct model model = {.heap = heap_create(),
                          .elements = calloc(shape->elements, sizeof(struct model_element)),
                          .element_count = shape->elements,
                          .long_share = shape->long_share};

    element_table_init(&model.table, shape->value_kind, seed);
    model.table.hash_mask = shape->hash_mask;
    random_seed(&model.random, seed);
    for (uint32_t i = 0; i < WALKS; i++)
        model.walks[i].visited = calloc(shape->elements, 1);
    for (uint32_t i = 0; i < shape->elements; i++)
        model.elements[i].expiry = TIME_NEVER;
    for (model.step = 1; model.step <= shape->steps; model.step++) {
        step(&model, model.step < shape->steps * 2 / 3);
        if (model.step % (shape->steps / 10) == 0) {
            sweep(&model);
            check_all(&model, &model.table);
            check_copy(&model);
            assert_int_equal(heap_used(model.heap), element_table_memory(&model.table));
        }
    }
    for (uint32_t i = 0; i < shape->elements; i++)
        remove_one(&model, i);
    assert_int_equal(model.table.root, 0);
    assert_int_equal(heap_used(model.heap), 0);
    assert_true(model.walks_done > WALKS);
    for (uint32_t i = 0; i < WALKS; i++)
        free(model.walks[i].visited);
    free(model.elements);
    heap_destroy(model.heap);
}

static void run(const struct shape *shape)
{
    const char *given = getenv("SEED");
    uint64_t seed = given != NULL ? strtoull(given, NULL, 10) : 20261123;

    printf("seed %llu\n", (unsigned long long)seed);
    model_run(shape, seed);
    model_run(shape, seed + 1);
}

static void test_fields(void **state)
{
    (void)state;
    run(&(struct shape){UINT64_MAX, ELEMENT_VALUES_ANY, 4000, 40000, 0});
}

static void test_members(void **state)
{
    (void)state;
    run(&(struct shape){UINT64_MAX, ELEMENT_VALUES_NONE, 4000, 40000, 50});
}

static void test_fixed_values(void **state)
{
    (void)state;
    run(&(struct shape){UINT64_MAX, sizeof(double), 2000, 20000, 0});
}

static void test_long_elements(void **state)
{
    (void)state;
    run(&(struct shape){UINT64_MAX, ELEMENT_VALUES_ANY, 1000, 20000, 3});
}

/* Hundreds of elements for each of the few hashes, in chains. */
static void test_equal_hashes(void **state)
{
    (void)state;
    run(&(struct shape){UINT64_C(0x8000000100000001), ELEMENT_VALUES_ANY, 2000, 10000, 20});
    run(&(struct shape){0, ELEMENT_VALUES_NONE, 500, 4000, 0});
}

/* Equal in the leading bits only: directories below directories, and chains in order. */
static void test_clustered_hashes(void **state)
{
    (void)state;
    run(&(struct shape){UINT64_C(0xc000000fffffffff), ELEMENT_VALUES_ANY, 3000, 20000, 0});
    run(&(struct shape){UINT64_C(0x00000000ffffffff), ELEMENT_VALUES_NONE, 500, 4000, 0});
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fields),       cmocka_unit_test(test_members),
        cmocka_unit_test(test_fixed_values), cmocka_unit_test(test_long_elements),
        cmocka_unit_test(test_equal_hashes), cmocka_unit_test(test_clustered_hashes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
