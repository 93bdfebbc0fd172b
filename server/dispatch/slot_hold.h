/*
 * Slots whose writes wait: while keys are on their way to another node, nothing may change them, on
 * whichever shard the client is that would. Reads go on; so do writes to other slots.
 *
 * A hold is begun on the shard that has the slots. Every shard is told, keeps its clients' writes
 * back from then on, and answers behind all that it had sent before: when `begun` is called,
 * nothing that could write is under way to these slots, but for exclusive sections that had been
 * asked for already, and what expires or is evicted. Whoever relies on more compares versions
 * (keyspace_watch).
 *
 * Commands that do not say which slots they write to wait as well: FLUSHALL, scripts without keys,
 * and without cluster mode those with several keys.
 *
 * Thread: that of the shard that begins the hold; the slots may be another's only when cluster mode
 * is off.
 */
#ifndef SERVER_DISPATCH_SLOT_HOLD_H
#define SERVER_DISPATCH_SLOT_HOLD_H

#include "server/dispatch/batch.h"

#include <stdbool.h>
#include <stdint.h>

struct slot_hold_message;

struct slot_hold {
    uint16_t *slots; /* the caller's, in place until the hold has ended; twice is fine */
    uint32_t slot_count;
    void (*begun)(struct slot_hold *hold);
    void (*ended)(struct slot_hold *hold); /* nothing refers to it any more */
    /* its own */
    struct shard *shard;
    uint32_t awaited;
    struct slot_hold_message *messages;
};

/* What a shard keeps back. */
struct slot_holds {
    uint32_t count;    /* holds that it knows of */
    uint32_t *by_slot; /* how many are for each slot; NULL until the first */
};

void slot_hold_begin(struct shard *shard, struct slot_hold *hold);
/* Of one that has begun. */
void slot_hold_end(struct slot_hold *hold);

/* Is it a write that must wait? Asked while shard->slot_holds.count > 0. */
bool slot_hold_keeps(const struct shard *shard, const struct batch_item *item);

#endif
