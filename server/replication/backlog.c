#include "server/replication/backlog.h"

#include "proto/base/assert.h"
#include "proto/base/memory.h"
#include "server/replication/backlog_spill.h"

enum {
    CHUNK_MIN = 16 * 1024,
    CHUNK_MAX = 1024 * 1024,
    CHUNKS_USUAL = 16, /* in a backlog of the wanted size */
};

static size_t size_of(uint32_t capacity)
{
    return sizeof(struct backlog_chunk) + capacity;
}

static void chunk_free(struct backlog_chunk *chunk)
{
    if (chunk->spilled)
        backlog_spill_give_back(chunk, size_of(chunk->capacity));
    else
        memory_free(chunk);
}

static void drop_first(struct backlog *backlog)
{
    struct backlog_chunk *chunk = backlog->first;

    ASSERT(chunk->references == 0);
    backlog->first = chunk->next;
    backlog->held -= size_of(chunk->capacity);
    if (chunk->spilled)
        backlog->spilled -= size_of(chunk->capacity);
    backlog->start = chunk->start + chunk->length;
    chunk_free(chunk);
}

void backlog_free(struct backlog *backlog)
{
    struct backlog_chunk *chunk = backlog->first;

    while (chunk != NULL) {
        struct backlog_chunk *next = chunk->next;

        chunk->orphaned = true;
        if (chunk->references == 0)
            chunk_free(chunk);
        chunk = next;
    }
    *backlog = (struct backlog){0};
}

void backlog_trim(struct backlog *backlog)
{
    while (backlog->first != backlog->last && backlog->first->references == 0 &&
           (uint64_t)(backlog->end - backlog->first->next->start) >= backlog->size)
        drop_first(backlog);
}

void backlog_resize(struct backlog *backlog, uint64_t size)
{
    backlog->size = size;
    backlog_trim(backlog);
}

static uint32_t chunk_capacity(const struct backlog *backlog)
{
    uint64_t capacity = backlog->size / CHUNKS_USUAL;

    if (capacity < CHUNK_MIN)
        return CHUNK_MIN;
    return capacity > CHUNK_MAX ? CHUNK_MAX : (uint32_t)capacity;
}

static void add_chunk(struct backlog *backlog)
{
    bool spills = backlog->spill_above > 0 && backlog->held >= backlog->spill_above;
    uint32_t capacity = spills ? CHUNK_MAX : chunk_capacity(backlog);
    struct backlog_chunk *chunk = spills ? backlog_spill_take(size_of(capacity)) : NULL;

    spills = chunk != NULL;
    if (chunk == NULL)
        chunk = memory_new(size_of(capacity));
    *chunk = (struct backlog_chunk){.start = backlog->end, .capacity = capacity, .spilled = spills};
    if (spills)
        backlog->spilled += size_of(capacity);
    if (backlog->last != NULL)
        backlog->last->next = chunk;
    else
        backlog->first = chunk;
    backlog->last = chunk;
    backlog->held += size_of(capacity);
}

void backlog_init(struct backlog *backlog, int64_t end, uint64_t size)
{
    *backlog = (struct backlog){.start = end, .end = end, .size = size};
    add_chunk(backlog);
}

void backlog_add(struct backlog *backlog, struct span bytes)
{
    while (bytes.length > 0) {
        struct backlog_chunk *last = backlog->last;
        size_t length;

        if (last->length == last->capacity) {
            add_chunk(backlog);
            last = backlog->last;
        }
        length = last->capacity - last->length;
        if (length > bytes.length)
            length = bytes.length;
        memcpy(last->bytes + last->length, bytes.data, length);
        last->length += (uint32_t)length;
        backlog->end += (int64_t)length;
        bytes = span_of(bytes.data + length, bytes.length - length);
    }
    backlog_trim(backlog);
}

/* ---- Places ---- */

void backlog_release(struct backlog *backlog, struct backlog_chunk *chunk)
{
    ASSERT(chunk->references > 0);
    if (--chunk->references > 0)
        return;
    if (chunk->orphaned)
        chunk_free(chunk);
    else if (chunk == backlog->first)
        backlog_trim(backlog);
}

/* The chunk with the byte at this offset; the last one for the byte that is still to come. */
static struct backlog_chunk *find(const struct backlog *backlog, int64_t offset)
{
    struct backlog_chunk *chunk = backlog->first;

    /* Most places are near the end. */
    if (offset >= backlog->last->start)
        return backlog->last;
    while (offset >= chunk->start + chunk->length)
        chunk = chunk->next;
    return chunk;
}

void backlog_place_at(struct backlog *backlog, struct backlog_place *place, int64_t offset)
{
    ASSERT(backlog_has(backlog, offset));
    place->offset = offset;
    place->chunk = find(backlog, offset);
    place->chunk->references++;
}

void backlog_place_leave(struct backlog *backlog, struct backlog_place *place)
{
    struct backlog_chunk *chunk = place->chunk;

    place->chunk = NULL;
    if (chunk != NULL)
        backlog_release(backlog, chunk);
}

struct backlog_chunk *backlog_place_take(struct backlog *backlog, struct backlog_place *place,
                                         size_t length_max, struct span *bytes)
{
    struct backlog_chunk *chunk = place->chunk;
    size_t skipped;

    ASSERT(chunk != NULL);
    if (place->offset == backlog->end)
        return NULL;
    if (place->offset == chunk->start + chunk->length) {
        place->chunk = chunk->next;
        place->chunk->references++;
        backlog_release(backlog, chunk);
        chunk = place->chunk;
    }
    skipped = (size_t)(place->offset - chunk->start);
    ASSERT(skipped < chunk->length);
    *bytes = span_of(chunk->bytes + skipped, chunk->length - skipped);
    if (bytes->length > length_max)
        bytes->length = length_max;
    place->offset += (int64_t)bytes->length;
    chunk->references++;
    return chunk;
}
