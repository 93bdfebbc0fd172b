#include "cluster/cluster_state.h"
#include "proto/base/memory.h"

enum {
    LINK_PLACE_BITS = 20,
    RETRY_MS = 100, /* after a link that could not be connected */
};

uint64_t cluster_links_id(const struct cluster *cluster, uint32_t link)
{
    ASSERT(link < cluster->link_capacity);
    return cluster->links[link].generation << LINK_PLACE_BITS | link;
}

struct cluster_link *cluster_links_find(struct cluster *cluster, uint64_t id)
{
    uint32_t place = (uint32_t)(id & ((1u << LINK_PLACE_BITS) - 1));
    struct cluster_link *link;

    if (id & CLUSTER_LINK_INBOUND || place >= cluster->link_capacity)
        return NULL;
    link = &cluster->links[place];
    return link->used && link->generation == id >> LINK_PLACE_BITS ? link : NULL;
}

static uint32_t cluster_links_take(struct cluster *cluster, uint32_t hint)
{
    uint32_t link = hint;
    uint32_t capacity = cluster->link_capacity;

    /* A node's own place in the table is mostly free. */
    if (link >= capacity || cluster->links[link].used) {
        for (link = 0; link < capacity && cluster->links[link].used;)
            link++;
    }
    if (link == capacity) {
        cluster->link_capacity = capacity > 0 ? capacity * 2 : 8;
        ASSERT(cluster->link_capacity <= 1u << LINK_PLACE_BITS);
        cluster->links =
            memory_resize(cluster->links, cluster->link_capacity * sizeof(*cluster->links));
        memset(cluster->links + capacity, 0,
               (cluster->link_capacity - capacity) * sizeof(*cluster->links));
    }
    return link;
}

void cluster_links_connect(struct cluster *cluster, uint32_t place)
{
    const struct cluster_node *node = cluster_at(cluster, place);
    struct cluster_action *action;
    uint32_t link;

    ASSERT(cluster->peers[place].link == CLUSTER_NONE);
    ASSERT(place != cluster->topology.myself);
    link = cluster_links_take(cluster, place);
    cluster->links[link] = (struct cluster_link){.used = true,
                                                 .generation = ++cluster->link_generation,
                                                 .node = place,
                                                 .since = cluster->now};
    cluster->peers[place].link = link;
    action = cluster_actions_add(&cluster->outbox, CLUSTER_ACTION_CONNECT);
    action->connect.link = cluster_links_id(cluster, link);
    memcpy(action->connect.ip, node->ip, sizeof(node->ip));
    action->connect.bus_port = node->bus_port;
    if (cluster->peers[place].by_name || node->ip[0] == '\0')
        memcpy(action->connect.hostname, node->hostname, sizeof(node->hostname));
}

/* The link is gone, whoever ended it. What was asked by it has not been answered. */
static void cluster_links_forget(struct cluster *cluster, uint32_t place)
{
    struct cluster_peer *peer = &cluster->peers[place];
    struct cluster_node *node = cluster_at(cluster, place);

    cluster->links[peer->link].used = false;
    peer->link = CLUSTER_NONE;
    peer->connect_at = cluster->now + RETRY_MS;
    if (node->connected)
        cluster->refresh = true;
    node->connected = false;
    if (node->ping_sent == 0)
        node->ping_sent = cluster->now;
}

void cluster_links_close(struct cluster *cluster, uint32_t place)
{
    struct cluster_peer *peer = &cluster->peers[place];

    if (peer->link == CLUSTER_NONE)
        return;
    cluster_actions_add(&cluster->outbox, CLUSTER_ACTION_CLOSE)->connect.link =
        cluster_links_id(cluster, peer->link);
    cluster_links_forget(cluster, place);
}

void cluster_links_up(struct cluster *cluster, uint64_t id)
{
    struct cluster_link *link = cluster_links_find(cluster, id);
    struct cluster_node *node;
    time_ms asked;

    if (link == NULL || link->up)
        return;
    link->up = true;
    link->since = cluster->now;
    node = cluster_at(cluster, link->node);
    node->connected = true;
    cluster->refresh = true;
    /* A question that is still open stays as old as it is. */
    asked = node->ping_sent;
    /* Until it has answered: a MEET may be lost with its link. */
    if (node->flags & CLUSTER_NODE_MEET)
        cluster_send_talk(cluster, id, link->node, BUS_MEET);
    else
        cluster_send_ping(cluster, link->node);
    if (asked != 0)
        node->ping_sent = asked;
}

void cluster_links_down(struct cluster *cluster, uint64_t id)
{
    struct cluster_link *link = cluster_links_find(cluster, id);

    if (link != NULL) {
        ASSERT(cluster->peers[link->node].link < cluster->link_capacity);
        /* Address and name take turns. */
        if (!link->up)
            cluster->peers[link->node].by_name = !cluster->peers[link->node].by_name;
        cluster_links_forget(cluster, link->node);
        return;
    }
    if (!(id & CLUSTER_LINK_INBOUND))
        return;
    for (uint32_t i = 0; i < cluster->topology.node_count; i++) {
        if (cluster->peers[i].inbound != id)
            continue;
        cluster->peers[i].inbound = 0;
        cluster->refresh = true;
    }
}

const struct cluster_node *cluster_link_node(const struct cluster *cluster, uint64_t id)
{
    const struct topology *topology = &cluster->topology;
    uint32_t place = (uint32_t)(id & ((1u << LINK_PLACE_BITS) - 1));

    if (!(id & CLUSTER_LINK_INBOUND))
        return place < cluster->link_capacity && cluster->links[place].used &&
                       cluster->links[place].generation == id >> LINK_PLACE_BITS
                   ? &topology->nodes[cluster->links[place].node]
                   : NULL;
    for (uint32_t i = 0; i < topology->node_count; i++) {
        if (cluster->peers[i].inbound == id)
            return &topology->nodes[i];
    }
    return NULL;
}
