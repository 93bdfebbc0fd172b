/*
 * The cluster, as one node runs it: a state machine without input or output.
 *
 * `cluster_step` takes one event and appends what is to be done to a list of actions; it never
 * reads a clock, a file or a generator: each event carries the time, and random ids where they are
 * needed; what else is random comes from the seed it was made with. `cluster_next_deadline` says
 * when a TICK is due at the latest.
 *
 * Time: `now` is of a clock that is never set, and is what everything is measured with; `wall` is
 * what people call the time, and is only shown and told.
 *
 * Links: the node keeps one link to every other one (outbound: CONNECT, LINK_UP, LINK_DOWN, CLOSE),
 * and the others have theirs to it (inbound: known by the packets that come). The numbers of
 * outbound links are chosen here, those of inbound ones by the caller, with CLUSTER_LINK_INBOUND
 * set.
 *
 * Actions are carried out in order, and the order is a promise: a state is on disk (PERSIST, with
 * fsync) before anything is sent, published or answered that depends on it.
 *
 * Owner: the control thread. Specification: Redis Cluster specification.
 */
#ifndef CLUSTER_CLUSTER_H
#define CLUSTER_CLUSTER_H

#include "cluster/cluster_actions.h"
#include "cluster/cluster_code.h"
#include "cluster/cluster_node.h"
#include "cluster/slot_map.h"
#include "cluster/topology.h"
#include "cluster/view.h"
#include "proto/base/span.h"
#include "proto/base/time.h"

struct cluster;

/* What configuration decides; may change while running (CLUSTER_EVENT_SETTINGS). */
struct cluster_settings {
    struct span announce_ip;         /* empty: not announced, a known one is kept */
    struct span announce_hostname;   /* empty: none */
    struct span announce_human_name; /* empty: none */
    uint16_t port;                   /* as announced */
    uint16_t tls_port;               /* 0: none */
    uint16_t bus_port;
    enum view_endpoint preferred_endpoint;
    bool announce_shards;            /* CLUSTER SLOTS names the shards' own ports */
    uint32_t shard_port_count;       /* the number of shards, or 0 when they have no ports */
    const uint16_t *shard_ports;     /* 0: none; NULL: none has one */
    const uint16_t *shard_tls_ports; /* likewise, for clients with TLS */
    bool require_full_coverage;
    int64_t node_timeout_ms;
    bool tls_bus;               /* the bus has TLS: the port that peers are told first is TLS's */
    bool no_failover;           /* cluster-replica-no-failover */
    bool no_replica_migration;  /* cluster-allow-replica-migration no */
    uint32_t migration_barrier; /* replicas that a primary keeps when one of them leaves */
    uint32_t validity_factor;   /* 0: a replica's data never gets too old to take over */
    int64_t replica_ping_ms;    /* repl-ping-replica-period; adds to that age */
    int64_t manual_failover_ms; /* how long a manual failover may take; 0: 5 seconds */
    int64_t forget_ms;          /* how long a forgotten node stays away; 0: a minute */
    bool autopilot;             /* see cluster_autopilot.c */
    uint32_t wanted_primaries;  /* with autopilot: 1 at least, 16384 at most */
    uint32_t wanted_replicas;   /* of each; likewise at most */
};

struct cluster_options {
    struct node_id id;       /* random; a restored file replaces both */
    struct node_id shard_id; /* random */
    time_ms now;
    uint64_t seed;
    struct cluster_settings settings; /* copied */
};

/* The id texts must be valid, the announced addresses too (cluster_node_address_valid): asserted.
 */
struct cluster *cluster_create(const struct cluster_options *options);
void cluster_destroy(struct cluster *cluster);

/* ---- Events ---- */

#define CLUSTER_LINK_INBOUND ((uint64_t)1 << 63)

enum cluster_event_type {
    CLUSTER_EVENT_TICK,
    CLUSTER_EVENT_ADMIN,
    CLUSTER_EVENT_RESTORED,      /* nodes.conf was read; the first event, if it comes at all */
    CLUSTER_EVENT_SETTINGS,      /* configuration changed */
    CLUSTER_EVENT_LINK_UP,       /* an outbound link is connected */
    CLUSTER_EVENT_LINK_DOWN,     /* a link is gone, or could not be connected */
    CLUSTER_EVENT_LINK_OVERFULL, /* the same, because it did not take what it was sent */
    CLUSTER_EVENT_PACKET,        /* one whole message came in */
    CLUSTER_EVENT_REPLICATION,   /* how far this node's data is */
    CLUSTER_EVENT_PAUSED,        /* PAUSE has taken effect: no client can write */
    CLUSTER_EVENT_HAND_OVER,     /* the server is about to end: a replica is to take over */
    CLUSTER_EVENT_PUBLISH,       /* a client's message is to reach the other nodes */
    CLUSTER_EVENT_LOOK,          /* autopilot: what can be seen from outside; each second or so */
};

enum cluster_admin_operation {
    CLUSTER_ADMIN_ADD_SLOTS,    /* ranges */
    CLUSTER_ADMIN_DELETE_SLOTS, /* ranges */
    CLUSTER_ADMIN_FLUSH_SLOTS,  /* holds_keys */
    CLUSTER_ADMIN_RESET,        /* holds_keys, hard, new_id, new_shard_id */
    CLUSTER_ADMIN_SAVE_CONFIG,
    CLUSTER_ADMIN_SET_CONFIG_EPOCH, /* epoch */
    CLUSTER_ADMIN_BUMP_EPOCH,
    CLUSTER_ADMIN_MEET,           /* ip, port, bus_port */
    CLUSTER_ADMIN_FORGET,         /* node */
    CLUSTER_ADMIN_REPLICATE,      /* node, holds_keys */
    CLUSTER_ADMIN_FAILOVER,       /* failover */
    CLUSTER_ADMIN_SLOT_MIGRATING, /* ranges[0].first, node */
    CLUSTER_ADMIN_SLOT_IMPORTING, /* likewise */
    CLUSTER_ADMIN_SLOT_STABLE,    /* ranges[0].first */
    CLUSTER_ADMIN_SLOT_NODE,      /* ranges[0].first, node, holds_keys (in this slot) */
    CLUSTER_ADMIN_TAKE_SLOTS,     /* ranges, node (whose they are), epoch: see cluster_handover.c */
    CLUSTER_ADMIN_SLOTS_GIVEN,    /* ranges, node (who has taken them), epoch */
    CLUSTER_ADMIN_OUTBID,         /* epoch */
};

enum cluster_failover {
    CLUSTER_FAILOVER_AGREED,   /* with the primary, so that no write is lost */
    CLUSTER_FAILOVER_FORCE,    /* without the primary, but by vote */
    CLUSTER_FAILOVER_TAKEOVER, /* without anybody */
};

/* An administrator's command. Each is answered by one REPLY with its token. */
struct cluster_admin {
    enum cluster_admin_operation operation;
    uint64_t token;                  /* the caller's, opaque */
    const struct slot_range *ranges; /* first <= last < SLOT_COUNT; borrowed for the call */
    uint32_t range_count;
    bool holds_keys; /* does this node hold any key, in any database? */
    bool hard;
    struct node_id new_id;       /* random: for a hard reset */
    struct node_id new_shard_id; /* random: for a hard reset */
    int64_t epoch;
    struct node_id node;
    enum cluster_failover failover;
    struct span ip; /* a valid one: asserted */
    uint16_t port;
    uint16_t bus_port;
};

struct cluster_packet_event {
    uint64_t link;
    struct span frame;     /* as bus_frame_length cut it; borrowed for the call */
    struct span remote_ip; /* the other end of the link, and mine; borrowed, may be empty */
    struct span local_ip;
};

struct cluster_replication_event {
    int64_t offset;
    bool connected; /* a replica: the link to the primary works */
    bool complete;  /* the data is all there: loaded at the start, or synchronised since */
    bool loaded;    /* there were data at the start that this node had kept, whosever they are */
    bool kept;      /* a replica: so is what it would load after a restart */
};

struct cluster_publish_event {
    struct span channel;
    struct span payload;
    bool shard; /* SPUBLISH: to the nodes of my shard alone */
};

/* For the autopilot, which decides when it is told this. */
struct cluster_look_event {
    const char (*addresses)[CLUSTER_NODE_IP_MAX + 1]; /* of all nodes, by the service's name */
    uint32_t address_count;
    uint16_t port;  /* theirs; 0: mine */
    bool resolved;  /* the addresses are a recent answer */
    bool migrating; /* slots are on their way to or from here */
    bool stopping;  /* this node has been told to end */
};

struct cluster_event {
    enum cluster_event_type type;
    time_ms now;
    time_ms wall; /* 0: the same */
    union {
        struct cluster_admin admin;
        const struct cluster_settings *settings; /* copied */
        struct topology *restored; /* from nodes_conf_parse; emptied: its contents are taken over */
        uint64_t link;             /* LINK_UP, LINK_DOWN, LINK_OVERFULL */
        struct cluster_packet_event packet;
        struct cluster_replication_event replication;
        int64_t paused_offset; /* PAUSED */
        struct cluster_publish_event publish;
        struct cluster_look_event look;
    };
};

/* ---- The interface ---- */

/*
 * Appends to `actions`. The first step persists and publishes, whatever the event. Time never goes
 * back: an earlier `now` counts as the latest seen.
 */
void cluster_step(struct cluster *cluster, const struct cluster_event *event,
                  struct cluster_actions *actions);

/* When the next TICK is due at the latest; TIME_NEVER when nothing waits for time. */
time_ms cluster_next_deadline(const struct cluster *cluster);

/* The node at the other end of a link, inbound or outbound, as far as it is known; NULL: it is not.
 */
const struct cluster_node *cluster_link_node(const struct cluster *cluster, uint64_t link);

/* For tests and assertions: the state behind it, which is not to be changed. */
const struct topology *cluster_topology(const struct cluster *cluster);
bool cluster_is_ok(const struct cluster *cluster);
/* What has been sent and received until now; a view has it as of when it was published. */
const struct view_statistics *cluster_statistics(const struct cluster *cluster);

/* Is this node a primary with slots, and is there a replica that it can hand over to? */
bool cluster_can_hand_over(const struct cluster *cluster);

/* Would the autopilot give this node's slots to others if it were told that the node ends? */
bool cluster_can_drain(const struct cluster *cluster);

/* What the autopilot sees, does and waits for. */
const struct autopilot_report *cluster_autopilot_report(const struct cluster *cluster);

/* Has this node come back without its data, and waits for one of its replicas to take over? */
bool cluster_is_hollow(const struct cluster *cluster);

/* Could that be, or come out yet? Then nobody may copy from it. */
bool cluster_is_bare(const struct cluster *cluster);

#endif
