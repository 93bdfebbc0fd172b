/*
 * What is behind `struct cluster`, for the files of the state machine alone.
 *
 * One file per family of events and messages; each changes the topology and says with marks what
 * must follow (persist, publish, refresh), or puts what is to be sent into the outbox. cluster_step
 * turns all of it into actions, in the promised order.
 */
#ifndef CLUSTER_CLUSTER_STATE_H
#define CLUSTER_CLUSTER_STATE_H

#include "cluster/autopilot_report.h"
#include "cluster/cluster.h"
#include "proto/base/assert.h"
#include "proto/base/random.h"
#include "proto/bus/bus_message.h"

#define CLUSTER_NONE UINT32_MAX

enum { CLUSTER_TICK_MS = 100 };

/* A primary that told that it cannot reach a node. */
struct cluster_report {
    struct node_id reporter;
    time_ms at;
};

/* What is known of a node beyond the topology; peers[i] goes with topology.nodes[i]. Times that
 * have not come are 0. */
struct cluster_peer {
    uint32_t link;    /* into links: mine to it; CLUSTER_NONE */
    uint64_t inbound; /* its link to me, by which it last spoke; 0: none */
    time_ms inbound_since;
    time_ms added;
    time_ms connect_at;    /* when to try again */
    time_ms data_received; /* when it was last heard of by any link of its own or mine */
    time_ms failed_since;
    time_ms voted_at; /* when I voted for one of its replicas, */
    struct node_id voted_for;
    time_ms orphaned_since; /* it has slots and no replica that works; 0: not so */
    uint32_t slot_count;    /* good while !recount */
    uint32_t report_count;
    uint32_t report_capacity;
    struct cluster_report *reports;
    uint64_t gossip_mark; /* the message for which it was picked last */
    bool by_name;         /* its name is to be looked up for the next link */
    uint64_t heard_epoch; /* the highest current epoch that it has told */
    bool extensions;      /* it understands them */
    bool tessera;
    bool hollow;        /* it says that it has lost its data */
    uint8_t autopilot;  /* enum bus_autopilot_flag, as last heard */
    uint16_t primaries; /* that it wants */
};

struct cluster_link {
    bool used;
    bool up;
    uint64_t generation; /* tells it from the earlier ones in this place */
    uint32_t node;
    time_ms since;
    time_ms data_received; /* by this link; a node's own links may work while mine to it does not */
};

struct cluster_forgotten {
    struct node_id id;
    time_ms until;
};

/* A replica's attempt to become the primary. */
struct cluster_election {
    time_ms at; /* when the votes are, or were, asked for; 0: there is none */
    bool asked;
    bool by_hand;
    uint32_t lost; /* attempts by hand before this one */
    uint32_t rank;
    uint64_t epoch;
    uint32_t needed; /* votes: a majority of those who voted when they were asked */
    uint32_t vote_count;
    uint32_t vote_capacity;
    struct node_id *votes; /* who has voted for me */
};

/* A change of roles that was asked for. */
struct cluster_manual {
    time_ms until;          /* 0: there is none */
    time_ms ask_at;         /* the replica's side: when the primary is asked again */
    struct node_id replica; /* the primary's side: who is to take over */
    bool paused;            /* the primary's side: nobody writes, the offset is final */
    bool offset_known;      /* the replica's side */
    int64_t offset;
    bool ready; /* the replica's side: it may be elected */
};

/* What the autopilot remembers from one look to the next; nothing of it need be kept. */
struct cluster_autopilot {
    bool leaving;
    uint64_t picture; /* a hash of what decisions rest on ... */
    time_ms picture_since;
    time_ms founding_since; /* since when it could be begun; 0: it cannot */
    time_ms hand_over_at;   /* when a replica may be asked (again) to take over */
    time_ms met;            /* when addresses were last met */
    struct autopilot_report report;
};

struct cluster {
    struct topology topology;
    struct cluster_settings settings; /* its own copy */
    time_ms now;                      /* of the latest event */
    time_ms wall_offset;              /* what to add to `now` to show it */
    time_ms started;
    bool stepped;
    bool ok; /* cluster_state */
    bool restarted_among_others;
    time_ms minority_since; /* TIME_NEVER: with the majority */
    time_ms ok_at;          /* when waiting may end; TIME_NEVER: nothing is waited for */
    uint64_t view_version;
    bool persist;    /* the topology changed: it must be written ... */
    bool publish;    /* ... and shown */
    bool view_first; /* ... the latter first: slots were only given away */
    bool flush;      /* all keys are to go, once the role and the view are other ones */
    bool refresh;    /* something that is only shown changed: in a while */
    time_ms refresh_at;
    /* What is on the disk whatever becomes of the machine: epochs, and whose replica this is. */
    struct cluster_synced {
        bool any;
        uint64_t current;
        uint64_t voted;
        uint64_t mine;
        struct node_id primary;
        struct node_id copy_of;
    } synced;

    struct random random;
    struct cluster_peer *peers;
    uint32_t peer_capacity;
    struct cluster_link *links;
    uint32_t link_capacity;
    uint64_t link_generation;
    struct cluster_actions outbox; /* CONNECT, CLOSE, SEND, DELIVER */
    struct view_statistics statistics;
    uint64_t gossip_mark;
    struct bus_gossip *gossip; /* room for the entries of a message */
    uint32_t gossip_capacity;

    bool recount; /* owners or flags changed: counts, slot counts and slots are void */
    struct topology_counts counts;
    uint8_t slots[BUS_SLOTS_SIZE];     /* those of mine or of my primary, as headers tell them */
    uint8_t unclaimed[BUS_SLOTS_SIZE]; /* slots whose owner itself says that it has them not */
    uint8_t lost[BUS_SLOTS_SIZE];      /* slots that are not mine any more; for DROP_SLOTS */
    bool lost_any;
    uint8_t deleted[BUS_SLOTS_SIZE]; /* others' slots that DELSLOTS has deleted of late */
    time_ms deleted_until;           /* when they are anybody's again who claims them */

    time_ms next_tick;
    time_ms next_second;
    struct cluster_forgotten *forgotten;
    uint32_t forgotten_count;
    struct cluster_election election;
    struct cluster_manual manual;
    struct cluster_autopilot autopilot;
    struct cluster_replication_event replication;
    time_ms replication_lost; /* when it was last connected */
    bool has_data;            /* of some shard: this node has not come back empty */
    bool copied;              /* the data are of my primary's shard, not of the one before */
    bool address_confirmed;   /* a node has reached me by the address that I show */
    bool bare;                /* it may have lost its data: nobody copies them */
    bool told_data;           /* the server has said whether there is data */
    time_ms hollow_told;      /* when a hollow node last told its doubts */
    bool hollow;              /* a primary that has lost its data: see cluster_hollow.c */

    /* What the server was told last. */
    struct cluster_action told_role;
    bool told_pause;
};

static inline struct cluster_node *cluster_myself(struct cluster *cluster)
{
    return topology_myself(&cluster->topology);
}

static inline struct cluster_node *cluster_at(struct cluster *cluster, uint32_t place)
{
    ASSERT(place < cluster->topology.node_count);
    return &cluster->topology.nodes[place];
}

static inline uint32_t cluster_find(struct cluster *cluster, const struct node_id *id)
{
    const struct cluster_node *node = topology_find_node(&cluster->topology, id);

    return node != NULL ? (uint32_t)(node - cluster->topology.nodes) : CLUSTER_NONE;
}

static inline bool cluster_is_primary(const struct cluster_node *node)
{
    return (node->flags & CLUSTER_NODE_PRIMARY) != 0;
}

static inline bool cluster_is_replica(const struct cluster_node *node)
{
    return (node->flags & CLUSTER_NODE_REPLICA) != 0;
}

static inline bool cluster_is_failing(const struct cluster_node *node)
{
    return (node->flags & (CLUSTER_NODE_FAILED | CLUSTER_NODE_MAYBE_FAILED)) != 0;
}

static inline bool cluster_is_replica_of(const struct cluster_node *node,
                                         const struct cluster_node *primary)
{
    return cluster_is_replica(node) && node_id_equal(&node->primary_id, &primary->id);
}

static inline struct node_id cluster_id_of(const char *text)
{
    struct node_id id;

    memcpy(id.text, text, NODE_ID_LENGTH);
    return id;
}

static inline void cluster_changed(struct cluster *cluster)
{
    cluster->persist = true;
    cluster->publish = true;
}

/* ---- cluster.c ---- */

/* printf-like, one line for the log. */
void cluster_say(struct cluster *cluster, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* ---- cluster_state.c ---- */

/* Recomputes `ok`, and when it may next change by time alone. */
void cluster_state_update(struct cluster *cluster);

/* ---- cluster_admin.c, cluster_admin_roles.c, cluster_admin_slots.c ---- */

struct cluster_result cluster_admin_run(struct cluster *cluster, const struct cluster_admin *admin);
struct cluster_result cluster_admin_meet(struct cluster *cluster,
                                         const struct cluster_admin *admin);
struct cluster_result cluster_admin_forget(struct cluster *cluster,
                                           const struct cluster_admin *admin);
struct cluster_result cluster_admin_replicate(struct cluster *cluster,
                                              const struct cluster_admin *admin);
struct cluster_result cluster_admin_failover(struct cluster *cluster,
                                             const struct cluster_admin *admin);
struct cluster_result cluster_admin_open_slot(struct cluster *cluster,
                                              const struct cluster_admin *admin);
struct cluster_result cluster_admin_close_slot(struct cluster *cluster,
                                               const struct cluster_admin *admin);
struct cluster_result cluster_admin_slot_node(struct cluster *cluster,
                                              const struct cluster_admin *admin);
/* Gives this node the highest epoch without asking; false when it has that already. */
bool cluster_admin_take_epoch(struct cluster *cluster);

/* ---- cluster_handover.c ---- */

struct cluster_result cluster_handover_take(struct cluster *cluster,
                                            const struct cluster_admin *admin);
struct cluster_result cluster_handover_given(struct cluster *cluster,
                                             const struct cluster_admin *admin);
struct cluster_result cluster_handover_outbid(struct cluster *cluster,
                                              const struct cluster_admin *admin);

/* ---- cluster_settings.c ---- */

/* Puts the settings' names, addresses and ports on my node. */
void cluster_settings_show(struct cluster *cluster);
/* Takes new settings over and shows them. */
void cluster_settings_take(struct cluster *cluster, const struct cluster_settings *settings);
void cluster_settings_free(struct cluster *cluster);

/* ---- cluster_peers.c ---- */

/* Makes room for all nodes of the topology, after it was replaced as a whole. */
void cluster_peers_begin(struct cluster *cluster);
void cluster_peers_free(struct cluster *cluster);
/* CLUSTER_NONE: there are too many. Voids pointers to nodes and peers. */
uint32_t cluster_peers_add(struct cluster *cluster, const struct node_id *id);
/* Voids pointers and places. */
void cluster_peers_remove(struct cluster *cluster, uint32_t place);
/* Removes all but myself. */
void cluster_peers_remove_others(struct cluster *cluster);
/* The counts as they are now. */
const struct topology_counts *cluster_peers_counts(struct cluster *cluster);
uint32_t cluster_peers_slots(struct cluster *cluster, uint32_t place);
/* Replicas of this primary that are not failing. */
uint32_t cluster_peers_working_replicas(struct cluster *cluster, uint32_t primary);
/* An address in place of the one that was known, and the link by it gone; false: it is the same. */
bool cluster_peers_move(struct cluster *cluster, uint32_t place, struct span ip,
                        const uint16_t ports[3]);

/* ---- cluster_links.c ---- */

uint64_t cluster_links_id(const struct cluster *cluster, uint32_t link);
/* NULL: it is gone. */
struct cluster_link *cluster_links_find(struct cluster *cluster, uint64_t id);
void cluster_links_connect(struct cluster *cluster, uint32_t place);
void cluster_links_close(struct cluster *cluster, uint32_t place);
void cluster_links_up(struct cluster *cluster, uint64_t id);
void cluster_links_down(struct cluster *cluster, uint64_t id);

/* ---- cluster_send.c ---- */

/* By my link to a node, if that is up. The header is filled in. */
void cluster_send_message(struct cluster *cluster, uint32_t place, struct bus_message *message);
/* To all nodes with a link; one message for all. */
void cluster_send_all(struct cluster *cluster, struct bus_message *message);
/* PING, PONG or MEET with gossip, by this link; `place`: who gets it, or CLUSTER_NONE. */
void cluster_send_talk(struct cluster *cluster, uint64_t link, uint32_t place, enum bus_type type);
/* Unasked gossip for one that needs to know at once whom this node doubts. */
void cluster_send_doubt(struct cluster *cluster, uint32_t place);
/* A ping by my link to it, if that is up. */
void cluster_send_ping(struct cluster *cluster, uint32_t place);
/* PONG to all, or to my siblings alone, without being asked. */
void cluster_send_news(struct cluster *cluster, bool siblings);
void cluster_send_fail(struct cluster *cluster, uint32_t failed);
void cluster_send_update(struct cluster *cluster, uint32_t place, uint32_t about);

/* ---- cluster_gossip.c ---- */

/* Fills cluster->gossip for `place`; returns the number of entries. */
uint32_t cluster_gossip_choose(struct cluster *cluster, uint32_t place);
void cluster_gossip_receive(struct cluster *cluster, uint32_t sender,
                            const struct bus_message *message);

/* ---- cluster_packet.c, cluster_talk.c, cluster_extensions.c ---- */

void cluster_packet_receive(struct cluster *cluster, const struct cluster_packet_event *packet);
void cluster_talk_receive(struct cluster *cluster, const struct cluster_packet_event *packet,
                          const struct bus_message *message, uint32_t sender);
void cluster_extensions_receive(struct cluster *cluster, uint32_t sender,
                                const struct bus_message *message);
void cluster_extensions_fill(struct cluster *cluster, struct bus_extensions *extensions);

/* ---- cluster_handshake.c ---- */

/* False: the table is full. A handshake that is under way already is as good as a new one. */
bool cluster_handshake_start(struct cluster *cluster, struct span ip, const uint16_t ports[3],
                             bool meet);
/* A node in handshake has answered. False: the packet is done with. */
bool cluster_handshake_answer(struct cluster *cluster, uint32_t place,
                              const struct bus_message *message);

/* ---- cluster_slots.c ---- */

void cluster_slots_set(struct cluster *cluster, uint32_t slot, uint16_t owner);
/* What a primary says that it owns. */
void cluster_slots_claim(struct cluster *cluster, uint32_t primary, uint64_t epoch,
                         const uint8_t *slots);
void cluster_slots_header(struct cluster *cluster, uint32_t sender,
                          const struct bus_message *message);
void cluster_slots_update(struct cluster *cluster, const struct bus_message *message);

/* ---- cluster_roles.c ---- */

void cluster_roles_follow(struct cluster *cluster, uint32_t primary);
/* A replica becomes a primary without slots and without data. */
void cluster_roles_start_anew(struct cluster *cluster);
/* A replica whose primary has become a replica follows the primary of that. */
void cluster_roles_settle(struct cluster *cluster);
/* A replica becomes the primary of all slots of its primary. */
void cluster_roles_lead(struct cluster *cluster);
void cluster_roles_peer_primary(struct cluster *cluster, uint32_t place);
void cluster_roles_peer_replica(struct cluster *cluster, uint32_t place, uint32_t primary);

/* ---- cluster_failure.c ---- */

void cluster_failure_report(struct cluster *cluster, uint32_t place,
                            const struct node_id *reporter);
void cluster_failure_withdraw(struct cluster *cluster, uint32_t place,
                              const struct node_id *reporter);
/* It has been heard of. */
void cluster_failure_alive(struct cluster *cluster, uint32_t place);
void cluster_failure_tick(struct cluster *cluster, uint32_t place);
/* Those who are to take over from this node hear that this voter doubts it. */
void cluster_failure_hurry(struct cluster *cluster, uint32_t place);
void cluster_failure_receive(struct cluster *cluster, const struct bus_message *message);

/* ---- cluster_vote.c, cluster_election.c, cluster_manual.c ---- */

void cluster_vote_request(struct cluster *cluster, uint32_t sender,
                          const struct bus_message *message);
void cluster_election_vote(struct cluster *cluster, uint32_t sender,
                           const struct bus_message *message);
void cluster_election_tick(struct cluster *cluster);
time_ms cluster_election_deadline(const struct cluster *cluster);
void cluster_election_end(struct cluster *cluster);
/* How long a manual failover may take. */
int64_t cluster_manual_limit(const struct cluster *cluster);
void cluster_manual_request(struct cluster *cluster, uint32_t sender);
void cluster_manual_start(struct cluster *cluster, bool force);
/* The primary's side: asks the replica that is nearest to take over, unless one is about to. */
void cluster_manual_hand_over(struct cluster *cluster);
void cluster_manual_header(struct cluster *cluster, uint32_t sender,
                           const struct bus_message *message);
void cluster_manual_paused(struct cluster *cluster, int64_t offset);
void cluster_manual_tick(struct cluster *cluster);
void cluster_manual_end(struct cluster *cluster);

/* ---- cluster_autopilot.c, cluster_autopilot_meet.c, cluster_autopilot_report.c ---- */

struct autopilot_plan;

void cluster_autopilot_look(struct cluster *cluster, const struct cluster_look_event *look);
/* What this node tells of it. */
uint8_t cluster_autopilot_flags(struct cluster *cluster);
/* printf-like: a step, for the log and the report. */
void cluster_autopilot_say(struct cluster *cluster, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* For the report alone: what is waited for. */
void cluster_autopilot_note(struct cluster *cluster, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void cluster_autopilot_note_look(struct cluster *cluster, const struct cluster_look_event *look);
void cluster_autopilot_note_plan(struct cluster *cluster, const struct autopilot_plan *plan);
void cluster_autopilot_meet(struct cluster *cluster, const struct cluster_look_event *look);
void cluster_autopilot_forget(struct cluster *cluster, const struct cluster_look_event *look);
/* Claims all slots, if this node is to begin the cluster and may. */
void cluster_autopilot_found(struct cluster *cluster, const struct cluster_look_event *look);

/* ---- cluster_copy.c ---- */

void cluster_copy_told(struct cluster *cluster, const struct cluster_replication_event *told);
/* Takes back what the file says of the copy, or adds it. */
void cluster_copy_update(struct cluster *cluster);
/* Does my primary say that it has lost its data, and does the file say that I have them? */
bool cluster_copy_is_the_last(const struct cluster *cluster);

/* ---- cluster_migration.c, cluster_forget.c, cluster_hollow.c, cluster_timer.c ---- */

void cluster_migration_tick(struct cluster *cluster);
void cluster_forget_add(struct cluster *cluster, const struct node_id *id, int64_t for_ms);
bool cluster_forget_has(const struct cluster *cluster, const struct node_id *id);
void cluster_forget_tick(struct cluster *cluster);
void cluster_hollow_update(struct cluster *cluster);
void cluster_hollow_tick(struct cluster *cluster);
void cluster_timer_tick(struct cluster *cluster);

#endif
