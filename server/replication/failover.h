/*
 * FAILOVER: this primary and one of its replicas change places, without a write being lost.
 *
 *   NONE -> (writes held) -> WAITING -> (a replica has everything) -> HANDING_OVER -> NONE
 *
 * While it waits, clients' writes are held. Then this node follows the replica and tells it so by
 * PSYNC ... FAILOVER; the answer makes it a replica. If the other refuses, or is not there in time,
 * it leads again.
 *
 * Thread: the control thread.
 */
#ifndef SERVER_REPLICATION_FAILOVER_H
#define SERVER_REPLICATION_FAILOVER_H

#include "proto/base/time.h"

#include <stdbool.h>
#include <stdint.h>

struct control;

enum failover_phase { FAILOVER_NONE, FAILOVER_WAITING, FAILOVER_HANDING_OVER };

struct failover_request {
    const char *host; /* NULL: whichever replica has everything first */
    uint16_t port;
    bool force;         /* when the time is over, also to one that has not everything */
    int64_t timeout_ms; /* 0: there is none */
};

enum failover_answer {
    FAILOVER_BEGUN,
    FAILOVER_UNDER_WAY,
    FAILOVER_NO_REPLICAS,
    FAILOVER_IS_REPLICA,
    FAILOVER_NOT_A_REPLICA, /* the target is none of this node's */
    FAILOVER_NOT_ONLINE,    /* it is, but has not its data yet */
};

enum failover_answer failover_start(struct control *control,
                                    const struct failover_request *request);
/* False: there is none under way. */
bool failover_abort(struct control *control);

enum failover_phase failover_phase(const struct control *control);

/* Every 100 ms. */
void failover_tick(struct control *control);

#endif
