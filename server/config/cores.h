/*
 * How many cores this process may really use: its affinity mask, cut down by the CPU quota of its
 * control groups (cgroup v2 cpu.max, v1 cpu.cfs_quota_us and cpu.cfs_period_us), its own group's
 * and every parent's.
 *
 * The functions that read texts are pure; cores_by_quota and cores_usable look at the system.
 */
#ifndef SERVER_CONFIG_CORES_H
#define SERVER_CONFIG_CORES_H

#include "proto/base/span.h"

#include <stdint.h>

/* A quota of quota/period cores; quota 0 is none. */
struct cores_quota {
    uint64_t quota;
    uint64_t period;
};

/* cpu.max: "max 100000" or "150000 100000". false when the text is neither. */
bool cores_parse_cpu_max(struct span text, struct cores_quota *quota);

/* cpu.cfs_quota_us ("-1": none) and cpu.cfs_period_us. */
bool cores_parse_cfs(struct span quota_text, struct span period_text, struct cores_quota *quota);

/* At least 1: `cores` cut by the quota, rounded up. */
uint32_t cores_limit(uint32_t cores, struct cores_quota quota);

/* At least 1: `cores` cut by the quotas of this process's control groups; `root` as for
 * control_group_walk. */
uint32_t cores_by_quota(const char *root, uint32_t cores);

/* At least 1. */
uint32_t cores_usable(void);

#endif
