/*
 * Heads of HTTP requests: bytes -> what is asked for.
 *
 *   head   = method SP target SP "HTTP/1." digit CRLF { name ":" value CRLF } CRLF
 *
 * https://www.rfc-editor.org/rfc/rfc9112, strictly: lines end in CRLF, nothing is folded, a name is
 * a token right before its colon, values have no control characters, HTTP/1.1 names one host, the
 * target is a path. Requests have no body: one that announces some is refused.
 *
 * Nothing is judged before the head is complete, so the answer does not depend on the pieces that
 * it comes in.
 *
 * Pure. The spans point into the caller's bytes and live as long as these.
 */
#ifndef PROTO_HTTP_HTTP_REQUEST_H
#define PROTO_HTTP_HTTP_REQUEST_H

#include "proto/base/span.h"

#include <stdbool.h>
#include <stdint.h>

enum { HTTP_HEAD_MAX = 8192 }; /* bytes of a head */

enum http_reading {
    HTTP_COMPLETE,   /* `length` bytes are the head */
    HTTP_INCOMPLETE, /* call again with more bytes at the end of these */
    HTTP_INVALID,    /* answer `status`; the connection is good for nothing else */
};

enum http_method { HTTP_GET, HTTP_HEAD, HTTP_OTHER };

struct http_request {
    size_t length;
    uint16_t status; /* of the error: 400, 413, 414, 431, 501, 505 */
    enum http_method method;
    struct span path;  /* from its '/' on, without the query */
    struct span query; /* behind the '?'; empty without */
    struct span accept;
    bool keep_alive; /* the client wants to go on with this connection */
};

/* `*scanned` is 0 for the first bytes of a head, and kept by the caller while it is incomplete. */
enum http_reading http_request_read(struct span bytes, size_t *scanned,
                                    struct http_request *request);

/* The value of `name` in the query, empty when it has none; false when it is not there. Nothing is
 * decoded. */
bool http_request_parameter(const struct http_request *request, struct span name,
                            struct span *value);

/* Does a list like "text/html, text/plain; q=0.5" name this type, other than with q=0? Types that
 * are not named but covered by a wildcard do not count. */
bool http_accepts(struct span accept, struct span type);

#endif
