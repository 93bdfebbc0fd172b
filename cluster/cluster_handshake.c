#include "cluster/cluster_state.h"

/* Nodes get to know each other: until a node has told its name it has one that is made up. */

static struct node_id cluster_handshake_name(struct cluster *cluster)
{
    struct node_id id;

    for (uint32_t i = 0; i < NODE_ID_LENGTH; i++)
        id.text[i] = "0123456789abcdef"[random_below(&cluster->random, 16)];
    return id;
}

static bool cluster_handshake_exists(struct cluster *cluster, struct span ip, uint16_t bus_port)
{
    for (uint32_t i = 0; i < cluster->topology.node_count; i++) {
        const struct cluster_node *node = cluster_at(cluster, i);

        if (node->flags & CLUSTER_NODE_HANDSHAKE && node->bus_port == bus_port &&
            span_equal(span_of_string(node->ip), ip))
            return true;
    }
    return false;
}

bool cluster_handshake_start(struct cluster *cluster, struct span ip, const uint16_t ports[3],
                             bool meet)
{
    struct node_id id = cluster_handshake_name(cluster);
    uint32_t place;

    if (cluster_handshake_exists(cluster, ip, ports[2]))
        return true;
    place = cluster_peers_add(cluster, &id);
    if (place == CLUSTER_NONE)
        return false;
    cluster_at(cluster, place)->flags =
        CLUSTER_NODE_HANDSHAKE | (meet ? (uint32_t)CLUSTER_NODE_MEET : 0);
    cluster_peers_move(cluster, place, ip, ports);
    cluster_links_connect(cluster, place);
    return true;
}

bool cluster_handshake_answer(struct cluster *cluster, uint32_t place,
                              const struct bus_message *message)
{
    struct node_id id = cluster_id_of(message->header.sender);
    struct cluster_node *node = cluster_at(cluster, place);
    uint32_t known = cluster_find(cluster, &id);
    bool replica = message->header.primary != NULL;

    ASSERT(node->flags & CLUSTER_NODE_HANDSHAKE);
    if (known != CLUSTER_NONE) {
        /* An old acquaintance, who may have moved. */
        uint16_t ports[3] = {node->port, node->tls_port, node->bus_port};
        char ip[CLUSTER_NODE_IP_MAX + 1];

        memcpy(ip, node->ip, sizeof(ip));
        cluster_peers_move(cluster, known, span_of_string(ip), ports);
        cluster_peers_remove(cluster, place);
        return true;
    }
    topology_rename_node(&cluster->topology, place, &id);
    node->flags = replica ? CLUSTER_NODE_REPLICA : CLUSTER_NODE_PRIMARY;
    node->pong_received = cluster->now;
    node->ping_sent = 0;
    cluster->peers[place].extensions = (message->header.message_flags & BUS_EXTENSIONS) != 0;
    cluster->peers[place].data_received = cluster->now;
    cluster->recount = true;
    cluster_changed(cluster);
    return true;
}
