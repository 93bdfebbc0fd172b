/*
 * Bloom filters against what was put into them: whatever was added is found, what was not is found
 * about as often as asked for, copies and dumps are the same filter, and RDB is read whole or not
 * at all.
 */
#include "proto/base/memory.h"
#include "proto/base/random.h"
#include "storage/object.h"
#include "storage/rdb_value.h"
#include "storage/types/bloom.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
/* Behind the headers that it needs. */
#include <cmocka.h>

enum { PROBES = 200000, TEXT_MAX = 32 };

static struct random start(void)
{
    struct random random;
    uint64_t seed = 20263;
    const char *given = getenv("TESSERA_SEED");

    if (given != NULL)
        seed = strtoull(given, NULL, 10);
    print_message("TESSERA_SEED=%llu\n", (unsigned long long)seed);
    random_seed(&random, seed);
    return random;
}

static struct span item_of(char text[TEXT_MAX], const char *kind, uint64_t series, uint32_t number)
{
    int length =
        snprintf(text, TEXT_MAX, "%s:%x:%u", kind, (unsigned)(series & 0xffffffff), number);

    return span_of(text, (size_t)length);
}

static void discard(struct heap *heap, struct bloom *bloom)
{
    uint32_t budget = 1;

    /* In slices. */
    while (!bloom_kind.release(heap, bloom, &budget))
        budget = 1;
}

/* Adds items until the chain says that so many were new. */
static void fill(struct heap *heap, struct bloom *bloom, uint64_t series, uint32_t count)
{
    char text[TEXT_MAX];

    for (uint32_t i = 0; i < count; i++) {
        struct span item = item_of(text, "in", series, i);
        enum bloom_result result = bloom_add(heap, bloom, item);

        assert_true(result == BLOOM_ADDED || result == BLOOM_PRESENT);
        assert_true(bloom_has(bloom, item));
    }
    for (uint32_t i = 0; i < count; i++)
        assert_true(bloom_has(bloom, item_of(text, "in", series, i)));
}

static double false_rate(const struct bloom *bloom, uint64_t series)
{
    char text[TEXT_MAX];
    uint32_t found = 0;

    for (uint32_t i = 0; i < PROBES; i++)
        found += bloom_has(bloom, item_of(text, "out", series, i));
    return (double)found / PROBES;
}

static void test_false_positives(void **state)
{
    static const struct {
        double rate;
        uint32_t capacity;
        uint32_t items;
        bool scaling;
    } rows[] = {
        {0.01, 10000, 10000, false}, {0.001, 20000, 20000, false}, {0.1, 5000, 5000, false},
        {0.01, 1000, 50000, true},   {0.001, 500, 20000, true},    {0.25, 100, 20000, true},
    };
    struct heap *heap = heap_create();
    struct random random = start();

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        uint64_t series = random_next(&random);
        struct bloom *bloom =
            bloom_create(heap, rows[i].rate, rows[i].capacity, 2, rows[i].scaling);
        double rate;

        assert_non_null(bloom);
        fill(heap, bloom, series, rows[i].items);
        rate = false_rate(bloom, series);
        print_message("asked for %g, found %g with %u filters\n", rows[i].rate, rate,
                      bloom_filter_count(bloom));
        /* Chance: of 200000 probes at 0.001, 200 within 60. */
        assert_true(rate <= rows[i].rate * 1.3);
        if (!rows[i].scaling)
            assert_true(rate >= rows[i].rate * 0.7);
        assert_true(bloom_items(bloom) >= rows[i].items * (1 - rows[i].rate));
        assert_true(bloom_items(bloom) <= bloom_capacity(bloom));
        discard(heap, bloom);
    }
    assert_int_equal(heap_used(heap), 0);
    heap_destroy(heap);
}

static void expect_same(const struct bloom *bloom, const struct bloom *other)
{
    assert_int_equal(bloom_items(bloom), bloom_items(other));
    assert_int_equal(bloom_filter_count(bloom), bloom_filter_count(other));
    assert_int_equal(bloom_options(bloom), bloom_options(other));
    assert_int_equal(bloom_expansion(bloom), bloom_expansion(other));
    for (uint32_t i = 0; i < bloom_filter_count(bloom); i++) {
        struct bloom_shape shape = bloom_shape_of(bloom, i);
        struct bloom_shape other_shape = bloom_shape_of(other, i);

        assert_int_equal(shape.capacity, other_shape.capacity);
        assert_int_equal(shape.items, other_shape.items);
        assert_int_equal(shape.hashes, other_shape.hashes);
        assert_true(shape.error_rate == other_shape.error_rate);
        assert_true(span_equal(bloom_filter_span(bloom, i), bloom_filter_span(other, i)));
    }
}

static struct bloom *dumped_and_loaded(struct heap *heap, const struct bloom *bloom)
{
    size_t length = bloom_header_length(bloom);
    char *header = memory_new(length);
    struct bloom *loaded;
    int64_t cursor = 1;

    bloom_write_header(bloom, header);
    loaded = bloom_create_from_header(heap, span_of(header, length));
    assert_non_null(loaded);
    for (size_t torn = 0; torn < length; torn++)
        assert_null(bloom_create_from_header(heap, span_of(header, torn)));
    for (;;) {
        struct span chunk = bloom_chunk(bloom, &cursor);

        if (cursor == 0)
            break;
        assert_int_equal(bloom_load_chunk(loaded, cursor, chunk), BLOOM_LOADED);
    }
    memory_free(header);
    return loaded;
}

static void test_copies(void **state)
{
    struct heap *heap = heap_create();
    struct random random = start();

    (void)state;
    for (int round = 0; round < 30; round++) {
        uint32_t capacity = 1 + (uint32_t)random_below(&random, 200);
        struct bloom *bloom = bloom_create(heap, 0.001 + random_unit(&random) / 5, capacity,
                                           1 + (uint32_t)random_below(&random, 4), true);
        struct bloom *copy;
        struct bloom *loaded;
        char text[TEXT_MAX];

        fill(heap, bloom, (uint64_t)round, (uint32_t)random_below(&random, 2000));
        copy = bloom_kind.copy(heap, bloom);
        loaded = dumped_and_loaded(heap, bloom);
        expect_same(bloom, copy);
        expect_same(bloom, loaded);
        assert_true(bloom_kind.memory(copy) <= bloom_kind.memory(bloom));
        /* Each goes on alike, and none with the others' bits. */
        for (uint32_t i = 0; i < 300; i++) {
            enum bloom_result result = bloom_add(heap, bloom, item_of(text, "more", 0, i));

            assert_int_equal(bloom_add(heap, copy, item_of(text, "more", 0, i)), result);
        }
        expect_same(bloom, copy);
        discard(heap, bloom);
        discard(heap, copy);
        discard(heap, loaded);
    }
    assert_int_equal(heap_used(heap), 0);
    heap_destroy(heap);
}

/* What a chain cannot be. */
static void test_limits(void **state)
{
    struct heap *heap = heap_create();
    struct bloom_shape sound = {
        .capacity = 10, .bits = 128, .error_rate = 0.1, .bits_per_item = 9, .hashes = 7};
    struct bloom_shape shapes[] = {sound, sound, sound, sound, sound, sound,
                                   sound, sound, sound, sound, sound};
    struct bloom *bloom = bloom_create_empty(heap, BLOOM_HASH_64, 2);

    (void)state;
    assert_null(bloom_create(heap, 1e-300, UINT64_C(1) << 40, 2, true));
    assert_null(bloom_create(heap, 0.01, UINT64_MAX, 2, true));
    assert_null(bloom_create_empty(heap, 0, 2));
    assert_null(bloom_create_empty(heap, BLOOM_HASH_64 | 2, 2));
    assert_null(bloom_create_empty(heap, BLOOM_HASH_64, BLOOM_EXPANSION_MAX + 1));
    shapes[0].capacity = 0;
    shapes[1].bits = 120;
    shapes[2].bits = 0;
    shapes[3].bits = UINT64_C(1) << 62;
    shapes[4].error_rate = 0;
    shapes[5].error_rate = NAN;
    shapes[6].bits_per_item = 1e300;
    shapes[7].bits_per_item = NAN;
    shapes[8].hashes = 8;
    shapes[9].exponent = 8;
    shapes[10].exponent = 255;
    for (size_t i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i++)
        assert_null(bloom_append(heap, bloom, &shapes[i]));
    sound.items = INT64_MAX;
    assert_non_null(bloom_append(heap, bloom, &sound));
    sound.items = 1;
    assert_null(bloom_append(heap, bloom, &sound));
    sound.items = 0;
    sound.exponent = 7;
    while (bloom_append(heap, bloom, &sound) != NULL)
        ;
    assert_int_equal(bloom_filter_count(bloom), BLOOM_FILTERS_MAX);
    assert_false(bloom_has(bloom, SPAN("x")));
    bloom_discard(heap, bloom);
    assert_int_equal(heap_used(heap), 0);
    heap_destroy(heap);
}

static enum rdb_value_outcome load(struct keyspace *keyspace, const struct key *key,
                                   struct span bytes)
{
    struct rdb_value_limits limits = {0};
    struct rdb_reader reader = rdb_reader_of(bytes);

    return rdb_value_load(&reader, RDB_MODULE_2, RDB_FAMILY_REDIS, keyspace, 0, key, &limits, 0);
}

/* Every prefix of a value in RDB is refused, and every value with another byte is refused or a
 * filter that can be used. */
static void test_rdb(void **state)
{
    struct keyspace_options options = {.databases = 1, .hash_seed = 1, .random_seed = 2};
    struct keyspace *keyspace = keyspace_create(&options);
    struct key key = keyspace_key(keyspace, SPAN("key"));
    struct key other = keyspace_key(keyspace, SPAN("other"));
    struct collection collection = collection_open(keyspace, 0, &key, VALUE_BLOOM);
    struct heap *heap = collection_heap(&collection);
    struct bloom *bloom = bloom_create(heap, 0.01, 5, 2, true);
    struct random random = start();
    struct rdb_writer writer;
    char *copy;

    (void)state;
    fill(heap, bloom, 1, 20);
    collection_set_object(&collection, bloom);
    rdb_writer_init(&writer, false);
    assert_int_equal(rdb_value_type(collection.entry, RDB_VERSION), RDB_MODULE_2);
    rdb_value_write(&writer, collection.entry, RDB_MODULE_2, 0);
    for (size_t length = 0; length < writer.length; length++) {
        copy = memory_new(length + (length == 0));
        if (length > 0)
            memcpy(copy, writer.bytes, length);
        assert_int_equal(load(keyspace, &other, span_of(copy, length)), RDB_VALUE_BAD);
        memory_free(copy);
    }
    copy = memory_copy(writer.bytes, writer.length);
    for (size_t place = 0; place < writer.length; place++) {
        copy[place] = (char)random_next(&random);
        if (load(keyspace, &other, span_of(copy, writer.length)) == RDB_VALUE_LOADED) {
            struct entry *entry = keyspace_peek(keyspace, 0, &other, 0);

            bloom_add(heap, entry_object(entry), SPAN("one more"));
            assert_true(bloom_has(entry_object(entry), SPAN("one more")));
        }
        copy[place] = writer.bytes[place];
    }
    assert_int_equal(load(keyspace, &other, span_of(copy, writer.length)), RDB_VALUE_LOADED);
    expect_same(bloom, entry_object(keyspace_peek(keyspace, 0, &other, 0)));
    memory_free(copy);
    rdb_writer_free(&writer);
    keyspace_destroy(keyspace);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_false_positives),
        cmocka_unit_test(test_copies),
        cmocka_unit_test(test_limits),
        cmocka_unit_test(test_rdb),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
