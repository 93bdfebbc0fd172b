/*
 * The reactor: one thread's sockets, its sleep, and the bells that wake it.
 *
 * Completion style: one asks for something, and is told when it has happened. Nothing here says how
 * the kernel is asked. That is a backend's: uring.c does it by io_uring, epoll.c by epoll.
 *
 * Thread: a reactor belongs to the thread that created it. Only reactor_ring_bell touches another
 * one's reactor, and that one only through the kernel. Handlers are called from reactor_turn and
 * may call everything here but reactor_destroy. A handler that calls reactor_turn (see
 * script/busy.h) takes care itself of the streams whose handlers are under way.
 */
#ifndef SERVER_REACTOR_REACTOR_H
#define SERVER_REACTOR_REACTOR_H

#include "proto/base/list.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/uio.h>

struct reactor;

/* The reactors of a process, which ring for each other, are all of one kind. */
enum reactor_kind { REACTOR_URING, REACTOR_EPOLL, REACTOR_KINDS };

/* "uring", "epoll" */
const char *reactor_kind_name(enum reactor_kind kind);

enum { REACTOR_REASON_MAX = 256 };

/* Does the kernel let this process have so many reactors of this kind at once, with all that they
 * need? If not, `reason` says why. Tries it out: for the start. */
bool reactor_is_possible(enum reactor_kind kind, uint32_t count, char reason[REACTOR_REASON_MAX]);

struct reactor_options {
    enum reactor_kind kind;
    uint32_t buffer_count; /* receive buffers, a power of two */
    uint32_t buffer_size;  /* bytes each */
    /* Called in each turn after the wait and before any handler: to read the clock. */
    void (*woken)(void *context);
    void *context;
};

/* NULL when the kernel refuses; `error` then says why, for the log. */
struct reactor *reactor_create(const struct reactor_options *options,
                               char error[REACTOR_REASON_MAX]);
void reactor_destroy(struct reactor *reactor);

/*
 * One turn: hands over to the kernel all that was asked for, waits until something is complete or
 * the time is over (0: does not wait), and calls the handlers of all that is complete.
 */
void reactor_turn(struct reactor *reactor, int64_t timeout_us);

/* Hands over what was asked for without waiting: before the thread blocks in something else. */
void reactor_submit(struct reactor *reactor);

/* Wakes `target` from its turn, or makes its next turn not wait. Called by the thread of `self`;
 * the bell leaves with the next turn or reactor_submit of `self`. */
void reactor_ring_bell(struct reactor *self, struct reactor *target);

/* ---- Receive buffers ---- */

/*
 * Bytes that were received, lent by the reactor or owned by a connection. Whoever needs the bytes
 * to stay holds a pin; the last one to let go gives the buffer back. Pins are counted by the owner
 * thread only.
 */
struct receive_buffer {
    uint32_t pins;
    uint32_t capacity;
    char *bytes;
    struct reactor *reactor; /* NULL: a buffer of the heap, freed with its last pin */
    uint16_t id;
};

/* A buffer of the heap with one pin. */
struct receive_buffer *receive_buffer_create(size_t capacity);

/* Are most of the reactor's buffers pinned? Without any, nothing more is received: who might keep
 * a pin for long then replaces the buffer. */
bool reactor_buffers_are_scarce(const struct reactor *reactor);
/* The first `length` bytes in a buffer of the heap; lets go of `buffer`. */
struct receive_buffer *receive_buffer_replace(struct receive_buffer *buffer, size_t length);

static inline void receive_buffer_pin(struct receive_buffer *buffer)
{
    buffer->pins++;
}
void receive_buffer_release(struct receive_buffer *buffer);
static inline void receive_buffer_unpin(struct receive_buffer *buffer)
{
    if (--buffer->pins == 0)
        receive_buffer_release(buffer);
}

/* What the backend by epoll keeps of each thing that something can happen to. Nobody else looks
 * inside. */
struct reactor_watch {
    struct list_link link; /* among those that go on by themselves in the next turn */
    void (*step)(struct reactor_watch *watch);
    uint32_t events; /* told by the kernel and not used up */
    int error;       /* the kernel cannot watch it */
};

/* The same for what has a limit of time. */
struct reactor_timer {
    struct list_link link;
    int64_t due_ms; /* of the clock that nobody sets */
    void (*expired)(struct reactor_timer *timer);
};

/* ---- Listeners ---- */

struct listener;
struct listener {
    int fd;
    struct reactor *reactor;
    /* A connection is here, and its descriptor is the callee's; or, below zero, the errno for which
     * there is none. After an error the listener may be deaf: see reactor_listen. */
    void (*accepted)(struct listener *listener, int fd);
    bool armed;
    bool closing;
    struct reactor_watch watch;
};

/* Starts to accept, or does so again after an error (no effect while accepting). `listener` stays
 * where it is until reactor_destroy, or until it is closing and no longer armed. */
void reactor_listen(struct reactor *reactor, struct listener *listener);
/* Accepts no more; the descriptor is closed when nothing is under way. */
void reactor_unlisten(struct listener *listener);

/* ---- Streams: connected sockets ---- */

struct stream;

struct stream_handler {
    /* Bytes arrived in `buffer`, pinned once for the callee, who unpins it. */
    void (*received)(struct stream *stream, struct receive_buffer *buffer, size_t length);
    /* The send is over: 0, or a negative errno, after which the stream is only good for closing. */
    void (*sent)(struct stream *stream, int error);
    /* The peer has ended (0) or broken (negative errno) the stream; nothing more will be received.
     * Not called after stream_close. */
    void (*ended)(struct stream *stream, int error);
    /* After stream_close: nothing is under way any more, the memory is the caller's again. */
    void (*finished)(struct stream *stream);
};

enum { STREAM_SEND_PARTS_MAX = 16 };

struct stream {
    /* owner only */
    int fd;
    bool receiving;       /* what arrives is received */
    bool receive_wanted;  /* not paused */
    bool receive_starved; /* waits for a free buffer */
    bool sending;         /* a send is under way */
    bool send_over;       /* `sent` is still to be called, with send_error */
    bool closing;
    bool ended;
    uint8_t cancels; /* cancellations under way in the kernel */
    int send_error;
    struct reactor *reactor;
    const struct stream_handler *handler;
    struct stream *next_starved;
    struct iovec parts[STREAM_SEND_PARTS_MAX]; /* what is left of the send under way */
    uint32_t part_count;
    uint32_t part_first;
    struct msghdr message;
    struct reactor_watch watch;
};

/* Starts a stream on a connected socket and begins to receive. */
void stream_open(struct stream *stream, struct reactor *reactor, int fd,
                 const struct stream_handler *handler);

/* Sends all parts, in order; one send at a time. The bytes stay put until `sent`. */
void stream_send(struct stream *stream, const struct iovec *parts, uint32_t count);

/* Last words before stream_close, while no send is under way: so many of the bytes as the socket
 * takes at once. */
void stream_send_last(struct stream *stream, const void *bytes, size_t length);

/* Stops and restarts receiving. After a pause, what the kernel had already taken in is still
 * delivered. */
void stream_pause(struct stream *stream);
void stream_resume(struct stream *stream);

/* Ends everything that is under way and closes the socket; `finished` is called later, never from
 * within. */
void stream_close(struct stream *stream);

#endif
