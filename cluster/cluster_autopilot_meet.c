/*
 * The autopilot among others: it meets who is behind the service's name, forgets who has gone for
 * good, and begins the cluster.
 */
#include "cluster/autopilot_plan.h"
#include "cluster/cluster_state.h"

enum {
    MEET_MS = 2000,       /* between two attempts to meet an address */
    FOUND_MS = 2000,      /* how long all must have looked well */
    FORGET_TIMEOUTS = 10, /* node timeouts for which one that has gone is waited for ... */
    FORGET_MIN_MS = 5000, /* ... and this at least */
};

static uint16_t cluster_autopilot_bus_port(struct cluster *cluster, uint16_t port)
{
    const struct cluster_node *myself = cluster_myself(cluster);
    uint16_t mine = myself->port != 0 ? myself->port : myself->tls_port;

    return port == 0 ? myself->bus_port : (uint16_t)(port + (myself->bus_port - mine));
}

static bool cluster_autopilot_same_family(struct cluster *cluster, const char *ip)
{
    const char *mine = cluster_myself(cluster)->ip;

    /* Of a node with addresses of both kinds one is used, and by all the same. */
    return mine[0] == '\0' || (strchr(mine, ':') != NULL) == (strchr(ip, ':') != NULL);
}

/* The node at this address, by which it can be talked with; CLUSTER_NONE. */
static uint32_t cluster_autopilot_at(struct cluster *cluster, const char *ip, uint16_t bus_port)
{
    for (uint32_t i = 0; i < cluster->topology.node_count; i++) {
        const struct cluster_node *node = cluster_at(cluster, i);

        if (node->connected && node->bus_port == bus_port && strcmp(node->ip, ip) == 0 &&
            !(node->flags & (CLUSTER_NODE_HANDSHAKE | CLUSTER_NODE_NO_ADDRESS)))
            return i;
    }
    return CLUSTER_NONE;
}

void cluster_autopilot_meet(struct cluster *cluster, const struct cluster_look_event *look)
{
    const struct cluster_node *myself = cluster_myself(cluster);
    uint16_t bus_port = cluster_autopilot_bus_port(cluster, look->port);
    bool tls = cluster->settings.tls_bus;
    uint16_t port = look->port;
    uint16_t ports[3];

    if (look->stopping || cluster->now - cluster->autopilot.met < MEET_MS)
        return;
    cluster->autopilot.met = cluster->now;
    if (port == 0)
        port = tls ? myself->tls_port : myself->port;
    ports[0] = tls ? 0 : port;
    ports[1] = tls ? port : 0;
    ports[2] = bus_port;
    for (uint32_t i = 0; i < look->address_count; i++) {
        const char *ip = look->addresses[i];

        if (cluster_autopilot_same_family(cluster, ip) &&
            cluster_autopilot_at(cluster, ip, bus_port) == CLUSTER_NONE)
            cluster_handshake_start(cluster, span_of_string(ip), ports, true);
    }
}

/* ---- Who has gone ---- */

static bool cluster_autopilot_is_seen(const struct cluster_look_event *look, const char *ip)
{
    for (uint32_t i = 0; i < look->address_count; i++) {
        if (strcmp(look->addresses[i], ip) == 0)
            return true;
    }
    return false;
}

static bool cluster_autopilot_is_followed(struct cluster *cluster, uint32_t place)
{
    for (uint32_t i = 0; i < cluster->topology.node_count; i++) {
        if (cluster_is_replica_of(cluster_at(cluster, i), cluster_at(cluster, place)))
            return true;
    }
    return false;
}

void cluster_autopilot_forget(struct cluster *cluster, const struct cluster_look_event *look)
{
    int64_t patience = FORGET_TIMEOUTS * cluster->settings.node_timeout_ms;

    if (patience < FORGET_MIN_MS)
        patience = FORGET_MIN_MS;
    for (uint32_t i = 0; look->resolved && i < cluster->topology.node_count; i++) {
        const struct cluster_node *node = cluster_at(cluster, i);
        struct cluster_admin forget = {.operation = CLUSTER_ADMIN_FORGET, .node = node->id};

        if (!(node->flags & CLUSTER_NODE_FAILED) || cluster_peers_slots(cluster, i) > 0 ||
            cluster->now - cluster->peers[i].failed_since < patience ||
            cluster_autopilot_is_seen(look, node->ip) || cluster_autopilot_is_followed(cluster, i))
            continue;
        cluster_autopilot_say(cluster, "forgets %.40s %s, which has gone", node->id.text,
                              node->hostname);
        cluster_admin_run(cluster, &forget);
        /* Places have changed; there is another look soon. */
        return;
    }
}

/* ---- The beginning ---- */

/* Nobody knows of a cluster, and all want the same one. */
static bool cluster_autopilot_is_new(struct cluster *cluster, uint32_t place)
{
    const struct cluster_node *node = cluster_at(cluster, place);
    const struct cluster_peer *peer = &cluster->peers[place];

    if (place == cluster->topology.myself)
        return cluster_peers_counts(cluster)->slots_assigned == 0 && cluster_is_primary(node);
    return node->connected && !cluster_is_failing(node) && cluster_is_primary(node) &&
           !(node->flags & CLUSTER_NODE_HANDSHAKE) && node->pong_received != 0 &&
           peer->autopilot == BUS_AUTOPILOT_ON &&
           peer->primaries == cluster->settings.wanted_primaries &&
           autopilot_ordinal(span_of_string(node->hostname)) != 0;
}

/* Three at least, so that two who have lost their disks do not take the others' place while these
 * cannot be seen; fewer when fewer are wanted. */
static uint32_t cluster_autopilot_founders(const struct cluster *cluster)
{
    enum { FOUNDERS = 3 };
    uint64_t primaries = cluster->settings.wanted_primaries;
    uint64_t wanted = primaries * (1 + (uint64_t)cluster->settings.wanted_replicas);

    if (wanted > FOUNDERS)
        wanted = FOUNDERS;
    return (uint32_t)(wanted > primaries ? wanted : primaries);
}

static bool cluster_autopilot_are_enough(struct cluster *cluster,
                                         const struct cluster_look_event *look)
{
    uint32_t needed = cluster_autopilot_founders(cluster);

    if (look->resolved && cluster->topology.node_count >= needed)
        return true;
    cluster_autopilot_note(cluster, "waits for more nodes to begin with: %u of %u are known%s",
                           cluster->topology.node_count, needed,
                           look->resolved ? "" : ", and the service's name is not answered");
    return false;
}

static bool cluster_autopilot_are_new(struct cluster *cluster)
{
    for (uint32_t i = 0; i < cluster->topology.node_count; i++) {
        const struct cluster_node *node = cluster_at(cluster, i);

        if (cluster_autopilot_is_new(cluster, i))
            continue;
        cluster_autopilot_note(cluster,
                               "waits to begin until %.40s %s is linked, wants the same, and "
                               "knows of no other cluster",
                               node->id.text, node->ip);
        return false;
    }
    return true;
}

static bool cluster_autopilot_are_all_known(struct cluster *cluster,
                                            const struct cluster_look_event *look)
{
    uint16_t bus_port = cluster_autopilot_bus_port(cluster, look->port);

    for (uint32_t i = 0; i < look->address_count; i++) {
        const char *ip = look->addresses[i];

        if (!cluster_autopilot_same_family(cluster, ip) ||
            cluster_autopilot_at(cluster, ip, bus_port) != CLUSTER_NONE)
            continue;
        cluster_autopilot_note(cluster, "waits to begin until %s answers", ip);
        return false;
    }
    return true;
}

static bool cluster_autopilot_may_found(struct cluster *cluster,
                                        const struct cluster_look_event *look)
{
    if (look->stopping || cluster_peers_counts(cluster)->slots_assigned > 0)
        return false;
    if (autopilot_ordinal(span_of_string(cluster_myself(cluster)->hostname)) != 0) {
        cluster_autopilot_note(cluster, "waits for number 0 to begin the cluster");
        return false;
    }
    return cluster_autopilot_are_enough(cluster, look) && cluster_autopilot_are_new(cluster) &&
           cluster_autopilot_are_all_known(cluster, look);
}

void cluster_autopilot_found(struct cluster *cluster, const struct cluster_look_event *look)
{
    struct cluster_autopilot *self = &cluster->autopilot;
    struct slot_range all = {0, SLOT_COUNT - 1};
    struct cluster_admin claim = {
        .operation = CLUSTER_ADMIN_ADD_SLOTS, .ranges = &all, .range_count = 1};

    if (!cluster_autopilot_may_found(cluster, look)) {
        self->founding_since = 0;
        return;
    }
    cluster_autopilot_note(cluster, "is about to begin the cluster");
    if (self->founding_since == 0)
        self->founding_since = cluster->now;
    if (cluster->now - self->founding_since < FOUND_MS)
        return;
    cluster_autopilot_say(cluster, "begins the cluster, among %u nodes",
                          cluster->topology.node_count);
    if (cluster_admin_run(cluster, &claim).code != CLUSTER_OK)
        return;
    cluster_admin_take_epoch(cluster);
    cluster_send_news(cluster, false);
}
