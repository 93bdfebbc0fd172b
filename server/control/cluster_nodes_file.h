/*
 * nodes.conf on the disk: locked, and read at the start. It is written in cluster_nodes_sync.c.
 *
 * Thread: the control thread.
 */
#ifndef SERVER_CONTROL_CLUSTER_NODES_FILE_H
#define SERVER_CONTROL_CLUSTER_NODES_FILE_H

#include "cluster/topology.h"

#include <stdbool.h>

/* A descriptor that holds the lock of this path; -1 with a logged reason. */
int cluster_nodes_file_lock(const char *path);

/* The second name, beside the file, of the last one that is known to be on the disk, while the one
 * that has taken its place is not. To be freed. */
char *cluster_nodes_file_kept(const char *path);

/* The file with what is on the disk before nodes.conf is (cluster_nodes_ahead.h). To be freed. */
char *cluster_nodes_file_ahead(const char *path);

/* From the second name when the file is there and empty or damaged, as a crash of the machine may
 * leave it; or from the file ahead when that is newer. *found: `topology` is what the file says.
 * False, with a logged reason, when it is there and cannot be used. */
bool cluster_nodes_file_read(const char *path, struct topology *topology, bool *found);

#endif
