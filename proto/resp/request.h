/*
 * Requests: bytes -> arguments.
 *
 *   request  = multibulk | inline
 *   multibulk = "*" count CRLF { "$" length CRLF bytes CRLF }       count <= 0: an empty request
 *   inline   = words separated by blanks, quotes as in a shell, up to LF (a CR before it is
 * dropped)
 *
 * https://redis.io/docs/latest/develop/reference/protocol-spec/
 *
 * A line's limit is 64 KiB however it arrives. A CR ends a line of the multibulk form together with
 * the byte behind it, and a bulk is followed by two bytes; which bytes these are is not looked at.
 * NUL is a byte like others.
 *
 * The parser works in place: arguments are spans into the caller's bytes and live as long as these
 * do (a quoted inline word is unescaped in place, so the bytes are writable). A parser holds one
 * unfinished request at most; between calls it remembers how far it got, so that a large request
 * that arrives in pieces is not read again from its start. Nothing is allocated for announced
 * lengths.
 *
 * Ownership: plain value, owned by the connection; touched by its thread only.
 */
#ifndef PROTO_RESP_REQUEST_H
#define PROTO_RESP_REQUEST_H

#include "proto/base/span.h"

#include <stdint.h>

enum request_status {
    REQUEST_COMPLETE,   /* argc arguments (0 for an empty request); `position` bytes were used */
    REQUEST_INCOMPLETE, /* more bytes are needed; call again with the same start and more bytes */
    REQUEST_NEEDS_ROOM, /* argv is full: give a larger one, holding the same first spans, call again
                         */
    REQUEST_INVALID,    /* a protocol error, see request_error_text; the connection must end */
};

enum request_error {
    REQUEST_ERROR_NONE,
    REQUEST_ERROR_INLINE_TOO_BIG, /* 64 KiB without a newline */
    REQUEST_ERROR_UNBALANCED_QUOTES,
    REQUEST_ERROR_COUNT_TOO_BIG, /* a count line of 64 KiB */
    REQUEST_ERROR_COUNT_INVALID,
    REQUEST_ERROR_COUNT_UNAUTHENTICATED,
    REQUEST_ERROR_LENGTH_TOO_BIG,  /* a length line of 64 KiB */
    REQUEST_ERROR_LENGTH_EXPECTED, /* something else than '$' */
    REQUEST_ERROR_LENGTH_INVALID,
    REQUEST_ERROR_LENGTH_UNAUTHENTICATED,
};

struct request_limits {
    int64_t count_max;       /* arguments; INT32_MAX, or 10 before authentication */
    int64_t bulk_length_max; /* proto-max-bulk-len, or 16384 before authentication */
    bool unauthenticated;    /* chooses the error when a limit is passed */
};

struct request_parser {
    /* Set by the caller before the first call for a request. */
    struct span *argv;
    uint32_t argv_capacity;
    /* Results, and the place to go on from. */
    uint32_t argc;
    int64_t remaining;   /* arguments that are still missing; -1: the count is not read yet */
    int64_t bulk_length; /* of the argument being read; -1: its header is not read yet */
    size_t position;     /* bytes of this request that are done with */
    size_t scanned;      /* bytes looked at for a line end without finding one */
    enum request_error error;
    char unexpected; /* the byte that stood in the place of '$' */
};

/* Forgets any unfinished request. argv and argv_capacity are kept. */
void request_parser_reset(struct request_parser *parser);

/*
 * Reads one request. `bytes` is where the request starts, in every call for the same request. After
 * REQUEST_COMPLETE the arguments are argv[0..argc), `position` bytes are used up and the parser
 * must be reset before the next request. When the bytes moved between two calls, tell it before:
 */
enum request_status request_parse(struct request_parser *parser, char *bytes, size_t length,
                                  const struct request_limits *limits);

/* The unfinished request now starts at `now` instead of `before`: moves the spans already read. */
void request_parser_rebase(struct request_parser *parser, const char *before, const char *now);

/* How many bytes this request needs at least from its start, as far as is known (for a bulk whose
 * header is read: up to its end). For sizing buffers; never trust it as an allocation. */
size_t request_parser_needs(const struct request_parser *parser);

/* The error in Redis's words, e.g. "Protocol error: invalid bulk length". `text` has 128 bytes. */
void request_error_text(const struct request_parser *parser, char text[128]);

#endif
