#include "storage/due_queue.h"

#include "proto/base/assert.h"

#include <string.h>

enum {
    CHUNK_BITS = 8,
    CHUNK = 1 << CHUNK_BITS,
    FIRST_CAPACITY = 4,
};

static struct due_element *element(const struct due_queue *queue, uint32_t index)
{
    ASSERT_DEBUG(index < queue->count);
    return &queue->chunks[index >> CHUNK_BITS][index & (CHUNK - 1)];
}

/* ---- Memory ---- */

static uint32_t chunk_count(uint32_t capacity)
{
    return (capacity + CHUNK - 1) >> CHUNK_BITS;
}

static size_t chunk_bytes(uint32_t capacity)
{
    return sizeof(struct due_element) * (capacity < CHUNK ? capacity : CHUNK);
}

/* The list has room for a power of two. */
static size_t list_bytes(uint32_t chunks)
{
    size_t room = 1;

    while (room < chunks)
        room *= 2;
    return room * sizeof(struct due_element *);
}

static void resize_list(struct due_queue *queue, struct heap *heap, uint32_t before, uint32_t now)
{
    size_t bytes_before = before > 0 ? list_bytes(before) : 0;
    size_t bytes_now = now > 0 ? list_bytes(now) : 0;
    struct due_element **list = NULL;

    if (bytes_before == bytes_now)
        return;
    if (bytes_now > 0)
        list = heap_allocate(heap, bytes_now);
    if (before > 0) {
        if (now > 0)
            memcpy(list, queue->chunks, sizeof(*list) * (before < now ? before : now));
        heap_release(heap, queue->chunks, bytes_before);
    }
    queue->chunks = list;
}

static void grow(struct due_queue *queue, struct heap *heap)
{
    uint32_t capacity = queue->capacity;
    uint32_t chunks = chunk_count(capacity);
    struct due_element *first;

    if (capacity == 0 || capacity >= CHUNK) {
        queue->capacity += capacity == 0 ? FIRST_CAPACITY : CHUNK;
        resize_list(queue, heap, chunks, chunks + 1);
        queue->chunks[chunks] = heap_allocate(heap, chunk_bytes(queue->capacity));
        return;
    }
    queue->capacity *= 2;
    first = heap_allocate(heap, chunk_bytes(queue->capacity));
    memcpy(first, queue->chunks[0], chunk_bytes(capacity));
    heap_release(heap, queue->chunks[0], chunk_bytes(capacity));
    queue->chunks[0] = first;
}

/* One chunk is kept in reserve, unless nothing is left. */
static void shrink(struct due_queue *queue, struct heap *heap)
{
    uint32_t chunks = chunk_count(queue->capacity);

    while (chunks > 0 && (queue->count == 0 || queue->count + 2 * CHUNK <= queue->capacity)) {
        chunks--;
        heap_release(heap, queue->chunks[chunks], chunk_bytes(queue->capacity));
        queue->capacity = chunks * CHUNK;
        resize_list(queue, heap, chunks + 1, chunks);
    }
}

size_t due_queue_memory(const struct due_queue *queue)
{
    uint32_t chunks = chunk_count(queue->capacity);

    if (chunks == 0)
        return 0;
    return heap_block_size(list_bytes(chunks)) +
           chunks * heap_block_size(chunk_bytes(queue->capacity));
}

/* ---- Order ---- */

static void place(struct due_queue *queue, uint32_t index, struct due_element moved)
{
    *element(queue, index) = moved;
    moved.node->position = index + 1;
}

static void rise(struct due_queue *queue, uint32_t index, struct due_element moved)
{
    while (index > 0) {
        uint32_t parent = (index - 1) / 2;

        if (element(queue, parent)->due <= moved.due)
            break;
        place(queue, index, *element(queue, parent));
        index = parent;
    }
    place(queue, index, moved);
}

static void sink(struct due_queue *queue, uint32_t index, struct due_element moved)
{
    for (;;) {
        uint32_t child = index * 2 + 1;

        if (child >= queue->count)
            break;
        if (child + 1 < queue->count && element(queue, child + 1)->due < element(queue, child)->due)
            child++;
        if (moved.due <= element(queue, child)->due)
            break;
        place(queue, index, *element(queue, child));
        index = child;
    }
    place(queue, index, moved);
}

static void settle(struct due_queue *queue, uint32_t index, struct due_element moved)
{
    if (index > 0 && moved.due < element(queue, (index - 1) / 2)->due)
        rise(queue, index, moved);
    else
        sink(queue, index, moved);
}

static void take_out(struct due_queue *queue, struct heap *heap, struct due_node *node)
{
    uint32_t index = node->position - 1;
    struct due_element last = *element(queue, queue->count - 1);

    ASSERT(element(queue, index)->node == node);
    queue->count--;
    node->position = 0;
    if (last.node != node)
        settle(queue, index, last);
    shrink(queue, heap);
}

void due_queue_set(struct due_queue *queue, struct heap *heap, struct due_node *node, time_ms due)
{
    struct due_element moved = {due, node};

    ASSERT(node->position <= queue->count);
    if (due == TIME_NEVER) {
        if (node->position > 0)
            take_out(queue, heap, node);
        return;
    }
    if (node->position > 0) {
        ASSERT(element(queue, node->position - 1)->node == node);
        settle(queue, node->position - 1, moved);
        return;
    }
    ASSERT(queue->count < UINT32_MAX - CHUNK);
    if (queue->count == queue->capacity)
        grow(queue, heap);
    queue->count++;
    rise(queue, queue->count - 1, moved);
}

/* ---- Questions ---- */

void due_queue_readdress(struct due_queue *queue, struct due_node *node)
{
    if (node->position > 0)
        element(queue, node->position - 1)->node = node;
}

time_ms due_queue_due(const struct due_queue *queue, const struct due_node *node)
{
    return node->position > 0 ? element(queue, node->position - 1)->due : TIME_NEVER;
}

struct due_node *due_queue_first(const struct due_queue *queue)
{
    return queue->count > 0 ? queue->chunks[0][0].node : NULL;
}

struct due_node *due_queue_at(const struct due_queue *queue, uint32_t index)
{
    ASSERT(index < queue->count);
    return element(queue, index)->node;
}

void due_queue_visit_due(const struct due_queue *queue, time_ms now,
                         void (*visit)(void *context, struct due_node *node), void *context)
{
    /* Depth first without a stack: the parent of a place is known. */
    uint64_t index = 0;

    if (queue->count == 0)
        return;
    for (;;) {
        if (index < queue->count && element(queue, (uint32_t)index)->due <= now) {
            visit(context, element(queue, (uint32_t)index)->node);
            index = index * 2 + 1;
            continue;
        }
        /* Up from right children (even places), then to the right. */
        while (index > 0 && index % 2 == 0)
            index = (index - 1) / 2;
        if (index == 0)
            return;
        index++;
    }
}
