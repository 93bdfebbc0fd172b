#include "server/append_only/file_replacement.h"

#include "proto/base/assert.h"
#include "proto/base/list.h"
#include "proto/base/memory.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>

enum step {
    STEP_OPEN,
    STEP_WRITE,
    STEP_SYNC,
    STEP_CLOSE,
    STEP_RENAME,
    STEP_OPEN_DIRECTORY,
    STEP_SYNC_DIRECTORY,
    STEP_CLOSE_DIRECTORY,
    STEP_OVER,
};

static char *path_of(const char *directory, const char *prefix, const char *name)
{
    size_t size = strlen(directory) + strlen(prefix) + strlen(name) + 2;
    char *path = memory_new(size);

    snprintf(path, size, "%s/%s%s", directory, prefix, name);
    return path;
}

static void finish(struct file_replacement *replacement)
{
    memory_free(replacement->directory);
    memory_free(replacement->path);
    memory_free(replacement->temporary);
    memory_free(replacement->text);
    replacement->done(replacement, replacement->error);
}

static void run_step(struct file_replacement *replacement)
{
    struct file_operation *operation = &replacement->operation;
    struct reactor *reactor = replacement->reactor;
    struct file_write write = {.fd = replacement->fd, .parts = &replacement->part, .part_count = 1};

    switch ((enum step)replacement->step) {
    case STEP_OPEN:
        file_open(operation, reactor, replacement->temporary, O_WRONLY | O_CREAT | O_TRUNC, 0644);
        break;
    case STEP_WRITE:
        file_write(operation, reactor, &write);
        break;
    case STEP_SYNC:
    case STEP_SYNC_DIRECTORY:
        file_sync(operation, reactor, replacement->fd);
        break;
    case STEP_CLOSE:
    case STEP_CLOSE_DIRECTORY:
        file_close(operation, reactor, replacement->fd);
        replacement->fd = -1;
        break;
    case STEP_RENAME:
        file_rename(operation, reactor, replacement->temporary, replacement->path);
        break;
    case STEP_OPEN_DIRECTORY:
        file_open(operation, reactor, replacement->directory, O_RDONLY | O_DIRECTORY, 0);
        break;
    case STEP_OVER:
        finish(replacement);
        break;
    }
}

static void step_done(struct file_operation *operation, int result)
{
    struct file_replacement *replacement =
        list_entry(operation, struct file_replacement, operation);

    if (replacement->error != 0) {
        /* The file that was open is closed now. */
        finish(replacement);
        return;
    }
    if (result < 0) {
        replacement->error = result;
        if (replacement->fd < 0) {
            finish(replacement);
            return;
        }
        file_close(operation, replacement->reactor, replacement->fd);
        replacement->fd = -1;
        return;
    }
    if (replacement->step == STEP_OPEN || replacement->step == STEP_OPEN_DIRECTORY)
        replacement->fd = result;
    replacement->step++;
    run_step(replacement);
}

void file_replacement_start(struct file_replacement *replacement, struct reactor *reactor,
                            const char *directory, const char *name, struct span text)
{
    ASSERT(replacement->done != NULL);
    ASSERT(text.length > 0);
    replacement->operation = (struct file_operation){.done = step_done};
    replacement->reactor = reactor;
    replacement->directory = memory_copy(directory, strlen(directory));
    replacement->path = path_of(directory, "", name);
    replacement->temporary = path_of(directory, "temp-", name);
    replacement->text = memory_copy(text.data, text.length);
    replacement->part = (struct iovec){replacement->text, text.length};
    replacement->step = STEP_OPEN;
    replacement->fd = -1;
    replacement->error = 0;
    run_step(replacement);
}
