/* What commands that read RDB values share. */
#ifndef SERVER_COMMANDS_DUMP_H
#define SERVER_COMMANDS_DUMP_H

#include "server/commands/cmd.h"
#include "storage/rdb_value.h"

/* The settings that say how values are held. */
struct rdb_value_limits dump_limits_of(const struct cmd *cmd);

/* Makes DUMP's payload of a value, in this version or the first one that can tell it. */
void dump_write(struct rdb_writer *payload, const struct entry *entry, uint16_t wanted,
                time_ms now);

#endif
