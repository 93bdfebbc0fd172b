#include "storage/segment.h"

#include "proto/base/assert.h"

#include <string.h>

enum { VISIT_AHEAD = 6 };

static size_t bytes_for(uint32_t capacity)
{
    return sizeof(struct segment) + (size_t)capacity * sizeof(uint64_t);
}

/* All of a block is used, so that no memory is lost between two classes. */
static uint32_t full_capacity(uint32_t capacity)
{
    size_t size;

    if (capacity < SEGMENT_CAPACITY_MIN)
        capacity = SEGMENT_CAPACITY_MIN;
    size = heap_block_size(bytes_for(capacity));
    capacity = (uint32_t)((size - sizeof(struct segment)) / sizeof(uint64_t));
    return capacity < SEGMENT_CAPACITY_MAX ? capacity : SEGMENT_CAPACITY_MAX;
}

struct segment *segment_create(struct heap *heap, uint32_t capacity)
{
    struct segment *segment;

    capacity = full_capacity(capacity);
    segment = heap_allocate_movable(heap, bytes_for(capacity));
    ASSERT(((uintptr_t)segment & ~SEGMENT_ADDRESS_MASK) == 0);
    memset(segment, 0, bytes_for(capacity));
    segment->capacity = (uint16_t)capacity;
    segment->next_due = TIME_NEVER;
    return segment;
}

void segment_destroy(struct heap *heap, struct segment *segment)
{
    ASSERT(segment->node.position == 0);
    heap_release_movable(heap, segment, bytes_for(segment->capacity));
}

size_t segment_bytes(const struct segment *segment)
{
    return heap_block_size(bytes_for(segment->capacity));
}

uint32_t segment_capacity_for(uint32_t count)
{
    uint32_t capacity = count + (count + 14) / 15;

    return capacity < SEGMENT_CAPACITY_MIN ? SEGMENT_CAPACITY_MIN : capacity;
}

uint32_t segment_capacity_above(uint32_t capacity)
{
    uint32_t step = capacity / 16 > 2 ? capacity / 16 : 2;

    ASSERT(capacity < SEGMENT_CAPACITY_MAX);
    return capacity + step < SEGMENT_CAPACITY_MAX ? capacity + step : SEGMENT_CAPACITY_MAX;
}

bool segment_is_sparse(const struct segment *segment)
{
    return (uint32_t)segment->count * 3 + 12 < (uint32_t)segment->capacity * 2;
}

bool segment_insert(struct segment *segment, uint64_t word)
{
    uint32_t capacity = segment->capacity;
    uint32_t tag = segment_word_tag(word);
    uint64_t *words = segment->words;
    uint32_t place = segment_home(tag, capacity);
    uint32_t gap;

    if (segment->count >= capacity - capacity / 16)
        return false;
    while (place < capacity && words[place] != 0 && segment_word_tag(words[place]) <= tag)
        place++;
    gap = place;
    while (gap < capacity && words[gap] != 0)
        gap++;
    if (gap == capacity)
        return false;
    memmove(words + place + 1, words + place, (gap - place) * sizeof(*words));
    words[place] = word;
    segment->count++;
    return true;
}

void segment_remove(struct segment *segment, uint64_t *word)
{
    uint32_t capacity = segment->capacity;
    uint64_t *words = segment->words;
    uint32_t place = (uint32_t)(word - words);

    ASSERT(place < capacity);
    ASSERT(words[place] != 0);
    for (uint32_t next = place + 1; next < capacity && words[next] != 0; place = next++) {
        if (segment_home(segment_word_tag(words[next]), capacity) == next)
            break;
        words[place] = words[next];
    }
    words[place] = 0;
    segment->count--;
}

void segment_gather(const struct segment *segment, uint64_t *words)
{
    uint32_t count = 0;

    for (uint32_t i = 0; i < segment->capacity; i++) {
        words[count] = segment->words[i];
        count += segment->words[i] != 0;
        if (count == segment->count)
            return;
    }
    ASSERT(count == segment->count);
}

/* Do these sorted words stay within this capacity? */
static bool fits(const uint64_t *words, uint32_t count, uint32_t capacity)
{
    uint32_t next = 0;

    for (uint32_t i = 0; i < count; i++) {
        uint32_t home = segment_home(segment_word_tag(words[i]), capacity);

        next = (home > next ? home : next) + 1;
    }
    return next <= capacity;
}

struct segment *segment_build(struct heap *heap, const uint64_t *words, uint32_t count,
                              uint32_t capacity)
{
    uint32_t suited = segment_capacity_for(count);
    uint32_t next = 0;
    struct segment *segment;

    capacity = full_capacity(capacity > suited ? capacity : suited);
    while (!fits(words, count, capacity))
        capacity = full_capacity(segment_capacity_above(capacity));
    segment = segment_create(heap, capacity);
    ASSERT(segment->capacity == capacity);
    for (uint32_t i = 0; i < count; i++) {
        uint32_t home = segment_home(segment_word_tag(words[i]), capacity);

        next = home > next ? home : next;
        segment->words[next++] = words[i];
    }
    segment->count = (uint16_t)count;
    return segment;
}

uint32_t segment_visit(const struct segment *segment, uint32_t tag, uint64_t *remaining,
                       void (*visit)(void *context, const struct entry *entry), void *context)
{
    uint32_t capacity = segment->capacity;
    uint32_t last = SEGMENT_TAG_END;

    ASSERT(tag < SEGMENT_TAG_END);
    for (uint32_t i = segment_home(tag, capacity); i < capacity; i++) {
        uint64_t word = segment->words[i];

        if (i + VISIT_AHEAD < capacity)
            __builtin_prefetch(segment_word_entry(segment->words[i + VISIT_AHEAD]));
        if (word == 0 || segment_word_tag(word) < tag)
            continue;
        if (*remaining == 0 && segment_word_tag(word) != last)
            return segment_word_tag(word);
        last = segment_word_tag(word);
        visit(context, segment_word_entry(word));
        *remaining -= *remaining > 0;
    }
    return SEGMENT_TAG_END;
}
