/*
 * Publish and subscribe: what a shard knows, and what it has under way.
 *
 * Every shard knows of every channel, shard channel and pattern of the node how many clients are
 * subscribed to it, and on which shards (of channels it knows the hash only, unless clients of its
 * own are subscribed). So a message can be published anywhere, by a client, in a transaction, by a
 * script or as a keyspace event: the shard at hand counts the receivers, writes to its own clients,
 * and sends one message to each other shard that has some, with the messages of the same turn to
 * the same shard in one parcel (parcel.h). Nothing is asked and nothing waited for; with one shard
 * nothing is sent.
 *
 * The price is paid by those who subscribe: every shard is told, and the confirmation goes out when
 * all have heard (announcement.h). A subscription counts for the messages of another shard from the
 * moment at which that shard has heard of it. So whoever is counted as a receiver gets the message,
 * whoever is not does not, and whatever is published after a confirmation is received.
 *
 * Order: what one shard publishes arrives everywhere in its order, for messages between two threads
 * keep theirs. A client's messages are published by its own shard, also those of a transaction or
 * script that ran elsewhere (outbox), and only when all that it asked before is done. A keyspace
 * event is published by the shard of its key.
 *
 * Owner: the shard; in shard->pubsub.
 */
#ifndef SERVER_PUBSUB_PUBSUB_H
#define SERVER_PUBSUB_PUBSUB_H

#include "proto/base/list.h"
#include "proto/base/span.h"
#include "proto/resp/reply.h"
#include "server/pubsub/hash_index.h"
#include "server/pubsub/pattern_index.h"
#include "server/pubsub/topic.h"
#include "server/shard/mailbox.h"

#include <stdbool.h>
#include <stdint.h>

struct parcel;
struct pattern;
struct shard;

/* Who is subscribed to a channel or shard channel, on which shards. */
struct interest {
    uint64_t shards; /* a bit each */
    uint32_t clients;
};

struct matched_patterns {
    struct pattern **items;
    uint32_t count;
    uint32_t capacity;
};

/* Messages that are not on their way yet. */
struct message_queue {
    struct list_link published; /* struct published */
};

struct pubsub {
    struct hash_index interests[TOPIC_KINDS]; /* of the whole node: struct interest */
    struct pattern_index patterns;            /* of the whole node */
    struct hash_index topics[TOPIC_KINDS];    /* this shard's own: struct topic; no patterns */
    struct hash_index subscriptions;          /* this shard's own, by client and topic */
    uint32_t clients;                         /* of this shard that are subscribed to something */
    uint64_t seed;

    struct matched_patterns matched; /* by the message at hand */
    struct reply frame;              /* the message at hand as clients get it */

    struct parcel *open_parcels[65]; /* by shard, and one for the control thread: they leave at the
                                        end of the turn */
    struct list_link waiting;        /* published on this shard's behalf by a thread that had
                                        borrowed or parked it */
    struct list_link *outbox;        /* where messages go while a command of another shard's client
                                        runs here: home with its answer; or NULL */
    size_t under_way;                /* bytes of messages that other shards have not read yet */
};

void pubsub_init(struct pubsub *pubsub, uint64_t seed);
void pubsub_free(struct pubsub *pubsub);

/* The hash of a channel, the same on all shards. */
uint64_t pubsub_hash(const struct pubsub *pubsub, struct span channel);

/*
 * Publishes a client's message and returns how many subscriptions of this node get it. `shard` is
 * the one at hand, whose data the calling thread has. In a cluster it goes to the other nodes as
 * well: by PUBLISH to all, by SPUBLISH to those of the slot's shard.
 */
uint64_t pubsub_publish(struct shard *shard, enum topic_kind kind, struct span channel,
                        struct span payload);
/* The same for what another node's client has published: by the shard's own thread. */
void pubsub_publish_here(struct shard *shard, enum topic_kind kind, struct span channel,
                         struct span payload);
/* The same for what is no client's message but the shard's own word: no outbox. */
void pubsub_announce(struct shard *shard, struct span channel, struct span payload);

/* May anybody of the node listen to such words? */
bool pubsub_has_listeners(const struct shard *shard);

/* The messages of a command that ran elsewhere, published by the shard of its client. Empties the
 * list. */
void pubsub_publish_outbox(struct shard *shard, struct list_link *outbox);

/* Messages of shard `from` for this shard's clients. */
void pubsub_deliver(struct shard *shard, uint16_t from, enum topic_kind kind, struct span channel,
                    struct span payload);

/* At the end of the turn: what is under way leaves. */
void pubsub_flush(struct shard *shard);

/* Is there something that the shard's own thread must send? Whoever has borrowed it wakes it. */
static inline bool pubsub_is_waiting(const struct pubsub *pubsub)
{
    return !list_empty(&pubsub->waiting);
}

#endif
