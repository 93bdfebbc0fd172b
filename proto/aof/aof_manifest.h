/*
 * The manifest of an append-only log: which files it consists of, in the order of reading.
 *
 *   file appendonly.aof.1.base.rdb seq 1 type b
 *   file appendonly.aof.1.incr.aof seq 1 type i
 *
 * One line per file, ended by LF; pairs of a word and its value, of which unknown ones are ignored;
 * names with unusual characters in quotes. Lines that begin with # are comments. Type b is the base
 * (one at most), i an increment (numbers ascend), h a file of an earlier base that waits for its
 * deletion.
 *
 * The text may come from anybody: a name with a slash in it is refused, so no file outside of the
 * log's directory can be named.
 *
 * Pure. A manifest owns its names.
 */
#ifndef PROTO_AOF_AOF_MANIFEST_H
#define PROTO_AOF_AOF_MANIFEST_H

#include "proto/base/span.h"

#include <stdint.h>

enum {
    AOF_NAME_MAX = 240,             /* bytes of a name */
    AOF_MANIFEST_LINE_MAX = 1024,   /* with its LF */
    AOF_MANIFEST_FILES_MAX = 65536, /* more are refused */
};

enum aof_file_type { AOF_FILE_BASE = 'b', AOF_FILE_HISTORY = 'h', AOF_FILE_INCREMENT = 'i' };

struct aof_file {
    char *name; /* terminated by NUL */
    uint64_t sequence;
    enum aof_file_type type;
};

struct aof_manifest {
    struct aof_file *files; /* in the order of the lines */
    uint32_t count;
    uint32_t capacity;
};

enum aof_manifest_error {
    AOF_MANIFEST_FINE,
    AOF_MANIFEST_EMPTY,
    AOF_MANIFEST_LINE_TOO_LONG, /* or the last one is not ended */
    AOF_MANIFEST_FORMAT,
    AOF_MANIFEST_PATH, /* a name with a slash in it, or too long */
    AOF_MANIFEST_TYPE,
    AOF_MANIFEST_TWO_BASES,
    AOF_MANIFEST_ORDER, /* an increment's number is not above the one before */
    AOF_MANIFEST_TOO_MANY,
};

/* What an error means, for the log. */
const char *aof_manifest_error_text(enum aof_manifest_error error);

/* Reads a whole manifest into a zeroed one. With an error, *line is the number of the line, from 1
 * on, and the manifest is empty. */
enum aof_manifest_error aof_manifest_parse(struct aof_manifest *manifest, struct span text,
                                           uint32_t *line);

/* Adds a file at the end; the name is copied. */
void aof_manifest_add(struct aof_manifest *manifest, struct span name, uint64_t sequence,
                      enum aof_file_type type);

/* The line of one file, LF included, not terminated; returns its length. */
size_t aof_manifest_format_line(const struct aof_file *file, char line[AOF_MANIFEST_LINE_MAX]);

/* NULL without one. */
const struct aof_file *aof_manifest_base(const struct aof_manifest *manifest);

/* Frees what it holds and makes it an empty one. */
void aof_manifest_free(struct aof_manifest *manifest);

#endif
