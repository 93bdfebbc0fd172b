/*
 * A view: the cluster as this node published it at one moment, to route commands and to answer
 * CLUSTER commands from. Immutable from its publication on; any thread may read it.
 *
 * Made by cluster_step (action PUBLISH_VIEW). The server that takes it over counts who holds it
 * (`references` is the server's alone) and calls view_destroy when nobody does.
 */
#ifndef CLUSTER_VIEW_H
#define CLUSTER_VIEW_H

#include "cluster/cluster_node.h"
#include "cluster/slot_map.h"
#include "cluster/topology.h"

struct cluster_settings;

/* Which of a node's addresses clients are told (cluster-preferred-endpoint-type). */
enum view_endpoint { VIEW_ENDPOINT_IP, VIEW_ENDPOINT_HOSTNAME, VIEW_ENDPOINT_UNKNOWN };

/* Message types of the bus, for the counters. */
enum { VIEW_MESSAGE_TYPES = 11 };

struct view_statistics {
    uint64_t messages_sent[VIEW_MESSAGE_TYPES];
    uint64_t messages_received[VIEW_MESSAGE_TYPES];
    uint64_t link_buffer_limit_exceeded;
};

struct cluster_view {
    uint16_t owner[SLOT_COUNT]; /* index into nodes, or SLOT_MAP_NOBODY */
    bool ok;                    /* cluster_state */
    bool plain;                 /* ok, and no slot is open: whose slot it is says everything */
    uint16_t myself;            /* index into nodes */
    uint32_t node_count;
    const struct cluster_node *nodes;
    uint64_t version;    /* counts the views of this process */
    uint32_t references; /* the server's */
    uint64_t current_epoch;
    const struct open_slot *open_slots;
    uint32_t open_slot_count;
    enum view_endpoint preferred_endpoint;
    /* My shards' ports, by shard; announced when announce_shards. */
    bool announce_shards;
    uint32_t shard_port_count;
    uint32_t shard_block;            /* slots per block, see slot_shard.h */
    const uint16_t *shard_ports;     /* 0, or NULL for all: none, then it is the node's */
    const uint16_t *shard_tls_ports; /* likewise, for clients with TLS */
    struct topology_counts counts;
    struct view_statistics statistics;
};

struct cluster_view *view_create(const struct topology *topology,
                                 const struct cluster_settings *settings, bool ok);
void view_destroy(struct cluster_view *view);

static inline const struct cluster_node *view_myself(const struct cluster_view *view)
{
    return &view->nodes[view->myself];
}

/* NULL when nobody owns the slot. */
static inline const struct cluster_node *view_owner(const struct cluster_view *view, uint16_t slot)
{
    uint16_t owner = view->owner[slot];

    return owner == SLOT_MAP_NOBODY ? NULL : &view->nodes[owner];
}

/* The slot as it is being handed over, or taken in; NULL when it is not. */
const struct open_slot *view_open_slot(const struct cluster_view *view, uint16_t slot,
                                       bool importing);

const struct cluster_node *view_find_node(const struct cluster_view *view, struct span id);

/*
 * Where a client is sent for a node: its address of the preferred type, "?" for a hostname that is
 * not known; empty for an unknown endpoint, which clients take as "the address you have already".
 * MOVED and ASK are written as "MOVED <slot> <endpoint>:<port>".
 */
struct span view_endpoint(const struct cluster_view *view, const struct cluster_node *node);

/* What a client speaks that is told of ports. */
enum view_client { VIEW_CLIENT_PLAIN, VIEW_CLIENT_TLS };

/* The port for such clients; of a node that has none, the other. */
static inline uint16_t view_node_port(const struct cluster_node *node, enum view_client client)
{
    if (client == VIEW_CLIENT_TLS)
        return node->tls_port != 0 ? node->tls_port : node->port;
    return node->port != 0 ? node->port : node->tls_port;
}

/* The port for a slot on its owner: the shard's own port where shards are announced, else the
 * node's. */
uint16_t view_port(const struct cluster_view *view, const struct cluster_node *node, uint16_t slot,
                   enum view_client client);

/*
 * The next run of slots at `from` or behind it with one owner and one port: an entry of CLUSTER
 * SLOTS. False when there is none.
 */
bool view_next_run(const struct cluster_view *view, uint32_t from, enum view_client client,
                   struct slot_range *run);

#endif
