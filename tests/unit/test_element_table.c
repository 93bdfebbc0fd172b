/* What model_element_table does not see: how much memory, how evenly by chance, how many at a time.
 */
#include "proto/base/random.h"
#include "storage/types/element_leaf.h"
#include "storage/types/element_table.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
/* Behind the headers that it needs. */
#include <cmocka.h>

enum { TEXT_MAX = 700 };

struct fixture {
    struct heap *heap;
    struct element_table table;
    struct random random;
};

static int setup(void **state)
{
    struct fixture *fixture = calloc(1, sizeof(*fixture));

    fixture->heap = heap_create();
    element_table_init(&fixture->table, ELEMENT_VALUES_NONE, 42);
    random_seed(&fixture->random, 7);
    *state = fixture;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *fixture = *state;
    uint32_t budget;

    do
        budget = 1000;
    while (!element_table_release(&fixture->table, fixture->heap, &budget));
    heap_destroy(fixture->heap);
    free(fixture);
    return 0;
}

/* Members of 10 bytes, or much longer ones for each `long_share`th. */
static struct span member(char text[TEXT_MAX], uint32_t number, uint32_t long_share)
{
    size_t length = (size_t)snprintf(text, TEXT_MAX, "m:%08u", number);

    if (long_share == 0 || number % long_share != 0)
        return span_of(text, length);
    memset(text + length, 'x', TEXT_MAX - length);
    return span_of(text, 200 + number % 300);
}

static uint32_t number_of(const struct element *element)
{
    char digits[9] = "";

    memcpy(digits, element->name.data + 2, 8);
    return (uint32_t)strtoul(digits, NULL, 10);
}

static void fill(struct fixture *fixture, uint32_t first, uint32_t count, uint32_t long_share)
{
    for (uint32_t i = 0; i < count; i++) {
        char text[TEXT_MAX];
        struct element element = {.name = member(text, first + i, long_share),
                                  .expiry = TIME_NEVER};

        assert_true(element_table_insert(&fixture->table, fixture->heap, &element));
    }
}

static void test_tags(void **state)
{
    char tags[80];
    struct random random;

    (void)state;
    random_seed(&random, 1);
    for (uint32_t round = 0; round < 2000; round++) {
        uint32_t count = (uint32_t)random_below(&random, 65);
        uint8_t tag = (uint8_t)random_below(&random, 4) * 0x55;
        uint64_t expected = 0;

        for (uint32_t i = 0; i < sizeof(tags); i++)
            tags[i] = (char)(random_below(&random, 4) * 0x55 + random_below(&random, 20) / 19);
        for (uint32_t i = 0; i < count; i++)
            expected |= (uint64_t)((uint8_t)tags[i] == tag) << i;
        assert_true(leaf_search_tags(tags, count, tag) == expected);
        assert_true(leaf_search_tags_portable(tags, count, tag) == expected);
    }
}

static void test_memory(void **state)
{
    struct fixture *fixture = *state;
    size_t bytes;

    fill(fixture, 0, 1000, 0);
    bytes = element_table_memory(&fixture->table) + sizeof(fixture->table);
    assert_in_range(bytes, 13 * 1000, 14 * 1000);
    assert_int_equal(heap_used(fixture->heap), element_table_memory(&fixture->table));
}

/* Directories below directories, and back to nothing. */
static void test_growth(void **state)
{
    enum { COUNT = 200000 };
    struct fixture *fixture = *state;
    char text[TEXT_MAX];

    fill(fixture, 0, COUNT, 0);
    assert_int_equal(fixture->table.count, COUNT);
    assert_true(element_table_memory(&fixture->table) < COUNT * (size_t)16);
    for (uint32_t i = 0; i < COUNT; i++)
        assert_true(element_table_find(&fixture->table, member(text, i, 0), NULL));
    for (uint32_t i = 0; i < COUNT - 10; i++)
        assert_true(element_table_remove(&fixture->table, fixture->heap, member(text, i, 0)));
    assert_true(element_table_memory(&fixture->table) < 4096);
    assert_false(element_table_find(&fixture->table, member(text, 0, 0), NULL));
    assert_true(element_table_find(&fixture->table, member(text, COUNT - 1, 0), NULL));
}

/* How far the draws are from even, by chi squared: about `count`, give or take its root. */
static double unevenness(struct fixture *fixture, uint32_t count, uint32_t draws_each)
{
    uint32_t *drawn = calloc(count, sizeof(*drawn));
    double sum = 0;

    for (uint32_t i = 0; i < count * draws_each; i++) {
        struct element element;

        assert_true(element_table_random(&fixture->table, &fixture->random, &element));
        drawn[number_of(&element)]++;
    }
    for (uint32_t i = 0; i < count; i++) {
        double off = (double)drawn[i] - draws_each;

        sum += off * off / draws_each;
    }
    free(drawn);
    return sum;
}

static void test_random_is_even(void **state)
{
    struct fixture *fixture = *state;

    fill(fixture, 0, 2000, 0);
    assert_in_range((uint64_t)unevenness(fixture, 2000, 100), 1750, 2250);
}

static void test_random_is_even_in_one_leaf(void **state)
{
    struct fixture *fixture = *state;

    fill(fixture, 0, 50, 0);
    assert_in_range((uint64_t)unevenness(fixture, 50, 1000), 20, 85);
}

/* Leaves that differ much in how many elements they hold, and in depth. */
static void test_random_is_even_for_long_elements(void **state)
{
    struct fixture *fixture = *state;

    fill(fixture, 0, 2000, 3);
    assert_in_range((uint64_t)unevenness(fixture, 2000, 100), 1750, 2250);
}

static void count_visit(void *context, const struct element *element)
{
    uint32_t *visits = context;

    visits[number_of(element)]++;
}

/* Without changes each element is visited once, as many at a time as were asked for. */
static void test_scan(void **state)
{
    enum { COUNT = 5000 };
    struct fixture *fixture = *state;
    uint32_t *visits = calloc(COUNT, sizeof(*visits));
    uint64_t cursor = 0;
    uint32_t calls = 0;

    fill(fixture, 0, COUNT, 0);
    do {
        cursor = element_table_scan(&fixture->table, cursor, 10, count_visit, visits);
        assert_true(cursor < UINT64_C(1) << 52);
        calls++;
    } while (cursor != 0);
    for (uint32_t i = 0; i < COUNT; i++)
        assert_int_equal(visits[i], 1);
    assert_in_range(calls, COUNT / 10, COUNT / 10 + 1);
    assert_int_equal(element_table_scan(&fixture->table, UINT64_MAX, 10, count_visit, visits), 0);
    free(visits);
}

static void test_release_in_slices(void **state)
{
    struct fixture *fixture = *state;
    uint32_t slices = 0;
    uint32_t budget;

    fill(fixture, 0, 20000, 50);
    do {
        budget = 500;
        slices++;
    } while (!element_table_release(&fixture->table, fixture->heap, &budget));
    assert_in_range(slices, 30, 41);
    assert_int_equal(heap_used(fixture->heap), 0);
    fill(fixture, 0, 10, 0);
}

/* ---- The queue ---- */

enum { NODES = 2000 };

struct item {
    struct due_node node;
    time_ms due;
    bool visited;
};

static struct item *item_of(struct due_node *node)
{
    return (struct item *)((char *)node - offsetof(struct item, node));
}

static void visit_item(void *context, struct due_node *node)
{
    uint32_t *visits = context;

    assert_false(item_of(node)->visited);
    item_of(node)->visited = true;
    ++*visits;
}

static void check_queue(const struct due_queue *queue, struct item *items, time_ms now)
{
    time_ms first = TIME_NEVER;
    uint32_t due = 0;
    uint32_t visits = 0;

    for (uint32_t i = 0; i < NODES; i++) {
        assert_true(due_queue_due(queue, &items[i].node) == items[i].due);
        first = items[i].due < first ? items[i].due : first;
        due += items[i].due <= now;
        items[i].visited = false;
    }
    assert_true(due_queue_first_due(queue) == first);
    due_queue_visit_due(queue, now, visit_item, &visits);
    assert_int_equal(visits, due);
    if (first != TIME_NEVER)
        assert_true(item_of(due_queue_first(queue))->due == first);
}

static void test_due_queue(void **state)
{
    struct fixture *fixture = *state;
    struct item *items = calloc(NODES, sizeof(*items));
    struct due_queue queue = {0};

    for (uint32_t i = 0; i < NODES; i++)
        items[i].due = TIME_NEVER;
    for (uint32_t i = 0; i < 20000; i++) {
        struct item *item = &items[random_below(&fixture->random, NODES)];
        bool out = random_below(&fixture->random, 10) < (i < 12000 ? 2 : 8);

        item->due = out ? TIME_NEVER : (time_ms)random_below(&fixture->random, 1000);
        due_queue_set(&queue, fixture->heap, &item->node, item->due);
        if (i % 500 == 0)
            check_queue(&queue, items, (time_ms)random_below(&fixture->random, 1000));
        assert_int_equal(heap_used(fixture->heap), due_queue_memory(&queue));
    }
    for (uint32_t i = 0; i < NODES; i++)
        due_queue_set(&queue, fixture->heap, &items[i].node, TIME_NEVER);
    assert_int_equal(heap_used(fixture->heap), 0);
    free(items);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tags),
        cmocka_unit_test_setup_teardown(test_memory, setup, teardown),
        cmocka_unit_test_setup_teardown(test_growth, setup, teardown),
        cmocka_unit_test_setup_teardown(test_random_is_even, setup, teardown),
        cmocka_unit_test_setup_teardown(test_random_is_even_in_one_leaf, setup, teardown),
        cmocka_unit_test_setup_teardown(test_random_is_even_for_long_elements, setup, teardown),
        cmocka_unit_test_setup_teardown(test_scan, setup, teardown),
        cmocka_unit_test_setup_teardown(test_release_in_slices, setup, teardown),
        cmocka_unit_test_setup_teardown(test_due_queue, setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
