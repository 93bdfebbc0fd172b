/*
 * The keys of a transfer in their shard's data: whether they are there, what is sent of them, and
 * their end. For transfer.c alone.
 *
 * Thread: the shard's that has the keys.
 */
#ifndef SERVER_MIGRATE_TRANSFER_KEYS_H
#define SERVER_MIGRATE_TRANSFER_KEYS_H

#include "server/migrate/transfer.h"

/* Is any of them there? */
bool transfer_keys_exist(const struct transfer *transfer);

/* Their slots, each once, for the hold; allocated. */
void transfer_keys_slots(const struct transfer *transfer, struct slot_hold *hold);

/* Dumps and sends one; false when it is not there (any more). */
bool transfer_keys_send(struct transfer *transfer, uint32_t index);

/* Deletes what has arrived, unless the request says COPY; records that as DEL. */
void transfer_keys_delete(struct transfer *transfer);

/* Nothing more is known about what was sent. */
void transfer_keys_forget(struct transfer *transfer);

#endif
