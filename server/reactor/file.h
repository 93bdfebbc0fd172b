/*
 * Files without waiting: one asks for an operation, and is told when it is over.
 *
 * Thread: the reactor's. Handlers are called from reactor_turn, never from within the call that
 * asks. An operation's memory, and what its arguments point to, stay where they are until `done`,
 * which may use it for the next one.
 *
 * Errors are negative errnos. Short writes are continued here: `done` hears of the whole. Tests
 * can have operations fail, fall short and take long: see file_fault.h.
 */
#ifndef SERVER_REACTOR_FILE_H
#define SERVER_REACTOR_FILE_H

#include "server/reactor/reactor.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>
#include <sys/uio.h>

enum file_operation_kind {
    FILE_OPERATION_WRITE,
    FILE_OPERATION_SYNC,
    FILE_OPERATION_SYNC_DATA,
    FILE_OPERATION_OPEN,
    FILE_OPERATION_CLOSE,
    FILE_OPERATION_RENAME,
    FILE_OPERATION_UNLINK,
};

enum { FILE_WRITE_PARTS_MAX = 1024 };

struct file_operation {
    /* The caller's: 0, the new descriptor of file_open, or a negative errno. */
    void (*done)(struct file_operation *operation, int result);
    /* Of a durable write, before `done`: all bytes are in the file, though not on the disk, and the
     * next write may begin. May be NULL. */
    void (*in_file)(struct file_operation *operation);
    /* Of a write: bytes that are in the file, also when it has failed. */
    uint64_t written;

    /* the reactor's own */
    struct reactor *reactor;
    enum file_operation_kind kind;
    bool under_way;
    bool durable;
    bool syncing; /* the sync behind a write has been asked for */
    int fd;
    int error; /* of a write whose sync is still to come back */
    int flags;
    mode_t mode;
    int fault_error; /* injected, as are the next three */
    int sync_error;
    uint32_t fault_length;
    uint32_t delay_ms;
    uint32_t part_count; /* what is left of a write */
    struct iovec *parts;
    struct iovec short_part; /* goes first, by fault */
    uint64_t offset;
    const char *path;
    const char *new_path;

    /* a backend's own */
    int64_t delay[2]; /* seconds, nanoseconds */
    int result;
    struct reactor_watch watch;
    struct reactor_timer timer;
};

struct file_write {
    int fd;
    bool durable;        /* done when the bytes, and all written before, are on the disk */
    struct iovec *parts; /* changed on the way */
    uint32_t part_count; /* to FILE_WRITE_PARTS_MAX */
    uint64_t offset;
};

void file_write(struct file_operation *operation, struct reactor *reactor,
                const struct file_write *write);

/* All of the file on the disk, its times included (fsync). */
void file_sync(struct file_operation *operation, struct reactor *reactor, int fd);
/* The bytes and what is needed to find them (fdatasync). */
void file_sync_data(struct file_operation *operation, struct reactor *reactor, int fd);

/* As openat, with O_CLOEXEC added. */
void file_open(struct file_operation *operation, struct reactor *reactor, const char *path,
               int flags, mode_t mode);
void file_close(struct file_operation *operation, struct reactor *reactor, int fd);
void file_rename(struct file_operation *operation, struct reactor *reactor, const char *path,
                 const char *new_path);
void file_unlink(struct file_operation *operation, struct reactor *reactor, const char *path);

static inline bool file_operation_is_under_way(const struct file_operation *operation)
{
    return operation->under_way;
}

#endif
