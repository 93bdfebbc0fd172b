/* ROLE, WAIT: what a node tells of its replicas. REPLCONF, PSYNC and SYNC are in replication. */
#include "proto/base/memory.h"
#include "proto/base/number.h"
#include "server/commands/cmd.h"
#include "server/commands/handlers.h"
#include "server/connection/connection.h"
#include "server/control/control.h"
#include "server/control/errand.h"
#include "server/replication/replication_report.h"
#include "server/replication/replication_wait.h"
#include "server/shard/shard.h"

/* ---- ROLE ---- */

static void update_report(struct control *control, struct errand *errand)
{
    replication_report_update(control);
    errand_done(control, errand);
}

static void finish_role(struct errand *errand, struct reply *reply)
{
    replication_report_role(errand->shard->node, reply);
}

void command_role(struct cmd *cmd)
{
    if (cmd->section != NULL)
        replication_report_role(cmd->shard->node, cmd->reply);
    else
        errand_start(errand_new(cmd, update_report, finish_role));
}

/* ---- WAIT ---- */

/* WAIT numreplicas timeout. False: the error is replied. */
static bool parse(const struct cmd *cmd, int64_t *replicas, time_ms *deadline)
{
    int64_t timeout;

    if (!cmd_integer(cmd, 1, replicas))
        return false;
    if (!number_parse_integer(cmd->argv[2], &timeout)) {
        reply_error_literal(cmd->reply, "ERR timeout is not an integer or out of range");
    } else if (timeout < 0) {
        reply_error_literal(cmd->reply, "ERR timeout is negative");
    } else if (timeout > INT64_MAX - cmd->now) {
        reply_error_literal(cmd->reply, "ERR timeout is out of range");
    } else {
        *deadline = timeout == 0 ? TIME_NEVER : cmd->now + timeout;
        return true;
    }
    return false;
}

static void waited(struct shard *shard, struct replication_wait *wait)
{
    struct connection *connection = wait->context;

    (void)shard;
    replication_wait_note(connection, wait);
    if (!connection->closed) {
        struct reply *reply = connection_reply_begin(connection);
        size_t start = reply->length;

        if (wait->error != NULL)
            reply_error(reply, span_of_string(wait->error));
        else
            reply_integer(reply, wait->count);
        connection_reply_end(connection, start);
    }
    connection_wake(connection);
    memory_free(wait);
}

static void abandoned(struct connection *connection)
{
    replication_wait_cancel(connection->shard, connection->waiting);
}

static void cut_short(struct connection *connection, const char *error)
{
    struct replication_wait *wait = connection->waiting;

    wait->error = error;
    replication_wait_cancel(connection->shard, wait);
}

void command_wait(struct cmd *cmd)
{
    struct replication_wait *wait;
    int64_t replicas;
    time_ms deadline;

    if (cmd->shard->is_replica) {
        reply_error_literal(cmd->reply,
                            "ERR WAIT cannot be used with replica instances. Please also note that "
                            "since Redis 4.0 if a replica is configured to be writable (which is "
                            "not the default) writes to replicas are just local and are not "
                            "propagated.");
        return;
    }
    if (!parse(cmd, &replicas, &deadline))
        return;
    /* Nobody waits in a transaction or a script. */
    if (cmd->section != NULL) {
        reply_integer(cmd->reply, replication_report_caught_up(cmd->shard->node));
        return;
    }
    wait = memory_new_zeroed(1, sizeof(*wait));
    wait->wanted = replicas;
    wait->deadline = deadline;
    wait->done = waited;
    wait->context = cmd->connection;
    connection_wait(cmd->connection, wait);
    cmd->connection->abandoned = abandoned;
    cmd->connection->cut_short = cut_short;
    replication_wait_start_own(cmd->connection, wait);
}
