#include "server/control/cluster_nodes_sync.h"

#include "proto/base/memory.h"
#include "server/config/whole_file.h"
#include "server/control/cluster_nodes_file.h"
#include "server/observe/log.h"
#include "server/reactor/reactor.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <string.h>
#include <unistd.h>

enum { END_TURN_US = 10 * 1000, FILE_MODE = 0644 };

static void complain(const struct cluster_nodes_sync *sync, int error)
{
    log_warning("cannot sync the cluster configuration %s: %s", sync->path, strerror(error));
}

/* ---- The second name ---- */

static bool keep(struct cluster_nodes_sync *sync)
{
    char *kept = cluster_nodes_file_kept(sync->path);

    /* What it names is on the disk, and what has been written since is not. */
    if (!sync->kept)
        sync->kept = (unlink(kept) == 0 || errno == ENOENT) && link(sync->path, kept) == 0;
    memory_free(kept);
    return sync->kept;
}

/* nodes.conf is on the disk as it is. */
static void forget(struct cluster_nodes_sync *sync)
{
    char *kept;

    cluster_nodes_ahead_spend(&sync->ahead);
    if (!sync->kept)
        return;
    kept = cluster_nodes_file_kept(sync->path);
    unlink(kept);
    sync->kept = false;
    memory_free(kept);
}

bool cluster_nodes_sync_write(struct cluster_nodes_sync *sync, struct span text, bool urgent)
{
    bool may_follow = !urgent || cluster_nodes_ahead_write(&sync->ahead, text);

    if (may_follow && keep(sync)) {
        sync->wanted = true;
        return whole_file_replace_unsynced(sync->path, text, FILE_MODE);
    }
    if (!whole_file_replace(sync->path, text, FILE_MODE))
        return false;
    forget(sync);
    cluster_nodes_ahead_make(&sync->ahead, text);
    return true;
}

/* ---- In the background ---- */

static void begin(struct cluster_nodes_sync *sync, const char *path, int flags);

static void done(struct file_operation *operation, int result)
{
    struct cluster_nodes_sync *sync = (struct cluster_nodes_sync *)operation;
    char *path;

    close(sync->fd);
    sync->fd = -1;
    if (result < 0) {
        complain(sync, -result);
        return;
    }
    if (sync->on_directory) {
        if (!sync->wanted)
            forget(sync);
        return;
    }
    sync->on_directory = true;
    path = memory_copy(sync->path, strlen(sync->path));
    begin(sync, dirname(path), O_DIRECTORY);
    memory_free(path);
}

static void begin(struct cluster_nodes_sync *sync, const char *path, int flags)
{
    sync->fd = open(path, O_RDONLY | O_CLOEXEC | flags);
    if (sync->fd < 0) {
        complain(sync, errno);
        return;
    }
    sync->operation.done = done;
    file_sync(&sync->operation, sync->reactor, sync->fd);
}

void cluster_nodes_sync_look(struct cluster_nodes_sync *sync)
{
    if (!sync->wanted || file_operation_is_under_way(&sync->operation))
        return;
    sync->wanted = sync->on_directory = false;
    begin(sync, sync->path, 0);
}

void cluster_nodes_sync_end(struct cluster_nodes_sync *sync)
{
    while (file_operation_is_under_way(&sync->operation))
        reactor_turn(sync->reactor, END_TURN_US);
    if (sync->wanted && !whole_file_sync(sync->path))
        complain(sync, errno);
    else if (sync->wanted)
        forget(sync);
    sync->wanted = false;
    cluster_nodes_ahead_close(&sync->ahead);
}
