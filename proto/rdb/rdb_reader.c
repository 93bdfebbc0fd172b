#include "proto/rdb/rdb_reader.h"

#include "proto/base/assert.h"
#include "proto/base/memory.h"
#include "proto/base/number.h"
#include "proto/rdb/lzf_expand.h"
#include "proto/rdb/rdb_format.h"

#include <math.h>

/* The first byte of a length: how it goes on is in the two highest bits. */
enum {
    LENGTH_SIX_BITS = 0,
    LENGTH_FOURTEEN_BITS = 1,
    LENGTH_ENCODED = 3,
    LENGTH_WORD = 0x80,
    LENGTH_DOUBLE_WORD = 0x81,
};

/* What the length byte of a text double says instead. */
enum { TEXT_DOUBLE_NAN = 253, TEXT_DOUBLE_INFINITY = 254, TEXT_DOUBLE_NEGATIVE_INFINITY = 255 };

bool rdb_reader_fail(struct rdb_reader *reader)
{
    reader->failed = true;
    reader->at = reader->end;
    return false;
}

static bool tear(struct rdb_reader *reader)
{
    reader->torn |= !reader->failed;
    return rdb_reader_fail(reader);
}

/* `length` bytes, which the reader goes past; NULL when there are not so many. */
static const unsigned char *take(struct rdb_reader *reader, uint64_t length)
{
    const char *bytes = reader->at;

    ASSERT_DEBUG(reader->at <= reader->end);
    if (reader->failed || length > rdb_reader_left(reader)) {
        tear(reader);
        return NULL;
    }
    reader->at += length;
    return (const unsigned char *)bytes;
}

bool rdb_reader_byte(struct rdb_reader *reader, uint8_t *byte)
{
    const unsigned char *bytes = take(reader, 1);

    if (bytes == NULL)
        return false;
    *byte = *bytes;
    return true;
}

bool rdb_reader_raw(struct rdb_reader *reader, uint64_t length, struct span *bytes)
{
    const unsigned char *taken = take(reader, length);

    if (taken == NULL)
        return false;
    *bytes = span_of((const char *)taken, length);
    return true;
}

static bool little_endian(struct rdb_reader *reader, unsigned size, uint64_t *value)
{
    const unsigned char *bytes = take(reader, size);

    ASSERT_DEBUG(size <= 8);
    if (bytes == NULL)
        return false;
    *value = 0;
    for (unsigned i = 0; i < size; i++)
        *value |= (uint64_t)bytes[i] << (8 * i);
    return true;
}

static bool big_endian(struct rdb_reader *reader, unsigned size, uint64_t *value)
{
    const unsigned char *bytes = take(reader, size);

    ASSERT_DEBUG(size <= 8);
    if (bytes == NULL)
        return false;
    *value = 0;
    for (unsigned i = 0; i < size; i++)
        *value = *value << 8 | bytes[i];
    return true;
}

bool rdb_reader_uint16(struct rdb_reader *reader, uint16_t *value)
{
    uint64_t wide;

    if (!little_endian(reader, 2, &wide))
        return false;
    *value = (uint16_t)wide;
    return true;
}

bool rdb_reader_uint32(struct rdb_reader *reader, uint32_t *value)
{
    uint64_t wide;

    if (!little_endian(reader, 4, &wide))
        return false;
    *value = (uint32_t)wide;
    return true;
}

bool rdb_reader_uint64(struct rdb_reader *reader, uint64_t *value)
{
    return little_endian(reader, 8, value);
}

bool rdb_reader_int64(struct rdb_reader *reader, int64_t *value)
{
    uint64_t bits;

    if (!little_endian(reader, 8, &bits))
        return false;
    *value = (int64_t)bits;
    return true;
}

/* A length, or with *encoded one of the encodings of strings. */
static bool length_or_encoding(struct rdb_reader *reader, uint64_t *length, bool *encoded)
{
    uint8_t first;
    uint8_t second;

    *encoded = false;
    if (!rdb_reader_byte(reader, &first))
        return false;
    switch (first >> 6) {
    case LENGTH_SIX_BITS:
        *length = first;
        return true;
    case LENGTH_FOURTEEN_BITS:
        if (!rdb_reader_byte(reader, &second))
            return false;
        *length = (uint64_t)(first & 0x3f) << 8 | second;
        return true;
    case LENGTH_ENCODED:
        *encoded = true;
        *length = first & 0x3f;
        return true;
    default:
        if (first != LENGTH_WORD && first != LENGTH_DOUBLE_WORD)
            return rdb_reader_fail(reader);
        return big_endian(reader, first == LENGTH_WORD ? 4 : 8, length);
    }
}

bool rdb_reader_length(struct rdb_reader *reader, uint64_t *length)
{
    bool encoded;

    if (!length_or_encoding(reader, length, &encoded))
        return false;
    return !encoded || rdb_reader_fail(reader);
}

bool rdb_reader_count(struct rdb_reader *reader, size_t least, uint64_t *count)
{
    ASSERT(least > 0);
    if (!rdb_reader_length(reader, count))
        return false;
    return *count <= rdb_reader_left(reader) / least || tear(reader);
}

bool rdb_reader_double(struct rdb_reader *reader, double *value)
{
    uint64_t bits;

    if (!rdb_reader_uint64(reader, &bits))
        return false;
    _Static_assert(sizeof(*value) == sizeof(bits), "IEEE 754 doubles");
    memcpy(value, &bits, sizeof(bits));
    return true;
}

bool rdb_reader_text_double(struct rdb_reader *reader, double *value)
{
    uint8_t length;
    struct span text;

    if (!rdb_reader_byte(reader, &length))
        return false;
    if (length == TEXT_DOUBLE_NAN)
        return rdb_reader_fail(reader);
    if (length == TEXT_DOUBLE_INFINITY || length == TEXT_DOUBLE_NEGATIVE_INFINITY) {
        *value = length == TEXT_DOUBLE_INFINITY ? HUGE_VAL : -HUGE_VAL;
        return true;
    }
    if (!rdb_reader_raw(reader, length, &text))
        return false;
    return number_parse_double(text, value) || rdb_reader_fail(reader);
}

/* ---- Strings ---- */

/* A whole number that stands for its decimal text. */
static bool read_encoded_integer(struct rdb_reader *reader, unsigned size,
                                 struct rdb_string *string)
{
    uint64_t bits;
    int64_t value;

    if (!little_endian(reader, size, &bits))
        return false;
    /* The sign is in the highest of the bits that there are. */
    value = (int64_t)(bits << (64 - 8 * size)) >> (64 - 8 * size);
    _Static_assert(sizeof(string->scratch) >= NUMBER_INTEGER_TEXT_MAX, "room for any integer");
    string->bytes = span_of(string->scratch, number_format_integer(string->scratch, value));
    return true;
}

/* Both lengths of a compressed string, and its bytes. */
static bool read_compressed(struct rdb_reader *reader, uint64_t *length, struct span *compressed)
{
    uint64_t compressed_length;

    if (!rdb_reader_length(reader, &compressed_length) || !rdb_reader_length(reader, length) ||
        !rdb_reader_raw(reader, compressed_length, compressed))
        return false;
    if (*length == 0 || *length > reader->string_max || compressed_length > UINT32_MAX ||
        *length > compressed_length * RDB_EXPANSION_MAX)
        return rdb_reader_fail(reader);
    return true;
}

/* Into `room`, if it is large enough. */
static bool decompress(struct rdb_reader *reader, struct rdb_string *string, char *room,
                       size_t room_length)
{
    char *bytes = room;
    uint64_t length;
    struct span compressed;

    if (!read_compressed(reader, &length, &compressed))
        return false;
    if (length > room_length)
        bytes = string->owned = memory_new(length);
    if (!lzf_expand(compressed, bytes, length)) {
        rdb_string_free(string);
        return rdb_reader_fail(reader);
    }
    string->bytes = span_of(bytes, length);
    return true;
}

bool rdb_reader_string_in(struct rdb_reader *reader, struct rdb_string *string, char *room,
                          size_t room_length)
{
    uint64_t length;
    bool encoded;

    string->owned = NULL;
    if (!length_or_encoding(reader, &length, &encoded))
        return false;
    if (!encoded)
        return rdb_reader_raw(reader, length, &string->bytes);
    switch (length) {
    case RDB_ENCODED_INT8:
        return read_encoded_integer(reader, 1, string);
    case RDB_ENCODED_INT16:
        return read_encoded_integer(reader, 2, string);
    case RDB_ENCODED_INT32:
        return read_encoded_integer(reader, 4, string);
    case RDB_ENCODED_LZF:
        return decompress(reader, string, room, room_length);
    default:
        return rdb_reader_fail(reader);
    }
}

bool rdb_reader_string(struct rdb_reader *reader, struct rdb_string *string)
{
    return rdb_reader_string_in(reader, string, NULL, 0);
}

void rdb_string_free(struct rdb_string *string)
{
    memory_free(string->owned);
    string->owned = NULL;
}

bool rdb_reader_skip_string(struct rdb_reader *reader)
{
    struct span bytes;
    uint64_t length;
    bool encoded;

    if (!length_or_encoding(reader, &length, &encoded))
        return false;
    if (!encoded)
        return rdb_reader_raw(reader, length, &bytes);
    if (length == RDB_ENCODED_LZF)
        return read_compressed(reader, &length, &bytes);
    if (length > RDB_ENCODED_INT32)
        return rdb_reader_fail(reader);
    return rdb_reader_raw(reader, 1u << length, &bytes);
}

/* ---- Modules ---- */

static bool skip_module_piece(struct rdb_reader *reader, uint64_t opcode)
{
    uint64_t number;
    struct span bytes;

    switch (opcode) {
    case RDB_MODULE_SIGNED:
    case RDB_MODULE_UNSIGNED:
        return rdb_reader_length(reader, &number);
    case RDB_MODULE_FLOAT:
        return rdb_reader_raw(reader, 4, &bytes);
    case RDB_MODULE_DOUBLE:
        return rdb_reader_raw(reader, 8, &bytes);
    case RDB_MODULE_STRING:
        return rdb_reader_skip_string(reader);
    default:
        return rdb_reader_fail(reader);
    }
}

bool rdb_reader_skip_module(struct rdb_reader *reader, uint64_t *module)
{
    uint64_t opcode;

    if (!rdb_reader_length(reader, module))
        return false;
    while (rdb_reader_length(reader, &opcode)) {
        if (opcode == RDB_MODULE_END)
            return true;
        if (!skip_module_piece(reader, opcode))
            return false;
    }
    return false;
}

static bool expect_module_piece(struct rdb_reader *reader, enum rdb_module_opcode expected)
{
    uint64_t opcode;

    if (!rdb_reader_length(reader, &opcode))
        return false;
    return opcode == expected || rdb_reader_fail(reader);
}

bool rdb_reader_module_unsigned(struct rdb_reader *reader, uint64_t *value)
{
    return expect_module_piece(reader, RDB_MODULE_UNSIGNED) && rdb_reader_length(reader, value);
}

bool rdb_reader_module_double(struct rdb_reader *reader, double *value)
{
    return expect_module_piece(reader, RDB_MODULE_DOUBLE) && rdb_reader_double(reader, value);
}

bool rdb_reader_module_string(struct rdb_reader *reader, struct rdb_string *string)
{
    string->owned = NULL;
    return expect_module_piece(reader, RDB_MODULE_STRING) && rdb_reader_string(reader, string);
}
