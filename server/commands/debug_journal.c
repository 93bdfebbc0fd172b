/*
 * DEBUG JOURNAL: what the shards' journals say, for tests.
 */
#include "server/commands/debug.h"

#include "server/connection/connection.h"
#include "server/journal/journal_tape.h"
#include "server/shard/exclusive.h"
#include "server/shard/shard.h"

static void start(struct cmd *cmd)
{
    const struct node *node = cmd->connection->shard->node;

    for (uint32_t i = 0; i < node->shard_count; i++) {
        struct shard *shard = node->shards[i];

        if (shard->journal_tape != NULL)
            continue;
        shard->journal_tape = journal_tape_create();
        journal_attach(&shard->journal, journal_tape_reader(shard->journal_tape));
    }
    reply_ok(cmd->reply);
}

static void stop(struct cmd *cmd)
{
    const struct node *node = cmd->connection->shard->node;

    for (uint32_t i = 0; i < node->shard_count; i++) {
        struct shard *shard = node->shards[i];

        if (shard->journal_tape == NULL)
            continue;
        journal_detach(&shard->journal, journal_tape_reader(shard->journal_tape));
        journal_tape_free(shard->journal_tape);
        shard->journal_tape = NULL;
    }
    reply_ok(cmd->reply);
}

/* For each shard what it has recorded since it was asked last. */
static void take(struct cmd *cmd)
{
    const struct node *node = cmd->connection->shard->node;

    reply_array(cmd->reply, node->shard_count);
    for (uint32_t i = 0; i < node->shard_count; i++) {
        if (node->shards[i]->journal_tape == NULL)
            reply_array(cmd->reply, 0);
        else
            journal_tape_take(node->shards[i]->journal_tape, cmd->reply);
    }
}

void debug_journal(struct cmd *cmd)
{
    if (cmd_argument_is(cmd, 2, "START"))
        exclusive_all(cmd, start);
    else if (cmd_argument_is(cmd, 2, "STOP"))
        exclusive_all(cmd, stop);
    else if (cmd_argument_is(cmd, 2, "TAKE"))
        exclusive_all(cmd, take);
    else
        cmd_reply_syntax_error(cmd);
}
