/*
 * Loads at run time (DEBUG RELOAD, DEBUG LOADAOF). Whoever asks has held the writes before
 * (server/control/hold.h), so nothing is lost between what the files say and what is deleted.
 */
#include "proto/base/assert.h"
#include "server/append_only/append_log.h"
#include "server/control/control.h"
#include "server/dispatch/blocked.h"
#include "server/dispatch/denial.h"
#include "server/loading/loading_parts.h"
#include "server/script/function_set.h"
#include "server/shard/shard.h"

#include <stdio.h>
#include <string.h>

static void shard_begins(struct shard *shard, const void *subject)
{
    const struct loading *loading = subject;

    shard_assert_owner(shard);
    shard->loading = &loading->shards[shard->index];
    denial_refresh(shard);
    if (!loading->request.flush)
        return;
    for (uint32_t database = 0; database < shard->node->databases; database++) {
        keyspace_flush(shard->keyspace, database);
        blocked_database_changed(shard, database);
        tracking_database_changed(shard);
    }
}

static void all_have_begun(struct control *control, void *context)
{
    (void)control;
    (void)context;
}

bool loading_start(struct control *control, const struct loading_request *request,
                   char error[LOADING_ERROR_MAX])
{
    struct node *node = control->node;
    struct loading *loading;

    ASSERT(request->done != NULL);
    if (node->load != NULL) {
        snprintf(error, LOADING_ERROR_MAX, "the node is loading already");
        return false;
    }
    loading = loading_create(node, control->config, request);
    if (loading_files_open(loading, control->config) && loading->part_count == 0)
        loading_fail(loading, "there is no file to load");
    /* Before anything is deleted for it. */
    else if (!atomic_load(&loading->failed) && !loading->parts[0].is_log)
        loading_rdb_check(loading, &loading->parts[0]);
    if (atomic_load(&loading->failed)) {
        memcpy(error, loading->error, LOADING_ERROR_MAX);
        loading_free(loading);
        return false;
    }
    loading_go(loading);
    if (request->flush)
        function_store_flush(node->functions);
    publication_start(control, loading, shard_begins, all_have_begun, NULL);
    return true;
}

/* ---- The log's files hold what was logged ---- */

static bool is_log_written(const struct node *node)
{
    for (uint32_t i = 0; i < node->shard_count; i++)
        if (atomic_load(&node->append_logs->of[i]->backlog) > 0)
            return false;
    return true;
}

void loading_request_tick(struct control *control)
{
    void (*done)(struct control * control, void *context) = control->log_written;

    if (done == NULL || !is_log_written(control->node))
        return;
    control->log_written = NULL;
    done(control, control->log_written_context);
}

bool loading_await_log(struct control *control,
                       void (*done)(struct control *control, void *context), void *context)
{
    if (control->log_written != NULL)
        return false;
    control->log_written = done;
    control->log_written_context = context;
    loading_request_tick(control);
    return true;
}
