#include "cluster/cluster_state.h"

enum { VOTE_PAUSE = 2 }; /* node timeouts between votes for replicas of one primary */

/* Has the one who asks seen all changes of the slots that it wants? */
static bool cluster_vote_is_informed(struct cluster *cluster, const struct bus_header *header)
{
    for (uint32_t slot = 0; slot < SLOT_COUNT; slot++) {
        uint16_t owner = cluster->topology.owner[slot];

        if (header->slots[slot / 8] == 0) {
            slot |= 7;
            continue;
        }
        if (bus_slot_get(header->slots, slot) && owner != SLOT_MAP_NOBODY &&
            cluster_at(cluster, owner)->config_epoch > header->config_epoch)
            return false;
    }
    return true;
}

/* Has another replica of this primary had a vote just now, or the same one without being asked to
 * take over? One that has been asked asks again when others were elected at the same time. */
static bool cluster_vote_is_taken(const struct cluster *cluster, const struct cluster_peer *primary,
                                  const struct cluster_node *replica,
                                  const struct bus_message *message)
{
    int64_t pause = VOTE_PAUSE * cluster->settings.node_timeout_ms;

    if (primary->voted_at == 0 || cluster->now - primary->voted_at >= pause)
        return false;
    return !(message->header.message_flags & BUS_FORCE_VOTE) ||
           !node_id_equal(&primary->voted_for, &replica->id);
}

static bool cluster_vote_may(struct cluster *cluster, uint32_t sender,
                             const struct bus_message *message)
{
    const struct cluster_node *node = cluster_at(cluster, sender);
    const struct topology *topology = &cluster->topology;
    const struct bus_header *header = &message->header;
    uint32_t primary;

    if (!cluster_is_primary(cluster_myself(cluster)) ||
        cluster_peers_slots(cluster, topology->myself) == 0)
        return false;
    /* One vote per epoch, and none for an epoch that is over. */
    if (header->current_epoch < topology->current_epoch ||
        topology->last_vote_epoch >= topology->current_epoch)
        return false;
    if (!cluster_is_replica(node))
        return false;
    primary = cluster_find(cluster, &node->primary_id);
    if (primary == CLUSTER_NONE)
        return false;
    if (!(cluster_at(cluster, primary)->flags & CLUSTER_NODE_FAILED) &&
        !(header->message_flags & BUS_FORCE_VOTE))
        return false;
    if (cluster_vote_is_taken(cluster, &cluster->peers[primary], node, message))
        return false;
    return cluster_vote_is_informed(cluster, header);
}

void cluster_vote_request(struct cluster *cluster, uint32_t sender,
                          const struct bus_message *message)
{
    struct bus_message vote = {.type = BUS_VOTE};
    uint32_t primary;

    if (!cluster_vote_may(cluster, sender, message))
        return;
    primary = cluster_find(cluster, &cluster_at(cluster, sender)->primary_id);
    cluster->peers[primary].voted_at = cluster->now;
    cluster_say(cluster, "this node votes for %.40s, in epoch %llu",
                cluster_at(cluster, sender)->id.text,
                (unsigned long long)cluster->topology.current_epoch);
    cluster->peers[primary].voted_for = cluster_at(cluster, sender)->id;
    /* On disk before it is sent: the outbox is emptied after the state is persisted. */
    cluster->topology.last_vote_epoch = cluster->topology.current_epoch;
    cluster->persist = true;
    cluster_send_message(cluster, sender, &vote);
}
