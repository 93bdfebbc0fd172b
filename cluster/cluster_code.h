/*
 * What an administrative command came to: one list for the codes and the texts that clients see.
 *
 * The texts are Redis's, since tools match on them. A code's details are the numbers of its text.
 */
#ifndef CLUSTER_CLUSTER_CODE_H
#define CLUSTER_CLUSTER_CODE_H

#include "cluster/node_id.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* X(name, is an error, text) */
#define CLUSTER_CODES(X)                                                                           \
    X(CLUSTER_OK, false, "OK")                                                                     \
    X(CLUSTER_EPOCH_BUMPED, false, "BUMPED %" PRId64)                                              \
    X(CLUSTER_EPOCH_STILL, false, "STILL %" PRId64)                                                \
    X(CLUSTER_INVALID_SLOT, true, "ERR Invalid or out of range slot")                              \
    X(CLUSTER_SLOT_BUSY, true, "ERR Slot %" PRId64 " is already busy")                             \
    X(CLUSTER_SLOT_UNASSIGNED, true, "ERR Slot %" PRId64 " is already unassigned")                 \
    X(CLUSTER_SLOT_TWICE, true, "ERR Slot %" PRId64 " specified multiple times")                   \
    X(CLUSTER_RANGE_REVERSED, true,                                                                \
      "ERR start slot number %" PRId64 " is greater than end slot number %" PRId64)                \
    X(CLUSTER_FLUSH_WITH_KEYS, true, "ERR DB must be empty to perform CLUSTER FLUSHSLOTS.")        \
    X(CLUSTER_RESET_WITH_KEYS, true,                                                               \
      "ERR CLUSTER RESET can't be called with master nodes containing keys")                       \
    X(CLUSTER_INVALID_EPOCH, true, "ERR Invalid config epoch specified: %" PRId64)                 \
    X(CLUSTER_EPOCH_NOT_ALONE, true,                                                               \
      "ERR The user can assign a config epoch only when the node does not know any other node.")   \
    X(CLUSTER_EPOCH_ALREADY_SET, true, "ERR Node config epoch is already non-zero")                \
    X(CLUSTER_NOT_PRIMARY, true, "ERR Slots can be changed only on master nodes.")                 \
    X(CLUSTER_UNKNOWN_NODE, true, "ERR Unknown node")                                              \
    X(CLUSTER_NODE_NOT_KNOWN, true, "ERR I don't know about node")                                 \
    X(CLUSTER_TOO_MANY_NODES, true, "ERR The cluster has too many nodes")                          \
    X(CLUSTER_FORGET_MYSELF, true, "ERR I tried hard but I can't forget myself...")                \
    X(CLUSTER_FORGET_PRIMARY, true, "ERR Can't forget my master!")                                 \
    X(CLUSTER_REPLICATE_MYSELF, true, "ERR Can't replicate myself")                                \
    X(CLUSTER_REPLICATE_REPLICA, true, "ERR I can only replicate a master, not a replica.")        \
    X(CLUSTER_REPLICATE_NOT_EMPTY, true,                                                           \
      "ERR To set a master the node must be empty and without assigned slots.")                    \
    X(CLUSTER_FAILOVER_NOT_REPLICA, true, "ERR You should send CLUSTER FAILOVER to a replica")     \
    X(CLUSTER_FAILOVER_NO_PRIMARY, true, "ERR I'm a replica but my master is unknown to me")       \
    X(CLUSTER_FAILOVER_PRIMARY_DOWN, true,                                                         \
      "ERR Master is down or failed, please use CLUSTER FAILOVER FORCE")                           \
    X(CLUSTER_SETSLOT_REPLICA, true, "ERR Please use SETSLOT only with masters.")                  \
    X(CLUSTER_SLOT_NOT_MINE, true, "ERR I'm not the owner of hash slot %" PRId64)                  \
    X(CLUSTER_SLOT_MINE, true, "ERR I'm already the owner of hash slot %" PRId64)                  \
    X(CLUSTER_TARGET_NOT_PRIMARY, true, "ERR Target node is not a master")                         \
    X(CLUSTER_SLOT_HAS_KEYS, true,                                                                 \
      "ERR Can't assign hashslot %" PRId64                                                         \
      " to a different node while I still hold keys for this hash slot.")                          \
    X(CLUSTER_SLOT_MIGRATES, true,                                                                 \
      "ERR Slot %" PRId64 " is part of a slot migration, see CLUSTER CANCELSLOTMIGRATIONS")        \
    X(CLUSTER_SLOT_ELSEWHERE, true, "ERR Slot %" PRId64 " is not the source's")                    \
    X(CLUSTER_EPOCH_PASSED, true, "ERR There is an epoch as high as %" PRId64 " already")

#define CLUSTER_CODE_NAME(name, error, text) name,
enum cluster_code { CLUSTER_CODES(CLUSTER_CODE_NAME) CLUSTER_CODE_COUNT };
#undef CLUSTER_CODE_NAME

struct cluster_result {
    enum cluster_code code;
    int64_t details[2]; /* the numbers in the text, in order */
    struct node_id id;  /* ends the text; none: it has no id */
};

bool cluster_code_is_error(enum cluster_code code);

/* The text without a newline ("OK", "ERR Slot 5 is already busy"); returns its length. */
enum { CLUSTER_CODE_TEXT_MAX = 160 };
size_t cluster_code_format(const struct cluster_result *result, char text[CLUSTER_CODE_TEXT_MAX]);

#endif
