/*
 * A reader of the journal that keeps everything in memory: for tests (DEBUG JOURNAL).
 *
 * Owner: as the journal's.
 */
#ifndef SERVER_JOURNAL_JOURNAL_TAPE_H
#define SERVER_JOURNAL_JOURNAL_TAPE_H

#include "proto/resp/reply.h"
#include "server/journal/journal.h"

struct journal_tape;

struct journal_tape *journal_tape_create(void);
void journal_tape_free(struct journal_tape *tape); /* NULL is fine */

struct journal_reader *journal_tape_reader(struct journal_tape *tape);

/* Replies what was recorded since the last time, in order: for a record an array of its database,
 * slot, parts, transaction, audience and bytes, for a cut an empty one. */
void journal_tape_take(struct journal_tape *tape, struct reply *reply);

#endif
