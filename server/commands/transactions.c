/*
 * MULTI, EXEC, DISCARD, WATCH, UNWATCH: what these commands say themselves. How commands are kept
 * and run is in server/dispatch/transaction.h.
 */
#include "server/commands/cmd.h"
#include "server/commands/handlers.h"
#include "server/dispatch/transaction.h"

void command_multi(struct cmd *cmd)
{
    if (cmd->connection->transaction != NULL) {
        reply_error_literal(cmd->reply, "ERR MULTI calls can not be nested");
        return;
    }
    transaction_begin(cmd->connection);
    reply_ok(cmd->reply);
}

/* One that has something to run does not come here. */
void command_exec(struct cmd *cmd)
{
    if (cmd->connection->transaction == NULL) {
        reply_error_literal(cmd->reply, "ERR EXEC without MULTI");
        return;
    }
    transaction_discard(cmd->connection);
    reply_error_literal(cmd->reply, "EXECABORT Transaction discarded because of previous errors.");
}

void command_discard(struct cmd *cmd)
{
    if (cmd->connection->transaction == NULL) {
        reply_error_literal(cmd->reply, "ERR DISCARD without MULTI");
        return;
    }
    transaction_discard(cmd->connection);
    reply_ok(cmd->reply);
}

void command_watch(struct cmd *cmd)
{
    if (cmd->connection->transaction != NULL)
        reply_error_literal(cmd->reply, "ERR WATCH inside MULTI is not allowed");
    else
        watch_add(cmd);
}

/* Inside a transaction, what was watched has been looked at by now. */
void command_unwatch(struct cmd *cmd)
{
    watch_drop(cmd->connection);
    reply_ok(cmd->reply);
}
