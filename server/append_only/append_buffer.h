/*
 * Bytes on their way to a file: appended at the end, written from the front, moved never.
 *
 * A row of chunks, each of one *generation* (the set of files that it belongs to, see
 * append_log.h):
 *
 *   [ written | under way | pending ] -> [ pending ] -> [ pending, next generation ] ...
 *
 * Owner: an append_log. Pure but for the memory.
 */
#ifndef SERVER_APPEND_ONLY_APPEND_BUFFER_H
#define SERVER_APPEND_ONLY_APPEND_BUFFER_H

#include "proto/base/list.h"
#include "proto/base/span.h"

#include <stdint.h>
#include <sys/uio.h>

struct append_chunk {
    struct list_link link;
    uint64_t generation;
    size_t start; /* of what is not written */
    size_t end;   /* of what is appended */
    size_t capacity;
    char bytes[];
};

struct append_buffer {
    struct list_link chunks;
    struct list_link unused;
    uint32_t unused_count;
    uint64_t length; /* appended and not written, of all generations */
};

void append_buffer_init(struct append_buffer *buffer);
void append_buffer_free(struct append_buffer *buffer);

void append_buffer_add(struct append_buffer *buffer, uint64_t generation, struct span bytes);

/* The generation of the first byte that is not written; `otherwise` without one. */
uint64_t append_buffer_first_generation(const struct append_buffer *buffer, uint64_t otherwise);

/* What is not written of the first generation, behind `skip` bytes of it and as far as it fits;
 * its length is added up in `length`. Nothing of it is taken. */
uint32_t append_buffer_parts(const struct append_buffer *buffer, uint64_t skip, struct iovec *parts,
                             uint32_t parts_max, uint64_t *length);

/* The first so many bytes are written. */
void append_buffer_consume(struct append_buffer *buffer, uint64_t length);

/* Forgets what is not written. */
void append_buffer_clear(struct append_buffer *buffer);

#endif
