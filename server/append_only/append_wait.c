#include "server/append_only/append_wait.h"

#include "proto/base/assert.h"
#include "proto/base/memory.h"
#include "server/append_only/append_hold.h"
#include "server/config/config.h"
#include "server/connection/connection.h"
#include "server/replication/replication_wait.h"

struct waiting {
    struct list_link link; /* in shard->append_waits */
    struct connection *connection;
    struct append_wish wish;
    struct replication_wait *replicas; /* asked for; NULL: they have been heard of */
    uint32_t replica_count;
    bool is_cut_short; /* answered as soon as may be, */
    const char *error; /* with this, unless it is NULL */
};

static bool is_on(const struct shard *shard)
{
    return atomic_load(&shard->node->append_logs->promises);
}

static int64_t local_count(const struct connection *connection)
{
    return is_on(connection->shard) && append_hold_is_durable(connection) ? 1 : 0;
}

static bool is_fulfilled(const struct connection *connection, const struct append_wish *wish)
{
    return local_count(connection) >= wish->local;
}

/* The log that is waited for has been switched off. */
static bool waits_in_vain(const struct waiting *waiting)
{
    return waiting->wish.local > 0 && !waiting->connection->shard->config->appendonly;
}

static void answer(const struct connection *connection, uint32_t replicas, struct reply *reply)
{
    reply_array(reply, 2);
    reply_integer(reply, local_count(connection));
    reply_integer(reply, replicas);
}

/* ---- With `appendfsync no` somebody has to ask ---- */

struct request {
    struct message message; /* first */
};

static void request_deliver(struct message *message, void *receiver)
{
    struct shard *shard = receiver;

    if (shard->append_log != NULL)
        append_log_want_sync(shard->append_log);
    message_return(shard->mailbox, message);
}

static void request_returned(struct message *message, void *sender)
{
    (void)sender;
    memory_free(message);
}

static void want_sync(struct shard *shard)
{
    for (uint16_t i = 0; i < shard->node->shard_count; i++) {
        struct request *request;

        if (i == shard->index) {
            if (shard->append_log != NULL)
                append_log_want_sync(shard->append_log);
            continue;
        }
        request = memory_new_zeroed(1, sizeof(*request));
        request->message =
            (struct message){.deliver = request_deliver, .returned = request_returned};
        mailbox_post(shard->mailbox, &request->message, i);
    }
}

/* ---- Waiting ---- */

static void end(struct waiting *waiting)
{
    struct connection *connection = waiting->connection;
    const char *error = waiting->error;

    if (!connection->closed) {
        struct reply *reply = connection_reply_begin(connection);
        size_t start = reply->length;

        if (error != NULL)
            reply_error(reply, span_of_string(error));
        else
            answer(connection, waiting->replica_count, reply);
        connection_reply_end(connection, start);
    }
    list_remove(&waiting->link);
    memory_free(waiting);
    connection_wake(connection);
}

/* It ends when the replicas have been heard of, and the log is where it is wanted. */
static bool is_over(const struct waiting *waiting)
{
    return waiting->replicas == NULL && (waiting->connection->closed || waiting->is_cut_short ||
                                         is_fulfilled(waiting->connection, &waiting->wish) ||
                                         waiting->connection->shard->now >= waiting->wish.deadline);
}

static void abandoned(struct connection *connection)
{
    struct waiting *waiting = connection->waiting;

    if (waiting->replicas != NULL)
        replication_wait_cancel(connection->shard, waiting->replicas);
    else
        end(waiting);
}

static void cut_short(struct connection *connection, const char *error)
{
    struct waiting *waiting = connection->waiting;

    waiting->is_cut_short = true;
    waiting->error = error;
    if (waiting->replicas != NULL)
        replication_wait_cancel(connection->shard, waiting->replicas);
    else
        end(waiting);
}

static void heard(struct shard *shard, struct replication_wait *wait)
{
    struct waiting *waiting = wait->context;

    (void)shard;
    waiting->replica_count = wait->count;
    waiting->replicas = NULL;
    memory_free(wait);
    if (is_over(waiting))
        end(waiting);
}

static void ask_replicas(struct shard *shard, struct waiting *waiting)
{
    struct replication_wait *wait = memory_new_zeroed(1, sizeof(*wait));

    wait->wanted = waiting->wish.replicas;
    wait->in_log = true;
    wait->deadline = waiting->wish.deadline;
    wait->done = heard;
    wait->context = waiting;
    waiting->replicas = wait;
    replication_wait_start(shard, wait);
}

void append_wait(struct cmd *cmd, const struct append_wish *wish)
{
    struct connection *connection = cmd->connection;
    struct shard *shard = cmd->shard;
    struct waiting *waiting;

    /* Nobody waits in a transaction or a script. */
    if (cmd->section != NULL) {
        answer(connection, 0, cmd->reply);
        return;
    }
    waiting = memory_new_zeroed(1, sizeof(*waiting));
    *waiting = (struct waiting){.connection = connection, .wish = *wish};
    list_push_back(&shard->append_waits, &waiting->link);
    connection_wait(connection, waiting);
    connection->abandoned = abandoned;
    connection->cut_short = cut_short;
    ask_replicas(shard, waiting);
    if (shard->config->appendfsync == APPENDFSYNC_NO)
        want_sync(shard);
    append_hold_watch_all(shard);
    /* It may have come so far just before it was watched. */
    shard->append_news = true;
}

void append_wait_turn(struct shard *shard)
{
    struct list_link all;
    struct list_link *link;

    if (!list_take_all(&shard->append_waits, &all))
        return;
    while ((link = list_pop_front(&all)) != NULL) {
        struct waiting *waiting = list_entry(link, struct waiting, link);

        list_push_back(&shard->append_waits, &waiting->link);
        if (waits_in_vain(waiting) && !waiting->is_cut_short)
            cut_short(waiting->connection, APPEND_WAIT_IS_OFF);
        else if (is_over(waiting))
            end(waiting);
    }
}

bool append_wait_is_empty(const struct shard *shard)
{
    return list_empty(&shard->append_waits);
}
