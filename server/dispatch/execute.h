/*
 * Running one command on the shard that owns its keys: timing, statistics, slots' counters.
 *
 * The one place where handlers are called, whoever the command comes from.
 */
#ifndef SERVER_DISPATCH_EXECUTE_H
#define SERVER_DISPATCH_EXECUTE_H

#include "server/commands/cmd.h"

struct shard;

/* What a run was like, for those who report on it. */
struct execution {
    uint64_t duration_us;
    bool failed; /* it replied an error */
};

/* Runs the command; `keyspace`, `config` and `now` of cmd are set by the shard here. */
struct execution execute(struct shard *shard, struct cmd *cmd);

/* The same for a command that another one runs as a part of itself: a script. What is told of a run
 * is told of the whole. */
void execute_nested(struct shard *shard, struct cmd *cmd);

/* The same for a command of a log that is loaded: it has been counted when it ran first. */
void execute_replayed(struct shard *shard, struct cmd *cmd);

/* The same for what the node does by itself: nobody has called it, but its changes are changes. */
void execute_by_node(struct shard *shard, struct cmd *cmd);

/* Counts a command that was run elsewhere than in execute: EXEC, which is more than its handler. */
void execute_count(struct shard *shard, const struct command *command, uint64_t ticks);

/* Counts the error that a command has replied, for those that did not run in execute. */
void execute_count_error(struct shard *shard, const struct cmd *cmd);

/* Reports a command that has been run for a client: slow log, latency events, last command. Called
 * on the connection's shard. */
void execute_report(struct connection *connection, const struct command *command,
                    const struct span *argv, uint32_t argc, uint64_t duration_us);

#endif
