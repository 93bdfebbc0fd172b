/*
 * The primary's stream on its way into the data.
 *
 * The control thread reads the commands (proto/replication/command_stream.h) and routes each to the
 * shard of its keys. What is read in one go makes a *step*; a shard gets its part of a step in one
 * message. Steps follow each other without waiting, as each shard takes its parts in order.
 *
 *   stream: | GET x  SET a  SET b  DEL a | MSET a b | SET c ...
 *           | step: parts for shards 0, 1 | section  | step
 *
 * A transaction runs as a whole on the shard of its keys. What concerns several shards (such a
 * transaction, RENAME from one shard's key to another's, FLUSHALL) is a step of its own: it begins
 * when everything before has been applied, and runs in an exclusive section. So clients see
 * transactions whole.
 *
 * When a step, and all before it, have been applied, its bytes are handed on, verbatim, and the
 * offset advances: to the end of a command outside of any transaction, always.
 *
 * The shards run the commands by the ordinary handlers, without a client, in a time of their own in
 * which nothing expires: when a key goes, the primary says so.
 *
 * Owner: the control thread.
 */
#ifndef SERVER_REPLICATION_APPLY_H
#define SERVER_REPLICATION_APPLY_H

#include "proto/base/span.h"

#include <stdbool.h>
#include <stdint.h>

struct apply;
struct control;

struct apply_observer {
    /* Applied bytes of the stream, in order. */
    void (*applied)(struct control *control, struct span bytes);
    /* Everything of a step has been applied: see apply_offset. `asked`: the primary has asked for
     * the offset in it. */
    void (*advanced)(struct control *control, bool asked);
};

struct apply *apply_create(struct control *control, const struct apply_observer *observer);
/* The shards have ended. */
void apply_free(struct apply *apply);

/* The stream's next byte has this offset, and this database is selected. Idle (asserted). */
void apply_begin(struct apply *apply, int64_t offset, uint32_t database);

enum { APPLY_ERROR_MAX = 200 };
/* Bytes of the stream. False: it cannot be followed any further, and `error` says why; the bytes
 * before are applied. */
bool apply_put(struct apply *apply, struct span bytes, char error[APPLY_ERROR_MAX]);

/* Forgets what has not been handed to a shard; what has been is applied. */
void apply_cut(struct apply *apply);

/* Nothing is under way between here and the shards. */
bool apply_is_idle(const struct apply *apply);
/* So much waits that no more should be received for now. */
bool apply_is_full(const struct apply *apply);

/* Up to here everything is applied; and the database that is selected there. */
int64_t apply_offset(const struct apply *apply);
uint32_t apply_database(const struct apply *apply);
/* Up to here it is received. */
int64_t apply_read_offset(const struct apply *apply);

/* Hands nothing more to the shards, until resumed; they nest. */
void apply_pause(struct apply *apply);
void apply_resume(struct apply *apply);
/* Now and then: what has waited for the end of a load goes on. */
void apply_tick(struct apply *apply);

#endif
