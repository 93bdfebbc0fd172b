/*
 * Any bytes as the dump of a Bloom filter: a header is refused, or describes a filter that takes
 * chunks at any cursor, finds what is added to it, and is the same after another dump.
 *
 * Input: a cursor (8 bytes), the number of filters (1 byte), their header, and a chunk.
 */
#include "proto/base/assert.h"
#include "proto/base/memory.h"
#include "storage/object.h"
#include "storage/types/bloom.h"

#include <stdlib.h>

/* Filters that are larger teach nothing more. */
enum { BYTES_MAX = 1 << 20, INPUT_HEAD = 9, ADDED = 20, EXPANSION_AT = 16, CAPACITY_AT = 44 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool is_small(struct span header)
{
    uint32_t expansion;

    memcpy(&expansion, header.data + EXPANSION_AT, sizeof(expansion));
    for (size_t at = BLOOM_HEADER_FIXED; at < header.length; at += BLOOM_HEADER_FILTER) {
        uint64_t capacity;
        uint64_t bytes;

        memcpy(&bytes, header.data + at, sizeof(bytes));
        memcpy(&capacity, header.data + at + CAPACITY_AT, sizeof(capacity));
        if (bytes > BYTES_MAX || capacity > BYTES_MAX || capacity * expansion > BYTES_MAX)
            return false;
    }
    return true;
}

static void add_some(struct heap *heap, struct bloom *bloom)
{
    for (uint32_t i = 0; i < ADDED; i++) {
        struct span item = span_of((const char *)&i, sizeof(i));
        enum bloom_result result = bloom_add(heap, bloom, item);

        if (result == BLOOM_ADDED || result == BLOOM_PRESENT)
            ASSERT(bloom_has(bloom, item));
        /* What a filter grows by is as large as the shapes say. */
        if (bloom_bytes(bloom) > 64 * BYTES_MAX)
            break;
    }
}

static void dump_again(struct heap *heap, const struct bloom *bloom)
{
    size_t length = bloom_header_length(bloom);
    char *header = memory_new(length);
    struct bloom *again;
    int64_t cursor = 1;

    bloom_write_header(bloom, header);
    again = bloom_create_from_header(heap, span_of(header, length));
    ASSERT(again != NULL);
    for (;;) {
        struct span chunk = bloom_chunk(bloom, &cursor);

        if (cursor == 0)
            break;
        ASSERT(bloom_load_chunk(again, cursor, chunk) == BLOOM_LOADED);
    }
    for (uint32_t i = 0; i < bloom_filter_count(bloom); i++)
        ASSERT(span_equal(bloom_filter_span(bloom, i), bloom_filter_span(again, i)));
    bloom_discard(heap, again);
    memory_free(header);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct heap *heap;
    struct bloom *bloom;
    struct span header;
    struct span chunk;
    int64_t cursor;
    char *copy;

    if (size < INPUT_HEAD)
        return 0;
    memcpy(&cursor, data, sizeof(cursor));
    header.data = (const char *)data + INPUT_HEAD;
    header.length = BLOOM_HEADER_FIXED + (size_t)data[8] * BLOOM_HEADER_FILTER;
    if (header.length > size - INPUT_HEAD)
        header.length = size - INPUT_HEAD;
    chunk = span_of(header.data + header.length, size - INPUT_HEAD - header.length);
    if (header.length >= BLOOM_HEADER_FIXED &&
        (header.length - BLOOM_HEADER_FIXED) % BLOOM_HEADER_FILTER == 0 && !is_small(header))
        return 0;
    heap = heap_create();
    /* A block of exactly its size, so that reading past it is seen. */
    copy = memory_new(header.length + (header.length == 0));
    memcpy(copy, header.data, header.length);
    bloom = bloom_create_from_header(heap, span_of(copy, header.length));
    memory_free(copy);
    if (bloom != NULL) {
        bloom_load_chunk(bloom, cursor, chunk);
        bloom_chunk(bloom, &cursor);
        add_some(heap, bloom);
        if (bloom_bytes(bloom) <= 64 * BYTES_MAX)
            dump_again(heap, bloom);
        bloom_discard(heap, bloom);
    }
    heap_destroy(heap);
    return 0;
}
