/*
 * The bytes of sorted integers: the vectors are what redis-server 7.0.15 puts into a dump.
 */
#include "storage/types/integer_set.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
/* Behind the headers that it needs. */
#include <cmocka.h>

struct body {
    char bytes[512];
    size_t length;
};

static struct integer_set view(const struct body *body)
{
    return integer_set_of(span_of(body->bytes, body->length));
}

static void add(struct body *body, int64_t value)
{
    struct integer_set set = view(body);
    size_t size = integer_set_size_with(&set, value);

    integer_set_insert(body->bytes, body->length, value);
    body->length = size;
}

static size_t wire(const struct body *body, char *bytes)
{
    struct integer_set set = view(body);

    integer_set_write_header(bytes, &set);
    memcpy(bytes + INTEGER_SET_HEADER, set.integers, (size_t)set.count * set.width);
    return INTEGER_SET_HEADER + (size_t)set.count * set.width;
}

static void test_bytes(void **state)
{
    struct body body = {.length = 0};
    char bytes[512];

    (void)state;
    add(&body, 2);
    add(&body, 1);
    assert_int_equal(wire(&body, bytes), 12);
    assert_memory_equal(bytes, "\2\0\0\0\2\0\0\0\1\0\2\0", 12);
    add(&body, -70000);
    assert_int_equal(wire(&body, bytes), 20);
    assert_memory_equal(bytes, "\4\0\0\0\3\0\0\0\x90\xee\xfe\xff\1\0\0\0\2\0\0\0", 20);
    add(&body, 1LL << 40);
    assert_int_equal(wire(&body, bytes), 40);
    assert_memory_equal(bytes,
                        "\x08\0\0\0\4\0\0\0\x90\xee\xfe\xff\xff\xff\xff\xff\1\0\0\0\0\0\0\0"
                        "\2\0\0\0\0\0\0\0\0\0\0\0\0\1\0\0",
                        40);
}

static void test_edges(void **state)
{
    static const int64_t values[] = {INT64_MAX,
                                     INT64_MIN,
                                     0,
                                     -1,
                                     INT16_MAX,
                                     INT16_MIN,
                                     INT32_MAX,
                                     INT32_MIN,
                                     (int64_t)INT16_MAX + 1,
                                     (int64_t)INT16_MIN - 1,
                                     (int64_t)INT32_MAX + 1,
                                     (int64_t)INT32_MIN - 1};
    enum { COUNT = sizeof(values) / sizeof(values[0]) };
    struct body body = {.length = 0};
    struct integer_set set;
    uint32_t position;

    (void)state;
    set = view(&body);
    assert_false(integer_set_find(&set, 0, &position));
    assert_int_equal(position, 0);
    assert_int_equal(integer_set_width(INT16_MAX), 2);
    assert_int_equal(integer_set_width((int64_t)INT16_MAX + 1), 4);
    assert_int_equal(integer_set_width((int64_t)INT32_MIN - 1), 8);
    for (size_t i = 0; i < COUNT; i++)
        add(&body, values[i]);
    set = view(&body);
    assert_int_equal(set.count, COUNT);
    assert_int_equal(set.width, 8);
    for (uint32_t i = 1; i < COUNT; i++)
        assert_true(integer_set_at(&set, i - 1) < integer_set_at(&set, i));
    for (size_t i = 0; i < COUNT; i++) {
        set = view(&body);
        assert_true(integer_set_find(&set, values[i], &position));
        assert_int_equal(integer_set_at(&set, position), values[i]);
        body.length = integer_set_remove(body.bytes, body.length, position);
    }
    assert_int_equal(body.length, 0);
}

/* Each prefix is refused; so is what is out of order, empty, or of no width. */
static void test_refused(void **state)
{
    static const struct span bad[] = {
        SPAN("\2\0\0\0\0\0\0\0"),                     /* empty */
        SPAN("\3\0\0\0\1\0\0\0\1\0\0"),               /* no width */
        SPAN("\0\0\0\0\1\0\0\0"),                     /* no width */
        SPAN("\2\0\0\0\2\0\0\0\2\0\1\0"),             /* out of order */
        SPAN("\2\0\0\0\2\0\0\0\1\0\1\0"),             /* twice */
        SPAN("\2\0\0\0\1\0\0\0\1\0\1\0"),             /* more than announced */
        SPAN("\x08\0\0\0\xff\xff\xff\xff\1\0\0\0"),   /* giant */
        SPAN("\x08\0\0\0\0\0\0\x20\0\0\0\0\0\0\0\0"), /* size wraps in 32 bits */
    };
    struct body body = {.length = 0};
    struct integer_set set;
    char bytes[512];
    size_t length;

    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        char *copy = malloc(bad[i].length);

        memcpy(copy, bad[i].data, bad[i].length);
        if (integer_set_validate(span_of(copy, bad[i].length), true, &set))
            fail_msg("case %zu was taken", i);
        free(copy);
    }
    for (int64_t i = -10; i < 10; i++)
        add(&body, i * 1000);
    length = wire(&body, bytes);
    for (size_t cut = 0; cut <= length; cut++) {
        char *copy = malloc(cut + 1);

        memcpy(copy, bytes, cut);
        assert_int_equal(integer_set_validate(span_of(copy, cut), true, &set), cut == length);
        free(copy);
    }
    assert_true(integer_set_validate(span_of(bytes, length), true, &set));
    assert_int_equal(integer_set_body_size(set.width, set.count), body.length);
    memset(bytes, 0, INTEGER_SET_HEADER);
    integer_set_write_body(bytes + 200, &set);
    assert_memory_equal(bytes + 200, body.bytes, body.length);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bytes),
        cmocka_unit_test(test_edges),
        cmocka_unit_test(test_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
