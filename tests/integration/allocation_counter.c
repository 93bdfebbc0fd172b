/*
 * A library to be preloaded: counts what the shards' threads take from the allocator.
 *
 * The count is a 64-bit number at the start of the file that ALLOCATION_COUNTER names, which this
 * process and the test that started it both map. Other threads' allocations are not counted.
 */
#include <dlfcn.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

static _Atomic uint64_t *counter;

static __attribute__((constructor)) void map_counter(void)
{
    const char *path = getenv("ALLOCATION_COUNTER");
    int fd = path != NULL ? open(path, O_RDWR | O_CLOEXEC) : -1;
    void *mapped;

    if (fd < 0)
        return;
    mapped = mmap(NULL, sizeof(*counter), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (mapped != MAP_FAILED)
        counter = mapped;
    close(fd);
}

static void count(void)
{
    /* Threads are named when they start; until one is found to be a shard's, it is asked again. */
    static __thread int is_shard;
    char name[16] = "";

    if (counter == NULL)
        return;
    if (!is_shard) {
        prctl(PR_GET_NAME, name);
        is_shard = strncmp(name, "shard-", 6) == 0;
    }
    if (is_shard)
        atomic_fetch_add(counter, 1);
}

#define NEXT(function)                                                                             \
    static __typeof__(&function) next;                                                             \
    if (next == NULL)                                                                              \
    next = (__typeof__(&function))(uintptr_t)dlsym(RTLD_NEXT, #function)

void *malloc(size_t size)
{
    NEXT(malloc);
    count();
    return next(size);
}

void *calloc(size_t number, size_t size)
{
    NEXT(calloc);
    count();
    return next(number, size);
}

void *realloc(void *block, size_t size)
{
    NEXT(realloc);
    count();
    return next(block, size);
}

void *aligned_alloc(size_t alignment, size_t size)
{
    NEXT(aligned_alloc);
    count();
    return next(alignment, size);
}

/* jemalloc's own, by which a heap takes its pages. */
void *mallocx(size_t size, int flags);

void *mallocx(size_t size, int flags)
{
    NEXT(mallocx);
    count();
    return next(size, flags);
}
