/*
 * The end of the node, as SHUTDOWN and signals ask for it: what must be saved is saved, then all
 * stops. Writes are held meanwhile; when saving fails they go on, and so does the node, unless it
 * was forced.
 *
 * Thread: the control thread.
 */
#ifndef SERVER_CONTROL_SHUTDOWN_H
#define SERVER_CONTROL_SHUTDOWN_H

#include <stdbool.h>
#include <stdint.h>

struct control;

/* Called when it has failed or was aborted; or, with `stops`, when the node ends. */
typedef void shutdown_done(struct control *control, bool stops, void *context);

/* `mode`: bits of enum shutdown_mode. One that is under way already goes on as it is. `done` may be
 * NULL. */
void shutdown_start(struct control *control, uint32_t mode, shutdown_done *done, void *context);

/* The same; a primary of a cluster has a replica take over first, if there is one that can, unless
 * `mode` says NOW or FORCE. */
void shutdown_hand_over(struct control *control, uint32_t mode, shutdown_done *done, void *context);

/* False when there is none, or it is too late. */
bool shutdown_abort(struct control *control);

/* A signal came: as shutdown_hand_over. */
void shutdown_signal(struct control *control, int number);
/* Every turn: goes on when one has. */
void shutdown_tick(struct control *control);

void shutdown_free(struct control *control);

#endif
