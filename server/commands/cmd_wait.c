#include "server/commands/cmd_wait.h"

#include "proto/base/assert.h"
#include "proto/base/memory.h"

bool cmd_wait_for_keys(struct cmd *cmd, uint32_t first, uint32_t count, enum value_type type,
                       time_ms deadline, enum cmd_wait_reply at_timeout)
{
    struct cmd_wait *wait = cmd->wait;

    ASSERT(first + (uint64_t)count <= cmd->argc);
    ASSERT(type < VALUE_TYPES);
    if (wait == NULL)
        return false;
    wait->waits = true;
    wait->first = first;
    wait->count = count;
    wait->type = type;
    wait->deadline = deadline;
    wait->at_timeout = at_timeout;
    return true;
}

void cmd_wait_with_argument(struct cmd *cmd, uint32_t index, struct span value)
{
    struct cmd_wait *wait = cmd->wait;

    ASSERT(index < cmd->argc);
    if (wait == NULL || wait->again)
        return;
    if (wait->argv == NULL) {
        wait->argv = memory_new(cmd->argc * sizeof(*wait->argv));
        memcpy(wait->argv, cmd->argv, cmd->argc * sizeof(*wait->argv));
        wait->replaced = memory_new(cmd->argc * sizeof(*wait->replaced));
    }
    ASSERT(wait->replaced_count < cmd->argc);
    wait->replaced[wait->replaced_count++] = index;
    wait->argv[index] = span_of(memory_copy(value.data, value.length), value.length);
}

void cmd_wait_until_gone(struct cmd *cmd)
{
    if (cmd->wait != NULL)
        cmd->wait->until_gone = true;
}

bool cmd_has_waited(const struct cmd *cmd)
{
    return cmd->wait != NULL && cmd->wait->again;
}

void cmd_wait_free(struct cmd_wait *wait)
{
    for (uint32_t i = 0; i < wait->replaced_count; i++)
        memory_free((char *)(uintptr_t)wait->argv[wait->replaced[i]].data);
    memory_free(wait->argv);
    memory_free(wait->replaced);
    wait->argv = NULL;
    wait->replaced = NULL;
    wait->replaced_count = 0;
}
