/*
 * What the allocator says of the process's memory.
 *
 * Any thread; one that asks makes the allocator add up, which takes a millisecond at worst.
 */
#ifndef SERVER_OBSERVE_ALLOCATOR_H
#define SERVER_OBSERVE_ALLOCATOR_H

#include <stdbool.h>
#include <stddef.h>

/* Bytes; all zero with an allocator that does not count (sanitizer builds). */
struct allocator_statistics {
    size_t allocated; /* by the program */
    size_t active;    /* in pages that have some of that */
    size_t resident;  /* in memory, the allocator's own data included */
    size_t muzzy;     /* given back, until the kernel takes it */
};

void allocator_statistics(struct allocator_statistics *statistics);

/* "jemalloc-5.3.0" */
const char *allocator_name(void);

/* Gives all unused pages back to the kernel. */
void allocator_purge(void);

/* Lets the allocator give back what has been free for a while: it does so by itself only where
 * memory is still being allocated. */
void allocator_decay(void);

/* The allocator's own report, written piece by piece. */
void allocator_report(void (*write)(void *context, const char *text), void *context);

/* Reads a setting or counter of the allocator by name; false when there is none such. */
bool allocator_read_number(const char *name, long long *value);
bool allocator_read_text(const char *name, const char **value);

#endif
