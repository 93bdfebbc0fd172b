/*
 * What the cluster state machine wants done, in the order in which it is to be done. See cluster.h.
 */
#ifndef CLUSTER_CLUSTER_ACTIONS_H
#define CLUSTER_CLUSTER_ACTIONS_H

#include "cluster/cluster_code.h"
#include "cluster/cluster_node.h"
#include "cluster/slot_map.h"
#include "cluster/view.h"
#include "proto/base/span.h"

#include <stdint.h>

enum cluster_action_type {
    CLUSTER_ACTION_PERSIST,      /* write nodes.conf before going on */
    CLUSTER_ACTION_PUBLISH_VIEW, /* give this view to all shards */
    CLUSTER_ACTION_REPLY,        /* answer the command with this token */
    CLUSTER_ACTION_CONNECT,      /* open this outbound link; LINK_UP or LINK_DOWN follows */
    CLUSTER_ACTION_CLOSE,        /* close this link; nothing of it is reported any more */
    CLUSTER_ACTION_SEND,         /* send these bytes by this link */
    CLUSTER_ACTION_DELIVER,      /* give a message of another node to this node's subscribers */
    CLUSTER_ACTION_ROLE,         /* be a primary, or replicate from there */
    CLUSTER_ACTION_PAUSE,        /* let no client write; PAUSED follows */
    CLUSTER_ACTION_RESUME,       /* let them write again */
    CLUSTER_ACTION_DROP_SLOTS,   /* other nodes own these slots now: delete the keys in them */
    CLUSTER_ACTION_FLUSH,        /* delete all keys */
    CLUSTER_ACTION_MIGRATE,      /* let these slots go to that node, with their keys */
    CLUSTER_ACTION_SAY,          /* a line for the log */
};

/* A message as it is sent; one for all the links by which it goes out. */
struct cluster_packet {
    uint32_t references;
    uint32_t length;
    uint8_t bytes[];
};

struct cluster_action {
    enum cluster_action_type type;
    union {
        struct span text; /* SAY; lives until the actions are cleared */
        struct {
            struct span text; /* the whole file; lives until the actions are cleared */
            /* It holds an epoch or a role that the disk does not: fsync it before going on. Else it
             * is enough that it outlives the process, and comes to the disk soon. */
            bool urgent;
        } persist;
        struct cluster_view *view; /* PUBLISH_VIEW: see cluster_actions_take_view */
        struct {
            uint64_t token;
            struct cluster_result result;
        } reply;
        struct {
            uint64_t link;
            char ip[CLUSTER_NODE_IP_MAX + 1];
            uint16_t bus_port;
            /* Not empty: the address is void or does not answer; this name may have another. */
            char hostname[CLUSTER_NODE_HOSTNAME_MAX + 1];
        } connect; /* CLOSE: the link alone */
        struct {
            uint64_t link;
            struct cluster_packet *packet; /* lives until the actions are cleared; see hold */
        } send;
        struct {
            struct span channel; /* both live until the actions are cleared */
            struct span payload;
            bool shard;
        } deliver;
        struct {
            struct node_id primary; /* none: be a primary */
            char ip[CLUSTER_NODE_IP_MAX + 1];
            uint16_t port;
            uint16_t tls_port;
        } role;
        time_ms pause_until;
        uint8_t *slots; /* DROP_SLOTS: one bit each; lives until the actions are cleared */
        struct {
            struct node_id target;
            struct slot_range *ranges; /* live until the actions are cleared */
            uint32_t range_count;
        } migrate;
    };
};

/* The list, in the order of carrying out. Plain value, owned by the caller, used again and again.
 */
struct cluster_actions {
    struct cluster_action *list;
    uint32_t count;
    uint32_t capacity;
};

void cluster_actions_init(struct cluster_actions *actions);
/* Empties the list; frees texts, and views that nobody has taken. */
void cluster_actions_clear(struct cluster_actions *actions);
void cluster_actions_free(struct cluster_actions *actions);
/* The view of this action, from now on the caller's (view_destroy). */
struct cluster_view *cluster_actions_take_view(struct cluster_action *action);

/* Keeps a packet beyond the actions' life, until it is released. */
struct cluster_packet *cluster_packet_hold(struct cluster_packet *packet);
void cluster_packet_release(struct cluster_packet *packet);

/* Appends an action with nothing in it but its type; good until the next call. For the state
 * machine. */
struct cluster_action *cluster_actions_add(struct cluster_actions *actions,
                                           enum cluster_action_type type);
/* Moves all of `from` behind what is in `to`. */
void cluster_actions_move(struct cluster_actions *to, struct cluster_actions *from);

#endif
