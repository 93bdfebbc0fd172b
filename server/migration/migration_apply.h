/*
 * The target's end of a flow: the commands of its frames, run on the shards that hold their slots.
 *
 * They run as those of a log do, in a time in which nothing expires, and go to the journal as they
 * came: so replicas and the log follow. Thread: the shard's.
 */
#ifndef SERVER_MIGRATION_MIGRATION_APPLY_H
#define SERVER_MIGRATION_MIGRATION_APPLY_H

#include "cluster/node_id.h"
#include "proto/base/span.h"

#include <stdint.h>

struct node;
struct shard;

/* The shards that the frames concern, a bit each; 0: the bytes are no frames. */
uint64_t migration_apply_members(const struct node *node, struct span frames);

/* Does what concerns this shard. NULL, or why it could not be done. */
const char *migration_apply(struct shard *shard, const struct node_id *name, struct span frames);

#endif
