/*
 * Hashes in a keyspace against arrays of what they hold: random changes of fields and of whole keys
 * over several databases, while time goes on. Fields that have expired are never seen, go in time,
 * and somebody is told of each.
 */
#include "proto/base/random.h"
#include "storage/types/hash.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
/* Behind the headers that it needs. */
#include <cmocka.h>

enum { DATABASES = 2, KEYS = 6, FIELDS = 120, VALUE_MAX = 300, STEPS = 60000 };

struct model_field {
    bool present;
    uint32_t version;
    time_ms expiry;
};

/* A key without any field is absent; one whose fields have all expired may still be there. */
struct model_hash {
    struct model_field fields[FIELDS];
};

struct model {
    struct keyspace *keyspace;
    struct model_hash hashes[DATABASES][KEYS];
    struct random random;
    time_ms now;
    uint64_t told;
    uint64_t keys_told;
    uint64_t removed_on_time;
};

static const struct hash_limits limits = {512, 64};

static struct key key_of(const struct model *model, char text[16], uint32_t number)
{
    int length = snprintf(text, 16, "key:%u", number);

    return keyspace_key(model->keyspace, span_of(text, (size_t)length));
}

static struct span field_name(char text[16], uint32_t number)
{
    return span_of(text, (size_t)snprintf(text, 16, number % 3 == 0 ? "%u" : "f%u", number));
}

static struct span value_of(char text[VALUE_MAX], uint32_t number, uint32_t version)
{
    size_t length = (size_t)snprintf(text, VALUE_MAX, "%u", number * 1000 + version);

    if (version % 8 == 1) {
        memset(text + length, 'v', VALUE_MAX - length);
        length = 20 + version % 200;
    }
    return span_of(text, length);
}

static bool is_live(const struct model *model, const struct model_field *field)
{
    return field->present && field->expiry > model->now;
}

static uint64_t live_fields(const struct model *model, const struct model_hash *hash)
{
    uint64_t count = 0;

    for (uint32_t i = 0; i < FIELDS; i++)
        count += is_live(model, &hash->fields[i]);
    return count;
}

static bool has_expired_fields(const struct model *model, const struct model_hash *hash)
{
    for (uint32_t i = 0; i < FIELDS; i++) {
        if (hash->fields[i].present && hash->fields[i].expiry <= model->now)
            return true;
    }
    return false;
}

/* ---- Checks ---- */

static void check_field(struct model *model, const struct model_hash *hash,
                        const struct hash_field *field)
{
    char digits[16] = "";
    char name[16];
    char value[VALUE_MAX];
    uint32_t number;

    memcpy(digits, field->name.data, field->name.length);
    number = (uint32_t)strtoul(digits + (digits[0] == 'f'), NULL, 10);
    assert_true(number < FIELDS);
    assert_true(is_live(model, &hash->fields[number]));
    assert_true(span_equal(field->name, field_name(name, number)));
    assert_true(span_equal(field->value, value_of(value, number, hash->fields[number].version)));
    assert_true(field->expiry == hash->fields[number].expiry);
}

struct visit {
    struct model *model;
    const struct model_hash *hash;
    uint64_t count;
};

static void visit_field(void *context, const struct hash_field *field)
{
    struct visit *visit = context;

    check_field(visit->model, visit->hash, field);
    visit->count++;
}

static void check_hash(struct model *model, uint32_t database, uint32_t number)
{
    const struct model_hash *hash = &model->hashes[database][number];
    uint64_t live = live_fields(model, hash);
    struct visit visit = {model, hash, 0};
    struct hash_iterator iterator;
    struct hash_field field;
    char text[16];
    struct key key = key_of(model, text, number);
    const struct entry *entry = keyspace_peek(model->keyspace, database, &key, model->now);
    uint64_t cursor = 0;
    uint64_t count = 0;

    if (live > 0)
        assert_non_null(entry);
    else if (!has_expired_fields(model, hash))
        assert_null(entry);
    assert_int_equal(hash_length(entry, model->now), live);
    iterator = hash_iterate(entry, model->now);
    for (; hash_next(&iterator, &field); count++)
        check_field(model, hash, &field);
    assert_int_equal(count, live);
    do
        cursor = hash_scan(entry, model->now, cursor, 7, visit_field, &visit);
    while (cursor != 0);
    assert_int_equal(visit.count, live);
    if (entry != NULL && hash_random(entry, model->now, &model->random, &field))
        check_field(model, hash, &field);
    else
        assert_int_equal(live, 0);
}

static void check_everything(struct model *model)
{
    for (uint32_t database = 0; database < DATABASES; database++) {
        for (uint32_t number = 0; number < KEYS; number++)
            check_hash(model, database, number);
    }
}

/* ---- Changes of fields ---- */

struct target {
    struct model_hash *hash;
    struct key key;
    struct collection collection;
    struct model_field *field;
    uint32_t field_number;
    uint32_t database;
    uint32_t number;
    char key_text[16];
    char name_text[16];
    struct span name;
};

static void choose(struct model *model, struct target *target)
{
    target->database = (uint32_t)random_below(&model->random, DATABASES);
    target->number = (uint32_t)random_below(&model->random, KEYS);
    /* Small hashes and large ones. */
    target->field_number =
        (uint32_t)random_below(&model->random, target->number % 2 == 0 ? 12 : FIELDS);
    target->hash = &model->hashes[target->database][target->number];
    target->field = &target->hash->fields[target->field_number];
    target->key = key_of(model, target->key_text, target->number);
    target->name = field_name(target->name_text, target->field_number);
    target->collection =
        collection_open(model->keyspace, target->database, &target->key, VALUE_HASH);
}

static void set_field(struct model *model, struct target *target, time_ms expiry)
{
    char value[VALUE_MAX];
    bool was_live = is_live(model, target->field);
    bool is_new;

    target->field->version++;
    is_new = hash_set(&target->collection, model->now, &limits, target->name,
                      value_of(value, target->field_number, target->field->version), expiry);
    assert_int_equal(is_new, !was_live);
    if (expiry != HASH_EXPIRY_KEEP)
        target->field->expiry = expiry;
    else if (!was_live)
        target->field->expiry = TIME_NEVER;
    target->field->present = true;
}

static void remove_field(struct model *model, struct target *target)
{
    bool was_live = is_live(model, target->field);

    assert_int_equal(hash_remove(&target->collection, model->now, target->name), was_live);
    if (was_live)
        target->field->present = false;
    if (was_live && live_fields(model, target->hash) == 0) {
        assert_null(target->collection.entry);
        memset(target->hash, 0, sizeof(*target->hash));
    }
}

static void set_expiry(struct model *model, struct target *target, time_ms expiry)
{
    bool was_live = is_live(model, target->field);

    assert_int_equal(hash_set_expiry(&target->collection, model->now, target->name, expiry),
                     was_live);
    if (was_live)
        target->field->expiry = expiry;
}

/* All fields that are there expire soon. */
static void expire_all(struct model *model, struct target *target)
{
    for (uint32_t i = 0; i < FIELDS; i++) {
        target->field = &target->hash->fields[i];
        target->name = field_name(target->name_text, i);
        if (is_live(model, target->field))
            set_expiry(model, target, model->now + 1 + i % 10);
    }
}

/* ---- Changes of keys ---- */

static void change_key(struct model *model, struct target *target)
{
    struct keyspace *keyspace = model->keyspace;
    uint32_t database = (uint32_t)random_below(&model->random, DATABASES);
    uint32_t number = (uint32_t)random_below(&model->random, KEYS);
    struct model_hash *to = &model->hashes[database][number];
    char text[16];
    struct key to_key = key_of(model, text, number);
    struct model_hash swapped[KEYS];

    switch (random_below(&model->random, 8)) {
    case 0:
        keyspace_delete(keyspace, target->database, &target->key, model->now);
        memset(target->hash, 0, sizeof(*target->hash));
        break;
    case 1:
        if (target->collection.entry == NULL || to == target->hash)
            break;
        keyspace_move(keyspace, target->database, &target->key, keyspace, database, &to_key);
        *to = *target->hash;
        memset(target->hash, 0, sizeof(*target->hash));
        break;
    case 2:
        if (target->collection.entry == NULL || to == target->hash)
            break;
        keyspace_copy(keyspace, target->database, &target->key, keyspace, database, &to_key);
        *to = *target->hash;
        break;
    case 3:
        keyspace_swap(keyspace, 0, 1);
        memcpy(swapped, model->hashes[0], sizeof(swapped));
        memcpy(model->hashes[0], model->hashes[1], sizeof(swapped));
        memcpy(model->hashes[1], swapped, sizeof(swapped));
        break;
    case 4:
        keyspace_flush_slot(keyspace, target->key.slot);
        for (uint32_t i = 0; i < DATABASES; i++)
            memset(&model->hashes[i][target->number], 0, sizeof(*target->hash));
        break;
    case 5:
    case 6:
        expire_all(model, target);
        break;
    default:
        keyspace_flush(keyspace, target->database);
        memset(model->hashes[target->database], 0, sizeof(model->hashes[0]));
        break;
    }
}

/* ---- Expiry ---- */

static void on_expired(void *context, uint32_t database, const struct entry *entry,
                       const struct span *element, bool last)
{
    struct model *model = context;
    struct span key = entry_key(entry);
    struct model_hash *hash = &model->hashes[database][key.data[key.length - 1] - '0'];
    char digits[16] = "";
    struct model_field *field;

    if (element == NULL) {
        model->keys_told += last;
        if (last)
            assert_int_equal(live_fields(model, hash), 0);
        return;
    }
    assert_false(last);
    memcpy(digits, element->data, element->length);
    field = &hash->fields[strtoul(digits + (digits[0] == 'f'), NULL, 10)];
    assert_true(field->present);
    assert_true(field->expiry <= model->now);
    field->present = false;
    model->told++;
}

static void pass_time(struct model *model)
{
    uint32_t budget = 1 + (uint32_t)random_below(&model->random, 50);

    model->now += (time_ms)random_below(&model->random, 100);
    keyspace_set_time(model->keyspace, model->now);
    if (random_below(&model->random, 3) == 0)
        check_everything(model);
    while (keyspace_expire(model->keyspace, model->now, budget))
        ;
    keyspace_reclaim(model->keyspace, budget);
}

/* Some time after the last expiry nothing is left of what has expired. */
static void check_all_gone(struct model *model)
{
    for (uint32_t i = 0; i < 3; i++) {
        model->now += 20;
        keyspace_set_time(model->keyspace, model->now);
        while (keyspace_expire(model->keyspace, model->now, 1000))
            ;
    }
    for (uint32_t database = 0; database < DATABASES; database++) {
        for (uint32_t number = 0; number < KEYS; number++)
            assert_false(has_expired_fields(model, &model->hashes[database][number]));
    }
    check_everything(model);
}

static void step(struct model *model)
{
    time_ms later = model->now + 1 + (time_ms)random_below(&model->random, 3000);
    uint64_t choice = random_below(&model->random, 1000);
    struct target target;

    choose(model, &target);
    if (choice < 450)
        set_field(model, &target, TIME_NEVER);
    else if (choice < 500)
        set_field(model, &target, HASH_EXPIRY_KEEP);
    else if (choice < 600)
        set_field(model, &target, later);
    else if (choice < 850)
        remove_field(model, &target);
    else if (choice < 930)
        set_expiry(model, &target, choice % 4 == 0 ? TIME_NEVER : later);
    else if (choice < 934)
        change_key(model, &target);
    else if (choice < 980)
        check_hash(model, target.database, target.number);
    else
        pass_time(model);
}

static void test_hashes(void **state)
{
    const char *given = getenv("SEED");
    uint64_t seed = given != NULL ? strtoull(given, NULL, 10) : 20261124;
    struct keyspace_options options = {DATABASES, seed, seed + 1};
    struct model *model = calloc(1, sizeof(*model));
    struct keyspace_statistics statistics;

    (void)state;
    printf("seed %llu\n", (unsigned long long)seed);
    random_seed(&model->random, seed);
    model->keyspace = keyspace_create(&options);
    model->now = 1000000;
    keyspace_set_time(model->keyspace, model->now);
    keyspace_on_elements_expired(model->keyspace, on_expired, model);
    for (uint32_t i = 0; i < STEPS; i++) {
        step(model);
        if (i % 5000 == 0)
            check_all_gone(model);
    }
    check_all_gone(model);
    keyspace_statistics(model->keyspace, &statistics);
    assert_int_equal(statistics.expired_elements, model->told);
    assert_true(model->told > 100);
    assert_true(model->keys_told > 0);
    keyspace_destroy(model->keyspace);
    free(model);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_hashes)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
