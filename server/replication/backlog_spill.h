/*
 * Memory for the backlog's chunks that lies in files nobody else knows: the system writes it out
 * when memory is needed for other things. For replicas that are far behind.
 *
 * Thread: any.
 */
#ifndef SERVER_REPLICATION_BACKLOG_SPILL_H
#define SERVER_REPLICATION_BACKLOG_SPILL_H

#include <stddef.h>

/* NULL: the disk has no room, or the directory takes no files. */
void *backlog_spill_take(size_t size);
void backlog_spill_give_back(void *memory, size_t size);

#endif
