/*
 * Bloom filters that grow: a chain of filters, each with its own bits, of which the last one takes
 * new items until it is full and another one is added.
 *
 * Hashes, sizes and dumps are those of RedisBloom, so that filters can be moved between the two.
 * An item's positions in a filter are (a + i * b) modulo its bits, a and b being MurmurHash64A of
 * the item. A filter for n items with the error rate e has n * -ln(e) / ln(2)^2 bits; those of a
 * chain that grows have half the rate of the one before, and the first half of the chain's.
 *
 * The chain is an object (storage/object.h, bloom_kind). Owner: the shard of its keyspace.
 */
#ifndef STORAGE_TYPES_BLOOM_H
#define STORAGE_TYPES_BLOOM_H

#include "proto/base/span.h"
#include "storage/heap.h"

#include <stdint.h>

struct bloom;

/* Limits. No chain is larger, whoever asks for it. */
#define BLOOM_BYTES_MAX (UINT64_C(4) << 30)
enum { BLOOM_FILTERS_MAX = 1024, BLOOM_EXPANSION_MAX = 32768 };

enum bloom_option {
    BLOOM_EXACT_SIZE = 1, /* as many bits as are needed, not a power of two */
    BLOOM_HASH_64 = 4,    /* the only hash known here */
    BLOOM_NO_SCALING = 8, /* full is full */
};

/* NULL when it would be too large, or there is no memory for it. The rate lies between 0 and 1,
 * `capacity` is not 0 (both asserted). `expansion`: how many times larger the next filter is. */
struct bloom *bloom_create(struct heap *heap, double error_rate, uint64_t capacity,
                           uint32_t expansion, bool scaling);

enum bloom_result {
    BLOOM_ADDED,
    BLOOM_PRESENT, /* probably */
    BLOOM_FULL,    /* and may not grow */
    BLOOM_FAILED,  /* it cannot grow any more */
};
enum bloom_result bloom_add(struct heap *heap, struct bloom *bloom, struct span item);
bool bloom_has(const struct bloom *bloom, struct span item);

uint64_t bloom_items(const struct bloom *bloom);
uint64_t bloom_capacity(const struct bloom *bloom);
uint32_t bloom_filter_count(const struct bloom *bloom);
uint32_t bloom_options(const struct bloom *bloom); /* enum bloom_option */
uint32_t bloom_expansion(const struct bloom *bloom);
/* The bytes of all bits. */
uint64_t bloom_bytes(const struct bloom *bloom);

/* ---- What a chain is made of: for dumps ---- */

struct bloom_shape {
    uint64_t capacity;
    uint64_t items;
    uint64_t bits; /* a multiple of 64 */
    double error_rate;
    double bits_per_item;
    uint32_t hashes;
    uint8_t exponent; /* positions are modulo 2 to its power; 0: modulo bits */
};
struct bloom_shape bloom_shape_of(const struct bloom *bloom, uint32_t filter);
/* The bits of one filter, in bits / 8 bytes. */
struct span bloom_filter_span(const struct bloom *bloom, uint32_t filter);

/* A chain from elsewhere, put together filter by filter. What says how comes from anybody. */

/* Without filters, which it must get before it is used; NULL when these are no options that are
 * known here. */
struct bloom *bloom_create_empty(struct heap *heap, uint32_t options, uint32_t expansion);
/* Adds a filter of this shape; its bits are zero and lie where it says. NULL when the shape is not
 * sound, or there is no room. */
char *bloom_append(struct heap *heap, struct bloom *bloom, const struct bloom_shape *shape);
/* Gives up a chain that no key holds. */
void bloom_discard(struct heap *heap, struct bloom *bloom);

/* ---- RedisBloom's dumps: a header, then the bits in chunks ---- */

enum { BLOOM_CHUNK_MAX = 16 << 20, BLOOM_HEADER_FIXED = 20, BLOOM_HEADER_FILTER = 53 };

size_t bloom_header_length(const struct bloom *bloom);
/* Writes that many bytes. */
void bloom_write_header(const struct bloom *bloom, char *bytes);
/* The chain that a header describes, its bits still zero; NULL when it is not
 * sound or too large, or there is no memory. */
struct bloom *bloom_create_from_header(struct heap *heap, struct span header);

/* The bytes at a cursor (1 for the first), up to BLOOM_CHUNK_MAX, and the cursor behind them. At
 * the end, and for cursors that lie elsewhere: empty, and 0. */
struct span bloom_chunk(const struct bloom *bloom, int64_t *cursor);

enum bloom_load_result { BLOOM_LOADED, BLOOM_BAD_DATA, BLOOM_NO_PLACE, BLOOM_TOO_LONG };
/* Puts bytes back; `cursor` is the one behind them. */
enum bloom_load_result bloom_load_chunk(struct bloom *bloom, int64_t cursor, struct span bytes);

#endif
