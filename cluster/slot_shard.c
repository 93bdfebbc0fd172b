#include "cluster/slot_shard.h"

/* A shard gets at least so many blocks of a node that owns all slots, unless blocks would be too
 * small. */
enum { BLOCKS_PER_SHARD = 32 };

uint32_t slot_shard_block(uint32_t shards)
{
    ASSERT(shards >= 1);
    ASSERT(shards <= SLOT_SHARD_MAX);
    if (shards == 1)
        return SLOT_COUNT;

    uint32_t block = SLOT_SHARD_BLOCK_MAX;

    while (block > SLOT_SHARD_BLOCK_MIN && block > SLOT_COUNT / (shards * BLOCKS_PER_SHARD))
        block /= 2;
    return block;
}

uint32_t slot_shard(uint16_t slot, uint32_t shards)
{
    ASSERT(slot < SLOT_COUNT);
    return slot_shard_of_block(slot, slot_shard_block(shards), shards);
}
