/*
 * Dumps of Bloom filters, in RedisBloom's format. All numbers are little-endian and packed:
 *
 *   header:  items 8 | filters 4 | options 4 | expansion 4 | filter ...
 *   filter:  bytes 8 | bits 8 | items 8 | error rate 8 | bits per item 8 | hashes 4 | capacity 8 |
 *            exponent 1
 *
 * The bits follow in chunks. A cursor is 1 plus the bytes of all filters before it.
 */
#include "proto/base/assert.h"
#include "storage/types/bloom_layout.h"

struct writer {
    char *bytes;
    size_t length;
};

static void put(struct writer *writer, const void *value, size_t size)
{
    memcpy(writer->bytes + writer->length, value, size);
    writer->length += size;
}

#define PUT(writer, value) put((writer), &(value), sizeof(value))

size_t bloom_header_length(const struct bloom *bloom)
{
    return BLOOM_HEADER_FIXED + (size_t)bloom->filter_count * BLOOM_HEADER_FILTER;
}

void bloom_write_header(const struct bloom *bloom, char *bytes)
{
    struct writer writer = {.bytes = bytes};

    PUT(&writer, bloom->items);
    PUT(&writer, bloom->filter_count);
    PUT(&writer, bloom->options);
    PUT(&writer, bloom->expansion);
    for (uint32_t i = 0; i < bloom->filter_count; i++) {
        const struct bloom_shape *shape = &bloom->filters[i].shape;
        uint64_t size = shape->bits / 8;

        PUT(&writer, size);
        PUT(&writer, shape->bits);
        PUT(&writer, shape->items);
        PUT(&writer, shape->error_rate);
        PUT(&writer, shape->bits_per_item);
        PUT(&writer, shape->hashes);
        PUT(&writer, shape->capacity);
        PUT(&writer, shape->exponent);
    }
    ASSERT(writer.length == bloom_header_length(bloom));
}

static void take(struct span *header, void *value, size_t size)
{
    ASSERT(header->length >= size);
    memcpy(value, header->data, size);
    header->data += size;
    header->length -= size;
}

#define TAKE(header, value) take((header), &(value), sizeof(value))

/* False when bytes and bits do not belong together. */
static bool take_shape(struct span *header, struct bloom_shape *shape)
{
    uint64_t size;

    TAKE(header, size);
    TAKE(header, shape->bits);
    TAKE(header, shape->items);
    TAKE(header, shape->error_rate);
    TAKE(header, shape->bits_per_item);
    TAKE(header, shape->hashes);
    TAKE(header, shape->capacity);
    TAKE(header, shape->exponent);
    return shape->bits % 8 == 0 && size == shape->bits / 8;
}

struct bloom *bloom_create_from_header(struct heap *heap, struct span header)
{
    struct bloom *bloom;
    uint64_t items;
    uint32_t count;
    uint32_t options;
    uint32_t expansion;
    bool sound;

    if (header.length < BLOOM_HEADER_FIXED)
        return NULL;
    TAKE(&header, items);
    TAKE(&header, count);
    TAKE(&header, options);
    TAKE(&header, expansion);
    sound = count > 0 && header.length == (size_t)count * BLOOM_HEADER_FILTER;
    bloom = sound ? bloom_create_empty(heap, options, expansion) : NULL;
    if (bloom == NULL)
        return NULL;
    for (uint32_t i = 0; i < count && sound; i++) {
        struct bloom_shape shape;

        sound = take_shape(&header, &shape) && bloom_append(heap, bloom, &shape) != NULL;
    }
    if (sound && bloom->items == items)
        return bloom;
    bloom_discard(heap, bloom);
    return NULL;
}

/* The bytes from a cursor to the end of its filter; empty when it lies in none. */
static struct span place_of(const struct bloom *bloom, int64_t cursor, uint32_t *filter)
{
    uint64_t offset;

    if (cursor < 1)
        return SPAN("");
    offset = (uint64_t)cursor - 1;
    for (uint32_t i = 0; i < bloom->filter_count; i++) {
        struct span bytes = bloom_filter_span(bloom, i);

        *filter = i;
        if (offset < bytes.length)
            return span_of(bytes.data + offset, bytes.length - offset);
        offset -= bytes.length;
    }
    return SPAN("");
}

struct span bloom_chunk(const struct bloom *bloom, int64_t *cursor)
{
    uint32_t filter;
    struct span chunk = place_of(bloom, *cursor, &filter);

    if (chunk.length > BLOOM_CHUNK_MAX)
        chunk.length = BLOOM_CHUNK_MAX;
    *cursor = chunk.length == 0 ? 0 : *cursor + (int64_t)chunk.length;
    return chunk;
}

enum bloom_load_result bloom_load_chunk(struct bloom *bloom, int64_t cursor, struct span bytes)
{
    struct span place;
    uint32_t filter;

    ASSERT(bytes.length <= INT64_MAX);
    if (cursor <= 0 || cursor < (int64_t)bytes.length)
        return BLOOM_BAD_DATA;
    place = place_of(bloom, cursor - (int64_t)bytes.length, &filter);
    if (place.length == 0)
        return BLOOM_NO_PLACE;
    if (bytes.length > place.length)
        return BLOOM_TOO_LONG;
    if (bloom->watch != NULL)
        bloom->watch->before_bytes(bloom->watch, filter,
                                   (size_t)(place.data - bloom_filter_span(bloom, filter).data),
                                   bytes.length);
    if (bytes.length > 0)
        memcpy((char *)place.data, bytes.data, bytes.length);
    return BLOOM_LOADED;
}
