/*
 * Before the node ends, while writes are held: the replicas get what they have not got yet, or the
 * replica that this node is applies nothing any more. So all have the same when it comes back.
 *
 * Thread: the control thread.
 */
#ifndef SERVER_REPLICATION_REPLICATION_FAREWELL_H
#define SERVER_REPLICATION_REPLICATION_FAREWELL_H

#include "proto/base/time.h"

#include <stdbool.h>

struct control;

struct replication_farewell {
    void (*done)(struct control *control, void *context); /* NULL: there is none */
    void *context;
    int64_t offset; /* that they are to acknowledge */
    time_ms deadline;
    bool rests; /* as a replica: role_stop */
};

/* Is there anybody to say it to? */
bool replication_farewell_is_due(const struct control *control);

/* Calls `done` when that is so, or after shutdown-timeout. */
void replication_farewell_begin(struct control *control,
                                void (*done)(struct control *control, void *context),
                                void *context);
/* The node does not end: `done` is called at once, if it was not yet, and replicas are pinged
 * again. */
void replication_farewell_end(struct control *control);

/* Once a turn. */
void replication_farewell_turn(struct control *control);

#endif
