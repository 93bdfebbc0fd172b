/*
 * Replication: this node's writes as one stream of commands that replicas follow, or this node as a
 * replica that follows another's.
 *
 * There is one stream per node. On a primary it is merged from the journals of the shards; on a
 * replica it is what the primary sends, byte by byte, so that replicas of replicas get the same.
 * The stream has an id (40 hexadecimal characters) and an offset: the bytes in it so far. Its last
 * part is kept, in the *backlog*, for replicas that come back after a short break.
 *
 *   journals of the shards ---+
 *                             +--> stream --> backlog --> replicas' connections on their shards
 *   link to the primary ------+
 *
 * A node without replicas and without a backlog reads no journal and pays nothing.
 *
 * The roles: role.h has what a replica does. A node is told by node->is_replica which one it is.
 *
 * Spec: PSYNC 2 as Redis 7 speaks it.
 *
 * Thread: the control thread, unless said otherwise.
 */
#ifndef SERVER_REPLICATION_REPLICATION_H
#define SERVER_REPLICATION_REPLICATION_H

#include "proto/base/span.h"
#include "proto/base/time.h"

#include <stdbool.h>
#include <stdint.h>

struct control;

enum { REPLICATION_ID_LENGTH = 40 };

/* ---- For control.c ---- */

void replication_open(struct control *control);
void replication_close(struct control *control);
void replication_tick(struct control *control);
/* At the end of each turn. */
void replication_turn(struct control *control);
/* How many microseconds the next turn may wait; INT64_MAX: any. */
int64_t replication_patience_us(const struct control *control);
/* The node begins to end. */
void replication_stop(struct control *control);
void replication_settings(struct control *control);

/* ---- The role: role.c ---- */

/* Becomes a replica of this primary, or of another one than before. */
void replication_follow(struct control *control, const char *host, uint16_t port, bool tls);
/* Becomes a primary: the stream gets a new id, and the old one stays valid up to here. */
void replication_lead(struct control *control);

struct replication_state {
    bool replica;
    bool connected;     /* the link to the primary is up, and the stream flows */
    bool complete;      /* it has once had all of its primary's data; a primary always */
    bool kept;          /* a replica: so is what it would load after a restart */
    int64_t offset;     /* of the stream */
    time_ms last_heard; /* of the primary; 0: never */
};

struct replication_state replication_state(const struct control *control);

/* ---- The stream's identity ---- */

struct replication_identity {
    char id[REPLICATION_ID_LENGTH + 1];
    char second_id[REPLICATION_ID_LENGTH + 1]; /* valid up to second_offset; zeroes when none is */
    int64_t offset;
    int64_t second_offset; /* the first byte that is not the second id's; -1: there is none */
};

const struct replication_identity *replication_identity(const struct control *control);

/* ---- The stream of a replica, for role.c ---- */

/* This node becomes a replica: its journals are read no more, and the stream is what is fed.
 * Clients' writes are refused already (node->is_replica). `done` is called, perhaps from within,
 * when all that was written before is in the stream, so that its offset is what the next primary
 * may be asked to continue from. */
void replication_stream_follow(struct control *control,
                               void (*done)(struct control *control, void *context), void *context);

/* After a full synchronisation: the stream is another one, of this id and offset; replicas of this
 * node are sent away and must synchronise again. */
void replication_stream_set(struct control *control, const char *id, int64_t offset);

/* The primary has said +CONTINUE; with a new id the old one is valid up to here. */
void replication_stream_continue(struct control *control, const char *id);

/* Bytes of the primary's stream, verbatim, in order. */
void replication_stream_feed(struct control *control, struct span bytes);

/* This node is a primary again: a new id, the old one valid up to here. `done` is called, perhaps
 * from within, when the journals are read again: no client's write may run before. */
void replication_stream_lead(struct control *control,
                             void (*done)(struct control *control, void *context), void *context);

/*
 * The way from the stream to the replica's side: before a replica of this replica can be given a
 * full copy, nothing may be half applied. Stops at the end of a command; `done` is called, perhaps
 * from within, when everything that was fed has been applied, and nothing else is until resumed.
 */
void replication_apply_pause(struct control *control,
                             void (*done)(struct control *control, void *context), void *context);
void replication_apply_resume(struct control *control);
/* The database that is selected in what was applied; -1: none. */
int32_t replication_apply_database(const struct control *control);

/* ---- The replicas of this node ---- */

enum replica_phase {
    REPLICA_WAITS,    /* for a full synchronisation to begin: "wait_bgsave" */
    REPLICA_RECEIVES, /* the data: "send_bulk" */
    REPLICA_ONLINE,   /* the stream */
};

struct replica_state {
    const char *host; /* as announced, or of its connection */
    uint16_t port;
    enum replica_phase phase;
    int64_t acknowledged; /* the offset */
    int64_t heard_ms;     /* when it said so; monotonic */
};

/* The replica at `index`, in the order in which they came; false when there are not so many. */
bool replication_replica(const struct control *control, uint32_t index,
                         struct replica_state *replica);

/* Asks all replicas for their offsets, with this turn's end. */
void replication_ask_offsets(struct control *control);

/* No PING goes into the stream, so that its offset stands still while writes are paused. */
void replication_hold_pings(struct control *control, bool hold);

#endif
