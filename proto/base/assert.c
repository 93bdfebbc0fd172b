#include "proto/base/assert.h"

#include <execinfo.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* The one count below server/ that belongs to the process: a surprise may strike in any layer. */
static _Atomic uint64_t surprises;

_Noreturn void assert_fail(const char *condition, const char *file, int line, const char *function)
{
    void *frames[64];

    fprintf(stderr, "assertion failed: %s (%s:%d, %s)\n", condition, file, line, function);
    fflush(stderr);
    backtrace_symbols_fd(frames, backtrace(frames, 64), STDERR_FILENO);
    abort();
}

_Bool assert_surprise(const char *condition, const char *file, int line)
{
    if (atomic_fetch_add_explicit(&surprises, 1, memory_order_relaxed) < 16)
        fprintf(stderr, "unexpected: not (%s) (%s:%d)\n", condition, file, line);
    return 0;
}

uint64_t assert_surprises(void)
{
    return atomic_load_explicit(&surprises, memory_order_relaxed);
}
