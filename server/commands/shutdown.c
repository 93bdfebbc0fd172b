/* SHUTDOWN: saves what is to be saved and ends the node. */
#include "server/control/shutdown.h"

#include "proto/base/memory.h"
#include "server/commands/handlers.h"
#include "server/connection/connection.h"
#include "server/control/control.h"
#include "server/control/errand.h"
#include "server/observe/log.h"

/* The errand's context. */
struct wish {
    uint32_t mode; /* enum shutdown_mode */
    bool abort;
    bool done; /* the node stops; or, with `abort`, does not */
};

static void ended(struct control *control, bool stops, void *context)
{
    struct errand *errand = context;
    struct wish *wish = errand->context;

    wish->done = stops;
    errand_done(control, errand);
}

static void run(struct control *control, struct errand *errand)
{
    struct wish *wish = errand->context;

    if (wish->abort) {
        wish->done = shutdown_abort(control);
        errand_done(control, errand);
        return;
    }
    log_notice("a client asked for the shutdown");
    if (wish->mode & SHUTDOWN_MODE_FAILOVER)
        shutdown_hand_over(control, wish->mode, ended, errand);
    else
        shutdown_start(control, wish->mode, ended, errand);
}

/* Success has no reply: the connection ends. */
static void finish(struct errand *errand, struct reply *reply)
{
    const struct wish *wish = errand->context;

    if (wish->abort && wish->done)
        reply_ok(reply);
    else if (wish->abort)
        reply_error_literal(reply, "ERR No shutdown in progress.");
    else if (!wish->done)
        reply_error_literal(reply, "ERR Errors trying to SHUTDOWN. Check logs.");
    else if (!errand->connection->closed)
        connection_close_soon(errand->connection);
}

/* NOSAVE, SAVE, NOW, FORCE and FAILOVER in any sensible combination; ABORT stands alone. */
static bool options(const struct cmd *cmd, struct wish *wish)
{
    *wish = (struct wish){.mode = 0};
    for (uint32_t i = 1; i < cmd->argc; i++) {
        if (cmd_argument_is(cmd, i, "NOSAVE"))
            wish->mode |= SHUTDOWN_MODE_NOSAVE;
        else if (cmd_argument_is(cmd, i, "SAVE"))
            wish->mode |= SHUTDOWN_MODE_SAVE;
        else if (cmd_argument_is(cmd, i, "NOW"))
            wish->mode |= SHUTDOWN_MODE_NOW;
        else if (cmd_argument_is(cmd, i, "FORCE"))
            wish->mode |= SHUTDOWN_MODE_FORCE;
        else if (cmd_argument_is(cmd, i, "FAILOVER"))
            wish->mode |= SHUTDOWN_MODE_FAILOVER;
        else if (cmd_argument_is(cmd, i, "ABORT"))
            wish->abort = true;
        else
            return false;
    }
    if ((wish->mode & SHUTDOWN_MODE_SAVE) && (wish->mode & SHUTDOWN_MODE_NOSAVE))
        return false;
    return !(wish->abort && cmd->argc > 2);
}

void command_shutdown(struct cmd *cmd)
{
    struct errand *errand;
    struct wish wish;

    if (!options(cmd, &wish)) {
        cmd_reply_syntax_error(cmd);
        return;
    }
    errand = errand_new(cmd, run, finish);
    errand->context = memory_new(sizeof(wish));
    *(struct wish *)errand->context = wish;
    errand_start(errand);
}
