#include "proto/base/assert.h"
#include "proto/bus/bus_message.h"
#include "tests/sim/world.h"

#include <stdio.h>
#include <stdlib.h>

#define CHECK(condition, world, node) ((condition) ? (void)0 : checks_fail(#condition, world, node))

static void checks_fail(const char *what, const struct world *world, uint32_t node)
{
    fflush(stdout);
    fprintf(stderr, "at %lld ms, node %u (%.8s): violated: %s\n", (long long)world->now, node,
            world->nodes[node].id.text, what);
    abort();
}

/* The number behind a word in the last line of what is safe on the disk. */
static uint64_t checks_on_disk(const struct world_node *node, const char *word)
{
    const char *at = memmem(node->synced.bytes, node->synced.length, word, strlen(word));

    return at != NULL ? strtoull(at + strlen(word), NULL, 10) : 0;
}

void checks_sent(struct world *world, uint32_t index, const struct cluster_packet *packet)
{
    struct world_node *node = &world->nodes[index];
    struct bus_message message;

    if (!world->check)
        return;
    CHECK(bus_decode(span_of((const char *)packet->bytes, packet->length), &message) == BUS_FINE,
          world, index);
    /* What was told once is never taken back, and is on disk before it is told. */
    CHECK(message.header.current_epoch >= node->epoch_told, world, index);
    CHECK(checks_on_disk(node, "currentEpoch ") >= message.header.current_epoch, world, index);
    node->epoch_told = message.header.current_epoch;
    if (message.type != BUS_VOTE)
        return;
    CHECK(message.header.current_epoch > node->votes_epoch, world, index);
    CHECK(checks_on_disk(node, "lastVoteEpoch ") == message.header.current_epoch, world, index);
    node->votes_epoch = message.header.current_epoch;
}

/*
 * Elected nodes have epochs that nobody else of their shard was elected in. In different shards it
 * may happen: who has been replaced by agreement and is cut off then does not know it, and votes
 * beside the one who has replaced him. The collision of epochs that this leaves is for the nodes to
 * resolve.
 */
static void checks_elected(struct world *world, uint32_t index)
{
    const struct cluster_node *node =
        topology_myself(cluster_topology(world->nodes[index].cluster));
    struct world_winner *winner;

    /* One that gives up to be a replica, with nothing. */
    if (slot_map_count(cluster_topology(world->nodes[index].cluster)->owner,
                       (uint16_t)cluster_topology(world->nodes[index].cluster)->myself) == 0)
        return;
    CHECK(node->config_epoch < WORLD_EPOCHS_MAX, world, index);
    winner = &world->winners[node->config_epoch];
    CHECK(world->took_over || node_id_equal(&winner->id, &node->id) ||
              !node_id_equal(&winner->shard, &node->shard_id),
          world, index);
    *winner = (struct world_winner){.id = node->id, .shard = node->shard_id};
    /* An empty node never wins. */
    CHECK(world->nodes[index].complete, world, index);
}

/* A primary that has agreed to be replaced loses no write. */
void checks_handed_over(struct world *world, uint32_t index)
{
    const struct world_node *node = &world->nodes[index];
    const struct cluster_node *seen =
        topology_find_node(cluster_topology(node->cluster), &node->primary);
    uint32_t before = world_find(world, &node->primary);

    /* It has failed, or does not wait any more. */
    if (node->forced || seen == NULL || seen->flags & CLUSTER_NODE_FAILED || before == UINT32_MAX ||
        !world->nodes[before].paused)
        return;
    CHECK(node->offset >= world->nodes[before].offset, world, index);
    world->handed_over++;
}

void checks_stepped(struct world *world, uint32_t index, bool was_replica)
{
    const struct topology *topology = cluster_topology(world->nodes[index].cluster);
    bool primary = (topology_myself(topology)->flags & CLUSTER_NODE_PRIMARY) != 0;

    if (was_replica && primary)
        checks_elected(world, index);
    if (world->check && world->steps % 16 == 0)
        topology_check(topology);
}

static const char *checks_same_owners(const struct topology *a, const struct topology *b)
{
    for (uint32_t slot = 0; slot < SLOT_COUNT; slot++) {
        if (a->owner[slot] == SLOT_MAP_NOBODY || b->owner[slot] == SLOT_MAP_NOBODY)
            return "a slot has no owner";
        if (!node_id_equal(&a->nodes[a->owner[slot]].id, &b->nodes[b->owner[slot]].id))
            return "nodes disagree about the owner of a slot";
    }
    return NULL;
}

static const char *checks_epochs(const struct topology *topology)
{
    for (uint32_t i = 0; i < topology->node_count; i++) {
        for (uint32_t j = 0; j < i; j++) {
            const struct cluster_node *a = &topology->nodes[i], *b = &topology->nodes[j];

            if (a->flags & b->flags & CLUSTER_NODE_PRIMARY && a->config_epoch == b->config_epoch &&
                slot_map_count(topology->owner, (uint16_t)i) > 0 &&
                slot_map_count(topology->owner, (uint16_t)j) > 0)
                return "two primaries have the same epoch";
        }
    }
    return NULL;
}

static const char *checks_node(const struct world *world, uint32_t index,
                               const struct topology *first)
{
    const struct world_node *node = &world->nodes[index];
    const struct topology *topology = cluster_topology(node->cluster);
    const struct cluster_node *myself = topology_myself(topology);
    const char *problem = checks_same_owners(first, topology);

    if (problem != NULL)
        return problem;
    if (!cluster_is_ok(node->cluster))
        return "a node calls the cluster failed";
    if (topology->current_epoch != first->current_epoch)
        return "nodes disagree about the current epoch";
    if (slot_map_count(topology->owner, (uint16_t)topology->myself) > 0 && !node->complete)
        return "an owner of slots has no data";
    if (myself->flags & CLUSTER_NODE_REPLICA && !node->complete)
        return "a replica has not copied its primary";
    for (uint32_t i = 0; i < topology->node_count; i++) {
        if (world_find(world, &topology->nodes[i].id) != UINT32_MAX &&
            topology->nodes[i].flags & (CLUSTER_NODE_FAILED | CLUSTER_NODE_MAYBE_FAILED))
            return "a node that works is called failed";
    }
    return checks_epochs(topology);
}

const char *checks_converged(const struct world *world)
{
    const struct topology *first = NULL;
    const char *problem = NULL;

    for (uint32_t i = 0; i < world->node_count && problem == NULL; i++) {
        if (world->nodes[i].cluster == NULL)
            continue;
        if (first == NULL)
            first = cluster_topology(world->nodes[i].cluster);
        problem = checks_node(world, i, first);
    }
    return problem;
}
