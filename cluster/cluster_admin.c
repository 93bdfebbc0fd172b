#include "cluster/cluster_state.h"

#include "proto/base/assert.h"

#include <string.h>

enum { DELETED_HOLD_MS = 1000 };

static struct cluster_result cluster_admin_done(void)
{
    return (struct cluster_result){.code = CLUSTER_OK};
}

static struct cluster_result cluster_admin_fault(enum slot_map_fault fault, uint16_t slot)
{
    static const enum cluster_code codes[] = {
        [SLOT_MAP_FINE] = CLUSTER_OK,
        [SLOT_MAP_BUSY] = CLUSTER_SLOT_BUSY,
        [SLOT_MAP_UNASSIGNED] = CLUSTER_SLOT_UNASSIGNED,
        [SLOT_MAP_TWICE] = CLUSTER_SLOT_TWICE,
    };

    ASSERT(fault != SLOT_MAP_FINE);
    return (struct cluster_result){.code = codes[fault], .details = {slot}};
}

static void cluster_admin_changed(struct cluster *cluster)
{
    cluster->recount = true;
    cluster_changed(cluster);
}

static struct cluster_result cluster_admin_add_slots(struct cluster *cluster,
                                                     const struct cluster_admin *admin)
{
    struct topology *topology = &cluster->topology;
    enum slot_map_fault fault;
    uint16_t slot = 0;

    if (!(cluster_myself(cluster)->flags & CLUSTER_NODE_PRIMARY))
        return (struct cluster_result){.code = CLUSTER_NOT_PRIMARY};
    fault = slot_map_check_free(topology->owner, admin->ranges, admin->range_count, &slot);
    if (fault != SLOT_MAP_FINE)
        return cluster_admin_fault(fault, slot);
    for (uint32_t i = 0; i < admin->range_count; i++) {
        slot_map_assign(topology->owner, admin->ranges[i], (uint16_t)topology->myself);
        /* A slot that I own is not on its way to me any more. */
        for (uint32_t s = admin->ranges[i].first; s <= admin->ranges[i].last; s++)
            topology_close_slot(topology, (uint16_t)s);
    }
    cluster_admin_changed(cluster);
    return cluster_admin_done();
}

/* Whoever repairs the cluster adds some of them next: their owner's message must not come in
 * between and give them back. */
static void cluster_admin_hold_deleted(struct cluster *cluster, struct slot_range range)
{
    const struct topology *topology = &cluster->topology;

    if (cluster->now >= cluster->deleted_until)
        memset(cluster->deleted, 0, sizeof(cluster->deleted));
    cluster->deleted_until = cluster->now + DELETED_HOLD_MS;
    for (uint32_t slot = range.first; slot <= range.last; slot++)
        if (topology->owner[slot] != topology->myself)
            bus_slot_set(cluster->deleted, slot);
}

static struct cluster_result cluster_admin_delete_slots(struct cluster *cluster,
                                                        const struct cluster_admin *admin)
{
    struct topology *topology = &cluster->topology;
    enum slot_map_fault fault;
    uint16_t slot = 0;

    fault = slot_map_check_taken(topology->owner, admin->ranges, admin->range_count, &slot);
    if (fault != SLOT_MAP_FINE)
        return cluster_admin_fault(fault, slot);
    for (uint32_t i = 0; i < admin->range_count; i++) {
        /* One that is on its way to me stays so: else its owner's next message would give it back,
         * between the DELSLOTS and the ADDSLOTS of who repairs the cluster. */
        for (uint32_t s = admin->ranges[i].first; s <= admin->ranges[i].last; s++)
            if (topology->owner[s] == topology->myself)
                topology_close_slot(topology, (uint16_t)s);
        cluster_admin_hold_deleted(cluster, admin->ranges[i]);
        slot_map_assign(topology->owner, admin->ranges[i], SLOT_MAP_NOBODY);
    }
    cluster_admin_changed(cluster);
    return cluster_admin_done();
}

static struct cluster_result cluster_admin_flush_slots(struct cluster *cluster,
                                                       const struct cluster_admin *admin)
{
    struct topology *topology = &cluster->topology;
    struct slot_range run;

    if (admin->holds_keys)
        return (struct cluster_result){.code = CLUSTER_FLUSH_WITH_KEYS};
    for (uint32_t from = 0;
         slot_map_next_run(topology->owner, (uint16_t)topology->myself, from, &run);
         from = run.last + 1u) {
        slot_map_assign(topology->owner, run, SLOT_MAP_NOBODY);
        for (uint32_t slot = run.first; slot <= run.last; slot++)
            topology_close_slot(topology, (uint16_t)slot);
    }
    cluster_admin_changed(cluster);
    return cluster_admin_done();
}

/* Forgets the cluster; a hard reset makes another node of this one. */
static struct cluster_result cluster_admin_reset(struct cluster *cluster,
                                                 const struct cluster_admin *admin)
{
    struct topology *topology = &cluster->topology;
    struct cluster_node *myself = cluster_myself(cluster);

    if (admin->holds_keys && (myself->flags & CLUSTER_NODE_PRIMARY))
        return (struct cluster_result){.code = CLUSTER_RESET_WITH_KEYS};
    if (cluster_is_replica(myself))
        cluster->flush = true;
    cluster_peers_remove_others(cluster);
    cluster_manual_end(cluster);
    cluster_election_end(cluster);
    cluster->forgotten_count = 0;
    cluster->hollow = false;
    cluster->replication = (struct cluster_replication_event){.complete = true};
    cluster->copied = true;
    myself = cluster_myself(cluster);
    myself->flags =
        (myself->flags & CLUSTER_NODE_NO_FAILOVER) | CLUSTER_NODE_MYSELF | CLUSTER_NODE_PRIMARY;
    myself->primary_id = (struct node_id){{0}};
    if (admin->hard) {
        ASSERT(!node_id_empty(&admin->new_id));
        ASSERT(!node_id_empty(&admin->new_shard_id));
        topology_rename_node(topology, topology->myself, &admin->new_id);
        myself->shard_id = admin->new_shard_id;
        myself->config_epoch = 0;
        topology->current_epoch = 0;
        topology->last_vote_epoch = 0;
    }
    cluster->minority_since = TIME_NEVER;
    cluster->restarted_among_others = false;
    cluster_admin_changed(cluster);
    return cluster_admin_done();
}

static struct cluster_result cluster_admin_set_config_epoch(struct cluster *cluster,
                                                            const struct cluster_admin *admin)
{
    struct topology *topology = &cluster->topology;
    struct cluster_node *myself = cluster_myself(cluster);

    if (admin->epoch < 0)
        return (struct cluster_result){.code = CLUSTER_INVALID_EPOCH, .details = {admin->epoch}};
    if (topology->node_count > 1)
        return (struct cluster_result){.code = CLUSTER_EPOCH_NOT_ALONE};
    if (myself->config_epoch != 0)
        return (struct cluster_result){.code = CLUSTER_EPOCH_ALREADY_SET};
    myself->config_epoch = (uint64_t)admin->epoch;
    topology->current_epoch = topology_max_epoch(topology);
    cluster_admin_changed(cluster);
    return cluster_admin_done();
}

/* Makes mine the highest epoch, unless it is that already. Nobody is asked. */
bool cluster_admin_take_epoch(struct cluster *cluster)
{
    struct topology *topology = &cluster->topology;
    struct cluster_node *myself = cluster_myself(cluster);
    uint64_t highest = topology_max_epoch(topology);

    bool mine = myself->config_epoch != 0 && myself->config_epoch == highest;

    if (mine || highest >= INT64_MAX)
        return false;
    topology->current_epoch = highest + 1;
    myself->config_epoch = topology->current_epoch;
    cluster_admin_changed(cluster);
    return true;
}

static struct cluster_result cluster_admin_bump_epoch(struct cluster *cluster)
{
    bool bumped = cluster_admin_take_epoch(cluster);

    /* Who takes a slot from this node has to know which epoch is above its own. */
    if (bumped)
        cluster_send_news(cluster, false);
    return (struct cluster_result){.code = bumped ? CLUSTER_EPOCH_BUMPED : CLUSTER_EPOCH_STILL,
                                   .details = {(int64_t)cluster_myself(cluster)->config_epoch}};
}

struct cluster_result cluster_admin_run(struct cluster *cluster, const struct cluster_admin *admin)
{
    switch (admin->operation) {
    case CLUSTER_ADMIN_ADD_SLOTS:
        return cluster_admin_add_slots(cluster, admin);
    case CLUSTER_ADMIN_DELETE_SLOTS:
        return cluster_admin_delete_slots(cluster, admin);
    case CLUSTER_ADMIN_FLUSH_SLOTS:
        return cluster_admin_flush_slots(cluster, admin);
    case CLUSTER_ADMIN_RESET:
        return cluster_admin_reset(cluster, admin);
    case CLUSTER_ADMIN_SAVE_CONFIG:
        cluster->persist = true;
        return cluster_admin_done();
    case CLUSTER_ADMIN_SET_CONFIG_EPOCH:
        return cluster_admin_set_config_epoch(cluster, admin);
    case CLUSTER_ADMIN_BUMP_EPOCH:
        return cluster_admin_bump_epoch(cluster);
    case CLUSTER_ADMIN_MEET:
        return cluster_admin_meet(cluster, admin);
    case CLUSTER_ADMIN_FORGET:
        return cluster_admin_forget(cluster, admin);
    case CLUSTER_ADMIN_REPLICATE:
        return cluster_admin_replicate(cluster, admin);
    case CLUSTER_ADMIN_FAILOVER:
        return cluster_admin_failover(cluster, admin);
    case CLUSTER_ADMIN_SLOT_MIGRATING:
    case CLUSTER_ADMIN_SLOT_IMPORTING:
        return cluster_admin_open_slot(cluster, admin);
    case CLUSTER_ADMIN_SLOT_STABLE:
        return cluster_admin_close_slot(cluster, admin);
    case CLUSTER_ADMIN_SLOT_NODE:
        return cluster_admin_slot_node(cluster, admin);
    case CLUSTER_ADMIN_TAKE_SLOTS:
        return cluster_handover_take(cluster, admin);
    case CLUSTER_ADMIN_SLOTS_GIVEN:
        return cluster_handover_given(cluster, admin);
    case CLUSTER_ADMIN_OUTBID:
        return cluster_handover_outbid(cluster, admin);
    }
    UNREACHABLE();
}
