#include "server/config/whole_file.h"

#include "proto/base/memory.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* Does not change errno. */
static void close_quietly(int fd)
{
    int reason = errno;

    close(fd);
    errno = reason;
}

static bool read_all(int fd, size_t length_max, struct text_buffer *text)
{
    size_t before = text->length;
    char block[16384];

    for (;;) {
        ssize_t count = read(fd, block, sizeof(block));

        if (count == 0)
            return true;
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0)
            return false;
        text_buffer_add(text, span_of(block, (size_t)count));
        if (text->length - before > length_max) {
            errno = EFBIG;
            return false;
        }
    }
}

bool whole_file_read(const char *path, size_t length_max, struct text_buffer *text)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    bool complete;

    if (fd < 0)
        return false;
    complete = read_all(fd, length_max, text);
    close_quietly(fd);
    return complete;
}

static bool write_all(int fd, struct span text)
{
    while (text.length > 0) {
        ssize_t count = write(fd, text.data, text.length);

        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0)
            return false;
        text = span_of(text.data + count, text.length - (size_t)count);
    }
    return true;
}

/* Makes the rename durable. */
static bool sync_directory_of(const char *path)
{
    char *copy = memory_copy(path, strlen(path));
    int fd = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool synced = fd >= 0 && fsync(fd) == 0;

    if (fd >= 0)
        close_quietly(fd);
    memory_free(copy);
    return synced;
}

/* A new file with the text. */
static bool write_new(char *template, struct span text, mode_t mode, bool synced)
{
    int fd = mkostemp(template, O_CLOEXEC);
    bool written;

    if (fd < 0)
        return false;
    written = write_all(fd, text) && fchmod(fd, mode) == 0 && (!synced || fsync(fd) == 0);
    close_quietly(fd);
    return written;
}

static bool replace(const char *path, struct span text, mode_t mode, bool synced)
{
    struct text_buffer name = {0};
    char *beside;
    bool replaced;

    text_buffer_add_format(&name, "%s.XXXXXX", path);
    beside = text_buffer_take(&name);
    replaced = write_new(beside, text, mode, synced) && rename(beside, path) == 0;
    if (!replaced) {
        int reason = errno;

        unlink(beside);
        errno = reason;
    }
    memory_free(beside);
    return replaced;
}

bool whole_file_replace(const char *path, struct span text, mode_t mode)
{
    return replace(path, text, mode, true) && sync_directory_of(path);
}

bool whole_file_replace_unsynced(const char *path, struct span text, mode_t mode)
{
    return replace(path, text, mode, false);
}

bool whole_file_sync(const char *path)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    bool synced = fd >= 0 && fsync(fd) == 0;

    if (fd >= 0)
        close_quietly(fd);
    return synced && sync_directory_of(path);
}
