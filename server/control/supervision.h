/*
 * Whoever has started the node is told how it is doing, as `supervised` says: systemd by messages
 * to its socket (see sd_notify(3)), upstart by a process that stops itself once.
 *
 * Thread: the control thread. Messages are sent without waiting, and lost when nobody takes them.
 */
#ifndef SERVER_CONTROL_SUPERVISION_H
#define SERVER_CONTROL_SUPERVISION_H

#include "server/config/config.h"

#include <stdbool.h>
#include <stdint.h>

struct control;

struct supervision {
    bool ready;      /* and that was told */
    int64_t next_ms; /* monotonic: when more is told */
};

/* At the start: who is told; SUPERVISED_NO, and a line in the log, where there is nobody. */
enum supervised supervision_begin(enum supervised wanted);

/* The node serves. Says so in the log, too. */
void supervision_ready(struct control *control);

/* Every so often while it loads, saves or hands over, which may take longer than whoever waits has
 * been told to. */
void supervision_tick(struct control *control, int64_t now);

/* The node begins to end. */
void supervision_stopping(struct control *control);

#endif
