#include "cluster/cluster_state.h"

static void cluster_roles_give_up_slots(struct cluster *cluster, uint32_t place)
{
    for (uint32_t slot = 0; slot < SLOT_COUNT; slot++) {
        if (cluster->topology.owner[slot] == place)
            cluster_slots_set(cluster, slot, SLOT_MAP_NOBODY);
    }
}

void cluster_roles_follow(struct cluster *cluster, uint32_t primary)
{
    struct cluster_node *myself = cluster_myself(cluster);
    struct cluster_node *node = cluster_at(cluster, primary);
    bool same_shard =
        !node_id_empty(&node->shard_id) && node_id_equal(&node->shard_id, &myself->shard_id);

    ASSERT(primary != cluster->topology.myself);
    ASSERT(cluster_is_primary(node));
    if (cluster_is_primary(myself))
        cluster_roles_give_up_slots(cluster, cluster->topology.myself);
    myself->flags &= ~(uint32_t)(CLUSTER_NODE_PRIMARY | CLUSTER_NODE_MIGRATE_TO);
    myself->flags |= CLUSTER_NODE_REPLICA;
    myself->config_epoch = 0;
    myself->primary_id = node->id;
    if (!node_id_empty(&node->shard_id))
        myself->shard_id = node->shard_id;
    node->flags |= CLUSTER_NODE_MIGRATE_TO;
    topology_close_slots(&cluster->topology);
    /* A full copy replaces all: there is nothing to delete. What there is may not stand in. */
    memset(cluster->lost, 0, sizeof(cluster->lost));
    cluster->lost_any = false;
    cluster->replication.complete = false;
    cluster->replication.connected = false;
    cluster->replication.kept = false;
    cluster->copied &= same_shard;
    cluster->replication_lost = cluster->now;
    cluster_manual_end(cluster);
    cluster_election_end(cluster);
    cluster->recount = true;
    cluster_changed(cluster);
}

void cluster_roles_start_anew(struct cluster *cluster)
{
    struct cluster_node *myself = cluster_myself(cluster);

    ASSERT(cluster_is_replica(myself));
    cluster->flush = true;
    myself->flags &= ~(uint32_t)(CLUSTER_NODE_REPLICA | CLUSTER_NODE_MIGRATE_TO);
    myself->flags |= CLUSTER_NODE_PRIMARY;
    myself->primary_id = (struct node_id){{0}};
    myself->config_epoch = 0;
    for (uint32_t i = 0; i < NODE_ID_LENGTH; i++)
        myself->shard_id.text[i] = "0123456789abcdef"[random_below(&cluster->random, 16)];
    cluster->replication = (struct cluster_replication_event){.complete = true};
    cluster->copied = true;
    cluster_manual_end(cluster);
    cluster_election_end(cluster);
    cluster->recount = true;
    cluster_changed(cluster);
    cluster_send_news(cluster, false);
}

void cluster_roles_settle(struct cluster *cluster)
{
    const struct cluster_node *myself = cluster_myself(cluster);
    uint32_t above = cluster_find(cluster, &myself->primary_id), primary;

    if (!cluster_is_replica(myself) || above == CLUSTER_NONE ||
        !cluster_is_replica(cluster_at(cluster, above)))
        return;
    primary = cluster_find(cluster, &cluster_at(cluster, above)->primary_id);
    if (primary != CLUSTER_NONE && primary != cluster->topology.myself &&
        cluster_is_primary(cluster_at(cluster, primary)))
        cluster_roles_follow(cluster, primary);
}

void cluster_roles_lead(struct cluster *cluster)
{
    struct cluster_node *myself = cluster_myself(cluster);
    uint32_t before = cluster_find(cluster, &myself->primary_id);

    ASSERT(cluster_is_replica(myself));
    myself->flags &= ~(uint32_t)CLUSTER_NODE_REPLICA;
    myself->flags |= CLUSTER_NODE_PRIMARY | CLUSTER_NODE_MIGRATE_TO;
    myself->primary_id = (struct node_id){{0}};
    for (uint32_t slot = 0; slot < SLOT_COUNT && before != CLUSTER_NONE; slot++) {
        if (cluster->topology.owner[slot] == before)
            cluster_slots_set(cluster, slot, (uint16_t)cluster->topology.myself);
    }
    cluster_manual_end(cluster);
    cluster_election_end(cluster);
    cluster->recount = true;
    cluster_changed(cluster);
    cluster_state_update(cluster);
    cluster_send_news(cluster, false);
}

void cluster_roles_peer_primary(struct cluster *cluster, uint32_t place)
{
    struct cluster_node *node = cluster_at(cluster, place);

    if (cluster_is_primary(node))
        return;
    node->flags &= ~(uint32_t)CLUSTER_NODE_REPLICA;
    node->flags |= CLUSTER_NODE_PRIMARY;
    node->primary_id = (struct node_id){{0}};
    node->config_epoch = 0;
    cluster->recount = true;
    cluster_changed(cluster);
}

void cluster_roles_peer_replica(struct cluster *cluster, uint32_t place, uint32_t primary)
{
    struct cluster_node *node = cluster_at(cluster, place);

    if (!cluster_is_replica(node)) {
        cluster_roles_give_up_slots(cluster, place);
        node->flags &= ~(uint32_t)(CLUSTER_NODE_PRIMARY | CLUSTER_NODE_MIGRATE_TO);
        node->flags |= CLUSTER_NODE_REPLICA;
        node->config_epoch = 0;
        cluster->recount = true;
        cluster_changed(cluster);
    }
    if (primary == CLUSTER_NONE || primary == place ||
        node_id_equal(&node->primary_id, &cluster_at(cluster, primary)->id))
        return;
    node->primary_id = cluster_at(cluster, primary)->id;
    if (cluster_is_primary(cluster_at(cluster, primary)))
        cluster_at(cluster, primary)->flags |= CLUSTER_NODE_MIGRATE_TO;
    cluster_changed(cluster);
}
