/*
 * What tracking is made of, against plain arrays: the table of tracked keys, the tree of prefixes,
 * the set of changed keys. Random operations, each run from a seed.
 */
#include "proto/base/memory.h"
#include "proto/base/random.h"
#include "server/tracking/changed_keys.h"
#include "server/tracking/prefix_tree.h"
#include "server/tracking/tracker.h"
#include "server/tracking/tracking_table.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
/* Behind the headers that it needs. */
#include <cmocka.h>

enum {
    KEYS = 2000,
    CLIENTS = 300,
    SLOTS_USED = 40,
    TABLE_ROUNDS = 60000,
    PREFIXES = 600,
    PREFIX_ROUNDS = 20000,
    NAME_MAX_LENGTH = 12,
};

static uint64_t seed;

/* ---- The table ---- */

struct table_model {
    struct tracking_table table;
    struct random random;
    char names[KEYS][16];
    struct key keys[KEYS];
    bool tracks[KEYS][CLIENTS];
    bool tracked[KEYS];
};

static void table_setup(struct table_model *model, uint64_t its_seed)
{
    random_seed(&model->random, its_seed);
    for (uint32_t i = 0; i < KEYS; i++) {
        int length = snprintf(model->names[i], sizeof(model->names[i]), "key%u", i);

        /* Some hashes are the same for different names. */
        model->keys[i] = (struct key){.name = span_of(model->names[i], (size_t)length),
                                      .hash = (i / 2) * 0x9e3779b97f4a7c15ull,
                                      .slot = (uint16_t)(i % SLOTS_USED * 400)};
    }
}

static void forget(struct table_model *model, uint32_t key)
{
    model->tracked[key] = false;
    memset(model->tracks[key], 0, sizeof(model->tracks[key]));
}

static uint32_t key_number(const struct tracked_key *tracked)
{
    char digits[16];

    snprintf(digits, sizeof(digits), "%.*s", (int)tracked->length - 3, tracked->name + 3);
    return (uint32_t)strtoul(digits, NULL, 10) % KEYS;
}

static void add(struct table_model *model)
{
    uint32_t key = (uint32_t)random_below(&model->random, KEYS);
    uint32_t times = random_below(&model->random, 20) == 0 ? 100 : 1;

    while (times-- > 0) {
        uint32_t client = (uint32_t)random_below(&model->random, CLIENTS);
        uint64_t tracker = tracker_make(client + 1, (uint16_t)(client % 64)) |
                           (random_below(&model->random, 2) ? TRACKER_REMEMBERS : 0);
        struct tracked_key *tracked = tracking_table_add(&model->table, &model->keys[key]);

        assert_int_equal(tracking_table_add_tracker(&model->table, tracked, tracker),
                         !model->tracks[key][client]);
        model->tracked[key] = model->tracks[key][client] = true;
    }
}

static void check_key(struct table_model *model, uint32_t key)
{
    struct tracked_key *tracked = tracking_table_find(&model->table, &model->keys[key]);
    bool seen[CLIENTS] = {false};
    uint32_t position = 0;
    uint32_t count = 0;
    uint64_t tracker;

    assert_int_equal(tracked != NULL, model->tracked[key]);
    if (tracked == NULL)
        return;
    while ((tracker = tracker_set_next(&tracked->trackers, &position)) != 0) {
        uint32_t client = (uint32_t)tracker_id(tracker) - 1;

        assert_true(client < CLIENTS && model->tracks[key][client] && !seen[client]);
        assert_int_equal(tracker_shard(tracker), client % 64);
        seen[client] = true;
        count++;
    }
    assert_int_equal(count, tracked->trackers.count);
    for (uint32_t i = 0; i < CLIENTS; i++)
        count -= model->tracks[key][i];
    assert_int_equal(count, 0);
}

static void change(struct table_model *model)
{
    uint32_t key = (uint32_t)random_below(&model->random, KEYS);
    struct tracked_key *tracked = tracking_table_find(&model->table, &model->keys[key]);

    check_key(model, key);
    if (tracked == NULL)
        return;
    tracking_table_remove(&model->table, tracked);
    forget(model, key);
}

static void lose_slot(struct table_model *model)
{
    uint32_t slot = (uint32_t)random_below(&model->random, SLOTS_USED);
    struct tracked_key *tracked;

    while ((tracked = tracking_table_of_slot(&model->table, (uint16_t)(slot * 400))) != NULL) {
        assert_int_equal(key_number(tracked) % SLOTS_USED, slot);
        forget(model, key_number(tracked));
        tracking_table_remove(&model->table, tracked);
    }
    for (uint32_t i = slot; i < KEYS; i += SLOTS_USED)
        assert_false(model->tracked[i]);
}

static void evict(struct table_model *model)
{
    struct tracked_key *tracked = tracking_table_random(&model->table, &model->random);

    assert_int_equal(tracked != NULL, model->table.count > 0);
    if (tracked == NULL)
        return;
    assert_true(model->tracked[key_number(tracked)]);
    forget(model, key_number(tracked));
    tracking_table_remove(&model->table, tracked);
}

static void flush(struct table_model *model)
{
    struct tracking_table leaving = {0};
    uint64_t count = model->table.count;

    tracking_table_move(&model->table, &leaving);
    assert_int_equal(model->table.count, 0);
    assert_int_equal(model->table.bytes, 0);
    assert_int_equal(leaving.count, count);
    while (tracking_table_trim(&leaving, 7)) {
        assert_true(leaving.count < count);
        assert_true(count - leaving.count <= 7);
        count = leaving.count;
    }
    assert_int_equal(leaving.bytes, 0);
    for (uint32_t i = 0; i < KEYS; i++)
        forget(model, i);
}

static void check_counts(struct table_model *model)
{
    uint64_t keys = 0;
    uint64_t items = 0;

    for (uint32_t i = 0; i < KEYS; i++) {
        keys += model->tracked[i];
        for (uint32_t client = 0; client < CLIENTS; client++)
            items += model->tracks[i][client];
        check_key(model, i);
    }
    assert_int_equal(model->table.count, keys);
    assert_int_equal(model->table.items, items);
}

static void test_table(void **state)
{
    struct table_model *model = memory_new_zeroed(1, sizeof(*model));

    (void)state;
    table_setup(model, seed);
    for (uint32_t round = 0; round < TABLE_ROUNDS; round++) {
        uint64_t kind = random_below(&model->random, 1000);

        if (kind < 550)
            add(model);
        else if (kind < 950)
            change(model);
        else if (kind < 990)
            evict(model);
        else if (kind < 999)
            lose_slot(model);
        else
            flush(model);
        if (round % 2000 == 0)
            check_counts(model);
    }
    tracking_table_free(&model->table);
    memory_free(model);
}

/* Every key is found by chance sooner or later, in a full table and in one that has shrunk. */
static void test_table_random_reaches_all(void **state)
{
    struct table_model *model = memory_new_zeroed(1, sizeof(*model));
    bool *found = memory_new_zeroed(KEYS, sizeof(*found));
    uint32_t left = KEYS / 10;

    (void)state;
    table_setup(model, seed);
    for (uint32_t i = 0; i < KEYS; i++)
        tracking_table_add_tracker(&model->table,
                                   tracking_table_add(&model->table, &model->keys[i]), 1 << 8);
    for (uint32_t i = 0; i < KEYS; i++)
        if (i % 10 != 0)
            tracking_table_remove(&model->table,
                                  tracking_table_find(&model->table, &model->keys[i]));
    assert_true(model->table.bucket_count <= 2 * model->table.count + 9);
    for (uint32_t tries = 0; left > 0; tries++) {
        uint32_t key = key_number(tracking_table_random(&model->table, &model->random));

        assert_true(tries < 1000000);
        left -= !found[key];
        found[key] = true;
    }
    tracking_table_free(&model->table);
    memory_free(found);
    memory_free(model);
}

/* ---- Prefixes ---- */

struct name {
    char bytes[NAME_MAX_LENGTH];
    size_t length;
};

/* Few letters, so that many begin with others; zero bytes and high ones among them. */
static struct name random_name(struct random *random)
{
    static const char letters[] = {'a', 'b', '\0', '\xff'};
    struct name name = {.length = random_below(random, NAME_MAX_LENGTH)};

    for (size_t i = 0; i < name.length; i++)
        name.bytes[i] = letters[random_below(random, sizeof(letters))];
    return name;
}

static struct span span_of_name(const struct name *name)
{
    return span_of(name->bytes, name->length);
}

static bool begins_with(struct span key, struct span prefix)
{
    return key.length >= prefix.length && memcmp(key.data, prefix.data, prefix.length) == 0;
}

static int find_name(const struct name *names, uint32_t count, struct span name)
{
    for (uint32_t i = 0; i < count; i++)
        if (span_equal(span_of_name(&names[i]), name))
            return (int)i;
    return -1;
}

/* The walk finds all prefixes of a key, shortest first, and no other. */
static void check_walk(const struct prefix_tree *tree, struct name **present, uint32_t count,
                       struct span key)
{
    struct prefix_walk walk = prefix_tree_walk(tree, key);
    struct name *found;
    size_t before = 0;
    uint32_t expected = 0;
    uint32_t seen = 0;

    for (uint32_t i = 0; i < count; i++)
        expected += begins_with(key, span_of_name(present[i]));
    while ((found = prefix_walk_next(&walk)) != NULL) {
        assert_true(begins_with(key, span_of_name(found)));
        assert_true(seen == 0 || found->length > before);
        before = found->length;
        seen++;
    }
    assert_int_equal(seen, expected);
}

static void test_prefixes(void **state)
{
    struct prefix_tree tree = {0};
    struct random random;
    struct name *present[PREFIXES];
    uint32_t count = 0;

    (void)state;
    random_seed(&random, seed);
    for (uint32_t round = 0; round < PREFIX_ROUNDS; round++) {
        struct name name = random_name(&random);
        struct name *existing = prefix_tree_find(&tree, span_of_name(&name));
        uint32_t index = 0;

        while (index < count && !span_equal(span_of_name(present[index]), span_of_name(&name)))
            index++;
        assert_ptr_equal(existing, index < count ? present[index] : NULL);
        if (existing != NULL && random_below(&random, 2)) {
            prefix_tree_remove(&tree, span_of_name(&name));
            memory_free(existing);
            present[index] = present[--count];
        } else if (existing == NULL && count < PREFIXES) {
            present[count] = memory_new(sizeof(name));
            *present[count] = name;
            prefix_tree_insert(&tree, span_of_name(&name), present[count]);
            count++;
        }
        assert_int_equal(tree.count, count);
        name = random_name(&random);
        check_walk(&tree, present, count, span_of_name(&name));
        /* Now and then down to nothing. */
        while (round % 5000 == 4999 && count > 0) {
            count--;
            prefix_tree_remove(&tree, span_of_name(present[count]));
            memory_free(present[count]);
        }
    }
    for (uint32_t left = count; left > 0; left--) {
        struct name *any = prefix_tree_any(&tree);

        assert_non_null(any);
        prefix_tree_remove(&tree, span_of_name(any));
        memory_free(any);
    }
    assert_null(tree.root);
    assert_null(prefix_tree_any(&tree));
}

/* ---- Changed keys ---- */

static void test_changed_keys(void **state)
{
    struct random random;
    struct name names[PREFIXES];
    uint64_t unheard[PREFIXES];
    uint32_t count = 0;
    struct changed_keys *keys = changed_keys_create();
    struct changed_key **sorted;

    (void)state;
    random_seed(&random, seed);
    for (uint32_t round = 0; round < PREFIX_ROUNDS && count < PREFIXES; round++) {
        struct name name = random_name(&random);
        int index = find_name(names, count, span_of_name(&name));
        uint64_t hash = name.length * UINT64_C(0x9e3779b97f4a7c15);

        if (index < 0) {
            index = (int)count++;
            names[index] = name;
        }
        unheard[index] = random_below(&random, 3);
        changed_keys_note(keys, span_of_name(&name), hash, unheard[index]);
        assert_int_equal(changed_keys_count(keys), count);
    }
    sorted = changed_keys_sorted(keys);
    for (uint32_t i = 0; i < count; i++) {
        int index = find_name(names, count, changed_key_name(sorted[i]));
        struct span before = i > 0 ? changed_key_name(sorted[i - 1]) : SPAN("");
        struct span name = changed_key_name(sorted[i]);

        assert_true(index >= 0);
        assert_int_equal(sorted[i]->unheard, unheard[index]);
        if (i == 0)
            continue;
        /* Strictly ascending. */
        if (begins_with(name, before))
            assert_true(name.length > before.length);
        else
            assert_true(memcmp(before.data, name.data,
                               before.length < name.length ? before.length : name.length) < 0);
    }
    changed_keys_destroy(keys);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_table),
        cmocka_unit_test(test_table_random_reaches_all),
        cmocka_unit_test(test_prefixes),
        cmocka_unit_test(test_changed_keys),
    };
    int failed = 0;

    for (seed = 1; seed <= 3; seed++) {
        print_message("seed %llu\n", (unsigned long long)seed);
        failed += cmocka_run_group_tests(tests, NULL, NULL);
    }
    return failed;
}
