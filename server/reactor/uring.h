/*
 * What the files of the backend by io_uring share; nobody else includes this.
 *
 * Every operation's user data is a pointer with the kind of operation in its low bits.
 */
#ifndef SERVER_REACTOR_URING_H
#define SERVER_REACTOR_URING_H

#include "proto/base/assert.h"
#include "server/reactor/backend.h"

#include <liburing.h>
#include <stdint.h>

enum { URING_BUFFER_GROUP = 0 };

struct uring {
    struct reactor reactor; /* first */
    struct io_uring ring;
    bool ring_is_open;
    struct io_uring_buf_ring *buffer_ring;
    unsigned left; /* completions that this turn still has to handle */
};

enum operation {
    OPERATION_RECEIVE,
    OPERATION_SEND,
    OPERATION_CANCEL, /* of a stream's receive, or of all that it has under way */
    OPERATION_ACCEPT,
    OPERATION_IGNORED, /* bells, and cancellations that nobody waits for */
    OPERATION_FILE,
    OPERATION_FILE_SYNC, /* that follows a durable write */
    OPERATION_CONNECT,
};

enum { OPERATION_MASK = 7 };

static inline uint64_t uring_tag(void *pointer, enum operation operation)
{
    ASSERT_DEBUG(((uintptr_t)pointer & OPERATION_MASK) == 0);
    return (uintptr_t)pointer | operation;
}

static inline struct uring *uring_of(struct reactor *reactor)
{
    return (struct uring *)reactor;
}

/* Room for one more request; hands over those before when there is none. */
struct io_uring_sqe *uring_take_entry(struct reactor *reactor);

/* The same, so that the next `count` requests are handed over together. */
void uring_make_room(struct reactor *reactor, unsigned count);

/* A ring as a reactor needs it; 0 or a negative errno. */
int uring_open_ring(struct io_uring *ring);

/* Memory for a ring of so many buffers, known to the kernel; NULL with errno. */
struct io_uring_buf_ring *uring_open_buffer_ring(struct io_uring *ring, uint32_t count);
void uring_free_buffer_ring(struct io_uring_buf_ring *buffer_ring, uint32_t count);

/* uring_probe.c */
int uring_probe(uint32_t count, char reason[REACTOR_REASON_MAX]);

/* uring_connect.c */
void uring_connector_connect(struct connector *connector, int fd, int64_t limit_ms);
void uring_connector_wait(struct connector *connector, int64_t limit_ms);
void uring_connector_report(struct connector *connector);
void uring_connector_cancel(struct connector *connector);

/* uring_file.c */
void uring_file_start(struct file_operation *operation);
void uring_file_start_sync(struct file_operation *operation);
void uring_file_wait(struct file_operation *operation, uint32_t delay_ms);

#endif
