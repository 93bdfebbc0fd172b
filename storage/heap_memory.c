/* Where the heap's memory comes from. */
#include "storage/heap_layout.h"

#include "proto/base/assert.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

#ifndef TESSERA_SANITIZED
#include <jemalloc/jemalloc.h>
#endif

/* In a small heap a huge page would mostly be empty. */
enum { HUGE_FROM = 8 * HEAP_REGION_PAGES };

#ifdef TESSERA_SANITIZED

void heap_large_open(struct heap *heap)
{
    heap->flags = 0;
}

void heap_large_close(struct heap *heap)
{
    (void)heap;
}

size_t heap_large_size(size_t size)
{
    return (size + 4095) & ~(size_t)4095;
}

void *heap_large_allocate(struct heap *heap, size_t size, bool zeroed)
{
    (void)heap;
    return zeroed ? calloc(1, heap_large_size(size)) : malloc(heap_large_size(size));
}

void heap_large_release(struct heap *heap, void *block, size_t size)
{
    (void)heap;
    (void)size;
    free(block);
}

void heap_region_memory_split(char *memory)
{
    (void)memory;
}

char *heap_region_memory(struct heap *heap)
{
    char *memory = aligned_alloc(HEAP_REGION_SIZE, HEAP_REGION_SIZE);

    (void)heap;
    if (memory != NULL)
        HEAP_POISON(memory, HEAP_REGION_SIZE);
    return memory;
}

void heap_region_memory_release(struct heap *heap, char *memory)
{
    (void)heap;
    HEAP_UNPOISON(memory, HEAP_REGION_SIZE);
    free(memory);
}

#else

/* An arena and a cache of its own: whichever thread runs the shard, blocks come from and go to the
 * same place. */
void heap_large_open(struct heap *heap)
{
    size_t length = sizeof(unsigned);
    int failure = mallctl("arenas.create", &heap->arena, &length, NULL, 0);

    ASSERT(failure == 0);
    failure = mallctl("tcache.create", &heap->cache, &length, NULL, 0);
    ASSERT(failure == 0);
    heap->flags = MALLOCX_ARENA(heap->arena) | MALLOCX_TCACHE(heap->cache);
}

void heap_large_close(struct heap *heap)
{
    char name[64];
    int failure = mallctl("tcache.destroy", NULL, NULL, &heap->cache, sizeof(heap->cache));

    ASSERT(failure == 0);
    snprintf(name, sizeof(name), "arena.%u.destroy", heap->arena);
    failure = mallctl(name, NULL, NULL, NULL, 0);
    ASSERT(failure == 0);
}

size_t heap_large_size(size_t size)
{
    return nallocx(size, 0);
}

/* Without this the kernel would join what is left to a huge page again some day, and give memory to
 * the holes. It may refuse: then it does. */
void heap_region_memory_split(char *memory)
{
    madvise(memory, HEAP_REGION_SIZE, MADV_NOHUGEPAGE);
}

void *heap_large_allocate(struct heap *heap, size_t size, bool zeroed)
{
    return mallocx(size, heap->flags | (zeroed ? MALLOCX_ZERO : 0));
}

void heap_large_release(struct heap *heap, void *block, size_t size)
{
    sdallocx(block, size, heap->flags);
}

/* Keys at random in much memory miss the translation of their address nearly always: a region that
 * is one page for the processor costs a tenth less per operation. Nothing here is ever shared with
 * a child process, which is what speaks against such pages elsewhere. */
char *heap_region_memory(struct heap *heap)
{
    char *memory = mallocx(HEAP_REGION_SIZE, MALLOCX_ALIGN(HEAP_REGION_SIZE) |
                                                 MALLOCX_ARENA(heap->arena) | MALLOCX_TCACHE_NONE);

    if (memory != NULL && heap->pages >= HUGE_FROM)
        madvise(memory, HEAP_REGION_SIZE, MADV_HUGEPAGE);
    return memory;
}

void heap_region_memory_release(struct heap *heap, char *memory)
{
    heap_region_memory_split(memory);
    sdallocx(memory, HEAP_REGION_SIZE,
             MALLOCX_ALIGN(HEAP_REGION_SIZE) | MALLOCX_ARENA(heap->arena) | MALLOCX_TCACHE_NONE);
}

#endif
