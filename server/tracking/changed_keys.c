#include "server/tracking/changed_keys.h"

#include "proto/base/assert.h"
#include "proto/base/memory.h"

#include <stdlib.h>
#include <string.h>

enum { BUCKETS_MIN = 16 };

struct changed_keys {
    struct changed_key **buckets;
    struct changed_key **sorted;
    uint32_t bucket_count; /* a power of two */
    uint32_t count;
};

struct changed_keys *changed_keys_create(void)
{
    struct changed_keys *keys = memory_new_zeroed(1, sizeof(*keys));

    keys->bucket_count = BUCKETS_MIN;
    keys->buckets = memory_new_zeroed(BUCKETS_MIN, sizeof(struct changed_key *));
    return keys;
}

void changed_keys_destroy(struct changed_keys *keys)
{
    for (uint32_t i = 0; i < keys->bucket_count; i++) {
        while (keys->buckets[i] != NULL) {
            struct changed_key *key = keys->buckets[i];

            keys->buckets[i] = key->next;
            memory_free(key);
        }
    }
    memory_free(keys->buckets);
    memory_free(keys->sorted);
    memory_free(keys);
}

static struct changed_key **bucket_of(const struct changed_keys *keys, uint64_t hash)
{
    return &keys->buckets[hash & (keys->bucket_count - 1)];
}

static void grow(struct changed_keys *keys)
{
    struct changed_key **before = keys->buckets;
    uint32_t count = keys->bucket_count;

    keys->bucket_count *= 2;
    keys->buckets = memory_new_zeroed(keys->bucket_count, sizeof(struct changed_key *));
    for (uint32_t i = 0; i < count; i++) {
        while (before[i] != NULL) {
            struct changed_key *key = before[i];
            struct changed_key **bucket = bucket_of(keys, key->hash);

            before[i] = key->next;
            key->next = *bucket;
            *bucket = key;
        }
    }
    memory_free(before);
}

void changed_keys_note(struct changed_keys *keys, struct span name, uint64_t hash, uint64_t unheard)
{
    struct changed_key **bucket = bucket_of(keys, hash);
    struct changed_key *key = *bucket;

    ASSERT(keys->sorted == NULL);
    while (key != NULL && (key->hash != hash || !span_equal(changed_key_name(key), name)))
        key = key->next;
    if (key != NULL) {
        key->unheard = unheard;
        return;
    }
    if (keys->count == keys->bucket_count) {
        grow(keys);
        bucket = bucket_of(keys, hash);
    }
    key = memory_new(sizeof(*key) + name.length);
    *key = (struct changed_key){
        .next = *bucket, .hash = hash, .unheard = unheard, .length = name.length};
    if (name.length > 0)
        memcpy(key->name, name.data, name.length);
    *bucket = key;
    keys->count++;
}

uint32_t changed_keys_count(const struct changed_keys *keys)
{
    return keys->count;
}

static int compare(const void *left, const void *right)
{
    const struct changed_key *a = *(struct changed_key *const *)left;
    const struct changed_key *b = *(struct changed_key *const *)right;
    size_t shorter = a->length < b->length ? a->length : b->length;
    int order = memcmp(a->name, b->name, shorter);

    return order != 0 ? order : (a->length > b->length) - (a->length < b->length);
}

struct changed_key **changed_keys_sorted(struct changed_keys *keys)
{
    uint32_t count = 0;

    ASSERT(keys->sorted == NULL);
    keys->sorted = memory_new((keys->count + 1) * sizeof(struct changed_key *));
    for (uint32_t i = 0; i < keys->bucket_count; i++)
        for (struct changed_key *key = keys->buckets[i]; key != NULL; key = key->next)
            keys->sorted[count++] = key;
    ASSERT(count == keys->count);
    qsort(keys->sorted, count, sizeof(struct changed_key *), compare);
    return keys->sorted;
}
