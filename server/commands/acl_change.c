/*
 * ACL: the subcommands that change users, or read and write their file. The control thread does
 * that, and answers when all shards have adopted the new users.
 */
#include "proto/base/memory.h"
#include "server/access/access.h"
#include "server/access/user_rule.h"
#include "server/access/users_file.h"
#include "server/commands/cmd.h"
#include "server/commands/handlers.h"
#include "server/connection/connection.h"
#include "server/control/control.h"
#include "server/control/errand.h"
#include "server/observe/log.h"

#include <stdio.h>

/* What the control thread found out; the errand's context. */
struct outcome {
    char *error; /* NULL: it went well */
    int64_t count;
    bool counts; /* the count is the answer */
};

static void finish(struct errand *errand, struct reply *reply)
{
    struct outcome *outcome = errand->context;

    if (outcome->error != NULL)
        reply_error(reply, span_of_string(outcome->error));
    else if (outcome->counts)
        reply_integer(reply, outcome->count);
    else
        reply_ok(reply);
    memory_free(outcome->error);
    access_asker_answered(errand->connection);
}

static void start(struct cmd *cmd, void (*run)(struct control *control, struct errand *errand))
{
    struct errand *errand = errand_new(cmd, run, finish);

    errand->context = memory_new_zeroed(1, sizeof(struct outcome));
    errand_start(errand);
}

static void fail(struct control *control, struct errand *errand, struct text_buffer *text)
{
    struct outcome *outcome = errand->context;

    outcome->error = text_buffer_take(text);
    errand_done(control, errand);
}

static void published(struct control *control, void *context)
{
    errand_done(control, context);
}

static void publish(struct control *control, struct errand *errand, struct users *users)
{
    users->asker = errand->connection->id;
    control_publish_users(control, users, published, errand);
}

/* ---- ACL SETUSER ---- */

static bool all_channels(const struct control *control)
{
    return control->config->acl_pubsub_default == PUBSUB_DEFAULT_ALLCHANNELS;
}

static void run_setuser(struct control *control, struct errand *errand)
{
    struct span name = errand->argv[2];
    const struct user *before = users_find(control->users, name);
    struct user *user =
        before != NULL ? user_copy(before) : user_create(name, all_channels(control));
    struct user_rule_failure failure;
    struct text_buffer error = {0};
    char text[ACCESS_TEXT_MAX];

    if (user_rule_apply_all(user, errand->argv + 3, errand->argc - 3, all_channels(control),
                            &failure)) {
        publish(control, errand, users_with(control->users, user));
        return;
    }
    user_release(user);
    user_rule_failure_text(&failure, text);
    text_buffer_add_format(&error, "ERR %s", text);
    fail(control, errand, &error);
}

void command_acl_setuser(struct cmd *cmd)
{
    if (!user_rule_is_name(cmd->argv[2])) {
        reply_error_literal(cmd->reply, "ERR Usernames can't contain spaces or null characters");
        return;
    }
    start(cmd, run_setuser);
}

/* ---- ACL DELUSER ---- */

static void run_deluser(struct control *control, struct errand *errand)
{
    struct outcome *outcome = errand->context;
    uint32_t removed;
    struct users *users =
        users_without(control->users, errand->argv + 2, errand->argc - 2, &removed);

    outcome->counts = true;
    outcome->count = removed;
    publish(control, errand, users);
}

void command_acl_deluser(struct cmd *cmd)
{
    for (uint32_t i = 2; i < cmd->argc; i++)
        if (span_equal(cmd->argv[i], SPAN("default"))) {
            reply_error_literal(cmd->reply, "ERR The 'default' user cannot be removed");
            return;
        }
    start(cmd, run_deluser);
}

/* ---- ACL LOAD, ACL SAVE ---- */

static void run_load(struct control *control, struct errand *errand)
{
    struct text_buffer error = {0};
    struct users *users;

    text_buffer_add(&error, SPAN("ERR "));
    users = users_file_load(control->config, &error);
    if (users != NULL) {
        text_buffer_free(&error);
        publish(control, errand, users);
        return;
    }
    text_buffer_add(&error, SPAN("WARNING: ACL errors detected, no change to the previously "
                                 "active ACL rules was performed"));
    log_warning("ACL LOAD: %.*s", (int)error.length, error.bytes);
    fail(control, errand, &error);
}

static void run_save(struct control *control, struct errand *errand)
{
    struct text_buffer reason = {0};
    struct text_buffer error = {0};

    if (users_file_save(control->config, control->users, &reason)) {
        errand_done(control, errand);
        return;
    }
    log_warning("ACL SAVE: cannot write %s: %.*s", control->config->aclfile, (int)reason.length,
                reason.bytes);
    text_buffer_free(&reason);
    text_buffer_add(&error, SPAN("ERR There was an error trying to save the ACLs. Please check "
                                 "the server logs for more information"));
    fail(control, errand, &error);
}

static bool has_file(const struct cmd *cmd)
{
    if (cmd->config->aclfile[0] != '\0')
        return true;
    reply_error_literal(
        cmd->reply,
        "ERR This instance is not configured to use an ACL file. You may want to specify users "
        "via the ACL SETUSER command and then issue a CONFIG REWRITE (assuming you have a "
        "configuration file set) in order to store users in the configuration.");
    return false;
}

void command_acl_load(struct cmd *cmd)
{
    if (has_file(cmd))
        start(cmd, run_load);
}

void command_acl_save(struct cmd *cmd)
{
    if (has_file(cmd))
        start(cmd, run_save);
}
