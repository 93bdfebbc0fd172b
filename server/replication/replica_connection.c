/* REPLCONF, PSYNC, SYNC, and what is sent to replicas. */
#include "server/replication/replica_connection.h"

#include "proto/base/assert.h"
#include "proto/base/memory.h"
#include "proto/base/number.h"
#include "server/commands/cmd.h"
#include "server/commands/handlers.h"
#include "server/connection/connection.h"
#include "server/connection/push.h"
#include "server/replication/replicas.h"
#include "server/shard/shard.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

static struct replica_connection *replica_of(struct connection *connection)
{
    if (connection->replica == NULL)
        connection->replica = memory_new_zeroed(1, sizeof(*connection->replica));
    return connection->replica;
}

bool replica_connection_follows(const struct connection *connection)
{
    return connection->replica != NULL && connection->replica->follows;
}

static void freed(struct message *message, void *sender)
{
    (void)sender;
    memory_free(message);
}

static void tell(const struct connection *connection, const struct replica_word *word)
{
    struct shard *shard = connection->shard;
    struct replica_word *copy = memory_new(sizeof(*copy));

    *copy = *word;
    copy->message = (struct message){.deliver = replicas_hear, .returned = freed};
    copy->shard = shard->index;
    copy->connection = connection->id;
    mailbox_post(shard->mailbox, &copy->message, node_control_index(shard->node));
}

void replica_connection_end(struct connection *connection)
{
    const struct replica_word word = {.kind = REPLICA_LEAVES};

    if (replica_connection_follows(connection))
        tell(connection, &word);
    memory_free(connection->replica);
    connection->replica = NULL;
}

/* ---- REPLCONF ---- */

static bool set_port(struct cmd *cmd, struct replica_profile *profile, uint32_t index)
{
    int64_t port;

    if (!cmd_integer(cmd, index, &port))
        return false;
    profile->port = (uint16_t)port;
    return true;
}

static bool set_host(struct cmd *cmd, struct replica_profile *profile, struct span host)
{
    if (host.length >= sizeof(profile->host)) {
        reply_error_format(cmd->reply,
                           "ERR REPLCONF ip-address provided by replica instance is too long: %zu "
                           "bytes",
                           host.length);
        return false;
    }
    memcpy(profile->host, host.data, host.length);
    profile->host[host.length] = '\0';
    return true;
}

static void set_capability(struct replica_profile *profile, struct span capability)
{
    profile->takes_mark |= span_is(capability, "eof");
    profile->takes_id |= span_is(capability, "psync2");
}

/* "7.2.4" as a number; what is none is no version. */
static bool set_version(struct cmd *cmd, struct replica_profile *profile, struct span version)
{
    unsigned parts[3];
    char text[32];

    if (version.length < sizeof(text)) {
        memcpy(text, version.data, version.length);
        text[version.length] = '\0';
        if (sscanf(text, "%u.%u.%u", &parts[0], &parts[1], &parts[2]) == 3) {
            profile->version = (parts[0] & 0xff) << 16 | (parts[1] & 0xff) << 8 | (parts[2] & 0xff);
            return true;
        }
    }
    reply_error_format(cmd->reply, "ERR Unrecognized version format: %.*s",
                       (int)(version.length < 64 ? version.length : 64), version.data);
    return false;
}

static bool set_data_only(struct cmd *cmd, struct replica_profile *profile, uint32_t index)
{
    int64_t yes;

    if (!cmd_integer(cmd, index, &yes))
        return false;
    if (yes != 0 && yes != 1) {
        reply_error_literal(cmd->reply, "ERR value is out of range, value must between 0 and 1");
        return false;
    }
    profile->data_only = yes == 1;
    return true;
}

/* The parts of the data that it wants and no others: names with spaces between them. */
static bool set_filter(struct cmd *cmd, struct replica_profile *profile, struct span names)
{
    const char *end = names.data + names.length;
    const char *at = names.data;

    profile->no_keys = profile->no_functions = true;
    while (at < end) {
        const char *next = memchr(at, ' ', (size_t)(end - at));
        struct span name = span_of(at, (size_t)((next != NULL ? next : end) - at));

        at = next != NULL ? next + 1 : end;
        if (name.length == 0)
            continue;
        if (!span_is(name, "functions")) {
            reply_error_format(cmd->reply, "ERR Unsupported rdb-filter-only option: %.*s",
                               (int)(name.length < 64 ? name.length : 64), name.data);
            return false;
        }
        profile->no_functions = false;
    }
    return true;
}

/* REPLCONF ACK offset [FACK offset]: never answered. */
static void acknowledge(struct cmd *cmd)
{
    struct replica_word word = {.kind = REPLICA_ACKNOWLEDGES, .log_offset = -1};

    if (!replica_connection_follows(cmd->connection) ||
        !number_parse_integer(cmd->argv[2], &word.offset))
        return;
    if (cmd->argc > 4 && cmd_argument_is(cmd, 3, "FACK") &&
        !number_parse_integer(cmd->argv[4], &word.log_offset))
        return;
    tell(cmd->connection, &word);
}

/* One option and its value. False: an error was replied. */
static bool take_option(struct cmd *cmd, struct replica_profile *profile, uint32_t index)
{
    struct span value = cmd->argv[index + 1];

    if (cmd_argument_is(cmd, index, "listening-port"))
        return set_port(cmd, profile, index + 1);
    if (cmd_argument_is(cmd, index, "ip-address"))
        return set_host(cmd, profile, value);
    if (cmd_argument_is(cmd, index, "version"))
        return set_version(cmd, profile, value);
    if (cmd_argument_is(cmd, index, "rdb-only"))
        return set_data_only(cmd, profile, index + 1);
    if (cmd_argument_is(cmd, index, "rdb-filter-only"))
        return set_filter(cmd, profile, value);
    if (cmd_argument_is(cmd, index, "capa")) {
        set_capability(profile, value);
        return true;
    }
    reply_error_format(cmd->reply, "ERR Unrecognized REPLCONF option: %.*s",
                       (int)(cmd->argv[index].length < 64 ? cmd->argv[index].length : 64),
                       cmd->argv[index].data);
    return false;
}

void command_replconf(struct cmd *cmd)
{
    struct replica_profile *profile;

    if (cmd->argc % 2 == 0) {
        cmd_reply_syntax_error(cmd);
        return;
    }
    if (cmd->argc >= 3 && cmd_argument_is(cmd, 1, "ACK")) {
        acknowledge(cmd);
        return;
    }
    /* A question for replicas, which do not answer it either unless they follow this connection. */
    if (cmd->argc >= 3 && cmd_argument_is(cmd, 1, "GETACK"))
        return;
    profile = &replica_of(cmd->connection)->profile;
    for (uint32_t i = 1; i < cmd->argc; i += 2)
        if (!take_option(cmd, profile, i))
            return;
    reply_ok(cmd->reply);
}

/* ---- PSYNC and SYNC ---- */

/* "1.2.3.4:5", "[::1]:5" or a path: the host alone. */
static void take_peer_host(const struct connection *connection, char host[REPLICA_HOST_MAX])
{
    const char *address = connection->address;
    const char *colon = strrchr(address, ':');
    size_t length = colon != NULL ? (size_t)(colon - address) : strlen(address);

    if (length >= 2 && address[0] == '[' && address[length - 1] == ']') {
        address++;
        length -= 2;
    }
    snprintf(host, REPLICA_HOST_MAX, "%.*s", (int)length, address);
}

static void slow_down_packets(const struct connection *connection)
{
    int no = 0;

    if (connection->shard->config->repl_disable_tcp_nodelay && !connection->is_unix)
        setsockopt(connection->stream.fd, IPPROTO_TCP, TCP_NODELAY, &no, sizeof(no));
}

static void ask(struct connection *connection, struct replica_request *request)
{
    struct shard *shard = connection->shard;
    struct replica_connection *replica = replica_of(connection);

    replica->follows = true;
    if (replica->profile.host[0] == '\0')
        take_peer_host(connection, replica->profile.host);
    slow_down_packets(connection);
    request->message = (struct message){.deliver = replicas_take, .returned = freed};
    request->shard = shard->index;
    request->connection = connection->id;
    request->profile = replica->profile;
    mailbox_post(shard->mailbox, &request->message, node_control_index(shard->node));
}

void command_psync(struct cmd *cmd)
{
    struct replica_request *request;
    int64_t offset;

    /* It says so twice: as if it had not. */
    if (replica_connection_follows(cmd->connection) || !cmd_integer(cmd, 2, &offset))
        return;
    request = memory_new_zeroed(1, sizeof(*request));
    snprintf(request->id, sizeof(request->id), "%.*s",
             (int)(cmd->argv[1].length < sizeof(request->id) ? cmd->argv[1].length
                                                             : sizeof(request->id) - 1),
             cmd->argv[1].data);
    request->offset = offset;
    request->failover = cmd->argc > 3 && cmd_argument_is(cmd, 3, "FAILOVER");
    ask(cmd->connection, request);
}

void command_sync(struct cmd *cmd)
{
    struct replica_request *request;

    if (replica_connection_follows(cmd->connection))
        return;
    request = memory_new_zeroed(1, sizeof(*request));
    request->old = true;
    request->offset = -1;
    ask(cmd->connection, request);
}

/* ---- Feeds ---- */

static void feed_return(struct replica_feed *feed)
{
    message_return(feed->mailbox, &feed->message);
}

static void piece_sent(struct reply_block *block)
{
    struct replica_feed *feed = list_entry(block, struct replica_feed, block);

    ASSERT(feed->shares > 0);
    if (--feed->shares == 0)
        feed_return(feed);
}

/* Returns how many pieces the output refers to. Its first byte is written as such: an output of
 * references alone would be taken for an empty one. */
static uint32_t write_pieces(struct replica_feed *feed, struct reply *reply)
{
    struct span rest = feed->pieces[0];

    feed->block.release = piece_sent;
    reply_raw(reply, span_of(rest.data, 1));
    rest = span_of(rest.data + 1, rest.length - 1);
    feed->shares = feed->count - (rest.length == 0);
    for (uint32_t i = 0; i < feed->count; i++) {
        if (rest.length > 0)
            reply_reference(reply, rest, &feed->block);
        if (i + 1 < feed->count)
            rest = feed->pieces[i + 1];
    }
    return feed->shares;
}

void replica_feed_deliver(struct message *message, void *receiver)
{
    struct replica_feed *feed = (struct replica_feed *)message;
    struct shard *shard = receiver;
    struct connection *connection =
        connection_index_find(&shard->connections_by_id, feed->connection);
    struct reply *reply;
    size_t start;

    feed->mailbox = shard->mailbox;
    if (connection != NULL && feed->kind == REPLICA_FEED_ENDS)
        connection_close_soon(connection);
    else if (connection != NULL && feed->kind == REPLICA_FEED_REFUSES)
        replica_of(connection)->follows = false;
    reply =
        connection != NULL && feed->count > 0 ? connection_push_begin(connection, &start) : NULL;
    if (reply == NULL) {
        feed_return(feed);
        return;
    }
    if (write_pieces(feed, reply) == 0)
        feed_return(feed);
    connection_push_end(connection, start);
}
