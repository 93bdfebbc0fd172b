/*
 * How a chain of Bloom filters lies in memory: for bloom.c and bloom_dump.c.
 *
 *   bloom -> filters[0] [1] ... -> bytes of each filter, bit 0 the lowest of the first byte
 */
#ifndef STORAGE_TYPES_BLOOM_LAYOUT_H
#define STORAGE_TYPES_BLOOM_LAYOUT_H

#include "storage/object_watch.h"
#include "storage/types/bloom.h"

/* More than the smallest positive double as an error rate asks for. */
enum { BLOOM_BITS_PER_ITEM_MAX = 1600 };

struct bloom_filter {
    struct bloom_shape shape;
    unsigned char *bytes;
};

struct bloom {
    struct bloom_filter *filters;
    uint64_t items;
    uint64_t bytes; /* of all filters' bits */
    uint32_t filter_count;
    uint32_t filter_capacity;
    uint32_t options;
    uint32_t expansion;
    struct object_watch *watch; /* told of each change; NULL: nobody */
};

#endif
