/*
 * What a link has still to send: pieces, each of the link's own bytes or of somebody else's.
 *
 *   head -> [in flight][in flight] -> [waits] -> [waits, has room] <- tail
 *
 * Small messages share a piece. What is in flight does not change until it is sent.
 *
 * Owner: the link. Plain data: knows no socket.
 */
#ifndef SERVER_LINK_LINK_QUEUE_H
#define SERVER_LINK_LINK_QUEUE_H

#include "proto/base/span.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/uio.h>

struct link_piece;

struct link_queue {
    struct link_piece *head;
    struct link_piece *tail;
    uint32_t in_flight; /* pieces, from the head on */
    size_t unsent;      /* bytes, those in flight included */
    size_t allocated;   /* memory of the pieces, and others' bytes */
};

/* Copies the bytes. */
void link_queue_put(struct link_queue *queue, struct span bytes);

/* Refers to the bytes until `release(owner)`, which is called once in any case. */
void link_queue_put_shared(struct link_queue *queue, struct span bytes, void (*release)(void *),
                           void *owner);

/* So many pieces as `parts` has room for are in flight from now on; their number. Nothing may be in
 * flight. */
uint32_t link_queue_take(struct link_queue *queue, struct iovec *parts, uint32_t room);

/* What was in flight is sent. */
void link_queue_sent(struct link_queue *queue);

/* Lets go of everything. */
void link_queue_clear(struct link_queue *queue);

#endif
