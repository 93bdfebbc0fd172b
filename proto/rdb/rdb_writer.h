/*
 * Writes the primitives of the RDB format into one growing buffer.
 *
 * The shortest form is chosen as Redis chooses it: lengths in as few bytes as they need, strings
 * that are the canonical text of a 32-bit integer as an integer, and with `compress` strings of
 * more than RDB_COMPRESS_MIN bytes as LZF when that is shorter. Which of several equally long
 * compressions comes out may differ from call to call.
 *
 * Pure; the writer belongs to one thread and owns its buffer.
 */
#ifndef PROTO_RDB_RDB_WRITER_H
#define PROTO_RDB_RDB_WRITER_H

#include "proto/base/span.h"

#include <stdint.h>

enum { RDB_COMPRESS_MIN = 21 };

struct rdb_writer {
    char *bytes; /* NULL until the first byte */
    size_t length;
    size_t capacity;
    bool compress;
};

void rdb_writer_init(struct rdb_writer *writer, bool compress);
void rdb_writer_free(struct rdb_writer *writer);

static inline struct span rdb_writer_span(const struct rdb_writer *writer)
{
    return span_of(writer->bytes, writer->length);
}

/* Room for so many more bytes, so that writing them does not let the buffer grow. */
void rdb_writer_reserve(struct rdb_writer *writer, size_t length);
/* So many more bytes, for the caller to fill before anything else is written. */
char *rdb_writer_room(struct rdb_writer *writer, size_t length);
void rdb_writer_byte(struct rdb_writer *writer, uint8_t byte);
void rdb_writer_raw(struct rdb_writer *writer, struct span bytes);
void rdb_writer_uint16(struct rdb_writer *writer, uint16_t value);
void rdb_writer_uint64(struct rdb_writer *writer, uint64_t value);
void rdb_writer_int64(struct rdb_writer *writer, int64_t value);
void rdb_writer_double(struct rdb_writer *writer, double value);
void rdb_writer_length(struct rdb_writer *writer, uint64_t length);
void rdb_writer_string(struct rdb_writer *writer, struct span bytes);
/* The string that is this integer's decimal text. */
void rdb_writer_integer(struct rdb_writer *writer, int64_t value);

/* Pieces of a module's value, with their opcodes. */
void rdb_writer_module_unsigned(struct rdb_writer *writer, uint64_t value);
void rdb_writer_module_double(struct rdb_writer *writer, double value);
void rdb_writer_module_string(struct rdb_writer *writer, struct span bytes);

#endif
