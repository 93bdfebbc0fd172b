/*
 * The rows of CLUSTER SLOT-STATS: chosen, ordered and written. Pure.
 */
#ifndef SERVER_COMMANDS_CLUSTER_SLOT_STATS_H
#define SERVER_COMMANDS_CLUSTER_SLOT_STATS_H

#include "server/commands/cluster_arguments.h"

/* What one slot has used: its keys now, the rest since the start or CONFIG RESETSTAT. */
struct slot_stats_row {
    uint16_t slot;
    uint64_t metrics[SLOT_METRICS]; /* by enum slot_metric; CPU in microseconds */
};

/* Brings `count` rows, which come in the order of slots, into the order of the query; ties stay in
 * the order of slots. Returns how many of them the query wants. */
uint32_t cluster_slot_stats_order(const struct slot_stats_query *query, struct slot_stats_row *rows,
                                  uint32_t count);

void cluster_slot_stats_reply(const struct slot_stats_row *rows, uint32_t count, bool all_metrics,
                              struct reply *reply);

#endif
