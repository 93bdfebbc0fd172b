/*
 * A link's TLS: from what the link has to send to records, and from received records to bytes.
 *
 *   link_tls_put -> link_tls_take ... link_tls_sent (until it says true) -> link_tls_put
 *   link_tls_feed -> link_tls_read ... (until it gives nothing) -> link_tls_feed of nothing
 *
 * Owner: the link.
 */
#ifndef SERVER_LINK_LINK_TLS_H
#define SERVER_LINK_LINK_TLS_H

#include "proto/base/span.h"
#include "server/reactor/reactor.h"
#include "server/tls/tls_session.h"

#include <stdbool.h>
#include <stdint.h>

enum { LINK_TLS_READ_MAX = TLS_RECORD_MAX };

enum link_tls_result { LINK_TLS_NOTHING, LINK_TLS_RECORDS, LINK_TLS_FAILED };

struct link_tls;

struct link_tls *link_tls_create(struct tls_context *context, enum tls_role role, const char *host);
void link_tls_free(struct link_tls *tls);

/* Is the handshake over? */
bool link_tls_is_open(const struct link_tls *tls);

bool link_tls_has_failed(const struct link_tls *tls);

/* Parts to be sent, STREAM_SEND_PARTS_MAX at most, which stay in place until they are. Those before
 * must have been. */
void link_tls_put(struct link_tls *tls, const struct iovec *parts, uint32_t count);
/* The next bytes for the stream; none may be on their way. */
enum link_tls_result link_tls_take(struct link_tls *tls, struct iovec *records);
/* They are sent. True when this was all that had been put. */
bool link_tls_sent(struct link_tls *tls);

void link_tls_feed(struct link_tls *tls, struct span bytes);
/* The next bytes; 0 when there are none, *state then says why. What fails is logged here. */
size_t link_tls_read(struct link_tls *tls, char *to, size_t capacity, enum tls_state *state);

/* Says good-bye on a stream that sends nothing and is to be closed. */
void link_tls_end(struct link_tls *tls, struct stream *stream);

#endif
