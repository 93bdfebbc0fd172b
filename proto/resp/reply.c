#include "proto/resp/reply.h"

#include "proto/base/assert.h"
#include "proto/base/memory.h"
#include "proto/base/number.h"

#include <stdarg.h>
#include <stdio.h>

enum {
    FIRST_CAPACITY = 4096,
    FIRST_REFERENCES = 8,
    HEADER_MAX = 24, /* a type, 20 digits, CRLF */
};

/* No reply comes near this; what would is a broken length. */
#define CAPACITY_MAX (SIZE_MAX / 4)

void reply_init(struct reply *reply, uint8_t protocol)
{
    ASSERT(protocol == 2 || protocol == 3);
    *reply = (struct reply){.protocol = protocol};
}

static void release_references(struct reply *reply)
{
    for (uint32_t i = 0; i < reply->reference_count; i++) {
        struct reply_block *block = reply->references[i].block;

        if (block != NULL)
            block->release(block);
    }
    reply->reference_count = 0;
    reply->referenced_bytes = 0;
}

void reply_free(struct reply *reply)
{
    ASSERT(reply->length <= reply->capacity);
    release_references(reply);
    memory_free(reply->references);
    memory_free(reply->bytes);
    *reply = (struct reply){.protocol = reply->protocol,
                            .copy_only = reply->copy_only,
                            .error_count = reply->error_count};
}

void reply_clear(struct reply *reply)
{
    ASSERT(reply->length <= reply->capacity);
    release_references(reply);
    reply->length = 0;
    reply->error_position = 0;
}

void reply_truncate(struct reply *reply, size_t length)
{
    ASSERT(length <= reply->length);
    reply->length = length;
    while (reply->reference_count > 0) {
        struct reply_reference *last = &reply->references[reply->reference_count - 1];

        if (last->position <= length)
            break;
        reply->referenced_bytes -= last->bytes.length;
        last->block->release(last->block);
        reply->reference_count--;
    }
}

void reply_move_tail(struct reply *to, struct reply *from, size_t length)
{
    size_t position = length;
    uint32_t first = from->reference_count;

    ASSERT(length <= from->length);
    ASSERT(to != from);
    while (first > 0 && from->references[first - 1].position > length)
        first--;
    for (uint32_t i = first; i < from->reference_count; i++) {
        const struct reply_reference *reference = &from->references[i];

        reply_raw(to, span_of(from->bytes + position, reference->position - position));
        reply_reference(to, reference->bytes, reference->block);
        from->referenced_bytes -= reference->bytes.length;
        position = reference->position;
    }
    if (from->length > position)
        reply_raw(to, span_of(from->bytes + position, from->length - position));
    from->reference_count = first;
    from->length = length;
}

void reply_grow(struct reply *reply, size_t more)
{
    size_t capacity = reply->capacity > 0 ? reply->capacity : FIRST_CAPACITY;

    ASSERT(reply->length <= reply->capacity);
    ASSERT(more < CAPACITY_MAX && reply->length < CAPACITY_MAX);
    while (capacity - reply->length < more)
        capacity *= 2;
    reply->bytes = memory_resize(reply->bytes, capacity);
    reply->capacity = capacity;
}

/* Most counts and lengths have up to three digits. Returns the place behind them. */
static inline char *write_count(char *place, uint64_t count)
{
    unsigned small = (unsigned)count;

    if (__builtin_expect(count >= 1000, 0))
        return place + number_format_unsigned(place, count);
    if (small >= 100) {
        *place++ = (char)('0' + small / 100);
        small %= 100;
        *place++ = (char)('0' + small / 10);
    } else if (small >= 10) {
        *place++ = (char)('0' + small / 10);
    }
    *place++ = (char)('0' + small % 10);
    return place;
}

static inline char *write_line_end(char *place)
{
    memcpy(place, "\r\n", 2);
    return place + 2;
}

static inline char *write_header(char *place, char type, uint64_t count)
{
    *place++ = type;
    return write_line_end(write_count(place, count));
}

static inline void header(struct reply *reply, char type, uint64_t count)
{
    char *room = reply_room(reply, HEADER_MAX);

    reply->length += (size_t)(write_header(room, type, count) - room);
}

/* A line must not end early: a text that came from a client could hold anything. */
static void blank_line_ends(char *text, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        if (text[i] == '\r' || text[i] == '\n')
            text[i] = ' ';
    }
}

static void line(struct reply *reply, char type, struct span text)
{
    char *room = reply_room(reply, text.length + 3);

    *room++ = type;
    if (text.length > 0)
        memcpy(room, text.data, text.length);
    blank_line_ends(room, text.length);
    write_line_end(room + text.length);
    reply->length += text.length + 3;
}

void reply_status(struct reply *reply, struct span text)
{
    line(reply, '+', text);
}

static void count_error(struct reply *reply)
{
    reply->error_count++;
    reply->error_position = reply->length;
}

void reply_error(struct reply *reply, struct span text)
{
    ASSERT(text.length > 0);
    ASSERT_DEBUG(text.data[0] != '-');
    count_error(reply);
    line(reply, '-', text);
}

void reply_error_format(struct reply *reply, const char *format, ...)
{
    va_list arguments;
    char *room;
    int length;

    va_start(arguments, format);
    length = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    ASSERT(length > 0);

    count_error(reply);
    room = reply_room(reply, (size_t)length + 4);
    *room++ = '-';
    va_start(arguments, format);
    vsnprintf(room, (size_t)length + 1, format, arguments);
    va_end(arguments);
    blank_line_ends(room, (size_t)length);
    write_line_end(room + length);
    reply->length += (size_t)length + 3;
}

void reply_integer(struct reply *reply, int64_t value)
{
    char *room = reply_room(reply, HEADER_MAX);
    char *place = room;

    *place++ = ':';
    if (value >= 0)
        place = write_count(place, (uint64_t)value);
    else
        place += number_format_integer(place, value);
    reply->length += (size_t)(write_line_end(place) - room);
}

void reply_bulk(struct reply *reply, struct span bytes)
{
    char *room = reply_room(reply, bytes.length + HEADER_MAX + 2);
    char *place = write_header(room, '$', bytes.length);

    if (bytes.length > 0)
        memcpy(place, bytes.data, bytes.length);
    reply->length += (size_t)(write_line_end(place + bytes.length) - room);
}

void reply_reference(struct reply *reply, struct span bytes, struct reply_block *block)
{
    ASSERT(block != NULL && block->release != NULL);
    ASSERT(!reply->copy_only);
    if (reply->reference_count == reply->reference_capacity) {
        uint32_t capacity =
            reply->reference_capacity > 0 ? reply->reference_capacity * 2 : FIRST_REFERENCES;

        ASSERT(capacity > reply->reference_capacity);
        reply->references =
            memory_resize(reply->references, (size_t)capacity * sizeof(*reply->references));
        reply->reference_capacity = capacity;
    }
    reply->references[reply->reference_count++] =
        (struct reply_reference){.position = reply->length, .bytes = bytes, .block = block};
    reply->referenced_bytes += bytes.length;
}

void reply_bulk_reference(struct reply *reply, struct span bytes, struct reply_block *block)
{
    if (reply->copy_only) {
        reply_bulk(reply, bytes);
        block->release(block);
        return;
    }
    header(reply, '$', bytes.length);
    reply_reference(reply, bytes, block);
    reply_literal(reply, "\r\n");
}

void reply_bulk_integer(struct reply *reply, int64_t value)
{
    char text[NUMBER_INTEGER_TEXT_MAX];

    reply_bulk(reply, span_of(text, number_format_integer(text, value)));
}

void reply_bulk_format(struct reply *reply, const char *format, ...)
{
    va_list arguments;
    char *room;
    int length;

    va_start(arguments, format);
    length = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    ASSERT(length >= 0);

    header(reply, '$', (uint64_t)length);
    room = reply_room(reply, (size_t)length + 2);
    va_start(arguments, format);
    vsnprintf(room, (size_t)length + 1, format, arguments);
    va_end(arguments);
    write_line_end(room + length);
    reply->length += (size_t)length + 2;
}

void reply_null(struct reply *reply)
{
    reply_raw(reply, reply->protocol == 3 ? SPAN("_\r\n") : SPAN("$-1\r\n"));
}

void reply_null_array(struct reply *reply)
{
    reply_raw(reply, reply->protocol == 3 ? SPAN("_\r\n") : SPAN("*-1\r\n"));
}

void reply_array(struct reply *reply, uint64_t count)
{
    header(reply, '*', count);
}

/* The header that a map has: type and count. */
static uint64_t map_count(const struct reply *reply, uint64_t pairs)
{
    ASSERT_DEBUG(pairs <= UINT64_MAX / 2);
    return reply->protocol == 3 ? pairs : pairs * 2;
}

static char map_type(const struct reply *reply)
{
    return reply->protocol == 3 ? '%' : '*';
}

void reply_map(struct reply *reply, uint64_t pairs)
{
    header(reply, map_type(reply), map_count(reply, pairs));
}

void reply_set(struct reply *reply, uint64_t count)
{
    header(reply, reply->protocol == 3 ? '~' : '*', count);
}

void reply_push(struct reply *reply, uint64_t count)
{
    header(reply, reply->protocol == 3 ? '>' : '*', count);
}

void reply_attribute(struct reply *reply, uint64_t pairs)
{
    ASSERT(reply->protocol == 3);
    header(reply, '|', pairs);
}

void reply_double(struct reply *reply, double value)
{
    char text[NUMBER_DOUBLE_TEXT_MAX];
    struct span form = span_of(text, number_format_double(text, value));

    if (reply->protocol == 3)
        line(reply, ',', form);
    else
        reply_bulk(reply, form);
}

void reply_boolean(struct reply *reply, bool value)
{
    if (reply->protocol == 3)
        reply_raw(reply, value ? SPAN("#t\r\n") : SPAN("#f\r\n"));
    else
        reply_raw(reply, value ? SPAN(":1\r\n") : SPAN(":0\r\n"));
}

void reply_verbatim(struct reply *reply, const char type[3], struct span text)
{
    if (reply->protocol == 2) {
        reply_bulk(reply, text);
        return;
    }
    header(reply, '=', text.length + 4);
    reply_raw(reply, span_of(type, 3));
    reply_literal(reply, ":");
    reply_raw(reply, text);
    reply_literal(reply, "\r\n");
}

void reply_big_number(struct reply *reply, struct span digits)
{
    ASSERT(digits.length > 0);
    if (reply->protocol == 3)
        line(reply, '(', digits);
    else
        reply_bulk(reply, digits);
}

struct reply_deferred reply_defer(struct reply *reply)
{
    return (struct reply_deferred){
        .position = reply->length,
        .references = reply->reference_count,
    };
}

/* Moves everything since the deferral by the header's length: bytes, references, the last error. */
void reply_deferred_raw(struct reply *reply, struct reply_deferred deferred, struct span bytes)
{
    char *place;

    ASSERT(deferred.position <= reply->length);
    ASSERT(deferred.references <= reply->reference_count);
    reply_room(reply, bytes.length);
    place = reply->bytes + deferred.position;
    memmove(place + bytes.length, place, reply->length - deferred.position);
    memcpy(place, bytes.data, bytes.length);
    reply->length += bytes.length;
    for (uint32_t i = deferred.references; i < reply->reference_count; i++)
        reply->references[i].position += bytes.length;
    if (reply->error_count > 0 && reply->error_position >= deferred.position)
        reply->error_position += bytes.length;
}

static void insert_header(struct reply *reply, struct reply_deferred deferred, char type,
                          uint64_t count)
{
    char text[HEADER_MAX];

    reply_deferred_raw(reply, deferred,
                       span_of(text, (size_t)(write_header(text, type, count) - text)));
}

void reply_deferred_array(struct reply *reply, struct reply_deferred deferred, uint64_t count)
{
    insert_header(reply, deferred, '*', count);
}

void reply_deferred_map(struct reply *reply, struct reply_deferred deferred, uint64_t pairs)
{
    insert_header(reply, deferred, map_type(reply), map_count(reply, pairs));
}

void reply_deferred_set(struct reply *reply, struct reply_deferred deferred, uint64_t count)
{
    insert_header(reply, deferred, reply->protocol == 3 ? '~' : '*', count);
}
