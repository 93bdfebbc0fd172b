/*
 * A cluster that forms, scales and mends itself.
 *
 * Each second or so the server tells what it sees: the addresses behind the service's name, and
 * whether slots are on their way. That one look may lead to one step of this node's own part: it
 * meets others, begins the cluster, gives slots, follows a primary, has a replica take over. What
 * is to be done follows from what is seen (autopilot_plan.h), never from what was begun earlier.
 *
 * No two nodes begin a cluster. Only the one with number 0 may, when all that are seen answer, are
 * as many primaries as are wanted, want the same, and none of them, nor this one, has ever heard of
 * an owner of slots; nodes.conf remembers that. So one that has lost its disk begins nothing: the
 * others know better. It claims all slots, in one piece, and then gives shares to others as it
 * would at any later time.
 *
 * All that follows is safe whoever does it: slots are given by their owner, by migration, and the
 * cluster must be ok from where it stands.
 */
#include "cluster/autopilot_plan.h"
#include "cluster/cluster_state.h"
#include "proto/base/memory.h"

enum {
    SETTLED_MS = 1000,      /* the same picture for so long, and slots move, empty nodes follow */
    GIFT_MAX = 1024,        /* slots in one migration, or half as many more */
    SETTLED_TIMEOUTS = 2,   /* node timeouts, before those who have a place change it ... */
    SETTLED_LONG_MS = 2000, /* ... and this at least */
};

uint8_t cluster_autopilot_flags(struct cluster *cluster)
{
    uint8_t flags = BUS_AUTOPILOT_ON;

    if (!cluster->settings.autopilot)
        return 0;
    if (cluster->autopilot.leaving)
        flags |= BUS_AUTOPILOT_LEAVING;
    if (cluster_peers_counts(cluster)->slots_assigned > 0)
        flags |= BUS_AUTOPILOT_FORMED;
    return flags;
}

/* Has a node with this name a number that is too high for the cluster as it is wanted? */
static bool cluster_autopilot_is_surplus(const struct cluster *cluster, const char *hostname)
{
    uint32_t ordinal = autopilot_ordinal(span_of_string(hostname));
    uint64_t wanted = (uint64_t)cluster->settings.wanted_primaries *
                      (1 + (uint64_t)cluster->settings.wanted_replicas);

    return ordinal != AUTOPILOT_NONE && ordinal >= wanted;
}

static void cluster_autopilot_set_leaving(struct cluster *cluster, bool stopping)
{
    bool leaving =
        stopping || cluster_autopilot_is_surplus(cluster, cluster_myself(cluster)->hostname);

    if (cluster->autopilot.leaving == leaving)
        return;
    cluster->autopilot.leaving = leaving;
    cluster_send_news(cluster, false);
}

bool cluster_can_drain(const struct cluster *cluster)
{
    const struct topology *topology = &cluster->topology;

    if (!cluster->settings.autopilot || cluster->hollow ||
        !cluster_is_primary(topology_myself(topology)) ||
        slot_map_count(topology->owner, (uint16_t)topology->myself) == 0)
        return false;
    /* Somebody who stays; one that cannot be reached for a moment is waited for. */
    for (uint32_t i = 0; i < topology->node_count; i++) {
        uint8_t told = cluster->peers[i].autopilot;

        if (i != topology->myself && !(topology->nodes[i].flags & CLUSTER_NODE_FAILED) &&
            told & BUS_AUTOPILOT_ON && !(told & BUS_AUTOPILOT_LEAVING) &&
            !cluster_autopilot_is_surplus(cluster, topology->nodes[i].hostname))
            return true;
    }
    return false;
}

/* ---- What it looks like ---- */

static bool cluster_autopilot_counts(struct cluster *cluster, uint32_t place)
{
    const struct cluster_node *node = cluster_at(cluster, place);

    if (node->flags & CLUSTER_NODE_HANDSHAKE)
        return false;
    return !(node->flags & CLUSTER_NODE_FAILED) || cluster_peers_slots(cluster, place) > 0;
}

static void cluster_autopilot_member(struct cluster *cluster, uint32_t place,
                                     struct autopilot_member *member)
{
    const struct cluster_node *node = cluster_at(cluster, place);
    uint8_t told = cluster->peers[place].autopilot;
    bool myself = place == cluster->topology.myself;

    *member = (struct autopilot_member){
        .id = node->id,
        .ordinal = autopilot_ordinal(span_of_string(node->hostname)),
        .follows = node->primary_id,
        .slots = cluster_peers_slots(cluster, place),
        .leaving = myself ? cluster->autopilot.leaving
                          : (told & BUS_AUTOPILOT_LEAVING) != 0 ||
                                cluster_autopilot_is_surplus(cluster, node->hostname),
        .away =
            !myself && (!node->connected || cluster_is_failing(node) || !(told & BUS_AUTOPILOT_ON)),
    };
}

static struct autopilot_plan cluster_autopilot_plan(struct cluster *cluster)
{
    struct autopilot_plan plan = {.primaries = cluster->settings.wanted_primaries,
                                  .replicas = cluster->settings.wanted_replicas};

    plan.members = memory_new(cluster->topology.node_count * sizeof(*plan.members));
    for (uint32_t i = 0; i < cluster->topology.node_count; i++) {
        if (cluster_autopilot_counts(cluster, i))
            cluster_autopilot_member(cluster, i, &plan.members[plan.count++]);
    }
    autopilot_plan_sort(&plan);
    autopilot_plan_make(&plan);
    return plan;
}

static uint64_t cluster_autopilot_mix(uint64_t hash, const void *bytes, size_t length)
{
    for (size_t i = 0; i < length; i++)
        hash = (hash ^ ((const uint8_t *)bytes)[i]) * 0x100000001b3u;
    return hash;
}

/* How long it has looked like this. Slots on their way do not count. */
static int64_t cluster_autopilot_settled(struct cluster *cluster, const struct autopilot_plan *plan)
{
    struct cluster_autopilot *self = &cluster->autopilot;
    uint64_t picture = 0xcbf29ce484222325u;

    for (uint32_t i = 0; i < plan->count; i++) {
        const struct autopilot_member *member = &plan->members[i];
        uint8_t state[] = {member->slots > 0, member->leaving, member->away};

        picture = cluster_autopilot_mix(picture, &member->id, sizeof(member->id));
        picture = cluster_autopilot_mix(picture, &member->follows, sizeof(member->follows));
        picture = cluster_autopilot_mix(picture, state, sizeof(state));
    }
    if (picture != self->picture || self->picture_since == 0) {
        self->picture = picture;
        self->picture_since = cluster->now;
    }
    return cluster->now - self->picture_since;
}

/* ---- Steps ---- */

/* The last `count` of my slots, as ranges. */
static uint32_t cluster_autopilot_ranges(struct cluster *cluster, uint32_t count,
                                         struct slot_range *ranges)
{
    const uint16_t *owner = cluster->topology.owner;
    uint32_t myself = cluster->topology.myself, ranges_count = 0;

    for (uint32_t slot = SLOT_COUNT; slot-- > 0 && count > 0;) {
        if (owner[slot] != myself)
            continue;
        count--;
        if (ranges_count > 0 && ranges[ranges_count - 1].first == slot + 1)
            ranges[ranges_count - 1].first = (uint16_t)slot;
        else
            ranges[ranges_count++] = (struct slot_range){(uint16_t)slot, (uint16_t)slot};
    }
    return ranges_count;
}

static bool cluster_autopilot_give(struct cluster *cluster, const struct autopilot_plan *plan,
                                   uint32_t self)
{
    struct cluster_action *action;
    struct slot_range *ranges;
    uint32_t target, count;

    if (cluster->topology.open_slot_count > 0 || cluster->manual.until != 0 ||
        !autopilot_plan_gift(plan, self, &target, &count))
        return false;
    /* Nothing is left over that would be too little to move. */
    if (count > GIFT_MAX + GIFT_MAX / 2)
        count = GIFT_MAX;
    ranges = memory_new(count * sizeof(*ranges));
    action = cluster_actions_add(&cluster->outbox, CLUSTER_ACTION_MIGRATE);
    action->migrate.target = plan->members[target].id;
    action->migrate.ranges = ranges;
    action->migrate.range_count = cluster_autopilot_ranges(cluster, count, ranges);
    cluster_autopilot_say(cluster, "gives %u slots to %.40s", count, plan->members[target].id.text);
    return true;
}

static void cluster_autopilot_follow(struct cluster *cluster, const struct autopilot_plan *plan,
                                     uint32_t primary)
{
    struct cluster_admin admin = {.operation = CLUSTER_ADMIN_REPLICATE,
                                  .node = plan->members[primary].id};

    cluster_autopilot_say(cluster, "becomes a replica of %.40s", admin.node.text);
    cluster_admin_run(cluster, &admin);
    cluster_send_news(cluster, false);
}

static void cluster_autopilot_hand_over(struct cluster *cluster)
{
    struct cluster_autopilot *self = &cluster->autopilot;
    int64_t limit = cluster_manual_limit(cluster);

    if (cluster->now < self->hand_over_at)
        return;
    /* Where several hand over at the same moment none of their replicas has most of the votes: not
     * again at the same moment. */
    self->hand_over_at =
        cluster->now + 2 * limit + (int64_t)random_below(&cluster->random, (uint64_t)limit);
    cluster_autopilot_say(cluster, "has a replica take over");
    cluster_manual_hand_over(cluster);
}

/* One without a place gets one. */
static bool cluster_autopilot_find_place(struct cluster *cluster, const struct autopilot_plan *plan,
                                         uint32_t self, bool settled_long)
{
    uint32_t primary = autopilot_plan_primary(plan, self);

    if (primary == AUTOPILOT_NONE && settled_long)
        primary = autopilot_plan_evener(plan, self);
    if (primary == AUTOPILOT_NONE)
        return false;
    cluster_autopilot_follow(cluster, plan, primary);
    return true;
}

static void cluster_autopilot_step(struct cluster *cluster, const struct autopilot_plan *plan,
                                   uint32_t self, bool settled_long)
{
    const struct autopilot_member *member = &plan->members[self];
    bool orphan = cluster_is_replica(cluster_myself(cluster)) && node_id_empty(&member->follows);

    if (member->heir != AUTOPILOT_NONE) {
        cluster_autopilot_hand_over(cluster);
        return;
    }
    if (member->slots > 0) {
        cluster_autopilot_give(cluster, plan, self);
        return;
    }
    if ((plan->climber == self && settled_long) || (orphan && member->seat)) {
        cluster_autopilot_say(cluster, "stops to be a replica, to get slots of its own");
        cluster_roles_start_anew(cluster);
        return;
    }
    cluster_autopilot_find_place(cluster, plan, self, settled_long);
}

static void cluster_autopilot_decide(struct cluster *cluster, bool migrating)
{
    struct autopilot_plan plan = cluster_autopilot_plan(cluster);
    int64_t settled = cluster_autopilot_settled(cluster, &plan);
    int64_t settled_long = SETTLED_TIMEOUTS * cluster->settings.node_timeout_ms;
    uint32_t self = 0;

    if (settled_long < SETTLED_LONG_MS)
        settled_long = SETTLED_LONG_MS;
    while (!node_id_equal(&plan.members[self].id, &cluster_myself(cluster)->id))
        self++;
    ASSERT(self < plan.count);
    cluster_autopilot_note_plan(cluster, &plan);
    if (settled < SETTLED_MS)
        cluster_autopilot_note(cluster, "waits whether it goes on to look like this");
    else if (migrating)
        cluster_autopilot_note(cluster, "waits for slots that are on their way");
    else
        cluster_autopilot_step(cluster, &plan, self, settled >= settled_long);
    memory_free(plan.members);
}

void cluster_autopilot_look(struct cluster *cluster, const struct cluster_look_event *look)
{
    if (!cluster->settings.autopilot) {
        cluster->autopilot = (struct cluster_autopilot){0};
        return;
    }
    cluster_autopilot_note_look(cluster, look);
    cluster_autopilot_set_leaving(cluster, look->stopping);
    cluster_autopilot_meet(cluster, look);
    if (cluster->hollow) {
        cluster_autopilot_note(cluster, "waits for a replica to take over: data are lost here");
        return;
    }
    cluster_autopilot_note(cluster, "waits until all slots are served");
    cluster_autopilot_found(cluster, look);
    if (!cluster->ok) {
        cluster->autopilot.picture_since = 0;
        return;
    }
    cluster_autopilot_forget(cluster, look);
    cluster_autopilot_decide(cluster, look->migrating);
}
