/*
 * The bit kernels against loops that look at one bit at a time: random lengths, every alignment,
 * strings of random bytes, of long runs, and nearly empty or full ones.
 *
 * Every string is a block of exactly its size, so that sanitizers see reads beyond it.
 */
#include "proto/base/memory.h"
#include "proto/base/random.h"
#include "storage/types/bitmap.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
/* Behind the headers that it needs. */
#include <cmocka.h>

enum { ROUNDS = 3000, ALIGNMENTS = 32, SOURCES_MAX = 6 };

static struct random start(void)
{
    struct random random;
    uint64_t seed = 20261;
    const char *given = getenv("TESSERA_SEED");

    if (given != NULL)
        seed = strtoull(given, NULL, 10);
    print_message("TESSERA_SEED=%llu\n", (unsigned long long)seed);
    random_seed(&random, seed);
    return random;
}

/* Bytes in a block of their own, at an address of random alignment. */
struct string {
    char *block;
    struct span bytes;
};

static void fill(struct random *random, char *bytes, size_t length)
{
    uint64_t kind = random_below(random, 4);
    char pattern = random_below(random, 2) == 0 ? 0 : (char)0xff;

    memset(bytes, pattern, length);
    if (length == 0 || kind == 0)
        return;
    if (kind == 1) {
        bytes[random_below(random, length)] ^= (char)(1 << random_below(random, 8));
        return;
    }
    for (size_t i = 0; i < length; i++)
        if (kind == 2 || random_below(random, 8) == 0)
            bytes[i] = (char)random_next(random);
}

static struct string random_string(struct random *random)
{
    static const size_t limits[] = {4, 40, 300, 5000, 20000};
    size_t length = random_below(random, limits[random_below(random, 5)]);
    size_t skipped = random_below(random, ALIGNMENTS);
    struct string string = {.block = memory_new(skipped + length + 1)};

    /* The end of the block is the end of the string. */
    string.block = memory_resize(string.block, skipped + length + (skipped + length == 0));
    string.bytes = span_of(string.block + skipped, length);
    fill(random, string.block + skipped, length);
    return string;
}

static bool naive_bit(struct span bytes, uint64_t position)
{
    return position / 8 < bytes.length &&
           ((unsigned char)bytes.data[position / 8] & (0x80 >> position % 8)) != 0;
}

static void test_count_and_find(void **state)
{
    struct random random = start();

    (void)state;
    for (int round = 0; round < ROUNDS; round++) {
        struct string string = random_string(&random);
        uint64_t bits = 8 * (uint64_t)string.bytes.length;
        uint64_t first = random_below(&random, bits + 1);
        uint64_t end = first + random_below(&random, bits - first + 1);
        bool wanted = random_below(&random, 2) == 1;
        uint64_t count = 0;
        uint64_t found = UINT64_MAX;
        uint64_t position = UINT64_MAX;

        if (random_below(&random, 3) == 0) {
            first = 0;
            end = bits;
        }
        for (uint64_t i = first; i < end; i++) {
            count += naive_bit(string.bytes, i);
            if (found == UINT64_MAX && naive_bit(string.bytes, i) == wanted)
                found = i;
        }
        assert_int_equal(bitmap_count(string.bytes, first, end), count);
        assert_int_equal(bitmap_find(string.bytes, first, end, wanted, &position),
                         found != UINT64_MAX);
        if (found != UINT64_MAX)
            assert_int_equal(position, found);
        for (enum bitmap_way way = BITMAP_PORTABLE; way <= BITMAP_AVX512; way++) {
            if (bitmap_has_way(way))
                assert_int_equal(bitmap_count_by(way, string.bytes),
                                 bitmap_count(string.bytes, 0, bits));
        }
        assert_int_equal(bitmap_bit(string.bytes, first), naive_bit(string.bytes, first));
        memory_free(string.block);
    }
}

static bool naive_combine(enum bitmap_operation operation, const bool *bits, uint32_t count)
{
    bool all = bits[0];
    bool others = false;
    uint32_t set = bits[0];

    for (uint32_t i = 1; i < count; i++) {
        all = all && bits[i];
        others = others || bits[i];
        set += bits[i];
    }
    switch (operation) {
    case BITMAP_AND:
        return all;
    case BITMAP_OR:
        return set > 0;
    case BITMAP_XOR:
        return set % 2 == 1;
    case BITMAP_NOT:
        return !bits[0];
    case BITMAP_DIFFERENCE:
        return bits[0] && !others;
    case BITMAP_DIFFERENCE_ONE:
        return !bits[0] && others;
    case BITMAP_AND_OR:
        return bits[0] && others;
    case BITMAP_ONE:
        return set == 1;
    }
    return false;
}

static void test_combine(void **state)
{
    struct random random = start();

    (void)state;
    for (int round = 0; round < ROUNDS / 4; round++) {
        struct string strings[SOURCES_MAX];
        struct span sources[SOURCES_MAX];
        enum bitmap_operation operation = (enum bitmap_operation)random_below(&random, 8);
        uint32_t count = operation == BITMAP_NOT ? 1 : 1 + (uint32_t)random_below(&random, 6);
        size_t length = 0;
        char *result;

        for (uint32_t i = 0; i < count; i++) {
            strings[i] = random_string(&random);
            sources[i] = strings[i].bytes;
            if (sources[i].length > length)
                length = sources[i].length;
        }
        result = memory_new(length + (length == 0));
        bitmap_combine(operation, sources, count, result, length);
        for (uint64_t position = 0; position < 8 * length; position++) {
            bool bits[SOURCES_MAX];

            for (uint32_t i = 0; i < count; i++)
                bits[i] = naive_bit(sources[i], position);
            assert_int_equal(naive_bit(span_of(result, length), position),
                             naive_combine(operation, bits, count));
        }
        memory_free(result);
        for (uint32_t i = 0; i < count; i++)
            memory_free(strings[i].block);
    }
}

static void test_fields(void **state)
{
    struct random random = start();

    (void)state;
    for (int round = 0; round < ROUNDS * 10; round++) {
        size_t length = 1 + random_below(&random, 24);
        char *bytes = memory_new(length);
        char *before = memory_new(length);
        uint32_t width = 1 + (uint32_t)random_below(&random, 64);
        uint64_t first = random_below(&random, 8 * length + 20);
        uint64_t value = random_next(&random);
        uint64_t expected = 0;

        fill(&random, bytes, length);
        memcpy(before, bytes, length);
        for (uint32_t i = 0; i < width; i++)
            expected = expected << 1 | naive_bit(span_of(bytes, length), first + i);
        assert_int_equal(bitmap_field(span_of(bytes, length), first, width), expected);
        if (first + width <= 8 * length) {
            bitmap_set_field(bytes, length, first, width, value);
            for (uint64_t i = 0; i < 8 * length; i++) {
                bool inside = i >= first && i < first + width;

                assert_int_equal(naive_bit(span_of(bytes, length), i),
                                 inside ? (value >> (first + width - 1 - i) & 1) != 0
                                        : naive_bit(span_of(before, length), i));
            }
        }
        memory_free(before);
        memory_free(bytes);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_count_and_find),
        cmocka_unit_test(test_combine),
        cmocka_unit_test(test_fields),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
