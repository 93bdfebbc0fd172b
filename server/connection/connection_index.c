#include "server/connection/connection_index.h"

#include "proto/base/assert.h"
#include "proto/base/memory.h"
#include "server/connection/connection.h"

enum { BUCKETS_MIN = 64 };

/* Ids are given out one after the other: their low bits spread by themselves. */
static struct connection **bucket_of(const struct connection_index *index, uint64_t id)
{
    return &index->buckets[id & (index->bucket_count - 1)];
}

static void put(struct connection_index *index, struct connection *connection)
{
    struct connection **bucket = bucket_of(index, connection->id);

    connection->next_by_id = *bucket;
    *bucket = connection;
}

static void grow(struct connection_index *index)
{
    struct connection_index before = *index;

    index->bucket_count = before.bucket_count == 0 ? BUCKETS_MIN : before.bucket_count * 2;
    index->buckets = memory_new_zeroed(index->bucket_count, sizeof(struct connection *));
    for (uint32_t i = 0; i < before.bucket_count; i++) {
        struct connection *connection = before.buckets[i];

        while (connection != NULL) {
            struct connection *next = connection->next_by_id;

            put(index, connection);
            connection = next;
        }
    }
    memory_free(before.buckets);
}

void connection_index_add(struct connection_index *index, struct connection *connection)
{
    ASSERT_DEBUG(connection_index_find(index, connection->id) == NULL);
    if (index->count == index->bucket_count)
        grow(index);
    put(index, connection);
    index->count++;
}

void connection_index_remove(struct connection_index *index, struct connection *connection)
{
    struct connection **place = bucket_of(index, connection->id);

    ASSERT(index->count > 0);
    while (*place != connection) {
        ASSERT(*place != NULL);
        place = &(*place)->next_by_id;
    }
    *place = connection->next_by_id;
    index->count--;
}

struct connection *connection_index_find(const struct connection_index *index, uint64_t id)
{
    struct connection *connection;

    if (index->count == 0)
        return NULL;
    connection = *bucket_of(index, id);
    while (connection != NULL && connection->id != id)
        connection = connection->next_by_id;
    return connection;
}

void connection_index_free(struct connection_index *index)
{
    ASSERT(index->count == 0);
    memory_free(index->buckets);
    *index = (struct connection_index){0};
}
