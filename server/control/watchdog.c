#include "server/control/watchdog.h"

#include "server/observe/allocator.h"
#include "server/observe/log.h"
#include "server/shard/shard.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

enum { DECAY_MS = 1000 };

static void look_at(struct control *control, struct shard *shard, int64_t now)
{
    struct pulse *pulse = &control->pulses[shard->index];
    uint64_t heartbeat = atomic_load_explicit(&shard->heartbeat, memory_order_relaxed);
    bool resting = atomic_load_explicit(&shard->sleeping, memory_order_relaxed);

    if (heartbeat != pulse->heartbeat || resting || pulse->changed_ms == 0) {
        if (pulse->stalled)
            log_warning("shard %u goes on after %lld ms", shard->index,
                        (long long)(now - pulse->changed_ms));
        pulse->heartbeat = heartbeat;
        pulse->changed_ms = now;
        pulse->stalled = false;
    } else if (!pulse->stalled && now - pulse->changed_ms > control->config->watchdog_stall_ms) {
        pulse->stalled = true;
        atomic_fetch_add_explicit(&control->node->stalls, 1, memory_order_relaxed);
        log_warning("shard %u has been busy with one turn for %lld ms", shard->index,
                    (long long)(now - pulse->changed_ms));
    }
}

/* Resident pages are the second number of statm. */
void watchdog_measure_memory(struct node *node)
{
    char text[128];
    unsigned long total;
    unsigned long resident;
    size_t bytes;
    int fd = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
    ssize_t length;

    if (fd < 0)
        return;
    length = read(fd, text, sizeof(text) - 1);
    close(fd);
    if (length <= 0)
        return;
    text[length] = '\0';
    if (sscanf(text, "%lu %lu", &total, &resident) != 2)
        return;
    bytes = resident * (size_t)sysconf(_SC_PAGESIZE);
    atomic_store_explicit(&node->resident_bytes, bytes, memory_order_relaxed);
    if (bytes > atomic_load_explicit(&node->resident_peak, memory_order_relaxed))
        atomic_store_explicit(&node->resident_peak, bytes, memory_order_relaxed);
}

void watchdog_tick(struct control *control, int64_t now)
{
    uint32_t stalled = 0;

    for (uint32_t i = 0; i < control->node->shard_count; i++) {
        look_at(control, control->node->shards[i], now);
        stalled += control->pulses[i].stalled;
    }
    atomic_store_explicit(&control->node->stalled_shards, stalled, memory_order_relaxed);
    if (now >= control->next_decay_ms) {
        control->next_decay_ms = now + DECAY_MS;
        allocator_decay();
    }
    watchdog_measure_memory(control->node);
}
