/*
 * What the cluster remembers: its nodes, who owns which slot, which slots are on the move, the
 * epochs. This is what nodes.conf holds and what a view is made of.
 *
 * Owned by the cluster state machine (or by whoever parses a file); pure.
 * Invariants (topology_check): one node is myself; no id twice; an owner is a primary of the table;
 * the current epoch is at least every config epoch.
 */
#ifndef CLUSTER_TOPOLOGY_H
#define CLUSTER_TOPOLOGY_H

#include "cluster/cluster_node.h"
#include "cluster/slot_map.h"

enum { TOPOLOGY_NODES_MAX = 16384 };

/* A slot of mine that is being handed to another node, or that I am being given. */
struct open_slot {
    uint16_t slot;
    bool importing; /* from `peer`; otherwise migrating to it */
    struct node_id peer;
};

/* Among slots that are sorted as a topology's are; NULL when it is not there. */
const struct open_slot *open_slot_find(const struct open_slot *slots, uint32_t count, uint16_t slot,
                                       bool importing);

struct topology {
    struct cluster_node *nodes;
    uint32_t node_count;
    uint32_t node_capacity;
    uint32_t *index;              /* by id: positions in nodes plus one, 0 for none */
    uint32_t index_capacity;      /* a power of two */
    uint32_t myself;              /* index into nodes; TOPOLOGY_NODES_MAX while there is none */
    uint16_t owner[SLOT_COUNT];   /* index into nodes, or SLOT_MAP_NOBODY */
    struct open_slot *open_slots; /* by slot; a slot at most once in each direction */
    uint32_t open_slot_count;
    uint32_t open_slot_capacity;
    uint64_t current_epoch;
    uint64_t last_vote_epoch;
    /* Whose data those are a whole copy of that this node would load after a restart; empty: nobody
     * has said so. See cluster_copy.c. */
    struct node_id copy_of;
    uint64_t version; /* of nodes.conf: counts what is written; 0: not told */
};

void topology_init(struct topology *topology);
void topology_free(struct topology *topology);

/* Adds a zeroed node and returns it (NULL: the table is full). Pointers to nodes got before are
 * void. */
struct cluster_node *topology_add_node(struct topology *topology, const struct node_id *id);
struct cluster_node *topology_find_node(const struct topology *topology, const struct node_id *id);

/* Takes a node out that is not myself, and its slots from it. The last node takes its place. */
void topology_remove_node(struct topology *topology, uint32_t place);
void topology_rename_node(struct topology *topology, uint32_t place, const struct node_id *id);

static inline struct cluster_node *topology_myself(const struct topology *topology)
{
    return &topology->nodes[topology->myself];
}

/* Adds or replaces. */
void topology_open_slot(struct topology *topology, uint16_t slot, bool importing,
                        const struct node_id *peer);
const struct open_slot *topology_find_open_slot(const struct topology *topology, uint16_t slot,
                                                bool importing);
/* Ends whatever goes on with this slot. */
void topology_close_slot(struct topology *topology, uint16_t slot);
void topology_close_slots(struct topology *topology);

/* Forgets all nodes but myself, and all slots. */
void topology_forget_others(struct topology *topology);

/* The highest epoch that anybody is known to have. */
uint64_t topology_max_epoch(const struct topology *topology);

/* The counts behind CLUSTER INFO and the cluster's state. */
struct topology_counts {
    uint32_t slots_assigned;
    uint32_t slots_ok;
    uint32_t slots_maybe_failed;
    uint32_t slots_failed;
    uint32_t size;      /* primaries with slots: those who vote */
    uint32_t reachable; /* of these, the ones not failing */
    uint32_t doubtful;  /* nodes of any kind that this one cannot reach */
};
void topology_count(const struct topology *topology, struct topology_counts *counts);

/* Asserts the invariants. */
void topology_check(const struct topology *topology);

#endif
