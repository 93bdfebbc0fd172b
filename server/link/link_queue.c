#include "server/link/link_queue.h"

#include "proto/base/assert.h"
#include "proto/base/memory.h"

enum {
    /* Most links have one small message at a time. */
    FIRST_PIECE = 4096,
    NEXT_PIECE = 16384,
};

struct link_piece {
    struct link_piece *next;
    const char *bytes;
    size_t length;
    size_t capacity; /* 0: somebody else's bytes */
    void (*release)(void *owner);
    void *owner;
    char own[];
};

static void append(struct link_queue *queue, struct link_piece *piece)
{
    if (queue->tail == NULL)
        queue->head = piece;
    else
        queue->tail->next = piece;
    queue->tail = piece;
}

/* The last piece, when these bytes fit into it and it is not on its way. */
static struct link_piece *open_piece(const struct link_queue *queue, size_t length)
{
    struct link_piece *tail = queue->tail;
    uint32_t steps = 0;

    if (tail == NULL || tail->capacity - tail->length < length || tail->capacity == 0)
        return NULL;
    for (const struct link_piece *piece = queue->head; steps < queue->in_flight; steps++) {
        if (piece == tail)
            return NULL;
        piece = piece->next;
    }
    return tail;
}

void link_queue_put(struct link_queue *queue, struct span bytes)
{
    struct link_piece *piece = open_piece(queue, bytes.length);

    if (bytes.length == 0)
        return;
    if (piece == NULL) {
        size_t capacity = queue->head == NULL ? FIRST_PIECE : NEXT_PIECE;

        if (capacity < bytes.length)
            capacity = bytes.length;
        piece = memory_new(sizeof(*piece) + capacity);
        *piece = (struct link_piece){.bytes = piece->own, .capacity = capacity};
        queue->allocated += sizeof(*piece) + capacity;
        append(queue, piece);
    }
    memcpy(piece->own + piece->length, bytes.data, bytes.length);
    piece->length += bytes.length;
    queue->unsent += bytes.length;
}

void link_queue_put_shared(struct link_queue *queue, struct span bytes, void (*release)(void *),
                           void *owner)
{
    struct link_piece *piece;

    ASSERT(release != NULL);
    if (bytes.length == 0) {
        release(owner);
        return;
    }
    piece = memory_new(sizeof(*piece));
    *piece = (struct link_piece){
        .bytes = bytes.data, .length = bytes.length, .release = release, .owner = owner};
    queue->unsent += bytes.length;
    queue->allocated += sizeof(*piece) + bytes.length;
    append(queue, piece);
}

uint32_t link_queue_take(struct link_queue *queue, struct iovec *parts, uint32_t room)
{
    uint32_t count = 0;

    ASSERT(queue->in_flight == 0);
    for (struct link_piece *piece = queue->head; piece != NULL && count < room; piece = piece->next)
        parts[count++] =
            (struct iovec){.iov_base = (void *)(uintptr_t)piece->bytes, .iov_len = piece->length};
    queue->in_flight = count;
    return count;
}

static void drop_head(struct link_queue *queue)
{
    struct link_piece *piece = queue->head;

    queue->head = piece->next;
    if (queue->head == NULL)
        queue->tail = NULL;
    queue->unsent -= piece->length;
    queue->allocated -= sizeof(*piece) + (piece->capacity != 0 ? piece->capacity : piece->length);
    if (piece->release != NULL)
        piece->release(piece->owner);
    memory_free(piece);
}

void link_queue_sent(struct link_queue *queue)
{
    while (queue->in_flight > 0) {
        queue->in_flight--;
        drop_head(queue);
    }
}

void link_queue_clear(struct link_queue *queue)
{
    queue->in_flight = 0;
    while (queue->head != NULL)
        drop_head(queue);
    ASSERT(queue->unsent == 0);
    ASSERT(queue->allocated == 0);
}
