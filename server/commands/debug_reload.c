/*
 * DEBUG RELOAD: the data are saved, deleted and loaded, as by a restart. DEBUG LOADAOF: the same,
 * from the append-only file. Writes are held from
 * before they are saved until they are being loaded, so that nothing is lost between.
 */
#include "proto/base/memory.h"
#include "server/commands/debug.h"
#include "server/connection/connection.h"
#include "server/control/control.h"
#include "server/control/errand.h"
#include "server/control/hold.h"
#include "server/loading/loading.h"
#include "server/observe/log.h"
#include "server/snapshot/save.h"

/* The errand's context. */
struct reload {
    bool save;
    bool flush;
    bool merge;
    bool save_failed;
    bool load_failed;
};

static void loaded(struct control *control, const char *error, void *context)
{
    struct errand *errand = context;
    struct reload *reload = errand->context;

    reload->load_failed = error != NULL;
    if (error == NULL)
        log_notice("the data were reloaded");
    errand_done(control, errand);
}

static void load(struct control *control, struct errand *errand)
{
    const struct reload *reload = errand->context;
    struct loading_request request = {.source = LOADING_SNAPSHOT,
                                      .flush = reload->flush,
                                      .merge = reload->merge,
                                      .done = loaded,
                                      .context = errand};
    char error[LOADING_ERROR_MAX];
    bool begun = loading_start(control, &request, error);

    /* Clients are told from here on that data are loaded. */
    hold_end(control);
    if (begun)
        return;
    log_warning("the data cannot be reloaded: %s", error);
    loaded(control, error, errand);
}

static void saved(struct control *control, const char *error, void *context)
{
    struct errand *errand = context;
    struct reload *reload = errand->context;

    reload->save_failed = error != NULL;
    if (error == NULL) {
        load(control, errand);
        return;
    }
    hold_end(control);
    errand_done(control, errand);
}

static void held(struct control *control, void *context)
{
    struct errand *errand = context;
    const struct reload *reload = errand->context;

    if (control->stopping)
        saved(control, "the node stops", errand);
    else if (reload->save)
        save_in_foreground(control, saved, errand);
    else
        load(control, errand);
}

static void run(struct control *control, struct errand *errand)
{
    hold_begin(control, held, errand);
}

static void finish(struct errand *errand, struct reply *reply)
{
    const struct reload *reload = errand->context;

    if (reload->save_failed)
        reply_error_literal(reply, "ERR");
    else if (reload->load_failed)
        reply_error_literal(reply, "ERR Error trying to load the RDB dump, check server logs.");
    else
        reply_ok(reply);
}

void debug_reload(struct cmd *cmd)
{
    struct reload reload = {.save = true, .flush = true};
    struct errand *errand;

    for (uint32_t i = 2; i < cmd->argc; i++) {
        if (cmd_argument_is(cmd, i, "NOSAVE")) {
            reload.save = false;
        } else if (cmd_argument_is(cmd, i, "NOFLUSH")) {
            reload.flush = false;
        } else if (cmd_argument_is(cmd, i, "MERGE")) {
            reload.merge = true;
        } else {
            reply_error_literal(
                cmd->reply,
                "ERR DEBUG RELOAD only supports the MERGE, NOFLUSH and NOSAVE options.");
            return;
        }
    }
    if (cmd->section != NULL) {
        reply_error_literal(cmd->reply, "ERR DEBUG RELOAD is not possible in a transaction");
        return;
    }
    errand = errand_new(cmd, run, finish);
    errand->context = memory_new(sizeof(reload));
    *(struct reload *)errand->context = reload;
    errand_start(errand);
}

/* ---- LOADAOF ---- */

static void load_log(struct control *control, void *context)
{
    struct errand *errand = context;
    struct loading_request request = {
        .source = LOADING_LOG, .flush = true, .done = loaded, .context = errand};
    char error[LOADING_ERROR_MAX];
    bool begun = loading_start(control, &request, error);

    hold_end(control);
    if (begun)
        return;
    log_warning("the append-only file cannot be loaded: %s", error);
    loaded(control, error, errand);
}

static void held_for_log(struct control *control, void *context)
{
    if (!loading_await_log(control, load_log, context))
        load_log(control, context);
}

static void run_load_log(struct control *control, struct errand *errand)
{
    hold_begin(control, held_for_log, errand);
}

static void finish_load_log(struct errand *errand, struct reply *reply)
{
    const struct reload *reload = errand->context;

    if (reload->load_failed)
        reply_error_literal(reply, "ERR Error trying to load the AOF files, check server logs.");
    else
        reply_ok(reply);
}

void debug_load_log(struct cmd *cmd)
{
    struct errand *errand;

    if (cmd->section != NULL) {
        reply_error_literal(cmd->reply, "ERR DEBUG LOADAOF is not possible in a transaction");
        return;
    }
    errand = errand_new(cmd, run_load_log, finish_load_log);
    errand->context = memory_new_zeroed(1, sizeof(struct reload));
    errand_start(errand);
}
