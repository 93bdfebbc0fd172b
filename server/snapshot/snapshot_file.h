/*
 * The file of a snapshot: written beside its place, put there when all of it is on the disk.
 *
 *   open "temp-<name>" -> write ... -> finish: flush, rename to "<name>", flush the directory
 *                              |
 *                              +-----> discard: close, remove
 *
 * One of these is under way at a time; `ready` says that it is over, and whether an error has
 * happened, which sticks: after one, only snapshot_file_discard is left. Flushing piece by piece
 * goes on beside the writes, which wait when the disk falls far behind.
 *
 * What is left of a file that was not finished keeps its name: the next one begins with it.
 *
 * Owner: the control thread. No call waits.
 */
#ifndef SERVER_SNAPSHOT_SNAPSHOT_FILE_H
#define SERVER_SNAPSHOT_SNAPSHOT_FILE_H

#include "server/reactor/file.h"

#include <stdbool.h>
#include <stdint.h>

enum { SNAPSHOT_FILE_PARTS_MAX = 64 };

enum snapshot_file_state {
    SNAPSHOT_FILE_OPENING,
    SNAPSHOT_FILE_OPEN,
    SNAPSHOT_FILE_WRITING,
    SNAPSHOT_FILE_HELD, /* written; waits for the disk */
    SNAPSHOT_FILE_FLUSHING,
    SNAPSHOT_FILE_CLOSING,
    SNAPSHOT_FILE_RENAMING,
    SNAPSHOT_FILE_OPENING_DIRECTORY,
    SNAPSHOT_FILE_FLUSHING_DIRECTORY,
    SNAPSHOT_FILE_CLOSING_DIRECTORY,
    SNAPSHOT_FILE_FINISHED,
    SNAPSHOT_FILE_REMOVING,
    SNAPSHOT_FILE_DISCARDED,
};

struct snapshot_file {
    /* the caller's */
    void (*ready)(struct snapshot_file *file);
    /* to be read */
    uint64_t written;
    int error;        /* errno */
    const char *step; /* that failed */
    /* its own */
    enum snapshot_file_state state;
    struct reactor *reactor;
    int descriptor; /* -1 when closed */
    char *path;
    char *temporary;
    char *directory;
    bool piece_wise;
    bool discarding;
    uint64_t flushed;    /* everything before is on the disk, or on its way there */
    uint64_t flush_from; /* of the flush under way */
    struct file_operation operation;
    struct file_operation flush; /* beside the writes */
    struct iovec parts[SNAPSHOT_FILE_PARTS_MAX];
};

/* Begins to open; the directory of `path` (absolute) is there, or it is an error. */
void snapshot_file_open(struct snapshot_file *file, struct reactor *reactor, const char *path,
                        bool piece_wise, void (*ready)(struct snapshot_file *file));

/* Writes file->parts[0..count) behind what is written. */
void snapshot_file_write(struct snapshot_file *file, uint32_t count);

/* Is an operation under way, so that `ready` will be called? */
bool snapshot_file_is_busy(const struct snapshot_file *file);

/* Everything is written: makes it what `path` names. */
void snapshot_file_finish(struct snapshot_file *file);

/* Gives it up. Not while it is busy. */
void snapshot_file_discard(struct snapshot_file *file);

/* Frees what it holds, when it is finished or discarded. */
void snapshot_file_free(struct snapshot_file *file);

/* Where the file of `path` is written: beside it. To be freed. */
char *snapshot_file_temporary(const char *path);

#endif
