/*
 * CLIENT TRACKING: clients that keep copies of what they read are told when it changes.
 *
 * The shard that owns a key remembers who has read it (tracking_table.h), and knows the prefixes
 * that clients of the whole node have asked for (BCAST). When a key changes, the news goes to the
 * shards that have the clients' connections, one message per shard and turn (tracking_post.h), and
 * is pushed there (connection_push_begin), or goes on to the client that the news is redirected to.
 *
 *   command --> tracking_remember ---> table                     the key's shard
 *   change ---> tracking_key_changed -> lanes[shard of the client]
 *                                         | one message per turn
 *                                     tracking_client -> push     the client's shard
 *
 * Order. An answer that was worked out before a change reaches its client before the news of the
 * change: such an answer is in the connection's output already, or owed, and pushes go behind both.
 * Only answers to waits for keys are neither; they travel the same way as the news and leave
 * first (blocked_turn comes before tracking_turn, and is made up for on the receiving side). An
 * answer that was worked out after the change may come before the news of it: the client reads once
 * more than it must.
 *
 * While another thread has borrowed or parked the shard it only collects; the shard's own thread
 * sends, in its next turn.
 *
 * Clients that have gone stay in the table until their keys change: their ids are not used again. A
 * key with more trackers than there can be clients is given up as if it had changed. When a shard
 * or a client is too far behind, it is told once that everything has changed, instead of keeping
 * what it has not taken.
 *
 * Thread: the shard's, or whoever has its data, unless said otherwise.
 */
#ifndef SERVER_TRACKING_TRACKING_H
#define SERVER_TRACKING_TRACKING_H

#include "proto/base/list.h"
#include "server/shard/node.h"
#include "server/tracking/prefix_tree.h"
#include "server/tracking/tracking_table.h"
#include "storage/keyspace.h"

#include <stdbool.h>
#include <stdint.h>

struct changed_keys;
struct cmd;
struct shard;
struct tracking_post;

/* The way to one shard. */
struct tracking_lane {
    struct tracking_post *open; /* being filled, or NULL */
    size_t under_way;           /* bytes of posts that are not back yet */
    bool overrun;               /* something was left out: everything is to be forgotten there */
};

/* A shard's part. */
struct tracking {
    bool watching;    /* changes of keys may concern somebody */
    bool due;         /* there is something to be done in the turn, beside `pending` */
    uint64_t pending; /* lanes with something to be sent, or that are overrun; a bit each */
    bool forgotten;   /* all clients of this shard are to be told that everything has changed */
    bool slot_lost;   /* those of the node that hear of prefixes are */
    struct tracking_table table;
    struct tracking_table leaving; /* given up, freed in slices */
    struct prefix_tree prefixes;   /* of all clients of the node: struct tracking_prefix */
    struct changed_keys *changed;  /* in this turn, for prefixes of this shard's clients */
    struct list_link clients;      /* of this shard: struct tracking_client */
    struct list_link behind;       /* connections that read too slowly to be told more */
    uint32_t client_count;
    struct tracking_lane lanes[NODE_SHARDS_MAX];
};

void tracking_init(struct tracking *tracking);
void tracking_free(struct tracking *tracking);

/* The command has read for a client that wants to know (TRACKER_REMEMBERS). */
void tracking_remember(struct shard *shard, const struct cmd *cmd);

/* ---- Changes; to be called when tracking->watching ---- */

/* A key has changed, appeared or gone, by the command of `tracker` (0: of nobody who tracks). */
void tracking_key_changed(struct shard *shard, const struct key *key, uint64_t tracker);

/* Everything, or whole databases, have changed: called for each shard of the node, all of which are
 * parked. To be called in any case. */
void tracking_database_changed(struct shard *shard);

/* A slot is not served by this node any more. To be called in any case. */
void tracking_slot_lost(struct shard *shard, uint16_t slot);

/* ---- The turn; by the shard's own thread ---- */

/* Must the shard have a turn? */
static inline bool tracking_is_due(const struct tracking *tracking)
{
    return tracking->pending != 0 || tracking->due;
}

/* News for clients of this shard, behind a command that has been answered. */
void tracking_serve(struct shard *shard);

/* All that is due; true when more is left. */
bool tracking_turn(struct shard *shard);

/* Now and then: keeps the table within its limit, and looks after slow readers. */
void tracking_tick(struct shard *shard);

/* Notes whether changes of keys concern anybody. */
void tracking_refresh_watching(struct shard *shard);

#endif
