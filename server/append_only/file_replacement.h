/*
 * Replacing a whole small file without waiting for the disk: what whole_file_replace does, step by
 * step. After a crash there is the one or the other.
 *
 * Thread: the reactor's. The struct stays where it is until `done`, which may start the next one.
 */
#ifndef SERVER_APPEND_ONLY_FILE_REPLACEMENT_H
#define SERVER_APPEND_ONLY_FILE_REPLACEMENT_H

#include "proto/base/span.h"
#include "server/reactor/file.h"

struct file_replacement {
    /* the caller's */
    void (*done)(struct file_replacement *replacement, int error); /* 0, or a negative errno */
    /* its own */
    struct file_operation operation;
    struct reactor *reactor;
    char *directory;
    char *path;
    char *temporary;
    char *text;
    struct iovec part;
    uint32_t step;
    int fd; /* -1: none is open */
    int error;
};

/* Makes `text` the content of the file `name` in `directory`, by a file temp-<name>. */
void file_replacement_start(struct file_replacement *replacement, struct reactor *reactor,
                            const char *directory, const char *name, struct span text);

#endif
