/*
 * Publish and subscribe between nodes.
 *
 *   a client's message -> its shard -> (parcel) -> control thread -> the other nodes
 *   another node's     -> control thread -> (inbound parcel) -> one shard -> all of the node's
 *                                                               subscribers
 *
 * Thread: the control thread.
 */
#ifndef SERVER_BUS_BUS_PUBSUB_H
#define SERVER_BUS_BUS_PUBSUB_H

#include "proto/base/span.h"

#include <stdbool.h>
#include <stddef.h>

struct control;
struct message;

/* Delivers a parcel of a shard's messages (parcel.h) for the other nodes. */
void bus_pubsub_deliver(struct message *message, void *receiver);

/* What has come for this node's subscribers and has not left yet. */
struct bus_inbound {
    struct inbound_parcel *open; /* or NULL */
    size_t under_way;            /* bytes that the shard has not read yet */
    bool dropping;               /* there is too much of it */
};

/* Another node's message for this node's subscribers. It is dropped, as publish/subscribe may, when
 * they are far behind. */
void bus_pubsub_receive(struct control *control, bool shard, struct span channel,
                        struct span payload);
/* At the end of the turn: what has come leaves. */
void bus_pubsub_flush(struct control *control);

#endif
