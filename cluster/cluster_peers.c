#include "cluster/cluster_state.h"
#include "proto/base/memory.h"

static void cluster_peers_clear(struct cluster *cluster, uint32_t place)
{
    cluster->peers[place] =
        (struct cluster_peer){.link = CLUSTER_NONE, .added = cluster->now, .connect_at = 0};
}

static void cluster_peers_reserve(struct cluster *cluster, uint32_t count)
{
    if (count <= cluster->peer_capacity)
        return;
    cluster->peer_capacity = cluster->topology.node_capacity;
    ASSERT(cluster->peer_capacity >= count);
    cluster->peers =
        memory_resize(cluster->peers, cluster->peer_capacity * sizeof(*cluster->peers));
}

void cluster_peers_begin(struct cluster *cluster)
{
    cluster_peers_free(cluster);
    cluster_peers_reserve(cluster, cluster->topology.node_count);
    for (uint32_t i = 0; i < cluster->topology.node_count; i++)
        cluster_peers_clear(cluster, i);
    cluster->recount = true;
}

void cluster_peers_free(struct cluster *cluster)
{
    if (cluster->peers != NULL) {
        for (uint32_t i = 0; i < cluster->topology.node_count && i < cluster->peer_capacity; i++)
            memory_free(cluster->peers[i].reports);
    }
    memory_free(cluster->peers);
    cluster->peers = NULL;
    cluster->peer_capacity = 0;
}

uint32_t cluster_peers_add(struct cluster *cluster, const struct node_id *id)
{
    uint32_t place = cluster->topology.node_count;

    ASSERT(cluster_find(cluster, id) == CLUSTER_NONE);
    if (topology_add_node(&cluster->topology, id) == NULL)
        return CLUSTER_NONE;
    cluster_peers_reserve(cluster, place + 1);
    cluster_peers_clear(cluster, place);
    cluster_changed(cluster);
    return place;
}

/* What others' entries say of a node that goes. */
static void cluster_peers_unlink(struct cluster *cluster, const struct node_id *id)
{
    for (uint32_t i = 0; i < cluster->topology.node_count; i++) {
        struct cluster_node *node = cluster_at(cluster, i);

        if (cluster->peers[i].report_count > 0)
            cluster_failure_withdraw(cluster, i, id);
        if (node_id_equal(&node->primary_id, id))
            node->primary_id = (struct node_id){{0}};
    }
}

void cluster_peers_remove(struct cluster *cluster, uint32_t place)
{
    uint32_t last = cluster->topology.node_count - 1;
    struct node_id id = cluster_at(cluster, place)->id;

    ASSERT(place != cluster->topology.myself);
    cluster_links_close(cluster, place);
    cluster_peers_unlink(cluster, &id);
    memory_free(cluster->peers[place].reports);
    topology_remove_node(&cluster->topology, place);
    if (place != last) {
        cluster->peers[place] = cluster->peers[last];
        if (cluster->peers[place].link != CLUSTER_NONE)
            cluster->links[cluster->peers[place].link].node = place;
    }
    cluster->recount = true;
    cluster_changed(cluster);
}

void cluster_peers_remove_others(struct cluster *cluster)
{
    for (uint32_t i = 0; i < cluster->topology.node_count; i++) {
        cluster_links_close(cluster, i);
        memory_free(cluster->peers[i].reports);
        cluster->peers[i].reports = NULL;
    }
    topology_forget_others(&cluster->topology);
    cluster_peers_clear(cluster, 0);
    memset(cluster->unclaimed, 0, sizeof(cluster->unclaimed));
    cluster->recount = true;
    cluster_changed(cluster);
}

static void cluster_peers_count(struct cluster *cluster)
{
    const struct topology *topology = &cluster->topology;
    const struct cluster_node *myself = cluster_myself(cluster);
    uint32_t shown = topology->myself;

    if (cluster_is_replica(myself))
        shown = cluster_find(cluster, &myself->primary_id);
    topology_count(topology, &cluster->counts);
    for (uint32_t i = 0; i < topology->node_count; i++)
        cluster->peers[i].slot_count = 0;
    memset(cluster->slots, 0, sizeof(cluster->slots));
    for (uint32_t slot = 0; slot < SLOT_COUNT; slot++) {
        uint16_t owner = topology->owner[slot];

        if (owner == SLOT_MAP_NOBODY)
            continue;
        cluster->peers[owner].slot_count++;
        if (owner == shown)
            bus_slot_set(cluster->slots, slot);
    }
    cluster->recount = false;
}

const struct topology_counts *cluster_peers_counts(struct cluster *cluster)
{
    if (cluster->recount)
        cluster_peers_count(cluster);
    return &cluster->counts;
}

uint32_t cluster_peers_slots(struct cluster *cluster, uint32_t place)
{
    cluster_peers_counts(cluster);
    return cluster->peers[place].slot_count;
}

uint32_t cluster_peers_working_replicas(struct cluster *cluster, uint32_t primary)
{
    const struct cluster_node *node = cluster_at(cluster, primary);
    uint32_t count = 0;

    for (uint32_t i = 0; i < cluster->topology.node_count; i++) {
        const struct cluster_node *other = cluster_at(cluster, i);

        count += cluster_is_replica_of(other, node) && !cluster_is_failing(other);
    }
    return count;
}

bool cluster_peers_move(struct cluster *cluster, uint32_t place, struct span ip,
                        const uint16_t ports[3])
{
    struct cluster_node *node = cluster_at(cluster, place);

    ASSERT(ip.length <= CLUSTER_NODE_IP_MAX);
    if (ip.length == 0)
        ip = span_of(node->ip, strlen(node->ip));
    if (span_equal(ip, span_of_string(node->ip)) && node->port == ports[0] &&
        node->tls_port == ports[1] && node->bus_port == ports[2] &&
        !(node->flags & CLUSTER_NODE_NO_ADDRESS))
        return false;
    memmove(node->ip, ip.data, ip.length);
    node->ip[ip.length] = '\0';
    node->port = ports[0];
    node->tls_port = ports[1];
    node->bus_port = ports[2];
    node->flags &= ~(uint32_t)CLUSTER_NODE_NO_ADDRESS;
    cluster_links_close(cluster, place);
    cluster->peers[place].connect_at = cluster->now;
    cluster_changed(cluster);
    return true;
}
