/*
 * How much memory this process may use: that of the machine, cut down by its control groups' limits
 * (cgroup v2 memory.max, v1 memory.limit_in_bytes), its own group's and every parent's. What
 * "maxmemory 75%" is a share of.
 */
#ifndef SERVER_CONFIG_MEMORY_ALLOWED_H
#define SERVER_CONFIG_MEMORY_ALLOWED_H

#include "proto/base/span.h"

#include <stdint.h>

/* memory.max or memory.limit_in_bytes: "max" (UINT64_MAX) or bytes. false when it is neither. */
bool memory_allowed_parse(struct span text, uint64_t *bytes);

/* `bytes` cut by the limits of this process's control groups; `root` as for control_group_walk. */
uint64_t memory_allowed_by_groups(const char *root, uint64_t bytes);

/* Bytes, more than 0. */
uint64_t memory_allowed(void);

#endif
