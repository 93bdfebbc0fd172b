#include "server/connection/push.h"

#include "proto/base/assert.h"
#include "proto/base/memory.h"
#include "server/connection/connection.h"
#include "server/connection/output.h"
#include "server/dispatch/hop.h"
#include "server/shard/shard.h"

/* Pushes made within an answer that is being written: few, and seldom. */
static struct reply *kept_aside(struct connection *connection)
{
    if (connection->pushed == NULL) {
        connection->pushed = memory_new(sizeof(*connection->pushed));
        reply_init(connection->pushed, connection->reply.protocol);
    }
    connection->pushed->protocol = connection->reply.protocol;
    return connection->pushed;
}

static struct reply *destination(struct connection *connection)
{
    if (connection->owed_count > 0) {
        connection->held.protocol = connection->reply.protocol;
        return &connection->held;
    }
    return &connection->reply;
}

struct reply *connection_push_begin(struct connection *connection, size_t *start)
{
    struct reply *reply;

    shard_assert_owner(connection->shard);
    if (connection->closing)
        return NULL;
    if (connection->replying) {
        reply = kept_aside(connection);
    } else {
        connection_output_prepare(connection);
        reply = destination(connection);
    }
    *start = reply->length;
    return reply;
}

static void written(struct connection *connection, const struct reply *reply, size_t start)
{
    if (reply == &connection->held)
        hop_owe_held(connection, reply->length - start);
    else
        connection_flush_later(connection);
    connection_enforce_output_limit(connection);
}

void connection_push_end(struct connection *connection, size_t start)
{
    const struct reply *reply;

    if (connection->replying)
        return;
    reply = destination(connection);
    ASSERT(reply->length >= start);
    if (reply->length > start)
        written(connection, reply, start);
}

void connection_push_release(struct connection *connection)
{
    struct reply *pushed = connection->pushed;
    struct reply *reply = destination(connection);
    size_t start = reply->length;

    ASSERT(!connection->replying);
    connection->pushed = NULL;
    if (!connection->closing) {
        connection_output_prepare(connection);
        reply_move_tail(reply, pushed, 0);
        written(connection, reply, start);
    }
    reply_free(pushed);
    memory_free(pushed);
}

void connection_push_discard(struct connection *connection)
{
    if (connection->pushed == NULL)
        return;
    reply_free(connection->pushed);
    memory_free(connection->pushed);
    connection->pushed = NULL;
}
