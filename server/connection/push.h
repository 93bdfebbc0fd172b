/*
 * Pushes: messages to a client that are no answer to a command of its (pub/sub, invalidations).
 *
 * A push goes between complete answers, never into one, and behind all that the connection is owed
 * already: an answer that was worked out before the push leaves before it. It may be made at any
 * time: while the client waits for a key, while its commands are on their way to other shards, and
 * from within its own command, whose answer then comes first. CLIENT REPLY OFF keeps no push back.
 * Whoever leaves too many of them unread is closed (client-output-buffer-limit).
 *
 * Thread: the connection's shard, or whoever has its data; it leaves with the end of the shard's
 * own next turn.
 */
#ifndef SERVER_CONNECTION_PUSH_H
#define SERVER_CONNECTION_PUSH_H

#include "proto/resp/reply.h"

#include <stddef.h>

struct connection;

/* Where one whole message is to be written, with its header (reply_push), in the session's
 * protocol; NULL when the connection is about to be closed, and hears no more. */
struct reply *connection_push_begin(struct connection *connection, size_t *start);

/* It is written. */
void connection_push_end(struct connection *connection, size_t start);

/* The answer within which pushes were made is complete: they follow. For connection_reply_end. */
void connection_push_release(struct connection *connection);

/* Forgets what is kept, for a connection that closes. */
void connection_push_discard(struct connection *connection);

#endif
