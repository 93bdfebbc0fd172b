/*
 * Waiting for replicas: until so many have acknowledged all that was written so far, or have it on
 * their disks. WAIT, and WAITAOF's part.
 *
 * A shard asks with the counts of all shards' records; the control thread turns them into an offset
 * of the stream as soon as it has come so far, asks the replicas, and answers when enough have said
 * so, or when the time is over.
 *
 * A client's WAIT is for what it has written itself. That is not counted with every command: when
 * it has written since its last WAIT, all that has been written by now is waited for, and the
 * offset is noted; when it has not, that offset is.
 */
#ifndef SERVER_REPLICATION_REPLICATION_WAIT_H
#define SERVER_REPLICATION_REPLICATION_WAIT_H

#include "proto/base/list.h"
#include "proto/base/time.h"
#include "server/shard/mailbox.h"
#include "server/shard/node.h"

#include <stdbool.h>
#include <stdint.h>

struct connection;
struct control;
struct shard;

struct replication_wait {
    struct message message; /* first */
    /* the asker's */
    int64_t wanted;   /* replicas */
    bool in_log;      /* on their disks */
    time_ms deadline; /* TIME_NEVER: as long as it takes */
    void (*done)(struct shard *shard, struct replication_wait *wait); /* which frees it */
    /* Instead of it where the control thread asks. */
    void (*seen)(struct control *control, struct replication_wait *wait);
    void *context;
    const char *error; /* why it was cut short; NULL: it was not, or is to be answered as it is */
    /* the answer */
    uint32_t count;
    /* the control thread's */
    struct list_link link;
    uint64_t positions[NODE_SHARDS_MAX];
    int64_t offset; /* -1: not known yet */
    bool has_asked; /* the replicas how far they are */
};

/* ---- On a shard ---- */

void replication_wait_start(struct shard *shard, struct replication_wait *wait);
/* For what this connection has written; `done` is to call replication_wait_note. */
void replication_wait_start_own(struct connection *connection, struct replication_wait *wait);
void replication_wait_note(struct connection *connection, const struct replication_wait *wait);
/* `done` comes soon, whatever has been acknowledged. */
void replication_wait_cancel(struct shard *shard, struct replication_wait *wait);

/* ---- On the control thread ---- */

/* The same by the control thread; `seen` may be called at once. */
void replication_wait_here(struct control *control, struct replication_wait *wait);

/* Something has been acknowledged, or time has passed. */
void replication_wait_look(struct control *control);
/* When it must be looked again at the latest. */
time_ms replication_wait_deadline(const struct control *control);
/* Answers all. */
void replication_wait_close(struct control *control);

#endif
