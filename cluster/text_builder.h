/*
 * A growing text. Plain value; whoever holds it owns the bytes. Not terminated.
 */
#ifndef CLUSTER_TEXT_BUILDER_H
#define CLUSTER_TEXT_BUILDER_H

#include "proto/base/span.h"

struct text_builder {
    char *bytes; /* NULL while empty */
    size_t length;
    size_t capacity;
};

void text_builder_init(struct text_builder *text);
void text_builder_free(struct text_builder *text);

void text_builder_append(struct text_builder *text, struct span bytes);
void text_builder_format(struct text_builder *text, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static inline struct span text_builder_span(const struct text_builder *text)
{
    return span_of(text->bytes, text->length);
}

#endif
