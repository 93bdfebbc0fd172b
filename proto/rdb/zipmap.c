#include "proto/rdb/zipmap.h"

#include "proto/base/assert.h"

enum { WIDE_LENGTH = 0xfe, END = 0xff, COUNT_UNKNOWN = 0xfe };

/* A length; returns what is behind it, or NULL. */
static const unsigned char *read_length(const unsigned char *at, const unsigned char *end,
                                        uint64_t *length)
{
    if (at == end || *at == END)
        return NULL;
    if (*at < WIDE_LENGTH) {
        *length = *at;
        return at + 1;
    }
    if (end - at < 5)
        return NULL;
    *length =
        (uint64_t)at[1] | (uint64_t)at[2] << 8 | (uint64_t)at[3] << 16 | (uint64_t)at[4] << 24;
    return *length >= WIDE_LENGTH ? at + 5 : NULL;
}

/* One pair; returns what is behind it, or NULL when it does not fit before `end`. */
static const unsigned char *read_pair(const unsigned char *at, const unsigned char *end,
                                      struct span *field, struct span *value)
{
    uint64_t length;
    uint8_t unused;

    at = read_length(at, end, &length);
    if (at == NULL || length > (size_t)(end - at))
        return NULL;
    *field = span_of((const char *)at, length);
    at = read_length(at + length, end, &length);
    if (at == NULL || at == end)
        return NULL;
    unused = *at++;
    if (length + unused > (size_t)(end - at))
        return NULL;
    *value = span_of((const char *)at, length);
    return at + length + unused;
}

bool zipmap_open(struct zipmap *zipmap, struct span bytes)
{
    const unsigned char *start = (const unsigned char *)bytes.data;
    const unsigned char *at;
    struct span field, value;

    if (bytes.length < 2 || start[bytes.length - 1] != END)
        return false;
    *zipmap = (struct zipmap){.at = start + 1, .end = start + bytes.length - 1};
    for (at = zipmap->at; at < zipmap->end; zipmap->count++) {
        at = read_pair(at, zipmap->end, &field, &value);
        if (at == NULL)
            return false;
    }
    return start[0] >= COUNT_UNKNOWN || start[0] == zipmap->count;
}

bool zipmap_next(struct zipmap *zipmap, struct span *field, struct span *value)
{
    if (zipmap->at == zipmap->end)
        return false;
    zipmap->at = read_pair(zipmap->at, zipmap->end, field, value);
    ASSERT(zipmap->at != NULL); /* zipmap_open has been there */
    return true;
}
