#include "cluster/cluster_state.h"
#include "proto/base/memory.h"

enum {
    REPORT_LIFE = 2, /* in node timeouts */
    UNDO_DELAY = 2,  /* likewise: for so long a primary that failed is not trusted again */
    HURRY_MAX = 16,  /* replicas that are told at once */
    HOLLOW_PATIENCE = 3,
};

static void cluster_failure_drop(struct cluster *cluster, uint32_t place, uint32_t at)
{
    struct cluster_peer *peer = &cluster->peers[place];

    peer->reports[at] = peer->reports[--peer->report_count];
    cluster_at(cluster, place)->failure_reports = peer->report_count;
    cluster->refresh = true;
}

static void cluster_failure_expire(struct cluster *cluster, uint32_t place)
{
    struct cluster_peer *peer = &cluster->peers[place];
    time_ms oldest = cluster->now - REPORT_LIFE * cluster->settings.node_timeout_ms;

    for (uint32_t i = peer->report_count; i-- > 0;) {
        if (peer->reports[i].at < oldest)
            cluster_failure_drop(cluster, place, i);
    }
}

static void cluster_failure_set(struct cluster *cluster, uint32_t place)
{
    struct cluster_node *node = cluster_at(cluster, place);

    node->flags &= ~(uint32_t)CLUSTER_NODE_MAYBE_FAILED;
    node->flags |= CLUSTER_NODE_FAILED;
    cluster->peers[place].failed_since = cluster->now;
    cluster_say(cluster, "%.40s %s:%u has failed", node->id.text, node->ip, node->port);
    cluster->recount = true;
    cluster_changed(cluster);
}

/* With this node's own doubt and that of enough voters it counts as failed, for all. */
static void cluster_failure_decide(struct cluster *cluster, uint32_t place)
{
    const struct cluster_node *node = cluster_at(cluster, place);
    uint32_t needed = cluster_peers_counts(cluster)->size / 2 + 1, votes;

    if (!(node->flags & CLUSTER_NODE_MAYBE_FAILED) || node->flags & CLUSTER_NODE_FAILED)
        return;
    cluster_failure_expire(cluster, place);
    votes = cluster->peers[place].report_count;
    votes += cluster_peers_slots(cluster, cluster->topology.myself) > 0;
    if (votes < needed)
        return;
    cluster_failure_set(cluster, place);
    cluster_send_fail(cluster, place);
}

void cluster_failure_report(struct cluster *cluster, uint32_t place, const struct node_id *reporter)
{
    struct cluster_peer *peer = &cluster->peers[place];
    uint32_t at = 0;

    while (at < peer->report_count && !node_id_equal(&peer->reports[at].reporter, reporter))
        at++;
    if (at == peer->report_count) {
        if (at == peer->report_capacity) {
            peer->report_capacity = at > 0 ? at * 2 : 4;
            peer->reports =
                memory_resize(peer->reports, peer->report_capacity * sizeof(*peer->reports));
        }
        peer->report_count++;
        cluster_at(cluster, place)->failure_reports = peer->report_count;
        cluster->refresh = true;
    }
    peer->reports[at] = (struct cluster_report){.reporter = *reporter, .at = cluster->now};
    cluster_failure_decide(cluster, place);
}

void cluster_failure_withdraw(struct cluster *cluster, uint32_t place,
                              const struct node_id *reporter)
{
    struct cluster_peer *peer = &cluster->peers[place];

    if (peer->report_count == 0)
        return;
    for (uint32_t i = peer->report_count; i-- > 0;) {
        if (node_id_equal(&peer->reports[i].reporter, reporter))
            cluster_failure_drop(cluster, place, i);
    }
    cluster_failure_expire(cluster, place);
}

void cluster_failure_alive(struct cluster *cluster, uint32_t place)
{
    struct cluster_node *node = cluster_at(cluster, place);
    time_ms trusted =
        cluster->peers[place].failed_since + UNDO_DELAY * cluster->settings.node_timeout_ms;

    if (node->flags & CLUSTER_NODE_MAYBE_FAILED) {
        node->flags &= ~(uint32_t)CLUSTER_NODE_MAYBE_FAILED;
        cluster->recount = true;
        cluster_changed(cluster);
    }
    /* A primary with slots first leaves its replicas the time to take over. */
    if (!(node->flags & CLUSTER_NODE_FAILED) ||
        (cluster_is_primary(node) && cluster_peers_slots(cluster, place) > 0 &&
         cluster->now <= trusted))
        return;
    node->flags &= ~(uint32_t)CLUSTER_NODE_FAILED;
    cluster_say(cluster, "%.40s %s:%u works again", node->id.text, node->ip, node->port);
    cluster->recount = true;
    cluster_changed(cluster);
}

void cluster_failure_hurry(struct cluster *cluster, uint32_t place)
{
    struct node_id id = cluster_at(cluster, place)->id;
    uint32_t told = 0;

    if (cluster_peers_slots(cluster, cluster->topology.myself) == 0)
        return;
    for (uint32_t i = 0; i < cluster->topology.node_count && told < HURRY_MAX; i++) {
        const struct cluster_node *node = cluster_at(cluster, i);

        if (!cluster_is_replica(node) || !node_id_equal(&node->primary_id, &id))
            continue;
        cluster_send_doubt(cluster, i);
        told++;
    }
}

void cluster_failure_tick(struct cluster *cluster, uint32_t place)
{
    struct cluster_node *node = cluster_at(cluster, place);
    time_ms silent = cluster->now - cluster->peers[place].data_received;
    /* Who does not ask hears others only when they ask. */
    int64_t limit = cluster->settings.node_timeout_ms * (cluster->hollow ? HOLLOW_PATIENCE : 1);

    if (node->ping_sent == 0 || cluster_is_failing(node))
        return;
    if (cluster->now - node->ping_sent < silent)
        silent = cluster->now - node->ping_sent;
    if (silent <= limit)
        return;
    node->flags |= CLUSTER_NODE_MAYBE_FAILED;
    cluster->recount = true;
    cluster->publish = true;
    cluster_failure_decide(cluster, place);
    cluster_failure_hurry(cluster, place);
}

void cluster_failure_receive(struct cluster *cluster, const struct bus_message *message)
{
    struct node_id id = cluster_id_of(message->node);
    uint32_t place = cluster_find(cluster, &id);

    if (place == CLUSTER_NONE || place == cluster->topology.myself ||
        cluster_at(cluster, place)->flags & (CLUSTER_NODE_FAILED | CLUSTER_NODE_HANDSHAKE))
        return;
    cluster_failure_set(cluster, place);
}
