/*
 * Text to number and back, with the strictness that the protocol's users rely on.
 *
 * Integers: an optional minus, no plus, no leading zero, no space, nothing left over; the whole
 * int64 range ("-0" is refused). Doubles: what strtod takes in the C locale, no leading space,
 * nothing left over, "inf", "+inf", "-inf" in any case; NaN is refused, and so is what overflows or
 * becomes zero, and a text of NUMBER_LONG_DOUBLE_TEXT_MAX bytes.
 */
#ifndef PROTO_BASE_NUMBER_H
#define PROTO_BASE_NUMBER_H

#include "proto/base/span.h"

#include <stdint.h>

enum {
    NUMBER_INTEGER_TEXT_MAX = 20,       /* "-9223372036854775808" */
    NUMBER_DOUBLE_TEXT_MAX = 32,        /* shortest form that reads back as the same double */
    NUMBER_LONG_DOUBLE_TEXT_MAX = 5120, /* a long double in plain decimal notation */
};

bool number_parse_integer(struct span text, int64_t *value);
bool number_parse_unsigned(struct span text, uint64_t *value);
bool number_parse_double(struct span text, double *value);
bool number_parse_long_double(struct span text, long double *value);

/* The value of a hexadecimal digit in any case; -1 when it is none. */
static inline int number_hexadecimal_digit(char digit)
{
    if (digit >= '0' && digit <= '9')
        return digit - '0';
    if (digit >= 'a' && digit <= 'f')
        return digit - 'a' + 10;
    if (digit >= 'A' && digit <= 'F')
        return digit - 'A' + 10;
    return -1;
}

/* Each writes without a NUL and returns the length; `text` has the room named above. */
size_t number_format_integer(char *text, int64_t value);
size_t number_format_unsigned(char *text, uint64_t value);

/* The shortest decimal that reads back exactly; integers without a point; "inf", "-inf", "nan". The
 * form that RESP3 doubles and scores have ("3", "0.1", "1e+20", "1.7976931348623157e+308"). */
size_t number_format_double(char *text, double value);

/* What INCRBYFLOAT stores: "%.17Lf" with trailing zeros and a bare point cut; "-0" becomes "0". */
size_t number_format_long_double(char *text, long double value);

#endif
