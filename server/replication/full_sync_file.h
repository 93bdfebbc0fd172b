/*
 * Data for replicas that are complete, and of a known length: in a file that nobody else knows any
 * more, or in memory. Each replica gets them at its own pace.
 *
 * Owner: the control thread.
 */
#ifndef SERVER_REPLICATION_FULL_SYNC_FILE_H
#define SERVER_REPLICATION_FULL_SYNC_FILE_H

#include "proto/base/span.h"
#include "proto/rdb/rdb_writer.h"

#include <stdbool.h>
#include <stddef.h>

struct full_sync;
struct replica;

struct full_sync_file {
    struct full_sync *sync;
    struct span bytes; /* all of it */
    bool is_mapped;    /* else in `writer` */
    struct rdb_writer writer;
};

/* Opens the file, which is below the working directory, and removes its name. False with a logged
 * reason. */
bool full_sync_file_open(struct full_sync_file *file, struct full_sync *sync, const char *path);
/* Takes over what was written. */
void full_sync_file_hold(struct full_sync_file *file, struct full_sync *sync,
                         const struct rdb_writer *writer);

/* Begins to send to a replica; goes on whenever something is back. */
void full_sync_file_begin(struct full_sync_file *file, struct replica *replica);
void full_sync_file_send(struct full_sync_file *file, struct replica *replica);

/* Nothing of it is under way. Zeroed is fine. */
void full_sync_file_close(struct full_sync_file *file);

#endif
