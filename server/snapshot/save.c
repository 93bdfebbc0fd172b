#include "server/snapshot/save.h"

#include "proto/base/assert.h"
#include "proto/base/memory.h"
#include "server/control/control.h"
#include "server/dispatch/denial.h"
#include "server/observe/clock.h"
#include "server/observe/log.h"
#include "server/replication/replication_origin.h"
#include "server/replication/replication_stream.h"
#include "server/shard/shard.h"
#include "server/snapshot/snapshot.h"
#include "server/snapshot/snapshot_file.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum {
    /* A save point tries again so long after a failure. */
    RETRY_MS = 5000,
    ERROR_MAX = 256,
};

struct saving {
    uint64_t background; /* number of the snapshot; 0: there is none */
    bool scheduled;
    bool closed;
    time_ms tried; /* when the last began in the background */
};

/* One save: what its snapshot comes back with. */
struct save {
    bool background;
    save_done *done;                                       /* in the foreground */
    void (*begun)(struct control *control, void *context); /* NULL when it has been called */
    void *context;
    struct replication_mark mark; /* where the data are in the stream */
    struct snapshot_origin origin;
};

static struct save_status *status_of(const struct control *control)
{
    return &control->node->save;
}

void save_status_init(struct save_status *status, time_ms now)
{
    atomic_store(&status->last_save, now);
    atomic_store(&status->last_seconds, -1);
}

/* ---- How it went ---- */

/* Refuses writes, or not any more. */
static void judge(struct control *control)
{
    const struct config *config = control->config;

    denial_set(control->node, DENIAL_SAVE,
               atomic_load(&status_of(control)->last_failed) &&
                   config->stop_writes_on_bgsave_error && config->save.count > 0);
}

void save_settings(struct control *control)
{
    judge(control);
}

static void succeeded(struct control *control, const struct snapshot_outcome *outcome)
{
    struct save_status *status = status_of(control);

    log_notice("data saved on disk: %" PRIu64 " keys, %" PRIu64 " bytes, %.3f seconds",
               outcome->keys, outcome->bytes, (double)outcome->duration_ms / 1000);
    atomic_store(&status->last_save, control->now);
    atomic_store(&status->changes, outcome->changes);
    atomic_fetch_add(&status->saves, 1);
    atomic_store(&status->last_failed, false);
    judge(control);
}

/* What the background shows of itself. */
static void background_done(struct control *control, const struct snapshot_outcome *outcome)
{
    struct save_status *status = status_of(control);

    control->saving->background = 0;
    atomic_store(&status->began, 0);
    atomic_store(&status->last_seconds, outcome->duration_ms / 1000);
    atomic_store(&status->last_memory, atomic_load(&status->memory_peak));
    if (outcome->result != SNAPSHOT_FAILED)
        return;
    atomic_store(&status->last_failed, true);
    judge(control);
}

static void snapshot_cut_made(struct control *control, void *context)
{
    struct save *save = context;
    void (*begun)(struct control * control, void *context) = save->begun;

    save->begun = NULL;
    if (begun != NULL)
        begun(control, save->context);
}

static void snapshot_done(struct control *control, const struct snapshot_outcome *outcome,
                          void *context)
{
    struct save *save = context;
    char text[ERROR_MAX] = "";

    snapshot_cut_made(control, save);
    switch (outcome->result) {
    case SNAPSHOT_WRITTEN:
        succeeded(control, outcome);
        break;
    case SNAPSHOT_FAILED:
        snprintf(text, sizeof(text), "%s: %s", outcome->step, strerror(outcome->error));
        log_warning("the data could not be saved in %s: %s", control->config->dbfilename, text);
        break;
    case SNAPSHOT_CANCELLED:
        snprintf(text, sizeof(text), "cancelled");
        log_notice("saving was cancelled");
        break;
    }
    if (save->background)
        background_done(control, outcome);
    if (save->done != NULL)
        save->done(control, outcome->result == SNAPSHOT_WRITTEN ? NULL : text, save->context);
    replication_stream_forget(&save->mark);
    memory_free(save);
}

/* ---- Beginning ---- */

static void mark_reached(struct control *control, struct replication_mark *mark, int64_t offset)
{
    struct save *save = list_entry(mark, struct save, mark);

    if (replication_origin_now(control, &save->origin))
        save->origin.offset = offset;
}

static void at_cut(struct section *section, void *context)
{
    const struct save *save = context;

    replication_stream_mark_if_read(section, &save->mark);
}

/* Shards hand their marks over before they walk: all of them have come by now. */
static void take_marks(struct control *control, void *context)
{
    (void)context;
    replication_stream_collect(control);
}

/* A replica's data have a known offset only while nothing is applied: before the node ends. */
static void look_for_origin(struct control *control, struct save *save)
{
    save->mark.reached = mark_reached;
    replication_stream_expect(control, &save->mark);
    if (control->shutdown != NULL && atomic_load(&control->node->is_replica))
        replication_origin_now(control, &save->origin);
}

/* Takes `save` over. */
static uint64_t start(struct control *control, struct save *save)
{
    struct snapshot_request request = {.path = control->config->dbfilename,
                                       .format = SNAPSHOT_RDB,
                                       .flush_piece_wise =
                                           control->config->rdb_save_incremental_fsync,
                                       .origin = &save->origin,
                                       .at_cut = at_cut,
                                       .cut = snapshot_cut_made,
                                       .ending = take_marks,
                                       .done = snapshot_done,
                                       .context = save};

    atomic_store(&status_of(control)->memory_peak, 0);
    look_for_origin(control, save);
    return snapshot_start(control, &request);
}

uint64_t save_in_foreground(struct control *control, save_done *done, void *context)
{
    struct save *save = memory_new_zeroed(1, sizeof(*save));

    save->done = done;
    save->context = context;
    return start(control, save);
}

static void start_in_background(struct control *control,
                                void (*begun)(struct control *control, void *context),
                                void *context)
{
    struct saving *saving = control->saving;
    struct save *save = memory_new_zeroed(1, sizeof(*save));

    save->background = true;
    save->begun = begun;
    save->context = context;
    ASSERT(saving->background == 0);
    saving->scheduled = false;
    atomic_store(&status_of(control)->scheduled, false);
    saving->tried = control->now;
    atomic_store(&status_of(control)->began, control->now);
    saving->background = start(control, save);
    log_notice("saving in the background");
}

bool save_is_in_background(const struct control *control)
{
    return control->saving->background != 0;
}

enum save_answer save_in_background(struct control *control, bool schedule,
                                    void (*begun)(struct control *control, void *context),
                                    void *context)
{
    struct saving *saving = control->saving;

    if (saving->background != 0)
        return SAVE_IN_PROGRESS;
    if (!snapshot_is_active(control)) {
        start_in_background(control, begun, context);
        return SAVE_STARTED;
    }
    if (!schedule)
        return SAVE_BUSY;
    saving->scheduled = true;
    atomic_store(&status_of(control)->scheduled, true);
    return SAVE_SCHEDULED;
}

enum save_cancelled save_cancel(struct control *control)
{
    struct saving *saving = control->saving;

    if (saving->background != 0) {
        snapshot_cancel(control, saving->background);
        return SAVE_CANCELLED;
    }
    if (!saving->scheduled)
        return SAVE_NONE_CANCELLED;
    saving->scheduled = false;
    atomic_store(&status_of(control)->scheduled, false);
    return SAVE_UNSCHEDULED;
}

/* ---- Now and then ---- */

static uint64_t changes(const struct control *control)
{
    uint64_t sum = 0;

    for (uint32_t i = 0; i < control->node->shard_count; i++)
        sum += atomic_load_explicit(&control->node->shards[i]->changes, memory_order_relaxed);
    return sum - atomic_load(&status_of(control)->changes);
}

void save_forget_changes(struct control *control)
{
    struct save_status *status = status_of(control);

    atomic_store(&status->changes, atomic_load(&status->changes) + changes(control));
    atomic_store(&status->last_save, control->now);
}

static void check_points(struct control *control)
{
    const struct config_saves *points = &control->config->save;
    struct save_status *status = status_of(control);
    time_ms since = control->now - atomic_load(&status->last_save);
    int64_t changed = (int64_t)changes(control);

    if (atomic_load(&status->last_failed) && control->now - control->saving->tried < RETRY_MS)
        return;
    for (uint32_t i = 0; i < points->count; i++) {
        const struct config_save *point = &points->items[i];

        if (changed < point->changes || since <= point->seconds * 1000)
            continue;
        log_notice("%" PRId64 " changes in %" PRId64 " seconds: saving", point->changes,
                   point->seconds);
        start_in_background(control, NULL, NULL);
        return;
    }
}

static void show_progress(struct control *control)
{
    struct save_status *status = status_of(control);
    struct snapshot_progress progress = snapshot_progress(control);

    atomic_store(&status->keys_total, progress.keys_total);
    atomic_store(&status->keys_done, progress.keys_done);
    atomic_store(&status->memory, progress.memory);
    atomic_store(&status->memory_at, control->now);
    if (progress.memory > atomic_load(&status->memory_peak))
        atomic_store(&status->memory_peak, progress.memory);
}

void save_tick(struct control *control)
{
    struct saving *saving = control->saving;

    show_progress(control);
    /* What is not all there must not take the place of what is being loaded. */
    if (saving->closed || snapshot_is_active(control) || atomic_load(&control->node->loading))
        return;
    if (saving->scheduled)
        start_in_background(control, NULL, NULL);
    else
        check_points(control);
}

/* ---- Life ---- */

void save_open(struct control *control)
{
    char *temporary = snapshot_file_temporary(control->config->dbfilename);

    control->saving = memory_new_zeroed(1, sizeof(*control->saving));
    /* Of a node that did not end well. */
    if (unlink(temporary) == 0)
        log_notice("removed %s, which was left over", temporary);
    memory_free(temporary);
}

void save_close(struct control *control)
{
    control->saving->closed = true;
}

void save_free(struct control *control)
{
    memory_free(control->saving);
    control->saving = NULL;
}
