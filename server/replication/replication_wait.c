#include "server/replication/replication_wait.h"

#include "proto/base/assert.h"
#include "proto/base/memory.h"
#include "server/connection/connection.h"
#include "server/control/control.h"
#include "server/replication/replicas.h"
#include "server/replication/replication_parts.h"
#include "server/replication/replication_source.h"
#include "server/replication/replication_stream.h"
#include "server/shard/shard.h"

/* ---- On the control thread ---- */

static struct list_link *waits_of(const struct control *control)
{
    return &control->replication->waits;
}

static void answer(struct control *control, struct replication_wait *wait)
{
    list_remove(&wait->link);
    if (wait->seen != NULL)
        wait->seen(control, wait);
    else
        message_return(control->mailbox, &wait->message);
}

static void look_at(struct control *control, struct replication_wait *wait)
{
    const struct replication_identity *identity = replication_identity(control);

    if (wait->offset < 0 && replication_stream_has(control, wait->positions))
        wait->offset = identity->offset;
    /* Noted of another history, before this node was a replica for a time. */
    if (wait->offset > identity->offset)
        wait->offset = identity->offset;
    if (wait->offset >= 0)
        wait->count = replicas_count_acknowledged(control, wait->offset, wait->in_log);
    if ((wait->offset >= 0 && wait->count >= wait->wanted) || control->now >= wait->deadline)
        answer(control, wait);
    else if (!wait->has_asked && wait->offset >= 0) {
        wait->has_asked = true;
        replication_ask_offsets(control);
    }
}

void replication_wait_look(struct control *control)
{
    if (!list_empty(waits_of(control)))
        replication_stream_collect(control);
    list_for_each_safe (link, following, waits_of(control))
        look_at(control, list_entry(link, struct replication_wait, link));
}

time_ms replication_wait_deadline(const struct control *control)
{
    time_ms deadline = TIME_NEVER;

    list_for_each (link, waits_of(control)) {
        const struct replication_wait *wait = list_entry(link, struct replication_wait, link);

        if (wait->deadline < deadline)
            deadline = wait->deadline;
    }
    return deadline;
}

void replication_wait_close(struct control *control)
{
    list_for_each_safe (link, following, waits_of(control))
        answer(control, list_entry(link, struct replication_wait, link));
}

static void begin(struct control *control, struct replication_wait *wait)
{
    list_push_back(waits_of(control), &wait->link);
    /* What it has to be behind may still be gathering in a shard's turn. */
    replication_stream_want_bell(control);
    if (control->stopping)
        answer(control, wait);
    else
        look_at(control, wait);
}

static void deliver(struct message *message, void *receiver)
{
    begin(receiver, (struct replication_wait *)message);
}

/* All that the shards have recorded so far. */
static void ask_for_all(const struct node *node, struct replication_wait *wait)
{
    wait->offset = -1;
    for (uint32_t i = 0; i < node->shard_count; i++)
        wait->positions[i] = replication_source_appended(&node->shards[i]->replication_source);
}

void replication_wait_here(struct control *control, struct replication_wait *wait)
{
    ASSERT(wait->seen != NULL);
    wait->message = (struct message){.sender = node_control_index(control->node)};
    ask_for_all(control->node, wait);
    begin(control, wait);
}

/* ---- On a shard ---- */

static void returned(struct message *message, void *sender)
{
    struct replication_wait *wait = (struct replication_wait *)message;

    wait->done(sender, wait);
}

static void post(struct shard *shard, struct replication_wait *wait)
{
    ASSERT(wait->done != NULL);
    wait->message = (struct message){.deliver = deliver, .returned = returned};
    mailbox_post(shard->mailbox, &wait->message, node_control_index(shard->node));
}

void replication_wait_start(struct shard *shard, struct replication_wait *wait)
{
    ask_for_all(shard->node, wait);
    if (replication_source_has_news(&shard->replication_source))
        replication_source_hand_over(shard, shard);
    post(shard, wait);
}

void replication_wait_start_own(struct connection *connection, struct replication_wait *wait)
{
    if (connection->has_written) {
        replication_wait_start(connection->shard, wait);
        return;
    }
    wait->offset = connection->written_offset;
    post(connection->shard, wait);
}

void replication_wait_note(struct connection *connection, const struct replication_wait *wait)
{
    /* Nothing of it has been run since: it has waited. */
    if (wait->offset < 0)
        return;
    connection->written_offset = wait->offset;
    connection->has_written = false;
}

struct cancellation {
    struct message message; /* first */
    struct replication_wait *wait;
};

static void cancel_deliver(struct message *message, void *receiver)
{
    struct control *control = receiver;
    const struct cancellation *cancellation = (struct cancellation *)message;

    list_for_each_safe (link, following, waits_of(control)) {
        struct replication_wait *wait = list_entry(link, struct replication_wait, link);

        /* One of another shard may have taken its place in memory. */
        if (wait == cancellation->wait && wait->message.sender == message->sender)
            answer(control, wait);
    }
    message_return(control->mailbox, message);
}

static void cancel_returned(struct message *message, void *sender)
{
    (void)sender;
    memory_free(message);
}

void replication_wait_cancel(struct shard *shard, struct replication_wait *wait)
{
    struct cancellation *cancellation = memory_new_zeroed(1, sizeof(*cancellation));

    cancellation->message =
        (struct message){.deliver = cancel_deliver, .returned = cancel_returned};
    cancellation->wait = wait;
    mailbox_post(shard->mailbox, &cancellation->message, node_control_index(shard->node));
}
