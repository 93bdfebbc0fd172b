/*
 * Atomic slot migration: slots go from this node to another one, or come here, with all their keys,
 * while clients go on; in one moment the other node owns them.
 *
 *   source                                              target
 *   ------                                              ------
 *   control link: ESTABLISH name source ranges  ---->   hides the slots, and what comes of them
 *   flows, one per shard: APPLY name frames     ---->   runs what is in it, answers (repeated)
 *   KEEPALIVE name, each second                 ---->
 *   few bytes are on their way: PREPARE name    ---->   answers with an epoch, notes the time
 *   pauses writes to the slots, and waits until
 *   all flows have been answered
 *   TAKE name epoch                             ---->   owns the slots: on disk, shown, told by bus
 *   gives the slots up: who waited is sent on,
 *   the keys are dropped
 *
 * All are forms of CLUSTER SYNCSLOTS, a command for nodes alone.
 *
 * When something breaks. Before TAKE is sent the source owns the slots and goes on; the target
 * drops what it has, because the source says so (CANCEL), or is not heard of for a while. When TAKE
 * has been sent and no answer comes, the source does not know. Then it lets nobody write to the
 * slots until it does: by the target's claim on the bus, or by an answer to CANCEL (which says no,
 * and means that TAKE will not be done any more), or because the target cannot have done it: TAKE
 * is only good for a time after PREPARE, measured by the target. When that is over, and a node
 * timeout in which a claim would have been heard of, or when the target has failed, the source goes
 * on with an epoch above the one that the target would have had: a claim that nobody has seen
 * loses. So there is never more than one node that takes writes for a slot, and what was answered
 * is kept.
 *
 * The records of an import are ordinary ones in the target's journals: its replicas and its log
 * follow. Where the target has replicas it takes the slots only when one of them has all that came.
 * A primary that starts, or takes over, drops what it has of others' slots.
 *
 * Spec: CLUSTER MIGRATESLOTS and its companions as Valkey 9 has them. The protocol between nodes is
 * Tessera's own.
 *
 * Thread: the control thread.
 */
#ifndef SERVER_MIGRATION_MIGRATION_H
#define SERVER_MIGRATION_MIGRATION_H

#include "cluster/node_id.h"
#include "cluster/slot_map.h"
#include "proto/resp/reply.h"

#include <stdbool.h>
#include <stdint.h>

struct control;
struct errand;
struct migrations; /* control->migrations */

void migration_open(struct control *control);
/* The node ends. */
void migration_close(struct control *control);
void migration_tick(struct control *control);
/* A view has been adopted by all shards. */
void migration_view_changed(struct control *control);

/* What MIGRATESLOTS asks for: these ranges to this node. */
struct migration_request {
    struct slot_range *ranges;
    uint32_t range_count;
    struct node_id target;
};

/* All or none. False: an error has been replied. */
bool migration_start(struct control *control, const struct migration_request *requests,
                     uint32_t count, struct reply *reply);
void migration_cancel_all(struct control *control, struct reply *reply);
/* GETSLOTMIGRATIONS. */
void migration_describe(struct control *control, struct reply *reply);
/* Calls `visit` for each migration, those in the log included, the oldest first. */
struct migration_job;
void migration_visit(const struct control *control,
                     void (*visit)(void *context, const struct migration_job *job), void *context);
/* Are any slots going, or coming? */
bool migration_is_active(const struct control *control);
/* Is the slot going, or coming? Then SETSLOT keeps off. */
bool migration_concerns(const struct control *control, uint16_t slot);

#endif
