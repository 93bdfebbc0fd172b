/*
 * The stream of commands that a primary sends: received bytes become commands.
 *
 *   stream = { "*" count CRLF count * ( "$" length CRLF bytes CRLF ) | CR | LF }
 *
 * The bytes are copied once, into *blocks* that stay where they are until they are released, so
 * that arguments may be used later and elsewhere, and so that the bytes can be handed on as they
 * came. Every byte has an *offset*, the number of bytes of the stream before it.
 *
 * Strict: what is no command ends the stream (BAD). The peer is not believed more than is bounded
 * here: a bulk of `bulk_max` bytes, and blocks grow with what has come, not with what is announced.
 *
 * Pure. Owner: whoever receives; released spans aside, nothing may be used by others meanwhile.
 */
#ifndef PROTO_REPLICATION_COMMAND_STREAM_H
#define PROTO_REPLICATION_COMMAND_STREAM_H

#include "proto/base/list.h"
#include "proto/base/span.h"
#include "proto/resp/request.h"

#include <stdint.h>

struct command_block {
    struct list_link link;
    int64_t start; /* offset of its first byte */
    size_t capacity;
    size_t filled;
    size_t parsed; /* up to here there are whole commands */
    char bytes[];
};

enum command_stream_status {
    COMMAND_STREAM_COMMAND, /* argv[0..argc) from `start` to `offset` */
    COMMAND_STREAM_NONE,    /* more bytes are needed */
    COMMAND_STREAM_BAD,     /* what follows is no command */
};

struct command_stream {
    struct list_link blocks; /* in order; the last is being filled */
    int64_t start;           /* offset of the command that was read last */
    int64_t offset;          /* behind it */
    size_t memory;           /* of the blocks */
    int64_t bulk_max;
    bool bad;
    const struct span *argv; /* good until the next call of command_stream_next; what they point to
                                until it is released */
    uint32_t argc;
    struct request_parser parser;
};

/* The next byte has this offset. */
void command_stream_init(struct command_stream *stream, int64_t offset, int64_t bulk_max);
void command_stream_free(struct command_stream *stream);

void command_stream_put(struct command_stream *stream, struct span bytes);
enum command_stream_status command_stream_next(struct command_stream *stream);

/* The bytes from one offset to another, which are there (asserted), piece by piece in order. */
void command_stream_visit(const struct command_stream *stream, int64_t from, int64_t to,
                          void (*visit)(void *context, struct span bytes), void *context);

/* Nothing before this offset is needed any more. */
void command_stream_release(struct command_stream *stream, int64_t offset);

#endif
