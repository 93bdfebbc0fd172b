/* Watched keys: which have changed since somebody began to watch them. */
#include "proto/base/assert.h"
#include "storage/keyspace.h"
#include "storage/keyspace_layout.h"

static void touch(struct keyspace *keyspace, struct watched_key *watched)
{
    watched->version = ++keyspace->watch_version;
}

uint64_t keyspace_watch(struct keyspace *keyspace, uint32_t database, const struct key *key,
                        time_ms now)
{
    struct watched_key *watched;

    /* What has expired goes first: its absence is what is watched then. */
    (void)keyspace_peek(keyspace, database, key, now);
    watched = watched_keys_find(&keyspace->watched, database, key);
    if (watched == NULL) {
        watched = watched_keys_add(&keyspace->watched, database, key);
        touch(keyspace, watched);
    }
    watched->watchers++;
    return watched->version;
}

bool keyspace_is_unchanged(struct keyspace *keyspace, uint32_t database, const struct key *key,
                           uint64_t version, time_ms now)
{
    const struct watched_key *watched;

    /* A key whose time has come since is found here, if nobody has asked for it yet. */
    (void)keyspace_peek(keyspace, database, key, now);
    watched = watched_keys_find(&keyspace->watched, database, key);
    ASSERT(watched != NULL);
    return watched->version == version;
}

void keyspace_unwatch(struct keyspace *keyspace, uint32_t database, const struct key *key)
{
    struct watched_key *watched = watched_keys_find(&keyspace->watched, database, key);

    ASSERT(watched != NULL);
    ASSERT(watched->watchers > 0);
    if (--watched->watchers == 0)
        watched_keys_remove(&keyspace->watched, watched);
}

void keyspace_touch_watched(struct keyspace *keyspace, uint32_t database, const struct key *key)
{
    struct watched_key *watched = watched_keys_find(&keyspace->watched, database, key);

    if (watched != NULL)
        touch(keyspace, watched);
}

void keyspace_touch_present(struct keyspace *keyspace, uint32_t database, uint32_t also,
                            uint32_t slot)
{
    struct watched_key *watched = NULL;

    while ((watched = watched_keys_next(&keyspace->watched, watched)) != NULL) {
        struct key key = watched_key_of(watched);

        if ((watched->database != database && watched->database != also) ||
            (slot != SLOT_COUNT && watched->slot != slot))
            continue;
        if (keyspace_peek(keyspace, database, &key, keyspace->now) != NULL ||
            (also != database && keyspace_peek(keyspace, also, &key, keyspace->now) != NULL))
            touch(keyspace, watched);
    }
}

uint64_t keyspace_watched_count(const struct keyspace *keyspace)
{
    return keyspace->watched.count;
}
