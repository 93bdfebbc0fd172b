/*
 * A cluster in one thread and in virtual time: nodes, the network between them, their disks and
 * clocks. The same seed gives the same run.
 *
 * Links keep the order of what they carry, as TCP does; what is lost takes the rest of its link
 * with it. Different links are as late as they like, so messages of different links overtake each
 * other.
 */
#ifndef TESTS_SIM_WORLD_H
#define TESTS_SIM_WORLD_H

#include "cluster/cluster.h"
#include "cluster/text_builder.h"
#include "proto/base/random.h"

enum { WORLD_NODES_MAX = 4096, WORLD_EPOCHS_MAX = 1 << 16 };

struct world_node {
    struct cluster *cluster; /* NULL: it is down */
    struct node_id id;
    uint64_t life; /* counts starts: tells what was meant for an earlier one */
    struct text_builder disk;
    struct text_builder synced; /* what is left of it when the machine dies */
    time_ms dirty_since;        /* they differ; 0: they do not */
    int64_t clock_ahead;        /* of the world's time, for what it calls the time */
    time_ms tick_at;            /* the next tick that is in the queue */
    uint32_t *links;            /* by the place in a link's number; UINT32_MAX: none */
    uint32_t link_capacity;
    bool is_new; /* lost its disk: has to be met again */
    uint32_t address;

    /* With the autopilot, see autopilot.c. */
    uint32_t primaries; /* as it is told to want; 0: no autopilot */
    uint32_t replicas;
    struct {
        struct node_id target;
        struct slot_range *ranges;
        uint32_t range_count; /* 0: no slots are on their way */
    } migration;

    /* Its data, as far as the cluster is concerned. */
    int64_t offset;
    bool complete;
    bool loaded;  /* it had them when it was started */
    bool in_step; /* a replica: it has been with its primary since it was started */
    bool paused;
    bool forced;            /* it may take over without its primary's last writes */
    struct node_id primary; /* whom it replicates; none: it is a primary */
    struct cluster_replication_event told;

    /* What the checkers have seen. */
    uint64_t epoch_told;
    uint64_t votes_epoch;
    uint64_t bytes_sent;
};

struct world_link {
    bool used;
    bool open;
    bool broken; /* a part of it was lost: nothing comes any more */
    uint32_t generation;
    uint32_t from, to;
    uint64_t from_life, to_life;
    uint64_t number;    /* of the one who connected */
    time_ms free_at[2]; /* nothing arrives before what was sent before; 0: at `to`, 1: at `from` */
};

struct world_event {
    time_ms at;
    uint64_t order;
    enum { WORLD_TICK, WORLD_CONNECTED, WORLD_DOWN, WORLD_PACKET, WORLD_PAUSED } type;
    uint32_t node;
    uint64_t life;
    uint32_t link;
    uint32_t link_generation;
    uint64_t number; /* of the link, as the receiver calls it */
    struct cluster_packet *packet;
};

struct world_winner {
    struct node_id id;
    struct node_id shard;
};

struct world {
    struct random random;
    time_ms now;
    int64_t node_timeout;
    uint32_t node_count;
    struct world_node *nodes;
    struct world_link *links;
    uint32_t link_count;
    uint32_t link_capacity;
    uint32_t *free_links;
    uint32_t free_link_count;
    struct world_event *events; /* a heap by time and order */
    uint32_t event_count;
    uint32_t event_capacity;
    uint64_t order;
    time_ms replicate_at;
    bool check;         /* the costly checks as well */
    bool *blocked;      /* from * node_count + to; NULL: nothing ever is */
    uint32_t delay_max; /* ms */
    uint32_t loss;      /* of so many packets one is lost; 0: none */
    bool took_over;     /* somebody was made a primary without votes: two may share an epoch */
    struct world_winner *winners; /* the last one elected in an epoch; by epoch */
    bool verbose;                 /* what nodes say is printed */
    uint64_t handed_over;         /* roles, by agreement */
    uint64_t slots_taken;         /* from another primary, by agreement */
    uint64_t steps;
    uint64_t packets;
};

/* world.c */
void world_init(struct world *world, uint64_t seed, uint32_t node_count, int64_t node_timeout);
void world_free(struct world *world);
/* With what is on its disk; complete: it has its data too, though as a replica it may not know
 * that they are all. */
void world_start(struct world *world, uint32_t node, bool complete);
/* abrupt: the others are not told. */
void world_crash(struct world *world, uint32_t node, bool abrupt);
void world_step(struct world *world, uint32_t node, struct cluster_event *event);
enum cluster_code world_admin(struct world *world, uint32_t node, struct cluster_admin admin);
void world_run(struct world *world, int64_t for_ms);
uint32_t world_find(const struct world *world, const struct node_id *id);
struct span world_address(const struct world *world, uint32_t node, char text[32]);
/* Tells the node of the settings that the world has for it. */
void world_settings(struct world *world, uint32_t node);
struct node_id world_random_id(struct world *world);

/* network.c */
void network_push(struct world *world, struct world_event event);
bool network_pop(struct world *world, time_ms until, struct world_event *event);
bool network_blocked(const struct world *world, uint32_t from, uint32_t to);
void network_connect(struct world *world, uint32_t from, const struct cluster_action *action);
void network_close(struct world *world, uint32_t node, uint64_t number);
void network_send(struct world *world, uint32_t node, uint64_t number,
                  struct cluster_packet *packet);
/* All links of a node that goes. */
void network_cut(struct world *world, uint32_t node, bool abrupt);
/* Breaks one link at random, for both ends. */
void network_break_one(struct world *world);
struct world_link *network_link_of(struct world *world, const struct world_event *event);

/* autopilot.c */
bool autopilot_run(uint64_t seed, bool verbose);

/* checks.c */
void checks_sent(struct world *world, uint32_t node, const struct cluster_packet *packet);
void checks_stepped(struct world *world, uint32_t node, bool was_replica);
/* A replica is about to be a primary. */
void checks_handed_over(struct world *world, uint32_t node);
/* All nodes that are up agree about everything, and the cluster is ok; why not, when not. */
const char *checks_converged(const struct world *world);

#endif
