#include "storage/types/integer_set.h"

#include "proto/base/assert.h"

#include <string.h>

#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "integers are kept as the machine has them: little-endian"
#endif

static int64_t load(const char *place, uint32_t width)
{
    int16_t narrow;
    int32_t middle;
    int64_t wide;

    switch (width) {
    case 2:
        memcpy(&narrow, place, sizeof(narrow));
        return narrow;
    case 4:
        memcpy(&middle, place, sizeof(middle));
        return middle;
    default:
        memcpy(&wide, place, sizeof(wide));
        return wide;
    }
}

/* The lower bytes of a two's complement number are the narrower number. */
static void store(char *place, uint32_t width, int64_t value)
{
    switch (width) {
    case 2:
        memcpy(place, &value, 2);
        break;
    case 4:
        memcpy(place, &value, 4);
        break;
    default:
        memcpy(place, &value, sizeof(value));
        break;
    }
}

static bool is_width(uint64_t width)
{
    return width == 2 || width == 4 || width == 8;
}

struct integer_set integer_set_of(struct span body)
{
    struct integer_set set = {.width = 2};

    if (body.length == 0)
        return set;
    set.width = (unsigned char)body.data[0];
    ASSERT(is_width(set.width));
    ASSERT_DEBUG((body.length - INTEGER_SET_PREFIX) % set.width == 0);
    set.integers = body.data + INTEGER_SET_PREFIX;
    set.count = (uint32_t)((body.length - INTEGER_SET_PREFIX) / set.width);
    return set;
}

int64_t integer_set_at(const struct integer_set *set, uint32_t index)
{
    ASSERT_DEBUG(index < set->count);
    return load(set->integers + (size_t)index * set->width, set->width);
}

bool integer_set_find(const struct integer_set *set, int64_t value, uint32_t *position)
{
    uint32_t low = 0;
    uint32_t high = set->count;

    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        int64_t found = integer_set_at(set, middle);

        if (found == value) {
            *position = middle;
            return true;
        }
        if (found < value)
            low = middle + 1;
        else
            high = middle;
    }
    *position = low;
    return false;
}

uint32_t integer_set_width(int64_t value)
{
    if (value >= INT16_MIN && value <= INT16_MAX)
        return 2;
    return value >= INT32_MIN && value <= INT32_MAX ? 4 : 8;
}

static uint32_t width_with(const struct integer_set *set, int64_t value)
{
    uint32_t needed = integer_set_width(value);

    return needed > set->width ? needed : set->width;
}

size_t integer_set_size_with(const struct integer_set *set, int64_t value)
{
    return integer_set_body_size(width_with(set, value), set->count + 1);
}

void integer_set_insert(char *body, size_t length, int64_t value)
{
    struct integer_set set = integer_set_of(span_of(body, length));
    uint32_t width = width_with(&set, value);
    char *integers = body + INTEGER_SET_PREFIX;
    uint32_t position;

    ASSERT(!integer_set_find(&set, value, &position));
    if (width == set.width) {
        memmove(integers + (size_t)(position + 1) * width, integers + (size_t)position * width,
                (size_t)(set.count - position) * width);
    } else {
        /* From the end, so that nothing is overwritten that has not been moved. */
        for (uint32_t i = set.count; i-- > 0;)
            store(integers + (size_t)(i + (i >= position)) * width, width, integer_set_at(&set, i));
    }
    store(integers + (size_t)position * width, width, value);
    body[0] = (char)width;
}

size_t integer_set_remove(char *body, size_t length, uint32_t position)
{
    struct integer_set set = integer_set_of(span_of(body, length));
    char *place = body + INTEGER_SET_PREFIX + (size_t)position * set.width;

    ASSERT(position < set.count);
    memmove(place, place + set.width, (size_t)(set.count - position - 1) * set.width);
    return set.count == 1 ? 0 : length - set.width;
}

void integer_set_write_header(char header[INTEGER_SET_HEADER], const struct integer_set *set)
{
    memcpy(header, &set->width, sizeof(set->width));
    memcpy(header + sizeof(set->width), &set->count, sizeof(set->count));
}

bool integer_set_validate(struct span bytes, bool deep, struct integer_set *set)
{
    if (bytes.length < INTEGER_SET_HEADER)
        return false;
    memcpy(&set->width, bytes.data, sizeof(set->width));
    memcpy(&set->count, bytes.data + sizeof(set->width), sizeof(set->count));
    set->integers = bytes.data + INTEGER_SET_HEADER;
    if (!is_width(set->width) || set->count == 0)
        return false;
    if (bytes.length - INTEGER_SET_HEADER != (size_t)set->count * set->width)
        return false;
    for (uint32_t i = 1; deep && i < set->count; i++) {
        if (integer_set_at(set, i - 1) >= integer_set_at(set, i))
            return false;
    }
    return true;
}

void integer_set_write_body(char *body, const struct integer_set *set)
{
    ASSERT(set->count > 0);
    body[0] = (char)set->width;
    memcpy(body + INTEGER_SET_PREFIX, set->integers, (size_t)set->count * set->width);
}
