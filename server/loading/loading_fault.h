/*
 * Mapped files that become shorter while they are read, because somebody else writes to them: what
 * is missing reads as zeros, the loading fails with a message that says so, and the process lives.
 *
 * One loading at a time. Control thread; the signal comes to the thread that reads.
 */
#ifndef SERVER_LOADING_LOADING_FAULT_H
#define SERVER_LOADING_LOADING_FAULT_H

#include <stdbool.h>

struct loading;

/* From now on the files of this one; NULL: of none. */
void loading_fault_watch(struct loading *loading);

#endif
