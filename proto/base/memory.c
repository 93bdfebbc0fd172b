#include "proto/base/memory.h"

#include "proto/base/assert.h"

#include <stdlib.h>
#include <string.h>

void *memory_new(size_t size)
{
    void *block = malloc(size);

    ASSERT(block != NULL);
    return block;
}

void *memory_new_aligned(size_t alignment, size_t size)
{
    void *block = aligned_alloc(alignment, size);

    ASSERT(block != NULL);
    return block;
}

void *memory_new_zeroed(size_t count, size_t size)
{
    void *block = calloc(count, size);

    ASSERT(block != NULL);
    return block;
}

void *memory_resize(void *block, size_t size)
{
    ASSERT(size > 0);
    block = realloc(block, size);
    ASSERT(block != NULL);
    return block;
}

char *memory_copy(const void *bytes, size_t length)
{
    char *copy = memory_new(length + 1);

    if (length > 0)
        memcpy(copy, bytes, length);
    copy[length] = '\0';
    return copy;
}

void memory_free(void *block)
{
    free(block);
}
