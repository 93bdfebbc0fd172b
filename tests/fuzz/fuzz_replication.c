/*
 * The input is what a primary sends, in pieces whose sizes its first bytes say: an answer, a frame
 * with data, and a stream. In one piece it must be the same, and the stream's bytes come back as
 * they were.
 */
#include "proto/base/assert.h"
#include "proto/base/memory.h"
#include "proto/replication/command_stream.h"
#include "proto/replication/sync_answer.h"
#include "proto/replication/sync_payload.h"

#include <stdlib.h>

enum { BULK_MAX = 1 << 16 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct sum {
    uint64_t value;
    uint64_t count;
};

static void add(void *context, struct span bytes)
{
    struct sum *sum = context;

    for (size_t i = 0; i < bytes.length; i++)
        sum->value = (sum->value ^ (uint8_t)bytes.data[i]) * 0x100000001b3;
    sum->count += bytes.length;
}

/* How much of the bytes is the payload, and its sum. */
static struct sum read_payload(struct span line, struct span bytes, size_t step, size_t *used)
{
    struct sync_payload payload;
    struct sum sum = {0};

    *used = 0;
    if (!sync_payload_begin(&payload, line))
        return sum;
    while (*used < bytes.length && !payload.complete) {
        size_t part = bytes.length - *used < step ? bytes.length - *used : step;
        struct span pieces[2];
        size_t taken = sync_payload_take(&payload, span_of(bytes.data + *used, part), pieces);

        ASSERT(taken <= part);
        ASSERT(payload.complete || taken == part);
        *used += taken;
        add(&sum, pieces[0]);
        add(&sum, pieces[1]);
    }
    sum.count += payload.complete;
    return sum;
}

/* The sum of all arguments; the offset at which the stream ends, or stops to be one. */
static struct sum read_stream(struct span bytes, size_t step, int64_t *end)
{
    struct command_stream stream;
    struct sum arguments = {0}, back = {0}, whole = {0};

    command_stream_init(&stream, 7, BULK_MAX);
    for (size_t at = 0; at < bytes.length; at += step) {
        size_t part = bytes.length - at < step ? bytes.length - at : step;

        command_stream_put(&stream, span_of(bytes.data + at, part));
        while (command_stream_next(&stream) == COMMAND_STREAM_COMMAND)
            for (uint32_t i = 0; i < stream.argc; i++)
                add(&arguments, stream.argv[i]);
    }
    *end = stream.offset;
    ASSERT(stream.offset <= 7 + (int64_t)bytes.length);
    command_stream_visit(&stream, 7, stream.offset, add, &back);
    add(&whole, span_of(bytes.data, (size_t)(stream.offset - 7)));
    ASSERT(back.value == whole.value);
    command_stream_release(&stream, stream.offset);
    command_stream_free(&stream);
    return arguments;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct span bytes;
    struct sum one, other;
    const char *end;
    char *copy;
    size_t step, used, used_whole;
    int64_t offset, offset_whole;

    if (size < 2)
        return 0;
    step = data[0] + 1u;
    copy = memory_copy(data + 1, size - 1);
    bytes = span_of(copy, size - 1);
    one = read_stream(bytes, step, &offset);
    other = read_stream(bytes, bytes.length, &offset_whole);
    ASSERT(one.value == other.value);
    ASSERT(offset == offset_whole);
    end = memchr(bytes.data, '\n', bytes.length);
    if (end != NULL) {
        struct span line = span_of(bytes.data, (size_t)(end - bytes.data));
        struct span rest = span_of(end + 1, bytes.length - line.length - 1);

        (void)sync_answer_parse(line);
        one = read_payload(line, rest, step, &used);
        other = read_payload(line, rest, rest.length + 1, &used_whole);
        ASSERT(used == used_whole);
        /* What is held back at the end may be the mark. */
        ASSERT(one.count == other.count);
        ASSERT(one.value == other.value);
    }
    memory_free(copy);
    return 0;
}
