#include "cluster/cluster_state.h"
#include "proto/base/memory.h"

/* Of a replica 0 stands for no data, whatever its primary has written. */
static uint64_t cluster_send_offset(struct cluster *cluster)
{
    int64_t offset = cluster->replication.offset;

    if (!cluster_is_replica(cluster_myself(cluster)))
        return (uint64_t)offset;
    if (!cluster->has_data)
        return 0;
    return offset > 0 ? (uint64_t)offset : 1;
}

static void cluster_send_fill_header(struct cluster *cluster, struct bus_header *header)
{
    const struct cluster_node *myself = cluster_myself(cluster);
    const struct cluster_node *primary =
        topology_find_node(&cluster->topology, &myself->primary_id);
    uint8_t forced = header->message_flags & BUS_FORCE_VOTE;

    cluster_peers_counts(cluster);
    *header = (struct bus_header){
        .port = cluster->settings.tls_bus ? myself->tls_port : myself->port,
        .second_port = cluster->settings.tls_bus ? myself->port : myself->tls_port,
        .bus_port = myself->bus_port,
        .flags = (uint16_t)myself->flags,
        .state_ok = cluster->ok,
        .message_flags = BUS_EXTENSIONS | forced,
        .current_epoch = cluster->topology.current_epoch,
        .config_epoch = myself->config_epoch,
        .offset = cluster_send_offset(cluster),
        .sender = myself->id.text,
        .slots = cluster->slots,
        .ip = cluster->settings.announce_ip,
        .tessera = true,
        .hollow = cluster->hollow,
        .autopilot = cluster_autopilot_flags(cluster),
        .primaries = cluster->settings.autopilot ? (uint16_t)cluster->settings.wanted_primaries : 0,
    };
    if (cluster_is_replica(myself)) {
        header->config_epoch = primary != NULL ? primary->config_epoch : 0;
        header->primary = primary != NULL ? primary->id.text : NULL;
    }
    if (cluster->manual.until != 0 && cluster->manual.paused && cluster_is_primary(myself)) {
        header->message_flags |= BUS_PAUSED;
        header->offset = (uint64_t)cluster->manual.offset;
    }
}

static struct cluster_packet *cluster_send_encode(struct cluster *cluster,
                                                  struct bus_message *message)
{
    struct cluster_packet *packet;
    uint32_t length;

    cluster_send_fill_header(cluster, &message->header);
    length = bus_encoded_size(message);
    packet = memory_new(sizeof(*packet) + length);
    packet->references = 1;
    packet->length = length;
    bus_encode(message, packet->bytes);
    return packet;
}

static void cluster_send_packet(struct cluster *cluster, uint64_t link, enum bus_type type,
                                struct cluster_packet *packet)
{
    struct cluster_action *action = cluster_actions_add(&cluster->outbox, CLUSTER_ACTION_SEND);

    action->send.link = link;
    action->send.packet = cluster_packet_hold(packet);
    cluster->statistics.messages_sent[type]++;
}

static bool cluster_send_can(const struct cluster *cluster, uint32_t place)
{
    uint32_t link = cluster->peers[place].link;

    return link != CLUSTER_NONE && cluster->links[link].up;
}

void cluster_send_message(struct cluster *cluster, uint32_t place, struct bus_message *message)
{
    struct cluster_packet *packet;

    if (!cluster_send_can(cluster, place))
        return;
    packet = cluster_send_encode(cluster, message);
    cluster_send_packet(cluster, cluster_links_id(cluster, cluster->peers[place].link),
                        message->type, packet);
    cluster_packet_release(packet);
}

void cluster_send_all(struct cluster *cluster, struct bus_message *message)
{
    struct cluster_packet *packet = cluster_send_encode(cluster, message);

    for (uint32_t i = 0; i < cluster->topology.node_count; i++) {
        if (!cluster_send_can(cluster, i) || cluster_at(cluster, i)->flags & CLUSTER_NODE_HANDSHAKE)
            continue;
        cluster_send_packet(cluster, cluster_links_id(cluster, cluster->peers[i].link),
                            message->type, packet);
    }
    cluster_packet_release(packet);
}

static void cluster_send_gossip(struct cluster *cluster, uint64_t link, uint32_t place,
                                enum bus_type type)
{
    struct bus_message message = {.type = type};
    struct bus_extensions extensions;
    struct cluster_packet *packet;

    message.gossip_count = cluster_gossip_choose(cluster, place);
    message.gossip = cluster->gossip;
    if (place != CLUSTER_NONE && cluster->peers[place].extensions) {
        cluster_extensions_fill(cluster, &extensions);
        message.extended = &extensions;
    }
    packet = cluster_send_encode(cluster, &message);
    cluster_send_packet(cluster, link, type, packet);
    cluster_packet_release(packet);
}

void cluster_send_talk(struct cluster *cluster, uint64_t link, uint32_t place, enum bus_type type)
{
    if (!cluster->hollow)
        cluster_send_gossip(cluster, link, place, type);
    /* Who is silent itself doubts those of whom nothing comes all the same. */
    if (place != CLUSTER_NONE && type != BUS_PONG)
        cluster_at(cluster, place)->ping_sent = cluster->now;
}

void cluster_send_doubt(struct cluster *cluster, uint32_t place)
{
    if (cluster_send_can(cluster, place))
        cluster_send_gossip(cluster, cluster_links_id(cluster, cluster->peers[place].link), place,
                            BUS_PONG);
}

void cluster_send_ping(struct cluster *cluster, uint32_t place)
{
    if (cluster_send_can(cluster, place))
        cluster_send_talk(cluster, cluster_links_id(cluster, cluster->peers[place].link), place,
                          BUS_PING);
}

static bool cluster_send_is_sibling(struct cluster *cluster, const struct cluster_node *node)
{
    const struct cluster_node *myself = cluster_myself(cluster);

    return cluster_is_replica(node) && !node_id_empty(&myself->primary_id) &&
           node_id_equal(&node->primary_id, &myself->primary_id);
}

void cluster_send_news(struct cluster *cluster, bool siblings)
{
    for (uint32_t i = 0; i < cluster->topology.node_count; i++) {
        const struct cluster_node *node = cluster_at(cluster, i);

        if (!cluster_send_can(cluster, i) || node->flags & CLUSTER_NODE_HANDSHAKE ||
            (siblings && !cluster_send_is_sibling(cluster, node)))
            continue;
        cluster_send_talk(cluster, cluster_links_id(cluster, cluster->peers[i].link), i, BUS_PONG);
    }
}

void cluster_send_fail(struct cluster *cluster, uint32_t failed)
{
    struct node_id id = cluster_at(cluster, failed)->id;
    struct bus_message message = {.type = BUS_FAIL, .node = id.text};

    cluster_send_all(cluster, &message);
}

void cluster_send_update(struct cluster *cluster, uint32_t place, uint32_t about)
{
    const struct cluster_node *node = cluster_at(cluster, about);
    uint8_t slots[BUS_SLOTS_SIZE] = {0};
    struct node_id id = node->id;
    struct bus_message message = {
        .type = BUS_UPDATE, .node = id.text, .node_epoch = node->config_epoch, .node_slots = slots};

    for (uint32_t slot = 0; slot < SLOT_COUNT; slot++) {
        if (cluster->topology.owner[slot] == about && !bus_slot_get(cluster->unclaimed, slot))
            bus_slot_set(slots, slot);
    }
    cluster_send_message(cluster, place, &message);
}
