#include "cluster/cluster_state.h"

#include "proto/base/assert.h"

enum {
    /* A primary that comes back among others lets them tell it first what has changed meanwhile. */
    RESTART_DELAY_MS = 2000,
    /* Who was with the minority waits for the majority's news, within these bounds. */
    REJOIN_DELAY_MIN_MS = 500,
    REJOIN_DELAY_MAX_MS = 5000,
};

static time_ms cluster_state_rejoin_delay(const struct cluster *cluster)
{
    int64_t delay = cluster->settings.node_timeout_ms;

    if (delay < REJOIN_DELAY_MIN_MS)
        return REJOIN_DELAY_MIN_MS;
    return delay > REJOIN_DELAY_MAX_MS ? REJOIN_DELAY_MAX_MS : delay;
}

/* When a cluster that has everything it needs may be called ok: now or earlier, or a time to wait
 * for. */
static time_ms cluster_state_ready_at(const struct cluster *cluster)
{
    time_ms ready = cluster->now;
    bool primary = (topology_myself(&cluster->topology)->flags & CLUSTER_NODE_PRIMARY) != 0;

    if (!primary)
        return ready;
    if (cluster->restarted_among_others && cluster->started + RESTART_DELAY_MS > ready)
        ready = cluster->started + RESTART_DELAY_MS;
    if (cluster->minority_since != TIME_NEVER &&
        cluster->minority_since + cluster_state_rejoin_delay(cluster) > ready)
        ready = cluster->minority_since + cluster_state_rejoin_delay(cluster);
    return ready;
}

static void cluster_state_set(struct cluster *cluster, bool ok)
{
    if (cluster->ok != ok)
        cluster->publish = true;
    cluster->ok = ok;
    if (!ok)
        return;
    cluster->minority_since = TIME_NEVER;
    cluster->restarted_among_others = false;
}

void cluster_state_update(struct cluster *cluster)
{
    struct topology_counts counts = *cluster_peers_counts(cluster);
    bool complete, majority;

    complete = !cluster->settings.require_full_coverage ||
               (counts.slots_assigned == SLOT_COUNT && counts.slots_failed == 0);
    majority = counts.reachable >= counts.size / 2 + 1;
    /* Without any voter there is no majority, but none that went on without me either. */
    if (!majority && counts.size > 0)
        cluster->minority_since = cluster->now;

    cluster->ok_at = TIME_NEVER;
    if (!complete || !majority || cluster->hollow) {
        cluster_state_set(cluster, false);
        return;
    }
    if (cluster->ok)
        return;

    time_ms ready = cluster_state_ready_at(cluster);

    ASSERT(ready >= cluster->now);
    if (ready > cluster->now)
        cluster->ok_at = ready;
    else
        cluster_state_set(cluster, true);
}
