#include "storage/types/element_leaf.h"

#include <string.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

/* ---- Tags ---- */

static uint64_t first_bits(uint64_t bits, uint32_t count)
{
    return count < 64 ? bits & ((UINT64_C(1) << count) - 1) : bits;
}

uint64_t leaf_search_tags_portable(const char *tags, uint32_t count, uint8_t tag)
{
    const uint64_t low = UINT64_C(0x7f7f7f7f7f7f7f7f);
    const uint64_t ones = UINT64_C(0x0101010101010101);
    uint64_t found = 0;

    for (uint32_t i = 0; i < count; i += sizeof(uint64_t)) {
        uint64_t word;
        uint64_t equal;

        memcpy(&word, tags + i, sizeof(word));
        word ^= ones * tag;
        /* 0x80 in each byte that is zero now. */
        equal = ~(((word & low) + low) | word | low);
        /* Those bits side by side. */
        found |= (((equal >> 7) * UINT64_C(0x0102040810204080)) >> 56) << i;
    }
    return first_bits(found, count);
}

#ifdef __SSE2__

uint64_t leaf_search_tags(const char *tags, uint32_t count, uint8_t tag)
{
    __m128i wanted = _mm_set1_epi8((char)tag);
    uint64_t found = 0;

    for (uint32_t i = 0; i < count; i += LEAF_TAG_GROUP) {
        __m128i group = _mm_loadu_si128((const __m128i *)(const void *)(tags + i));

        found |= (uint64_t)(uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(group, wanted)) << i;
    }
    return first_bits(found, count);
}

#else

uint64_t leaf_search_tags(const char *tags, uint32_t count, uint8_t tag)
{
    return leaf_search_tags_portable(tags, count, tag);
}

#endif

/* ---- Elements ---- */

static uint16_t read_wide(const char *bytes)
{
    uint16_t value;

    memcpy(&value, bytes, sizeof(value));
    return value;
}

static char *write_wide(char *bytes, size_t value)
{
    uint16_t wide = (uint16_t)value;

    ASSERT_DEBUG(value <= ELEMENT_BYTES_MAX);
    memcpy(bytes, &wide, sizeof(wide));
    return bytes + sizeof(wide);
}

/* Where the expiry lies, or would lie; the lengths of what is behind it. */
static const char *decode_lengths(uint8_t value_kind, const char *bytes, size_t *name_length,
                                  size_t *value_length)
{
    uint8_t length = (uint8_t)*bytes++ & ELEMENT_HEAD_LENGTH;

    *name_length = *value_length = 0;
    if (length == ELEMENT_HEAD_BLOCK)
        return bytes;
    *name_length = length;
    if (__builtin_expect(length == ELEMENT_HEAD_WIDE, 0)) {
        *name_length = read_wide(bytes);
        bytes += sizeof(uint16_t);
    }
    *value_length = value_kind;
    if (value_kind == ELEMENT_VALUES_ANY) {
        *value_length = (uint8_t)*bytes++;
        if (__builtin_expect(*value_length == ELEMENT_VALUE_WIDE, 0)) {
            *value_length = read_wide(bytes);
            bytes += sizeof(uint16_t);
        }
    }
    return bytes;
}

time_ms element_expiry(uint8_t value_kind, const char *bytes)
{
    size_t name_length;
    size_t value_length;
    time_ms expiry;

    if (!element_is_volatile(bytes))
        return TIME_NEVER;
    memcpy(&expiry, decode_lengths(value_kind, bytes, &name_length, &value_length), sizeof(expiry));
    return expiry;
}

void element_set_expiry(uint8_t value_kind, char *bytes, time_ms expiry)
{
    size_t name_length;
    size_t value_length;

    ASSERT(element_is_volatile(bytes));
    ASSERT(expiry != TIME_NEVER);
    memcpy((char *)decode_lengths(value_kind, bytes, &name_length, &value_length), &expiry,
           sizeof(expiry));
}

/* Where the address of a block lies. */
static size_t block_offset(const char *bytes)
{
    ASSERT_DEBUG(element_is_far(bytes));
    return 1 + (element_is_volatile(bytes) ? sizeof(time_ms) : 0);
}

struct element_block *element_block(const char *bytes)
{
    struct element_block *block;

    memcpy(&block, bytes + block_offset(bytes), sizeof(block));
    return block;
}

void element_set_block(char *bytes, const struct element_block *block)
{
    memcpy(bytes + block_offset(bytes), &block, sizeof(block));
}

size_t element_block_bytes(const struct element_block *block)
{
    return sizeof(*block) + block->name_length + block->value_length;
}

void element_decode(uint8_t value_kind, const char *bytes, struct element *element)
{
    const char *place =
        decode_lengths(value_kind, bytes, &element->name.length, &element->value.length);

    element->expiry = TIME_NEVER;
    if (element_is_volatile(bytes)) {
        memcpy(&element->expiry, place, sizeof(element->expiry));
        place += sizeof(element->expiry);
    }
    if (__builtin_expect(element_is_far(bytes), 0)) {
        const struct element_block *block = element_block(bytes);

        element->name = span_of(block->bytes, block->name_length);
        element->value = span_of(block->bytes + block->name_length, block->value_length);
        return;
    }
    element->name.data = place;
    element->value.data = place + element->name.length;
}

/* The length of an element without block. */
static size_t near_length(uint8_t value_kind, const struct element *element)
{
    size_t length = 1 + element->name.length + element->value.length;

    if (element->name.length >= ELEMENT_HEAD_WIDE)
        length += sizeof(uint16_t);
    if (value_kind == ELEMENT_VALUES_ANY)
        length += element->value.length < ELEMENT_VALUE_WIDE ? 1 : 1 + sizeof(uint16_t);
    return length;
}

bool element_needs_block(uint8_t value_kind, const struct element *element)
{
    return near_length(value_kind, element) > ELEMENT_BYTES_MAX;
}

size_t element_encoded_length(uint8_t value_kind, const struct element *element)
{
    size_t length = near_length(value_kind, element);

    ASSERT_DEBUG(value_kind == ELEMENT_VALUES_ANY || element->value.length == value_kind);
    if (length > ELEMENT_BYTES_MAX)
        length = 1 + sizeof(struct element_block *);
    return length + (element->expiry != TIME_NEVER ? sizeof(time_ms) : 0);
}

static char *encode_expiry(char *bytes, time_ms expiry)
{
    if (expiry == TIME_NEVER)
        return bytes;
    memcpy(bytes, &expiry, sizeof(expiry));
    return bytes + sizeof(expiry);
}

void element_encode(uint8_t value_kind, char *bytes, const struct element *element,
                    const struct element_block *block)
{
    uint8_t head = element->expiry != TIME_NEVER ? ELEMENT_HEAD_VOLATILE : 0;
    size_t name_length = element->name.length;
    size_t value_length = element->value.length;

    if (block != NULL) {
        *bytes++ = (char)(head | ELEMENT_HEAD_BLOCK);
        bytes = encode_expiry(bytes, element->expiry);
        memcpy(bytes, &block, sizeof(block));
        return;
    }
    *bytes++ = (char)(head | (name_length < ELEMENT_HEAD_WIDE ? name_length : ELEMENT_HEAD_WIDE));
    if (name_length >= ELEMENT_HEAD_WIDE)
        bytes = write_wide(bytes, name_length);
    if (value_kind == ELEMENT_VALUES_ANY) {
        *bytes++ = (char)(value_length < ELEMENT_VALUE_WIDE ? value_length : ELEMENT_VALUE_WIDE);
        if (value_length >= ELEMENT_VALUE_WIDE)
            bytes = write_wide(bytes, value_length);
    }
    bytes = encode_expiry(bytes, element->expiry);
    if (name_length > 0)
        memcpy(bytes, element->name.data, name_length);
    if (value_length > 0)
        memcpy(bytes + name_length, element->value.data, value_length);
}

/* ---- Leaves ---- */

size_t leaf_header(uint32_t depth, bool has_node)
{
    return sizeof(struct element_leaf) +
           (depth == ELEMENT_TABLE_DEPTH_MAX ? sizeof(struct element_leaf *) : 0) +
           (has_node ? sizeof(uint64_t) : 0);
}

size_t leaf_capacity_for(size_t header, uint32_t count, size_t used)
{
    size_t bytes = header + leaf_index_bytes(count) + used;
    size_t readable =
        header + (count + LEAF_TAG_GROUP - 1) / LEAF_TAG_GROUP * (size_t)LEAF_TAG_GROUP;

    return heap_block_size(bytes > readable ? bytes : readable);
}

static void set_anchor(struct element_leaf *leaf, uint32_t group, size_t offset)
{
    uint16_t anchor = (uint16_t)offset;

    memcpy(leaf_tags(leaf) + leaf->count + sizeof(anchor) * group, &anchor, sizeof(anchor));
}

struct element_leaf *leaf_build(struct heap *heap, uint8_t value_kind, uint32_t depth,
                                bool has_node, const struct element_piece *pieces, uint32_t count)
{
    size_t header = leaf_header(depth, has_node);
    struct element_leaf *leaf;
    size_t used = 0;
    size_t capacity;

    ASSERT(count <= LEAF_ELEMENTS_MAX);
    for (uint32_t i = 0; i < count; i++)
        used += pieces[i].length;
    capacity = leaf_capacity_for(header, count, used);
    ASSERT(capacity <= LEAF_BYTES_MAX);
    leaf = heap_allocate(heap, capacity);
    memset(leaf, 0, header);
    leaf->capacity = (uint16_t)capacity;
    leaf->used = (uint16_t)used;
    leaf->count = (uint8_t)count;
    leaf->depth = depth & 0x7f;
    leaf->has_node = has_node;
    leaf->header = (uint8_t)header;
    leaf->value_kind = value_kind;
    used = 0;
    for (uint32_t i = 0; i < count; i++) {
        leaf_tags(leaf)[i] = (char)pieces[i].tag;
        if (i % LEAF_ANCHOR_STEP == 0)
            set_anchor(leaf, i / LEAF_ANCHOR_STEP, used);
        memcpy(leaf_elements(leaf) + used, pieces[i].bytes, pieces[i].length);
        used += pieces[i].length;
    }
    return leaf;
}

void leaf_release(struct heap *heap, struct element_leaf *leaf)
{
    ASSERT(!leaf->has_node || leaf_node(leaf)->position == 0);
    heap_release(heap, leaf, leaf->capacity);
}

uint32_t leaf_pieces(const struct element_leaf *leaf, struct element_piece *pieces)
{
    const char *bytes = leaf_elements(leaf);

    for (uint32_t i = 0; i < leaf->count; i++) {
        pieces[i].bytes = bytes;
        pieces[i].length = (uint16_t)element_length(leaf->value_kind, bytes);
        pieces[i].tag = (uint8_t)leaf_tags(leaf)[i];
        bytes += pieces[i].length;
    }
    ASSERT(bytes == leaf_elements(leaf) + leaf->used);
    return leaf->count;
}

bool leaf_has_room(const struct element_leaf *leaf, size_t length)
{
    return leaf_capacity_for(leaf->header, leaf->count + 1u, leaf->used + length) <= leaf->capacity;
}

char *leaf_append(struct element_leaf *leaf, uint8_t tag, size_t length)
{
    char *tags = leaf_tags(leaf);
    size_t count = leaf->count;
    size_t anchors = leaf_index_bytes(count) - count;
    uint16_t offset = leaf->used;

    ASSERT_DEBUG(leaf_has_room(leaf, length));
    ASSERT(count < LEAF_ELEMENTS_MAX);
    memmove(tags + leaf_index_bytes(count + 1), tags + count + anchors, leaf->used);
    memmove(tags + count + 1, tags + count, anchors);
    tags[count] = (char)tag;
    leaf->count++;
    if (count % LEAF_ANCHOR_STEP == 0)
        set_anchor(leaf, (uint32_t)count / LEAF_ANCHOR_STEP, offset);
    leaf->used = (uint16_t)(leaf->used + length);
    return leaf_elements(leaf) + offset;
}

void leaf_remove(struct element_leaf *leaf, uint32_t index)
{
    char *tags = leaf_tags(leaf);
    char *elements = leaf_elements(leaf);
    char *removed = leaf_element(leaf, index);
    size_t length = element_length(leaf->value_kind, removed);
    size_t start = (size_t)(removed - elements);
    uint32_t left = leaf->count - 1u;
    /* The anchors up to the one before the element stay. */
    uint32_t group = index / LEAF_ANCHOR_STEP;
    size_t anchors = leaf_index_bytes(left) - left;
    size_t offset;

    ASSERT(index < leaf->count);
    offset = leaf_anchor(leaf, group);
    memmove(tags + index, tags + index + 1, left - index + anchors);
    memmove(tags + leaf_index_bytes(left), elements, start);
    memmove(tags + leaf_index_bytes(left) + start, removed + length, leaf->used - start - length);
    leaf->count--;
    leaf->used = (uint16_t)(leaf->used - length);
    for (uint32_t i = group * LEAF_ANCHOR_STEP; i < left; i++) {
        if (i % LEAF_ANCHOR_STEP == 0)
            set_anchor(leaf, i / LEAF_ANCHOR_STEP, offset);
        offset += element_length(leaf->value_kind, leaf_elements(leaf) + offset);
    }
}
