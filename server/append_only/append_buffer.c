#include "server/append_only/append_buffer.h"

#include "proto/base/assert.h"
#include "proto/base/memory.h"

#include <string.h>

enum {
    CHUNK_SIZE = 64 * 1024 - sizeof(struct append_chunk),
    UNUSED_MAX = 16,
};

void append_buffer_init(struct append_buffer *buffer)
{
    *buffer = (struct append_buffer){0};
    list_init(&buffer->chunks);
    list_init(&buffer->unused);
}

static void drop_chunk(struct append_buffer *buffer, struct append_chunk *chunk)
{
    list_remove(&chunk->link);
    if (chunk->capacity != CHUNK_SIZE || buffer->unused_count == UNUSED_MAX) {
        memory_free(chunk);
        return;
    }
    list_push_front(&buffer->unused, &chunk->link);
    buffer->unused_count++;
}

void append_buffer_clear(struct append_buffer *buffer)
{
    while (!list_empty(&buffer->chunks))
        drop_chunk(buffer, list_entry(buffer->chunks.next, struct append_chunk, link));
    buffer->length = 0;
}

void append_buffer_free(struct append_buffer *buffer)
{
    struct list_link *link;

    append_buffer_clear(buffer);
    while ((link = list_pop_front(&buffer->unused)) != NULL)
        memory_free(list_entry(link, struct append_chunk, link));
    buffer->unused_count = 0;
}

static struct append_chunk *chunk_new(struct append_buffer *buffer, size_t length,
                                      uint64_t generation)
{
    size_t capacity = length > CHUNK_SIZE ? length : CHUNK_SIZE;
    struct append_chunk *chunk;

    if (capacity == CHUNK_SIZE && buffer->unused_count > 0) {
        chunk = list_entry(list_pop_front(&buffer->unused), struct append_chunk, link);
        buffer->unused_count--;
    } else {
        chunk = memory_new(sizeof(*chunk) + capacity);
    }
    chunk->generation = generation;
    chunk->start = chunk->end = 0;
    chunk->capacity = capacity;
    list_push_back(&buffer->chunks, &chunk->link);
    return chunk;
}

void append_buffer_add(struct append_buffer *buffer, uint64_t generation, struct span bytes)
{
    struct append_chunk *chunk = NULL;
    size_t room = 0;

    if (!list_empty(&buffer->chunks)) {
        chunk = list_entry(buffer->chunks.previous, struct append_chunk, link);
        ASSERT(chunk->generation <= generation);
        if (chunk->generation == generation)
            room = chunk->capacity - chunk->end;
    }
    buffer->length += bytes.length;
    if (room > bytes.length)
        room = bytes.length;
    if (room > 0) {
        memcpy(chunk->bytes + chunk->end, bytes.data, room);
        chunk->end += room;
    }
    if (room == bytes.length)
        return;
    chunk = chunk_new(buffer, bytes.length - room, generation);
    memcpy(chunk->bytes, bytes.data + room, bytes.length - room);
    chunk->end = bytes.length - room;
}

uint64_t append_buffer_first_generation(const struct append_buffer *buffer, uint64_t otherwise)
{
    if (list_empty(&buffer->chunks))
        return otherwise;
    return list_entry(buffer->chunks.next, struct append_chunk, link)->generation;
}

uint32_t append_buffer_parts(const struct append_buffer *buffer, uint64_t skip, struct iovec *parts,
                             uint32_t parts_max, uint64_t *length)
{
    uint64_t generation = append_buffer_first_generation(buffer, 0);
    uint32_t count = 0;

    *length = 0;
    list_for_each (link, &buffer->chunks) {
        struct append_chunk *chunk = list_entry(link, struct append_chunk, link);
        size_t held = chunk->end - chunk->start;

        if (count == parts_max || chunk->generation != generation)
            break;
        if (skip >= held) {
            skip -= held;
            continue;
        }
        parts[count++] = (struct iovec){chunk->bytes + chunk->start + skip, held - skip};
        *length += held - skip;
        skip = 0;
    }
    return count;
}

void append_buffer_consume(struct append_buffer *buffer, uint64_t length)
{
    ASSERT(length <= buffer->length);
    buffer->length -= length;
    while (length > 0) {
        struct append_chunk *chunk = list_entry(buffer->chunks.next, struct append_chunk, link);
        size_t taken = chunk->end - chunk->start < length ? chunk->end - chunk->start : length;

        chunk->start += taken;
        length -= taken;
        /* Appended later, it would start with a chunk that is used up. */
        if (chunk->start == chunk->end)
            drop_chunk(buffer, chunk);
    }
}
