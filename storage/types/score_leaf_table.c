#include "proto/base/assert.h"
#include "storage/types/score_tree.h"

enum { FIRST_CAPACITY = 4, FIRST_CHUNKS = 4, IS_FREE = 1 };

static uint32_t chunk_count(const struct score_leaf_table *table)
{
    return (table->used + SCORE_LEAF_CHUNK - 1) >> SCORE_LEAF_CHUNK_BITS;
}

static size_t chunk_size(const struct score_leaf_table *table, uint32_t chunk)
{
    return sizeof(uintptr_t) * (chunk == 0 ? table->first_capacity : SCORE_LEAF_CHUNK);
}

static void *resize(struct score_space space, void *block, size_t size, size_t new_size)
{
    void *made = score_space_allocate(space, new_size);

    ASSERT(new_size > size);
    if (block != NULL) {
        memcpy(made, block, size);
        score_space_release(space, block, size);
    }
    return made;
}

/* Room for one more number. */
static void make_room(struct score_leaf_table *table, struct score_space space)
{
    uint32_t chunk = table->used >> SCORE_LEAF_CHUNK_BITS;

    ASSERT(table->used < UINT32_MAX);
    if (chunk == table->chunk_capacity) {
        uint32_t capacity = chunk == 0 ? 1 : chunk == 1 ? FIRST_CHUNKS : 2 * chunk;

        table->chunks = resize(space, table->chunks, chunk * sizeof(table->chunks[0]),
                               capacity * sizeof(table->chunks[0]));
        table->chunk_capacity = capacity;
    }
    if (table->used == 0) {
        table->first_capacity = FIRST_CAPACITY;
        table->chunks[0] = score_space_allocate(space, chunk_size(table, 0));
    } else if (chunk == 0 && table->used == table->first_capacity) {
        size_t size = chunk_size(table, 0);

        table->first_capacity *= 2;
        table->chunks[0] = resize(space, table->chunks[0], size, chunk_size(table, 0));
    } else if (chunk > 0 && (table->used & (SCORE_LEAF_CHUNK - 1)) == 0) {
        table->chunks[chunk] = score_space_allocate(space, chunk_size(table, chunk));
    }
}

uint32_t score_leaf_table_add(struct score_leaf_table *table, struct score_space space,
                              struct score_leaf *leaf)
{
    uint32_t id;

    if (table->free != 0) {
        id = table->free - 1;
        table->free = (uint32_t)(*score_leaf_table_slot(table, id) >> 1);
    } else {
        make_room(table, space);
        id = table->used++;
    }
    *score_leaf_table_slot(table, id) = (uintptr_t)leaf;
    return id;
}

void score_leaf_table_remove(struct score_leaf_table *table, uint32_t id)
{
    ASSERT(id < table->used);
    *score_leaf_table_slot(table, id) = (uintptr_t)table->free << 1 | IS_FREE;
    table->free = id + 1;
}

bool score_leaf_table_release(struct score_leaf_table *table, struct score_space space,
                              uint32_t *budget)
{
    while (table->used > 0 && *budget > 0) {
        uint32_t chunk = chunk_count(table) - 1;

        score_space_release(space, table->chunks[chunk], chunk_size(table, chunk));
        table->used = chunk * SCORE_LEAF_CHUNK;
        --*budget;
    }
    if (table->used > 0)
        return false;
    if (table->chunks != NULL)
        score_space_release(space, table->chunks, table->chunk_capacity * sizeof(table->chunks[0]));
    *table = (struct score_leaf_table){0};
    return true;
}

void score_leaf_table_copy(struct score_leaf_table *copy, struct score_space space,
                           const struct score_leaf_table *table)
{
    *copy = *table;
    if (table->used == 0)
        return;
    copy->chunks = score_space_allocate(space, table->chunk_capacity * sizeof(copy->chunks[0]));
    for (uint32_t chunk = 0; chunk < chunk_count(table); chunk++) {
        copy->chunks[chunk] = score_space_allocate(space, chunk_size(table, chunk));
        memcpy(copy->chunks[chunk], table->chunks[chunk], chunk_size(table, chunk));
    }
}
