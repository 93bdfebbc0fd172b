/* CLUSTER subcommands that this shard's view of the cluster answers, and the states of a
 * connection. */
#include "cluster/view_reply.h"
#include "proto/base/assert.h"
#include "server/commands/cluster_enabled.h"
#include "server/commands/handlers.h"
#include "server/connection/address.h"
#include "server/connection/connection.h"
#include "server/shard/shard.h"

const struct cluster_view *cluster_enabled(const struct cmd *cmd)
{
    const struct cluster_view *view = cmd->connection->shard->view;

    if (view == NULL)
        reply_error_literal(cmd->reply, "ERR This instance has cluster support disabled");
    return view;
}

static void reply_from_view(const struct cmd *cmd,
                            void (*write)(const struct cluster_view *view, struct reply *reply))
{
    const struct cluster_view *view = cluster_enabled(cmd);

    if (view != NULL)
        write(view, cmd->reply);
}

void command_cluster_info(struct cmd *cmd)
{
    reply_from_view(cmd, view_reply_info);
}

/* The same for answers that name addresses. */
static void reply_with_address(const struct cmd *cmd,
                               void (*write)(const struct cluster_view *view,
                                             const struct view_asker *asker, struct reply *reply))
{
    const struct cluster_view *view = cluster_enabled(cmd);
    struct view_asker asker = {.reached = address_host(cmd->connection),
                               .client = connection_view_client(cmd->connection)};

    if (view != NULL)
        write(view, &asker, cmd->reply);
}

void command_cluster_nodes(struct cmd *cmd)
{
    reply_with_address(cmd, view_reply_nodes);
}

void command_cluster_slots(struct cmd *cmd)
{
    reply_with_address(cmd, view_reply_slots);
}

void command_cluster_shards(struct cmd *cmd)
{
    reply_with_address(cmd, view_reply_shards);
}

void command_cluster_myid(struct cmd *cmd)
{
    reply_from_view(cmd, view_reply_my_id);
}

void command_cluster_myshardid(struct cmd *cmd)
{
    reply_from_view(cmd, view_reply_my_shard_id);
}

void command_cluster_keyslot(struct cmd *cmd)
{
    ASSERT(cmd->argc == 3);
    if (cluster_enabled(cmd) != NULL)
        reply_integer(cmd->reply, key_slot(cmd->argv[2]));
}

void cluster_unknown_node(const struct cmd *cmd, struct span id)
{
    enum { SHOWN_MAX = 128 };

    reply_error_format(cmd->reply, "ERR Unknown node %.*s",
                       (int)(id.length < SHOWN_MAX ? id.length : SHOWN_MAX), id.data);
}

void command_cluster_count_failure_reports(struct cmd *cmd)
{
    const struct cluster_view *view = cluster_enabled(cmd);
    const struct cluster_node *node;
    struct span id = cmd->argv[2];

    if (view == NULL)
        return;
    node = view_find_node(view, id);
    if (node == NULL)
        cluster_unknown_node(cmd, id);
    else
        reply_integer(cmd->reply, node->failure_reports);
}

void command_cluster_replicas(struct cmd *cmd)
{
    const struct cluster_view *view = cluster_enabled(cmd);
    struct view_asker asker = {.reached = address_host(cmd->connection),
                               .client = connection_view_client(cmd->connection)};
    const struct cluster_node *node;

    if (view == NULL)
        return;
    node = view_find_node(view, cmd->argv[2]);
    if (node == NULL)
        cluster_unknown_node(cmd, cmd->argv[2]);
    else if (!(node->flags & CLUSTER_NODE_PRIMARY))
        reply_error_literal(cmd->reply, "ERR The specified node is not a master");
    else
        view_reply_replicas(view, node, &asker, cmd->reply);
}

/* Whether this connection reads from a replica, and whether its next command may use a slot that is
 * being imported, is what the routing of commands looks at. */

void command_readonly(struct cmd *cmd)
{
    if (cluster_enabled(cmd) == NULL)
        return;
    cmd->connection->readonly = true;
    reply_ok(cmd->reply);
}

void command_readwrite(struct cmd *cmd)
{
    if (cluster_enabled(cmd) == NULL)
        return;
    cmd->connection->readonly = false;
    reply_ok(cmd->reply);
}

void command_asking(struct cmd *cmd)
{
    if (cluster_enabled(cmd) == NULL)
        return;
    cmd->connection->asking = cmd->connection->one_off = true;
    reply_ok(cmd->reply);
}
