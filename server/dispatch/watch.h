/*
 * WATCH: the keys whose change makes a connection's next EXEC do nothing.
 *
 * The shard that owns a key counts its watchers and gives it versions (keyspace_watch); the
 * connection remembers the version it was told. EXEC compares, on the owner's side.
 *
 *   connection->watches --> (database, key, version) ...        the client's shard
 *                                 |
 *   keyspace            --> (database, key, version, watchers)  the owner, which may be another
 * shard
 *
 * Owner: the connection; while an EXEC is under way, its transaction.
 */
#ifndef SERVER_DISPATCH_WATCH_H
#define SERVER_DISPATCH_WATCH_H

#include "storage/watched_keys.h"

#include <stdbool.h>
#include <stdint.h>

struct cmd;
struct connection;
struct shard;

struct watches {
    struct watched_keys keys;
    uint64_t shards; /* that own some of them, a bit each */
};

/* The handler's part of WATCH: registers the keys among the arguments. Of SCOPE_NODE: the client
 * may wait for other shards. */
void watch_add(struct cmd *cmd);

/* UNWATCH, DISCARD, the end of the connection: nothing is watched any more. The owners hear of it
 * by message. */
void watch_drop(struct connection *connection);

/* Hands what the connection watches over to the caller; NULL when it watches nothing. */
struct watches *watch_take(struct connection *connection);

/* Ends the registrations of watches that were taken over, by message, and frees them. NULL is fine.
 */
void watch_release(struct shard *shard, struct watches *watches);

/*
 * Is everything as it was? Ends the registrations. Called by a thread that has the data of all
 * shards concerned; the memory stays, for watch_free on the connection's shard.
 */
bool watch_settle(struct shard *shard, struct watches *watches);
void watch_free(struct watches *watches);

static inline uint64_t watch_count(const struct watches *watches)
{
    return watches == NULL ? 0 : watches->keys.count;
}

static inline size_t watch_memory(const struct watches *watches)
{
    return watches == NULL ? 0 : sizeof(*watches) + watches->keys.bytes;
}

#endif
