/*
 * Replies: values -> RESP2 or RESP3 bytes.
 *
 * One contiguous growing buffer. A large value need not be copied into it: a reference records that
 * the bytes of somebody's block belong at a position of the buffer, and holds a share in that
 * block. `protocol` (2 or 3) chooses the shapes; a handler that calls the function of the richest
 * type (map, set, double, boolean, null, verbatim, big number) gets the RESP2 form that Redis gives
 * when protocol is 2.
 *
 * Ownership: plain value; whoever holds it writes to it. Not shared between threads at one time.
 * Error and status texts never carry CR or LF: they are replaced by spaces.
 */
#ifndef PROTO_RESP_REPLY_H
#define PROTO_RESP_REPLY_H

#include "proto/base/span.h"

#include <stdint.h>

/* A block that several may hold; `release` is called when a holder is done with it. */
struct reply_block {
    void (*release)(struct reply_block *block);
};

struct reply_reference {
    size_t position; /* the bytes go before bytes[position] of the buffer */
    struct span bytes;
    struct reply_block *block;
};

struct reply {
    char *bytes; /* NULL until the first byte, unless the owner lent a buffer from malloc */
    size_t length;
    size_t capacity;
    struct reply_reference *references; /* ordered by position */
    uint32_t reference_count;
    uint32_t reference_capacity;
    size_t referenced_bytes; /* sum of the references' lengths */
    uint64_t error_count;    /* error replies written, for statistics */
    size_t error_position;   /* where the last one starts; valid while it is still in the buffer */
    uint8_t protocol;        /* 2 or 3 */
    bool copy_only;          /* no references: reply_bulk_reference copies and releases at once */
};

void reply_init(struct reply *reply, uint8_t protocol);
void reply_free(struct reply *reply);  /* releases blocks and buffer */
void reply_clear(struct reply *reply); /* the same, keeping the buffer */

/* Takes back what was written behind `length`, references included. */
void reply_truncate(struct reply *reply, size_t length);

/* Moves what was written behind `length`, references included, to the end of another reply. */
void reply_move_tail(struct reply *to, struct reply *from, size_t length);

/* Makes room for `more` bytes; called by the inline writers only. */
void reply_grow(struct reply *reply, size_t more);

/* Room for `more` bytes at bytes + length; add what was used to length. */
static inline char *reply_room(struct reply *reply, size_t more)
{
    if (__builtin_expect(reply->capacity - reply->length < more, 0))
        reply_grow(reply, more);
    return reply->bytes + reply->length;
}

/* Ready-made protocol bytes. */
static inline void reply_raw(struct reply *reply, struct span bytes)
{
    char *room = reply_room(reply, bytes.length);

    if (bytes.length > 0)
        memcpy(room, bytes.data, bytes.length);
    reply->length += bytes.length;
}

#define reply_literal(reply, literal) reply_raw((reply), SPAN(literal))

void reply_status(struct reply *reply, struct span text); /* +text */
static inline void reply_ok(struct reply *reply)
{
    reply_literal(reply, "+OK\r\n");
}

/* -text; the text starts with the code ("ERR ...", "WRONGTYPE ..."). */
void reply_error(struct reply *reply, struct span text);
#define reply_error_literal(reply, literal) reply_error((reply), SPAN(literal))
void reply_error_format(struct reply *reply, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

void reply_integer(struct reply *reply, int64_t value);
void reply_bulk(struct reply *reply, struct span bytes);
/* A bulk whose bytes stay where they lie until the block is released; takes over one share of it.
 */
void reply_bulk_reference(struct reply *reply, struct span bytes, struct reply_block *block);
/* Bytes that stay where they lie, at the end of what is written: without a header or an end. */
void reply_reference(struct reply *reply, struct span bytes, struct reply_block *block);
void reply_bulk_integer(struct reply *reply, int64_t value); /* an integer as a bulk */
void reply_bulk_format(struct reply *reply, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void reply_null(struct reply *reply);       /* $-1 or _ */
void reply_null_array(struct reply *reply); /* *-1 or _ */

/* Headers; that many elements (pairs, for maps and attributes) follow. */
void reply_array(struct reply *reply, uint64_t count);
void reply_map(struct reply *reply, uint64_t pairs);       /* RESP2: array of 2 * pairs */
void reply_set(struct reply *reply, uint64_t count);       /* RESP2: array */
void reply_push(struct reply *reply, uint64_t count);      /* RESP2: array */
void reply_attribute(struct reply *reply, uint64_t pairs); /* RESP3 only: asserted */

void reply_double(struct reply *reply, double value); /* ,value or a bulk */
void reply_boolean(struct reply *reply, bool value);  /* #t #f or :1 :0 */
void reply_verbatim(struct reply *reply, const char type[3], struct span text); /* or a bulk */
void reply_big_number(struct reply *reply, struct span digits);                 /* or a bulk */

/*
 * A header whose count is not known yet. The elements are written next; then the header is put
 * before them. Deferred headers nest; they are closed in the opposite order.
 */
struct reply_deferred {
    size_t position;
    uint32_t references;
};
struct reply_deferred reply_defer(struct reply *reply);
void reply_deferred_array(struct reply *reply, struct reply_deferred deferred, uint64_t count);
void reply_deferred_map(struct reply *reply, struct reply_deferred deferred, uint64_t pairs);
void reply_deferred_set(struct reply *reply, struct reply_deferred deferred, uint64_t count);
/* Ready-made protocol bytes. */
void reply_deferred_raw(struct reply *reply, struct reply_deferred deferred, struct span bytes);

#endif
