/*
 * Any bytes are judged without reading outside of them; what is taken as a set of integers finds
 * each of its integers, and taking one out and in again gives the same bytes.
 */
#include "proto/base/assert.h"
#include "storage/types/integer_set.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const struct integer_set *wire)
{
    size_t length = integer_set_body_size(wire->width, wire->count);
    char *body = malloc(length);
    char *copy = malloc(length);
    struct integer_set set;
    uint32_t position;

    integer_set_write_body(body, wire);
    memcpy(copy, body, length);
    set = integer_set_of(span_of(body, length));
    ASSERT(set.count == wire->count && set.width == wire->width);
    for (uint32_t i = 0; i < set.count; i++) {
        ASSERT(integer_set_find(&set, integer_set_at(&set, i), &position));
        ASSERT(position == i);
    }
    for (uint32_t i = 0; i < set.count && i < 50; i++) {
        int64_t value = integer_set_at(&set, i);
        size_t left = integer_set_remove(body, length, i);

        if (left == 0)
            break;
        ASSERT(left == length - set.width);
        integer_set_insert(body, left, value);
        ASSERT(memcmp(body, copy, length) == 0);
    }
    free(body);
    free(copy);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *copy = malloc(size == 0 ? 1 : size);
    struct integer_set set;
    char header[INTEGER_SET_HEADER];

    if (size > 0)
        memcpy(copy, data, size);
    if (integer_set_validate(span_of(copy, size), true, &set)) {
        integer_set_write_header(header, &set);
        ASSERT(memcmp(header, copy, sizeof(header)) == 0);
        check(&set);
    }
    free(copy);
    return 0;
}
