/*
 * Files by io_uring. The kernel hands what would block to a thread of its own.
 */
#include "proto/base/assert.h"
#include "server/reactor/uring.h"

#include <fcntl.h>

_Static_assert(sizeof(struct __kernel_timespec) == sizeof(((struct file_operation *)0)->delay),
               "a delay is a time of the kernel's");

static void prepare_write(struct file_operation *operation, struct io_uring_sqe *entry)
{
    uint32_t count;
    const struct iovec *parts = file_parts(operation, &count);

    io_uring_prep_writev(entry, operation->fd, parts, count, operation->offset);
}

static void prepare(struct file_operation *operation, struct io_uring_sqe *entry)
{
    switch (operation->kind) {
    case FILE_OPERATION_WRITE:
        prepare_write(operation, entry);
        break;
    case FILE_OPERATION_SYNC:
        io_uring_prep_fsync(entry, operation->fd, 0);
        break;
    case FILE_OPERATION_SYNC_DATA:
        io_uring_prep_fsync(entry, operation->fd, IORING_FSYNC_DATASYNC);
        break;
    case FILE_OPERATION_OPEN:
        io_uring_prep_openat(entry, AT_FDCWD, operation->path, operation->flags | O_CLOEXEC,
                             operation->mode);
        break;
    case FILE_OPERATION_CLOSE:
        io_uring_prep_close(entry, operation->fd);
        /* The last one to close a deleted file frees all of it. */
        entry->flags |= IOSQE_ASYNC;
        break;
    case FILE_OPERATION_RENAME:
        io_uring_prep_renameat(entry, AT_FDCWD, operation->path, AT_FDCWD, operation->new_path, 0);
        break;
    case FILE_OPERATION_UNLINK:
        io_uring_prep_unlinkat(entry, AT_FDCWD, operation->path, 0);
        break;
    }
}

void uring_file_start_sync(struct file_operation *operation)
{
    struct io_uring_sqe *entry = uring_take_entry(operation->reactor);

    io_uring_prep_fsync(entry, operation->fd, IORING_FSYNC_DATASYNC);
    entry->user_data = uring_tag(operation, OPERATION_FILE_SYNC);
}

/* The kernel goes from a write to its sync by itself: one way less through this thread. When the
 * write falls short, the sync is cancelled. */
void uring_file_start(struct file_operation *operation)
{
    struct io_uring_sqe *entry;

    uring_make_room(operation->reactor, 2);
    entry = uring_take_entry(operation->reactor);
    prepare(operation, entry);
    entry->user_data = uring_tag(operation, OPERATION_FILE);
    if (!operation->durable || operation->fault_length > 0)
        return;
    ASSERT(!operation->syncing);
    operation->syncing = true;
    entry->flags |= IOSQE_IO_LINK;
    uring_file_start_sync(operation);
}

void uring_file_wait(struct file_operation *operation, uint32_t delay_ms)
{
    struct io_uring_sqe *entry = uring_take_entry(operation->reactor);

    operation->delay[0] = delay_ms / 1000;
    operation->delay[1] = (int64_t)(delay_ms % 1000) * 1000000;
    if (delay_ms > 0)
        io_uring_prep_timeout(entry, (struct __kernel_timespec *)(void *)operation->delay, 0, 0);
    else
        io_uring_prep_nop(entry);
    entry->user_data = uring_tag(operation, OPERATION_FILE);
}
