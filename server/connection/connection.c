/*
 * A connection's life: accepted, waiting, closed, freed.
 */
#include "server/connection/connection.h"

#include "proto/base/assert.h"
#include "proto/base/memory.h"
#include "server/access/access.h"
#include "server/append_only/append_hold.h"
#include "server/commands/command.h"
#include "server/config/config.h"
#include "server/connection/address.h"
#include "server/connection/connection_memory.h"
#include "server/connection/input.h"
#include "server/connection/output.h"
#include "server/dispatch/hop.h"
#include "server/dispatch/transaction.h"
#include "server/observe/log.h"
#include "server/observe/monitor.h"
#include "server/pubsub/subscription.h"
#include "server/replication/replica_connection.h"
#include "server/shard/shard.h"
#include "server/tls/tls_connection.h"
#include "server/tracking/tracking_client.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static void connection_finished(struct stream *stream);

static const struct stream_handler connection_handler = {
    .received = connection_received,
    .sent = connection_sent,
    .ended = connection_ended,
    .finished = connection_finished,
};

static const struct stream_handler connection_tls_handler = {
    .received = tls_connection_received,
    .sent = tls_connection_sent,
    .ended = connection_ended,
    .finished = connection_finished,
};

/* ---- Coming ---- */

static void refuse(struct shard *shard, const struct listening *listening, int fd,
                   struct span error)
{
    /* The socket is new, its buffer empty: what does not fit at once is not worth waiting for. Who
     * expects TLS can be told nothing before a handshake, which is more than it is worth. */
    if (!listening->is_tls && send(fd, error.data, error.length, MSG_NOSIGNAL | MSG_DONTWAIT) < 0)
        log_debug("a refused client is gone already: %s", strerror(errno));
    close(fd);
    shard->statistics.connections_rejected++;
}

static void set_keepalive(const struct shard *shard, int fd)
{
    int seconds = (int)shard->config->tcp_keepalive;
    int interval = seconds / 3 > 0 ? seconds / 3 : 1;
    int probes = 3;
    int yes = 1;

    if (seconds == 0)
        return;
    setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &yes, sizeof(yes));
    setsockopt(fd, IPPROTO_TCP, TCP_KEEPIDLE, &seconds, sizeof(seconds));
    setsockopt(fd, IPPROTO_TCP, TCP_KEEPINTVL, &interval, sizeof(interval));
    setsockopt(fd, IPPROTO_TCP, TCP_KEEPCNT, &probes, sizeof(probes));
}

static bool is_protected(const struct shard *shard, const struct connection *connection)
{
    return shard->config->protected_mode && shard->users->default_user->no_password &&
           !connection->is_unix && !address_is_local(connection->address);
}

static struct connection *connection_create(struct shard *shard, bool is_unix)
{
    struct connection *connection = memory_new_zeroed(1, sizeof(*connection));

    shard->connections_alive++;
    connection->shard = shard;
    connection->id =
        atomic_fetch_add_explicit(&shard->node->last_client_id, 1, memory_order_relaxed) + 1;
    connection->is_unix = is_unix;
    access_begin(connection);
    connection->name = memory_copy("", 0);
    connection->library_name = memory_copy("", 0);
    connection->library_version = memory_copy("", 0);
    connection->created = connection->last_interaction = shard->now;
    request_parser_reset(&connection->parser);
    reply_init(&connection->reply, 2);
    reply_init(&connection->outgoing, 2);
    reply_init(&connection->held, 2);
    list_init(&connection->owed);
    connection->owed_limit = CONNECTION_OWED_FIRST;
    connection_memory_note(connection);
    return connection;
}

static void connection_free(struct connection *connection)
{
    ASSERT(list_empty(&connection->owed));
    connection->shard->connections_alive--;
    memory_free(connection->name);
    memory_free(connection->library_name);
    memory_free(connection->library_version);
    memory_free(connection->own_argv);
    access_end(connection);
    memory_free(connection);
}

void connection_accept(struct shard *shard, const struct listening *listening, int fd)
{
    struct node *node = shard->node;
    struct connection *connection;

    shard_assert_owner(shard);
    if (atomic_fetch_add_explicit(&node->client_count, 1, memory_order_relaxed) >=
        (uint64_t)shard->config->maxclients) {
        refuse(shard, listening, fd, SPAN("-ERR max number of clients reached\r\n"));
        atomic_fetch_sub_explicit(&node->client_count, 1, memory_order_relaxed);
        return;
    }
    connection = connection_create(shard, listening->is_unix);
    address_describe(fd, listening->is_unix ? shard->config->unixsocket : NULL, connection->address,
                     connection->local_address);
    if (is_protected(shard, connection)) {
        refuse(shard, listening, fd,
               SPAN("-DENIED This node runs in protected mode: no password is set for the default "
                    "user, so only clients on the same machine are served. Set one with "
                    "'requirepass', or say 'protected-mode no' if the network is trusted.\r\n"));
        atomic_fetch_sub_explicit(&node->client_count, 1, memory_order_relaxed);
        connection_free(connection);
        return;
    }
    if (!connection->is_unix)
        set_keepalive(shard, fd);
    list_push_back(&shard->connections, &connection->link);
    connection_index_add(&shard->connections_by_id, connection);
    shard->connection_count++;
    shard->statistics.connections_received++;
    if (listening->is_tls)
        tls_connection_create(connection, shard->tls);
    stream_open(&connection->stream, shard->reactor, fd,
                listening->is_tls ? &connection_tls_handler : &connection_handler);
}

/* ---- Going ---- */

static void free_if_unused(struct connection *connection)
{
    if (!connection->finished || connection->references > 0)
        return;
    /* In the middle of a script somebody further out may be at work on it. */
    if (__builtin_expect(connection->shard->in_pause, 0))
        list_push_back(&connection->shard->unfreed, &connection->link);
    else
        connection_free(connection);
}

void connection_free_rest(struct shard *shard)
{
    struct list_link rest;

    if (!list_take_all(&shard->unfreed, &rest))
        return;
    for (struct list_link *link; (link = list_pop_front(&rest)) != NULL;)
        free_if_unused(list_entry(link, struct connection, link));
}

static void unlink_if_linked(struct list_link *link)
{
    if (list_linked(link))
        list_remove(link);
}

void connection_close(struct connection *connection)
{
    struct shard *shard = connection->shard;

    shard_assert_owner(shard);
    if (connection->closed)
        return;
    connection->closed = connection->closing = true;
    if (shard->sweep == &connection->link)
        shard->sweep = connection->link.next;
    list_remove(&connection->link);
    connection_index_remove(&shard->connections_by_id, connection);
    unlink_if_linked(&connection->unflushed_link);
    unlink_if_linked(&connection->ready_link);
    unlink_if_linked(&connection->monitor_link);
    unlink_if_linked(&connection->behind_link);
    tracking_client_end(connection, false);
    if (connection->monitor)
        monitor_left(shard);
    if (connection->waiting != NULL && connection->abandoned != NULL)
        connection->abandoned(connection);
    transaction_discard(connection);
    subscription_end_all(connection);
    replica_connection_end(connection);
    shard->connection_count--;
    atomic_fetch_sub_explicit(&shard->node->client_count, 1, memory_order_relaxed);
    connection_input_release(connection);
    append_hold_drop(connection);
    connection_output_release(connection);
    connection_memory_forget(connection);
    if (connection->tls != NULL)
        tls_connection_close(connection);
    stream_close(&connection->stream);
}

static void connection_finished(struct stream *stream)
{
    struct connection *connection = (struct connection *)stream;

    ASSERT(connection->closed);
    connection->finished = true;
    if (connection->tls != NULL)
        tls_connection_free(connection);
    connection_output_release(connection);
    free_if_unused(connection);
}

/* A peer that has only ended its own direction still reads: what it has asked for is answered. */
void connection_ended(struct stream *stream, int error)
{
    struct connection *connection = (struct connection *)stream;

    connection->input_over = true;
    if (error != 0 || connection->abandoned != NULL)
        connection_close(connection);
    else if (connection->input != NULL)
        connection_process(connection);
    else
        connection_input_ended(connection);
}

void connection_close_soon(struct connection *connection)
{
    connection->closing = connection->close_now = true;
    connection_process_later(connection);
}

void connection_close_after_reply(struct connection *connection)
{
    connection->closing = true;
    connection_flush_later(connection);
}

/* ---- Waiting ---- */

void connection_process_later(struct connection *connection)
{
    if (!list_linked(&connection->ready_link) && !connection->closed)
        list_push_back(&connection->shard->ready, &connection->ready_link);
}

void connection_wait(struct connection *connection, void *what)
{
    ASSERT(connection->waiting == NULL);
    ASSERT(what != NULL);
    connection->waiting = what;
    connection->references++;
    connection_reply_put_off(connection);
}

void connection_wake(struct connection *connection)
{
    ASSERT(connection->waiting != NULL);
    connection->waiting = NULL;
    connection->abandoned = NULL;
    connection->cut_short = NULL;
    if (!connection->closed) {
        connection_flush_later(connection);
        connection_process_later(connection);
    }
    connection_unreference(connection);
}

void connection_unreference(struct connection *connection)
{
    ASSERT(connection->references > 0);
    connection->references--;
    free_if_unused(connection);
}

/* ---- Housekeeping ---- */

void connection_sweep(struct connection *connection)
{
    struct shard *shard = connection->shard;
    int64_t timeout = shard->config->timeout;

    connection_enforce_output_limit(connection);
    connection_memory_note(connection);
    if (connection->tls != NULL)
        tls_connection_sweep(connection);
    if (timeout > 0 && !connection->monitor && connection->replica == NULL &&
        connection->subscriber == NULL && connection->waiting == NULL &&
        shard->now - connection->last_interaction > timeout * 1000) {
        log_verbose("closing idle client %s", connection->address);
        connection_close_soon(connection);
    }
}

void connection_reset(struct connection *connection)
{
    transaction_discard(connection);
    tracking_client_end(connection, false);
    subscription_end_all(connection);
    connection->database = 0;
    connection->readonly = connection->asking = false;
    connection->no_evict = connection->no_touch = false;
    connection->reply_mode = CLIENT_REPLY_ON;
    connection->reply.protocol = 2;
    memory_free(connection->name);
    connection->name = memory_copy("", 0);
    access_reset(connection);
    if (connection->monitor) {
        connection->monitor = false;
        list_remove(&connection->monitor_link);
        monitor_left(connection->shard);
    }
}
