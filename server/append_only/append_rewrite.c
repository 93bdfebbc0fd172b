/*
 * Rewrites: a new base, and the end of the files before it.
 */
#include "proto/base/assert.h"
#include "proto/base/memory.h"
#include "server/append_only/append_state.h"
#include "server/config/config.h"
#include "server/control/control.h"
#include "server/observe/clock.h"
#include "server/observe/log.h"
#include "server/shard/shard.h"

#include <string.h>

enum {
    /* After rewrites that failed, the next one by itself waits: twice as long each time. */
    FAILURE_WAIT_MS = 60 * 1000,
    FAILURE_WAIT_DOUBLINGS = 6,
    /* So many sets of files are rewritten, whatever their size. */
    SETS_MAX = 512,
};

static struct append_figures *figures_of(const struct append_only *self)
{
    return &self->logs->figures;
}

bool append_rewrite_is_wanted(const struct append_only *self)
{
    return atomic_load(&figures_of(self)->rewrite_wanted);
}

void append_rewrite_want(struct append_only *self, bool wanted)
{
    atomic_store(&figures_of(self)->rewrite_wanted, wanted);
    if (!wanted)
        atomic_store(&figures_of(self)->rewrite_scheduled, false);
}

/* ---- The end ---- */

static void note_end(struct append_only *self, bool failed)
{
    struct append_figures *figures = figures_of(self);

    self->rewriting = false;
    memory_free(self->base);
    self->base = NULL;
    atomic_store(&figures->rewriting, false);
    atomic_store(&figures->rewrite_scheduled, false);
    atomic_store(&figures->rewrite_failed, failed);
    atomic_store(&figures->rewrite_seconds,
                 (clock_monotonic_ms() - atomic_load(&figures->rewrite_started_ms)) / 1000);
    if (failed)
        atomic_fetch_add(&figures->rewrite_failures, 1);
    else
        atomic_store(&figures->rewrite_failures, 0);
}

static void base_saved(struct append_only *self, int error)
{
    struct append_figures *figures = figures_of(self);

    if (error != 0) {
        /* The base is there, and the list in memory is right: it is tried again. */
        atomic_store(&figures->rewrite_failed, true);
        append_state_over(self, true);
        return;
    }
    self->base_ready = false;
    note_end(self, false);
    atomic_store(&figures->size_before, self->base_bytes);
    atomic_store(&figures->position_before, self->cut_position);
    atomic_store(&figures->base_size,
                 self->base_bytes + append_state_position(self) - self->cut_position);
    if (self->state == APPEND_STARTING) {
        self->state = APPEND_ON;
        atomic_store(&self->logs->promises, true);
    }
    log_notice("the append-only file has been rewritten: its base has %llu bytes",
               (unsigned long long)self->base_bytes);
    append_state_over(self, false);
}

static void list_base(struct append_only *self)
{
    self->busy = true;
    /* Once, should the manifest have to be written again. */
    if (self->base != NULL)
        append_directory_set_base(&self->directory, self->base, self->cut_generation);
    memory_free(self->base);
    self->base = NULL;
    append_state_save(self, base_saved);
}

static void snapshot_done(struct control *control, const struct snapshot_outcome *outcome,
                          void *context)
{
    struct append_only *self = context;

    (void)control;
    ASSERT(self->rewriting);
    if (outcome->result == SNAPSHOT_WRITTEN && self->state != APPEND_STOPPING) {
        self->base_ready = true;
        self->base_bytes = outcome->bytes;
    } else {
        if (outcome->result == SNAPSHOT_FAILED)
            log_warning("the append-only file cannot be rewritten: %s: %s",
                        outcome->step != NULL ? outcome->step : "snapshot",
                        strerror(outcome->error));
        note_end(self, true);
        /* The log that was to begin with it begins with the next. */
        append_rewrite_want(self, self->state == APPEND_STARTING);
        if (outcome->result == SNAPSHOT_FAILED || self->state == APPEND_STARTING)
            self->next_try_ms = clock_monotonic_ms() + 1000;
    }
    append_state_advance(self);
}

/* ---- The cut ---- */

static void attach_all(struct append_only *self)
{
    struct append_logs *logs = self->logs;
    uint64_t generation = atomic_fetch_add(&logs->generation, 1) + 1;

    /* A cut may have come to some of them only, when they ended. */
    logs->cut_calls = 0;
    for (uint32_t i = 0; i < logs->count; i++)
        append_log_attach(logs->of[i], generation);
}

/* All shards stand still; the control thread may go on, and looks at none of this meanwhile. */
static void at_cut(struct section *section, void *context)
{
    struct append_only *self = context;
    struct append_logs *logs = self->logs;

    (void)section;
    atomic_store(&figures_of(self)->rewrite_scheduled, false);
    self->cut_position = append_state_position(self);
    if (!self->base_is_in_use || atomic_load(&logs->ends)) {
        self->cut_generation = UINT64_MAX;
        return;
    }
    if (list_linked(&logs->of[0]->reader.link))
        append_logs_cut(logs);
    else
        attach_all(self);
    self->cut_generation = atomic_load(&logs->generation);
}

/* ---- The beginning ---- */

static void begin(struct append_only *self)
{
    const struct config *config = self->control->config;
    struct append_figures *figures = figures_of(self);
    struct snapshot_request request = {
        .format = config->aof_use_rdb_preamble ? SNAPSHOT_RDB : SNAPSHOT_COMMANDS,
        .aof_base = true,
        .flush_piece_wise = config->aof_rewrite_incremental_fsync,
        .at_cut = at_cut,
        .done = snapshot_done,
        .context = self,
    };
    char *path;

    self->rewriting = true;
    self->base_is_in_use = self->state == APPEND_STARTING || self->state == APPEND_ON;
    self->base = append_directory_next_base(&self->directory, config->aof_use_rdb_preamble);
    path = append_directory_file(&self->directory, self->base);
    request.path = path;
    atomic_store(&figures->rewriting, true);
    append_rewrite_want(self, false);
    /* Another snapshot is under way: until it is over the rewrite waits. */
    atomic_store(&figures->rewrite_scheduled, snapshot_is_active(self->control));
    atomic_store(&figures->rewrite_started_ms, clock_monotonic_ms());
    atomic_fetch_add(&figures->rewrites, 1);
    log_notice("the append-only file is being rewritten");
    self->snapshot = snapshot_start(self->control, &request);
    memory_free(path);
}

bool append_rewrite_advance(struct append_only *self)
{
    if (self->base_ready) {
        list_base(self);
        return true;
    }
    if (!append_rewrite_is_wanted(self) || self->rewriting || self->control->stopping)
        return false;
    if (!self->directory_open) {
        self->directory_open = append_directory_open(&self->directory, self->control->config);
        if (!self->directory_open) {
            append_rewrite_want(self, false);
            return false;
        }
    }
    begin(self);
    return true;
}

void append_rewrite_cancel(struct append_only *self)
{
    append_rewrite_want(self, false);
    if (self->rewriting && !self->base_ready)
        snapshot_cancel(self->control, self->snapshot);
}

void append_rewrite_give_up(struct append_only *self)
{
    struct append_figures *figures = figures_of(self);

    /* A log that is to begin with it tries again. */
    if (!append_rewrite_is_wanted(self) || self->state != APPEND_ON)
        return;
    append_rewrite_want(self, false);
    atomic_store(&figures->rewrite_failed, true);
    atomic_fetch_add(&figures->rewrite_failures, 1);
}

/* ---- By itself ---- */

static bool has_grown(const struct append_only *self)
{
    const struct config *config = self->control->config;
    const struct append_figures *figures = figures_of(self);
    uint64_t size = atomic_load(&figures->size_before) + append_state_position(self) -
                    atomic_load(&figures->position_before);
    uint64_t base = atomic_load(&figures->base_size);

    if (self->directory.count > SETS_MAX * self->logs->count)
        return true;
    if (config->auto_aof_rewrite_percentage == 0 || size <= config->auto_aof_rewrite_min_size)
        return false;
    if (base == 0)
        base = 1;
    return size >= base && (size - base) / base * 100 + (size - base) % base * 100 / base >=
                               (uint64_t)config->auto_aof_rewrite_percentage;
}

void append_rewrite_tick(struct append_only *self, int64_t now_ms)
{
    uint64_t failures = atomic_load(&figures_of(self)->rewrite_failures);

    if (self->state != APPEND_ON || self->rewriting || append_rewrite_is_wanted(self) ||
        now_ms < self->next_rewrite_ms || snapshot_is_active(self->control) || !has_grown(self))
        return;
    if (failures > FAILURE_WAIT_DOUBLINGS)
        failures = FAILURE_WAIT_DOUBLINGS;
    self->next_rewrite_ms = now_ms + (failures > 0 ? FAILURE_WAIT_MS << (failures - 1) : 0);
    log_notice("the append-only file has grown enough to be rewritten");
    append_rewrite_want(self, true);
}

/* ---- By command ---- */

enum append_rewrite append_only_rewrite(struct control *control)
{
    struct append_only *self = control->append_only;
    bool waits = snapshot_is_active(control);

    if (self->rewriting)
        return APPEND_REWRITE_UNDER_WAY;
    append_rewrite_want(self, true);
    self->next_rewrite_ms = 0;
    atomic_store(&figures_of(self)->rewrite_scheduled, waits);
    append_state_advance(self);
    return waits ? APPEND_REWRITE_SCHEDULED : APPEND_REWRITE_STARTED;
}
