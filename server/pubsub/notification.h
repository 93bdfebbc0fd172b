/*
 * Keyspace notifications: messages that tell of what happens to keys (notify-keyspace-events).
 *
 *   __keyspace@<database>__:<key>    with the event as its message
 *   __keyevent@<database>__:<event>  with the key as its message
 *
 * They are published by the shard of the key, so that those of one key arrive in their order. What
 * changes keys says so by cmd_changed and cmd_event (cmd.h), which come here; expiry and creation
 * are told by the keyspace.
 *
 * Thread: the shard of the key, or whoever has its data.
 */
#ifndef SERVER_PUBSUB_NOTIFICATION_H
#define SERVER_PUBSUB_NOTIFICATION_H

#include "proto/base/span.h"
#include "server/config/config.h"

#include <stdint.h>

struct shard;

/* Does anybody want to know of anything? */
static inline bool notification_is_on(const struct config *config)
{
    return config->notify_keyspace_events.classes != 0;
}

/* Tells of an event of one of `classes` (enum notify_class). */
void notification_send(struct shard *shard, uint32_t classes, const char *event, uint32_t database,
                       struct span key);

/* The same by the class's letter. */
void notification_send_by_letter(struct shard *shard, char class, const char *event,
                                 uint32_t database, struct span key);

/* The shard has other settings. */
void notification_config_changed(struct shard *shard);

#endif
