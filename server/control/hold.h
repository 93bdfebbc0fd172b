/*
 * Holding: from some moment on no client's write runs, on any shard, and none is under way between
 * shards, so that what is saved then is all that was ever answered. Clients whose commands are held
 * wait; reads go on. For the end of the node, and for what replaces all data.
 *
 * Holds are counted. Thread: the control thread.
 */
#ifndef SERVER_CONTROL_HOLD_H
#define SERVER_CONTROL_HOLD_H

struct control;

/* Calls `done` when all writes are held. */
void hold_begin(struct control *control, void (*done)(struct control *control, void *context),
                void *context);

/* Of one hold_begin whose `done` was called. */
void hold_end(struct control *control);

#endif
