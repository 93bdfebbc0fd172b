/* The append-only log's codecs: manifest, annotations, records. */
#include "proto/aof/aof_annotation.h"
#include "proto/aof/aof_manifest.h"
#include "proto/aof/aof_reader.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

/* ---- Manifest ---- */

static enum aof_manifest_error parse(const char *text, uint32_t *line)
{
    struct aof_manifest manifest = {0};
    enum aof_manifest_error error = aof_manifest_parse(&manifest, span_of_string(text), line);

    aof_manifest_free(&manifest);
    return error;
}

static void test_manifest_is_read(void **state)
{
    static const char text[] = "# a comment\n"
                               "file appendonly.aof.2.base.rdb seq 2 type b\n"
                               "file appendonly.aof.1.incr.aof seq 1 type h\n"
                               "seq 5 startoffset 17 file \"a b\\x41.aof\" TYPE i\n"
                               "file 'it''s' seq 7 type i extra\n";
    struct aof_manifest manifest = {0};
    uint32_t line;

    (void)state;
    /* The last line has an odd number of words, and a quote that ends in the middle of one. */
    assert_int_equal(aof_manifest_parse(&manifest, SPAN(text), &line), AOF_MANIFEST_FORMAT);
    assert_int_equal(line, 5);
    assert_int_equal(manifest.count, 0);
    assert_int_equal(aof_manifest_parse(&manifest,
                                        span_of(text, (size_t)(strstr(text, "file 'it") - text)),
                                        &line),
                     AOF_MANIFEST_FINE);
    assert_int_equal(manifest.count, 3);
    assert_string_equal(manifest.files[0].name, "appendonly.aof.2.base.rdb");
    assert_int_equal(manifest.files[0].type, AOF_FILE_BASE);
    assert_ptr_equal(aof_manifest_base(&manifest), &manifest.files[0]);
    assert_int_equal(manifest.files[1].type, AOF_FILE_HISTORY);
    assert_string_equal(manifest.files[2].name, "a bA.aof");
    assert_int_equal(manifest.files[2].sequence, 5);
    aof_manifest_free(&manifest);
}

static void test_manifest_refusals(void **state)
{
    static const struct {
        const char *text;
        enum aof_manifest_error error;
        uint32_t line;
    } cases[] = {
        {"", AOF_MANIFEST_EMPTY, 0},
        {"# nothing\n", AOF_MANIFEST_EMPTY, 1},
        {"file a seq 1 type b", AOF_MANIFEST_LINE_TOO_LONG, 1},
        {"file a seq 1 type b\n\n", AOF_MANIFEST_FORMAT, 2},
        {"file a seq 1\n", AOF_MANIFEST_FORMAT, 1},
        {"file a seq 1 type\n", AOF_MANIFEST_FORMAT, 1},
        {"file a seq 1 kind b\n", AOF_MANIFEST_FORMAT, 1},
        {"file a seq x type b\n", AOF_MANIFEST_FORMAT, 1},
        {"file a seq -1 type b\n", AOF_MANIFEST_FORMAT, 1},
        {"file \"a seq 1 type b\n", AOF_MANIFEST_FORMAT, 1},
        {"file ../a seq 1 type b\n", AOF_MANIFEST_PATH, 1},
        {"file .. seq 1 type b\n", AOF_MANIFEST_PATH, 1},
        {"file \"a\\x00b\" seq 1 type b\n", AOF_MANIFEST_PATH, 1},
        {"file a seq 1 type x\n", AOF_MANIFEST_TYPE, 1},
        {"file a seq 1 type bb\n", AOF_MANIFEST_TYPE, 1},
        {"file a seq 1 type b\nfile b seq 2 type b\n", AOF_MANIFEST_TWO_BASES, 2},
        {"file a seq 2 type i\nfile b seq 2 type i\n", AOF_MANIFEST_ORDER, 2},
        {"file a seq 2 type h\nfile b seq 1 type h\n", AOF_MANIFEST_FINE, 2},
    };
    uint32_t line;

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        assert_int_equal(parse(cases[i].text, &line), cases[i].error);
        assert_int_equal(line, cases[i].line);
        assert_true(strlen(aof_manifest_error_text(cases[i].error)) > 0);
    }
}

static void test_manifest_lines_come_back(void **state)
{
    static const char *const names[] = {"appendonly.aof.1.base.rdb",
                                        "with blank",
                                        "quo\"te's",
                                        "b\\slash?",
                                        "\xc3\xa4\x01",
                                        " li\nes\t"};
    char line[AOF_MANIFEST_LINE_MAX];
    uint32_t number;

    (void)state;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        struct aof_file file = {
            .name = (char *)(uintptr_t)names[i], .sequence = 42, .type = AOF_FILE_INCREMENT};
        struct aof_manifest manifest = {0};
        size_t length = aof_manifest_format_line(&file, line);
        enum aof_manifest_error error =
            aof_manifest_parse(&manifest, span_of(line, length), &number);

        /* A backslash is a slash somewhere. */
        if (strchr(names[i], '\\') != NULL) {
            assert_int_equal(error, AOF_MANIFEST_PATH);
            continue;
        }
        assert_int_equal(error, AOF_MANIFEST_FINE);
        assert_string_equal(manifest.files[0].name, names[i]);
        assert_int_equal(manifest.files[0].sequence, 42);
        aof_manifest_free(&manifest);
    }
}

static void test_manifest_torn(void **state)
{
    static const char text[] = "file a.base.rdb seq 1 type b\nfile \"b c\" seq 2 type i\n";
    uint32_t line;

    (void)state;
    for (size_t cut = 0; cut < sizeof(text) - 1; cut++) {
        struct aof_manifest manifest = {0};
        char *copy = malloc(cut + 1);
        enum aof_manifest_error error;

        memcpy(copy, text, cut);
        error = aof_manifest_parse(&manifest, span_of(copy, cut), &line);
        assert_int_equal(error == AOF_MANIFEST_FINE, cut == 29);
        aof_manifest_free(&manifest);
        free(copy);
    }
}

/* ---- Annotations ---- */

static void test_annotations(void **state)
{
    static const struct aof_annotation all[] = {
        {.kind = AOF_ANNOTATION_TIME, .seconds = 1700000000},
        {.kind = AOF_ANNOTATION_TRANSACTION, .transaction = UINT64_MAX, .parts = 64},
        {.kind = AOF_ANNOTATION_SHARD, .shard = 3, .shards = 4},
    };
    static const char *const others[] = {"#",
                                         "# TS:1",
                                         "#TS:",
                                         "#TS:1x",
                                         "#TX:1",
                                         "#TX:1:0",
                                         "#TX:0:1",
                                         "#TX:1:2 ",
                                         "#TX:18446744073709551616:1",
                                         "#TESSERA shard=1 shards=1",
                                         "#TESSERA shard=0"};
    char line[AOF_ANNOTATION_MAX];

    (void)state;
    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
        size_t length = aof_annotation_format(&all[i], line);
        struct aof_annotation back = aof_annotation_parse(span_of(line, length - 2));

        assert_memory_equal(line + length - 2, "\r\n", 2);
        assert_int_equal(back.kind, all[i].kind);
        assert_int_equal(back.seconds, all[i].seconds);
        assert_int_equal(back.transaction, all[i].transaction);
        assert_int_equal(back.parts, all[i].parts);
        assert_int_equal(back.shard, all[i].shard);
        assert_int_equal(back.shards, all[i].shards);
    }
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
        assert_int_equal(aof_annotation_parse(span_of_string(others[i])).kind,
                         AOF_ANNOTATION_OTHER);
}

/* ---- Records ---- */

#define SMALL_LOG                                                                                  \
    "#TESSERA shard=0 shards=1\r\n"                                                                \
    "*2\r\n$6\r\nSELECT\r\n$1\r\n0\r\n"                                                            \
    "#TS:12\r\n"                                                                                   \
    "*3\r\n$3\r\nSET\r\n$3\r\na\r\n\r\n$0\r\n\r\n"

static void test_records(void **state)
{
    struct aof_reader reader = aof_reader_of(SPAN(SMALL_LOG));

    (void)state;
    assert_int_equal(aof_reader_next(&reader), AOF_ANNOTATION);
    assert_int_equal(aof_annotation_parse(reader.argv[0]).kind, AOF_ANNOTATION_SHARD);
    assert_int_equal(aof_reader_next(&reader), AOF_COMMAND);
    assert_int_equal(reader.argc, 2);
    assert_true(span_is(reader.argv[0], "select"));
    assert_int_equal(aof_reader_next(&reader), AOF_ANNOTATION);
    assert_int_equal(aof_reader_next(&reader), AOF_COMMAND);
    assert_int_equal(reader.argc, 3);
    assert_true(span_is(reader.argv[1], "a\r\n"));
    assert_int_equal(reader.argv[2].length, 0);
    assert_int_equal(aof_reader_next(&reader), AOF_END);
    aof_reader_free(&reader);
}

static void test_every_prefix_is_torn(void **state)
{
    static const char text[] = SMALL_LOG;

    (void)state;
    for (size_t cut = 0; cut < sizeof(text) - 1; cut++) {
        /* With and without the zero bytes that a file system may leave. */
        for (size_t zeros = 0; zeros < 3; zeros++) {
            char *copy = calloc(1, cut + zeros + 1);
            struct aof_reader reader;
            enum aof_status status;

            memcpy(copy, text, cut);
            reader = aof_reader_of(span_of(copy, cut + zeros));
            do {
                status = aof_reader_next(&reader);
            } while (status == AOF_COMMAND || status == AOF_ANNOTATION);
            if (status == AOF_END)
                assert_int_equal(zeros, 0);
            else
                assert_int_equal(status, AOF_TORN);
            assert_true(reader.start <= cut);
            aof_reader_free(&reader);
            free(copy);
        }
    }
}

static void test_malformed(void **state)
{
    static const struct {
        const char *text;
        size_t position;
    } cases[] = {
        {"SET a b\r\n", 0},
        {"*0\r\n", 4},
        {"*-1\r\n", 0},
        {"*1\n$1\r\na\r\n", 0},
        {"*\r\n", 0},
        {"*1\r\n:1\r\n", 4},
        {"*1\r\n$-1\r\n", 4},
        {"*1\r\n$1\r\nabc", 8},
        {"*1\r\n$1\r\na\rx", 8},
        {"*99999999999999999999\r\n", 0},
        {"*1\r\n$99999999999999999999\r\n", 4},
        {"*9999999999\r\n", 13},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct aof_reader reader = aof_reader_of(span_of_string(cases[i].text));

        assert_int_equal(aof_reader_next(&reader), AOF_BAD);
        assert_int_equal(reader.start, 0);
        assert_int_equal(reader.position, cases[i].position);
        aof_reader_free(&reader);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_manifest_is_read),
        cmocka_unit_test(test_manifest_refusals),
        cmocka_unit_test(test_manifest_lines_come_back),
        cmocka_unit_test(test_manifest_torn),
        cmocka_unit_test(test_annotations),
        cmocka_unit_test(test_records),
        cmocka_unit_test(test_every_prefix_is_torn),
        cmocka_unit_test(test_malformed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
