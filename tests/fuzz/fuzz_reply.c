/*
 * The input is read as calls of the reply writer. What they write is read back as the same values,
 * and every shorter prefix is incomplete. The input by itself must not upset the reader either.
 */
#include "proto/base/assert.h"
#include "proto/base/memory.h"
#include "proto/resp/reply.h"
#include "proto/resp/reply_reader.h"

#include <math.h>
#include <stdlib.h>

enum { VALUES_MAX = 256 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct script {
    const uint8_t *data;
    size_t left;
};

static uint64_t take(struct script *script, size_t bytes)
{
    uint64_t value = 0;
    size_t taken = bytes < script->left ? bytes : script->left;

    memcpy(&value, script->data, taken);
    script->data += taken;
    script->left -= taken;
    return value;
}

static struct span take_text(struct script *script)
{
    size_t length = take(script, 1);
    struct span text;

    if (length > script->left)
        length = script->left;
    text = span_of((const char *)script->data, length);
    script->data += length;
    script->left -= length;
    return text;
}

/* What one call of the writer should read back as. */
static struct reply_value write_value(struct reply *reply, struct script *script)
{
    struct reply_value value = {0};
    union {
        uint64_t bits;
        double real;
    } any;

    switch (take(script, 1) % 9) {
    case 0:
        value.type = REPLY_INTEGER;
        value.integer = (int64_t)take(script, 8);
        reply_integer(reply, value.integer);
        break;
    case 1:
        value.type = REPLY_BULK;
        value.text = take_text(script);
        reply_bulk(reply, value.text);
        break;
    case 2:
        value.type = REPLY_NULL;
        reply_null(reply);
        break;
    case 3:
        value.type = REPLY_ARRAY;
        value.count = take(script, 1);
        reply_array(reply, value.count);
        break;
    case 4:
        value.type = reply->protocol == 3 ? REPLY_MAP : REPLY_ARRAY;
        value.count = take(script, 2);
        reply_map(reply, value.count);
        value.count *= reply->protocol == 3 ? 1 : 2;
        break;
    case 5:
        any.bits = take(script, 8);
        value.type = reply->protocol == 3 ? REPLY_DOUBLE : REPLY_BULK;
        value.real = any.real;
        reply_double(reply, any.real);
        break;
    case 6:
        value.type = reply->protocol == 3 ? REPLY_BOOLEAN : REPLY_INTEGER;
        value.integer = take(script, 1) & 1;
        reply_boolean(reply, value.integer);
        break;
    case 7:
        value.type = reply->protocol == 3 ? REPLY_VERBATIM : REPLY_BULK;
        value.text = take_text(script);
        reply_verbatim(reply, "txt", value.text);
        break;
    default:
        value.type = REPLY_STATUS;
        value.text = take_text(script);
        reply_status(reply, value.text);
    }
    return value;
}

static bool same_line(struct span a, struct span b)
{
    if (a.length != b.length)
        return false;
    for (size_t i = 0; i < a.length; i++) {
        char byte = a.data[i] == '\r' || a.data[i] == '\n' ? ' ' : a.data[i];

        if (byte != b.data[i])
            return false;
    }
    return true;
}

static void check_value(const struct reply_value *expected, const struct reply_value *read)
{
    ASSERT(read->type == expected->type);
    ASSERT(read->integer == expected->integer);
    ASSERT(read->count == expected->count);
    if (expected->type == REPLY_DOUBLE)
        ASSERT(read->real == expected->real || (isnan(read->real) && isnan(expected->real)));
    else if (expected->type == REPLY_STATUS)
        ASSERT(same_line(expected->text, read->text));
    else if (expected->text.data != NULL)
        ASSERT(span_equal(expected->text, read->text));
}

static void write_and_read(struct script script, uint8_t protocol)
{
    struct reply_value expected[VALUES_MAX];
    struct reply reply;
    size_t count = 0, at = 0;

    reply_init(&reply, protocol);
    while (script.left > 0 && count < VALUES_MAX) {
        struct reply_deferred deferred = reply_defer(&reply);

        if (take(&script, 1) % 8 == 0 && count + 1 < VALUES_MAX) {
            expected[count + 1] = write_value(&reply, &script);
            expected[count] = (struct reply_value){.type = REPLY_ARRAY, .count = take(&script, 4)};
            reply_deferred_array(&reply, deferred, expected[count].count);
            count += 2;
        } else {
            expected[count++] = write_value(&reply, &script);
        }
    }
    for (size_t i = 0; i < count; i++) {
        struct span rest = span_of(reply.bytes + at, reply.length - at);
        struct reply_value read, torn;

        ASSERT(reply_read(rest, &read) == REPLY_READ_OK);
        check_value(&expected[i], &read);
        for (size_t cut = 0; cut < read.length; cut++)
            ASSERT(reply_read(span_of(rest.data, cut), &torn) == REPLY_READ_INCOMPLETE);
        at += read.length;
    }
    ASSERT(at == reply.length);
    reply_free(&reply);
}

/* Bytes from anywhere: nothing is read past their end, and no value is longer than they are. */
static void read_raw(const uint8_t *data, size_t size)
{
    char *copy = malloc(size);
    struct span rest = span_of(copy, size);
    struct reply_value value;
    size_t length;

    if (size > 0)
        memcpy(copy, data, size);
    if (reply_reader_skip(rest, &length) == REPLY_READ_OK)
        ASSERT(length > 0 && length <= size);
    while (reply_read(rest, &value) == REPLY_READ_OK) {
        ASSERT(value.length > 0 && value.length <= rest.length);
        rest = span_of(rest.data + value.length, rest.length - value.length);
    }
    free(copy);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size > 0) {
        write_and_read((struct script){data, size}, 2);
        write_and_read((struct script){data, size}, 3);
    }
    read_raw(data, size);
    return 0;
}
