/*
 * The answers of CLUSTER commands, written from a view: RESP2 or RESP3, whichever the reply says.
 *
 * They depend on the view, the asker and the protocol alone, so that a server may keep the bytes
 * for as long as the view lives. Shapes: Redis 7's.
 */
#ifndef CLUSTER_VIEW_REPLY_H
#define CLUSTER_VIEW_REPLY_H

#include "cluster/view.h"
#include "proto/base/span.h"
#include "proto/resp/reply.h"

/* Who asks for addresses. */
struct view_asker {
    /* The address, without the port, by which the client has come to this node, or empty. It stands
     * in for this node's own address as long as nobody has told the node what that is, so that a
     * client of a node that is alone need not guess. */
    struct span reached;
    enum view_client client; /* is told the ports that it can use */
};

void view_reply_slots(const struct cluster_view *view, const struct view_asker *asker,
                      struct reply *reply);
void view_reply_shards(const struct cluster_view *view, const struct view_asker *asker,
                       struct reply *reply);
void view_reply_nodes(const struct cluster_view *view, const struct view_asker *asker,
                      struct reply *reply);
/* The lines of the nodes that replicate from this one. */
void view_reply_replicas(const struct cluster_view *view, const struct cluster_node *primary,
                         const struct view_asker *asker, struct reply *reply);

void view_reply_info(const struct cluster_view *view, struct reply *reply);
void view_reply_my_id(const struct cluster_view *view, struct reply *reply);
void view_reply_my_shard_id(const struct cluster_view *view, struct reply *reply);

/* "MOVED <slot> <endpoint>:<port>", or the CLUSTERDOWN error when nobody owns the slot. */
void view_reply_moved(const struct cluster_view *view, uint16_t slot, enum view_client client,
                      struct reply *reply);

#endif
