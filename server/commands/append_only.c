/* BGREWRITEAOF, WAITAOF: the append-only file. */
#include "server/append_only/append_only.h"
#include "proto/base/memory.h"
#include "proto/base/number.h"
#include "server/append_only/append_wait.h"
#include "server/commands/handlers.h"
#include "server/config/config.h"
#include "server/control/errand.h"

/* ---- BGREWRITEAOF ---- */

static void run_rewrite(struct control *control, struct errand *errand)
{
    *(enum append_rewrite *)errand->context = append_only_rewrite(control);
    errand_done(control, errand);
}

static void finish_rewrite(struct errand *errand, struct reply *reply)
{
    switch (*(const enum append_rewrite *)errand->context) {
    case APPEND_REWRITE_STARTED:
        reply_status(reply, SPAN("Background append only file rewriting started"));
        break;
    case APPEND_REWRITE_SCHEDULED:
        reply_status(reply, SPAN("Background append only file rewriting scheduled"));
        break;
    case APPEND_REWRITE_UNDER_WAY:
        reply_error_literal(reply, "ERR Background append only file rewriting already in progress");
        break;
    }
}

void command_bgrewriteaof(struct cmd *cmd)
{
    struct errand *errand = errand_new(cmd, run_rewrite, finish_rewrite);

    errand->context = memory_new_zeroed(1, sizeof(enum append_rewrite));
    errand_start(errand);
}

/* ---- WAITAOF ---- */

/* WAITAOF numlocal numreplicas timeout. False: the error is replied. */
static bool parse_wish(const struct cmd *cmd, struct append_wish *wish)
{
    int64_t timeout;

    if (!number_parse_integer(cmd->argv[1], &wish->local)) {
        reply_error_literal(cmd->reply, "ERR value is not an integer or out of range");
    } else if (wish->local < 0 || wish->local > 1) {
        reply_error_literal(cmd->reply, "ERR value is out of range, value must between 0 and 1");
    } else if (!number_parse_integer(cmd->argv[2], &wish->replicas) || wish->replicas < 0) {
        reply_error_literal(cmd->reply, "ERR value is out of range, must be positive");
    } else if (!number_parse_integer(cmd->argv[3], &timeout)) {
        reply_error_literal(cmd->reply, "ERR timeout is not an integer or out of range");
    } else if (timeout < 0) {
        reply_error_literal(cmd->reply, "ERR timeout is negative");
    } else if (timeout > INT64_MAX - cmd->now) {
        reply_error_literal(cmd->reply, "ERR timeout is out of range");
    } else {
        wish->deadline = timeout == 0 ? TIME_NEVER : cmd->now + timeout;
        return true;
    }
    return false;
}

void command_waitaof(struct cmd *cmd)
{
    struct append_wish wish;

    if (!parse_wish(cmd, &wish))
        return;
    if (wish.local > 0 && !cmd->config->appendonly) {
        reply_error_literal(cmd->reply, APPEND_WAIT_IS_OFF);
        return;
    }
    append_wait(cmd, &wish);
}
