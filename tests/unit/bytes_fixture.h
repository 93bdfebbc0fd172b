/*
 * Bytes from hexadecimal text, in a block that ends where they end, so that reading past them is
 * seen by a sanitizer.
 */
#ifndef TESTS_UNIT_BYTES_FIXTURE_H
#define TESTS_UNIT_BYTES_FIXTURE_H

#include "proto/base/memory.h"
#include "proto/base/span.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
/* Behind the headers that it needs. */
#include <cmocka.h>

static inline struct span bytes_copy(struct span bytes)
{
    char *copy = malloc(bytes.length > 0 ? bytes.length : 1);

    assert_non_null(copy);
    if (bytes.length > 0)
        memcpy(copy, bytes.data, bytes.length);
    return span_of(copy, bytes.length);
}

static inline struct span bytes_of_hex(const char *text)
{
    size_t length = strlen(text) / 2;
    char *bytes = malloc(length > 0 ? length : 1);

    assert_non_null(bytes);
    for (size_t i = 0; i < length; i++) {
        const char digits[3] = {text[2 * i], text[2 * i + 1], '\0'};
        char *end;

        bytes[i] = (char)strtoul(digits, &end, 16);
        assert_ptr_equal(end, digits + 2);
    }
    return span_of(bytes, length);
}

static inline void bytes_free(struct span bytes)
{
    free((char *)bytes.data);
}

#endif
