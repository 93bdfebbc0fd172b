#include "server/config/memory_allowed.h"

#include "proto/base/assert.h"
#include "proto/base/number.h"
#include "server/config/control_group.h"

#include <unistd.h>

bool memory_allowed_parse(struct span text, uint64_t *bytes)
{
    if (text.length > 0 && text.data[text.length - 1] == '\n')
        text.length--;
    if (span_equal(text, SPAN("max"))) {
        *bytes = UINT64_MAX;
        return true;
    }
    return number_parse_unsigned(text, bytes);
}

static void lower(const char *directory, const char *name, uint64_t *bytes)
{
    char room[64];
    struct span text;
    uint64_t limit = 0;

    if (control_group_read(directory, name, room, sizeof(room), &text) &&
        memory_allowed_parse(text, &limit) && limit > 0 && limit < *bytes)
        *bytes = limit;
}

static void visit_unified(const char *directory, void *context)
{
    lower(directory, "memory.max", context);
}

static void visit_memory(const char *directory, void *context)
{
    lower(directory, "memory.limit_in_bytes", context);
}

uint64_t memory_allowed_by_groups(const char *root, uint64_t bytes)
{
    control_group_walk(root, CONTROL_GROUP_UNIFIED, visit_unified, &bytes);
    control_group_walk(root, SPAN("memory"), visit_memory, &bytes);
    return bytes;
}

uint64_t memory_allowed(void)
{
    uint64_t physical = (uint64_t)sysconf(_SC_PHYS_PAGES) * (uint64_t)sysconf(_SC_PAGESIZE);

    ASSERT(physical > 0);
    return memory_allowed_by_groups("", physical);
}
