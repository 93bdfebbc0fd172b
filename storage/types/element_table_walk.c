/* All elements of a table, some at a time, any one of them; and a table's copy. */
#include "proto/base/assert.h"
#include "storage/types/element_table.h"
#include "storage/types/element_table_layout.h"

#include <string.h>

enum {
    SCAN_BITS = 52,          /* leading bits of the hash that a cursor has */
    RANDOM_TRIES_MAX = 1024, /* with hashes that deserve the name, some are enough */
};

/* ---- Walks ---- */

/* Reads the element at `bytes`; returns what lies behind it. */
static const char *read_element(const struct element_table *table, const char *bytes,
                                struct element *element)
{
    element_decode(table->value_kind, bytes, element);
    if (__builtin_expect(element_is_far(bytes), 0))
        return bytes + element_length(table->value_kind, bytes);
    return element->value.data + element->value.length;
}

static void enter(struct element_iterator *iterator, const struct element_leaf *leaf)
{
    iterator->leaf = leaf;
    iterator->index = 0;
    iterator->bytes = leaf != NULL ? leaf_elements(leaf) : NULL;
}

bool element_table_next(const struct element_table *table, struct element_iterator *iterator,
                        struct element *element)
{
    for (;;) {
        if (iterator->leaf == NULL) {
            if (table->root == 0 || iterator->position >= ELEMENT_POSITION_END)
                return false;
            enter(iterator, element_leaf_at(table, iterator->position));
            iterator->position += element_span(iterator->leaf->depth);
        }
        if (iterator->index < iterator->leaf->count) {
            iterator->bytes = read_element(table, iterator->bytes, element);
            iterator->index++;
            return true;
        }
        enter(iterator, leaf_next(iterator->leaf));
    }
}

struct scanned {
    uint64_t order;
    const char *bytes;
};

/* The elements of one leaf from the cursor on, in order. */
static uint32_t gather(const struct element_table *table, const struct element_leaf *leaf,
                       uint64_t cursor, struct scanned *scanned)
{
    const char *bytes = leaf_elements(leaf);
    uint32_t count = 0;

    for (uint32_t i = 0; i < leaf->count; i++, bytes += element_length(table->value_kind, bytes)) {
        uint64_t order = element_hash_of(table, bytes) >> (64 - SCAN_BITS);
        uint32_t place = count;

        if (order < cursor)
            continue;
        for (; place > 0 && scanned[place - 1].order > order; place--)
            scanned[place] = scanned[place - 1];
        scanned[place] = (struct scanned){order, bytes};
        count++;
    }
    return count;
}

static void visit_chain(const struct element_table *table, const struct element_leaf *leaf,
                        uint64_t *visited, element_visitor *visit, void *context)
{
    struct element element;

    for (; leaf != NULL; leaf = leaf_next(leaf)) {
        const char *bytes = leaf_elements(leaf);

        for (uint32_t i = 0; i < leaf->count; i++) {
            bytes = read_element(table, bytes, &element);
            visit(context, &element);
        }
        *visited += leaf->count;
    }
}

/* Visits a leaf from the cursor on; false when enough were visited before its end, where the cursor
 * stands then. */
static bool scan_leaf(const struct element_table *table, const struct element_leaf *leaf,
                      uint64_t *cursor, uint64_t count, uint64_t *visited, element_visitor *visit,
                      void *context)
{
    struct scanned scanned[LEAF_ELEMENTS_MAX];
    uint32_t found = gather(table, leaf, *cursor, scanned);
    struct element element;

    for (uint32_t i = 0; i < found; i++) {
        if (*visited >= count && i > 0 && scanned[i].order != scanned[i - 1].order) {
            *cursor = scanned[i].order;
            return false;
        }
        element_decode(table->value_kind, scanned[i].bytes, &element);
        visit(context, &element);
        ++*visited;
    }
    return true;
}

uint64_t element_table_scan(const struct element_table *table, uint64_t cursor, uint64_t count,
                            element_visitor *visit, void *context)
{
    const uint32_t below = SCAN_BITS - ELEMENT_TABLE_DEPTH_MAX;
    uint64_t visited = 0;

    if (count == 0)
        count = 1;
    while (table->root != 0 && cursor >> SCAN_BITS == 0) {
        uint64_t position = cursor >> below;
        const struct element_leaf *leaf;

        if (visited >= count)
            return cursor;
        leaf = element_leaf_at(table, position);
        if (leaf_next(leaf) != NULL)
            visit_chain(table, leaf, &visited, visit, context);
        else if (!scan_leaf(table, leaf, &cursor, count, &visited, visit, context))
            return cursor;
        position = (position & ~(element_span(leaf->depth) - 1)) + element_span(leaf->depth);
        cursor = position << below;
    }
    return 0;
}

uint64_t element_table_hash(const struct element_table *table, struct span name)
{
    return element_hash(table, name);
}

void element_table_visit_hashes(const struct element_table *table, uint64_t first, uint64_t last,
                                element_visitor *visit, void *context)
{
    uint64_t position = element_position(first);

    ASSERT(first <= last);
    while (table->root != 0 && position <= element_position(last)) {
        const struct element_leaf *leaf = element_leaf_at(table, position);
        uint64_t start = position & ~(element_span(leaf->depth) - 1);
        uint64_t end = start + element_span(leaf->depth);
        bool whole = start >= element_position(first) && end - 1 <= element_position(last);

        for (; leaf != NULL; leaf = leaf_next(leaf)) {
            const char *bytes = leaf_elements(leaf);

            for (uint32_t i = 0; i < leaf->count; i++) {
                struct element element;
                uint64_t hash = whole ? first : element_hash_of(table, bytes);

                bytes = read_element(table, bytes, &element);
                if (hash >= first && hash <= last)
                    visit(context, &element);
            }
        }
        position = end;
    }
}

/* ---- Random elements ---- */

/* The element of this number in the order of a walk. */
static void element_at(const struct element_table *table, uint64_t number, struct element *element)
{
    uint64_t position = 0;
    const struct element_leaf *leaf = NULL;

    ASSERT(number < table->count);
    for (;;) {
        if (leaf == NULL) {
            leaf = element_leaf_at(table, position);
            position += element_span(leaf->depth);
        }
        if (number < leaf->count)
            break;
        number -= leaf->count;
        leaf = leaf_next(leaf);
    }
    element_decode(table->value_kind, leaf_element(leaf, (uint32_t)number), element);
}

/* The greatest weight that a leaf of the table has; 0: none can be told. */
static uint32_t greatest_weight(const struct element_table *table)
{
    uint32_t weight = ELEMENT_TABLE_WEIGHTS - 1;

    if (table->at_weight == NULL)
        return table->count > 0 ? element_table_weight(0, table->count) : 0;
    /* The last stands for itself and all above. */
    if (table->at_weight[weight] > 0)
        return 0;
    while (weight > 0 && table->at_weight[weight] == 0)
        weight--;
    return weight;
}

/*
 * A random position leads to a leaf of depth d with probability 2^-d. A number below 2^(w - d),
 * where w is the greatest weight, is then the index of an element, or else all is tried again: so
 * each element of each leaf has the probability 2^-w at each try.
 */
bool element_table_random(const struct element_table *table, struct random *random,
                          struct element *element)
{
    uint32_t weight = greatest_weight(table);

    if (table->count == 0)
        return false;
    for (uint32_t i = 0; i < RANDOM_TRIES_MAX && weight > 0; i++) {
        const struct element_leaf *leaf =
            element_leaf_at(table, element_position(random_next(random)));
        uint64_t index;

        if (leaf->depth >= weight)
            continue; /* empty */
        index = random_next(random) >> (64 - (weight - leaf->depth));
        while (leaf != NULL && index >= leaf->count) {
            index -= leaf->count;
            leaf = leaf_next(leaf);
        }
        if (leaf == NULL)
            continue;
        element_decode(table->value_kind, leaf_element(leaf, (uint32_t)index), element);
        return true;
    }
    element_at(table, random_below(random, table->count), element);
    return true;
}

/* ---- Copies ---- */

static void copy_blocks(struct element_table *table, struct heap *heap,
                        const struct element_leaf *leaf)
{
    for (uint32_t i = 0; i < leaf->count; i++) {
        char *bytes = leaf_element(leaf, i);
        const struct element_block *block;
        struct element_block *copy;
        size_t size;

        if (!element_is_far(bytes))
            continue;
        block = element_block(bytes);
        size = element_block_bytes(block);
        copy = memcpy(heap_allocate(heap, size), block, size);
        table->bytes += heap_block_size(size);
        element_set_block(bytes, copy);
    }
}

static struct element_leaf *copy_leaf(struct element_table *table, struct heap *heap,
                                      const struct element_table *source,
                                      const struct element_leaf *leaf)
{
    struct element_leaf *copy = heap_allocate(heap, leaf->capacity);

    memcpy(copy, leaf, leaf_bytes(leaf));
    table->bytes += leaf->capacity;
    copy_blocks(table, heap, copy);
    if (leaf->has_node) {
        *leaf_node(copy) = (struct due_node){0};
        due_queue_set(&table->due, heap, leaf_node(copy),
                      due_queue_due(&source->due, leaf_node(leaf)));
    }
    return copy;
}

static uint64_t copy_chain(struct element_table *table, struct heap *heap,
                           const struct element_table *source, const struct element_leaf *leaf)
{
    struct element_leaf *first = copy_leaf(table, heap, source, leaf);
    struct element_leaf *last = first;

    while ((leaf = leaf_next(leaf)) != NULL) {
        struct element_leaf *copy = copy_leaf(table, heap, source, leaf);

        leaf_set_next(last, copy);
        last = copy;
    }
    return (uint64_t)(uintptr_t)first;
}

/* Directories nest less deep than the hash has bits. */
static uint64_t copy_reference(struct element_table *table, struct heap *heap,
                               const struct element_table *source, uint64_t reference)
{
    struct element_directory *copy;
    uint64_t count;
    uint64_t places;

    if ((reference & ELEMENT_DIRECTORY) == 0)
        return copy_chain(table, heap, source, element_leaf_of(reference));
    copy = element_directory_copy(table, heap, element_directory_of(reference));
    count = UINT64_C(1) << copy->depth;
    for (uint64_t i = 0; i < count; i += places) {
        uint64_t before = copy->references[i];
        uint64_t now = copy_reference(table, heap, source, before);

        for (places = 0; i + places < count && copy->references[i + places] == before; places++)
            copy->references[i + places] = now;
    }
    return element_directory_reference(copy);
}

void element_table_copy(struct element_table *table, struct heap *heap,
                        const struct element_table *source)
{
    *table = *source;
    table->due = (struct due_queue){0};
    table->bytes = 0;
    table->watch = NULL;
    if (source->at_weight != NULL) {
        table->at_weight = memcpy(heap_allocate(heap, ELEMENT_WEIGHTS_BYTES), source->at_weight,
                                  ELEMENT_WEIGHTS_BYTES);
        table->bytes += heap_block_size(ELEMENT_WEIGHTS_BYTES);
    }
    if (source->root != 0)
        table->root = copy_reference(table, heap, source, source->root);
    ASSERT(table->bytes == source->bytes);
}
