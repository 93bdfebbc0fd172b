/*
 * Which of a journal's records concern which slot.
 */
#ifndef SERVER_MIGRATION_MIGRATION_RECORDS_H
#define SERVER_MIGRATION_MIGRATION_RECORDS_H

#include "proto/base/span.h"
#include "server/journal/journal.h"

#include <stdbool.h>
#include <stdint.h>

/* `commands` begin and end in the database; several are framed. */
typedef void migration_record_taker(void *context, uint32_t slot, uint32_t database,
                                    struct span commands);

/*
 * Hands the record on, once for its slot; one of several slots (a script may write to them)
 * command by command. What has no slot is not handed on. False: it empties databases, or it is of
 * several slots in one command.
 */
bool migration_records_split(const struct journal_record *record, migration_record_taker *take,
                             void *context);

#endif
