#include "server/reactor/reactor.h"

#include "proto/base/assert.h"
#include "proto/base/memory.h"
#include "server/reactor/backend.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum {
    /* Buffers a page-multiple apart would all start in the same cache sets. */
    BUFFER_COLOUR = 192,
};

static const struct reactor_backend *const backends[REACTOR_KINDS] = {
    [REACTOR_URING] = &uring_backend,
    [REACTOR_EPOLL] = &epoll_backend,
};

const char *reactor_kind_name(enum reactor_kind kind)
{
    ASSERT(kind < REACTOR_KINDS);
    return backends[kind]->name;
}

bool reactor_is_possible(enum reactor_kind kind, uint32_t count, char reason[REACTOR_REASON_MAX])
{
    ASSERT(kind < REACTOR_KINDS);
    ASSERT(count > 0);
    return backends[kind]->probe(count, reason) == 0;
}

/* ---- Receive buffers ---- */

static bool buffers_create(struct reactor *reactor, const struct reactor_options *options)
{
    size_t stride = options->buffer_size + BUFFER_COLOUR;

    ASSERT(options->buffer_count > 0 && options->buffer_count <= 32768);
    ASSERT((options->buffer_count & (options->buffer_count - 1)) == 0);
    reactor->buffer_count = options->buffer_count;
    reactor->buffer_size = options->buffer_size;
    reactor->buffer_bytes_length = stride * options->buffer_count;
    /* Populated now: a page fault in the middle of traffic costs more than the memory. */
    reactor->buffer_bytes = mmap(NULL, reactor->buffer_bytes_length, PROT_READ | PROT_WRITE,
                                 MAP_ANONYMOUS | MAP_PRIVATE | MAP_POPULATE, -1, 0);
    if (reactor->buffer_bytes == MAP_FAILED)
        return false;
    reactor->buffers = memory_new_zeroed(options->buffer_count, sizeof(*reactor->buffers));
    reactor->free_buffers =
        memory_new_zeroed(options->buffer_count, sizeof(*reactor->free_buffers));
    for (uint32_t i = 0; i < options->buffer_count; i++) {
        reactor->buffers[i] = (struct receive_buffer){.capacity = options->buffer_size,
                                                      .bytes = reactor->buffer_bytes + i * stride,
                                                      .reactor = reactor,
                                                      .id = (uint16_t)i};
        reactor->free_buffers[i] = &reactor->buffers[i];
    }
    reactor->free_count = options->buffer_count;
    return true;
}

static void buffers_destroy(struct reactor *reactor)
{
    if (reactor->buffer_bytes != NULL && reactor->buffer_bytes != MAP_FAILED)
        munmap(reactor->buffer_bytes, reactor->buffer_bytes_length);
    memory_free(reactor->buffers);
    memory_free(reactor->free_buffers);
}

struct receive_buffer *receive_buffer_create(size_t capacity)
{
    struct receive_buffer *buffer = memory_new(sizeof(*buffer) + capacity);

    ASSERT(capacity <= UINT32_MAX);
    *buffer = (struct receive_buffer){
        .pins = 1, .capacity = (uint32_t)capacity, .bytes = (char *)(buffer + 1)};
    return buffer;
}

void receive_buffer_release(struct receive_buffer *buffer)
{
    struct reactor *reactor = buffer->reactor;

    ASSERT(buffer->pins == 0);
    if (reactor == NULL) {
        memory_free(buffer);
        return;
    }
    ASSERT(reactor->free_count < reactor->buffer_count);
    reactor->free_buffers[reactor->free_count++] = buffer;
    reactor->buffers_out--;
}

bool reactor_buffers_are_scarce(const struct reactor *reactor)
{
    return reactor->buffers_out > reactor->buffer_count - reactor->buffer_count / 4;
}

struct receive_buffer *receive_buffer_replace(struct receive_buffer *buffer, size_t length)
{
    struct receive_buffer *copy = receive_buffer_create(length);

    ASSERT(length <= buffer->capacity);
    memcpy(copy->bytes, buffer->bytes, length);
    receive_buffer_unpin(buffer);
    return copy;
}

/* ---- Streams that wait for a buffer ---- */

/* Without this, a stream that finds no buffer would ask again and again until one comes back. */
void stream_starve(struct stream *stream)
{
    ASSERT(!stream->receiving && !stream->receive_starved);
    stream->receive_starved = true;
    stream->next_starved = stream->reactor->first_starved;
    stream->reactor->first_starved = stream;
}

static void starved_remove(struct stream *stream)
{
    struct stream **link = &stream->reactor->first_starved;

    if (!stream->receive_starved)
        return;
    while (*link != stream)
        link = &(*link)->next_starved;
    *link = stream->next_starved;
    stream->receive_starved = false;
}

static void starved_retry(struct reactor *reactor)
{
    struct stream *stream = reactor->first_starved;

    if (stream == NULL || reactor->buffers_out == reactor->buffer_count)
        return;
    reactor->first_starved = NULL;
    while (stream != NULL) {
        struct stream *next = stream->next_starved;

        stream->receive_starved = false;
        stream_continue(stream);
        stream = next;
    }
}

/* ---- Streams ---- */

void stream_open(struct stream *stream, struct reactor *reactor, int fd,
                 const struct stream_handler *handler)
{
    *stream =
        (struct stream){.fd = fd, .receive_wanted = true, .reactor = reactor, .handler = handler};
    reactor->backend->stream_open(stream);
}

void stream_pause(struct stream *stream)
{
    if (!stream->receive_wanted)
        return;
    stream->receive_wanted = false;
    starved_remove(stream);
    stream->reactor->backend->stream_pause(stream);
}

void stream_resume(struct stream *stream)
{
    stream->receive_wanted = true;
    stream_continue(stream);
}

void stream_end(struct stream *stream, int error)
{
    if (stream->ended)
        return;
    stream->ended = true;
    stream->handler->ended(stream, error);
}

void stream_send(struct stream *stream, const struct iovec *parts, uint32_t count)
{
    ASSERT(!stream->sending && !stream->closing);
    ASSERT(count > 0 && count <= STREAM_SEND_PARTS_MAX);
    memcpy(stream->parts, parts, count * sizeof(*parts));
    stream->part_count = count;
    stream->part_first = 0;
    stream->sending = true;
    stream->reactor->backend->stream_send(stream);
}

bool stream_send_advance(struct stream *stream, size_t length)
{
    struct iovec *part;

    while (stream->part_first < stream->part_count &&
           length >= stream->parts[stream->part_first].iov_len) {
        length -= stream->parts[stream->part_first].iov_len;
        stream->part_first++;
    }
    if (stream->part_first == stream->part_count)
        return false;
    part = &stream->parts[stream->part_first];
    part->iov_base = (char *)part->iov_base + length;
    part->iov_len -= length;
    return true;
}

void stream_send_complete(struct stream *stream, int error)
{
    ASSERT(stream->sending && !stream->closing);
    stream->sending = false;
    stream->handler->sent(stream, error);
}

void stream_send_last(struct stream *stream, const void *bytes, size_t length)
{
    ASSERT(!stream->sending && !stream->closing);
    /* The socket is closed next, whether they go or not. */
    if (send(stream->fd, bytes, length, MSG_NOSIGNAL | MSG_DONTWAIT) < 0)
        return;
}

void stream_close(struct stream *stream)
{
    ASSERT(!stream->closing);
    stream->closing = true;
    starved_remove(stream);
    stream->reactor->backend->stream_close(stream);
}

void stream_finish(struct stream *stream)
{
    ASSERT(stream->closing);
    ASSERT(!stream->receiving && !stream->sending && stream->cancels == 0);
    close(stream->fd);
    stream->fd = -1;
    stream->handler->finished(stream);
}

/* ---- Listeners ---- */

void reactor_listen(struct reactor *reactor, struct listener *listener)
{
    listener->reactor = reactor;
    listener->closing = false;
    if (!listener->armed)
        reactor->backend->listen(listener);
}

void reactor_unlisten(struct listener *listener)
{
    if (listener->closing)
        return;
    listener->closing = true;
    if (listener->armed)
        listener->reactor->backend->unlisten(listener);
    else
        close(listener->fd);
}

/* ---- Turns ---- */

void reactor_turn(struct reactor *reactor, int64_t timeout_us)
{
    starved_retry(reactor);
    reactor->backend->turn(reactor, timeout_us);
}

void reactor_submit(struct reactor *reactor)
{
    reactor->backend->submit(reactor);
}

void reactor_ring_bell(struct reactor *self, struct reactor *target)
{
    self->backend->ring_bell(self, target);
}

/* ---- Life ---- */

struct reactor *reactor_create(const struct reactor_options *options,
                               char error[REACTOR_REASON_MAX])
{
    const struct reactor_backend *backend = backends[options->kind];
    struct reactor *reactor = backend->allocate();
    const char *failed = "the receive buffers";
    int result = -ENOMEM;

    reactor->backend = backend;
    reactor->woken = options->woken;
    reactor->context = options->context;
    if (buffers_create(reactor, options))
        result = backend->open(reactor, &failed);
    if (result == 0)
        return reactor;
    snprintf(error, REACTOR_REASON_MAX, "%s: %s", failed, strerror(-result));
    reactor_destroy(reactor);
    return NULL;
}

void reactor_destroy(struct reactor *reactor)
{
    /* What is still under way in the kernel ends before its buffers go. */
    reactor->backend->close(reactor);
    buffers_destroy(reactor);
    memory_free(reactor);
}
