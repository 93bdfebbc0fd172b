/*
 * What is handed over on purpose: a primary's role, when it is about to end, and slots, when their
 * keys are with another primary already (server/migration/migration.h, reduced to who owns what).
 * The messages between the two nodes may be late, or lost with the answer, as the network is.
 */
#ifndef TESTS_SIM_HANDOVER_H
#define TESTS_SIM_HANDOVER_H

#include "tests/sim/world.h"

enum { HANDOVER_MOVES_MAX = 4, HANDOVER_ENDS_MAX = 8 };

/* Slots on their way. */
struct handover_move {
    bool under_way;
    bool answered; /* the target has been asked to take them */
    bool taken;    /* and has done so */
    uint32_t source, target;
    uint64_t source_life, target_life;
    struct node_id source_id;
    struct slot_range range;
    int64_t epoch;
    time_ms take_at, answer_at, give_up_at;
};

/* A node that ends as soon as a replica has taken over, or cannot wait any longer. */
struct handover_end {
    bool under_way;
    uint32_t node;
    uint64_t life;
    time_ms again; /* when it asks again */
    time_ms until;
};

struct handovers {
    struct handover_move moves[HANDOVER_MOVES_MAX];
    struct handover_end ends[HANDOVER_ENDS_MAX];
    uint32_t in_vain; /* ends without anybody who took over */
};

/* False: the node has nobody to hand over to, or there is too much under way. */
bool handover_end(struct handovers *handovers, struct world *world, uint32_t node);
/* Some slots of `source` go to `target`. False: they are no primaries, one without slots. */
bool handover_move(struct handovers *handovers, struct world *world, uint32_t source,
                   uint32_t target);

/* What is due. To be called every few milliseconds. */
void handover_look(struct handovers *handovers, struct world *world);
bool handover_is_over(const struct handovers *handovers);

#endif
