/*
 * The line of CLIENT LIST: fields and their order are Redis's.
 */
#include "proto/base/memory.h"
#include "server/access/user.h"
#include "server/commands/command.h"
#include "server/config/text_buffer.h"
#include "server/connection/connection.h"
#include "server/connection/connection_memory.h"
#include "server/dispatch/transaction.h"
#include "server/pubsub/subscription.h"
#include "server/replication/replica_connection.h"
#include "server/shard/shard.h"
#include "server/tracking/tracking_client.h"

enum {
    FLAGS_MAX = 16,
    /* More than this unsent is more than every busy connection has. */
    OUTPUT_USUAL = 16 * 1024,
};

static char *describe_tracking(const struct tracking_client *tracking, char *flags)
{
    if (tracking == NULL)
        return flags;
    *flags++ = 't';
    if (tracking->redirect_broken)
        *flags++ = 'R';
    if (tracking->mode.broadcasts)
        *flags++ = 'B';
    return flags;
}

static void describe_flags(const struct connection *connection, char flags[FLAGS_MAX])
{
    char *end = flags;

    if (replica_connection_follows(connection))
        *end++ = 'S';
    if (connection->monitor)
        *end++ = 'O';
    if (connection->subscriber != NULL)
        *end++ = 'P';
    if (connection->transaction != NULL)
        *end++ = 'x';
    if (connection_is_blocked(connection))
        *end++ = 'b';
    end = describe_tracking(connection->tracking, end);
    if (connection->closing)
        *end++ = connection->close_now ? 'A' : 'c';
    if (connection->is_unix)
        *end++ = 'U';
    if (connection->readonly)
        *end++ = 'r';
    if (connection->no_evict)
        *end++ = 'e';
    if (connection->no_touch)
        *end++ = 'T';
    if (end == flags)
        *end++ = 'N';
    *end = '\0';
}

/* Received bytes that are not a command yet: not those of the command being run. */
static size_t unread_size(const struct connection *connection)
{
    size_t unread = connection->input_end - connection->input_start;

    if (connection->processing && unread >= connection->parser.position)
        unread -= connection->parser.position;
    return unread;
}

static void describe_memory(const struct connection *connection, struct text_buffer *text)
{
    size_t unread = unread_size(connection);
    size_t input = connection_input_memory(connection);
    size_t output = connection_output_size(connection);
    size_t arguments = connection->own_argv_capacity * sizeof(struct span);
    size_t transaction = transaction_memory(connection);

    text_buffer_add_format(text, " qbuf=%zu qbuf-free=%zu argv-mem=%zu multi-mem=%zu", unread,
                           input > unread ? input - unread : 0, arguments, transaction);
    text_buffer_add_format(text, " rbs=%zu rbp=%zu obl=%zu oll=%u omem=%zu tot-mem=%zu",
                           connection_buffer_memory(connection),
                           connection_buffer_memory(connection), output > OUTPUT_USUAL ? 0 : output,
                           connection->reply.reference_count + connection->outgoing.reference_count,
                           output > OUTPUT_USUAL ? output : 0, connection_memory(connection));
}

char *connection_describe(const struct connection *connection)
{
    time_ms now = connection->shard->now;
    struct text_buffer text = {0};
    char flags[FLAGS_MAX];

    shard_assert_owner(connection->shard);
    describe_flags(connection, flags);
    text_buffer_add_format(
        &text, "id=%llu addr=%s laddr=%s fd=%d name=", (unsigned long long)connection->id,
        connection->address, connection->local_address, connection->stream.fd);
    text_buffer_add(&text, span_of_string(connection->name));
    text_buffer_add_format(
        &text, " age=%lld idle=%lld flags=%s db=%u sub=%u psub=%u ssub=%u multi=%lld watch=%llu",
        (long long)((now - connection->created) / 1000),
        (long long)((now - connection->last_interaction) / 1000), flags, connection->database,
        subscription_count_of(connection, TOPIC_CHANNEL),
        subscription_count_of(connection, TOPIC_PATTERN),
        subscription_count_of(connection, TOPIC_SHARD_CHANNEL),
        connection->transaction != NULL ? (long long)connection->transaction->unit.count : -1,
        (unsigned long long)watch_count(connection->watches));
    describe_memory(connection, &text);
    text_buffer_add_format(
        &text, " events=%s cmd=%s user=%.*s redir=%lld resp=%u lib-name=",
        connection->stream.sending ? "rw" : "r",
        connection->last_command != NULL ? connection->last_command->name : "NULL",
        (int)connection->user->name.length, connection->user->name.data,
        connection->tracking != NULL ? (long long)connection->tracking->redirect : -1,
        connection->reply.protocol);
    text_buffer_add(&text, span_of_string(connection->library_name));
    text_buffer_add(&text, SPAN(" lib-ver="));
    text_buffer_add(&text, span_of_string(connection->library_version));
    text_buffer_add_format(&text, " tot-net-in=%llu tot-net-out=%llu tot-cmds=%llu",
                           (unsigned long long)connection->bytes_received,
                           (unsigned long long)connection->bytes_sent,
                           (unsigned long long)connection->commands);
    return text_buffer_take(&text);
}
