#include "storage/types/element_directory.h"

#include <string.h>

static size_t directory_bytes(uint32_t depth)
{
    return sizeof(struct element_directory) + (sizeof(uint64_t) << depth);
}

uint64_t element_directory_reference(const struct element_directory *directory)
{
    return ELEMENT_DIRECTORY | (uint64_t)directory->depth << ELEMENT_DEPTH_SHIFT |
           (uint64_t)(uintptr_t)directory;
}

static struct element_directory *create(struct element_table *table, struct heap *heap,
                                        uint32_t base, uint32_t depth)
{
    struct element_directory *directory = heap_allocate(heap, directory_bytes(depth));

    ASSERT(depth <= ELEMENT_DIRECTORY_BITS);
    ASSERT(base + depth <= ELEMENT_TABLE_DEPTH_MAX);
    memset(directory, 0, sizeof(*directory));
    directory->base = (uint8_t)base;
    directory->depth = (uint8_t)depth;
    table->bytes += heap_block_size(directory_bytes(depth));
    return directory;
}

static void destroy(struct element_table *table, struct heap *heap,
                    struct element_directory *directory)
{
    table->bytes -= heap_block_size(directory_bytes(directory->depth));
    heap_release(heap, directory, directory_bytes(directory->depth));
}

static uint64_t index_of(const struct element_directory *directory, uint64_t position)
{
    uint32_t below = ELEMENT_TABLE_DEPTH_MAX - directory->base - directory->depth;

    return (position >> below) & ((UINT64_C(1) << directory->depth) - 1);
}

static bool is_directory(uint64_t reference)
{
    return (reference & ELEMENT_DIRECTORY) != 0;
}

/* Where the reference lies to the lowest directory of this position; the root when there is none.
 */
static uint64_t *holder_of(struct element_table *table, uint64_t position)
{
    uint64_t *holder = &table->root;

    while (is_directory(*holder)) {
        struct element_directory *directory = element_directory_of(*holder);
        uint64_t *next = &directory->references[index_of(directory, position)];

        if (!is_directory(*next))
            break;
        holder = next;
    }
    return holder;
}

void element_directory_refer(struct element_table *table, uint64_t position,
                             const struct element_leaf *leaf)
{
    uint64_t *holder = holder_of(table, position);
    struct element_directory *directory;
    uint64_t places;
    uint64_t first;

    if (!is_directory(*holder)) {
        *holder = (uint64_t)(uintptr_t)leaf;
        return;
    }
    directory = element_directory_of(*holder);
    ASSERT(leaf->depth >= directory->base);
    ASSERT(leaf->depth <= (uint32_t)directory->base + directory->depth);
    places = UINT64_C(1) << ((uint32_t)directory->base + directory->depth - leaf->depth);
    first = index_of(directory, position) & ~(places - 1);
    for (uint64_t i = 0; i < places; i++)
        directory->references[first + i] = (uint64_t)(uintptr_t)leaf;
}

static struct element_directory *doubled(struct element_table *table, struct heap *heap,
                                         uint64_t *holder)
{
    struct element_directory *directory = element_directory_of(*holder);
    struct element_directory *larger = create(table, heap, directory->base, directory->depth + 1u);

    memcpy(larger->at_depth, directory->at_depth, sizeof(larger->at_depth));
    for (uint64_t i = 0; i < UINT64_C(1) << larger->depth; i++)
        larger->references[i] = directory->references[i / 2];
    destroy(table, heap, directory);
    *holder = element_directory_reference(larger);
    return larger;
}

static void halve(struct element_table *table, struct heap *heap, uint64_t *holder)
{
    struct element_directory *directory = element_directory_of(*holder);
    struct element_directory *smaller;

    ASSERT(directory->at_depth[directory->depth] == 0);
    if (directory->depth == 1) {
        /* One leaf is left, which is referred to directly. */
        *holder = directory->references[0];
        destroy(table, heap, directory);
        return;
    }
    smaller = create(table, heap, directory->base, directory->depth - 1u);
    memcpy(smaller->at_depth, directory->at_depth, sizeof(smaller->at_depth));
    for (uint64_t i = 0; i < UINT64_C(1) << smaller->depth; i++)
        smaller->references[i] = directory->references[i * 2];
    destroy(table, heap, directory);
    *holder = element_directory_reference(smaller);
}

/* The directory in which the leaf stands in more than one place. */
static struct element_directory *make_places(struct element_table *table, struct heap *heap,
                                             uint64_t position, const struct element_leaf *leaf)
{
    uint64_t *holder = holder_of(table, position);
    struct element_directory *directory;

    if (is_directory(*holder)) {
        directory = element_directory_of(*holder);
        if (leaf->depth < (uint32_t)directory->base + directory->depth)
            return directory;
        if (directory->depth < ELEMENT_DIRECTORY_BITS)
            return doubled(table, heap, holder);
        holder = &directory->references[index_of(directory, position)];
    }
    directory = create(table, heap, leaf->depth, 1);
    directory->at_depth[0] = 1;
    directory->references[0] = directory->references[1] = (uint64_t)(uintptr_t)leaf;
    *holder = element_directory_reference(directory);
    return directory;
}

void element_directory_split(struct element_table *table, struct heap *heap, uint64_t position,
                             const struct element_leaf *leaf)
{
    struct element_directory *directory = make_places(table, heap, position, leaf);
    uint32_t depth = (uint32_t)leaf->depth - directory->base;

    ASSERT(directory->at_depth[depth] > 0);
    directory->at_depth[depth]--;
    directory->at_depth[depth + 1] = (uint16_t)(directory->at_depth[depth + 1] + 2);
}

void element_directory_merge(struct element_table *table, struct heap *heap, uint64_t position,
                             const struct element_leaf *leaf)
{
    uint64_t *holder = holder_of(table, position);
    struct element_directory *directory = element_directory_of(*holder);
    uint32_t depth = (uint32_t)leaf->depth - directory->base;

    ASSERT(is_directory(*holder));
    ASSERT(directory->at_depth[depth + 1] >= 2);
    directory->at_depth[depth + 1] = (uint16_t)(directory->at_depth[depth + 1] - 2);
    directory->at_depth[depth]++;
    element_directory_refer(table, position, leaf);
    if (directory->at_depth[directory->depth] == 0)
        halve(table, heap, holder);
}

void element_directory_drop(struct element_table *table, struct heap *heap, uint64_t position,
                            uint64_t end)
{
    struct element_directory *path[ELEMENT_TABLE_DEPTH_MAX];
    uint64_t reference = table->root;
    uint32_t count = 0;

    while (is_directory(reference)) {
        ASSERT(count < ELEMENT_TABLE_DEPTH_MAX);
        path[count] = element_directory_of(reference);
        reference = path[count]->references[index_of(path[count], position)];
        count++;
    }
    while (count > 0) {
        uint64_t size = element_span(path[--count]->base);

        if ((position & ~(size - 1)) + size != end)
            break;
        destroy(table, heap, path[count]);
    }
    if (end == ELEMENT_POSITION_END)
        table->root = 0;
}

struct element_directory *element_directory_copy(struct element_table *table, struct heap *heap,
                                                 const struct element_directory *directory)
{
    struct element_directory *copy = create(table, heap, directory->base, directory->depth);

    return memcpy(copy, directory, directory_bytes(directory->depth));
}
