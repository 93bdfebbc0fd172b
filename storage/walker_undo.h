/*
 * What it takes to make a row of bytes again what it was before it was edited: for walker*.c alone.
 *
 * Each edit puts `gap` bytes in the place of `removed` ones. Of each are kept the bytes that were
 * removed, and where. The memory is the heap's.
 */
#ifndef STORAGE_WALKER_UNDO_H
#define STORAGE_WALKER_UNDO_H

#include "proto/base/span.h"
#include "storage/heap.h"

#include <stddef.h>
#include <stdint.h>

/* Zeroed, it is one of no edits. */
struct walker_undo {
    char *bytes; /* for each edit, oldest first: what was removed, then a struct undo_edit */
    uint32_t length;
    uint32_t capacity;
    uint32_t most; /* bytes that the row ever had */
};

/* The row is about to be edited. */
void walker_undo_note(struct walker_undo *undo, struct heap *heap, struct span row, size_t offset,
                      size_t removed, size_t gap);
/* Bytes that it takes to remember one more. */
size_t walker_undo_cost(size_t removed);
/* Bytes of room for walker_undo_apply, of which the row's as it was may be fewer. */
size_t walker_undo_room(const struct walker_undo *undo, struct span row);
/* Writes the row as it was before all edits, from what it is now. Returns its length. */
size_t walker_undo_apply(const struct walker_undo *undo, struct span row, char *place);
void walker_undo_free(struct walker_undo *undo, struct heap *heap);

#endif
