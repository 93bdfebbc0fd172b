/*
 * A set of slots: a bit each. Plain value.
 */
#ifndef SERVER_MIGRATION_SLOT_SET_H
#define SERVER_MIGRATION_SLOT_SET_H

#include "cluster/slot_map.h"

#include <stdbool.h>
#include <stdint.h>

struct slot_set {
    uint64_t bits[SLOT_COUNT / 64];
};

static inline bool slot_set_has(const struct slot_set *set, uint32_t slot)
{
    return set->bits[slot / 64] >> slot % 64 & 1;
}

static inline void slot_set_add(struct slot_set *set, uint32_t slot)
{
    set->bits[slot / 64] |= UINT64_C(1) << slot % 64;
}

static inline void slot_set_remove(struct slot_set *set, uint32_t slot)
{
    set->bits[slot / 64] &= ~(UINT64_C(1) << slot % 64);
}

static inline void slot_set_add_range(struct slot_set *set, struct slot_range range)
{
    for (uint32_t slot = range.first; slot <= range.last; slot++)
        slot_set_add(set, slot);
}

static inline uint32_t slot_set_count(const struct slot_set *set)
{
    uint32_t count = 0;

    for (uint32_t i = 0; i < SLOT_COUNT / 64; i++)
        count += (uint32_t)__builtin_popcountll(set->bits[i]);
    return count;
}

/* The next one from this slot on, or SLOT_COUNT. */
static inline uint32_t slot_set_from(const struct slot_set *set, uint32_t slot)
{
    while (slot < SLOT_COUNT) {
        uint64_t bits = set->bits[slot / 64] >> slot % 64;

        if (bits != 0)
            return slot + (uint32_t)__builtin_ctzll(bits);
        slot = (slot / 64 + 1) * 64;
    }
    return SLOT_COUNT;
}

#endif
