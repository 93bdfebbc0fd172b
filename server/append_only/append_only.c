#include "server/append_only/append_only.h"

#include "proto/base/assert.h"
#include "proto/base/memory.h"
#include "proto/rdb/crc64.h"
#include "server/append_only/append_part.h"
#include "server/append_only/append_state.h"
#include "server/config/whole_file.h"
#include "server/control/control.h"
#include "server/dispatch/denial.h"
#include "server/observe/clock.h"
#include "server/observe/log.h"
#include "server/shard/shard.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { RETRY_MS = 1000 };

/* ---- Logs ---- */

void append_only_create(struct node *node)
{
    struct append_logs *logs = memory_new_zeroed(1, sizeof(*logs));

    logs->count = node->shard_count;
    logs->of = memory_new_zeroed(node->shard_count, sizeof(*logs->of));
    pthread_mutex_init(&logs->denial_lock, NULL);
    atomic_store(&logs->figures.rewrite_seconds, -1);
    for (uint32_t i = 0; i < node->shard_count; i++)
        logs->of[i] = append_log_create(logs, node->shards[i]);
    node->append_logs = logs;
}

void append_only_destroy(struct node *node)
{
    struct append_logs *logs = node->append_logs;

    for (uint32_t i = 0; i < logs->count; i++)
        append_log_destroy(logs->of[i]);
    append_logs_forget_transaction(logs);
    pthread_mutex_destroy(&logs->denial_lock);
    memory_free(logs->of);
    memory_free(logs);
    node->append_logs = NULL;
}

uint64_t append_state_position(const struct append_only *self)
{
    uint64_t position = 0;

    for (uint32_t i = 0; i < self->logs->count; i++)
        position += append_log_appended(self->logs->of[i]);
    return position;
}

/* ---- The manifest ---- */

void append_state_over(struct append_only *self, bool failed)
{
    ASSERT(self->busy);
    self->busy = false;
    if (failed)
        self->next_try_ms = clock_monotonic_ms() + RETRY_MS;
    else
        append_state_advance(self);
}

static void replaced(struct file_replacement *replacement, int error)
{
    struct append_only *self = list_entry(replacement, struct append_only, replacement);

    if (error != 0)
        log_warning("the manifest of the append-only file cannot be written: %s", strerror(-error));
    else
        self->directory.exists = true;
    self->saved(self, error);
}

void append_state_save(struct append_only *self, void (*saved)(struct append_only *self, int error))
{
    struct text_buffer text = {0};
    char *name = append_directory_manifest(&self->directory);

    append_directory_write(&self->directory, &text);
    self->saved = saved;
    self->replacement = (struct file_replacement){.done = replaced};
    file_replacement_start(&self->replacement, self->control->reactor, self->directory.path, name,
                           text_buffer_span(&text));
    text_buffer_free(&text);
    memory_free(name);
}

/* ---- Handing over files ---- */

struct handover {
    struct append_only *self;
    uint64_t generation;
    bool attaches;                                         /* the logs begin with them */
    void (*ready)(struct control *control, void *context); /* may be NULL */
    void *context;
    int fds[];
};

static void adopt_files(struct shard *shard, const void *subject)
{
    const struct handover *handover = subject;
    struct append_log *log = shard->node->append_logs->of[shard->index];

    append_log_add_file(log, handover->generation, handover->fds[shard->index]);
    if (handover->attaches)
        append_log_attach(log, handover->generation);
}

static void files_adopted(struct control *control, void *context)
{
    struct handover *handover = context;

    if (handover->ready != NULL)
        handover->ready(control, handover->context);
    memory_free(handover);
}

/* The set that has been made, for the logs. */
static struct handover *handover_new(struct append_only *self, uint64_t generation, bool attaches)
{
    struct handover *handover =
        memory_new_zeroed(1, sizeof(*handover) + self->logs->count * sizeof(int));

    handover->self = self;
    handover->generation = generation;
    handover->attaches = attaches;
    memcpy(handover->fds, self->fds, self->logs->count * sizeof(int));
    self->fd_count = 0;
    self->generation_made = generation;
    return handover;
}

/* Messages arrive in order: what is sent later finds them. */
static void hand_over(struct append_only *self, struct handover *handover)
{
    struct node *node = self->control->node;

    if (self->control->serving) {
        publication_start(self->control, handover, adopt_files, files_adopted, handover);
        return;
    }
    /* The shards' threads wait for their start. */
    for (uint32_t i = 0; i < node->shard_count; i++)
        adopt_files(node->shards[i], handover);
    files_adopted(self->control, handover);
}

/* ---- Making a set of files ---- */

static void close_set(struct append_only *self)
{
    while (self->fd_count > 0)
        close(self->fds[--self->fd_count]);
}

static void set_failed(struct append_only *self, int error)
{
    log_warning("the files of the append-only file cannot be made: %s", strerror(-error));
    close_set(self);
    append_directory_remove_set(&self->directory, self->generation_made + 1);
    append_rewrite_give_up(self);
    append_state_over(self, true);
}

static void set_saved(struct append_only *self, int error)
{
    if (error != 0) {
        set_failed(self, error);
        return;
    }
    /* The shards that would write to it may have ended. */
    if (self->control->finished)
        close_set(self);
    else
        hand_over(self, handover_new(self, self->generation_made + 1, false));
    append_state_over(self, false);
}

static void open_next(struct append_only *self);

static void file_opened(struct file_operation *operation, int result)
{
    struct append_only *self = list_entry(operation, struct append_only, operation);

    memory_free(self->path);
    if (result < 0) {
        set_failed(self, result);
        return;
    }
    self->fds[self->fd_count++] = result;
    if (self->fd_count < self->logs->count)
        open_next(self);
    else if (atomic_load(&self->logs->promises))
        append_state_save(self, set_saved);
    else
        set_saved(self, 0);
}

static const struct append_entry *entry_of_set(const struct append_only *self, uint32_t index)
{
    return &self->directory.entries[self->directory.count - self->logs->count + index];
}

static void open_next(struct append_only *self)
{
    self->path = append_directory_file(&self->directory, entry_of_set(self, self->fd_count)->name);
    self->operation = (struct file_operation){.done = file_opened};
    file_open(&self->operation, self->control->reactor, self->path, O_WRONLY | O_CREAT | O_TRUNC,
              0644);
}

static void make_set(struct append_only *self)
{
    self->busy = true;
    append_directory_add_set(&self->directory, self->generation_made + 1, self->logs->count);
    open_next(self);
}

/* Up to which generation are there to be files? Where keys lie on several shards a cut may come at
 * any moment. */
static uint64_t generation_wanted(const struct append_only *self)
{
    uint64_t current = atomic_load(&self->logs->generation);

    /* What has been cut is still written when the log or the node stops. */
    if (self->state == APPEND_STOPPING || self->control->stopping)
        return current;
    if (self->state == APPEND_STARTING)
        return current + 1;
    return current + (self->logs->count > 1 || append_rewrite_is_wanted(self) ? 1 : 0);
}

/* ---- Deleting what nothing refers to ---- */

static void history_saved(struct append_only *self, int error)
{
    append_state_over(self, error != 0);
}

static void unlinked(struct file_operation *operation, int result)
{
    struct append_only *self = list_entry(operation, struct append_only, operation);

    if (result < 0 && result != -ENOENT)
        log_warning("cannot delete %s: %s", self->path, strerror(-result));
    memory_free(self->path);
    append_directory_forget(&self->directory, append_directory_first_history(&self->directory));
    if (append_directory_first_history(&self->directory) == NULL)
        append_state_save(self, history_saved);
    else
        append_state_over(self, false);
}

static void delete_history(struct append_only *self)
{
    self->busy = true;
    self->path = append_directory_file(&self->directory,
                                       append_directory_first_history(&self->directory)->name);
    self->operation = (struct file_operation){.done = unlinked};
    file_unlink(&self->operation, self->control->reactor, self->path);
}

/* ---- Stopping ---- */

static void detach(struct shard *shard, const void *subject)
{
    (void)subject;
    append_log_detach(shard->node->append_logs->of[shard->index]);
}

static void detached(struct control *control, void *context)
{
    (void)context;
    control->append_only->detaching = false;
    append_state_advance(control->append_only);
}

/* A rewrite's cut may be on its way: shards that come to it before they are told are attached by
 * then, and those that come later find that the log ends. */
static void stop(struct append_only *self)
{
    log_notice("the append-only file is switched off");
    self->state = APPEND_STOPPING;
    self->detaching = true;
    atomic_store(&self->logs->ends, true);
    publication_start(self->control, NULL, detach, detached, NULL);
    append_rewrite_cancel(self);
}

/* All logs have gone to the disk. */
static void stop_if_done(struct append_only *self)
{
    /* What they say is of the last time. */
    if (self->detaching)
        return;
    for (uint32_t i = 0; i < self->logs->count; i++)
        if (!atomic_load(&self->logs->of[i]->stopped))
            return;
    self->state = APPEND_OFF;
    /* The spare files were closed with the others. */
    atomic_store(&self->logs->generation, self->generation_made);
    atomic_store(&self->logs->promises, false);
    atomic_store(&self->logs->figures.enabled, false);
}

/* ---- Starting ---- */

static bool open_directory(struct append_only *self)
{
    if (!self->directory_open)
        self->directory_open = append_directory_open(&self->directory, self->control->config);
    return self->directory_open;
}

static void start(struct append_only *self)
{
    if (!open_directory(self)) {
        self->next_try_ms = clock_monotonic_ms() + RETRY_MS;
        return;
    }
    log_notice("the append-only file is switched on: all data are written first");
    ASSERT(!self->rewriting);
    self->state = APPEND_STARTING;
    atomic_store(&self->logs->ends, false);
    append_rewrite_want(self, true);
    atomic_store(&self->logs->figures.rewrite_scheduled, snapshot_is_active(self->control));
    atomic_store(&self->logs->figures.enabled, true);
}

/* A database without anything in it, for a log that begins with nothing. */
static bool make_empty_base(struct append_only *self)
{
    static const char head[] = "REDIS0010\xfa\x08"
                               "aof-base\xc0\x01\xff";
    bool is_rdb = self->control->config->aof_use_rdb_preamble;
    char *name = append_directory_next_base(&self->directory, is_rdb);
    char *path = append_directory_file(&self->directory, name);
    uint64_t crc = crc64_update(0, span_of(head, sizeof(head) - 1));
    char bytes[sizeof(head) - 1 + sizeof(crc)];
    bool made;

    memcpy(bytes, head, sizeof(head) - 1);
    memcpy(bytes + sizeof(head) - 1, &crc, sizeof(crc));
    made = whole_file_replace(path, span_of(bytes, is_rdb ? sizeof(bytes) : 0), 0644);
    if (made)
        append_directory_set_base(&self->directory, name, 0);
    else
        log_warning("cannot write %s: %s", path, strerror(errno));
    memory_free(name);
    memory_free(path);
    return made;
}

/* The first set, with the manifest that lists it. */
static bool make_first_set(struct append_only *self)
{
    struct text_buffer text = {0};
    char *name = append_directory_manifest(&self->directory);
    char *path = append_directory_file(&self->directory, name);
    bool made = true;

    append_directory_add_set(&self->directory, 1, self->logs->count);
    append_directory_write(&self->directory, &text);
    for (uint32_t i = 0; i < self->logs->count && made; i++) {
        char *file = append_directory_file(&self->directory, entry_of_set(self, i)->name);

        self->fds[i] = open(file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
        made = self->fds[i] >= 0;
        if (!made)
            log_warning("cannot make %s: %s", file, strerror(errno));
        memory_free(file);
    }
    if (made && !whole_file_replace(path, text_buffer_span(&text), 0644)) {
        log_warning("cannot write %s: %s", path, strerror(errno));
        made = false;
    }
    self->directory.exists = made;
    text_buffer_free(&text);
    memory_free(name);
    memory_free(path);
    return made;
}

bool append_only_begin(struct control *control, bool loaded_elsewhere,
                       void (*ready)(struct control *control, void *context), void *context)
{
    struct append_only *self = control->append_only;
    struct append_figures *figures = &self->logs->figures;
    struct handover *handover;

    self->begun = true;
    /* What is there came from somewhere else: the log has to begin with it. */
    if (control->config->appendonly && loaded_elsewhere)
        start(self);
    if (!control->config->appendonly || loaded_elsewhere) {
        if (ready != NULL)
            ready(control, context);
        return true;
    }
    if (!open_directory(self))
        return false;
    if ((self->directory.count == 0 && !make_empty_base(self)) || !make_first_set(self))
        return false;
    atomic_store(&self->logs->generation, 1);
    atomic_store(&self->logs->promises, true);
    atomic_store(&figures->enabled, true);
    atomic_store(&figures->size_before, append_directory_size(&self->directory));
    atomic_store(&figures->base_size, atomic_load(&figures->size_before));
    self->state = APPEND_ON;
    handover = handover_new(self, 1, true);
    handover->ready = ready;
    handover->context = context;
    hand_over(self, handover);
    return true;
}

/* ---- What is to be done next ---- */

static bool may_delete(const struct append_only *self)
{
    return !self->control->config->aof_disable_auto_gc && self->directory_open &&
           (self->state == APPEND_ON || self->state == APPEND_OFF) &&
           append_directory_first_history(&self->directory) != NULL;
}

void append_state_advance(struct append_only *self)
{
    bool wants = self->control->config->appendonly && !self->suspended;

    if (self->busy || !self->begun || clock_monotonic_ms() < self->next_try_ms)
        return;
    if (self->state == APPEND_STOPPING)
        stop_if_done(self);
    if (self->state == APPEND_OFF && wants && !self->control->stopping && !self->rewriting)
        start(self);
    else if ((self->state == APPEND_ON || self->state == APPEND_STARTING) && !wants)
        stop(self);
    if (self->state != APPEND_OFF && self->generation_made < generation_wanted(self))
        make_set(self);
    else if (self->control->stopping)
        return;
    else if (!append_rewrite_advance(self) && may_delete(self))
        delete_history(self);
}

void append_only_tick(struct control *control)
{
    struct append_only *self = control->append_only;

    atomic_store_explicit(&self->logs->skips_sync,
                          control->config->no_appendfsync_on_rewrite && snapshot_is_active(control),
                          memory_order_relaxed);
    append_rewrite_tick(self, clock_monotonic_ms());
    append_state_advance(self);
}

void append_only_suspend(struct control *control)
{
    struct append_only *self = control->append_only;

    self->suspended = true;
    if (self->state == APPEND_ON || self->state == APPEND_STARTING)
        stop(self);
    else
        append_rewrite_cancel(self);
}

void append_only_resume(struct control *control)
{
    control->append_only->suspended = false;
    append_state_advance(control->append_only);
}

bool append_only_is_busy(const struct control *control)
{
    return control->append_only != NULL && control->append_only->busy;
}

bool append_only_is_starting(const struct control *control)
{
    return control->append_only != NULL && control->append_only->state == APPEND_STARTING;
}

bool append_only_keeps(const struct control *control)
{
    const struct append_only *self = control->append_only;

    return self != NULL && self->state == APPEND_ON && !self->suspended &&
           atomic_load(&self->logs->promises) &&
           !(atomic_load(&control->node->denials) & DENIAL_LOG);
}

void append_only_settings(struct control *control)
{
    if (control->append_only != NULL)
        append_state_advance(control->append_only);
}

void append_only_open(struct control *control)
{
    struct append_only *self = memory_new_zeroed(1, sizeof(*self));

    self->control = control;
    self->logs = control->node->append_logs;
    self->fds = memory_new_zeroed(self->logs->count, sizeof(*self->fds));
    control->append_only = self;
}

void append_only_close(struct control *control)
{
    struct append_only *self = control->append_only;

    if (self->directory_open)
        append_directory_close(&self->directory);
    memory_free(self->base);
    memory_free(self->fds);
    memory_free(self);
    control->append_only = NULL;
}
