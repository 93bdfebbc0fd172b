/*
 * ACL: the subcommands that show users, and make none. Each connection's shard has all of them.
 */
#include "proto/base/assert.h"
#include "proto/base/number.h"
#include "server/access/user_describe.h"
#include "server/access/users.h"
#include "server/commands/cmd.h"
#include "server/commands/handlers.h"
#include "server/connection/connection.h"
#include "server/shard/shard.h"

#include <stdio.h>
#include <sys/random.h>

enum {
    PASSWORD_BITS_USUAL = 256,
    PASSWORD_BITS_MAX = 4096,
    ECHOED_MAX = 128,
};

static int echoed(struct span text)
{
    return (int)(text.length < ECHOED_MAX ? text.length : ECHOED_MAX);
}

static const struct users *users_of_command(const struct cmd *cmd)
{
    return cmd->connection->shard->users;
}

static void reply_wrong_subcommand(const struct cmd *cmd)
{
    reply_error_format(cmd->reply,
                       "ERR unknown subcommand or wrong number of arguments for '%.*s'. Try ACL "
                       "HELP.",
                       echoed(cmd->argv[1]), cmd->argv[1].data);
}

void command_acl_whoami(struct cmd *cmd)
{
    reply_bulk(cmd->reply, cmd->connection->user->name);
}

void command_acl_users(struct cmd *cmd)
{
    const struct users *users = users_of_command(cmd);

    reply_array(cmd->reply, users->count);
    for (uint32_t i = 0; i < users->count; i++)
        reply_bulk(cmd->reply, users->items[i]->name);
}

void command_acl_list(struct cmd *cmd)
{
    const struct users *users = users_of_command(cmd);
    struct text_buffer text = {0};

    reply_array(cmd->reply, users->count);
    for (uint32_t i = 0; i < users->count; i++) {
        text_buffer_clear(&text);
        user_describe(users->items[i], &text);
        reply_bulk(cmd->reply, text_buffer_span(&text));
    }
    text_buffer_free(&text);
}

/* ---- ACL GETUSER ---- */

static void reply_flags(struct reply *reply, const struct user *user)
{
    reply_set(reply, 1u + user->no_password + (user->sanitize != USER_SANITIZE_UNSAID));
    reply_bulk(reply, user->enabled ? SPAN("on") : SPAN("off"));
    if (user->no_password)
        reply_bulk(reply, SPAN("nopass"));
    if (user->sanitize != USER_SANITIZE_UNSAID)
        reply_bulk(reply, user->sanitize == USER_SANITIZE ? SPAN("sanitize-payload")
                                                          : SPAN("skip-sanitize-payload"));
}

static void reply_passwords(struct reply *reply, const struct user *user)
{
    reply_array(reply, user->password_count);
    for (uint32_t i = 0; i < user->password_count; i++) {
        char letters[PASSWORD_LETTERS];

        password_format(&user->passwords[i], letters);
        reply_bulk(reply, span_of(letters, sizeof(letters)));
    }
}

static void reply_described(struct reply *reply, struct span name, const struct selector *selector,
                            void (*describe)(const struct selector *, struct text_buffer *))
{
    struct text_buffer text = {0};

    describe(selector, &text);
    reply_bulk(reply, name);
    reply_bulk(reply, text.length > 0 ? text_buffer_span(&text) : SPAN(""));
    text_buffer_free(&text);
}

static void reply_selector(struct reply *reply, const struct selector *selector)
{
    reply_described(reply, SPAN("commands"), selector, user_describe_commands);
    reply_described(reply, SPAN("keys"), selector, user_describe_keys);
    reply_described(reply, SPAN("channels"), selector, user_describe_channels);
}

void command_acl_getuser(struct cmd *cmd)
{
    const struct user *user = users_find(users_of_command(cmd), cmd->argv[2]);
    struct reply *reply = cmd->reply;

    if (user == NULL) {
        reply_null(reply);
        return;
    }
    reply_map(reply, 6);
    reply_bulk(reply, SPAN("flags"));
    reply_flags(reply, user);
    reply_bulk(reply, SPAN("passwords"));
    reply_passwords(reply, user);
    reply_selector(reply, &user->selectors[0]);
    reply_bulk(reply, SPAN("selectors"));
    reply_array(reply, user->selector_count - 1);
    for (uint32_t i = 1; i < user->selector_count; i++) {
        reply_map(reply, 3);
        reply_selector(reply, &user->selectors[i]);
    }
}

/* ---- ACL CAT ---- */

static uint32_t category_of(struct span name)
{
    for (uint32_t i = 0; i < command_category_count; i++)
        if (span_equal_ignoring_case(name, span_of_string(command_category_names[i])))
            return 1u << i;
    return 0;
}

void command_acl_cat(struct cmd *cmd)
{
    struct reply_deferred deferred;
    uint64_t count = 0;
    uint32_t category;

    if (cmd->argc > 3) {
        reply_wrong_subcommand(cmd);
        return;
    }
    if (cmd->argc == 2) {
        reply_array(cmd->reply, command_category_count);
        for (uint32_t i = 0; i < command_category_count; i++)
            reply_bulk(cmd->reply, span_of_string(command_category_names[i]));
        return;
    }
    category = category_of(cmd->argv[2]);
    if (category == 0) {
        reply_error_format(cmd->reply, "ERR Unknown category '%.*s'", echoed(cmd->argv[2]),
                           cmd->argv[2].data);
        return;
    }
    deferred = reply_defer(cmd->reply);
    for (uint16_t id = 0; id < command_count; id++) {
        if (!(commands[id]->categories & category))
            continue;
        reply_bulk(cmd->reply, span_of_string(commands[id]->name));
        count++;
    }
    reply_deferred_array(cmd->reply, deferred, count);
}

/* ---- ACL GENPASS ---- */

void command_acl_genpass(struct cmd *cmd)
{
    static const char digits[] = "0123456789abcdef";
    int64_t bits = PASSWORD_BITS_USUAL;
    unsigned char bytes[PASSWORD_BITS_MAX / 8];
    char letters[PASSWORD_BITS_MAX / 4];
    size_t length;

    if (cmd->argc > 3) {
        reply_wrong_subcommand(cmd);
        return;
    }
    if (cmd->argc == 3 && !cmd_integer(cmd, 2, &bits))
        return;
    if (bits <= 0 || bits > PASSWORD_BITS_MAX) {
        reply_error_format(cmd->reply,
                           "ERR ACL GENPASS argument must be the number of bits for the output "
                           "password, a positive number up to %d",
                           PASSWORD_BITS_MAX);
        return;
    }
    length = (size_t)(bits + 3) / 4;
    /* So few bytes come in one piece. */
    for (size_t done = 0; done < sizeof(bytes); done += 256)
        ASSERT(getrandom(bytes + done, 256, 0) == 256);
    for (size_t i = 0; i < length; i++)
        letters[i] = digits[(bytes[i / 2] >> (i % 2 * 4)) & 15];
    reply_bulk(cmd->reply, span_of(letters, length));
}

/* ---- ACL DRYRUN ---- */

static void reply_denied(const struct cmd *cmd, const struct user *user,
                         const struct command *command, const struct access_denial *denial)
{
    const struct span *argv = cmd->argv + 3;
    struct span object = denial->argument > 0 ? argv[denial->argument] : SPAN("");
    struct text_buffer text = {0};

    text_buffer_add_format(&text, "User %.*s has no permissions to ", echoed(user->name),
                           user->name.data);
    if (denial->reason == ACCESS_COMMAND)
        text_buffer_add_format(&text, "run the '%s' command", command->name);
    else {
        text_buffer_add(&text, SPAN("access the '"));
        text_buffer_add(&text, object);
        text_buffer_add(&text, denial->reason == ACCESS_KEY ? SPAN("' key") : SPAN("' channel"));
    }
    reply_bulk(cmd->reply, text_buffer_span(&text));
    text_buffer_free(&text);
}

void command_acl_dryrun(struct cmd *cmd)
{
    const struct user *user = users_find(users_of_command(cmd), cmd->argv[2]);
    const struct span *argv = cmd->argv + 3;
    uint32_t argc = cmd->argc - 3;
    const struct command *container;
    const struct command *command = command_find_arguments(argv, argc, &container);
    struct access_denial denial;

    if (user == NULL)
        reply_error_format(cmd->reply, "ERR User '%.*s' not found", echoed(cmd->argv[2]),
                           cmd->argv[2].data);
    else if (command == NULL)
        reply_error_format(cmd->reply, "ERR Command '%.*s' not found", echoed(argv[0]),
                           argv[0].data);
    else if (!command_arity_ok(command, argc))
        reply_error_format(cmd->reply, "ERR wrong number of arguments for '%s' command",
                           command->name);
    else if (access_check(user, command, argv, argc, cmd->database, &denial))
        reply_ok(cmd->reply);
    else
        reply_denied(cmd, user, command, &denial);
}
