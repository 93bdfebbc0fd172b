#include "server/config/text_buffer.h"

#include "proto/base/assert.h"
#include "proto/base/memory.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>

static char *text_buffer_room(struct text_buffer *buffer, size_t more)
{
    ASSERT(more < SIZE_MAX / 4);
    ASSERT(buffer->length <= buffer->capacity);
    if (buffer->capacity - buffer->length < more) {
        size_t capacity = buffer->capacity < 64 ? 64 : buffer->capacity * 2;

        while (capacity - buffer->length < more)
            capacity *= 2;
        buffer->bytes = memory_resize(buffer->bytes, capacity);
        buffer->capacity = capacity;
    }
    return buffer->bytes + buffer->length;
}

void text_buffer_add(struct text_buffer *buffer, struct span text)
{
    if (text.length == 0)
        return;
    memcpy(text_buffer_room(buffer, text.length), text.data, text.length);
    buffer->length += text.length;
}

void text_buffer_add_format(struct text_buffer *buffer, const char *format, ...)
{
    va_list arguments;
    va_list again;

    va_start(arguments, format);
    va_copy(again, arguments);
    int length = vsnprintf(NULL, 0, format, arguments);

    va_end(arguments);
    ASSERT(length >= 0);
    int written =
        vsnprintf(text_buffer_room(buffer, (size_t)length + 1), (size_t)length + 1, format, again);

    va_end(again);
    ASSERT(written == length);
    buffer->length += (size_t)length;
}

void text_buffer_clear(struct text_buffer *buffer)
{
    buffer->length = 0;
}

void text_buffer_free(struct text_buffer *buffer)
{
    memory_free(buffer->bytes);
    *buffer = (struct text_buffer){0};
}

char *text_buffer_take(struct text_buffer *buffer)
{
    *text_buffer_room(buffer, 1) = '\0';
    char *bytes = buffer->bytes;

    *buffer = (struct text_buffer){0};
    return bytes;
}
