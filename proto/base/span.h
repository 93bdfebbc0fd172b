/*
 * A view of bytes that somebody else owns.
 *
 * A span never owns; whoever hands one out says how long the bytes live. Bytes are binary: a span
 * is not terminated and may contain NUL, CR and LF.
 */
#ifndef PROTO_BASE_SPAN_H
#define PROTO_BASE_SPAN_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <strings.h>

struct span {
    const char *data;
    size_t length;
};

/* The span of a string literal, without its NUL. */
#define SPAN(literal) ((struct span){(literal), sizeof(literal) - 1})

static inline struct span span_of(const char *data, size_t length)
{
    return (struct span){data, length};
}

static inline struct span span_of_string(const char *string)
{
    return (struct span){string, strlen(string)};
}

static inline bool span_equal(struct span a, struct span b)
{
    return a.length == b.length && (a.length == 0 || memcmp(a.data, b.data, a.length) == 0);
}

/* ASCII case is ignored, as everywhere in the protocol's keywords. */
static inline bool span_equal_ignoring_case(struct span a, struct span b)
{
    return a.length == b.length && strncasecmp(a.data, b.data, a.length) == 0;
}

/* Is `span` this keyword, in any case? `literal` is a string literal. */
#define span_is(span, literal) span_equal_ignoring_case((span), SPAN(literal))

#endif
