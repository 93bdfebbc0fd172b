/* SAVE, BGSAVE, LASTSAVE: the RDB file of the node. */
#include "server/snapshot/save.h"
#include "proto/base/memory.h"
#include "server/commands/handlers.h"
#include "server/connection/connection.h"
#include "server/control/control.h"
#include "server/control/errand.h"
#include "server/shard/shard.h"

#define IN_PROGRESS "ERR Background save already in progress"

/* ---- SAVE ---- */

/* The errand's context. */
struct foreground {
    bool in_progress;
    bool failed;
};

static void foreground_done(struct control *control, const char *error, void *context)
{
    struct errand *errand = context;
    struct foreground *foreground = errand->context;

    foreground->failed = error != NULL;
    errand_done(control, errand);
}

static void run_save(struct control *control, struct errand *errand)
{
    struct foreground *foreground = errand->context;

    foreground->in_progress = save_is_in_background(control);
    if (foreground->in_progress)
        errand_done(control, errand);
    else
        save_in_foreground(control, foreground_done, errand);
}

static void finish_save(struct errand *errand, struct reply *reply)
{
    const struct foreground *foreground = errand->context;

    if (foreground->in_progress)
        reply_error_literal(reply, IN_PROGRESS);
    else if (foreground->failed)
        reply_error_literal(reply, "ERR");
    else
        reply_ok(reply);
}

void command_save(struct cmd *cmd)
{
    struct errand *errand = errand_new(cmd, run_save, finish_save);

    errand->context = memory_new_zeroed(1, sizeof(struct foreground));
    errand_start(errand);
}

/* ---- BGSAVE ---- */

enum background_wish { WISH_NOW, WISH_SCHEDULE, WISH_CANCEL };

/* The errand's context. */
struct background {
    enum background_wish wish;
    enum save_answer answer;
    enum save_cancelled cancelled;
};

static void background_begun(struct control *control, void *context)
{
    errand_done(control, context);
}

static void run_background(struct control *control, struct errand *errand)
{
    struct background *background = errand->context;
    enum save_answer answer;

    if (background->wish == WISH_CANCEL) {
        background->cancelled = save_cancel(control);
        errand_done(control, errand);
        return;
    }
    background->answer = SAVE_STARTED;
    answer =
        save_in_background(control, background->wish == WISH_SCHEDULE, background_begun, errand);
    if (answer == SAVE_STARTED)
        return;
    background->answer = answer;
    errand_done(control, errand);
}

static void reply_cancelled(enum save_cancelled cancelled, struct reply *reply)
{
    switch (cancelled) {
    case SAVE_CANCELLED:
        reply_status(reply, SPAN("Background saving cancelled"));
        break;
    case SAVE_UNSCHEDULED:
        reply_status(reply, SPAN("Scheduled background saving cancelled"));
        break;
    case SAVE_NONE_CANCELLED:
        reply_error_literal(reply,
                            "ERR Background saving is currently not in progress or scheduled");
        break;
    }
}

static void finish_background(struct errand *errand, struct reply *reply)
{
    const struct background *background = errand->context;

    if (background->wish == WISH_CANCEL) {
        reply_cancelled(background->cancelled, reply);
        return;
    }
    switch (background->answer) {
    case SAVE_STARTED:
        reply_status(reply, SPAN("Background saving started"));
        break;
    case SAVE_SCHEDULED:
        reply_status(reply, SPAN("Background saving scheduled"));
        break;
    case SAVE_IN_PROGRESS:
        reply_error_literal(reply, IN_PROGRESS);
        break;
    case SAVE_BUSY:
        reply_error_literal(reply, "ERR Another child process is active (AOF?): can't BGSAVE right "
                                   "now. Use BGSAVE SCHEDULE in order to schedule a BGSAVE "
                                   "whenever possible.");
        break;
    }
}

void command_bgsave(struct cmd *cmd)
{
    struct background background = {.wish = WISH_NOW};
    struct errand *errand;

    if (cmd->argc == 2 && cmd_argument_is(cmd, 1, "SCHEDULE")) {
        background.wish = WISH_SCHEDULE;
    } else if (cmd->argc == 2 && cmd_argument_is(cmd, 1, "CANCEL")) {
        background.wish = WISH_CANCEL;
    } else if (cmd->argc > 1) {
        cmd_reply_syntax_error(cmd);
        return;
    }
    errand = errand_new(cmd, run_background, finish_background);
    errand->context = memory_new(sizeof(background));
    *(struct background *)errand->context = background;
    errand_start(errand);
}

/* ---- LASTSAVE ---- */

void command_lastsave(struct cmd *cmd)
{
    const struct save_status *status = &cmd->connection->shard->node->save;

    reply_integer(cmd->reply, atomic_load(&status->last_save) / 1000);
}
