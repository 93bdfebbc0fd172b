/*
 * The input is read as RDB primitives of all kinds, chosen by its own bytes; skipping a string must
 * agree with reading it. The same input as a string is written and read back.
 */
#include "proto/base/assert.h"
#include "proto/rdb/dump_payload.h"
#include "proto/rdb/rdb_format.h"
#include "proto/rdb/rdb_reader.h"
#include "proto/rdb/rdb_writer.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void read_string(struct rdb_reader *reader)
{
    struct rdb_reader skipping = *reader;
    struct rdb_string string;
    bool skipped = rdb_reader_skip_string(&skipping);
    uint64_t sum = 0;

    if (!rdb_reader_string(reader, &string)) {
        ASSERT(string.owned == NULL);
        return;
    }
    ASSERT(skipped);
    ASSERT(skipping.at == reader->at);
    for (size_t i = 0; i < string.bytes.length; i++)
        sum += (unsigned char)string.bytes.data[i];
    ASSERT(sum <= 255 * string.bytes.length);
    rdb_string_free(&string);
}

static void read_any(struct rdb_reader *reader)
{
    uint64_t number;
    double real;
    uint8_t choice;

    if (!rdb_reader_byte(reader, &choice))
        return;
    switch (choice % 6) {
    case 0:
        rdb_reader_length(reader, &number);
        break;
    case 1:
        rdb_reader_text_double(reader, &real);
        break;
    case 2:
        rdb_reader_skip_module(reader, &number);
        break;
    case 3:
        rdb_reader_count(reader, 2, &number);
        break;
    default:
        read_string(reader);
    }
}

static void write_and_read(struct span bytes, bool compress)
{
    struct rdb_writer writer;
    struct rdb_reader reader;
    struct rdb_string string;
    struct span value;
    uint16_t version;
    uint8_t type;

    rdb_writer_init(&writer, compress);
    rdb_writer_byte(&writer, RDB_STRING);
    rdb_writer_string(&writer, bytes);
    dump_payload_close(&writer, RDB_VERSION);
    ASSERT(dump_payload_open(rdb_writer_span(&writer), true, &value, &version));
    ASSERT(version == RDB_VERSION);
    reader = rdb_reader_of(value);
    ASSERT(rdb_reader_byte(&reader, &type));
    ASSERT(rdb_reader_string(&reader, &string));
    ASSERT(span_equal(string.bytes, bytes));
    ASSERT(rdb_reader_left(&reader) == 0);
    rdb_string_free(&string);
    rdb_writer_free(&writer);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *copy = malloc(size + 1);
    struct span bytes = span_of(copy, size);
    struct rdb_reader reader = rdb_reader_of(bytes);
    struct span value;
    uint16_t version;

    if (size > 0)
        memcpy(copy, data, size);
    while (!reader.failed && rdb_reader_left(&reader) > 0)
        read_any(&reader);
    dump_payload_open(bytes, true, &value, &version);
    write_and_read(bytes, true);
    write_and_read(bytes, false);
    free(copy);
    return 0;
}
