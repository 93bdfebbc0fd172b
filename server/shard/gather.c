#include "server/shard/gather.h"

#include "proto/base/assert.h"
#include "proto/base/memory.h"
#include "server/connection/connection.h"
#include "server/control/control.h"
#include "server/dispatch/execute.h"
#include "server/observe/clock.h"
#include "server/shard/arguments.h"

struct gather_message {
    struct message message; /* first */
    struct gather *gather;
};

static void gather_free(struct gather *gather)
{
    memory_free(gather->argv);
    memory_free(gather->context);
    memory_free(gather->parts);
    memory_free(gather->messages);
    memory_free(gather);
}

/* All parts are here, some time after the command began: its client has waited. */
static void gather_answer(struct gather *gather)
{
    struct connection *connection = gather->connection;
    struct reply unread;
    struct reply *reply = &unread;
    size_t start = 0;

    reply_init(&unread, 2);
    if (!connection->closed) {
        reply = connection_reply_begin(connection);
        start = reply->length;
    }
    gather->finish(gather, reply);
    if (!connection->closed) {
        connection_reply_end(connection, start);
        execute_report(connection, gather->command, gather->argv, gather->argc,
                       clock_ticks_to_us(clock_ticks() - gather->started_ticks));
    }
    reply_free(&unread);
    connection_wake(connection);
}

/* All of it is done, some time after it began. */
static void gather_end(struct gather *gather)
{
    if (gather->connection != NULL)
        gather_answer(gather);
    else if (gather->finish != NULL)
        gather->finish(gather, NULL);
    gather_free(gather);
}

static void control_deliver(struct message *message, void *receiver)
{
    struct control *control = receiver;
    struct gather *gather = ((struct gather_message *)message)->gather;

    gather->control_visit(control, gather);
    message_return(control->mailbox, message);
}

static void control_returned(struct message *message, void *sender)
{
    struct gather *gather = ((struct gather_message *)message)->gather;

    (void)sender;
    memory_free(message);
    gather_end(gather);
}

/* What the control thread is to do comes behind all parts. True: it is asked. */
static bool gather_ask_control(struct gather *gather)
{
    struct shard *shard = gather->asker;
    struct gather_message *message;

    if (gather->control_visit == NULL || gather->in_section)
        return false;
    message = memory_new_zeroed(1, sizeof(*message));
    message->gather = gather;
    message->message = (struct message){.deliver = control_deliver, .returned = control_returned};
    mailbox_post(shard->mailbox, &message->message, node_control_index(shard->node));
    return true;
}

static void gather_deliver(struct message *message, void *receiver)
{
    struct gather *gather = ((struct gather_message *)message)->gather;
    struct shard *shard = receiver;

    gather->visit(shard, gather, gather_part(gather, shard->index));
    message_return(shard->mailbox, message);
}

static void gather_returned(struct message *message, void *sender)
{
    struct gather *gather = ((struct gather_message *)message)->gather;

    (void)sender;
    ASSERT(gather->awaited > 0);
    if (--gather->awaited > 0 || gather_ask_control(gather))
        return;
    gather_end(gather);
}

/* Asks shards that stand still, by this thread. */
static void gather_ask_parked(struct gather *gather)
{
    struct node *node = gather->asker->node;

    for (uint16_t i = 0; i < node->shard_count; i++)
        if (gather->members >> i & 1)
            gather->visit(node->shards[i], gather, gather_part(gather, i));
}

/* Asks the other members; what is asked of this shard itself is done at once. */
static void gather_ask(struct gather *gather)
{
    struct shard *shard = gather->asker;
    uint32_t shards = shard->node->shard_count;
    uint64_t others = gather->members & ~(1ull << shard->index);

    if (gather->in_section) {
        gather_ask_parked(gather);
        return;
    }
    gather->awaited = (uint32_t)__builtin_popcountll(others);
    if (others != 0)
        gather->messages = memory_new_zeroed(shards, sizeof(*gather->messages));
    for (uint16_t i = 0; i < shards; i++) {
        struct gather_message *message;

        if (!(others >> i & 1))
            continue;
        message = &gather->messages[i];
        message->gather = gather;
        message->message = (struct message){.deliver = gather_deliver, .returned = gather_returned};
        mailbox_post(shard->mailbox, &message->message, i);
    }
    if (gather->members >> shard->index & 1)
        gather->visit(shard, gather, gather_part(gather, shard->index));
}

struct gather *gather_new(struct cmd *cmd, size_t part_size,
                          void (*visit)(struct shard *shard, struct gather *gather, void *part),
                          void (*finish)(struct gather *gather, struct reply *reply))
{
    struct gather *gather = memory_new_zeroed(1, sizeof(*gather));
    struct shard *shard = cmd->connection->shard;

    ASSERT(cmd->command->scope == SCOPE_NODE);
    gather->asker = shard;
    gather->connection = cmd->connection;
    gather->command = cmd->command;
    gather->argv = arguments_copy(cmd->argv, cmd->argc);
    gather->argc = cmd->argc;
    gather->database = cmd->database;
    gather->now = cmd->now;
    gather->part_size = (uint32_t)((part_size + 63) / 64 * 64);
    gather->parts = memory_new_zeroed(shard->node->shard_count, gather->part_size + 1);
    gather->visit = visit;
    gather->finish = finish;
    gather->reply = cmd->reply;
    gather->in_section = cmd->section != NULL;
    gather->started_ticks = shard->now_ticks;
    return gather;
}

void gather_start(struct gather *gather, uint64_t members)
{
    ASSERT(members != 0);
    gather->members = members;
    gather_ask(gather);
    if (gather->awaited > 0 || gather_ask_control(gather)) {
        connection_wait(gather->connection, gather);
        return;
    }
    gather->finish(gather, gather->reply);
    gather_free(gather);
}

void gather_all_unasked(struct shard *asker, void *context, size_t part_size,
                        void (*visit)(struct shard *shard, struct gather *gather, void *part),
                        void (*finish)(struct gather *gather, struct reply *reply))
{
    gather_unasked(asker, section_all(asker->node), context, part_size, visit, finish);
}

void gather_unasked(struct shard *asker, uint64_t members, void *context, size_t part_size,
                    void (*visit)(struct shard *shard, struct gather *gather, void *part),
                    void (*finish)(struct gather *gather, struct reply *reply))
{
    struct gather *gather = memory_new_zeroed(1, sizeof(*gather));

    gather->asker = asker;
    gather->context = context;
    gather->part_size = (uint32_t)((part_size + 63) / 64 * 64);
    gather->parts = memory_new_zeroed(asker->node->shard_count, gather->part_size + 1);
    gather->visit = visit;
    gather->finish = finish;
    gather->members = members;
    gather_ask(gather);
    if (gather->awaited > 0)
        return;
    if (finish != NULL)
        finish(gather, NULL);
    gather_free(gather);
}
