#include "proto/resp/reply_reader.h"

#include "proto/base/assert.h"
#include "proto/base/number.h"

#include <math.h>

enum {
    LINE_BYTES_MAX = 64 * 1024, /* status, error, big number */
    NUMBER_LINE_MAX = 64,       /* integers, doubles, lengths, counts */
};

/* The line behind the type, without its CRLF; *length gets the bytes of type, line and CRLF. */
static enum reply_read_status read_line(struct span bytes, size_t maximum, struct span *line,
                                        size_t *length)
{
    size_t looked = bytes.length - 1 > maximum + 1 ? maximum + 1 : bytes.length - 1;
    const char *end = memchr(bytes.data + 1, '\r', looked);

    ASSERT(bytes.length > 0);
    if (end == NULL) {
        /* A line feed of its own would let two readers see different lines. */
        if (looked > maximum || memchr(bytes.data + 1, '\n', looked) != NULL)
            return REPLY_READ_INVALID;
        return REPLY_READ_INCOMPLETE;
    }
    *line = span_of(bytes.data + 1, (size_t)(end - bytes.data) - 1);
    if (line->length > 0 && memchr(line->data, '\n', line->length) != NULL)
        return REPLY_READ_INVALID;
    *length = line->length + 3;
    if (*length > bytes.length)
        return REPLY_READ_INCOMPLETE;
    return end[1] == '\n' ? REPLY_READ_OK : REPLY_READ_INVALID;
}

static bool parse_signed(struct span line, int64_t *value)
{
    if (line.length > 1 && line.data[0] == '+' && line.data[1] != '-')
        line = span_of(line.data + 1, line.length - 1);
    return number_parse_integer(line, value);
}

static bool parse_real(struct span line, double *value)
{
    if (span_is(line, "nan") || span_is(line, "-nan")) {
        *value = NAN;
        return true;
    }
    return number_parse_double(line, value);
}

static bool is_big_number(struct span line)
{
    size_t at = line.length > 0 && (line.data[0] == '-' || line.data[0] == '+');

    if (at == line.length)
        return false;
    for (; at < line.length; at++) {
        if (line.data[at] < '0' || line.data[at] > '9')
            return false;
    }
    return true;
}

static bool is_boolean(struct span line)
{
    return line.length == 1 && (line.data[0] == 't' || line.data[0] == 'f');
}

/* Types that are one line. */
static enum reply_read_status read_simple(struct span bytes, struct reply_value *value)
{
    bool text = value->type == REPLY_STATUS || value->type == REPLY_ERROR ||
                value->type == REPLY_BIG_NUMBER;
    struct span line;
    enum reply_read_status status =
        read_line(bytes, text ? LINE_BYTES_MAX : NUMBER_LINE_MAX, &line, &value->length);
    bool valid = true;

    if (status != REPLY_READ_OK)
        return status;
    if (text)
        value->text = line;
    if (value->type == REPLY_INTEGER)
        valid = parse_signed(line, &value->integer);
    else if (value->type == REPLY_DOUBLE)
        valid = parse_real(line, &value->real);
    else if (value->type == REPLY_NULL)
        valid = line.length == 0;
    else if (value->type == REPLY_BIG_NUMBER)
        valid = is_big_number(line);
    else if (value->type == REPLY_BOOLEAN && (valid = is_boolean(line)))
        value->integer = line.data[0] == 't';
    return valid ? REPLY_READ_OK : REPLY_READ_INVALID;
}

/* A length or count; -1 makes a null of the types that RESP2 allows it for. */
static enum reply_read_status read_header(struct span bytes, struct reply_value *value)
{
    struct span line;
    enum reply_read_status status = read_line(bytes, NUMBER_LINE_MAX, &line, &value->length);
    int64_t count;

    if (status != REPLY_READ_OK)
        return status;
    if (!number_parse_integer(line, &count))
        return REPLY_READ_INVALID;
    if (count == -1 && (bytes.data[0] == '$' || bytes.data[0] == '*')) {
        value->type = REPLY_NULL;
        return REPLY_READ_OK;
    }
    if (count < 0)
        return REPLY_READ_INVALID;
    value->count = (uint64_t)count;
    return REPLY_READ_OK;
}

/* Types that are a length and that many bytes. */
static enum reply_read_status read_blob(struct span bytes, struct reply_value *value)
{
    enum reply_read_status status = read_header(bytes, value);
    uint64_t size = value->count;
    const char *data;
    size_t left;

    if (status != REPLY_READ_OK || value->type == REPLY_NULL)
        return status;
    value->count = 0;
    if (value->type == REPLY_VERBATIM && size < 4)
        return REPLY_READ_INVALID;
    data = bytes.data + value->length;
    left = bytes.length - value->length;
    /* The size is at most INT64_MAX: the sum does not wrap. */
    if (left < size + 2)
        return REPLY_READ_INCOMPLETE;
    if (data[size] != '\r' || data[size + 1] != '\n')
        return REPLY_READ_INVALID;
    value->text = span_of(data, size);
    value->length += size + 2;
    if (value->type != REPLY_VERBATIM)
        return REPLY_READ_OK;
    value->text = span_of(data + 4, size - 4);
    return data[3] == ':' ? REPLY_READ_OK : REPLY_READ_INVALID;
}

enum reply_read_status reply_read(struct span bytes, struct reply_value *value)
{
    static const struct {
        char mark;
        enum reply_type type;
        enum reply_read_status (*read)(struct span bytes, struct reply_value *value);
    } types[] = {
        {'+', REPLY_STATUS, read_simple},  {'-', REPLY_ERROR, read_simple},
        {':', REPLY_INTEGER, read_simple}, {'$', REPLY_BULK, read_blob},
        {'*', REPLY_ARRAY, read_header},   {'_', REPLY_NULL, read_simple},
        {'%', REPLY_MAP, read_header},     {'~', REPLY_SET, read_header},
        {'>', REPLY_PUSH, read_header},    {'|', REPLY_ATTRIBUTE, read_header},
        {',', REPLY_DOUBLE, read_simple},  {'#', REPLY_BOOLEAN, read_simple},
        {'=', REPLY_VERBATIM, read_blob},  {'(', REPLY_BIG_NUMBER, read_simple},
        {'!', REPLY_ERROR, read_blob},
    };

    *value = (struct reply_value){.type = REPLY_NULL};
    if (bytes.length == 0)
        return REPLY_READ_INCOMPLETE;
    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
        if (types[i].mark == bytes.data[0]) {
            value->type = types[i].type;
            return types[i].read(bytes, value);
        }
    }
    return REPLY_READ_INVALID;
}

/* How many values follow an aggregate's header; 0 for what is no aggregate. */
static uint64_t elements_of(const struct reply_value *value)
{
    switch (value->type) {
    case REPLY_ARRAY:
    case REPLY_SET:
    case REPLY_PUSH:
        return value->count;
    case REPLY_MAP:
    case REPLY_ATTRIBUTE:
        return value->count * 2;
    default:
        return 0;
    }
}

enum reply_read_status reply_reader_skip(struct span bytes, size_t *length)
{
    uint64_t missing[REPLY_READ_DEPTH_MAX + 1]; /* values still to come, per level */
    size_t level = 0;
    size_t at = 0;

    missing[0] = 1;
    for (;;) {
        struct reply_value value;
        enum reply_read_status status;
        uint64_t elements;

        while (missing[level] == 0) {
            if (level == 0) {
                *length = at;
                return REPLY_READ_OK;
            }
            level--;
        }
        status = reply_read(span_of(bytes.data + at, bytes.length - at), &value);
        if (status != REPLY_READ_OK)
            return status;
        at += value.length;
        ASSERT(value.length > 0 && at <= bytes.length);
        /* An attribute stands before a value and does not count as one. */
        if (value.type != REPLY_ATTRIBUTE)
            missing[level]--;
        elements = elements_of(&value);
        if (elements == 0)
            continue;
        if (level == REPLY_READ_DEPTH_MAX)
            return REPLY_READ_INVALID;
        missing[++level] = elements;
    }
}
