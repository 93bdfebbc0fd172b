/*
 * Reads an append-only log's commands from bytes in memory, strictly: this is not what a client
 * types, and what is malformed must not be taken for something else.
 *
 *   log    = { command | annotation }
 *   command = "*" count CRLF count * ( "$" length CRLF bytes CRLF )        count >= 1
 *   annotation = "#" ... CRLF
 *
 * The bytes may come from anybody. A log that ends in the middle of a record is TORN: a longer one
 * could be right. So is one that goes on with nothing but zero bytes, as file systems leave it when
 * the power fails. Everything else is BAD, and nothing behind it can be trusted.
 *
 * Pure. The reader borrows the bytes and owns the vector of arguments.
 */
#ifndef PROTO_AOF_AOF_READER_H
#define PROTO_AOF_AOF_READER_H

#include "proto/base/span.h"

#include <stdint.h>

enum aof_status {
    AOF_COMMAND,    /* argv[0..argc) */
    AOF_ANNOTATION, /* argv[0]: the line without its end */
    AOF_END,        /* the log ends here, where it may */
    AOF_TORN,       /* it ends in the middle of the record at `start` */
    AOF_BAD,        /* the record at `start` is none; `position` is where that shows */
};

struct aof_reader {
    const char *bytes;
    size_t length;
    size_t position; /* behind the record that was read last */
    size_t start;    /* where that begins */
    struct span *argv;
    uint32_t argc;
    uint32_t capacity;
};

static inline struct aof_reader aof_reader_of(struct span bytes)
{
    return (struct aof_reader){.bytes = bytes.data, .length = bytes.length};
}

/* The arguments are good until the next call; what they point to is the caller's bytes. */
enum aof_status aof_reader_next(struct aof_reader *reader);

/* Gives back the vector. */
void aof_reader_free(struct aof_reader *reader);

#endif
