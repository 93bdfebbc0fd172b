/* Which pages of the heap are to be emptied. */
#include "storage/heap_layout.h"

#include "proto/base/assert.h"
#include "proto/base/memory.h"

enum { COMPACT_KEPT_SHARE = 32 }; /* so many cells as that share of those in use stay free */

/* Neither full, nor of movable blocks, whose pages have no holes. */
static bool page_has_holes(const struct heap_page *page)
{
    return page->used < page->cells && list_linked(&page->link);
}

static uint32_t page_fill(const struct heap_page *page)
{
    return (uint32_t)page->used * HEAP_FILL_STEPS / page->cells;
}

static void count_page(struct heap_compaction *compaction, struct heap_page *page)
{
    struct heap_fill *fill = &compaction->fills[page->class];

    if (!page_has_holes(page))
        return;
    fill->pages[page_fill(page)]++;
    fill->cells[page_fill(page)] += page->used;
}

/* From the emptiest on, as long as what is in them finds room in the others. */
static void choose_fill(struct heap_fill *fill, uint32_t cells_per_page)
{
    uint64_t room = 0;
    uint64_t kept = 0;
    uint64_t moved = 0;

    for (uint32_t step = 0; step < HEAP_FILL_STEPS; step++) {
        room += (uint64_t)fill->pages[step] * cells_per_page - fill->cells[step];
        kept += fill->cells[step];
    }
    kept = kept / COMPACT_KEPT_SHARE < room ? kept / COMPACT_KEPT_SHARE : room;
    room -= kept;
    for (uint32_t step = 0; step < HEAP_FILL_STEPS; step++) {
        uint64_t free = (uint64_t)fill->pages[step] * cells_per_page - fill->cells[step];
        uint64_t needs = fill->cells[step] + free;

        fill->chosen_below = step;
        if (needs > 0 && moved + needs > room) {
            /* Each page that goes takes its free cells along. */
            fill->chosen_pages = (uint32_t)(fill->pages[step] * (room - moved) / needs);
            return;
        }
        moved += fill->cells[step];
        room -= free < room ? free : room;
    }
}

static void choose_page(struct heap *heap, struct heap_page *page)
{
    struct heap_fill *fill = &heap->compaction->fills[page->class];
    uint32_t step;

    if (!page_has_holes(page) || page->chosen)
        return;
    step = page_fill(page);
    if (step > fill->chosen_below || (step == fill->chosen_below && fill->chosen_pages == 0))
        return;
    if (step == fill->chosen_below)
        fill->chosen_pages--;
    page->chosen = true;
    heap->chosen_pages += heap_page_units(heap_class_kind(page->class));
    list_remove(&page->link);
    list_push_back(&heap->chosen, &page->link);
}

static void look_at_region(struct heap *heap, const struct heap_region *region)
{
    for (uint64_t used = heap_region_full(region->kind) & ~region->free; used != 0;
         used &= used - 1) {
        struct heap_page *page = heap_page_at(region, (unsigned)__builtin_ctzll(used));

        if (heap->compaction->counted)
            choose_page(heap, page);
        else
            count_page(heap->compaction, page);
    }
}

void heap_compact_begin(struct heap *heap)
{
    ASSERT(heap->compaction == NULL);
    ASSERT(heap->chosen_pages == 0);
    heap->compaction = memory_new_zeroed(1, sizeof(*heap->compaction));
    heap->compaction->region = heap->regions.next;
}

bool heap_compact_choose(struct heap *heap, uint32_t regions)
{
    struct heap_compaction *compaction = heap->compaction;

    ASSERT(compaction != NULL);
    while (compaction->region != &heap->regions) {
        look_at_region(heap, list_entry(compaction->region, struct heap_region, all_link));
        compaction->region = compaction->region->next;
        if (regions-- <= 1)
            return true;
    }
    if (compaction->counted)
        return false;
    for (unsigned class = 0; class < HEAP_CLASSES; class ++)
        choose_fill(&compaction->fills[class], heap_page_cells(class, 1));
    compaction->counted = true;
    compaction->region = heap->regions.next;
    return true;
}

size_t heap_compact_chosen(const struct heap *heap)
{
    return heap->chosen_pages;
}

bool heap_block_should_move(const void *block, size_t size)
{
    return size <= HEAP_BIG_CELL_MAX && heap_page_of(block, heap_class_of(size))->chosen;
}

void heap_compact_end(struct heap *heap)
{
    list_for_each_safe (link, following, &heap->chosen) {
        struct heap_page *page = list_entry(link, struct heap_page, link);

        page->chosen = false;
        list_remove(&page->link);
        list_push_back(&heap->roomy[page->class], &page->link);
    }
    heap->chosen_pages = 0;
    memory_free(heap->compaction);
    heap->compaction = NULL;
}
