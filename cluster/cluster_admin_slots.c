#include "cluster/cluster_state.h"

/* CLUSTER SETSLOT in its four forms. */

static struct cluster_result cluster_admin_slot_code(enum cluster_code code, uint16_t slot)
{
    return (struct cluster_result){.code = code, .details = {slot}};
}

static enum cluster_code cluster_admin_target(struct cluster *cluster,
                                              const struct cluster_admin *admin, uint32_t *place)
{
    *place = cluster_find(cluster, &admin->node);
    if (*place == CLUSTER_NONE)
        return CLUSTER_NODE_NOT_KNOWN;
    return cluster_is_primary(cluster_at(cluster, *place)) ? CLUSTER_OK
                                                           : CLUSTER_TARGET_NOT_PRIMARY;
}

struct cluster_result cluster_admin_open_slot(struct cluster *cluster,
                                              const struct cluster_admin *admin)
{
    bool importing = admin->operation == CLUSTER_ADMIN_SLOT_IMPORTING;
    uint16_t slot = admin->ranges[0].first;
    bool mine = cluster->topology.owner[slot] == cluster->topology.myself;
    enum cluster_code code;
    uint32_t place;

    if (!cluster_is_primary(cluster_myself(cluster)))
        return cluster_admin_slot_code(CLUSTER_SETSLOT_REPLICA, slot);
    if (mine && importing)
        return cluster_admin_slot_code(CLUSTER_SLOT_MINE, slot);
    if (!mine && !importing)
        return cluster_admin_slot_code(CLUSTER_SLOT_NOT_MINE, slot);
    code = cluster_admin_target(cluster, admin, &place);
    if (code == CLUSTER_NODE_NOT_KNOWN)
        return (struct cluster_result){.code = code, .id = admin->node};
    if (code != CLUSTER_OK)
        return cluster_admin_slot_code(code, slot);
    topology_open_slot(&cluster->topology, slot, importing, &admin->node);
    cluster_changed(cluster);
    return cluster_admin_slot_code(CLUSTER_OK, slot);
}

struct cluster_result cluster_admin_close_slot(struct cluster *cluster,
                                               const struct cluster_admin *admin)
{
    uint16_t slot = admin->ranges[0].first;

    if (!cluster_is_primary(cluster_myself(cluster)))
        return cluster_admin_slot_code(CLUSTER_SETSLOT_REPLICA, slot);
    topology_close_slot(&cluster->topology, slot);
    cluster_changed(cluster);
    return cluster_admin_slot_code(CLUSTER_OK, slot);
}

struct cluster_result cluster_admin_slot_node(struct cluster *cluster,
                                              const struct cluster_admin *admin)
{
    uint16_t slot = admin->ranges[0].first;
    uint32_t myself = cluster->topology.myself, place;
    bool was_mine = cluster->topology.owner[slot] == myself;
    bool imported = topology_find_open_slot(&cluster->topology, slot, true) != NULL;
    enum cluster_code code;

    if (!cluster_is_primary(cluster_myself(cluster)))
        return cluster_admin_slot_code(CLUSTER_SETSLOT_REPLICA, slot);
    code = cluster_admin_target(cluster, admin, &place);
    if (code == CLUSTER_NODE_NOT_KNOWN)
        return (struct cluster_result){.code = CLUSTER_UNKNOWN_NODE, .id = admin->node};
    if (code != CLUSTER_OK)
        return cluster_admin_slot_code(code, slot);
    if (was_mine && place != myself && admin->holds_keys)
        return cluster_admin_slot_code(CLUSTER_SLOT_HAS_KEYS, slot);
    if (was_mine && place != myself)
        topology_close_slot(&cluster->topology, slot);
    cluster_slots_set(cluster, slot, (uint16_t)place);
    if (place == myself) {
        topology_close_slot(&cluster->topology, slot);
        /* An epoch of its own makes the move known as newer than what all others hold. */
        if (imported)
            cluster_admin_take_epoch(cluster);
        cluster_send_news(cluster, false);
    }
    cluster_changed(cluster);
    return cluster_admin_slot_code(CLUSTER_OK, slot);
}
