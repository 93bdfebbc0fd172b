#include "cluster/cluster_state.h"
#include "proto/base/memory.h"

enum {
    GOSSIP_MIN = 3,
    GOSSIP_SHARE = 10,        /* one node of so many is told of */
    GOSSIP_DRAWS = 3,         /* attempts per entry that is wanted */
    CLOCK_TOLERANCE_MS = 500, /* by how much another node's clock may be ahead */
    NEWCOMER_MS = 10000,
    NEWCOMER_MAX = 32, /* so many nodes a newcomer is told of at once */
};

static void cluster_gossip_put(struct cluster *cluster, uint32_t place, uint32_t at)
{
    const struct cluster_node *node = cluster_at(cluster, place);
    struct bus_gossip *entry = &cluster->gossip[at];
    bool tls = cluster->settings.tls_bus;

    memset(entry, 0, sizeof(*entry));
    memcpy(entry->id, node->id.text, BUS_ID_LENGTH);
    memcpy(entry->ip, node->ip, strlen(node->ip));
    if (node->ping_sent != 0)
        entry->ping_sent = (uint32_t)((node->ping_sent + cluster->wall_offset) / 1000);
    if (node->pong_received != 0)
        entry->pong_received = (uint32_t)((node->pong_received + cluster->wall_offset) / 1000);
    entry->port = tls ? node->tls_port : node->port;
    entry->second_port = tls ? node->port : node->tls_port;
    entry->bus_port = node->bus_port;
    entry->flags = (uint16_t)(node->flags & ~(uint32_t)CLUSTER_NODE_MYSELF);
    cluster->peers[place].gossip_mark = cluster->gossip_mark;
}

static bool cluster_gossip_may_tell(struct cluster *cluster, uint32_t place, uint32_t receiver)
{
    uint32_t flags = cluster_at(cluster, place)->flags;

    if (place == receiver ||
        flags & (CLUSTER_NODE_MYSELF | CLUSTER_NODE_HANDSHAKE | CLUSTER_NODE_NO_ADDRESS))
        return false;
    if (cluster->peers[place].gossip_mark == cluster->gossip_mark)
        return false;
    return cluster->peers[place].link != CLUSTER_NONE || cluster_peers_slots(cluster, place) > 0;
}

/* Who has just come is soon asked about others: it must know them. */
static bool cluster_gossip_is_newcomer(const struct cluster *cluster, uint32_t receiver)
{
    return receiver == CLUSTER_NONE || cluster->now - cluster->peers[receiver].added < NEWCOMER_MS;
}

/* One after the other, from anywhere on. */
static uint32_t cluster_gossip_many(struct cluster *cluster, uint32_t receiver)
{
    uint32_t known = cluster->topology.node_count, count = 0;
    uint32_t first = (uint32_t)random_below(&cluster->random, known);

    for (uint32_t i = 0; i < known && count < NEWCOMER_MAX; i++) {
        uint32_t place = (first + i) % known;

        if (!(cluster_at(cluster, place)->flags & CLUSTER_NODE_MAYBE_FAILED) &&
            cluster_gossip_may_tell(cluster, place, receiver))
            cluster_gossip_put(cluster, place, count++);
    }
    return count;
}

uint32_t cluster_gossip_choose(struct cluster *cluster, uint32_t receiver)
{
    uint32_t known = cluster->topology.node_count, count = 0;
    uint32_t wanted = known / GOSSIP_SHARE > GOSSIP_MIN ? known / GOSSIP_SHARE : GOSSIP_MIN;

    if (wanted + 2 > known)
        wanted = known > 2 ? known - 2 : 0;
    if (cluster->gossip_capacity < known) {
        cluster->gossip_capacity = cluster->topology.node_capacity;
        cluster->gossip =
            memory_resize(cluster->gossip, cluster->gossip_capacity * sizeof(*cluster->gossip));
    }
    cluster->gossip_mark++;
    if (cluster_gossip_is_newcomer(cluster, receiver)) {
        count = cluster_gossip_many(cluster, receiver);
        wanted = wanted > count ? wanted : count;
    }
    for (uint32_t draws = wanted * GOSSIP_DRAWS; draws > 0 && count < wanted; draws--) {
        uint32_t place = (uint32_t)random_below(&cluster->random, known);

        if (!(cluster_at(cluster, place)->flags & CLUSTER_NODE_MAYBE_FAILED) &&
            cluster_gossip_may_tell(cluster, place, receiver))
            cluster_gossip_put(cluster, place, count++);
    }
    /* Whoever is in doubt is always told of: a failure is known as soon as enough doubt it. */
    if (cluster_peers_counts(cluster)->doubtful == 0)
        return count;
    for (uint32_t i = 0; i < known; i++) {
        uint32_t flags = cluster_at(cluster, i)->flags;

        if (flags & CLUSTER_NODE_MAYBE_FAILED &&
            !(flags & (CLUSTER_NODE_HANDSHAKE | CLUSTER_NODE_NO_ADDRESS | CLUSTER_NODE_MYSELF)) &&
            cluster->peers[i].gossip_mark != cluster->gossip_mark)
            cluster_gossip_put(cluster, i, count++);
    }
    return count;
}

static void cluster_gossip_ports(const struct cluster *cluster, const struct bus_gossip *entry,
                                 uint16_t ports[3])
{
    bool tls = cluster->settings.tls_bus;

    ports[0] = tls ? entry->second_port : entry->port;
    ports[1] = tls ? entry->port : entry->second_port;
    ports[2] = entry->bus_port;
}

/* Another node's word that it heard of this one spares a ping. */
static void cluster_gossip_pong(struct cluster *cluster, uint32_t place,
                                const struct bus_gossip *entry)
{
    struct cluster_node *node = cluster_at(cluster, place);
    time_ms told = (time_ms)entry->pong_received * 1000 - cluster->wall_offset;

    if (entry->flags & (CLUSTER_NODE_FAILED | CLUSTER_NODE_MAYBE_FAILED) ||
        cluster_is_failing(node) || node->ping_sent != 0 || node->failure_reports > 0)
        return;
    if (told > node->pong_received && told <= cluster->now + CLOCK_TOLERANCE_MS)
        node->pong_received = told;
}

static void cluster_gossip_known(struct cluster *cluster, uint32_t sender, uint32_t place,
                                 const struct bus_gossip *entry)
{
    struct cluster_node *node = cluster_at(cluster, place);
    struct node_id reporter = cluster_at(cluster, sender)->id;
    bool failing = entry->flags & (CLUSTER_NODE_FAILED | CLUSTER_NODE_MAYBE_FAILED);
    uint16_t ports[3];

    if (place == cluster->topology.myself)
        return;
    if (cluster_peers_slots(cluster, sender) > 0) {
        if (failing)
            cluster_failure_report(cluster, place, &reporter);
        else
            cluster_failure_withdraw(cluster, place, &reporter);
    }
    cluster_gossip_pong(cluster, place, entry);
    /* One that I cannot reach and the other can may have another address by now. */
    if (cluster_is_failing(node) && !failing && !(entry->flags & CLUSTER_NODE_NO_ADDRESS) &&
        entry->ip[0] != '\0' && entry->bus_port != 0) {
        cluster_gossip_ports(cluster, entry, ports);
        cluster_peers_move(cluster, place, span_of_string(entry->ip), ports);
    }
}

static void cluster_gossip_unknown(struct cluster *cluster, const struct node_id *id,
                                   const struct bus_gossip *entry)
{
    uint32_t roles = CLUSTER_NODE_PRIMARY | CLUSTER_NODE_REPLICA;
    struct cluster_node *node;
    uint32_t place;
    uint16_t ports[3];

    if (entry->flags & (CLUSTER_NODE_NO_ADDRESS | CLUSTER_NODE_HANDSHAKE) || entry->ip[0] == '\0' ||
        entry->bus_port == 0 || (entry->flags & roles) == roles || cluster_forget_has(cluster, id))
        return;
    place = cluster_peers_add(cluster, id);
    if (place == CLUSTER_NONE)
        return;
    node = cluster_at(cluster, place);
    node->flags = entry->flags & (roles | CLUSTER_NODE_NO_FAILOVER);
    if (!(node->flags & roles))
        node->flags |= CLUSTER_NODE_PRIMARY;
    cluster_gossip_ports(cluster, entry, ports);
    cluster_peers_move(cluster, place, span_of_string(entry->ip), ports);
}

void cluster_gossip_receive(struct cluster *cluster, uint32_t sender,
                            const struct bus_message *message)
{
    for (uint32_t i = 0; i < message->gossip_count; i++) {
        struct bus_gossip entry;
        struct node_id id;
        uint32_t place;

        bus_gossip_read(message, i, &entry);
        id = cluster_id_of(entry.id);
        place = cluster_find(cluster, &id);
        if (place != CLUSTER_NONE)
            cluster_gossip_known(cluster, sender, place, &entry);
        else
            cluster_gossip_unknown(cluster, &id, &entry);
    }
}
