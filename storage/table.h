/*
 * The keys of one slot in one database.
 *
 * Few keys: the table refers to one segment. Many: to a directory, which is indexed by leading bits
 * of the hash and refers to segments (extendible hashing). A segment of depth d holds the keys
 * whose hashes share its d leading bits, and stands in all places of the directory that do. A
 * directory has at most 1024 places; below it there are further directories, so that no growth
 * copies more than that.
 *
 *   table.root --> directory (depth 2)         segments
 *                  +------+
 *                  | 00   |------------------> prefix 00, depth 2
 *                  | 01   |------------------> prefix 01, depth 2
 *                  | 10   |--+---------------> prefix 1, depth 1
 *                  | 11   |--+
 *                  +------+
 *
 * A full segment is split in two by the next bit of its keys' hashes; two sparse ones are merged
 * without a look at their entries. Nothing touches more than one or two segments and one directory.
 *
 * Walking order is the order of (directory prefix, tag). It is kept by everything that happens to a
 * table, so a walk can be left and taken up again, see table_scan.
 *
 * Segments move (see segment.h): whoever owns the heap passes its news on by table_segment_moved.
 *
 * Owner: one keyspace. What its tables share is in table_set.
 */
#ifndef STORAGE_TABLE_H
#define STORAGE_TABLE_H

#include "storage/due_queue.h"
#include "storage/entry_layout.h"
#include "storage/heap.h"
#include "storage/segment.h"

enum {
    TABLE_POSITION_BITS = 24,
    TABLE_DIRECTORY_BITS = 10, /* of one directory */
};

struct table {
    uint64_t root; /* a reference, 0 for an empty table */
    uint32_t count;
    uint32_t volatile_count;
};
_Static_assert(sizeof(struct table) == 16, "there are 16384 per database");

struct table_set {
    struct heap *heap;
    struct due_queue due; /* segments with volatile keys, by next_due */
    uint64_t hash_seed;
    size_t bytes; /* of all segments and directories */
};

struct table_directory {
    uint8_t base;  /* bits of the hash that were used above it */
    uint8_t depth; /* bits it is indexed by */
    /* Segments by depth, less `base`; a directory below counts as one at full depth. */
    uint16_t at_depth[TABLE_DIRECTORY_BITS + 1];
    uint64_t references[];
};
_Static_assert(sizeof(struct table_directory) == 24, "references are aligned");

/* A reference is to a directory when its highest bit is set; the depth is in the bits below. */
#define TABLE_DIRECTORY_FLAG (UINT64_C(1) << 63)

static inline bool table_reference_is_directory(uint64_t reference)
{
    return (reference & TABLE_DIRECTORY_FLAG) != 0;
}

static inline struct table_directory *table_directory_of(uint64_t reference)
{
    return (struct table_directory *)(reference & SEGMENT_ADDRESS_MASK);
}

/* The leading bits of a hash by which the directories are indexed. */
static inline uint32_t table_position(uint64_t hash)
{
    return (uint32_t)(hash >> (64 - TABLE_POSITION_BITS));
}

/* The reference to the segment at a position; 0 in an empty table. */
static inline uint64_t table_reference_at(const struct table *table, uint32_t position)
{
    uint64_t reference = table->root;
    uint32_t below = TABLE_POSITION_BITS;

    while (__builtin_expect(table_reference_is_directory(reference), 0)) {
        uint32_t depth = (uint32_t)(reference >> 48) & 0xff;

        below -= depth;
        reference = table_directory_of(reference)
                        ->references[(position >> below) & ((UINT32_C(1) << depth) - 1)];
    }
    return reference;
}

/* Where a key is found. Good until the next change of the table. */
struct table_place {
    struct segment *segment;
    uint64_t *word;
    struct entry *entry;
};

/* False when the key is absent. */
static inline bool table_find(const struct table *table, uint64_t hash, struct span name,
                              struct table_place *place)
{
    uint64_t reference = table_reference_at(table, table_position(hash));
    uint32_t capacity = (uint32_t)(reference >> 48);
    uint32_t tag = segment_tag(hash);
    struct segment *segment = segment_of_reference(reference);

    if (reference == 0)
        return false;
    for (uint32_t i = segment_home(tag, capacity); i < capacity; i++) {
        uint64_t word = segment->words[i];

        if (word == 0 || segment_word_tag(word) > tag)
            return false;
        if (segment_word_tag(word) == tag && entry_has_key(segment_word_entry(word), name)) {
            *place = (struct table_place){segment, &segment->words[i], segment_word_entry(word)};
            return true;
        }
    }
    return false;
}

/* The three steps of a look-up as prefetches, each of which reads what the one before has fetched.
 */
void table_prefetch_words(const struct table *table, uint64_t hash);
void table_prefetch_entry(const struct table *table, uint64_t hash);

/* Does the table refer to `before`, which the heap has moved to `now`? */
bool table_refers_to(const struct table *table, const struct segment *before,
                     const struct segment *now);
/* A segment of this table has been moved by the heap. */
void table_segment_moved(struct table_set *set, struct table *table, struct segment *now);

/* Room in an empty table for about so many entries, or fewer if they are many. */
void table_reserve(struct table_set *set, struct table *table, uint16_t slot, uint16_t space,
                   uint32_t entries);

/* The key must be absent. */
void table_insert(struct table_set *set, struct table *table, uint16_t slot, uint16_t space,
                  uint64_t hash, struct entry *entry);
/* The place's entry is this one now, with the same key. Also for an entry whose expiry has changed.
 */
void table_replace(struct table_set *set, struct table *table, const struct table_place *place,
                   struct entry *entry);
/* Takes the entry out; it is the caller's now. */
void table_remove(struct table_set *set, struct table *table, const struct table_place *place);

/*
 * Takes out the entries of one segment that have expired: `gone` is called for each and releases
 * it. The segment is queued again for its next time, at the earliest for `not_before`. Returns the
 * number of words looked at.
 */
uint32_t table_sweep(struct table_set *set, struct table *table, struct segment *segment,
                     time_ms now, time_ms not_before,
                     void (*gone)(void *context, struct entry *entry), void *context);

/* Where a walk through one table is: everything before the prefix is done, and within the prefix
 * all tags below `tag`. Zero is the start. */
struct table_cursor {
    uint32_t prefix; /* of `depth` bits */
    uint32_t depth;
    uint32_t tag;
};

/*
 * Visits entries until *remaining is 0 and no tag is visited in part. True when the table is
 * done. An entry that is there all the time is visited whatever happens to the table between two
 * calls: a segment that was split meanwhile goes on from the tag in both of its parts, one that was
 * merged is visited again from its start.
 */
bool table_scan(const struct table *table, struct table_cursor *cursor, uint64_t *remaining,
                void (*visit)(void *context, const struct entry *entry), void *context);

/* Gives up segments, calling `gone` (which releases) for each entry, until about *budget entries
 * are done, which it counts down. True when the table is empty. *position is 0 at first and says
 * how far it is; the table takes no other calls until it is done. */
bool table_dismantle(struct table_set *set, struct table *table, uint32_t *position,
                     uint32_t *budget, void (*gone)(void *context, struct entry *entry),
                     void *context);

#endif
