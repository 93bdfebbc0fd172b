#include "proto/base/random.h"
#include "proto/key_slot/key_slot.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static uint64_t seed = 16384;

static uint16_t bitwise(struct span bytes)
{
    unsigned crc = 0;

    for (size_t i = 0; i < bytes.length; i++) {
        crc ^= (unsigned)(unsigned char)bytes.data[i] << 8;
        for (int bit = 0; bit < 8; bit++)
            crc = crc & 0x8000 ? (crc << 1) ^ 0x1021 : crc << 1;
    }
    return (uint16_t)crc;
}

static void test_crc_against_bitwise(void **state)
{
    struct random random;
    char bytes[200];

    (void)state;
    random_seed(&random, seed);
    assert_int_equal(key_slot_crc16(SPAN("123456789")), 0x31c3);
    assert_int_equal(key_slot_crc16(SPAN("")), 0);
    for (int i = 0; i < 50000; i++) {
        size_t length = i % sizeof(bytes);

        for (size_t k = 0; k < length; k++)
            bytes[k] = (char)random_next(&random);
        assert_int_equal(key_slot_crc16(span_of(bytes, length)), bitwise(span_of(bytes, length)));
    }
}

static void assert_tag(struct span key, struct span tag)
{
    assert_true(span_equal(key_slot_tag(key), tag));
    assert_int_equal(key_slot(key), bitwise(tag) % SLOT_COUNT);
}

static void test_tags(void **state)
{
    (void)state;
    assert_tag(SPAN(""), SPAN(""));
    assert_tag(SPAN("plain"), SPAN("plain"));
    assert_tag(SPAN("{user1000}.following"), SPAN("user1000"));
    assert_tag(SPAN("foo{}{bar}"), SPAN("foo{}{bar}"));
    assert_tag(SPAN("foo{{bar}}zap"), SPAN("{bar"));
    assert_tag(SPAN("foo{bar}{zap}"), SPAN("bar"));
    assert_tag(SPAN("foo{bar"), SPAN("foo{bar"));
    assert_tag(SPAN("foo}bar{x"), SPAN("foo}bar{x"));
    assert_tag(SPAN("}{a}"), SPAN("a"));
    assert_tag(SPAN("{"), SPAN("{"));
    assert_tag(SPAN("{}"), SPAN("{}"));
    assert_tag(SPAN("{\0}"), SPAN("\0"));
}

static void test_known_slots(void **state)
{
    (void)state;
    assert_int_equal(key_slot(SPAN("foo")), 12182);
    assert_int_equal(key_slot(SPAN("bar")), 5061);
    assert_int_equal(key_slot(SPAN("hello")), 866);
    assert_int_equal(key_slot(SPAN("")), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_crc_against_bitwise),
        cmocka_unit_test(test_tags),
        cmocka_unit_test(test_known_slots),
    };

    if (getenv("SEED") != NULL)
        seed = strtoull(getenv("SEED"), NULL, 10);
    printf("seed %llu\n", (unsigned long long)seed);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
