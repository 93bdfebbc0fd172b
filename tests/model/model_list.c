/*
 * Lists against an array of texts: random changes at both ends and in the middle, in the entry and
 * as an object, with small and large nodes.
 */
#include "proto/base/memory.h"
#include "proto/base/random.h"
#include "storage/types/list_object.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
/* Behind the headers that it needs. */
#include <cmocka.h>

enum { LENGTH_MAX = 4000, PUSHED_MAX = 60, CHANGING = -100 };

struct model {
    struct keyspace *keyspace;
    struct key key;
    struct random random;
    struct list_limits limits;
    struct span texts[LENGTH_MAX + PUSHED_MAX];
    uint64_t count;
    struct span room[PUSHED_MAX]; /* texts that are not in the list */
    uint32_t large;               /* one in so many texts is larger than a node */
    bool changing;                /* the limits do not stay the same */
};

static struct collection open_list(struct model *model)
{
    return collection_open(model->keyspace, 0, &model->key, VALUE_LIST);
}

/* Few different texts, so that searches find something. */
static struct span random_text(struct model *model)
{
    struct random *random = &model->random;
    char text[32];
    size_t length = 0;
    char *bytes;

    switch (random_below(random, 12)) {
    case 0:
        length = random_below(random, 300);
        break;
    case 1:
        length = random_below(random, model->large) == 0 ? 70000 : 1100;
        break;
    default:
        snprintf(text, sizeof(text), random_below(random, 3) == 0 ? "item:%d" : "%d",
                 (int)random_below(random, 40) - 10);
        return span_of(memory_copy(text, strlen(text)), strlen(text));
    }
    bytes = memory_new(length + 1);
    memset(bytes, (int)('a' + random_below(random, 3)), length);
    return span_of(bytes, length);
}

/* ---- The reference ---- */

static void model_insert(struct model *model, uint64_t index, struct span text)
{
    memmove(&model->texts[index + 1], &model->texts[index],
            (model->count - index) * sizeof(model->texts[0]));
    model->texts[index] = text;
    model->count++;
}

static void model_take(struct model *model, uint64_t index)
{
    memory_free((char *)model->texts[index].data);
    model->count--;
    memmove(&model->texts[index], &model->texts[index + 1],
            (model->count - index) * sizeof(model->texts[0]));
}

/* ---- Checks ---- */

/* `limits` is NULL when they have not always been the same. */
static void check_object(const struct list_object *list, const struct list_limits *limits)
{
    uint64_t count = 0;
    uint64_t bytes = 0;
    uint64_t memory = 0;
    const struct list_group *previous = NULL;

    for (const struct list_group *group = list->first; group != NULL; group = group->next) {
        uint64_t in_group = 0;

        assert_ptr_equal(group->previous, previous);
        assert_true(group->used > 0 && group->used <= group->capacity);
        memory += heap_block_size(sizeof(*group) + group->capacity * sizeof(group->nodes[0]));
        for (uint32_t i = 0; i < group->used; i++) {
            const struct list_node *node = &group->nodes[i];
            uint32_t found;

            assert_true(node->start + (size_t)node->length <= node->capacity);
            assert_true(listpack_body_validate(list_node_body(node), &found));
            assert_int_equal(found, node->count);
            assert_true(node->count > 0);
            assert_true(
                limits == NULL || node->count == 1 ||
                (node->count <= limits->count && node->length + LISTPACK_FRAME <= limits->bytes));
            in_group += node->count;
            bytes += node->length;
            memory += node->capacity;
        }
        assert_int_equal(group->count, in_group);
        count += in_group;
        previous = group;
    }
    assert_ptr_equal(list->last, previous);
    assert_int_equal(list->count, count);
    assert_int_equal(list->bytes, bytes);
    assert_int_equal(list->memory, memory);
}

static void check(struct model *model)
{
    struct collection collection = open_list(model);
    const struct entry *entry = collection.entry;
    struct list_place place;
    uint64_t index = 0;

    assert_int_equal(entry == NULL, model->count == 0);
    assert_int_equal(list_type_length(entry), model->count);
    for (bool there = list_type_seek(entry, 0, &place); there; there = list_type_next(&place)) {
        char scratch[LISTPACK_SCRATCH];

        assert_true(span_equal(listpack_text(place.element, scratch), model->texts[index++]));
    }
    assert_int_equal(index, model->count);
    for (bool there = list_type_seek(entry, -1, &place); there;
         there = list_type_previous(&place)) {
        char scratch[LISTPACK_SCRATCH];

        assert_true(span_equal(listpack_text(place.element, scratch), model->texts[--index]));
    }
    assert_int_equal(index, 0);
    if (entry != NULL && entry_encoding(entry) == ENCODING_OBJECT)
        check_object(entry_object(entry), model->changing ? NULL : &model->limits);
}

/* Some elements by their index, as a reply and in the order of both directions. */
static void check_places(struct model *model)
{
    struct collection collection = open_list(model);
    struct list_place place;
    char scratch[LISTPACK_SCRATCH];
    struct reply reply;
    struct reply expected;

    for (unsigned i = 0; i < 4; i++) {
        int64_t index = (int64_t)random_below(&model->random, model->count);

        assert_true(list_type_seek(collection.entry, index, &place));
        assert_true(span_equal(listpack_text(place.element, scratch), model->texts[index]));
        assert_true(list_type_seek(collection.entry, index - (int64_t)model->count, &place));
        assert_true(span_equal(listpack_text(place.element, scratch), model->texts[index]));
    }
    assert_false(list_type_seek(collection.entry, (int64_t)model->count, &place));
    assert_false(list_type_seek(collection.entry, -(int64_t)model->count - 1, &place));
    assert_false(list_type_seek(collection.entry, INT64_MIN, &place));
    assert_false(list_type_seek(collection.entry, INT64_MAX, &place));
    for (int back = 0; back < 2; back++) {
        uint64_t first = random_below(&model->random, model->count);
        uint64_t count =
            random_below(&model->random, (back ? first + 1 : model->count - first) + 1);

        reply_init(&reply, 2);
        reply_init(&expected, 2);
        list_type_reply(collection.entry, first, count, back, &reply);
        for (uint64_t i = 0; i < count; i++)
            reply_bulk(&expected, model->texts[back ? first - i : first + i]);
        assert_true(span_equal(span_of(reply.bytes, reply.length),
                               span_of(expected.bytes, expected.length)));
        reply_free(&reply);
        reply_free(&expected);
    }
}

/* ---- Changes ---- */

static void push(struct model *model)
{
    struct collection collection = open_list(model);
    enum list_end end = random_below(&model->random, 2) == 0 ? LIST_HEAD : LIST_TAIL;
    uint32_t count = 1 + (uint32_t)random_below(
                             &model->random, random_below(&model->random, 8) == 0 ? PUSHED_MAX : 4);

    for (uint32_t i = 0; i < count; i++)
        model->room[i] = random_text(model);
    list_type_push(&collection, &model->limits, end, model->room, count);
    for (uint32_t i = 0; i < count; i++)
        model_insert(model, end == LIST_HEAD ? 0 : model->count, model->room[i]);
}

static void drop(struct model *model, bool many)
{
    struct collection collection = open_list(model);
    enum list_end end = random_below(&model->random, 2) == 0 ? LIST_HEAD : LIST_TAIL;
    uint64_t count = 1 + random_below(&model->random, many ? model->count : 3);

    if (count > model->count)
        count = model->count;
    list_type_drop(&collection, &model->limits, end, count);
    for (uint64_t i = 0; i < count; i++)
        model_take(model, end == LIST_HEAD ? 0 : model->count - 1);
}

static void insert(struct model *model)
{
    struct collection collection = open_list(model);
    struct span text = random_text(model);
    struct span pivot = model->texts[random_below(&model->random, model->count)];
    bool behind = random_below(&model->random, 2) == 0;
    uint64_t index = 0;

    while (!span_equal(model->texts[index], pivot))
        index++;
    assert_true(list_type_insert(&collection, &model->limits, pivot, behind, text));
    model_insert(model, index + behind, text);
    collection = open_list(model);
    assert_false(list_type_insert(&collection, &model->limits, SPAN("not there"), behind, text));
}

static void set(struct model *model)
{
    struct collection collection = open_list(model);
    struct span text = random_text(model);
    uint64_t index = random_below(&model->random, model->count);

    assert_true(list_type_set(&collection, &model->limits,
                              random_below(&model->random, 2) == 0
                                  ? (int64_t)index
                                  : (int64_t)index - (int64_t)model->count,
                              text));
    memory_free((char *)model->texts[index].data);
    model->texts[index] = text;
}

static void remove_equal(struct model *model)
{
    struct collection collection = open_list(model);
    struct span found = model->texts[random_below(&model->random, model->count)];
    struct span text = span_of(memory_copy(found.data, found.length), found.length);
    int64_t count = (int64_t)random_below(&model->random, 9) - 4;
    uint64_t most = count == 0 ? UINT64_MAX : (uint64_t)(count < 0 ? -count : count);
    uint64_t removed = 0;

    for (uint64_t i = 0, left = model->count; left > 0 && removed < most; left--) {
        uint64_t index = count < 0 ? left - 1 : i;

        if (span_equal(model->texts[index], text)) {
            model_take(model, index);
            removed++;
        } else {
            i++;
        }
    }
    assert_int_equal(list_type_remove(&collection, &model->limits, text, count), removed);
    memory_free((char *)text.data);
}

static void trim(struct model *model)
{
    struct collection collection = open_list(model);
    uint64_t cut = 1 + model->count / 4;
    uint64_t first = random_below(&model->random, cut);
    uint64_t last = random_below(&model->random, cut);

    if (first + last > model->count)
        last = 0;
    list_type_trim(&collection, &model->limits, first, model->count - first - last);
    for (; first > 0; first--)
        model_take(model, 0);
    for (; last > 0; last--)
        model_take(model, model->count - 1);
}

/* A copy under another name, which is then changed: the first one stays what it was. */
static void copy(struct model *model)
{
    struct key other = keyspace_key(model->keyspace, SPAN("other"));
    struct collection collection;

    keyspace_copy(model->keyspace, 0, &model->key, model->keyspace, 0, &other);
    collection = collection_open(model->keyspace, 0, &other, VALUE_LIST);
    assert_int_equal(list_type_length(collection.entry), model->count);
    if (entry_encoding(collection.entry) == ENCODING_OBJECT)
        check_object(entry_object(collection.entry), model->changing ? NULL : &model->limits);
    list_type_drop(&collection, &model->limits, LIST_TAIL, (model->count + 1) / 2);
    if (collection.entry != NULL)
        collection_delete(&collection);
    check(model);
}

static void step(struct model *model, bool filling)
{
    uint64_t choice = random_below(&model->random, 16);

    if (model->count == 0 || choice < (filling ? 9 : 3)) {
        if (model->count < LENGTH_MAX - 1)
            push(model);
    } else if (choice < 10) {
        drop(model, false);
    } else if (choice < 12) {
        if (model->count < LENGTH_MAX)
            insert(model);
    } else if (choice < 14) {
        set(model);
    } else if (choice == 14) {
        if (random_below(&model->random, filling ? 20 : 2) == 0)
            remove_equal(model);
    } else if (random_below(&model->random, filling ? 400 : 40) == 0) {
        random_below(&model->random, 2) == 0 ? trim(model) : drop(model, true);
    }
}

static void run(uint64_t seed, int64_t setting, uint32_t large, unsigned rounds)
{
    struct model *model = memory_new_zeroed(1, sizeof(*model));
    struct keyspace_options options = {.databases = 1, .hash_seed = 1, .random_seed = 2};

    print_message("seed %llu, limit %lld\n", (unsigned long long)seed, (long long)setting);
    random_seed(&model->random, seed);
    model->keyspace = keyspace_create(&options);
    model->key = keyspace_key(model->keyspace, SPAN("list"));
    model->limits = list_type_limits(setting);
    model->large = large;
    model->changing = setting == CHANGING;
    for (unsigned round = 0; round < rounds; round++) {
        if (model->changing && round % 100 == 0)
            model->limits = list_type_limits((int64_t)random_below(&model->random, 9) - 5);
        step(model, round / (rounds / 5) % 2 == 0);
        if (model->count > 0)
            check_places(model);
        if (round % 64 == 0)
            check(model);
        if (round % 512 == 0 && model->count > 0)
            copy(model);
        while (round % 32 == 0 && keyspace_reclaim(model->keyspace, 50))
            ;
    }
    check(model);
    while (model->count > 0)
        model_take(model, model->count - 1);
    keyspace_destroy(model->keyspace);
    memory_free(model);
}

static void test_random_changes(void **state)
{
    (void)state;
    run(1, -2, 1000, 4000);
    run(2, -1, 100, 4000);
    run(3, 4, 1000, 4000);
    run(4, 1, 100, 2000);
    run(5, 128, 1000, 4000);
    run(6, -5, 10, 2000);
    run(7, CHANGING, 100, 3000);
}

static void test_limits(void **state)
{
    static const struct {
        int64_t setting;
        size_t bytes;
        uint32_t count;
    } cases[] = {
        {-1, 4096, UINT32_MAX},
        {-2, 8192, UINT32_MAX},
        {-5, 65536, UINT32_MAX},
        {-6, 65536, UINT32_MAX},
        {INT32_MIN, 65536, UINT32_MAX},
        {0, 8192, 1},
        {1, 8192, 1},
        {500, 8192, 500},
        {INT32_MAX, 8192, INT32_MAX},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct list_limits limits = list_type_limits(cases[i].setting);

        assert_int_equal(limits.bytes, cases[i].bytes);
        assert_int_equal(limits.count, cases[i].count);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_limits),
        cmocka_unit_test(test_random_changes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
