/*
 * What the heap is made of: for heap*.c alone.
 *
 * A region has pages of one kind. The small ones have their header at their start. The big ones
 * have their headers in the region's first bytes, so that cells whose size is a power of two fill
 * their page:
 *
 *   | 64 headers of small pages each at its page's start                        |
 *   | headers of all |   big page 0 |    big page 1    | ...  |    big page 15   |
 */
#ifndef STORAGE_HEAP_LAYOUT_H
#define STORAGE_HEAP_LAYOUT_H

#include "proto/base/list.h"
#include "storage/heap.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef TESSERA_SANITIZED
#ifndef TESSERA_THREAD_SANITIZED
#include <sanitizer/asan_interface.h>
#define HEAP_POISON(start, length)   ASAN_POISON_MEMORY_REGION(start, length)
#define HEAP_UNPOISON(start, length) ASAN_UNPOISON_MEMORY_REGION(start, length)
#endif
#endif

#ifndef HEAP_POISON
#define HEAP_POISON(start, length)   ((void)(start), (void)(length))
#define HEAP_UNPOISON(start, length) ((void)(start), (void)(length))
#endif

enum heap_page_kind {
    HEAP_PAGE_SMALL,
    HEAP_PAGE_BIG,
    HEAP_PAGE_KINDS,
};

enum {
    HEAP_PAGE_SIZE = 32 << 10,
    HEAP_REGION_PAGES = 64,
    HEAP_REGION_SIZE = HEAP_PAGE_SIZE * HEAP_REGION_PAGES,
    HEAP_BIG_PAGE_UNITS = 4, /* a big page is so many small ones */
    HEAP_BIG_PAGE_SIZE = HEAP_PAGE_SIZE * HEAP_BIG_PAGE_UNITS,
    HEAP_BIG_PAGE_HEADERS = 4096, /* bytes of a region */

    HEAP_FINE_STEP = 8,
    HEAP_FINE_MAX = 512,
    HEAP_MIDDLE_STEP = 64,
    HEAP_MIDDLE_MAX = 1024,
    HEAP_COARSE_STEP = 128,
    HEAP_BIG_STEP = 64,

    HEAP_FINE_CLASSES = HEAP_FINE_MAX / HEAP_FINE_STEP,
    HEAP_MIDDLE_CLASSES = (HEAP_MIDDLE_MAX - HEAP_FINE_MAX) / HEAP_MIDDLE_STEP,
    HEAP_COARSE_CLASSES = (HEAP_CELL_MAX - HEAP_MIDDLE_MAX) / HEAP_COARSE_STEP,
    HEAP_SMALL_CLASSES = HEAP_FINE_CLASSES + HEAP_MIDDLE_CLASSES + HEAP_COARSE_CLASSES,
    /* Of big cells so many fit into a page. */
    HEAP_BIG_CELLS_MOST = HEAP_BIG_PAGE_SIZE / (HEAP_CELL_MAX + HEAP_BIG_STEP),
    HEAP_BIG_CELLS_LEAST = HEAP_BIG_PAGE_SIZE / HEAP_BIG_CELL_MAX,
    HEAP_CLASSES = HEAP_SMALL_CLASSES + HEAP_BIG_CELLS_MOST - HEAP_BIG_CELLS_LEAST + 1,

    HEAP_FILL_STEPS = 32, /* in which the fullness of pages is measured */
};

struct heap_region {
    struct list_link link; /* in warm or cold, or unlinked: no page is free */
    struct list_link all_link;
    char *memory;
    enum heap_page_kind kind;
    uint64_t free;    /* bit per page */
    uint64_t touched; /* free pages that still have memory behind them */
};

struct heap_page {
    struct list_link link; /* among the pages of its class that have room, or unlinked */
    struct heap_region *region;
    void *free;
    uint8_t class;
    bool chosen; /* is to be emptied; its link is in heap->chosen then */
    uint16_t used;
    uint16_t fresh; /* cells from the start that have been handed out once */
    uint16_t cells;
};

/* Pages of a class, by how full they are. */
struct heap_fill {
    uint32_t pages[HEAP_FILL_STEPS];
    uint32_t cells[HEAP_FILL_STEPS]; /* in use */
    /* What follows from it: steps below are chosen, and so many pages of this one. */
    uint32_t chosen_below;
    uint32_t chosen_pages;
};

struct heap_compaction {
    bool counted;             /* all pages; now they are chosen */
    struct list_link *region; /* the next one to look at */
    struct heap_fill fills[HEAP_CLASSES];
};

/* Regions with pages of one kind. */
struct heap_regions {
    struct list_link warm; /* those with free pages that have memory */
    struct list_link cold; /* those with other free pages only */
};

struct heap {
    size_t used;
    size_t large;
    size_t reserved;   /* by regions */
    size_t pages;      /* in use, a big one counts as several */
    size_t pages_kept; /* likewise: free ones that have memory */
    struct list_link roomy[HEAP_CLASSES];
    /* The only page for movable blocks that is not full, or NULL. */
    struct heap_page *open[HEAP_SMALL_CLASSES];
    heap_moved *moved;
    void *moved_context;
    struct heap_regions kinds[HEAP_PAGE_KINDS];
    struct list_link regions;
    struct list_link chosen; /* pages */
    size_t chosen_pages;
    struct heap_compaction *compaction; /* under way, or NULL */
    uint32_t credit;                    /* releases that have not paid for a purge */
    int flags;                          /* for jemalloc: arena and cache */
    unsigned arena;
    unsigned cache;
};

/* ---- Classes ---- */

/* size <= HEAP_BIG_CELL_MAX */
static inline unsigned heap_class_of(size_t size)
{
    if (size <= HEAP_FINE_MAX)
        return (unsigned)((size + HEAP_FINE_STEP - 1) / HEAP_FINE_STEP) - 1;
    if (size <= HEAP_MIDDLE_MAX)
        return HEAP_FINE_CLASSES - 1 +
               (unsigned)((size - HEAP_FINE_MAX + HEAP_MIDDLE_STEP - 1) / HEAP_MIDDLE_STEP);
    if (size <= HEAP_CELL_MAX)
        return HEAP_FINE_CLASSES + HEAP_MIDDLE_CLASSES - 1 +
               (unsigned)((size - HEAP_MIDDLE_MAX + HEAP_COARSE_STEP - 1) / HEAP_COARSE_STEP);
    /* The more of them fit into a page, the lower. */
    return HEAP_SMALL_CLASSES + HEAP_BIG_CELLS_MOST -
           HEAP_BIG_PAGE_SIZE / (((unsigned)size + HEAP_BIG_STEP - 1) & ~(HEAP_BIG_STEP - 1U));
}

static inline size_t heap_class_size(unsigned class)
{
    if (class < HEAP_FINE_CLASSES)
        return (size_t)(class + 1) * HEAP_FINE_STEP;
    if (class < HEAP_FINE_CLASSES + HEAP_MIDDLE_CLASSES)
        return HEAP_FINE_MAX + (size_t)(class + 1 - HEAP_FINE_CLASSES) * HEAP_MIDDLE_STEP;
    if (class < HEAP_SMALL_CLASSES)
        return HEAP_MIDDLE_MAX +
               (size_t)(class + 1 - HEAP_FINE_CLASSES - HEAP_MIDDLE_CLASSES) * HEAP_COARSE_STEP;
    return HEAP_BIG_PAGE_SIZE / (HEAP_SMALL_CLASSES + HEAP_BIG_CELLS_MOST - class) &
           ~(HEAP_BIG_STEP - 1U);
}

static inline enum heap_page_kind heap_class_kind(unsigned class)
{
    return class < HEAP_SMALL_CLASSES ? HEAP_PAGE_SMALL : HEAP_PAGE_BIG;
}

/* ---- Pages ---- */

static inline size_t heap_page_size(enum heap_page_kind kind)
{
    return kind == HEAP_PAGE_SMALL ? HEAP_PAGE_SIZE : HEAP_BIG_PAGE_SIZE;
}

/* Small pages in one of this kind. */
static inline size_t heap_page_units(enum heap_page_kind kind)
{
    return kind == HEAP_PAGE_SMALL ? 1 : HEAP_BIG_PAGE_UNITS;
}

/* Bits of all pages of a region. */
static inline uint64_t heap_region_full(enum heap_page_kind kind)
{
    return UINT64_MAX >> (HEAP_REGION_PAGES - HEAP_REGION_PAGES / heap_page_units(kind));
}

/* The header of a region's page. */
static inline struct heap_page *heap_page_at(const struct heap_region *region, unsigned index)
{
    if (region->kind == HEAP_PAGE_SMALL)
        return (struct heap_page *)(region->memory + (size_t)index * HEAP_PAGE_SIZE);
    return (struct heap_page *)region->memory + index;
}

/* The header of the page that a cell of this class lies in. */
static inline struct heap_page *heap_page_of(const void *cell, unsigned class)
{
    uintptr_t address = (uintptr_t)cell;
    uintptr_t region = address & ~(uintptr_t)(HEAP_REGION_SIZE - 1);

    if (class < HEAP_SMALL_CLASSES)
        return (struct heap_page *)(address & ~(uintptr_t)(HEAP_PAGE_SIZE - 1));
    return (struct heap_page *)region + (address - region) / HEAP_BIG_PAGE_SIZE;
}

/* Where the cells of a page begin, from the start of its memory. */
static inline size_t heap_page_start(unsigned class, unsigned index)
{
    if (class < HEAP_FINE_CLASSES)
        return sizeof(struct heap_page);
    if (class < HEAP_SMALL_CLASSES)
        return HEAP_MIDDLE_STEP;
    return index == 0 ? HEAP_BIG_PAGE_HEADERS : 0;
}

/* Its cells; the first page of a region may have fewer. */
static inline uint32_t heap_page_cells(unsigned class, unsigned index)
{
    size_t size = heap_page_size(heap_class_kind(class)) - heap_page_start(class, index);

    return (uint32_t)(size / heap_class_size(class));
}

/* ---- Memory: heap_memory.c ---- */

void heap_large_open(struct heap *heap);
void heap_large_close(struct heap *heap);
size_t heap_large_size(size_t size);
void *heap_large_allocate(struct heap *heap, size_t size, bool zeroed);
void heap_large_release(struct heap *heap, void *block, size_t size);

/* Memory for a region, at a multiple of its size; NULL: there is none. */
char *heap_region_memory(struct heap *heap);
void heap_region_memory_release(struct heap *heap, char *memory);
/* Parts of it are about to go back to the system. */
void heap_region_memory_split(char *memory);

#endif
