/*
 * A topic: a channel, shard channel or pattern that clients of one shard have subscribed to.
 *
 * Owner: the shard.
 */
#ifndef SERVER_PUBSUB_TOPIC_H
#define SERVER_PUBSUB_TOPIC_H

#include "proto/base/list.h"
#include "proto/base/span.h"

#include <stdint.h>

enum topic_kind {
    TOPIC_CHANNEL,
    TOPIC_PATTERN,
    TOPIC_SHARD_CHANNEL, /* hashed to a slot, and living and moving with it */
    TOPIC_KINDS
};

struct topic {
    struct list_link subscriptions; /* struct subscription, oldest first; never empty */
    uint64_t hash;
    uint32_t count;
    uint32_t name_length;
    enum topic_kind kind;
    char name[];
};

static inline struct span topic_name(const struct topic *topic)
{
    return span_of(topic->name, topic->name_length);
}

#endif
