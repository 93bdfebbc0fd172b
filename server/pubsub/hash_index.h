/*
 * An index of things by the hash of what they are found by.
 *
 * It knows hashes and pointers only: the caller says which of the things with this hash is meant.
 * It is cut into groups that grow and shrink each on its own, so that no step works on more than a
 * small part of it.
 *
 * Owner: whoever holds it; the things are the caller's.
 */
#ifndef SERVER_PUBSUB_HASH_INDEX_H
#define SERVER_PUBSUB_HASH_INDEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { HASH_INDEX_GROUPS = 256 };

struct hash_index_place {
    uint64_t hash;
    void *thing; /* NULL: free */
};

struct hash_index_group {
    struct hash_index_place *places;
    uint32_t capacity; /* 0 or a power of two */
    uint32_t count;
};

struct hash_index {
    struct hash_index_group *groups; /* NULL while nothing is in */
    uint64_t count;
};

/* Is this the thing that is looked for? */
typedef bool hash_index_match(const void *thing, const void *wanted);

/* The thing with this hash for which `match` holds (any one when it is NULL), or NULL. */
void *hash_index_find(const struct hash_index *index, uint64_t hash, hash_index_match *match,
                      const void *wanted);

void hash_index_add(struct hash_index *index, uint64_t hash, void *thing);

/* The thing must be in. */
void hash_index_remove(struct hash_index *index, uint64_t hash, const void *thing);

/* Walks over all things: *cursor starts at 0. NULL at the end. Nothing is added or removed
 * meanwhile. */
void *hash_index_next(const struct hash_index *index, uint64_t *cursor);

/* The things stay. */
void hash_index_free(struct hash_index *index);

#endif
