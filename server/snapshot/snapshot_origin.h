/*
 * What stream of replication data are the state of, and how far: stands in RDB files as repl-id,
 * repl-offset and repl-stream-db.
 */
#ifndef SERVER_SNAPSHOT_SNAPSHOT_ORIGIN_H
#define SERVER_SNAPSHOT_SNAPSHOT_ORIGIN_H

#include <stdint.h>

struct snapshot_origin {
    char id[41];      /* "": of none that is known */
    int32_t database; /* that is selected there; -1: none */
    int64_t offset;
};

#endif
