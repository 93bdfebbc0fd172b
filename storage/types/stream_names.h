/*
 * Things that are found by name and listed in the order of their names: the groups of a stream, the
 * consumers of a group. An array of pointers, sorted; each thing begins with its name.
 *
 * Owner: whoever owns the heap and the things.
 */
#ifndef STORAGE_TYPES_STREAM_NAMES_H
#define STORAGE_TYPES_STREAM_NAMES_H

#include "proto/base/span.h"
#include "storage/heap.h"

#include <stdint.h>

struct stream_names {
    void **things; /* each begins with a struct span, its name */
    uint32_t count;
    uint32_t capacity;
};

/* The thing with this name, or NULL. `index` (may be NULL): where it is, or would be. */
void *stream_names_find(const struct stream_names *names, struct span name, uint32_t *index);
/* Puts a thing in at the index that finding its name gave. */
void stream_names_insert(struct stream_names *names, struct heap *heap, uint32_t index,
                         void *thing);
void stream_names_remove(struct stream_names *names, struct heap *heap, uint32_t index);

static inline size_t stream_names_memory(const struct stream_names *names)
{
    return names->capacity == 0 ? 0 : heap_block_size(names->capacity * sizeof(void *));
}

#endif
