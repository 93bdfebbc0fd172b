/*
 * What stands around the keys in an RDB file: magic and version, facts about the node, libraries of
 * functions, the databases' sizes; and the end.
 *
 * Pure.
 */
#ifndef SERVER_SNAPSHOT_SNAPSHOT_FRAME_H
#define SERVER_SNAPSHOT_SNAPSHOT_FRAME_H

#include "proto/base/time.h"
#include "proto/rdb/rdb_writer.h"
#include "server/snapshot/snapshot_cut.h"

#include <stdint.h>

struct snapshot_frame {
    uint16_t version; /* of the values, when nothing asks for a higher one */
    bool aof_base;
    uint32_t databases;
    time_ms now;
};

/* Before the keys of this cut. */
void snapshot_frame_begin(struct rdb_writer *writer, const struct snapshot_frame *frame,
                          const struct snapshot_cut *cut);

/* Behind them: what stream they are of (NULL, or of none: nothing), and the opcode; the checksum of
 * all of it follows, or zero without one. */
void snapshot_frame_end(struct rdb_writer *writer, const struct snapshot_origin *origin);

/* The libraries as commands, for a file of commands. */
void snapshot_frame_commands(struct rdb_writer *writer, const struct snapshot_cut *cut);

#endif
