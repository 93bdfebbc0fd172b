#include "server/tracking/tracking_table.h"

#include "proto/base/assert.h"
#include "proto/base/memory.h"
#include "proto/base/random.h"

#include <string.h>

enum { BUCKETS_MIN = 8 };

/* ---- Buckets ---- */

/* Buckets up to a power of two are addressed by that many bits; those beyond it, which are not
 * there yet, by one bit less. */
static uint32_t bucket_of(const struct tracking_table *table, uint64_t hash)
{
    uint32_t mask = UINT32_MAX >> __builtin_clz(table->bucket_count);
    uint32_t bucket = (uint32_t)hash & mask;

    ASSERT_DEBUG(table->bucket_count > 0);
    return bucket < table->bucket_count ? bucket : bucket & mask >> 1;
}

static void put(struct tracking_table *table, struct tracked_key *tracked)
{
    struct tracked_key **bucket = &table->buckets[bucket_of(table, tracked->hash)];

    tracked->next = *bucket;
    *bucket = tracked;
}

/* The bucket's keys find their places again, the number of buckets having changed. */
static void deal_out(struct tracking_table *table, struct tracked_key *chain)
{
    while (chain != NULL) {
        struct tracked_key *next = chain->next;

        put(table, chain);
        chain = next;
    }
}

static void resize(struct tracking_table *table, uint32_t capacity)
{
    table->buckets = memory_resize(table->buckets, capacity * sizeof(*table->buckets));
    table->bytes += capacity * sizeof(*table->buckets);
    table->bytes -= table->bucket_capacity * sizeof(*table->buckets);
    table->bucket_capacity = capacity;
}

/* One bucket more: the keys of the bucket it is split from are dealt out again. */
static void split(struct tracking_table *table)
{
    uint32_t bucket = table->bucket_count;
    uint32_t from = bucket & UINT32_MAX >> __builtin_clz(bucket) >> 1;
    struct tracked_key *moving;

    if (bucket == table->bucket_capacity)
        resize(table, table->bucket_capacity * 2);
    table->buckets[bucket] = NULL;
    table->bucket_count++;
    moving = table->buckets[from];
    table->buckets[from] = NULL;
    deal_out(table, moving);
}

/* One bucket less: its keys go back to the one it was split from. */
static void unite(struct tracking_table *table)
{
    struct tracked_key *moving = table->buckets[table->bucket_count - 1];

    ASSERT(table->bucket_count > 1);
    table->bucket_count--;
    deal_out(table, moving);
    if (table->bucket_count >= BUCKETS_MIN && table->bucket_count <= table->bucket_capacity / 4)
        resize(table, table->bucket_capacity / 2);
}

static void make_room(struct tracking_table *table)
{
    if (table->buckets == NULL) {
        resize(table, BUCKETS_MIN);
        memset(table->buckets, 0, BUCKETS_MIN * sizeof(*table->buckets));
        table->bucket_count = BUCKETS_MIN;
    } else if (table->count >= table->bucket_count) {
        split(table);
    }
    if (table->slots == NULL) {
        table->slots = memory_new_zeroed(SLOT_COUNT, sizeof(struct tracked_key *));
        table->bytes += SLOT_COUNT * sizeof(struct tracked_key *);
    }
}

/* ---- Keys ---- */

struct tracked_key *tracking_table_find(const struct tracking_table *table, const struct key *key)
{
    struct tracked_key *tracked;

    if (table->count == 0)
        return NULL;
    tracked = table->buckets[bucket_of(table, key->hash)];
    while (tracked != NULL &&
           (tracked->hash != key->hash || !span_equal(tracked_key_name(tracked), key->name)))
        tracked = tracked->next;
    return tracked;
}

static void slot_link(struct tracking_table *table, struct tracked_key *tracked)
{
    struct tracked_key **head = &table->slots[tracked->slot];

    tracked->slot_next = *head;
    tracked->slot_place = head;
    if (*head != NULL)
        (*head)->slot_place = &tracked->slot_next;
    *head = tracked;
}

static void slot_unlink(struct tracked_key *tracked)
{
    *tracked->slot_place = tracked->slot_next;
    if (tracked->slot_next != NULL)
        tracked->slot_next->slot_place = tracked->slot_place;
}

struct tracked_key *tracking_table_add(struct tracking_table *table, const struct key *key)
{
    struct tracked_key *tracked = tracking_table_find(table, key);

    if (tracked != NULL)
        return tracked;
    ASSERT(key->slot < SLOT_COUNT);
    ASSERT(key->name.length <= UINT32_MAX);
    tracked = memory_new(sizeof(*tracked) + key->name.length);
    *tracked = (struct tracked_key){
        .hash = key->hash, .length = (uint32_t)key->name.length, .slot = key->slot};
    if (key->name.length > 0)
        memcpy(tracked->name, key->name.data, key->name.length);
    make_room(table);
    put(table, tracked);
    slot_link(table, tracked);
    table->count++;
    table->bytes += sizeof(*tracked) + tracked->length;
    return tracked;
}

bool tracking_table_add_tracker(struct tracking_table *table, struct tracked_key *tracked,
                                uint64_t tracker)
{
    size_t before = tracker_set_memory(&tracked->trackers);

    if (!tracker_set_add(&tracked->trackers, tracker))
        return false;
    table->items++;
    table->bytes += tracker_set_memory(&tracked->trackers) - before;
    return true;
}

void tracking_table_remove(struct tracking_table *table, struct tracked_key *tracked)
{
    struct tracked_key **place = &table->buckets[bucket_of(table, tracked->hash)];

    ASSERT(table->count > 0);
    while (*place != tracked) {
        ASSERT(*place != NULL);
        place = &(*place)->next;
    }
    *place = tracked->next;
    slot_unlink(tracked);
    table->count--;
    table->items -= tracked->trackers.count;
    table->bytes -= sizeof(*tracked) + tracked->length + tracker_set_memory(&tracked->trackers);
    tracker_set_free(&tracked->trackers);
    memory_free(tracked);
    /* Two for one, so that there are never more than about twice as many buckets as keys. */
    for (int i = 0;
         i < 2 && table->bucket_count > BUCKETS_MIN && table->count < table->bucket_count / 2; i++)
        unite(table);
}

struct tracked_key *tracking_table_of_slot(const struct tracking_table *table, uint16_t slot)
{
    ASSERT(slot < SLOT_COUNT);
    return table->slots == NULL ? NULL : table->slots[slot];
}

/* At least half as many keys as buckets: one is near. */
struct tracked_key *tracking_table_random(const struct tracking_table *table, struct random *random)
{
    uint32_t bucket;
    struct tracked_key *tracked;
    uint32_t length = 0;

    if (table->count == 0)
        return NULL;
    bucket = (uint32_t)random_below(random, table->bucket_count);
    while (table->buckets[bucket] == NULL)
        bucket = bucket + 1 == table->bucket_count ? 0 : bucket + 1;
    for (tracked = table->buckets[bucket]; tracked != NULL; tracked = tracked->next)
        length++;
    tracked = table->buckets[bucket];
    for (uint64_t skip = random_below(random, length); skip > 0; skip--)
        tracked = tracked->next;
    return tracked;
}

/* ---- All of them ---- */

void tracking_table_move(struct tracking_table *table, struct tracking_table *to)
{
    ASSERT(to->count == 0);
    tracking_table_free(to);
    *to = *table;
    *table = (struct tracking_table){0};
}

bool tracking_table_trim(struct tracking_table *table, uint32_t budget)
{
    while (table->count > 0 && budget > 0) {
        struct tracked_key *tracked = table->buckets[table->bucket_count - 1];

        /* The number of buckets goes down together with the keys, from the end. */
        if (tracked == NULL) {
            unite(table);
            continue;
        }
        tracking_table_remove(table, tracked);
        budget--;
    }
    if (table->count > 0)
        return true;
    tracking_table_free(table);
    return false;
}

void tracking_table_free(struct tracking_table *table)
{
    while (table->count > 0)
        tracking_table_trim(table, UINT32_MAX);
    memory_free(table->buckets);
    memory_free(table->slots);
    *table = (struct tracking_table){0};
}
