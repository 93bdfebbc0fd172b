/*
 * Two keyspaces against plain arrays: random changes of all kinds, with time going on, and
 * everything that can be asked compared.
 */
#include "proto/base/random.h"
#include "storage/keyspace.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
/* Behind the headers that it needs. */
#include <cmocka.h>

enum { KEYSPACES = 2, DATABASES = 3, KEYS = 400, STEPS = 60000 };

struct model_value {
    char *bytes; /* NULL: absent */
    size_t length;
    time_ms expiry;
};

struct model {
    struct keyspace *keyspaces[KEYSPACES];
    struct model_value values[KEYSPACES][DATABASES][KEYS];
    struct random random;
    time_ms now;
    uint64_t told[KEYSPACES]; /* expired keys that the observer was told of */
    unsigned char visited[KEYS];
    uint32_t visits;
    uint32_t visiting; /* keyspace */
    uint32_t visiting_database;
    int visiting_slot;
};

/* Half of the keys are in few slots; some names are long. */
static struct span name_of(char text[512], uint32_t number)
{
    if (number % 50 == 1) {
        memset(text, 'l', 300);
        return span_of(text, 300 + (size_t)snprintf(text + 300, 212, "%u", number));
    }
    if (number == 0)
        return span_of(text, 0);
    return span_of(text,
                   (size_t)snprintf(text, 512, number % 2 == 0 ? "{tag%2$u}-%1$u" : "name:%1$u",
                                    number, number % 6));
}

static uint32_t number_of(struct span name)
{
    char text[512];
    char *digits = text;

    if (name.length == 0)
        return 0;
    memcpy(text, name.data, name.length);
    text[name.length] = '\0';
    digits = text + name.length;
    while (digits > text && digits[-1] >= '0' && digits[-1] <= '9')
        digits--;
    return (uint32_t)strtoul(digits, NULL, 10);
}

static size_t random_length(struct random *random)
{
    static const size_t borders[] = {0, 1, 20, 44, 45, 400, 480, 1024, 1025, 2500, 2560, 16384};

    if (random_below(random, 3) == 0)
        return borders[random_below(random, 12)] + random_below(random, 3);
    return random_below(random, random_below(random, 20) == 0 ? 30000 : 100);
}

struct target {
    uint32_t keyspace;
    uint32_t database;
    uint32_t number;
    struct model_value *value;
    struct keyspace *storage;
    struct key key;
    char text[512];
};

static void choose(struct model *model, struct target *target)
{
    target->keyspace = (uint32_t)random_below(&model->random, KEYSPACES);
    target->database = (uint32_t)random_below(&model->random, DATABASES);
    target->number = (uint32_t)random_below(&model->random, KEYS);
    target->value = &model->values[target->keyspace][target->database][target->number];
    target->storage = model->keyspaces[target->keyspace];
    target->key = keyspace_key(target->storage, name_of(target->text, target->number));
}

static void forget(struct model_value *value)
{
    free(value->bytes);
    *value = (struct model_value){0};
}

/* What has expired is absent. */
static bool present(const struct model *model, struct model_value *value)
{
    if (value->bytes != NULL && value->expiry <= model->now)
        forget(value);
    return value->bytes != NULL;
}

static void remember(struct model_value *value, const char *bytes, size_t length, time_ms expiry)
{
    char *copy = malloc(length + 1);

    memcpy(copy, bytes, length);
    forget(value);
    *value = (struct model_value){copy, length, expiry};
}

static void check_entry(const struct target *target, const struct entry *entry)
{
    char scratch[ENTRY_SCRATCH];

    assert_int_equal(entry != NULL, target->value->bytes != NULL);
    if (entry == NULL)
        return;
    assert_true(span_equal(entry_key(entry), target->key.name));
    assert_int_equal(entry_expiry(entry), target->value->expiry);
    assert_true(span_equal(entry_string(entry, scratch),
                           span_of(target->value->bytes, target->value->length)));
    assert_true(entry_memory(entry) >= target->key.name.length + 8);
}

static struct entry *find(struct model *model, struct target *target)
{
    struct entry *entry =
        keyspace_find(target->storage, target->database, &target->key, model->now);

    present(model, target->value);
    check_entry(target, entry);
    return entry;
}

static time_ms random_expiry(struct model *model)
{
    return random_below(&model->random, 2) == 0
               ? TIME_NEVER
               : model->now + 1 + (time_ms)random_below(&model->random, 3000);
}

static void set(struct model *model)
{
    static char bytes[40000];
    struct target target;
    size_t length = random_length(&model->random);
    time_ms expiry = random_expiry(model);
    bool keep = random_below(&model->random, 4) == 0;
    struct entry *entry;

    choose(model, &target);
    for (size_t i = 0; i < length; i++)
        bytes[i] = (char)('0' + (length + i) % 43);
    find(model, &target);
    if (keep)
        expiry = target.value->bytes != NULL ? target.value->expiry : TIME_NEVER;
    entry = keyspace_set_string(target.storage, target.database, &target.key,
                                span_of(bytes, length), keep ? EXPIRY_KEEP : expiry);
    remember(target.value, bytes, length, expiry);
    check_entry(&target, entry);
}

/* A part of the value becomes the value. */
static void set_to_part(struct model *model)
{
    struct target target;
    struct entry *entry;
    char scratch[ENTRY_SCRATCH];
    struct span bytes;
    size_t skipped;

    choose(model, &target);
    entry = find(model, &target);
    if (entry == NULL)
        return;
    bytes = entry_string(entry, scratch);
    skipped = random_below(&model->random, bytes.length + 1);
    remember(target.value, target.value->bytes + skipped, bytes.length - skipped,
             random_expiry(model));
    entry = keyspace_set_string(target.storage, target.database, &target.key,
                                span_of(bytes.data + skipped, bytes.length - skipped),
                                target.value->expiry);
    check_entry(&target, entry);
}

static void set_integer(struct model *model)
{
    struct target target;
    char text[32];
    int64_t value = (int64_t)random_next(&model->random) >> random_below(&model->random, 64);
    int64_t read;
    struct entry *entry;

    choose(model, &target);
    find(model, &target);
    entry = keyspace_set_integer(target.storage, target.database, &target.key, value, TIME_NEVER);
    remember(target.value, text, (size_t)snprintf(text, sizeof(text), "%lld", (long long)value),
             TIME_NEVER);
    check_entry(&target, entry);
    assert_true(entry_string_integer(entry, &read));
    assert_int_equal(read, value);
    assert_string_equal(entry_encoding_name(entry), "int");
}

static void edit(struct model *model)
{
    struct target target;
    size_t length = random_length(&model->random);
    struct model_value *value;
    struct entry *entry;
    char *bytes;

    choose(model, &target);
    find(model, &target);
    value = target.value;
    entry = keyspace_string_edit(target.storage, target.database, &target.key, length, &bytes);
    if (value->bytes == NULL)
        remember(value, "", 0, TIME_NEVER);
    if (length > value->length) {
        value->bytes = realloc(value->bytes, length + 1);
        memset(value->bytes + value->length, 0, length - value->length);
        value->length = length;
    }
    check_entry(&target, entry);
    if (value->length > 0) {
        size_t place = random_below(&model->random, value->length);

        bytes[place] = value->bytes[place] = (char)random_next(&model->random);
    }
    check_entry(&target, entry);
    assert_string_equal(entry_encoding_name(entry), "raw");
}

static void change_expiry(struct model *model)
{
    struct target target;

    choose(model, &target);
    if (find(model, &target) == NULL)
        return;
    target.value->expiry = random_expiry(model);
    check_entry(&target, keyspace_set_expiry(target.storage, target.database, &target.key,
                                             target.value->expiry));
}

static void delete (struct model *model)
{
    struct target target;
    bool deleted;

    choose(model, &target);
    deleted = keyspace_delete(target.storage, target.database, &target.key, model->now);
    assert_int_equal(deleted, present(model, target.value));
    forget(target.value);
}

static void move_or_copy(struct model *model, bool copy)
{
    struct target from;
    struct target to;

    choose(model, &from);
    choose(model, &to);
    if (find(model, &from) == NULL || from.value == to.value)
        return;
    find(model, &to);
    if (copy)
        keyspace_copy(from.storage, from.database, &from.key, to.storage, to.database, &to.key);
    else
        keyspace_move(from.storage, from.database, &from.key, to.storage, to.database, &to.key);
    remember(to.value, from.value->bytes, from.value->length, from.value->expiry);
    if (!copy)
        forget(from.value);
    find(model, &from);
    find(model, &to);
}

static void empty(struct model *model)
{
    struct target target;
    bool slot_only;

    choose(model, &target);
    slot_only = random_below(&model->random, 3) > 0;
    if (slot_only)
        keyspace_flush_slot(target.storage, target.key.slot);
    else
        keyspace_flush(target.storage, target.database);
    for (uint32_t database = 0; database < DATABASES; database++) {
        for (uint32_t number = 0; number < KEYS; number++) {
            char text[512];
            struct key key = keyspace_key(target.storage, name_of(text, number));

            if (slot_only ? key.slot == target.key.slot : database == target.database)
                forget(&model->values[target.keyspace][database][number]);
        }
    }
}

static void swap(struct model *model)
{
    struct target target;
    uint32_t other = (uint32_t)random_below(&model->random, DATABASES);

    choose(model, &target);
    keyspace_swap(target.storage, target.database, other);
    for (uint32_t number = 0; number < KEYS; number++) {
        struct model_value *values[2] = {
            &model->values[target.keyspace][target.database][number],
            &model->values[target.keyspace][other][number],
        };
        struct model_value value = *values[0];

        *values[0] = *values[1];
        *values[1] = value;
    }
}

struct observed {
    struct model *model;
    uint32_t keyspace;
};

static void observe(void *context, uint32_t database, const struct entry *entry)
{
    struct observed *observed = context;
    struct model_value *value =
        &observed->model->values[observed->keyspace][database][number_of(entry_key(entry))];

    assert_true(entry_expiry(entry) <= observed->model->now);
    /* The model may have noticed already. */
    if (value->bytes != NULL)
        assert_int_equal(entry_expiry(entry), value->expiry);
    observed->model->told[observed->keyspace]++;
}

static void pass_time(struct model *model)
{
    model->now += (time_ms)random_below(&model->random, 150);
    for (uint32_t i = 0; i < KEYSPACES; i++) {
        if (random_below(&model->random, 2) == 0) {
            uint32_t budget = 1 + (uint32_t)random_below(&model->random, 300);

            while (keyspace_expire(model->keyspaces[i], model->now, budget))
                ;
            assert_true(keyspace_next_expiry(model->keyspaces[i]) > model->now);
        }
        keyspace_reclaim(model->keyspaces[i], 1 + (uint32_t)random_below(&model->random, 20));
        if (random_below(&model->random, 4) == 0)
            (void)keyspace_compact(model->keyspaces[i],
                                   1 + (uint32_t)random_below(&model->random, 100));
    }
}

static void visit(void *context, const struct entry *entry)
{
    struct model *model = context;
    uint32_t number = number_of(entry_key(entry));
    struct model_value *value = &model->values[model->visiting][model->visiting_database][number];

    if (model->visiting_slot >= 0)
        assert_int_equal(key_slot(entry_key(entry)), model->visiting_slot);
    model->visits++;
    model->visited[number] = 1;
    if (entry_expiry(entry) > model->now)
        assert_non_null(value->bytes);
}

static void scan(struct model *model, uint32_t keyspace, uint32_t database)
{
    uint64_t cursor = 0;
    uint32_t calls = 0;

    model->visiting = keyspace;
    model->visiting_database = database;
    model->visiting_slot = -1;
    memset(model->visited, 0, sizeof(model->visited));
    while (cursor != KEYSPACE_SCAN_END) {
        uint64_t count = 1 + random_below(&model->random, 20);

        model->visits = 0;
        cursor = keyspace_scan(model->keyspaces[keyspace], database, cursor, count, visit, model);
        assert_true(cursor == KEYSPACE_SCAN_END || cursor < UINT64_C(1) << 63);
        assert_true(model->visits >= count || cursor == KEYSPACE_SCAN_END);
        assert_true(calls++ <= KEYS);
    }
    for (uint32_t number = 0; number < KEYS; number++) {
        if (present(model, &model->values[keyspace][database][number]))
            assert_int_equal(model->visited[number], 1);
    }
}

static void check_database(struct model *model, uint32_t keyspace, uint32_t database)
{
    struct keyspace *storage = model->keyspaces[keyspace];
    uint64_t size = 0;
    uint64_t volatile_size = 0;
    struct entry *entry;

    scan(model, keyspace, database);
    /* Looking at each one removes those that have expired. */
    for (uint32_t number = 0; number < KEYS; number++) {
        struct target target = {.database = database, .storage = storage};

        target.value = &model->values[keyspace][database][number];
        target.key = keyspace_key(storage, name_of(target.text, number));
        present(model, target.value);
        keyspace_prefetch_table(storage, database, &target.key);
        keyspace_prefetch_words(storage, database, &target.key);
        keyspace_prefetch_entry(storage, database, &target.key);
        check_entry(&target, keyspace_peek(storage, database, &target.key, model->now));
        size += target.value->bytes != NULL;
        volatile_size += target.value->bytes != NULL && target.value->expiry != TIME_NEVER;
    }
    assert_int_equal(keyspace_size(storage, database), size);
    assert_int_equal(keyspace_volatile_size(storage, database), volatile_size);
    entry = keyspace_random(storage, database, model->now);
    assert_int_equal(entry != NULL, size > 0);
    if (entry != NULL)
        assert_non_null(model->values[keyspace][database][number_of(entry_key(entry))].bytes);
    if (volatile_size == 0)
        assert_int_equal(keyspace_average_ttl(storage, database, model->now), 0);
    else
        assert_in_range(keyspace_average_ttl(storage, database, model->now), 0, 3000);
}

static void check_all(struct model *model)
{
    for (uint32_t i = 0; i < KEYSPACES; i++) {
        uint64_t size = 0;
        struct keyspace_statistics statistics;

        for (uint32_t database = 0; database < DATABASES; database++) {
            check_database(model, i, database);
            size += keyspace_size(model->keyspaces[i], database);
        }
        for (uint32_t slot = 0; slot < SLOT_COUNT; slot++)
            size -= keyspace_slot_size(model->keyspaces[i], (uint16_t)slot);
        assert_int_equal(size, 0);
        keyspace_statistics(model->keyspaces[i], &statistics);
        assert_int_equal(statistics.expired, model->told[i]);
    }
}

static void step(struct model *model)
{
    switch (random_below(&model->random, 16)) {
    case 0:
    case 1:
        delete (model);
        break;
    case 2:
        set_integer(model);
        break;
    case 3:
    case 4:
        edit(model);
        break;
    case 5:
        change_expiry(model);
        break;
    case 6:
        move_or_copy(model, true);
        break;
    case 7:
        move_or_copy(model, false);
        break;
    case 8:
        set_to_part(model);
        break;
    case 9:
        pass_time(model);
        break;
    default:
        set(model);
        break;
    }
    if (random_below(&model->random, 400) == 0)
        empty(model);
    if (random_below(&model->random, 200) == 0)
        swap(model);
}

static void run(uint64_t seed)
{
    struct model *model = calloc(1, sizeof(*model));
    struct observed observed[KEYSPACES];

    print_message("seed %llu\n", (unsigned long long)seed);
    random_seed(&model->random, seed);
    model->now = 1000000;
    for (uint32_t i = 0; i < KEYSPACES; i++) {
        model->keyspaces[i] = keyspace_create(&(struct keyspace_options){
            .databases = DATABASES, .hash_seed = seed, .random_seed = seed + i});
        observed[i] = (struct observed){model, i};
        keyspace_on_expired(model->keyspaces[i], observe, &observed[i]);
        if (seed % 2 == 0)
            keyspace_set_access_tracking(model->keyspaces[i], ACCESS_FREQUENCY);
    }
    for (uint32_t i = 1; i <= STEPS; i++) {
        step(model);
        if (i % 1000 == 0)
            check_all(model);
    }
    for (uint32_t i = 0; i < KEYSPACES; i++) {
        keyspace_destroy(model->keyspaces[i]);
        for (uint32_t database = 0; database < DATABASES; database++) {
            for (uint32_t number = 0; number < KEYS; number++)
                forget(&model->values[i][database][number]);
        }
    }
    free(model);
}

static void test_random_changes(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 4; seed++)
        run(seed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_random_changes)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
