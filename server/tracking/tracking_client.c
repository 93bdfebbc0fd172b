#include "server/tracking/tracking_client.h"

#include "proto/base/assert.h"
#include "proto/base/memory.h"
#include "server/commands/command.h"
#include "server/connection/connection.h"
#include "server/connection/push.h"
#include "server/shard/shard.h"
#include "server/tracking/tracker.h"
#include "server/tracking/tracking_broadcast.h"
#include "server/tracking/tracking_post.h"

#include <string.h>

/* So many unread bytes, and a client is told only that everything has changed, when it has read
 * half of them. */
enum { UNREAD_MAX = 32 * 1024 * 1024 };

static const struct span everything = {0};

size_t tracking_client_memory(const struct tracking_client *client)
{
    if (client == NULL)
        return 0;
    return sizeof(*client) + client->prefix_bytes +
           client->subscription_count *
               (sizeof(struct tracking_subscription) + sizeof(struct tracking_prefix));
}

/* ---- The session ---- */

/* What travels with the connection's commands. */
static void refresh_tracker(struct connection *connection)
{
    const struct tracking_client *client = connection->tracking;
    uint64_t tracker;

    if (client == NULL) {
        connection->tracker = 0;
        return;
    }
    tracker = tracker_make(connection->id, connection->shard->index);
    if (client->mode.no_loop)
        tracker |= TRACKER_NO_LOOP;
    if (!client->mode.broadcasts &&
        (client->mode.opt_in ? client->caching : !(client->mode.opt_out && client->caching)))
        tracker |= TRACKER_REMEMBERS;
    connection->tracker = tracker;
}

void tracking_client_begin(struct connection *connection, struct tracking_mode mode,
                           uint64_t redirect, uint16_t redirect_shard)
{
    struct tracking *tracking = &connection->shard->tracking;
    struct tracking_client *client = connection->tracking;

    shard_assert_owner(connection->shard);
    ASSERT(!connection->closed);
    if (client == NULL) {
        client = memory_new_zeroed(1, sizeof(*client));
        client->connection = connection;
        list_init(&client->subscriptions);
        list_push_back(&tracking->clients, &client->link);
        tracking->client_count++;
        connection->tracking = client;
    }
    ASSERT(client->subscription_count == 0 || mode.broadcasts);
    client->mode = mode;
    client->caching = client->redirect_broken = false;
    client->redirect = redirect;
    client->redirect_shard = redirect_shard;
    refresh_tracker(connection);
}

void tracking_client_end(struct connection *connection, bool all_parked)
{
    struct tracking_client *client = connection->tracking;

    if (client == NULL)
        return;
    shard_assert_owner(connection->shard);
    tracking_broadcast_leave(client, all_parked);
    list_remove(&client->link);
    connection->shard->tracking.client_count--;
    connection->tracking = NULL;
    refresh_tracker(connection);
    memory_free(client);
}

void tracking_client_set_caching(struct connection *connection, bool caching)
{
    ASSERT(connection->tracking != NULL);
    connection->tracking->caching = caching;
    connection->one_off |= caching;
    refresh_tracker(connection);
}

static bool is_client_command(const struct command *command)
{
    return command != NULL && strncmp(command->name, "client|", 7) == 0;
}

void tracking_client_command_done(struct connection *connection, const struct command *command)
{
    if (!connection->tracking->caching || connection->transaction != NULL ||
        is_client_command(command))
        return;
    tracking_client_set_caching(connection, false);
}

/* ---- Telling ---- */

static void write_news(struct reply *reply, struct span keys)
{
    if (reply->protocol == 3) {
        reply_push(reply, 2);
        reply_bulk(reply, SPAN("invalidate"));
    } else {
        reply_array(reply, 3);
        reply_bulk(reply, SPAN("message"));
        reply_bulk(reply, SPAN("__redis__:invalidate"));
    }
    if (keys.data == NULL)
        reply_null(reply);
    else
        reply_raw(reply, keys);
}

/* In RESP2 only a connection with subscriptions can be told anything, and that by another's
 * redirection alone. */
static bool can_be_told(const struct connection *receiver, bool redirected)
{
    return receiver->reply.protocol == 3 || (redirected && receiver->subscriber != NULL);
}

static void push(struct connection *receiver, bool redirected, struct span keys)
{
    struct tracking *tracking = &receiver->shard->tracking;
    struct reply *reply;
    size_t start;

    if (!can_be_told(receiver, redirected) || list_linked(&receiver->behind_link))
        return;
    if (connection_output_size(receiver) >= UNREAD_MAX) {
        list_push_back(&tracking->behind, &receiver->behind_link);
        return;
    }
    reply = connection_push_begin(receiver, &start);
    if (reply == NULL)
        return;
    write_news(reply, keys);
    connection_push_end(receiver, start);
}

static void redirect_broke(struct tracking_client *client)
{
    struct connection *connection = client->connection;
    struct reply *reply;
    size_t start;

    client->redirect_broken = true;
    if (connection->reply.protocol != 3)
        return;
    reply = connection_push_begin(connection, &start);
    if (reply == NULL)
        return;
    reply_push(reply, 2);
    reply_bulk(reply, SPAN("tracking-redir-broken"));
    reply_integer(reply, (int64_t)client->redirect);
    connection_push_end(connection, start);
}

bool tracking_client_redirected(struct shard *shard, uint64_t id, struct span keys)
{
    struct connection *receiver = connection_index_find(&shard->connections_by_id, id);

    if (receiver == NULL)
        return false;
    push(receiver, true, keys);
    return true;
}

void tracking_client_tell(struct tracking_client *client, struct span keys)
{
    struct connection *connection = client->connection;
    struct shard *shard = connection->shard;

    shard_assert_owner(shard);
    if (client->redirect == 0)
        push(connection, false, keys);
    else if (client->redirect_broken)
        redirect_broke(client);
    else if (client->redirect_shard != shard->index)
        tracking_post_redirected(shard, client->redirect_shard, client->redirect, connection->id,
                                 keys);
    else if (!tracking_client_redirected(shard, client->redirect, keys))
        redirect_broke(client);
}

/* NULL when it is gone, or does not track any more. */
static struct tracking_client *client_of(const struct shard *shard, uint64_t id)
{
    const struct connection *connection = connection_index_find(&shard->connections_by_id, id);

    return connection == NULL ? NULL : connection->tracking;
}

void tracking_client_redirect_broke(struct shard *shard, uint64_t id)
{
    struct tracking_client *client = client_of(shard, id);

    if (client != NULL && client->redirect != 0)
        redirect_broke(client);
}

void tracking_client_key_changed(struct shard *shard, struct span name, const char *ids,
                                 uint64_t count)
{
    struct reply keys;

    reply_init(&keys, 2);
    reply_array(&keys, 1);
    reply_bulk(&keys, name);
    for (uint64_t i = 0; i < count; i++) {
        struct tracking_client *client;
        uint64_t id;

        memcpy(&id, ids + i * sizeof(id), sizeof(id));
        client = client_of(shard, id);
        /* What it read before it changed to prefixes concerns it no more. */
        if (client != NULL && !client->mode.broadcasts)
            tracking_client_tell(client, span_of(keys.bytes, keys.length));
    }
    reply_free(&keys);
}

/* ---- Everything ---- */

void tracking_client_forget_all(struct shard *shard)
{
    list_for_each (link, &shard->tracking.clients)
        tracking_client_tell(list_entry(link, struct tracking_client, link), everything);
}

void tracking_client_forget_prefixes(struct shard *shard)
{
    list_for_each (link, &shard->tracking.clients) {
        struct tracking_client *client = list_entry(link, struct tracking_client, link);

        if (client->mode.broadcasts)
            tracking_client_tell(client, everything);
    }
}

void tracking_client_forget_redirected(struct shard *shard, uint16_t target)
{
    list_for_each (link, &shard->tracking.clients) {
        struct tracking_client *client = list_entry(link, struct tracking_client, link);

        if (client->redirect != 0 && client->redirect_shard == target)
            tracking_client_tell(client, everything);
    }
}

void tracking_client_catch_up(struct shard *shard)
{
    struct list_link *link = shard->tracking.behind.next;

    while (link != &shard->tracking.behind) {
        struct connection *connection = list_entry(link, struct connection, behind_link);

        link = link->next;
        if (connection_output_size(connection) >= UNREAD_MAX / 2)
            continue;
        list_remove(&connection->behind_link);
        push(connection, true, everything);
    }
}
