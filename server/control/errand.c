#include "server/control/errand.h"

#include "proto/base/assert.h"
#include "proto/base/memory.h"
#include "server/connection/connection.h"
#include "server/control/control.h"
#include "server/dispatch/execute.h"
#include "server/observe/clock.h"
#include "server/shard/arguments.h"
#include "server/shard/shard.h"

static void errand_deliver(struct message *message, void *receiver)
{
    struct errand *errand = (struct errand *)message;

    errand->run(receiver, errand);
}

static void errand_free(struct errand *errand)
{
    memory_free(errand->argv);
    memory_free(errand->context);
    memory_free(errand);
}

static void answer_asker(struct errand *errand)
{
    struct errand_asker *asker = errand->asker;
    struct reply *reply = asker->reply;
    uint64_t errors = reply->error_count;

    ASSERT(asker->waits);
    asker->waits = false;
    errand->finish(errand, reply);
    if (reply->error_count != errors)
        errand->shard->statistics.commands_by_id[errand->command->id].failed++;
    errand_free(errand);
    asker->answered(asker);
}

static void answer_connection(struct errand *errand)
{
    struct connection *connection = errand->connection;
    struct reply unread;
    struct reply *reply = &unread;
    size_t start = 0;

    reply_init(&unread, 2);
    if (!connection->closed) {
        reply = connection_reply_begin(connection);
        start = reply->length;
    }
    errand->finish(errand, reply);
    if (!connection->closed) {
        connection_reply_end(connection, start);
        execute_report(connection, errand->command, errand->argv, errand->argc,
                       clock_ticks_to_us(clock_ticks() - errand->started_ticks));
    }
    reply_free(&unread);
    connection_wake(connection);
    errand_free(errand);
}

static void errand_returned(struct message *message, void *sender)
{
    struct errand *errand = (struct errand *)message;

    (void)sender;
    if (errand->asker != NULL)
        answer_asker(errand);
    else
        answer_connection(errand);
}

struct errand *errand_new(struct cmd *cmd,
                          void (*run)(struct control *control, struct errand *errand),
                          void (*finish)(struct errand *errand, struct reply *reply))
{
    struct errand *errand = memory_new_zeroed(1, sizeof(*errand));

    ASSERT(cmd->connection != NULL);
    ASSERT(cmd->section == NULL);
    errand->message = (struct message){.deliver = errand_deliver, .returned = errand_returned};
    errand->shard = cmd->connection->shard;
    errand->connection = cmd->connection;
    errand->command = cmd->command;
    errand->argv = arguments_copy(cmd->argv, cmd->argc);
    errand->argc = cmd->argc;
    errand->asker = cmd->asker;
    errand->started_ticks = errand->shard->now_ticks;
    errand->run = run;
    errand->finish = finish;
    return errand;
}

void errand_start(struct errand *errand)
{
    struct shard *shard = errand->shard;

    if (errand->asker != NULL)
        errand->asker->waits = true;
    else
        connection_wait(errand->connection, errand);
    mailbox_post(shard->mailbox, &errand->message, node_control_index(shard->node));
}

void errand_done(struct control *control, struct errand *errand)
{
    message_return(control->mailbox, &errand->message);
}
