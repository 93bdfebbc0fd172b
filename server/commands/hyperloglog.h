/* What the HyperLogLog commands share. */
#ifndef SERVER_COMMANDS_HYPERLOGLOG_H
#define SERVER_COMMANDS_HYPERLOGLOG_H

#include "server/commands/cmd.h"
#include "storage/types/hyperloglog.h"

/* The bytes of a key that must hold a HyperLogLog or be absent (NULL: an empty span). False after
 * having replied that it does not. */
bool hyperloglog_string_of(const struct cmd *cmd, const struct entry *entry,
                           char scratch[ENTRY_SCRATCH], struct span *string);

/* Makes it the value of the key, whose entry is given (NULL: absent); keeps the expiry. */
void hyperloglog_store(struct cmd *cmd, const struct key *key, const struct entry *entry,
                       const struct hyperloglog *hyperloglog);

void hyperloglog_reply_corrupt(const struct cmd *cmd);

#endif
