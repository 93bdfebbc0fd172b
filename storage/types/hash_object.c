#include "storage/types/hash_object.h"

#include "proto/base/assert.h"
#include "storage/types/hash_body.h"

struct hash_object *hash_object_create(struct heap *heap, uint64_t hash_seed, struct span body)
{
    struct hash_object *hash = heap_allocate(heap, sizeof(*hash));
    const char *name = body.data;

    hash->due = (struct object_due){0};
    element_table_init(&hash->table, ELEMENT_VALUES_ANY, hash_seed);
    while (name != body.data + body.length) {
        char scratch[2][LISTPACK_SCRATCH];
        const char *value = hash_body_behind(name);
        struct element element = {.name = listpack_text(name, scratch[0]),
                                  .value = listpack_text(value, scratch[1]),
                                  .expiry = TIME_NEVER};
        bool added = element_table_insert(&hash->table, heap, &element);

        ASSERT(added);
        name = hash_body_behind(value);
    }
    return hash;
}

/* ---- What the keyspace does with it ---- */

static uint64_t count(const void *object)
{
    return ((const struct hash_object *)object)->table.count;
}

static bool release(struct heap *heap, void *object, uint32_t *budget)
{
    struct hash_object *hash = object;

    ASSERT(hash->due.node.position == 0);
    if (!element_table_release(&hash->table, heap, budget))
        return false;
    heap_release(heap, hash, sizeof(*hash));
    return true;
}

static void *copy(struct heap *heap, const void *object)
{
    struct hash_object *hash = heap_allocate(heap, sizeof(*hash));

    hash->due = (struct object_due){0};
    element_table_copy(&hash->table, heap, &((const struct hash_object *)object)->table);
    return hash;
}

static size_t memory(const void *object)
{
    const struct hash_object *hash = object;

    return heap_block_size(sizeof(*hash)) + element_table_memory(&hash->table);
}

static struct object_watch **watch(void *object)
{
    return &((struct hash_object *)object)->table.watch;
}

static struct object_due *due(void *object)
{
    return &((struct hash_object *)object)->due;
}

static time_ms next_expiry(const void *object)
{
    const struct element_table *table = &((const struct hash_object *)object)->table;

    /* A leaf stays queued for a while when its last volatile element is gone. */
    return table->volatile_count == 0 ? TIME_NEVER : element_table_next_expiry(table);
}

struct expiring {
    object_expired *expired;
    void *context;
};

static void gone(void *context, const struct element *element)
{
    const struct expiring *expiring = context;

    expiring->expired(expiring->context, element->name);
}

static void expire(struct heap *heap, void *object, time_ms now, uint32_t *budget,
                   object_expired *expired, void *context)
{
    struct hash_object *hash = object;
    struct expiring expiring = {expired, context};

    element_table_sweep(&hash->table, heap, now, budget, gone, &expiring);
}

const struct object_kind hash_kind = {
    .count = count,
    .release = release,
    .copy = copy,
    .memory = memory,
    .watch = watch,
    .due = due,
    .next_expiry = next_expiry,
    .expire = expire,
};
