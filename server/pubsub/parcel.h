/*
 * Parcels: messages on their way to the clients of other shards.
 *
 * A message is kept once, however many shards it goes to, until all of them have read it. What goes
 * to the same shard in one turn travels together.
 *
 * Owner: the shard that sends.
 */
#ifndef SERVER_PUBSUB_PARCEL_H
#define SERVER_PUBSUB_PARCEL_H

#include "proto/base/list.h"
#include "proto/base/span.h"
#include "server/pubsub/topic.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct shard;

/* A message that does not go out at once: on its way, or waiting for the thread that sends it. */
struct published {
    struct list_link link; /* in an outbox, or pubsub->waiting */
    uint32_t awaited;      /* parcels that it is in */
    bool abroad;           /* for the other nodes of the cluster as well */
    enum topic_kind kind;
    uint32_t channel_length;
    size_t payload_length;
    char bytes[]; /* channel, payload */
};

struct published *published_new(enum topic_kind kind, struct span channel, struct span payload);

static inline struct span published_channel(const struct published *published)
{
    return span_of(published->bytes, published->channel_length);
}

static inline struct span published_payload(const struct published *published)
{
    return span_of(published->bytes + published->channel_length, published->payload_length);
}

/* Puts the message into the parcels for these shards (a bit each, this one not among them), and,
 * when it goes abroad, into the one for the control thread (bus_pubsub.h). They free it when all
 * have read it. */
void parcel_put(struct shard *shard, struct published *published, uint64_t shards);

/* Reads the messages of a parcel that has been delivered. */
struct message;
void parcel_visit(const struct message *message,
                  void (*visit)(void *context, const struct published *published), void *context);

/* Sends the open parcel for a shard, if there is one; or all. */
void parcel_send(struct shard *shard, uint16_t target);
void parcel_send_all(struct shard *shard);

#endif
