#include "server/bus/bus_assembly.h"

#include "proto/base/assert.h"
#include "proto/base/memory.h"

enum {
    CAPACITY_MIN = 8 * 1024,
    CAPACITY_KEPT_MAX = 64 * 1024, /* of a link that has nothing half received */
};

/* The bytes that have been handed out leave. */
static void compact(struct bus_assembly *assembly)
{
    size_t left = assembly->length - assembly->first;

    if (assembly->first == 0)
        return;
    if (left == 0 && assembly->capacity > CAPACITY_KEPT_MAX) {
        bus_assembly_free(assembly);
        return;
    }
    memmove(assembly->bytes, assembly->bytes + assembly->first, left);
    assembly->length = left;
    assembly->first = 0;
}

void bus_assembly_put(struct bus_assembly *assembly, struct span bytes)
{
    size_t needed;

    if (bytes.length == 0)
        return;
    compact(assembly);
    needed = assembly->length + bytes.length;
    if (needed > assembly->capacity) {
        size_t capacity = assembly->capacity * 2;

        if (capacity < needed)
            capacity = needed;
        if (capacity < CAPACITY_MIN)
            capacity = CAPACITY_MIN;
        assembly->bytes = memory_resize(assembly->bytes, capacity);
        assembly->capacity = capacity;
    }
    memcpy(assembly->bytes + assembly->length, bytes.data, bytes.length);
    assembly->length = needed;
}

enum bus_result bus_assembly_next(struct bus_assembly *assembly, struct span *frame,
                                  uint32_t *length)
{
    size_t left = assembly->length - assembly->first;
    enum bus_result result;

    *length = 0;
    if (left == 0)
        return BUS_MORE;
    result = bus_frame_length(span_of(assembly->bytes + assembly->first, left), length);
    if (result != BUS_FINE)
        return result;
    ASSERT(*length > 0);
    if (left < *length)
        return BUS_MORE;
    *frame = span_of(assembly->bytes + assembly->first, *length);
    assembly->first += *length;
    return BUS_FINE;
}

void bus_assembly_free(struct bus_assembly *assembly)
{
    memory_free(assembly->bytes);
    *assembly = (struct bus_assembly){0};
}
