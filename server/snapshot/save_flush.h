/*
 * FLUSHALL and the RDB file: with save points, the file is to say that everything is deleted, and
 * the client is answered when it does.
 *
 * Thread: that of the section's coordinator, at its end.
 */
#ifndef SERVER_SNAPSHOT_SAVE_FLUSH_H
#define SERVER_SNAPSHOT_SAVE_FLUSH_H

#include "server/commands/cmd.h"

#include <stdbool.h>

/* True: the client waits, and is answered later. */
bool save_after_flush(struct cmd *cmd);

#endif
