#include "tests/sim/world.h"

#include "cluster/nodes_conf.h"
#include "proto/base/assert.h"
#include "proto/base/memory.h"

#include <stdio.h>

enum { START = 1000000000, REPLICATE_MS = 50, SYNC_MS = 200, CLIENT_PORT = 7000, BUS_PORT = 17000 };

struct node_id world_random_id(struct world *world)
{
    struct node_id id;

    for (size_t i = 0; i < NODE_ID_LENGTH; i++)
        id.text[i] = "0123456789abcdef"[random_below(&world->random, 16)];
    return id;
}

struct span world_address(const struct world *world, uint32_t node, char text[32])
{
    uint32_t address = world->nodes[node].address;

    return span_of(text, (size_t)snprintf(text, 32, "10.0.%u.%u", address / 256, address % 256));
}

void world_init(struct world *world, uint64_t seed, uint32_t node_count, int64_t node_timeout)
{
    memset(world, 0, sizeof(*world));
    random_seed(&world->random, seed);
    world->now = START;
    world->node_timeout = node_timeout;
    world->node_count = node_count;
    world->nodes = memory_new_zeroed(node_count, sizeof(*world->nodes));
    world->winners = memory_new_zeroed(WORLD_EPOCHS_MAX, sizeof(*world->winners));
    world->delay_max = 3;
    world->replicate_at = world->now;
    for (uint32_t i = 0; i < node_count; i++) {
        text_builder_init(&world->nodes[i].disk);
        world->nodes[i].address = i;
        text_builder_init(&world->nodes[i].synced);
    }
}

void world_free(struct world *world)
{
    for (uint32_t i = 0; i < world->event_count; i++) {
        if (world->events[i].packet != NULL)
            cluster_packet_release(world->events[i].packet);
    }
    for (uint32_t i = 0; i < world->node_count; i++) {
        cluster_destroy(world->nodes[i].cluster);
        text_builder_free(&world->nodes[i].disk);
        text_builder_free(&world->nodes[i].synced);
        memory_free(world->nodes[i].links);
        memory_free(world->nodes[i].migration.ranges);
    }
    memory_free(world->nodes);
    memory_free(world->winners);
    memory_free(world->links);
    memory_free(world->free_links);
    memory_free(world->events);
    memory_free(world->blocked);
}

uint32_t world_find(const struct world *world, const struct node_id *id)
{
    for (uint32_t i = 0; i < world->node_count; i++) {
        if (world->nodes[i].cluster != NULL && node_id_equal(&world->nodes[i].id, id))
            return i;
    }
    return UINT32_MAX;
}

static void world_take_role(struct world *world, uint32_t index,
                            const struct cluster_action *action)
{
    struct world_node *node = &world->nodes[index];

    if (node_id_empty(&action->role.primary) && !node_id_empty(&node->primary))
        checks_handed_over(world, index);
    node->forced = false;
    /* A copy of another primary's data has to be made first. */
    if (!node_id_empty(&action->role.primary) &&
        !node_id_equal(&action->role.primary, &node->primary))
        node->complete = node->in_step = false;
    node->primary = action->role.primary;
    node->told = (struct cluster_replication_event){.offset = -1};
}

static void world_migrate(struct world_node *node, const struct cluster_action *action)
{
    size_t size = action->migrate.range_count * sizeof(*action->migrate.ranges);

    ASSERT(node->migration.range_count == 0);
    memory_free(node->migration.ranges);
    node->migration.target = action->migrate.target;
    node->migration.ranges = (struct slot_range *)memory_copy(action->migrate.ranges, size);
    node->migration.range_count = action->migrate.range_count;
}

static void world_sync(struct world_node *node)
{
    text_builder_free(&node->synced);
    text_builder_append(&node->synced, text_builder_span(&node->disk));
    node->dirty_since = 0;
}

static void world_carry_out(struct world *world, uint32_t index, struct cluster_action *action)
{
    struct world_node *node = &world->nodes[index];

    switch (action->type) {
    case CLUSTER_ACTION_PERSIST:
        text_builder_free(&node->disk);
        text_builder_append(&node->disk, action->persist.text);
        if (action->persist.urgent)
            world_sync(node);
        else if (node->dirty_since == 0)
            node->dirty_since = world->now;
        break;
    case CLUSTER_ACTION_CONNECT:
        network_connect(world, index, action);
        break;
    case CLUSTER_ACTION_CLOSE:
        network_close(world, index, action->connect.link);
        break;
    case CLUSTER_ACTION_SEND:
        checks_sent(world, index, action->send.packet);
        network_send(world, index, action->send.link, action->send.packet);
        break;
    case CLUSTER_ACTION_ROLE:
        world_take_role(world, index, action);
        break;
    case CLUSTER_ACTION_PAUSE:
        node->paused = true;
        network_push(world, (struct world_event){.at = world->now + 2,
                                                 .type = WORLD_PAUSED,
                                                 .node = index,
                                                 .life = node->life});
        break;
    case CLUSTER_ACTION_RESUME:
        node->paused = false;
        break;
    case CLUSTER_ACTION_MIGRATE:
        world_migrate(node, action);
        break;
    case CLUSTER_ACTION_SAY:
        if (world->verbose)
            printf("%8lld ms: node %u %.*s\n", (long long)(world->now - START), index,
                   (int)action->text.length, action->text.data);
        break;
    default:
        break;
    }
}

static void world_schedule(struct world *world, uint32_t index)
{
    struct world_node *node = &world->nodes[index];
    time_ms due = cluster_next_deadline(node->cluster);

    if (due == TIME_NEVER)
        return;
    if (due <= world->now)
        due = world->now + 1;
    if (node->tick_at > world->now && node->tick_at <= due)
        return;
    node->tick_at = due;
    network_push(world, (struct world_event){
                            .at = due, .type = WORLD_TICK, .node = index, .life = node->life});
}

void world_step(struct world *world, uint32_t index, struct cluster_event *event)
{
    struct world_node *node = &world->nodes[index];
    struct cluster_actions actions;
    bool was_replica =
        (topology_myself(cluster_topology(node->cluster))->flags & CLUSTER_NODE_REPLICA) != 0;

    event->now = world->now;
    event->wall = world->now + node->clock_ahead;
    cluster_actions_init(&actions);
    cluster_step(node->cluster, event, &actions);
    world->steps++;
    node->id = topology_myself(cluster_topology(node->cluster))->id;
    for (uint32_t i = 0; i < actions.count; i++)
        world_carry_out(world, index, &actions.list[i]);
    cluster_actions_free(&actions);
    checks_stepped(world, index, was_replica);
    world_schedule(world, index);
}

enum cluster_code world_admin(struct world *world, uint32_t index, struct cluster_admin admin)
{
    struct world_node *node = &world->nodes[index];
    struct cluster_event event = {.type = CLUSTER_EVENT_ADMIN, .now = world->now, .admin = admin};
    struct cluster_actions actions;
    enum cluster_code code = CLUSTER_OK;
    bool was_replica =
        (topology_myself(cluster_topology(node->cluster))->flags & CLUSTER_NODE_REPLICA) != 0;

    if (node->cluster == NULL)
        return CLUSTER_UNKNOWN_NODE;
    event.wall = world->now + node->clock_ahead;
    cluster_actions_init(&actions);
    cluster_step(node->cluster, &event, &actions);
    for (uint32_t i = 0; i < actions.count; i++) {
        if (actions.list[i].type == CLUSTER_ACTION_REPLY)
            code = actions.list[i].reply.result.code;
        world_carry_out(world, index, &actions.list[i]);
    }
    cluster_actions_free(&actions);
    /* What an administrator decides alone is no election, and changes who votes behind their backs.
     */
    if (admin.operation == CLUSTER_ADMIN_FAILOVER && admin.failover == CLUSTER_FAILOVER_TAKEOVER)
        world->took_over |= code == CLUSTER_OK;
    else
        checks_stepped(world, index, was_replica);
    world_schedule(world, index);
    return code;
}

static void world_restore(struct world *world, uint32_t index)
{
    struct world_node *node = &world->nodes[index];
    struct topology topology;
    struct cluster_event event = {.type = CLUSTER_EVENT_RESTORED, .restored = &topology};
    uint32_t line;

    topology_init(&topology);
    ASSERT(nodes_conf_parse(text_builder_span(&node->disk), &topology, &line) == NODES_CONF_OK);
    world_step(world, index, &event);
    topology_free(&topology);
}

static struct cluster_settings world_settings_of(const struct world *world, uint32_t index,
                                                 char address[32], char name[32])
{
    const struct world_node *node = &world->nodes[index];
    bool autopilot = node->primaries > 0;

    return (struct cluster_settings){
        .announce_ip = world_address(world, index, address),
        .announce_hostname =
            span_of(name, autopilot ? (size_t)snprintf(name, 32, "pod-%u", index) : 0),
        .port = CLIENT_PORT,
        .bus_port = BUS_PORT,
        .require_full_coverage = true,
        .node_timeout_ms = world->node_timeout,
        .migration_barrier = 1,
        .validity_factor = 0,
        .autopilot = autopilot,
        .wanted_primaries = node->primaries,
        .wanted_replicas = node->replicas,
    };
}

void world_settings(struct world *world, uint32_t index)
{
    char address[32], name[32];
    struct cluster_settings settings = world_settings_of(world, index, address, name);
    struct cluster_event event = {.type = CLUSTER_EVENT_SETTINGS, .settings = &settings};

    world_step(world, index, &event);
}

void world_start(struct world *world, uint32_t index, bool complete)
{
    struct world_node *node = &world->nodes[index];
    char address[32], name[32];
    struct cluster_options options = {
        .id = world_random_id(world),
        .shard_id = world_random_id(world),
        .now = world->now,
        .seed = random_next(&world->random),
        .settings = world_settings_of(world, index, address, name),
    };
    struct cluster_event tick = {.type = CLUSTER_EVENT_TICK};

    ASSERT(node->cluster == NULL);
    node->cluster = cluster_create(&options);
    node->life++;
    node->tick_at = 0;
    node->primary = (struct node_id){{0}};
    node->complete = complete;
    node->paused = false;
    node->migration.range_count = 0;
    node->told = (struct cluster_replication_event){.offset = -1};
    if (node->disk.length > 0)
        world_restore(world, index);
    else
        world_step(world, index, &tick);
    node->complete = node->loaded = complete;
    /* It may have stopped in order, and know how far it was. */
    node->in_step = complete && random_below(&world->random, 2) == 0;
}

void world_crash(struct world *world, uint32_t index, bool abrupt)
{
    struct world_node *node = &world->nodes[index];

    ASSERT(node->cluster != NULL);
    cluster_destroy(node->cluster);
    node->cluster = NULL;
    if (abrupt && node->synced.length > 0 && random_below(&world->random, 2) == 0) {
        /* The whole machine has died: what was not synced is gone. */
        text_builder_free(&node->disk);
        text_builder_append(&node->disk, span_of(node->synced.bytes, node->synced.length));
    }
    network_cut(world, index, abrupt);
}

/* The primary that this node can copy from now, or UINT32_MAX. */
static uint32_t world_source(const struct world *world, uint32_t index)
{
    const struct world_node *node = &world->nodes[index];
    uint32_t source = world_find(world, &node->primary);

    if (source == UINT32_MAX || !node_id_empty(&world->nodes[source].primary) ||
        !world->nodes[source].complete || network_blocked(world, index, source) ||
        network_blocked(world, source, index))
        return UINT32_MAX;
    return source;
}

/* Data flows from primaries to replicas, and grows at primaries that serve. */
static void world_replicate_node(struct world *world, uint32_t index)
{
    struct world_node *node = &world->nodes[index];
    struct cluster_event event = {.type = CLUSTER_EVENT_REPLICATION};
    bool replica = !node_id_empty(&node->primary);
    bool connected = true, complete;

    if (node->dirty_since != 0 && world->now - node->dirty_since >= SYNC_MS)
        world_sync(node);
    if (!replica) {
        node->offset += cluster_is_ok(node->cluster) && !node->paused && node->complete;
    } else {
        uint32_t source = world_source(world, index);

        connected = source != UINT32_MAX;
        if (connected && (random_below(&world->random, 3) > 0 || world->nodes[source].paused)) {
            node->offset = world->nodes[source].offset;
            node->complete = node->in_step = true;
        }
    }
    complete = node->complete && (!replica || node->in_step);
    event.replication = (struct cluster_replication_event){.offset = node->offset,
                                                           .connected = connected,
                                                           .complete = complete,
                                                           .loaded = node->loaded,
                                                           .kept = replica && node->complete};
    if (node->told.offset == event.replication.offset && node->told.connected == connected &&
        node->told.complete == complete && node->told.kept == event.replication.kept)
        return;
    node->told = event.replication;
    world_step(world, index, &event);
}

static void world_handle(struct world *world, struct world_event *happened)
{
    struct world_node *node = &world->nodes[happened->node];
    struct cluster_event event = {.type = CLUSTER_EVENT_TICK};
    const struct world_link *link = NULL;
    char remote[32];

    if (node->cluster == NULL || node->life != happened->life)
        return;
    switch (happened->type) {
    case WORLD_TICK:
        if (happened->at != node->tick_at)
            return;
        break;
    case WORLD_CONNECTED:
        if (network_link_of(world, happened) == NULL)
            return;
        event.type = CLUSTER_EVENT_LINK_UP;
        event.link = happened->number;
        break;
    case WORLD_DOWN:
        event.type = CLUSTER_EVENT_LINK_DOWN;
        event.link = happened->number;
        break;
    case WORLD_PACKET:
        link = network_link_of(world, happened);
        if (link == NULL)
            return;
        event.type = CLUSTER_EVENT_PACKET;
        event.packet = (struct cluster_packet_event){
            .link = happened->number,
            .frame = span_of((const char *)happened->packet->bytes, happened->packet->length),
            .remote_ip =
                world_address(world, link->from == happened->node ? link->to : link->from, remote)};
        break;
    case WORLD_PAUSED:
        event.type = CLUSTER_EVENT_PAUSED;
        event.paused_offset = node->offset;
        break;
    }
    world_step(world, happened->node, &event);
}

void world_run(struct world *world, int64_t for_ms)
{
    time_ms until = world->now + for_ms;
    struct world_event event;

    for (;;) {
        time_ms next = world->replicate_at < until ? world->replicate_at : until;

        while (network_pop(world, next, &event)) {
            if (event.at > world->now)
                world->now = event.at;
            world_handle(world, &event);
            if (event.packet != NULL)
                cluster_packet_release(event.packet);
        }
        world->now = next;
        if (next == until)
            return;
        for (uint32_t i = 0; i < world->node_count; i++) {
            if (world->nodes[i].cluster != NULL)
                world_replicate_node(world, i);
        }
        world->replicate_at = world->now + REPLICATE_MS;
    }
}
