/* What the files of the list commands share. */
#ifndef SERVER_COMMANDS_LIST_H
#define SERVER_COMMANDS_LIST_H

#include "server/commands/cmd.h"
#include "storage/types/list_type.h"

static inline struct list_limits list_limits_of(const struct cmd *cmd)
{
    return list_type_limits(cmd->config->list_max_listpack_size);
}

/* LEFT or RIGHT; replies the error and returns false when the argument is neither. */
bool list_end_argument(const struct cmd *cmd, uint32_t index, enum list_end *end);

/* Elements went from an end of the list, perhaps the last ones: tells so. */
void list_popped(struct cmd *cmd, const struct collection *list, enum list_end end);

/* Takes one element from an end of a list that is there and writes it as a bulk. */
void list_pop_element(struct cmd *cmd, struct collection *list, enum list_end end);
/* Takes up to `count` and writes them as an array. */
void list_pop_elements(struct cmd *cmd, struct collection *list, enum list_end end, uint64_t count);

#endif
