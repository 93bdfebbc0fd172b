/*
 * A flow: what one shard sends of the slots that leave it, by a link of its own to the target.
 *
 * Slot by slot: the walker writes down what the slot holds (storage/walker.h), the journal's
 * records of the slot are kept meanwhile and follow when it is through; from then on the slot is
 * *live*, and its records go out as they come. Slots that the walk has not come to are not recorded
 * at all. So what waits is what was written to one slot while that was walked, and everything about
 * a key is sent in its order.
 *
 *   slots:  [ live live live | walked | not yet ...              ]
 *             |                |   |
 *             |                |   +-- records: kept until the slot is through
 *             |                +------ images: sent
 *             +----------------------- records: sent
 *
 * A keyspace is walked by one at a time: when a snapshot begins, the walk of the slot is given up,
 * the target forgets what it has of it, and it begins again when the snapshot's walk is over.
 *
 * The target answers each command when it has done what is in it; a few are on their way at a time,
 * and when they are not answered the walk waits.
 *
 * Thread: the shard's. Records may come by another thread that has the shard's data, see journal.h.
 */
#ifndef SERVER_MIGRATION_MIGRATION_FLOW_H
#define SERVER_MIGRATION_MIGRATION_FLOW_H

#include "server/migration/migration_plan.h"
#include "server/shard/mailbox.h"

#include <stdbool.h>
#include <stdint.h>

struct migration_flow;
struct shard;

enum migration_flow_stage {
    FLOW_CONNECTS,
    FLOW_COPIES,
    FLOW_CAUGHT_UP, /* all slots are live, and little is on its way */
    FLOW_DRAINED,   /* asked to finish, and everything has been answered */
    FLOW_FAILED,
};

enum { FLOW_REASON_MAX = 160 };

/* To the control thread, and back: whenever the stage changes, and now and then. */
struct migration_flow_report {
    struct message message; /* first */
    struct migration_flow *flow;
    struct node_id name; /* of the migration */
    uint16_t shard;
    enum migration_flow_stage stage;
    uint64_t remaining;           /* bytes that are known of and not answered */
    uint64_t sent;                /* bytes */
    uint32_t live_slots;          /* of this shard's */
    char reason[FLOW_REASON_MAX]; /* FLOW_FAILED */
};

/* The plan stays until the flow has ended on every shard. */
void migration_flow_begin(struct shard *shard, const struct migration_plan *plan);

/* No more is written to the slots: FLOW_DRAINED follows. */
void migration_flow_finish(struct shard *shard, const struct migration_plan *plan);

/* Ends it, whatever it is at. Nothing happens when it is another migration's. */
void migration_flow_end(struct shard *shard, const struct migration_plan *plan);

/* For migration_shard.c. */
bool migration_flow_turn(struct shard *shard, uint64_t since);
void migration_flow_yield(struct shard *shard);
void migration_flow_stop(struct shard *shard);

/* What takes a report, on the control thread: migration_export.c. */
void migration_flow_reported(struct message *message, void *receiver);

#endif
