/*
 * Connecting without waiting: one asks, and is told when the socket is connected or cannot be.
 *
 * Thread: the reactor's. `connected` is called once for each start, from reactor_turn and never
 * from within the call that asks. The connector's memory stays where it is until then, and the
 * descriptor, which is the caller's all the time, stays open.
 *
 * Errors are negative errnos.
 */
#ifndef SERVER_REACTOR_CONNECTOR_H
#define SERVER_REACTOR_CONNECTOR_H

#include "server/reactor/reactor.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

struct connector {
    /* The caller's: 0, -ETIMEDOUT, -ECANCELED after connector_cancel, or what the kernel says. */
    void (*connected)(struct connector *connector, int error);

    /* the reactor's own */
    struct reactor *reactor;
    bool under_way;
    bool cancelled;
    bool reports; /* nothing is connected: only `error` is told */
    int error;
    struct sockaddr_storage address;

    /* a backend's own */
    int64_t limit[2]; /* seconds, nanoseconds */
    int fd;           /* -1 where there is none */
    bool settled;     /* only `result` is to be told */
    int result;
    struct reactor_watch watch;
    struct reactor_timer timer;
};

/* Connects the socket, for so long at most. */
void connector_start(struct connector *connector, struct reactor *reactor, int fd,
                     const struct sockaddr_storage *address, int64_t limit_ms);

/* Has `connected` called with this error in the next turn, and does nothing else. */
void connector_report(struct connector *connector, struct reactor *reactor, int error);

/* Has `connected` called with -ETIMEDOUT after so long, and does nothing else. */
void connector_wait(struct connector *connector, struct reactor *reactor, int64_t limit_ms);

/* Gives up; `connected` is still called. */
void connector_cancel(struct connector *connector);

#endif
