/*
 * Between the reactor and its backends; nobody else includes this.
 *
 * What every backend needs alike is here and in reactor.c, connector.c and file.c: receive buffers,
 * streams that wait for one, the state of streams and sends, faults and continuation of writes. A
 * backend asks the kernel, and reports what has come of it. It is called a few times per turn and
 * once per send, never per command.
 */
#ifndef SERVER_REACTOR_BACKEND_H
#define SERVER_REACTOR_BACKEND_H

#include "server/reactor/connector.h"
#include "server/reactor/file.h"
#include "server/reactor/reactor.h"

#include <stdbool.h>
#include <stdint.h>

struct reactor_backend {
    const char *name;
    /* See reactor_is_possible; returns 0 or a negative errno, with a reason. */
    int (*probe)(uint32_t count, char reason[REACTOR_REASON_MAX]);
    /* The backend's memory: zeroed, and begins with the reactor. */
    struct reactor *(*allocate)(void);
    /* 0 or a negative errno, with the text of what failed. The buffers are there. */
    int (*open)(struct reactor *reactor, const char **failed);
    /* Also after a failed or absent `open`. */
    void (*close)(struct reactor *reactor);

    void (*turn)(struct reactor *reactor, int64_t timeout_us);
    void (*submit)(struct reactor *reactor);
    void (*ring_bell)(struct reactor *self, struct reactor *target);

    /* `receiving` is false and becomes true. */
    void (*stream_open)(struct stream *stream);
    void (*stream_receive)(struct stream *stream);
    /* Is to receive no more for now: `receiving` becomes false now or later. */
    void (*stream_pause)(struct stream *stream);
    /* Sends the parts from part_first on. */
    void (*stream_send)(struct stream *stream);
    /* Ends all that is under way; stream_finish when nothing is. */
    void (*stream_close)(struct stream *stream);

    void (*listen)(struct listener *listener);
    void (*unlisten)(struct listener *listener);

    /* Each ends with connector_complete. */
    void (*connector_connect)(struct connector *connector, int fd, int64_t limit_ms);
    void (*connector_wait)(struct connector *connector, int64_t limit_ms);
    void (*connector_report)(struct connector *connector);
    void (*connector_cancel)(struct connector *connector);

    /* Ends with file_complete. A backend may have the sync of a durable write follow it at once, by
     * `syncing`. */
    void (*file_start)(struct file_operation *operation);
    /* The sync behind a write: ends with file_synced. */
    void (*file_start_sync)(struct file_operation *operation);
    /* Does nothing for so long, or until the next turn (0); ends with file_complete. */
    void (*file_wait)(struct file_operation *operation, uint32_t delay_ms);
};

extern const struct reactor_backend uring_backend;
extern const struct reactor_backend epoll_backend;

/* What the backends' own reactors begin with. */
struct reactor {
    const struct reactor_backend *backend;
    struct receive_buffer *buffers;
    struct receive_buffer **free_buffers; /* which the backend may take */
    uint32_t free_count;
    uint32_t buffers_out; /* pinned */
    uint32_t buffer_count;
    uint32_t buffer_size;
    char *buffer_bytes;
    size_t buffer_bytes_length;
    struct stream *first_starved; /* receives that ended for want of buffers */
    void (*woken)(void *context);
    void *context;
};

/* The buffer has bytes in it now, and one pin. */
static inline void reactor_buffer_filled(struct reactor *reactor, struct receive_buffer *buffer)
{
    reactor->buffers_out++;
    buffer->pins = 1;
}

/* Receives again where receiving is wanted and possible. */
static inline void stream_continue(struct stream *stream)
{
    if (stream->receive_wanted && !stream->receiving && !stream->receive_starved &&
        !stream->closing && !stream->ended)
        stream->reactor->backend->stream_receive(stream);
}

/* There was no buffer for what has arrived: it receives again when there is one. */
void stream_starve(struct stream *stream);

/* The peer has ended or broken the stream. */
void stream_end(struct stream *stream, int error);

/* So many more bytes have been sent; false when all have. */
bool stream_send_advance(struct stream *stream, size_t length);

/* The send is over; `error` is 0 or a negative errno. */
void stream_send_complete(struct stream *stream, int error);

/* The last step of closing: nothing of the stream is under way any more. */
void stream_finish(struct stream *stream);

/* The request of the connector is over; -ETIME, too, means that its time is. */
void connector_complete(struct connector *connector, int result);

/* The request of the operation is over; and the sync that was to follow it. */
void file_complete(struct file_operation *operation, int result);
void file_synced(struct file_operation *operation, int result);

/* What of a write is to go now. */
const struct iovec *file_parts(const struct file_operation *operation, uint32_t *count);

#endif
