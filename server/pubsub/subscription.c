#include "server/pubsub/subscription.h"

#include "cluster/view.h"
#include "proto/base/assert.h"
#include "proto/base/memory.h"
#include "proto/key_slot/key_slot.h"
#include "server/connection/connection.h"
#include "server/connection/push.h"
#include "server/pubsub/announcement.h"
#include "server/pubsub/pubsub.h"
#include "server/shard/shard.h"

/* ---- Counts ---- */

size_t subscription_memory(const struct connection *connection)
{
    const struct subscriber *subscriber = connection->subscriber;
    size_t count = 0;

    if (subscriber == NULL)
        return 0;
    for (uint32_t kind = 0; kind < TOPIC_KINDS; kind++)
        count += subscriber->counts[kind];
    return sizeof(*subscriber) + subscriber->name_bytes +
           count * (sizeof(struct subscription) + sizeof(struct topic));
}

uint32_t subscription_count_of(const struct connection *connection, enum topic_kind kind)
{
    return connection->subscriber == NULL ? 0 : connection->subscriber->counts[kind];
}

uint32_t subscription_count(const struct connection *connection, enum topic_kind kind)
{
    if (kind == TOPIC_SHARD_CHANNEL)
        return subscription_count_of(connection, TOPIC_SHARD_CHANNEL);
    return subscription_count_of(connection, TOPIC_CHANNEL) +
           subscription_count_of(connection, TOPIC_PATTERN);
}

/* ---- Who subscribes ---- */

static struct subscriber *subscriber_of(struct connection *connection)
{
    struct subscriber *subscriber = connection->subscriber;

    if (subscriber == NULL) {
        subscriber = connection->subscriber = memory_new_zeroed(1, sizeof(*subscriber));
        for (uint32_t kind = 0; kind < TOPIC_KINDS; kind++)
            list_init(&subscriber->subscriptions[kind]);
        connection->shard->pubsub.clients++;
    }
    return subscriber;
}

static void leave_if_idle(struct connection *connection)
{
    const struct subscriber *subscriber = connection->subscriber;

    for (uint32_t kind = 0; kind < TOPIC_KINDS; kind++)
        if (subscriber->counts[kind] > 0)
            return;
    memory_free(connection->subscriber);
    connection->subscriber = NULL;
    connection->shard->pubsub.clients--;
}

/* ---- What there is to subscribe to ---- */

static bool topic_is(const void *thing, const void *wanted)
{
    return span_equal(topic_name(thing), *(const struct span *)wanted);
}

static struct topic *topic_find(const struct pubsub *pubsub, enum topic_kind kind, uint64_t hash,
                                struct span name)
{
    struct pattern *pattern;

    if (kind != TOPIC_PATTERN)
        return hash_index_find(&pubsub->topics[kind], hash, topic_is, &name);
    pattern = pattern_index_find(&pubsub->patterns, name);
    return pattern == NULL ? NULL : pattern->topic;
}

static struct topic *topic_new(enum topic_kind kind, uint64_t hash, struct span name)
{
    struct topic *topic = memory_new(sizeof(*topic) + name.length);

    *topic = (struct topic){.hash = hash, .name_length = (uint32_t)name.length, .kind = kind};
    list_init(&topic->subscriptions);
    if (name.length > 0)
        memcpy(topic->name, name.data, name.length);
    return topic;
}

/* ---- Which client has which ---- */

struct pair {
    const struct connection *connection;
    const struct topic *topic;
};

static uint64_t pair_hash(const struct connection *connection, const struct topic *topic)
{
    uint64_t hash = (uint64_t)(uintptr_t)topic * 0x9e3779b97f4a7c15u ^ connection->id;

    hash = (hash ^ hash >> 32) * 0xd6e8feb86659fd93u;
    return hash ^ hash >> 32;
}

static bool pair_is(const void *thing, const void *wanted)
{
    const struct subscription *subscription = thing;
    const struct pair *pair = wanted;

    return subscription->connection == pair->connection && subscription->topic == pair->topic;
}

static struct subscription *find(struct connection *connection, const struct topic *topic)
{
    const struct pair pair = {connection, topic};

    return hash_index_find(&connection->shard->pubsub.subscriptions, pair_hash(connection, topic),
                           pair_is, &pair);
}

/* ---- Changes ---- */

bool subscription_add(struct connection *connection, enum topic_kind kind, struct span name,
                      struct announcement **announcement)
{
    struct shard *shard = connection->shard;
    struct pubsub *pubsub = &shard->pubsub;
    uint64_t hash = pubsub_hash(pubsub, name);
    struct topic *topic = topic_find(pubsub, kind, hash, name);
    struct subscriber *subscriber;
    struct subscription *subscription;
    bool is_new = topic == NULL;

    shard_assert_owner(shard);
    if (!is_new && find(connection, topic) != NULL)
        return false;
    if (is_new)
        topic = topic_new(kind, hash, name);
    if (is_new && kind != TOPIC_PATTERN)
        hash_index_add(&pubsub->topics[kind], hash, topic);
    subscriber = subscriber_of(connection);
    subscription = memory_new(sizeof(*subscription));
    *subscription = (struct subscription){
        .connection = connection, .topic = topic, .known = 1ull << shard->index};
    list_push_back(&topic->subscriptions, &subscription->topic_link);
    list_push_back(&subscriber->subscriptions[kind], &subscription->subscriber_link);
    topic->count++;
    subscriber->counts[kind]++;
    subscriber->name_bytes += name.length;
    hash_index_add(&pubsub->subscriptions, pair_hash(connection, topic), subscription);
    announcement_note(shard, announcement, topic, 1, subscription);
    if (is_new && kind == TOPIC_PATTERN)
        pattern_index_find(&pubsub->patterns, name)->topic = topic;
    return true;
}

/* Before the others hear of it: the last of them forgets the pattern. */
static void topic_leave(struct pubsub *pubsub, const struct topic *topic)
{
    if (topic->kind == TOPIC_PATTERN)
        pattern_index_find(&pubsub->patterns, topic_name(topic))->topic = NULL;
    else
        hash_index_remove(&pubsub->topics[topic->kind], topic->hash, topic);
}

void subscription_end(struct subscription *subscription, struct announcement **announcement)
{
    struct connection *connection = subscription->connection;
    struct shard *shard = connection->shard;
    struct topic *topic = subscription->topic;

    shard_assert_owner(shard);
    announcement_forget(subscription);
    hash_index_remove(&shard->pubsub.subscriptions, pair_hash(connection, topic), subscription);
    list_remove(&subscription->topic_link);
    list_remove(&subscription->subscriber_link);
    memory_free(subscription);
    topic->count--;
    connection->subscriber->counts[topic->kind]--;
    connection->subscriber->name_bytes -= topic->name_length;
    if (topic->count == 0)
        topic_leave(&shard->pubsub, topic);
    announcement_note(shard, announcement, topic, -1, NULL);
    if (topic->count == 0)
        memory_free(topic);
    leave_if_idle(connection);
}

bool subscription_remove(struct connection *connection, enum topic_kind kind, struct span name,
                         struct announcement **announcement)
{
    struct pubsub *pubsub = &connection->shard->pubsub;
    struct topic *topic = topic_find(pubsub, kind, pubsub_hash(pubsub, name), name);
    struct subscription *subscription = topic == NULL ? NULL : find(connection, topic);

    if (subscription == NULL)
        return false;
    subscription_end(subscription, announcement);
    return true;
}

struct subscription *subscription_first(const struct connection *connection, enum topic_kind kind)
{
    if (subscription_count_of(connection, kind) == 0)
        return NULL;
    return list_entry(connection->subscriber->subscriptions[kind].next, struct subscription,
                      subscriber_link);
}

struct subscription *subscription_next(const struct subscription *subscription)
{
    const struct connection *connection = subscription->connection;
    struct list_link *next = subscription->subscriber_link.next;

    if (next == &connection->subscriber->subscriptions[subscription->topic->kind])
        return NULL;
    return list_entry(next, struct subscription, subscriber_link);
}

void subscription_end_all(struct connection *connection)
{
    struct announcement *announcement = NULL;

    for (enum topic_kind kind = 0; kind < TOPIC_KINDS; kind++)
        for (struct subscription *subscription;
             (subscription = subscription_first(connection, kind)) != NULL;)
            subscription_end(subscription, &announcement);
    announcement_send(connection->shard, announcement, connection->closed ? NULL : connection);
}

/* ---- What clients are told ---- */

void subscription_write(struct connection *connection, struct reply *reply, const char *word,
                        enum topic_kind kind, struct span name)
{
    reply_push(reply, 3);
    reply_bulk(reply, span_of_string(word));
    if (name.data == NULL)
        reply_null(reply);
    else
        reply_bulk(reply, name);
    reply_integer(reply, subscription_count(connection, kind));
}

static void take_away(struct subscription *subscription, struct announcement **announcement)
{
    struct connection *connection = subscription->connection;
    char *name = memory_copy(subscription->topic->name, subscription->topic->name_length);
    size_t length = subscription->topic->name_length;
    struct reply *reply;
    size_t start;

    subscription_end(subscription, announcement);
    reply = connection_push_begin(connection, &start);
    if (reply != NULL) {
        subscription_write(connection, reply, "sunsubscribe", TOPIC_SHARD_CHANNEL,
                           span_of(name, length));
        connection_push_end(connection, start);
    }
    memory_free(name);
}

static bool is_served(const struct shard *shard, const struct topic *topic)
{
    const struct cluster_node *owner = view_owner(shard->view, key_slot(topic_name(topic)));
    const struct cluster_node *myself = view_myself(shard->view);

    if (owner == NULL || owner == myself)
        return owner != NULL;
    return myself->flags & CLUSTER_NODE_REPLICA && node_id_equal(&myself->primary_id, &owner->id);
}

/* Those of one channel whose slot has gone. */
static void take_away_all(struct topic *topic, struct announcement **announcement)
{
    /* The topic goes with its last subscription. */
    for (uint32_t left = topic->count; left > 0; left--)
        take_away(list_entry(topic->subscriptions.next, struct subscription, topic_link),
                  announcement);
}

void subscription_view_changed(struct shard *shard)
{
    const struct hash_index *topics = &shard->pubsub.topics[TOPIC_SHARD_CHANNEL];
    struct announcement *announcement = NULL;
    struct topic **lost = NULL;
    uint32_t count = 0;
    uint64_t cursor = 0;
    struct topic *topic;

    shard_assert_owner(shard);
    if (shard->view == NULL || topics->count == 0)
        return;
    lost = memory_new(topics->count * sizeof(*lost));
    while ((topic = hash_index_next(topics, &cursor)) != NULL)
        if (!is_served(shard, topic))
            lost[count++] = topic;
    for (uint32_t i = 0; i < count; i++)
        take_away_all(lost[i], &announcement);
    memory_free(lost);
    announcement_send(shard, announcement, NULL);
}
