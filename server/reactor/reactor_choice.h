/*
 * Which backend the reactors of this process use: as `io-backend` says, or, with `auto`, io_uring
 * where the kernel lets the process have all of it, and epoll elsewhere.
 *
 * Thread: the main thread, at the start. The choice does not change afterwards.
 */
#ifndef SERVER_REACTOR_REACTOR_CHOICE_H
#define SERVER_REACTOR_REACTOR_CHOICE_H

#include "server/config/config.h"
#include "server/reactor/reactor.h"

#include <stdbool.h>
#include <stdint.h>

struct reactor_choice {
    enum reactor_kind kind;
    char reason[REACTOR_REASON_MAX]; /* for the log and INFO */
};

/* For so many reactors. False, with the reason, when what is asked for cannot be had. */
bool reactor_choose(enum io_backend wanted, uint32_t count, struct reactor_choice *choice);

#endif
