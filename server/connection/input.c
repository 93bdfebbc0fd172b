/*
 * A connection's input: from received bytes to the batch.
 *
 * Bytes are parsed where the kernel put them. Only what is left of an unfinished or postponed
 * command moves to a buffer of the connection's own, which never moves while a hop looks into it:
 * it is replaced instead.
 */
#include "server/connection/input.h"

#include "proto/base/assert.h"
#include "proto/base/memory.h"
#include "server/append_only/append_hold.h"
#include "server/config/config.h"
#include "server/connection/connection.h"
#include "server/connection/connection_memory.h"
#include "server/dispatch/batch.h"
#include "server/dispatch/transaction.h"
#include "server/observe/log.h"
#include "server/script/busy.h"
#include "server/shard/shard.h"

enum {
    OWN_INPUT_MIN = 4096,
    /* What is announced is believed only so far ahead of what has arrived. */
    OWN_INPUT_AHEAD_MAX = 1024 * 1024,
    OWN_ARGV_MIN = 64,
    OWN_ARGV_KEPT_MAX = 1024,
    /* Unread bytes at which a connection that cannot go on is no longer received from. */
    INPUT_PAUSE = 256 * 1024,
    /* With fewer spans left the batch runs first, so that an ordinary command finds room. */
    BATCH_SPANS_LOW = 64,
    UNAUTHENTICATED_ARGUMENTS_MAX = 10,
    UNAUTHENTICATED_BULK_MAX = 16384,
    UNAUTHENTICATED_INPUT_MAX = 1024 * 1024,
};

static struct request_limits limits_of(const struct connection *connection)
{
    if (!connection->authenticated)
        return (struct request_limits){.count_max = UNAUTHENTICATED_ARGUMENTS_MAX,
                                       .bulk_length_max = UNAUTHENTICATED_BULK_MAX,
                                       .unauthenticated = true};
    return (struct request_limits){.count_max = INT32_MAX,
                                   .bulk_length_max =
                                       (int64_t)connection->shard->config->proto_max_bulk_len};
}

/* ---- Bytes ---- */

/* Makes `buffer`, with the unread bytes at its start, the input. */
static void input_replace(struct connection *connection, struct receive_buffer *buffer)
{
    struct receive_buffer *before = connection->input;
    size_t unread = connection->input_end - connection->input_start;

    memcpy(buffer->bytes, before->bytes + connection->input_start, unread);
    request_parser_rebase(&connection->parser, before->bytes + connection->input_start,
                          buffer->bytes);
    connection->input = buffer;
    connection->input_start = 0;
    connection->input_end = unread;
    receive_buffer_unpin(before);
}

/* A size for the connection's own buffer: what the request needs, as far as that can be believed.
 */
static size_t own_capacity(const struct connection *connection, size_t at_least)
{
    size_t needs = request_parser_needs(&connection->parser);
    size_t capacity = at_least + at_least / 2;

    if (needs > capacity)
        capacity = needs < at_least + OWN_INPUT_AHEAD_MAX ? needs : at_least + OWN_INPUT_AHEAD_MAX;
    return capacity < OWN_INPUT_MIN ? OWN_INPUT_MIN : capacity;
}

/* Gives the kernel's buffer back: what is unread of it moves to one of the connection's own. */
static void input_keep(struct connection *connection)
{
    size_t unread = connection->input_end - connection->input_start;

    if (unread == 0) {
        receive_buffer_unpin(connection->input);
        connection->input = NULL;
        connection->input_start = connection->input_end = 0;
        return;
    }
    if (connection->input->reactor != NULL)
        input_replace(connection, receive_buffer_create(own_capacity(connection, unread)));
}

static void input_append(struct connection *connection, const char *bytes, size_t length)
{
    struct receive_buffer *input = connection->input;
    size_t unread = connection->input_end - connection->input_start;

    if (connection->input_end + length > input->capacity) {
        if (input->reactor == NULL && input->pins == 1 && unread + length <= input->capacity / 2) {
            memmove(input->bytes, input->bytes + connection->input_start, unread);
            request_parser_rebase(&connection->parser, input->bytes + connection->input_start,
                                  input->bytes);
            connection->input_start = 0;
            connection->input_end = unread;
        } else {
            input_replace(connection,
                          receive_buffer_create(own_capacity(connection, unread + length)));
        }
    }
    memcpy(connection->input->bytes + connection->input_end, bytes, length);
    connection->input_end += length;
}

/* ---- Arguments ---- */

static bool own_argv_used(const struct connection *connection)
{
    return connection->own_argv != NULL && connection->parser.argv == connection->own_argv;
}

/* Moves the spans of the unfinished request to a vector that outlives the turn, with more room. */
static void own_argv_take(struct connection *connection)
{
    struct request_parser *parser = &connection->parser;
    uint32_t capacity = parser->argc * 2 < OWN_ARGV_MIN ? OWN_ARGV_MIN : parser->argc * 2;

    if (own_argv_used(connection)) {
        connection->own_argv = memory_resize(connection->own_argv, capacity * sizeof(struct span));
    } else {
        if (connection->own_argv_capacity < capacity)
            connection->own_argv =
                memory_resize(connection->own_argv, capacity * sizeof(struct span));
        else
            capacity = connection->own_argv_capacity;
        memcpy(connection->own_argv, parser->argv, parser->argc * sizeof(struct span));
    }
    connection->own_argv_capacity = capacity;
    parser->argv = connection->own_argv;
    parser->argv_capacity = capacity;
}

static void own_argv_release(struct connection *connection)
{
    connection->parser.argv = NULL;
    connection->parser.argv_capacity = 0;
    if (connection->own_argv_capacity <= OWN_ARGV_KEPT_MAX)
        return;
    memory_free(connection->own_argv);
    connection->own_argv = NULL;
    connection->own_argv_capacity = 0;
}

/* ---- Requests ---- */

static void protocol_error(struct connection *connection)
{
    struct shard *shard = connection->shard;
    char text[128];
    struct reply *reply;
    size_t start;

    batch_run(shard);
    if (connection->closed || connection->closing)
        return;
    request_error_text(&connection->parser, text);
    log_verbose("client %s: %s", connection->address, text);
    reply = connection_reply_begin(connection);
    start = reply->length;
    reply_error_format(reply, "ERR %s", text);
    statistics_error(&shard->statistics, SPAN("ERR"));
    connection_reply_end(connection, start);
    connection_close_after_reply(connection);
}

/* A complete request: hands it to the batch. False when it must wait. */
static bool request_complete(struct connection *connection)
{
    struct shard *shard = connection->shard;
    struct request_parser *parser = &connection->parser;
    size_t used = parser->position;
    bool own = own_argv_used(connection);

    if (parser->argc > 0) {
        if (__builtin_expect(!shard->in_pause, 1))
            batch_hold(shard, connection->input);
        if (!batch_put(shard, connection, parser->argv, parser->argc)) {
            /* Kept as it was read: quoted words were unescaped in place, which works once. */
            connection->stalled = connection->request_kept = true;
            if (!own)
                own_argv_take(connection);
            return false;
        }
        connection->request_kept = false;
        if (own && shard->batch.count > 0 && !shard->in_pause)
            batch_run(shard);
    }
    connection->input_start += used;
    if (connection->owed_count > 0)
        connection->owed_bytes += used;
    request_parser_reset(parser);
    if (own)
        own_argv_release(connection);
    return true;
}

/* What other shards look at stays in memory until they answer. */
static bool owes_too_much(const struct connection *connection)
{
    return connection->owed_count >= connection->owed_limit ||
           connection->owed_bytes >= CONNECTION_OWED_BYTES_MAX;
}

/* What it has written waits for a disk that is too slow. */
static bool log_is_full(const struct connection *connection)
{
    return __builtin_expect(connection->held_for_log, 0) && append_hold_is_crowded(connection);
}

static bool may_go_on(const struct connection *connection)
{
    return connection->waiting == NULL && !connection->closing && !connection->closed &&
           !connection->stalled && !owes_too_much(connection) && !log_is_full(connection) &&
           connection->input_start < connection->input_end &&
           !connection_output_is_full(connection);
}

/* Reads one request. False when the loop is to end. */
static bool request_read(struct connection *connection)
{
    struct shard *shard = connection->shard;
    struct request_parser *parser = &connection->parser;
    struct request_limits limits;

    if (connection->request_kept)
        return request_complete(connection);
    limits = limits_of(connection);
    if (!own_argv_used(connection)) {
        if (shard->batch.span_count > BATCH_SPANS_MAX - BATCH_SPANS_LOW)
            batch_run(shard);
        if (__builtin_expect(shard->in_pause, 0))
            parser->argv = busy_spans(shard, &parser->argv_capacity);
        else
            parser->argv = batch_spans(&shard->batch, &parser->argv_capacity);
    }
    switch (request_parse(parser, connection->input->bytes + connection->input_start,
                          connection->input_end - connection->input_start, &limits)) {
    case REQUEST_COMPLETE:
        return request_complete(connection);
    case REQUEST_NEEDS_ROOM:
        own_argv_take(connection);
        return true;
    case REQUEST_INCOMPLETE:
        /* The batch's spans are for this turn only. */
        if (!own_argv_used(connection) && parser->argc > 0)
            own_argv_take(connection);
        return false;
    case REQUEST_INVALID:
        protocol_error(connection);
        return false;
    }
    UNREACHABLE();
}

/* Must what is unread wait for something? */
static bool is_stuck(const struct connection *connection)
{
    return connection->waiting != NULL || connection->stalled || owes_too_much(connection) ||
           log_is_full(connection) || connection_output_is_full(connection);
}

/* One request, or one transaction, that is too large. What a connection that waits has not read is
 * no fault of its client: receiving is paused, which bounds it by what was on its way here. */
static bool input_too_big(const struct connection *connection)
{
    size_t unread = connection->input_end - connection->input_start;
    size_t own = is_stuck(connection) ? 0 : unread;

    return own + transaction_memory(connection) >
               connection->shard->config->client_query_buffer_limit ||
           (!connection->authenticated && unread > UNAUTHENTICATED_INPUT_MAX);
}

/* Stops to receive from a connection that cannot go on, and starts again when it can. */
static void input_regulate(struct connection *connection)
{
    size_t unread = connection->input_end - connection->input_start;
    bool pause = is_stuck(connection) && unread > INPUT_PAUSE;

    if (pause == connection->reading_paused || connection->closed)
        return;
    connection->reading_paused = pause;
    if (pause)
        stream_pause(&connection->stream);
    else
        stream_resume(&connection->stream);
}

void connection_process(struct connection *connection)
{
    if (connection->processing || connection->input == NULL || connection->closed)
        return;
    if (__builtin_expect(connection->frozen, 0) && connection->shard->in_pause) {
        connection_process_later(connection);
        return;
    }
    connection->processing = true;
    while (may_go_on(connection) && request_read(connection))
        continue;
    connection->processing = false;
    if (connection->closed) {
        /* Closed on the way by its own command; the batch may still look at the bytes, and holds
         * them. */
        connection_input_release(connection);
        return;
    }
    if (input_too_big(connection)) {
        log_warning("closing client %s that reached the query buffer limit", connection->address);
        connection->shard->statistics.query_limit_disconnections++;
        connection_close(connection);
        connection_input_release(connection);
        return;
    }
    input_keep(connection);
    if (connection->input != NULL || __builtin_expect(connection->transaction != NULL, 0) ||
        connection_memory_is_large(connection, 0))
        connection_memory_note(connection);
    input_regulate(connection);
    if (connection->input_over)
        connection_input_ended(connection);
}

void connection_input_ended(struct connection *connection)
{
    /* Who waits for a key and says nothing more is taken for gone: nothing is popped for it. */
    if (connection->blocked != NULL) {
        connection_close(connection);
        return;
    }
    if (connection->closing || (connection->input != NULL && is_stuck(connection)))
        return;
    /* Commands of a closing connection are dropped: its last ones run before. */
    batch_run(connection->shard);
    if (connection->blocked != NULL)
        connection_close(connection);
    else if (!connection->closing)
        connection_close_after_reply(connection);
}

void connection_input_release(struct connection *connection)
{
    if (connection->processing || connection->input == NULL)
        return;
    receive_buffer_unpin(connection->input);
    connection->input = NULL;
    connection->input_start = connection->input_end = 0;
    connection->request_kept = false;
    request_parser_reset(&connection->parser);
    connection->parser.argv = NULL;
    memory_free(connection->own_argv);
    connection->own_argv = NULL;
    connection->own_argv_capacity = 0;
}

void connection_received(struct stream *stream, struct receive_buffer *buffer, size_t length)
{
    struct connection *connection = (struct connection *)stream;
    struct shard *shard = connection->shard;

    shard_assert_owner(shard);
    shard->statistics.bytes_received += length;
    shard->statistics.reads++;
    connection->bytes_received += length;
    connection->last_interaction = shard->now;
    if (connection->closing) {
        receive_buffer_unpin(buffer);
        return;
    }
    if (connection->input == NULL) {
        if (__builtin_expect(reactor_buffers_are_scarce(shard->reactor), 0))
            buffer = receive_buffer_replace(buffer, length);
        connection->input = buffer;
        connection->input_start = 0;
        connection->input_end = length;
    } else {
        input_append(connection, buffer->bytes, length);
        receive_buffer_unpin(buffer);
    }
    connection_process(connection);
}
