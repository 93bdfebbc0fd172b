/*
 * Things to be done at a time, by that time: a binary heap of nodes that know their position, so
 * that any of them can be moved or taken out.
 *
 * A node lies in what is queued. The elements lie in chunks, so that growing never copies more than
 * one small chunk and the list of chunks.
 *
 * Owner: whoever owns what is queued. Not for two threads at one time.
 */
#ifndef STORAGE_DUE_QUEUE_H
#define STORAGE_DUE_QUEUE_H

#include "proto/base/time.h"
#include "storage/heap.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Zero: not queued. */
struct due_node {
    uint32_t position; /* from 1 on */
};

struct due_element {
    time_ms due;
    struct due_node *node;
};

/* Zeroed: empty. An empty queue holds no memory. */
struct due_queue {
    struct due_element **chunks;
    uint32_t count;
    uint32_t capacity; /* elements that the chunks have room for */
};

/* Puts the node to the place of this time: in, elsewhere, or out for TIME_NEVER. */
void due_queue_set(struct due_queue *queue, struct heap *heap, struct due_node *node, time_ms due);

/* A queued node has been moved in memory, with its position. */
void due_queue_readdress(struct due_queue *queue, struct due_node *node);

/* The time of a node; TIME_NEVER when it is not queued. */
time_ms due_queue_due(const struct due_queue *queue, const struct due_node *node);

/* The earliest node; NULL when the queue is empty. It stays. */
struct due_node *due_queue_first(const struct due_queue *queue);

static inline time_ms due_queue_first_due(const struct due_queue *queue)
{
    return queue->count > 0 ? queue->chunks[0][0].due : TIME_NEVER;
}

/* Any of them, index < count: for samples. */
struct due_node *due_queue_at(const struct due_queue *queue, uint32_t index);

/* Calls for each node that is due, in no order. The queue must not change meanwhile. */
void due_queue_visit_due(const struct due_queue *queue, time_ms now,
                         void (*visit)(void *context, struct due_node *node), void *context);

/* Bytes in the heap. */
size_t due_queue_memory(const struct due_queue *queue);

#endif
