/*
 * What a node's autopilot sees, does and waits for: for people, who cannot ask a leader, as there
 * is none. Made anew at each look; nothing is decided by it.
 */
#ifndef CLUSTER_AUTOPILOT_REPORT_H
#define CLUSTER_AUTOPILOT_REPORT_H

#include "proto/base/time.h"
#include "proto/resp/reply.h"

#include <stdbool.h>
#include <stdint.h>

enum { AUTOPILOT_TEXT_MAX = 400 };

struct autopilot_report {
    bool on;            /* it has looked at least once */
    bool resolved;      /* the service's name is answered */
    bool calm;          /* all is as wanted */
    uint32_t addresses; /* behind the service's name */
    uint32_t primaries_wanted;
    uint32_t replicas_wanted; /* of each primary */
    /* As of the last look with a cluster that is ok. */
    uint32_t nodes;
    uint32_t nodes_away; /* that cannot be worked with now */
    uint32_t nodes_leaving;
    uint32_t primaries;     /* that are to own slots */
    uint32_t slots_to_move; /* in the whole cluster */
    char state[AUTOPILOT_TEXT_MAX];
    char step[AUTOPILOT_TEXT_MAX]; /* the last one of this node's; empty: there was none */
    time_ms step_time;             /* of the wall clock */
};

/* CLUSTER AUTOPILOT: a line for each. */
void autopilot_report_reply(const struct autopilot_report *report, struct reply *reply);

#endif
