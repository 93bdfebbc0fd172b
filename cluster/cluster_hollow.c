/*
 * An empty node never wins. A primary that has come back without its data, and has replicas, is
 * hollow: it does not serve its slots, and it is silent on the bus, so that the others find it
 * failed and one of the replicas takes over. It goes on listening, and becomes the winner's
 * replica. When it has heard of every replica that it has no data either, as after a restart of
 * a whole cluster that keeps nothing on disk, there is nothing to wait for: it serves.
 *
 * Which replicas it has it may not know yet: it has led for a moment only before it ended. So
 * nobody copies a primary without data before it serves. One that serves has had nobody who could
 * have taken over, and is from then on as good as any.
 */
#include "cluster/cluster_state.h"

/* Has this replica said, since this node started, that it has no data? One of another server may
 * only be about to load them. */
static bool cluster_hollow_is_empty(const struct cluster *cluster, uint32_t replica)
{
    return cluster->peers[replica].tessera &&
           cluster->topology.nodes[replica].replication_offset == 0;
}

/* Could there be a replica that has data? */
static bool cluster_hollow_has_replica(struct cluster *cluster)
{
    const struct cluster_node *myself = cluster_myself(cluster);

    for (uint32_t i = 0; i < cluster->topology.node_count; i++) {
        if (cluster_is_replica_of(cluster_at(cluster, i), myself) &&
            !cluster_hollow_is_empty(cluster, i))
            return true;
    }
    return false;
}

void cluster_hollow_update(struct cluster *cluster)
{
    bool is_bare = (!cluster->told_data || !cluster->replication.complete) &&
                   cluster->restarted_among_others && cluster_is_primary(cluster_myself(cluster)) &&
                   cluster_peers_slots(cluster, cluster->topology.myself) > 0;
    bool hollow = is_bare && cluster->told_data && cluster_hollow_has_replica(cluster);

    cluster->bare = is_bare;
    if (hollow == cluster->hollow)
        return;
    cluster->hollow = hollow;
    cluster->publish = true;
    cluster_say(cluster, hollow ? "this node has no data: a replica is to take over"
                                : "this node does not wait for a replica any more");
    if (hollow)
        return;
    /* What was not asked for so long has not gone unanswered. */
    for (uint32_t i = 0; i < cluster->topology.node_count; i++)
        cluster_at(cluster, i)->ping_sent = 0;
}

void cluster_hollow_tick(struct cluster *cluster)
{
    if (!cluster->hollow || cluster->now - cluster->hollow_told < cluster->settings.node_timeout_ms)
        return;
    cluster->hollow_told = cluster->now;
    for (uint32_t i = 0; i < cluster->topology.node_count; i++) {
        uint32_t flags = cluster_at(cluster, i)->flags;

        /* One that has restarted meanwhile may trust its own data now. */
        if (cluster->peers[i].tessera &&
            cluster_is_replica_of(cluster_at(cluster, i), cluster_myself(cluster)))
            cluster_send_doubt(cluster, i);
        if (!(flags & CLUSTER_NODE_PRIMARY) || cluster_peers_slots(cluster, i) == 0)
            continue;
        if (flags & CLUSTER_NODE_FAILED)
            cluster_send_fail(cluster, i);
        else if (flags & CLUSTER_NODE_MAYBE_FAILED)
            cluster_failure_hurry(cluster, i);
    }
}
