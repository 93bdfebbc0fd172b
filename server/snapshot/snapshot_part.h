/*
 * A shard's part of a snapshot: its walk, and the chunks that carry what it yields to the control
 * thread.
 *
 * The part is made at the cut and lives until its walk is over and its chunks are home. While it is
 * there the shard gives it a slice of each turn: a share of what the turn took, so that a busy
 * shard's clients notice little, and a fixed time when the shard has nothing else to do.
 *
 * Owner: the shard; at the cut, the section's coordinator.
 */
#ifndef SERVER_SNAPSHOT_SNAPSHOT_PART_H
#define SERVER_SNAPSHOT_SNAPSHOT_PART_H

#include "proto/rdb/rdb_writer.h"
#include "server/shard/mailbox.h"
#include "server/snapshot/snapshot.h"

#include <stdbool.h>
#include <stdint.h>

struct shard;
struct snapshot_part;
struct walker;

enum {
    SNAPSHOT_CHUNKS = 4, /* of a shard */
    /* A chunk goes when it has so many bytes. */
    SNAPSHOT_CHUNK_BYTES = 32 * 1024,
    /* A larger buffer, for a value that could not be divided, is not kept. */
    SNAPSHOT_CHUNK_KEPT_MAX = 2 * SNAPSHOT_CHUNK_BYTES,
};

/* From the shard to the control thread and back. */
struct snapshot_chunk {
    struct message message; /* first */
    struct snapshot_part *part;
    uint64_t number; /* of the snapshot */
    uint16_t shard;
    struct rdb_writer writer;
    uint64_t keys_done; /* by the part, this chunk included */
    size_t memory;      /* of before-images that wait */
    bool goes_on;       /* ends in the middle of a value: the part's next chunk must follow */
    bool last;
    struct snapshot_chunk *next; /* the control thread's queue; the part's free ones */
};

/* What the parts of one snapshot have in common. */
struct snapshot_part_options {
    uint64_t number;
    enum snapshot_format format;
    uint16_t version; /* of values, as rdb_value_version wants it */
    bool compress;
    bool with_access; /* how long keys are idle, or how often they are used */
    /* Takes a chunk on the control thread, which returns it. */
    void (*deliver)(struct message *message, void *receiver);
};

/* Begins the walk of a shard that stands still. */
void snapshot_part_begin(struct shard *shard, const struct snapshot_part_options *options);

/* Ends it early; nothing happens when it is another snapshot's part. */
void snapshot_part_give_up(struct shard *shard, uint64_t number);

/* A slice of the turn that began its work at `since` (clock_ticks). True: it could go on at once.
 */
bool snapshot_part_slice(struct shard *shard, uint64_t since);

/* The shard ends. */
void snapshot_part_free(struct shard *shard);

#endif
