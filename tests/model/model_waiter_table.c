/*
 * The table of waiters against arrays: random joins, leaves, marks and deadlines of many waiters on
 * few keys and on many. Queues must keep the order of arrival, marks their order, and counts must
 * agree.
 */
#include "proto/base/memory.h"
#include "proto/base/random.h"
#include "server/dispatch/waiter_table.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
/* Behind the headers that it needs. */
#include <cmocka.h>

enum { WAITERS = 400, PLACES = 4, KEYS_MAX = 3000, DATABASES = 3, ROUNDS = 60000 };

/* The table only compares their addresses. */
struct waiter {
    struct waiter_place places[PLACES];
    uint32_t keys[PLACES]; /* database * keys + key */
    uint64_t arrivals[PLACES];
    uint32_t place_count;
    struct due_node deadline;
    time_ms due;
};

struct model {
    struct waiter_table table;
    struct random random;
    struct waiter waiters[WAITERS];
    struct key keys[KEYS_MAX];
    char names[KEYS_MAX][16];
    uint32_t key_count;
    uint64_t arrivals;
    uint32_t marked[DATABASES * KEYS_MAX]; /* in order */
    uint32_t marked_count;
};

static void make_keys(struct model *model, uint32_t count)
{
    model->key_count = count;
    for (uint32_t i = 0; i < count; i++) {
        int length = snprintf(model->names[i], sizeof(model->names[i]), "key%u", i);

        /* Some hashes are the same for different names. */
        model->keys[i] = (struct key){.name = span_of(model->names[i], (size_t)length),
                                      .hash = (i / 2) * 0x9e3779b97f4a7c15ull};
    }
}

static uint32_t waiting_for(const struct model *model, uint32_t which)
{
    uint32_t count = 0;

    for (uint32_t i = 0; i < WAITERS; i++)
        for (uint32_t k = 0; k < model->waiters[i].place_count; k++)
            count += model->waiters[i].keys[k] == which;
    return count;
}

static void forget_mark(struct model *model, uint32_t which)
{
    for (uint32_t i = 0; i < model->marked_count; i++) {
        if (model->marked[i] != which)
            continue;
        memmove(&model->marked[i], &model->marked[i + 1],
                (model->marked_count - i - 1) * sizeof(model->marked[0]));
        model->marked_count--;
        return;
    }
}

static void arrive(struct model *model, struct waiter *waiter)
{
    uint32_t names = 1 + (uint32_t)random_below(&model->random, PLACES);
    uint32_t database = (uint32_t)random_below(&model->random, DATABASES);

    for (uint32_t i = 0; i < names; i++) {
        uint32_t key = (uint32_t)random_below(&model->random, model->key_count);
        uint32_t which = database * KEYS_MAX + key;
        struct waiter_place *place = &waiter->places[waiter->place_count];
        bool again = false;

        for (uint32_t k = 0; k < waiter->place_count; k++)
            again |= waiter->keys[k] == which;
        *place = (struct waiter_place){.waiter = waiter,
                                       .type = (enum value_type)(which % VALUE_TYPES),
                                       .until_gone = random_below(&model->random, 4) == 0};
        assert_int_equal(waiter_table_join(&model->table, place, database, &model->keys[key]),
                         !again);
        if (again)
            continue;
        waiter->keys[waiter->place_count] = which;
        waiter->arrivals[waiter->place_count] = ++model->arrivals;
        waiter->place_count++;
    }
    waiter->due = random_below(&model->random, 3) == 0
                      ? TIME_NEVER
                      : (time_ms)random_below(&model->random, 100000);
    waiter_table_set_deadline(&model->table, &waiter->deadline, waiter->due);
}

static void leave(struct model *model, struct waiter *waiter)
{
    uint32_t count = waiter->place_count;

    for (uint32_t i = 0; i < count; i++)
        waiter_table_leave(&model->table, &waiter->places[i]);
    waiter->place_count = 0;
    for (uint32_t i = 0; i < count; i++)
        if (waiting_for(model, waiter->keys[i]) == 0)
            forget_mark(model, waiter->keys[i]);
    waiter_table_set_deadline(&model->table, &waiter->deadline, TIME_NEVER);
    waiter->due = TIME_NEVER;
}

static void mark(struct model *model)
{
    uint32_t database = (uint32_t)random_below(&model->random, DATABASES);
    uint32_t key = (uint32_t)random_below(&model->random, model->key_count);
    uint32_t which = database * KEYS_MAX + key;
    struct waiter_queue *queue = waiter_table_find(&model->table, database, &model->keys[key]);

    assert_int_equal(queue != NULL, waiting_for(model, which) > 0);
    if (queue == NULL)
        return;
    waiter_table_mark(&model->table, queue);
    for (uint32_t i = 0; i < model->marked_count; i++)
        if (model->marked[i] == which)
            return;
    model->marked[model->marked_count++] = which;
}

/* The queue holds those who wait for its key, oldest first. */
static void check_queue(const struct model *model, const struct waiter_queue *queue, uint32_t which)
{
    uint32_t waiting[VALUE_TYPES] = {0};
    uint32_t until_gone = 0;
    uint32_t count = 0;
    uint64_t before = 0;

    for (const struct waiter_place *place = waiter_table_first(queue); place != NULL;
         place = waiter_table_next(place)) {
        uint32_t index = (uint32_t)(place - place->waiter->places);

        assert_int_equal(place->waiter->keys[index], which);
        assert_true(place->waiter->arrivals[index] > before);
        before = place->waiter->arrivals[index];
        waiting[place->type]++;
        until_gone += place->until_gone;
        count++;
    }
    assert_int_equal(count, waiting_for(model, which));
    assert_memory_equal(waiting, queue->waiting, sizeof(waiting));
    assert_int_equal(until_gone, queue->until_gone);
}

static void take(struct model *model)
{
    struct waiter_queue *queue = waiter_table_take_marked(&model->table);

    assert_int_equal(queue != NULL, model->marked_count > 0);
    if (queue == NULL)
        return;
    assert_int_equal(queue->database, model->marked[0] / KEYS_MAX);
    assert_true(span_equal(queue->key.name, model->keys[model->marked[0] % KEYS_MAX].name));
    check_queue(model, queue, model->marked[0]);
    forget_mark(model, model->marked[0]);
    waiter_table_let_go(&model->table, queue);
}

static void check_first_due(const struct model *model)
{
    time_ms first = TIME_NEVER;

    for (uint32_t i = 0; i < WAITERS; i++)
        if (model->waiters[i].place_count > 0 && model->waiters[i].due < first)
            first = model->waiters[i].due;
    assert_int_equal(due_queue_first_due(&model->table.deadlines), first);
}

static void step(struct model *model)
{
    struct waiter *waiter = &model->waiters[random_below(&model->random, WAITERS)];

    switch (random_below(&model->random, 4)) {
    case 0:
    case 1:
        if (waiter->place_count > 0)
            leave(model, waiter);
        else
            arrive(model, waiter);
        break;
    case 2:
        mark(model);
        break;
    default:
        take(model);
    }
}

static void count_queue(void *context, struct waiter_queue *queue)
{
    assert_false(list_empty(&queue->places));
    ++*(uint32_t *)context;
}

static void run(uint64_t seed, uint32_t keys)
{
    struct model *model = memory_new_zeroed(1, sizeof(*model));
    uint32_t queues = 0;

    print_message("seed %llu, %u keys\n", (unsigned long long)seed, keys);
    random_seed(&model->random, seed);
    make_keys(model, keys);
    waiter_table_init(&model->table);
    for (uint32_t i = 0; i < WAITERS; i++)
        model->waiters[i].due = TIME_NEVER;
    for (uint32_t round = 0; round < ROUNDS; round++) {
        step(model);
        if (round % 64 == 0)
            check_first_due(model);
    }
    waiter_table_visit(&model->table, count_queue, &queues);
    assert_int_equal(queues, model->table.queue_count);
    for (uint32_t i = 0; i < WAITERS; i++)
        leave(model, &model->waiters[i]);
    assert_int_equal(model->table.queue_count, 0);
    assert_false(waiter_table_is_marked(&model->table));
    waiter_table_free(&model->table);
    memory_free(model);
}

static void test_few_keys(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 3; seed++)
        run(seed, 6);
}

static void test_many_keys(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 3; seed++)
        run(seed, KEYS_MAX);
}

/* A queue that is held outlives its last place, and takes new ones. */
static void test_held_queue(void **state)
{
    struct waiter_table table;
    struct key key = {.name = SPAN("k"), .hash = 7};
    struct waiter waiter = {0};
    struct waiter_queue *queue;

    (void)state;
    waiter_table_init(&table);
    waiter.places[0] = (struct waiter_place){.waiter = &waiter, .type = VALUE_LIST};
    assert_true(waiter_table_join(&table, &waiter.places[0], 0, &key));
    queue = waiter_table_find(&table, 0, &key);
    assert_null(waiter_table_find(&table, 1, &key));
    waiter_table_hold(queue);
    waiter_table_leave(&table, &waiter.places[0]);
    assert_ptr_equal(waiter_table_find(&table, 0, &key), queue);
    assert_true(waiter_table_join(&table, &waiter.places[0], 0, &key));
    waiter_table_leave(&table, &waiter.places[0]);
    waiter_table_mark_database(&table, 0);
    waiter_table_let_go(&table, queue);
    assert_false(waiter_table_is_marked(&table));
    assert_null(waiter_table_find(&table, 0, &key));
    waiter_table_free(&table);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_few_keys),
        cmocka_unit_test(test_many_keys),
        cmocka_unit_test(test_held_queue),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
