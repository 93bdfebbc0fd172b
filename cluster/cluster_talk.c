/*
 * PING, PONG and MEET: all nodes' talk about themselves and each other.
 */
#include "cluster/cluster_state.h"

static void cluster_talk_ports(const struct cluster *cluster, const struct bus_header *header,
                               uint16_t ports[3])
{
    bool tls = cluster->settings.tls_bus;

    ports[0] = tls ? header->second_port : header->port;
    ports[1] = tls ? header->port : header->second_port;
    ports[2] = header->bus_port;
}

/* Others know by which address they reach me. */
static void cluster_talk_learn_address(struct cluster *cluster, struct span ip)
{
    struct cluster_node *myself = cluster_myself(cluster);

    if (cluster->settings.announce_ip.length > 0 || ip.length == 0 ||
        ip.length > CLUSTER_NODE_IP_MAX || span_equal(ip, span_of_string(myself->ip)))
        return;
    memcpy(myself->ip, ip.data, ip.length);
    myself->ip[ip.length] = '\0';
    cluster_changed(cluster);
}

/* The sender's own address, as it says or as it is seen. */
static void cluster_talk_address(struct cluster *cluster, uint32_t sender,
                                 const struct cluster_packet_event *packet,
                                 const struct bus_message *message)
{
    struct span ip = message->header.ip.length > 0 ? message->header.ip : packet->remote_ip;
    uint16_t ports[3];

    cluster_talk_ports(cluster, &message->header, ports);
    if (ip.length <= CLUSTER_NODE_IP_MAX && ports[2] != 0)
        cluster_peers_move(cluster, sender, ip, ports);
}

/* A question: it is answered whoever asks, but only known nodes are believed. */
static void cluster_talk_question(struct cluster *cluster,
                                  const struct cluster_packet_event *packet,
                                  const struct bus_message *message, uint32_t sender)
{
    struct span ip = message->header.ip.length > 0 ? message->header.ip : packet->remote_ip;
    uint16_t ports[3];

    if (message->type == BUS_MEET || cluster_myself(cluster)->ip[0] == '\0' ||
        (sender != CLUSTER_NONE && !cluster->address_confirmed))
        cluster_talk_learn_address(cluster, packet->local_ip);
    /* What was restored may be the address of an earlier life. */
    cluster->address_confirmed |= sender != CLUSTER_NONE && packet->local_ip.length > 0;
    if (message->type == BUS_MEET && sender == CLUSTER_NONE && ip.length > 0 &&
        ip.length <= CLUSTER_NODE_IP_MAX) {
        cluster_talk_ports(cluster, &message->header, ports);
        if (ports[2] != 0)
            cluster_handshake_start(cluster, ip, ports, false);
    }
    cluster_send_talk(cluster, packet->link, sender, BUS_PONG);
}

/* An answer by my own link: is it who I think? False: the packet is done with. */
static bool cluster_talk_answer(struct cluster *cluster, uint64_t link_id,
                                const struct bus_message *message)
{
    struct cluster_link *link = cluster_links_find(cluster, link_id);
    struct cluster_node *node;
    uint32_t place;

    if (link == NULL)
        return true;
    place = link->node;
    node = cluster_at(cluster, place);
    if (node->flags & CLUSTER_NODE_HANDSHAKE)
        return cluster_handshake_answer(cluster, place, message);
    if (memcmp(node->id.text, message->header.sender, NODE_ID_LENGTH) != 0) {
        /* Somebody else has this address now. */
        if (node->hostname[0] != '\0') {
            cluster->peers[place].by_name = !cluster->peers[place].by_name;
            cluster_links_close(cluster, place);
            return false;
        }
        node->flags |= CLUSTER_NODE_NO_ADDRESS;
        node->ip[0] = '\0';
        node->port = node->tls_port = node->bus_port = 0;
        cluster_links_close(cluster, place);
        cluster_changed(cluster);
        return false;
    }
    if (message->type == BUS_PONG) {
        node->pong_received = cluster->now;
        node->ping_sent = 0;
        cluster_failure_alive(cluster, place);
    }
    return true;
}

static void cluster_talk_role(struct cluster *cluster, uint32_t sender,
                              const struct bus_header *header)
{
    struct cluster_node *node = cluster_at(cluster, sender);
    uint32_t taken = CLUSTER_NODE_NO_FAILOVER;
    uint32_t flags = (node->flags & ~taken) | (header->flags & taken);
    struct node_id primary;

    if (flags != node->flags) {
        node->flags = flags;
        cluster_changed(cluster);
    }
    if (header->primary == NULL) {
        cluster_roles_peer_primary(cluster, sender);
        if (header->flags & CLUSTER_NODE_MIGRATE_TO)
            cluster_at(cluster, sender)->flags |= CLUSTER_NODE_MIGRATE_TO;
    } else {
        primary = cluster_id_of(header->primary);
        cluster_roles_peer_replica(cluster, sender, cluster_find(cluster, &primary));
    }
}

/*
 * Has a later message overtaken this one, by another of the sender's links? A node's current epoch
 * never falls. After a partition the system still delivers what was sent before it, on links that
 * are given up already: slots that have been given away since would be the sender's again.
 */
static bool cluster_talk_is_late(struct cluster *cluster, uint32_t sender,
                                 const struct bus_header *header)
{
    struct cluster_peer *peer = &cluster->peers[sender];

    if (header->current_epoch < peer->heard_epoch)
        return true;
    peer->heard_epoch = header->current_epoch;
    return false;
}

void cluster_talk_receive(struct cluster *cluster, const struct cluster_packet_event *packet,
                          const struct bus_message *message, uint32_t sender)
{
    struct node_id id = cluster_id_of(message->header.sender);

    if (message->type != BUS_PONG)
        cluster_talk_question(cluster, packet, message, sender);
    if (!cluster_talk_answer(cluster, packet->link, message))
        return;
    /* A handshake that is over has made it known. */
    sender = cluster_find(cluster, &id);
    if (sender == CLUSTER_NONE || sender == cluster->topology.myself ||
        cluster_at(cluster, sender)->flags & CLUSTER_NODE_HANDSHAKE)
        return;
    if (message->type == BUS_PING && packet->link & CLUSTER_LINK_INBOUND)
        cluster_talk_address(cluster, sender, packet, message);
    if (cluster_talk_is_late(cluster, sender, &message->header))
        return;
    cluster_talk_role(cluster, sender, &message->header);
    cluster_slots_header(cluster, sender, message);
    cluster_extensions_receive(cluster, sender, message);
    /* Last, since it may forget nodes and move them in the table. */
    sender = cluster_find(cluster, &id);
    if (sender != CLUSTER_NONE)
        cluster_gossip_receive(cluster, sender, message);
}
