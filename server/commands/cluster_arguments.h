/*
 * What CLUSTER commands are asked, read from their arguments. Pure.
 *
 * argv[0] is CLUSTER, argv[1] the subcommand; arities have been checked.
 */
#ifndef SERVER_COMMANDS_CLUSTER_ARGUMENTS_H
#define SERVER_COMMANDS_CLUSTER_ARGUMENTS_H

#include "cluster/cluster.h"
#include "cluster/slot_map.h"
#include "proto/base/span.h"
#include "proto/resp/reply.h"

#include <stdbool.h>
#include <stdint.h>

/* False when it is no number of a slot. */
bool cluster_arguments_slot(struct span text, uint16_t *slot);

/*
 * The slots (one argument each) or ranges (two each) from argv[2] on, in their order. *ranges is
 * allocated when the result is CLUSTER_OK: memory_free. What the slots are now is not looked at.
 */
struct cluster_result cluster_arguments_slots(const struct span *argv, uint32_t argc,
                                              struct slot_range **ranges, uint32_t *count);
struct cluster_result cluster_arguments_ranges(const struct span *argv, uint32_t argc,
                                               struct slot_range **ranges, uint32_t *count);

/* CLUSTER RESET [HARD|SOFT]; false: an error has been replied. */
bool cluster_arguments_reset(const struct span *argv, uint32_t argc, bool *hard,
                             struct reply *reply);

/* CLUSTER MEET ip port [bus-port], FAILOVER [FORCE|TAKEOVER], SETSLOT slot MIGRATING|IMPORTING|NODE
 * node-id|STABLE [TIMEOUT milliseconds], SET-CONFIG-EPOCH epoch; false: an error has been replied.
 * Of `admin`, operation and arguments are filled in; `slot` is what ranges[0] is to be. */
bool cluster_arguments_meet(const struct span *argv, uint32_t argc,
                            char ip[CLUSTER_NODE_IP_MAX + 1], struct cluster_admin *admin,
                            struct reply *reply);
bool cluster_arguments_failover(const struct span *argv, uint32_t argc, struct cluster_admin *admin,
                                struct reply *reply);
bool cluster_arguments_setslot(const struct span *argv, uint32_t argc, struct slot_range *slot,
                               struct cluster_admin *admin, struct reply *reply);
bool cluster_arguments_epoch(const struct span *argv, struct cluster_admin *admin,
                             struct reply *reply);

/* The id of a node; text that is none becomes the id that no node has. */
struct node_id cluster_arguments_node(struct span text);

/* CLUSTER SLOT-STATS SLOTSRANGE start end | ORDERBY metric [LIMIT limit] [ASC|DESC] */
enum slot_metric {
    SLOT_METRIC_KEYS,
    SLOT_METRIC_CPU,
    SLOT_METRIC_BYTES_IN,
    SLOT_METRIC_BYTES_OUT,
    SLOT_METRICS,
};

struct slot_stats_query {
    bool ordered; /* by metric, limit and ascending; else the range, in the order of slots */
    struct slot_range range;
    enum slot_metric metric;
    uint32_t limit;
    bool ascending;
};

/* False: an error has been replied. Metrics other than the keys may be switched off. */
bool cluster_arguments_slot_stats(const struct span *argv, uint32_t argc, bool all_metrics,
                                  struct slot_stats_query *query, struct reply *reply);

#endif
