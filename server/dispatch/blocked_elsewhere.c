/*
 * Waits for keys of another shard: one message goes there with the command, and comes back with the
 * answer, at once or when the wait is over.
 */
#include "proto/base/assert.h"
#include "server/connection/connection.h"
#include "server/dispatch/batch.h"
#include "server/dispatch/waiter.h"
#include "server/shard/shard.h"

static void request_deliver(struct message *message, void *receiver)
{
    struct waiter *waiter = (struct waiter *)message;
    struct shard *shard = receiver;

    shard->statistics.hops_served++;
    if (blocked_first_run(shard, waiter))
        blocked_elsewhere_return(shard, waiter);
    if (blocked_is_marked(&shard->blocked))
        blocked_serve(shard);
}

void blocked_elsewhere_return(struct shard *shard, struct waiter *waiter)
{
    ASSERT(waiter->kind == WAITER_ELSEWHERE);
    ASSERT(waiter->state == WAITER_ANSWERED);
    message_return(shard->mailbox, &waiter->message);
}

static void free_if_unused(struct waiter *waiter)
{
    if (waiter->back && waiter->visitors == 0)
        waiter_free(waiter);
}

static void request_returned(struct message *message, void *sender)
{
    struct waiter *waiter = (struct waiter *)message;

    ASSERT(waiter->home == sender);
    waiter->back = true;
    waiter_finish(waiter);
    free_if_unused(waiter);
}

void blocked_elsewhere_send(struct shard *shard, const struct batch_item *item)
{
    struct connection *connection = item->connection;
    struct cmd cmd = {.command = item->command,
                      .argv = item->argv,
                      .argc = item->argc,
                      .database = connection->database,
                      .pass = item->pass,
                      .no_touch = connection->no_touch,
                      .tracker = connection->tracker};
    struct waiter *waiter;

    if (item->has_key)
        cmd.first_key = item->key;
    waiter = waiter_create(shard, WAITER_ELSEWHERE, connection, &cmd);
    waiter->message = (struct message){.deliver = request_deliver, .returned = request_returned};
    shard->statistics.hops_sent++;
    mailbox_post(shard->mailbox, &waiter->message, item->target);
    waiter_hold_client(waiter);
}

/* ---- Further messages ---- */

void blocked_elsewhere_visit(struct waiter *waiter, struct message *message)
{
    shard_assert_owner(waiter->home);
    ASSERT(!waiter->back);
    waiter->visitors++;
    mailbox_post(waiter->home->mailbox, message, waiter->message.receiver);
}

void blocked_elsewhere_visited(struct waiter *waiter)
{
    ASSERT(waiter->visitors > 0);
    waiter->visitors--;
    free_if_unused(waiter);
}

/* The client has gone. */

static void leave_deliver(struct message *message, void *receiver)
{
    struct waiter *waiter = list_entry(message, struct waiter, leave);
    struct shard *shard = receiver;

    /* Otherwise the answer is on its way already. */
    if (waiter->state == WAITER_WAITS)
        blocked_end_wait(shard, waiter, BLOCKED_TIMEOUT);
    message_return(shard->mailbox, message);
}

static void leave_returned(struct message *message, void *sender)
{
    struct waiter *waiter = list_entry(message, struct waiter, leave);

    ASSERT(waiter->home == sender);
    blocked_elsewhere_visited(waiter);
}

void blocked_elsewhere_abandon(struct waiter *waiter)
{
    waiter->leave = (struct message){.deliver = leave_deliver, .returned = leave_returned};
    blocked_elsewhere_visit(waiter, &waiter->leave);
}
