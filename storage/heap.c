#include "storage/heap.h"

#include "proto/base/assert.h"
#include "proto/base/list.h"
#include "proto/base/memory.h"
#include "storage/heap_layout.h"

#include <string.h>
#include <sys/mman.h>

enum {
    /* Free pages that keep their memory: these and a share of the pages in use. */
    PAGES_KEPT = 32,
    PAGES_KEPT_SHARE = 256,

    PURGE_PRICE = 16, /* releases that pay for the purge of one page */
};

/* ---- Pages ---- */

static struct heap_region *region_create(struct heap *heap, enum heap_page_kind kind)
{
    struct heap_region *region = memory_new(sizeof(*region));

    region->memory = heap_region_memory(heap);
    ASSERT(region->memory != NULL);
    region->kind = kind;
    region->free = heap_region_full(kind);
    region->touched = 0;
    if (kind == HEAP_PAGE_BIG)
        HEAP_UNPOISON(region->memory, HEAP_BIG_PAGE_HEADERS);
    list_push_back(&heap->kinds[kind].cold, &region->link);
    list_push_back(&heap->regions, &region->all_link);
    heap->reserved += HEAP_REGION_SIZE;
    return region;
}

static void region_destroy(struct heap *heap, struct heap_region *region)
{
    size_t touched = (size_t)__builtin_popcountll(region->touched);

    ASSERT(region->free == heap_region_full(region->kind));
    heap->pages_kept -= touched * heap_page_units(region->kind);
    list_remove(&region->link);
    if (heap->compaction != NULL && heap->compaction->region == &region->all_link)
        heap->compaction->region = region->all_link.next;
    list_remove(&region->all_link);
    heap->reserved -= HEAP_REGION_SIZE;
    heap_region_memory_release(heap, region->memory);
    memory_free(region);
}

/* Puts the region into the list where it belongs. */
static void region_file(struct heap *heap, struct heap_region *region)
{
    struct heap_regions *regions = &heap->kinds[region->kind];

    if (list_linked(&region->link))
        list_remove(&region->link);
    if (region->touched != 0)
        list_push_front(&regions->warm, &region->link);
    else if (region->free != 0)
        list_push_front(&regions->cold, &region->link);
}

/* A region with a free page, if possible with one that has memory already. */
static struct heap_region *region_choose(struct heap *heap, enum heap_page_kind kind)
{
    struct heap_regions *regions = &heap->kinds[kind];

    if (!list_empty(&regions->warm))
        return list_entry(regions->warm.next, struct heap_region, link);
    if (!list_empty(&regions->cold))
        return list_entry(regions->cold.next, struct heap_region, link);
    return region_create(heap, kind);
}

static struct heap_page *page_create(struct heap *heap, unsigned class)
{
    enum heap_page_kind kind = heap_class_kind(class);
    struct heap_region *region = region_choose(heap, kind);
    uint64_t choice = region->touched != 0 ? region->touched : region->free;
    unsigned index = (unsigned)__builtin_ctzll(choice);
    uint64_t bit = UINT64_C(1) << index;
    struct heap_page *page = heap_page_at(region, index);

    ASSERT((region->free & bit) != 0);
    if ((region->touched & bit) != 0)
        heap->pages_kept -= heap_page_units(kind);
    region->free &= ~bit;
    region->touched &= ~bit;
    if (region->touched == 0)
        region_file(heap, region);
    heap->pages += heap_page_units(kind);
    HEAP_UNPOISON(page, sizeof(*page));
    *page = (struct heap_page){.region = region,
                               .class = (uint8_t) class,
                               .cells = (uint16_t)heap_page_cells(class, index)};
    return page;
}

/* The memory of a region's page, but for headers of others. */
static char *page_memory(const struct heap_region *region, unsigned index, size_t *size)
{
    size_t page_size = heap_page_size(region->kind);
    size_t start = region->kind == HEAP_PAGE_BIG && index == 0 ? HEAP_BIG_PAGE_HEADERS : 0;

    *size = page_size - start;
    return region->memory + index * page_size + start;
}

static unsigned page_index(const struct heap_page *page)
{
    size_t offset = (size_t)((const char *)page - page->region->memory);

    return (unsigned)(offset /
                      (page->region->kind == HEAP_PAGE_SMALL ? HEAP_PAGE_SIZE : sizeof(*page)));
}

static size_t pages_kept_max(const struct heap *heap)
{
    return PAGES_KEPT + heap->pages / PAGES_KEPT_SHARE;
}

/* Of the two kinds the one with a region that has gone without use for long; they take turns. */
static struct heap_region *region_to_purge(const struct heap *heap)
{
    enum heap_page_kind kind = heap->pages_kept % 2 == 0 ? HEAP_PAGE_BIG : HEAP_PAGE_SMALL;

    if (list_empty(&heap->kinds[kind].warm))
        kind = kind == HEAP_PAGE_BIG ? HEAP_PAGE_SMALL : HEAP_PAGE_BIG;
    ASSERT(!list_empty(&heap->kinds[kind].warm));
    return list_entry(heap->kinds[kind].warm.previous, struct heap_region, link);
}

bool heap_purge(struct heap *heap, uint32_t pages)
{
    while (pages > 0 && heap->pages_kept > pages_kept_max(heap)) {
        struct heap_region *region = region_to_purge(heap);
        struct list_link *cold = &heap->kinds[region->kind].cold;
        size_t size;
        char *memory = page_memory(region, (unsigned)__builtin_ctzll(region->touched), &size);

        ASSERT(region->touched != 0);
        heap_region_memory_split(region->memory);
        madvise(memory, size, MADV_DONTNEED);
        region->touched &= region->touched - 1;
        heap->pages_kept -= heap_page_units(region->kind);
        pages--;
        if (region->touched != 0)
            continue;
        region_file(heap, region);
        /* Some room stays: the next page would only take a region again. */
        if (region->free == heap_region_full(region->kind) && cold->next != cold->previous)
            region_destroy(heap, region);
    }
    return heap->pages_kept > pages_kept_max(heap);
}

/* The page is empty. */
static void page_destroy(struct heap *heap, struct heap_page *page)
{
    struct heap_region *region = page->region;
    unsigned index = page_index(page);
    uint64_t bit = UINT64_C(1) << index;
    size_t size;
    char *memory = page_memory(region, index, &size);

    ASSERT(page->used == 0);
    ASSERT(!list_linked(&page->link));
    (void)memory;
    heap->chosen_pages -= page->chosen ? heap_page_units(region->kind) : 0;
    HEAP_POISON(memory, size);
    heap->pages -= heap_page_units(region->kind);
    heap->pages_kept += heap_page_units(region->kind);
    region->free |= bit;
    region->touched |= bit;
    region_file(heap, region);
}

static inline char *page_cell(const struct heap_page *page, unsigned number)
{
    unsigned index = page_index(page);

    return page->region->memory + index * heap_page_size(page->region->kind) +
           heap_page_start(page->class, index) + number * heap_class_size(page->class);
}

/* Many pages may become empty at one time; their memory goes at a steady pace. */
static inline void release_counted(struct heap *heap)
{
    if (++heap->credit < PURGE_PRICE)
        return;
    heap->credit = 0;
    heap_purge(heap, 1);
}

static void *cell_allocate(struct heap *heap, unsigned class)
{
    size_t size = heap_class_size(class);
    struct heap_page *page;
    char *cell;

    if (list_empty(&heap->roomy[class]))
        list_push_front(&heap->roomy[class], &page_create(heap, class)->link);
    page = list_entry(heap->roomy[class].next, struct heap_page, link);
    cell = page->free;

    ASSERT_DEBUG(page->used < page->cells);
    if (cell != NULL) {
        HEAP_UNPOISON(cell, size);
        page->free = *(void **)cell;
    } else {
        ASSERT(page->fresh < page->cells);
        cell = page_cell(page, page->fresh++);
        HEAP_UNPOISON(cell, size);
    }
    if (++page->used == page->cells)
        list_remove(&page->link);
    heap->used += size;
    return cell;
}

static void cell_release(struct heap *heap, void *cell, unsigned class)
{
    struct heap_page *page = heap_page_of(cell, class);
    size_t size = heap_class_size(class);

    ASSERT(page->class == class);
    ASSERT(page->used > 0);
    *(void **)cell = page->free;
    page->free = cell;
    release_counted(heap);
    HEAP_POISON(cell, size);
    if (page->used-- == page->cells)
        list_push_front(&heap->roomy[class], &page->link);
    heap->used -= size;
    if (page->used == 0) {
        list_remove(&page->link);
        page_destroy(heap, page);
    }
}

/* ---- Movable cells: the first `used` ones of each page ---- */

static void *movable_allocate(struct heap *heap, unsigned class)
{
    struct heap_page *page = heap->open[class];
    size_t size = heap_class_size(class);
    char *cell;

    if (page == NULL)
        page = heap->open[class] = page_create(heap, class);
    ASSERT(page->used < page->cells);
    cell = page_cell(page, page->used++);
    HEAP_UNPOISON(cell, size);
    if (page->used == page->cells)
        heap->open[class] = NULL;
    heap->used += size;
    return cell;
}

static void movable_release(struct heap *heap, void *hole, unsigned class)
{
    struct heap_page *page = heap_page_of(hole, class);
    struct heap_page *open = heap->open[class];
    size_t size = heap_class_size(class);
    char *last;

    ASSERT(page->class == class);
    ASSERT(page->used > 0);
    /* All pages are full: this one is open now. */
    if (open == NULL)
        open = heap->open[class] = page;
    last = page_cell(open, --open->used);
    heap->used -= size;
    release_counted(heap);
    if (last != hole) {
        memcpy(hole, last, size);
        HEAP_POISON(last, size);
        heap->moved(heap->moved_context, last, hole);
    } else {
        HEAP_POISON(last, size);
    }
    if (open->used == 0) {
        heap->open[class] = NULL;
        page_destroy(heap, open);
    }
}

/* ---- The heap ---- */

struct heap *heap_create(void)
{
    struct heap *heap = memory_new_zeroed(1, sizeof(*heap));

    _Static_assert(sizeof(struct heap_page) <= HEAP_MIDDLE_STEP,
                   "cells start behind the page's header");
    _Static_assert(sizeof(struct heap_page) % HEAP_FINE_STEP == 0, "cells are aligned");
    _Static_assert(HEAP_REGION_PAGES / HEAP_BIG_PAGE_UNITS * sizeof(struct heap_page) <=
                       HEAP_BIG_PAGE_HEADERS,
                   "all headers of big pages have room");
    heap_large_open(heap);
    for (unsigned kind = 0; kind < HEAP_PAGE_KINDS; kind++) {
        list_init(&heap->kinds[kind].warm);
        list_init(&heap->kinds[kind].cold);
    }
    list_init(&heap->regions);
    list_init(&heap->chosen);
    for (unsigned class = 0; class < HEAP_CLASSES; class ++)
        list_init(&heap->roomy[class]);
    return heap;
}

void heap_destroy(struct heap *heap)
{
    heap_compact_end(heap);
    ASSERT(heap->used == 0);
    ASSERT(heap->pages == 0);
    list_for_each_safe (link, following, &heap->regions)
        region_destroy(heap, list_entry(link, struct heap_region, all_link));
    heap_large_close(heap);
    memory_free(heap);
}

void *heap_allocate(struct heap *heap, size_t size)
{
    void *block;

    ASSERT(size > 0);
    if (size <= HEAP_BIG_CELL_MAX)
        return cell_allocate(heap, heap_class_of(size));
    block = heap_large_allocate(heap, size, false);
    ASSERT(block != NULL);
    heap->used += heap_large_size(size);
    heap->large += heap_large_size(size);
    return block;
}

void *heap_try_allocate_zeroed(struct heap *heap, size_t size)
{
    void *block;

    ASSERT(size > 0);
    if (size <= HEAP_BIG_CELL_MAX)
        return memset(cell_allocate(heap, heap_class_of(size)), 0, size);
    block = heap_large_allocate(heap, size, true);
    if (block == NULL)
        return NULL;
    heap->used += heap_large_size(size);
    heap->large += heap_large_size(size);
    return block;
}

void *heap_allocate_zeroed(struct heap *heap, size_t size)
{
    void *block = heap_try_allocate_zeroed(heap, size);

    ASSERT(block != NULL);
    return block;
}

void heap_release(struct heap *heap, void *block, size_t size)
{
    ASSERT(block != NULL);
    ASSERT(size > 0);
    if (size <= HEAP_BIG_CELL_MAX) {
        cell_release(heap, block, heap_class_of(size));
        return;
    }
    heap->used -= heap_large_size(size);
    heap->large -= heap_large_size(size);
    heap_large_release(heap, block, size);
}

void heap_on_moved(struct heap *heap, heap_moved *moved, void *context)
{
    heap->moved = moved;
    heap->moved_context = context;
}

void *heap_allocate_movable(struct heap *heap, size_t size)
{
    ASSERT(size > 0);
    ASSERT(heap->moved != NULL);
    return size <= HEAP_CELL_MAX ? movable_allocate(heap, heap_class_of(size))
                                 : heap_allocate(heap, size);
}

void heap_release_movable(struct heap *heap, void *block, size_t size)
{
    ASSERT(block != NULL);
    ASSERT(size > 0);
    if (size <= HEAP_CELL_MAX)
        movable_release(heap, block, heap_class_of(size));
    else
        heap_release(heap, block, size);
}

size_t heap_block_size(size_t size)
{
    return size <= HEAP_BIG_CELL_MAX ? heap_class_size(heap_class_of(size)) : heap_large_size(size);
}

size_t heap_used(const struct heap *heap)
{
    return heap->used;
}

size_t heap_held(const struct heap *heap)
{
    return (heap->pages + heap->pages_kept) * HEAP_PAGE_SIZE + heap->large;
}

size_t heap_reserved(const struct heap *heap)
{
    return heap->reserved;
}

size_t heap_large(const struct heap *heap)
{
    return heap->large;
}
