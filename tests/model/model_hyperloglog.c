/*
 * HyperLogLogs against an array of registers: random marks in random and ascending order, sparse
 * and dense, merging, packing and unpacking; and counts against what was really there.
 */
#include "proto/base/memory.h"
#include "proto/base/random.h"
#include "storage/types/hyperloglog.h"
#include "storage/types/hyperloglog_dense.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
/* Behind the headers that it needs. */
#include <cmocka.h>

enum { ROUNDS = 60, MARKS_MAX = 6000, PACKED = HYPERLOGLOG_REGISTERS * 6 / 8 };

static struct random start(void)
{
    struct random random;
    uint64_t seed = 20262;
    const char *given = getenv("TESSERA_SEED");

    if (given != NULL)
        seed = strtoull(given, NULL, 10);
    print_message("TESSERA_SEED=%llu\n", (unsigned long long)seed);
    random_seed(&random, seed);
    return random;
}

/* A block of exactly the string's size, so that sanitizers see reads beyond it. */
static void expect_registers(const struct hyperloglog *hyperloglog, const uint8_t *expected)
{
    struct span string = hyperloglog_string(hyperloglog);
    struct span copy = span_of(memory_new(string.length), string.length);
    uint8_t registers[HYPERLOGLOG_REGISTERS] = {0};
    uint64_t cardinality;

    memcpy((char *)copy.data, string.data, string.length);
    assert_true(hyperloglog_is(copy));
    assert_true(hyperloglog_merge(copy, registers));
    assert_memory_equal(registers, expected, sizeof(registers));
    assert_true(hyperloglog_count(copy, &cardinality));
    assert_int_equal(cardinality, hyperloglog_count_registers(expected));
    memory_free((char *)copy.data);
}

static void test_marks(void **state)
{
    struct hyperloglog *hyperloglog = memory_new(sizeof(*hyperloglog));
    struct random random = start();

    (void)state;
    for (int round = 0; round < ROUNDS; round++) {
        static const size_t limits[] = {0, 100, 3000, 20000, SIZE_MAX};
        size_t limit = limits[random_below(&random, 5)];
        uint32_t marks = 1 + (uint32_t)random_below(&random, MARKS_MAX);
        uint32_t span = 1 + (uint32_t)random_below(&random, HYPERLOGLOG_REGISTERS);
        uint8_t value_max = round % 3 == 0 ? 3 : round % 3 == 1 ? 32 : 51;
        bool ascending = random_below(&random, 3) == 0;
        uint8_t expected[HYPERLOGLOG_REGISTERS] = {0};

        hyperloglog_create(hyperloglog);
        for (uint32_t i = 0; i < marks; i++) {
            struct hyperloglog_mark mark = {
                .index = ascending ? (uint32_t)((uint64_t)i * span / marks)
                                   : (uint32_t)random_below(&random, span),
                .value = (uint8_t)(1 + random_below(&random, value_max)),
            };
            enum hyperloglog_result result = hyperloglog_raise(hyperloglog, mark, limit);
            bool raises = mark.value > expected[mark.index];

            assert_int_equal(result, raises ? HYPERLOGLOG_CHANGED : HYPERLOGLOG_SAME);
            if (raises)
                expected[mark.index] = mark.value;
            if (i % 997 == 0)
                expect_registers(hyperloglog, expected);
            if (!hyperloglog_is_dense(hyperloglog_string(hyperloglog)))
                assert_true(hyperloglog->length <= limit || hyperloglog->length == 18);
        }
        expect_registers(hyperloglog, expected);
        assert_true(hyperloglog_make_dense(hyperloglog));
        expect_registers(hyperloglog, expected);
    }
    memory_free(hyperloglog);
}

/* One that remembers where its last mark went becomes the same, byte for byte, as one that searches
 * from the beginning each time. */
static void test_searches(void **state)
{
    struct hyperloglog *one = memory_new(sizeof(*one));
    struct hyperloglog *other = memory_new(sizeof(*other));
    struct hyperloglog *before = memory_new(sizeof(*before));
    struct random random = start();

    (void)state;
    for (uint64_t round = 0; round < 16; round++) {
        uint32_t index = (uint32_t)random_below(&random, HYPERLOGLOG_REGISTERS - 100);
        uint32_t end = index + 500 * (uint32_t)round + 100;

        hyperloglog_create(one);
        hyperloglog_create(other);
        while (index < end && index < HYPERLOGLOG_REGISTERS) {
            struct hyperloglog_mark mark = {.index = index,
                                            .value = (uint8_t)(1 + random_below(&random, 3))};
            enum hyperloglog_result result = hyperloglog_raise(one, mark, SIZE_MAX);

            assert_true(hyperloglog_load(before, hyperloglog_string(other)));
            assert_int_equal(hyperloglog_raise(before, mark, SIZE_MAX), result);
            assert_true(hyperloglog_load(other, hyperloglog_string(before)));
            assert_int_equal(one->length, other->length);
            assert_memory_equal(one->bytes, other->bytes, one->length);
            index += (uint32_t)random_below(&random, 2 + round);
            if (random_below(&random, 100) == 0)
                index = index > 50 ? index - 50 : 0;
        }
    }
    memory_free(before);
    memory_free(other);
    memory_free(one);
}

static uint8_t naive_register(const char *packed, uint32_t index)
{
    uint32_t value = 0;

    for (uint32_t bit = 0; bit < 6; bit++) {
        uint32_t position = index * 6 + bit;

        value |= (uint32_t)((unsigned char)packed[position / 8] >> position % 8 & 1) << bit;
    }
    return (uint8_t)value;
}

static void test_packing(void **state)
{
    struct random random = start();

    (void)state;
    for (int round = 0; round < ROUNDS; round++) {
        /* At every alignment, and up to the end of the block. */
        size_t skipped = random_below(&random, 33);
        char *block = memory_new(skipped + PACKED);
        char *packed = block + skipped;
        char again[PACKED];
        uint8_t registers[HYPERLOGLOG_REGISTERS];
        uint8_t portable[HYPERLOGLOG_REGISTERS];
        uint8_t raised[HYPERLOGLOG_REGISTERS];
        uint32_t counts[64];
        uint32_t expected[64] = {0};

        for (uint32_t i = 0; i < PACKED; i++)
            packed[i] = (char)random_next(&random);
        hyperloglog_dense_unpack(packed, registers);
        hyperloglog_dense_unpack_portable(packed, portable);
        assert_memory_equal(registers, portable, sizeof(registers));
        for (uint32_t i = 0; i < HYPERLOGLOG_REGISTERS; i++) {
            assert_int_equal(registers[i], naive_register(packed, i));
            expected[registers[i]]++;
            portable[i] = (uint8_t)random_below(&random, 64);
        }
        hyperloglog_dense_pack(registers, again);
        assert_memory_equal(again, packed, PACKED);
        hyperloglog_dense_histogram(registers, counts);
        assert_memory_equal(counts, expected, sizeof(counts));
        hyperloglog_dense_pack_portable(registers, again);
        assert_memory_equal(again, packed, PACKED);
        for (uint32_t i = 0; i < HYPERLOGLOG_REGISTERS; i++)
            raised[i] = portable[i] > registers[i] ? portable[i] : registers[i];
        memcpy(registers, portable, sizeof(registers));
        hyperloglog_dense_raise_to(registers, packed);
        assert_memory_equal(registers, raised, sizeof(registers));
        hyperloglog_dense_raise_to_portable(portable, packed);
        assert_memory_equal(portable, raised, sizeof(portable));
        memory_free(block);
    }
}

/* Within five standard errors, from nothing to a million different elements. */
static void test_counts(void **state)
{
    struct hyperloglog *hyperloglog = memory_new(sizeof(*hyperloglog));
    struct random random = start();
    uint64_t due = 1;
    uint64_t cardinality;

    (void)state;
    hyperloglog_create(hyperloglog);
    for (uint64_t i = 1; i <= 1000000; i++) {
        uint64_t element = random_next(&random);

        hyperloglog_raise(hyperloglog,
                          hyperloglog_mark_of(span_of((const char *)&element, sizeof(element))),
                          3000);
        if (i < due)
            continue;
        due = i + i / 4 + 1;
        assert_true(hyperloglog_count(hyperloglog_string(hyperloglog), &cardinality));
        assert_true(fabs((double)cardinality - (double)i) <= 1 + 5 * 0.0081 * (double)i);
    }
    memory_free(hyperloglog);
}

/* Every prefix of a sparse string, and every string with one byte changed, is read without harm. */
static void test_damage(void **state)
{
    struct hyperloglog *whole = memory_new(sizeof(*whole));
    struct hyperloglog *damaged = memory_new(sizeof(*damaged));
    struct random random = start();
    uint64_t cardinality;

    (void)state;
    hyperloglog_create(whole);
    for (int i = 0; i < 300; i++)
        hyperloglog_raise(
            whole, (struct hyperloglog_mark){(uint32_t)random_below(&random, 16384), 3}, SIZE_MAX);
    for (size_t length = HYPERLOGLOG_HEADER; length < whole->length; length++) {
        char *copy = memory_copy(whole->bytes, length);
        struct span string = span_of(memory_resize(copy, length), length);
        struct hyperloglog_mark mark = {(uint32_t)random_below(&random, 16384), 9};
        uint8_t registers[HYPERLOGLOG_REGISTERS] = {0};

        assert_false(hyperloglog_count(string, &cardinality));
        assert_false(hyperloglog_merge(string, registers));
        assert_true(hyperloglog_load(damaged, string));
        hyperloglog_raise(damaged, mark, SIZE_MAX);
        assert_false(hyperloglog_make_dense(damaged));
        memory_free((char *)string.data);
    }
    for (size_t offset = HYPERLOGLOG_HEADER; offset < whole->length; offset++) {
        assert_true(hyperloglog_load(damaged, hyperloglog_string(whole)));
        damaged->bytes[offset] = (char)random_next(&random);
        for (int i = 0; i < 50; i++)
            hyperloglog_raise(damaged,
                              (struct hyperloglog_mark){(uint32_t)random_below(&random, 16384), 7},
                              SIZE_MAX);
        assert_true(damaged->length <= HYPERLOGLOG_LENGTH_MAX);
    }
    memory_free(damaged);
    memory_free(whole);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_marks),   cmocka_unit_test(test_searches),
        cmocka_unit_test(test_packing), cmocka_unit_test(test_counts),
        cmocka_unit_test(test_damage),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
