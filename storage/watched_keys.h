/*
 * A set of keys that are watched for changes: name and database, with a version each.
 *
 * Used on both sides of WATCH: a keyspace counts the watchers of each of its keys here, and a
 * client remembers here what it watches. Grows by a bucket at a time (linear hashing), so that no
 * insertion pays for all the others.
 *
 * Owner: whoever holds it; no threads of its own. Names are copied.
 */
#ifndef STORAGE_WATCHED_KEYS_H
#define STORAGE_WATCHED_KEYS_H

#include "storage/keyspace.h"

#include <stddef.h>
#include <stdint.h>

struct watched_key {
    struct watched_key *next; /* in its bucket */
    uint64_t hash;            /* the key's own */
    uint64_t version;         /* the user's */
    uint32_t watchers;        /* the user's */
    uint32_t database;
    uint16_t slot;
    size_t length;
    char name[];
};

struct watched_keys {
    struct watched_key **buckets; /* NULL while empty */
    uint32_t bucket_count;
    uint32_t bucket_capacity;
    uint64_t count;
    size_t bytes; /* of memory */
};

/* The key as look-ups want it. */
static inline struct key watched_key_of(const struct watched_key *watched)
{
    return (struct key){
        .name = {watched->name, watched->length}, .hash = watched->hash, .slot = watched->slot};
}

/* NULL when it is not there. */
struct watched_key *watched_keys_find(const struct watched_keys *keys, uint32_t database,
                                      const struct key *key);

/* Adds a key that is not there, with version and watchers 0. */
struct watched_key *watched_keys_add(struct watched_keys *keys, uint32_t database,
                                     const struct key *key);

/* Takes a key out and frees it; what is empty then holds no memory. */
void watched_keys_remove(struct watched_keys *keys, struct watched_key *watched);

/* Walks over all keys: the first for NULL, NULL behind the last. The set must not change. */
struct watched_key *watched_keys_next(const struct watched_keys *keys,
                                      const struct watched_key *watched);

/* Moves all keys of `from`, none of which may be in `keys`, to it. */
void watched_keys_take_all(struct watched_keys *keys, struct watched_keys *from);

void watched_keys_clear(struct watched_keys *keys);

#endif
