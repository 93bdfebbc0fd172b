/*
 * The line of one node, as CLUSTER NODES and nodes.conf share it:
 *
 *   <id> <ip>:<port>@<bus port>[,<host name>] <flags> <primary or -> <ping> <pong> <epoch> <link>
 * <slots>
 *
 * The file adds auxiliary fields behind the host name.
 */
#ifndef CLUSTER_NODE_LINE_H
#define CLUSTER_NODE_LINE_H

#include "cluster/cluster_node.h"
#include "cluster/text_builder.h"
#include "cluster/topology.h"

struct node_line {
    const struct cluster_node *node;
    uint16_t index;        /* the node's, in `owner` */
    const uint16_t *owner; /* of each slot */
    uint16_t port;         /* the one to be shown; the file's form has both */
    uint64_t shown_epoch;
    bool auxiliary;                     /* the file's form */
    const struct open_slot *open_slots; /* used for myself alone */
    uint32_t open_slot_count;
};

/* Appends the line with its LF. */
void node_line_append(const struct node_line *line, struct text_builder *text);

#endif
