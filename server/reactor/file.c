#include "server/reactor/file.h"

#include "proto/base/assert.h"
#include "server/reactor/backend.h"
#include "server/reactor/file_fault.h"

#include <errno.h>

static void issue(struct file_operation *operation)
{
    operation->reactor->backend->file_start(operation);
}

static void issue_sync(struct file_operation *operation)
{
    ASSERT(!operation->syncing);
    operation->syncing = true;
    operation->reactor->backend->file_start_sync(operation);
}

/* ---- Faults ---- */

static const enum file_fault_kind fault_kinds[] = {
    [FILE_OPERATION_WRITE] = FILE_FAULT_WRITE,    [FILE_OPERATION_SYNC] = FILE_FAULT_SYNC,
    [FILE_OPERATION_SYNC_DATA] = FILE_FAULT_SYNC, [FILE_OPERATION_OPEN] = FILE_FAULT_OPEN,
    [FILE_OPERATION_CLOSE] = FILE_FAULT_KINDS,    [FILE_OPERATION_RENAME] = FILE_FAULT_RENAME,
    [FILE_OPERATION_UNLINK] = FILE_FAULT_UNLINK,
};

static void take_fault(struct file_operation *operation)
{
    struct file_fault fault = {0};
    struct file_fault sync_fault = {0};

    if (fault_kinds[operation->kind] != FILE_FAULT_KINDS)
        file_fault_take(fault_kinds[operation->kind], &fault);
    if (operation->durable)
        file_fault_take(FILE_FAULT_SYNC, &sync_fault);
    operation->fault_error = -fault.error;
    operation->fault_length = operation->kind == FILE_OPERATION_WRITE ? fault.length_max : 0;
    operation->sync_error = -sync_fault.error;
    operation->delay_ms = fault.delay_ms + sync_fault.delay_ms;
}

/* So many bytes are written by a first request; the rest follows, or fails. */
static void shorten(struct file_operation *operation)
{
    operation->short_part = operation->parts[0];
    if (operation->short_part.iov_len > operation->fault_length)
        operation->short_part.iov_len = operation->fault_length;
}

const struct iovec *file_parts(const struct file_operation *operation, uint32_t *count)
{
    if (operation->fault_length > 0) {
        *count = 1;
        return &operation->short_part;
    }
    *count = operation->part_count;
    return operation->parts;
}

static void issue_after_delay(struct file_operation *operation)
{
    if (operation->fault_length > 0)
        shorten(operation);
    /* Nothing is done; whoever asked hears of it later, as ever. */
    if (operation->fault_error != 0 && operation->fault_length == 0)
        operation->reactor->backend->file_wait(operation, 0);
    else
        issue(operation);
}

/* ---- Operations ---- */

static void start(struct file_operation *operation, struct reactor *reactor,
                  enum file_operation_kind kind)
{
    ASSERT(!operation->under_way);
    ASSERT(operation->done != NULL);
    operation->reactor = reactor;
    operation->kind = kind;
    operation->under_way = true;
    operation->durable = operation->durable && kind == FILE_OPERATION_WRITE;
    operation->syncing = false;
    operation->error = 0;
    operation->written = 0;
    take_fault(operation);
    if (operation->delay_ms > 0)
        reactor->backend->file_wait(operation, operation->delay_ms);
    else
        issue_after_delay(operation);
}

void file_write(struct file_operation *operation, struct reactor *reactor,
                const struct file_write *write)
{
    ASSERT(write->part_count > 0 && write->part_count <= FILE_WRITE_PARTS_MAX);
    operation->fd = write->fd;
    operation->durable = write->durable;
    operation->parts = write->parts;
    operation->part_count = write->part_count;
    operation->offset = write->offset;
    start(operation, reactor, FILE_OPERATION_WRITE);
}

void file_sync(struct file_operation *operation, struct reactor *reactor, int fd)
{
    operation->fd = fd;
    start(operation, reactor, FILE_OPERATION_SYNC);
}

void file_sync_data(struct file_operation *operation, struct reactor *reactor, int fd)
{
    operation->fd = fd;
    start(operation, reactor, FILE_OPERATION_SYNC_DATA);
}

void file_open(struct file_operation *operation, struct reactor *reactor, const char *path,
               int flags, mode_t mode)
{
    operation->path = path;
    operation->flags = flags;
    operation->mode = mode;
    start(operation, reactor, FILE_OPERATION_OPEN);
}

void file_close(struct file_operation *operation, struct reactor *reactor, int fd)
{
    operation->fd = fd;
    start(operation, reactor, FILE_OPERATION_CLOSE);
}

void file_rename(struct file_operation *operation, struct reactor *reactor, const char *path,
                 const char *new_path)
{
    operation->path = path;
    operation->new_path = new_path;
    start(operation, reactor, FILE_OPERATION_RENAME);
}

void file_unlink(struct file_operation *operation, struct reactor *reactor, const char *path)
{
    operation->path = path;
    start(operation, reactor, FILE_OPERATION_UNLINK);
}

/* ---- Completions ---- */

static void finish(struct file_operation *operation, int result)
{
    operation->under_way = false;
    operation->done(operation, result);
}

/* `length` more bytes are in the file. */
static void advance(struct file_operation *operation, uint64_t length)
{
    operation->written += length;
    operation->offset += length;
    while (operation->part_count > 0 && length >= operation->parts->iov_len) {
        length -= operation->parts->iov_len;
        operation->parts++;
        operation->part_count--;
    }
    if (length == 0)
        return;
    ASSERT(operation->part_count > 0);
    operation->parts->iov_base = (char *)operation->parts->iov_base + length;
    operation->parts->iov_len -= length;
}

/* The write has come to an end, or the sync behind it, which goes on with it. */
static void end_write(struct file_operation *operation, int error)
{
    if (operation->syncing)
        operation->error = error;
    else
        finish(operation, error);
}

/* All bytes are in the file. */
static void complete_bytes(struct file_operation *operation)
{
    if (!operation->durable) {
        finish(operation, 0);
        return;
    }
    /* What was cut short has no sync behind it. */
    if (!operation->syncing)
        issue_sync(operation);
    if (operation->in_file != NULL)
        operation->in_file(operation);
}

static void complete_write(struct file_operation *operation, int result)
{
    if (result < 0) {
        end_write(operation, result);
        return;
    }
    operation->fault_length = 0;
    advance(operation, (uint64_t)result);
    if (operation->fault_error != 0)
        end_write(operation, operation->fault_error);
    else if (operation->part_count == 0)
        complete_bytes(operation);
    else if (result == 0)
        end_write(operation, -EIO); /* a device that takes nothing and says nothing */
    else if (!operation->syncing)
        issue(operation); /* else when the sync comes back, cancelled */
}

void file_synced(struct file_operation *operation, int result)
{
    ASSERT(operation->under_way && operation->syncing);
    operation->syncing = false;
    if (operation->error != 0)
        finish(operation, operation->error);
    else if (operation->part_count > 0)
        issue(operation);
    else if (result == -EINTR || result == -EAGAIN || result == -ECANCELED)
        issue_sync(operation);
    else
        finish(operation, operation->sync_error != 0 ? operation->sync_error : result);
}

void file_complete(struct file_operation *operation, int result)
{
    ASSERT(operation->under_way);
    if (operation->delay_ms > 0) {
        operation->delay_ms = 0;
        issue_after_delay(operation);
        return;
    }
    if (operation->fault_error != 0 && operation->fault_length == 0)
        result = operation->fault_error;
    if (result == -EINTR || result == -EAGAIN) {
        /* A sync behind it comes back cancelled, and goes on with it. */
        if (!operation->syncing)
            issue(operation);
    } else if (operation->kind == FILE_OPERATION_WRITE) {
        complete_write(operation, result);
    } else {
        finish(operation, result);
    }
}
