/*
 * A text that grows while it is written. A plain value of one owner; text_buffer_free ends it.
 */
#ifndef SERVER_CONFIG_TEXT_BUFFER_H
#define SERVER_CONFIG_TEXT_BUFFER_H

#include "proto/base/span.h"

struct text_buffer {
    char *bytes; /* NULL until the first byte */
    size_t length;
    size_t capacity;
};

void text_buffer_add(struct text_buffer *buffer, struct span text);
void text_buffer_add_format(struct text_buffer *buffer, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void text_buffer_clear(struct text_buffer *buffer); /* keeps the room */
void text_buffer_free(struct text_buffer *buffer);

/* The text with a NUL behind it, which the caller frees with memory_free; the buffer is empty then.
 */
char *text_buffer_take(struct text_buffer *buffer);

static inline struct span text_buffer_span(const struct text_buffer *buffer)
{
    return span_of(buffer->bytes, buffer->length);
}

#endif
