/*
 * Hashes that are put together before they become a key's value: a load that fails leaves no trace.
 *
 * Owner: the shard of the target's keyspace.
 */
#ifndef STORAGE_TYPES_HASH_BUILDER_H
#define STORAGE_TYPES_HASH_BUILDER_H

#include "storage/types/hash.h"

struct hash_object;

struct hash_builder {
    struct hash_object *object;
    struct heap *heap;
    uint64_t longest;            /* of names and values */
    size_t body_length;          /* more than ENTRY_INLINE_MAX: too long for an entry */
    char body[ENTRY_INLINE_MAX]; /* of a small hash, in the order in which the fields came */
};

void hash_builder_init(struct hash_builder *builder, const struct collection *target);
/* False when there is a field of this name already. */
bool hash_builder_add(struct hash_builder *builder, struct span name, struct span value,
                      time_ms expiry);
uint64_t hash_builder_count(const struct hash_builder *builder);
/* Gives up what was built. */
void hash_builder_discard(struct hash_builder *builder, struct collection *target);
/* Makes what was built, which is not empty, the value of the target, without an expiry, whatever
 * the key held. The builder is done with. */
void hash_builder_finish(struct hash_builder *builder, struct collection *target,
                         const struct hash_limits *limits);

#endif
