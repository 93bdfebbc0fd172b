/*
 * Full synchronisation: a snapshot of this node, given to all replicas that have asked for one
 * together, as it is made (snapshot/snapshot.h), and never written to a file.
 *
 *   replicas ask -> (repl-diskless-sync-delay) -> cut -> chunks -> every replica -> stream
 *
 * The cut puts a mark into the journals of all shards: where it comes out of the merge is the
 * offset at which the stream goes on. A chunk goes back to its shard when all replicas have taken
 * it, so the slowest of them is the pace of the walk, and what is written meanwhile waits in the
 * backlog.
 *
 * Replicas that cannot be told the end of the data by a mark get a file, whose length is known.
 *
 * Owner: the control thread.
 */
#ifndef SERVER_REPLICATION_FULL_SYNC_H
#define SERVER_REPLICATION_FULL_SYNC_H

struct control;
struct full_sync;
struct replica;
struct replica_feed;

/* A replica wants all data; it is served together with others that want the same. */
void full_sync_join(struct replica *replica);

/* It has gone, or is sent away. */
void full_sync_leave(struct replica *replica);

/* A feed with a part of the data is back. */
void full_sync_sent(struct replica_feed *feed);

/* ---- For full_sync_file.c ---- */

/* All that the replica is to get is on its way. */
void full_sync_has_all(struct replica *replica);
/* One more feed of this synchronisation is on its way. */
void full_sync_note_feed(struct full_sync *sync);

/* ---- For replication.c ---- */

/* Begins those that have waited enough. */
void full_sync_tick(struct control *control);

/* Nothing begins any more; what is under way is given up. */
void full_sync_close(struct control *control);

#endif
