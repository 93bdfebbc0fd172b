/*
 * Which shard of a node owns a slot: a pure function of the slot and the number of shards, the same
 * on every node and fixed for the life of a process.
 *
 * Blocks of consecutive slots are dealt out round-robin. The block is a power of two, small enough
 * that any sensible share of the slots balances over the shards (32 blocks per shard and more when
 * a node owns them all), large enough that CLUSTER SLOTS stays short.
 */
#ifndef CLUSTER_SLOT_SHARD_H
#define CLUSTER_SLOT_SHARD_H

#include "proto/base/assert.h"
#include "proto/key_slot/key_slot.h"

#include <stdint.h>

enum {
    SLOT_SHARD_BLOCK_MIN = 16,
    SLOT_SHARD_BLOCK_MAX = 512,
    SLOT_SHARD_MAX =
        SLOT_COUNT / SLOT_SHARD_BLOCK_MIN, /* more shards than this would own nothing */
};

/* Slots per block, a power of two. One shard has one block with all slots in it. shards: 1 to
 * SLOT_SHARD_MAX. */
uint32_t slot_shard_block(uint32_t shards);

/* For one shard everything is 0. A caller on a hot path keeps the block's size and calls
 * slot_shard_of_block. */
uint32_t slot_shard(uint16_t slot, uint32_t shards);

static inline uint32_t slot_shard_of_block(uint16_t slot, uint32_t block, uint32_t shards)
{
    ASSERT_DEBUG(slot < SLOT_COUNT);
    return (slot / block) % shards;
}

#endif
