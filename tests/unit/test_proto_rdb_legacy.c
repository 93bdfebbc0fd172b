/* Ziplists and zipmaps: real ones, torn ones and false ones. */
#include "proto/rdb/ziplist.h"
#include "proto/rdb/zipmap.h"
#include "tests/unit/bytes_fixture.h"

/* One of each encoding: "2", "5", -5, 1000, -70000, -20000000, 2^40, "hello", 70 bytes. */
#define EACH_ENCODING                                                                              \
    "80000000" /* bytes */                                                                         \
    "37000000" /* tail */                                                                          \
    "0900"                                                                                         \
    "00f3"                                                                                         \
    "02f6"                                                                                         \
    "02fefb"                                                                                       \
    "03c0e803"                                                                                     \
    "04f090eefe"                                                                                   \
    "05d0002dcefe"                                                                                 \
    "06e00000000000010000"                                                                         \
    "0a0568656c6c6f"                                                                               \
    "fe07000000"                                                                                   \
    "4043"

static struct span each_encoding(void)
{
    char text[512] = EACH_ENCODING;
    struct span head = bytes_of_hex(text);
    size_t length = head.length + 67 + 1;
    char *bytes = malloc(length);

    assert_non_null(bytes);
    memcpy(bytes, head.data, head.length);
    memset(bytes + head.length, 'x', 67);
    bytes[length - 1] = (char)0xff;
    bytes[0] = (char)length;
    bytes_free(head);
    return span_of(bytes, length);
}

static void test_each_encoding(void **state)
{
    static const char *const expected[] = {
        "2", "5", "-5", "1000", "-70000", "-20042496", "1099511627776", "hello"};
    struct span bytes = each_encoding();
    struct ziplist_element element;
    struct ziplist ziplist;

    (void)state;
    ((char *)bytes.data)[4] = (char)(bytes.length - 1 - 67 - 7);
    assert_true(ziplist_open(&ziplist, bytes));
    assert_int_equal(ziplist.count, 9);
    for (int i = 0; i < 8; i++) {
        assert_true(ziplist_next(&ziplist, &element));
        assert_true(span_equal(element.bytes, span_of_string(expected[i])));
    }
    assert_true(ziplist_next(&ziplist, &element));
    assert_int_equal(element.bytes.length, 67);
    assert_false(ziplist_next(&ziplist, &element));
    for (size_t length = 0; length < bytes.length; length++) {
        struct span torn = bytes_copy(span_of(bytes.data, length));

        assert_false(ziplist_open(&ziplist, torn));
        /* The same with a header and an end that fit. */
        if (length > 11) {
            ((char *)torn.data)[0] = (char)length;
            ((char *)torn.data)[length - 1] = (char)0xff;
            assert_false(ziplist_open(&ziplist, torn));
        }
        bytes_free(torn);
    }
    bytes_free(bytes);
}

static void test_ziplists(void **state)
{
    static const struct {
        const char *bytes;
        bool good;
    } cases[] = {
        {"0f0000000c000000020000f302f6ff", true},
        {"0b0000000a0000000000ff", true},          /* empty */
        {"0f0000000c000000ffff00f302f6ff", true},  /* the count is not known */
        {"0f0000000c000000030000f302f6ff", false}, /* another count */
        {"0f0000000a000000020000f302f6ff", false}, /* another tail */
        {"0e0000000c000000020000f302f6ff", false}, /* another length */
        {"0f0000000c000000020000f303f6ff", false}, /* another length before */
        {"0f0000000c000000020001f302f6ff", false}, /* something before the first */
        {"0f0000000c000000020000f302f6fe", false}, /* no end */
        {"0f0000000c000000020000f302ffff", false}, /* no encoding */
        {"0d0000000a000000010000c1ff", false},     /* no encoding */
        {"0d0000000a000000010000c0ff", false},     /* an integer past the end */
        {"0d000000000000000100003fff", false},     /* a string past the end */
        {"110000000a000000010000807fffffffff", false},
        {"120000000a00000001000081000000016100ff", false}, /* a word with stray bits */
        {"0d0000000a0000000100feffff", false},
    };
    struct ziplist ziplist;

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct span bytes = bytes_of_hex(cases[i].bytes);

        if (ziplist_open(&ziplist, bytes) != cases[i].good)
            fail_msg("%s", cases[i].bytes);
        bytes_free(bytes);
    }
}

static void test_zipmaps(void **state)
{
    /* Two pairs, the second value with two bytes to spare. */
    static const char two[] = "0203666f6f0300626172026869050268656c6c6f0000ff";
    static const char *const falsities[] = {
        "ff",                     /* no count */
        "0101610061",             /* no end */
        "01016101",               /* no value */
        "01016101ff",             /* no bytes to spare */
        "0101610100ff",           /* a value past the end */
        "010161010161ff",         /* two bytes to spare of one */
        "020161010061ff",         /* another count */
        "01fe0100000061010061ff", /* a long form of a short length */
        "01feffffffff61010061ff", /* a field past the end */
        "010161feffffffff0061ff", /* a value far past the end */
    };
    struct span bytes = bytes_of_hex(two);
    struct span field, value;
    struct zipmap zipmap;

    (void)state;
    assert_true(zipmap_open(&zipmap, bytes));
    assert_int_equal(zipmap.count, 2);
    assert_true(zipmap_next(&zipmap, &field, &value));
    assert_true(span_equal(field, SPAN("foo")) && span_equal(value, SPAN("bar")));
    assert_true(zipmap_next(&zipmap, &field, &value));
    assert_true(span_equal(field, SPAN("hi")) && span_equal(value, SPAN("hello")));
    assert_false(zipmap_next(&zipmap, &field, &value));
    for (size_t length = 0; length < bytes.length; length++) {
        struct span torn = bytes_copy(span_of(bytes.data, length));

        assert_false(zipmap_open(&zipmap, torn));
        bytes_free(torn);
    }
    bytes_free(bytes);
    for (size_t i = 0; i < sizeof(falsities) / sizeof(falsities[0]); i++) {
        bytes = bytes_of_hex(falsities[i]);
        if (zipmap_open(&zipmap, bytes))
            fail_msg("%s", falsities[i]);
        bytes_free(bytes);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_encoding),
        cmocka_unit_test(test_ziplists),
        cmocka_unit_test(test_zipmaps),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
