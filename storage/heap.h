/*
 * The heap of one shard: sized blocks for entries, tables and values.
 *
 *   region (2 MiB) = 64 pages of 32 KiB, each cut into cells of one class:
 *   +-------------------+------+------+------+------+-----------------+
 *   | page: class, used | cell | free | cell | free | never used yet  |
 *   +-------------------+------+------+------+------+-----------------+
 *                                 |______________^  free list, threaded through the free cells
 *
 * Classes are multiples of 8 bytes up to 512, of 64 up to 1024, of 128 up to HEAP_CELL_MAX.
 * jemalloc's classes are multiples of 16 and grow by a quarter; half a step lost in each entry and
 * in each table would be most of the overhead that a key may have. Beyond, up to HEAP_BIG_CELL_MAX,
 * regions of their own have 16 pages of 128 KiB, and a class for each number of cells that fits
 * into such a page. Larger blocks come from a jemalloc arena that is the heap's own. A page lies at
 * a multiple of its size, so a cell finds its page by its address, and a page knows how full it is,
 * so that sparse pages can be emptied by moving their cells.
 *
 * Movable blocks (tables, which change their size all the time) lie in pages of their own without
 * any free cell between them: a release moves another block into the hole and tells where it is
 * now.
 *
 * The caller remembers the size of a block and names it when the block is released. Running out of
 * memory aborts: the limit on memory is kept above this.
 *
 * In sanitizer builds large blocks come from malloc and free cells are poisoned.
 *
 * Owner: one shard. Not for two threads at one time. Counts are in the heap, not in a thread.
 */
#ifndef STORAGE_HEAP_H
#define STORAGE_HEAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    HEAP_CELL_MAX = 2560,
    HEAP_BIG_CELL_MAX = 16384,
};

struct heap;

struct heap *heap_create(void);
/* Every block must have been released (asserted). */
void heap_destroy(struct heap *heap);

/* size > 0. The block is aligned to 8 bytes and not zeroed. */
void *heap_allocate(struct heap *heap, size_t size);
/* The same with zeroed bytes; cheap for very large blocks. */
void *heap_allocate_zeroed(struct heap *heap, size_t size);
/* The same, but NULL when there is no memory: for blocks as large as a client wishes. */
void *heap_try_allocate_zeroed(struct heap *heap, size_t size);
/* `size` is the one it was allocated with, or any other with the same heap_block_size. */
void heap_release(struct heap *heap, void *block, size_t size);

/*
 * Blocks that may be moved at any release of a movable block. `moved` is told after the bytes have
 * been copied, and must see to it that nothing refers to the old place any more.
 */
typedef void heap_moved(void *context, void *before, void *now);
void heap_on_moved(struct heap *heap, heap_moved *moved, void *context);
void *heap_allocate_movable(struct heap *heap, size_t size);
void heap_release_movable(struct heap *heap, void *block, size_t size);

/* The bytes that a block of this size takes, all of which the holder may use. */
size_t heap_block_size(size_t size);

/*
 * Gives the memory of up to `pages` free pages back to the system, when more of them have some than
 * are worth keeping. True: more are left. Releases do a little of that as well; a page costs about
 * 2 us.
 */
bool heap_purge(struct heap *heap, uint32_t pages);

/*
 * Compaction. The emptiest pages of each class are chosen, so many as the free cells of the others
 * have room for; nothing new is put into them. Whoever holds blocks asks for each whether it should
 * move, and if so, allocates another one and releases this one.
 *
 *   heap_compact_begin, heap_compact_choose until it returns false, heap_block_should_move ...,
 *   heap_compact_end
 */
void heap_compact_begin(struct heap *heap);
/* Looks at so many regions, or one more. True: to be called again. */
bool heap_compact_choose(struct heap *heap, uint32_t regions);
/* Pages that have been chosen and are not empty yet. */
size_t heap_compact_chosen(const struct heap *heap);
/* Does the block lie in one of them? */
bool heap_block_should_move(const void *block, size_t size);
/* Gives up: pages that were chosen and are not empty are like all others again. */
void heap_compact_end(struct heap *heap);

/* Bytes of all blocks, as heap_block_size counts them. */
size_t heap_used(const struct heap *heap);
/* Bytes taken from the system for them, as far as the heap knows: whole pages and large blocks. */
size_t heap_held(const struct heap *heap);
/* Bytes of the regions, whether there is memory behind them or not, and of the large blocks. */
size_t heap_reserved(const struct heap *heap);
size_t heap_large(const struct heap *heap);

#endif
