#include "cluster/cluster_state.h"

/*
 * Several slots at once from one primary to another, which has their keys already: the source lets
 * nobody write in them, then the target takes them, with an epoch that both have agreed on before.
 *
 * The epoch makes the claim newer than all others; and should the source have to go on without
 * knowing whether the target has taken the slots, it outbids that epoch, so that a claim which
 * nobody has seen loses.
 */

static bool cluster_handover_owns(struct cluster *cluster, const struct cluster_admin *admin,
                                  uint32_t place, uint16_t *other)
{
    for (uint32_t i = 0; i < admin->range_count; i++) {
        for (uint32_t slot = admin->ranges[i].first; slot <= admin->ranges[i].last; slot++) {
            *other = (uint16_t)slot;
            if (cluster->topology.owner[slot] != place)
                return false;
        }
    }
    return true;
}

/* The target's side. */
struct cluster_result cluster_handover_take(struct cluster *cluster,
                                            const struct cluster_admin *admin)
{
    struct topology *topology = &cluster->topology;
    struct cluster_node *myself = cluster_myself(cluster);
    uint32_t source = cluster_find(cluster, &admin->node);
    uint16_t other;

    ASSERT(admin->epoch > 0);
    if (!cluster_is_primary(myself))
        return (struct cluster_result){.code = CLUSTER_NOT_PRIMARY};
    if (source == CLUSTER_NONE)
        return (struct cluster_result){.code = CLUSTER_UNKNOWN_NODE, .id = admin->node};
    if (!cluster_handover_owns(cluster, admin, source, &other))
        return (struct cluster_result){.code = CLUSTER_SLOT_ELSEWHERE, .details = {other}};
    if (topology->current_epoch >= (uint64_t)admin->epoch)
        return (struct cluster_result){.code = CLUSTER_EPOCH_PASSED, .details = {admin->epoch}};
    for (uint32_t i = 0; i < admin->range_count; i++) {
        for (uint32_t slot = admin->ranges[i].first; slot <= admin->ranges[i].last; slot++) {
            topology_close_slot(topology, (uint16_t)slot);
            cluster_slots_set(cluster, slot, (uint16_t)topology->myself);
        }
    }
    topology->current_epoch = (uint64_t)admin->epoch;
    myself->config_epoch = topology->current_epoch;
    cluster->recount = true;
    cluster_changed(cluster);
    cluster_send_news(cluster, false);
    return (struct cluster_result){.code = CLUSTER_OK};
}

/* The source's side: the target has said that it has taken them. */
struct cluster_result cluster_handover_given(struct cluster *cluster,
                                             const struct cluster_admin *admin)
{
    struct topology *topology = &cluster->topology;
    uint32_t target = cluster_find(cluster, &admin->node);
    uint8_t slots[BUS_SLOTS_SIZE] = {0};
    struct cluster_node *node;

    ASSERT(admin->epoch > 0);
    if (target == CLUSTER_NONE || target == topology->myself)
        return (struct cluster_result){.code = CLUSTER_UNKNOWN_NODE, .id = admin->node};
    node = cluster_at(cluster, target);
    if (!cluster_is_primary(node))
        return (struct cluster_result){.code = CLUSTER_TARGET_NOT_PRIMARY};
    if (node->config_epoch < (uint64_t)admin->epoch)
        node->config_epoch = (uint64_t)admin->epoch;
    if (topology->current_epoch < node->config_epoch)
        topology->current_epoch = node->config_epoch;
    for (uint32_t i = 0; i < admin->range_count; i++) {
        for (uint32_t slot = admin->ranges[i].first; slot <= admin->ranges[i].last; slot++)
            bus_slot_set(slots, slot);
    }
    cluster_slots_claim(cluster, target, (uint64_t)admin->epoch, slots);
    cluster_changed(cluster);
    return (struct cluster_result){.code = CLUSTER_OK};
}

/* The source's side: whatever the target has claimed with this epoch, it is to lose. */
struct cluster_result cluster_handover_outbid(struct cluster *cluster,
                                              const struct cluster_admin *admin)
{
    struct topology *topology = &cluster->topology;
    struct cluster_node *myself = cluster_myself(cluster);

    ASSERT(admin->epoch > 0);
    if (!cluster_is_primary(myself))
        return (struct cluster_result){.code = CLUSTER_NOT_PRIMARY};
    if (topology->current_epoch < (uint64_t)admin->epoch)
        topology->current_epoch = (uint64_t)admin->epoch;
    topology->current_epoch++;
    myself->config_epoch = topology->current_epoch;
    cluster->recount = true;
    cluster_changed(cluster);
    cluster_send_news(cluster, false);
    return (struct cluster_result){.code = CLUSTER_OK};
}
