/*
 * Commands about whole databases: DBSIZE, FLUSHDB, FLUSHALL, SWAPDB.
 */
#include "proto/base/number.h"
#include "server/commands/cmd.h"
#include "server/commands/handlers.h"
#include "server/connection/connection.h"
#include "server/dispatch/blocked.h"
#include "server/journal/recording.h"
#include "server/migration/migration_shard.h"
#include "server/shard/exclusive.h"
#include "server/shard/gather.h"
#include "server/snapshot/save_flush.h"

/* ---- DBSIZE ---- */

static void size_visit(struct shard *shard, struct gather *gather, void *part)
{
    *(uint64_t *)part = keyspace_size(shard->keyspace, gather->database);
}

static void size_finish(struct gather *gather, struct reply *reply)
{
    uint64_t size = 0;

    for (uint32_t i = 0; i < gather->asker->node->shard_count; i++)
        size += *(uint64_t *)gather_part(gather, i);
    reply_integer(reply, (int64_t)size);
}

void command_dbsize(struct cmd *cmd)
{
    gather_all(cmd, sizeof(uint64_t), size_visit, size_finish);
}

/* ---- FLUSHDB, FLUSHALL ---- */

/* How many keys went; at least one change, as the command itself is one. */
static uint64_t flush(struct cmd *cmd, uint32_t database)
{
    uint32_t shards = cmd->connection->shard->node->shard_count;
    uint64_t keys = 0;

    for (uint32_t i = 0; i < shards; i++) {
        struct keyspace *keyspace = section_keyspace_of(cmd->section, i);

        keys += keyspace_size(keyspace, database);
        migration_shard_flushed(cmd->connection->shard->node->shards[i]);
        keyspace_flush(keyspace, database);
        blocked_database_changed(cmd->connection->shard->node->shards[i], database);
        tracking_database_changed(cmd->connection->shard->node->shards[i]);
    }
    return keys;
}

static void flush_one(struct cmd *cmd)
{
    recording_whole_node(cmd);
    cmd->connection->shard->statistics.changes += flush(cmd, cmd->database) + 1;
    reply_ok(cmd->reply);
}

static void flush_every(struct cmd *cmd)
{
    struct shard *shard = cmd->connection->shard;
    uint64_t keys = 0;

    recording_whole_node(cmd);
    for (uint32_t database = 0; database < shard->node->databases; database++)
        keys += flush(cmd, database);
    shard->statistics.changes += keys + 1;
    if (!save_after_flush(cmd))
        reply_ok(cmd->reply);
}

/* SYNC and ASYNC are the same: the keys are gone at once, their memory follows in slices. */
static bool flush_arguments(const struct cmd *cmd)
{
    if (cmd->argc == 1 ||
        (cmd->argc == 2 && (cmd_argument_is(cmd, 1, "SYNC") || cmd_argument_is(cmd, 1, "ASYNC"))))
        return true;
    cmd_reply_syntax_error(cmd);
    return false;
}

void command_flushdb(struct cmd *cmd)
{
    if (flush_arguments(cmd))
        exclusive_all(cmd, flush_one);
}

void command_flushall(struct cmd *cmd)
{
    if (flush_arguments(cmd))
        exclusive_all(cmd, flush_every);
}

/* ---- SWAPDB ---- */

static bool database_index(const struct cmd *cmd, uint32_t argument, const char *error,
                           uint32_t *index)
{
    int64_t value;

    if (!number_parse_integer(cmd->argv[argument], &value) || value < INT32_MIN ||
        value > INT32_MAX) {
        reply_error(cmd->reply, span_of_string(error));
        return false;
    }
    *index = value < 0 ? UINT32_MAX : (uint32_t)value;
    return true;
}

/* Both indices, or the error is replied. */
static bool swap_arguments(const struct cmd *cmd, uint32_t *first, uint32_t *second)
{
    uint32_t databases = cmd->connection->shard->node->databases;

    if (!database_index(cmd, 1, "ERR invalid first DB index", first) ||
        !database_index(cmd, 2, "ERR invalid second DB index", second))
        return false;
    if (*first < databases && *second < databases)
        return true;
    reply_error_literal(cmd->reply, "ERR DB index is out of range");
    return false;
}

static void swap(struct cmd *cmd)
{
    uint32_t shards = cmd->connection->shard->node->shard_count;
    uint32_t first;
    uint32_t second;

    if (!swap_arguments(cmd, &first, &second))
        return;
    recording_whole_node(cmd);
    for (uint32_t i = 0; first != second && i < shards; i++) {
        struct shard *shard = cmd->connection->shard->node->shards[i];

        keyspace_swap(section_keyspace_of(cmd->section, i), first, second);
        blocked_database_changed(shard, first);
        blocked_database_changed(shard, second);
        tracking_database_changed(shard);
    }
    cmd->connection->shard->statistics.changes++;
    reply_ok(cmd->reply);
}

void command_swapdb(struct cmd *cmd)
{
    uint32_t first;
    uint32_t second;

    if (cmd->connection->shard->node->cluster_enabled) {
        reply_error_literal(cmd->reply, "ERR SWAPDB is not allowed in cluster mode");
        return;
    }
    if (swap_arguments(cmd, &first, &second))
        exclusive_all(cmd, swap);
}
