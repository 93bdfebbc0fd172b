/*
 * CLIENT UNBLOCK: asks all shards whether the client is theirs. The one that has it asks the shard
 * that decides about its wait, so that the answer is exact: it says 1 only when the wait ended by
 * this, and not by an element that came first.
 */
#include "proto/base/assert.h"
#include "proto/base/memory.h"
#include "server/connection/connection.h"
#include "server/dispatch/waiter.h"
#include "server/shard/shard.h"

struct unblock;

/* One shard's part. */
struct part {
    struct message message; /* first; the asker's: to the shard */
    struct message forward; /* the shard's: to the one that decides */
    struct unblock *unblock;
    struct waiter *waiter;
    bool unblocked;
};

struct unblock {
    uint64_t id;
    enum blocked_end end;
    void (*done)(void *context, bool unblocked);
    void *context;
    uint32_t awaited; /* the asker's */
    bool unblocked;
    struct part parts[];
};

/* ---- On the deciding shard ---- */

static void end_wait(struct shard *shard, struct part *part)
{
    if (part->waiter->state != WAITER_WAITS)
        return;
    blocked_end_wait(shard, part->waiter, part->unblock->end);
    part->unblocked = true;
}

static void forward_deliver(struct message *message, void *receiver)
{
    struct shard *shard = receiver;

    end_wait(shard, list_entry(message, struct part, forward));
    message_return(shard->mailbox, message);
}

/* ---- On the client's shard ---- */

static void part_done(struct shard *shard, struct part *part);

static void forward_returned(struct message *message, void *sender)
{
    struct part *part = list_entry(message, struct part, forward);

    blocked_elsewhere_visited(part->waiter);
    part_done(sender, part);
}

/* The wait for keys of the client, if it is this shard's, and waits. */
static struct waiter *find(const struct shard *shard, uint64_t id)
{
    const struct connection *connection = connection_index_find(&shard->connections_by_id, id);

    return connection == NULL || connection->closing ? NULL : connection->blocked;
}

/* A client that waits for replicas or for the disk is answered soon. */
static bool ends_other_wait(struct connection *connection, enum blocked_end end)
{
    if (connection->cut_short == NULL)
        return false;
    connection->cut_short(
        connection, end == BLOCKED_ERROR ? "UNBLOCKED client unblocked via CLIENT UNBLOCK" : NULL);
    return true;
}

/* True when it is done; otherwise part_done follows. */
static bool visit(struct shard *shard, struct part *part)
{
    struct connection *connection =
        connection_index_find(&shard->connections_by_id, part->unblock->id);

    if (connection == NULL)
        return true;
    part->unblocked = ends_other_wait(connection, part->unblock->end);
    part->waiter = find(shard, part->unblock->id);
    if (part->waiter == NULL)
        return true;
    if (part->waiter->kind != WAITER_ELSEWHERE) {
        end_wait(shard, part);
        return true;
    }
    part->forward = (struct message){.deliver = forward_deliver, .returned = forward_returned};
    blocked_elsewhere_visit(part->waiter, &part->forward);
    return false;
}

static void part_deliver(struct message *message, void *receiver)
{
    struct shard *shard = receiver;

    if (visit(shard, (struct part *)message))
        message_return(shard->mailbox, message);
}

/* ---- On the asking shard ---- */

/* True when that was the last part. */
static bool finish_one(struct unblock *unblock, bool unblocked)
{
    unblock->unblocked |= unblocked;
    ASSERT(unblock->awaited > 0);
    if (--unblock->awaited > 0)
        return false;
    unblock->done(unblock->context, unblock->unblocked);
    memory_free(unblock);
    return true;
}

static void part_returned(struct message *message, void *sender)
{
    struct part *part = (struct part *)message;

    (void)sender;
    finish_one(part->unblock, part->unblocked);
}

/* The asker's own part was never a message. */
static void part_done(struct shard *shard, struct part *part)
{
    if (part->message.deliver == NULL)
        finish_one(part->unblock, part->unblocked);
    else
        message_return(shard->mailbox, &part->message);
}

bool blocked_unblock(struct shard *asker, uint64_t id, enum blocked_end end,
                     void (*done)(void *context, bool unblocked), void *context)
{
    uint32_t shards = asker->node->shard_count;
    struct unblock *unblock = memory_new_zeroed(1, sizeof(*unblock) + shards * sizeof(struct part));

    unblock->id = id;
    unblock->end = end;
    unblock->done = done;
    unblock->context = context;
    unblock->awaited = shards;
    for (uint16_t i = 0; i < shards; i++) {
        struct part *part = &unblock->parts[i];

        part->unblock = unblock;
        if (i == asker->index)
            continue;
        part->message = (struct message){.deliver = part_deliver, .returned = part_returned};
        mailbox_post(asker->mailbox, &part->message, i);
    }
    return visit(asker, &unblock->parts[asker->index]) &&
           finish_one(unblock, unblock->parts[asker->index].unblocked);
}

bool blocked_unblock_parked(struct node *node, uint64_t id, enum blocked_end end)
{
    for (uint32_t i = 0; i < node->shard_count; i++) {
        struct shard *shard = node->shards[i];
        struct waiter *waiter = find(shard, id);

        if (waiter == NULL)
            continue;
        if (waiter->kind == WAITER_ELSEWHERE)
            shard = node->shards[waiter->message.receiver];
        if (waiter->state != WAITER_WAITS)
            return false;
        blocked_end_wait(shard, waiter, end);
        return true;
    }
    return false;
}
