/*
 * nodes.conf brought to the disk in the background, for changes that need not be there before
 * anything else happens: what SETSLOT opens, addresses, roles of others. They outlive the process
 * at once, and a crash of the machine some moments later.
 *
 * A file that is not on the disk yet may be empty behind a crash of the machine, and with it all
 * that was ever promised. So the last one that is on the disk keeps a second name meanwhile, from
 * which a node starts whose nodes.conf is damaged (cluster_nodes_file.h).
 *
 * What must be there before anything else happens is written ahead (cluster_nodes_ahead.h), and
 * nodes.conf follows as it does for the others.
 *
 * Thread: the control thread.
 */
#ifndef SERVER_CONTROL_CLUSTER_NODES_SYNC_H
#define SERVER_CONTROL_CLUSTER_NODES_SYNC_H

#include "proto/base/span.h"
#include "server/control/cluster_nodes_ahead.h"
#include "server/reactor/file.h"

#include <stdbool.h>

struct cluster_nodes_sync {
    struct file_operation operation; /* first: of the file, then of its directory */
    struct reactor *reactor;
    const char *path;
    struct cluster_nodes_ahead ahead;
    bool wanted; /* the file has changed since it was synced */
    bool kept;   /* there is, or may be, the second name */
    bool on_directory;
    int fd;
};

/* The whole file anew; urgent: it is on the disk then. False leaves the reason in errno. */
bool cluster_nodes_sync_write(struct cluster_nodes_sync *sync, struct span text, bool urgent);

/* Begins unless it is at it, or nothing is wanted: now and then. */
void cluster_nodes_sync_look(struct cluster_nodes_sync *sync);

/* The end: waits for what is under way, and does what is wanted. */
void cluster_nodes_sync_end(struct cluster_nodes_sync *sync);

#endif
