#include "proto/aof/aof_reader.h"

#include "proto/base/assert.h"
#include "proto/base/memory.h"

enum {
    ANNOTATION_BYTES_MAX = 64 * 1024, /* of a line of somebody else's */
    DIGITS_MAX = 19,
    ARGUMENTS_MAX = INT32_MAX,
};

/* A line of a mark, a number and CRLF. */
static enum aof_status read_number(struct aof_reader *reader, char mark, uint64_t *value)
{
    const char *at = reader->bytes + reader->position;
    const char *end = reader->bytes + reader->length;
    const char *digits;

    if (at == end)
        return AOF_TORN;
    if (*at++ != mark)
        return AOF_BAD;
    *value = 0;
    for (digits = at; at < end && *at >= '0' && *at <= '9'; at++) {
        if (at - digits == DIGITS_MAX)
            return AOF_BAD;
        *value = *value * 10 + (uint64_t)(*at - '0');
    }
    if (at == end)
        return AOF_TORN;
    if (at == digits || *at != '\r')
        return AOF_BAD;
    if (at + 1 == end)
        return AOF_TORN;
    if (at[1] != '\n')
        return AOF_BAD;
    reader->position = (size_t)(at + 2 - reader->bytes);
    return AOF_COMMAND;
}

static enum aof_status read_argument(struct aof_reader *reader)
{
    uint64_t length;
    enum aof_status status = read_number(reader, '$', &length);
    const char *at = reader->bytes + reader->position;
    size_t left = reader->length - reader->position;

    if (status != AOF_COMMAND)
        return status;
    if (length > INT64_MAX)
        return AOF_BAD;
    if (left < length || left - length < 2) {
        if (left > length && at[length] != '\r')
            return AOF_BAD;
        return AOF_TORN;
    }
    if (at[length] != '\r' || at[length + 1] != '\n')
        return AOF_BAD;
    if (__builtin_expect(reader->argc == reader->capacity, 0)) {
        reader->capacity = reader->capacity == 0 ? 16 : reader->capacity * 2;
        reader->argv = memory_resize(reader->argv, reader->capacity * sizeof(*reader->argv));
    }
    reader->argv[reader->argc++] = span_of(at, length);
    reader->position += length + 2;
    return AOF_COMMAND;
}

static enum aof_status read_command(struct aof_reader *reader)
{
    uint64_t count;
    enum aof_status status = read_number(reader, '*', &count);

    if (status != AOF_COMMAND)
        return status;
    if (count == 0 || count > ARGUMENTS_MAX)
        return AOF_BAD;
    for (; count > 0 && status == AOF_COMMAND; count--)
        status = read_argument(reader);
    return status;
}

static enum aof_status read_annotation(struct aof_reader *reader)
{
    const char *at = reader->bytes + reader->position;
    size_t left = reader->length - reader->position;
    size_t looked = left < ANNOTATION_BYTES_MAX ? left : ANNOTATION_BYTES_MAX;
    const char *end = memchr(at, '\n', looked);

    if (end == NULL)
        return left < ANNOTATION_BYTES_MAX ? AOF_TORN : AOF_BAD;
    reader->position += (size_t)(end + 1 - at);
    if (end > at && end[-1] == '\r')
        end--;
    if (reader->capacity == 0) {
        reader->capacity = 16;
        reader->argv = memory_new(reader->capacity * sizeof(*reader->argv));
    }
    reader->argv[0] = span_of(at, (size_t)(end - at));
    reader->argc = 1;
    return AOF_ANNOTATION;
}

static enum aof_status read_record(struct aof_reader *reader)
{
    reader->argc = 0;
    if (reader->position == reader->length)
        return AOF_END;
    if (__builtin_expect(reader->bytes[reader->position] == '#', 0))
        return read_annotation(reader);
    return read_command(reader);
}

/* A file may have become longer than what was written to it: no log ends with a zero byte. */
static bool is_torn_before_zeros(struct aof_reader *reader)
{
    struct aof_reader trimmed = *reader;
    enum aof_status status;

    while (trimmed.length > trimmed.start && trimmed.bytes[trimmed.length - 1] == '\0')
        trimmed.length--;
    if (trimmed.length == reader->length)
        return false;
    trimmed.position = trimmed.start;
    status = read_record(&trimmed);
    reader->argv = trimmed.argv;
    reader->capacity = trimmed.capacity;
    return status == AOF_TORN || status == AOF_END;
}

enum aof_status aof_reader_next(struct aof_reader *reader)
{
    enum aof_status status;

    ASSERT_DEBUG(reader->position <= reader->length);
    reader->start = reader->position;
    status = read_record(reader);
    if (__builtin_expect(status == AOF_BAD, 0) && is_torn_before_zeros(reader))
        return AOF_TORN;
    return status;
}

void aof_reader_free(struct aof_reader *reader)
{
    memory_free(reader->argv);
    reader->argv = NULL;
    reader->capacity = 0;
}
