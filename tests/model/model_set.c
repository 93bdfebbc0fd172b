/*
 * Sets against a plain table of flags: random members are added, removed, drawn and walked over, in
 * every form that a set has, and put together by a builder.
 */
#include "proto/base/memory.h"
#include "proto/base/number.h"
#include "proto/base/random.h"
#include "storage/keyspace.h"
#include "storage/types/set.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
/* Behind the headers that it needs. */
#include <cmocka.h>

enum {
    NAMES = 3000,
    NAME_MAX = 1200,
    ROUNDS = 40,
    STEPS = 1500,
};

#define NOW ((time_ms)1700000000000)

static const struct set_limits LIMITS = {
    .integer_entries = 512, .packed_entries = 128, .packed_value = 64};

struct model {
    struct keyspace *keyspace;
    struct key key;
    struct random random;
    uint32_t names; /* how many of the names are in use in this round */
    uint32_t count;
    bool present[NAMES];
    bool seen[NAMES];
    bool expanded; /* as Redis would name it */
    bool texts;    /* so far */
};

/* Member `index`, the same in every round: integers of all widths first, then texts, some long. */
static struct span name_of(uint32_t index, char name[NAME_MAX])
{
    static const int64_t bases[] = {0, 0, 40000, -40000, INT64_C(-5000000000), INT64_C(6000000000)};
    uint32_t third = NAMES / 3;

    if (index < third) {
        int64_t value = (int64_t)index - third / 2 + bases[index * 6 / third];

        return span_of(name, number_format_integer(name, value));
    }
    snprintf(name, NAME_MAX, "member:%u:", index);
    if (index % 97 == 0) {
        size_t length = strlen(name);

        memset(name + length, 'x', NAME_MAX - 1 - length);
        return span_of(name, index % 2 == 0 ? NAME_MAX - 1 : 70);
    }
    return span_of_string(name);
}

static uint32_t index_of(struct span member)
{
    char name[NAME_MAX];
    uint32_t third = NAMES / 3;

    if (member.length > 7 && memcmp(member.data, "member:", 7) == 0)
        return (uint32_t)strtoul(member.data + 7, NULL, 10);
    for (uint32_t i = 0; i < third; i++)
        if (span_equal(name_of(i, name), member))
            return i;
    fail_msg("a member that nobody has added");
    return 0;
}

static struct collection open_set(struct model *model)
{
    return collection_open(model->keyspace, 0, &model->key, VALUE_SET);
}

static struct entry *entry_of(struct model *model)
{
    return keyspace_peek(model->keyspace, 0, &model->key, NOW);
}

/* ---- Steps ---- */

static void add(struct model *model, uint32_t index)
{
    struct collection set = open_set(model);
    char name[NAME_MAX];
    struct span member = name_of(index, name);
    bool is_text = index >= NAMES / 3;

    if (model->count == 0)
        model->expanded = model->texts = false;
    assert_int_equal(set_add(&set, member, &LIMITS), !model->present[index]);
    if (!model->present[index]) {
        model->present[index] = true;
        model->count++;
        model->texts |= is_text;
        if (model->texts ? model->count > LIMITS.packed_entries ||
                               (is_text && member.length > LIMITS.packed_value)
                         : model->count > LIMITS.integer_entries)
            model->expanded = true;
    }
    assert_ptr_equal(set.entry, entry_of(model));
}

static void remove_one(struct model *model, uint32_t index)
{
    struct collection set = open_set(model);
    char name[NAME_MAX];

    assert_int_equal(set_remove(&set, name_of(index, name)), model->present[index]);
    model->count -= model->present[index];
    model->present[index] = false;
    assert_ptr_equal(set.entry, entry_of(model));
}

static void check_one(struct model *model, uint32_t index)
{
    const struct entry *entry = entry_of(model);
    const char *encoding = model->expanded ? "hashtable" : model->texts ? "listpack" : "intset";
    char name[NAME_MAX];

    set_prefetch(entry, name_of(index, name));
    assert_int_equal(set_contains(entry, name_of(index, name)), model->present[index]);
    assert_int_equal(set_count(entry), model->count);
    assert_int_equal(entry == NULL, model->count == 0);
    if (entry != NULL)
        assert_string_equal(entry_encoding_name(entry), encoding);
}

static void see(void *context, struct span member)
{
    struct model *model = context;
    uint32_t index = index_of(member);

    assert_true(model->present[index]);
    assert_false(model->seen[index]);
    model->seen[index] = true;
}

static void assert_all_seen(struct model *model)
{
    for (uint32_t i = 0; i < NAMES; i++)
        assert_int_equal(model->seen[i], model->present[i]);
    memset(model->seen, 0, sizeof(model->seen));
}

static void walk(struct model *model)
{
    const struct entry *entry = entry_of(model);
    struct set_iterator iterator = set_iterate(entry);
    struct span member;
    uint64_t cursor = 0;

    while (set_next(&iterator, &member))
        see(model, member);
    assert_all_seen(model);
    do
        cursor = set_scan(entry, cursor, 10, see, model);
    while (cursor != 0);
    assert_all_seen(model);
}

static void draw(struct model *model)
{
    char scratch[SET_SCRATCH];

    if (model->count > 0)
        assert_true(model->present[index_of(set_random(entry_of(model), &model->random, scratch))]);
}

/* The set built anew from its members, or a copy of the key, is the same set. */
static void rebuild(struct model *model)
{
    struct collection set = open_set(model);
    struct set_iterator iterator = set_iterate(set.entry);
    struct set_builder builder;
    struct span member;

    set_builder_init(&builder, &set);
    while (set_next(&iterator, &member)) {
        assert_true(set_builder_add(&builder, member));
        assert_false(set_builder_add(&builder, member));
    }
    set_builder_finish(&builder, &set, &LIMITS);
    assert_ptr_equal(set.entry, entry_of(model));
    model->texts = false;
    model->expanded = false;
    for (uint32_t i = 0; i < NAMES; i++) {
        char name[NAME_MAX];

        if (!model->present[i] || i < NAMES / 3)
            continue;
        model->texts = true;
        model->expanded |= name_of(i, name).length > LIMITS.packed_value;
    }
    model->expanded |=
        model->count > (model->texts ? LIMITS.packed_entries : LIMITS.integer_entries);
}

static void copy_and_rename(struct model *model)
{
    struct key other = keyspace_key(model->keyspace, SPAN("other"));

    if (model->count == 0)
        return;
    keyspace_copy(model->keyspace, 0, &model->key, model->keyspace, 0, &other);
    keyspace_delete(model->keyspace, 0, &model->key, NOW);
    keyspace_move(model->keyspace, 0, &other, model->keyspace, 0, &model->key);
}

static void step(struct model *model)
{
    uint32_t index = (uint32_t)random_below(&model->random, model->names);
    uint64_t choice = random_below(&model->random, 1000);

    if (choice < 550)
        add(model, index);
    else if (choice < 850)
        remove_one(model, index);
    else if (choice < 980)
        draw(model);
    else if (choice < 985)
        walk(model);
    else if (choice < 990)
        rebuild(model);
    else
        copy_and_rename(model);
    check_one(model, index);
}

static void test_random_steps(void **state)
{
    struct model *model = memory_new_zeroed(1, sizeof(*model));
    struct keyspace_options options = {.databases = 1, .hash_seed = 5, .random_seed = 6};
    const char *given = getenv("TESSERA_SEED");
    uint64_t seed = given != NULL ? strtoull(given, NULL, 10) : 20261123;

    (void)state;
    print_message("TESSERA_SEED=%llu\n", (unsigned long long)seed);
    random_seed(&model->random, seed);
    model->keyspace = keyspace_create(&options);
    model->key = keyspace_key(model->keyspace, SPAN("set"));
    for (uint32_t round = 0; round < ROUNDS; round++) {
        static const uint32_t sizes[] = {3, 40, 300, NAMES / 3, NAMES};

        /* Only integers, up to the last but one. */
        model->names = sizes[round % 5];
        for (uint32_t i = 0; i < STEPS; i++)
            step(model);
        for (uint32_t i = 0; i < NAMES; i++)
            if (model->present[i] && round % 2 == 0)
                remove_one(model, i);
        while (keyspace_reclaim(model->keyspace, 7))
            ;
    }
    keyspace_destroy(model->keyspace);
    memory_free(model);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_random_steps),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
