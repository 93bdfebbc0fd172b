/*
 * MurmurHash64A, by Austin Appleby (public domain, https://github.com/aappleby/smhasher): what
 * HyperLogLogs and Bloom filters are made with, so that they mean the same elsewhere. The bytes are
 * read as little-endian words. Not for tables whose keys an attacker chooses.
 */
#ifndef STORAGE_TYPES_MURMUR_HASH_H
#define STORAGE_TYPES_MURMUR_HASH_H

#include "proto/base/span.h"

#include <stdint.h>

#define MURMUR_HASH_MULTIPLIER UINT64_C(0xc6a4a7935bd1e995)

static inline uint64_t murmur_hash(struct span bytes, uint64_t seed)
{
    uint64_t hash = seed ^ (bytes.length * MURMUR_HASH_MULTIPLIER);
    const char *data = bytes.data;
    size_t left = bytes.length;
    uint64_t word;

    for (; left >= sizeof(word); left -= sizeof(word), data += sizeof(word)) {
        memcpy(&word, data, sizeof(word));
        word *= MURMUR_HASH_MULTIPLIER;
        word ^= word >> 47;
        hash = (hash ^ word * MURMUR_HASH_MULTIPLIER) * MURMUR_HASH_MULTIPLIER;
    }
    if (left > 0) {
        word = 0;
        memcpy(&word, data, left);
        hash = (hash ^ word) * MURMUR_HASH_MULTIPLIER;
    }
    hash = (hash ^ hash >> 47) * MURMUR_HASH_MULTIPLIER;
    return hash ^ hash >> 47;
}

#endif
