/*
 * Eviction against plain arrays: what goes is what the policy allows, everybody is told of it once,
 * and it is as cold as promised.
 */
#include "proto/base/random.h"
#include "storage/evict.h"
#include "storage/keyspace.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
/* Behind the headers that it needs. */
#include <cmocka.h>

enum { DATABASES = 3, KEYS = 3000, STEPS = 20000, SEED = 20261 };

struct model_key {
    bool present;
    time_ms expiry;
    time_ms accessed;
};

struct model {
    struct keyspace *keyspace;
    struct model_key keys[DATABASES][KEYS];
    struct random random;
    time_ms now;
    uint64_t present;
    uint64_t volatiles;
    uint64_t told_evicted;
    uint64_t told_expired;
    uint32_t last_database; /* of whom was told last */
    uint32_t last_number;
};

static struct span name_of(char text[32], uint32_t number)
{
    /* A third of the keys share a slot. */
    return span_of(text,
                   (size_t)snprintf(text, 32, number % 3 == 0 ? "{tag}%u" : "key:%u", number));
}

static uint32_t number_of(struct span name)
{
    char text[32];
    const char *digits = text;

    memcpy(text, name.data, name.length);
    text[name.length] = '\0';
    digits += text[0] == '{' ? 5 : 4;
    return (uint32_t)strtoul(digits, NULL, 10);
}

static void forget(struct model *model, uint32_t database, const struct entry *entry)
{
    struct model_key *key;

    model->last_database = database;
    model->last_number = number_of(entry_key(entry));
    key = &model->keys[database][model->last_number];
    assert_true(key->present);
    assert_int_equal(key->expiry, entry_expiry(entry));
    key->present = false;
    model->present--;
    model->volatiles -= key->expiry != TIME_NEVER;
}

static void told_evicted(void *context, uint32_t database, const struct entry *entry)
{
    struct model *model = context;

    assert_true(entry_expiry(entry) > model->now);
    forget(model, database, entry);
    model->told_evicted++;
}

static void told_expired(void *context, uint32_t database, const struct entry *entry)
{
    struct model *model = context;

    assert_true(entry_expiry(entry) <= model->now);
    forget(model, database, entry);
    model->told_expired++;
}

static void model_begin(struct model *model, uint64_t seed)
{
    struct keyspace_options options = {
        .databases = DATABASES, .hash_seed = seed, .random_seed = seed + 1};

    memset(model, 0, sizeof(*model));
    random_seed(&model->random, seed);
    model->now = 1700000000000;
    model->keyspace = keyspace_create(&options);
    keyspace_set_time(model->keyspace, model->now);
    keyspace_on_evicted(model->keyspace, told_evicted, model);
    keyspace_on_expired(model->keyspace, told_expired, model);
    print_message("seed %llu\n", (unsigned long long)seed);
}

static void put(struct model *model, uint32_t database, uint32_t number, time_ms expiry)
{
    struct model_key *known = &model->keys[database][number];
    char text[32];
    char value[200] = {0};
    struct key key = keyspace_key(model->keyspace, name_of(text, number));

    keyspace_set_string(model->keyspace, database, &key,
                        span_of(value, (size_t)random_below(&model->random, sizeof(value))),
                        expiry);
    /* What had expired went first, and was told. */
    model->present += !known->present;
    model->volatiles -= known->present && known->expiry != TIME_NEVER;
    model->volatiles += expiry != TIME_NEVER;
    *known = (struct model_key){true, expiry, model->now};
}

static void advance(struct model *model, time_ms by)
{
    model->now += by;
    keyspace_set_time(model->keyspace, model->now);
}

static bool evict(struct model *model, const struct evict_policy *policy)
{
    uint64_t before = model->told_evicted + model->told_expired;
    bool possible = (policy->volatile_only ? model->volatiles : model->present) > 0;
    uint32_t coldness;

    assert_int_equal(evict_possible(model->keyspace, policy), possible);
    assert_int_equal(evict_one(model->keyspace, policy, model->now, &coldness), possible);
    assert_int_equal(model->told_evicted + model->told_expired, before + possible);
    return possible;
}

static void check_counts(struct model *model)
{
    struct keyspace_statistics statistics;
    uint64_t size = 0;
    uint64_t volatiles = 0;

    for (uint32_t i = 0; i < DATABASES; i++) {
        size += keyspace_size(model->keyspace, i);
        volatiles += keyspace_volatile_size(model->keyspace, i);
    }
    assert_int_equal(size, model->present);
    assert_int_equal(volatiles, model->volatiles);
    keyspace_statistics(model->keyspace, &statistics);
    assert_int_equal(statistics.evicted, model->told_evicted);
    assert_int_equal(statistics.expired, model->told_expired);
}

/* ---- Any policy at any time ---- */

static struct evict_policy random_policy(struct model *model)
{
    struct evict_policy policy = {
        .order = (enum evict_order)random_below(&model->random, 4),
        .volatile_only = random_below(&model->random, 2) == 0,
        .samples = 1 + (uint32_t)random_below(&model->random, 20),
    };

    policy.volatile_only |= policy.order == EVICT_SOONEST;
    return policy;
}

static void change(struct model *model)
{
    uint32_t database = (uint32_t)random_below(&model->random, DATABASES);
    uint32_t number = (uint32_t)random_below(&model->random, KEYS);
    struct model_key *known = &model->keys[database][number];
    char text[32];
    struct key key = keyspace_key(model->keyspace, name_of(text, number));

    switch (random_below(&model->random, 6)) {
    case 0:
        if (keyspace_delete(model->keyspace, database, &key, model->now)) {
            known->present = false;
            model->present--;
            model->volatiles -= known->expiry != TIME_NEVER;
        }
        break;
    case 1:
        (void)keyspace_read(model->keyspace, database, &key, model->now);
        break;
    case 2:
        put(model, database, number,
            model->now + 1 + (time_ms)random_below(&model->random, 3600000));
        break;
    default:
        put(model, database, number, TIME_NEVER);
    }
}

static void flush(struct model *model)
{
    uint32_t database = (uint32_t)random_below(&model->random, DATABASES);

    keyspace_flush(model->keyspace, database);
    for (uint32_t number = 0; number < KEYS; number++) {
        struct model_key *known = &model->keys[database][number];

        model->present -= known->present;
        model->volatiles -= known->present && known->expiry != TIME_NEVER;
        known->present = false;
    }
}

static void test_any_policy(void **state)
{
    static struct model model;

    (void)state;
    for (uint64_t seed = SEED; seed < SEED + 3; seed++) {
        struct evict_policy policy;

        model_begin(&model, seed);
        policy = random_policy(&model);
        for (uint32_t step = 0; step < STEPS; step++) {
            if (random_below(&model.random, 500) == 0)
                policy = random_policy(&model);
            if (random_below(&model.random, 4000) == 0)
                flush(&model);
            if (random_below(&model.random, 3) == 0)
                evict(&model, &policy);
            else
                change(&model);
            advance(&model, (time_ms)random_below(&model.random, 300));
            if (random_below(&model.random, 50) == 0)
                (void)keyspace_reclaim(model.keyspace, 10);
            if (step % 100 == 0)
                check_counts(&model);
        }
        while (evict(&model, &(struct evict_policy){.order = EVICT_AT_RANDOM, .samples = 1}))
            continue;
        check_counts(&model);
        assert_int_equal(model.present, 0);
        keyspace_destroy(model.keyspace);
    }
}

/* ---- What goes by each order ---- */

/* By time to live: exactly in order, in all databases together. */
static void test_soonest(void **state)
{
    static struct model model;
    const struct evict_policy policy = {
        .order = EVICT_SOONEST, .volatile_only = true, .samples = 1};
    time_ms last = 0;
    uint32_t rounds = 0;

    (void)state;
    model_begin(&model, SEED);
    for (uint32_t i = 0; i < KEYS; i++)
        put(&model, i % DATABASES, i,
            i % 4 == 0 ? TIME_NEVER
                       : model.now + 100000 + (time_ms)random_below(&model.random, 1000000));
    while (evict(&model, &policy)) {
        time_ms expiry = model.keys[model.last_database][model.last_number].expiry;

        assert_true(expiry >= last);
        last = expiry;
        rounds++;
        /* One that is set again goes later. */
        if (rounds == 100)
            put(&model, 0, 1, last + 500000);
    }
    assert_true(rounds >= KEYS * 3 / 4);
    assert_int_equal(model.volatiles, 0);
    assert_true(model.present >= KEYS / 4);
    keyspace_destroy(model.keyspace);
}

/* A handful of keys that expire, among many that do not. */
static void test_few_volatile(void **state)
{
    static struct model model;
    struct evict_policy policy = {.volatile_only = true, .samples = 5};

    (void)state;
    model_begin(&model, SEED + 9);
    for (uint32_t i = 0; i < KEYS; i++)
        put(&model, 0, i, i % 500 == 7 ? model.now + 1000000 : TIME_NEVER);
    for (uint32_t i = 0; i < KEYS / 500; i++) {
        policy.order = (enum evict_order)(i % 4);
        assert_true(evict(&model, &policy));
    }
    assert_false(evict(&model, &policy));
    assert_int_equal(model.told_evicted, KEYS / 500);
    keyspace_destroy(model.keyspace);
}

/* Keys that were touched late stay: of those that go while half are old, next to none is young. */
static void test_least_recent(void **state)
{
    static struct model model;
    const struct evict_policy policy = {.order = EVICT_LEAST_RECENT, .samples = 5};
    uint32_t young = 0;
    char text[32];

    (void)state;
    model_begin(&model, SEED + 5);
    for (uint32_t i = 0; i < KEYS; i++)
        put(&model, 0, i, TIME_NEVER);
    advance(&model, 60000);
    for (uint32_t i = 0; i < KEYS; i += 2) {
        struct key key = keyspace_key(model.keyspace, name_of(text, i));

        assert_non_null(keyspace_read(model.keyspace, 0, &key, model.now));
    }
    advance(&model, 1000);
    for (uint32_t i = 0; i < KEYS * 45 / 100; i++) {
        assert_true(evict(&model, &policy));
        young += model.last_number % 2 == 0;
    }
    assert_true(young * 100 < KEYS);
    keyspace_destroy(model.keyspace);
}

static void test_least_frequent(void **state)
{
    static struct model model;
    const struct evict_policy policy = {.order = EVICT_LEAST_FREQUENT, .samples = 5};
    uint32_t popular = 0;
    char text[32];

    (void)state;
    model_begin(&model, SEED + 6);
    keyspace_set_access_tracking(model.keyspace, ACCESS_FREQUENCY);
    for (uint32_t i = 0; i < KEYS; i++)
        put(&model, 0, i, TIME_NEVER);
    for (uint32_t i = 0; i < KEYS * 25; i++) {
        struct key key = keyspace_key(model.keyspace, name_of(text, i / 50 * 2));

        (void)keyspace_read(model.keyspace, 0, &key, model.now);
    }
    for (uint32_t i = 0; i < KEYS * 45 / 100; i++) {
        assert_true(evict(&model, &policy));
        popular += model.last_number % 2 == 0;
    }
    assert_true(popular * 100 < KEYS);
    keyspace_destroy(model.keyspace);
}

/* A clock that is set back makes nothing old. */
static void test_clock_set_back(void **state)
{
    static struct model model;
    const struct evict_policy policy = {.order = EVICT_LEAST_RECENT, .samples = 16};
    uint32_t ahead = 0;

    (void)state;
    model_begin(&model, SEED + 7);
    for (uint32_t i = 0; i < 200; i++)
        put(&model, 0, i, TIME_NEVER);
    advance(&model, 7200000);
    for (uint32_t i = 200; i < 400; i++)
        put(&model, 0, i, TIME_NEVER);
    advance(&model, -3600000);
    for (uint32_t i = 0; i < 150; i++) {
        assert_true(evict(&model, &policy));
        ahead += model.last_number >= 200;
    }
    assert_true(ahead < 5);
    keyspace_destroy(model.keyspace);
}

/* A watched key that is evicted has changed. */
static void test_watched(void **state)
{
    static struct model model;
    const struct evict_policy policy = {.order = EVICT_AT_RANDOM, .samples = 1};
    char text[32];
    struct key key;
    uint64_t version;

    (void)state;
    model_begin(&model, SEED + 8);
    put(&model, 1, 4, TIME_NEVER);
    key = keyspace_key(model.keyspace, name_of(text, 4));
    version = keyspace_watch(model.keyspace, 1, &key, model.now);
    assert_true(evict(&model, &policy));
    assert_false(keyspace_is_unchanged(model.keyspace, 1, &key, version, model.now));
    keyspace_unwatch(model.keyspace, 1, &key);
    keyspace_destroy(model.keyspace);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_any_policy),     cmocka_unit_test(test_soonest),
        cmocka_unit_test(test_few_volatile),   cmocka_unit_test(test_least_recent),
        cmocka_unit_test(test_least_frequent), cmocka_unit_test(test_clock_set_back),
        cmocka_unit_test(test_watched),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
