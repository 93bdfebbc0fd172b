/*
 * WAITAOF: a client waits until what it wrote is on the disk.
 *
 * Thread: the connection's shard.
 */
#ifndef SERVER_APPEND_ONLY_APPEND_WAIT_H
#define SERVER_APPEND_ONLY_APPEND_WAIT_H

#include "proto/base/time.h"
#include "server/commands/cmd.h"

struct shard;

/* What a WAITAOF wants; how many is how many at least. */
struct append_wish {
    int64_t local;
    int64_t replicas;
    time_ms deadline; /* TIME_NEVER: waits for as long as it takes */
};

#define APPEND_WAIT_IS_OFF                                                                         \
    "ERR WAITAOF cannot be used when numlocal is set but appendonly is disabled."

/* The answer, now or later. */
void append_wait(struct cmd *cmd, const struct append_wish *wish);

/* Answers those whose wish is fulfilled, or whose time is over. */
void append_wait_turn(struct shard *shard);

/* Clients that wait. */
bool append_wait_is_empty(const struct shard *shard);

#endif
