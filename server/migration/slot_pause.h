/*
 * Nobody writes to some slots for a moment: clients that want to wait, and nothing is refused.
 *
 * It has taken effect when no shard has such a write under way any more. What writes without naming
 * its keys waits as well.
 *
 * Thread: the control thread. One pause at a time.
 */
#ifndef SERVER_MIGRATION_SLOT_PAUSE_H
#define SERVER_MIGRATION_SLOT_PAUSE_H

#include "server/migration/slot_set.h"

struct control;
struct shard;

/* `slots` stays in place until the pause is over; `done` is called when it has taken effect. */
void slot_pause_begin(struct control *control, const struct slot_set *slots,
                      void (*done)(struct control *control, void *context), void *context);

/* Also before `done`, which is called all the same. `over` is called when no shard looks at the
 * slots any more. */
void slot_pause_end(struct control *control, void (*over)(struct control *control, void *context),
                    void *context);

/* On a shard: the view has changed. When the slots are another node's by now, nobody needs to wait
 * any longer to be told so. */
void slot_pause_view_changed(struct shard *shard);

#endif
