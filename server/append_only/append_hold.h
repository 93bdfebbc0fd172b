/*
 * Answers that wait for the disk: what a connection has written is acknowledged when the logs that
 * hold it are where `appendfsync` wants them.
 *
 * Whoever runs a write for a connection notes the position in the shard's log. When the
 * connection's replies are about to be sent, they are held back until every log has come that far;
 * the connection goes on with further commands meanwhile, whose replies wait behind.
 *
 * When a log cannot be written, those who wait are told so in place of their answers, and closed:
 * what they wrote has been done, and may yet get to the disk, but nobody can promise it.
 *
 * Thread: the connection's shard.
 */
#ifndef SERVER_APPEND_ONLY_APPEND_HOLD_H
#define SERVER_APPEND_ONLY_APPEND_HOLD_H

#include "server/append_only/append_log.h"
#include "server/commands/command.h"
#include "server/shard/shard.h"

#include <stdbool.h>
#include <stdint.h>

struct append_mark;
struct connection;

/* The end of this shard's log; 0 without one. Noted when it has moved on by a connection's command.
 */
static inline uint64_t append_hold_position(const struct shard *shard)
{
    return __builtin_expect(shard->append_log != NULL, 0) ? append_log_appended(shard->append_log)
                                                          : 0;
}

/* The same when a command is over that began at `before`; 0 when it has written nothing that its
 * answer promises. */
static inline uint64_t append_hold_written(const struct shard *shard, const struct command *command,
                                           uint64_t before)
{
    uint64_t now = append_hold_position(shard);

    return __builtin_expect(now == before, 1) || command->flags & COMMAND_READONLY ? 0 : now;
}

/* The connection has written to the log of shard `index`, up to `position`. */
void append_hold_note(struct connection *connection, uint32_t index, uint64_t position);

/* The same after a command of a section, which may have written anywhere. `before` is what
 * append_hold_total said then. */
uint64_t append_hold_total(const struct node *node);
void append_hold_note_all(struct connection *connection, uint64_t before);

/* The connection's replies are about to be sent: true when they must wait. Then they are sent by
 * append_hold_turn. */
bool append_hold(struct connection *connection);

/* Should its further commands wait as well, because the log takes no more? */
bool append_hold_is_crowded(const struct connection *connection);

/* Lets go of whoever need not wait any more. */
void append_hold_turn(struct shard *shard);

/* Is all that the connection wrote on the disk? */
bool append_hold_is_durable(const struct connection *connection);

/* Hears of every change of every log, as the next turn of append_wait needs. */
void append_hold_watch_all(const struct shard *shard);

/* The connection closes. */
void append_hold_drop(struct connection *connection);

#endif
