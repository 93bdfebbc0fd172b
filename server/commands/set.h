/* What the files of the set commands share. */
#ifndef SERVER_COMMANDS_SET_H
#define SERVER_COMMANDS_SET_H

#include "server/commands/cmd.h"
#include "storage/types/set.h"

static inline struct set_limits set_limits_of(const struct config *config)
{
    return (struct set_limits){
        .integer_entries = (uint64_t)config->set_max_intset_entries,
        .packed_entries = (uint64_t)config->set_max_listpack_entries,
        .packed_value = (uint64_t)config->set_max_listpack_value,
    };
}

/* The set at argument `index` for a command that reads; *entry is NULL for an empty one. Replies
 * WRONGTYPE and returns false when the key holds something else. */
bool set_read(const struct cmd *cmd, uint32_t index, const struct entry **entry);

#endif
