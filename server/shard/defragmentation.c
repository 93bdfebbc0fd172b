#include "server/shard/defragmentation.h"

#include "server/config/config.h"
#include "server/observe/clock.h"
#include "server/observe/latency.h"
#include "server/shard/shard.h"

enum {
    SLICE_US = 400,
    ENTRIES_AT_ONCE = 32,
    /* So much more must be holes than what a cycle could not do anything about. */
    SETTLED_MARGIN_PERCENT = 5,
    /* Once it is at it: a part of the holes with which it begins. */
    GOES_ON_PART = 2,
    /* Such a one has emptied less than one in so many of the pages that it was to empty. */
    VAIN_PART = 10,
    /* While keys are evicted, holes cost keys: less is enough to begin with, and it is looked for
     * more often. From PRESSING_URGENT_PERCENT on, commands get what time is left. */
    PRESSING_LOOK_US = 5000,
    PRESSING_PERCENT = 2,
    PRESSING_IGNORED_PART = 32,
    PRESSING_EFFORT = 15,
    PRESSING_URGENT_PERCENT = 5,
    PRESSING_PART = 16, /* of the limit, that near it */
};

struct holes {
    size_t bytes;
    double percent; /* of what is used */
};

static struct holes holes_of(const struct shard *shard)
{
    struct keyspace_statistics statistics;
    struct holes holes = {0};
    size_t used;

    keyspace_statistics(shard->keyspace, &statistics);
    used = statistics.used_memory - statistics.large_memory;
    holes.bytes = statistics.held_memory - statistics.used_memory;
    holes.percent = used > 0 ? (double)holes.bytes * 100 / (double)used : 0;
    return holes;
}

static bool is_pressing(const struct shard *shard)
{
    size_t limit = shard->eviction.limit;

    return limit > 0 && atomic_load_explicit(&shard->node->used_memory, memory_order_relaxed) >
                            limit - limit / PRESSING_PART;
}

static uint32_t effort_for(const struct config *config, double percent)
{
    double low = (double)config->active_defrag_threshold_lower;
    double high = (double)config->active_defrag_threshold_upper;
    double least = (double)config->active_defrag_cycle_min;
    double most = (double)config->active_defrag_cycle_max;

    if (percent >= high || high <= low)
        return (uint32_t)most;
    if (most < least || percent <= low)
        return (uint32_t)least;
    return (uint32_t)(least + (most - least) * (percent - low) / (high - low));
}

static void stop(struct shard *shard)
{
    struct defragmentation *defragmentation = &shard->defragmentation;

    if (defragmentation->effort == 0)
        return;
    keyspace_compact_stop(shard->keyspace);
    defragmentation->total_ticks += clock_ticks() - defragmentation->started_ticks;
    defragmentation->effort = 0;
}

static bool is_worth_it(const struct shard *shard, const struct holes *holes)
{
    const struct config *config = shard->config;
    double settled = shard->defragmentation.settled_percent;
    double lower = (double)config->active_defrag_threshold_lower;
    size_t ignored = (size_t)config->active_defrag_ignore_bytes;

    if (shard->defragmentation.goes_on) {
        lower /= GOES_ON_PART;
        ignored /= GOES_ON_PART;
    }
    if (is_pressing(shard)) {
        size_t part = shard->eviction.limit / PRESSING_IGNORED_PART;

        lower = lower < PRESSING_PERCENT ? lower : PRESSING_PERCENT;
        ignored = ignored < part ? ignored : part;
    }
    if (holes->bytes < ignored / shard->node->shard_count)
        return false;
    return holes->percent >= lower &&
           (settled <= 0 || holes->percent >= settled + SETTLED_MARGIN_PERCENT);
}

void defragmentation_tick(struct shard *shard)
{
    struct defragmentation *defragmentation = &shard->defragmentation;
    const struct keyspace_compaction *figures;
    struct holes holes;

    if (!shard->config->activedefrag) {
        stop(shard);
        return;
    }
    holes = holes_of(shard);
    if (holes.percent < defragmentation->settled_percent)
        defragmentation->settled_percent = holes.percent;
    if (defragmentation->effort == 0) {
        if (!is_worth_it(shard, &holes)) {
            defragmentation->goes_on = false;
            return;
        }
        figures = keyspace_compact_figures(shard->keyspace);
        defragmentation->pages_chosen = figures->pages_chosen;
        defragmentation->pages_emptied = figures->pages_emptied;
        defragmentation->started_ticks = defragmentation->next_ticks = clock_ticks();
    }
    defragmentation->effort = effort_for(shard->config, holes.percent);
    if (!is_pressing(shard))
        return;
    if (holes.percent >= PRESSING_URGENT_PERCENT)
        defragmentation->effort = DEFRAGMENTATION_URGENT;
    else if (defragmentation->effort < PRESSING_EFFORT)
        defragmentation->effort = PRESSING_EFFORT;
}

/* All has been looked at once. Was it of no use? */
static bool was_vain(const struct shard *shard)
{
    const struct keyspace_compaction *figures = keyspace_compact_figures(shard->keyspace);
    uint64_t chosen = figures->pages_chosen - shard->defragmentation.pages_chosen;
    uint64_t emptied = figures->pages_emptied - shard->defragmentation.pages_emptied;

    return emptied * VAIN_PART <= chosen;
}

void defragmentation_turn(struct shard *shard)
{
    struct defragmentation *defragmentation = &shard->defragmentation;
    uint64_t start;
    uint64_t end;
    bool more = true;

    if (eviction_is_limited(&shard->eviction)) {
        start = clock_ticks();
        if (start >= defragmentation->look_ticks) {
            defragmentation->look_ticks = start + clock_us_to_ticks(PRESSING_LOOK_US);
            defragmentation_tick(shard);
        }
    }
    if (__builtin_expect(defragmentation->effort == 0, 1))
        return;
    start = clock_ticks();
    if (start < defragmentation->next_ticks || !keyspace_compact_may_run(shard->keyspace))
        return;
    end = start + clock_us_to_ticks(SLICE_US);
    while (more && clock_ticks() < end)
        more = keyspace_compact(shard->keyspace, ENTRIES_AT_ONCE);
    end = clock_ticks();
    latency_note(shard, LATENCY_DEFRAGMENTATION, clock_ticks_to_us(end - start));
    defragmentation->next_ticks =
        end + (end - start) * (100 - defragmentation->effort) / defragmentation->effort;
    if (more)
        return;
    defragmentation->goes_on = !was_vain(shard);
    if (!defragmentation->goes_on)
        defragmentation->settled_percent = holes_of(shard).percent;
    stop(shard);
}

uint64_t defragmentation_ms(const struct shard *shard, uint64_t *total)
{
    const struct defragmentation *defragmentation = &shard->defragmentation;
    uint64_t current =
        defragmentation->effort == 0 ? 0 : clock_ticks() - defragmentation->started_ticks;

    *total = clock_ticks_to_us(defragmentation->total_ticks + current) / 1000;
    return clock_ticks_to_us(current) / 1000;
}
