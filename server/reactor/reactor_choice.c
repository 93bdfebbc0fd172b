#include "server/reactor/reactor_choice.h"

#include "proto/base/assert.h"

#include <stdio.h>

bool reactor_choose(enum io_backend wanted, uint32_t count, struct reactor_choice *choice)
{
    bool possible;

    ASSERT(count > 0);
    choice->kind = REACTOR_EPOLL;
    snprintf(choice->reason, sizeof(choice->reason), "asked for");
    if (wanted == IO_BACKEND_EPOLL)
        return true;
    possible = reactor_is_possible(REACTOR_URING, count, choice->reason);
    if (possible || wanted == IO_BACKEND_URING)
        choice->kind = REACTOR_URING;
    if (possible)
        snprintf(choice->reason, sizeof(choice->reason), "%s",
                 wanted == IO_BACKEND_URING ? "asked for" : "the system has all that it needs");
    return possible || wanted == IO_BACKEND_AUTO;
}
