/*
 * A connection's output: from replies to the socket.
 *
 * Two buffers change places: replies are written into one while the other is being sent. An idle
 * connection has none; they come from the shard's pool, the last one used first, so that it is
 * still in the cache.
 */
#include "server/connection/output.h"

#include "proto/base/assert.h"
#include "proto/base/memory.h"
#include "server/append_only/append_hold.h"
#include "server/config/config.h"
#include "server/connection/connection.h"
#include "server/connection/connection_memory.h"
#include "server/connection/push.h"
#include "server/dispatch/hop.h"
#include "server/observe/log.h"
#include "server/pubsub/announcement.h"
#include "server/replication/replica_connection.h"
#include "server/shard/shard.h"
#include "server/tls/tls_connection.h"

#include <stdio.h>
#include <string.h>

enum {
    POOL_BUFFER_SIZE = 16 * 1024,
    POOL_BUFFERS_MAX = 256,
    /* A client with so many unread replies has its further commands wait ... */
    OUTPUT_FULL = 32 * 1024 * 1024,
    /* ... or so many, before it has authenticated, or when the clients of a shard together have
     * passed OUTPUT_CROWD. */
    OUTPUT_FULL_CROWDED = 64 * 1024,
    OUTPUT_CROWD = 256 * 1024 * 1024,
    /* So many bytes do not wait for owed answers. */
    OUTPUT_HOLD_MAX = 64 * 1024,
};

struct reply_pool {
    char *buffers[POOL_BUFFERS_MAX];
    uint32_t count;
};

struct reply_pool *reply_pool_create(void)
{
    return memory_new_zeroed(1, sizeof(struct reply_pool));
}

void reply_pool_destroy(struct reply_pool *pool)
{
    while (pool->count > 0)
        memory_free(pool->buffers[--pool->count]);
    memory_free(pool);
}

static void pool_lend(struct reply_pool *pool, struct reply *reply)
{
    if (reply->bytes != NULL)
        return;
    reply->bytes = pool->count > 0 ? pool->buffers[--pool->count] : memory_new(POOL_BUFFER_SIZE);
    reply->capacity = POOL_BUFFER_SIZE;
}

static void pool_take_back(struct reply_pool *pool, struct reply *reply)
{
    uint8_t protocol = reply->protocol;
    bool copy_only = reply->copy_only;

    if (reply->bytes == NULL)
        return;
    if (reply->capacity == POOL_BUFFER_SIZE && pool->count < POOL_BUFFERS_MAX) {
        reply_clear(reply);
        pool->buffers[pool->count++] = reply->bytes;
        reply->bytes = NULL;
        reply->capacity = 0;
    }
    reply_free(reply);
    reply_init(reply, protocol);
    reply->copy_only = copy_only;
}

/* ---- Writing replies ---- */

size_t connection_output_size(const struct connection *connection)
{
    return connection->reply.length + connection->reply.referenced_bytes +
           connection->outgoing.length + connection->outgoing.referenced_bytes +
           connection->held.length + connection->held.referenced_bytes;
}

bool connection_output_is_full(const struct connection *connection)
{
    size_t size = connection_output_size(connection);

    /* A replica acknowledges while it receives. */
    if (__builtin_expect(replica_connection_follows(connection), 0))
        return false;
    return size >= OUTPUT_FULL ||
           (size >= OUTPUT_FULL_CROWDED &&
            (connection->shard->output_bytes >= OUTPUT_CROWD || !connection->authenticated));
}

static void account(struct connection *connection)
{
    size_t size = connection_output_size(connection);

    connection->shard->output_bytes += size - connection->output_accounted;
    connection->output_accounted = size;
    if (__builtin_expect(connection_memory_is_large(connection, size), 0))
        connection_memory_note(connection);
}

void connection_output_prepare(struct connection *connection)
{
    pool_lend(connection->shard->reply_pool, &connection->reply);
}

struct reply *connection_reply_begin(struct connection *connection)
{
    struct reply *reply = &connection->reply;

    connection->replying = true;
    if (__builtin_expect(connection->owed_count > 0, 0)) {
        reply = &connection->held;
        reply->protocol = connection->reply.protocol;
    }
    pool_lend(connection->shard->reply_pool, reply);
    return reply;
}

/* CLIENT REPLY SKIP: this command's answer counted already, the next one is skipped. */
static void reply_mode_advance(struct connection *connection)
{
    if (connection->reply_mode == CLIENT_REPLY_SKIP_NEXT)
        connection->reply_mode = CLIENT_REPLY_SKIP;
    else if (connection->reply_mode == CLIENT_REPLY_SKIP)
        connection->reply_mode = CLIENT_REPLY_ON;
}

static void answer_end(struct connection *connection, struct reply *reply, size_t start)
{
    if (__builtin_expect(connection->reply_mode != CLIENT_REPLY_ON, 0)) {
        reply_truncate(reply, start);
        reply_mode_advance(connection);
    }
    if (__builtin_expect(connection->unconfirmed != NULL, 0)) {
        announcement_hold(connection, start);
        return;
    }
    if (reply->length == start)
        return;
    if (reply == &connection->held)
        hop_owe_held(connection, reply->length - start);
    else
        connection_flush_later(connection);
    if (__builtin_expect(reply->length + reply->referenced_bytes > OUTPUT_FULL_CROWDED, 0))
        connection_enforce_output_limit(connection);
}

void connection_reply_end(struct connection *connection, size_t start)
{
    connection->replying = false;
    answer_end(connection, connection->owed_count > 0 ? &connection->held : &connection->reply,
               start);
    if (__builtin_expect(connection->pushed != NULL, 0))
        connection_push_release(connection);
}

void connection_reply_put_off(struct connection *connection)
{
    connection->replying = false;
    if (__builtin_expect(connection->pushed != NULL, 0))
        connection_push_release(connection);
}

void connection_output_idle(struct connection *connection)
{
    connection_reply_put_off(connection);
    if (connection->reply.length == 0)
        pool_take_back(connection->shard->reply_pool, &connection->reply);
}

void connection_held_release(struct connection *connection)
{
    pool_take_back(connection->shard->reply_pool, &connection->held);
}

void connection_settled(struct connection *connection)
{
    if (connection->closed)
        return;
    account(connection);
    /* A command that waited for quiet waits on while anything is owed. */
    if (connection->owed_count == 0) {
        connection->stalled = false;
        connection->owed_bytes = 0;
    }
    if (connection->input != NULL && !connection->stalled)
        connection_process_later(connection);
    if (connection->closing && connection->owed_count == 0)
        connection_flush_later(connection);
}

/* ---- Limits ---- */

static enum client_class class_of(const struct connection *connection)
{
    /* What a monitor gets it has not asked for one by one, as a subscriber. */
    return connection->monitor || connection->subscriber != NULL ? CLIENT_CLASS_PUBSUB
                                                                 : CLIENT_CLASS_NORMAL;
}

void connection_enforce_output_limit(struct connection *connection)
{
    struct shard *shard = connection->shard;
    const struct config_buffer_limit *limit =
        &shard->config->client_output_buffer_limit.of[class_of(connection)];
    size_t size = connection_output_size(connection);
    bool over = limit->hard > 0 && size >= limit->hard;

    /* What a replica is sent is limited before it comes here. */
    if (connection->closed || replica_connection_follows(connection))
        return;
    if (limit->soft > 0 && size >= limit->soft) {
        if (connection->soft_limit_since == 0)
            connection->soft_limit_since = shard->now;
        over |= shard->now - connection->soft_limit_since > limit->soft_seconds * 1000;
    } else {
        connection->soft_limit_since = 0;
    }
    if (!over)
        return;
    log_warning("closing client %s: it leaves too many replies unread", connection->address);
    shard->statistics.output_limit_disconnections++;
    connection_close_soon(connection);
}

/* ---- Sending ---- */

void connection_flush_later(struct connection *connection)
{
    if (!list_linked(&connection->unflushed_link) && !connection->closed)
        list_push_back(&connection->shard->unflushed, &connection->unflushed_link);
}

/* The next pieces of outgoing: stretches of the buffer and the references between them. */
static uint32_t outgoing_parts(struct connection *connection, struct iovec *parts)
{
    const struct reply *reply = &connection->outgoing;
    uint32_t count = 0;

    while (count < STREAM_SEND_PARTS_MAX - 1) {
        const struct reply_reference *reference = NULL;
        size_t end = reply->length;

        if (connection->outgoing_references < reply->reference_count) {
            reference = &reply->references[connection->outgoing_references];
            end = reference->position;
        }
        if (end > connection->outgoing_taken)
            parts[count++] = (struct iovec){reply->bytes + connection->outgoing_taken,
                                            end - connection->outgoing_taken};
        connection->outgoing_taken = end;
        if (reference == NULL)
            break;
        if (reference->bytes.length > 0)
            parts[count++] =
                (struct iovec){(char *)(uintptr_t)reference->bytes.data, reference->bytes.length};
        connection->outgoing_references++;
    }
    return count;
}

static bool outgoing_send(struct connection *connection)
{
    struct iovec parts[STREAM_SEND_PARTS_MAX];
    uint32_t count = outgoing_parts(connection, parts);

    if (count == 0)
        return false;
    connection->shard->statistics.writes++;
    if (__builtin_expect(connection->tls != NULL, 0))
        tls_connection_send(connection, parts, count);
    else
        stream_send(&connection->stream, parts, count);
    return true;
}

static void outgoing_done(struct connection *connection)
{
    size_t size = connection->outgoing.length + connection->outgoing.referenced_bytes;

    connection->shard->statistics.bytes_sent += size;
    connection->bytes_sent += size;
    pool_take_back(connection->shard->reply_pool, &connection->outgoing);
    connection->outgoing_taken = 0;
    connection->outgoing_references = 0;
}

/* Owed answers come back within a turn, as a rule: one send for all is cheaper than two. */
static bool holds_flush(struct connection *connection)
{
    if (connection->owed_count == 0 || connection->flush_held ||
        connection->reply.length >= OUTPUT_HOLD_MAX)
        return false;
    connection->flush_held = true;
    connection_flush_later(connection);
    return true;
}

void connection_flush(struct connection *connection)
{
    struct reply idle = connection->outgoing;

    if (connection->closed || connection->stream.sending || connection->held_for_log ||
        holds_flush(connection)) {
        account(connection);
        return;
    }
    if (__builtin_expect(connection->frozen, 0) && connection->shard->in_pause) {
        connection_flush_later(connection);
        return;
    }
    connection->flush_held = false;
    if (connection->reply.length == 0) {
        if (connection->tls != NULL && tls_connection_flush(connection))
            return;
        if (connection->closing && connection->owed_count == 0 && connection->waiting == NULL)
            connection_close(connection);
        return;
    }
    idle.protocol = connection->reply.protocol;
    idle.copy_only = connection->reply.copy_only;
    connection->outgoing = connection->reply;
    connection->reply = idle;
    if (__builtin_expect(connection->append_mark == NULL, 1) || !append_hold(connection))
        outgoing_send(connection);
    account(connection);
}

void connection_send_held(struct connection *connection)
{
    ASSERT(!connection->closed && !connection->held_for_log);
    outgoing_send(connection);
}

void connection_fail_held(struct connection *connection, int error)
{
    char text[160];
    int length = snprintf(text, sizeof(text), "-MISCONF Errors writing to the AOF file: %s\r\n",
                          strerror(error));

    ASSERT(!connection->closed && !connection->held_for_log);
    if (connection->tls == NULL)
        stream_send_last(&connection->stream, text, (size_t)length);
    connection_close(connection);
}

void connection_sent(struct stream *stream, int error)
{
    struct connection *connection = (struct connection *)stream;

    shard_assert_owner(connection->shard);
    if (error != 0) {
        connection_close(connection);
        return;
    }
    if (outgoing_send(connection))
        return;
    outgoing_done(connection);
    account(connection);
    if (connection->reply.length > 0 || connection->closing)
        connection_flush_later(connection);
    if (connection->input != NULL)
        connection_process_later(connection);
}

void connection_output_release(struct connection *connection)
{
    struct reply_pool *pool = connection->shard->reply_pool;

    pool_take_back(pool, &connection->reply);
    pool_take_back(pool, &connection->held);
    connection_push_discard(connection);
    if (!connection->stream.sending)
        pool_take_back(pool, &connection->outgoing);
    account(connection);
}
