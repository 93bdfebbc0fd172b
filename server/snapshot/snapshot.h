/*
 * Snapshots: the data of the whole node at one moment, written to a file while the node goes on.
 *
 * The moment is the *cut*: a short exclusive section over all shards in which each begins to walk
 * its keyspace (storage/walker.h), so that everything written afterwards is as it was then. Outside
 * of it each shard produces *chunks*, in slices of its turns, and sends them to the control thread,
 * which writes them in the order in which they come:
 *
 *   shard 0  --- chunk --->  +----------------+
 *   shard 1  --- chunk --->  | control thread | ---> temp-<path>, flushed, renamed to <path>
 *   ...      <-- empty ---   +----------------+
 *
 * A shard has a few chunks and fills them again when they come back, so the memory is bounded and a
 * slow disk slows the walk down, not the clients. Chunks that are the pieces of one big value
 * follow each other in the file directly; everything else may be mixed, which is why every chunk
 * names its database.
 *
 * The file appears under its name when it is complete and on disk, together with its directory;
 * until then, and after every failure, what was there before is there. One snapshot is written at a
 * time; others wait in line.
 *
 * Version of an RDB file: `rdb-version`, or Valkey 9's when at the cut there are hashes with fields
 * that expire, which cannot be told otherwise.
 *
 * Instead of a file there may be a *sink*, which passes the bytes on: replicas get a snapshot so.
 *
 * Thread: the control thread alone, and `done` is called there; `at_cut` is called within the
 * section.
 */
#ifndef SERVER_SNAPSHOT_SNAPSHOT_H
#define SERVER_SNAPSHOT_SNAPSHOT_H

#include "proto/base/time.h"
#include "server/shard/section.h"
#include "server/snapshot/snapshot_origin.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/uio.h>

struct control;
struct snapshot;
struct snapshots; /* control->snapshots: the one under way and those in line */

enum snapshot_format {
    SNAPSHOT_RDB,
    SNAPSHOT_COMMANDS, /* commands that make the data, for `aof-use-rdb-preamble no` */
};

enum snapshot_result { SNAPSHOT_WRITTEN, SNAPSHOT_FAILED, SNAPSHOT_CANCELLED };

struct snapshot_outcome {
    enum snapshot_result result;
    int error;        /* errno of a failure */
    const char *step; /* what failed: "open", "write", "flush", "rename" ...; NULL otherwise */
    uint64_t bytes;   /* of the file */
    uint64_t keys;    /* at the cut */
    uint64_t changes; /* that the node had seen at the cut, as INFO counts them since the start */
    time_ms cut_at;   /* 0: it did not come to a cut */
    int64_t duration_ms;
};

/* Where a snapshot goes instead of a file: whoever has asked for it embeds this. */
struct snapshot_sink {
    /* Takes the parts, which stay where they are until snapshot_sink_ready. */
    void (*write)(struct snapshot_sink *sink, const struct iovec *parts, uint32_t count);
    /* the snapshot's own */
    struct snapshot *snapshot;
    bool busy;
    uint64_t written;
};

struct snapshot_request {
    const char *path;           /* of the file to make; below `dir` unless absolute. Copied. */
    struct snapshot_sink *sink; /* instead of a file, then `path` is NULL; or NULL */
    const struct snapshot_origin *origin; /* looked at behind all data; NULL: it says nothing */
    uint16_t version;                     /* of the file; 0: as `rdb-version` says */
    enum snapshot_format format;
    bool aof_base;         /* the file says that it is the base of an append-only file */
    bool flush_piece_wise; /* rdb-save-incremental-fsync, aof-rewrite-incremental-fsync */
    /* Called at the cut, with all shards parked, by the thread of the section's coordinator: what
     * happens here happens at the same moment for all of the node. Must not wait. May be NULL. */
    void (*at_cut)(struct section *section, void *context);
    /* Called when the cut is made: what is written from now on is not in it. May be NULL. Not
     * called for what never comes to a cut. */
    void (*cut)(struct control *control, void *context);
    /* Called when all shards have given their last bytes, before `origin` is looked at. May be
     * NULL.
     */
    void (*ending)(struct control *control, void *context);
    /* Called once for every request; from within snapshot_start only when the node ends. `outcome`
     * lives for the call. */
    void (*done)(struct control *control, const struct snapshot_outcome *outcome, void *context);
    void *context;
};

/* Begins, or waits in line. Returns a number by which it can be cancelled. */
uint64_t snapshot_start(struct control *control, const struct snapshot_request *request);

/* What the sink was given last has been taken. */
void snapshot_sink_ready(struct snapshot_sink *sink);

/* Gives it up, wherever it is; `done` follows (WRITTEN, if it was just ready). No effect when it is
 * over. */
void snapshot_cancel(struct control *control, uint64_t number);

/* The same for all. */
void snapshot_cancel_all(struct control *control);

/* Is one being written or in line? */
bool snapshot_is_active(const struct control *control);

/* How far the one under way is; zeroes when there is none. */
struct snapshot_progress {
    uint64_t number;
    uint64_t keys_total; /* at the cut */
    uint64_t keys_done;
    uint64_t bytes; /* written so far */
    size_t memory;  /* chunks, and before-images that wait */
};
struct snapshot_progress snapshot_progress(const struct control *control);

/* ---- For control.c ---- */

void snapshot_open(struct control *control);
/* The node ends: gives up what is under way and in line. It is over when snapshot_is_active says
 * so. */
void snapshot_close(struct control *control);
void snapshot_free_all(struct control *control);

#endif
