/*
 * The commands about the client's own connection: greeting, authentication, database.
 */
#include "server/connection/connection.h"

#include "proto/base/memory.h"
#include "proto/base/number.h"
#include "server/access/access.h"
#include "server/commands/client.h"
#include "server/commands/cmd.h"
#include "server/commands/handlers.h"
#include "server/observe/version.h"
#include "server/pubsub/subscription.h"
#include "server/shard/shard.h"

void command_ping(struct cmd *cmd)
{
    const struct connection *connection = cmd->connection;

    if (cmd->argc > 2) {
        cmd_reply_wrong_arity(cmd);
    } else if (connection != NULL && subscription_narrows(connection)) {
        reply_array(cmd->reply, 2);
        reply_bulk(cmd->reply, SPAN("pong"));
        reply_bulk(cmd->reply, cmd->argc == 2 ? cmd->argv[1] : SPAN(""));
    } else if (cmd->argc == 2)
        reply_bulk(cmd->reply, cmd->argv[1]);
    else
        reply_literal(cmd->reply, "+PONG\r\n");
}

void command_echo(struct cmd *cmd)
{
    reply_bulk(cmd->reply, cmd->argv[1]);
}

void command_quit(struct cmd *cmd)
{
    reply_ok(cmd->reply);
    connection_close_after_reply(cmd->connection);
}

void command_reset(struct cmd *cmd)
{
    connection_reset(cmd->connection);
    reply_literal(cmd->reply, "+RESET\r\n");
}

void command_select(struct cmd *cmd)
{
    const struct node *node = cmd->connection->shard->node;
    int64_t index;

    if (!cmd_integer(cmd, 1, &index))
        return;
    if (index < INT32_MIN || index > INT32_MAX)
        reply_error_format(cmd->reply, "ERR value is out of range, value must between %d and %d",
                           INT32_MIN, INT32_MAX);
    else if (node->cluster_enabled && index != 0)
        reply_error_literal(cmd->reply, "ERR SELECT is not allowed in cluster mode");
    else if (index < 0 || index >= node->databases)
        reply_error_literal(cmd->reply, "ERR DB index is out of range");
    else {
        cmd->connection->database = (uint32_t)index;
        reply_ok(cmd->reply);
    }
}

/* ---- Authentication ---- */

/* Replies the error when name and password do not go together. */
static bool authenticate(struct cmd *cmd, struct span user, struct span password)
{
    if (access_login(cmd->connection, user, password, cmd->argv[0]))
        return true;
    reply_error_literal(cmd->reply,
                        "WRONGPASS invalid username-password pair or user is disabled.");
    return false;
}

void command_auth(struct cmd *cmd)
{
    if (cmd->argc > 3) {
        cmd_reply_syntax_error(cmd);
        return;
    }
    if (cmd->argc == 2 && cmd->connection->shard->users->default_user->no_password) {
        reply_error_literal(cmd->reply,
                            "ERR AUTH <password> called without any password configured for the "
                            "default user. Are you sure your configuration is correct?");
        return;
    }
    if (authenticate(cmd, cmd->argc == 2 ? SPAN("default") : cmd->argv[1],
                     cmd->argv[cmd->argc - 1]))
        reply_ok(cmd->reply);
}

/* ---- HELLO ---- */

struct hello {
    uint8_t protocol; /* 0: stays as it is */
    bool authenticates;
    bool names;
    struct span user;
    struct span password;
    struct span name;
};

static bool hello_options(const struct cmd *cmd, struct hello *hello)
{
    for (uint32_t i = 2; i < cmd->argc; i++) {
        uint32_t left = cmd->argc - i - 1;

        if (cmd_argument_is(cmd, i, "AUTH") && left >= 2) {
            hello->authenticates = true;
            hello->user = cmd->argv[++i];
            hello->password = cmd->argv[++i];
        } else if (cmd_argument_is(cmd, i, "SETNAME") && left >= 1) {
            hello->names = true;
            hello->name = cmd->argv[++i];
            if (!client_name_is_valid(hello->name)) {
                client_reply_invalid_name(cmd, "Client names");
                return false;
            }
        } else {
            reply_error_format(cmd->reply, "ERR Syntax error in HELLO option '%.*s'",
                               (int)(cmd->argv[i].length < 128 ? cmd->argv[i].length : 128),
                               cmd->argv[i].data);
            return false;
        }
    }
    return true;
}

static bool hello_parse(const struct cmd *cmd, struct hello *hello)
{
    int64_t version;

    if (cmd->argc == 1)
        return true;
    if (!number_parse_integer(cmd->argv[1], &version)) {
        reply_error_literal(cmd->reply, "ERR Protocol version is not an integer or out of range");
        return false;
    }
    if (version != 2 && version != 3) {
        reply_error_literal(cmd->reply, "NOPROTO unsupported protocol version");
        return false;
    }
    hello->protocol = (uint8_t)version;
    return hello_options(cmd, hello);
}

static void hello_reply(const struct cmd *cmd)
{
    struct reply *reply = cmd->reply;
    const struct connection *connection = cmd->connection;

    reply_map(reply, 7);
    reply_bulk(reply, SPAN("server"));
    reply_bulk(reply, SPAN("redis"));
    reply_bulk(reply, SPAN("version"));
    reply_bulk(reply, SPAN(COMPATIBLE_VERSION));
    reply_bulk(reply, SPAN("proto"));
    reply_integer(reply, reply->protocol);
    reply_bulk(reply, SPAN("id"));
    reply_integer(reply, (int64_t)connection->id);
    reply_bulk(reply, SPAN("mode"));
    reply_bulk(reply,
               connection->shard->node->cluster_enabled ? SPAN("cluster") : SPAN("standalone"));
    reply_bulk(reply, SPAN("role"));
    reply_bulk(reply, SPAN("master"));
    reply_bulk(reply, SPAN("modules"));
    reply_array(reply, 0);
}

void command_hello(struct cmd *cmd)
{
    struct connection *connection = cmd->connection;
    struct hello hello = {0};

    if (!hello_parse(cmd, &hello))
        return;
    if (hello.authenticates && !authenticate(cmd, hello.user, hello.password))
        return;
    if (!connection->authenticated) {
        reply_error_literal(
            cmd->reply,
            "NOAUTH HELLO must be called with the client already authenticated, otherwise the "
            "HELLO <proto> AUTH <user> <pass> option can be used to authenticate the client and "
            "select the RESP protocol version at the same time");
        return;
    }
    if (hello.names)
        client_set_text(&connection->name, hello.name);
    if (hello.protocol != 0) {
        /* The answer is in the new protocol already, also where it has to wait for others. */
        connection->reply.protocol = hello.protocol;
        cmd->reply->protocol = hello.protocol;
    }
    hello_reply(cmd);
}
