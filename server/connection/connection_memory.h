/*
 * What clients take: requests that are not complete or wait, replies that are not read, queued
 * transactions, watched keys, subscriptions, tracked prefixes. And maxmemory-clients: when all of
 * them together take more, the one that takes most is disconnected, and so on.
 *
 * A connection's figure is brought up to date when a turn leaves much behind, and by the sweep over
 * connections otherwise; the shard has the sum, which it publishes once a turn while there is a
 * limit.
 *
 * Thread: the connection's shard.
 */
#ifndef SERVER_CONNECTION_CONNECTION_MEMORY_H
#define SERVER_CONNECTION_CONNECTION_MEMORY_H

#include "server/connection/connection.h"

struct config;

/* Bytes, all in all. */
size_t connection_memory(const struct connection *connection);
/* Bytes of its requests' buffer; 0 while it has none of its own. */
size_t connection_input_memory(const struct connection *connection);
size_t connection_buffer_memory(const struct connection *connection);

/* Brings the figure up to date. */
void connection_memory_note(struct connection *connection);
/* It is going: it counts as nothing. */
void connection_memory_forget(struct connection *connection);

enum { CONNECTION_MEMORY_USUAL = 32 * 1024 };

/* Is there more than an ordinary turn leaves? */
static inline bool connection_memory_is_large(const struct connection *connection, size_t output)
{
    return output > CONNECTION_MEMORY_USUAL || connection->memory_noted > CONNECTION_MEMORY_USUAL;
}

/* Disconnects clients while all together take more than they may. Once a turn. */
void connection_memory_turn(struct shard *shard);

/* Bytes, of `limit` (maxmemory-clients, which may be a percentage of maxmemory); 0: no limit. */
size_t connection_memory_limit(const struct config *config);

#endif
