/*
 * The watchdog: sees shards whose heart has stopped, and measures the process's memory.
 *
 * Thread: the control thread.
 */
#ifndef SERVER_CONTROL_WATCHDOG_H
#define SERVER_CONTROL_WATCHDOG_H

#include "server/control/control.h"

/* Ten times a second; `now` is of the monotonic clock. */
void watchdog_tick(struct control *control, int64_t now);

/* What INFO tells of the process's memory; before the first client asks. */
void watchdog_measure_memory(struct node *node);

#endif
