/*
 * A connection's input, for connection.c and TLS.
 */
#ifndef SERVER_CONNECTION_INPUT_H
#define SERVER_CONNECTION_INPUT_H

#include "server/reactor/reactor.h"

#include <stddef.h>

struct connection;

/* The stream's handler for received bytes. */
void connection_received(struct stream *stream, struct receive_buffer *buffer, size_t length);

/* The same for the end: the peer says nothing more (0), or the stream is broken (negative errno).
 * In connection.c. */
void connection_ended(struct stream *stream, int error);

/* The peer says nothing more and all that it has said has been processed, unless it must wait: ends
 * the connection when everything is answered. */
void connection_input_ended(struct connection *connection);

/* Drops what is unread. */
void connection_input_release(struct connection *connection);

#endif
