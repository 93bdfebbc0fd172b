#include "server/tracking/tracking.h"

#include "proto/base/assert.h"
#include "proto/base/memory.h"
#include "server/commands/cmd.h"
#include "server/config/config.h"
#include "server/dispatch/blocked.h"
#include "server/shard/section.h"
#include "server/shard/shard.h"
#include "server/tracking/tracker.h"
#include "server/tracking/tracking_broadcast.h"
#include "server/tracking/tracking_client.h"
#include "server/tracking/tracking_post.h"

enum {
    KEYS_AT_ONCE = 16,
    /* Keys freed or given up in one turn. */
    SLICE = 1024,
    /* Keys given up for one that is added beyond the limit. */
    EVICTED_PER_KEY = 2,
    /* So many trackers a key may have, however few clients there are. */
    TRACKERS_MIN = 64,
};

void tracking_init(struct tracking *tracking)
{
    list_init(&tracking->clients);
    list_init(&tracking->behind);
}

void tracking_free(struct tracking *tracking)
{
    tracking_table_free(&tracking->table);
    tracking_table_free(&tracking->leaving);
    tracking_broadcast_free(tracking);
    tracking_post_free(tracking);
}

void tracking_refresh_watching(struct shard *shard)
{
    struct tracking *tracking = &shard->tracking;

    tracking->watching = tracking->table.count > 0 || tracking->prefixes.count > 0;
    atomic_store_explicit(&shard->tracked_keys, tracking->table.count, memory_order_relaxed);
}

/* ---- Giving keys up ---- */

/* Tells those who track the key, but one, and forgets it. */
static void give_up(struct shard *shard, struct tracked_key *tracked, uint64_t unheard)
{
    uint32_t position = 0;
    uint64_t begun = 0;
    uint64_t tracker;

    while ((tracker = tracker_set_next(&tracked->trackers, &position)) != 0) {
        uint16_t target = tracker_shard(tracker);

        if (tracker == unheard)
            continue;
        if (!(begun >> target & 1))
            tracking_post_key(shard, target, tracked_key_name(tracked));
        begun |= 1ull << target;
        tracking_post_reader(shard, target, tracker_id(tracker));
    }
    tracking_table_remove(&shard->tracking.table, tracked);
}

/* ---- The limit, which is for the node; each shard has its share ---- */

static uint64_t share_of(const struct shard *shard, uint64_t limit)
{
    uint32_t shards = shard->node->shard_count;

    return limit / shards + (shard->index < limit % shards);
}

static uint64_t tracked_on_node(const struct node *node)
{
    uint64_t count = 0;

    for (uint32_t i = 0; i < node->shard_count; i++)
        count += atomic_load_explicit(&node->shards[i]->tracked_keys, memory_order_relaxed);
    return count;
}

/* A shard may have more than its share as long as the others have less. */
static bool is_over_limit(const struct shard *shard)
{
    uint64_t limit = (uint64_t)shard->config->tracking_table_max_keys;

    return limit > 0 && shard->tracking.table.count > share_of(shard, limit) &&
           tracked_on_node(shard->node) > limit;
}

static void evict(struct shard *shard, uint32_t budget)
{
    while (budget-- > 0 && is_over_limit(shard)) {
        give_up(shard, tracking_table_random(&shard->tracking.table, &shard->random), 0);
        tracking_refresh_watching(shard);
    }
}

/* ---- Reading ---- */

/* Trackers of clients that are gone pile up in keys that never change. */
static bool has_too_many(const struct shard *shard, const struct tracked_key *tracked)
{
    uint32_t clients = atomic_load_explicit(&shard->node->client_count, memory_order_relaxed);

    return tracked->trackers.count > TRACKERS_MIN && tracked->trackers.count / 2 > clients;
}

static void remember_key(struct shard *shard, const struct key *key, uint64_t tracker)
{
    struct tracking_table *table = &shard->tracking.table;
    struct tracked_key *tracked;

    shard_assert_owner(shard);
    tracked = tracking_table_add(table, key);
    if (__builtin_expect(has_too_many(shard, tracked), 0)) {
        give_up(shard, tracked, tracker_identity(tracker));
        tracked = tracking_table_add(table, key);
    }
    if (!tracking_table_add_tracker(table, tracked, tracker))
        return;
    tracking_refresh_watching(shard);
    evict(shard, EVICTED_PER_KEY);
}

static struct shard *owner_of(struct shard *shard, const struct cmd *cmd, const struct key *key)
{
    return cmd->section != NULL ? section_shard(cmd->section, key) : shard;
}

static void remember_all(struct shard *shard, const struct cmd *cmd)
{
    struct key_position few[KEYS_AT_ONCE];
    struct key_position *positions = few;
    int64_t count = command_keys(cmd->command, cmd->argv, cmd->argc, few, KEYS_AT_ONCE);

    if (count > KEYS_AT_ONCE) {
        positions = memory_new((size_t)count * sizeof(*positions));
        command_keys(cmd->command, cmd->argv, cmd->argc, positions, (uint32_t)count);
    }
    for (int64_t i = 0; i < count; i++) {
        struct key key = keyspace_key(shard->keyspace, cmd->argv[positions[i].index]);

        if (!(positions[i].flags & KEY_NOT_KEY))
            remember_key(owner_of(shard, cmd, &key), &key, cmd->tracker);
    }
    if (positions != few)
        memory_free(positions);
}

void tracking_remember(struct shard *shard, const struct cmd *cmd)
{
    const struct command *command = cmd->command;

    /* What a script reads is remembered command by command. */
    if (!(command->flags & COMMAND_READONLY) || (command->categories & CATEGORY_SCRIPTING))
        return;
    if (command->first_key != 0 && command->last_key == command->first_key &&
        !(command->flags & COMMAND_MOVABLE_KEYS))
        remember_key(owner_of(shard, cmd, &cmd->first_key), &cmd->first_key, cmd->tracker);
    else
        remember_all(shard, cmd);
}

/* ---- Changes ---- */

void tracking_key_changed(struct shard *shard, const struct key *key, uint64_t tracker)
{
    struct tracking *tracking = &shard->tracking;
    struct tracked_key *tracked;

    shard_assert_owner(shard);
    if (tracking->prefixes.count > 0)
        tracking_broadcast_changed(shard, key->name, tracker_unheard(tracker));
    tracked = tracking_table_find(&tracking->table, key);
    if (tracked == NULL)
        return;
    give_up(shard, tracked, tracker_unheard(tracker));
    tracking_refresh_watching(shard);
}

void tracking_database_changed(struct shard *shard)
{
    struct tracking *tracking = &shard->tracking;

    if (tracking->table.count > 0) {
        /* One such heap at a time waits to be freed. */
        tracking_table_free(&tracking->leaving);
        tracking_table_move(&tracking->table, &tracking->leaving);
        tracking_refresh_watching(shard);
        tracking->due = true;
    }
    if (tracking->client_count > 0) {
        tracking->forgotten = true;
        tracking->pending |= 1ull << shard->index;
    }
}

/* Of the keys of prefixes there is no list: their clients forget everything. */
void tracking_slot_lost(struct shard *shard, uint16_t slot)
{
    struct tracking *tracking = &shard->tracking;
    struct tracked_key *tracked;

    shard_assert_owner(shard);
    while ((tracked = tracking_table_of_slot(&tracking->table, slot)) != NULL)
        give_up(shard, tracked, 0);
    tracking_refresh_watching(shard);
    if (tracking->prefixes.count > 0)
        tracking->slot_lost = tracking->due = true;
}

/* ---- The turn ---- */

void tracking_serve(struct shard *shard)
{
    struct tracking *tracking = &shard->tracking;

    shard_assert_owner(shard);
    if (!(tracking->pending >> shard->index & 1))
        return;
    /* Answers to waits that were worked out before. */
    if (blocked_has_answers(&shard->blocked))
        blocked_turn(shard);
    tracking_post_take_own(shard);
    if (tracking->forgotten) {
        tracking->forgotten = false;
        tracking_client_forget_all(shard);
    }
}

bool tracking_turn(struct shard *shard)
{
    struct tracking *tracking = &shard->tracking;

    tracking->due = false;
    tracking_serve(shard);
    tracking_broadcast_send(shard);
    if (tracking->slot_lost) {
        tracking->slot_lost = false;
        tracking_post_forget_all(shard);
        tracking_serve(shard);
    }
    tracking_post_send(shard);
    if (tracking->leaving.count > 0)
        tracking->due = tracking_table_trim(&tracking->leaving, SLICE);
    return tracking->due;
}

void tracking_tick(struct shard *shard)
{
    if (shard->tracking.table.count > 0)
        evict(shard, SLICE);
    tracking_client_catch_up(shard);
}
