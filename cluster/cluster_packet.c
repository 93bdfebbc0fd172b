#include "cluster/cluster_state.h"
#include "proto/base/memory.h"

/* What every message of a node that is known tells, whatever its type. */
static void cluster_packet_header(struct cluster *cluster, uint32_t sender,
                                  const struct cluster_packet_event *packet,
                                  const struct bus_message *message)
{
    const struct bus_header *header = &message->header;
    struct cluster_node *node = cluster_at(cluster, sender);
    struct cluster_peer *peer = &cluster->peers[sender];
    uint64_t epoch = header->current_epoch;

    /* One that only says that it has lost its data is to be found failed all the same. */
    if (!header->hollow)
        peer->data_received = cluster->now;
    peer->hollow = header->hollow;
    if (cluster->hollow)
        cluster_failure_alive(cluster, sender);
    peer->extensions = (header->message_flags & BUS_EXTENSIONS) != 0;
    peer->tessera = header->tessera;
    peer->autopilot = header->autopilot;
    peer->primaries = header->primaries;
    if (packet->link & CLUSTER_LINK_INBOUND && peer->inbound != packet->link) {
        peer->inbound = packet->link;
        peer->inbound_since = cluster->now;
        cluster->refresh = true;
    }
    if (header->config_epoch > epoch)
        epoch = header->config_epoch;
    if (epoch > cluster->topology.current_epoch) {
        cluster->topology.current_epoch = epoch;
        cluster_changed(cluster);
    }
    if (node->replication_offset != (int64_t)header->offset) {
        /* A replica that has no data is not shown to clients. */
        if (node->replication_offset == 0 || header->offset == 0)
            cluster->publish = true;
        node->replication_offset = (int64_t)header->offset;
        cluster->refresh = true;
    }
    cluster_manual_header(cluster, sender, message);
}

static void cluster_packet_deliver(struct cluster *cluster, const struct bus_message *message)
{
    struct cluster_action *action = cluster_actions_add(&cluster->outbox, CLUSTER_ACTION_DELIVER);

    action->deliver.channel = span_of(memory_copy(message->channel.data, message->channel.length),
                                      message->channel.length);
    action->deliver.payload = span_of(memory_copy(message->payload.data, message->payload.length),
                                      message->payload.length);
    action->deliver.shard = message->type == BUS_PUBLISH_SHARD;
}

static void cluster_packet_dispatch(struct cluster *cluster,
                                    const struct cluster_packet_event *packet,
                                    const struct bus_message *message, uint32_t sender)
{
    bool known = sender != CLUSTER_NONE;

    switch (message->type) {
    case BUS_PING:
    case BUS_PONG:
    case BUS_MEET:
        cluster_talk_receive(cluster, packet, message, sender);
        break;
    case BUS_FAIL:
        if (known)
            cluster_failure_receive(cluster, message);
        break;
    case BUS_PUBLISH:
    case BUS_PUBLISH_SHARD:
        if (known)
            cluster_packet_deliver(cluster, message);
        break;
    case BUS_VOTE_REQUEST:
        if (known)
            cluster_vote_request(cluster, sender, message);
        break;
    case BUS_VOTE:
        if (known)
            cluster_election_vote(cluster, sender, message);
        break;
    case BUS_UPDATE:
        if (known)
            cluster_slots_update(cluster, message);
        break;
    case BUS_MANUAL_FAILOVER:
        if (known)
            cluster_manual_request(cluster, sender);
        break;
    case BUS_MODULE:
    case BUS_TYPES:
        break;
    }
}

void cluster_packet_receive(struct cluster *cluster, const struct cluster_packet_event *packet)
{
    struct cluster_link *link = cluster_links_find(cluster, packet->link);
    struct bus_message message;
    struct node_id id;
    uint32_t sender;

    if (link == NULL && !(packet->link & CLUSTER_LINK_INBOUND))
        return;
    if (link != NULL)
        cluster->peers[link->node].data_received = link->data_received = cluster->now;
    /* Short messages are for those who said that they know them. */
    if (bus_decode(packet->frame, &message) != BUS_FINE || message.light)
        return;
    cluster->statistics.messages_received[message.type]++;
    cluster->refresh = true;
    id = cluster_id_of(message.header.sender);
    sender = cluster_find(cluster, &id);
    if (sender != CLUSTER_NONE && cluster_at(cluster, sender)->flags & CLUSTER_NODE_HANDSHAKE)
        sender = CLUSTER_NONE;
    if (sender == cluster->topology.myself) {
        /* I have met myself: nobody else has my name. */
        if (link != NULL && cluster_at(cluster, link->node)->flags & CLUSTER_NODE_HANDSHAKE)
            cluster_peers_remove(cluster, link->node);
        return;
    }
    if (sender != CLUSTER_NONE)
        cluster_packet_header(cluster, sender, packet, &message);
    cluster_packet_dispatch(cluster, packet, &message, sender);
}
