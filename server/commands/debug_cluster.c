/*
 * DEBUG's faults of the cluster bus, by the names that other servers' tests know.
 */
#include "cluster/view.h"
#include "proto/base/memory.h"
#include "proto/base/number.h"
#include "server/commands/cluster_enabled.h"
#include "server/commands/debug.h"
#include "server/connection/connection.h"
#include "server/control/cluster_driver.h"
#include "server/control/cluster_faults.h"
#include "server/control/errand.h"
#include "server/shard/shard.h"

static struct bus_faults *faults_of(const struct cmd *cmd)
{
    return &cmd->connection->shard->node->bus_faults;
}

/* DEBUG DROP-CLUSTER-PACKET-FILTER type; -1: none, -2: all of them */
void debug_drop_packets(struct cmd *cmd)
{
    uint32_t dropped = 0;
    int64_t type;

    if (!number_parse_integer(cmd->argv[2], &type)) {
        reply_error_literal(cmd->reply, "ERR value is not an integer or out of range");
        return;
    }
    if (type == -2)
        dropped = UINT32_MAX;
    else if (type >= 0 && type < 32)
        dropped = 1u << type;
    atomic_store(&faults_of(cmd)->dropped, dropped);
    reply_ok(cmd->reply);
}

static void set_flag(struct cmd *cmd, _Atomic bool *flag)
{
    int64_t on;

    atomic_store(flag, number_parse_integer(cmd->argv[2], &on) && on != 0);
    reply_ok(cmd->reply);
}

void debug_close_on_drop(struct cmd *cmd)
{
    set_flag(cmd, &faults_of(cmd)->closes);
}

void debug_keep_apart(struct cmd *cmd)
{
    set_flag(cmd, &faults_of(cmd)->keeps_apart);
}

/* ---- CLUSTERLINK KILL to|from|all node ---- */

struct cut {
    struct node_id node;
    bool to;
    bool from;
};

static void run_cut(struct control *control, struct errand *errand)
{
    const struct cut *cut = errand->context;

    cluster_faults_cut(control, &cut->node, cut->to, cut->from);
    errand_done(control, errand);
}

static void finish_cut(struct errand *errand, struct reply *reply)
{
    (void)errand;
    reply_ok(reply);
}

static bool read_direction(const struct cmd *cmd, struct cut *cut)
{
    bool all = cmd_argument_is(cmd, 3, "ALL");

    cut->to = all || cmd_argument_is(cmd, 3, "TO");
    cut->from = all || cmd_argument_is(cmd, 3, "FROM");
    return cut->to || cut->from;
}

void debug_cluster_link(struct cmd *cmd)
{
    const struct cluster_view *view = cluster_enabled(cmd);
    const struct cluster_node *node;
    struct cut cut = {.to = false};
    struct errand *errand;

    if (view == NULL)
        return;
    node = view_find_node(view, cmd->argv[4]);
    if (cmd->section != NULL) {
        reply_error_literal(cmd->reply, "ERR DEBUG CLUSTERLINK is not possible in a transaction");
    } else if (!cmd_argument_is(cmd, 2, "KILL") || !read_direction(cmd, &cut)) {
        reply_error_literal(cmd->reply, "ERR syntax error");
    } else if (node == NULL) {
        cluster_unknown_node(cmd, cmd->argv[4]);
    } else {
        cut.node = node->id;
        errand = errand_new(cmd, run_cut, finish_cut);
        errand->context = memory_new(sizeof(cut));
        *(struct cut *)errand->context = cut;
        errand_start(errand);
    }
}
