#include "cluster/cluster_state.h"

enum { FORGET_MS = 60000 };

static struct cluster_result cluster_admin_code(enum cluster_code code)
{
    return (struct cluster_result){.code = code};
}

struct cluster_result cluster_admin_meet(struct cluster *cluster, const struct cluster_admin *admin)
{
    bool tls = cluster->settings.tls_bus;
    uint16_t ports[3] = {tls ? 0 : admin->port, tls ? admin->port : 0, admin->bus_port};

    ASSERT(admin->ip.length <= CLUSTER_NODE_IP_MAX);
    ASSERT(cluster_node_address_valid(admin->ip));
    if (!cluster_handshake_start(cluster, admin->ip, ports, true))
        return cluster_admin_code(CLUSTER_TOO_MANY_NODES);
    return cluster_admin_code(CLUSTER_OK);
}

struct cluster_result cluster_admin_forget(struct cluster *cluster,
                                           const struct cluster_admin *admin)
{
    const struct cluster_node *myself = cluster_myself(cluster);
    uint32_t place = cluster_find(cluster, &admin->node);
    int64_t away = cluster->settings.forget_ms > 0 ? cluster->settings.forget_ms : FORGET_MS;

    /* Another node may have heard it first, and told of it. */
    if (place == CLUSTER_NONE && cluster_forget_has(cluster, &admin->node))
        return cluster_admin_code(CLUSTER_OK);
    if (place == CLUSTER_NONE)
        return (struct cluster_result){.code = CLUSTER_UNKNOWN_NODE, .id = admin->node};
    if (place == cluster->topology.myself)
        return cluster_admin_code(CLUSTER_FORGET_MYSELF);
    if (cluster_is_replica(myself) && node_id_equal(&myself->primary_id, &admin->node))
        return cluster_admin_code(CLUSTER_FORGET_PRIMARY);
    cluster_forget_add(cluster, &admin->node, away);
    cluster_peers_remove(cluster, place);
    return cluster_admin_code(CLUSTER_OK);
}

struct cluster_result cluster_admin_replicate(struct cluster *cluster,
                                              const struct cluster_admin *admin)
{
    uint32_t place = cluster_find(cluster, &admin->node);
    const struct cluster_node *myself = cluster_myself(cluster);

    if (place == CLUSTER_NONE)
        return (struct cluster_result){.code = CLUSTER_UNKNOWN_NODE, .id = admin->node};
    if (place == cluster->topology.myself)
        return cluster_admin_code(CLUSTER_REPLICATE_MYSELF);
    if (!cluster_is_primary(cluster_at(cluster, place)))
        return cluster_admin_code(CLUSTER_REPLICATE_REPLICA);
    if (cluster_is_primary(myself) &&
        (admin->holds_keys || cluster_peers_slots(cluster, cluster->topology.myself) > 0))
        return cluster_admin_code(CLUSTER_REPLICATE_NOT_EMPTY);
    if (!node_id_equal(&myself->primary_id, &admin->node))
        cluster_roles_follow(cluster, place);
    return cluster_admin_code(CLUSTER_OK);
}

struct cluster_result cluster_admin_failover(struct cluster *cluster,
                                             const struct cluster_admin *admin)
{
    const struct cluster_node *myself = cluster_myself(cluster);
    uint32_t primary = cluster_find(cluster, &myself->primary_id);

    if (!cluster_is_replica(myself))
        return cluster_admin_code(CLUSTER_FAILOVER_NOT_REPLICA);
    if (primary == CLUSTER_NONE)
        return cluster_admin_code(CLUSTER_FAILOVER_NO_PRIMARY);
    if (admin->failover == CLUSTER_FAILOVER_AGREED &&
        (cluster_at(cluster, primary)->flags & CLUSTER_NODE_FAILED ||
         !cluster_at(cluster, primary)->connected))
        return cluster_admin_code(CLUSTER_FAILOVER_PRIMARY_DOWN);
    if (admin->failover == CLUSTER_FAILOVER_TAKEOVER) {
        cluster_admin_take_epoch(cluster);
        cluster_roles_lead(cluster);
        return cluster_admin_code(CLUSTER_OK);
    }
    cluster_manual_start(cluster, admin->failover == CLUSTER_FAILOVER_FORCE);
    return cluster_admin_code(CLUSTER_OK);
}
