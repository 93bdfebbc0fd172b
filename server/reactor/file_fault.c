#include "server/reactor/file_fault.h"

#include "proto/base/assert.h"

#include <pthread.h>
#include <stdatomic.h>

struct planned {
    _Atomic uint32_t count;
    struct file_fault fault; /* behind the lock */
};

/* The process's, as files are. */
static struct planned planned[FILE_FAULT_KINDS];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

bool file_fault_kind_of(struct span name, enum file_fault_kind *kind)
{
    static const char *const names[FILE_FAULT_KINDS] = {"write", "sync", "open", "rename",
                                                        "unlink"};

    for (uint32_t i = 0; i < FILE_FAULT_KINDS; i++) {
        if (!span_equal_ignoring_case(name, span_of_string(names[i])))
            continue;
        *kind = (enum file_fault_kind)i;
        return true;
    }
    return false;
}

void file_fault_set(enum file_fault_kind kind, uint32_t count, const struct file_fault *fault)
{
    ASSERT(kind < FILE_FAULT_KINDS);
    pthread_mutex_lock(&lock);
    planned[kind].fault = *fault;
    atomic_store_explicit(&planned[kind].count, count, memory_order_release);
    pthread_mutex_unlock(&lock);
}

bool file_fault_take(enum file_fault_kind kind, struct file_fault *fault)
{
    struct planned *of_kind = &planned[kind];
    uint32_t count;

    ASSERT(kind < FILE_FAULT_KINDS);
    if (__builtin_expect(atomic_load_explicit(&of_kind->count, memory_order_relaxed) == 0, 1))
        return false;
    pthread_mutex_lock(&lock);
    count = atomic_load_explicit(&of_kind->count, memory_order_relaxed);
    if (count > 0) {
        *fault = of_kind->fault;
        atomic_store_explicit(&of_kind->count, count - 1, memory_order_relaxed);
    }
    pthread_mutex_unlock(&lock);
    return count > 0;
}
