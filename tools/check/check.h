/*
 * tessera-check: looks at RDB files, logs and directories of logs, and says what is wrong with them
 * and where, what is in them, and what could be cut off.
 *
 * Nothing is changed but by --fix, which cuts a file's end off where it is torn; it asks before,
 * unless
 * --yes is given.
 */
#ifndef TOOLS_CHECK_CHECK_H
#define TOOLS_CHECK_CHECK_H

#include "proto/base/span.h"

#include <stdbool.h>
#include <stdint.h>

struct check_options {
    bool fix;
    bool yes;
};

/* The process's exit status is the highest of all paths'. */
enum check_status {
    CHECK_FINE = 0,
    CHECK_DAMAGED = 1,    /* something is wrong, and has not been repaired */
    CHECK_IMPOSSIBLE = 2, /* it cannot be looked at, or the arguments are no good */
};

struct check_file {
    const char *path;
    struct span bytes; /* mapped */
};

/* False: said so. An empty file has no bytes. */
bool check_file_open(struct check_file *file, const char *path);
void check_file_close(struct check_file *file);

/* Cuts the file behind `length` bytes, if the options say so and somebody agrees. */
enum check_status check_file_cut(const struct check_file *file, uint64_t length,
                                 const struct check_options *options);

/* A line about a file: "PATH: ...". */
void check_say(const char *path, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* An RDB at the beginning of the bytes; *length is how long it is. */
enum check_status check_rdb(const struct check_file *file, size_t *length);

/*
 * The commands of a log from `start` on. `cut`: they may end there (UINT64_MAX: nowhere before the
 * end). `may_be_torn`: its end may be cut off. `databases` of the node are not known here.
 */
enum check_status check_commands(const struct check_file *file, size_t start, uint64_t cut,
                                 bool may_be_torn, const struct check_options *options);

/* A file of whatever kind. */
enum check_status check_path(const char *path, const struct check_options *options);
/* A log's manifest and all of its files. */
enum check_status check_manifest(const char *path, const struct check_options *options);

#endif
