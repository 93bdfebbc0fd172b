/*
 * A stream: entries in packed nodes (stream_node.h) under a tree by id (stream_tree.h), and groups
 * of consumers (stream_group.h). Appending is O(1), finding O(log n).
 *
 * Ids only grow: an entry is appended behind `last_id`, which outlives the entry. `entries_added`
 * counts all that were ever appended; with `max_deleted_id`, the highest id deleted from the
 * middle, it lets a group know how far it is behind (stream_position, stream_has_gap).
 *
 * A stream is always an object (storage/object.h), even when it is empty.
 *
 * Owner: the shard of the keyspace. What cursors and entries point to is good until the next
 * change of the stream.
 */
#ifndef STORAGE_TYPES_STREAM_H
#define STORAGE_TYPES_STREAM_H

#include "proto/base/time.h"
#include "storage/heap.h"
#include "storage/object.h"
#include "storage/types/stream_id.h"
#include "storage/types/stream_names.h"
#include "storage/types/stream_node.h"
#include "storage/types/stream_tree.h"

struct stream {
    struct stream_tree nodes; /* struct stream_node */
    uint64_t length;          /* entries */
    uint64_t entries_added;
    struct stream_id first_id; /* of the first entry; 0-0 when there is none */
    struct stream_id last_id;
    struct stream_id max_deleted_id;
    size_t node_memory;         /* of the nodes' bodies */
    struct stream_names groups; /* struct stream_group */
    struct object_watch *watch; /* told of each change; NULL: nobody */
};

/* Where it is not known how many entries there were before one. */
#define STREAM_POSITION_UNKNOWN ((int64_t)-1)

struct stream *stream_create(struct heap *heap);

/* The number of nodes. */
static inline uint64_t stream_node_count(const struct stream *stream)
{
    return stream->nodes.count;
}

/* ---- Changing ---- */

/* The id of an entry that is appended now: later than all others even when the clock is not. False:
 * there are no ids left. */
bool stream_next_id(const struct stream *stream, time_ms now, struct stream_id *id);
/* The same with given milliseconds; false when there is no such id behind the last one. */
bool stream_next_sequence(const struct stream *stream, uint64_t milliseconds, struct stream_id *id);

/* Appends an entry with an id behind the last one (asserted). False, without a change: too large.
 */
bool stream_append(struct stream *stream, struct heap *heap,
                   const struct stream_node_limits *limits, struct stream_id id,
                   struct stream_pairs pairs);

/* False when there is no such entry. Notes max_deleted_id. */
bool stream_delete(struct stream *stream, struct heap *heap, struct stream_id id);

/* Sets the last id, which is not below that of an entry (XSETID). */
void stream_set_last_id(struct stream *stream, struct heap *heap, struct stream_id id);

enum stream_trim_by { STREAM_TRIM_LENGTH, STREAM_TRIM_ID };
struct stream_trim {
    enum stream_trim_by by;
    uint64_t length;     /* as many entries stay, */
    struct stream_id id; /* or those from this id on */
    bool approximate;    /* whole nodes only */
    uint64_t limit;      /* no more entries than that are deleted; 0: no limit */
};
/* Returns how many entries were deleted from the front. */
uint64_t stream_trim(struct stream *stream, struct heap *heap, const struct stream_trim *trim);

/* ---- Reading ---- */

/* Entries from `start` to `end`, both included, in order or from the end. */
struct stream_cursor {
    struct stream_tree_place place;
    const struct stream_tree *nodes;
    struct stream_id start;
    struct stream_id end;
    bool reverse;
    bool inside; /* `entry` is one of the node at `place` */
    struct stream_entry entry;
};
void stream_cursor_open(struct stream_cursor *cursor, const struct stream *stream,
                        struct stream_id start, struct stream_id end, bool reverse);
/* The next entry is in cursor->entry; false: there are no more. */
bool stream_cursor_next(struct stream_cursor *cursor);

bool stream_find(const struct stream *stream, struct stream_id id, struct stream_entry *entry);

/* The id of the last entry that is there, 0-0 when there is none. */
struct stream_id stream_last_entry_id(const struct stream *stream);

/* The place of an id among all entries ever appended, counted from 1: how many a group that is
 * there has read. STREAM_POSITION_UNKNOWN when deletions leave that open. */
int64_t stream_position(const struct stream *stream, struct stream_id id);
/* Was an entry deleted from the middle of what begins at this id? */
bool stream_has_gap(const struct stream *stream, struct stream_id id);

/* ---- From elsewhere (dumps, snapshots) ---- */

/* Appends a node that is a listpack from elsewhere; false when it is not sound, or not behind the
 * ones that are there. */
bool stream_load_node(struct stream *stream, struct heap *heap, struct stream_id id,
                      struct span listpack);
/* Sets the counters, all nodes being there. `length` and the ids are checked against the nodes;
 * false when they do not agree. first_id follows from the nodes. */
bool stream_load_counters(struct stream *stream, uint64_t length, struct stream_id last_id,
                          struct stream_id max_deleted_id, uint64_t entries_added);

#endif
