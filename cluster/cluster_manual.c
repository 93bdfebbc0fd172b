/*
 * A failover that was asked for: the primary stops its clients, the replica waits until it has all
 * writes, and is elected then.
 */
#include "cluster/cluster_state.h"

enum { DEFAULT_MS = 5000, ASK_AGAIN_MS = 500, PAUSE_FACTOR = 2 };

int64_t cluster_manual_limit(const struct cluster *cluster)
{
    int64_t limit = cluster->settings.manual_failover_ms;

    return limit > 0 ? limit : DEFAULT_MS;
}

void cluster_manual_end(struct cluster *cluster)
{
    cluster->manual = (struct cluster_manual){0};
}

static void cluster_manual_ask(struct cluster *cluster)
{
    struct bus_message message = {.type = BUS_MANUAL_FAILOVER};
    uint32_t primary = cluster_find(cluster, &cluster_myself(cluster)->primary_id);

    cluster->manual.ask_at = cluster->now + ASK_AGAIN_MS;
    if (primary != CLUSTER_NONE)
        cluster_send_message(cluster, primary, &message);
}

/* The replica's side. */
void cluster_manual_start(struct cluster *cluster, bool force)
{
    ASSERT(cluster_is_replica(cluster_myself(cluster)));
    cluster_election_end(cluster);
    cluster->manual = (struct cluster_manual){.until = cluster->now + cluster_manual_limit(cluster),
                                              .ready = force};
    /* Neither the primary nor those who vote may know yet that I am its replica: then they would
     * not answer. By the same links they hear of it first. */
    cluster_send_news(cluster, false);
    if (!force)
        cluster_manual_ask(cluster);
}

/* The replica that is nearest to me in data; CLUSTER_NONE: nobody could take over. */
static uint32_t cluster_manual_successor(const struct cluster *cluster)
{
    const struct topology *topology = &cluster->topology;
    const struct cluster_node *myself = &topology->nodes[topology->myself];
    uint32_t best = CLUSTER_NONE;

    if (!cluster_is_primary(myself) ||
        slot_map_count(topology->owner, (uint16_t)topology->myself) == 0)
        return CLUSTER_NONE;
    for (uint32_t i = 0; i < topology->node_count; i++) {
        const struct cluster_node *node = &topology->nodes[i];

        /* Others do not understand the question. */
        if (!cluster_is_replica_of(node, myself) || cluster_is_failing(node) || !node->connected ||
            node->flags & CLUSTER_NODE_NO_FAILOVER || !cluster->peers[i].tessera ||
            cluster->peers[i].autopilot & BUS_AUTOPILOT_LEAVING)
            continue;
        if (best == CLUSTER_NONE ||
            node->replication_offset > topology->nodes[best].replication_offset)
            best = i;
    }
    return best;
}

bool cluster_can_hand_over(const struct cluster *cluster)
{
    return !cluster->hollow && cluster_manual_successor(cluster) != CLUSTER_NONE;
}

void cluster_manual_hand_over(struct cluster *cluster)
{
    struct bus_message message = {.type = BUS_MANUAL_FAILOVER};
    uint32_t successor = cluster_manual_successor(cluster);

    /* Who has heard it has answered by stopping my clients. */
    if (successor != CLUSTER_NONE && cluster->manual.until == 0)
        cluster_send_message(cluster, successor, &message);
}

/* The primary's side: a replica wants to take over. */
void cluster_manual_request(struct cluster *cluster, uint32_t sender)
{
    const struct cluster_node *node = cluster_at(cluster, sender);
    const struct cluster_node *myself = cluster_myself(cluster);

    /* From my primary: it is about to leave, and hands over. */
    if (cluster_is_replica_of(myself, node) && cluster->manual.until == 0 &&
        !cluster->autopilot.leaving)
        cluster_manual_start(cluster, false);
    if (!cluster_is_primary(myself) || !cluster_is_replica_of(node, myself))
        return;
    cluster->manual = (struct cluster_manual){.until = cluster->now + cluster_manual_limit(cluster),
                                              .replica = node->id};
    /* Also when clients are paused already: where they have stopped is told again. */
    cluster->told_pause = false;
}

void cluster_manual_paused(struct cluster *cluster, int64_t offset)
{
    struct cluster_manual *manual = &cluster->manual;
    uint32_t replica = cluster_find(cluster, &manual->replica);

    if (manual->until == 0 || !cluster_is_primary(cluster_myself(cluster)))
        return;
    manual->paused = true;
    manual->offset = offset;
    if (replica != CLUSTER_NONE)
        cluster_send_ping(cluster, replica);
}

void cluster_manual_header(struct cluster *cluster, uint32_t sender,
                           const struct bus_message *message)
{
    struct cluster_manual *manual = &cluster->manual;

    if (manual->until == 0 || manual->offset_known || manual->ready ||
        !(message->header.message_flags & BUS_PAUSED) ||
        !node_id_equal(&cluster_myself(cluster)->primary_id, &cluster_at(cluster, sender)->id))
        return;
    manual->offset_known = true;
    manual->offset = (int64_t)message->header.offset;
}

void cluster_manual_tick(struct cluster *cluster)
{
    struct cluster_manual *manual = &cluster->manual;
    uint32_t replica;

    if (manual->until == 0)
        return;
    if (cluster->now >= manual->until) {
        cluster_say(cluster, "manual failover timed out");
        cluster_manual_end(cluster);
        return;
    }
    if (cluster_is_replica(cluster_myself(cluster))) {
        /* Who is not connected may have another stream's offset: the primary may have begun a new
         * one since, when it was killed. */
        if (manual->offset_known && cluster->replication.connected &&
            cluster->replication.offset >= manual->offset)
            manual->ready = true;
        /* The question may have been lost with its link. */
        if (!manual->offset_known && !manual->ready && cluster->now >= manual->ask_at)
            cluster_manual_ask(cluster);
        return;
    }
    /* The replica learns the final offset from my headers. */
    replica = cluster_find(cluster, &manual->replica);
    if (replica != CLUSTER_NONE && manual->paused)
        cluster_send_ping(cluster, replica);
}
