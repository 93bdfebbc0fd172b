#include "cluster/cluster_state.h"
#include "proto/base/memory.h"

enum {
    DELAY_MAX_MS = 500, /* before the votes are asked for, so that the failure is known to all */
    DELAY_MIN_MS = 20,
    DELAY_SHARE = 10, /* of the node timeout, where that is less */
    RANK_DELAY = 2,   /* in such delays: what each replica with more data is given */
    TIMEOUT = 2,      /* in node timeouts: votes that come later do not count */
    TIMEOUT_MIN_MS = 2000,
    RETRY = 2, /* in such timeouts */
    /* By hand: at once, and when others ask at the same time, so that nobody wins, again. */
    MANUAL_PATIENCE_MS = 500, /* for the votes; twice as long each time */
    MANUAL_DOUBLINGS = 3,
};

static int64_t cluster_election_delay(const struct cluster *cluster)
{
    int64_t delay = cluster->settings.node_timeout_ms / DELAY_SHARE;

    if (delay < DELAY_MIN_MS)
        return DELAY_MIN_MS;
    return delay > DELAY_MAX_MS ? DELAY_MAX_MS : delay;
}

static int64_t cluster_election_timeout(const struct cluster *cluster)
{
    int64_t timeout = TIMEOUT * cluster->settings.node_timeout_ms;

    return timeout > TIMEOUT_MIN_MS ? timeout : TIMEOUT_MIN_MS;
}

void cluster_election_end(struct cluster *cluster)
{
    memory_free(cluster->election.votes);
    cluster->election = (struct cluster_election){0};
}

/* How many replicas of my primary have more of its data, or as much and a smaller name. */
static uint32_t cluster_election_rank(struct cluster *cluster)
{
    const struct cluster_node *myself = cluster_myself(cluster);
    int64_t mine = cluster->replication.offset;
    uint32_t rank = 0;

    for (uint32_t i = 0; i < cluster->topology.node_count; i++) {
        const struct cluster_node *node = cluster_at(cluster, i);

        if (i == cluster->topology.myself || !cluster_is_replica(node) ||
            node->flags & (CLUSTER_NODE_NO_FAILOVER | CLUSTER_NODE_FAILED) ||
            !node_id_equal(&node->primary_id, &myself->primary_id))
            continue;
        rank += node->replication_offset > mine ||
                (node->replication_offset == mine &&
                 memcmp(node->id.text, myself->id.text, NODE_ID_LENGTH) < 0);
    }
    return rank;
}

/* Could this replica's data stand in for its primary's? */
static bool cluster_election_has_data(const struct cluster *cluster)
{
    return cluster->replication.complete || cluster_copy_is_the_last(cluster);
}

/* Is what this replica has too old to stand in for its primary? */
static bool cluster_election_is_stale(const struct cluster *cluster)
{
    const struct cluster_settings *settings = &cluster->settings;
    int64_t age = cluster->replication.connected ? 0 : cluster->now - cluster->replication_lost;

    age -= settings->node_timeout_ms;
    return settings->validity_factor != 0 && !cluster_copy_is_the_last(cluster) &&
           age > settings->replica_ping_ms +
                     settings->node_timeout_ms * (int64_t)settings->validity_factor;
}

static bool cluster_election_may(struct cluster *cluster)
{
    const struct cluster_node *myself = cluster_myself(cluster);
    uint32_t primary = cluster_find(cluster, &myself->primary_id);
    bool manual = cluster->manual.ready;

    if (!cluster_is_replica(myself) || primary == CLUSTER_NONE ||
        cluster_peers_slots(cluster, primary) == 0 || !cluster_election_has_data(cluster))
        return false;
    if (manual)
        return true;
    return (cluster_at(cluster, primary)->flags & CLUSTER_NODE_FAILED) != 0 &&
           !cluster->settings.no_failover && !cluster_election_is_stale(cluster);
}

static void cluster_election_schedule(struct cluster *cluster)
{
    struct cluster_election *election = &cluster->election;
    int64_t delay = cluster_election_delay(cluster);
    uint32_t lost = election->by_hand && election->asked ? election->lost + 1 : 0;

    cluster_election_end(cluster);
    if (cluster->manual.ready) {
        election->by_hand = true;
        election->lost = lost;
        election->at = cluster->now;
        if (lost > 0)
            election->at +=
                DELAY_MIN_MS + (int64_t)random_below(&cluster->random, DELAY_MAX_MS - DELAY_MIN_MS);
        return;
    }
    election->rank = cluster_election_rank(cluster);
    election->at = cluster->now + delay + (int64_t)random_below(&cluster->random, (uint64_t)delay) +
                   (int64_t)election->rank * RANK_DELAY * delay;
    /* The siblings hear how much data I have, and rank themselves by it. */
    cluster_send_news(cluster, true);
}

static void cluster_election_ask(struct cluster *cluster)
{
    struct cluster_election *election = &cluster->election;
    struct bus_message request = {.type = BUS_VOTE_REQUEST};
    uint32_t primary = cluster_find(cluster, &cluster_myself(cluster)->primary_id);

    ASSERT(!election->asked);
    cluster->topology.current_epoch++;
    election->epoch = cluster->topology.current_epoch;
    election->needed = cluster_peers_counts(cluster)->size / 2 + 1;
    election->asked = true;
    cluster_say(cluster, "this node asks for votes, in epoch %llu",
                (unsigned long long)election->epoch);
    cluster_changed(cluster);
    /* Whoever has not heard of the failure hears of it first, by the same link. */
    if (cluster_at(cluster, primary)->flags & CLUSTER_NODE_FAILED)
        cluster_send_fail(cluster, primary);
    if (cluster->manual.ready)
        request.header.message_flags = BUS_FORCE_VOTE;
    cluster_send_all(cluster, &request);
}

static void cluster_election_win(struct cluster *cluster)
{
    struct cluster_node *myself = cluster_myself(cluster);

    ASSERT(cluster->election.epoch <= cluster->topology.current_epoch);
    if (myself->config_epoch < cluster->election.epoch)
        myself->config_epoch = cluster->election.epoch;
    /* As a voter from now on it must not give another one its vote in the epoch that is its own. */
    if (cluster->topology.last_vote_epoch < cluster->election.epoch)
        cluster->topology.last_vote_epoch = cluster->election.epoch;
    cluster_roles_lead(cluster);
}

/* Voters that have gone since leave the others no right to less than a majority of all: somebody
 * else may have been elected in the same epoch. */
static void cluster_election_count(struct cluster *cluster)
{
    const struct cluster_election *election = &cluster->election;
    uint32_t needed = cluster_peers_counts(cluster)->size / 2 + 1;

    if (election->asked && election->vote_count >= needed &&
        election->vote_count >= election->needed)
        cluster_election_win(cluster);
}

/* Is the attempt, if there is any, to make place for a new one? */
static bool cluster_election_is_over(const struct cluster *cluster)
{
    const struct cluster_election *election = &cluster->election;
    int64_t age = cluster->now - election->at;
    uint32_t doublings = election->lost < MANUAL_DOUBLINGS ? election->lost : MANUAL_DOUBLINGS;

    if (election->at == 0 || age > RETRY * cluster_election_timeout(cluster))
        return true;
    if (!cluster->manual.ready)
        return false;
    if (election->by_hand)
        return election->asked && age > MANUAL_PATIENCE_MS << doublings;
    return !election->asked && age < 0;
}

void cluster_election_tick(struct cluster *cluster)
{
    struct cluster_election *election = &cluster->election;
    int64_t timeout = cluster_election_timeout(cluster);
    uint32_t rank;

    if (!cluster_election_may(cluster)) {
        /* An attempt that was made stays, so that the next one keeps its distance. */
        if (!election->asked)
            election->at = 0;
        return;
    }
    if (cluster_election_is_over(cluster))
        cluster_election_schedule(cluster);
    if (!election->asked && !cluster->manual.ready) {
        rank = cluster_election_rank(cluster);
        if (rank > election->rank)
            election->at +=
                (int64_t)(rank - election->rank) * RANK_DELAY * cluster_election_delay(cluster);
        if (rank > election->rank)
            election->rank = rank;
    }
    if (!election->asked && cluster->now >= election->at)
        cluster_election_ask(cluster);
    if (cluster->now - election->at <= timeout)
        cluster_election_count(cluster);
}

time_ms cluster_election_deadline(const struct cluster *cluster)
{
    const struct cluster_election *election = &cluster->election;

    return election->at != 0 && !election->asked ? election->at : TIME_NEVER;
}

void cluster_election_vote(struct cluster *cluster, uint32_t sender,
                           const struct bus_message *message)
{
    struct cluster_election *election = &cluster->election;
    const struct cluster_node *node = cluster_at(cluster, sender);

    if (!election->asked || !cluster_is_primary(node) ||
        cluster_peers_slots(cluster, sender) == 0 ||
        message->header.current_epoch < election->epoch)
        return;
    for (uint32_t i = 0; i < election->vote_count; i++) {
        if (node_id_equal(&election->votes[i], &node->id))
            return;
    }
    if (election->vote_count == election->vote_capacity) {
        election->vote_capacity = election->vote_capacity > 0 ? election->vote_capacity * 2 : 8;
        election->votes =
            memory_resize(election->votes, election->vote_capacity * sizeof(*election->votes));
    }
    election->votes[election->vote_count++] = node->id;
    cluster_election_tick(cluster);
}
