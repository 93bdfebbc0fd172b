#include "server/pubsub/notification.h"

#include "proto/base/memory.h"
#include "server/pubsub/pubsub.h"
#include "server/shard/shard.h"

#include <stdio.h>

enum { CHANNEL_USUAL = 256, PREFIX_MAX = 32 };

static void publish(struct shard *shard, const char *prefix, uint32_t database, struct span name,
                    struct span payload)
{
    char usual[CHANNEL_USUAL];
    char *channel = usual;
    size_t length;

    if (name.length > CHANNEL_USUAL - PREFIX_MAX)
        channel = memory_new(name.length + PREFIX_MAX);
    length = (size_t)snprintf(channel, PREFIX_MAX, "__%s@%u__:", prefix, database);
    memcpy(channel + length, name.data, name.length);
    pubsub_announce(shard, span_of(channel, length + name.length), payload);
    if (channel != usual)
        memory_free(channel);
}

void notification_send(struct shard *shard, uint32_t classes, const char *event, uint32_t database,
                       struct span key)
{
    uint32_t wanted = shard->config->notify_keyspace_events.classes;
    struct span name = span_of_string(event);

    shard_assert_owner(shard);
    if (!(wanted & classes) || !pubsub_has_listeners(shard))
        return;
    if (wanted & NOTIFY_KEYSPACE)
        publish(shard, "keyspace", database, key, name);
    if (wanted & NOTIFY_KEYEVENT)
        publish(shard, "keyevent", database, name, key);
}

void notification_send_by_letter(struct shard *shard, char class, const char *event,
                                 uint32_t database, struct span key)
{
    notification_send(shard, config_notify_class(class), event, database, key);
}

static void created(void *context, uint32_t database, struct span name)
{
    notification_send(context, NOTIFY_NEW, "new", database, name);
}

void notification_config_changed(struct shard *shard)
{
    bool wanted = shard->config->notify_keyspace_events.classes & NOTIFY_NEW;

    keyspace_on_created(shard->keyspace, wanted ? created : NULL, shard);
}
