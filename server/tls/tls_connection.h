/*
 * TLS between a connection and its stream: takes the place of the connection's own handlers and
 * hands them plaintext.
 *
 *   stream -> tls_connection_received -> connection_received
 *   connection_flush -> tls_connection_send -> stream_send ... sent -> connection_sent
 *
 * Replies are encrypted in pieces of TLS_WRITE_MAX, each as large as one send; what the handshake
 * has to say leaves with the turn's flush, together with a reply where there is one.
 *
 * Owner: the connection's shard.
 */
#ifndef SERVER_TLS_TLS_CONNECTION_H
#define SERVER_TLS_TLS_CONNECTION_H

#include "server/reactor/reactor.h"

#include <stdbool.h>
#include <stdint.h>

struct connection;
struct shard;
struct tls_context;

/* Before the stream is opened, with the two handlers below. */
void tls_connection_create(struct connection *connection, struct tls_context *context);
/* When the reactor has let go. */
void tls_connection_free(struct connection *connection);

void tls_connection_received(struct stream *stream, struct receive_buffer *buffer, size_t length);
void tls_connection_sent(struct stream *stream, int error);

/* Once a turn: goes on with handshakes that were put off. True when more of them wait. */
bool tls_connection_turn(struct shard *shard);

/* As stream_send; the parts stay in place until connection_sent is called. */
void tls_connection_send(struct connection *connection, const struct iovec *parts, uint32_t count);

/* Sends what TLS itself has to say; false when that is nothing. */
bool tls_connection_flush(struct connection *connection);

/* Says good-bye, ahead of stream_close. */
void tls_connection_close(struct connection *connection);

/* Who does not come to an end with its handshake is closed. */
void tls_connection_sweep(struct connection *connection);

#endif
