/*
 * One piece of a table: an array of words sorted by tag, with gaps.
 *
 *   word = | tag: 16 bits | address of an entry: 48 bits, the lowest one set when the key is
 * volatile | 0 is a gap.
 *
 *   homes:    0         1         2         3    ...          tail
 *          +---------+---------+---------+---------+-------+---------+
 *          | 0x0007  | 0x0113  | 0x0120  |  gap    |  ...  |         |
 *          +---------+---------+---------+---------+-------+---------+
 *
 * A word's home is its tag scaled to the capacity; it lies there or to the right of it, behind
 * words with smaller or equal tags and without a gap in between (linear probing that keeps the
 * order, without wrapping around: a short tail behind the last home takes what is pushed there). So
 * a look-up reads on from the home until a larger tag or a gap, a segment's words in order are its
 * keys in the order of their tags, and a segment becomes larger or smaller without a look at one
 * entry.
 *
 * A reference to a segment carries its capacity, so a look-up never reads the header:
 *   reference = | capacity: 16 bits | address: 48 bits |
 *
 * Owner: the table that refers to it. Segments move when they change size and, being movable blocks
 * of the heap, at each segment_destroy: pointers to segments do not live longer than that.
 */
#ifndef STORAGE_SEGMENT_H
#define STORAGE_SEGMENT_H

#include "proto/base/time.h"
#include "storage/due_queue.h"
#include "storage/entry.h"
#include "storage/heap.h"

#include <stddef.h>
#include <stdint.h>

enum {
    SEGMENT_ENTRIES_MAX = 256, /* beyond that it is split, as long as hash bits are left */
    SEGMENT_CAPACITY_MIN = 4,
    SEGMENT_CAPACITY_MAX = 2047, /* only without hash bits left to split by */
    SEGMENT_TAG_END = 0x10000,
};

struct segment {
    uint16_t count;
    uint16_t capacity;
    uint16_t slot;
    uint16_t space;       /* which database, see keyspace_layout.h */
    uint32_t prefix : 24; /* the leading `depth` bits that its keys' hashes share */
    uint32_t depth : 8;
    struct due_node node; /* queued by next_due */
    time_ms next_due;     /* no key expires before; TIME_NEVER without volatile keys */
    uint64_t words[];
};
_Static_assert(sizeof(struct segment) == 24,
               "a segment's header is paid once per few hundred keys");

#define SEGMENT_ADDRESS_MASK ((UINT64_C(1) << 48) - 1)

static inline uint32_t segment_tag(uint64_t hash)
{
    return (uint32_t)(hash >> 16) & 0xffff;
}

static inline uint32_t segment_word_tag(uint64_t word)
{
    return (uint32_t)(word >> 48);
}

static inline struct entry *segment_word_entry(uint64_t word)
{
    return (struct entry *)(word & SEGMENT_ADDRESS_MASK & ~UINT64_C(7));
}

static inline bool segment_word_volatile(uint64_t word)
{
    return (word & 1) != 0;
}

static inline uint64_t segment_word(uint32_t tag, const struct entry *entry, bool is_volatile)
{
    return (uint64_t)tag << 48 | (uint64_t)(uintptr_t)entry | (is_volatile ? 1 : 0);
}

static inline uint64_t segment_reference(const struct segment *segment)
{
    return (uint64_t)segment->capacity << 48 | (uint64_t)(uintptr_t)segment;
}

static inline struct segment *segment_of_reference(uint64_t reference)
{
    return (struct segment *)(reference & SEGMENT_ADDRESS_MASK);
}

/* The segment that is queued by this node. */
static inline struct segment *segment_of_node(struct due_node *node)
{
    return (struct segment *)((char *)node - offsetof(struct segment, node));
}

/* Where words with this tag start, in a segment of this capacity. */
static inline uint32_t segment_home(uint32_t tag, uint32_t capacity)
{
    return (tag * (capacity - capacity / 16 - 2)) >> 16;
}

/* An empty segment with at least this capacity. */
struct segment *segment_create(struct heap *heap, uint32_t capacity);
void segment_destroy(struct heap *heap, struct segment *segment);
size_t segment_bytes(const struct segment *segment);

/* The capacity for a segment that is to hold so many. */
uint32_t segment_capacity_for(uint32_t count);
/* The next larger capacity, at least by one step. */
uint32_t segment_capacity_above(uint32_t capacity);
/* Is it so empty that a smaller one is due? */
bool segment_is_sparse(const struct segment *segment);

/* False, and nothing changed, when there is no room: the segment must grow or split first. */
bool segment_insert(struct segment *segment, uint64_t word);
void segment_remove(struct segment *segment, uint64_t *word);

/* Copies the words without the gaps; `words` has room for one more than `count`. */
void segment_gather(const struct segment *segment, uint64_t *words);
/* A segment with these sorted words, of a capacity that suits them and is at least `capacity`. */
struct segment *segment_build(struct heap *heap, const uint64_t *words, uint32_t count,
                              uint32_t capacity);

/*
 * Visits the words with tags from `tag` on. *remaining counts down with each; when it is 0 the walk
 * ends before the next tag, which is returned, or SEGMENT_TAG_END.
 */
uint32_t segment_visit(const struct segment *segment, uint32_t tag, uint64_t *remaining,
                       void (*visit)(void *context, const struct entry *entry), void *context);

#endif
