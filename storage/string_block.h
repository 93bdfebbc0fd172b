/*
 * The bytes of a large string, in a block of their own that several may hold: the entry, copies of
 * it (COPY), and replies that are not sent yet.
 *
 *   +------------+------+--------+----------+---------+--------------------+
 *   | release fn | heap | length | capacity | holders | bytes ...          |
 *   +------------+------+--------+----------+---------+--------------------+
 *
 * A block with several holders is never changed: who wants to, copies it first. (But see
 * string_block_edit_shown.) The last holder's
 * release gives the memory back to the heap it came from.
 *
 * Owner: the shard of that heap; holders are counted without atomics, so only its thread may take
 * or release a share.
 */
#ifndef STORAGE_STRING_BLOCK_H
#define STORAGE_STRING_BLOCK_H

#include "proto/base/span.h"
#include "proto/resp/reply.h"
#include "storage/heap.h"
#include "storage/object_watch.h"

#include <stdint.h>

struct string_block {
    struct reply_block base; /* first, so that replies can hold a share */
    struct heap *heap;
    size_t length;
    size_t capacity;
    uint32_t holders;
    uint32_t unused;
    struct object_watch *watch; /* one of the holders, who sees bytes before they change; or NULL */
    char bytes[];
};

/* A block with room for `capacity` bytes at least and of length `length`, with one holder.
 * `zeroed`: the bytes are zero; otherwise they are not set. */
struct string_block *string_block_create(struct heap *heap, size_t length, size_t capacity,
                                         bool zeroed);
struct string_block *string_block_copy(struct heap *heap, struct span bytes);

static inline void string_block_share(struct string_block *block)
{
    block->holders++;
}
void string_block_release(struct string_block *block);

static inline struct span string_block_span(const struct string_block *block)
{
    return (struct span){block->bytes, block->length};
}

/* The bytes it takes in the heap. */
size_t string_block_memory(const struct string_block *block);
/* The memory that a fresh block for so many bytes takes. */
size_t string_block_memory_for(size_t length);

/*
 * The block with at least `length` bytes: the same one when nobody else holds it and it has room,
 * otherwise another one, with room for further growth, and the caller's share of the old one is
 * released. Bytes that are added are zero.
 */
struct string_block *string_block_edit(struct heap *heap, struct string_block *block,
                                       size_t length);

/* The block at another place, if it should move and nobody else holds it. */
struct string_block *string_block_relocate(struct heap *heap, struct string_block *block);

/* The same for a change of `count` bytes at `offset` alone: a block whose only other holder is its
 * watch is changed in place, when it has room, and the watch sees the bytes before. */
struct string_block *string_block_edit_shown(struct heap *heap, struct string_block *block,
                                             size_t length, size_t offset, size_t count);

/* The room to allocate for a string that has grown to `length` and may well grow on. */
size_t string_block_growth(size_t length);

#endif
