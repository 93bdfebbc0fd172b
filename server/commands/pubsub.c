/*
 * SUBSCRIBE, PUBLISH and their kin.
 */
#include "server/pubsub/pubsub.h"
#include "proto/base/memory.h"
#include "server/commands/cmd.h"
#include "server/commands/handlers.h"
#include "server/connection/connection.h"
#include "server/connection/push.h"
#include "server/journal/recording.h"
#include "server/pubsub/announcement.h"
#include "server/pubsub/subscription.h"
#include "server/shard/shard.h"

/* ---- Confirmations ---- */

static const char *const subscribe_words[TOPIC_KINDS] = {"subscribe", "psubscribe", "ssubscribe"};
static const char *const unsubscribe_words[TOPIC_KINDS] = {"unsubscribe", "punsubscribe",
                                                           "sunsubscribe"};

/* They are part of the answer; but when nobody wants answers they come all the same, as messages
 * do. */
static void confirm(const struct cmd *cmd, const char *word, enum topic_kind kind, struct span name)
{
    struct connection *connection = cmd->connection;
    struct reply *reply;
    size_t start;

    if (!connection_discards_reply(connection)) {
        subscription_write(connection, cmd->reply, word, kind, name);
        return;
    }
    reply = connection_push_begin(connection, &start);
    if (reply == NULL)
        return;
    subscription_write(connection, reply, word, kind, name);
    connection_push_end(connection, start);
}

/* ---- SUBSCRIBE ---- */

static void subscribe(struct cmd *cmd, enum topic_kind kind)
{
    struct announcement *announcement = NULL;

    for (uint32_t i = 1; i < cmd->argc; i++) {
        subscription_add(cmd->connection, kind, cmd->argv[i], &announcement);
        confirm(cmd, subscribe_words[kind], kind, cmd->argv[i]);
    }
    announcement_send(cmd->connection->shard, announcement, cmd->connection);
}

void command_subscribe(struct cmd *cmd)
{
    subscribe(cmd, TOPIC_CHANNEL);
}

void command_psubscribe(struct cmd *cmd)
{
    subscribe(cmd, TOPIC_PATTERN);
}

void command_ssubscribe(struct cmd *cmd)
{
    if (cmd->connection->transaction != NULL) {
        reply_error_literal(cmd->reply, "ERR SSUBSCRIBE isn't allowed for a DENY BLOCKING client");
        return;
    }
    subscribe(cmd, TOPIC_SHARD_CHANNEL);
}

/* ---- UNSUBSCRIBE ---- */

static void unsubscribe_all(const struct cmd *cmd, enum topic_kind kind,
                            struct announcement **announcement)
{
    struct subscription *subscription;

    if (subscription_first(cmd->connection, kind) == NULL)
        confirm(cmd, unsubscribe_words[kind], kind, span_of(NULL, 0));
    while ((subscription = subscription_first(cmd->connection, kind)) != NULL) {
        size_t length = subscription->topic->name_length;
        char *name = memory_copy(subscription->topic->name, length);

        subscription_end(subscription, announcement);
        confirm(cmd, unsubscribe_words[kind], kind, span_of(name, length));
        memory_free(name);
    }
}

static void unsubscribe(const struct cmd *cmd, enum topic_kind kind)
{
    struct announcement *announcement = NULL;

    if (cmd->argc == 1)
        unsubscribe_all(cmd, kind, &announcement);
    for (uint32_t i = 1; i < cmd->argc; i++) {
        subscription_remove(cmd->connection, kind, cmd->argv[i], &announcement);
        confirm(cmd, unsubscribe_words[kind], kind, cmd->argv[i]);
    }
    announcement_send(cmd->connection->shard, announcement, cmd->connection);
}

void command_unsubscribe(struct cmd *cmd)
{
    unsubscribe(cmd, TOPIC_CHANNEL);
}

void command_punsubscribe(struct cmd *cmd)
{
    unsubscribe(cmd, TOPIC_PATTERN);
}

void command_sunsubscribe(struct cmd *cmd)
{
    unsubscribe(cmd, TOPIC_SHARD_CHANNEL);
}

/* ---- PUBLISH ---- */

/* In a cluster the other nodes hear of it by the bus. */
static void record(struct cmd *cmd)
{
    if (!cmd->shard->node->cluster_enabled)
        recording_message(cmd);
}

void command_publish(struct cmd *cmd)
{
    record(cmd);
    reply_integer(cmd->reply,
                  (int64_t)pubsub_publish(cmd->shard, TOPIC_CHANNEL, cmd->argv[1], cmd->argv[2]));
}

void command_spublish(struct cmd *cmd)
{
    record(cmd);
    reply_integer(cmd->reply, (int64_t)pubsub_publish(cmd->shard, TOPIC_SHARD_CHANNEL, cmd->argv[1],
                                                      cmd->argv[2]));
}
