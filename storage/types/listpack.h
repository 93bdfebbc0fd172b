/*
 * Elements in a row of bytes: how small lists, hashes, sets and sorted sets, the nodes of large
 * lists and streams lie in memory, in dumps and in snapshots. Format: the listpack specification
 * (https://github.com/antirez/listpack/blob/master/listpack.md), byte for byte as Redis 7 and
 * Valkey write it.
 *
 *   an element:  | header 1, 2 or 5 | data | back length 1 to 5 |
 *   a body:      | element | element | ...
 *   a listpack:  | total bytes 4 | count 2 | body | 0xff |        (little-endian)
 *
 * An element is a string or an integer; what reads as a canonical int64 ("12", not "012") is kept
 * as an integer. The back length is the size of header and data, for walking towards the front.
 *
 * In memory only bodies are kept. A body is a span; an element is a pointer into it, and what lies
 * behind the last element is body.data + body.length. All but listpack_validate and
 * listpack_body_validate take bodies that are sound (written here, or validated): bytes of others
 * are validated first.
 *
 * Who never walks towards the front may keep the contents of elements alone, their headers and data
 * without back lengths: what reads or compares an element looks at nothing else.
 *
 * Pure functions over memory of the caller's. A value made from a span, or read as a string, points
 * into that span or element.
 */
#ifndef STORAGE_TYPES_LISTPACK_H
#define STORAGE_TYPES_LISTPACK_H

#include "proto/base/span.h"
#include "proto/resp/reply.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    LISTPACK_HEADER = 6,    /* total bytes, count */
    LISTPACK_FRAME = 7,     /* what a listpack has around its body */
    LISTPACK_SCRATCH = 24,  /* room for an integer as text */
    LISTPACK_END = 0xff,    /* the byte behind the last element of a listpack */
    LISTPACK_OVERHEAD = 10, /* an element takes at most its text and this */

    LISTPACK_SHORT_STRING = 0x80,   /* with the length, the whole header of a short string */
    LISTPACK_SHORT_STRING_MAX = 63, /* its longest */
};

/* Longest string of an element, so that no size of an element passes 32 bits. Only writing a longer
 * one is an error: it may be measured, and looked for in vain. */
#define LISTPACK_STRING_MAX ((size_t)1 << 31)

/*
 * What an element says, or is to say. With is_integer, `string` is the text that the integer was
 * made from, or has data == NULL when there was none. Without, `string` is the value.
 */
struct listpack_value {
    struct span string;
    int64_t integer;
    bool is_integer;
};

/* The value of these bytes: an integer when they are the canonical text of one. */
struct listpack_value listpack_value(struct span bytes);
static inline struct listpack_value listpack_value_of_integer(int64_t integer)
{
    return (struct listpack_value){.integer = integer, .is_integer = true};
}
/* The value as bytes: an integer without a text is written into `scratch`. */
struct span listpack_value_bytes(const struct listpack_value *value,
                                 char scratch[LISTPACK_SCRATCH]);

/* ---- Writing ---- */

/* The bytes of the whole element that says this. */
size_t listpack_encoded_size(const struct listpack_value *value);
/* Writes the element, listpack_encoded_size bytes; returns what lies behind it. */
char *listpack_write(char *place, const struct listpack_value *value);

/* The same for an element's header and data alone. */
size_t listpack_content_size(const struct listpack_value *value);
char *listpack_write_content(char *place, const struct listpack_value *value);

/* Bytes of the back length of an element whose header and data take `content` bytes. */
static inline size_t listpack_back_size(size_t content)
{
    /* The borders are one lower than seven bits each would allow; so are they for everybody. */
    return content < 128         ? 1
           : content < 16383     ? 2
           : content < 2097151   ? 3
           : content < 268435455 ? 4
                                 : 5;
}

/* ---- Walking ---- */

size_t listpack_wide_content(const char *element); /* part of listpack_content */
size_t listpack_back_content(const char *behind);  /* part of listpack_previous */

/* Bytes of an element's header and data. */
static inline size_t listpack_content(const char *element)
{
    unsigned first = (unsigned char)element[0];

    if (first < 0x80)
        return 1;
    if (first < 0xc0)
        return 1 + (first & 0x3f);
    return listpack_wide_content(element);
}

/* Bytes of a whole element. */
static inline size_t listpack_size(const char *element)
{
    size_t content = listpack_content(element);

    return content + listpack_back_size(content);
}

/* The element behind this one, or NULL. */
static inline const char *listpack_next(struct span body, const char *element)
{
    const char *next = element + listpack_size(element);

    return next == body.data + body.length ? NULL : next;
}

/* The element before this one (which may be the end of the body), or NULL. */
static inline const char *listpack_previous(struct span body, const char *element)
{
    size_t content;

    if (element == body.data)
        return NULL;
    content = listpack_back_content(element);
    return element - content - listpack_back_size(content);
}

static inline const char *listpack_end(struct span body)
{
    return body.data + body.length;
}

/* NULL in an empty body. */
static inline const char *listpack_first(struct span body)
{
    return body.length == 0 ? NULL : body.data;
}

static inline const char *listpack_last(struct span body)
{
    return body.length == 0 ? NULL : listpack_previous(body, listpack_end(body));
}

/* How many elements there are: walks the whole body. */
uint32_t listpack_count(struct span body);

/* The element at an index, negative ones counted from the end (-1 is the last); NULL when there is
 * none. Walks from the end that the sign names. */
const char *listpack_seek(struct span body, int64_t index);

/* ---- Reading ---- */

struct listpack_value listpack_read(const char *element);
/* The element's text; integers are written into `scratch`. */
struct span listpack_text(const char *element, char scratch[LISTPACK_SCRATCH]);
/* The element as an integer; false when it does not read as one. */
bool listpack_integer(const char *element, int64_t *integer);
/* Bytes of the element's text. */
size_t listpack_text_length(const char *element);
/* Writes the element's text as a bulk. */
void listpack_reply_bulk(const char *element, struct reply *reply);
/* The same for up to `count` elements of a body from `element` on; returns how many there were. */
uint32_t listpack_reply_bulks(struct span body, const char *element, uint32_t count,
                              struct reply *reply);

/* Does the element say this? */
bool listpack_equal(const char *element, const struct listpack_value *value);
/* The first element from `from` on (NULL: none) that says this, comparing `from` and then each
 * step-th element only (step 2: the fields of a hash); NULL when there is none. `step` > 0. */
const char *listpack_find(struct span body, const char *from, const struct listpack_value *value,
                          uint32_t step);

/* ---- Whole listpacks ---- */

/* The six bytes before a body. */
void listpack_write_header(char header[LISTPACK_HEADER], size_t body_length, uint64_t count);
/* Writes a whole listpack, body.length + LISTPACK_FRAME bytes; returns what lies behind it. */
char *listpack_wrap(char *place, struct span body, uint64_t count);

/*
 * Are these bytes, of whatever origin, a listpack? Then `body` is what lies between its header and
 * its end. `deep` walks the elements too, so that the body may be used with everything above; a
 * body that was not looked at deeply may only be used when its origin is trusted. Reads nothing
 * outside of `bytes`. An empty listpack is one; refusing it is for the caller.
 */
bool listpack_validate(struct span bytes, bool deep, struct span *body);
/* The same deep look at a bare body; tells the number of elements (may be NULL). */
bool listpack_body_validate(struct span body, uint32_t *count);

#endif
