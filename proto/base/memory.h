/*
 * Allocation for what is not part of a shard's data: the failure policy in one place.
 *
 * Running out of memory for bookkeeping is not survivable and aborts; what a client can make large
 * is bounded before it gets here.
 */
#ifndef PROTO_BASE_MEMORY_H
#define PROTO_BASE_MEMORY_H

#include <stddef.h>

void *memory_new(size_t size);                           /* not zeroed; size > 0 */
void *memory_new_aligned(size_t alignment, size_t size); /* size: a multiple of alignment */
void *memory_new_zeroed(size_t count, size_t size);  /* count * size must not overflow: asserted */
void *memory_resize(void *block, size_t size);       /* block may be NULL */
char *memory_copy(const void *bytes, size_t length); /* a copy with a NUL behind it */
void memory_free(void *block);                       /* NULL is fine */

#endif
