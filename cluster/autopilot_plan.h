/*
 * What a cluster that runs itself is to look like, worked out from what it looks like now: who is
 * to own slots, how many, who gives some to whom, and whom a node without slots is to follow.
 *
 * Every node works it out alone, from what it sees, and does its own part: the owner of slots gives
 * them, a node without slots chooses its primary. There is no leader and no plan that is kept:
 * nodes that see the same work out the same, and those that see something else for a moment do what
 * is safe, though not of use. So it may be interrupted anywhere.
 *
 *   seat      a node that is to own slots: those that own some stay as far as possible, then those
 *             without, in the members' order, until as many as are wanted
 *   leaving   a node that is about to go: it gets nothing and gives away what it has
 *   heir      a replica of one that leaves, which takes over all of its slots instead
 *   away      a node that cannot be worked with now: it keeps its seat and its slots
 *
 * Pure. The members are sorted by ordinal and id (autopilot_plan_sort).
 */
#ifndef CLUSTER_AUTOPILOT_PLAN_H
#define CLUSTER_AUTOPILOT_PLAN_H

#include "cluster/node_id.h"
#include "proto/base/span.h"

#include <stdbool.h>
#include <stdint.h>

#define AUTOPILOT_NONE UINT32_MAX

struct autopilot_member {
    struct node_id id;
    uint32_t ordinal;       /* see autopilot_ordinal; AUTOPILOT_NONE */
    struct node_id follows; /* a replica's primary; none: it is a primary */
    uint32_t slots;
    bool leaving;
    bool away;

    /* Worked out. */
    bool seat;
    uint32_t heir;     /* index of the replica that is to take over; AUTOPILOT_NONE */
    uint32_t quota;    /* slots that it is to have */
    uint32_t replicas; /* that stay and work */
};

struct autopilot_plan {
    struct autopilot_member *members;
    uint32_t count;
    uint32_t primaries; /* as wanted */
    uint32_t replicas;  /* of each primary, as wanted */
    uint32_t seats;     /* worked out: how many there are */
    uint32_t climber; /* worked out: a replica that is to become a primary without slots, to have a
                         seat then; AUTOPILOT_NONE */
};

/* The number at the end of the first part of a host's name: 2 for db-2.example; AUTOPILOT_NONE. */
uint32_t autopilot_ordinal(struct span hostname);

void autopilot_plan_sort(struct autopilot_plan *plan);
/* Fills in what is worked out. */
void autopilot_plan_make(struct autopilot_plan *plan);

/* Who is to get slots of this member next, and how many; false: it gives none. */
bool autopilot_plan_gift(const struct autopilot_plan *plan, uint32_t giver, uint32_t *target,
                         uint32_t *slots);

/* How many slots all together are to be given now. */
uint32_t autopilot_plan_slots_to_move(const struct autopilot_plan *plan);

/* The seat that this member without slots, or without a place, is to follow; AUTOPILOT_NONE: it
 * stays as it is. */
uint32_t autopilot_plan_primary(const struct autopilot_plan *plan, uint32_t member);
/* The same for a replica, which moves when another seat has fewer replicas by two at least. */
uint32_t autopilot_plan_evener(const struct autopilot_plan *plan, uint32_t member);

#endif
