/*
 * MONITOR: every command that clients send, shown to those who ask.
 *
 * Each shard knows how many connections of the node monitor, so that a command costs one comparison
 * while there are none. A command is shown by the shard of its connection, to monitors here and, by
 * message, elsewhere.
 *
 * Thread: the shard's.
 */
#ifndef SERVER_OBSERVE_MONITOR_H
#define SERVER_OBSERVE_MONITOR_H

#include "proto/base/span.h"
#include "proto/base/time.h"

struct command;
struct connection;
struct shard;

/* Makes the connection a monitor; every shard has counted it already (shard->monitors). */
void monitor_join(struct connection *connection);

/* A monitor of this shard has gone: every shard counts one less. */
void monitor_left(struct shard *shard);

/* Shows a command that is about to run; those of a transaction, when it has run. */
void monitor_feed(struct shard *shard, const struct connection *connection, uint32_t database,
                  const struct command *command, const struct span *argv, uint32_t argc);

/* The same for a command that a script is about to run. */
void monitor_feed_script(struct shard *shard, uint32_t database, const struct command *command,
                         const struct span *argv, uint32_t argc);

/* The line of a command, with its CRLF; the caller frees it. */
char *monitor_line(time_us now, uint32_t database, const char *address, const struct span *argv,
                   uint32_t argc, size_t *length);

#endif
