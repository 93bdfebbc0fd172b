#include "storage/types/stream_names.h"

#include "proto/base/assert.h"

#include <string.h>

enum { CAPACITY_FIRST = 2 };

static int compare(struct span a, struct span b)
{
    size_t shorter = a.length < b.length ? a.length : b.length;
    int order = shorter == 0 ? 0 : memcmp(a.data, b.data, shorter);

    if (order != 0)
        return order;
    return a.length < b.length ? -1 : a.length > b.length;
}

void *stream_names_find(const struct stream_names *names, struct span name, uint32_t *index)
{
    uint32_t low = 0;
    uint32_t high = names->count;
    void *found = NULL;

    while (low < high && found == NULL) {
        uint32_t middle = low + (high - low) / 2;
        int order = compare(*(const struct span *)names->things[middle], name);

        if (order == 0) {
            found = names->things[middle];
            low = middle;
        } else if (order < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    if (index != NULL)
        *index = low;
    return found;
}

static void resize(struct stream_names *names, struct heap *heap, uint32_t capacity)
{
    void **things = capacity == 0 ? NULL : heap_allocate(heap, capacity * sizeof(void *));

    ASSERT(capacity >= names->count);
    if (names->count > 0)
        memcpy(things, names->things, names->count * sizeof(void *));
    if (names->capacity > 0)
        heap_release(heap, names->things, names->capacity * sizeof(void *));
    names->things = things;
    names->capacity = capacity;
}

void stream_names_insert(struct stream_names *names, struct heap *heap, uint32_t index, void *thing)
{
    ASSERT(index <= names->count);
    ASSERT(names->count < UINT32_MAX / 2);
    if (names->count == names->capacity)
        resize(names, heap, names->capacity == 0 ? CAPACITY_FIRST : 2 * names->capacity);
    memmove(&names->things[index + 1], &names->things[index],
            (names->count - index) * sizeof(void *));
    names->things[index] = thing;
    names->count++;
}

void stream_names_remove(struct stream_names *names, struct heap *heap, uint32_t index)
{
    ASSERT(index < names->count);
    names->count--;
    memmove(&names->things[index], &names->things[index + 1],
            (names->count - index) * sizeof(void *));
    if (names->count == 0)
        resize(names, heap, 0);
    else if (names->capacity > 2 * CAPACITY_FIRST && names->count < names->capacity / 4)
        resize(names, heap, names->capacity / 2);
}
