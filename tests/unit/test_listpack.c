/*
 * The bytes of listpacks: the vectors are what redis-server 7.0.15 puts into a dump.
 */
#include "proto/base/memory.h"
#include "storage/types/listpack.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
/* Behind the headers that it needs. */
#include <cmocka.h>

struct vector {
    const char *text;
    const char *element; /* hexadecimal */
};

static const struct vector vectors[] = {
    {"0", "0001"},
    {"127", "7f01"},
    {"128", "c08002"},
    {"-1", "dfff02"},
    {"4095", "cfff02"},
    {"4096", "f1001003"},
    {"-4096", "d00002"},
    {"-4097", "f1ffef03"},
    {"32767", "f1ff7f03"},
    {"32768", "f200800004"},
    {"-32768", "f1008003"},
    {"-32769", "f2ff7fff04"},
    {"8388607", "f2ffff7f04"},
    {"8388608", "f30000800005"},
    {"-8388608", "f200008004"},
    {"-8388609", "f3ffff7fff05"},
    {"2147483647", "f3ffffff7f05"},
    {"2147483648", "f4000000800000000009"},
    {"-2147483649", "f4ffffff7fffffffff09"},
    {"9223372036854775807", "f4ffffffffffffff7f09"},
    {"-9223372036854775808", "f4000000000000008009"},
    {"9223372036854775808", "933932323333373230333638353437373538303814"},
    {"01", "82303103"},
    {"-0", "822d3003"},
    {"+1", "822b3103"},
    {"", "8001"},
    {"a", "816102"},
};

static void hexadecimal(const char *bytes, size_t length, char *text)
{
    for (size_t i = 0; i < length; i++)
        snprintf(text + 2 * i, 3, "%02x", (unsigned char)bytes[i]);
}

static size_t write_text(char *place, struct span text)
{
    struct listpack_value value = listpack_value(text);
    size_t size = listpack_encoded_size(&value);

    assert_ptr_equal(listpack_write(place, &value), place + size);
    return size;
}

static void test_vectors(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(vectors) / sizeof(vectors[0]); i++) {
        char element[64];
        char text[128];
        char scratch[LISTPACK_SCRATCH];
        size_t size = write_text(element, span_of_string(vectors[i].text));
        struct span read = listpack_text(element, scratch);

        hexadecimal(element, size, text);
        assert_string_equal(text, vectors[i].element);
        assert_true(span_equal(read, span_of_string(vectors[i].text)));
        assert_int_equal(listpack_size(element), size);
        assert_int_equal(listpack_text_length(element), strlen(vectors[i].text));
    }
}

static void test_whole_listpack(void **state)
{
    char body[64];
    char bytes[64];
    char text[128];
    size_t length = write_text(body, SPAN("a"));
    struct span found;

    (void)state;
    length += write_text(body + length, SPAN("b"));
    assert_ptr_equal(listpack_wrap(bytes, span_of(body, length), 2),
                     bytes + length + LISTPACK_FRAME);
    hexadecimal(bytes, length + LISTPACK_FRAME, text);
    assert_string_equal(text, "0d0000000200816102816202ff");
    assert_true(listpack_validate(span_of(bytes, length + LISTPACK_FRAME), true, &found));
    assert_true(span_equal(found, span_of(body, length)));
    listpack_wrap(bytes, span_of(NULL, 0), 0);
    hexadecimal(bytes, LISTPACK_FRAME, text);
    assert_string_equal(text, "070000000000ff");
    assert_true(listpack_validate(span_of(bytes, LISTPACK_FRAME), true, &found));
    assert_int_equal(found.length, 0);
}

/* Strings around each border of header and back length. The headers and the last bytes are Redis's.
 */
static void test_long_strings(void **state)
{
    static const struct {
        size_t length;
        const char *header;
        const char *back;
    } cases[] = {
        {63, "bf", "40"},
        {64, "e040", "42"},
        {125, "e07d", "7f"},
        {126, "e07e", "0180"},
        {4095, "efff", "2081"},
        {4096, "f000100000", "2085"},
        {16377, "f0f93f0000", "7ffe"},
        {16378, "f0fa3f0000", "00ffff"},
        {16379, "f0fb3f0000", "018080"},
        {2097145, "f0f9ff1f00", "7ffffe"},
        {2097146, "f0faff1f00", "00ffffff"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        size_t length = cases[i].length;
        char *string = memory_new(length);
        char *element = memory_new(length + LISTPACK_OVERHEAD);
        size_t header = strlen(cases[i].header) / 2;
        size_t back = strlen(cases[i].back) / 2;
        char text[32];
        size_t size;
        struct span body;

        memset(string, 'x', length);
        size = write_text(element, span_of(string, length));
        assert_int_equal(size, header + length + back);
        hexadecimal(element, header, text);
        assert_string_equal(text, cases[i].header);
        hexadecimal(element + size - back, back, text);
        assert_string_equal(text, cases[i].back);
        body = span_of(element, size);
        assert_ptr_equal(listpack_last(body), element);
        assert_true(span_equal(listpack_text(element, text), span_of(string, length)));
        assert_true(listpack_body_validate(body, NULL));
        memory_free(string);
        memory_free(element);
    }
}

static void test_walk_and_seek(void **state)
{
    char body[256];
    size_t length = 0;
    struct span span;
    const char *element;
    int64_t number;

    (void)state;
    span = span_of(body, 0);
    assert_null(listpack_first(span));
    assert_null(listpack_last(span));
    assert_null(listpack_seek(span, 0));
    assert_null(listpack_seek(span, -1));
    assert_int_equal(listpack_count(span), 0);
    for (int i = 0; i < 10; i++) {
        char text[16];

        snprintf(text, sizeof(text), i % 2 == 0 ? "%d" : "text%d", i * 100);
        length += write_text(body + length, span_of_string(text));
    }
    span = span_of(body, length);
    assert_int_equal(listpack_count(span), 10);
    for (int64_t i = 0; i < 10; i++)
        assert_ptr_equal(listpack_seek(span, i), listpack_seek(span, i - 10));
    assert_null(listpack_seek(span, 10));
    assert_null(listpack_seek(span, -11));
    assert_null(listpack_seek(span, INT64_MAX));
    assert_null(listpack_seek(span, INT64_MIN));
    assert_true(listpack_integer(listpack_seek(span, 4), &number));
    assert_int_equal(number, 400);
    assert_false(listpack_integer(listpack_seek(span, 5), &number));
    element = listpack_first(span);
    for (int64_t i = 0; i < 10; i++, element = listpack_next(span, element))
        assert_ptr_equal(element, listpack_seek(span, i));
    assert_null(element);
    element = listpack_end(span);
    for (int64_t i = -1; i >= -10; i--) {
        element = listpack_previous(span, element);
        assert_ptr_equal(element, listpack_seek(span, i));
    }
    assert_null(listpack_previous(span, element));
}

static void test_find(void **state)
{
    char body[256];
    size_t length = 0;
    static const char *const texts[] = {"a", "b", "b", "7", "7", "a", "long", "-5000", "", "x"};
    struct listpack_value value;
    struct span span;
    const char *first;

    (void)state;
    for (size_t i = 0; i < 10; i++)
        length += write_text(body + length, span_of_string(texts[i]));
    span = span_of(body, length);
    first = listpack_first(span);
    value = listpack_value(SPAN("b"));
    assert_ptr_equal(listpack_find(span, first, &value, 1), listpack_seek(span, 1));
    assert_ptr_equal(listpack_find(span, first, &value, 2), listpack_seek(span, 2));
    assert_null(listpack_find(span, listpack_seek(span, 3), &value, 1));
    assert_null(listpack_find(span, NULL, &value, 1));
    value = listpack_value(SPAN("7"));
    assert_ptr_equal(listpack_find(span, first, &value, 2), listpack_seek(span, 4));
    value = listpack_value_of_integer(-5000);
    assert_ptr_equal(listpack_find(span, first, &value, 1), listpack_seek(span, 7));
    assert_null(listpack_find(span, first, &value, 2));
    value = listpack_value(SPAN(""));
    assert_ptr_equal(listpack_find(span, first, &value, 2), listpack_seek(span, 8));
    value = listpack_value(SPAN("a"));
    assert_ptr_equal(listpack_find(span, listpack_seek(span, 1), &value, 4),
                     listpack_seek(span, 5));
}

/* Elements that others wrote in a longer form than necessary are found and read all the same. */
static void test_other_writers_forms(void **state)
{
    /* "12" as a string; "abc" with a length of 12 and of 32 bits; 5 in 16 bits */
    static const char body[] = "\x82"
                               "12\x03"
                               "\xe0\x03"
                               "abc\x05"
                               "\xf0\x03\0\0\0"
                               "abc\x08"
                               "\xf1\x05\0\x03";
    struct span span = span_of(body, sizeof(body) - 1);
    struct listpack_value value;
    uint32_t count;
    int64_t number;

    (void)state;
    assert_true(listpack_body_validate(span, &count));
    assert_int_equal(count, 4);
    value = listpack_value(SPAN("12"));
    assert_ptr_equal(listpack_find(span, body, &value, 1), listpack_seek(span, 0));
    value = listpack_value_of_integer(12);
    assert_ptr_equal(listpack_find(span, body, &value, 1), listpack_seek(span, 0));
    assert_true(listpack_integer(body, &number));
    assert_int_equal(number, 12);
    value = listpack_value(SPAN("abc"));
    assert_ptr_equal(listpack_find(span, body, &value, 1), listpack_seek(span, 1));
    assert_ptr_equal(listpack_find(span, body, &value, 2), listpack_seek(span, 2));
    value = listpack_value(SPAN("5"));
    assert_ptr_equal(listpack_find(span, body, &value, 1), listpack_seek(span, 3));
}

/* Texts of every length around those that are copied in pieces, as bulks. */
static void test_replies(void **state)
{
    char body[20000];
    size_t length = 0;
    char text[130];
    struct reply expected;
    struct reply reply;
    struct span span;

    (void)state;
    memset(text, 'q', sizeof(text));
    reply_init(&expected, 2);
    reply_init(&reply, 2);
    for (size_t i = 0; i < sizeof(text); i++) {
        char number[24];

        length += write_text(body + length, span_of(text, i));
        reply_bulk(&expected, span_of(text, i));
        snprintf(number, sizeof(number), "%lld", -(1LL << i % 63));
        length += write_text(body + length, span_of_string(number));
        reply_bulk(&expected, span_of_string(number));
    }
    span = span_of(body, length);
    assert_int_equal(listpack_reply_bulks(span, body, 3, &reply), 3);
    assert_int_equal(listpack_reply_bulks(span, listpack_seek(span, 3), 1000, &reply),
                     2 * sizeof(text) - 3);
    assert_true(
        span_equal(span_of(reply.bytes, reply.length), span_of(expected.bytes, expected.length)));
    reply_free(&reply);
    reply_free(&expected);
}

/* Every prefix, and every listpack with one byte changed, in a block of exactly its size: nothing
 * outside is read (a sanitizer build shows it). */
static void test_torn_and_bent(void **state)
{
    char body[512];
    char whole[600];
    size_t length = 0;
    struct span found;
    char filler[200];

    (void)state;
    memset(filler, 'f', sizeof(filler));
    for (size_t i = 0; i < sizeof(vectors) / sizeof(vectors[0]); i++)
        length += write_text(body + length, span_of_string(vectors[i].text));
    length += write_text(body + length, span_of(filler, sizeof(filler)));
    listpack_wrap(whole, span_of(body, length), sizeof(vectors) / sizeof(vectors[0]) + 1);
    length += LISTPACK_FRAME;
    assert_true(listpack_validate(span_of(whole, length), true, &found));
    for (size_t cut = 0; cut < length; cut++) {
        char *copy = malloc(cut + (cut == 0));

        memcpy(copy, whole, cut);
        assert_false(listpack_validate(span_of(copy, cut), true, &found));
        assert_false(listpack_validate(span_of(copy, cut), false, &found));
        free(copy);
    }
    for (size_t place = 0; place < length; place++) {
        for (int bit = 0; bit < 8; bit++) {
            char *copy = malloc(length);

            memcpy(copy, whole, length);
            copy[place] = (char)(copy[place] ^ (1 << bit));
            if (listpack_validate(span_of(copy, length), true, &found)) {
                assert_true(place >= LISTPACK_HEADER && place < length - 1);
                assert_int_equal(listpack_count(found), sizeof(vectors) / sizeof(vectors[0]) + 1);
            }
            free(copy);
        }
    }
}

/* What hostile payloads try. */
static void test_refused(void **state)
{
    static const struct span bad[] = {
        SPAN(""),
        SPAN("\x07\0\0\0\0\0"),                           /* no end */
        SPAN("\x07\0\0\0\0\0\0"),                         /* another byte there */
        SPAN("\x08\0\0\0\0\0\xff"),                       /* total too large */
        SPAN("\x06\0\0\0\0\0\xff"),                       /* total too small */
        SPAN("\xff\xff\xff\xff\0\0\xff"),                 /* total at its end */
        SPAN("\x07\0\0\0\1\0\xff"),                       /* one announced, none there */
        SPAN("\x09\0\0\0\0\0\1\1\xff"),                   /* none announced, one there */
        SPAN("\x09\0\0\0\1\0\1\2\xff"),                   /* wrong back length */
        SPAN("\x09\0\0\0\1\0\xff\1\xff"),                 /* an end in the middle */
        SPAN("\x09\0\0\0\1\0\xf5\1\xff"),                 /* no such form */
        SPAN("\x0a\0\0\0\1\0\xbf\x61\2\xff"),             /* a string past the end */
        SPAN("\x0c\0\0\0\1\0\xf0\xff\xff\xff\xff\xff"),   /* a giant string */
        SPAN("\x0d\0\0\0\1\0\xf0\xff\xff\xff\xff\1\xff"), /* the same with an end */
        SPAN("\x0d\0\0\0\1\0\xf0\xfb\xff\xff\xff\1\xff"), /* size wraps in 32 bits */
        SPAN("\x0c\0\0\0\1\0\xf4\1\1\1\1\xff"),           /* an integer past the end */
        SPAN("\x0a\0\0\0\1\0\xe0\1\x61\xff"),             /* no back length */
        SPAN("\x0a\0\0\0\1\0\1\0\x81\xff"),               /* back length too long */
    };

    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        char *copy = malloc(bad[i].length + (bad[i].length == 0));
        struct span found;

        memcpy(copy, bad[i].data, bad[i].length);
        if (listpack_validate(span_of(copy, bad[i].length), true, &found))
            fail_msg("case %zu was taken", i);
        free(copy);
    }
}

static void test_count_above_the_header(void **state)
{
    enum { COUNT = 70000 };
    char *body = memory_new(2 * COUNT);
    char *whole = memory_new(2 * COUNT + LISTPACK_FRAME);
    struct span found;

    (void)state;
    for (size_t i = 0; i < COUNT; i++)
        write_text(body + 2 * i, SPAN("5"));
    listpack_wrap(whole, span_of(body, 2 * COUNT), COUNT);
    assert_memory_equal(whole + 4, "\xff\xff", 2);
    assert_true(listpack_validate(span_of(whole, 2 * COUNT + LISTPACK_FRAME), true, &found));
    assert_int_equal(listpack_count(found), COUNT);
    memory_free(body);
    memory_free(whole);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_vectors),      cmocka_unit_test(test_whole_listpack),
        cmocka_unit_test(test_long_strings), cmocka_unit_test(test_walk_and_seek),
        cmocka_unit_test(test_find),         cmocka_unit_test(test_other_writers_forms),
        cmocka_unit_test(test_replies),      cmocka_unit_test(test_torn_and_bent),
        cmocka_unit_test(test_refused),      cmocka_unit_test(test_count_above_the_header),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
