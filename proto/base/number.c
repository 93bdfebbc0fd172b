#include "proto/base/number.h"

#include "proto/base/assert.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* Integers below this have at most 17 digits and are written without an exponent. */
#define PLAIN_INTEGER_LIMIT 1e17

static const char digit_pairs[] = "00010203040506070809101112131415161718192021222324"
                                  "25262728293031323334353637383940414243444546474849"
                                  "50515253545556575859606162636465666768697071727374"
                                  "75767778798081828384858687888990919293949596979899";

/* All exact in a double. */
static const double powers_of_ten[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                       1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                       1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};

bool number_parse_unsigned(struct span text, uint64_t *value)
{
    uint64_t sum = 0;

    if (text.length == 0 || text.length > NUMBER_INTEGER_TEXT_MAX)
        return false;
    if (text.data[0] == '0' && text.length > 1)
        return false;
    for (size_t i = 0; i < text.length; i++) {
        unsigned digit = (unsigned)(unsigned char)text.data[i] - '0';

        if (digit > 9)
            return false;
        /* Only the twentieth digit can pass the range. */
        if (i == NUMBER_INTEGER_TEXT_MAX - 1 &&
            (sum > UINT64_MAX / 10 || (sum == UINT64_MAX / 10 && digit > UINT64_MAX % 10)))
            return false;
        sum = sum * 10 + digit;
    }
    *value = sum;
    return true;
}

bool number_parse_integer(struct span text, int64_t *value)
{
    bool negative = text.length > 0 && text.data[0] == '-';
    uint64_t magnitude;

    if (negative)
        text = span_of(text.data + 1, text.length - 1);
    if (!number_parse_unsigned(text, &magnitude))
        return false;
    if (negative ? magnitude == 0 || magnitude > (uint64_t)INT64_MAX + 1 : magnitude > INT64_MAX)
        return false;
    *value = (int64_t)(negative ? 0 - magnitude : magnitude);
    return true;
}

/*
 * Plain decimals of up to 15 digits: both the digits and the power of ten are exact in a double, so
 * that one division rounds correctly. False: not of this kind, which says nothing about validity.
 */
static bool parse_short_decimal(struct span text, double *value)
{
    bool negative = text.length > 0 && text.data[0] == '-';
    size_t start = negative;
    size_t point = text.length;
    uint64_t digits = 0;
    size_t count;

    if (text.length == start || text.length - start > 16)
        return false;
    for (size_t i = start; i < text.length; i++) {
        unsigned digit = (unsigned)(unsigned char)text.data[i] - '0';

        if (digit <= 9)
            digits = digits * 10 + digit;
        else if (text.data[i] == '.' && point == text.length)
            point = i;
        else
            return false;
    }
    count = text.length - start - (point < text.length);
    if (count == 0 || count > 15)
        return false;
    *value = (double)digits;
    if (point < text.length)
        *value /= powers_of_ten[text.length - point - 1];
    if (negative)
        *value = -*value;
    return true;
}

/* Puts a NUL behind the text for the C library; false when it cannot be a number. */
static bool terminate(struct span text, char copy[NUMBER_LONG_DOUBLE_TEXT_MAX])
{
    if (text.length == 0 || text.length >= NUMBER_LONG_DOUBLE_TEXT_MAX)
        return false;
    /* What the C library would skip as leading space. */
    if (text.data[0] == ' ' || (text.data[0] >= '\t' && text.data[0] <= '\r'))
        return false;
    memcpy(copy, text.data, text.length);
    copy[text.length] = '\0';
    return true;
}

bool number_parse_double(struct span text, double *value)
{
    char copy[NUMBER_LONG_DOUBLE_TEXT_MAX];
    char *end;
    double parsed;

    if (parse_short_decimal(text, value))
        return true;
    if (!terminate(text, copy))
        return false;
    errno = 0;
    parsed = strtod(copy, &end);
    if (end != copy + text.length || isnan(parsed))
        return false;
    /* Out of range is an error; a loss of precision near zero is not. */
    if (errno == ERANGE && (isinf(parsed) || parsed == 0))
        return false;
    *value = parsed;
    return true;
}

bool number_parse_long_double(struct span text, long double *value)
{
    char copy[NUMBER_LONG_DOUBLE_TEXT_MAX];
    char *end;
    long double parsed;

    if (!terminate(text, copy))
        return false;
    errno = 0;
    parsed = strtold(copy, &end);
    if (end != copy + text.length || isnan(parsed))
        return false;
    if (errno == ERANGE && (isinf(parsed) || parsed == 0))
        return false;
    *value = parsed;
    return true;
}

static unsigned count_digits(uint64_t value)
{
    unsigned digits = 1;

    for (; value >= 10000; value /= 10000)
        digits += 4;
    return digits + (value >= 10) + (value >= 100) + (value >= 1000);
}

size_t number_format_unsigned(char *text, uint64_t value)
{
    size_t length = count_digits(value);
    char *place = text + length;

    for (; value >= 100; value /= 100) {
        place -= 2;
        memcpy(place, digit_pairs + value % 100 * 2, 2);
    }
    if (value >= 10)
        memcpy(place - 2, digit_pairs + value * 2, 2);
    else
        place[-1] = (char)('0' + value);
    ASSERT_DEBUG(length <= NUMBER_INTEGER_TEXT_MAX);
    return length;
}

size_t number_format_integer(char *text, int64_t value)
{
    if (value >= 0)
        return number_format_unsigned(text, (uint64_t)value);
    text[0] = '-';
    return 1 + number_format_unsigned(text + 1, 0 - (uint64_t)value);
}

/*
 * Values that people write, such as 12.75: v * 10^k is a small integer that divides back to v. A
 * decimal of at most 15 digits is the only one of its length that reads as v, so this is the
 * shortest.
 */
static size_t format_short_decimal(char *text, double value)
{
    double magnitude = fabs(value);
    char *place = text;

    if (magnitude < 1e-4 || magnitude >= 1e9)
        return 0;
    for (unsigned k = 1; k <= 6; k++) {
        uint64_t scaled = (uint64_t)(magnitude * powers_of_ten[k] + 0.5);
        uint64_t power = (uint64_t)powers_of_ten[k];
        uint64_t fraction = scaled % power;

        if ((double)scaled / powers_of_ten[k] != magnitude)
            continue;
        if (value < 0)
            *place++ = '-';
        place += number_format_unsigned(place, scaled / power);
        *place++ = '.';
        for (unsigned digit = k; digit-- > 0; fraction /= 10)
            place[digit] = (char)('0' + fraction % 10);
        return (size_t)(place + k - text);
    }
    return 0;
}

__extension__ typedef unsigned __int128 wide_unsigned;

/* A double as mantissa / 2^shift. */
struct binary_fraction {
    uint64_t mantissa;
    unsigned shift;
};

static struct binary_fraction binary_fraction_of(double magnitude)
{
    int exponent;
    double fraction = frexp(magnitude, &exponent);

    return (struct binary_fraction){.mantissa = (uint64_t)ldexp(fraction, 53),
                                    .shift = (unsigned)(53 - exponent)};
}

static wide_unsigned power_of_ten(unsigned k)
{
    wide_unsigned power = (uint64_t)powers_of_ten[k < 19 ? k : 19];

    for (; k > 19; k--)
        power *= 10;
    return power;
}

/*
 * The whole number next to the fraction times 10^k (of two equally near ones the even one); false
 * when that, divided by 10^k again, would be nearer to another double. Everything is exact: the
 * products have at most 127 bits.
 */
static bool scale_decimal(struct binary_fraction fraction, unsigned k, uint64_t *scaled)
{
    wide_unsigned power = power_of_ten(k);
    wide_unsigned product = power * fraction.mantissa;
    wide_unsigned half = (wide_unsigned)1 << (fraction.shift - 1);
    wide_unsigned below = product >> fraction.shift;
    wide_unsigned rest = product - (below << fraction.shift);
    bool up = rest > half || (rest == half && (below & 1) != 0);
    wide_unsigned away = up ? (half << 1) - rest : rest;
    bool lowest = fraction.mantissa == UINT64_C(1) << 52;

    *scaled = (uint64_t)(up ? below + 1 : below);
    /* Doubles lie closer to each other below a power of two. */
    if (lowest && !up)
        return away * 4 < power;
    return away * 2 < power || (away * 2 == power && (fraction.mantissa & 1) == 0);
}

/* Writes scaled / 10^k, where k is 1 or more, without zeros at the end. */
static size_t format_scaled(char *text, uint64_t scaled, unsigned k)
{
    char digits[NUMBER_INTEGER_TEXT_MAX];
    size_t length;
    char *place = text;

    for (; scaled % 10 == 0 && k > 0; k--)
        scaled /= 10;
    length = number_format_unsigned(digits, scaled);
    if (length <= k) {
        *place++ = '0';
        *place++ = '.';
        memset(place, '0', k - length);
        place += k - length;
        memcpy(place, digits, length);
        return (size_t)(place + length - text);
    }
    memcpy(place, digits, length - k);
    place += length - k;
    if (k > 0) {
        *place++ = '.';
        memcpy(place, digits + length - k, k);
    }
    return (size_t)(place + k - text);
}

/* The fewest digits that read back, from 15 on, where they are written without an exponent and the
 * value is no whole number; 0 otherwise. */
static size_t format_exact_decimal(char *text, double value)
{
    double magnitude = fabs(value);
    struct binary_fraction fraction;
    uint64_t scaled;
    unsigned behind; /* places behind the point for 15 digits */

    if (magnitude < 1e-4 || magnitude >= 1e15)
        return 0;
    if (magnitude >= 1)
        behind = 15 - count_digits((uint64_t)magnitude);
    else
        behind = magnitude >= 1e-1 ? 15 : magnitude >= 1e-2 ? 16 : magnitude >= 1e-3 ? 17 : 18;
    fraction = binary_fraction_of(magnitude);
    /* The third attempt always is good. */
    if (!scale_decimal(fraction, behind, &scaled) && !scale_decimal(fraction, ++behind, &scaled))
        scale_decimal(fraction, ++behind, &scaled);
    if (value >= 0)
        return format_scaled(text, scaled, behind);
    text[0] = '-';
    return 1 + format_scaled(text + 1, scaled, behind);
}

/* The fewest digits that read back, from `precision` on; exponents as "%.17g" writes them. */
static size_t format_searched(char *text, double value)
{
    /* Numbers too small for full precision may need fewer than 15 digits. */
    int precision = fabs(value) < 0x1p-1022 ? 1 : 15;
    char form[NUMBER_DOUBLE_TEXT_MAX];
    int length;

    for (;; precision++) {
        length = snprintf(form, sizeof(form), "%.*g", precision, value);
        ASSERT(length > 0 && length < NUMBER_DOUBLE_TEXT_MAX);
        if (precision == 17 || strtod(form, NULL) == value)
            break;
    }
    memcpy(text, form, (size_t)length);
    return (size_t)length;
}

static size_t format_named(char *text, struct span name)
{
    memcpy(text, name.data, name.length);
    return name.length;
}

size_t number_format_double(char *text, double value)
{
    size_t length;

    if (isnan(value))
        return format_named(text, SPAN("nan"));
    if (isinf(value))
        return format_named(text, value > 0 ? SPAN("inf") : SPAN("-inf"));
    if (value == 0)
        return format_named(text, signbit(value) ? SPAN("-0") : SPAN("0"));
    if (fabs(value) < PLAIN_INTEGER_LIMIT && value == (double)(int64_t)value)
        return number_format_integer(text, (int64_t)value);
    length = format_short_decimal(text, value);
    if (length == 0)
        length = format_exact_decimal(text, value);
    return length > 0 ? length : format_searched(text, value);
}

size_t number_format_long_double(char *text, long double value)
{
    char form[NUMBER_LONG_DOUBLE_TEXT_MAX];
    int written;
    size_t length;

    if (isnan(value))
        return format_named(text, SPAN("nan"));
    if (isinf(value))
        return format_named(text, value > 0 ? SPAN("inf") : SPAN("-inf"));
    written = snprintf(form, sizeof(form), "%.17Lf", value);
    ASSERT(written > 0 && written < NUMBER_LONG_DOUBLE_TEXT_MAX);
    length = (size_t)written;
    /* There is always a point to stop at. */
    while (form[length - 1] == '0')
        length--;
    if (form[length - 1] == '.')
        length--;
    ASSERT(length > 0);
    if (length == 2 && form[0] == '-' && form[1] == '0')
        return format_named(text, SPAN("0"));
    memcpy(text, form, length);
    return length;
}
