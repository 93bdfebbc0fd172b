/*
 * The sockets that a shard listens on: the node's addresses (shared with the other shards by
 * SO_REUSEPORT), a port of its own (both opened by listening_set.h), and the node's Unix socket.
 */
#ifndef SERVER_SHARD_LISTENING_H
#define SERVER_SHARD_LISTENING_H

#include <stdbool.h>
#include <stdint.h>

struct config;
struct listening_set;
struct node;
struct shard;

/* Takes over the shard's part of the set, and the Unix socket, before its thread runs. False with a
 * logged reason. */
bool listening_open(struct shard *shard, const struct listening_set *set);

/* Begins to accept, on the shard's thread. */
void listening_start(struct shard *shard);

/* Accepts again where an error (too many open files) had ended it, and forgets what is closed. */
void listening_retry(struct shard *shard);

/* Listens on what is in the set and on nothing else; connections stay. On the shard's thread. */
void listening_adopt(struct shard *shard, const struct listening_set *set);

void listening_stop(struct shard *shard);

/* When the reactor is gone. */
void listening_free(struct shard *shard);

/* The node's Unix socket, bound with a safe umask; -1 without one or with a logged reason. */
bool listening_open_unix(struct node *node, const struct config *config);

#endif
