/*
 * The reactor by io_uring: single issuer, deferred task running, multishot accept and receive into
 * a ring of provided buffers, one submission per turn.
 */
#include "server/reactor/uring.h"

#include "proto/base/assert.h"
#include "proto/base/memory.h"

#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

enum {
    SUBMISSION_ENTRIES = 2048,
    COMPLETION_ENTRIES = 16384,
};

struct io_uring_sqe *uring_take_entry(struct reactor *reactor)
{
    struct uring *uring = uring_of(reactor);
    struct io_uring_sqe *entry = io_uring_get_sqe(&uring->ring);

    while (__builtin_expect(entry == NULL, 0)) {
        int result = io_uring_submit(&uring->ring);

        /* Anything else would never pass. */
        ASSERT(result >= 0 || result == -EAGAIN || result == -EBUSY || result == -EINTR);
        entry = io_uring_get_sqe(&uring->ring);
    }
    return entry;
}

void uring_make_room(struct reactor *reactor, unsigned count)
{
    struct uring *uring = uring_of(reactor);

    while (io_uring_sq_space_left(&uring->ring) < count) {
        int result = io_uring_submit(&uring->ring);

        ASSERT(result >= 0 || result == -EAGAIN || result == -EBUSY || result == -EINTR);
    }
}

/* ---- Receive buffers ---- */

struct io_uring_buf_ring *uring_open_buffer_ring(struct io_uring *ring, uint32_t count)
{
    struct io_uring_buf_reg registration = {.ring_entries = count, .bgid = URING_BUFFER_GROUP};
    void *memory = mmap(NULL, count * sizeof(struct io_uring_buf), PROT_READ | PROT_WRITE,
                        MAP_ANONYMOUS | MAP_PRIVATE, -1, 0);
    int result;

    if (memory == MAP_FAILED)
        return NULL;
    registration.ring_addr = (uintptr_t)memory;
    result = io_uring_register_buf_ring(ring, &registration, 0);
    if (result != 0) {
        uring_free_buffer_ring(memory, count);
        errno = -result;
        return NULL;
    }
    io_uring_buf_ring_init(memory);
    return memory;
}

void uring_free_buffer_ring(struct io_uring_buf_ring *buffer_ring, uint32_t count)
{
    munmap(buffer_ring, count * sizeof(struct io_uring_buf));
}

/* All free buffers become the kernel's. */
static void buffers_show(struct uring *uring)
{
    struct reactor *reactor = &uring->reactor;
    int mask = io_uring_buf_ring_mask(reactor->buffer_count);

    if (reactor->free_count == 0)
        return;
    for (uint32_t i = 0; i < reactor->free_count; i++) {
        const struct receive_buffer *buffer = reactor->free_buffers[i];

        io_uring_buf_ring_add(uring->buffer_ring, buffer->bytes, buffer->capacity, buffer->id, mask,
                              (int)i);
    }
    io_uring_buf_ring_advance(uring->buffer_ring, (int)reactor->free_count);
    reactor->free_count = 0;
}

/* ---- Streams ---- */

static void receive_arm(struct stream *stream)
{
    struct io_uring_sqe *entry = uring_take_entry(stream->reactor);

    ASSERT(!stream->receiving && !stream->closing);
    io_uring_prep_recv_multishot(entry, stream->fd, NULL, 0, 0);
    entry->flags |= IOSQE_BUFFER_SELECT;
    entry->buf_group = URING_BUFFER_GROUP;
    entry->user_data = uring_tag(stream, OPERATION_RECEIVE);
    stream->receiving = true;
}

static void send_arm(struct stream *stream)
{
    struct io_uring_sqe *entry = uring_take_entry(stream->reactor);
    struct iovec *part = &stream->parts[stream->part_first];

    if (stream->part_count - stream->part_first == 1) {
        io_uring_prep_send(entry, stream->fd, part->iov_base, part->iov_len,
                           MSG_NOSIGNAL | MSG_WAITALL);
    } else {
        stream->message =
            (struct msghdr){.msg_iov = part, .msg_iovlen = stream->part_count - stream->part_first};
        io_uring_prep_sendmsg(entry, stream->fd, &stream->message, MSG_NOSIGNAL | MSG_WAITALL);
    }
    entry->user_data = uring_tag(stream, OPERATION_SEND);
}

/* Ends the receive of a stream that is paused. */
static void receive_cancel(struct stream *stream)
{
    struct io_uring_sqe *entry;

    if (stream->receive_wanted || !stream->receiving || stream->cancels > 0 || stream->closing)
        return;
    entry = uring_take_entry(stream->reactor);
    io_uring_prep_cancel64(entry, uring_tag(stream, OPERATION_RECEIVE), 0);
    entry->user_data = uring_tag(stream, OPERATION_CANCEL);
    stream->cancels++;
}

static void stream_finish_if_idle(struct stream *stream)
{
    if (stream->closing && !stream->receiving && !stream->sending && stream->cancels == 0)
        stream_finish(stream);
}

static void stream_end_all(struct stream *stream)
{
    struct io_uring_sqe *entry = uring_take_entry(stream->reactor);

    if (stream->receiving || stream->sending)
        io_uring_prep_cancel_fd(entry, stream->fd, IORING_ASYNC_CANCEL_ALL);
    else
        io_uring_prep_nop(entry);
    /* Either way one more completion comes, so that `finished` is not called from within. */
    entry->user_data = uring_tag(stream, OPERATION_CANCEL);
    stream->cancels++;
}

static void complete_receive(struct stream *stream, struct io_uring_cqe *completion)
{
    struct reactor *reactor = stream->reactor;
    int result = completion->res;
    struct receive_buffer *buffer = NULL;

    if (completion->flags & IORING_CQE_F_BUFFER) {
        buffer = &reactor->buffers[completion->flags >> IORING_CQE_BUFFER_SHIFT];
        reactor_buffer_filled(reactor, buffer);
    }
    if (!(completion->flags & IORING_CQE_F_MORE))
        stream->receiving = false;
    if (result > 0 && !stream->closing) {
        ASSERT(buffer != NULL);
        stream->handler->received(stream, buffer, (size_t)result);
        stream_continue(stream);
        /* A cancellation may have missed the receive: see complete_cancel. */
        receive_cancel(stream);
        return;
    }
    if (buffer != NULL)
        receive_buffer_unpin(buffer);
    if (stream->closing) {
        stream_finish_if_idle(stream);
        return;
    }
    if (result == -ENOBUFS) {
        if (stream->receive_wanted && !stream->receiving)
            stream_starve(stream);
    } else if (result == -ECANCELED || result == -EINTR || result == -EAGAIN) {
        stream_continue(stream);
    } else {
        stream_end(stream, result);
    }
}

static void complete_send(struct stream *stream, int result)
{
    bool more;

    if (stream->closing) {
        stream->sending = false;
        stream_finish_if_idle(stream);
        return;
    }
    more = stream_send_advance(stream, result > 0 ? (size_t)result : 0);
    if (more && (result > 0 || result == -EINTR || result == -EAGAIN))
        send_arm(stream);
    else
        stream_send_complete(stream, result >= 0 ? 0 : result);
}

/* ---- Listeners ---- */

static void accept_arm(struct listener *listener)
{
    struct io_uring_sqe *entry = uring_take_entry(listener->reactor);

    io_uring_prep_multishot_accept(entry, listener->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    entry->user_data = uring_tag(listener, OPERATION_ACCEPT);
    listener->armed = true;
}

static void accept_cancel(struct listener *listener)
{
    struct io_uring_sqe *entry = uring_take_entry(listener->reactor);

    io_uring_prep_cancel64(entry, uring_tag(listener, OPERATION_ACCEPT), 0);
    entry->user_data = OPERATION_IGNORED;
}

static void complete_accept(struct listener *listener, struct io_uring_cqe *completion)
{
    int result = completion->res;

    if (!(completion->flags & IORING_CQE_F_MORE))
        listener->armed = false;
    if (listener->closing) {
        if (result >= 0)
            close(result);
        if (!listener->armed)
            close(listener->fd);
        return;
    }
    /* ECONNABORTED and the like concern one peer; EMFILE and ENFILE pass when others leave. */
    if (result != -ECANCELED)
        listener->accepted(listener, result);
    if (!listener->armed && !listener->closing && (result >= 0 || result == -ECONNABORTED))
        accept_arm(listener);
}

/* ---- Turns ---- */

/*
 * A cancellation does not find what the kernel is just about to try again. For a pause that is
 * made good when bytes arrive nevertheless. Closing cannot wait for the peer: a socket that is shut
 * down lets every operation fail at once.
 */
static void complete_cancel(struct stream *stream)
{
    ASSERT(stream->cancels > 0);
    stream->cancels--;
    stream_continue(stream);
    if (stream->closing && stream->cancels == 0 && (stream->receiving || stream->sending))
        shutdown(stream->fd, SHUT_RDWR);
    stream_finish_if_idle(stream);
}

static void complete(struct io_uring_cqe *completion)
{
    enum operation operation = completion->user_data & OPERATION_MASK;
    void *pointer = (void *)(uintptr_t)(completion->user_data & ~(uint64_t)OPERATION_MASK);
    struct stream *stream = pointer;

    switch (operation) {
    case OPERATION_RECEIVE:
        complete_receive(stream, completion);
        break;
    case OPERATION_SEND:
        complete_send(stream, completion->res);
        break;
    case OPERATION_CANCEL:
        complete_cancel(stream);
        break;
    case OPERATION_ACCEPT:
        complete_accept(pointer, completion);
        break;
    case OPERATION_FILE:
        file_complete(pointer, completion->res);
        break;
    case OPERATION_FILE_SYNC:
        file_synced(pointer, completion->res);
        break;
    case OPERATION_CONNECT:
        connector_complete(pointer, completion->res);
        break;
    case OPERATION_IGNORED:
        break;
    }
}

static void turn(struct reactor *reactor, int64_t timeout_us)
{
    struct uring *uring = uring_of(reactor);
    struct __kernel_timespec timeout = {.tv_sec = timeout_us / 1000000,
                                        .tv_nsec = timeout_us % 1000000 * 1000};
    struct io_uring_cqe *completion = NULL;

    buffers_show(uring);
    if (timeout_us > 0)
        io_uring_submit_and_wait_timeout(&uring->ring, &completion, 1, &timeout, NULL);
    else
        io_uring_submit_and_get_events(&uring->ring);
    reactor->woken(reactor->context);
    /* What completes meanwhile is for the next turn: handlers may ask for so much that requests
     * leave early, and who keeps a stream until the end of the turn must find it there. A turn
     * within a handler takes the rest of this one's. */
    uring->left = io_uring_cq_ready(&uring->ring);
    while (uring->left > 0 && io_uring_peek_cqe(&uring->ring, &completion) == 0) {
        struct io_uring_cqe taken = *completion;

        uring->left--;
        io_uring_cq_advance(&uring->ring, 1);
        complete(&taken);
    }
}

static void submit(struct reactor *reactor)
{
    struct uring *uring = uring_of(reactor);

    buffers_show(uring);
    io_uring_submit(&uring->ring);
}

static void ring_bell(struct reactor *self, struct reactor *target)
{
    struct io_uring_sqe *entry = uring_take_entry(self);

    io_uring_prep_msg_ring(entry, uring_of(target)->ring.ring_fd, 0, OPERATION_IGNORED, 0);
    entry->user_data = OPERATION_IGNORED;
    /* Only the target is to hear of it. */
    entry->flags |= IOSQE_CQE_SKIP_SUCCESS;
}

/* ---- Life ---- */

static struct reactor *allocate(void)
{
    struct uring *uring = memory_new_zeroed(1, sizeof(*uring));

    return &uring->reactor;
}

int uring_open_ring(struct io_uring *ring)
{
    struct io_uring_params parameters = {.flags = IORING_SETUP_SINGLE_ISSUER |
                                                  IORING_SETUP_DEFER_TASKRUN | IORING_SETUP_CQSIZE,
                                         .cq_entries = COMPLETION_ENTRIES};

    return io_uring_queue_init_params(SUBMISSION_ENTRIES, ring, &parameters);
}

static int open_uring(struct reactor *reactor, const char **failed)
{
    struct uring *uring = uring_of(reactor);
    int result = uring_open_ring(&uring->ring);

    *failed = "io_uring_setup";
    if (result < 0)
        return result;
    uring->ring_is_open = true;
    /* Saves the kernel a look-up per turn; not having it is no loss. */
    io_uring_register_ring_fd(&uring->ring);
    uring->buffer_ring = uring_open_buffer_ring(&uring->ring, reactor->buffer_count);
    *failed = "the receive buffers for io_uring";
    if (uring->buffer_ring == NULL)
        return -errno;
    buffers_show(uring);
    return 0;
}

static void close_uring(struct reactor *reactor)
{
    struct uring *uring = uring_of(reactor);

    if (uring->ring_is_open)
        io_uring_queue_exit(&uring->ring);
    if (uring->buffer_ring != NULL)
        uring_free_buffer_ring(uring->buffer_ring, reactor->buffer_count);
}

const struct reactor_backend uring_backend = {
    .name = "uring",
    .probe = uring_probe,
    .allocate = allocate,
    .open = open_uring,
    .close = close_uring,
    .turn = turn,
    .submit = submit,
    .ring_bell = ring_bell,
    .stream_open = receive_arm,
    .stream_receive = receive_arm,
    .stream_pause = receive_cancel,
    .stream_send = send_arm,
    .stream_close = stream_end_all,
    .listen = accept_arm,
    .unlisten = accept_cancel,
    .connector_connect = uring_connector_connect,
    .connector_wait = uring_connector_wait,
    .connector_report = uring_connector_report,
    .connector_cancel = uring_connector_cancel,
    .file_start = uring_file_start,
    .file_start_sync = uring_file_start_sync,
    .file_wait = uring_file_wait,
};
