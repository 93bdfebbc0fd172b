#include "proto/resp/request.h"

#include "proto/base/assert.h"
#include "proto/base/number.h"

#include <stdio.h>

enum {
    /* A line whose end is not among its first LINE_BYTES_MAX + 1 bytes is too long. */
    LINE_BYTES_MAX = 64 * 1024,
    /* "$0", CRLF, CRLF: nothing shorter is an argument, and every short header is no longer. */
    ARGUMENT_MIN = 6,
    SHORT_LENGTH_MAX = 999,
};

#define LIKELY(condition)   __builtin_expect(!!(condition), 1)
#define UNLIKELY(condition) __builtin_expect(!!(condition), 0)

void request_parser_reset(struct request_parser *parser)
{
    parser->argc = 0;
    parser->remaining = -1;
    parser->bulk_length = -1;
    parser->position = 0;
    parser->scanned = 0;
    parser->error = REQUEST_ERROR_NONE;
    parser->unexpected = '\0';
}

static enum request_status fail(struct request_parser *parser, enum request_error error)
{
    ASSERT(error != REQUEST_ERROR_NONE);
    parser->error = error;
    return REQUEST_INVALID;
}

/*
 * The line at `position` ends with a CR and whatever byte is behind it; nothing else is asked of
 * that byte. Sets *end to the CR's place, or leaves in `scanned` how far it looked.
 */
static enum request_status find_line_end(struct request_parser *parser, const char *bytes,
                                         size_t length, enum request_error too_big, size_t *end)
{
    size_t start = parser->position;
    size_t stop = length - start > LINE_BYTES_MAX ? start + LINE_BYTES_MAX + 1 : length;
    /* The last byte looked at may be a CR that had nothing behind it yet. */
    size_t from = start + parser->scanned - (parser->scanned > 0);
    const char *found = NULL;

    ASSERT(start <= length && from <= stop);
    if (from < stop)
        found = memchr(bytes + from, '\r', stop - from);
    if (found == NULL) {
        parser->scanned = stop - start;
        return stop - start > LINE_BYTES_MAX ? fail(parser, too_big) : REQUEST_INCOMPLETE;
    }
    *end = (size_t)(found - bytes);
    parser->scanned = *end - start + 1;
    if (*end + 1 == length)
        return REQUEST_INCOMPLETE;
    parser->scanned = 0;
    return REQUEST_COMPLETE;
}

static enum request_status read_count(struct request_parser *parser, const char *bytes,
                                      size_t length, const struct request_limits *limits)
{
    enum request_status status;
    int64_t count;
    size_t end;

    ASSERT_DEBUG(parser->position == 0 && bytes[0] == '*');
    /* One digit, as almost every request has. */
    if (LIKELY(length >= 4 && bytes[2] == '\r' && bytes[1] >= '1' && bytes[1] <= '9' &&
               limits->count_max >= 9)) {
        parser->remaining = bytes[1] - '0';
        parser->position = 4;
        parser->scanned = 0;
        return REQUEST_COMPLETE;
    }
    status = find_line_end(parser, bytes, length, REQUEST_ERROR_COUNT_TOO_BIG, &end);
    if (status != REQUEST_COMPLETE)
        return status;
    if (!number_parse_integer(span_of(bytes + 1, end - 1), &count) || count > INT32_MAX)
        return fail(parser, REQUEST_ERROR_COUNT_INVALID);
    if (count > limits->count_max)
        return fail(parser, limits->unauthenticated ? REQUEST_ERROR_COUNT_UNAUTHENTICATED
                                                    : REQUEST_ERROR_COUNT_INVALID);
    parser->remaining = count > 0 ? count : 0;
    parser->position = end + 2;
    return REQUEST_COMPLETE;
}

static enum request_status read_length(struct request_parser *parser, const char *bytes,
                                       size_t length, const struct request_limits *limits)
{
    size_t start = parser->position;
    enum request_status status;
    int64_t value;
    size_t end;

    status = find_line_end(parser, bytes, length, REQUEST_ERROR_LENGTH_TOO_BIG, &end);
    if (status != REQUEST_COMPLETE)
        return status;
    if (bytes[start] != '$') {
        parser->unexpected = bytes[start];
        return fail(parser, REQUEST_ERROR_LENGTH_EXPECTED);
    }
    if (!number_parse_integer(span_of(bytes + start + 1, end - start - 1), &value) || value < 0)
        return fail(parser, REQUEST_ERROR_LENGTH_INVALID);
    if (value > limits->bulk_length_max)
        return fail(parser, limits->unauthenticated ? REQUEST_ERROR_LENGTH_UNAUTHENTICATED
                                                    : REQUEST_ERROR_LENGTH_INVALID);
    parser->bulk_length = value;
    parser->position = end + 2;
    return REQUEST_COMPLETE;
}

/*
 * Takes whole arguments with lengths of one to three digits for as long as there are any; anything
 * else is left, untouched, to the general path.
 */
static inline void read_short_arguments(struct request_parser *parser, const char *bytes,
                                        size_t length)
{
    const char *place = bytes + parser->position;
    const char *end = bytes + length;
    uint32_t room = parser->argv_capacity - parser->argc;
    uint32_t count = parser->remaining < room ? (uint32_t)parser->remaining : room;
    struct span *first = parser->argv + parser->argc;
    struct span *stop = first + count;
    struct span *next = first;

    while (next != stop && end - place >= ARGUMENT_MIN && place[0] == '$') {
        unsigned digit = (unsigned)(unsigned char)place[1] - '0';
        size_t value = digit;
        const char *data;

        if (UNLIKELY(digit > 9))
            break;
        if (place[2] == '\r') {
            data = place + 4;
        } else {
            digit = (unsigned)(unsigned char)place[2] - '0';
            if (UNLIKELY(digit > 9 || value == 0))
                break;
            value = value * 10 + digit;
            data = place + 5;
            if (place[3] != '\r') {
                digit = (unsigned)(unsigned char)place[3] - '0';
                if (UNLIKELY(digit > 9 || place[4] != '\r'))
                    break;
                value = value * 10 + digit;
                data = place + 6;
            }
        }
        if (UNLIKELY((size_t)(end - data) < value + 2))
            break;
        *next++ = span_of(data, value);
        place = data + value + 2;
    }
    parser->argc += (uint32_t)(next - first);
    parser->remaining -= next - first;
    /* What was scanned belongs to a line that is passed now. */
    if (next != first)
        parser->scanned = 0;
    parser->position = (size_t)(place - bytes);
}

static enum request_status read_arguments(struct request_parser *parser, const char *bytes,
                                          size_t length, const struct request_limits *limits)
{
    bool short_allowed = limits->bulk_length_max >= SHORT_LENGTH_MAX;

    for (;;) {
        if (LIKELY(parser->bulk_length < 0 && short_allowed))
            read_short_arguments(parser, bytes, length);
        if (LIKELY(parser->remaining == 0))
            return REQUEST_COMPLETE;
        if (parser->bulk_length < 0) {
            enum request_status status = read_length(parser, bytes, length, limits);

            if (status != REQUEST_COMPLETE)
                return status;
        }
        if (length - parser->position < (uint64_t)parser->bulk_length + 2)
            return REQUEST_INCOMPLETE;
        if (parser->argc == parser->argv_capacity)
            return REQUEST_NEEDS_ROOM;
        parser->argv[parser->argc++] =
            span_of(bytes + parser->position, (size_t)parser->bulk_length);
        parser->position += (size_t)parser->bulk_length + 2;
        parser->bulk_length = -1;
        parser->remaining--;
    }
}

static bool is_blank(char byte)
{
    return byte == ' ' || (byte >= '\t' && byte <= '\r');
}

/* A word without quotes ends at fewer bytes than may stand between words. */
static bool ends_word(char byte)
{
    return byte == ' ' || byte == '\t' || byte == '\n' || byte == '\r';
}

/* What stands behind a backslash in double quotes; returns the place behind it. */
static char *unescape(char *read, const char *end, char *byte)
{
    ASSERT_DEBUG(read < end);
    if (*read == 'x' && end - read >= 3) {
        int high = number_hexadecimal_digit(read[1]);
        int low = number_hexadecimal_digit(read[2]);

        if (high >= 0 && low >= 0) {
            *byte = (char)(high * 16 + low);
            return read + 3;
        }
    }
    switch (*read) {
    case 'n':
        *byte = '\n';
        break;
    case 'r':
        *byte = '\r';
        break;
    case 't':
        *byte = '\t';
        break;
    case 'b':
        *byte = '\b';
        break;
    case 'a':
        *byte = '\a';
        break;
    default:
        *byte = *read;
    }
    return read + 1;
}

/*
 * Copies what stands between quotes to *write, which is never behind the place read. Returns the
 * place behind the closing quote, or NULL when there is none or the word goes on behind it.
 */
static char *read_quoted(char *read, const char *end, char **write)
{
    char quote = *read++;

    ASSERT_DEBUG(quote == '"' || quote == '\'');
    while (read < end && *read != quote) {
        char byte = *read;

        if (byte != '\\' || end - read < 2) {
            read++;
        } else if (quote == '"') {
            read = unescape(read + 1, end, &byte);
        } else if (read[1] == '\'') {
            byte = '\'';
            read += 2;
        } else {
            read++;
        }
        *(*write)++ = byte;
    }
    if (read == end || (read + 1 < end && !is_blank(read[1])))
        return NULL;
    return read + 1;
}

/* Reads the word at `read`; returns the place behind it, or NULL for unbalanced quotes. */
static char *read_word(char *read, const char *end, struct span *word)
{
    char *start = read;
    char *write = read;

    while (read < end && !ends_word(*read)) {
        if (*read == '"' || *read == '\'') {
            read = read_quoted(read, end, &write);
            break;
        }
        *write++ = *read++;
    }
    *word = span_of(start, (size_t)(write - start));
    return read;
}

/*
 * The words of the line that ends before `end`. When argv is full, goes on later from the next
 * word: the ones before may have been unescaped already.
 */
static enum request_status read_words(struct request_parser *parser, char *bytes, size_t line_end)
{
    char *end = bytes + line_end;
    char *place = bytes + parser->position;

    ASSERT(parser->position <= line_end);
    for (;;) {
        while (place < end && is_blank(*place))
            place++;
        parser->position = (size_t)(place - bytes);
        if (place == end)
            return REQUEST_COMPLETE;
        if (parser->argc == parser->argv_capacity)
            return REQUEST_NEEDS_ROOM;
        place = read_word(place, end, &parser->argv[parser->argc]);
        if (place == NULL)
            return fail(parser, REQUEST_ERROR_UNBALANCED_QUOTES);
        parser->argc++;
    }
}

static enum request_status read_inline(struct request_parser *parser, char *bytes, size_t length)
{
    size_t stop = length > LINE_BYTES_MAX ? (size_t)LINE_BYTES_MAX + 1 : length;
    size_t from = parser->position + parser->scanned;
    const char *found = from < stop ? memchr(bytes + from, '\n', stop - from) : NULL;
    enum request_status status;
    size_t newline, end;

    if (found == NULL) {
        parser->scanned = stop;
        return stop > LINE_BYTES_MAX ? fail(parser, REQUEST_ERROR_INLINE_TOO_BIG)
                                     : REQUEST_INCOMPLETE;
    }
    newline = (size_t)(found - bytes);
    end = newline > parser->position && bytes[newline - 1] == '\r' ? newline - 1 : newline;
    status = read_words(parser, bytes, end);
    parser->scanned = newline - parser->position;
    if (status == REQUEST_COMPLETE) {
        parser->position = newline + 1;
        parser->scanned = 0;
    }
    return status;
}

enum request_status request_parse(struct request_parser *parser, char *bytes, size_t length,
                                  const struct request_limits *limits)
{
    ASSERT_DEBUG(parser->position <= length);
    ASSERT_DEBUG(parser->argc <= parser->argv_capacity);
    if (parser->remaining < 0) {
        enum request_status status;

        if (length == 0)
            return REQUEST_INCOMPLETE;
        /* Unescaping a word of a line that is half read may have put a star there. */
        if (bytes[0] != '*' || parser->position > 0)
            return read_inline(parser, bytes, length);
        status = read_count(parser, bytes, length, limits);
        if (UNLIKELY(status != REQUEST_COMPLETE))
            return status;
    }
    return read_arguments(parser, bytes, length, limits);
}

void request_parser_rebase(struct request_parser *parser, const char *before, const char *now)
{
    ASSERT(parser->argc <= parser->argv_capacity);
    for (uint32_t i = 0; i < parser->argc; i++) {
        size_t offset = (size_t)((uintptr_t)parser->argv[i].data - (uintptr_t)before);

        ASSERT_DEBUG(offset <= parser->position);
        parser->argv[i].data = now + offset;
    }
}

size_t request_parser_needs(const struct request_parser *parser)
{
    if (parser->bulk_length < 0)
        return parser->position + parser->scanned + 1;
    return parser->position + (size_t)parser->bulk_length + 2;
}

static const char *const error_texts[] = {
    [REQUEST_ERROR_NONE] = "no error",
    [REQUEST_ERROR_INLINE_TOO_BIG] = "too big inline request",
    [REQUEST_ERROR_UNBALANCED_QUOTES] = "unbalanced quotes in request",
    [REQUEST_ERROR_COUNT_TOO_BIG] = "too big mbulk count string",
    [REQUEST_ERROR_COUNT_INVALID] = "invalid multibulk length",
    [REQUEST_ERROR_COUNT_UNAUTHENTICATED] = "unauthenticated multibulk length",
    [REQUEST_ERROR_LENGTH_TOO_BIG] = "too big bulk count string",
    [REQUEST_ERROR_LENGTH_INVALID] = "invalid bulk length",
    [REQUEST_ERROR_LENGTH_UNAUTHENTICATED] = "unauthenticated bulk length",
};

void request_error_text(const struct request_parser *parser, char text[128])
{
    ASSERT(parser->error <= REQUEST_ERROR_LENGTH_UNAUTHENTICATED);
    if (parser->error == REQUEST_ERROR_LENGTH_EXPECTED)
        /* The text is a C string: a NUL in it would end it. */
        snprintf(text, 128, "Protocol error: expected '$', got '%c'",
                 parser->unexpected != '\0' ? parser->unexpected : ' ');
    else
        snprintf(text, 128, "Protocol error: %s", error_texts[parser->error]);
}
