/*
 * Records of one shard's journal on their way into the stream: packed one behind the other.
 *
 *   header | bytes, padded to 8 | header | bytes | ...
 *
 * Pure memory. Filled by whoever may touch the shard's data, then handed on and only read.
 */
#ifndef SERVER_REPLICATION_REPLICATION_BATCH_H
#define SERVER_REPLICATION_REPLICATION_BATCH_H

#include "proto/base/span.h"

#include <stddef.h>
#include <stdint.h>

enum replication_record_kind {
    REPLICATION_WRITE, /* commands; or none, when they are not for replicas */
    REPLICATION_CUT,   /* what follows comes behind everything before, of all shards */
    REPLICATION_MARK,  /* somebody wants to know where this moment is in the stream */
};

struct replication_record {
    uint64_t transaction; /* as in journal.h; the number of a mark */
    uint64_t length;      /* of the bytes behind it */
    uint32_t database;
    uint16_t parts;
    uint16_t kind;
};

struct replication_batch {
    struct replication_batch *next;
    size_t length;
    size_t capacity;
    char bytes[];
};

/* Puts a record behind the others; the batch (NULL: a new one) may move. */
struct replication_batch *replication_batch_put(struct replication_batch *batch,
                                                const struct replication_record *record,
                                                struct span bytes);

/* The record at a position of the batch, and its bytes; moves the position behind it. */
const struct replication_record *replication_batch_next(const struct replication_batch *batch,
                                                        size_t *position, struct span *bytes);

#endif
