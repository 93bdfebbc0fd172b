#include "server/dispatch/waiter_table.h"

#include "proto/base/assert.h"
#include "proto/base/memory.h"

enum { BUCKETS_FIRST = 64 };

void waiter_table_init(struct waiter_table *table)
{
    *table = (struct waiter_table){0};
    list_init(&table->marked);
}

void waiter_table_free(struct waiter_table *table)
{
    ASSERT(table->queue_count == 0);
    ASSERT(table->deadlines.count == 0);
    memory_free(table->buckets);
    table->buckets = NULL;
    if (table->heap == NULL)
        return;
    heap_destroy(table->heap);
    table->heap = NULL;
}

/* ---- Buckets: linear hashing ---- */

static uint64_t hash_of(uint32_t database, const struct key *key)
{
    return key->hash ^ (uint64_t)database * 0x9e3779b97f4a7c15ull;
}

/* Of the buckets in use, those below bucket_count - capacity / 2 have been split already. */
static uint32_t bucket_of(const struct waiter_table *table, uint64_t hash)
{
    uint32_t bucket = (uint32_t)hash & (table->bucket_capacity - 1);

    return bucket < table->bucket_count ? bucket : bucket - table->bucket_capacity / 2;
}

static void buckets_split_one(struct waiter_table *table)
{
    struct waiter_queue *queue;
    uint32_t from;

    if (table->bucket_count == table->bucket_capacity) {
        table->bucket_capacity *= 2;
        table->buckets =
            memory_resize(table->buckets, table->bucket_capacity * sizeof(*table->buckets));
    }
    from = table->bucket_count - table->bucket_capacity / 2;
    queue = table->buckets[from];
    table->buckets[from] = table->buckets[table->bucket_count] = NULL;
    table->bucket_count++;
    while (queue != NULL) {
        struct waiter_queue *next = queue->next;
        uint32_t bucket = bucket_of(table, hash_of(queue->database, &queue->key));

        ASSERT(bucket == from || bucket == table->bucket_count - 1);
        queue->next = table->buckets[bucket];
        table->buckets[bucket] = queue;
        queue = next;
    }
}

static void buckets_make_room(struct waiter_table *table)
{
    if (table->buckets == NULL) {
        table->bucket_capacity = table->bucket_count = BUCKETS_FIRST;
        table->buckets = memory_new_zeroed(BUCKETS_FIRST, sizeof(*table->buckets));
    } else if (table->queue_count >= table->bucket_count) {
        buckets_split_one(table);
    }
}

/* ---- Queues ---- */

struct waiter_queue *waiter_table_find(const struct waiter_table *table, uint32_t database,
                                       const struct key *key)
{
    struct waiter_queue *queue;

    if (table->queue_count == 0)
        return NULL;
    queue = table->buckets[bucket_of(table, hash_of(database, key))];
    while (queue != NULL && (queue->key.hash != key->hash || queue->database != database ||
                             !span_equal(queue->key.name, key->name)))
        queue = queue->next;
    return queue;
}

static struct waiter_queue *queue_create(struct waiter_table *table, uint32_t database,
                                         const struct key *key)
{
    struct waiter_queue *queue = memory_new(sizeof(*queue));
    uint32_t bucket;

    *queue = (struct waiter_queue){.database = database, .key = *key};
    queue->key.name = span_of(memory_copy(key->name.data, key->name.length), key->name.length);
    list_init(&queue->places);
    buckets_make_room(table);
    bucket = bucket_of(table, hash_of(database, key));
    queue->next = table->buckets[bucket];
    table->buckets[bucket] = queue;
    table->queue_count++;
    return queue;
}

static void queue_free_if_unused(struct waiter_table *table, struct waiter_queue *queue)
{
    struct waiter_queue **link;

    if (queue->held || !list_empty(&queue->places))
        return;
    link = &table->buckets[bucket_of(table, hash_of(queue->database, &queue->key))];
    while (*link != queue)
        link = &(*link)->next;
    *link = queue->next;
    if (list_linked(&queue->marked_link))
        list_remove(&queue->marked_link);
    ASSERT(table->queue_count > 0);
    table->queue_count--;
    memory_free((char *)(uintptr_t)queue->key.name.data);
    memory_free(queue);
}

void waiter_table_hold(struct waiter_queue *queue)
{
    ASSERT(!queue->held);
    queue->held = true;
}

void waiter_table_let_go(struct waiter_table *table, struct waiter_queue *queue)
{
    ASSERT(queue->held);
    queue->held = false;
    queue_free_if_unused(table, queue);
}

/* ---- Places ---- */

bool waiter_table_join(struct waiter_table *table, struct waiter_place *place, uint32_t database,
                       const struct key *key)
{
    struct waiter_queue *queue = waiter_table_find(table, database, key);

    ASSERT(place->queue == NULL);
    ASSERT(place->type < VALUE_TYPES);
    if (queue == NULL)
        queue = queue_create(table, database, key);
    else if (!list_empty(&queue->places) &&
             list_entry(queue->places.previous, struct waiter_place, link)->waiter == place->waiter)
        return false;
    place->queue = queue;
    list_push_back(&queue->places, &place->link);
    queue->waiting[place->type]++;
    table->until_gone_count += place->until_gone && queue->until_gone == 0;
    queue->until_gone += place->until_gone;
    return true;
}

void waiter_table_leave(struct waiter_table *table, struct waiter_place *place)
{
    struct waiter_queue *queue = place->queue;

    if (queue == NULL)
        return;
    ASSERT(queue->waiting[place->type] > 0);
    queue->waiting[place->type]--;
    queue->until_gone -= place->until_gone;
    table->until_gone_count -= place->until_gone && queue->until_gone == 0;
    list_remove(&place->link);
    place->queue = NULL;
    queue_free_if_unused(table, queue);
}

/* ---- Changes ---- */

void waiter_table_mark(struct waiter_table *table, struct waiter_queue *queue)
{
    if (!list_linked(&queue->marked_link))
        list_push_back(&table->marked, &queue->marked_link);
}

void waiter_table_visit(struct waiter_table *table,
                        void (*visit)(void *context, struct waiter_queue *queue), void *context)
{
    for (uint32_t bucket = 0; bucket < table->bucket_count; bucket++) {
        struct waiter_queue *queue = table->buckets[bucket];

        while (queue != NULL) {
            struct waiter_queue *next = queue->next;

            visit(context, queue);
            queue = next;
        }
    }
}

void waiter_table_mark_database(struct waiter_table *table, uint32_t database)
{
    for (uint32_t bucket = 0; bucket < table->bucket_count; bucket++)
        for (struct waiter_queue *queue = table->buckets[bucket]; queue != NULL;
             queue = queue->next)
            if (queue->database == database)
                waiter_table_mark(table, queue);
}

struct waiter_queue *waiter_table_take_marked(struct waiter_table *table)
{
    struct list_link *link = list_pop_front(&table->marked);
    struct waiter_queue *queue;

    if (link == NULL)
        return NULL;
    queue = list_entry(link, struct waiter_queue, marked_link);
    waiter_table_hold(queue);
    return queue;
}

/* ---- Deadlines ---- */

void waiter_table_set_deadline(struct waiter_table *table, struct due_node *node, time_ms due)
{
    if (table->heap == NULL) {
        if (due == TIME_NEVER)
            return;
        table->heap = heap_create();
    }
    due_queue_set(&table->deadlines, table->heap, node, due);
}
