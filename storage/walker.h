/*
 * The walker: everything that a keyspace holds at one moment, the *cut*, written out in steps while
 * the keyspace goes on changing. Without a fork and without a second copy of the data.
 *
 * Each entry carries a mark that says whether the walk has it already; the mark's meaning changes
 * with each walk, so that a cut costs nothing per key. Every door by which an entry is about to
 * change or to go shows it to the walker first (keyspace_before_change), which writes down what it
 * is, its *before-image*, unless it has it already. What a step writes first are the before-images
 * that wait. Large values are walked in pieces, and of them only the pieces that are about to
 * change are written down early (walker_value.h).
 *
 * A walk may be of one slot alone: what happens in others does not concern it.
 *
 * Databases that are exchanged, and databases and slots that are flushed during a walk, are written
 * as they were at the cut: what was flushed is taken apart when the walk has been through it.
 *
 * Pure. Owner: the keyspace, and the thread that may change it. One at a time per keyspace.
 */
#ifndef STORAGE_WALKER_H
#define STORAGE_WALKER_H

#include "proto/rdb/rdb_writer.h"
#include "storage/keyspace.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct walker;

enum walker_format {
    WALKER_RDB,      /* records of an RDB file, from opcode SELECTDB or expiry to the value's end */
    WALKER_COMMANDS, /* commands that make the data: SET, RESTORE, and for large values others */
};

struct walker_options {
    enum walker_format format;
    uint16_t rdb_version; /* of the values: RDB_VERSION, _REDIS_7_0 or _VALKEY */
    bool compress;        /* strings, of what is written before its turn */
    bool with_access;     /* how long keys are idle, or their counters: as the keyspace tracks */
    bool one_slot;        /* only the keys of `slot` are walked */
    uint16_t slot;
};

/* The cut is now. O(databases), unless several walks in a row were given up at once. No other walk
 * is under way (asserted). */
struct walker *walker_begin(struct keyspace *keyspace, const struct walker_options *options);

/*
 * Appends more of the data to `out`: about `budget` elements, or 64 bytes for each at most, in
 * whole records (see walker_is_inside_value). False: all is out, and only walker_end is left.
 *
 * What a step writes begins with the choice of a database, unless it continues a value: other
 * things may be written between the bytes of two steps.
 */
bool walker_step(struct walker *walker, struct rdb_writer *out, uint32_t budget);

/* The bytes so far end in the middle of a large value: this walker's next ones must follow
 * directly. */
bool walker_is_inside_value(const struct walker *walker);

/* How many keys the walk has, written out or as before-images. */
uint64_t walker_keys(const struct walker *walker);

/* Bytes of before-images that wait, and of what is remembered of large values. */
size_t walker_memory(const struct walker *walker);

/* Ends the walk, whether it is done or given up. */
void walker_end(struct walker *walker);

#endif
