/* Random edits of a row; undone, it is what it was. */
#include "proto/base/random.h"
#include "storage/walker_undo.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
/* Behind the headers that it needs. */
#include <cmocka.h>

enum { ROW_MAX = 500, ROUNDS = 3000 };

static void fill(struct random *random, char *place, size_t length)
{
    for (size_t i = 0; i < length; i++)
        place[i] = (char)random_next(random);
}

static size_t edit(struct random *random, struct walker_undo *undo, struct heap *heap, char *row,
                   size_t length)
{
    size_t offset = random_below(random, length + 1);
    size_t removed = random_below(random, length - offset + 1);
    size_t gap = random_below(random, ROW_MAX - (length - removed) + 1);

    if (random_below(random, 4) != 0 && gap > 20)
        gap = 20;
    walker_undo_note(undo, heap, span_of(row, length), offset, removed, gap);
    memmove(row + offset + gap, row + offset + removed, length - offset - removed);
    fill(random, row + offset, gap);
    return length - removed + gap;
}

static void test_random_edits(void **state)
{
    struct heap *heap = heap_create();
    struct random random;

    (void)state;
    random_seed(&random, 11);
    for (unsigned round = 0; round < ROUNDS; round++) {
        struct walker_undo undo = {0};
        size_t length = random_below(&random, ROW_MAX);
        size_t before = length;
        char first[ROW_MAX];
        char row[ROW_MAX];
        char *place;
        size_t room;

        fill(&random, row, length);
        memcpy(first, row, length);
        for (uint64_t edits = random_below(&random, 20); edits > 0; edits--)
            length = edit(&random, &undo, heap, row, length);
        room = walker_undo_room(&undo, span_of(row, length));
        /* No more room than it says. */
        place = malloc(room + 1);
        place[room] = 'x';
        assert_int_equal(walker_undo_apply(&undo, span_of(row, length), place), before);
        assert_memory_equal(place, first, before);
        assert_int_equal(place[room], 'x');
        free(place);
        walker_undo_free(&undo, heap);
    }
    assert_int_equal(heap_used(heap), 0);
    heap_destroy(heap);
}

/* What is remembered is what was removed, and a little for each edit. */
static void test_cost(void **state)
{
    struct walker_undo undo = {0};
    struct heap *heap = heap_create();
    char row[100] = {0};

    (void)state;
    for (unsigned i = 0; i < 50; i++)
        walker_undo_note(&undo, heap, span_of(row, sizeof(row)), i, 10, 10);
    assert_int_equal(undo.length, 50 * walker_undo_cost(10));
    assert_true(undo.capacity < undo.length * 2);
    walker_undo_free(&undo, heap);
    heap_destroy(heap);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_random_edits),
        cmocka_unit_test(test_cost),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
