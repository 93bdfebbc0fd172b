/*
 * MIGRATE: moves keys to another server. Its client waits; other clients do not, but for those that
 * write to the same slots. Each shard that has some of the keys sends them by itself.
 */
#include "proto/base/assert.h"
#include "proto/base/memory.h"
#include "proto/base/number.h"
#include "server/append_only/append_hold.h"
#include "server/commands/cmd.h"
#include "server/commands/handlers.h"
#include "server/connection/connection.h"
#include "server/control/errand.h"
#include "server/dispatch/execute.h"
#include "server/migrate/transfer.h"
#include "server/observe/clock.h"
#include "server/shard/arguments.h"
#include "server/shard/shard.h"

enum { DEFAULT_TIMEOUT_MS = 1000, KEY = 3, OPTIONS = 6 };

/* A command under way. */
struct migrate {
    struct transfer_request request;
    struct shard *shard;
    struct connection *connection;
    struct errand_asker *asker; /* a transaction that takes the answer; or NULL */
    const struct command *command;
    struct span *argv; /* a copy */
    uint32_t argc;
    uint64_t started_ticks;
    uint32_t awaited;
    uint32_t part_count;
    struct transfer *parts; /* one for each shard with keys */
    uint16_t *owners;       /* of the parts */
};

/* What the arguments say; the spans are theirs. */
struct migrate_arguments {
    struct transfer_request request;
    uint32_t first_key;
    uint32_t key_count;
};

/* ---- Arguments ---- */

static bool read_options(const struct cmd *cmd, struct migrate_arguments *arguments)
{
    struct transfer_request *request = &arguments->request;

    for (uint32_t i = OPTIONS; i < cmd->argc; i++) {
        uint32_t more = cmd->argc - 1 - i;

        if (cmd_argument_is(cmd, i, "COPY")) {
            request->copy = true;
        } else if (cmd_argument_is(cmd, i, "REPLACE")) {
            request->replace = true;
        } else if (cmd_argument_is(cmd, i, "AUTH") && more >= 1) {
            request->password = cmd->argv[++i];
        } else if (cmd_argument_is(cmd, i, "AUTH2") && more >= 2) {
            request->user = cmd->argv[++i];
            request->password = cmd->argv[++i];
        } else if (cmd_argument_is(cmd, i, "KEYS")) {
            if (cmd->argv[KEY].length > 0) {
                reply_error_literal(cmd->reply, "ERR When using MIGRATE KEYS option, the key "
                                                "argument must be set to the empty string");
                return false;
            }
            arguments->first_key = i + 1;
            arguments->key_count = more;
            return true;
        } else {
            cmd_reply_syntax_error(cmd);
            return false;
        }
    }
    return true;
}

static bool read_arguments(const struct cmd *cmd, struct migrate_arguments *arguments)
{
    struct transfer_request *request = &arguments->request;
    int64_t port;

    *arguments = (struct migrate_arguments){.first_key = KEY, .key_count = 1};
    if (!read_options(cmd, arguments) || !cmd_integer(cmd, 5, &request->timeout_ms) ||
        !cmd_integer(cmd, 4, &request->target_database))
        return false;
    if (request->timeout_ms <= 0)
        request->timeout_ms = DEFAULT_TIMEOUT_MS;
    /* A port that is none has nobody behind it. */
    if (number_parse_integer(cmd->argv[2], &port) && port > 0 && port <= UINT16_MAX)
        request->port = (uint16_t)port;
    return true;
}

/* ---- The answer ---- */

static void migrate_free(struct migrate *migrate)
{
    for (uint32_t i = 0; i < migrate->part_count; i++)
        memory_free(migrate->parts[i].keys);
    memory_free(migrate->parts);
    memory_free(migrate->owners);
    memory_free(migrate->request.host);
    memory_free(migrate->argv);
    memory_free(migrate);
}

/* The first error is the answer; there may be none of the keys anywhere. */
static void write_answer(const struct migrate *migrate, struct reply *reply)
{
    bool moved = false;

    for (uint32_t i = 0; i < migrate->part_count; i++) {
        const struct transfer *part = &migrate->parts[i];

        if (part->outcome == TRANSFER_FAILED) {
            reply_error(reply, span_of_string(part->error));
            return;
        }
        moved |= part->outcome == TRANSFER_DONE;
    }
    if (moved)
        reply_ok(reply);
    else
        reply_status(reply, SPAN("NOKEY"));
}

/* Writes the answer, and counts it if it is an error. */
static void give_answer(struct migrate *migrate, struct reply *reply)
{
    struct cmd cmd = {.command = migrate->command, .reply = reply};
    uint64_t errors = reply->error_count;

    write_answer(migrate, reply);
    if (reply->error_count != errors)
        execute_count_error(migrate->shard, &cmd);
}

static void answer_connection(struct migrate *migrate)
{
    struct connection *connection = migrate->connection;

    if (!connection->closed) {
        struct reply *reply = connection_reply_begin(connection);
        size_t start = reply->length;

        give_answer(migrate, reply);
        connection_reply_end(connection, start);
        execute_report(connection, migrate->command, migrate->argv, migrate->argc,
                       clock_ticks_to_us(clock_ticks() - migrate->started_ticks));
    }
    connection_wake(connection);
}

static void note_log_positions(const struct migrate *migrate)
{
    for (uint32_t i = 0; i < migrate->part_count; i++)
        if (migrate->parts[i].log_position != 0)
            append_hold_note(migrate->connection, migrate->owners[i],
                             migrate->parts[i].log_position);
}

static void answer(struct migrate *migrate)
{
    struct errand_asker *asker = migrate->asker;

    note_log_positions(migrate);
    if (asker == NULL) {
        answer_connection(migrate);
        return;
    }
    asker->waits = false;
    give_answer(migrate, asker->reply);
    asker->answered(asker);
}

static void part_finished(struct transfer *transfer)
{
    struct migrate *migrate = transfer->context;

    ASSERT(migrate->awaited > 0);
    if (--migrate->awaited > 0)
        return;
    answer(migrate);
    migrate_free(migrate);
}

/* ---- The beginning ---- */

static struct transfer *part_of(struct migrate *migrate, uint16_t owner)
{
    struct transfer *part;

    for (uint32_t i = 0; i < migrate->part_count; i++)
        if (migrate->owners[i] == owner)
            return &migrate->parts[i];
    part = &migrate->parts[migrate->part_count];
    migrate->owners[migrate->part_count++] = owner;
    part->request = &migrate->request;
    part->finished = part_finished;
    part->context = migrate;
    return part;
}

/* Deals the keys out to the shards that have them. */
static void deal_keys(struct migrate *migrate, uint32_t first, uint32_t count)
{
    const struct node *node = migrate->shard->node;

    migrate->parts = memory_new_zeroed(node->shard_count, sizeof(*migrate->parts));
    migrate->owners = memory_new_zeroed(node->shard_count, sizeof(*migrate->owners));
    for (uint32_t i = first; i < first + count; i++) {
        struct transfer *part = part_of(migrate, node_shard_of(node, key_slot(migrate->argv[i])));

        if (part->keys == NULL)
            part->keys = memory_new_zeroed(count, sizeof(*part->keys));
        part->keys[part->key_count++].name = migrate->argv[i];
    }
}

static struct migrate *migrate_of(const struct cmd *cmd, const struct migrate_arguments *arguments)
{
    struct migrate *migrate = memory_new_zeroed(1, sizeof(*migrate));
    struct transfer_request *request = &migrate->request;

    migrate->shard = cmd->connection->shard;
    migrate->connection = cmd->connection;
    migrate->asker = cmd->asker;
    migrate->command = cmd->command;
    migrate->argv = arguments_copy(cmd->argv, cmd->argc);
    migrate->argc = cmd->argc;
    migrate->started_ticks = migrate->shard->now_ticks;
    *request = arguments->request;
    request->host = memory_copy(cmd->argv[1].data, cmd->argv[1].length);
    request->database = cmd->database;
    request->asking = migrate->shard->node->cluster_enabled;
    request->user = arguments_in_copy(request->user, cmd->argv, migrate->argv, cmd->argc);
    request->password = arguments_in_copy(request->password, cmd->argv, migrate->argv, cmd->argc);
    deal_keys(migrate, arguments->first_key, arguments->key_count);
    return migrate;
}

void command_migrate(struct cmd *cmd)
{
    struct migrate_arguments arguments;
    struct migrate *migrate;

    ASSERT(cmd->section == NULL);
    if (!read_arguments(cmd, &arguments))
        return;
    if (arguments.key_count == 0) {
        reply_status(cmd->reply, SPAN("NOKEY"));
        return;
    }
    migrate = migrate_of(cmd, &arguments);
    migrate->awaited = migrate->part_count;
    if (cmd->asker != NULL)
        cmd->asker->waits = true;
    else
        connection_wait(cmd->connection, migrate);
    for (uint32_t i = 0; i < migrate->part_count; i++)
        transfer_start(&migrate->parts[i], migrate->shard, migrate->owners[i]);
}
