/* Rows of fields against listpacks of the same elements, in all forms that an element may have. */
#include "storage/types/hash_body.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
/* Behind the headers that it needs. */
#include <cmocka.h>

enum { TEXTS = 16, ROOM = 16384 };

static char long_text[5000];

static struct span text_of(unsigned number)
{
    static const char *const texts[] = {"",      "0",     "127",        "128",   "-1",
                                        "-4097", "32768", "8388608",    "012",   "-0",
                                        "a",     "b1",    "2147483648", "value", "-2147483649"};

    if (number < sizeof(texts) / sizeof(texts[0]))
        return span_of(texts[number], strlen(texts[number]));
    return span_of(long_text, 60 + number % 8);
}

/* Names 0 to `count`, each with the next one's text as its value. */
static struct span listpack_of(char *place, unsigned count)
{
    char *behind = place;

    for (unsigned i = 0; i < count; i++) {
        struct listpack_value name = listpack_value(text_of(i));
        struct listpack_value value = listpack_value(text_of(i + 1));

        behind = listpack_write(listpack_write(behind, &name), &value);
    }
    return span_of(place, (size_t)(behind - place));
}

static void test_fields_are_found(void **state)
{
    char packed[ROOM], row[ROOM];

    (void)state;
    memset(long_text, 'x', sizeof(long_text));
    for (unsigned count = 0; count <= TEXTS; count++) {
        struct span body = listpack_of(packed, count);
        struct span fields = span_of(row, hash_body_from_listpack(row, body));

        assert_int_equal(fields.length, body.length - 2 * count);
        assert_int_equal(hash_body_count(fields), count);
        for (unsigned i = 0; i < TEXTS; i++) {
            const char *found = hash_body_find(fields, text_of(i));
            char scratch[LISTPACK_SCRATCH];

            assert_true((found != NULL) == (i < count));
            if (found == NULL)
                continue;
            assert_true(span_equal(listpack_text(found, scratch), text_of(i)));
            found = hash_body_behind(found);
            assert_true(span_equal(listpack_text(found, scratch), text_of(i + 1)));
        }
        assert_null(hash_body_find(fields, SPAN("absent")));
        assert_null(hash_body_find(fields, SPAN("77")));
    }
}

/* Wider forms than an element needs, which its writer may have chosen, become the one of ours. */
static void test_forms_of_others(void **state)
{
    /* "a" with 5 bytes of header, 5 in 8 bytes; their back lengths. */
    static const char packed[] = "\xf0\x01\0\0\0a\x06\xf4\x05\0\0\0\0\0\0\0\x09";
    struct span body = span_of(packed, sizeof(packed) - 1);
    char row[sizeof(packed)];
    struct span fields;

    (void)state;
    assert_true(listpack_body_validate(body, NULL));
    fields = span_of(row, hash_body_from_listpack(row, body));
    assert_true(span_equal(fields, SPAN("\x81"
                                        "a\x05")));
    assert_ptr_equal(hash_body_find(fields, SPAN("a")), row);
}

/* Bytes of a value are not taken for a name. */
static void test_values_are_no_names(void **state)
{
    struct listpack_value words[] = {listpack_value(SPAN("a")), listpack_value(SPAN("b")),
                                     listpack_value(SPAN("1")), listpack_value(SPAN("2"))};
    char row[64], *behind = row;

    (void)state;
    for (int i = 0; i < 4; i++)
        behind = listpack_write_content(behind, &words[i]);
    assert_null(hash_body_find(span_of(row, (size_t)(behind - row)), SPAN("b")));
    assert_null(hash_body_find(span_of(row, (size_t)(behind - row)), SPAN("2")));
    assert_non_null(hash_body_find(span_of(row, (size_t)(behind - row)), SPAN("1")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fields_are_found),
        cmocka_unit_test(test_forms_of_others),
        cmocka_unit_test(test_values_are_no_names),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
