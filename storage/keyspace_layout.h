/*
 * What a keyspace is made of, for the files keyspace*.c alone.
 *
 * A database is made at its first key. It is known to segments by the number of its *space*, which
 * stays when databases are exchanged, and when the database has been flushed and waits to be taken
 * apart.
 */
#ifndef STORAGE_KEYSPACE_LAYOUT_H
#define STORAGE_KEYSPACE_LAYOUT_H

#include "proto/base/assert.h"
#include "proto/base/list.h"
#include "proto/base/random.h"
#include "storage/evict.h"
#include "storage/keyspace.h"
#include "storage/object.h"
#include "storage/table.h"
#include "storage/watched_keys.h"

enum {
    GROUP_SLOTS = 128, /* slots whose keys are counted together, for keyspace_random */
    GROUPS = SLOT_COUNT / GROUP_SLOTS,
    SPACE_MAX = UINT16_MAX,
    HIDDEN_PAUSE_MS = 100, /* until a hidden slot is looked at again for what has expired */
};

struct database {
    struct list_link link; /* among those that are taken apart */
    uint32_t number;       /* by which clients know it */
    uint16_t space;
    bool detached;
    bool kept;              /* for the walker, which has still to go through it */
    uint32_t number_at_cut; /* when it began */
    /* While it is taken apart: how far. */
    uint16_t dismantled_slot;
    uint32_t dismantled_position;
    uint32_t expected; /* keys of a slot, when its first one comes */
    uint64_t size;
    uint64_t volatile_size;
    uint64_t expiring_objects; /* whose elements expire: those in due_objects */
    uint64_t group_sizes[GROUPS];
    uint64_t occupied[SLOT_COUNT / 64]; /* a bit for each slot with keys */
    struct table tables[SLOT_COUNT];    /* pages of it that no key needs are never touched */
};

/* A table that was flushed alone. */
struct detached_table {
    struct list_link link;
    struct detached_table *next_of_slot;
    uint16_t slot;
    uint32_t number_at_cut; /* of its database, while it is kept for the walker */
    struct table table;
    uint32_t position;
};

/* How far entries have the mark of a walk that was given up. */
struct mark_sweep {
    bool due;
    uint32_t first; /* of these slots */
    uint32_t end;   /* the first behind them */
    uint32_t space;
    uint32_t slot;
    struct table_cursor cursor;
};

/* An object whose key is gone, on its way out. */
struct detached_object {
    struct list_link link;
    const struct object_kind *kind;
    void *object;
};

/* Where a compaction of the heap is. */
enum compact_phase { COMPACT_IDLE, COMPACT_CHOOSES, COMPACT_MOVES };

struct compacting {
    enum compact_phase phase;
    bool remakes_objects; /* whole pages' worth of them are sparse */
    size_t chosen;        /* pages, when all were chosen */
    uint32_t number;      /* of the database */
    uint32_t slot;
    uint32_t position;
    struct keyspace_compaction figures;
};

struct keyspace {
    struct table_set set;
    struct database **databases; /* by number; NULL without keys */
    uint32_t database_count;
    struct database **spaces; /* by space; NULL when unused */
    uint32_t space_count;

    time_ms now;         /* the latest that was handed in */
    time_ms access_time; /* the same, but for accesses that happen again */
    bool keeps_expired;  /* see keyspace_keep_expired */
    enum access_tracking tracking;
    struct keyspace_frequency_options frequency;
    struct random random;

    keyspace_created_observer *created_observer;
    void *created_observer_context;
    bool has_deleted; /* a key that may come back in the same command */
    uint64_t deleted_hash;
    keyspace_expired_observer *observer;
    void *observer_context;
    keyspace_evicted_observer *evicted_observer;
    void *evicted_observer_context;
    keyspace_elements_observer *elements_observer;
    void *elements_observer_context;

    struct due_queue due_objects; /* whose elements expire */

    struct watched_keys watched;
    uint64_t watch_version; /* the last one given */

    struct list_link detached_databases;
    struct list_link detached_tables;
    struct list_link detached_objects;
    struct detached_table **detached_by_slot; /* NULL until there is one */
    uint64_t reclaim_queue;
    uint64_t reclaimed;

    struct walker *walker; /* the walk under way, or NULL */
    uint8_t stale_marks;   /* how many of the marks before may still be found */
    struct mark_sweep mark_sweep;
    /* Flushed, but the walker has still to go through them: they wait here. */
    struct list_link kept_databases;
    struct list_link kept_tables;

    uint64_t hits;
    uint64_t misses;
    uint64_t expired;
    uint64_t expired_elements;
    uint64_t evicted;
    struct evict_pool evict_pool;
    struct compacting compacting;
    uint32_t hidden_count;
    uint64_t hidden[SLOT_COUNT / 64]; /* a bit for each slot that is hidden */
    /* By slot: of entries that the walk has already, or the last one had, and of new ones. */
    uint8_t walk_marks[SLOT_COUNT];
};

/* The object's key is gone: true when it is the walker's from now on. */
bool walker_takes_object(enum value_type type, void *object);
void walker_before_change(struct walker *walker, struct database *database, uint16_t slot,
                          struct entry *entry);
/* Is a walk under way that has the slot in it? */
bool walker_concerns(const struct walker *walker, uint16_t slot);

/* To be called before an entry, or what it holds, is changed or goes. */
static inline void keyspace_before_change(struct keyspace *keyspace, struct database *database,
                                          uint16_t slot, struct entry *entry)
{
    if (__builtin_expect(keyspace->walker != NULL, 0))
        walker_before_change(keyspace->walker, database, slot, entry);
}

/* Gives entries the mark that they lack after a walk that was given up, about *budget of them,
 * which it counts down. True: more lack it. */
bool keyspace_marks_refresh(struct keyspace *keyspace, uint32_t *budget);

/* A command has deleted a key, which it may put in again. */
static inline void keyspace_note_deleted(struct keyspace *keyspace, const struct key *key)
{
    if (__builtin_expect(keyspace->created_observer == NULL, 1))
        return;
    keyspace->has_deleted = true;
    keyspace->deleted_hash = key->hash;
}

/* The first slot from this one on that has keys, or SLOT_COUNT. */
static inline uint32_t keyspace_occupied_from(const struct database *database, uint32_t slot)
{
    while (slot < SLOT_COUNT) {
        uint64_t bits = database->occupied[slot / 64] >> (slot % 64);

        if (bits != 0)
            return slot + (uint32_t)__builtin_ctzll(bits);
        slot = (slot / 64 + 1) * 64;
    }
    return SLOT_COUNT;
}

static inline bool keyspace_is_hidden(const struct keyspace *keyspace, uint32_t slot)
{
    return __builtin_expect(keyspace->hidden_count > 0, 0) &&
           (keyspace->hidden[slot / 64] >> slot % 64 & 1);
}

/* A key's place in the tables. */
struct keyspace_place {
    struct database *database;
    struct table *table;
    struct table_place found;
};

/* Finds the key, expired or not. */
static inline struct entry *keyspace_locate(const struct keyspace *keyspace, uint32_t number,
                                            const struct key *key, struct keyspace_place *place)
{
    struct database *database = keyspace->databases[number];

    ASSERT_DEBUG(number < keyspace->database_count);
    ASSERT_DEBUG(key->slot < SLOT_COUNT);
    if (database == NULL)
        return NULL;
    place->database = database;
    place->table = &database->tables[key->slot];
    if (!table_find(place->table, key->hash, key->name, &place->found))
        return NULL;
    return place->found.entry;
}

/* The same, without those that have expired: they are deleted. */
struct entry *keyspace_locate_live(struct keyspace *keyspace, uint32_t number,
                                   const struct key *key, struct keyspace_place *place);

/* The database with this number, made if need be. */
struct database *keyspace_database(struct keyspace *keyspace, uint32_t number);

/* Puts in an entry whose key is absent. */
void keyspace_insert(struct keyspace *keyspace, uint32_t number, const struct key *key,
                     struct entry *entry);
/* Puts an entry into the place of another with the same key; the other is the caller's now. */
void keyspace_exchange(struct keyspace *keyspace, const struct key *key,
                       const struct keyspace_place *place, struct entry *entry);
/* Takes an entry out; it is the caller's now. */
void keyspace_take(struct keyspace *keyspace, const struct key *key,
                   const struct keyspace_place *place);
/* The counts of a database follow from what a table counted before a change and counts now. */
void keyspace_count(struct database *database, uint16_t slot, const struct table *before);
/* Counts and tells of a key that expires. */
void keyspace_tell_expired(struct keyspace *keyspace, const struct database *database,
                           const struct entry *entry);

/* Is the segment part of a database, or was its table flushed? */
bool keyspace_segment_in_use(const struct keyspace *keyspace, const struct segment *segment);
/* A slot of a database that has keys, and a segment of a table, each with the weight of its keys;
 * NULL when chance has found none. */
uint16_t keyspace_random_slot(struct keyspace *keyspace, const struct database *database);
struct segment *keyspace_random_segment(struct keyspace *keyspace, const struct table *table);

/* Gives up an entry that no table refers to: at once, or later and in slices when it holds much. */
void keyspace_release(struct keyspace *keyspace, struct entry *entry);

/* Watched keys of a database (or of another one as well), of one slot or SLOT_COUNT for all, are
 * about to go, if they are there: they count as changed. */
void keyspace_touch_present(struct keyspace *keyspace, uint32_t database, uint32_t also,
                            uint32_t slot);
void keyspace_touch_watched(struct keyspace *keyspace, uint32_t database, const struct key *key);

/* The same for an object alone. */
void keyspace_release_object(struct keyspace *keyspace, enum value_type type, void *object);

/* The entry stands under this key now: if elements of its object expire, it is queued for that. To
 * be called again when an expiry has become earlier, or the last one is gone. */
void keyspace_elements_queue(struct keyspace *keyspace, uint32_t number, const struct key *key,
                             const struct entry *entry);
/* The object is given up. */
void keyspace_elements_forget(struct keyspace *keyspace, struct object_due *due);
/* Removes elements whose time has come, about `budget` looked at. True: more are due. */
bool keyspace_elements_expire(struct keyspace *keyspace, time_ms now, uint32_t budget);

/* The heap has moved a segment. */
void keyspace_segment_moved(void *keyspace, void *before, void *now);

/* The access field of a new key. */
uint32_t keyspace_access_first(const struct keyspace *keyspace);
/* Notes an access. */
void keyspace_access(struct keyspace *keyspace, struct entry *entry);

static inline void keyspace_see(struct keyspace *keyspace, time_ms now)
{
    if (now > keyspace->now)
        keyspace->now = keyspace->access_time = now;
}

#endif
