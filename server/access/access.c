#include "server/access/access.h"

#include "proto/base/assert.h"
#include "server/commands/cmd.h"
#include "server/connection/connection.h"
#include "server/dispatch/batch.h"
#include "server/dispatch/blocked.h"
#include "server/dispatch/transaction.h"
#include "server/pubsub/subscription.h"
#include "server/shard/shard.h"

/* What the flags of a connection follow from. */
static void settle(struct connection *connection)
{
    connection->authenticated = connection->logged_in || users_are_open(connection->shard->users);
    connection->unrestricted = connection->authenticated && connection->user->unrestricted;
}

static void become(struct connection *connection, const struct user *user)
{
    const struct user *before = connection->user;

    connection->user = user_hold(user);
    user_release(before);
}

void access_begin(struct connection *connection)
{
    const struct users *users = connection->shard->users;

    ASSERT(connection->user == NULL);
    become(connection, users->default_user);
    connection->logged_in = users_are_open(users);
    settle(connection);
}

void access_end(struct connection *connection)
{
    user_release(connection->user);
    connection->user = NULL;
}

void access_reset(struct connection *connection)
{
    const struct users *users = connection->shard->users;

    become(connection, users->default_user);
    connection->logged_in = users_are_open(users);
    settle(connection);
}

static enum access_context context_of(const struct connection *connection)
{
    return connection->transaction != NULL ? ACCESS_MULTI : ACCESS_TOP_LEVEL;
}

bool access_login(struct connection *connection, struct span name, struct span password,
                  struct span word)
{
    const struct user *user = users_login(connection->shard->users, name, password);

    shard_assert_owner(connection->shard);
    if (user == NULL) {
        access_log_add(connection, ACCESS_LOGIN, context_of(connection), word, name);
        return false;
    }
    become(connection, user);
    connection->logged_in = true;
    settle(connection);
    return true;
}

bool access_admit(const struct batch_item *item, struct reply *reply)
{
    struct connection *connection = item->connection;
    struct access_denial denial;
    char text[ACCESS_TEXT_MAX];

    if (access_check(connection->user, item->command, item->argv, item->argc, connection->database,
                     &denial))
        return true;
    access_log_add(connection, denial.reason, context_of(connection),
                   access_denial_object(item->command, item->argv, &denial),
                   connection->user->name);
    access_denial_text(connection->user, item->command, &denial, text);
    reply_error(reply, span_of_string(text));
    return false;
}

void access_run_begin(struct cmd *cmd, struct access_notes *notes)
{
    *notes = (struct access_notes){0};
    cmd->notes = notes;
    cmd->user = user_hold(cmd->connection->user);
}

void access_run_end(struct cmd *cmd, struct connection *connection)
{
    access_notes_settle(cmd->notes, connection, cmd->user);
    user_release(cmd->user);
    cmd->user = NULL;
    cmd->notes = NULL;
}

/* ---- Other users ---- */

/* Who has asked for the change hears of it first. */
static void close_affected(struct connection *connection, const struct users *users)
{
    if (connection->id == users->asker)
        connection->user_deleted = true;
    else
        connection_close_soon(connection);
}

static void lose_user(struct connection *connection, const struct users *users)
{
    /* What it has sent already runs as what it was; nothing further does. */
    connection->logged_in = false;
    settle(connection);
    close_affected(connection, users);
}

/* Does the client listen to what the user may not hear? */
static bool listens_in_vain(const struct connection *connection, const struct user *user)
{
    if (connection->subscriber == NULL || user->unrestricted)
        return false;
    for (enum topic_kind kind = 0; kind < TOPIC_KINDS; kind++)
        for (struct subscription *subscription = subscription_first(connection, kind);
             subscription != NULL; subscription = subscription_next(subscription))
            if (!access_check_channel(user, topic_name(subscription->topic), kind == TOPIC_PATTERN))
                return true;
    return false;
}

/* The user is still there, but another. */
static void move_on(struct connection *connection, const struct user *user,
                    const struct users *users)
{
    become(connection, user);
    settle(connection);
    if (listens_in_vain(connection, user))
        close_affected(connection, users);
    else
        blocked_user_changed(connection);
}

void access_adopt(struct shard *shard, const struct users *users)
{
    shard_assert_owner(shard);
    shard->users = users;
    list_for_each (link, &shard->connections) {
        struct connection *connection = list_entry(link, struct connection, link);
        const struct user *user = users_find(users, connection->user->name);

        if (user == NULL) {
            lose_user(connection, users);
            continue;
        }
        if (user != connection->user)
            move_on(connection, user, users);
        else
            settle(connection);
    }
}

void access_asker_answered(struct connection *connection)
{
    if (!connection->user_deleted || connection->closed)
        return;
    connection->user_deleted = false;
    connection_close_after_reply(connection);
}
