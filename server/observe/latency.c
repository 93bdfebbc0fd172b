#include "server/observe/latency.h"

#include "proto/base/assert.h"
#include "server/config/config.h"
#include "server/shard/shard.h"

const char *latency_event_name(enum latency_event event)
{
    static const char *const names[LATENCY_EVENTS] = {
        [LATENCY_COMMAND] = "command",
        [LATENCY_FAST_COMMAND] = "fast-command",
        [LATENCY_EXPIRE_CYCLE] = "expire-cycle",
        [LATENCY_SECTION] = "exclusive-section",
        [LATENCY_EVICTION_CYCLE] = "eviction-cycle",
        [LATENCY_EVICTION_DELETE] = "eviction-del",
        [LATENCY_DEFRAGMENTATION] = "active-defrag-cycle",
    };

    ASSERT(event < LATENCY_EVENTS);
    return names[event];
}

void latency_note(struct shard *shard, enum latency_event event, uint64_t duration_us)
{
    uint64_t latency_ms = duration_us / 1000;
    int64_t threshold_ms = shard->config->latency_monitor_threshold;

    shard_assert_owner(shard);
    ASSERT(event < LATENCY_EVENTS);
    if (threshold_ms > 0 && latency_ms >= (uint64_t)threshold_ms)
        latency_series_add(&shard->latency[event], shard->now / 1000, (uint32_t)latency_ms);
}

void latency_series_add(struct latency_series *series, int64_t second, uint32_t latency_ms)
{
    uint32_t last = (series->next + LATENCY_HISTORY_MAX - 1) % LATENCY_HISTORY_MAX;

    if (latency_ms > series->max_ms)
        series->max_ms = latency_ms;
    /* Of one second, the worst is kept. */
    if (series->samples[last].second == second && second != 0) {
        if (latency_ms > series->samples[last].latency_ms)
            series->samples[last].latency_ms = latency_ms;
        return;
    }
    series->samples[series->next] = (struct latency_sample){second, latency_ms};
    series->next = (series->next + 1) % LATENCY_HISTORY_MAX;
}
