#include "server/control/cluster_nodes_file.h"

#include "cluster/nodes_conf.h"
#include "proto/base/memory.h"
#include "server/config/whole_file.h"
#include "server/control/cluster_nodes_ahead.h"
#include "server/observe/log.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

enum { NODES_CONF_MAX = 64 * 1024 * 1024 };

/* Two nodes with one identity would ruin a cluster. The lock is on a file beside it, since the file
 * itself is replaced with every change. */
int cluster_nodes_file_lock(const char *path)
{
    char lock_path[PATH_MAX];
    int fd;

    snprintf(lock_path, sizeof(lock_path), "%s.lock", path);
    fd = open(lock_path, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
    if (fd < 0) {
        log_warning("cannot open %s: %s", lock_path, strerror(errno));
        return -1;
    }
    if (flock(fd, LOCK_EX | LOCK_NB) == 0)
        return fd;
    log_warning("the cluster configuration file %s is in use by another node: every node needs "
                "a file of its own",
                path);
    close(fd);
    return -1;
}

static char *beside(const char *path, const char *what)
{
    struct text_buffer name = {0};

    text_buffer_add_format(&name, "%s.%s", path, what);
    return text_buffer_take(&name);
}

char *cluster_nodes_file_kept(const char *path)
{
    return beside(path, "synced");
}

char *cluster_nodes_file_ahead(const char *path)
{
    return beside(path, "ahead");
}

/* Likewise, from this file alone; *torn: it is there, and empty or damaged. */
static bool read_one(const char *path, struct topology *topology, bool *found, bool *torn)
{
    struct text_buffer text = {0};
    enum nodes_conf_error problem = NODES_CONF_OK;
    uint32_t line = 0;
    bool usable = true;

    *found = *torn = false;
    if (!whole_file_read(path, NODES_CONF_MAX, &text)) {
        usable = errno == ENOENT;
        if (!usable)
            log_warning("cannot read the cluster configuration %s: %s", path, strerror(errno));
    } else if (text.length > 0) {
        problem = nodes_conf_parse(text_buffer_span(&text), topology, &line);
        usable = *found = problem == NODES_CONF_OK;
        *torn = !usable;
    } else {
        *torn = true;
    }
    if (problem != NODES_CONF_OK)
        log_warning("%s line %u: %s. The file is damaged: the node does not start from it", path,
                    line, nodes_conf_error_text(problem));
    text_buffer_free(&text);
    return usable;
}

/* nodes.conf is empty or damaged, which is `usable` or not: the last one that was on the disk, if
 * it has been kept. */
static bool read_kept(const char *path, struct topology *topology, bool *found, bool usable)
{
    char *kept = cluster_nodes_file_kept(path);
    bool torn;

    if (access(kept, F_OK) == 0) {
        topology_free(topology);
        topology_init(topology);
        usable = read_one(kept, topology, found, &torn) && (*found || usable);
        if (*found)
            log_warning("%s is not whole: the node starts from %s, which is older", path, kept);
    }
    memory_free(kept);
    return usable;
}

/* A crash of the machine has lost what was to follow what is written ahead. True: `topology` is
 * from there. */
static bool read_ahead(const char *path, struct topology *topology, bool found)
{
    char *ahead = cluster_nodes_file_ahead(path);
    struct text_buffer text = {0};
    struct topology other;
    uint32_t line = 0;
    bool newer;

    topology_init(&other);
    newer = cluster_nodes_ahead_read(ahead, &text) &&
            nodes_conf_parse(text_buffer_span(&text), &other, &line) == NODES_CONF_OK &&
            (!found || other.version > topology->version);
    if (newer) {
        struct topology older = *topology;

        *topology = other;
        other = older;
        log_warning("%s is older than %s: the node starts from the latter", path, ahead);
    }
    topology_free(&other);
    text_buffer_free(&text);
    memory_free(ahead);
    return newer;
}

bool cluster_nodes_file_read(const char *path, struct topology *topology, bool *found)
{
    bool torn;
    bool usable = read_one(path, topology, found, &torn);

    if (torn)
        usable = read_kept(path, topology, found, usable);
    /* Without nodes.conf the node is a new one, whatever has been left of another life. */
    if ((*found || torn) && read_ahead(path, topology, *found))
        usable = *found = true;
    return usable;
}
