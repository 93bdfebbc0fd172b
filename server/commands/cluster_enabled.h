/*
 * What all CLUSTER commands begin with, and the reply that many of them share.
 */
#ifndef SERVER_COMMANDS_CLUSTER_ENABLED_H
#define SERVER_COMMANDS_CLUSTER_ENABLED_H

#include "cluster/view.h"
#include "server/commands/cmd.h"

/* The shard's view of the cluster; NULL when cluster mode is off, which has been replied. The view
 * is good for as long as the handler runs. */
const struct cluster_view *cluster_enabled(const struct cmd *cmd);

void cluster_unknown_node(const struct cmd *cmd, struct span id);

#endif
