/* REPLICAOF, SLAVEOF: whose replica the node is. */
#include "proto/base/memory.h"
#include "proto/base/number.h"
#include "server/commands/handlers.h"
#include "server/connection/connection.h"
#include "server/control/control.h"
#include "server/control/errand.h"
#include "server/replication/failover.h"
#include "server/replication/role.h"
#include "server/shard/shard.h"

/* A copy of the command, on its way to the control thread. */
struct order {
    char *host; /* NULL: no one */
    uint16_t port;
    enum role_answer answer;
};

static bool parse(const struct cmd *cmd, struct order *order)
{
    int64_t port;

    *order = (struct order){0};
    if (cmd_argument_is(cmd, 1, "NO") && cmd_argument_is(cmd, 2, "ONE"))
        return true;
    if (!number_parse_integer(cmd->argv[2], &port) || port < 0 || port > UINT16_MAX) {
        reply_error_literal(cmd->reply, "ERR Invalid master port");
        return false;
    }
    order->host = memory_copy(cmd->argv[1].data, cmd->argv[1].length);
    order->port = (uint16_t)port;
    return true;
}

static void changed(struct control *control, void *context)
{
    errand_done(control, context);
}

static void run(struct control *control, struct errand *errand)
{
    struct order *order = errand->context;
    enum role_answer answer;

    if (failover_phase(control) != FAILOVER_NONE) {
        order->answer = ROLE_FAILS_OVER;
        errand_done(control, errand);
        return;
    }
    /* It may be done, and the order the shard's again, before the call is over. */
    order->answer = ROLE_CHANGES;
    answer = role_replicaof(control, order->host, order->port, changed, errand);
    if (answer == ROLE_CHANGES)
        return;
    order->answer = answer;
    errand_done(control, errand);
}

static void finish(struct errand *errand, struct reply *reply)
{
    struct order *order = errand->context;

    memory_free(order->host);
    switch (order->answer) {
    case ROLE_CHANGES:
        reply_ok(reply);
        break;
    case ROLE_IS_SO_ALREADY:
        reply_status(reply, SPAN("OK Already connected to specified master"));
        break;
    case ROLE_FAILS_OVER:
        reply_error_literal(reply, "ERR REPLICAOF not allowed while failing over.");
        break;
    }
}

void command_replicaof(struct cmd *cmd)
{
    struct errand *errand;
    struct order order;

    if (cmd->connection->shard->node->cluster_enabled) {
        reply_error_literal(cmd->reply, "ERR REPLICAOF not allowed in cluster mode.");
        return;
    }
    if (!parse(cmd, &order))
        return;
    errand = errand_new(cmd, run, finish);
    errand->context = memory_new(sizeof(order));
    *(struct order *)errand->context = order;
    errand_start(errand);
}
