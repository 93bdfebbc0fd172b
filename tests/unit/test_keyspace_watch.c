/*
 * Watched keys: the set against an array, and what counts as a change of a key.
 */
#include "proto/base/random.h"
#include "storage/keyspace.h"
#include "storage/watched_keys.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
/* Behind the headers that it needs. */
#include <cmocka.h>

enum { NOW = 1000000, NAMES = 600, STEPS = 40000, DATABASES = 3 };

static struct keyspace *keyspace;

static int setup(void **state)
{
    (void)state;
    keyspace = keyspace_create(
        &(struct keyspace_options){.databases = 16, .hash_seed = 5, .random_seed = 6});
    keyspace_set_time(keyspace, NOW);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    keyspace_destroy(keyspace);
    return 0;
}

static struct key key_of(const char *name)
{
    return keyspace_key(keyspace, span_of_string(name));
}

static void set(uint32_t database, const char *name, time_ms expiry)
{
    struct key key = key_of(name);

    keyspace_set_string(keyspace, database, &key, SPAN("value"), expiry);
    keyspace_touched(keyspace, database, &key);
}

static uint64_t watch(uint32_t database, const char *name, time_ms now)
{
    struct key key = key_of(name);

    return keyspace_watch(keyspace, database, &key, now);
}

static bool unchanged(uint32_t database, const char *name, uint64_t version, time_ms now)
{
    struct key key = key_of(name);

    return keyspace_is_unchanged(keyspace, database, &key, version, now);
}

static void unwatch(uint32_t database, const char *name)
{
    struct key key = key_of(name);

    keyspace_unwatch(keyspace, database, &key);
}

/* Random additions and removals, in sets that grow and become empty again. */
static void test_set(void **state)
{
    uint64_t seed = 20265;
    static bool present[NAMES][DATABASES];
    struct watched_keys keys = {0};
    struct watched_key *watched = NULL;
    struct random random;
    uint64_t count = 0;
    char name[16];

    (void)state;
    printf("seed %llu\n", (unsigned long long)seed);
    random_seed(&random, seed);
    for (uint32_t step = 0; step < STEPS; step++) {
        uint32_t number = (uint32_t)random_below(&random, NAMES);
        uint32_t database = (uint32_t)random_below(&random, DATABASES);
        bool fill = step / 4000 % 2 == 0;
        struct key key;

        snprintf(name, sizeof(name), "key:%u", number);
        key = key_of(name);
        watched = watched_keys_find(&keys, database, &key);
        assert_int_equal(watched != NULL, present[number][database]);
        if (watched == NULL && (fill || random_below(&random, 20) == 0)) {
            watched_keys_add(&keys, database, &key)->version = step;
            present[number][database] = true;
            count++;
        } else if (watched != NULL && (!fill || random_below(&random, 20) == 0)) {
            watched_keys_remove(&keys, watched);
            present[number][database] = false;
            count--;
        }
        assert_int_equal(keys.count, count);
    }
    for (watched = NULL; (watched = watched_keys_next(&keys, watched)) != NULL;)
        count--;
    assert_int_equal(count, 0);
    watched_keys_clear(&keys);
    assert_int_equal(keys.bytes, 0);
}

static void test_take_all(void **state)
{
    struct watched_keys keys = {0};
    struct watched_keys more = {0};
    char name[16];

    (void)state;
    for (uint32_t i = 0; i < NAMES; i++) {
        struct key key;

        snprintf(name, sizeof(name), "key:%u", i);
        key = key_of(name);
        watched_keys_add(i % 3 == 0 ? &keys : &more, 0, &key);
    }
    watched_keys_take_all(&keys, &more);
    assert_int_equal(more.count, 0);
    assert_int_equal(more.bytes, 0);
    assert_int_equal(keys.count, NAMES);
    for (uint32_t i = 0; i < NAMES; i++) {
        struct key key;

        snprintf(name, sizeof(name), "key:%u", i);
        key = key_of(name);
        watched_keys_remove(&keys, watched_keys_find(&keys, 0, &key));
    }
    assert_int_equal(keys.bytes, 0);
}

static void test_changes(void **state)
{
    uint64_t first = watch(0, "a", NOW);
    uint64_t second;

    (void)state;
    assert_true(unchanged(0, "a", first, NOW));
    set(0, "b", TIME_NEVER);
    set(1, "a", TIME_NEVER);
    assert_true(unchanged(0, "a", first, NOW));
    set(0, "a", TIME_NEVER);
    assert_false(unchanged(0, "a", first, NOW));
    second = watch(0, "a", NOW);
    assert_true(unchanged(0, "a", second, NOW));
    assert_int_equal(keyspace_watched_count(keyspace), 1);
    unwatch(0, "a");
    assert_true(unchanged(0, "a", second, NOW));
    unwatch(0, "a");
    assert_int_equal(keyspace_watched_count(keyspace), 0);
}

static void test_expiry(void **state)
{
    uint64_t gone;
    uint64_t going;
    uint64_t swept;

    (void)state;
    set(0, "gone", NOW + 10);
    set(0, "going", NOW + 20);
    set(0, "swept", NOW + 20);
    gone = watch(0, "gone", NOW + 10);
    going = watch(0, "going", NOW + 10);
    swept = watch(0, "swept", NOW + 10);
    assert_true(unchanged(0, "going", going, NOW + 19));
    while (keyspace_expire(keyspace, NOW + 20, 100))
        ;
    assert_false(unchanged(0, "going", going, NOW + 20));
    assert_false(unchanged(0, "swept", swept, NOW + 20));
    assert_true(unchanged(0, "gone", gone, NOW + 20));
    unwatch(0, "gone");
    unwatch(0, "going");
    unwatch(0, "swept");
}

/* Only keys that are there, before or after, change with their database. */
static void test_databases(void **state)
{
    uint64_t absent = watch(0, "absent", NOW);
    uint64_t here;
    uint64_t there = watch(0, "there", NOW);
    uint64_t other;

    (void)state;
    set(0, "here", TIME_NEVER);
    set(1, "there", TIME_NEVER);
    set(2, "other", TIME_NEVER);
    here = watch(0, "here", NOW);
    other = watch(2, "other", NOW);
    keyspace_swap(keyspace, 0, 1);
    assert_true(unchanged(0, "absent", absent, NOW));
    assert_true(unchanged(2, "other", other, NOW));
    assert_false(unchanged(0, "here", here, NOW));
    assert_false(unchanged(0, "there", there, NOW));
    there = watch(0, "there", NOW);
    here = watch(0, "here", NOW);
    keyspace_flush(keyspace, 0);
    assert_true(unchanged(0, "absent", absent, NOW));
    assert_true(unchanged(0, "here", here, NOW));
    assert_true(unchanged(2, "other", other, NOW));
    assert_false(unchanged(0, "there", there, NOW));
    keyspace_flush_slot(keyspace, key_of("other").slot);
    assert_false(unchanged(2, "other", other, NOW));
    assert_true(unchanged(0, "absent", absent, NOW));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_set, setup, teardown),
        cmocka_unit_test_setup_teardown(test_take_all, setup, teardown),
        cmocka_unit_test_setup_teardown(test_changes, setup, teardown),
        cmocka_unit_test_setup_teardown(test_expiry, setup, teardown),
        cmocka_unit_test_setup_teardown(test_databases, setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
