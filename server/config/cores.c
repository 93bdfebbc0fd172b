#include "server/config/cores.h"

#include "proto/base/assert.h"
#include "proto/base/number.h"
#include "server/config/control_group.h"

#include <sched.h>

enum { CPUS_MAX = 4096 };

static struct span without_newline(struct span text)
{
    while (text.length > 0 &&
           (text.data[text.length - 1] == '\n' || text.data[text.length - 1] == ' '))
        text.length--;
    return text;
}

bool cores_parse_cpu_max(struct span text, struct cores_quota *quota)
{
    const char *blank = text.length > 0 ? memchr(text.data, ' ', text.length) : NULL;
    struct cores_quota parsed = {0};

    if (blank == NULL)
        return false;
    struct span first = span_of(text.data, (size_t)(blank - text.data));
    struct span second = without_newline(span_of(blank + 1, text.length - first.length - 1));

    if (!number_parse_unsigned(second, &parsed.period) || parsed.period == 0)
        return false;
    if (!span_equal(first, SPAN("max")) &&
        (!number_parse_unsigned(first, &parsed.quota) || parsed.quota == 0))
        return false;
    *quota = parsed;
    return true;
}

bool cores_parse_cfs(struct span quota_text, struct span period_text, struct cores_quota *quota)
{
    int64_t amount = 0;
    int64_t period = 0;

    if (!number_parse_integer(without_newline(quota_text), &amount) ||
        !number_parse_integer(without_newline(period_text), &period) || period <= 0)
        return false;
    quota->quota = amount <= 0 ? 0 : (uint64_t)amount;
    quota->period = (uint64_t)period;
    return true;
}

uint32_t cores_limit(uint32_t cores, struct cores_quota quota)
{
    uint32_t limit = cores > 0 ? cores : 1;

    if (quota.quota == 0 || quota.period == 0)
        return limit;
    uint64_t whole = quota.quota / quota.period + (quota.quota % quota.period != 0);

    return whole < limit ? (uint32_t)whole : limit;
}

/* ---- looking at the system ---- */

static void visit_unified(const char *directory, void *context)
{
    uint32_t *cores = context;
    char room[128];
    struct span text;
    struct cores_quota quota;

    if (control_group_read(directory, "cpu.max", room, sizeof(room), &text) &&
        cores_parse_cpu_max(text, &quota))
        *cores = cores_limit(*cores, quota);
}

static void visit_cpu(const char *directory, void *context)
{
    uint32_t *cores = context;
    char room[128];
    char period_room[128];
    struct span text;
    struct span period;
    struct cores_quota quota;

    if (control_group_read(directory, "cpu.cfs_quota_us", room, sizeof(room), &text) &&
        control_group_read(directory, "cpu.cfs_period_us", period_room, sizeof(period_room),
                           &period) &&
        cores_parse_cfs(text, period, &quota))
        *cores = cores_limit(*cores, quota);
}

uint32_t cores_by_quota(const char *root, uint32_t cores)
{
    control_group_walk(root, CONTROL_GROUP_UNIFIED, visit_unified, &cores);
    control_group_walk(root, SPAN("cpu"), visit_cpu, &cores);
    ASSERT(cores > 0);
    return cores;
}

static uint32_t cores_of_affinity(void)
{
    size_t size = CPU_ALLOC_SIZE(CPUS_MAX);
    cpu_set_t *set = CPU_ALLOC(CPUS_MAX);
    int count = 1;

    ASSERT(set != NULL);
    if (sched_getaffinity(0, size, set) == 0)
        count = CPU_COUNT_S(size, set);
    CPU_FREE(set);
    return count > 0 ? (uint32_t)count : 1;
}

uint32_t cores_usable(void)
{
    return cores_by_quota("", cores_of_affinity());
}
