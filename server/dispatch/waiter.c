#include "server/dispatch/waiter.h"

#include "cluster/view.h"
#include "proto/base/assert.h"
#include "proto/base/memory.h"
#include "server/append_only/append_hold.h"
#include "server/connection/connection.h"
#include "server/connection/output.h"
#include "server/dispatch/execute.h"
#include "server/shard/arguments.h"
#include "server/shard/shard.h"

/* ---- Life ---- */

static void take_arguments(struct waiter *waiter, const struct span *argv)
{
    struct span *before = waiter->argv;

    waiter->argv = arguments_copy(argv, waiter->argc);
    memory_free(before);
    if (waiter->has_key)
        waiter->first_key.name = waiter->argv[waiter->command->first_key];
}

struct waiter *waiter_create(struct shard *home, enum waiter_kind kind,
                             struct connection *connection, const struct cmd *cmd)
{
    struct waiter *waiter = memory_new_zeroed(1, sizeof(*waiter));

    waiter->kind = kind;
    waiter->home = home;
    waiter->connection = connection;
    waiter->command = cmd->command;
    waiter->database = cmd->database;
    waiter->protocol = connection->reply.protocol;
    waiter->pass = route_pass_whole(cmd->pass, connection, cmd->command);
    waiter->no_touch = cmd->no_touch;
    waiter->tracker = cmd->tracker;
    waiter->has_key = cmd->first_key.name.data != NULL;
    waiter->view_version = home->view != NULL ? home->view->version : 0;
    waiter->first_key = cmd->first_key;
    waiter->argc = cmd->argc;
    take_arguments(waiter, cmd->argv);
    reply_init(&waiter->reply, waiter->protocol);
    /* The answer goes to another thread, or out later: blocks cannot be shared so far. */
    waiter->reply.copy_only = true;
    return waiter;
}

void waiter_free(struct waiter *waiter)
{
    ASSERT(!list_linked(&waiter->answer_link));
    for (uint32_t i = 0; i < waiter->place_count; i++)
        ASSERT(waiter->places[i].queue == NULL);
    reply_free(&waiter->reply);
    memory_free(waiter->argv);
    memory_free(waiter->places);
    memory_free(waiter);
}

/* ---- Its client ---- */

void waiter_hold_client(struct waiter *waiter)
{
    struct connection *connection = waiter->connection;

    /* A command that has run in a section has its client wait already. */
    if (connection->waiting == NULL)
        connection_wait(connection, waiter);
    connection->waiting = waiter;
    connection->blocked = waiter;
    connection->abandoned = blocked_abandoned;
    connection_output_idle(connection);
    /* Whoever says nothing more is taken for gone: nothing may be popped for it. */
    if (connection->stream.ended)
        connection_close_soon(connection);
}

void waiter_finish(struct waiter *waiter)
{
    struct connection *connection = waiter->connection;

    shard_assert_owner(waiter->home);
    ASSERT(connection->blocked == waiter);
    if (!connection->closed) {
        struct reply *reply = connection_reply_begin(connection);
        size_t start = reply->length;

        ASSERT(waiter->reply.reference_count == 0);
        append_hold_note(connection, waiter->log_shard, waiter->log_position);
        reply_raw(reply, span_of(waiter->reply.bytes, waiter->reply.length));
        connection_reply_end(connection, start);
        execute_report(connection, waiter->command, waiter->argv, waiter->argc,
                       waiter->duration_us);
    }
    connection->blocked = NULL;
    waiter->connection = NULL;
    connection_wake(connection);
}

/* ---- Its command ---- */

bool waiter_run(struct waiter *waiter, struct shard *shard, struct section *section,
                struct cmd_wait *wait)
{
    struct cmd cmd = {.command = waiter->command,
                      .argv = waiter->argv,
                      .argc = waiter->argc,
                      .database = waiter->database,
                      .section = section,
                      .reply = &waiter->reply,
                      .no_touch = waiter->no_touch,
                      .tracker = waiter->tracker,
                      .wait = wait};

    uint64_t log_position = append_hold_position(shard);
    uint64_t logged = section != NULL ? append_hold_total(shard->node) : 0;

    if (waiter->has_key)
        cmd.first_key = waiter->first_key;
    wait->again = waiter->state == WAITER_WAITS;
    if (!wait->again)
        cmd.pass = waiter->pass;
    waiter->duration_us += execute(shard, &cmd).duration_us;
    waiter->log_position = append_hold_written(shard, waiter->command, log_position);
    waiter->log_shard = shard->index;
    if (section != NULL)
        append_hold_note_all(waiter->connection, logged);
    if (!wait->waits)
        return true;
    ASSERT(waiter->reply.length == 0);
    return false;
}

void waiter_begin(struct waiter *waiter, struct shard *decider, struct cmd_wait *wait)
{
    ASSERT(waiter->state == WAITER_RUNS);
    ASSERT(wait->count > 0);
    if (wait->argv != NULL)
        take_arguments(waiter, wait->argv);
    waiter->state = WAITER_WAITS;
    waiter->at_timeout = wait->at_timeout;
    waiter->place_count = wait->count;
    waiter->places = memory_new_zeroed(wait->count, sizeof(*waiter->places));
    for (uint32_t i = 0; i < wait->count; i++)
        waiter->places[i] = (struct waiter_place){
            .waiter = waiter, .type = wait->type, .until_gone = wait->until_gone};
    waiter_table_set_deadline(&decider->blocked.table, &waiter->deadline, wait->deadline);
}

void waiter_answered(struct waiter *waiter, struct shard *decider)
{
    ASSERT(waiter->state == WAITER_WAITS);
    waiter->state = WAITER_ANSWERED;
    waiter_table_set_deadline(&decider->blocked.table, &waiter->deadline, TIME_NEVER);
    list_push_back(&decider->blocked.answers, &waiter->answer_link);
}

/* ---- Answers of waits that nobody serves ---- */

void waiter_count_error(const struct waiter *waiter, struct shard *decider)
{
    const struct reply *reply = &waiter->reply;

    decider->statistics.commands_by_id[waiter->command->id].failed++;
    statistics_error(&decider->statistics, span_of(reply->bytes + 1, reply->length - 1));
}

void waiter_reply_end(struct waiter *waiter, struct shard *decider, enum blocked_end end)
{
    if (end == BLOCKED_ERROR) {
        reply_error_literal(&waiter->reply, "UNBLOCKED client unblocked via CLIENT UNBLOCK");
        waiter_count_error(waiter, decider);
    } else if (waiter->at_timeout == WAIT_NULL_ARRAY) {
        reply_null_array(&waiter->reply);
    } else {
        reply_null(&waiter->reply);
    }
}
