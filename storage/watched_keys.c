#include "storage/watched_keys.h"

#include "proto/base/assert.h"
#include "proto/base/memory.h"

enum { BUCKETS_MIN = 8 };

static uint64_t mixed(uint64_t hash, uint32_t database)
{
    return hash ^ (uint64_t)database * UINT64_C(0x9e3779b97f4a7c15);
}

/* Buckets up to a power of two are addressed by that many bits; those beyond it, which are not
 * there yet, by one bit less. */
static uint32_t bucket_of(const struct watched_keys *keys, uint64_t hash, uint32_t database)
{
    uint64_t bits = mixed(hash, database);
    uint32_t mask = UINT32_MAX >> __builtin_clz(keys->bucket_count);
    uint32_t bucket = (uint32_t)bits & mask;

    ASSERT_DEBUG(keys->bucket_count > 0);
    return bucket < keys->bucket_count ? bucket : bucket & mask >> 1;
}

static void put(struct watched_keys *keys, struct watched_key *watched)
{
    struct watched_key **bucket = &keys->buckets[bucket_of(keys, watched->hash, watched->database)];

    watched->next = *bucket;
    *bucket = watched;
}

/* One bucket more: the keys of the bucket it is split from are dealt out again. */
static void split(struct watched_keys *keys)
{
    uint32_t bucket = keys->bucket_count;
    uint32_t from = bucket & UINT32_MAX >> __builtin_clz(bucket) >> 1;
    struct watched_key *moving;

    if (bucket == keys->bucket_capacity) {
        keys->bucket_capacity *= 2;
        keys->buckets =
            memory_resize(keys->buckets, keys->bucket_capacity * sizeof(*keys->buckets));
        keys->bytes += bucket * sizeof(*keys->buckets);
    }
    keys->buckets[bucket] = NULL;
    keys->bucket_count++;
    moving = keys->buckets[from];
    keys->buckets[from] = NULL;
    while (moving != NULL) {
        struct watched_key *next = moving->next;

        put(keys, moving);
        moving = next;
    }
}

static void make_room(struct watched_keys *keys)
{
    if (keys->buckets == NULL) {
        keys->buckets = memory_new_zeroed(BUCKETS_MIN, sizeof(*keys->buckets));
        keys->bucket_count = keys->bucket_capacity = BUCKETS_MIN;
        keys->bytes += BUCKETS_MIN * sizeof(*keys->buckets);
    } else if (keys->count >= keys->bucket_count) {
        split(keys);
    }
}

struct watched_key *watched_keys_find(const struct watched_keys *keys, uint32_t database,
                                      const struct key *key)
{
    struct watched_key *watched;

    if (keys->buckets == NULL)
        return NULL;
    watched = keys->buckets[bucket_of(keys, key->hash, database)];
    while (watched != NULL && (watched->hash != key->hash || watched->database != database ||
                               !span_equal(span_of(watched->name, watched->length), key->name)))
        watched = watched->next;
    return watched;
}

struct watched_key *watched_keys_add(struct watched_keys *keys, uint32_t database,
                                     const struct key *key)
{
    struct watched_key *watched = memory_new(sizeof(*watched) + key->name.length);

    ASSERT_DEBUG(watched_keys_find(keys, database, key) == NULL);
    *watched = (struct watched_key){
        .hash = key->hash, .database = database, .slot = key->slot, .length = key->name.length};
    if (key->name.length > 0)
        memcpy(watched->name, key->name.data, key->name.length);
    make_room(keys);
    put(keys, watched);
    keys->count++;
    keys->bytes += sizeof(*watched) + key->name.length;
    return watched;
}

static void forget_buckets(struct watched_keys *keys)
{
    memory_free(keys->buckets);
    *keys = (struct watched_keys){0};
}

void watched_keys_remove(struct watched_keys *keys, struct watched_key *watched)
{
    struct watched_key **place = &keys->buckets[bucket_of(keys, watched->hash, watched->database)];

    ASSERT(keys->count > 0);
    while (*place != watched) {
        ASSERT(*place != NULL);
        place = &(*place)->next;
    }
    *place = watched->next;
    keys->count--;
    keys->bytes -= sizeof(*watched) + watched->length;
    memory_free(watched);
    if (keys->count == 0)
        forget_buckets(keys);
}

struct watched_key *watched_keys_next(const struct watched_keys *keys,
                                      const struct watched_key *watched)
{
    uint32_t bucket = 0;

    if (watched != NULL) {
        if (watched->next != NULL)
            return watched->next;
        bucket = bucket_of(keys, watched->hash, watched->database) + 1;
    }
    for (; bucket < keys->bucket_count; bucket++)
        if (keys->buckets[bucket] != NULL)
            return keys->buckets[bucket];
    return NULL;
}

void watched_keys_take_all(struct watched_keys *keys, struct watched_keys *from)
{
    for (uint32_t bucket = 0; bucket < from->bucket_count; bucket++) {
        struct watched_key *watched = from->buckets[bucket];

        while (watched != NULL) {
            struct watched_key *next = watched->next;

            make_room(keys);
            put(keys, watched);
            keys->count++;
            keys->bytes += sizeof(*watched) + watched->length;
            watched = next;
        }
    }
    forget_buckets(from);
}

void watched_keys_clear(struct watched_keys *keys)
{
    for (uint32_t bucket = 0; bucket < keys->bucket_count; bucket++) {
        struct watched_key *watched = keys->buckets[bucket];

        while (watched != NULL) {
            struct watched_key *next = watched->next;

            memory_free(watched);
            watched = next;
        }
    }
    forget_buckets(keys);
}
