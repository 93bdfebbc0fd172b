/* RDB files: records, what is gone past, torn and unknown things; sums of pieces. */
#include "proto/rdb/crc64.h"
#include "proto/rdb/lzf_expand.h"
#include "proto/rdb/rdb_file.h"
#include "proto/rdb/rdb_skip.h"
#include "proto/rdb/rdb_writer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>
#include <lzf.h>

#define FILE_10                                                                                    \
    "REDIS0010"                                                                                    \
    "\xfa\x09redis-ver\x05"                                                                        \
    "7.0.1"                                                                                        \
    "\xf5\x05#!lua"                                                                                \
    "\xfe\x03\xfb\x02\x01"                                                                         \
    "\xfc\x01\x02\x00\x00\x00\x00\x00\x00\xf8\x40\x64"                                             \
    "\x00\x03key\x05value"                                                                         \
    "\xf9\x07\x01\x04list\x02\x01"                                                                 \
    "a\xc0\x05"                                                                                    \
    "\xf4\x05\x02\x01"                                                                             \
    "\xff\x01\x02\x03\x04\x05\x06\x07\x08"

static void test_records_are_told(void **state)
{
    struct rdb_file file;
    struct rdb_record record;

    (void)state;
    assert_true(rdb_file_open(&file, SPAN(FILE_10), false));
    assert_int_equal(file.version, 10);
    assert_int_equal(file.family, RDB_FAMILY_REDIS);
    assert_true(rdb_file_next(&file, &record));
    assert_int_equal(record.kind, RDB_RECORD_FACT);
    assert_true(span_equal(record.name.bytes, SPAN("redis-ver")));
    assert_true(span_equal(record.text.bytes, SPAN("7.0.1")));
    assert_true(rdb_file_next(&file, &record));
    assert_int_equal(record.kind, RDB_RECORD_FUNCTION);
    assert_true(rdb_file_next(&file, &record));
    assert_int_equal(record.kind, RDB_RECORD_DATABASE);
    assert_int_equal(record.numbers[0], 3);
    assert_true(rdb_file_next(&file, &record));
    assert_int_equal(record.kind, RDB_RECORD_SIZES);
    assert_true(rdb_file_next(&file, &record));
    assert_int_equal(record.kind, RDB_RECORD_KEY);
    assert_int_equal(record.type, RDB_STRING);
    assert_int_equal(record.expiry, 513);
    assert_int_equal(record.idle, 100);
    assert_int_equal(record.counter, -1);
    assert_true(span_equal(record.name.bytes, SPAN("key")));
    assert_true(span_equal(record.value, SPAN("\x05value")));
    assert_true(rdb_file_next(&file, &record));
    assert_int_equal(record.type, RDB_LIST);
    assert_int_equal(record.expiry, TIME_NEVER);
    assert_int_equal(record.idle, -1);
    assert_int_equal(record.counter, 7);
    assert_int_equal(record.value.length, 5);
    assert_true(rdb_file_next(&file, &record));
    assert_int_equal(record.kind, RDB_RECORD_SLOT);
    assert_int_equal(record.numbers[0], 5);
    assert_true(rdb_file_next(&file, &record));
    assert_int_equal(record.kind, RDB_RECORD_END);
    assert_true(record.numbers[0] == 0x0807060504030201);
    assert_int_equal(rdb_file_position(&file), sizeof(FILE_10) - 1);
}

static void test_every_prefix_is_torn(void **state)
{
    (void)state;
    for (size_t cut = 0; cut < sizeof(FILE_10) - 1; cut++) {
        char *copy = malloc(cut + 1);
        struct rdb_file file;
        struct rdb_record record;

        memcpy(copy, FILE_10, cut);
        if (rdb_file_open(&file, span_of(copy, cut), false))
            while (rdb_file_next(&file, &record)) {
                assert_int_not_equal(record.kind, RDB_RECORD_END);
                rdb_record_free(&record);
            }
        assert_int_equal(file.fault,
                         cut > 0 && cut < RDB_FILE_HEADER ? RDB_FAULT_MAGIC : RDB_FAULT_TORN);
        free(copy);
    }
}

static enum rdb_fault fault_of(struct span bytes)
{
    struct rdb_file file;
    struct rdb_record record;

    if (rdb_file_open(&file, bytes, false)) {
        while (rdb_file_next(&file, &record)) {
            bool ended = record.kind == RDB_RECORD_END;

            rdb_record_free(&record);
            if (ended)
                return RDB_FAULT_NONE;
        }
    }
    assert_true(strlen(rdb_fault_text(file.fault)) > 0);
    return file.fault;
}

static void test_headers_and_faults(void **state)
{
    static const struct {
        struct span bytes;
        enum rdb_fault fault;
    } cases[] = {
        {SPAN("REDIS0004\xff"), RDB_FAULT_NONE},
        {SPAN("REDIS0006\xff\0\0\0\0\0\0\0\0"), RDB_FAULT_NONE},
        {SPAN("REDIS0012\xff\0\0\0\0\0\0\0\0"), RDB_FAULT_NONE},
        {SPAN("VALKEY080\xff\0\0\0\0\0\0\0\0"), RDB_FAULT_NONE},
        {SPAN("VALKEY080\xf3\x03job\x01\x01\x05\xff\0\0\0\0\0\0\0\0"), RDB_FAULT_NONE},
        {SPAN("REDIS0013\xff\0\0\0\0\0\0\0\0"), RDB_FAULT_VERSION},
        {SPAN("REDIS0080\xff\0\0\0\0\0\0\0\0"), RDB_FAULT_VERSION},
        {SPAN("VALKEY011\xff\0\0\0\0\0\0\0\0"), RDB_FAULT_VERSION},
        {SPAN("REDIS0000\xff"), RDB_FAULT_VERSION},
        {SPAN("REDISabcd\xff"), RDB_FAULT_VERSION},
        {SPAN("RODIS0010\xff"), RDB_FAULT_MAGIC},
        {SPAN("REDIS0010\xf3\x03job\x01\x01\x05\xff"), RDB_FAULT_OPCODE},
        {SPAN("REDIS0010\x08\x01k\x01v"), RDB_FAULT_OPCODE},
        {SPAN("REDIS0010\xf0"), RDB_FAULT_OPCODE},
        {SPAN("REDIS0010\x06\x01k\x01v"), RDB_FAULT_MODULE_PRE_RELEASE},
        {SPAN("REDIS0010\xf6\x01v"), RDB_FAULT_FUNCTION_PRE_RELEASE},
        {SPAN("REDIS0010\xfe\xc0\x01"), RDB_FAULT_FORM},
        {SPAN("REDIS0011\x16\x01k\x00"), RDB_FAULT_OPCODE},
        {SPAN("VALKEY080\x18\x01k\x00"), RDB_FAULT_OPCODE},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        assert_int_equal(fault_of(cases[i].bytes), cases[i].fault);
}

/* ---- What is gone past ---- */

static void test_values_are_gone_past(void **state)
{
    static const struct {
        uint8_t type;
        struct span value;
    } cases[] = {
        {RDB_STRING, SPAN("\xc3\x02\x04\x00x")},
        {RDB_SET, SPAN("\x02\x01"
                       "a\xc1\x01\x02")},
        {RDB_ZSET, SPAN("\x03\x01"
                        "a\x03"
                        "1.5\x01"
                        "b\xfe\x01"
                        "c\xff")},
        {RDB_ZSET_2, SPAN("\x01\x01"
                          "a\0\0\0\0\0\0\0\0")},
        {RDB_HASH, SPAN("\x01\x01"
                        "a\x01"
                        "b")},
        {RDB_HASH_2, SPAN("\x01\x01"
                          "a\x01"
                          "b\xff\xff\xff\xff\xff\xff\xff\xff")},
        {RDB_HASH_METADATA, SPAN("\0\0\0\0\0\0\0\0\x01\x05\x01"
                                 "a\x01"
                                 "b")},
        {RDB_HASH_LISTPACK_EX, SPAN("\0\0\0\0\0\0\0\0\x02xx")},
        {RDB_LIST_QUICKLIST, SPAN("\x02\x01x\x01y")},
        {RDB_LIST_QUICKLIST_2, SPAN("\x02\x01\x01x\x02\x01y")},
        {RDB_MODULE_2, SPAN("\x81\0\0\0\0\0\0\0\x05\x02\x07\x05\x01x\x04\0\0\0\0\0\0\0\0\x00")},
        {RDB_STREAM_LISTPACKS, SPAN("\x00\x00\x01\x02\x01\x01g\x05\x06\x00\x01\x01"
                                    "c\0\0\0\0\0\0\0\0\x00")},
        {RDB_STREAM_LISTPACKS_2, SPAN("\x01\x10"
                                      "0123456789abcdef\x01x\x01\x02\x03\x04\x05\x06\x07\x08\x00")},
        {RDB_STREAM_LISTPACKS_3,
         SPAN("\x00\x00\x00\x00\x00\x00\x00\x00\x00\x01\x01g\x01\x02\x03\x01"
              "0123456789abcdef\0\0\0\0\0\0\0\0\x01\x01\x01"
              "c\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x01"
              "0123456789abcdef")},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        enum rdb_family family = cases[i].type == RDB_HASH_2 ? RDB_FAMILY_VALKEY : RDB_FAMILY_REDIS;

        for (size_t cut = 0; cut <= cases[i].value.length; cut++) {
            char *copy = malloc(cut + 1);
            struct rdb_reader reader;
            bool past;

            memcpy(copy, cases[i].value.data, cut);
            reader = rdb_reader_of(span_of(copy, cut));
            past = rdb_skip_value(&reader, cases[i].type, family);
            assert_int_equal(past, cut == cases[i].value.length);
            assert_int_equal(rdb_reader_left(&reader), 0);
            free(copy);
        }
    }
}

/* ---- Compressed strings ---- */

static void test_what_is_compressed_is_expanded(void **state)
{
    char text[3000], compressed[4000], expanded[3000];

    (void)state;
    /* Runs, patterns of every short length, repeats from far, and noise. */
    for (unsigned period = 1; period < 40; period++) {
        for (size_t length = 5; length < sizeof(text); length = length * 3 / 2) {
            unsigned size;

            for (size_t i = 0; i < length; i++)
                text[i] = (char)(i % 400 < 300 ? i % period : i * i * 31 / 7);
            size = lzf_compress(text, (unsigned)length, compressed, (unsigned)length);
            if (size == 0)
                continue;
            assert_true(lzf_expand(span_of(compressed, size), expanded, length));
            assert_memory_equal(text, expanded, length);
            assert_false(lzf_expand(span_of(compressed, size), expanded, length - 1));
            assert_false(lzf_expand(span_of(compressed, size - 1), expanded, length));
        }
    }
    assert_false(lzf_expand(SPAN("\x20\x00"), expanded, 3));
    assert_false(lzf_expand(SPAN("\x00"), expanded, 1));
    assert_false(lzf_expand(SPAN("\x00"
                                 "a\xe0\x01"),
                            expanded, 11));
}

/* ---- Sums ---- */

static void test_sums_of_pieces(void **state)
{
    char bytes[1000];
    uint64_t whole;

    (void)state;
    for (size_t i = 0; i < sizeof(bytes); i++)
        bytes[i] = (char)(i * 131 + i / 7);
    whole = crc64_update(0, span_of(bytes, sizeof(bytes)));
    for (size_t cut = 0; cut <= sizeof(bytes); cut++) {
        uint64_t first = crc64_update(0, span_of(bytes, cut));
        uint64_t second = crc64_update(0, span_of(bytes + cut, sizeof(bytes) - cut));

        assert_true((crc64_shift(first, sizeof(bytes) - cut) ^ second) == whole);
    }
    memset(bytes, 0, sizeof(bytes));
    assert_true(crc64_shift(whole, sizeof(bytes)) ==
                crc64_update(whole, span_of(bytes, sizeof(bytes))));
    assert_true(crc64_shift(whole, 0) == whole);
}

static void test_module_names(void **state)
{
    char name[RDB_MODULE_NAME + 1];

    (void)state;
    rdb_module_name(0, name);
    assert_string_equal(name, "AAAAAAAAA");
    rdb_module_name(UINT64_MAX, name);
    assert_string_equal(name, "_________");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_records_are_told),
        cmocka_unit_test(test_every_prefix_is_torn),
        cmocka_unit_test(test_headers_and_faults),
        cmocka_unit_test(test_values_are_gone_past),
        cmocka_unit_test(test_what_is_compressed_is_expanded),
        cmocka_unit_test(test_sums_of_pieces),
        cmocka_unit_test(test_module_names),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
