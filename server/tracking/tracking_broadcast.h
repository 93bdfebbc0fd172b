/*
 * Prefixes that clients want to hear of (BCAST).
 *
 * Every shard knows all prefixes of the node, with the shards whose clients have asked for them: so
 * the owner of a key that changes knows whom to tell. The shard of the clients collects the names
 * of changed keys during its turn, each once, and at the end makes one message per prefix.
 *
 * A client's shard makes its prefixes known to the others before the client is answered (visit,
 * called on every shard), and withdraws them by message when nobody there uses them any more.
 *
 * Owner: one shard each. Thread: as tracking.h, unless said otherwise.
 */
#ifndef SERVER_TRACKING_TRACKING_BROADCAST_H
#define SERVER_TRACKING_TRACKING_BROADCAST_H

#include "proto/base/list.h"
#include "proto/base/span.h"

#include <stdbool.h>
#include <stdint.h>

struct cmd;
struct connection;
struct shard;
struct tracking;
struct tracking_client;

/* A longer prefix is refused: every shard has a copy. */
enum { TRACKING_PREFIX_MAX = 64 * 1024 };

struct tracking_prefix {
    uint64_t shards; /* where clients want it, a bit each */
    uint32_t users;  /* on this shard: subscriptions, and those on their way */
    struct list_link subscriptions;
    /* while a turn's keys are dealt out */
    struct list_link news_link;
    struct changed_key **keys;
    uint32_t key_count;
    uint32_t key_capacity;
    bool excepts; /* there is a client that is not to hear of one of the keys */
    uint32_t length;
    char name[];
};

/* A client's wish to hear of a prefix. */
struct tracking_subscription {
    struct list_link client_link; /* in client->subscriptions */
    struct list_link prefix_link; /* in prefix->subscriptions */
    struct tracking_client *client;
    struct tracking_prefix *prefix;
};

/* ---- Subscribing; on the client's shard but for visit ---- */

/* The prefix is to stay, for a client whose request is on its way to all shards. */
void tracking_broadcast_hold(struct shard *shard, struct span prefix);
/* On every shard: clients of shard `wanting` want to hear of the prefix. */
void tracking_broadcast_visit(struct shard *shard, uint16_t wanting, struct span prefix);
/* All shards know: a prefix that was held becomes the client's, if it is not. */
void tracking_broadcast_subscribe(struct tracking_client *client, struct span prefix);
/* A prefix that was held is not wanted after all. */
void tracking_broadcast_release(struct shard *shard, struct span prefix);
/* The client hears of no prefix any more. With all shards parked they know at once. */
void tracking_broadcast_leave(struct tracking_client *client, bool all_parked);

/* ---- Changes ---- */

/* A key has changed; called on its owner. `unheard` is a tracker's identity or 0. */
void tracking_broadcast_changed(struct shard *shard, struct span name, uint64_t unheard);
/* The same where the clients are: it is told at the end of the turn. */
void tracking_broadcast_note(struct shard *shard, struct span name, uint64_t unheard);
/* Tells what has come together. */
void tracking_broadcast_send(struct shard *shard);

void tracking_broadcast_free(struct tracking *tracking);

#endif
