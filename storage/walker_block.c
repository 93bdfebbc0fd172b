/* Before-images that wait until a step writes them. */
#include "proto/base/assert.h"
#include "proto/base/memory.h"
#include "storage/walker_layout.h"

struct walker_block *walker_block_open(struct walker *walker, struct list_link *blocks,
                                       size_t *before)
{
    struct walker_block *block;

    if (!list_empty(blocks)) {
        block = list_entry(blocks->previous, struct walker_block, link);
        if (block->bytes.length < WALKER_BLOCK_BYTES) {
            *before = block->bytes.capacity;
            return block;
        }
    }
    block = memory_new(sizeof(*block));
    block->database = WALKER_NO_DATABASE;
    rdb_writer_init(&block->bytes, walker->options.compress);
    list_push_back(blocks, &block->link);
    walker->memory += sizeof(*block);
    *before = 0;
    return block;
}

void walker_block_close(struct walker *walker, const struct walker_block *block, size_t before)
{
    ASSERT(block->bytes.capacity >= before);
    walker->memory += block->bytes.capacity - before;
}

static void drop(struct walker *walker, struct walker_block *block)
{
    ASSERT(walker->memory >= sizeof(*block) + block->bytes.capacity);
    walker->memory -= sizeof(*block) + block->bytes.capacity;
    list_remove(&block->link);
    rdb_writer_free(&block->bytes);
    memory_free(block);
}

bool walker_blocks_write(struct walker *walker, struct list_link *blocks)
{
    while (!list_empty(blocks) && !walker_is_enough(walker)) {
        struct walker_block *block = list_entry(blocks->next, struct walker_block, link);

        rdb_writer_raw(walker->out.writer, rdb_writer_span(&block->bytes));
        if (block->database != WALKER_NO_DATABASE)
            walker->out.database = block->database;
        walker->work++;
        drop(walker, block);
    }
    return list_empty(blocks);
}

void walker_blocks_drop(struct walker *walker, struct list_link *blocks)
{
    while (!list_empty(blocks))
        drop(walker, list_entry(blocks->next, struct walker_block, link));
}
