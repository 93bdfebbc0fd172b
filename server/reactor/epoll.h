/*
 * What the files of the backend by epoll share; nobody else includes this.
 *
 * Each thing that something can happen to has a *watch*. What happens makes it go a *step*, in
 * which it does all that is possible now: at once when the kernel tells of it, and in the next turn
 * when it is due for another reason, so that no handler is called from within a call.
 */
#ifndef SERVER_REACTOR_EPOLL_H
#define SERVER_REACTOR_EPOLL_H

#include "server/reactor/backend.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/epoll.h>

struct file_workers;

enum { EPOLL_EVENTS_MAX = 256 };

struct epoll {
    struct reactor reactor; /* first */
    int fd;
    int bell; /* an eventfd that is never read: each ring is an edge */
    struct reactor_watch bell_watch;
    bool waits_coarsely;      /* by milliseconds */
    struct list_link pending; /* watches that take a step in the next turn */
    struct list_link due;     /* those of this turn that have not yet */
    struct list_link timers;  /* the soonest first */
    struct file_workers *workers;
    uint32_t event_next; /* those before it have been dealt with */
    uint32_t event_count;
    struct epoll_event events[EPOLL_EVENTS_MAX];
};

static inline struct epoll *epoll_of(struct reactor *reactor)
{
    return (struct epoll *)reactor;
}

/* Tells of every change of the descriptor from now on; at first of what it is already good for. 0
 * or a negative errno. */
int epoll_watch(struct reactor *reactor, struct reactor_watch *watch, int fd, uint32_t events);
void epoll_unwatch(struct reactor *reactor, int fd);

/* Takes a step in the next turn; once, however often it is asked for. */
void epoll_step_later(struct reactor *reactor, struct reactor_watch *watch);
/* Not any more. */
void epoll_forget(struct reactor_watch *watch);

void epoll_timer_start(struct reactor *reactor, struct reactor_timer *timer, int64_t delay_ms);
void epoll_timer_stop(struct reactor_timer *timer);

/* epoll_connect.c */
void epoll_connector_connect(struct connector *connector, int fd, int64_t limit_ms);
void epoll_connector_wait(struct connector *connector, int64_t limit_ms);
void epoll_connector_report(struct connector *connector);
void epoll_connector_cancel(struct connector *connector);

/* epoll_file.c */
void epoll_file_start(struct file_operation *operation);
void epoll_file_start_sync(struct file_operation *operation);
void epoll_file_wait(struct file_operation *operation, uint32_t delay_ms);
/* The operations that are over take a step in this turn. */
void epoll_file_collect(struct epoll *epoll);
/* Waits for those that are under way. */
void epoll_file_close(struct epoll *epoll);

#endif
