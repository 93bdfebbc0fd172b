/*
 * The heap against an array of what was handed out: fill patterns, sizes and counts must agree.
 */
#include "proto/base/random.h"
#include "storage/heap.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
/* Behind the headers that it needs. */
#include <cmocka.h>

enum { BLOCKS = 4000, ROUNDS = 200000 };

struct block {
    unsigned char *bytes;
    size_t size;
    unsigned char pattern;
};

static struct block blocks[BLOCKS];

static size_t random_size(struct random *random)
{
    switch (random_below(random, 10)) {
    case 0:
        return 1 + random_below(random, HEAP_CELL_MAX);
    case 1:
        return 505 + random_below(random, 16);
    case 2:
        return HEAP_CELL_MAX - 4 + random_below(random, 8);
    case 3:
        return 1 + random_below(random, 40000);
    case 4:
        return HEAP_CELL_MAX + random_below(random, HEAP_BIG_CELL_MAX - HEAP_CELL_MAX);
    case 5:
        return HEAP_BIG_CELL_MAX - 4 + random_below(random, 8);
    default:
        return 1 + random_below(random, 200);
    }
}

static void fill(struct heap *heap, struct block *block, struct random *random)
{
    block->size = random_size(random);
    block->pattern = (unsigned char)random_next(random);
    if (random_below(random, 4) == 0) {
        block->bytes = heap_allocate_zeroed(heap, block->size);
        for (size_t i = 0; i < block->size; i++)
            assert_int_equal(block->bytes[i], 0);
    } else {
        block->bytes = heap_allocate(heap, block->size);
    }
    assert_int_equal((uintptr_t)block->bytes % 8, 0);
    /* All of the block may be used. */
    memset(block->bytes, block->pattern, heap_block_size(block->size));
}

static void check_and_release(struct heap *heap, struct block *block)
{
    for (size_t i = 0; i < heap_block_size(block->size); i++)
        assert_int_equal(block->bytes[i], block->pattern);
    heap_release(heap, block->bytes, block->size);
    block->bytes = NULL;
}

/* Moves what should be moved, in pages that are chosen, while blocks come and go. */
static void compact_some(struct heap *heap, struct random *random, bool *under_way)
{
    if (!*under_way) {
        heap_compact_begin(heap);
        *under_way = true;
        return;
    }
    if (heap_compact_choose(heap, 1 + (uint32_t)random_below(random, 4)))
        return;
    for (unsigned i = 0; i < BLOCKS; i++) {
        struct block *block = &blocks[i];
        void *moved;

        if (block->bytes == NULL || !heap_block_should_move(block->bytes, block->size))
            continue;
        moved = heap_allocate(heap, block->size);
        memcpy(moved, block->bytes, heap_block_size(block->size));
        heap_release(heap, block->bytes, block->size);
        block->bytes = moved;
    }
    assert_int_equal(heap_compact_chosen(heap), 0);
    heap_compact_end(heap);
    *under_way = false;
}

static void run(uint64_t seed)
{
    bool compacting = false;
    struct heap *heap = heap_create();
    struct random random;
    size_t used = 0;

    print_message("seed %llu\n", (unsigned long long)seed);
    random_seed(&random, seed);
    memset(blocks, 0, sizeof(blocks));
    for (unsigned round = 0; round < ROUNDS; round++) {
        /* Phases of filling and of emptying, so that pages come and go. */
        bool filling = (round / 20000) % 2 == 0;
        struct block *block = &blocks[random_below(&random, BLOCKS)];

        if (block->bytes == NULL && (filling || random_below(&random, 8) == 0)) {
            fill(heap, block, &random);
            used += heap_block_size(block->size);
        } else if (block->bytes != NULL && (!filling || random_below(&random, 8) == 0)) {
            used -= heap_block_size(block->size);
            check_and_release(heap, block);
        }
        if (random_below(&random, 500) == 0)
            compact_some(heap, &random, &compacting);
        assert_int_equal(heap_used(heap), used);
        assert_true(heap_held(heap) >= used);
    }
    for (unsigned i = 0; i < BLOCKS; i++) {
        if (blocks[i].bytes != NULL)
            check_and_release(heap, &blocks[i]);
    }
    assert_int_equal(heap_used(heap), 0);
    heap_destroy(heap);
}

static void test_random_blocks(void **state)
{
    (void)state;
    run(1);
    run(20260101);
}

static void test_block_sizes(void **state)
{
    (void)state;
    assert_int_equal(heap_block_size(1), 8);
    assert_int_equal(heap_block_size(56), 56);
    assert_int_equal(heap_block_size(57), 64);
    assert_int_equal(heap_block_size(512), 512);
    assert_int_equal(heap_block_size(513), 576);
    assert_int_equal(heap_block_size(1024), 1024);
    assert_int_equal(heap_block_size(1025), 1152);
    assert_int_equal(heap_block_size(HEAP_CELL_MAX), HEAP_CELL_MAX);
    assert_int_equal(heap_block_size(HEAP_CELL_MAX + 1), 2624);
    assert_int_equal(heap_block_size(4096), 4096);
    assert_int_equal(heap_block_size(8192), 8192);
    assert_int_equal(heap_block_size(HEAP_BIG_CELL_MAX), HEAP_BIG_CELL_MAX);
    for (size_t size = 1; size < 100000; size++) {
        assert_true(heap_block_size(size) >= size);
        assert_int_equal(heap_block_size(heap_block_size(size)), heap_block_size(size));
        /* A seventh at most is lost in a cell. */
        if (size > HEAP_CELL_MAX && size <= HEAP_BIG_CELL_MAX)
            assert_true(heap_block_size(size) - size <= size / 7);
    }
}

/* Four of five cells go at random: what is left fits into little more than it needs. */
static void run_compaction(const size_t sizes[5], unsigned count)
{
    enum { KEPT_PART = 5 };
    struct heap *heap = heap_create();
    void **cells = calloc(count, sizeof(*cells));
    struct random random;

    random_seed(&random, 77);
    for (unsigned i = 0; i < count; i++)
        cells[i] = heap_allocate(heap, sizes[i % 5]);
    for (unsigned i = 0; i < count; i++) {
        if (random_below(&random, KEPT_PART) == 0)
            continue;
        heap_release(heap, cells[i], sizes[i % 5]);
        cells[i] = NULL;
    }
    assert_true(heap_held(heap) > heap_used(heap) * 3);
    heap_compact_begin(heap);
    while (heap_compact_choose(heap, 2))
        continue;
    assert_true(heap_compact_chosen(heap) > 0);
    for (unsigned i = 0; i < count; i++) {
        void *moved;

        if (cells[i] == NULL || !heap_block_should_move(cells[i], sizes[i % 5]))
            continue;
        moved = heap_allocate(heap, sizes[i % 5]);
        heap_release(heap, cells[i], sizes[i % 5]);
        cells[i] = moved;
    }
    assert_int_equal(heap_compact_chosen(heap), 0);
    heap_compact_end(heap);
    while (heap_purge(heap, 100))
        continue;
    /* The ends of pages, what is kept at hand, and what is left free on purpose. */
    assert_true(heap_held(heap) < heap_used(heap) + heap_used(heap) / 8);
    for (unsigned i = 0; i < count; i++)
        if (cells[i] != NULL)
            heap_release(heap, cells[i], sizes[i % 5]);
    free(cells);
    heap_destroy(heap);
}

static void test_compaction(void **state)
{
    static const size_t sizes[] = {24, 100, 520, 1100, 2500};

    (void)state;
    run_compaction(sizes, 300000);
}

static void test_compaction_of_big_cells(void **state)
{
    static const size_t sizes[] = {2600, 4096, 7000, 12000, 16384};

    (void)state;
    run_compaction(sizes, 40000);
}

/* What was used and is free again does not stay with the heap. */
static void test_memory_is_given_back(void **state)
{
    enum { COUNT = 200000, SIZE = 64 };
    struct heap *heap = heap_create();
    void **cells = malloc(COUNT * sizeof(*cells));
    size_t most;

    (void)state;
    for (unsigned i = 0; i < COUNT; i++)
        cells[i] = heap_allocate(heap, SIZE);
    most = heap_held(heap);
    assert_true(most >= (size_t)COUNT * SIZE);
    assert_true(most < (size_t)COUNT * SIZE * 102 / 100 + (64 << 10));
    for (unsigned i = 0; i < COUNT; i++)
        heap_release(heap, cells[i], SIZE);
    heap_purge(heap, UINT32_MAX);
    assert_true(heap_held(heap) <= (4 << 20));
    free(cells);
    heap_destroy(heap);
}

/* Each movable block starts with the index of its owner. */
struct movables {
    unsigned char *blocks[BLOCKS];
    size_t sizes[BLOCKS];
};

static void moved(void *context, void *before, void *now)
{
    struct movables *movables = context;
    uint32_t owner;

    memcpy(&owner, now, sizeof(owner));
    assert_ptr_equal(movables->blocks[owner], before);
    movables->blocks[owner] = now;
}

static void check_movable(const struct movables *movables, uint32_t owner)
{
    for (size_t i = sizeof(owner); i < movables->sizes[owner]; i++)
        assert_int_equal(movables->blocks[owner][i], (unsigned char)(owner * 7));
}

/* Movable blocks stay whole, and their pages have no holes: at most one page per class is not full.
 */
static void test_movable_blocks(void **state)
{
    enum { CLASSES = 4 };
    struct movables *movables = calloc(1, sizeof(*movables));
    struct heap *heap = heap_create();
    struct random random;

    (void)state;
    random_seed(&random, 5);
    heap_on_moved(heap, moved, movables);
    for (unsigned round = 0; round < ROUNDS; round++) {
        uint32_t owner = (uint32_t)random_below(&random, BLOCKS);
        bool filling = (round / 20000) % 2 == 0;

        if (movables->blocks[owner] == NULL && filling) {
            size_t size = 300 + random_below(&random, CLASSES) * 700;

            movables->sizes[owner] = size;
            movables->blocks[owner] = heap_allocate_movable(heap, size);
            memset(movables->blocks[owner], (int)(owner * 7), size);
            memcpy(movables->blocks[owner], &owner, sizeof(owner));
        } else if (movables->blocks[owner] != NULL && !filling) {
            check_movable(movables, owner);
            heap_release_movable(heap, movables->blocks[owner], movables->sizes[owner]);
            movables->blocks[owner] = NULL;
        }
        if (round % 1000 != 0)
            continue;
        while (heap_purge(heap, 3))
            ;
        assert_true(heap_held(heap) <=
                    heap_used(heap) + heap_used(heap) / 12 + ((CLASSES + 40) * (32u << 10)));
    }
    for (uint32_t owner = 0; owner < BLOCKS; owner++) {
        if (movables->blocks[owner] == NULL)
            continue;
        check_movable(movables, owner);
        heap_release_movable(heap, movables->blocks[owner], movables->sizes[owner]);
    }
    heap_destroy(heap);
    free(movables);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_block_sizes),    cmocka_unit_test(test_random_blocks),
        cmocka_unit_test(test_compaction),     cmocka_unit_test(test_memory_is_given_back),
        cmocka_unit_test(test_movable_blocks), cmocka_unit_test(test_compaction_of_big_cells),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
