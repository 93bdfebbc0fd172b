#include "cluster/cluster_state.h"
#include "proto/base/memory.h"

/* Nodes that were removed, and that gossip is not to bring back for a while. */

enum { FORGOTTEN_KEPT_MAX = 4096 };

void cluster_forget_tick(struct cluster *cluster)
{
    for (uint32_t i = cluster->forgotten_count; i-- > 0;) {
        if (cluster->forgotten[i].until <= cluster->now)
            cluster->forgotten[i] = cluster->forgotten[--cluster->forgotten_count];
    }
}

void cluster_forget_add(struct cluster *cluster, const struct node_id *id, int64_t for_ms)
{
    ASSERT(for_ms > 0);
    cluster_forget_tick(cluster);
    if (cluster_forget_has(cluster, id) || cluster->forgotten_count == FORGOTTEN_KEPT_MAX)
        return;
    cluster->forgotten = memory_resize(cluster->forgotten, (cluster->forgotten_count + 1) *
                                                               sizeof(*cluster->forgotten));
    cluster->forgotten[cluster->forgotten_count++] =
        (struct cluster_forgotten){.id = *id, .until = cluster->now + for_ms};
}

bool cluster_forget_has(const struct cluster *cluster, const struct node_id *id)
{
    for (uint32_t i = 0; i < cluster->forgotten_count; i++) {
        if (cluster->forgotten[i].until > cluster->now &&
            node_id_equal(&cluster->forgotten[i].id, id))
            return true;
    }
    return false;
}
