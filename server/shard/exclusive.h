/*
 * Commands in an exclusive section: those whose keys lie on several shards, and those about the
 * whole node.
 *
 * Thread: the connection's shard.
 */
#ifndef SERVER_SHARD_EXCLUSIVE_H
#define SERVER_SHARD_EXCLUSIVE_H

#include "server/commands/cmd.h"
#include "server/dispatch/batch.h"

struct node;

/* The shards that hold the keys of a data command, a bit each; 0 without keys. */
uint64_t exclusive_members(const struct node *node, const struct batch_item *item);

/* Runs a data command whose keys lie on several shards; its client waits. */
void exclusive_command(struct shard *shard, const struct batch_item *item);

/*
 * Runs `run` with all shards parked, for a handler of SCOPE_NODE: the client waits from here on.
 * `run` gets the command again, with its section and a reply; section_keyspace_of gives each
 * shard's data.
 */
void exclusive_all(struct cmd *cmd, command_handler *run);

/* The keyspace of shard `index` in a section. */
struct keyspace *section_keyspace_of(struct section *section, uint32_t index);

#endif
