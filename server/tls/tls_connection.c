#include "server/tls/tls_connection.h"

#include "proto/base/assert.h"
#include "proto/base/memory.h"
#include "server/config/config.h"
#include "server/connection/connection.h"
#include "server/connection/input.h"
#include "server/connection/output.h"
#include "server/observe/clock.h"
#include "server/observe/log.h"
#include "server/shard/shard.h"
#include "server/tls/tls_session.h"

#include <string.h>

enum {
    FAILURE_LOG_INTERVAL_MS = 1000,
    /* Time for handshakes per turn: those of many clients that come at once must not keep the
     * others. */
    HANDSHAKES_US = 2000,
    /* What is received of one that waits. */
    HELD_MAX = 256 * 1024,
};

struct tls_connection {
    struct tls_session *session;
    struct tls_output sending; /* the kernel sends from it */
    /* a handshake that waits for the next turn */
    struct connection *connection;
    struct list_link waiting_link; /* in shard->tls_waiting */
    bool waits;
    char *held; /* what was received meanwhile */
    size_t held_length;
    /* the reply under way: what is not encrypted yet */
    bool replying; /* connection_sent is to be called */
    uint32_t part;
    uint32_t part_count;
    size_t offset; /* in parts[part] */
    struct iovec parts[STREAM_SEND_PARTS_MAX];
};

void tls_connection_create(struct connection *connection, struct tls_context *context)
{
    struct tls_connection *tls = memory_new_zeroed(1, sizeof(*tls));

    ASSERT(connection->tls == NULL);
    ASSERT(context != NULL);
    tls->session = tls_session_create(context, TLS_ROLE_SERVES, NULL);
    tls->connection = connection;
    connection->tls = tls;
}

void tls_connection_free(struct connection *connection)
{
    struct tls_connection *tls = connection->tls;

    ASSERT(!connection->stream.sending);
    connection->tls = NULL;
    if (tls->waits)
        list_remove(&tls->waiting_link);
    memory_free(tls->held);
    memory_free(tls->sending.bytes);
    tls_session_destroy(tls->session);
    memory_free(tls);
}

/* ---- Sending ---- */

/* The next records: of the reply under way, and whatever TLS itself has to say. */
static void send_next(struct connection *connection)
{
    struct tls_connection *tls = connection->tls;
    struct iovec records;

    ASSERT(!connection->stream.sending);
    if (tls->part < tls->part_count &&
        !tls_session_write(tls->session, tls->parts, tls->part_count, &tls->part, &tls->offset)) {
        log_warning("closing client %s: %s", connection->address, tls_session_error(tls->session));
        connection_close_soon(connection);
        return;
    }
    tls->sending = tls_session_take(tls->session);
    records = (struct iovec){tls->sending.bytes, tls->sending.length};
    stream_send(&connection->stream, &records, 1);
}

void tls_connection_send(struct connection *connection, const struct iovec *parts, uint32_t count)
{
    struct tls_connection *tls = connection->tls;

    ASSERT(!tls->replying);
    ASSERT(count <= STREAM_SEND_PARTS_MAX);
    memcpy(tls->parts, parts, count * sizeof(*parts));
    tls->part_count = count;
    tls->part = 0;
    tls->offset = 0;
    tls->replying = true;
    send_next(connection);
}

bool tls_connection_flush(struct connection *connection)
{
    if (!tls_session_has_output(connection->tls->session))
        return false;
    send_next(connection);
    return true;
}

void tls_connection_sent(struct stream *stream, int error)
{
    struct connection *connection = (struct connection *)stream;
    struct tls_connection *tls = connection->tls;

    memory_free(tls->sending.bytes);
    tls->sending = (struct tls_output){0};
    if (error == 0 && (tls->part < tls->part_count || tls_session_has_output(tls->session))) {
        send_next(connection);
        return;
    }
    if (error != 0 || tls->replying) {
        tls->replying = false;
        connection_sent(stream, error);
    } else if (connection->reply.length > 0 || connection->closing) {
        connection_flush_later(connection);
    }
}

/* ---- Receiving ---- */

static void handshake_over(struct connection *connection)
{
    struct statistics *statistics = &connection->shard->statistics;

    statistics->tls_handshakes++;
    statistics->tls_resumptions += tls_session_is_resumed(connection->tls->session);
}

static void failed(struct connection *connection)
{
    struct shard *shard = connection->shard;
    const char *error = tls_session_error(connection->tls->session);

    if (!tls_session_is_open(connection->tls->session)) {
        shard->statistics.tls_handshakes_failed++;
        /* Strangers are not to fill the disk. */
        if (shard->now - shard->tls_failure_logged < FAILURE_LOG_INTERVAL_MS) {
            log_verbose("TLS handshake with %s failed: %s", connection->address, error);
        } else {
            log_notice("TLS handshake with %s failed: %s", connection->address, error);
            shard->tls_failure_logged = shard->now;
        }
    } else {
        log_verbose("closing client %s: %s", connection->address, error);
    }
    connection_close(connection);
}

/* Hands a buffer of plaintext to the connection. True when it was full. */
static bool deliver(struct connection *connection, enum tls_state *state)
{
    struct tls_session *session = connection->tls->session;
    size_t capacity = tls_session_expects(session);
    struct receive_buffer *plaintext = receive_buffer_create(capacity);
    size_t length = 0;
    size_t more;

    do {
        more = tls_session_read(session, plaintext->bytes + length, capacity - length, state);
        length += more;
    } while (more > 0 && length < capacity);
    if (length > 0)
        connection_received(&connection->stream, plaintext, length);
    else
        receive_buffer_unpin(plaintext);
    return length == capacity;
}

static void take(struct connection *connection, const char *bytes, size_t length)
{
    struct stream *stream = &connection->stream;
    struct tls_session *session = connection->tls->session;
    enum tls_state state = TLS_GOES_ON;
    bool was_open = tls_session_is_open(session);

    tls_session_feed(session, bytes, length);
    while (!connection->closing && !connection->input_over && tls_session_expects(session) > 0 &&
           deliver(connection, &state))
        continue;
    tls_session_feed(session, NULL, 0);
    if (!was_open && tls_session_is_open(session))
        handshake_over(connection);
    if (state == TLS_FAILED && !connection->closed)
        failed(connection);
    else if (state == TLS_ENDED && !connection->closed)
        connection_ended(stream, 0);
    if (tls_session_has_output(session) && !stream->sending)
        connection_flush_later(connection);
}

static bool handshakes_are_too_many(const struct shard *shard)
{
    return shard->tls_handshake_ticks >= clock_us_to_ticks(HANDSHAKES_US);
}

/* A step of a handshake. */
static void take_timed(struct connection *connection, const char *bytes, size_t length)
{
    struct shard *shard = connection->shard;
    uint64_t start = clock_ticks();

    take(connection, bytes, length);
    shard->tls_handshake_ticks += clock_ticks() - start;
}

/* Keeps it for tls_connection_turn. */
static void hold(struct connection *connection, const char *bytes, size_t length)
{
    struct tls_connection *tls = connection->tls;
    struct shard *shard = connection->shard;

    if (!tls->waits) {
        shard->statistics.tls_handshakes_put_off++;
        list_push_back(&shard->tls_waiting, &tls->waiting_link);
        tls->waits = true;
    }
    if (length > HELD_MAX - tls->held_length) {
        log_verbose("closing %s: too much input before its TLS handshake", connection->address);
        connection_close_soon(connection);
        return;
    }
    tls->held = memory_resize(tls->held, tls->held_length + length);
    memcpy(tls->held + tls->held_length, bytes, length);
    tls->held_length += length;
}

void tls_connection_received(struct stream *stream, struct receive_buffer *buffer, size_t length)
{
    struct connection *connection = (struct connection *)stream;
    struct shard *shard = connection->shard;

    shard_assert_owner(shard);
    if (__builtin_expect(tls_session_is_open(connection->tls->session), 1))
        take(connection, buffer->bytes, length);
    else if (!list_empty(&shard->tls_waiting) || handshakes_are_too_many(shard))
        hold(connection, buffer->bytes, length);
    else
        take_timed(connection, buffer->bytes, length);
    receive_buffer_unpin(buffer);
}

bool tls_connection_turn(struct shard *shard)
{
    shard->tls_handshake_ticks = 0;
    while (!list_empty(&shard->tls_waiting) && !handshakes_are_too_many(shard)) {
        struct tls_connection *tls =
            list_entry(list_pop_front(&shard->tls_waiting), struct tls_connection, waiting_link);
        char *held = tls->held;
        size_t length = tls->held_length;

        tls->waits = false;
        tls->held = NULL;
        tls->held_length = 0;
        if (!tls->connection->closed)
            take_timed(tls->connection, held, length);
        memory_free(held);
    }
    return !list_empty(&shard->tls_waiting);
}

/* ---- Going ---- */

void tls_connection_close(struct connection *connection)
{
    struct tls_session *session = connection->tls->session;
    struct tls_output last;

    /* Not into the middle of a record. */
    if (connection->stream.sending)
        return;
    tls_session_end(session);
    last = tls_session_take(session);
    if (last.length > 0)
        stream_send_last(&connection->stream, last.bytes, last.length);
    memory_free(last.bytes);
}

void tls_connection_sweep(struct connection *connection)
{
    struct shard *shard = connection->shard;

    if (tls_session_is_open(connection->tls->session) ||
        shard->now - connection->created < shard->config->tls_handshake_timeout_ms)
        return;
    log_verbose("closing %s: it does not finish its TLS handshake", connection->address);
    shard->statistics.tls_handshakes_failed++;
    connection_close_soon(connection);
}
