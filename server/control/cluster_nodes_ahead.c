#include "server/control/cluster_nodes_ahead.h"

#include "proto/base/assert.h"
#include "proto/base/memory.h"
#include "proto/rdb/crc64.h"
#include "server/config/whole_file.h"
#include "server/observe/log.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

enum {
    AREAS = 2,
    BLOCK = 4096, /* no two areas share one, whatever a crash does to it */
    AREA_MIN = 64 * 1024,
    AREA_MAX = 64 * 1024 * 1024,
    ROOM_FACTOR = 4,
};

struct ahead_header {
    char magic[8];
    uint64_t number;
    uint64_t length;
    uint64_t checksum;
};

static const char MAGIC[8] = "TESSNODE";

static uint64_t checksum_of(const struct ahead_header *header, struct span text)
{
    uint64_t sum = crc64_update(
        0, span_of((const char *)&header->number, sizeof(header->number) + sizeof(header->length)));

    return crc64_update(sum, text);
}

/* ---- Reading ---- */

/* The text of an area; empty when there is none that is whole. */
static struct span area_text(struct span area, uint64_t *number)
{
    struct ahead_header header;
    struct span text = {0};

    if (area.length < sizeof(header))
        return text;
    memcpy(&header, area.data, sizeof(header));
    if (memcmp(header.magic, MAGIC, sizeof(MAGIC)) != 0 ||
        header.length > area.length - sizeof(header))
        return text;
    text = span_of(area.data + sizeof(header), header.length);
    *number = header.number;
    return checksum_of(&header, text) == header.checksum ? text : (struct span){0};
}

bool cluster_nodes_ahead_read(const char *path, struct text_buffer *text)
{
    struct text_buffer file = {0};
    struct span newest = {0};
    uint64_t newest_number = 0;

    if (whole_file_read(path, (size_t)AREAS * AREA_MAX, &file)) {
        struct span bytes = text_buffer_span(&file);
        size_t area = bytes.length / AREAS;

        for (uint32_t i = 0; i < AREAS; i++) {
            uint64_t number = 0;
            struct span found = area_text(span_of(bytes.data + i * area, area), &number);

            if (found.length > 0 && number >= newest_number) {
                newest = found;
                newest_number = number;
            }
        }
    }
    text_buffer_add(text, newest);
    text_buffer_free(&file);
    return newest.length > 0;
}

/* ---- Making ---- */

static bool write_at(int fd, struct span bytes, size_t offset)
{
    while (bytes.length > 0) {
        ssize_t count = pwrite(fd, bytes.data, bytes.length, (off_t)offset);

        if (count < 0 && errno == EINTR)
            continue;
        if (count <= 0)
            return false;
        bytes = span_of(bytes.data + count, bytes.length - (size_t)count);
        offset += (size_t)count;
    }
    return true;
}

static size_t room_for(struct span text)
{
    size_t room = ROOM_FACTOR * (text.length + sizeof(struct ahead_header));

    if (room < AREA_MIN)
        room = AREA_MIN;
    return room < AREA_MAX ? (room + BLOCK - 1) / BLOCK * BLOCK : AREA_MAX;
}

/* Bytes that are on the disk, so that to write over them changes nothing else. */
static bool fill(int fd, size_t size)
{
    char *zeros = memory_new_zeroed(1, size);
    bool filled =
        ftruncate(fd, (off_t)size) == 0 && write_at(fd, span_of(zeros, size), 0) && fsync(fd) == 0;

    memory_free(zeros);
    return filled;
}

void cluster_nodes_ahead_make(struct cluster_nodes_ahead *ahead, struct span text)
{
    size_t area = room_for(text);
    struct text_buffer left = {0};
    struct stat status;

    cluster_nodes_ahead_close(ahead);
    ahead->fd = open(ahead->path, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
    if (ahead->fd < 0)
        return;
    /* That of the life before serves again, unless something stands in it. */
    if (fstat(ahead->fd, &status) == 0 && (size_t)status.st_size >= AREAS * area &&
        status.st_size % (AREAS * BLOCK) == 0 && status.st_size <= (off_t)AREAS * AREA_MAX &&
        !cluster_nodes_ahead_read(ahead->path, &left)) {
        ahead->area = (size_t)status.st_size / AREAS;
        return;
    }
    text_buffer_free(&left);
    ahead->area = area;
    if (!fill(ahead->fd, AREAS * area) || !whole_file_sync(ahead->path)) {
        log_warning("cannot make %s: %s", ahead->path, strerror(errno));
        cluster_nodes_ahead_close(ahead);
    }
}

void cluster_nodes_ahead_close(struct cluster_nodes_ahead *ahead)
{
    if (ahead->fd >= 0)
        close(ahead->fd);
    ahead->fd = -1;
}

/* ---- Writing ---- */

bool cluster_nodes_ahead_write(struct cluster_nodes_ahead *ahead, struct span text)
{
    struct ahead_header header = {.number = ahead->number + 1, .length = text.length};
    struct iovec parts[] = {{.iov_base = &header, .iov_len = sizeof(header)},
                            {.iov_base = (void *)(uintptr_t)text.data, .iov_len = text.length}};
    size_t length = sizeof(header) + text.length;
    off_t offset = (off_t)(header.number % AREAS * ahead->area);

    ASSERT(text.length > 0);
    if (ahead->fd < 0 || length > ahead->area)
        return false;
    memcpy(header.magic, MAGIC, sizeof(MAGIC));
    header.checksum = checksum_of(&header, text);
    if (pwritev(ahead->fd, parts, 2, offset) != (ssize_t)length || fdatasync(ahead->fd) != 0)
        return false;
    ahead->number = header.number;
    return true;
}

void cluster_nodes_ahead_spend(struct cluster_nodes_ahead *ahead)
{
    const struct ahead_header nothing = {.number = 0};

    for (uint32_t i = 0; i < AREAS && ahead->fd >= 0; i++) {
        if (!write_at(ahead->fd, span_of((const char *)&nothing, sizeof(nothing)), i * ahead->area))
            cluster_nodes_ahead_close(ahead);
    }
}
