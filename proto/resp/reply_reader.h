/*
 * Replies: RESP2 and RESP3 bytes -> values, one element at a time. The other side of reply.h: for
 * what a peer answers, and for tests.
 *
 * The reader works on whole bytes in the caller's buffer and holds no state: REPLY_READ_INCOMPLETE
 * means "call again from the same place with more bytes". Aggregates are returned as their header;
 * their elements follow as further values. `reply_reader_skip` passes one whole value, nested to
 * REPLY_READ_DEPTH_MAX, without recursion.
 *
 * A line of text longer than 64 KiB is invalid. A bulk may announce any length: the caller bounds
 * what it waits for. RESP3's bulk error ("!") reads as REPLY_ERROR; streamed lengths ("$?") are
 * invalid.
 */
#ifndef PROTO_RESP_REPLY_READER_H
#define PROTO_RESP_REPLY_READER_H

#include "proto/base/span.h"

#include <stdint.h>

enum { REPLY_READ_DEPTH_MAX = 128 };

enum reply_read_status { REPLY_READ_OK, REPLY_READ_INCOMPLETE, REPLY_READ_INVALID };

enum reply_type {
    REPLY_STATUS,
    REPLY_ERROR,
    REPLY_INTEGER,
    REPLY_BULK,
    REPLY_NULL, /* RESP3 null, and RESP2's null bulk and null array */
    REPLY_ARRAY,
    REPLY_MAP,
    REPLY_SET,
    REPLY_PUSH,
    REPLY_ATTRIBUTE,
    REPLY_DOUBLE,
    REPLY_BOOLEAN,
    REPLY_VERBATIM,
    REPLY_BIG_NUMBER,
};

struct reply_value {
    enum reply_type type;
    struct span text; /* status, error, bulk, verbatim (behind "txt:"), big number */
    int64_t integer;  /* integer, boolean */
    double real;      /* double */
    uint64_t count;   /* aggregates: elements; maps and attributes: pairs */
    size_t length;    /* bytes of this value (of the header, for aggregates) */
};

enum reply_read_status reply_read(struct span bytes, struct reply_value *value);

/* Passes one whole value; *length is set to its bytes. */
enum reply_read_status reply_reader_skip(struct span bytes, size_t *length);

#endif
