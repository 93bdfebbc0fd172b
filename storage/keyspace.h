/*
 * One shard's data: per database, per slot, one table of entries.
 *
 * Pure: the time and the seeds are handed in. Everything it does to one key is bounded: no growth,
 * shrinking or split touches more than one segment of a table (a few hundred entries), and large
 * frees are put aside and done in slices (keyspace_reclaim).
 *
 * Owner: one shard. The functions are for the owning thread alone, or for the thread that runs an
 * exclusive section while the owner is parked.
 *
 * A key that has expired does not exist: every look-up deletes it first (and counts it). Its time
 * may also be found by keyspace_expire, which does not wait for somebody to ask.
 */
#ifndef STORAGE_KEYSPACE_H
#define STORAGE_KEYSPACE_H

#include "proto/base/span.h"
#include "proto/base/time.h"
#include "proto/key_slot/key_slot.h"
#include "storage/entry.h"

#include <stdint.h>

struct keyspace;
struct string_block;

/* How accesses are remembered; only the eviction policy decides which (LRU is the default). */
enum access_tracking { ACCESS_RECENCY, ACCESS_FREQUENCY };

struct keyspace_options {
    uint32_t databases;   /* 1 or more */
    uint64_t hash_seed;   /* the same for all keyspaces of a process */
    uint64_t random_seed; /* for random keys and frequency counters */
};

struct keyspace *keyspace_create(const struct keyspace_options *options);
void keyspace_destroy(struct keyspace *keyspace);

/*
 * Says what time it is, to be called whenever the owner reads its clock: changes go by it (the
 * access of a new key, whether a key that is overwritten has expired). A clock that was set back is
 * followed; between two calls the time only advances, with the latest that a look-up was given.
 */
void keyspace_set_time(struct keyspace *keyspace, time_ms now);

/* So many keys, in all slots together and of this node or of others, are going to be put into this
 * database: slots begin with as much room as they need then. 0: it is over. */
void keyspace_expect(struct keyspace *keyspace, uint32_t number, uint64_t keys);

/*
 * What follows has happened before and is done again, from a log: nothing expires, as long as
 * look-ups are given KEYSPACE_REPLAY_TIME, and accesses are of the time `now`. Until the next
 * keyspace_set_time.
 */
#define KEYSPACE_REPLAY_TIME ((time_ms)1)
void keyspace_set_replay(struct keyspace *keyspace, time_ms now);

/* From now on what has expired is hidden from those that read and peek, and stays until it is
 * deleted or written: a copy of somebody else's data, who says when a key goes. */
void keyspace_keep_expired(struct keyspace *keyspace, bool keeps);

/* A key as it is looked up: its name with slot and hash computed once. `name` is borrowed. */
struct key {
    struct span name;
    uint64_t hash;
    uint16_t slot;
};
struct key keyspace_key(const struct keyspace *keyspace, struct span name);

/*
 * Prefetching for a batch, in this order over all keys of the batch: hides the memory latency of
 * the look-ups that follow. They change nothing.
 */
void keyspace_prefetch_table(const struct keyspace *keyspace, uint32_t database,
                             const struct key *key);
void keyspace_prefetch_words(const struct keyspace *keyspace, uint32_t database,
                             const struct key *key);
void keyspace_prefetch_entry(const struct keyspace *keyspace, uint32_t database,
                             const struct key *key);

/* ---- Look-ups. NULL when the key is absent or expired. ---- */

/* For a command that reads: counts a hit or a miss, notes the access. */
struct entry *keyspace_read(struct keyspace *keyspace, uint32_t database, const struct key *key,
                            time_ms now);
/* For a command that asks about a key without using its value (EXISTS, TYPE, TTL, OBJECT), and for
 * reads under CLIENT NO-TOUCH: counts a hit or a miss, notes nothing. */
struct entry *keyspace_inspect(struct keyspace *keyspace, uint32_t database, const struct key *key,
                               time_ms now);
/* For a command that writes: notes the access, counts nothing. */
struct entry *keyspace_find(struct keyspace *keyspace, uint32_t database, const struct key *key,
                            time_ms now);
/* Counts nothing and notes nothing. */
struct entry *keyspace_peek(struct keyspace *keyspace, uint32_t database, const struct key *key,
                            time_ms now);

/* ---- Changes. Each returns where the entry now is; older pointers to it are void. ---- */

/* As `expiry` below: keep the expiry that the key has. */
#define EXPIRY_KEEP ((time_ms)-1)

/* Makes the key a string of these bytes, whatever it was before. `value` may point into the very
 * entry that is replaced. A value that reads as an int64 is held as an integer. expiry: a time,
 * TIME_NEVER or EXPIRY_KEEP. */
struct entry *keyspace_set_string(struct keyspace *keyspace, uint32_t database,
                                  const struct key *key, struct span value, time_ms expiry);
/* The same for bytes that stay text even when they read as an integer (INCRBYFLOAT). */
struct entry *keyspace_set_text(struct keyspace *keyspace, uint32_t database, const struct key *key,
                                struct span value, time_ms expiry);
/* The same for an integer; an existing expiry is kept or replaced likewise. */
struct entry *keyspace_set_integer(struct keyspace *keyspace, uint32_t database,
                                   const struct key *key, int64_t value, time_ms expiry);
/* A block for a string that is to become a key's: its bytes are the caller's to write. */
struct string_block *keyspace_string_block(struct keyspace *keyspace, size_t length);
/* Makes the key a string of the block's bytes without an expiry, "raw", whatever it was before;
 * takes over the block. For strings that are too long to be made twice. */
struct entry *keyspace_set_block(struct keyspace *keyspace, uint32_t database,
                                 const struct key *key, struct string_block *block);
/* Makes a string writable at full length `length`: grown with zero bytes, never cut; an absent key
 * is created, an integer becomes text. *bytes are its writable bytes. The value is "raw" from now
 * on. The key, when present, must hold a string (asserted). For APPEND, SETRANGE and the bit
 * commands. */
struct entry *keyspace_string_edit(struct keyspace *keyspace, uint32_t database,
                                   const struct key *key, size_t length, char **bytes);

/* The same for who is going to write only the `count` bytes at `offset`: a long string that is
 * shared with a walker is not copied for that. */
struct entry *keyspace_string_edit_part(struct keyspace *keyspace, uint32_t database,
                                        const struct key *key, size_t length, size_t offset,
                                        size_t count, char **bytes);

/* Sets or removes (TIME_NEVER) the expiry of a key that exists. */
struct entry *keyspace_set_expiry(struct keyspace *keyspace, uint32_t database,
                                  const struct key *key, time_ms expiry);

/* True when the key existed. */
bool keyspace_delete(struct keyspace *keyspace, uint32_t database, const struct key *key,
                     time_ms now);

/*
 * Takes the value and expiry of a key out of `from` and makes it the value of `to_key` in `to`
 * (another name, database or keyspace), replacing what is there. The source must exist. RENAME,
 * MOVE.
 */
void keyspace_move(struct keyspace *from, uint32_t from_database, const struct key *from_key,
                   struct keyspace *to, uint32_t to_database, const struct key *to_key);

/* A copy of the value and expiry, the source stays. COPY. */
void keyspace_copy(struct keyspace *from, uint32_t from_database, const struct key *from_key,
                   struct keyspace *to, uint32_t to_database, const struct key *to_key);

/* Empties a database at once for every observer; the memory goes in slices (keyspace_reclaim). */
void keyspace_flush(struct keyspace *keyspace, uint32_t database);
/* Exchanges two databases. */
void keyspace_swap(struct keyspace *keyspace, uint32_t database, uint32_t other);
/* Empties one slot in all databases. */
void keyspace_flush_slot(struct keyspace *keyspace, uint16_t slot);

/*
 * A hidden slot holds what is not this node's yet: its keys are neither counted nor found by SCAN
 * or by chance, do not expire by themselves, and are not evicted. Who names one finds it.
 */
void keyspace_hide_slot(struct keyspace *keyspace, uint16_t slot, bool hidden);
bool keyspace_hides_slot(const struct keyspace *keyspace, uint16_t slot);

/* ---- Counting and walking; but for slot sizes, without what is hidden ---- */

uint64_t keyspace_size(const struct keyspace *keyspace, uint32_t database);
uint64_t keyspace_volatile_size(const struct keyspace *keyspace, uint32_t database);
/* Keys with elements that expire. */
uint64_t keyspace_expiring_size(const struct keyspace *keyspace, uint32_t database);
/* Keys in the slot, over all databases. */
uint64_t keyspace_slot_size(const struct keyspace *keyspace, uint16_t slot);
/* Average milliseconds to live of a sample of the volatile keys, 0 without any (INFO keyspace). */
int64_t keyspace_average_ttl(struct keyspace *keyspace, uint32_t database, time_ms now);

/* Called for each entry of a walk; must not change the keyspace. */
typedef void keyspace_visitor(void *context, const struct entry *entry);

/*
 * SCAN: visits at least `count` entries, whole groups at a time, if so many are left (and may
 * give up earlier after a bounded number of empty steps). Starts with cursor
 * 0; returns the next cursor, or KEYSPACE_SCAN_END when this keyspace is done. The cursor has the
 * slot in its low 14 bits (see keyspace_scan_slot), fits 63 bits, and is good whatever happens
 * to the tables between calls: an entry that is present during the whole scan is visited. Expired
 * entries are visited too: the visitor looks at entry_expiry.
 */
#define KEYSPACE_SCAN_END UINT64_MAX
uint64_t keyspace_scan(const struct keyspace *keyspace, uint32_t database, uint64_t cursor,
                       uint64_t count, keyspace_visitor *visit, void *context);
static inline uint16_t keyspace_scan_slot(uint64_t cursor)
{
    return (uint16_t)(cursor & (SLOT_COUNT - 1));
}
/* The cursor that starts at a slot. */
static inline uint64_t keyspace_scan_start(uint16_t slot)
{
    return slot;
}

/* Visits up to `limit` entries of one slot (database 0 first). CLUSTER GETKEYSINSLOT. */
void keyspace_slot_visit(const struct keyspace *keyspace, uint16_t slot, uint64_t limit,
                         keyspace_visitor *visit, void *context);

/* Some entry that has not expired, every one about equally likely; NULL when there is none. */
struct entry *keyspace_random(struct keyspace *keyspace, uint32_t database, time_ms now);

/* Told of each key that is put in; NULL: nobody. The value may not be there yet. A key that is
 * deleted and then put in again is not new, unless keyspace_settle_deleted came in between. */
typedef void keyspace_created_observer(void *context, uint32_t database, struct span name);
void keyspace_on_created(struct keyspace *keyspace, keyspace_created_observer *observer,
                         void *context);
void keyspace_settle_deleted(struct keyspace *keyspace);

/* ---- Work in slices: each call does a bounded piece and says whether more is due ---- */

/* Told of each key that expired, by look-up or by keyspace_expire, just before it goes. */
typedef void keyspace_expired_observer(void *context, uint32_t database, const struct entry *entry);
void keyspace_on_expired(struct keyspace *keyspace, keyspace_expired_observer *observer,
                         void *context);

/* Told of each key that is evicted (see evict.h), just before it goes. */
typedef void keyspace_evicted_observer(void *context, uint32_t database, const struct entry *entry);
void keyspace_on_evicted(struct keyspace *keyspace, keyspace_evicted_observer *observer,
                         void *context);

/*
 * Told of elements (fields of hashes) that expired, found by keyspace_expire. `element` is one that
 * goes next; or NULL when those of a key are done for now, which is deleted next when `last`.
 */
typedef void keyspace_elements_observer(void *context, uint32_t database, const struct entry *entry,
                                        const struct span *element, bool last);
void keyspace_on_elements_expired(struct keyspace *keyspace, keyspace_elements_observer *observer,
                                  void *context);

/* Counts elements that a command has removed because their time had passed already. */
void keyspace_count_expired_elements(struct keyspace *keyspace, uint64_t count);

/* Deletes keys and elements whose time has come, about `budget` entries looked at. True: more are
 * due now. */
bool keyspace_expire(struct keyspace *keyspace, time_ms now, uint32_t budget);
/* The earliest time at which keyspace_expire may have work, TIME_NEVER without volatile keys and
 * elements. */
time_ms keyspace_next_expiry(const struct keyspace *keyspace);

/* Frees what flushes have put aside, about `budget` entries. True: more is left. */
bool keyspace_reclaim(struct keyspace *keyspace, uint32_t budget);
/* Has it values to free? */
bool keyspace_is_reclaiming(const struct keyspace *keyspace);

/*
 * Gathers what is left after many keys have gone, so that pages of the heap become empty: entries
 * move out of the emptiest pages, with their values; small objects are made anew. Looks at about
 * `budget` entries, from where the last call has ended. False: all has been done once, and the next
 * call begins again.
 */
bool keyspace_compact(struct keyspace *keyspace, uint32_t budget);
/* A walk goes before: what it points to must stay in its place. */
bool keyspace_compact_may_run(const struct keyspace *keyspace);
/* Gives up what is under way. */
void keyspace_compact_stop(struct keyspace *keyspace);

struct keyspace_compaction {
    uint64_t keys_moved; /* keys of which something was moved */
    uint64_t keys_kept;
    uint64_t blocks_moved;
    uint64_t blocks_kept;  /* that should have been moved, but could not be */
    uint64_t pages_chosen; /* to be emptied */
    uint64_t pages_emptied;
};
const struct keyspace_compaction *keyspace_compact_figures(const struct keyspace *keyspace);

/* ---- Watched keys (WATCH) ---- */

/* Registers one watcher more; the version that the key has now. A key that has expired counts as
 * absent. */
uint64_t keyspace_watch(struct keyspace *keyspace, uint32_t database, const struct key *key,
                        time_ms now);
/* Has a watched key not changed, nor expired, since it had this version? */
bool keyspace_is_unchanged(struct keyspace *keyspace, uint32_t database, const struct key *key,
                           uint64_t version, time_ms now);
/* One watcher less; each was registered (asserted). */
void keyspace_unwatch(struct keyspace *keyspace, uint32_t database, const struct key *key);
/* To be called for each change of a key that a command makes. What expires, is flushed or exchanged
 * with its database is known here. */
void keyspace_touched(struct keyspace *keyspace, uint32_t database, const struct key *key);
/* Keys with watchers. */
uint64_t keyspace_watched_count(const struct keyspace *keyspace);

/* ---- Settings and statistics ---- */

void keyspace_set_access_tracking(struct keyspace *keyspace, enum access_tracking tracking);
/* Directives lfu-log-factor and lfu-decay-time; 10 and 1 at first. */
struct keyspace_frequency_options {
    uint32_t
        logarithm_factor;   /* how much harder each step of the counter is; 0: each access counts */
    uint32_t decay_minutes; /* without access for the counter to lose one; 0: never */
};
void keyspace_set_frequency_options(struct keyspace *keyspace,
                                    const struct keyspace_frequency_options *options);
/* 0 to 255; the logarithmic access counter, decayed to now (OBJECT FREQ). */
uint8_t keyspace_frequency(const struct keyspace *keyspace, const struct entry *entry, time_ms now);

/* What is known of a key's accesses from elsewhere (RESTORE): that the last was so many seconds
 * ago, or its counter. Without effect when the other kind is tracked. */
void keyspace_set_idle(struct keyspace *keyspace, struct entry *entry, int64_t seconds);
void keyspace_set_frequency(struct keyspace *keyspace, struct entry *entry, uint8_t counter);

/* Lazy and active expiry may be switched off for tests (DEBUG SET-ACTIVE-EXPIRE concerns the
 * active kind, which the caller simply does not call). */

struct keyspace_statistics {
    uint64_t hits;
    uint64_t misses;
    uint64_t expired;
    uint64_t expired_elements; /* fields of hashes */
    uint64_t evicted;
    size_t used_memory;     /* bytes in use in the heap, tables included */
    size_t held_memory;     /* bytes taken from the system for them */
    size_t table_memory;    /* of the used ones: tables */
    size_t large_memory;    /* likewise: blocks that are the allocator's own */
    size_t reserved_memory; /* taken from the allocator for all others */
    uint64_t reclaim_queue; /* entries waiting for keyspace_reclaim */
    uint64_t reclaimed;     /* that it has freed */
};
/* used_memory alone. */
size_t keyspace_used_memory(const struct keyspace *keyspace);
void keyspace_statistics(const struct keyspace *keyspace, struct keyspace_statistics *statistics);
void keyspace_statistics_reset(struct keyspace *keyspace);

#endif
