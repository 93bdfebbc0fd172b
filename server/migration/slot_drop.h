/*
 * Deleting what a shard holds of slots that are not the node's: those that another node has now,
 * what an import that was given up has left, what a node finds in its data when it starts.
 *
 * In slices of the shard's turns, each key for itself and recorded as DEL, for replicas and the
 * log. No slot comes back half dropped: before it is the node's again, or keys come to it, what is
 * left goes at once. So nothing old is seen in it, and nothing new is dropped. A replica drops
 * nothing by itself: its primary says what goes.
 *
 * Owner: the shard.
 */
#ifndef SERVER_MIGRATION_SLOT_DROP_H
#define SERVER_MIGRATION_SLOT_DROP_H

#include <stdbool.h>
#include <stdint.h>

struct control;
struct shard;

/* ---- On the control thread ---- */

/* These slots (a bit each, copied) are other nodes' now. Those that are not, by the shard's view,
 * are passed over. */
void slot_drop_lost(struct control *control, const uint8_t *slots);

/* What the node has of slots that are other nodes', and that are not on their way here, goes. */
void slot_drop_strays(struct control *control);

/* Deletes all keys, whosever they are, then calls `done`. */
void slot_drop_all(struct control *control, void (*done)(struct control *control, void *context),
                   void *context);

/* ---- On the shard ---- */

/* Deletes what is there of the slot now, and shows it. */
void slot_drop_now(struct shard *shard, uint16_t slot);

/* Hides what is there of the slot, and deletes it in the next turns. */
void slot_drop_hidden(struct shard *shard, uint16_t slot);

/* The view has changed: slots may come back. */
void slot_drop_view_changed(struct shard *shard);

/* The work of a turn. True: there is more. */
bool slot_drop_turn(struct shard *shard);

#endif
