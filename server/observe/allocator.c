#include "server/observe/allocator.h"

#ifdef TESSERA_SANITIZED

void allocator_statistics(struct allocator_statistics *statistics)
{
    *statistics = (struct allocator_statistics){0};
}

const char *allocator_name(void)
{
    return "libc";
}

void allocator_purge(void)
{
}

void allocator_decay(void)
{
}

void allocator_report(void (*write)(void *context, const char *text), void *context)
{
    write(context, "Stats not supported for the current allocator");
}

bool allocator_read_number(const char *name, long long *value)
{
    (void)name;
    (void)value;
    return false;
}

bool allocator_read_text(const char *name, const char **value)
{
    (void)name;
    (void)value;
    return false;
}

#else

#include <jemalloc/jemalloc.h>
#include <stdint.h>
#include <stdio.h>

#define VERSION_TEXT_(number) #number
#define VERSION_TEXT(number)  VERSION_TEXT_(number)

static size_t read_size(const char *name)
{
    size_t value = 0;
    size_t length = sizeof(value);

    /* What cannot be read counts as nothing. */
    return mallctl(name, &value, &length, NULL, 0) == 0 ? value : 0;
}

void allocator_statistics(struct allocator_statistics *statistics)
{
    uint64_t epoch = 1;
    size_t length = sizeof(epoch);
    char name[64];

    *statistics = (struct allocator_statistics){0};
    if (mallctl("epoch", &epoch, &length, &epoch, length) != 0)
        return;
    statistics->allocated = read_size("stats.allocated");
    statistics->active = read_size("stats.active");
    statistics->resident = read_size("stats.resident");
    snprintf(name, sizeof(name), "stats.arenas.%u.pmuzzy", MALLCTL_ARENAS_ALL);
    statistics->muzzy = read_size(name) * 4096;
}

const char *allocator_name(void)
{
    return "jemalloc-" VERSION_TEXT(JEMALLOC_VERSION_MAJOR) "." VERSION_TEXT(
        JEMALLOC_VERSION_MINOR) "." VERSION_TEXT(JEMALLOC_VERSION_BUGFIX);
}

void allocator_purge(void)
{
    char name[64];

    snprintf(name, sizeof(name), "arena.%u.purge", MALLCTL_ARENAS_ALL);
    (void)mallctl(name, NULL, NULL, NULL, 0);
}

void allocator_decay(void)
{
    char name[64];

    snprintf(name, sizeof(name), "arena.%u.decay", MALLCTL_ARENAS_ALL);
    (void)mallctl(name, NULL, NULL, NULL, 0);
}

void allocator_report(void (*write)(void *context, const char *text), void *context)
{
    malloc_stats_print(write, context, NULL);
}

bool allocator_read_number(const char *name, long long *value)
{
    union {
        uint8_t byte;
        uint32_t word;
        uint64_t number;
    } read = {0};
    size_t length = sizeof(read.number);

    /* The allocator tells how wide the value is when the room has another size. */
    if (mallctl(name, &read, &length, NULL, 0) != 0 &&
        (length > sizeof(read.number) || mallctl(name, &read, &length, NULL, 0) != 0))
        return false;
    *value = length == sizeof(read.byte)   ? read.byte
             : length == sizeof(read.word) ? read.word
                                           : (long long)read.number;
    return true;
}

bool allocator_read_text(const char *name, const char **value)
{
    size_t length = sizeof(*value);

    return mallctl(name, (void *)value, &length, NULL, 0) == 0;
}

#endif
