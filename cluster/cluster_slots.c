#include "cluster/cluster_state.h"

void cluster_slots_set(struct cluster *cluster, uint32_t slot, uint16_t owner)
{
    uint16_t before = cluster->topology.owner[slot];
    uint8_t bit = (uint8_t)(1u << slot % 8);

    ASSERT(slot < SLOT_COUNT);
    if (before == owner)
        return;
    if (before == cluster->topology.myself) {
        cluster->lost[slot / 8] |= bit;
        cluster->lost_any = true;
    }
    if (owner == cluster->topology.myself)
        cluster->lost[slot / 8] &= (uint8_t)~bit;
    cluster->unclaimed[slot / 8] &= (uint8_t)~bit;
    cluster->topology.owner[slot] = owner;
    cluster->recount = true;
    cluster_changed(cluster);
}

/* May `primary` with this epoch have this slot, which another one has or nobody? */
static bool cluster_slots_wins(struct cluster *cluster, uint32_t slot, uint64_t epoch)
{
    uint16_t owner = cluster->topology.owner[slot];

    if (topology_find_open_slot(&cluster->topology, (uint16_t)slot, true) != NULL)
        return false;
    if (cluster->now < cluster->deleted_until && bus_slot_get(cluster->deleted, slot))
        return false;
    return owner == SLOT_MAP_NOBODY || bus_slot_get(cluster->unclaimed, slot) ||
           cluster_at(cluster, owner)->config_epoch < epoch;
}

/* My last slot, or my primary's, has gone to `winner`: I go with it. */
static void cluster_slots_follow(struct cluster *cluster, uint32_t winner)
{
    struct cluster_node *myself = cluster_myself(cluster);
    const struct cluster_node *node = cluster_at(cluster, winner);
    bool same_shard =
        !node_id_empty(&node->shard_id) && node_id_equal(&node->shard_id, &myself->shard_id);

    if (cluster->settings.no_replica_migration && !same_shard && !cluster->hollow)
        return;
    cluster_roles_follow(cluster, winner);
}

void cluster_slots_claim(struct cluster *cluster, uint32_t primary, uint64_t epoch,
                         const uint8_t *slots)
{
    const struct cluster_node *myself = cluster_myself(cluster);
    uint32_t mine = cluster->topology.myself;
    uint32_t taken = 0;

    if (primary == mine)
        return;
    if (cluster_is_replica(myself))
        mine = cluster_find(cluster, &myself->primary_id);
    for (uint32_t slot = 0; slot < SLOT_COUNT; slot++) {
        uint16_t owner = cluster->topology.owner[slot];

        if (slots[slot / 8] == 0) {
            slot |= 7;
            continue;
        }
        if (!bus_slot_get(slots, slot) || owner == primary ||
            !cluster_slots_wins(cluster, slot, epoch))
            continue;
        taken += owner == mine && mine != CLUSTER_NONE;
        if (owner == cluster->topology.myself) {
            topology_close_slot(&cluster->topology, (uint16_t)slot);
            cluster->view_first = true;
        }
        cluster_slots_set(cluster, slot, (uint16_t)primary);
    }
    if (taken > 0 && mine != primary && cluster_peers_slots(cluster, mine) == 0)
        cluster_slots_follow(cluster, primary);
}

/* Both have the same epoch: one of them has to take another, and both know which. */
static void cluster_slots_collide(struct cluster *cluster, uint32_t sender)
{
    struct cluster_node *myself = cluster_myself(cluster);
    const struct cluster_node *node = cluster_at(cluster, sender);

    if (!cluster_is_primary(myself) || node->config_epoch != myself->config_epoch ||
        memcmp(node->id.text, myself->id.text, NODE_ID_LENGTH) <= 0)
        return;
    cluster->topology.current_epoch++;
    myself->config_epoch = cluster->topology.current_epoch;
    cluster_changed(cluster);
}

/* Its owner does not claim it, as it says or who speaks of it: nothing is told of it any more, and
 * it is anybody's who claims it. So it is after a restart, too. */
static void cluster_slots_doubt(struct cluster *cluster, uint32_t owner, const uint8_t *slots)
{
    for (uint32_t slot = 0; slot < SLOT_COUNT; slot++) {
        if (cluster->topology.owner[slot] != owner || bus_slot_get(slots, slot) ||
            bus_slot_get(cluster->unclaimed, slot))
            continue;
        bus_slot_set(cluster->unclaimed, slot);
        cluster_changed(cluster);
    }
}

/* Their owner claims them after all: what seemed otherwise has come late, or by hearsay. */
static void cluster_slots_trust(struct cluster *cluster, uint32_t byte, uint8_t slots)
{
    if ((cluster->unclaimed[byte] & slots) == 0)
        return;
    cluster->unclaimed[byte] &= (uint8_t)~slots;
    cluster_changed(cluster);
}

/* Most bytes are full. */
static uint32_t cluster_slots_bits(uint8_t slots)
{
    return slots == UINT8_MAX ? 8 : (uint32_t)__builtin_popcount(slots);
}

/* The slots of a byte that the owner has, as bits. */
static uint8_t cluster_slots_of(const struct cluster *cluster, uint32_t byte, uint32_t owner)
{
    const uint16_t *owners = cluster->topology.owner + byte * 8;
    uint8_t slots = 0;

    for (uint32_t i = 0; i < 8; i++)
        slots |= (uint8_t)((owners[i] == owner) << i);
    return slots;
}

/* Remembers which slots their own owner does not claim; true when it claims others'. */
static bool cluster_slots_compare(struct cluster *cluster, uint32_t owner, const uint8_t *slots,
                                  bool by_itself)
{
    uint32_t claimed = 0, held = 0;
    uint32_t expected = cluster_peers_slots(cluster, owner);

    for (uint32_t byte = 0; byte < BUS_SLOTS_SIZE; byte++) {
        uint8_t both;

        if (slots[byte] == 0)
            continue;
        both = slots[byte] & cluster_slots_of(cluster, byte, owner);
        claimed += cluster_slots_bits(slots[byte]);
        held += cluster_slots_bits(both);
        if (by_itself)
            cluster_slots_trust(cluster, byte, both);
    }
    if (by_itself && held != expected)
        cluster_slots_doubt(cluster, owner, slots);
    return claimed != held;
}

/* The sender believes in an owner that is not any more: it is told of one who has the slots now. */
static void cluster_slots_correct(struct cluster *cluster, uint32_t sender, uint32_t claimer,
                                  uint64_t epoch, const uint8_t *slots)
{
    for (uint32_t slot = 0; slot < SLOT_COUNT; slot++) {
        uint16_t owner = cluster->topology.owner[slot];

        if (slots[slot / 8] == 0) {
            slot |= 7;
            continue;
        }
        if (!bus_slot_get(slots, slot) || owner == SLOT_MAP_NOBODY || owner == claimer ||
            owner == sender || bus_slot_get(cluster->unclaimed, slot) ||
            cluster_at(cluster, owner)->config_epoch <= epoch)
            continue;
        cluster_send_update(cluster, sender, owner);
        return;
    }
}

void cluster_slots_header(struct cluster *cluster, uint32_t sender,
                          const struct bus_message *message)
{
    const struct bus_header *header = &message->header;
    struct cluster_node *node = cluster_at(cluster, sender);
    uint32_t claimer = sender;
    struct node_id id;

    if (cluster_is_primary(node)) {
        if (header->config_epoch > node->config_epoch) {
            node->config_epoch = header->config_epoch;
            /* Of one that a handshake has just made known the epochs are news. */
            if (cluster->topology.current_epoch < node->config_epoch)
                cluster->topology.current_epoch = node->config_epoch;
            cluster_changed(cluster);
        }
    } else {
        id = node->primary_id;
        claimer = cluster_find(cluster, &id);
        if (claimer == CLUSTER_NONE)
            return;
    }
    if (cluster_slots_compare(cluster, claimer, header->slots, claimer == sender)) {
        if (claimer == sender)
            cluster_slots_claim(cluster, sender, header->config_epoch, header->slots);
        cluster_slots_correct(cluster, sender, claimer, header->config_epoch, header->slots);
    }
    if (claimer == sender)
        cluster_slots_collide(cluster, sender);
}

void cluster_slots_update(struct cluster *cluster, const struct bus_message *message)
{
    struct node_id id = cluster_id_of(message->node);
    uint32_t place = cluster_find(cluster, &id);
    struct cluster_node *node;

    if (place == CLUSTER_NONE || place == cluster->topology.myself)
        return;
    node = cluster_at(cluster, place);
    if (node->flags & CLUSTER_NODE_HANDSHAKE || node->config_epoch >= message->node_epoch)
        return;
    cluster_roles_peer_primary(cluster, place);
    node->config_epoch = message->node_epoch;
    if (cluster->topology.current_epoch < message->node_epoch)
        cluster->topology.current_epoch = message->node_epoch;
    cluster_changed(cluster);
    cluster_slots_claim(cluster, place, message->node_epoch, message->node_slots);
    /* What it had by an older epoch, and has not now, is another's of whom nothing is known yet. */
    cluster_slots_doubt(cluster, place, message->node_slots);
}
