/*
 * A connection's output, for the connection's own files and the shard.
 */
#ifndef SERVER_CONNECTION_OUTPUT_H
#define SERVER_CONNECTION_OUTPUT_H

#include "server/reactor/reactor.h"

struct connection;
struct reply_pool;

/* A shard's idle reply buffers. */
struct reply_pool *reply_pool_create(void);
void reply_pool_destroy(struct reply_pool *pool);

/* The stream's handler for the end of a send. */
void connection_sent(struct stream *stream, int error);

/* Replies that append_hold has kept back: they go, or the client is told that what it wrote cannot
 * be kept, and closed. */
void connection_send_held(struct connection *connection);
void connection_fail_held(struct connection *connection, int error);

/* Closes the client when it has passed client-output-buffer-limit. */
void connection_enforce_output_limit(struct connection *connection);

/* Gives the buffers back, but one that the kernel is still sending from. */
void connection_output_release(struct connection *connection);

#endif
