/*
 * Between the cluster's state machine (cluster/cluster.h) and the world: what happens becomes
 * events, and the actions that the machine decides are carried out in their order.
 *
 * The order is a promise. The state is on disk before anything leaves that rests on it: writing it
 * is waited for, on this thread. A view is with all shards before a command that it answers is
 * answered, and before roles and data change because of it: those actions stand in a line of their
 * own (cluster_line.h) while shards take over the view. Nothing else waits for shards: one that is
 * busy with a script for half a minute does not silence the node. One that hangs does
 * (cluster-hung-shard-timeout), so that a replica may take over.
 *
 *   bus, shards, clock, commands --> event --> cluster_step --> actions
 *        PERSIST, CONNECT, CLOSE, SEND, DELIVER, PAUSE: at once
 *        PUBLISH_VIEW ------------------------------+  one under way, the latest one behind it
 *        ROLE, RESUME, DROP_SLOTS, FLUSH, REPLY: in line behind the views before them
 *
 * Owner: the control thread; NULL in control->cluster_driver when cluster mode is off.
 */
#ifndef SERVER_CONTROL_CLUSTER_DRIVER_H
#define SERVER_CONTROL_CLUSTER_DRIVER_H

#include "cluster/cluster.h"

#include <stdbool.h>
#include <stdint.h>

struct bus;
struct control;
struct errand;
struct text_buffer;

/* Reads or makes nodes.conf, listens for other nodes and publishes the first view. False with a
 * logged reason. */
bool cluster_driver_start(struct control *control);
void cluster_driver_stop(struct control *control);
void cluster_driver_tick(struct control *control);
/* When the next tick is due at the latest, by clock_monotonic_ms. */
int64_t cluster_driver_deadline(const struct control *control);
/* Do shards still take over a view? */
bool cluster_driver_is_busy(const struct control *control);
/* The configuration has changed. */
void cluster_driver_settings(struct control *control);

/* Where other nodes connect; NULL when cluster mode is off. */
struct bus *cluster_driver_bus(struct control *control);

/* The view that is current, be it that shards have still to take it over. */
const struct cluster_view *cluster_driver_view(const struct control *control);

/* The state machine's latest, and whether all shards see it already. */
const struct topology *cluster_driver_topology(const struct control *control);
bool cluster_driver_is_adopted(const struct control *control);
const struct view_statistics *cluster_driver_statistics(const struct control *control);
/* Has this node gone silent on the bus, because a shard hangs? */
bool cluster_driver_is_silent(const struct control *control);

/* An administrator's command as an event; the errand is the token, and is done when all is carried
 * out: errand->context must be a struct cluster_result to be filled. */
void cluster_driver_admin(struct control *control, struct errand *errand,
                          struct cluster_admin *admin);

/* A decision of the server's own, as an administrator's; nobody is answered. */
void cluster_driver_decide(struct control *control, const struct cluster_admin *admin);

/* The node takes slots that nobody has, for it holds keys of them. */
void cluster_driver_claim(struct control *control, const struct slot_range *ranges, uint32_t count);

/* A client's message for the other nodes. */
void cluster_driver_publish(struct control *control, bool shard, struct span channel,
                            struct span payload);

/* Something of replication_state has changed. */
void cluster_driver_replication(struct control *control);

/* Has this node lost its data, and waits for a replica that has them? */
bool cluster_driver_is_hollow(const struct control *control);
/* Must nobody copy this node's data, because it may have lost them? */
bool cluster_driver_is_bare(const struct control *control);

/* Asks a replica to take over from this node, which is about to end. False: there is none that
 * could, or nothing to hand over. */
bool cluster_driver_hand_over(struct control *control);
/* Tells the autopilot whether this node is about to end. */
void cluster_driver_leave(struct control *control, bool leaves);
/* Will the autopilot give this node's slots to others, if it leaves? */
bool cluster_driver_drain(struct control *control);
/* What the autopilot sees, does and waits for. */
const struct autopilot_report *cluster_driver_autopilot(const struct control *control);
/* Does this node own any slot, or are shards still to hear that it does not? */
bool cluster_driver_owns_slots(const struct control *control);
/* Does this node own slots as a primary, or are shards still to hear that it does not? */
bool cluster_driver_serves(const struct control *control);

/* CLUSTER LINKS: calls `visit` for each link of a known node. */
struct cluster_driver_link {
    bool outbound;
    struct node_id node;
    time_ms created;
    bool sending;
    size_t send_memory;
    size_t send_used;
};
void cluster_driver_links(const struct control *control,
                          void (*visit)(void *context, const struct cluster_driver_link *link),
                          void *context);

#endif
