/* CONFIG GET. What changes settings needs every shard and is the node's business. */
#include "server/config/config.h"
#include "server/commands/cmd.h"
#include "server/commands/handlers.h"

struct found {
    struct reply *reply;
    uint64_t count;
};

static void reply_setting(void *context, struct span name, struct span value)
{
    struct found *found = context;

    reply_bulk(found->reply, name);
    reply_bulk(found->reply, value);
    found->count++;
}

void command_config_get(struct cmd *cmd)
{
    struct found found = {.reply = cmd->reply};
    struct reply_deferred deferred = reply_defer(cmd->reply);

    config_get(cmd->config, cmd->argv + 2, cmd->argc - 2, reply_setting, &found);
    reply_deferred_map(cmd->reply, deferred, found.count);
}
