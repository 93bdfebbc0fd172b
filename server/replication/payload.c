#include "server/replication/payload.h"

#include "proto/base/assert.h"
#include "proto/base/memory.h"
#include "proto/rdb/crc64.h"
#include "server/reactor/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

enum {
    BUFFER_BYTES = 1024 * 1024,
    BUFFERS_MAX = 16, /* full ones that wait for the disk: more is not received */
    CHECKSUM_BYTES = 8,
    CHECKSUM_VERSION = 5, /* of the format: before it there was none */
    HEAD_BYTES = 9,       /* a word and a version, "REDIS0011" */
};

struct payload_buffer {
    struct payload_buffer *next;
    size_t length;
    char bytes[BUFFER_BYTES];
};

struct payload {
    struct file_operation operation; /* first */
    struct reactor *reactor;
    struct sync_payload frame;
    struct payload_observer observer;
    void *context;
    int fd;
    char *path;
    bool in_memory;
    bool kept;
    bool synced;
    bool freed; /* as soon as nothing is under way */
    int error;
    struct iovec parts[1];
    struct payload_buffer *first; /* being written, or to be written next */
    struct payload_buffer *last;  /* being filled */
    uint32_t buffers;
    uint64_t received;
    uint64_t written;
    uint64_t sum;              /* of all but the last bytes */
    char tail[CHECKSUM_BYTES]; /* those */
    size_t tail_length;
    char head[HEAD_BYTES];
};

/* Makes the file and its path; -1: errno says why not. */
static int make_file(bool in_memory, char *path, size_t room)
{
    int fd;

    if (!in_memory) {
        snprintf(path, room, "temp-%d-XXXXXX.rdb", (int)getpid());
        return mkostemps(path, 4, O_CLOEXEC);
    }
    fd = memfd_create("payload", MFD_CLOEXEC);
    snprintf(path, room, "/proc/self/fd/%d", fd);
    return fd;
}

struct payload *payload_create(struct reactor *reactor, bool in_memory,
                               const struct sync_payload *frame,
                               const struct payload_observer *observer, void *context)
{
    char path[64];
    struct payload *payload;
    int fd = make_file(in_memory, path, sizeof(path));

    if (fd < 0)
        return NULL;
    payload = memory_new_zeroed(1, sizeof(*payload));
    payload->reactor = reactor;
    payload->frame = *frame;
    payload->observer = *observer;
    payload->context = context;
    payload->fd = fd;
    payload->in_memory = in_memory;
    payload->path = memory_copy(path, strlen(path));
    return payload;
}

static void destroy(struct payload *payload)
{
    while (payload->first != NULL) {
        struct payload_buffer *buffer = payload->first;

        payload->first = buffer->next;
        memory_free(buffer);
    }
    close(payload->fd);
    if (!payload->kept && !payload->in_memory)
        unlink(payload->path);
    memory_free(payload->path);
    memory_free(payload);
}

void payload_free(struct payload *payload)
{
    if (payload == NULL)
        return;
    payload->freed = true;
    if (!file_operation_is_under_way(&payload->operation))
        destroy(payload);
}

/* ---- The checksum ---- */

/* The last bytes are the sum itself, and which are the last is known at the end only. */
static void add_to_sum(struct payload *payload, struct span bytes)
{
    size_t total = payload->tail_length + bytes.length;
    size_t summed = total > CHECKSUM_BYTES ? total - CHECKSUM_BYTES : 0;
    size_t of_tail = summed < payload->tail_length ? summed : payload->tail_length;
    size_t of_bytes = summed - of_tail;

    if (payload->received < HEAD_BYTES) {
        size_t room = HEAD_BYTES - (size_t)payload->received;

        memcpy(payload->head + payload->received, bytes.data,
               bytes.length < room ? bytes.length : room);
    }
    payload->sum = crc64_update(payload->sum, span_of(payload->tail, of_tail));
    payload->sum = crc64_update(payload->sum, span_of(bytes.data, of_bytes));
    payload->tail_length -= of_tail;
    memmove(payload->tail, payload->tail + of_tail, payload->tail_length);
    memcpy(payload->tail + payload->tail_length, bytes.data + of_bytes, bytes.length - of_bytes);
    payload->tail_length += bytes.length - of_bytes;
    payload->received += bytes.length;
}

static const char *fault_of(const struct payload *payload)
{
    static const char none[CHECKSUM_BYTES];
    uint64_t told;
    int version = 0;

    if (payload->error != 0)
        return strerror(payload->error);
    if (payload->received < HEAD_BYTES + CHECKSUM_BYTES)
        return "it is too short to be an RDB file";
    for (size_t i = HEAD_BYTES - 3; i < HEAD_BYTES; i++)
        version = version * 10 + (payload->head[i] - '0');
    memcpy(&told, payload->tail, sizeof(told));
    /* Zeros: whoever wrote it has summed nothing. */
    if (version < CHECKSUM_VERSION || memcmp(payload->tail, none, CHECKSUM_BYTES) == 0 ||
        told == payload->sum)
        return NULL;
    return "its checksum is wrong";
}

/* ---- Writing ---- */

static void write_next(struct payload *payload);

static void synced(struct file_operation *operation, int result);

/* All is in the file: it may take the place of the node's own when it is on the disk as well. */
static void finish_if_over(struct payload *payload)
{
    const char *error;

    if (file_operation_is_under_way(&payload->operation))
        return;
    if (payload->error == 0 && (!payload->frame.complete || payload->first != NULL))
        return;
    error = fault_of(payload);
    if (error == NULL && !payload->synced) {
        payload->operation = (struct file_operation){.done = synced};
        file_sync_data(&payload->operation, payload->reactor, payload->fd);
        return;
    }
    payload->observer.done(payload->context, error);
}

static void synced(struct file_operation *operation, int result)
{
    struct payload *payload = (struct payload *)operation;

    if (payload->freed) {
        destroy(payload);
        return;
    }
    payload->synced = true;
    if (result < 0 && payload->error == 0)
        payload->error = -result;
    finish_if_over(payload);
}

static void written(struct file_operation *operation, int result)
{
    struct payload *payload = (struct payload *)operation;
    struct payload_buffer *buffer = payload->first;
    bool was_full = payload_is_full(payload);

    if (payload->freed) {
        destroy(payload);
        return;
    }
    payload->written += operation->written;
    payload->first = buffer->next;
    if (payload->first == NULL)
        payload->last = NULL;
    payload->buffers--;
    memory_free(buffer);
    if (result < 0 && payload->error == 0)
        payload->error = -result;
    if (payload->error == 0)
        write_next(payload);
    if (was_full && !payload_is_full(payload) && !payload->frame.complete)
        payload->observer.drained(payload->context);
    finish_if_over(payload);
}

/* A full buffer. The last one waits for the end of the payload, so that there is a write behind
 * that. */
static void write_next(struct payload *payload)
{
    struct payload_buffer *buffer = payload->first;
    struct file_write write = {
        .fd = payload->fd, .parts = payload->parts, .part_count = 1, .offset = payload->written};

    if (file_operation_is_under_way(&payload->operation) || buffer == NULL || payload->error != 0 ||
        (buffer == payload->last && !payload->frame.complete))
        return;
    payload->parts[0] = (struct iovec){.iov_base = buffer->bytes, .iov_len = buffer->length};
    payload->operation = (struct file_operation){.done = written};
    file_write(&payload->operation, payload->reactor, &write);
}

static void keep(struct payload *payload, struct span bytes)
{
    add_to_sum(payload, bytes);
    while (bytes.length > 0 && payload->error == 0) {
        struct payload_buffer *buffer = payload->last;
        size_t room;

        if (buffer == NULL || buffer->length == BUFFER_BYTES) {
            buffer = memory_new(sizeof(*buffer));
            buffer->next = NULL;
            buffer->length = 0;
            if (payload->last != NULL)
                payload->last->next = buffer;
            else
                payload->first = buffer;
            payload->last = buffer;
            payload->buffers++;
        }
        room = BUFFER_BYTES - buffer->length;
        if (room > bytes.length)
            room = bytes.length;
        memcpy(buffer->bytes + buffer->length, bytes.data, room);
        buffer->length += room;
        bytes = span_of(bytes.data + room, bytes.length - room);
    }
}

size_t payload_take(struct payload *payload, struct span bytes)
{
    struct span pieces[2];
    size_t used;

    ASSERT(!payload->frame.complete);
    used = sync_payload_take(&payload->frame, bytes, pieces);
    for (uint32_t i = 0; i < 2; i++)
        if (pieces[i].length > 0)
            keep(payload, pieces[i]);
    write_next(payload);
    /* Nothing at all was in it: `done` is told of that later. */
    if (payload->frame.complete && payload->first == NULL &&
        !file_operation_is_under_way(&payload->operation)) {
        payload->operation = (struct file_operation){.done = synced};
        file_sync_data(&payload->operation, payload->reactor, payload->fd);
    }
    return bytes.length - used;
}

/* ---- What is told of it ---- */

bool payload_is_full(const struct payload *payload)
{
    return payload->buffers > BUFFERS_MAX;
}

uint64_t payload_received(const struct payload *payload)
{
    return payload->received;
}

bool payload_is_received(const struct payload *payload)
{
    return payload->frame.complete;
}

const char *payload_path(const struct payload *payload)
{
    return payload->path;
}

bool payload_keep_as(struct payload *payload, const char *path)
{
    if (payload->in_memory)
        return true;
    payload->kept = rename(payload->path, path) == 0;
    return payload->kept;
}

bool payload_is_kept(const struct payload *payload)
{
    return payload->kept;
}
