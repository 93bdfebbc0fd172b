/* INFO persistence. */
#include "server/append_only/append_only.h"
#include "server/commands/info.h"
#include "server/config/config.h"
#include "server/loading/loading.h"
#include "server/shard/shard.h"
#include "server/snapshot/save.h"

#include <inttypes.h>

/* Of whatever is being written. What a copy on write costs elsewhere are here the old values that
 * wait to be written, and the chunks on their way. */
static void write_progress(const struct info *info, struct text_buffer *text)
{
    const struct save_status *status = &info->node->save;
    uint64_t total = atomic_load(&status->keys_total);
    uint64_t done = atomic_load(&status->keys_done);
    size_t memory = atomic_load(&status->memory);
    int64_t age = (info->now / 1000 - atomic_load(&status->memory_at)) / 1000;

    text_buffer_add_format(text,
                           "current_cow_peak:%zu\r\n"
                           "current_cow_size:%zu\r\n"
                           "current_cow_size_age:%" PRId64 "\r\n"
                           "current_fork_perc:%.2f\r\n"
                           "current_save_keys_processed:%" PRIu64 "\r\n"
                           "current_save_keys_total:%" PRIu64 "\r\n",
                           memory == 0 ? 0 : atomic_load(&status->memory_peak), memory,
                           memory == 0 || age < 0 ? 0 : age,
                           total == 0 ? 0 : 100.0 * (double)done / (double)total, done, total);
}

static void write_saves(const struct info *info, struct text_buffer *text)
{
    const struct loading_figures *loaded = &info->node->load_figures;
    const struct save_status *status = &info->node->save;
    time_ms began = atomic_load(&status->began);
    int64_t running = began == 0 ? -1 : (info->now / 1000 - began) / 1000;

    text_buffer_add_format(text,
                           "rdb_changes_since_last_save:%" PRIu64 "\r\n"
                           "rdb_bgsave_in_progress:%d\r\n"
                           "rdb_last_save_time:%" PRId64 "\r\n"
                           "rdb_last_bgsave_status:%s\r\n"
                           "rdb_last_bgsave_time_sec:%" PRId64 "\r\n"
                           "rdb_current_bgsave_time_sec:%" PRId64 "\r\n"
                           "rdb_saves:%" PRIu64 "\r\n"
                           "rdb_last_cow_size:%zu\r\n"
                           "rdb_last_load_keys_expired:%" PRIu64 "\r\n"
                           "rdb_last_load_keys_loaded:%" PRIu64 "\r\n",
                           info->total->statistics.changes - atomic_load(&status->changes),
                           began != 0, atomic_load(&status->last_save) / 1000,
                           atomic_load(&status->last_failed) ? "err" : "ok",
                           atomic_load(&status->last_seconds), running, atomic_load(&status->saves),
                           atomic_load(&status->last_memory), atomic_load(&loaded->keys_expired),
                           atomic_load(&loaded->keys_loaded));
}

void info_write_persistence(const struct info *info, struct text_buffer *text)
{
    loading_write_state(info->total->loading, text);
    write_progress(info, text);
    write_saves(info, text);
    append_only_write_info(info, text);
    if (info->asker != NULL)
        loading_write_progress(info->asker, text);
}
