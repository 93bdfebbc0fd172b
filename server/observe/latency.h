/*
 * Latency events of a shard: what LATENCY HISTORY and its kin gather from all shards.
 *
 * Thread: the shard's.
 */
#ifndef SERVER_OBSERVE_LATENCY_H
#define SERVER_OBSERVE_LATENCY_H

#include "proto/base/time.h"

#include <stdint.h>

struct shard;

enum latency_event {
    LATENCY_COMMAND,
    LATENCY_FAST_COMMAND,
    LATENCY_EXPIRE_CYCLE,
    LATENCY_SECTION,
    LATENCY_EVICTION_CYCLE,
    LATENCY_EVICTION_DELETE,
    LATENCY_DEFRAGMENTATION,
    LATENCY_EVENTS,
};

enum { LATENCY_HISTORY_MAX = 160 };

struct latency_sample {
    int64_t second; /* Unix time */
    uint32_t latency_ms;
};

struct latency_series {
    uint32_t max_ms; /* all time */
    uint32_t next;   /* place of the next sample, in a ring */
    struct latency_sample samples[LATENCY_HISTORY_MAX];
};

/* "command", "fast-command", ... */
const char *latency_event_name(enum latency_event event);

/* Notes an event that took so long, if that is worth it (latency-monitor-threshold). */
void latency_note(struct shard *shard, enum latency_event event, uint64_t duration_us);

/* Adds to a series that is in nobody else's hands; seconds must not go down. */
void latency_series_add(struct latency_series *series, int64_t second, uint32_t latency_ms);

#endif
