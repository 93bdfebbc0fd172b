/*
 * Faults of files, on demand: the next so many operations of a kind fail, fall short or take long.
 * For tests (DEBUG FILE-FAULT); without faults an operation pays one load.
 *
 * Thread: any. What is set while others take is taken by some of them.
 */
#ifndef SERVER_REACTOR_FILE_FAULT_H
#define SERVER_REACTOR_FILE_FAULT_H

#include "proto/base/span.h"

#include <stdbool.h>
#include <stdint.h>

enum file_fault_kind {
    FILE_FAULT_WRITE,
    FILE_FAULT_SYNC,
    FILE_FAULT_OPEN,
    FILE_FAULT_RENAME,
    FILE_FAULT_UNLINK,
    FILE_FAULT_KINDS,
};

struct file_fault {
    uint32_t delay_ms;   /* before it is begun */
    int32_t error;       /* an errno; 0: it succeeds */
    uint32_t length_max; /* of a write: so many bytes go first; 0: no limit */
};

/* "write", "sync", "open", "rename", "unlink". False when it is none. */
bool file_fault_kind_of(struct span name, enum file_fault_kind *kind);

/* The next `count` operations of this kind; 0: none any more. */
void file_fault_set(enum file_fault_kind kind, uint32_t count, const struct file_fault *fault);

/* Is one of them this one? For what is done otherwise than by file.h, too. */
bool file_fault_take(enum file_fault_kind kind, struct file_fault *fault);

#endif
