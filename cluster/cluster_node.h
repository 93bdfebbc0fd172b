/*
 * One member of the cluster as this node sees it: identity, addresses, role, epochs.
 *
 * Plain values of bounded size; whoever holds the struct owns it. Flags have the numbers of the bus
 * protocol and the words of CLUSTER NODES. "primary" is called master on the wire and in texts.
 */
#ifndef CLUSTER_CLUSTER_NODE_H
#define CLUSTER_CLUSTER_NODE_H

#include "cluster/node_id.h"
#include "proto/base/span.h"
#include "proto/base/time.h"

#include <stdbool.h>
#include <stdint.h>

enum {
    CLUSTER_NODE_IP_MAX = 45,        /* the longest textual IPv6 address */
    CLUSTER_NODE_HOSTNAME_MAX = 255, /* a DNS name; the same limit holds for the human name */
};

enum cluster_node_flag {
    CLUSTER_NODE_PRIMARY = 1u << 0,
    CLUSTER_NODE_REPLICA = 1u << 1,
    CLUSTER_NODE_MAYBE_FAILED = 1u << 2, /* this node cannot reach it: "fail?", PFAIL */
    CLUSTER_NODE_FAILED = 1u << 3,       /* a majority cannot reach it: "fail" */
    CLUSTER_NODE_MYSELF = 1u << 4,
    CLUSTER_NODE_HANDSHAKE = 1u << 5,
    CLUSTER_NODE_NO_ADDRESS = 1u << 6,
    CLUSTER_NODE_MEET = 1u << 7,       /* of the wire alone */
    CLUSTER_NODE_MIGRATE_TO = 1u << 8, /* a primary that replicas of others may come to */
    CLUSTER_NODE_NO_FAILOVER = 1u << 9,
};

struct cluster_node {
    struct node_id id;
    struct node_id shard_id;          /* none: not known yet (a peer that does not tell) */
    struct node_id primary_id;        /* a replica's primary; none otherwise */
    uint32_t flags;                   /* enum cluster_node_flag */
    char ip[CLUSTER_NODE_IP_MAX + 1]; /* "": not known */
    char hostname[CLUSTER_NODE_HOSTNAME_MAX + 1];   /* "": none announced */
    char human_name[CLUSTER_NODE_HOSTNAME_MAX + 1]; /* "": none announced */
    uint16_t port;                                  /* for clients without TLS, 0: none */
    uint16_t tls_port;                              /* for clients with TLS, 0: none */
    uint16_t bus_port;
    uint64_t config_epoch;      /* a primary's own */
    time_ms ping_sent;          /* 0: none outstanding */
    time_ms pong_received;      /* 0: never */
    int64_t replication_offset; /* as last heard */
    bool connected;             /* the link to it is up; always for myself */
    uint32_t failure_reports;   /* primaries that cannot reach it */
};

/* The node with this id among `count` nodes; NULL when there is none. */
const struct cluster_node *cluster_node_find(const struct cluster_node *nodes, uint32_t count,
                                             const struct node_id *id);

/* The epoch that texts show for a node: a replica has that of its primary, 0 when that is not
 * known. */
uint64_t cluster_node_shown_epoch(const struct cluster_node *nodes, uint32_t count,
                                  const struct cluster_node *node);

/* The words of its flags, as "myself,master"; returns the length, never more than
 * CLUSTER_NODE_FLAGS_TEXT_MAX. */
enum { CLUSTER_NODE_FLAGS_TEXT_MAX = 80 };
size_t cluster_node_format_flags(const struct cluster_node *node,
                                 char text[CLUSTER_NODE_FLAGS_TEXT_MAX]);
/* The other way round; false when a word is none of them. */
bool cluster_node_parse_flags(struct span text, uint32_t *flags);

/* May this stand for an IP address, host name or human name in a line? Letters, digits and . - : _
 * only (human names: whatever prints, but no space, comma or quote); empty is fine. */
bool cluster_node_address_valid(struct span text);
bool cluster_node_human_name_valid(struct span text);

#endif
