/*
 * Subscriptions: which client listens to what.
 *
 * Owner: the shard of the client.
 */
#ifndef SERVER_PUBSUB_SUBSCRIPTION_H
#define SERVER_PUBSUB_SUBSCRIPTION_H

#include "proto/base/list.h"
#include "proto/base/span.h"
#include "server/connection/connection.h"
#include "server/pubsub/topic.h"

#include <stdbool.h>
#include <stdint.h>

struct announcement;
struct pattern;
struct pubsub;
struct shard;

struct subscription {
    struct list_link topic_link;      /* in topic->subscriptions */
    struct list_link subscriber_link; /* in its client's list of the kind */
    struct connection *connection;
    struct topic *topic;
    uint64_t known;                    /* shards that have heard of it, a bit each */
    struct announcement *announcement; /* that tells them; NULL when all have heard */
    uint32_t item;                     /* its place there */
};

/* What a client has subscribed to; in connection->subscriber while it is something. */
struct subscriber {
    struct list_link subscriptions[TOPIC_KINDS]; /* struct subscription, by subscriber_link */
    uint32_t counts[TOPIC_KINDS];
    size_t name_bytes;
};

/* What the client's subscriptions of this kind are counted with in confirmations: channels and
 * patterns together, or shard channels. */
uint32_t subscription_count(const struct connection *connection, enum topic_kind kind);
/* Bytes that all of them take. */
size_t subscription_memory(const struct connection *connection);
/* How many of just this kind. */
uint32_t subscription_count_of(const struct connection *connection, enum topic_kind kind);

/* Is it a RESP2 session with subscriptions, which may do little else? Its messages could not be
 * told from answers. */
static inline bool subscription_narrows(const struct connection *connection)
{
    return connection->subscriber != NULL && connection->reply.protocol == 2;
}

/* False when it was there already. */
bool subscription_add(struct connection *connection, enum topic_kind kind, struct span name,
                      struct announcement **announcement);
/* False when there was none. */
bool subscription_remove(struct connection *connection, enum topic_kind kind, struct span name,
                         struct announcement **announcement);

/* The client's first subscription of a kind, and the one behind it, or NULL. */
struct subscription *subscription_first(const struct connection *connection, enum topic_kind kind);
struct subscription *subscription_next(const struct subscription *subscription);

/* Ends one without a word to the client. */
void subscription_end(struct subscription *subscription, struct announcement **announcement);

/* Ends all of a client: it has closed, or resets itself. */
void subscription_end_all(struct connection *connection);

/* The confirmation of a change, and the end of a subscription that the client did not ask for, as
 * messages to the client. `name` is NULL data for "there was none". */
void subscription_write(struct connection *connection, struct reply *reply, const char *word,
                        enum topic_kind kind, struct span name);

/* The shard has another view of the cluster: subscriptions to shard channels whose slot is served
 * elsewhere end, and their clients are told. */
void subscription_view_changed(struct shard *shard);

#endif
