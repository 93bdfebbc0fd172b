/* Emptying whole databases and slots, and taking apart what was emptied. */
#include "proto/base/assert.h"
#include "proto/base/memory.h"
#include "storage/keyspace.h"
#include "storage/keyspace_layout.h"

/* Objects up to so many elements are freed with their key. */
enum { RELEASED_AT_ONCE = 64 };

/* Free pages given back to the system by one call of keyspace_reclaim. */
enum { PURGED_PAGES = 8 };

void keyspace_flush(struct keyspace *keyspace, uint32_t number)
{
    struct database *database;

    ASSERT(number < keyspace->database_count);
    keyspace_touch_present(keyspace, number, number, SLOT_COUNT);
    database = keyspace->databases[number];
    if (database == NULL)
        return;
    keyspace->databases[number] = NULL;
    database->detached = true;
    keyspace->reclaim_queue += database->size;
    list_push_back(database->kept ? &keyspace->kept_databases : &keyspace->detached_databases,
                   &database->link);
}

void keyspace_swap(struct keyspace *keyspace, uint32_t number, uint32_t other)
{
    struct database *database;

    ASSERT(number < keyspace->database_count);
    ASSERT(other < keyspace->database_count);
    keyspace_touch_present(keyspace, number, other, SLOT_COUNT);
    database = keyspace->databases[number];
    keyspace->databases[number] = keyspace->databases[other];
    keyspace->databases[other] = database;
    if (keyspace->databases[number] != NULL)
        keyspace->databases[number]->number = number;
    if (keyspace->databases[other] != NULL)
        keyspace->databases[other]->number = other;
}

static void detach_table(struct keyspace *keyspace, uint16_t slot, const struct database *database,
                         const struct table *table)
{
    struct detached_table *detached = memory_new_zeroed(1, sizeof(*detached));

    if (keyspace->detached_by_slot == NULL)
        keyspace->detached_by_slot =
            memory_new_zeroed(SLOT_COUNT, sizeof(*keyspace->detached_by_slot));
    detached->table = *table;
    detached->slot = slot;
    detached->next_of_slot = keyspace->detached_by_slot[slot];
    keyspace->detached_by_slot[slot] = detached;
    keyspace->reclaim_queue += table->count;
    detached->number_at_cut = database->number_at_cut;
    list_push_back(database->kept && walker_concerns(keyspace->walker, slot)
                       ? &keyspace->kept_tables
                       : &keyspace->detached_tables,
                   &detached->link);
}

static void forget_table(struct keyspace *keyspace, struct detached_table *detached)
{
    struct detached_table **place = &keyspace->detached_by_slot[detached->slot];

    while (*place != detached)
        place = &(*place)->next_of_slot;
    *place = detached->next_of_slot;
    list_remove(&detached->link);
    memory_free(detached);
}

void keyspace_segment_moved(void *context, void *before, void *now)
{
    struct keyspace *keyspace = context;
    struct segment *segment = now;
    struct table *table = &keyspace->spaces[segment->space]->tables[segment->slot];
    struct detached_table *detached;

    if (!table_refers_to(table, before, segment)) {
        ASSERT(keyspace->detached_by_slot != NULL);
        detached = keyspace->detached_by_slot[segment->slot];
        ASSERT(detached != NULL);
        while (!table_refers_to(&detached->table, before, segment)) {
            detached = detached->next_of_slot;
            ASSERT(detached != NULL);
        }
        table = &detached->table;
    }
    table_segment_moved(&keyspace->set, table, segment);
}

void keyspace_flush_slot(struct keyspace *keyspace, uint16_t slot)
{
    ASSERT(slot < SLOT_COUNT);
    for (uint32_t number = 0; number < keyspace->database_count; number++) {
        struct database *database = keyspace->databases[number];
        struct table flushed;

        if (database == NULL || database->tables[slot].count == 0)
            continue;
        keyspace_touch_present(keyspace, number, number, slot);
        flushed = database->tables[slot];
        database->tables[slot] = (struct table){0};
        keyspace_count(database, slot, &flushed);
        detach_table(keyspace, slot, database, &flushed);
    }
}

void keyspace_release_object(struct keyspace *keyspace, enum value_type type, void *object)
{
    const struct object_kind *kind = object_kind_of(type);
    struct detached_object *detached;

    if (kind->due != NULL)
        keyspace_elements_forget(keyspace, kind->due(object));
    /* It may have still to be written. */
    if (__builtin_expect(keyspace->walker != NULL, 0) && walker_takes_object(type, object))
        return;
    if (kind->count(object) <= RELEASED_AT_ONCE) {
        object_release(keyspace->set.heap, type, object);
        return;
    }
    detached = heap_allocate(keyspace->set.heap, sizeof(*detached));
    *detached = (struct detached_object){.kind = kind, .object = object};
    list_push_back(&keyspace->detached_objects, &detached->link);
    keyspace->reclaim_queue++;
}

void keyspace_release(struct keyspace *keyspace, struct entry *entry)
{
    if (entry_encoding(entry) != ENCODING_OBJECT) {
        entry_release(keyspace->set.heap, entry);
        return;
    }
    keyspace_release_object(keyspace, entry_type(entry), entry_object(entry));
    entry_release_shell(keyspace->set.heap, entry);
}

static void give_up(void *context, struct entry *entry)
{
    struct keyspace *keyspace = context;

    keyspace->reclaim_queue--;
    keyspace->reclaimed++;
    keyspace_release(keyspace, entry);
}

/* True when the database is gone. */
static bool dismantle_database(struct keyspace *keyspace, struct database *database,
                               uint32_t *budget)
{
    uint32_t slot;

    while ((slot = keyspace_occupied_from(database, database->dismantled_slot)) < SLOT_COUNT) {
        database->dismantled_slot = (uint16_t)slot;
        if (!table_dismantle(&keyspace->set, &database->tables[slot],
                             &database->dismantled_position, budget, give_up, keyspace))
            return false;
        database->dismantled_position = 0;
        database->occupied[slot / 64] &= ~(UINT64_C(1) << (slot % 64));
    }
    list_remove(&database->link);
    ASSERT(keyspace->spaces[database->space] == database);
    keyspace->spaces[database->space] = NULL;
    memory_free(database);
    return true;
}

/* True when all objects are gone. */
static bool release_objects(struct keyspace *keyspace, uint32_t *budget)
{
    while (*budget > 0 && !list_empty(&keyspace->detached_objects)) {
        struct detached_object *detached =
            list_entry(keyspace->detached_objects.next, struct detached_object, link);

        if (!detached->kind->release(keyspace->set.heap, detached->object, budget))
            return false;
        list_remove(&detached->link);
        heap_release(keyspace->set.heap, detached, sizeof(*detached));
        keyspace->reclaim_queue--;
        keyspace->reclaimed++;
    }
    return list_empty(&keyspace->detached_objects);
}

/* A database goes after its tables that were flushed alone, which a walk may still keep. */
static bool may_dismantle(const struct keyspace *keyspace)
{
    return list_empty(&keyspace->kept_tables) && !list_empty(&keyspace->detached_databases);
}

bool keyspace_reclaim(struct keyspace *keyspace, uint32_t budget)
{
    bool more = keyspace_marks_refresh(keyspace, &budget);

    /* First: taking apart tables brings more of them. */
    if (!release_objects(keyspace, &budget))
        return true;
    while (budget > 0 && !list_empty(&keyspace->detached_tables)) {
        struct detached_table *detached =
            list_entry(keyspace->detached_tables.next, struct detached_table, link);

        if (!table_dismantle(&keyspace->set, &detached->table, &detached->position, &budget,
                             give_up, keyspace))
            return true;
        forget_table(keyspace, detached);
    }
    while (budget > 0 && may_dismantle(keyspace)) {
        struct database *database =
            list_entry(keyspace->detached_databases.next, struct database, link);

        if (!dismantle_database(keyspace, database, &budget))
            return true;
    }
    more |= heap_purge(keyspace->set.heap, PURGED_PAGES);
    return more || !list_empty(&keyspace->detached_objects) ||
           !list_empty(&keyspace->detached_tables) || may_dismantle(keyspace);
}

bool keyspace_is_reclaiming(const struct keyspace *keyspace)
{
    return keyspace->reclaim_queue > 0;
}
