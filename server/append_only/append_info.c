/* INFO persistence: the fields of the append-only file. */
#include "server/append_only/append_log.h"
#include "server/append_only/append_only.h"
#include "server/commands/info.h"
#include "server/observe/clock.h"

#include <inttypes.h>

static void write_rewrites(const struct append_figures *figures, struct text_buffer *text)
{
    bool scheduled = atomic_load(&figures->rewrite_scheduled);
    /* From the answer to BGREWRITEAOF on, which may be before its first step. */
    bool wanted = atomic_load(&figures->rewrite_wanted);
    bool rewriting = !scheduled && (atomic_load(&figures->rewriting) || wanted);
    int64_t running = (clock_monotonic_ms() - atomic_load(&figures->rewrite_started_ms)) / 1000;

    text_buffer_add_format(text,
                           "aof_enabled:%d\r\n"
                           "aof_rewrite_in_progress:%d\r\n"
                           "aof_rewrite_scheduled:%d\r\n"
                           "aof_last_rewrite_time_sec:%" PRId64 "\r\n"
                           "aof_current_rewrite_time_sec:%" PRId64 "\r\n"
                           "aof_last_bgrewrite_status:%s\r\n"
                           "aof_rewrites:%" PRIu64 "\r\n"
                           "aof_rewrites_consecutive_failures:%" PRIu64 "\r\n",
                           atomic_load(&figures->enabled), rewriting, scheduled,
                           atomic_load(&figures->rewrite_seconds),
                           !rewriting ? -1
                           : wanted   ? 0
                                      : running,
                           atomic_load(&figures->rewrite_failed) ? "err" : "ok",
                           atomic_load(&figures->rewrites),
                           atomic_load(&figures->rewrite_failures));
}

/* What all logs together have to tell. */
struct sum {
    uint64_t appended;
    uint64_t backlog;
    uint64_t delayed;
    uint32_t syncing;
    bool failing;
};

static struct sum sum_of(const struct append_logs *logs)
{
    struct sum sum = {0};

    for (uint32_t i = 0; i < logs->count; i++) {
        const struct append_log *log = logs->of[i];

        sum.appended += append_log_appended(log);
        sum.backlog += atomic_load(&log->backlog);
        sum.delayed += atomic_load(&log->syncs_delayed);
        sum.syncing += atomic_load(&log->sync_pending);
        sum.failing |= atomic_load(&log->failing) != 0;
    }
    return sum;
}

void append_only_write_info(const struct info *info, struct text_buffer *text)
{
    const struct append_logs *logs = info->node->append_logs;
    const struct append_figures *figures = &logs->figures;
    struct sum sum = sum_of(logs);

    write_rewrites(figures, text);
    text_buffer_add_format(text,
                           "aof_last_write_status:%s\r\n"
                           "aof_last_cow_size:0\r\n"
                           "module_fork_in_progress:0\r\n"
                           "module_fork_last_cow_size:0\r\n",
                           sum.failing ? "err" : "ok");
    if (!atomic_load(&figures->enabled))
        return;
    text_buffer_add_format(text,
                           "aof_current_size:%" PRIu64 "\r\n"
                           "aof_base_size:%" PRIu64 "\r\n"
                           "aof_pending_rewrite:0\r\n"
                           "aof_buffer_length:%" PRIu64 "\r\n"
                           "aof_pending_bio_fsync:%u\r\n"
                           "aof_delayed_fsync:%" PRIu64 "\r\n",
                           atomic_load(&figures->size_before) + sum.appended -
                               atomic_load(&figures->position_before),
                           atomic_load(&figures->base_size), sum.backlog, sum.syncing, sum.delayed);
}
