/*
 * The names of keys that have changed in a turn, each once, with who is not to hear of the last
 * change.
 *
 * Owner: the shard that collects them. Pure.
 */
#ifndef SERVER_TRACKING_CHANGED_KEYS_H
#define SERVER_TRACKING_CHANGED_KEYS_H

#include "proto/base/span.h"

#include <stdint.h>

struct changed_key {
    struct changed_key *next; /* in its bucket */
    uint64_t hash;
    uint64_t unheard; /* a tracker's identity, or 0 */
    size_t length;
    char name[];
};

struct changed_keys; /* a set of them */

struct changed_keys *changed_keys_create(void);
void changed_keys_destroy(struct changed_keys *keys);

/* `hash` is the key's; whoever changed it last counts. */
void changed_keys_note(struct changed_keys *keys, struct span name, uint64_t hash,
                       uint64_t unheard);

uint32_t changed_keys_count(const struct changed_keys *keys);

/* All of them in the order of their names; the vector is the set's. */
struct changed_key **changed_keys_sorted(struct changed_keys *keys);

static inline struct span changed_key_name(const struct changed_key *key)
{
    return span_of(key->name, key->length);
}

#endif
