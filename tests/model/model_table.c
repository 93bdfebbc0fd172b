/*
 * One table against an array of which keys are in: random insertions and removals in phases that
 * make it grow to directories of directories and shrink to nothing, with walks that go on meanwhile
 * and must visit each key that is there all the time.
 */
#include "proto/base/random.h"
#include "storage/key_hash.h"
#include "storage/table.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
/* Behind the headers that it needs. */
#include <cmocka.h>

enum { WALKS = 4, SLOT = 77, SPACE = 3 };

struct model_key {
    struct entry *entry; /* NULL when absent */
    uint32_t present_since;
};

struct walk {
    struct table_cursor cursor;
    uint32_t started; /* the step */
    unsigned char *visited;
    bool done;
};

struct model {
    struct table_set set;
    struct table table;
    struct model_key *keys;
    uint32_t key_count;
    uint32_t present;
    uint32_t step;
    struct random random;
    struct walk walks[WALKS];
    uint32_t walks_done;
};

static struct span name_of(char text[32], uint32_t number)
{
    return span_of(text, (size_t)snprintf(text, 32, "name-%u", number));
}

static void moved(void *context, void *before, void *now)
{
    struct model *model = context;

    assert_true(table_refers_to(&model->table, before, now));
    table_segment_moved(&model->set, &model->table, now);
}

static void release(void *context, struct entry *entry)
{
    struct model *model = context;

    entry_release(model->set.heap, entry);
}

static void insert(struct model *model, uint32_t number)
{
    char text[32];
    struct span name = name_of(text, number);
    struct entry_string_form form = entry_form_of_integer(number);
    time_ms expiry = number % 3 == 0 ? 1000 + number : TIME_NEVER;
    struct entry *entry = entry_create_string(model->set.heap, name, &form, expiry);

    table_insert(&model->set, &model->table, SLOT, SPACE, key_hash(name, model->set.hash_seed),
                 entry);
    model->keys[number] = (struct model_key){entry, model->step};
    model->present++;
}

static void delete (struct model *model, uint32_t number)
{
    char text[32];
    struct span name = name_of(text, number);
    struct table_place place;

    assert_true(table_find(&model->table, key_hash(name, model->set.hash_seed), name, &place));
    assert_ptr_equal(place.entry, model->keys[number].entry);
    table_remove(&model->set, &model->table, &place);
    entry_release(model->set.heap, place.entry);
    model->keys[number].entry = NULL;
    model->present--;
}

static void check_key(struct model *model, uint32_t number)
{
    char text[32];
    struct span name = name_of(text, number);
    struct table_place place;
    bool found = table_find(&model->table, key_hash(name, model->set.hash_seed), name, &place);

    assert_int_equal(found, model->keys[number].entry != NULL);
    if (found)
        assert_ptr_equal(place.entry, model->keys[number].entry);
}

/* Each segment: sorted, counted, in reach of its homes, in the queue as it should be. */
static uint32_t check_segment(struct model *model, const struct segment *segment)
{
    uint32_t count = 0;
    uint32_t last = 0;
    bool gap = true;
    bool any_volatile = false;

    assert_int_equal(segment->slot, SLOT);
    assert_int_equal(segment->space, SPACE);
    for (uint32_t i = 0; i < segment->capacity; i++) {
        uint64_t word = segment->words[i];
        uint32_t tag = segment_word_tag(word);
        uint64_t hash;

        if (word == 0) {
            gap = true;
            continue;
        }
        hash = key_hash(entry_key(segment_word_entry(word)), model->set.hash_seed);
        assert_int_equal(tag, segment_tag(hash));
        if (segment->depth > 0)
            assert_int_equal(hash >> (64 - segment->depth), segment->prefix);
        assert_true(tag >= last);
        assert_true(segment_home(tag, segment->capacity) <= i);
        if (gap)
            assert_int_equal(segment_home(tag, segment->capacity), i);
        any_volatile |= segment_word_volatile(word);
        assert_int_equal(segment_word_volatile(word), entry_is_volatile(segment_word_entry(word)));
        if (segment_word_volatile(word))
            assert_true(segment->next_due <= entry_expiry(segment_word_entry(word)));
        last = tag;
        gap = false;
        count++;
    }
    assert_int_equal(count, segment->count);
    assert_true(due_queue_due(&model->set.due, &segment->node) == segment->next_due);
    if (any_volatile)
        assert_true(segment->next_due != TIME_NEVER);
    return count;
}

static void check_structure(struct model *model)
{
    uint32_t position = 0;
    uint32_t count = 0;

    assert_int_equal(model->table.count, model->present);
    if (model->present == 0)
        assert_int_equal(model->table.root, 0);
    while (model->table.root != 0 && position < 1u << TABLE_POSITION_BITS) {
        const struct segment *segment =
            segment_of_reference(table_reference_at(&model->table, position));
        uint32_t size = 1u << (TABLE_POSITION_BITS - segment->depth);

        assert_int_equal(position, segment->prefix * size);
        /* All of its positions lead to it. */
        assert_ptr_equal(
            segment_of_reference(table_reference_at(&model->table, position + size - 1)), segment);
        count += check_segment(model, segment);
        position += size;
    }
    assert_int_equal(count, model->present);
}

struct visit {
    struct model *model;
    struct walk *walk;
    uint64_t visits;
};

static void visit(void *context, const struct entry *entry)
{
    struct visit *visit = context;
    int64_t number;

    assert_true(entry_string_integer(entry, &number));
    assert_ptr_equal(visit->model->keys[number].entry, entry);
    visit->walk->visited[number] = 1;
    visit->visits++;
}

static void walk_start(struct model *model, struct walk *walk)
{
    walk->cursor = (struct table_cursor){0};
    walk->started = model->step;
    walk->done = false;
    memset(walk->visited, 0, model->key_count);
}

static void walk_step(struct model *model, struct walk *walk)
{
    uint64_t count = 1 + random_below(&model->random, 200);
    uint64_t remaining = count;
    struct visit context = {model, walk, 0};

    if (!table_scan(&model->table, &walk->cursor, &remaining, visit, &context)) {
        assert_true(context.visits >= count);
        return;
    }
    for (uint32_t number = 0; number < model->key_count; number++) {
        if (model->keys[number].entry != NULL && model->keys[number].present_since <= walk->started)
            assert_int_equal(walk->visited[number], 1);
    }
    model->walks_done++;
    walk_start(model, walk);
}

static void run(uint64_t seed, uint32_t key_count, uint32_t steps, uint32_t phase)
{
    struct model *model = calloc(1, sizeof(*model));

    print_message("seed %llu, %u keys\n", (unsigned long long)seed, key_count);
    model->set.heap = heap_create();
    heap_on_moved(model->set.heap, moved, model);
    model->set.hash_seed = seed * 31;
    model->key_count = key_count;
    model->keys = calloc(key_count, sizeof(*model->keys));
    random_seed(&model->random, seed);
    for (unsigned i = 0; i < WALKS; i++) {
        model->walks[i].visited = malloc(key_count);
        walk_start(model, &model->walks[i]);
    }
    for (model->step = 1; model->step <= steps; model->step++) {
        bool filling = (model->step / phase) % 2 == 0;
        uint32_t number = (uint32_t)random_below(&model->random, key_count);

        if (model->keys[number].entry == NULL) {
            if (filling || random_below(&model->random, 10) == 0)
                insert(model, number);
        } else if (!filling || random_below(&model->random, 10) == 0) {
            delete (model, number);
        }
        check_key(model, (uint32_t)random_below(&model->random, key_count));
        if (model->step % 50 == 0)
            walk_step(model, &model->walks[random_below(&model->random, WALKS)]);
        if (model->step % (steps / 20) == 0)
            check_structure(model);
    }
    assert_true(model->walks_done > 0);
    for (uint32_t number = 0; number < key_count && seed % 2 == 0; number++) {
        if (model->keys[number].entry != NULL)
            delete (model, number);
    }
    if (seed % 2 == 0)
        check_structure(model);
    for (uint32_t position = 0, budget = 100;
         !table_dismantle(&model->set, &model->table, &position, &budget, release, model);)
        budget = 100;
    assert_int_equal(model->set.bytes, 0);
    assert_int_equal(heap_used(model->set.heap), 0);
    heap_destroy(model->set.heap);
    for (unsigned i = 0; i < WALKS; i++)
        free(model->walks[i].visited);
    free(model->keys);
    free(model);
}

static void test_small_table(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 20; seed++)
        run(seed, 40, 4000, 300);
}

static void test_growing_and_shrinking(void **state)
{
    (void)state;
    run(1, 3000, 150000, 8000);
    run(2, 20000, 200000, 45000);
}

/* Enough keys for a directory below a directory. */
static void test_nested_directories(void **state)
{
    (void)state;
    run(4, 500000, 2400000, 1200000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_small_table),
        cmocka_unit_test(test_growing_and_shrinking),
        cmocka_unit_test(test_nested_directories),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
