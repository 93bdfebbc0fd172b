/*
 * What a shard has of slot migrations: made with the first one, and kept.
 *
 * Owner: the shard; imports are opened and closed by the control thread's publications.
 */
#ifndef SERVER_MIGRATION_MIGRATION_SHARD_H
#define SERVER_MIGRATION_MIGRATION_SHARD_H

#include "cluster/node_id.h"
#include "proto/base/list.h"
#include "server/migration/slot_set.h"

#include <stdbool.h>
#include <stdint.h>

struct migration_flow;
struct shard;

/* Slots that are on their way here. */
struct migration_import_part {
    struct list_link link;
    struct node_id name; /* of the migration */
    struct slot_set slots;
};

struct migration_shard {
    struct migration_flow *flow; /* of the export under way; NULL without */
    struct list_link imports;    /* of migration_import_part */
    bool is_dropping;
    bool drops_all;        /* also what is the node's */
    struct slot_set drops; /* see slot_drop.h */
};

struct migration_shard *migration_shard_of(struct shard *shard);
void migration_shard_free(struct shard *shard);

/* NULL: there is no such import. */
const struct migration_import_part *migration_shard_find(const struct shard *shard,
                                                         const struct node_id *name);
bool migration_shard_imports(const struct shard *shard, uint16_t slot);

/* From now on these slots are filled; what there is of them goes first. */
void migration_shard_open(struct shard *shard, const struct node_id *name,
                          const struct slot_set *slots);
/* They are the node's; or what has come of them goes. */
void migration_shard_close(struct shard *shard, const struct node_id *name, bool taken);

/* What there is of these slots goes. */
void migration_shard_drop(struct shard *shard, const struct slot_set *slots);

/* All data is flushed: what has come so far as well, so nothing more is taken. */
void migration_shard_flushed(struct shard *shard);

/* The shard ends its connections. */
void migration_shard_stop(struct shard *shard);

static inline bool migration_shard_has_work(const struct migration_shard *self)
{
    return self != NULL && (self->flow != NULL || self->is_dropping);
}

/* The work of a turn that began at `since` (clock_ticks). True: there is more. */
bool migration_shard_turn(struct shard *shard, uint64_t since);

/* Another walk of the keyspace is to begin. */
void migration_shard_yield(struct shard *shard);

#endif
