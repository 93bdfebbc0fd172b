/*
 * Announcements: what one shard's clients have newly subscribed to, or no longer, told to all other
 * shards.
 *
 * A command collects its changes in one announcement, which is sent when it is over. The answer of
 * the command is held back until all shards have heard; what is published meanwhile by those who
 * have comes behind it.
 *
 * Owner: the shard that announces.
 */
#ifndef SERVER_PUBSUB_ANNOUNCEMENT_H
#define SERVER_PUBSUB_ANNOUNCEMENT_H

#include "proto/base/span.h"
#include "server/pubsub/topic.h"

#include <stdint.h>

struct announcement;
struct connection;
struct shard;
struct subscription;

/* Notes that the node has one subscription more (`change` 1) or less (-1), here and in the
 * announcement, which is made when there is none. `listens`: are clients of this shard
 * subscribed? `subscription` is the new one, or NULL. */
void announcement_note(struct shard *shard, struct announcement **announcement,
                       const struct topic *topic, int change, struct subscription *subscription);

/* Sends it, if there is one. With a client, the answer that it is being written must be held back
 * by announcement_hold. */
void announcement_send(struct shard *shard, struct announcement *announcement,
                       struct connection *connection);

/* The answer of the client's command is complete, from `start` on: what of it waits for other
 * shards is held. For connection_reply_end. */
void announcement_hold(struct connection *connection, size_t start);

/* The subscription ends before all have heard of it. */
void announcement_forget(struct subscription *subscription);

#endif
