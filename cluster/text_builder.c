#include "cluster/text_builder.h"

#include "proto/base/assert.h"
#include "proto/base/memory.h"

#include <stdarg.h>
#include <stdio.h>

enum { FIRST_CAPACITY = 256 };

void text_builder_init(struct text_builder *text)
{
    *text = (struct text_builder){0};
}

void text_builder_free(struct text_builder *text)
{
    memory_free(text->bytes);
    text_builder_init(text);
}

static void text_builder_reserve(struct text_builder *text, size_t more)
{
    size_t capacity = text->capacity > 0 ? text->capacity : FIRST_CAPACITY;

    ASSERT(more < SIZE_MAX / 4);
    while (capacity - text->length < more)
        capacity *= 2;
    if (capacity == text->capacity)
        return;
    text->bytes = memory_resize(text->bytes, capacity);
    text->capacity = capacity;
}

void text_builder_append(struct text_builder *text, struct span bytes)
{
    if (bytes.length == 0)
        return;
    text_builder_reserve(text, bytes.length);
    memcpy(text->bytes + text->length, bytes.data, bytes.length);
    text->length += bytes.length;
}

void text_builder_format(struct text_builder *text, const char *format, ...)
{
    va_list arguments;
    int length;

    va_start(arguments, format);
    length = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    ASSERT(length >= 0);

    /* vsnprintf ends its output with a NUL, which needs room but is not counted. */
    text_builder_reserve(text, (size_t)length + 1);
    va_start(arguments, format);
    vsnprintf(text->bytes + text->length, (size_t)length + 1, format, arguments);
    va_end(arguments);
    text->length += (size_t)length;
}
