/*
 * The hash that tables are ordered by: XXH3 with the seed of the process. 24 leading bits
 * choose the segment, bits 16 to 31 are the tag within it.
 */
#ifndef STORAGE_KEY_HASH_H
#define STORAGE_KEY_HASH_H

#include "proto/base/span.h"

#include <stdint.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

static inline uint64_t key_hash(struct span name, uint64_t seed)
{
    return XXH3_64bits_withSeed(name.data, name.length, seed);
}

#endif
