/*
 * The tree of a stream's nodes and pending entries against a sorted array of ids.
 */
#include "proto/base/random.h"
#include "storage/types/stream_tree.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
/* Behind the headers that it needs. */
#include <cmocka.h>

enum { IDS_MAX = 20000, ROUNDS = 60000, CHECK_EVERY = 1000 };

struct element {
    struct stream_id id;
    uint64_t payload[3];
};

static struct stream_id ids[IDS_MAX];
static uint32_t count;

static uint64_t payload_of(struct stream_id id)
{
    return id.milliseconds * 31 + id.sequence * 7 + 1;
}

static uint32_t reference_seek(struct stream_id id)
{
    uint32_t index = 0;

    while (index < count && stream_id_less(ids[index], id))
        index++;
    return index;
}

static struct stream_id random_id(struct random *random)
{
    /* Few milliseconds, so that both parts decide; now and then the ends. */
    switch (random_below(random, 200)) {
    case 0:
        return STREAM_ID_MIN;
    case 1:
        return STREAM_ID_MAX;
    default:
        return (struct stream_id){random_below(random, 60), random_below(random, 300)};
    }
}

static void insert(struct stream_tree *tree, struct heap *heap, struct stream_id id)
{
    uint32_t index = reference_seek(id);
    char *element;
    uint64_t payload = payload_of(id);

    if ((index < count && stream_id_equal(ids[index], id)) || count == IDS_MAX)
        return;
    memmove(&ids[index + 1], &ids[index], (count - index) * sizeof(ids[0]));
    ids[index] = id;
    count++;
    element = stream_tree_insert(tree, heap, id);
    if (tree->element_size > sizeof(id))
        memcpy(element + sizeof(id), &payload, sizeof(payload));
}

static void delete (struct stream_tree *tree, struct heap *heap, struct stream_id id)
{
    uint32_t index = reference_seek(id);
    bool there = index < count && stream_id_equal(ids[index], id);

    assert_int_equal(stream_tree_remove(tree, heap, id), there);
    if (!there)
        return;
    count--;
    memmove(&ids[index], &ids[index + 1], (count - index) * sizeof(ids[0]));
}

static void expect_place(const struct stream_tree *tree, struct stream_tree_place place, bool there,
                         struct stream_id id)
{
    const struct element *element;

    assert_int_equal(stream_tree_is_end(place), !there);
    if (!there)
        return;
    element = stream_tree_at(tree, place);
    assert_true(stream_id_equal(element->id, id));
    if (tree->element_size > sizeof(id))
        assert_int_equal(element->payload[0], payload_of(id));
}

static void look_up(const struct stream_tree *tree, struct stream_id id)
{
    uint32_t index = reference_seek(id);
    bool exact = index < count && stream_id_equal(ids[index], id);
    uint32_t back = exact ? index + 1 : index;

    assert_int_equal(stream_tree_find(tree, id) != NULL, exact);
    expect_place(tree, stream_tree_seek(tree, id), index < count, ids[index % IDS_MAX]);
    expect_place(tree, stream_tree_seek_back(tree, id), back > 0, ids[back == 0 ? 0 : back - 1]);
}

static void walk(const struct stream_tree *tree)
{
    struct stream_tree_place place = stream_tree_first(tree);

    assert_true(stream_tree_check(tree));
    assert_int_equal(tree->count, count);
    for (uint32_t i = 0; i < count; i++, place = stream_tree_next(place))
        expect_place(tree, place, true, ids[i]);
    assert_true(stream_tree_is_end(place));
    place = stream_tree_last(tree);
    for (uint32_t i = count; i-- > 0; place = stream_tree_previous(place))
        expect_place(tree, place, true, ids[i]);
    assert_true(stream_tree_is_end(place));
}

static void run(uint64_t seed, uint16_t element_size)
{
    struct heap *heap = heap_create();
    struct stream_tree tree;
    struct random random;
    uint32_t budget;
    struct stream_id last = STREAM_ID_MIN;

    print_message("TESSERA_SEED=%llu\n", (unsigned long long)seed);
    random_seed(&random, seed);
    stream_tree_init(&tree, element_size);
    count = 0;
    for (uint32_t round = 0; round < ROUNDS; round++) {
        /* Filling, emptying, appending with removal from the front. */
        uint32_t phase = (round / 7500) % 4;
        struct stream_id id = random_id(&random);

        if (phase == 2) {
            last = count == 0 ? STREAM_ID_MIN : ids[count - 1];
            if (stream_id_increment(&last))
                insert(&tree, heap, last);
            if (count > 500 && random_below(&random, 3) > 0)
                delete (&tree, heap, ids[0]);
        } else if (random_below(&random, 10) < (phase == 1 ? 1 : 8)) {
            insert(&tree, heap, id);
        } else if (count > 0) {
            delete (&tree, heap, ids[random_below(&random, count)]);
        }
        look_up(&tree, id);
        if (phase == 1 && random_below(&random, 10) == 0)
            delete (&tree, heap, id);
        if (round % CHECK_EVERY == 0)
            walk(&tree);
    }
    walk(&tree);
    budget = 10;
    while (!stream_tree_release(&tree, heap, &budget)) {
        assert_int_equal(budget, 0);
        budget = 10;
    }
    assert_int_equal(tree.memory, 0);
    assert_int_equal(heap_used(heap), 0);
    heap_destroy(heap);
}

static uint64_t seed_of_run(void)
{
    const char *text = getenv("TESSERA_SEED");

    return text == NULL ? 20231114 : strtoull(text, NULL, 10);
}

static void test_wide(void **state)
{
    (void)state;
    run(seed_of_run(), 40);
}

static void test_narrow(void **state)
{
    (void)state;
    run(seed_of_run() + 1, sizeof(struct stream_id));
}

/* Appending a million leaves full leaves behind and no more. */
static void test_appending_is_compact(void **state)
{
    struct heap *heap = heap_create();
    struct stream_tree tree;
    uint32_t budget = UINT32_MAX;
    uint64_t most = 1000000;

    (void)state;
    stream_tree_init(&tree, sizeof(struct stream_id));
    for (uint64_t i = 1; i <= most; i++)
        stream_tree_insert(&tree, heap, (struct stream_id){i, 0});
    assert_true(tree.memory < most * 18);
    assert_true(stream_tree_check(&tree));
    assert_true(stream_tree_release(&tree, heap, &budget));
    heap_destroy(heap);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_wide),
        cmocka_unit_test(test_narrow),
        cmocka_unit_test(test_appending_is_compact),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
