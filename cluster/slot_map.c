#include "cluster/slot_map.h"

#include "proto/base/assert.h"

#include <string.h>

enum { BLOCK = 64 };

void slot_map_clear(uint16_t *owner)
{
    memset(owner, 0xff, SLOT_COUNT * sizeof(*owner));
    ASSERT(owner[0] == SLOT_MAP_NOBODY);
}

void slot_map_assign(uint16_t *owner, struct slot_range range, uint16_t node)
{
    ASSERT(range.first <= range.last);
    ASSERT(range.last < SLOT_COUNT);
    for (uint32_t slot = range.first; slot <= range.last; slot++)
        owner[slot] = node;
}

/* The run of equal owners that starts at `first`. */
static struct slot_range slot_map_run_at(const uint16_t *owner, uint32_t first)
{
    uint32_t last = first;

    while (last + 1 < SLOT_COUNT && owner[last + 1] == owner[first])
        last++;
    return (struct slot_range){(uint16_t)first, (uint16_t)last};
}

/* Looks at a block of slots without a branch, so that the compiler takes many at once. */
static bool slot_map_block_has(const uint16_t *owner, uint16_t node)
{
    uint16_t any = 0;

    for (uint32_t i = 0; i < BLOCK; i++)
        any |= owner[i] == node;
    return any != 0;
}

/* Every line of a list of all nodes needs this: most of the slots are other nodes'. */
bool slot_map_next_run(const uint16_t *owner, uint16_t node, uint32_t from, struct slot_range *run)
{
    while (from + BLOCK <= SLOT_COUNT && !slot_map_block_has(owner + from, node))
        from += BLOCK;
    while (from < SLOT_COUNT && owner[from] != node)
        from++;
    if (from >= SLOT_COUNT)
        return false;
    *run = slot_map_run_at(owner, from);
    return true;
}

bool slot_map_next_owned_run(const uint16_t *owner, uint32_t from, struct slot_range *run)
{
    while (from < SLOT_COUNT && owner[from] == SLOT_MAP_NOBODY)
        from++;
    if (from >= SLOT_COUNT)
        return false;
    *run = slot_map_run_at(owner, from);
    return true;
}

uint32_t slot_map_count(const uint16_t *owner, uint16_t node)
{
    uint32_t count = 0;

    for (uint32_t slot = 0; slot < SLOT_COUNT; slot++)
        count += owner[slot] == node;
    return count;
}

/*
 * One walk for both checks. It visits at most SLOT_COUNT + 1 slots: the first slot that it meets
 * again ends it, however many ranges there are.
 */
static enum slot_map_fault slot_map_check(const uint16_t *owner, const struct slot_range *ranges,
                                          uint32_t count, bool free_wanted, uint16_t *offender)
{
    uint8_t seen[SLOT_COUNT / 8] = {0};

    for (uint32_t i = 0; i < count; i++) {
        ASSERT(ranges[i].first <= ranges[i].last);
        ASSERT(ranges[i].last < SLOT_COUNT);
        for (uint32_t slot = ranges[i].first; slot <= ranges[i].last; slot++) {
            *offender = (uint16_t)slot;
            if (free_wanted && owner[slot] != SLOT_MAP_NOBODY)
                return SLOT_MAP_BUSY;
            if (!free_wanted && owner[slot] == SLOT_MAP_NOBODY)
                return SLOT_MAP_UNASSIGNED;
            if (seen[slot / 8] & (1u << slot % 8))
                return SLOT_MAP_TWICE;
            seen[slot / 8] |= (uint8_t)(1u << slot % 8);
        }
    }
    return SLOT_MAP_FINE;
}

enum slot_map_fault slot_map_check_free(const uint16_t *owner, const struct slot_range *ranges,
                                        uint32_t count, uint16_t *offender)
{
    return slot_map_check(owner, ranges, count, true, offender);
}

enum slot_map_fault slot_map_check_taken(const uint16_t *owner, const struct slot_range *ranges,
                                         uint32_t count, uint16_t *offender)
{
    return slot_map_check(owner, ranges, count, false, offender);
}
