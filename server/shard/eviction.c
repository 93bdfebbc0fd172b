#include "server/shard/eviction.h"

#include "server/config/config.h"
#include "server/connection/connection.h"
#include "server/dispatch/denial.h"
#include "server/dispatch/hop.h"
#include "server/observe/clock.h"
#include "server/observe/latency.h"
#include "server/shard/shard.h"

#include <math.h>

enum {
    /* Between two looks at the clock: a step, which should take far less than a slice. */
    EVICTIONS_AT_ONCE = 4,
    BYTES_AT_ONCE = 1 << 20, /* after which no other key goes in the same step */
    RECLAIMED_AT_ONCE = 64,
    /* maxmemory-eviction-tenacity: so many microseconds each up to TENACITY_USUAL, from where on
     * each step is 15 % more. With a step that takes unusually long a usual slice ends within 500.
     */
    TENACITY_STEP_US = 36,
    TENACITY_USUAL = 10,
    TENACITY_UNLIMITED = 100,
    /* One part in so many above the limit: commands that take memory wait. */
    BEHIND_PART = 20,
};

/* ---- What is used ---- */

size_t eviction_use(const struct shard *shard)
{
    return keyspace_used_memory(shard->keyspace) + shard->client_memory;
}

static bool may_evict(const struct shard *shard)
{
    const struct eviction *eviction = &shard->eviction;

    return keyspace_is_reclaiming(shard->keyspace) ||
           (eviction->is_allowed && evict_possible(shard->keyspace, &eviction->policy));
}

void eviction_publish(struct shard *shard)
{
    struct eviction *eviction = &shard->eviction;
    size_t use;

    if (!eviction_is_limited(eviction))
        return;
    use = eviction_use(shard);
    if (use != eviction->published) {
        atomic_fetch_add_explicit(&shard->node->used_memory, use - eviction->published,
                                  memory_order_relaxed);
        atomic_store_explicit(&shard->used_memory, use, memory_order_relaxed);
        eviction->published = use;
    }
    if (may_evict(shard) != atomic_load_explicit(&shard->may_evict, memory_order_relaxed))
        atomic_store_explicit(&shard->may_evict, may_evict(shard), memory_order_relaxed);
}

/* The node's use, with this shard's as it is now. */
static size_t node_use(const struct shard *shard, size_t own)
{
    return atomic_load_explicit(&shard->node->used_memory, memory_order_relaxed) -
           shard->eviction.published + own;
}

/* ---- Parts ---- */

/* The fourth power: when keys of one shard have been idle for twice as long as those of another,
 * nearly all of what must go is the former's. */
static double weight_of(const struct shard *shard)
{
    double coldness = 1 + atomic_load_explicit(&shard->coldness, memory_order_relaxed);

    if (!atomic_load_explicit(&shard->may_evict, memory_order_relaxed))
        return 0;
    return (double)atomic_load_explicit(&shard->used_memory, memory_order_relaxed) *
           pow(coldness, 4);
}

static double total_weight(const struct node *node)
{
    double total = 0;

    for (uint32_t i = 0; i < node->shard_count; i++)
        total += weight_of(node->shards[i]);
    return total;
}

/* Once a turn, while the node is over its limit. */
static void take_share(struct shard *shard)
{
    struct eviction *eviction = &shard->eviction;
    double own = weight_of(shard);
    double total = total_weight(shard->node);

    eviction->share = total > 0 ? own / total : 0;
    eviction->possible_elsewhere = total > own;
}

/* ---- Slices ---- */

static bool evict_some(struct shard *shard)
{
    size_t used = keyspace_used_memory(shard->keyspace);
    uint32_t coldness = 0;

    for (uint32_t i = 0;
         i < EVICTIONS_AT_ONCE && keyspace_used_memory(shard->keyspace) + BYTES_AT_ONCE > used;
         i++) {
        uint64_t start = clock_ticks();

        if (!evict_one(shard->keyspace, &shard->eviction.policy, shard->now, &coldness))
            return i > 0;
        latency_note(shard, LATENCY_EVICTION_DELETE, clock_ticks_to_us(clock_ticks() - start));
    }
    atomic_store_explicit(&shard->coldness, coldness, memory_order_relaxed);
    return true;
}

/* Frees about so many bytes of this shard's, or less when another step as long as the longest would
 * not be over in time. What has been given up already is freed first. */
static void free_slice(struct shard *shard, size_t bytes, uint64_t deadline)
{
    size_t start = keyspace_used_memory(shard->keyspace);
    uint64_t now = clock_ticks();
    uint64_t longest = 0;

    while (keyspace_used_memory(shard->keyspace) + bytes > start) {
        uint64_t before = now;

        if (keyspace_is_reclaiming(shard->keyspace))
            keyspace_reclaim(shard->keyspace, RECLAIMED_AT_ONCE);
        else if (!shard->eviction.is_allowed || shard_is_paused(shard) || !evict_some(shard))
            break;
        now = clock_ticks();
        if (now - before > longest)
            longest = now - before;
        if (deadline < now + longest)
            break;
    }
}

/* Shards that sleep do not know that anything is wanted of them. */
static void free_elsewhere(struct shard *shard, size_t excess, uint64_t deadline)
{
    const struct node *node = shard->node;
    double total = total_weight(node);

    for (uint16_t i = 0; i < node->shard_count && clock_ticks() < deadline; i++) {
        double weight = weight_of(node->shards[i]);
        struct shard *owner;

        if (i == shard->index || weight <= 0 ||
            !atomic_load_explicit(&node->shards[i]->sleeping, memory_order_relaxed))
            continue;
        owner = hop_borrow(shard, i);
        if (owner == NULL)
            continue;
        free_slice(owner, (size_t)ceil((double)excess * weight / total), deadline);
        hop_give_back(shard, owner);
    }
}

/* ---- What follows from it ---- */

static void note_over(struct shard *shard, bool over)
{
    struct eviction *eviction = &shard->eviction;

    eviction->over = over;
    if (over && eviction->over_since == 0) {
        eviction->over_since = shard->now;
    } else if (!over && eviction->over_since != 0) {
        eviction->over_ms +=
            shard->now > eviction->over_since ? (uint64_t)(shard->now - eviction->over_since) : 0;
        eviction->over_since = 0;
    }
}

static void settle(struct shard *shard, size_t own)
{
    struct eviction *eviction = &shard->eviction;
    size_t total = node_use(shard, own);
    bool over = eviction->limit != 0 && total > eviction->limit;
    /* While nothing may be evicted, nothing is written either: no reason for an error. */
    bool possible =
        over && (eviction->possible_elsewhere || may_evict(shard) || shard_is_paused(shard));
    bool behind = possible && total - eviction->limit > eviction->limit / BEHIND_PART;

    note_over(shard, over);
    eviction->look_at = over ? 0 : own + (eviction->limit - total) / shard->node->shard_count;
    if (over && !possible)
        shard->denials |= DENIAL_MEMORY;
    else
        shard->denials &= ~(uint32_t)DENIAL_MEMORY;
    if (eviction->behind && !behind)
        shard_resume_stalled(shard);
    eviction->behind = behind;
}

void eviction_look(struct shard *shard, bool is_own)
{
    struct eviction *eviction = &shard->eviction;
    size_t own = eviction_use(shard);
    uint64_t start;
    size_t total;

    if (is_own && shard->defragmentation.effort >= DEFRAGMENTATION_URGENT)
        defragmentation_turn(shard);
    if (own < eviction->look_at)
        return;
    total = node_use(shard, own);
    if (total > eviction->limit) {
        size_t excess = total - eviction->limit;
        uint64_t deadline;

        start = clock_ticks();
        deadline = start + eviction->slice_ticks;
        if (!eviction->over)
            take_share(shard);
        if (eviction->share > 0)
            free_slice(shard, (size_t)ceil((double)excess * eviction->share), deadline);
        if (is_own && eviction->share < 1)
            free_elsewhere(shard, excess, deadline);
        latency_note(shard, LATENCY_EVICTION_CYCLE, clock_ticks_to_us(clock_ticks() - start));
    }
    settle(shard, eviction_use(shard));
}

bool eviction_turn(struct shard *shard)
{
    struct eviction *eviction = &shard->eviction;

    if (!eviction_is_limited(eviction))
        return false;
    eviction_publish(shard);
    if (eviction->over ||
        atomic_load_explicit(&shard->node->used_memory, memory_order_relaxed) > eviction->limit) {
        take_share(shard);
        eviction->look_at = 0;
        eviction_look(shard, true);
        eviction_publish(shard);
    }
    return eviction->over && (shard->denials & DENIAL_MEMORY) == 0 && !shard_is_paused(shard);
}

/* ---- Settings ---- */

static struct evict_policy policy_of(const struct config *config)
{
    struct evict_policy policy = {.samples = (uint32_t)config->maxmemory_samples};

    switch (config->maxmemory_policy) {
    case MAXMEMORY_VOLATILE_LRU:
    case MAXMEMORY_ALLKEYS_LRU:
        policy.order = EVICT_LEAST_RECENT;
        break;
    case MAXMEMORY_VOLATILE_LFU:
    case MAXMEMORY_ALLKEYS_LFU:
        policy.order = EVICT_LEAST_FREQUENT;
        break;
    case MAXMEMORY_VOLATILE_TTL:
        policy.order = EVICT_SOONEST;
        break;
    default:
        policy.order = EVICT_AT_RANDOM;
    }
    policy.volatile_only = config->maxmemory_policy == MAXMEMORY_VOLATILE_LRU ||
                           config->maxmemory_policy == MAXMEMORY_VOLATILE_LFU ||
                           config->maxmemory_policy == MAXMEMORY_VOLATILE_RANDOM ||
                           config->maxmemory_policy == MAXMEMORY_VOLATILE_TTL;
    return policy;
}

static uint64_t slice_ticks_of(int64_t tenacity)
{
    double us = (double)TENACITY_STEP_US * TENACITY_USUAL;

    if (tenacity >= TENACITY_UNLIMITED)
        return INT64_MAX;
    if (tenacity <= TENACITY_USUAL)
        us = (double)TENACITY_STEP_US * (double)tenacity;
    else
        us *= pow(1.15, (double)(tenacity - TENACITY_USUAL));
    return clock_us_to_ticks((uint64_t)us);
}

/* Takes back what was published: nobody looks at it without a limit. */
static void unpublish(struct shard *shard)
{
    atomic_fetch_sub_explicit(&shard->node->used_memory, shard->eviction.published,
                              memory_order_relaxed);
    atomic_store_explicit(&shard->used_memory, 0, memory_order_relaxed);
    shard->eviction.published = 0;
}

void eviction_settings(struct shard *shard)
{
    const struct config *config = shard->config;
    struct eviction *eviction = &shard->eviction;

    struct keyspace_frequency_options frequency = {
        .logarithm_factor = (uint32_t)config->lfu_log_factor,
        .decay_minutes = (uint32_t)config->lfu_decay_time,
    };

    shard_assert_owner(shard);
    keyspace_set_frequency_options(shard->keyspace, &frequency);
    eviction->limit =
        shard->is_replica && config->replica_ignore_maxmemory ? 0 : config_maxmemory(config);
    eviction->policy = policy_of(config);
    eviction->is_allowed = config->maxmemory_policy != MAXMEMORY_NOEVICTION;
    keyspace_set_access_tracking(shard->keyspace, eviction->policy.order == EVICT_LEAST_FREQUENT
                                                      ? ACCESS_FREQUENCY
                                                      : ACCESS_RECENCY);
    eviction->slice_ticks = slice_ticks_of(config->maxmemory_eviction_tenacity);
    eviction->look_at = 0;
    atomic_store_explicit(&shard->coldness, 0, memory_order_relaxed);
    if (eviction->limit == 0) {
        unpublish(shard);
        settle(shard, 0);
        return;
    }
    /* The turn asks the others, some of which may not be there yet. */
    eviction->possible_elsewhere = shard->node->shard_count > 1;
    eviction_publish(shard);
    settle(shard, eviction_use(shard));
}

uint64_t eviction_over_ms(const struct shard *shard, uint64_t *total)
{
    const struct eviction *eviction = &shard->eviction;
    uint64_t current = eviction->over_since == 0 || shard->now < eviction->over_since
                           ? 0
                           : (uint64_t)(shard->now - eviction->over_since);

    *total = eviction->over_ms + current;
    return current;
}
