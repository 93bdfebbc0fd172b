/*
 * HyperLogLogs: strings that count different elements in 12 KiB at most, with a standard error of
 * 0.81 %. The bytes are Redis's, so that they can be moved between the two.
 *
 *   +------+----------+--------+-------------+--------------------------------------+
 *   | HYLL | encoding | unused | cardinality | 16384 registers, dense or sparse     |
 *   | 4    | 1        | 3      | 8           |                                      |
 *   +------+----------+--------+-------------+--------------------------------------+
 *
 * Cardinality: the last count, little-endian; void when its highest bit is set.
 * Dense: 6 bits a register, from the lowest bit of the first byte on.
 * Sparse: runs of equal registers.
 *   00nnnnnn           n + 1 registers of 0
 *   01nnnnnn nnnnnnnn  n + 1 registers of 0, n in 14 bits with the high ones first
 *   1vvvvvnn           n + 1 registers of v + 1
 *
 * A register holds the length of the longest run of zero bits, plus one, that the hash of an
 * element began with. The estimator is the improved one of Otmar Ertl, "New cardinality estimation
 * algorithms for HyperLogLog sketches", 2017, section 4.
 *
 * Strings come from clients and may hold anything: functions that take one read inside it alone and
 * say CORRUPT, or false, where the runs are not 16384 registers.
 *
 * Pure functions; any thread may call them.
 */
#ifndef STORAGE_TYPES_HYPERLOGLOG_H
#define STORAGE_TYPES_HYPERLOGLOG_H

#include "proto/base/span.h"

#include <stdint.h>

enum {
    HYPERLOGLOG_REGISTERS = 16384,
    HYPERLOGLOG_HEADER = 16,
    HYPERLOGLOG_DENSE_LENGTH = HYPERLOGLOG_HEADER + HYPERLOGLOG_REGISTERS * 6 / 8,
    /* A run of one register takes two bytes at most: no sparse string that is whole is longer. */
    HYPERLOGLOG_LENGTH_MAX = HYPERLOGLOG_HEADER + 2 * HYPERLOGLOG_REGISTERS,
};

/* Does the string look like one: header and, when dense, length? The other functions ask for
 * strings that do. */
bool hyperloglog_is(struct span string);
bool hyperloglog_is_dense(struct span string);

/* The register that an element belongs to and the value that it asks for. */
struct hyperloglog_mark {
    uint32_t index;
    uint8_t value;
};
struct hyperloglog_mark hyperloglog_mark_of(struct span element);

/* ---- Strings that are being changed ---- */

/* Where a run begins, and with which register. */
struct hyperloglog_place {
    size_t offset; /* 0: unknown */
    uint32_t first;
};

/* A copy to work on. Large: for one at a time. */
struct hyperloglog {
    size_t length;
    /* The run that the last search ended at, and the two before it, so that marks in the order of
     * their registers do not search from the beginning. */
    struct hyperloglog_place run;
    struct hyperloglog_place before;
    struct hyperloglog_place two_before;
    char bytes[HYPERLOGLOG_LENGTH_MAX];
};

/* An empty one, sparse. */
void hyperloglog_create(struct hyperloglog *hyperloglog);
/* A copy of the string; false when it is longer than any that is whole. */
bool hyperloglog_load(struct hyperloglog *hyperloglog, struct span string);

static inline struct span hyperloglog_string(const struct hyperloglog *hyperloglog)
{
    return (struct span){hyperloglog->bytes, hyperloglog->length};
}

enum hyperloglog_result { HYPERLOGLOG_SAME, HYPERLOGLOG_CHANGED, HYPERLOGLOG_CORRUPT };

/* Raises a register to the mark's value. A sparse one becomes dense when it would be longer than
 * `sparse_max` bytes, or must hold a value over 32. */
enum hyperloglog_result hyperloglog_raise(struct hyperloglog *hyperloglog,
                                          struct hyperloglog_mark mark, size_t sparse_max);

/* Makes it dense, when it is not; false when it is corrupt. */
bool hyperloglog_make_dense(struct hyperloglog *hyperloglog);

/* The same as hyperloglog_raise, in place, for a dense string; does not touch the cardinality. */
bool hyperloglog_dense_raise(char *string, struct hyperloglog_mark mark);
/* Would it change anything? */
bool hyperloglog_dense_raises(struct span string, struct hyperloglog_mark mark);

/* The last count, if it is still good. */
bool hyperloglog_cached(struct span string, uint64_t *cardinality);
void hyperloglog_set_cached(char *string, uint64_t cardinality);
void hyperloglog_forget_cached(char *string);

/* ---- All registers at once ---- */

/* A run of a sparse string. Valid: length > 0. */
struct hyperloglog_run {
    uint16_t length; /* in registers; 0: the string ends in the middle of the run */
    uint8_t value;
    uint8_t bytes;
};
/* The run at `offset` (HYPERLOGLOG_HEADER for the first), which lies inside the string. */
struct hyperloglog_run hyperloglog_run_at(struct span string, size_t offset);

/* Raises each of the 16384 registers to what the string has; false when it is corrupt, and
 * registers may have been raised then. */
bool hyperloglog_merge(struct span string, uint8_t *registers);

/* Makes these the registers of a dense string. */
void hyperloglog_set_registers(char *string, const uint8_t *registers);

/* How many elements the string has probably seen; false when it is corrupt. Registers that no
 * elements could have left give 2^63, where Redis says the same. */
bool hyperloglog_count(struct span string, uint64_t *cardinality);
uint64_t hyperloglog_count_registers(const uint8_t *registers);

#endif
