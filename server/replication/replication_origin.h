/*
 * Where the data of a node stand in the stream, across a planned restart: with the same data, id
 * and offset, whoever followed goes on, and so does a replica with its primary.
 *
 * An RDB file says so itself (repl-id, repl-offset, repl-stream-db, as Redis has them). The
 * append-only log cannot; beside it there is a small file, written when the node has stopped in
 * order, and removed before it serves again. It tells what the log's files looked like, so that it
 * is believed of the very same log only.
 *
 * Thread: the control thread, or the main thread before and after it.
 */
#ifndef SERVER_REPLICATION_REPLICATION_ORIGIN_H
#define SERVER_REPLICATION_REPLICATION_ORIGIN_H

#include "proto/base/span.h"
#include "server/snapshot/snapshot.h"

#include <stdbool.h>

struct config;
struct control;
struct node;

/* Where the data are now; false: nobody has followed, and nobody is followed. */
bool replication_origin_now(const struct control *control, struct snapshot_origin *origin);

/* An RDB file that is being loaded at the start says this of itself. */
void replication_origin_fact(struct snapshot_origin *origin, struct span name, struct span text);

/* Reads what was left beside the log, and removes it; zeroes when there is none, or of another
 * log. */
void replication_origin_recall(const struct config *config, struct snapshot_origin *origin);
/* Leaves it there. The log is closed. */
void replication_origin_leave(struct control *control);

/* The data that were loaded stand here; nothing is served yet. Calls `done` when the stream can go
 * on, perhaps from within. */
void replication_origin_restore(struct control *control, const struct snapshot_origin *origin,
                                void (*done)(struct control *control, void *context),
                                void *context);

#endif
