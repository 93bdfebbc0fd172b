/*
 * A shard's connections by their ids.
 *
 * Owner: the shard.
 */
#ifndef SERVER_CONNECTION_CONNECTION_INDEX_H
#define SERVER_CONNECTION_CONNECTION_INDEX_H

#include <stdint.h>

struct connection;

/* Zeroed: empty. */
struct connection_index {
    struct connection **buckets; /* chained by connection->next_by_id */
    uint32_t bucket_count;       /* a power of two, or 0 */
    uint32_t count;
};

/* A connection that is not in it. */
void connection_index_add(struct connection_index *index, struct connection *connection);
/* One that is. */
void connection_index_remove(struct connection_index *index, struct connection *connection);

/* The open connection with this id; NULL when this shard has none. */
struct connection *connection_index_find(const struct connection_index *index, uint64_t id);

void connection_index_free(struct connection_index *index);

#endif
