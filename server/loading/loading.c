#include "server/loading/loading.h"

#include "proto/base/assert.h"
#include "proto/base/memory.h"
#include "server/append_only/append_only.h"
#include "server/config/config.h"
#include "server/config/text_buffer.h"
#include "server/control/cluster_driver.h"
#include "server/control/control.h"
#include "server/dispatch/denial.h"
#include "server/loading/loading_parts.h"
#include "server/migration/slot_drop.h"
#include "server/observe/clock.h"
#include "server/observe/log.h"
#include "server/replication/replication_origin.h"
#include "server/shard/shard.h"
#include "server/snapshot/save.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum {
    /* Long enough that the turns around it cost nothing, short enough for a client's -LOADING. */
    SLICE_US = 5000,
    PROGRESS_MS = 2000,
};

bool loading_fail(struct loading *loading, const char *format, ...)
{
    va_list arguments;

    pthread_mutex_lock(&loading->lock);
    if (!atomic_load(&loading->failed)) {
        va_start(arguments, format);
        vsnprintf(loading->error, sizeof(loading->error), format, arguments);
        va_end(arguments);
        atomic_store(&loading->failed, true);
    }
    pthread_mutex_unlock(&loading->lock);
    return false;
}

/* ---- Life ---- */

struct loading *loading_create(struct node *node, const struct config *config,
                               const struct loading_request *request)
{
    struct loading *loading = memory_new_zeroed(1, sizeof(*loading));

    loading->node = node;
    loading->request = *request;
    loading->started = clock_now_ms();
    loading->started_ticks_ms = clock_monotonic_ms();
    loading->next_progress_ms = loading->started_ticks_ms + PROGRESS_MS;
    loading->load_truncated = config->aof_load_truncated;
    loading->check_sum = config->rdbchecksum;
    loading->any_version = config->rdb_version_check == RDB_VERSION_CHECK_RELAXED;
    pthread_mutex_init(&loading->lock, NULL);
    return loading;
}

void loading_free(struct loading *loading)
{
    for (uint32_t i = 0; loading->shards != NULL && i < loading->node->shard_count; i++) {
        struct loading_shard *self = &loading->shards[i];

        memory_free(self->file_sums);
        memory_free(self->file_ends);
        memory_free(self->file_told);
    }
    loading_files_close(loading);
    pthread_mutex_destroy(&loading->lock);
    free(loading->shards);
    memory_free(loading);
}

static void settle(struct control *control, struct loading *loading);

static void over_deliver(struct message *message, void *receiver)
{
    struct loading_shard *self = (struct loading_shard *)message;
    struct control *control = receiver;
    struct loading *loading = self->loading;

    message_return(control->mailbox, message);
    if (++loading->shards_over == loading->node->shard_count)
        settle(control, loading);
}

static void over_returned(struct message *message, void *sender)
{
    (void)message;
    (void)sender;
}

static void make_shards(struct loading *loading)
{
    struct node *node = loading->node;
    size_t size = node->shard_count * sizeof(*loading->shards);

    loading->shards = aligned_alloc(64, size);
    ASSERT(loading->shards != NULL);
    memset(loading->shards, 0, size);
    for (uint32_t i = 0; i < node->shard_count; i++) {
        struct loading_shard *self = &loading->shards[i];

        self->message = (struct message){.deliver = over_deliver, .returned = over_returned};
        self->loading = loading;
        self->shard = node->shards[i];
        self->file_sums = memory_new_zeroed(loading->part_count, sizeof(uint64_t));
        self->file_ends = memory_new_zeroed(loading->part_count, sizeof(uint64_t));
        self->file_told = memory_new_zeroed(loading->part_count, sizeof(uint64_t));
    }
}

void loading_go(struct loading *loading)
{
    make_shards(loading);
    loading->node->payload_origin = (struct snapshot_origin){.database = -1};
    loading->node->load = loading;
    atomic_store(&loading->node->loading, true);
    log_notice("loading %" PRIu64 " bytes of %u files begins", loading->total_bytes,
               loading->part_count);
}

bool loading_prepare(struct node *node, const struct config *config)
{
    struct loading_request request = {.source =
                                          config->appendonly ? LOADING_LOG : LOADING_SNAPSHOT};
    struct loading *loading = loading_create(node, config, &request);
    bool ok = loading_files_open(loading, config);

    if (!ok)
        log_warning("Fatal error loading the DB: %s", loading->error);
    if (!ok || loading->part_count == 0) {
        loading_free(loading);
        return ok;
    }
    loading_go(loading);
    for (uint32_t i = 0; i < node->shard_count; i++) {
        node->shards[i]->loading = &loading->shards[i];
        denial_refresh(node->shards[i]);
    }
    return true;
}

/* ---- A shard's part ---- */

/* The log's time, or the clock's. */
static void begin_slice(struct loading_shard *self)
{
    /* What is refused to clients is not refused to what has happened already. */
    self->shard->denials = 0;
    if (self->loading->request.source != LOADING_LOG)
        return;
    keyspace_set_replay(self->shard->keyspace, clock_now_ms());
    self->shard->now = KEYSPACE_REPLAY_TIME;
}

static bool begin_part(struct loading_shard *self)
{
    const struct loading_part *part = loading_part_of(self);
    size_t length = part->bytes.length;

    atomic_store_explicit(&self->position, part->before, memory_order_relaxed);
    /* A base may be an RDB; a log never begins with a letter. */
    if (!part->is_log || (length > 0 && (part->bytes.data[0] == 'R' || part->bytes.data[0] == 'V')))
        return loading_rdb_begin(self);
    loading_log_begin(self, 0);
    return true;
}

/* False: nothing more can be done now. */
static bool step(struct loading_shard *self)
{
    if (self->phase == LOADING_PART_BEGINS &&
        (self->part_index == self->loading->part_count || !begin_part(self)))
        return false;
    switch (self->phase) {
    case LOADING_IN_RDB:
        return loading_rdb_step(self) || self->phase != LOADING_IN_RDB;
    case LOADING_IN_COMMANDS:
        if (loading_log_step(self) || self->phase == LOADING_PART_BEGINS)
            return true;
        /* A shard that is alone has met already. */
        return self->phase == LOADING_AT_MEETING && loading_log_meet(self);
    case LOADING_AT_MEETING:
        return loading_log_meet(self);
    case LOADING_PART_BEGINS:
    case LOADING_IS_OVER:
        break;
    }
    return false;
}

static void note_slots(struct loading_shard *self)
{
    for (uint32_t slot = 0; slot < SLOT_COUNT; slot++)
        if (keyspace_slot_size(self->shard->keyspace, (uint16_t)slot) > 0)
            self->slots[slot / 64] |= UINT64_C(1) << (slot % 64);
}

/* The control thread is told. */
static void end_shard(struct loading_shard *self)
{
    struct loading *loading = self->loading;

    loading_rdb_abandon(self);
    loading_replay_close(self);
    aof_reader_free(&self->log);
    atomic_store_explicit(&self->position, loading->total_bytes, memory_order_relaxed);
    self->phase = LOADING_IS_OVER;
    if (loading->node->cluster_enabled)
        note_slots(self);
    mailbox_post(self->shard->mailbox, &self->message, node_control_index(loading->node));
}

/* key-load-delay: so many microseconds for each key, or, when negative, one for so many keys. */
static void rest(struct loading_shard *self, uint64_t keys_before)
{
    int64_t delay = self->shard->config->key_load_delay;
    uint64_t keys = self->keys_loaded - keys_before;

    self->rest_until = clock_ticks() + clock_us_to_ticks(delay > 0 ? keys * (uint64_t)delay
                                                                   : keys / (uint64_t)-delay);
}

bool loading_turn(struct shard *shard)
{
    struct loading_shard *self = shard->loading;
    struct loading *loading = self->loading;
    uint64_t end = clock_ticks() + clock_us_to_ticks(SLICE_US);
    bool more = true;

    shard_assert_owner(shard);
    if (self->phase == LOADING_IS_OVER)
        return false;
    if (__builtin_expect(self->rest_until > clock_ticks(), 0) && !atomic_load(&loading->failed))
        return true;
    begin_slice(self);
    while (more && clock_ticks() < end &&
           !atomic_load_explicit(&loading->failed, memory_order_relaxed)) {
        uint64_t keys = self->keys_loaded;

        more = step(self);
        if (__builtin_expect(shard->config->key_load_delay != 0, 0)) {
            rest(self, keys);
            break;
        }
    }
    shard_read_clock(shard);
    denial_refresh(shard);
    if (self->coordinates && atomic_load(&loading->met) >= self->meetings)
        self->coordinates = false;
    /* A section that was asked for comes, and needs what is here. */
    if ((atomic_load(&loading->failed) && !self->coordinates) ||
        (self->phase == LOADING_PART_BEGINS && self->part_index == loading->part_count)) {
        end_shard(self);
        return false;
    }
    return more;
}

/* ---- When all shards are through: on the control thread ---- */

/* The shards' sums of an RDB make the whole's. */
static bool check_sums(struct loading *loading)
{
    for (uint32_t part = 0; part < loading->part_count; part++) {
        uint64_t told = loading->shards[0].file_told[part];
        uint64_t sum = 0;

        if (loading->shards[0].file_ends[part] == 0)
            continue;
        for (uint32_t i = 0; i < loading->node->shard_count; i++)
            sum ^= loading->shards[i].file_sums[part];
        if (sum != told)
            return loading_fail(
                loading, "%s: Wrong RDB checksum expected: (%" PRIx64 ") but got (%" PRIx64 ")",
                loading->parts[part].path, told, sum);
    }
    return true;
}

static bool has_keys(const struct loading *loading, uint32_t slot)
{
    uint16_t shard = node_shard_of(loading->node, (uint16_t)slot);

    return loading->shards[shard].slots[slot / 64] >> (slot % 64) & 1;
}

/* Slots of keys that nobody has become this node's; those of others are left to whoever sees it. */
static void claim_slots(struct control *control, struct loading *loading)
{
    const struct cluster_view *view = cluster_driver_view(control);
    struct slot_range *ranges = memory_new(SLOT_COUNT * sizeof(*ranges));
    uint32_t count = 0, others = 0;

    /* A replica has its primary's keys. */
    if (view_myself(view)->flags & CLUSTER_NODE_REPLICA) {
        memory_free(ranges);
        return;
    }
    for (uint32_t slot = 0; slot < SLOT_COUNT; slot++) {
        if (!has_keys(loading, slot) || view->owner[slot] == view->myself)
            continue;
        if (view->owner[slot] != SLOT_MAP_NOBODY)
            others++;
        else
            ranges[count++] = (struct slot_range){.first = (uint16_t)slot, .last = (uint16_t)slot};
    }
    if (others > 0) {
        log_warning("there are keys in %u slots that are other nodes': they are dropped", others);
        loading->has_strays = true;
    }
    if (count > 0) {
        log_notice("there are keys in %u slots that nobody has: they are this node's now", count);
        cluster_driver_claim(control, ranges, count);
    }
    memory_free(ranges);
}

static void count(struct loading *loading)
{
    struct loading_figures *figures = &loading->node->load_figures;
    uint64_t loaded = 0, expired = 0, commands = 0;

    for (uint32_t i = 0; i < loading->node->shard_count; i++) {
        loaded += loading->shards[i].keys_loaded;
        expired += loading->shards[i].keys_expired;
        commands += loading->shards[i].commands_run;
    }
    atomic_store(&figures->keys_loaded, loaded);
    atomic_store(&figures->keys_expired, expired);
    atomic_store(&figures->empty_keys_skipped, atomic_load(&loading->empty_keys));
    atomic_store(&figures->commands, commands);
    log_notice("Done loading RDB, keys loaded: %" PRIu64 ", keys expired: %" PRIu64
               ", empty keys skipped: %" PRIu64 ".",
               loaded, expired, atomic_load(&loading->empty_keys));
    log_notice("DB loaded from %s: %.3f seconds, %" PRIu64 " commands",
               loading->request.source == LOADING_LOG ? "append only file" : "disk",
               (double)(clock_monotonic_ms() - loading->started_ticks_ms) / 1000, commands);
}

static void shard_serves(struct shard *shard, const void *subject)
{
    (void)subject;
    shard_assert_owner(shard);
    shard->loading = NULL;
    denial_refresh(shard);
}

static void all_serve(struct control *control, void *context)
{
    struct loading *loading = context;
    struct loading_request request = loading->request;
    bool failed = atomic_load(&loading->failed);
    bool has_strays = loading->has_strays;
    char error[LOADING_ERROR_MAX];

    memcpy(error, loading->error, sizeof(error));
    control->node->load = NULL;
    loading_free(loading);
    if (!failed)
        save_forget_changes(control);
    /* Not before: now the log is written, and would bring back what goes without its knowing. */
    if (has_strays)
        slot_drop_strays(control);
    if (request.done == NULL)
        supervision_ready(control);
    if (request.done != NULL)
        request.done(control, failed ? error : NULL, request.context);
}

static void begin_to_serve(struct control *control, void *context)
{
    atomic_store(&control->node->loading, false);
    publication_start(control, context, shard_serves, all_serve, context);
}

static void begin_log(struct control *control, void *context)
{
    const struct loading *loading = context;

    if (!append_only_begin(control, loading->request.source != LOADING_LOG, begin_to_serve,
                           context))
        _exit(1);
}

static void settle(struct control *control, struct loading *loading)
{
    bool ok = loading_files_are_whole(loading) && !atomic_load(&loading->failed) &&
              check_sums(loading) && loading_files_are_whole(loading) && loading_files_cut(loading);

    if (!ok)
        log_warning("%s: %s",
                    loading->request.done == NULL ? "Fatal error loading the DB" : "loading failed",
                    loading->error);
    if (!ok && loading->request.done == NULL)
        /* Nothing has been served and nothing is to be saved. */
        _exit(1);
    if (ok)
        count(loading);
    if (ok && control->cluster_driver != NULL)
        claim_slots(control, loading);
    if (loading->request.done != NULL)
        begin_to_serve(control, loading);
    else
        replication_origin_restore(control, &control->node->origin, begin_log, loading);
}

void loading_close(struct node *node)
{
    if (node->load == NULL)
        return;
    for (uint32_t i = 0; i < node->shard_count; i++) {
        struct loading_shard *self = &node->load->shards[i];

        loading_rdb_abandon(self);
        loading_replay_close(self);
        aof_reader_free(&self->log);
    }
    loading_free(node->load);
    node->load = NULL;
}

/* ---- Progress ---- */

static uint64_t loaded_bytes(const struct loading *loading)
{
    uint64_t sum = 0;

    for (uint32_t i = 0; i < loading->node->shard_count; i++)
        sum += atomic_load_explicit(&loading->shards[i].position, memory_order_relaxed);
    return sum / loading->node->shard_count;
}

double loading_share(const struct loading *loading)
{
    return loading->total_bytes == 0 ? 1
                                     : (double)loaded_bytes(loading) / (double)loading->total_bytes;
}

void loading_tick(struct control *control)
{
    struct loading *loading = control->node->load;
    int64_t now = clock_monotonic_ms();

    loading_request_tick(control);
    if (loading == NULL || now < loading->next_progress_ms)
        return;
    loading->next_progress_ms = now + PROGRESS_MS;
    log_notice("loading: %.1f %% of %" PRIu64 " bytes", 100 * loading_share(loading),
               loading->total_bytes);
}

void loading_write_state(bool loading, struct text_buffer *text)
{
    text_buffer_add_format(text,
                           "loading:%d\r\n"
                           "async_loading:0\r\n",
                           loading);
}

void loading_write_progress(const struct shard *shard, struct text_buffer *text)
{
    const struct loading *loading;
    double seconds;
    double share;
    int64_t left = 1;

    if (shard->loading == NULL)
        return;
    loading = shard->loading->loading;
    share = loading_share(loading);
    seconds = (double)(clock_monotonic_ms() - loading->started_ticks_ms) / 1000;
    if (share > 0)
        left = (int64_t)(seconds * (1 - share) / share);
    text_buffer_add_format(text,
                           "loading_start_time:%" PRId64 "\r\n"
                           "loading_total_bytes:%" PRIu64 "\r\n"
                           "loading_rdb_used_mem:0\r\n"
                           "loading_loaded_bytes:%" PRIu64 "\r\n"
                           "loading_loaded_perc:%.2f\r\n"
                           "loading_eta_seconds:%" PRId64 "\r\n",
                           loading->started / 1000, loading->total_bytes, loaded_bytes(loading),
                           100 * share, left);
}
