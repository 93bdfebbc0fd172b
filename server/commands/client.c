/*
 * CLIENT: the subcommands about the client itself.
 */
#include "server/commands/client.h"

#include "proto/base/memory.h"
#include "server/commands/cmd.h"
#include "server/commands/handlers.h"
#include "server/connection/connection.h"

enum { DESCRIPTION_MAX = 2048 };

bool client_name_is_valid(struct span name)
{
    for (size_t i = 0; i < name.length; i++)
        if (name.data[i] < '!' || name.data[i] > '~')
            return false;
    return true;
}

void client_reply_invalid_name(const struct cmd *cmd, const char *what)
{
    reply_error_format(cmd->reply, "ERR %s cannot contain spaces, newlines or special characters.",
                       what);
}

void client_set_text(char **text, struct span value)
{
    memory_free(*text);
    *text = memory_copy(value.data, value.length);
}

void command_client_id(struct cmd *cmd)
{
    reply_integer(cmd->reply, (int64_t)cmd->connection->id);
}

void command_client_info(struct cmd *cmd)
{
    char *text = connection_describe(cmd->connection);
    size_t length = strlen(text);

    text[length++] = '\n'; /* in the place of the NUL */
    reply_verbatim(cmd->reply, "txt", span_of(text, length));
    memory_free(text);
}

void command_client_setname(struct cmd *cmd)
{
    if (!client_name_is_valid(cmd->argv[2])) {
        client_reply_invalid_name(cmd, "Client names");
        return;
    }
    client_set_text(&cmd->connection->name, cmd->argv[2]);
    reply_ok(cmd->reply);
}

void command_client_getname(struct cmd *cmd)
{
    const char *name = cmd->connection->name;

    if (name[0] == '\0')
        reply_null(cmd->reply);
    else
        reply_bulk(cmd->reply, span_of_string(name));
}

void command_client_setinfo(struct cmd *cmd)
{
    char **text;
    const char *what;

    if (cmd_argument_is(cmd, 2, "LIB-NAME")) {
        text = &cmd->connection->library_name;
        what = "lib-name";
    } else if (cmd_argument_is(cmd, 2, "LIB-VER")) {
        text = &cmd->connection->library_version;
        what = "lib-ver";
    } else {
        reply_error_format(cmd->reply, "ERR Unrecognized option '%.*s'",
                           (int)(cmd->argv[2].length < 128 ? cmd->argv[2].length : 128),
                           cmd->argv[2].data);
        return;
    }
    if (!client_name_is_valid(cmd->argv[3])) {
        client_reply_invalid_name(cmd, what);
        return;
    }
    client_set_text(text, cmd->argv[3]);
    reply_ok(cmd->reply);
}

void command_client_reply(struct cmd *cmd)
{
    struct connection *connection = cmd->connection;

    if (cmd_argument_is(cmd, 2, "ON")) {
        connection->reply_mode = CLIENT_REPLY_ON;
        reply_ok(cmd->reply);
    } else if (cmd_argument_is(cmd, 2, "OFF")) {
        connection->reply_mode = CLIENT_REPLY_OFF;
    } else if (cmd_argument_is(cmd, 2, "SKIP")) {
        if (connection->reply_mode != CLIENT_REPLY_OFF)
            connection->reply_mode = CLIENT_REPLY_SKIP_NEXT;
    } else {
        cmd_reply_syntax_error(cmd);
    }
}

static void set_switch(const struct cmd *cmd, bool *value)
{
    if (cmd_argument_is(cmd, 2, "ON")) {
        *value = true;
        reply_ok(cmd->reply);
    } else if (cmd_argument_is(cmd, 2, "OFF")) {
        *value = false;
        reply_ok(cmd->reply);
    } else {
        cmd_reply_syntax_error(cmd);
    }
}

void command_client_no_evict(struct cmd *cmd)
{
    set_switch(cmd, &cmd->connection->no_evict);
}

void command_client_no_touch(struct cmd *cmd)
{
    set_switch(cmd, &cmd->connection->no_touch);
}
