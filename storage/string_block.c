#include "storage/string_block.h"

#include "proto/base/assert.h"

#include <string.h>

enum {
    GROWTH_DOUBLED_MAX = 1 << 20,
    SHOWN_MAX = 1 << 20, /* larger changes are not shown: the block is copied */
};

static size_t bytes_for(size_t capacity)
{
    return sizeof(struct string_block) + capacity;
}

static void release_base(struct reply_block *base)
{
    string_block_release((struct string_block *)base);
}

struct string_block *string_block_create(struct heap *heap, size_t length, size_t capacity,
                                         bool zeroed)
{
    size_t size = heap_block_size(bytes_for(capacity));
    struct string_block *block =
        zeroed ? heap_allocate_zeroed(heap, size) : heap_allocate(heap, size);

    ASSERT(capacity >= length);
    *block = (struct string_block){
        .base = {.release = release_base},
        .heap = heap,
        .length = length,
        .capacity = size - sizeof(*block),
        .holders = 1,
    };
    return block;
}

struct string_block *string_block_copy(struct heap *heap, struct span bytes)
{
    struct string_block *block = string_block_create(heap, bytes.length, bytes.length, false);

    if (bytes.length > 0)
        memcpy(block->bytes, bytes.data, bytes.length);
    return block;
}

void string_block_release(struct string_block *block)
{
    ASSERT(block->holders > 0);
    if (--block->holders == 0)
        heap_release(block->heap, block, bytes_for(block->capacity));
}

size_t string_block_memory(const struct string_block *block)
{
    return heap_block_size(bytes_for(block->capacity));
}

size_t string_block_memory_for(size_t length)
{
    return heap_block_size(bytes_for(length));
}

/* Doubling to 1 MiB; above, an eighth more, at least 1 MiB: copying stays in proportion to what is
 * appended, and so does the room that is wasted. */
size_t string_block_growth(size_t length)
{
    if (length < GROWTH_DOUBLED_MAX)
        return length * 2;
    return length + (length / 8 > GROWTH_DOUBLED_MAX ? length / 8 : GROWTH_DOUBLED_MAX);
}

struct string_block *string_block_edit_shown(struct heap *heap, struct string_block *block,
                                             size_t length, size_t offset, size_t count)
{
    if (__builtin_expect(block->watch == NULL, 1) || block->holders != 2 ||
        length > block->capacity || count > SHOWN_MAX)
        return string_block_edit(heap, block, length);
    block->watch->before_bytes(block->watch, 0, offset, count);
    block->holders--;
    block = string_block_edit(heap, block, length);
    block->holders++;
    return block;
}

struct string_block *string_block_edit(struct heap *heap, struct string_block *block, size_t length)
{
    struct string_block *edited;
    bool far;

    if (length < block->length)
        length = block->length;
    if (block->holders == 1 && length <= block->capacity) {
        memset(block->bytes + block->length, 0, length - block->length);
        block->length = length;
        return block;
    }
    /* Far beyond the end: let the heap find zeroed memory instead of writing it. */
    far = length - block->length > GROWTH_DOUBLED_MAX;
    edited = string_block_create(
        heap, length, length > block->length ? string_block_growth(length) : length, far);
    memcpy(edited->bytes, block->bytes, block->length);
    if (!far)
        memset(edited->bytes + block->length, 0, length - block->length);
    string_block_release(block);
    return edited;
}

struct string_block *string_block_relocate(struct heap *heap, struct string_block *block)
{
    size_t size = bytes_for(block->capacity);
    struct string_block *other;

    if (block->holders > 1 || !heap_block_should_move(block, size))
        return block;
    other = heap_allocate(heap, size);
    memcpy(other, block, sizeof(*block) + block->length);
    heap_release(heap, block, size);
    return other;
}
