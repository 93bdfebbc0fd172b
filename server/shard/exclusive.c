#include "server/shard/exclusive.h"

#include "proto/base/memory.h"
#include "server/access/access.h"
#include "server/append_only/append_hold.h"
#include "server/commands/cmd_wait.h"
#include "server/connection/connection.h"
#include "server/dispatch/blocked.h"
#include "server/dispatch/execute.h"
#include "server/observe/clock.h"
#include "server/script/busy.h"
#include "server/shard/arguments.h"
#include "server/shard/shard.h"

/* A command on its way into a section. */
struct exclusive {
    struct section section;
    struct connection *connection;
    struct cmd cmd;
    command_handler *run; /* NULL: the command's own handler, a data command */
    struct span *argv;
    bool started_here; /* still within the handler that asked: nobody waits */
};

/* A handler of SCOPE_NODE has been counted by the run that asked for the section, but for errors.
 */
static void run_handler(const struct exclusive *exclusive, struct cmd *cmd)
{
    uint64_t errors = cmd->reply->error_count;

    exclusive->run(cmd);
    if (cmd->reply->error_count != errors)
        execute_count_error(exclusive->connection->shard, cmd);
}

/* False: its client waits for a key from here on. */
static bool run_command(struct exclusive *exclusive, struct cmd *cmd)
{
    struct connection *connection = exclusive->connection;
    struct shard *shard = connection->shard;
    struct cmd_wait wait = {0};
    struct access_notes notes;
    uint64_t start = clock_ticks();
    uint64_t duration_us;

    /* The time until all shards had parked is not the command's. */
    shard->now_ticks = start;
    cmd->wait = connection->closed ? NULL : &wait;
    if (!connection->unrestricted)
        access_run_begin(cmd, &notes);
    if (exclusive->run == NULL)
        execute(shard, cmd);
    else
        run_handler(exclusive, cmd);
    if (cmd->user != NULL)
        access_run_end(cmd, connection);
    duration_us = clock_ticks_to_us(clock_ticks() - start);
    if (wait.waits)
        blocked_in_section(cmd, connection, &wait, duration_us);
    else if (!connection->closed)
        execute_report(connection, cmd->command, cmd->argv, cmd->argc, duration_us);
    cmd_wait_free(&wait);
    return !wait.waits;
}

/* Nothing is popped for a client that has gone. */
static bool is_pointless(const struct exclusive *exclusive)
{
    return exclusive->connection->closed && (exclusive->cmd.command->flags & COMMAND_BLOCKING);
}

static void exclusive_run(struct section *section, void *context)
{
    struct exclusive *exclusive = context;
    struct connection *connection = exclusive->connection;
    struct cmd cmd = exclusive->cmd;
    struct reply unread;
    uint64_t logged = append_hold_total(connection->shard->node);
    bool copy_only;
    bool answered;
    size_t start = 0;

    cmd.section = section;
    cmd.may_put_off = true;
    cmd.now = connection->shard->now;
    cmd.config = connection->shard->config;
    if (exclusive->started_here) {
        exclusive->run(&cmd);
        memory_free(exclusive->argv);
        memory_free(exclusive);
        return;
    }
    reply_init(&unread, 2);
    cmd.reply = &unread;
    if (!connection->closed) {
        cmd.reply = connection_reply_begin(connection);
        start = cmd.reply->length;
    }
    /* Other shards' blocks cannot be shared: they are counted and freed by their own threads. */
    copy_only = cmd.reply->copy_only;
    cmd.reply->copy_only = true;
    answered = is_pointless(exclusive) || (run_command(exclusive, &cmd) && !cmd.put_off);
    cmd.reply->copy_only = copy_only;
    append_hold_note_all(connection, logged);
    if (answered && !connection->closed)
        connection_reply_end(connection, start);
    else
        connection_reply_put_off(connection);
    reply_free(&unread);
    if (answered)
        connection_wake(connection);
    blocked_serve_section(section);
    memory_free(exclusive->argv);
    memory_free(exclusive);
}

static void exclusive_refused(struct section *section, void *context)
{
    struct exclusive *exclusive = context;
    struct connection *connection = exclusive->connection;

    if (!connection->closed) {
        struct reply *reply = connection_reply_begin(connection);
        size_t start = reply->length;

        busy_reply(section->coordinator->node, reply);
        connection_reply_end(connection, start);
    }
    connection_wake(connection);
    memory_free(exclusive->argv);
    memory_free(exclusive);
}

static struct exclusive *exclusive_new(struct shard *shard, struct connection *connection,
                                       const struct span *argv, uint32_t argc)
{
    struct exclusive *exclusive = memory_new_zeroed(1, sizeof(*exclusive));

    exclusive->connection = connection;
    exclusive->argv = arguments_copy(argv, argc);
    exclusive->cmd = (struct cmd){.argv = exclusive->argv,
                                  .argc = argc,
                                  .database = connection->database,
                                  .keyspace = shard->keyspace,
                                  .shard = shard,
                                  .connection = connection,
                                  .no_touch = connection->no_touch,
                                  .tracker = connection->tracker};
    exclusive->section = (struct section){.coordinator = shard,
                                          .members = section_all(shard->node),
                                          .run = exclusive_run,
                                          .refuse = exclusive_refused,
                                          .context = exclusive};
    return exclusive;
}

uint64_t exclusive_members(const struct node *node, const struct batch_item *item)
{
    int64_t count = command_keys(item->command, item->argv, item->argc, NULL, 0);
    struct key_position *positions;
    uint64_t members = 0;

    if (count >= 0 && command_is_script(item->command))
        return section_all(node);
    if (count <= 0)
        return 0;
    if (command_keys_come_from_data(item->command, item->argc))
        return section_all(node);
    positions = memory_new((size_t)count * sizeof(*positions));
    command_keys(item->command, item->argv, item->argc, positions, (uint32_t)count);
    for (int64_t i = 0; i < count; i++)
        members |= 1ull << node_shard_of(node, key_slot(item->argv[positions[i].index]));
    memory_free(positions);
    return members;
}

/* A script on one of the shards would keep all of them waiting. */
static bool busy_refuses_command(struct shard *shard, const struct batch_item *item)
{
    struct reply *reply;
    size_t start;

    if (!busy_is(shard->node))
        return false;
    reply = connection_reply_begin(item->connection);
    start = reply->length;
    busy_reply(shard->node, reply);
    connection_reply_end(item->connection, start);
    return true;
}

void exclusive_command(struct shard *shard, const struct batch_item *item)
{
    struct exclusive *exclusive;

    if (__builtin_expect(busy_refuses_command(shard, item), 0))
        return;
    exclusive = exclusive_new(shard, item->connection, item->argv, item->argc);
    exclusive->cmd.command = item->command;
    exclusive->cmd.first_key = item->key;
    exclusive->cmd.first_key.name =
        arguments_in_copy(item->key.name, item->argv, exclusive->argv, item->argc);
    exclusive->section.members = exclusive_members(shard->node, item);
    connection_wait(item->connection, exclusive);
    section_begin(&exclusive->section);
}

void exclusive_all(struct cmd *cmd, command_handler *run)
{
    struct shard *shard = cmd->connection->shard;
    struct exclusive *exclusive;

    /* In a transaction all shards stand still already. */
    if (cmd->section != NULL) {
        run(cmd);
        return;
    }
    if (__builtin_expect(busy_is(shard->node), 0)) {
        busy_reply(shard->node, cmd->reply);
        return;
    }
    exclusive = exclusive_new(shard, cmd->connection, cmd->argv, cmd->argc);
    exclusive->cmd.command = cmd->command;
    exclusive->cmd.reply = cmd->reply;
    exclusive->run = run;
    if (shard->node->shard_count == 1) {
        exclusive->started_here = true;
        section_begin(&exclusive->section);
        return;
    }
    connection_wait(cmd->connection, exclusive);
    section_begin(&exclusive->section);
}
