#include "server/snapshot/snapshot_file.h"

#include "proto/base/assert.h"
#include "proto/base/list.h"
#include "proto/base/memory.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>

enum {
    /* Piece by piece: so much is flushed at once, and this is how far the disk may fall behind. */
    FLUSH_BYTES = 4 * 1024 * 1024,
    BEHIND_BYTES_MAX = 8 * FLUSH_BYTES,
    FILE_MODE = 0644,
};

static void operation_done(struct file_operation *operation, int result);
static void flush_done(struct file_operation *operation, int result);

static void fail(struct snapshot_file *file, const char *step, int result)
{
    ASSERT(result < 0);
    if (file->error != 0)
        return;
    file->error = -result;
    file->step = step;
}

/* ---- Names ---- */

/* The part of the path before its last component, with the slash. */
static size_t directory_length(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash == NULL ? 0 : (size_t)(slash - path) + 1;
}

char *snapshot_file_temporary(const char *path)
{
    size_t size = strlen(path) + sizeof("temp-");
    size_t length = directory_length(path);
    char *temporary = memory_new(size);

    snprintf(temporary, size, "%.*stemp-%s", (int)length, path, path + length);
    return temporary;
}

static char *directory_of(const char *path)
{
    size_t length = directory_length(path);

    return length == 0 ? memory_copy(".", 1) : memory_copy(path, length);
}

/* ---- What is asked for ---- */

static void begin(struct snapshot_file *file, enum snapshot_file_state state)
{
    file->state = state;
    file->operation.done = operation_done;
}

void snapshot_file_open(struct snapshot_file *file, struct reactor *reactor, const char *path,
                        bool piece_wise, void (*ready)(struct snapshot_file *file))
{
    *file = (struct snapshot_file){.ready = ready,
                                   .reactor = reactor,
                                   .descriptor = -1,
                                   .path = memory_copy(path, strlen(path)),
                                   .temporary = snapshot_file_temporary(path),
                                   .directory = directory_of(path),
                                   .piece_wise = piece_wise};
    file->flush.done = flush_done;
    begin(file, SNAPSHOT_FILE_OPENING);
    file_open(&file->operation, reactor, file->temporary, O_WRONLY | O_CREAT | O_TRUNC, FILE_MODE);
}

void snapshot_file_write(struct snapshot_file *file, uint32_t count)
{
    struct file_write write = {
        .fd = file->descriptor, .parts = file->parts, .part_count = count, .offset = file->written};

    ASSERT(file->state == SNAPSHOT_FILE_OPEN);
    ASSERT(count > 0 && count <= SNAPSHOT_FILE_PARTS_MAX);
    begin(file, SNAPSHOT_FILE_WRITING);
    file_write(&file->operation, file->reactor, &write);
}

bool snapshot_file_is_busy(const struct snapshot_file *file)
{
    return file->state != SNAPSHOT_FILE_OPEN && file->state != SNAPSHOT_FILE_FINISHED &&
           file->state != SNAPSHOT_FILE_DISCARDED;
}

static void finish_flush(struct snapshot_file *file)
{
    begin(file, SNAPSHOT_FILE_FLUSHING);
    /* What goes on beside is heard of first: its end may be the file's error. */
    if (!file_operation_is_under_way(&file->flush))
        file_sync(&file->operation, file->reactor, file->descriptor);
}

void snapshot_file_finish(struct snapshot_file *file)
{
    ASSERT(file->state == SNAPSHOT_FILE_OPEN);
    ASSERT(file->error == 0);
    finish_flush(file);
}

static void remove_temporary(struct snapshot_file *file)
{
    begin(file, SNAPSHOT_FILE_REMOVING);
    file_unlink(&file->operation, file->reactor, file->temporary);
}

void snapshot_file_discard(struct snapshot_file *file)
{
    ASSERT(file->state == SNAPSHOT_FILE_OPEN);
    file->discarding = true;
    begin(file, SNAPSHOT_FILE_CLOSING);
    if (file_operation_is_under_way(&file->flush))
        return;
    if (file->descriptor >= 0)
        file_close(&file->operation, file->reactor, file->descriptor);
    else
        remove_temporary(file);
}

void snapshot_file_free(struct snapshot_file *file)
{
    ASSERT(!file_operation_is_under_way(&file->operation));
    ASSERT(!file_operation_is_under_way(&file->flush));
    memory_free(file->path);
    memory_free(file->temporary);
    memory_free(file->directory);
}

/* ---- What is over ---- */

/* Nothing more is to be done at the moment. */
static void settle(struct snapshot_file *file, enum snapshot_file_state state)
{
    file->state = state;
    file->ready(file);
}

/* Flushes a piece beside the writes. */
static void flush_piece(struct snapshot_file *file)
{
    if (!file->piece_wise || file_operation_is_under_way(&file->flush) ||
        file->written - file->flushed < FLUSH_BYTES)
        return;
    file->flush_from = file->written;
    file_sync_data(&file->flush, file->reactor, file->descriptor);
}

static bool is_far_behind(const struct snapshot_file *file)
{
    return file_operation_is_under_way(&file->flush) &&
           file->written - file->flushed > BEHIND_BYTES_MAX;
}

static void write_done(struct snapshot_file *file, int result)
{
    file->written += file->operation.written;
    if (result < 0)
        fail(file, "write", result);
    else
        flush_piece(file);
    if (file->error == 0 && is_far_behind(file))
        file->state = SNAPSHOT_FILE_HELD;
    else
        settle(file, SNAPSHOT_FILE_OPEN);
}

static void flush_done(struct file_operation *operation, int result)
{
    struct snapshot_file *file = list_entry(operation, struct snapshot_file, flush);

    file->flushed = file->flush_from;
    if (result < 0)
        fail(file, "flush", result);
    switch (file->state) {
    case SNAPSHOT_FILE_HELD:
        if (file->error == 0)
            flush_piece(file);
        settle(file, SNAPSHOT_FILE_OPEN);
        break;
    case SNAPSHOT_FILE_FLUSHING:
        if (file->error == 0)
            finish_flush(file);
        else
            settle(file, SNAPSHOT_FILE_OPEN);
        break;
    case SNAPSHOT_FILE_CLOSING:
        file_close(&file->operation, file->reactor, file->descriptor);
        break;
    default:
        break;
    }
}

static void close_done(struct snapshot_file *file, int result)
{
    file->descriptor = -1;
    if (file->discarding) {
        remove_temporary(file);
        return;
    }
    if (result < 0) {
        fail(file, "close", result);
        settle(file, SNAPSHOT_FILE_OPEN);
        return;
    }
    begin(file, SNAPSHOT_FILE_RENAMING);
    file_rename(&file->operation, file->reactor, file->temporary, file->path);
}

/* The file is in its place. Until its directory is on the disk, too, a crash may bring the old one
 * back: that is an error, but nothing is to be removed. */
static void finish_step(struct snapshot_file *file, int result)
{
    switch (file->state) {
    case SNAPSHOT_FILE_RENAMING:
        begin(file, SNAPSHOT_FILE_OPENING_DIRECTORY);
        file_open(&file->operation, file->reactor, file->directory, O_RDONLY | O_DIRECTORY, 0);
        break;
    case SNAPSHOT_FILE_OPENING_DIRECTORY:
        file->descriptor = result;
        begin(file, SNAPSHOT_FILE_FLUSHING_DIRECTORY);
        file_sync(&file->operation, file->reactor, file->descriptor);
        break;
    case SNAPSHOT_FILE_FLUSHING_DIRECTORY:
        begin(file, SNAPSHOT_FILE_CLOSING_DIRECTORY);
        file_close(&file->operation, file->reactor, file->descriptor);
        break;
    default:
        ASSERT(file->state == SNAPSHOT_FILE_CLOSING_DIRECTORY);
        file->descriptor = -1;
        settle(file, SNAPSHOT_FILE_FINISHED);
        break;
    }
}

static const char *step_name(enum snapshot_file_state state)
{
    switch (state) {
    case SNAPSHOT_FILE_OPENING:
        return "open";
    case SNAPSHOT_FILE_FLUSHING:
        return "flush";
    case SNAPSHOT_FILE_RENAMING:
        return "rename";
    default:
        return "flush directory";
    }
}

static void operation_done(struct file_operation *operation, int result)
{
    struct snapshot_file *file = list_entry(operation, struct snapshot_file, operation);

    switch (file->state) {
    case SNAPSHOT_FILE_WRITING:
        write_done(file, result);
        return;
    case SNAPSHOT_FILE_CLOSING:
        close_done(file, result);
        return;
    case SNAPSHOT_FILE_REMOVING:
        /* What cannot be removed is in nobody's way. */
        settle(file, SNAPSHOT_FILE_DISCARDED);
        return;
    default:
        break;
    }
    if (result < 0) {
        fail(file, step_name(file->state), result);
        settle(file, SNAPSHOT_FILE_OPEN);
    } else if (file->state == SNAPSHOT_FILE_OPENING) {
        file->descriptor = result;
        settle(file, SNAPSHOT_FILE_OPEN);
    } else if (file->state == SNAPSHOT_FILE_FLUSHING) {
        begin(file, SNAPSHOT_FILE_CLOSING);
        file_close(&file->operation, file->reactor, file->descriptor);
    } else {
        finish_step(file, result);
    }
}
