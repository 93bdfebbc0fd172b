#include "proto/base/number.h"
#include "proto/base/random.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static uint64_t seed = 20240517;

static void assert_double_text(double value, const char *expected)
{
    char text[NUMBER_DOUBLE_TEXT_MAX + 1];

    text[number_format_double(text, value)] = '\0';
    assert_string_equal(text, expected);
}

static void assert_long_double_text(long double value, const char *expected)
{
    char text[NUMBER_LONG_DOUBLE_TEXT_MAX + 1];

    text[number_format_long_double(text, value)] = '\0';
    assert_string_equal(text, expected);
}

static void test_parse_integer(void **state)
{
    static const struct {
        struct span text;
        int64_t value;
    } accepted[] = {
        {SPAN("0"), 0},
        {SPAN("7"), 7},
        {SPAN("-1"), -1},
        {SPAN("1234567890123456789"), 1234567890123456789},
        {SPAN("9223372036854775807"), INT64_MAX},
        {SPAN("-9223372036854775807"), -INT64_MAX},
        {SPAN("-9223372036854775808"), INT64_MIN},
    };
    static const struct span refused[] = {
        SPAN(""),
        SPAN("-"),
        SPAN("+1"),
        SPAN(" 1"),
        SPAN("1 "),
        SPAN("01"),
        SPAN("-01"),
        SPAN("-0"),
        SPAN("00"),
        SPAN("1\0"),
        SPAN("\0"),
        SPAN("1a"),
        SPAN("--1"),
        SPAN("1.0"),
        SPAN("0x1"),
        SPAN("9223372036854775808"),
        SPAN("-9223372036854775809"),
        SPAN("18446744073709551616"),
        SPAN("99999999999999999999"),
        SPAN("100000000000000000000"),
        SPAN("-99999999999999999999"),
        SPAN("1/"),
        SPAN("1:"),
    };
    int64_t value;

    (void)state;
    for (size_t i = 0; i < sizeof(accepted) / sizeof(accepted[0]); i++) {
        assert_true(number_parse_integer(accepted[i].text, &value));
        assert_int_equal(value, accepted[i].value);
    }
    for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++)
        assert_false(number_parse_integer(refused[i], &value));
}

static void test_parse_unsigned(void **state)
{
    uint64_t value;

    (void)state;
    assert_true(number_parse_unsigned(SPAN("18446744073709551615"), &value));
    assert_true(value == UINT64_MAX);
    assert_true(number_parse_unsigned(SPAN("18446744073709551609"), &value));
    assert_true(value == UINT64_MAX - 6);
    assert_false(number_parse_unsigned(SPAN("18446744073709551616"), &value));
    assert_false(number_parse_unsigned(SPAN("18446744073709551620"), &value));
    assert_false(number_parse_unsigned(SPAN("28446744073709551615"), &value));
    assert_false(number_parse_unsigned(SPAN("-1"), &value));
}

static void assert_integer_round_trip(int64_t value)
{
    char text[NUMBER_INTEGER_TEXT_MAX + 1];
    char expected[32];
    int64_t back;
    size_t length = number_format_integer(text, value);

    snprintf(expected, sizeof(expected), "%lld", (long long)value);
    assert_int_equal(length, strlen(expected));
    assert_memory_equal(text, expected, length);
    assert_true(number_parse_integer(span_of(text, length), &back));
    assert_true(back == value);
}

static void assert_unsigned_round_trip(uint64_t value)
{
    char text[NUMBER_INTEGER_TEXT_MAX];
    char expected[32];
    uint64_t back;
    size_t length = number_format_unsigned(text, value);

    snprintf(expected, sizeof(expected), "%llu", (unsigned long long)value);
    assert_int_equal(length, strlen(expected));
    assert_memory_equal(text, expected, length);
    assert_true(number_parse_unsigned(span_of(text, length), &back));
    assert_true(back == value);
}

static void test_integer_round_trip(void **state)
{
    struct random random;

    (void)state;
    random_seed(&random, seed);
    for (uint64_t power = 1;; power *= 10) {
        for (uint64_t near = power - 2; near != power + 3; near++) {
            assert_unsigned_round_trip(near);
            assert_integer_round_trip((int64_t)near);
            assert_integer_round_trip(-(int64_t)(near >> 1));
        }
        if (power > UINT64_MAX / 10)
            break;
    }
    assert_integer_round_trip(INT64_MIN);
    assert_integer_round_trip(INT64_MAX);
    assert_unsigned_round_trip(UINT64_MAX);
    for (int i = 0; i < 100000; i++) {
        uint64_t value = random_next(&random) >> random_below(&random, 64);

        assert_integer_round_trip((int64_t)value);
        assert_unsigned_round_trip(value);
    }
}

static void test_parse_double(void **state)
{
    static const struct {
        struct span text;
        double value;
    } accepted[] = {
        {SPAN("1"), 1},
        {SPAN("+1"), 1},
        {SPAN("01"), 1},
        {SPAN("1."), 1},
        {SPAN(".5"), 0.5},
        {SPAN("-.5"), -0.5},
        {SPAN("0x10"), 16},
        {SPAN("0x1p3"), 8},
        {SPAN("inf"), INFINITY},
        {SPAN("+inf"), INFINITY},
        {SPAN("-Inf"), -INFINITY},
        {SPAN("INFINITY"), INFINITY},
        {SPAN("5e-324"), 5e-324},
        {SPAN("1e308"), 1e308},
        {SPAN("0.1"), 0.1},
        {SPAN("123456789.012345"), 123456789.012345},
        {SPAN("-3.5"), -3.5},
        {SPAN("1.7976931348623157e308"), 1.7976931348623157e308},
    };
    static const struct span refused[] = {
        SPAN(""),      SPAN("-"),     SPAN("."),      SPAN("-."),     SPAN(" 1"),   SPAN("1 "),
        SPAN("1e"),    SPAN("1e5x"),  SPAN("1\0"),    SPAN("nan"),    SPAN("-nan"), SPAN("nan(1)"),
        SPAN("infi"),  SPAN("1e400"), SPAN("-1e400"), SPAN("1e-400"), SPAN("\t1"),  SPAN("\v1"),
        SPAN("1.2.3"), SPAN("1,5"),   SPAN("--1"),
    };
    double value;

    (void)state;
    for (size_t i = 0; i < sizeof(accepted) / sizeof(accepted[0]); i++) {
        assert_true(number_parse_double(accepted[i].text, &value));
        assert_true(value == accepted[i].value);
    }
    for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++)
        assert_false(number_parse_double(refused[i], &value));
    assert_true(number_parse_double(SPAN("-0"), &value));
    assert_true(value == 0 && signbit(value));
}

static void test_long_texts(void **state)
{
    char text[NUMBER_LONG_DOUBLE_TEXT_MAX + 1];
    long double long_value;
    double value;

    (void)state;
    memset(text, '0', sizeof(text));
    text[NUMBER_LONG_DOUBLE_TEXT_MAX - 2] = '1';
    assert_true(number_parse_double(span_of(text, NUMBER_LONG_DOUBLE_TEXT_MAX - 1), &value));
    assert_true(value == 1);
    assert_true(
        number_parse_long_double(span_of(text, NUMBER_LONG_DOUBLE_TEXT_MAX - 1), &long_value));
    assert_true(long_value == 1);
    assert_false(number_parse_long_double(span_of(text, NUMBER_LONG_DOUBLE_TEXT_MAX), &long_value));
    assert_false(number_parse_double(span_of(text, sizeof(text)), &value));
}

static void test_format_double(void **state)
{
    (void)state;
    assert_double_text(0, "0");
    assert_double_text(-0.0, "-0");
    assert_double_text(3, "3");
    assert_double_text(-3.5, "-3.5");
    assert_double_text(0.1, "0.1");
    assert_double_text(0.1 + 0.2, "0.30000000000000004");
    assert_double_text(1.0 / 3, "0.3333333333333333");
    assert_double_text(0.0001, "0.0001");
    assert_double_text(0.00001, "1e-05");
    assert_double_text(12.75, "12.75");
    assert_double_text(1e15, "1000000000000000");
    assert_double_text(1e16, "10000000000000000");
    assert_double_text(1e17, "1e+17");
    assert_double_text(1e20, "1e+20");
    assert_double_text(12345678901234567.0, "12345678901234568");
    assert_double_text(9007199254740992.0, "9007199254740992");
    assert_double_text(9223372036854775807.0, "9.223372036854776e+18");
    assert_double_text(5e-324, "5e-324");
    assert_double_text(1.7976931348623157e308, "1.7976931348623157e+308");
    assert_double_text(INFINITY, "inf");
    assert_double_text(-INFINITY, "-inf");
    assert_double_text(NAN, "nan");
}

static double any_double(struct random *random)
{
    union {
        uint64_t bits;
        double value;
    } any;

    switch (random_below(random, 4)) {
    case 0:
        any.bits = random_next(random);
        break;
    case 1:
        any.value = (double)(int64_t)random_below(random, 2000000) / 1000 - 1000;
        break;
    case 2:
        any.value = random_unit(random);
        break;
    default:
        any.value = (double)(int64_t)(random_next(random) >> random_below(random, 64)) / 1e4;
    }
    return isfinite(any.value) ? any.value : 1;
}

/* Digits of the number without zeros in front, up to its exponent. */
static int significant_digits(const char *text)
{
    int digits = 0;

    for (; *text != '\0' && *text != 'e'; text++) {
        if (*text >= '0' && *text <= '9')
            digits += digits > 0 || *text != '0';
    }
    return digits;
}

static int fewest_digits(double value)
{
    char text[64];

    for (int digits = 1; digits < 17; digits++) {
        snprintf(text, sizeof(text), "%.*e", digits - 1, value);
        if (strtod(text, NULL) == value)
            return digits;
    }
    return 17;
}

/* Reads back exactly, and no form with fewer digits does. */
static void test_double_round_trip(void **state)
{
    struct random random;

    (void)state;
    random_seed(&random, seed);
    for (int i = 0; i < 200000; i++) {
        char text[NUMBER_DOUBLE_TEXT_MAX + 1];
        double value = any_double(&random);
        double back;
        size_t length = number_format_double(text, value);

        assert_true(number_parse_double(span_of(text, length), &back));
        assert_true(back == value);
        text[length] = '\0';
        assert_true(strtod(text, NULL) == value);
        /* Whole numbers without an exponent are written with all their digits. */
        if (strpbrk(text, ".e") != NULL)
            assert_int_equal(significant_digits(text), fewest_digits(value));
    }
}

static void test_long_double(void **state)
{
    long double value;

    (void)state;
    assert_long_double_text(0, "0");
    assert_long_double_text(-0.0L, "0");
    assert_long_double_text(-4e-18L, "0");
    assert_long_double_text(1e-17L, "0.00000000000000001");
    assert_long_double_text(0.1L + 0.2L, "0.3");
    assert_long_double_text(10.6L, "10.6");
    assert_long_double_text(100, "100");
    assert_long_double_text(1e20L, "100000000000000000000");
    assert_long_double_text(-3.25L, "-3.25");
    assert_long_double_text(123456789012345678901.1L, "123456789012345678904");
    assert_long_double_text(INFINITY, "inf");
    assert_true(number_parse_long_double(SPAN("1e4932"), &value));
    assert_true(number_parse_long_double(SPAN("-inf"), &value));
    assert_true(number_parse_long_double(SPAN("5.0e3"), &value));
    assert_true(value == 5000);
    assert_false(number_parse_long_double(SPAN("1e5000"), &value));
    assert_false(number_parse_long_double(SPAN("1e-4960"), &value));
    assert_false(number_parse_long_double(SPAN("nan"), &value));
    assert_false(number_parse_long_double(SPAN(" 1"), &value));
    assert_false(number_parse_long_double(SPAN("1\0"), &value));
    assert_false(number_parse_long_double(SPAN(""), &value));
}

/* As many digits as the C library needs, and the same ones: around powers of two and of ten, and
 * between. */
static void test_double_digits(void **state)
{
    struct random random;

    (void)state;
    random_seed(&random, seed);
    for (unsigned i = 0; i < 100000; i++) {
        uint64_t exponent = 1023 - 14 + random_below(&random, 64);
        uint64_t bits = (random_next(&random) & 0x800fffffffffffff) | exponent << 52;
        double value = random_unit(&random) * 1000;
        int precision = 14;
        char expected[40];

        if (i % 4 == 1)
            bits = (exponent << 52) + random_below(&random, 5) - 2;
        if (i % 4 < 2)
            memcpy(&value, &bits, sizeof(value));
        else if (i % 4 == 2)
            value = nextafter((double)(1 + random_below(&random, 100000)) / 1000,
                              i % 8 < 4 ? -1 : 1000);
        if (value == (double)(int64_t)value)
            continue;
        do
            snprintf(expected, sizeof(expected), "%.*g", ++precision, value);
        while (strtod(expected, NULL) != value);
        assert_double_text(value, expected);
    }
}

static void test_long_double_largest(void **state)
{
    char text[NUMBER_LONG_DOUBLE_TEXT_MAX];
    long double value, back;
    size_t length;

    (void)state;
    assert_true(number_parse_long_double(SPAN("-1.18973149535723176502e+4932"), &value));
    length = number_format_long_double(text, value);
    assert_int_equal(length, 4934);
    assert_true(number_parse_long_double(span_of(text, length), &back));
    assert_true(back == value);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_parse_integer),       cmocka_unit_test(test_parse_unsigned),
        cmocka_unit_test(test_integer_round_trip),  cmocka_unit_test(test_parse_double),
        cmocka_unit_test(test_long_texts),          cmocka_unit_test(test_format_double),
        cmocka_unit_test(test_double_round_trip),   cmocka_unit_test(test_long_double),
        cmocka_unit_test(test_long_double_largest), cmocka_unit_test(test_double_digits),
    };

    if (getenv("SEED") != NULL)
        seed = strtoull(getenv("SEED"), NULL, 10);
    printf("seed %llu\n", (unsigned long long)seed);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
