#include "server/script/caller.h"

#include "proto/base/memory.h"
#include "server/access/users.h"
#include "server/commands/cmd.h"
#include "server/connection/connection.h"
#include "server/shard/shard.h"

#include <string.h>

struct connection *script_caller_create(struct shard *shard)
{
    struct connection *caller = memory_new_zeroed(1, sizeof(*caller));

    caller->shard = shard;
    caller->authenticated = caller->unrestricted = caller->logged_in = true;
    caller->user = user_hold(shard->users->default_user);
    caller->name = memory_copy("", 0);
    caller->library_name = memory_copy("", 0);
    caller->library_version = memory_copy("", 0);
    reply_init(&caller->reply, 2);
    reply_init(&caller->outgoing, 2);
    reply_init(&caller->held, 2);
    list_init(&caller->owed);
    return caller;
}

void script_caller_free(struct connection *caller)
{
    user_release(caller->user);
    reply_free(&caller->reply);
    memory_free(caller->name);
    memory_free(caller->library_name);
    memory_free(caller->library_version);
    memory_free(caller);
}

void script_caller_begin(struct connection *caller, const struct cmd *cmd)
{
    const struct user *user = cmd->user;

    if (user == NULL)
        user = caller->shard->users->default_user;
    /* Most scripts have one user: nothing changes. */
    if (user != caller->user) {
        user_release(caller->user);
        caller->user = user_hold(user);
    }
    caller->unrestricted = cmd->user == NULL;
    caller->database = cmd->database;
    caller->no_touch = cmd->no_touch;
    caller->reply.protocol = 2;
    /* Commands that name this node name it as the script's client has reached it. */
    if (cmd->connection != NULL) {
        caller->is_unix = cmd->connection->is_unix;
        memcpy(caller->local_address, cmd->connection->local_address,
               sizeof(caller->local_address));
    }
}
