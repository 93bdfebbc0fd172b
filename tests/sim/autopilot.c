/*
 * The life of a cluster that runs itself: pods that come, go, are replaced, lose disks and
 * addresses, while the network fails. After each change, and some peace, the cluster must be as it
 * is wanted; and at no time has anybody begun a second one.
 */
#include "cluster/nodes_conf.h"
#include "proto/base/assert.h"
#include "proto/base/memory.h"
#include "tests/sim/world.h"

#include <stdio.h>
#include <stdlib.h>

enum {
    PODS_MAX = 18,
    STEP_MS = 100,
    LOOK_MS = 1000,
    PEACE_MAX_MS = 400000,
    HAND_OVER_MS = 5000,
    DRAIN_MS = 120000,
};

struct pod {
    bool exists;   /* has an address in the DNS, be it up or not */
    bool stopping; /* has been told to end */
    bool leaves;   /* ... and does not come back */
    bool draining;
    time_ms stop_by;
    time_ms start_at; /* when it comes (back); 0: it does not */
    time_ms look_at;
    time_ms migrated_at; /* when its migration is over; 0: there is none */
};

struct life {
    struct world world;
    struct random random;
    struct pod pods[PODS_MAX];
    uint32_t primaries, replicas; /* as wanted */
    uint32_t pod_count;           /* those that are to be there */
    uint32_t next_address;
    uint32_t begun; /* how often a cluster was begun */
    bool dns_fails;
    bool dns_forgets; /* some addresses, each time others */
    bool verbose;
};

static void say(const struct life *life, const char *what, uint32_t number)
{
    if (life->verbose)
        printf("%8lld ms: -- %s %u\n", (long long)(life->world.now - 1000000000), what, number);
}

static const struct topology *topology_of(const struct life *life, uint32_t pod)
{
    return cluster_topology(life->world.nodes[pod].cluster);
}

static uint32_t slots_of(const struct life *life, uint32_t pod)
{
    const struct topology *topology = topology_of(life, pod);

    return slot_map_count(topology->owner, (uint16_t)topology->myself);
}

/* ---- What the server does ---- */

static void look(struct life *life, uint32_t index)
{
    struct pod *pod = &life->pods[index];
    struct world_node *node = &life->world.nodes[index];
    char addresses[PODS_MAX][CLUSTER_NODE_IP_MAX + 1];
    struct cluster_event event = {.type = CLUSTER_EVENT_LOOK};
    uint32_t before = slots_of(life, index);

    event.look =
        (struct cluster_look_event){.addresses = (const char(*)[CLUSTER_NODE_IP_MAX + 1]) addresses,
                                    .resolved = !life->dns_fails,
                                    .migrating = node->migration.range_count > 0,
                                    .stopping = pod->stopping};
    for (uint32_t i = 0; i < PODS_MAX && !life->dns_fails; i++) {
        char text[32];
        struct span address = world_address(&life->world, i, text);

        if (life->pods[i].exists && !(life->dns_forgets && random_below(&life->random, 3) == 0))
            memcpy(addresses[event.look.address_count++], address.data, address.length + 1);
    }
    world_step(&life->world, index, &event);
    life->begun += before == 0 && slots_of(life, index) == SLOT_COUNT;
    pod->look_at = life->world.now + LOOK_MS;
    if (node->migration.range_count > 0 && pod->migrated_at == 0)
        pod->migrated_at = life->world.now + 100 + (int64_t)random_below(&life->random, 1500);
}

static bool reach_each_other(const struct life *life, uint32_t a, uint32_t b)
{
    return !network_blocked(&life->world, a, b) && !network_blocked(&life->world, b, a);
}

static int64_t epoch_above(const struct life *life, uint32_t a, uint32_t b)
{
    uint64_t first = topology_of(life, a)->current_epoch;
    uint64_t second = topology_of(life, b)->current_epoch;

    return (int64_t)(first > second ? first : second) + 1;
}

/* A migration comes to its end: it fails, or is done, or the source does not hear that it is. */
static void migrated(struct life *life, uint32_t index)
{
    struct world_node *node = &life->world.nodes[index];
    uint32_t target = world_find(&life->world, &node->migration.target);
    struct cluster_admin admin = {.operation = CLUSTER_ADMIN_TAKE_SLOTS,
                                  .ranges = node->migration.ranges,
                                  .range_count = node->migration.range_count,
                                  .node = node->id};
    uint64_t chance = random_below(&life->random, 8);

    node->migration.range_count = 0;
    life->pods[index].migrated_at = 0;
    if (target == UINT32_MAX || !reach_each_other(life, index, target) || chance == 0 ||
        slots_of(life, index) == 0)
        return;
    admin.epoch = epoch_above(life, index, target);
    if (world_admin(&life->world, target, admin) != CLUSTER_OK || chance == 1)
        return;
    admin.operation = CLUSTER_ADMIN_SLOTS_GIVEN;
    admin.node = life->world.nodes[target].id;
    ASSERT(world_admin(&life->world, index, admin) == CLUSTER_OK);
    look(life, index);
}

static void start_pod(struct life *life, uint32_t index)
{
    struct pod *pod = &life->pods[index];
    struct world_node *node = &life->world.nodes[index];

    say(life, "starts", index);
    *pod = (struct pod){.exists = true};
    node->primaries = life->primaries;
    node->replicas = life->replicas;
    world_start(&life->world, index, node->disk.length == 0 || node->complete);
    pod->look_at = life->world.now + (int64_t)random_below(&life->random, LOOK_MS);
}

static void end_pod(struct life *life, uint32_t index)
{
    struct pod *pod = &life->pods[index];

    say(life, "has ended", index);
    world_crash(&life->world, index, random_below(&life->random, 2) == 0);
    pod->exists = !pod->leaves;
    pod->start_at = pod->leaves ? 0 : life->world.now + (int64_t)random_below(&life->random, 4000);
    pod->stopping = false;
    pod->migrated_at = 0;
}

/* SIGTERM: see server/control/shutdown.c. */
static void stop_pod(struct life *life, uint32_t index, bool leaves)
{
    struct pod *pod = &life->pods[index];
    struct cluster_event hand_over = {.type = CLUSTER_EVENT_HAND_OVER};

    say(life, "is told to stop:", index);
    pod->leaves = leaves;
    if (life->world.nodes[index].cluster == NULL) {
        pod->exists = !leaves;
        pod->start_at = leaves ? 0 : pod->start_at;
        return;
    }
    pod->stopping = true;
    pod->draining = false;
    pod->stop_by = 0;
    look(life, index);
    if (!cluster_can_hand_over(life->world.nodes[index].cluster))
        return;
    pod->stop_by = life->world.now + HAND_OVER_MS;
    world_step(&life->world, index, &hand_over);
}

static void go_on_stopping(struct life *life, uint32_t index)
{
    struct pod *pod = &life->pods[index];

    bool can_drain = cluster_can_drain(life->world.nodes[index].cluster);

    if (slots_of(life, index) == 0) {
        end_pod(life, index);
    } else if (life->world.now >= pod->stop_by || (pod->draining && !can_drain)) {
        if (pod->draining || !can_drain) {
            end_pod(life, index);
            return;
        }
        pod->draining = true;
        pod->stop_by = life->world.now + DRAIN_MS;
    }
}

static void go_on(struct life *life, int64_t for_ms)
{
    for (time_ms until = life->world.now + for_ms; life->world.now < until;) {
        world_run(&life->world, STEP_MS);
        for (uint32_t i = 0; i < PODS_MAX; i++) {
            struct pod *pod = &life->pods[i];

            if (life->world.nodes[i].cluster == NULL) {
                if (pod->start_at != 0 && life->world.now >= pod->start_at)
                    start_pod(life, i);
                continue;
            }
            if (pod->migrated_at != 0 && life->world.now >= pod->migrated_at)
                migrated(life, i);
            if (life->world.now >= pod->look_at)
                look(life, i);
            if (pod->stopping)
                go_on_stopping(life, i);
        }
        /* Never is a cluster begun twice. */
        ASSERT(life->begun <= 1);
    }
}

/* ---- Is it as it is wanted? ---- */

static const char *problem_of_pod(const struct life *life, uint32_t index,
                                  uint32_t owners[PODS_MAX])
{
    const struct topology *topology = topology_of(life, index);
    const struct cluster_node *myself = topology_myself(topology);
    uint32_t slots = slots_of(life, index);
    uint32_t primary = world_find(&life->world, &myself->primary_id);
    uint32_t share = SLOT_COUNT / life->primaries;

    if (slots > 0 && (slots < share - share / 16 - 1 || slots > share + share / 16 + 1) &&
        life->primaries > 1)
        return "slots are not even";
    if (slots == 0 && !(myself->flags & CLUSTER_NODE_REPLICA))
        return "a primary has no slots";
    if (slots == 0 && primary == UINT32_MAX)
        return "a replica has no primary";
    if (slots == 0 && slots_of(life, primary) == 0)
        return "a replica's primary has no slots";
    if (slots == 0)
        owners[primary]++;
    return NULL;
}

static const char *problem_of(const struct life *life)
{
    const char *problem = checks_converged(&life->world);
    uint32_t followers[PODS_MAX] = {0}, most = 0, least = PODS_MAX, owners = 0;

    if (life->begun == 0)
        return "nobody has begun the cluster";
    for (uint32_t i = 0; i < PODS_MAX && problem == NULL; i++) {
        if (i < life->pod_count && life->world.nodes[i].cluster == NULL)
            return "a pod is not there";
        if (i >= life->pod_count && life->world.nodes[i].cluster != NULL)
            return "a pod has not gone";
        if (i < life->pod_count)
            problem = problem_of_pod(life, i, followers);
    }
    for (uint32_t i = 0; i < life->pod_count && problem == NULL; i++) {
        if (slots_of(life, i) == 0)
            continue;
        owners++;
        most = followers[i] > most ? followers[i] : most;
        least = followers[i] < least ? followers[i] : least;
    }
    if (problem == NULL && owners != life->primaries)
        return "there is another number of primaries";
    if (problem == NULL && most > least + 1)
        return "replicas are not even";
    return problem;
}

static void heal(struct life *life)
{
    struct world *world = &life->world;

    memset(world->blocked, 0, (size_t)world->node_count * world->node_count);
    world->delay_max = 3;
    world->loss = 0;
    life->dns_fails = false;
    life->dns_forgets = false;
}

static bool settle(struct life *life, const char *what)
{
    const char *problem = "";

    heal(life);
    for (int64_t passed = 0; passed < PEACE_MAX_MS && problem != NULL; passed += 5 * STEP_MS) {
        go_on(life, 5 * STEP_MS);
        problem = problem_of(life);
    }
    if (problem != NULL)
        printf("%s: %u primaries with %u replicas wanted, %u pods: %s\n", what, life->primaries,
               life->replicas, life->pod_count, problem);
    return problem == NULL;
}

/* ---- What happens to it ---- */

static void partition(struct life *life)
{
    struct world *world = &life->world;
    bool one_way = random_below(&life->random, 2) == 0;
    uint32_t groups[PODS_MAX];

    say(life, one_way ? "half a partition" : "a partition", 0);
    for (uint32_t i = 0; i < PODS_MAX; i++)
        groups[i] = (uint32_t)random_below(&life->random, 2);
    for (uint32_t from = 0; from < PODS_MAX; from++) {
        for (uint32_t to = 0; to < PODS_MAX; to++)
            world->blocked[from * PODS_MAX + to] =
                groups[from] != groups[to] && (!one_way || groups[from] == 0);
    }
}

/* One pod sees nobody, for a while. */
static void cut_off(struct life *life, uint32_t index)
{
    say(life, "is cut off:", index);
    for (uint32_t i = 0; i < PODS_MAX; i++) {
        life->world.blocked[i * PODS_MAX + index] = i != index;
        life->world.blocked[index * PODS_MAX + i] = i != index;
    }
    go_on(life, 10000);
}

static void crash_one(struct life *life)
{
    uint32_t index = (uint32_t)random_below(&life->random, PODS_MAX);

    if (life->world.nodes[index].cluster == NULL || life->pods[index].stopping)
        return;
    say(life, "crashes:", index);
    life->pods[index].leaves = false;
    end_pod(life, index);
}

static void trouble(struct life *life)
{
    uint32_t troubles = (uint32_t)random_below(&life->random, 6);

    for (uint32_t i = 0; i < troubles; i++) {
        switch (random_below(&life->random, 6)) {
        case 0:
            partition(life);
            break;
        case 1:
            heal(life);
            break;
        case 2:
            life->world.delay_max = 1 + (uint32_t)random_below(&life->random, 200);
            life->world.loss = (uint32_t)random_below(&life->random, 2) * 50;
            break;
        case 3:
            life->dns_fails = random_below(&life->random, 2) == 0;
            life->dns_forgets = random_below(&life->random, 2) == 0;
            break;
        default:
            crash_one(life);
        }
        go_on(life, 200 + (int64_t)random_below(&life->random, 4000));
    }
}

/* at_once: nodes that run are told as well; otherwise they hear of it when they start anew. */
static void want(struct life *life, uint32_t primaries, uint32_t replicas, bool at_once)
{
    life->primaries = primaries;
    life->replicas = replicas;
    life->pod_count = primaries * (1 + replicas);
    say(life, "primaries wanted:", primaries);
    say(life, "replicas of each wanted:", replicas);
    for (uint32_t i = 0; i < PODS_MAX && at_once; i++) {
        life->world.nodes[i].primaries = primaries;
        life->world.nodes[i].replicas = replicas;
        if (life->world.nodes[i].cluster != NULL)
            world_settings(&life->world, i);
    }
}

static void create_pods(struct life *life)
{
    for (uint32_t i = 0; i < life->pod_count; i++) {
        struct pod *pod = &life->pods[i];

        if (life->world.nodes[i].cluster != NULL || pod->start_at != 0)
            continue;
        pod->exists = random_below(&life->random, 2) == 0;
        pod->start_at = life->world.now + 1 + (int64_t)random_below(&life->random, 5000);
    }
}

static void restart_one(struct life *life, uint32_t index)
{
    if (life->world.nodes[index].cluster != NULL)
        stop_pod(life, index, false);
    for (uint32_t i = 0; i < 3000 && life->pods[index].stopping; i++)
        go_on(life, STEP_MS);
    if (life->world.nodes[index].cluster == NULL)
        life->world.nodes[index].address = life->next_address++;
}

/* Those who go must have gone: when all stop at once, nobody is left to take their slots. */
static void await_ends(struct life *life)
{
    bool stopping = true;

    while (stopping) {
        stopping = false;
        for (uint32_t i = 0; i < PODS_MAX; i++)
            stopping |= life->pods[i].stopping;
        go_on(life, STEP_MS);
    }
}

static void restart_each(struct life *life)
{
    await_ends(life);
    for (uint32_t i = life->pod_count; i-- > 0;) {
        restart_one(life, i);
        go_on(life, 1000 + (int64_t)random_below(&life->random, 20000));
    }
}

static void scale(struct life *life)
{
    uint32_t replicas = (uint32_t)random_below(&life->random, 3);
    uint32_t primaries = 1 + (uint32_t)random_below(&life->random, PODS_MAX / (1 + replicas));
    bool in_advance = random_below(&life->random, 2) == 0;
    bool at_once = random_below(&life->random, 3) > 0;

    if (primaries > 6)
        primaries = 6;
    want(life, primaries, replicas, at_once);
    create_pods(life);
    if (in_advance && at_once)
        go_on(life, (int64_t)random_below(&life->random, 60000));
    for (uint32_t i = life->pod_count; i < PODS_MAX; i++) {
        if (life->pods[i].exists || life->world.nodes[i].cluster != NULL)
            stop_pod(life, i, true);
    }
    if (!at_once)
        restart_each(life);
}

/* All at once, and all have other addresses then, some of them others' old ones. */
static void restart_all(struct life *life, bool by_signal)
{
    say(life, "all pods are replaced", 0);
    for (uint32_t i = 0; i < life->pod_count; i++) {
        if (life->world.nodes[i].cluster == NULL)
            continue;
        if (by_signal) {
            stop_pod(life, i, false);
        } else {
            life->pods[i].leaves = false;
            end_pod(life, i);
        }
    }
    while (by_signal) {
        by_signal = false;
        for (uint32_t i = 0; i < life->pod_count; i++)
            by_signal |= life->pods[i].stopping;
        go_on(life, STEP_MS);
    }
    for (uint32_t i = 0; i < life->pod_count; i++) {
        if (life->world.nodes[i].cluster == NULL)
            life->world.nodes[i].address = life->next_address++;
    }
    for (uint32_t i = 0; i + 1 < life->pod_count; i++) {
        struct world_node *a = &life->world.nodes[i], *b = &life->world.nodes[i + 1];

        if (a->cluster == NULL && b->cluster == NULL && random_below(&life->random, 2) == 0) {
            uint32_t address = a->address;

            a->address = b->address;
            b->address = address;
        }
    }
}

/* One that others can stand in for. */
static bool may_lose_disk(const struct life *life, uint32_t index)
{
    const struct world_node *node = &life->world.nodes[index];

    if (node->cluster == NULL)
        return false;
    if (slots_of(life, index) == 0)
        return true;
    /* Without it the others must be able to vote. */
    for (uint32_t i = 0; i < PODS_MAX && life->primaries > 2; i++) {
        const struct world_node *other = &life->world.nodes[i];

        if (other->cluster != NULL && other->complete && node_id_equal(&other->primary, &node->id))
            return true;
    }
    return false;
}

static void lose_disk(struct life *life, uint32_t index)
{
    struct world_node *node = &life->world.nodes[index];

    if (!may_lose_disk(life, index))
        return;
    life->pods[index].leaves = false;
    end_pod(life, index);
    say(life, "has lost its disk:", index);
    text_builder_free(&node->disk);
    text_builder_init(&node->disk);
    node->epoch_told = node->votes_epoch = 0;
    node->address = life->next_address++;
}

static bool one_phase(struct life *life)
{
    uint32_t index = (uint32_t)random_below(&life->random, life->pod_count);

    switch (random_below(&life->random, 6)) {
    case 0:
    case 1:
        scale(life);
        trouble(life);
        return settle(life, "scaled");
    case 2:
        restart_all(life, random_below(&life->random, 2) == 0);
        trouble(life);
        return settle(life, "all were replaced");
    case 3:
        restart_each(life);
        return settle(life, "one after the other was restarted");
    case 4:
        index = random_below(&life->random, 2) == 0 ? 0 : index;
        lose_disk(life, index);
        if (random_below(&life->random, 2) == 0)
            cut_off(life, index);
        trouble(life);
        return settle(life, "a disk was lost");
    default:
        trouble(life);
        return settle(life, "trouble");
    }
}

static void show(const struct life *life)
{
    for (uint32_t i = 0; i < PODS_MAX; i++) {
        struct text_builder text;

        if (life->world.nodes[i].cluster == NULL)
            continue;
        text_builder_init(&text);
        nodes_conf_write(topology_of(life, i), &text);
        printf("pod %u, %s, data %s:\n%.*s", i,
               cluster_is_ok(life->world.nodes[i].cluster) ? "ok" : "fail",
               life->world.nodes[i].complete ? "complete" : "missing", (int)text.length,
               text.bytes);
        text_builder_free(&text);
    }
}

bool autopilot_run(uint64_t seed, bool verbose)
{
    struct life *life = memory_new_zeroed(1, sizeof(*life));
    uint32_t phases, replicas;
    bool fine;

    random_seed(&life->random, seed);
    world_init(&life->world, seed, PODS_MAX, 500 + (int64_t)random_below(&life->random, 2000));
    life->world.check = true;
    life->world.verbose = life->verbose = verbose;
    life->world.blocked = memory_new_zeroed((size_t)PODS_MAX * PODS_MAX, 1);
    life->next_address = PODS_MAX;
    replicas = (uint32_t)random_below(&life->random, 3);
    want(life, 1 + (uint32_t)random_below(&life->random, 5), replicas, true);
    create_pods(life);
    trouble(life);
    fine = settle(life, "formed");
    phases = (uint32_t)random_below(&life->random, 6);
    for (uint32_t i = 0; i < phases && fine; i++)
        fine = one_phase(life);
    printf("autopilot, seed %llu: %u phases, %lld s, %llu steps: %s\n", (unsigned long long)seed,
           phases, (long long)(life->world.now - 1000000000) / 1000,
           (unsigned long long)life->world.steps, fine ? "as it is wanted" : "NOT as it is wanted");
    if (!fine && verbose)
        show(life);
    fflush(stdout);
    world_free(&life->world);
    memory_free(life);
    return fine;
}
