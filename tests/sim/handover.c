#include "tests/sim/handover.h"

#include "proto/base/assert.h"

enum { END_MS = 5000 /* that an end may wait */, ASK_AGAIN_MS = 1000 };

static bool is_alive(const struct world *world, uint32_t index, uint64_t life)
{
    return world->nodes[index].cluster != NULL && world->nodes[index].life == life;
}

static const struct topology *topology_of(const struct world *world, uint32_t index)
{
    return cluster_topology(world->nodes[index].cluster);
}

static bool is_primary(const struct world *world, uint32_t index)
{
    return world->nodes[index].cluster != NULL &&
           (topology_myself(topology_of(world, index))->flags & CLUSTER_NODE_PRIMARY) != 0;
}

/* ---- Roles ---- */

bool handover_end(struct handovers *handovers, struct world *world, uint32_t node)
{
    struct cluster_event event = {.type = CLUSTER_EVENT_HAND_OVER};

    if (!is_primary(world, node) || !cluster_can_hand_over(world->nodes[node].cluster))
        return false;
    for (uint32_t i = 0; i < HANDOVER_ENDS_MAX; i++) {
        struct handover_end *end = &handovers->ends[i];

        if (end->under_way)
            continue;
        *end = (struct handover_end){.under_way = true,
                                     .node = node,
                                     .life = world->nodes[node].life,
                                     .again = world->now + ASK_AGAIN_MS,
                                     .until = world->now + END_MS};
        world_step(world, node, &event);
        return true;
    }
    return false;
}

static void look_at_end(struct handovers *handovers, struct world *world, struct handover_end *end)
{
    struct cluster_event event = {.type = CLUSTER_EVENT_HAND_OVER};

    if (!is_alive(world, end->node, end->life)) {
        end->under_way = false;
        return;
    }
    if (is_primary(world, end->node) && world->now < end->until) {
        if (world->now < end->again)
            return;
        end->again = world->now + ASK_AGAIN_MS;
        world_step(world, end->node, &event);
        return;
    }
    end->under_way = false;
    handovers->in_vain += is_primary(world, end->node);
    world_crash(world, end->node, false);
}

/* ---- Slots ---- */

/* An epoch that is new to both. */
static int64_t next_epoch(const struct world *world, const struct handover_move *move)
{
    uint64_t one = topology_of(world, move->source)->current_epoch;
    uint64_t other = topology_of(world, move->target)->current_epoch;

    return (int64_t)(one > other ? one : other) + 1;
}

bool handover_move(struct handovers *handovers, struct world *world, uint32_t source,
                   uint32_t target)
{
    struct handover_move *move = &handovers->moves[0];
    const struct topology *topology;
    uint32_t used;

    while (move < handovers->moves + HANDOVER_MOVES_MAX && move->under_way)
        move++;
    if (move == handovers->moves + HANDOVER_MOVES_MAX || source == target ||
        !is_primary(world, source) || !is_primary(world, target) ||
        !world->nodes[target].complete || cluster_is_hollow(world->nodes[source].cluster) ||
        cluster_is_hollow(world->nodes[target].cluster))
        return false;
    topology = topology_of(world, source);
    *move = (struct handover_move){.source = source,
                                   .target = target,
                                   .source_life = world->nodes[source].life,
                                   .target_life = world->nodes[target].life,
                                   .source_id = world->nodes[source].id};
    if (slot_map_count(topology_of(world, target)->owner,
                       (uint16_t)topology_of(world, target)->myself) == 0 ||
        slot_map_count(topology->owner, (uint16_t)topology->myself) < 2 ||
        !slot_map_next_run(topology->owner, (uint16_t)topology->myself, 0, &move->range))
        return false;
    /* Not all of them: who has none is no member that votes. */
    used = (uint32_t)(move->range.last - move->range.first) / 2;
    move->range.last = (uint16_t)(move->range.first + random_below(&world->random, used + 1));
    if (slot_map_count(topology->owner, (uint16_t)topology->myself) <=
        (uint32_t)(move->range.last - move->range.first) + 1)
        return false;
    move->under_way = true;
    move->epoch = next_epoch(world, move);
    move->take_at = world->now + 1 + (time_ms)random_below(&world->random, world->delay_max * 2);
    move->answer_at =
        move->take_at + 1 + (time_ms)random_below(&world->random, world->delay_max * 2);
    move->give_up_at = move->answer_at + world->node_timeout * 2;
    return true;
}

static struct cluster_admin admin_of(const struct handover_move *move,
                                     enum cluster_admin_operation operation, struct node_id node)
{
    return (struct cluster_admin){.operation = operation,
                                  .ranges = &move->range,
                                  .range_count = 1,
                                  .node = node,
                                  .epoch = move->epoch};
}

/* TAKE arrives, unless the network or the target are not there. */
static void take(struct world *world, struct handover_move *move)
{
    if (!is_alive(world, move->target, move->target_life) ||
        network_blocked(world, move->source, move->target))
        return;
    move->answered = true;
    move->taken =
        world_admin(world, move->target,
                    admin_of(move, CLUSTER_ADMIN_TAKE_SLOTS, move->source_id)) == CLUSTER_OK;
    world->slots_taken += move->taken;
}

/* The answer arrives. */
static void answer(struct world *world, struct handover_move *move)
{
    if (!is_alive(world, move->target, move->target_life) ||
        network_blocked(world, move->target, move->source))
        return;
    move->under_way = false;
    if (move->taken)
        world_admin(world, move->source,
                    admin_of(move, CLUSTER_ADMIN_SLOTS_GIVEN, world->nodes[move->target].id));
}

/* Nobody knows whether it was taken: the source makes sure that it was not. */
static void give_up(struct world *world, struct handover_move *move)
{
    const struct topology *topology = topology_of(world, move->source);

    move->under_way = false;
    if (topology->owner[move->range.first] == topology->myself)
        world_admin(world, move->source,
                    admin_of(move, CLUSTER_ADMIN_OUTBID, world->nodes[move->target].id));
}

static void look_at_move(struct world *world, struct handover_move *move)
{
    /* What was sent arrives, whoever has died meanwhile. */
    if (move->take_at != 0 && world->now >= move->take_at) {
        move->take_at = 0;
        take(world, move);
    }
    if (!is_alive(world, move->source, move->source_life)) {
        move->under_way = move->take_at != 0;
        return;
    }
    if (move->answered && move->answer_at != 0 && world->now >= move->answer_at) {
        move->answer_at = 0;
        answer(world, move);
    }
    if (move->under_way && world->now >= move->give_up_at)
        give_up(world, move);
}

void handover_look(struct handovers *handovers, struct world *world)
{
    for (uint32_t i = 0; i < HANDOVER_ENDS_MAX; i++) {
        if (handovers->ends[i].under_way)
            look_at_end(handovers, world, &handovers->ends[i]);
    }
    for (uint32_t i = 0; i < HANDOVER_MOVES_MAX; i++) {
        if (handovers->moves[i].under_way)
            look_at_move(world, &handovers->moves[i]);
    }
}

bool handover_is_over(const struct handovers *handovers)
{
    for (uint32_t i = 0; i < HANDOVER_ENDS_MAX; i++) {
        if (handovers->ends[i].under_way)
            return false;
    }
    for (uint32_t i = 0; i < HANDOVER_MOVES_MAX; i++) {
        if (handovers->moves[i].under_way)
            return false;
    }
    return true;
}
