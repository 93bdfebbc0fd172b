/*
 * What must not be forgotten, on the disk in one go: nodes.conf as it is about to be, written over
 * bytes that a file beside it has already.
 *
 * To replace a file durably takes the disk several turns: its bytes, where they are, its name.
 * Writers wait meanwhile when slots change hands, and candidates for their votes. To overwrite
 * takes one turn. nodes.conf follows in the background (cluster_nodes_sync.h); a node that starts
 * takes whichever is newer by its `version`.
 *
 *   file = area area          written in turns: a torn one leaves the other
 *   area = magic (8 bytes)  number (8)  length (8)  CRC-64 of number, length and text (8)  text
 *
 * All little-endian. The area with the higher number is the newer one.
 *
 * Thread: the control thread. Blocks.
 */
#ifndef SERVER_CONTROL_CLUSTER_NODES_AHEAD_H
#define SERVER_CONTROL_CLUSTER_NODES_AHEAD_H

#include "server/config/text_buffer.h"

#include <stdbool.h>
#include <stdint.h>

struct cluster_nodes_ahead {
    const char *path;
    int fd;          /* -1: there is none yet */
    size_t area;     /* bytes of one */
    uint64_t number; /* of the newest area */
};

/* The file with room for several times this text, and nothing in it that counts: nodes.conf is on
 * the disk. Without it, as after an error, nothing can be written ahead. */
void cluster_nodes_ahead_make(struct cluster_nodes_ahead *ahead, struct span text);

/* False: it cannot be written ahead, and nodes.conf itself has to be brought to the disk. */
bool cluster_nodes_ahead_write(struct cluster_nodes_ahead *ahead, struct span text);

/* nodes.conf on the disk is at least as new. A crash of the machine may undo this, which is no
 * harm: it is older. */
void cluster_nodes_ahead_spend(struct cluster_nodes_ahead *ahead);

void cluster_nodes_ahead_close(struct cluster_nodes_ahead *ahead);

/* At the start: the newest text in the file at `path`, added to `text`. False: there is none. */
bool cluster_nodes_ahead_read(const char *path, struct text_buffer *text);

#endif
