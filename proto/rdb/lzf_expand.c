#include "proto/rdb/lzf_expand.h"

enum {
    LITERAL_MAX = 32, /* smaller control bytes are lengths of literals */
    LONG_FORM = 7,
    MATCH_MIN = 2,
    /* So many bytes are copied at once where nothing is spoilt by it. */
    WORD = 16,
};

/* `length` bytes again from `distance` back; there is room for them. */
static void copy_match(char *at, size_t distance, size_t length, const char *end)
{
    const char *from = at - distance;

    if (distance == 1) {
        memset(at, *from, length);
        return;
    }
    if (distance >= WORD && (size_t)(end - at) >= length + WORD) {
        for (size_t done = 0; done < length; done += WORD)
            memcpy(at + done, from + done, WORD);
        return;
    }
    /* A pattern: what is there grows with each copy. */
    while (length > distance) {
        memcpy(at, from, distance);
        at += distance;
        length -= distance;
        distance *= 2;
    }
    memcpy(at, from, length);
}

bool lzf_expand(struct span compressed, char *bytes, size_t length)
{
    const unsigned char *in = (const unsigned char *)compressed.data;
    const unsigned char *in_end = in + compressed.length;
    char *at = bytes;
    char *end = bytes + length;

    while (in < in_end) {
        size_t control = *in++;
        size_t count;
        size_t distance;

        if (control < LITERAL_MAX) {
            count = control + 1;
            if (count > (size_t)(end - at) || count > (size_t)(in_end - in))
                return false;
            memcpy(at, in, count);
            in += count;
            at += count;
            continue;
        }
        count = control >> 5;
        if (in == in_end || (count == LONG_FORM && in + 1 == in_end))
            return false;
        if (count == LONG_FORM)
            count += *in++;
        distance = ((control & 31) << 8 | *in++) + 1;
        count += MATCH_MIN;
        if (distance > (size_t)(at - bytes) || count > (size_t)(end - at))
            return false;
        copy_match(at, distance, count, end);
        at += count;
    }
    return at == end;
}
