/*
 * One leaf of an element_table: how elements lie in it. For element_*.c alone.
 *
 *   +----------+--------+----------------+--------+-----------+---------------------------+------+
 *   | header 8 | [queue node 8] | [next] | tags n | anchors   | elements, oldest first    | room |
 *   +----------+--------+----------------+--------+-----------+---------------------------+------+
 *
 * The node is there when an element is volatile or was it when the leaf was built, the address of
 * the next leaf of the chain at the greatest depth only. Tags are bytes. Elements lie
 * without gaps; anchors are the offsets of each fourth from the first, of 16 bits. Behind the tags,
 * 15 bytes more can always be read.
 *
 *   element: head 1 | [name length 2] | [value length 1 | 255 and 2] | [expiry 8] | name | value
 *   or       head 1 | [expiry 8] | block address 8
 *
 * The head's highest bit tells of an expiry; the others are the length of the name, or 126: it
 * follows, or 127: name and value are in a block. Nothing is aligned. The length of the value is
 * there only in tables whose values have any length.
 */
#ifndef STORAGE_TYPES_ELEMENT_LEAF_H
#define STORAGE_TYPES_ELEMENT_LEAF_H

#include "proto/base/assert.h"
#include "storage/types/element_table.h"

enum {
    LEAF_ELEMENTS_MAX = 63,
    LEAF_BYTES_MAX = HEAP_CELL_MAX,
    LEAF_TAG_GROUP = 16, /* tags that are read at a time */
    LEAF_ANCHOR_STEP = 4,

    ELEMENT_BYTES_MAX = 512, /* longer ones have a block of their own */
    ELEMENT_HEAD_VOLATILE = 0x80,
    ELEMENT_HEAD_LENGTH = 0x7f,
    ELEMENT_HEAD_WIDE = 126,
    ELEMENT_HEAD_BLOCK = 127,
    ELEMENT_VALUE_WIDE = 255,
};

struct element_leaf {
    uint16_t capacity; /* of the leaf with everything */
    uint16_t used;     /* bytes of the elements */
    uint8_t count;
    uint8_t depth : 7;
    uint8_t has_node : 1;
    uint8_t header;     /* bytes before the tags */
    uint8_t value_kind; /* of the table */
    char data[];
};
_Static_assert(sizeof(struct element_leaf) == 8, "the header of each leaf");

/* A long element. */
struct element_block {
    uint64_t hash; /* dealing it out must not read all of it */
    size_t name_length;
    size_t value_length;
    char bytes[];
};

/* An element as it lies in a leaf. */
struct element_piece {
    const char *bytes;
    uint16_t length;
    uint8_t tag;
};

static inline uint8_t element_tag(uint64_t hash)
{
    return (uint8_t)hash;
}

static inline char *leaf_tags(const struct element_leaf *leaf)
{
    return (char *)leaf + leaf->header;
}

/* Bytes of the tags and anchors of so many elements. */
static inline size_t leaf_index_bytes(size_t count)
{
    return count + (count + LEAF_ANCHOR_STEP - 1) / LEAF_ANCHOR_STEP * sizeof(uint16_t);
}

static inline char *leaf_elements(const struct element_leaf *leaf)
{
    return leaf_tags(leaf) + leaf_index_bytes(leaf->count);
}

static inline size_t leaf_bytes(const struct element_leaf *leaf)
{
    return leaf->header + leaf_index_bytes(leaf->count) + leaf->used;
}

/* The bytes that an element takes in its leaf. */
static inline size_t element_length(uint8_t value_kind, const char *bytes)
{
    const uint8_t *head = (const uint8_t *)bytes;
    size_t length = *head & ELEMENT_HEAD_LENGTH;
    size_t total = 1 + ((*head & ELEMENT_HEAD_VOLATILE) != 0 ? sizeof(time_ms) : 0);
    uint16_t wide;

    head++;
    if (__builtin_expect(length >= ELEMENT_HEAD_WIDE, 0)) {
        if (length == ELEMENT_HEAD_BLOCK)
            return total + sizeof(void *);
        memcpy(&wide, head, sizeof(wide));
        length = wide;
        head += sizeof(wide);
        total += sizeof(wide);
    }
    total += length;
    if (value_kind != ELEMENT_VALUES_ANY)
        return total + value_kind;
    length = *head++;
    total++;
    if (__builtin_expect(length == ELEMENT_VALUE_WIDE, 0)) {
        memcpy(&wide, head, sizeof(wide));
        length = wide;
        total += sizeof(wide);
    }
    return total + length;
}

static inline uint16_t leaf_anchor(const struct element_leaf *leaf, uint32_t group)
{
    uint16_t offset;

    memcpy(&offset, leaf_tags(leaf) + leaf->count + sizeof(offset) * group, sizeof(offset));
    return offset;
}

static inline char *leaf_element(const struct element_leaf *leaf, uint32_t index)
{
    char *element = leaf_elements(leaf) + leaf_anchor(leaf, index / LEAF_ANCHOR_STEP);

    for (uint32_t i = index % LEAF_ANCHOR_STEP; i > 0; i--)
        element += element_length(leaf->value_kind, element);
    return element;
}

static inline struct element_leaf *leaf_next(const struct element_leaf *leaf)
{
    struct element_leaf *next;

    if (__builtin_expect(leaf->depth < ELEMENT_TABLE_DEPTH_MAX, 1))
        return NULL;
    memcpy(&next, leaf_tags(leaf) - sizeof(next), sizeof(next));
    return next;
}

static inline void leaf_set_next(struct element_leaf *leaf, const struct element_leaf *next)
{
    ASSERT(leaf->depth == ELEMENT_TABLE_DEPTH_MAX);
    memcpy(leaf_tags(leaf) - sizeof(next), &next, sizeof(next));
}

/* The node by which the leaf is queued; only if has_node. */
static inline struct due_node *leaf_node(const struct element_leaf *leaf)
{
    ASSERT_DEBUG(leaf->has_node);
    return (struct due_node *)leaf->data;
}

static inline struct element_leaf *element_leaf_of_node(struct due_node *node)
{
    return (struct element_leaf *)((char *)node - offsetof(struct element_leaf, data));
}

/* A bit for each of the first `count` (at most 64) tags that is this one. Whole groups of
 * LEAF_TAG_GROUP tags are read. The second is what machines without SSE2 use. */
uint64_t leaf_search_tags(const char *tags, uint32_t count, uint8_t tag);
uint64_t leaf_search_tags_portable(const char *tags, uint32_t count, uint8_t tag);

/* ---- Elements ---- */

static inline bool element_is_volatile(const char *bytes)
{
    return ((uint8_t)*bytes & ELEMENT_HEAD_VOLATILE) != 0;
}

static inline bool element_is_far(const char *bytes)
{
    return ((uint8_t)*bytes & ELEMENT_HEAD_LENGTH) == ELEMENT_HEAD_BLOCK;
}

void element_decode(uint8_t value_kind, const char *bytes, struct element *element);
time_ms element_expiry(uint8_t value_kind, const char *bytes);
void element_set_expiry(uint8_t value_kind, char *bytes, time_ms expiry); /* must have one */
struct element_block *element_block(const char *bytes);                   /* only if it is far */
void element_set_block(char *bytes, const struct element_block *block);   /* likewise */
size_t element_block_bytes(const struct element_block *block);

/* The bytes that it takes in a leaf. */
size_t element_encoded_length(uint8_t value_kind, const struct element *element);
/* Is it long enough for a block? */
bool element_needs_block(uint8_t value_kind, const struct element *element);
/* `block` is NULL unless the element needs one. */
void element_encode(uint8_t value_kind, char *bytes, const struct element *element,
                    const struct element_block *block);

/* ---- Leaves ---- */

/* The bytes to be allocated for a leaf like this. */
size_t leaf_capacity_for(size_t header, uint32_t count, size_t used);
/* Bytes before the tags. */
size_t leaf_header(uint32_t depth, bool has_node);

/* A leaf of these pieces, which are copied; not queued. */
struct element_leaf *leaf_build(struct heap *heap, uint8_t value_kind, uint32_t depth,
                                bool has_node, const struct element_piece *pieces, uint32_t count);
void leaf_release(struct heap *heap, struct element_leaf *leaf);

/* The leaf's elements in order; `pieces` has room for LEAF_ELEMENTS_MAX. */
uint32_t leaf_pieces(const struct element_leaf *leaf, struct element_piece *pieces);

/* Has the leaf the memory for one more element of so many bytes? */
bool leaf_has_room(const struct element_leaf *leaf, size_t length);
/* Makes place for an element at the end, to be written there by the caller. */
char *leaf_append(struct element_leaf *leaf, uint8_t tag, size_t length);
void leaf_remove(struct element_leaf *leaf, uint32_t index);

#endif
