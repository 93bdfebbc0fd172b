#include "server/tracking/tracking_broadcast.h"

#include "proto/base/assert.h"
#include "proto/base/memory.h"
#include "server/access/user.h"
#include "server/commands/command.h"
#include "server/connection/connection.h"
#include "server/shard/gather.h"
#include "server/shard/shard.h"
#include "server/tracking/changed_keys.h"
#include "server/tracking/tracker.h"
#include "server/tracking/tracking_client.h"
#include "server/tracking/tracking_post.h"

#include <string.h>

static struct span prefix_name(const struct tracking_prefix *prefix)
{
    return span_of(prefix->name, prefix->length);
}

/* ---- Prefixes ---- */

static struct tracking_prefix *find(const struct shard *shard, struct span name)
{
    return prefix_tree_find(&shard->tracking.prefixes, name);
}

static struct tracking_prefix *find_or_add(struct shard *shard, struct span name)
{
    struct tracking_prefix *prefix = find(shard, name);

    if (prefix != NULL)
        return prefix;
    ASSERT(name.length <= TRACKING_PREFIX_MAX);
    prefix = memory_new_zeroed(1, sizeof(*prefix) + name.length);
    list_init(&prefix->subscriptions);
    prefix->length = (uint32_t)name.length;
    if (name.length > 0)
        memcpy(prefix->name, name.data, name.length);
    prefix_tree_insert(&shard->tracking.prefixes, name, prefix);
    tracking_refresh_watching(shard);
    return prefix;
}

static void drop_if_unused(struct shard *shard, struct tracking_prefix *prefix)
{
    if (prefix->shards != 0 || prefix->users > 0)
        return;
    ASSERT(list_empty(&prefix->subscriptions));
    prefix_tree_remove(&shard->tracking.prefixes, prefix_name(prefix));
    memory_free(prefix);
    tracking_refresh_watching(shard);
}

void tracking_broadcast_hold(struct shard *shard, struct span name)
{
    shard_assert_owner(shard);
    find_or_add(shard, name)->users++;
}

void tracking_broadcast_visit(struct shard *shard, uint16_t wanting, struct span name)
{
    shard_assert_owner(shard);
    find_or_add(shard, name)->shards |= 1ull << wanting;
}

/* ---- Withdrawing ---- */

struct withdrawal {
    uint16_t shard;
    uint32_t length;
    char name[];
};

static void withdraw(struct shard *shard, uint16_t wanting, struct span name)
{
    struct tracking_prefix *prefix = find(shard, name);

    if (prefix == NULL)
        return;
    prefix->shards &= ~(1ull << wanting);
    drop_if_unused(shard, prefix);
}

static void withdraw_visit(struct shard *shard, struct gather *gather, void *part)
{
    const struct withdrawal *withdrawal = gather->context;

    (void)part;
    withdraw(shard, withdrawal->shard, span_of(withdrawal->name, withdrawal->length));
}

/* Messages keep their order: who wants the prefix next comes behind this. */
static void one_user_less(struct shard *shard, struct tracking_prefix *prefix, bool all_parked)
{
    struct withdrawal *withdrawal;

    ASSERT(prefix->users > 0);
    if (--prefix->users > 0)
        return;
    withdrawal = memory_new(sizeof(*withdrawal) + prefix->length);
    withdrawal->shard = shard->index;
    withdrawal->length = prefix->length;
    memcpy(withdrawal->name, prefix->name, prefix->length);
    if (!all_parked) {
        gather_all_unasked(shard, withdrawal, 0, withdraw_visit, NULL);
        return;
    }
    for (uint32_t i = 0; i < shard->node->shard_count; i++)
        withdraw(shard->node->shards[i], shard->index,
                 span_of(withdrawal->name, withdrawal->length));
    memory_free(withdrawal);
}

void tracking_broadcast_release(struct shard *shard, struct span name)
{
    struct tracking_prefix *prefix = find(shard, name);

    ASSERT(prefix != NULL);
    one_user_less(shard, prefix, false);
}

void tracking_broadcast_subscribe(struct tracking_client *client, struct span name)
{
    struct shard *shard = client->connection->shard;
    struct tracking_prefix *prefix = find(shard, name);
    struct tracking_subscription *subscription;

    ASSERT(prefix != NULL);
    list_for_each (link, &client->subscriptions) {
        if (list_entry(link, struct tracking_subscription, client_link)->prefix != prefix)
            continue;
        one_user_less(shard, prefix, false);
        return;
    }
    subscription = memory_new_zeroed(1, sizeof(*subscription));
    subscription->client = client;
    subscription->prefix = prefix;
    list_push_back(&client->subscriptions, &subscription->client_link);
    list_push_back(&prefix->subscriptions, &subscription->prefix_link);
    client->subscription_count++;
    client->prefix_bytes += prefix->length;
}

void tracking_broadcast_leave(struct tracking_client *client, bool all_parked)
{
    struct list_link *link;

    while ((link = list_pop_front(&client->subscriptions)) != NULL) {
        struct tracking_subscription *subscription =
            list_entry(link, struct tracking_subscription, client_link);

        list_remove(&subscription->prefix_link);
        one_user_less(client->connection->shard, subscription->prefix, all_parked);
        memory_free(subscription);
    }
    client->subscription_count = 0;
    client->prefix_bytes = 0;
}

/* ---- Changes ---- */

void tracking_broadcast_note(struct shard *shard, struct span name, uint64_t unheard)
{
    struct tracking *tracking = &shard->tracking;
    struct key key = keyspace_key(shard->keyspace, name);

    if (tracking->changed == NULL)
        tracking->changed = changed_keys_create();
    changed_keys_note(tracking->changed, name, key.hash, unheard);
    tracking->due = true;
}

void tracking_broadcast_changed(struct shard *shard, struct span name, uint64_t unheard)
{
    struct prefix_walk walk = prefix_tree_walk(&shard->tracking.prefixes, name);
    const struct tracking_prefix *prefix;
    uint64_t shards = 0;

    while ((prefix = prefix_walk_next(&walk)) != NULL)
        shards |= prefix->shards;
    for (uint16_t target = 0; shards != 0; target++, shards >>= 1) {
        if (!(shards & 1))
            continue;
        if (target == shard->index)
            tracking_broadcast_note(shard, name, unheard);
        else
            tracking_post_changed(shard, target, name, unheard);
    }
}

/* ---- The end of the turn ---- */

static void prefix_add_key(struct tracking_prefix *prefix, struct changed_key *key)
{
    if (prefix->key_count == prefix->key_capacity) {
        prefix->key_capacity = prefix->key_capacity == 0 ? 8 : prefix->key_capacity * 2;
        prefix->keys =
            memory_resize(prefix->keys, prefix->key_capacity * sizeof(struct changed_key *));
    }
    prefix->keys[prefix->key_count++] = key;
    prefix->excepts |= key->unheard != 0;
}

/* Deals the keys out to the prefixes that they begin with. With keys in order, the prefixes come in
 * order too. */
static void deal_out(struct shard *shard, struct changed_keys *changed, struct list_link *news)
{
    struct changed_key **keys = changed_keys_sorted(changed);

    for (uint32_t i = 0; i < changed_keys_count(changed); i++) {
        struct prefix_walk walk =
            prefix_tree_walk(&shard->tracking.prefixes, changed_key_name(keys[i]));
        struct tracking_prefix *prefix;

        while ((prefix = prefix_walk_next(&walk)) != NULL) {
            if (list_empty(&prefix->subscriptions))
                continue;
            if (!list_linked(&prefix->news_link))
                list_push_back(news, &prefix->news_link);
            prefix_add_key(prefix, keys[i]);
        }
    }
}

/* Names are not told to those who may not read the keys. */
static bool may_read(const struct user *user, const struct changed_key *key)
{
    for (uint32_t i = 0; i < user->selector_count; i++)
        if (selector_allows_key(&user->selectors[i], changed_key_name(key), KEY_ACCESS))
            return true;
    return false;
}

/* `self`, a tracker's identity, or 0, has changed it last. */
static bool concerns(const struct tracking_client *client, const struct changed_key *key,
                     uint64_t self)
{
    const struct connection *connection = client->connection;

    return (self == 0 || key->unheard != self) &&
           (connection->unrestricted || connection->user == NULL ||
            may_read(connection->user, key));
}

/* A client that may not hear of all: of its own changes, or of keys that it may not read. */
static void tell_some(struct tracking_client *client, const struct tracking_prefix *prefix)
{
    const struct connection *connection = client->connection;
    uint64_t self =
        client->mode.no_loop ? tracker_make(connection->id, connection->shard->index) : 0;
    struct reply keys;
    struct reply_deferred header;
    uint32_t count = 0;

    reply_init(&keys, 2);
    header = reply_defer(&keys);
    for (uint32_t i = 0; i < prefix->key_count; i++) {
        if (!concerns(client, prefix->keys[i], self))
            continue;
        reply_bulk(&keys, changed_key_name(prefix->keys[i]));
        count++;
    }
    reply_deferred_array(&keys, header, count);
    if (count > 0)
        tracking_client_tell(client, span_of(keys.bytes, keys.length));
    reply_free(&keys);
}

static void tell_all(const struct tracking_prefix *prefix)
{
    struct reply keys;

    reply_init(&keys, 2);
    reply_array(&keys, prefix->key_count);
    for (uint32_t i = 0; i < prefix->key_count; i++)
        reply_bulk(&keys, changed_key_name(prefix->keys[i]));
    list_for_each (link, &prefix->subscriptions) {
        struct tracking_client *client =
            list_entry(link, struct tracking_subscription, prefix_link)->client;

        if ((prefix->excepts && client->mode.no_loop) || !client->connection->unrestricted)
            tell_some(client, prefix);
        else
            tracking_client_tell(client, span_of(keys.bytes, keys.length));
    }
    reply_free(&keys);
}

void tracking_broadcast_send(struct shard *shard)
{
    struct changed_keys *changed = shard->tracking.changed;
    struct list_link news;
    struct list_link *link;

    if (changed == NULL)
        return;
    shard->tracking.changed = NULL;
    list_init(&news);
    deal_out(shard, changed, &news);
    while ((link = list_pop_front(&news)) != NULL) {
        struct tracking_prefix *prefix = list_entry(link, struct tracking_prefix, news_link);

        tell_all(prefix);
        memory_free(prefix->keys);
        prefix->keys = NULL;
        prefix->key_count = prefix->key_capacity = 0;
        prefix->excepts = false;
    }
    changed_keys_destroy(changed);
}

void tracking_broadcast_free(struct tracking *tracking)
{
    struct tracking_prefix *prefix;

    while ((prefix = prefix_tree_any(&tracking->prefixes)) != NULL) {
        prefix_tree_remove(&tracking->prefixes, prefix_name(prefix));
        memory_free(prefix);
    }
    if (tracking->changed != NULL)
        changed_keys_destroy(tracking->changed);
}
