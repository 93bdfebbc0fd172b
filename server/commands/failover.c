/* FAILOVER: the node and one of its replicas change places. */
#include "server/replication/failover.h"

#include "proto/base/memory.h"
#include "proto/base/number.h"
#include "server/commands/handlers.h"
#include "server/connection/connection.h"
#include "server/control/control.h"
#include "server/control/errand.h"
#include "server/shard/shard.h"

/* The errand's context. */
struct wish {
    struct failover_request request;
    char *host;
    bool abort;
    bool aborted;
    enum failover_answer answer;
};

static void run(struct control *control, struct errand *errand)
{
    struct wish *wish = errand->context;

    wish->request.host = wish->host;
    if (wish->abort)
        wish->aborted = failover_abort(control);
    else
        wish->answer = failover_start(control, &wish->request);
    errand_done(control, errand);
}

static void finish(struct errand *errand, struct reply *reply)
{
    static const char *const errors[] = {
        [FAILOVER_UNDER_WAY] = "ERR FAILOVER already in progress.",
        [FAILOVER_NO_REPLICAS] = "ERR FAILOVER requires connected replicas.",
        [FAILOVER_IS_REPLICA] = "ERR FAILOVER is not valid when server is a replica.",
        [FAILOVER_NOT_A_REPLICA] = "ERR FAILOVER target HOST and PORT is not a replica.",
        [FAILOVER_NOT_ONLINE] = "ERR FAILOVER target replica is not online.",
    };
    struct wish *wish = errand->context;

    memory_free(wish->host);
    if (wish->abort && !wish->aborted)
        reply_error_literal(reply, "ERR No failover in progress.");
    else if (!wish->abort && wish->answer != FAILOVER_BEGUN)
        reply_error(reply, span_of_string(errors[wish->answer]));
    else
        reply_ok(reply);
}

/* TO host port. */
static bool parse_target(const struct cmd *cmd, uint32_t index, struct wish *wish)
{
    int64_t port;

    if (!number_parse_integer(cmd->argv[index + 2], &port) || port < 0 || port > UINT16_MAX) {
        cmd_reply_not_integer(cmd);
        return false;
    }
    wish->host = memory_copy(cmd->argv[index + 1].data, cmd->argv[index + 1].length);
    wish->request.port = (uint16_t)port;
    return true;
}

static bool parse_timeout(const struct cmd *cmd, uint32_t index, struct wish *wish)
{
    if (!number_parse_integer(cmd->argv[index + 1], &wish->request.timeout_ms)) {
        cmd_reply_not_integer(cmd);
        return false;
    }
    if (wish->request.timeout_ms > 0)
        return true;
    reply_error_literal(cmd->reply, "ERR FAILOVER timeout must be greater than 0");
    return false;
}

/* [TO host port [FORCE]] [ABORT] [TIMEOUT milliseconds] */
static bool parse(const struct cmd *cmd, struct wish *wish)
{
    if (cmd->argc == 2 && cmd_argument_is(cmd, 1, "ABORT")) {
        wish->abort = true;
        return true;
    }
    for (uint32_t i = 1; i < cmd->argc; i++) {
        uint32_t left = cmd->argc - i - 1;

        if (cmd_argument_is(cmd, i, "TIMEOUT") && left >= 1 && wish->request.timeout_ms == 0) {
            if (!parse_timeout(cmd, i, wish))
                return false;
            i += 1;
        } else if (cmd_argument_is(cmd, i, "TO") && left >= 2 && wish->host == NULL) {
            if (!parse_target(cmd, i, wish))
                return false;
            i += 2;
        } else if (cmd_argument_is(cmd, i, "FORCE") && !wish->request.force) {
            wish->request.force = true;
        } else {
            cmd_reply_syntax_error(cmd);
            return false;
        }
    }
    if (!wish->request.force || (wish->request.timeout_ms > 0 && wish->host != NULL))
        return true;
    reply_error_literal(cmd->reply, "ERR FAILOVER with force option requires both a timeout and "
                                    "target HOST and IP.");
    return false;
}

void command_failover(struct cmd *cmd)
{
    struct wish wish = {0};
    struct errand *errand;

    if (cmd->connection->shard->node->cluster_enabled) {
        reply_error_literal(
            cmd->reply,
            "ERR FAILOVER not allowed in cluster mode. Use CLUSTER FAILOVER command instead.");
        return;
    }
    if (!parse(cmd, &wish)) {
        memory_free(wish.host);
        return;
    }
    errand = errand_new(cmd, run, finish);
    errand->context = memory_new(sizeof(wish));
    *(struct wish *)errand->context = wish;
    errand_start(errand);
}
