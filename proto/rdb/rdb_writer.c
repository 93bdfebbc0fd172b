#include "proto/rdb/rdb_writer.h"

#include "proto/base/assert.h"
#include "proto/base/memory.h"
#include "proto/base/number.h"
#include "proto/rdb/rdb_format.h"

#include <lzf.h>

enum {
    CAPACITY_FIRST = 64,
    LENGTH_BYTES_MAX = 9,
    /* Encoding byte and both lengths, before compressed bytes. */
    COMPRESSED_HEADER_MAX = 1 + 2 * LENGTH_BYTES_MAX,
    /* A compression has to save so many bytes. */
    COMPRESSED_GAIN_MIN = 4,
    INTEGER_TEXT_MAX = 11, /* "-2147483648" */
};

void rdb_writer_init(struct rdb_writer *writer, bool compress)
{
    *writer = (struct rdb_writer){.compress = compress};
}

void rdb_writer_free(struct rdb_writer *writer)
{
    memory_free(writer->bytes);
    *writer = (struct rdb_writer){.compress = writer->compress};
}

/* Room for `more` bytes behind what is written. */
static char *room(struct rdb_writer *writer, size_t more)
{
    ASSERT(more <= SIZE_MAX / 2 - writer->length);
    if (writer->capacity - writer->length < more) {
        size_t needed = writer->length + more;
        size_t grown = writer->capacity + writer->capacity / 2;

        if (grown < CAPACITY_FIRST)
            grown = CAPACITY_FIRST;
        writer->capacity = needed > grown ? needed : grown;
        writer->bytes = memory_resize(writer->bytes, writer->capacity);
    }
    return writer->bytes + writer->length;
}

void rdb_writer_reserve(struct rdb_writer *writer, size_t length)
{
    room(writer, length);
}

char *rdb_writer_room(struct rdb_writer *writer, size_t length)
{
    char *place = room(writer, length);

    writer->length += length;
    return place;
}

void rdb_writer_byte(struct rdb_writer *writer, uint8_t byte)
{
    *room(writer, 1) = (char)byte;
    writer->length++;
}

void rdb_writer_raw(struct rdb_writer *writer, struct span bytes)
{
    char *place = room(writer, bytes.length);

    if (bytes.length > 0)
        memcpy(place, bytes.data, bytes.length);
    writer->length += bytes.length;
}

static void little_endian(struct rdb_writer *writer, unsigned size, uint64_t value)
{
    char *place = room(writer, size);

    for (unsigned i = 0; i < size; i++)
        place[i] = (char)(value >> (8 * i));
    writer->length += size;
}

void rdb_writer_uint16(struct rdb_writer *writer, uint16_t value)
{
    little_endian(writer, 2, value);
}

void rdb_writer_uint64(struct rdb_writer *writer, uint64_t value)
{
    little_endian(writer, 8, value);
}

void rdb_writer_int64(struct rdb_writer *writer, int64_t value)
{
    little_endian(writer, 8, (uint64_t)value);
}

void rdb_writer_double(struct rdb_writer *writer, double value)
{
    uint64_t bits;

    _Static_assert(sizeof(value) == sizeof(bits), "IEEE 754 doubles");
    memcpy(&bits, &value, sizeof(bits));
    little_endian(writer, 8, bits);
}

/* Writes the length at `place`; returns how many bytes it took. */
static size_t format_length(char *place, uint64_t length)
{
    unsigned size = length <= UINT32_MAX ? 4 : 8;

    if (length < 1u << 6) {
        place[0] = (char)length;
        return 1;
    }
    if (length < 1u << 14) {
        place[0] = (char)(0x40 | length >> 8);
        place[1] = (char)length;
        return 2;
    }
    place[0] = (char)(size == 4 ? 0x80 : 0x81);
    for (unsigned i = 0; i < size; i++)
        place[1 + i] = (char)(length >> (8 * (size - 1 - i)));
    return 1 + size;
}

void rdb_writer_length(struct rdb_writer *writer, uint64_t length)
{
    char *place = room(writer, LENGTH_BYTES_MAX);

    writer->length += format_length(place, length);
}

static void write_encoded_integer(struct rdb_writer *writer, int64_t value)
{
    unsigned encoding = value >= INT8_MIN && value <= INT8_MAX     ? RDB_ENCODED_INT8
                        : value >= INT16_MIN && value <= INT16_MAX ? RDB_ENCODED_INT16
                                                                   : RDB_ENCODED_INT32;

    ASSERT(value >= INT32_MIN && value <= INT32_MAX);
    rdb_writer_byte(writer, (uint8_t)(0xc0 | encoding));
    little_endian(writer, 1u << encoding, (uint64_t)value);
}

/* Writes the bytes compressed, if that is shorter. They do not lie in the writer's buffer. */
static bool write_compressed(struct rdb_writer *writer, struct span bytes)
{
    size_t limit = bytes.length - COMPRESSED_GAIN_MIN;
    char *place;
    unsigned compressed;
    size_t header = 1;

    ASSERT(bytes.length >= RDB_COMPRESS_MIN);
    if (bytes.length > UINT32_MAX)
        return false;
    place = room(writer, COMPRESSED_HEADER_MAX + limit);
    compressed = lzf_compress(bytes.data, (unsigned)bytes.length, place + COMPRESSED_HEADER_MAX,
                              (unsigned)limit);
    if (compressed == 0)
        return false;
    ASSERT(compressed <= limit);
    place[0] = (char)(0xc0 | RDB_ENCODED_LZF);
    header += format_length(place + header, compressed);
    header += format_length(place + header, bytes.length);
    memmove(place + header, place + COMPRESSED_HEADER_MAX, compressed);
    writer->length += header + compressed;
    return true;
}

void rdb_writer_string(struct rdb_writer *writer, struct span bytes)
{
    int64_t value;

    if (bytes.length <= INTEGER_TEXT_MAX && number_parse_integer(bytes, &value) &&
        value >= INT32_MIN && value <= INT32_MAX) {
        write_encoded_integer(writer, value);
        return;
    }
    if (writer->compress && bytes.length >= RDB_COMPRESS_MIN && write_compressed(writer, bytes))
        return;
    rdb_writer_length(writer, bytes.length);
    rdb_writer_raw(writer, bytes);
}

void rdb_writer_integer(struct rdb_writer *writer, int64_t value)
{
    char text[NUMBER_INTEGER_TEXT_MAX];

    if (value >= INT32_MIN && value <= INT32_MAX)
        write_encoded_integer(writer, value);
    else
        rdb_writer_string(writer, span_of(text, number_format_integer(text, value)));
}

void rdb_writer_module_unsigned(struct rdb_writer *writer, uint64_t value)
{
    rdb_writer_length(writer, RDB_MODULE_UNSIGNED);
    rdb_writer_length(writer, value);
}

void rdb_writer_module_double(struct rdb_writer *writer, double value)
{
    rdb_writer_length(writer, RDB_MODULE_DOUBLE);
    rdb_writer_double(writer, value);
}

void rdb_writer_module_string(struct rdb_writer *writer, struct span bytes)
{
    rdb_writer_length(writer, RDB_MODULE_STRING);
    rdb_writer_string(writer, bytes);
}
