/*
 * Clusters in virtual time.
 *
 *   sim SEED [verbose]
 *       One run: a cluster, faults of all kinds, and peace, in which it must come together again.
 *   sim batch [COUNT [FIRST]]
 *       So many runs (12), with seeds from FIRST on, or from one that the clock chooses.
 *   sim leave-batch [COUNT [FIRST]]
 *       The same, and in the end all primaries stop at once, each with a successor.
 *   sim autopilot SEED [verbose], sim autopilot-batch [COUNT [FIRST]]
 *       The same for the life of a cluster that runs itself.
 *   sim report NODES [MS]
 *       What so many nodes cost, and how fast they replace a primary, with this node timeout
 *       (15000).
 */
#include "cluster/nodes_conf.h"
#include "proto/base/assert.h"
#include "proto/base/memory.h"
#include "tests/sim/handover.h"
#include "tests/sim/world.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { PEACE_STEPS = 300, PEACE_STEP_MS = 500, SETUP_STEPS = 200, LOOK_MS = 20 };

struct plan {
    struct handovers handovers;
    uint32_t shards;
    uint32_t replicas; /* of each */
    bool verbose;
};

static void say(const struct plan *plan, const struct world *world, const char *what, uint32_t node)
{
    if (plan->verbose)
        printf("%8lld ms: %s %u\n", (long long)(world->now - 1000000000), what, node);
}

static void meet(struct world *world, uint32_t from, uint32_t to)
{
    char address[32];

    world_admin(world, from,
                (struct cluster_admin){.operation = CLUSTER_ADMIN_MEET,
                                       .ip = world_address(world, to, address),
                                       .port = 7000,
                                       .bus_port = 17000});
}

static bool know_each_other(const struct world *world)
{
    for (uint32_t i = 0; i < world->node_count; i++) {
        const struct topology *topology = cluster_topology(world->nodes[i].cluster);

        if (topology->node_count != world->node_count)
            return false;
        for (uint32_t j = 0; j < topology->node_count; j++) {
            if (topology->nodes[j].flags & CLUSTER_NODE_HANDSHAKE)
                return false;
        }
    }
    return true;
}

static void set_up_primaries(struct world *world, const struct plan *plan)
{
    for (uint32_t i = 0; i < world->node_count; i++)
        world_start(world, i, true);
    for (uint32_t i = 0; i < plan->shards; i++) {
        struct slot_range range = {(uint16_t)(i * SLOT_COUNT / plan->shards),
                                   (uint16_t)((i + 1) * SLOT_COUNT / plan->shards - 1)};

        world_admin(world, i,
                    (struct cluster_admin){
                        .operation = CLUSTER_ADMIN_ADD_SLOTS, .ranges = &range, .range_count = 1});
        world_admin(
            world, i,
            (struct cluster_admin){.operation = CLUSTER_ADMIN_SET_CONFIG_EPOCH, .epoch = i + 1});
    }
    for (uint32_t i = 1; i < world->node_count; i++)
        meet(world, 0, i);
}

static void set_up(struct world *world, const struct plan *plan)
{
    uint32_t steps = 0;

    set_up_primaries(world, plan);
    while (!know_each_other(world) && steps++ < SETUP_STEPS)
        world_run(world, PEACE_STEP_MS);
    ASSERT(know_each_other(world));
    for (uint32_t i = plan->shards; i < world->node_count; i++) {
        struct cluster_admin replicate = {.operation = CLUSTER_ADMIN_REPLICATE,
                                          .node = world->nodes[i % plan->shards].id};

        ASSERT(world_admin(world, i, replicate) == CLUSTER_OK);
    }
    while (checks_converged(world) != NULL && steps++ < SETUP_STEPS)
        world_run(world, PEACE_STEP_MS);
    if (checks_converged(world) != NULL)
        fprintf(stderr, "at the start: %s\n", checks_converged(world));
    ASSERT(checks_converged(world) == NULL);
}

static bool is_divided(const struct world *world)
{
    return memchr(world->blocked, true, (size_t)world->node_count * world->node_count) != NULL;
}

/* Does it say that its data are all of its primary's, or would it after a restart? */
static bool knows_its_data(const struct world_node *node)
{
    return node_id_empty(&node->primary) ||
           memmem(node->synced.bytes, node->synced.length, "copyOf", 6) != NULL;
}

/* Is there another node with the data of this one, that can take over? Who is cut off may be told
 * of a primary of before, and give up its data for it. */
static bool has_stand_in(const struct world *world, uint32_t index)
{
    const struct world_node *node = &world->nodes[index];
    const struct node_id *shard = node_id_empty(&node->primary) ? &node->id : &node->primary;

    if (is_divided(world))
        return false;
    for (uint32_t i = 0; i < world->node_count; i++) {
        const struct world_node *other = &world->nodes[i];

        if (i != index && other->cluster != NULL && other->complete && knows_its_data(other) &&
            (node_id_equal(&other->primary, shard) || node_id_equal(&other->id, shard)))
            return true;
    }
    return false;
}

static void restart(struct world *world, const struct plan *plan, uint32_t index)
{
    struct world_node *node = &world->nodes[index];
    bool complete = node->complete;

    say(plan, world, complete ? "starts" : "starts without its data", index);
    world_start(world, index, complete);
}

static void crash(struct world *world, const struct plan *plan, uint32_t index)
{
    struct world_node *node = &world->nodes[index];
    uint64_t kind = random_below(&world->random, 6);
    bool others = has_stand_in(world, index);

    say(plan, world, kind == 0 ? "crashes and loses its data" : "crashes", index);
    world_crash(world, index, random_below(&world->random, 2) == 0);
    if (kind == 0 && others)
        node->complete = false;
}

static void partition(struct world *world, const struct plan *plan)
{
    bool one_way = random_below(&world->random, 2) == 0;
    uint32_t groups[WORLD_NODES_MAX];

    say(plan, world, one_way ? "half a partition" : "a partition", 0);
    for (uint32_t i = 0; i < world->node_count; i++)
        groups[i] = random_below(&world->random, 3) == 0;
    for (uint32_t from = 0; from < world->node_count; from++) {
        for (uint32_t to = 0; to < world->node_count; to++)
            world->blocked[from * world->node_count + to] =
                groups[from] != groups[to] && (!one_way || groups[from] == 0);
    }
}

static void heal(struct world *world)
{
    memset(world->blocked, 0, (size_t)world->node_count * world->node_count);
    world->delay_max = 3;
    world->loss = 0;
}

static void fail_over(struct world *world, const struct plan *plan, uint32_t index)
{
    static const enum cluster_failover ways[] = {CLUSTER_FAILOVER_AGREED, CLUSTER_FAILOVER_AGREED,
                                                 CLUSTER_FAILOVER_FORCE, CLUSTER_FAILOVER_TAKEOVER};
    struct cluster_admin admin = {.operation = CLUSTER_ADMIN_FAILOVER,
                                  .failover = ways[random_below(&world->random, 4)]};

    world->nodes[index].forced |= admin.failover != CLUSTER_FAILOVER_AGREED;
    if (world->nodes[index].complete || admin.failover != CLUSTER_FAILOVER_TAKEOVER)
        if (world_admin(world, index, admin) == CLUSTER_OK)
            say(plan, world, "is to take over", index);
}

/* Time passes, and what is handed over goes on. */
static void live(struct world *world, struct plan *plan, int64_t for_ms)
{
    for (int64_t passed = 0; passed < for_ms; passed += LOOK_MS) {
        world_run(world, LOOK_MS);
        handover_look(&plan->handovers, world);
    }
}

static void hand_over(struct world *world, struct plan *plan, uint32_t index)
{
    uint32_t target = (uint32_t)random_below(&world->random, world->node_count);

    if (random_below(&world->random, 2) == 0) {
        if (handover_end(&plan->handovers, world, index))
            say(plan, world, "is to end, and hands over", index);
    } else if (handover_move(&plan->handovers, world, index, target)) {
        say(plan, world, "hands slots over", index);
        say(plan, world, "... to", target);
    }
}

static void one_fault(struct world *world, struct plan *plan)
{
    uint32_t index = (uint32_t)random_below(&world->random, world->node_count);
    bool up = world->nodes[index].cluster != NULL;

    switch (random_below(&world->random, 10)) {
    case 0:
    case 1:
        if (up)
            crash(world, plan, index);
        else
            restart(world, plan, index);
        break;
    case 2:
        if (!up)
            restart(world, plan, index);
        break;
    case 3:
        partition(world, plan);
        break;
    case 4:
        heal(world);
        break;
    case 5:
        world->delay_max = 1 + (uint32_t)random_below(&world->random, 300);
        world->loss = (uint32_t)random_below(&world->random, 2) * 50;
        break;
    case 6:
        world->nodes[index].clock_ahead +=
            (int64_t)random_below(&world->random, 20000000) - 10000000;
        network_break_one(world);
        break;
    case 7:
    case 8:
        if (up)
            hand_over(world, plan, index);
        break;
    default:
        if (up)
            fail_over(world, plan, index);
    }
}

static const char *make_peace(struct world *world, struct plan *plan)
{
    const char *problem = "";

    heal(world);
    while (!handover_is_over(&plan->handovers))
        live(world, plan, LOOK_MS);
    for (uint32_t i = 0; i < world->node_count; i++) {
        if (world->nodes[i].cluster == NULL)
            restart(world, plan, i);
    }
    for (uint32_t i = 0; i < PEACE_STEPS && problem != NULL; i++) {
        world_run(world, PEACE_STEP_MS);
        problem = checks_converged(world);
    }
    return problem;
}

/* All primaries are told to end at once, and wait for their replicas. */
static const char *end_all(struct world *world, struct plan *plan)
{
    uint32_t before = plan->handovers.in_vain;

    for (uint32_t i = 0; i < world->node_count; i++)
        handover_end(&plan->handovers, world, i);
    while (!handover_is_over(&plan->handovers))
        live(world, plan, LOOK_MS);
    return plan->handovers.in_vain > before ? "a primary has ended without a successor" : NULL;
}

/* Each node's table, for who looks into a failure. */
static void show_tables(const struct world *world)
{
    for (uint32_t i = 0; i < world->node_count; i++) {
        const struct topology *topology = cluster_topology(world->nodes[i].cluster);
        struct text_builder text;

        text_builder_init(&text);
        nodes_conf_write(topology, &text);
        printf("node %u, %s, data %s:\n%.*s", i,
               cluster_is_ok(world->nodes[i].cluster) ? "ok" : "fail",
               world->nodes[i].complete ? "complete" : "missing", (int)text.length, text.bytes);
        text_builder_free(&text);
    }
}

static bool run_one(uint64_t seed, bool verbose, bool leaves)
{
    struct world world;
    struct random random;
    struct plan plan = {.verbose = verbose};
    const char *problem;
    uint32_t faults;

    random_seed(&random, seed);
    plan.shards = 3 + (uint32_t)random_below(&random, 3);
    plan.replicas = 1 + (uint32_t)random_below(&random, 2);
    faults = 10 + (uint32_t)random_below(&random, 40);
    world_init(&world, seed, plan.shards * (1 + plan.replicas),
               500 + (int64_t)random_below(&random, 2000));
    world.check = true;
    world.verbose = verbose;
    world.blocked = memory_new_zeroed((size_t)world.node_count * world.node_count, 1);
    set_up(&world, &plan);
    for (uint32_t i = 0; i < faults; i++) {
        one_fault(&world, &plan);
        live(&world, &plan, 100 + (int64_t)random_below(&random, 3000));
    }
    problem = make_peace(&world, &plan);
    if (problem == NULL && leaves)
        problem = end_all(&world, &plan);
    printf("seed %llu: %u nodes, %u faults, %lld s, %llu steps, handed over %llu roles and %llu "
           "times slots: %s\n",
           (unsigned long long)seed, world.node_count, faults,
           (long long)(world.now - 1000000000) / 1000, (unsigned long long)world.steps,
           (unsigned long long)world.handed_over, (unsigned long long)world.slots_taken,
           problem == NULL ? "together again" : problem);
    if (problem != NULL && verbose)
        show_tables(&world);
    fflush(stdout);
    world_free(&world);
    return problem == NULL;
}

static uint64_t seed_of_clock(void)
{
    struct timespec now;

    clock_gettime(CLOCK_REALTIME, &now);
    return (uint64_t)now.tv_sec * 1000000 % 1000000000;
}

static bool run(uint64_t seed, bool verbose)
{
    return run_one(seed, verbose, false);
}

static bool leave(uint64_t seed, bool verbose)
{
    return run_one(seed, verbose, true);
}

static int batch(uint64_t count, uint64_t first, bool (*one)(uint64_t seed, bool verbose))
{
    uint64_t failed = 0;

    for (uint64_t i = 0; i < count; i++) {
        fprintf(stderr, "seed %llu\n", (unsigned long long)(first + i));
        failed += !one(first + i, false);
    }
    printf("%llu of %llu runs came together again\n", (unsigned long long)(count - failed),
           (unsigned long long)count);
    return failed == 0 ? 0 : 1;
}

/* ---- The report ---- */

static void write_disk(struct world *world, uint32_t index, const struct node_id *ids)
{
    struct text_builder *text = &world->nodes[index].disk;
    uint32_t shards = world->node_count / 2;
    char address[32];

    for (uint32_t i = 0; i < world->node_count; i++) {
        uint32_t shard = i % shards;

        world_address(world, i, address);
        text_builder_format(text, "%.40s %s:7000@17000,,tls-port=0,shard-id=%.40s %s%s ",
                            ids[i].text, address, ids[shard].text, i == index ? "myself," : "",
                            i < shards ? "master" : "slave");
        text_builder_format(text, "%.40s 0 0 %u connected", i < shards ? "-" : ids[shard].text,
                            i < shards ? shard + 1 : shard + 1);
        if (i < shards)
            text_builder_format(text, " %u-%u", shard * SLOT_COUNT / shards,
                                (shard + 1) * SLOT_COUNT / shards - 1);
        text_builder_append(text, SPAN("\n"));
    }
    text_builder_format(text, "vars currentEpoch %u lastVoteEpoch 0\n", shards);
}

static double processor_seconds(void)
{
    struct timespec now;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void measure_traffic(struct world *world, int64_t for_ms)
{
    double cpu = processor_seconds();
    uint64_t bytes = 0, packets = world->packets;

    for (uint32_t i = 0; i < world->node_count; i++)
        world->nodes[i].bytes_sent = 0;
    world_run(world, for_ms);
    for (uint32_t i = 0; i < world->node_count; i++)
        bytes += world->nodes[i].bytes_sent;
    cpu = processor_seconds() - cpu;
    printf(
        "  sends per node and second: %.1f messages, %.0f bytes; processor: %.3f ms per node and "
        "second\n",
        (double)(world->packets - packets) * 1000 / (double)for_ms / world->node_count,
        (double)bytes * 1000 / (double)for_ms / world->node_count,
        cpu * 1e6 / (double)for_ms / world->node_count);
}

/* The first moment at which anybody holds the flags for a node. */
static bool anybody_sees(const struct world *world, const struct node_id *id, uint32_t flags)
{
    for (uint32_t i = 0; i < world->node_count; i++) {
        const struct cluster_node *node;

        if (world->nodes[i].cluster == NULL)
            continue;
        node = topology_find_node(cluster_topology(world->nodes[i].cluster), id);
        if (node != NULL && node->flags & flags)
            return true;
    }
    return false;
}

static bool all_see_owner(const struct world *world, uint16_t slot, const struct node_id *id)
{
    for (uint32_t i = 0; i < world->node_count; i++) {
        const struct topology *topology;

        if (world->nodes[i].cluster == NULL)
            continue;
        topology = cluster_topology(world->nodes[i].cluster);
        if (topology->owner[slot] == SLOT_MAP_NOBODY ||
            !node_id_equal(&topology->nodes[topology->owner[slot]].id, id))
            return false;
    }
    return true;
}

static void measure_failover(struct world *world)
{
    struct node_id dead = world->nodes[0].id;
    uint32_t heir = world->node_count / 2;
    int64_t doubted = 0, failed = 0, elected = 0, known = 0, passed = 0;

    world_crash(world, 0, false);
    while (known == 0 && passed < 20 * world->node_timeout) {
        int64_t step = world->node_timeout > 5000 ? 20 : 5;

        world_run(world, step);
        passed += step;
        if (doubted == 0 && anybody_sees(world, &dead, CLUSTER_NODE_MAYBE_FAILED))
            doubted = passed;
        if (failed == 0 && anybody_sees(world, &dead, CLUSTER_NODE_FAILED))
            failed = passed;
        if (elected == 0 && node_id_empty(&world->nodes[heir].primary))
            elected = passed;
        if (elected != 0 && all_see_owner(world, 0, &world->nodes[heir].id))
            known = passed;
    }
    printf("  a primary is killed: doubted after %lld ms, failed after %lld, replaced after %lld, "
           "known to all after %lld\n",
           (long long)doubted, (long long)failed, (long long)elected, (long long)known);
}

static int report(uint32_t nodes, int64_t timeout)
{
    struct world world;
    struct node_id *ids = memory_new_zeroed(nodes, sizeof(*ids));

    world_init(&world, 1, nodes, timeout);
    for (uint32_t i = 0; i < nodes; i++)
        ids[i] = world_random_id(&world);
    for (uint32_t i = 0; i < nodes; i++) {
        write_disk(&world, i, ids);
        world_start(&world, i, true);
        /* All at once they would have as many first messages on their way as there are pairs. */
        world_run(&world, 1);
    }
    printf("%u nodes, half of them replicas, node timeout %lld ms\n", nodes, (long long)timeout);
    world_run(&world, 2 * timeout);
    printf("  %s\n", checks_converged(&world) == NULL ? "together" : checks_converged(&world));
    measure_traffic(&world, timeout);
    measure_failover(&world);
    world_free(&world);
    memory_free(ids);
    return 0;
}

/* The argument at this place as a number. */
static uint64_t number_at(int argc, char **argv, int place, uint64_t otherwise)
{
    return argc > place ? strtoull(argv[place], NULL, 10) : otherwise;
}

int main(int argc, char **argv)
{
    const char *first = argc > 1 ? argv[1] : "batch";

    if (strcmp(first, "report") == 0)
        return report((uint32_t)number_at(argc, argv, 2, 100),
                      (int64_t)number_at(argc, argv, 3, 15000));
    if (strcmp(first, "autopilot") == 0)
        return autopilot_run(number_at(argc, argv, 2, 1), argc > 3) ? 0 : 1;
    if (strcmp(first, "batch") == 0 || strcmp(first, "autopilot-batch") == 0)
        return batch(number_at(argc, argv, 2, 12), number_at(argc, argv, 3, seed_of_clock()),
                     strcmp(first, "batch") == 0 ? run : autopilot_run);
    if (strcmp(first, "leave-batch") == 0)
        return batch(number_at(argc, argv, 2, 12), number_at(argc, argv, 3, seed_of_clock()),
                     leave);
    return run(strtoull(first, NULL, 10), argc > 2) ? 0 : 1;
}
