/*
 * How an entry lies in memory, and its making and unmaking: for storage/ alone.
 *
 *   +-----------------------+------------+-----------------+-----+-------------------------------+
 *   | struct entry, 8 bytes | [expiry 8] | [key length 4]  | key | bytes | int64 | an address    |
 *   +-----------------------+------------+-----------------+-----+-------------------------------+
 *
 * The expiry is there when the entry is volatile; the wide key length when the key is longer than
 * 255 bytes, and `key_length` is 0 then. Nothing behind the header is aligned.
 *
 * `value_length` is the length of inline bytes. Entries are at multiples of 8.
 *
 * `access`: with recency, seconds modulo 2^24; with frequency, minutes modulo 2^16 above an 8-bit
 * logarithmic counter.
 */
#ifndef STORAGE_ENTRY_LAYOUT_H
#define STORAGE_ENTRY_LAYOUT_H

#include "storage/entry.h"
#include "storage/heap.h"
#include "storage/string_block.h"

enum {
    ENTRY_EMBEDDED_MAX = 44,      /* what clients know as "embstr" */
    ENTRY_REPLY_COPY_MAX = 16383, /* longer strings are not copied into replies */
    ENTRY_NARROW_KEY_MAX = 255,
};

enum entry_flag {
    ENTRY_VOLATILE = 1,
    ENTRY_WIDE_KEY = 2,
    ENTRY_RAW = 4,             /* a string that was edited in place: "raw" whatever its length */
    ENTRY_EXPANDED = 4,        /* a collection that has left what Redis calls its compact form */
    ENTRY_INTEGERS = 8,        /* a set of integers alone */
    ENTRY_WALK_MASK = 16 + 32, /* which walk has it: walker.h */
};

struct entry {
    uint32_t access : 24;
    uint32_t type : 4;
    uint32_t encoding : 4;
    uint8_t flags;
    uint8_t key_length;
    uint16_t value_length;
    char data[];
};
_Static_assert(sizeof(struct entry) == 8, "the header of every key");

static inline bool entry_is_volatile(const struct entry *entry)
{
    return (entry->flags & ENTRY_VOLATILE) != 0;
}

static inline bool entry_has_key(const struct entry *entry, struct span name)
{
    const char *key = entry->data + (entry_is_volatile(entry) ? sizeof(time_ms) : 0);

    if (__builtin_expect((entry->flags & ENTRY_WIDE_KEY) != 0, 0))
        return span_equal(entry_key(entry), name);
    return entry->key_length == name.length && memcmp(key, name.data, name.length) == 0;
}

static inline size_t entry_key_offset(uint8_t flags)
{
    return sizeof(struct entry) + ((flags & ENTRY_VOLATILE) != 0 ? sizeof(time_ms) : 0) +
           ((flags & ENTRY_WIDE_KEY) != 0 ? sizeof(uint32_t) : 0);
}

static inline size_t entry_key_length(const struct entry *entry)
{
    uint32_t length;

    if ((entry->flags & ENTRY_WIDE_KEY) == 0)
        return entry->key_length;
    memcpy(&length, (const char *)entry + entry_key_offset(entry->flags) - sizeof(length),
           sizeof(length));
    return length;
}

/* Where the value begins: bytes, an int64 or an address. */
static inline char *entry_value(const struct entry *entry)
{
    return (char *)entry + entry_key_offset(entry->flags) + entry_key_length(entry);
}

static inline size_t entry_value_size(enum value_encoding encoding, size_t length)
{
    return encoding == ENCODING_INLINE ? length : sizeof(int64_t);
}

static inline size_t entry_size(const struct entry *entry)
{
    return entry_key_offset(entry->flags) + entry_key_length(entry) +
           entry_value_size((enum value_encoding)entry->encoding, entry->value_length);
}

/* The mark by which the walker knows what it has. */
static inline bool entry_walk_mark_is(const struct entry *entry, uint8_t mark)
{
    return (entry->flags & ENTRY_WALK_MASK) == mark;
}

static inline void entry_walk_mark_set(struct entry *entry, uint8_t mark)
{
    entry->flags = (uint8_t)((entry->flags & ~ENTRY_WALK_MASK) | mark);
}

/* An entry with key and expiry, its value not yet written. */
struct entry *entry_create(struct heap *heap, struct span name, enum value_type type,
                           enum value_encoding encoding, size_t value_length, time_ms expiry);

/* A string as it is going to be held. */
struct entry_string_form {
    enum value_encoding encoding;
    struct span bytes; /* unless integer */
    int64_t integer;
    bool raw;
};

/* How these bytes are held: as an integer when they read as one. */
struct entry_string_form entry_form_of(struct span bytes);
/* These bytes, even when they read as an integer. */
struct entry_string_form entry_form_of_text(struct span bytes);
struct entry_string_form entry_form_of_integer(int64_t value);

/* A string entry. The form's bytes are copied and may lie in another entry. */
struct entry *entry_create_string(struct heap *heap, struct span name,
                                  const struct entry_string_form *form, time_ms expiry);
/* An entry that takes over one share of a block, which may be larger than its string. */
struct entry *entry_create_block(struct heap *heap, struct span name, struct string_block *block,
                                 time_ms expiry, bool raw);
/* An entry for `name` with a copy of the value of `source`, which may belong to another heap. */
struct entry *entry_create_like(struct heap *heap, struct span name, const struct entry *source,
                                bool same_heap, time_ms expiry);

/* Changes the value in place, when the entry's block of memory keeps its size and the expiry keeps
 * its presence; else false and nothing changed. The bytes may lie in this entry or its block. */
bool entry_overwrite(struct heap *heap, struct entry *entry, const struct entry_string_form *form,
                     time_ms expiry);

/* The block of a long string; ENCODING_BLOCK alone. */
struct string_block *entry_block(const struct entry *entry);

/* The same entry with or without expiry; in place if only the time differs. The old one is
 * released. */
struct entry *entry_with_expiry(struct heap *heap, struct entry *entry, time_ms expiry);

/* Makes the string `length` long at least, see keyspace_string_edit. The old entry is released when
 * the result is another. */
struct entry *entry_edit(struct heap *heap, struct entry *entry, size_t length, size_t offset,
                         size_t count, char **bytes);

struct entry *entry_create_collection_like(struct heap *heap, struct span name,
                                           const struct entry *source, time_ms expiry);
/* An entry that holds the object of `source`, which must not be used or released with it any more:
 * only entry_release_shell. */
struct entry *entry_create_heir(struct heap *heap, struct span name, const struct entry *source,
                                time_ms expiry);

/* Would entry_splice give another entry? */
static inline bool entry_splice_moves(const struct entry *entry, size_t removed, size_t inserted)
{
    size_t size = entry_size(entry);

    return heap_block_size(size) != heap_block_size(size - removed + inserted);
}

/* A collection in the entry, longer or shorter by a piece at `offset`; the old entry is released
 * when the result is another. *gap is where `inserted` bytes are to be written. */
struct entry *entry_splice(struct heap *heap, struct entry *entry, size_t offset, size_t removed,
                           size_t inserted, char **gap);

/* The same entry at another place, with the block of its string too if that should move, and its
 * share of what it refers to. `moved` counts what was moved; `kept` what could not be. */
struct entry *entry_relocate(struct heap *heap, struct entry *entry, uint64_t *moved,
                             uint64_t *kept);

/* Gives up the entry and its share of what it refers to, however long that takes. */
void entry_release(struct heap *heap, struct entry *entry);
/* Gives up the entry alone. */
void entry_release_shell(struct heap *heap, struct entry *entry);

#endif
