#include "server/dispatch/watch.h"

#include "proto/base/assert.h"
#include "proto/base/memory.h"
#include "server/commands/cmd.h"
#include "server/connection/connection.h"
#include "server/dispatch/hop.h"
#include "server/script/busy.h"
#include "server/shard/gather.h"
#include "server/shard/shard.h"

/* Those of `watches` that this shard owns. */
static struct watched_key *next_of(const struct shard *shard, const struct watches *watches,
                                   struct watched_key *watched)
{
    while ((watched = watched_keys_next(&watches->keys, watched)) != NULL)
        if (node_shard_of(shard->node, watched->slot) == shard->index)
            return watched;
    return NULL;
}

static void register_here(struct shard *shard, struct watches *watches)
{
    struct watched_key *watched = NULL;

    shard_assert_owner(shard);
    while ((watched = next_of(shard, watches, watched)) != NULL) {
        struct key key = watched_key_of(watched);

        watched->version = keyspace_watch(shard->keyspace, watched->database, &key, shard->now);
    }
}

static void end_here(struct shard *shard, struct watches *watches)
{
    struct watched_key *watched = NULL;

    shard_assert_owner(shard);
    while ((watched = next_of(shard, watches, watched)) != NULL) {
        struct key key = watched_key_of(watched);

        keyspace_unwatch(shard->keyspace, watched->database, &key);
    }
}

/*
 * Does it for the shards that own some of the keys and whose data is at hand: this one, and those
 * that sleep. The others are returned, a bit each.
 */
static uint64_t do_at_hand(struct shard *shard, struct watches *watches,
                           void (*action)(struct shard *owner, struct watches *watches))
{
    uint64_t others = watches->shards & ~(1ull << shard->index);
    uint64_t left = others;

    if (watches->shards >> shard->index & 1)
        action(shard, watches);
    for (uint16_t i = 0; others >> i != 0 && i < shard->node->shard_count; i++) {
        struct shard *owner = others >> i & 1 ? hop_borrow(shard, i) : NULL;

        if (owner == NULL)
            continue;
        action(owner, watches);
        hop_give_back(shard, owner);
        left &= ~(1ull << i);
    }
    return left;
}

/* ---- WATCH ---- */

/* Those among the arguments that the connection does not watch yet. */
static struct watches *fresh_of(const struct cmd *cmd)
{
    const struct watches *known = cmd->connection->watches;
    struct watches *fresh = memory_new_zeroed(1, sizeof(*fresh));

    for (uint32_t i = 1; i < cmd->argc; i++) {
        struct key key = keyspace_key(cmd->keyspace, cmd->argv[i]);

        if ((known != NULL && watched_keys_find(&known->keys, cmd->database, &key) != NULL) ||
            watched_keys_find(&fresh->keys, cmd->database, &key) != NULL)
            continue;
        watched_keys_add(&fresh->keys, cmd->database, &key);
        fresh->shards |= 1ull << node_shard_of(cmd->connection->shard->node, key.slot);
    }
    return fresh;
}

/* The keys are registered: they are the connection's now. */
static void join(struct connection *connection, struct watches *fresh)
{
    struct watches *known = connection->watches;

    ASSERT(!connection->closed);
    if (known == NULL) {
        connection->watches = fresh;
        return;
    }
    watched_keys_take_all(&known->keys, &fresh->keys);
    known->shards |= fresh->shards;
    memory_free(fresh);
}

static void register_visit(struct shard *shard, struct gather *gather, void *part)
{
    (void)part;
    register_here(shard, gather->context);
}

static void register_finish(struct gather *gather, struct reply *reply)
{
    struct watches *fresh = gather->context;

    gather->context = NULL;
    if (gather->connection->closed)
        watch_release(gather->asker, fresh);
    else
        join(gather->connection, fresh);
    reply_ok(reply);
}

void watch_add(struct cmd *cmd)
{
    struct shard *shard = cmd->connection->shard;
    struct watches *fresh = fresh_of(cmd);
    struct gather *gather;
    uint64_t left;

    if (fresh->keys.count == 0) {
        watch_free(fresh);
        reply_ok(cmd->reply);
        return;
    }
    left = do_at_hand(shard, fresh, register_here);
    if (left == 0) {
        join(cmd->connection, fresh);
        reply_ok(cmd->reply);
        return;
    }
    gather = gather_new(cmd, 0, register_visit, register_finish);
    gather->context = fresh;
    gather_start(gather, left);
}

/* ---- The end ---- */

struct watches *watch_take(struct connection *connection)
{
    struct watches *watches = connection->watches;

    connection->watches = NULL;
    return watches;
}

static void end_visit(struct shard *shard, struct gather *gather, void *part)
{
    (void)part;
    end_here(shard, gather->context);
}

static void end_finish(struct gather *gather, struct reply *reply)
{
    struct watches *watches = gather->context;

    (void)reply;
    gather->context = NULL;
    watch_free(watches);
}

void watch_release(struct shard *shard, struct watches *watches)
{
    uint64_t left;

    if (watches == NULL)
        return;
    left = do_at_hand(shard, watches, end_here);
    if (left == 0)
        watch_free(watches);
    else
        gather_unasked(shard, left, watches, 0, end_visit, end_finish);
}

void watch_drop(struct connection *connection)
{
    shard_assert_owner(connection->shard);
    busy_release_watches(connection->shard, watch_take(connection));
}

bool watch_settle(struct shard *shard, struct watches *watches)
{
    struct watched_key *watched = NULL;
    bool unchanged = true;

    while ((watched = watched_keys_next(&watches->keys, watched)) != NULL) {
        struct shard *owner = shard->node->shards[node_shard_of(shard->node, watched->slot)];
        struct key key = watched_key_of(watched);

        shard_assert_owner(owner);
        unchanged &= keyspace_is_unchanged(owner->keyspace, watched->database, &key,
                                           watched->version, owner->now);
        keyspace_unwatch(owner->keyspace, watched->database, &key);
    }
    return unchanged;
}

void watch_free(struct watches *watches)
{
    if (watches == NULL)
        return;
    watched_keys_clear(&watches->keys);
    memory_free(watches);
}
