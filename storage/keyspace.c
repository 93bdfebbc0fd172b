#include "storage/keyspace.h"

#include "proto/base/assert.h"
#include "proto/base/memory.h"
#include "storage/key_hash.h"
#include "storage/keyspace_layout.h"

enum {
    FREQUENCY_FIRST = 5, /* the counter of a new key, so that it is not the first to go */
    FREQUENCY_MAX = 255,
    MINUTES_MASK = 0xffff,
    SECONDS_MASK = 0xffffff,
    SPACES_STEP = 16,
};

struct keyspace *keyspace_create(const struct keyspace_options *options)
{
    struct keyspace *keyspace = memory_new_zeroed(1, sizeof(*keyspace));

    ASSERT(options->databases > 0);
    keyspace->set.heap = heap_create();
    keyspace->set.hash_seed = options->hash_seed;
    heap_on_moved(keyspace->set.heap, keyspace_segment_moved, keyspace);
    keyspace->databases = memory_new_zeroed(options->databases, sizeof(*keyspace->databases));
    keyspace->database_count = options->databases;
    keyspace->frequency = (struct keyspace_frequency_options){10, 1};
    random_seed(&keyspace->random, options->random_seed);
    list_init(&keyspace->detached_databases);
    list_init(&keyspace->detached_tables);
    list_init(&keyspace->detached_objects);
    list_init(&keyspace->kept_databases);
    list_init(&keyspace->kept_tables);
    return keyspace;
}

void keyspace_destroy(struct keyspace *keyspace)
{
    ASSERT(keyspace->walker == NULL);
    watched_keys_clear(&keyspace->watched);
    for (uint32_t number = 0; number < keyspace->database_count; number++)
        keyspace_flush(keyspace, number);
    while (keyspace_reclaim(keyspace, UINT32_MAX))
        ;
    ASSERT(keyspace->set.due.count == 0);
    ASSERT(keyspace->set.bytes == 0);
    heap_destroy(keyspace->set.heap);
    memory_free(keyspace->detached_by_slot);
    memory_free(keyspace->spaces);
    memory_free(keyspace->databases);
    memory_free(keyspace);
}

/* ---- Databases ---- */

static uint16_t free_space(struct keyspace *keyspace)
{
    uint32_t count = keyspace->space_count;

    for (uint32_t space = 0; space < count; space++) {
        if (keyspace->spaces[space] == NULL)
            return (uint16_t)space;
    }
    /* All are flushed ones that wait: they must go first. */
    if (count + SPACES_STEP > SPACE_MAX) {
        while (keyspace_reclaim(keyspace, UINT32_MAX))
            ;
        return free_space(keyspace);
    }
    keyspace->space_count += SPACES_STEP;
    keyspace->spaces =
        memory_resize(keyspace->spaces, keyspace->space_count * sizeof(*keyspace->spaces));
    for (uint32_t space = count; space < keyspace->space_count; space++)
        keyspace->spaces[space] = NULL;
    return (uint16_t)count;
}

struct database *keyspace_database(struct keyspace *keyspace, uint32_t number)
{
    struct database *database;

    ASSERT(number < keyspace->database_count);
    database = keyspace->databases[number];
    if (database == NULL) {
        database = memory_new_zeroed(1, sizeof(*database));
        database->number = number;
        database->space = free_space(keyspace);
        keyspace->spaces[database->space] = database;
        keyspace->databases[number] = database;
    }
    return database;
}

void keyspace_count(struct database *database, uint16_t slot, const struct table *before)
{
    const struct table *table = &database->tables[slot];
    uint64_t bit = UINT64_C(1) << (slot % 64);
    uint64_t change = (uint64_t)table->count - before->count;

    database->size += change;
    database->group_sizes[slot / GROUP_SLOTS] += change;
    database->volatile_size += (uint64_t)table->volatile_count - before->volatile_count;
    if (table->count > 0)
        database->occupied[slot / 64] |= bit;
    else
        database->occupied[slot / 64] &= ~bit;
    ASSERT_DEBUG(database->volatile_size <= database->size);
}

void keyspace_set_time(struct keyspace *keyspace, time_ms now)
{
    ASSERT_DEBUG(now >= 0);
    keyspace->now = keyspace->access_time = now;
}

void keyspace_set_replay(struct keyspace *keyspace, time_ms now)
{
    keyspace->now = KEYSPACE_REPLAY_TIME;
    keyspace->access_time = now;
}

void keyspace_keep_expired(struct keyspace *keyspace, bool keeps)
{
    keyspace->keeps_expired = keeps;
}

/* ---- Accesses ---- */

void keyspace_set_access_tracking(struct keyspace *keyspace, enum access_tracking tracking)
{
    keyspace->tracking = tracking;
}

void keyspace_set_frequency_options(struct keyspace *keyspace,
                                    const struct keyspace_frequency_options *options)
{
    keyspace->frequency = *options;
}

static uint32_t minutes_of(time_ms now)
{
    return (uint32_t)((uint64_t)(now / 60000) & MINUTES_MASK);
}

uint32_t keyspace_access_first(const struct keyspace *keyspace)
{
    if (keyspace->tracking == ACCESS_RECENCY)
        return (uint32_t)((uint64_t)(keyspace->access_time / 1000) & SECONDS_MASK);
    return minutes_of(keyspace->access_time) << 8 | FREQUENCY_FIRST;
}

uint8_t keyspace_frequency(const struct keyspace *keyspace, const struct entry *entry, time_ms now)
{
    uint32_t counter = entry->access & 0xff;
    uint32_t elapsed = (minutes_of(now) - (entry->access >> 8)) & MINUTES_MASK;
    uint32_t decay = keyspace->frequency.decay_minutes;

    if (decay > 0)
        counter -= elapsed / decay < counter ? elapsed / decay : counter;
    return (uint8_t)counter;
}

void keyspace_set_idle(struct keyspace *keyspace, struct entry *entry, int64_t seconds)
{
    int64_t now = keyspace->access_time / 1000;

    ASSERT(seconds >= 0);
    /* Longer ago than there is a time for. */
    if (seconds > now || seconds > SECONDS_MASK)
        seconds = now < SECONDS_MASK ? now : SECONDS_MASK;
    if (keyspace->tracking == ACCESS_RECENCY)
        entry->access = (uint32_t)(now - seconds) & SECONDS_MASK;
}

void keyspace_set_frequency(struct keyspace *keyspace, struct entry *entry, uint8_t counter)
{
    if (keyspace->tracking == ACCESS_FREQUENCY)
        entry->access = (minutes_of(keyspace->access_time) << 8 | counter) & SECONDS_MASK;
}

static void frequency_access(struct keyspace *keyspace, struct entry *entry)
{
    uint32_t counter = keyspace_frequency(keyspace, entry, keyspace->access_time);
    uint32_t above = counter > FREQUENCY_FIRST ? counter - FREQUENCY_FIRST : 0;
    uint64_t difficulty = (uint64_t)above * keyspace->frequency.logarithm_factor + 1;

    if (counter < FREQUENCY_MAX && random_below(&keyspace->random, difficulty) == 0)
        counter++;
    entry->access = (minutes_of(keyspace->access_time) << 8 | counter) & SECONDS_MASK;
}

void keyspace_access(struct keyspace *keyspace, struct entry *entry)
{
    if (keyspace->tracking == ACCESS_RECENCY) {
        uint32_t seconds = (uint32_t)((uint64_t)(keyspace->access_time / 1000) & SECONDS_MASK);

        /* Not writing leaves the cache line clean. */
        if (entry->access != seconds)
            entry->access = seconds;
    } else {
        frequency_access(keyspace, entry);
    }
}

/* ---- Look-ups ---- */

struct key keyspace_key(const struct keyspace *keyspace, struct span name)
{
    return (struct key){
        .name = name,
        .hash = key_hash(name, keyspace->set.hash_seed),
        .slot = key_slot(name),
    };
}

void keyspace_prefetch_table(const struct keyspace *keyspace, uint32_t database,
                             const struct key *key)
{
    if (keyspace->databases[database] != NULL)
        __builtin_prefetch(&keyspace->databases[database]->tables[key->slot]);
}

void keyspace_prefetch_words(const struct keyspace *keyspace, uint32_t database,
                             const struct key *key)
{
    if (keyspace->databases[database] != NULL)
        table_prefetch_words(&keyspace->databases[database]->tables[key->slot], key->hash);
}

void keyspace_prefetch_entry(const struct keyspace *keyspace, uint32_t database,
                             const struct key *key)
{
    if (keyspace->databases[database] != NULL)
        table_prefetch_entry(&keyspace->databases[database]->tables[key->slot], key->hash);
}

void keyspace_tell_expired(struct keyspace *keyspace, const struct database *database,
                           const struct entry *entry)
{
    keyspace->expired++;
    if (__builtin_expect(keyspace->watched.count > 0, 0)) {
        struct key key = keyspace_key(keyspace, entry_key(entry));

        keyspace_touch_watched(keyspace, database->number, &key);
    }
    if (keyspace->observer != NULL)
        keyspace->observer(keyspace->observer_context, database->number, entry);
}

struct entry *keyspace_locate_live(struct keyspace *keyspace, uint32_t number,
                                   const struct key *key, struct keyspace_place *place)
{
    struct entry *entry = keyspace_locate(keyspace, number, key, place);

    ASSERT(number < keyspace->database_count);
    if (entry == NULL || entry_expiry(entry) > keyspace->now)
        return entry;
    keyspace_before_change(keyspace, place->database, key->slot, entry);
    keyspace_tell_expired(keyspace, place->database, entry);
    keyspace_take(keyspace, key, place);
    keyspace_release(keyspace, entry);
    return NULL;
}

/* For those that will not write. */
static struct entry *locate_visible(struct keyspace *keyspace, uint32_t database,
                                    const struct key *key)
{
    struct keyspace_place place;
    struct entry *entry;

    if (__builtin_expect(!keyspace->keeps_expired, 1))
        return keyspace_locate_live(keyspace, database, key, &place);
    entry = keyspace_locate(keyspace, database, key, &place);
    return entry == NULL || entry_expiry(entry) > keyspace->now ? entry : NULL;
}

struct entry *keyspace_inspect(struct keyspace *keyspace, uint32_t database, const struct key *key,
                               time_ms now)
{
    struct entry *entry;

    keyspace_see(keyspace, now);
    entry = locate_visible(keyspace, database, key);
    if (entry != NULL)
        keyspace->hits++;
    else
        keyspace->misses++;
    return entry;
}

struct entry *keyspace_read(struct keyspace *keyspace, uint32_t database, const struct key *key,
                            time_ms now)
{
    struct entry *entry = keyspace_inspect(keyspace, database, key, now);

    if (entry != NULL)
        keyspace_access(keyspace, entry);
    return entry;
}

struct entry *keyspace_find(struct keyspace *keyspace, uint32_t database, const struct key *key,
                            time_ms now)
{
    struct keyspace_place place;
    struct entry *entry;

    keyspace_see(keyspace, now);
    entry = keyspace_locate_live(keyspace, database, key, &place);
    if (entry != NULL)
        keyspace_access(keyspace, entry);
    return entry;
}

struct entry *keyspace_peek(struct keyspace *keyspace, uint32_t database, const struct key *key,
                            time_ms now)
{
    keyspace_see(keyspace, now);
    return locate_visible(keyspace, database, key);
}

/* ---- Changes of the tables ---- */

void keyspace_expect(struct keyspace *keyspace, uint32_t number, uint64_t keys)
{
    /* Slots differ: most tables should not be larger than they need to be in the end. */
    uint64_t expected = (keys - keys / 16) / SLOT_COUNT;

    if (keys == 0 && keyspace->databases[number] == NULL)
        return;
    keyspace_database(keyspace, number)->expected =
        expected > UINT32_MAX ? UINT32_MAX : (uint32_t)expected;
}

void keyspace_insert(struct keyspace *keyspace, uint32_t number, const struct key *key,
                     struct entry *entry)
{
    struct database *database = keyspace_database(keyspace, number);
    struct table *table = &database->tables[key->slot];
    struct table before = *table;

    ASSERT_DEBUG(key->slot < SLOT_COUNT);
    entry_walk_mark_set(entry, keyspace->walk_marks[key->slot]);
    if (__builtin_expect(database->expected != 0 && table->root == 0, 0))
        table_reserve(&keyspace->set, table, key->slot, database->space, database->expected);
    table_insert(&keyspace->set, table, key->slot, database->space, key->hash, entry);
    keyspace_count(database, key->slot, &before);
    if (__builtin_expect(keyspace->created_observer != NULL, 0) &&
        !(keyspace->has_deleted && keyspace->deleted_hash == key->hash))
        keyspace->created_observer(keyspace->created_observer_context, number, key->name);
}

void keyspace_exchange(struct keyspace *keyspace, const struct key *key,
                       const struct keyspace_place *place, struct entry *entry)
{
    struct table before = *place->table;

    entry_walk_mark_set(entry, keyspace->walk_marks[key->slot]);
    table_replace(&keyspace->set, place->table, &place->found, entry);
    if (place->table->volatile_count != before.volatile_count)
        keyspace_count(place->database, key->slot, &before);
}

void keyspace_take(struct keyspace *keyspace, const struct key *key,
                   const struct keyspace_place *place)
{
    struct table before = *place->table;

    table_remove(&keyspace->set, place->table, &place->found);
    keyspace_count(place->database, key->slot, &before);
}

bool keyspace_delete(struct keyspace *keyspace, uint32_t database, const struct key *key,
                     time_ms now)
{
    struct keyspace_place place;
    struct entry *entry;

    keyspace_see(keyspace, now);
    entry = keyspace_locate_live(keyspace, database, key, &place);
    if (entry == NULL)
        return false;
    keyspace_before_change(keyspace, place.database, key->slot, entry);
    keyspace_take(keyspace, key, &place);
    keyspace_release(keyspace, entry);
    keyspace_note_deleted(keyspace, key);
    return true;
}

void keyspace_touched(struct keyspace *keyspace, uint32_t database, const struct key *key)
{
    if (__builtin_expect(keyspace->watched.count > 0, 0))
        keyspace_touch_watched(keyspace, database, key);
}

/* ---- Settings and statistics ---- */

void keyspace_on_created(struct keyspace *keyspace, keyspace_created_observer *observer,
                         void *context)
{
    keyspace->created_observer = observer;
    keyspace->created_observer_context = context;
    keyspace_settle_deleted(keyspace);
}

void keyspace_settle_deleted(struct keyspace *keyspace)
{
    keyspace->has_deleted = false;
}

void keyspace_on_expired(struct keyspace *keyspace, keyspace_expired_observer *observer,
                         void *context)
{
    keyspace->observer = observer;
    keyspace->observer_context = context;
}

void keyspace_on_evicted(struct keyspace *keyspace, keyspace_evicted_observer *observer,
                         void *context)
{
    keyspace->evicted_observer = observer;
    keyspace->evicted_observer_context = context;
}

size_t keyspace_used_memory(const struct keyspace *keyspace)
{
    return heap_used(keyspace->set.heap);
}

void keyspace_statistics(const struct keyspace *keyspace, struct keyspace_statistics *statistics)
{
    *statistics = (struct keyspace_statistics){
        .hits = keyspace->hits,
        .misses = keyspace->misses,
        .expired = keyspace->expired,
        .expired_elements = keyspace->expired_elements,
        .evicted = keyspace->evicted,
        .used_memory = heap_used(keyspace->set.heap),
        .held_memory = heap_held(keyspace->set.heap),
        .table_memory = keyspace->set.bytes,
        .large_memory = heap_large(keyspace->set.heap),
        .reserved_memory = heap_reserved(keyspace->set.heap),
        .reclaim_queue = keyspace->reclaim_queue,
        .reclaimed = keyspace->reclaimed,
    };
}

void keyspace_statistics_reset(struct keyspace *keyspace)
{
    keyspace->hits = 0;
    keyspace->misses = 0;
    keyspace->expired = 0;
    keyspace->expired_elements = 0;
    keyspace->evicted = 0;
    keyspace->reclaimed = 0;
}
