#include "server/connection/connection_memory.h"

#include "proto/base/memory.h"
#include "server/config/config.h"
#include "server/dispatch/transaction.h"
#include "server/observe/log.h"
#include "server/pubsub/subscription.h"
#include "server/shard/gather.h"
#include "server/shard/shard.h"
#include "server/tracking/tracking_client.h"

/* A lower limit than that would keep everybody out, those who might raise it included. */
enum { LIMIT_MIN = 128 * 1024 };

/* ---- Figures ---- */

size_t connection_buffer_memory(const struct connection *connection)
{
    return connection->reply.capacity + connection->reply.referenced_bytes +
           connection->outgoing.capacity + connection->outgoing.referenced_bytes +
           connection->held.capacity + connection->held.referenced_bytes;
}

size_t connection_input_memory(const struct connection *connection)
{
    const struct receive_buffer *input = connection->input;

    /* Buffers of the kernel's choice belong to the shard. */
    return input != NULL && input->reactor == NULL ? input->capacity : 0;
}

size_t connection_memory(const struct connection *connection)
{
    return sizeof(*connection) + connection_buffer_memory(connection) +
           connection_input_memory(connection) +
           connection->own_argv_capacity * sizeof(struct span) + transaction_memory(connection) +
           watch_memory(connection->watches) + subscription_memory(connection) +
           tracking_client_memory(connection->tracking);
}

/* What is on its way to a replica is the stream's: a slow replica costs no keys. */
static size_t counted_memory(const struct connection *connection)
{
    if (connection->closing)
        return 0;
    return connection_memory(connection) -
           (connection->replica != NULL ? connection_buffer_memory(connection) : 0);
}

void connection_memory_note(struct connection *connection)
{
    size_t now = counted_memory(connection);

    connection->shard->client_memory += now - connection->memory_noted;
    connection->memory_noted = now;
}

void connection_memory_forget(struct connection *connection)
{
    connection->shard->client_memory -= connection->memory_noted;
    connection->memory_noted = 0;
}

/* ---- The limit ---- */

size_t connection_memory_limit(const struct config *config)
{
    int64_t wanted = config->maxmemory_clients;
    size_t limit = wanted >= 0 ? (size_t)wanted
                               : (size_t)((double)config_maxmemory(config) * (double)-wanted / 100);

    return limit == 0 || limit > LIMIT_MIN ? limit : LIMIT_MIN;
}

static struct connection *largest_of(const struct shard *shard)
{
    struct connection *largest = NULL;

    list_for_each (link, &shard->connections) {
        struct connection *connection = list_entry(link, struct connection, link);

        if (connection->no_evict || connection->closing || connection->replica != NULL)
            continue;
        if (largest == NULL || connection->memory_noted > largest->memory_noted)
            largest = connection;
    }
    return largest;
}

static void disconnect(struct connection *connection)
{
    struct shard *shard = connection->shard;

    log_notice("client %s takes %zu bytes, the most of all, and is disconnected: see "
               "maxmemory-clients",
               connection->address, connection->memory_noted);
    shard->statistics.clients_evicted++;
    connection_memory_forget(connection);
    connection_close_soon(connection);
}

/* ---- Which shard's? ---- */

static void measure_visit(struct shard *shard, struct gather *gather, void *part)
{
    const struct connection *largest = largest_of(shard);

    (void)gather;
    *(size_t *)part = largest == NULL ? 0 : largest->memory_noted;
}

static void disconnect_visit(struct shard *shard, struct gather *gather, void *part)
{
    struct connection *largest = largest_of(shard);

    (void)gather;
    (void)part;
    if (largest != NULL)
        disconnect(largest);
}

static void disconnect_finish(struct gather *gather, struct reply *reply)
{
    (void)reply;
    atomic_store(&gather->asker->node->evicts_client, false);
}

static void measure_finish(struct gather *gather, struct reply *reply)
{
    uint32_t index = 0;
    size_t largest = 0;

    (void)reply;
    for (uint32_t i = 0; i < gather->asker->node->shard_count; i++) {
        size_t size = *(size_t *)gather_part(gather, i);

        if (size > largest) {
            largest = size;
            index = i;
        }
    }
    if (largest == 0)
        atomic_store(&gather->asker->node->evicts_client, false);
    else
        gather_unasked(gather->asker, 1ull << index, NULL, sizeof(size_t), disconnect_visit,
                       disconnect_finish);
}

static void publish(struct shard *shard)
{
    size_t now = shard->client_memory;

    if (now == shard->client_memory_published)
        return;
    atomic_fetch_add_explicit(&shard->node->client_memory, now - shard->client_memory_published,
                              memory_order_relaxed);
    shard->client_memory_published = now;
}

void connection_memory_turn(struct shard *shard)
{
    struct node *node = shard->node;
    size_t limit = connection_memory_limit(shard->config);

    if (__builtin_expect(limit == 0, 1))
        return;
    publish(shard);
    while (node->shard_count == 1 && shard->client_memory > limit) {
        struct connection *largest = largest_of(shard);

        if (largest == NULL)
            return;
        disconnect(largest);
    }
    if (node->shard_count > 1 &&
        atomic_load_explicit(&node->client_memory, memory_order_relaxed) > limit &&
        !atomic_exchange(&node->evicts_client, true))
        gather_all_unasked(shard, NULL, sizeof(size_t), measure_visit, measure_finish);
}
