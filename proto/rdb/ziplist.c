#include "proto/rdb/ziplist.h"

#include "proto/base/assert.h"
#include "proto/base/number.h"

enum {
    HEADER = 10,
    END = 0xff,
    WIDE_PREVIOUS = 0xfe,
    COUNT_UNKNOWN = 0xffff,
    /* The encoding byte: two bits tell strings, the whole byte integers. */
    STRING_SIX_BITS = 0,
    STRING_FOURTEEN_BITS = 1,
    STRING_WORD = 0x80,
    INTEGER_16 = 0xc0,
    INTEGER_32 = 0xd0,
    INTEGER_64 = 0xe0,
    INTEGER_24 = 0xf0,
    INTEGER_8 = 0xfe,
    IMMEDIATE_FIRST = 0xf1, /* stands for 0 */
    IMMEDIATE_LAST = 0xfd,
};

/* One element as it lies. */
struct place {
    uint64_t previous; /* length of the element before */
    const unsigned char *data;
    uint64_t length; /* of the data */
    bool is_integer;
    uint8_t encoding;
};

static uint64_t little_endian(const unsigned char *bytes, unsigned size)
{
    uint64_t value = 0;

    for (unsigned i = 0; i < size; i++)
        value |= (uint64_t)bytes[i] << (8 * i);
    return value;
}

/* The bytes of an integer behind its encoding byte, -1 when the byte is none of them. */
static int integer_size(uint8_t encoding)
{
    switch (encoding) {
    case INTEGER_8:
        return 1;
    case INTEGER_16:
        return 2;
    case INTEGER_24:
        return 3;
    case INTEGER_32:
        return 4;
    case INTEGER_64:
        return 8;
    default:
        return encoding >= IMMEDIATE_FIRST && encoding <= IMMEDIATE_LAST ? 0 : -1;
    }
}

/* Finds the data of the element at `at`, whose encoding lies at `at`; false when it does not fit
 * before `end`. */
static bool locate_data(const unsigned char *at, const unsigned char *end, struct place *place)
{
    size_t left = (size_t)(end - at);
    size_t header = 1;

    if (left == 0)
        return false;
    place->encoding = at[0];
    place->is_integer = at[0] >= 0xc0;
    if (place->is_integer) {
        int size = integer_size(at[0]);

        if (size < 0)
            return false;
        place->length = (uint64_t)size;
    } else if (at[0] >> 6 == STRING_SIX_BITS) {
        place->length = at[0] & 0x3f;
    } else if (at[0] >> 6 == STRING_FOURTEEN_BITS) {
        header = 2;
        if (left < header)
            return false;
        place->length = (uint64_t)(at[0] & 0x3f) << 8 | at[1];
    } else {
        header = 5;
        if (left < header || at[0] != STRING_WORD)
            return false;
        place->length =
            (uint64_t)at[1] << 24 | (uint64_t)at[2] << 16 | (uint64_t)at[3] << 8 | at[4];
    }
    place->data = at + header;
    return place->length <= left - header;
}

/* The element at `at`; returns where the next one is, NULL when it does not fit before `end`. */
static const unsigned char *locate(const unsigned char *at, const unsigned char *end,
                                   struct place *place)
{
    size_t header = 1;

    if (at == end)
        return NULL;
    place->previous = at[0];
    if (at[0] == WIDE_PREVIOUS) {
        header = 5;
        if ((size_t)(end - at) < header)
            return NULL;
        place->previous = little_endian(at + 1, 4);
    } else if (at[0] == END) {
        return NULL;
    }
    if (!locate_data(at + header, end, place))
        return NULL;
    return place->data + place->length;
}

bool ziplist_open(struct ziplist *ziplist, struct span bytes)
{
    const unsigned char *start = (const unsigned char *)bytes.data;
    const unsigned char *at = start + HEADER;
    const unsigned char *end;
    const unsigned char *last = at;
    uint64_t count = 0;
    uint64_t previous = 0;
    uint64_t announced;

    if (bytes.length < HEADER + 1 || little_endian(start, 4) != bytes.length)
        return false;
    end = start + bytes.length - 1;
    if (*end != END)
        return false;
    announced = little_endian(start + 8, 2);
    *ziplist = (struct ziplist){.at = at, .end = end};
    while (at < end) {
        struct place place;
        const unsigned char *next = locate(at, end, &place);

        if (next == NULL || place.previous != previous)
            return false;
        previous = (uint64_t)(next - at);
        last = at;
        at = next;
        count++;
    }
    ziplist->count = count;
    /* The tail of an empty one is its end byte, which is where `last` stayed. */
    return little_endian(start + 4, 4) == (uint64_t)(last - start) &&
           (announced == COUNT_UNKNOWN || announced == count);
}

static int64_t integer_of(const struct place *place)
{
    unsigned bits = 8 * (unsigned)place->length;

    if (bits == 0)
        return place->encoding - IMMEDIATE_FIRST;
    /* The sign is in the highest of the bits that there are. */
    return (int64_t)(little_endian(place->data, bits / 8) << (64 - bits)) >> (64 - bits);
}

bool ziplist_next(struct ziplist *ziplist, struct ziplist_element *element)
{
    struct place place;
    const unsigned char *next;

    if (ziplist->at == ziplist->end)
        return false;
    next = locate(ziplist->at, ziplist->end, &place);
    ASSERT(next != NULL); /* ziplist_open has been there */
    ziplist->at = next;
    if (place.is_integer) {
        size_t length = number_format_integer(element->scratch, integer_of(&place));

        element->bytes = span_of(element->scratch, length);
    } else {
        element->bytes = span_of((const char *)place.data, place.length);
    }
    return true;
}
