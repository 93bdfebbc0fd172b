/*
 * Replicas go where they are needed: a primary that has lost its last replica gets one from the
 * primary that has most of them.
 */
#include "cluster/cluster_state.h"

enum { ORPHANED_MS = 5000 };

static void cluster_migration_watch(struct cluster *cluster, uint32_t place, uint32_t working)
{
    struct cluster_peer *peer = &cluster->peers[place];
    bool orphaned = working == 0 && cluster_peers_slots(cluster, place) > 0 &&
                    cluster_at(cluster, place)->flags & CLUSTER_NODE_MIGRATE_TO;

    if (!orphaned)
        peer->orphaned_since = 0;
    else if (peer->orphaned_since == 0)
        peer->orphaned_since = cluster->now;
}

/* Among the working replicas of the primaries that have `most` of them the one with the smallest
 * name goes: everybody works that out alike. */
static bool cluster_migration_is_chosen(struct cluster *cluster, uint32_t most)
{
    const struct cluster_node *myself = cluster_myself(cluster);

    for (uint32_t i = 0; i < cluster->topology.node_count; i++) {
        const struct cluster_node *node = cluster_at(cluster, i);
        uint32_t primary;

        if (!cluster_is_replica(node) || cluster_is_failing(node) ||
            memcmp(node->id.text, myself->id.text, NODE_ID_LENGTH) >= 0)
            continue;
        primary = cluster_find(cluster, &node->primary_id);
        if (primary != CLUSTER_NONE && cluster_peers_working_replicas(cluster, primary) == most)
            return false;
    }
    return true;
}

void cluster_migration_tick(struct cluster *cluster)
{
    const struct cluster_node *myself = cluster_myself(cluster);
    uint32_t mine = cluster_find(cluster, &myself->primary_id);
    uint32_t most = 0, target = CLUSTER_NONE, own = 0;

    if (!cluster_is_replica(myself) || mine == CLUSTER_NONE || !cluster->ok ||
        cluster->settings.no_replica_migration)
        return;
    for (uint32_t i = 0; i < cluster->topology.node_count; i++) {
        uint32_t working;

        if (!cluster_is_primary(cluster_at(cluster, i)) || cluster_peers_slots(cluster, i) == 0)
            continue;
        working = cluster_peers_working_replicas(cluster, i);
        cluster_migration_watch(cluster, i, working);
        if (working > most)
            most = working;
        if (i == mine)
            own = working;
        if (cluster->peers[i].orphaned_since != 0 && target == CLUSTER_NONE &&
            !cluster_is_failing(cluster_at(cluster, i)) &&
            cluster->now - cluster->peers[i].orphaned_since > ORPHANED_MS)
            target = i;
    }
    /* Who has lost touch with his primary may be the one who has to take over. */
    if (!cluster->replication.connected || cluster_is_failing(cluster_at(cluster, mine)))
        return;
    if (target == CLUSTER_NONE || most < 2 || own != most ||
        own <= cluster->settings.migration_barrier || cluster->manual.until != 0 ||
        !cluster_migration_is_chosen(cluster, most))
        return;
    cluster->peers[target].orphaned_since = 0;
    cluster_roles_follow(cluster, target);
}
