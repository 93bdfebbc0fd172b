/*
 * What happens by time alone: links, pings, doubts, elections.
 */
#include "cluster/cluster_state.h"

enum {
    HANDSHAKE_MIN_MS = 1000,
    SAMPLE = 5, /* nodes of which, once a second, the one that was silent longest is asked */
    SECOND_MS = 1000,
};

static bool cluster_timer_handshake_is_over(const struct cluster *cluster, uint32_t place)
{
    int64_t limit = cluster->settings.node_timeout_ms;

    if (limit < HANDSHAKE_MIN_MS)
        limit = HANDSHAKE_MIN_MS;
    return cluster->topology.nodes[place].flags & CLUSTER_NODE_HANDSHAKE &&
           cluster->now - cluster->peers[place].added > limit;
}

/* Connects, or gives up a link by which nothing comes any more while it should. */
static void cluster_timer_link(struct cluster *cluster, uint32_t place)
{
    const struct cluster_node *node = cluster_at(cluster, place);
    const struct cluster_peer *peer = &cluster->peers[place];
    const struct cluster_link *link;
    int64_t timeout = cluster->settings.node_timeout_ms;

    if (peer->link == CLUSTER_NONE) {
        if (cluster->now >= peer->connect_at)
            cluster_links_connect(cluster, place);
        return;
    }
    link = &cluster->links[peer->link];
    if (cluster->now - link->since <= timeout)
        return;
    if (!link->up || (node->ping_sent != 0 && cluster->now - node->ping_sent > timeout / 2 &&
                      cluster->now - link->data_received > timeout / 2)) {
        cluster_links_close(cluster, place);
        cluster_links_connect(cluster, place);
    }
}

static void cluster_timer_node(struct cluster *cluster, uint32_t place)
{
    const struct cluster_node *node = cluster_at(cluster, place);

    if (node->flags & (CLUSTER_NODE_MYSELF | CLUSTER_NODE_NO_ADDRESS))
        return;
    cluster_timer_link(cluster, place);
    if (node->flags & CLUSTER_NODE_HANDSHAKE)
        return;
    if (node->ping_sent == 0 &&
        cluster->now - node->pong_received > cluster->settings.node_timeout_ms / 2)
        cluster_send_ping(cluster, place);
    cluster_failure_tick(cluster, place);
}

static void cluster_timer_sample(struct cluster *cluster)
{
    uint32_t oldest = CLUSTER_NONE;

    for (uint32_t i = 0; i < SAMPLE; i++) {
        uint32_t place = (uint32_t)random_below(&cluster->random, cluster->topology.node_count);
        const struct cluster_node *node = cluster_at(cluster, place);

        if (!node->connected || node->ping_sent != 0 ||
            node->flags & (CLUSTER_NODE_MYSELF | CLUSTER_NODE_HANDSHAKE))
            continue;
        if (oldest == CLUSTER_NONE ||
            node->pong_received < cluster_at(cluster, oldest)->pong_received)
            oldest = place;
    }
    if (oldest != CLUSTER_NONE)
        cluster_send_ping(cluster, oldest);
}

void cluster_timer_tick(struct cluster *cluster)
{
    if (cluster->now < cluster->next_tick)
        return;
    cluster->next_tick = cluster->now + CLUSTER_TICK_MS;
    if (cluster->topology.node_count == 1)
        return;
    for (uint32_t i = cluster->topology.node_count; i-- > 0;) {
        if (cluster_timer_handshake_is_over(cluster, i))
            cluster_peers_remove(cluster, i);
        else
            cluster_timer_node(cluster, i);
    }
    if (cluster->now >= cluster->next_second) {
        cluster->next_second = cluster->now + SECOND_MS;
        cluster_timer_sample(cluster);
        cluster_forget_tick(cluster);
        cluster_migration_tick(cluster);
    }
    cluster_hollow_tick(cluster);
    cluster_manual_tick(cluster);
}
