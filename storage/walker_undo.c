#include "storage/walker_undo.h"

#include "proto/base/assert.h"

#include <string.h>

enum { FIRST_BYTES = 32 };

struct undo_edit {
    uint32_t offset;
    uint32_t removed;
    uint32_t gap;
};

size_t walker_undo_cost(size_t removed)
{
    return removed + sizeof(struct undo_edit);
}

static void grow(struct walker_undo *undo, struct heap *heap, size_t needed)
{
    size_t wanted = undo->capacity + undo->capacity / 2;
    char *bytes;

    if (wanted < needed)
        wanted = needed;
    if (wanted < FIRST_BYTES)
        wanted = FIRST_BYTES;
    wanted = heap_block_size(wanted);
    ASSERT(wanted <= UINT32_MAX);
    bytes = heap_allocate(heap, wanted);
    if (undo->length > 0)
        memcpy(bytes, undo->bytes, undo->length);
    if (undo->bytes != NULL)
        heap_release(heap, undo->bytes, undo->capacity);
    undo->bytes = bytes;
    undo->capacity = (uint32_t)wanted;
}

void walker_undo_note(struct walker_undo *undo, struct heap *heap, struct span row, size_t offset,
                      size_t removed, size_t gap)
{
    struct undo_edit edit = {(uint32_t)offset, (uint32_t)removed, (uint32_t)gap};
    size_t needed = undo->length + walker_undo_cost(removed);

    ASSERT(offset + removed <= row.length);
    ASSERT(row.length - removed + gap <= UINT32_MAX);
    if (needed > undo->capacity)
        grow(undo, heap, needed);
    if (removed > 0)
        memcpy(undo->bytes + undo->length, row.data + offset, removed);
    memcpy(undo->bytes + undo->length + removed, &edit, sizeof(edit));
    undo->length = (uint32_t)needed;
    if (row.length > undo->most)
        undo->most = (uint32_t)row.length;
}

size_t walker_undo_room(const struct walker_undo *undo, struct span row)
{
    return row.length > undo->most ? row.length : undo->most;
}

size_t walker_undo_apply(const struct walker_undo *undo, struct span row, char *place)
{
    size_t left = undo->length;
    size_t length = row.length;

    if (length > 0)
        memcpy(place, row.data, length);
    while (left > 0) {
        struct undo_edit edit;
        size_t behind;

        memcpy(&edit, undo->bytes + left - sizeof(edit), sizeof(edit));
        left -= walker_undo_cost(edit.removed);
        ASSERT(edit.offset + edit.gap <= length);
        behind = length - edit.offset - edit.gap;
        if (edit.removed != edit.gap)
            memmove(place + edit.offset + edit.removed, place + edit.offset + edit.gap, behind);
        if (edit.removed > 0)
            memcpy(place + edit.offset, undo->bytes + left, edit.removed);
        length = edit.offset + edit.removed + behind;
    }
    return length;
}

void walker_undo_free(struct walker_undo *undo, struct heap *heap)
{
    if (undo->bytes != NULL)
        heap_release(heap, undo->bytes, undo->capacity);
    *undo = (struct walker_undo){0};
}
