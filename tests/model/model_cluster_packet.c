/*
 * Whatever peers say, in whatever order: random messages from a few names, with random roles,
 * epochs, slots and gossip, by links that come and go, and administrators' commands in between. The
 * state machine must keep its invariants, persist before it votes, and never take an epoch back.
 * The seed is printed, and may be given as the first argument.
 */
#include "cluster/cluster.h"
#include "cluster/nodes_conf.h"
#include "proto/base/assert.h"
#include "proto/base/random.h"
#include "proto/bus/bus_message.h"

#include <stdio.h>
#include <stdlib.h>

enum { STEPS = 30000, NAMES = 7, LINKS_MAX = 64, BYTES_MAX = 16384 };

struct model {
    struct random random;
    struct cluster *cluster;
    struct cluster_actions actions;
    time_ms now;
    struct node_id names[NAMES]; /* the first is the node's own */
    uint64_t links[LINKS_MAX];   /* outbound ones, as they were opened */
    uint32_t link_count;
    uint64_t epoch;      /* the highest that was told */
    uint64_t vote_epoch; /* of the last vote */
    uint64_t persisted_vote;
    uint32_t votes;
};

static uint64_t below(struct model *model, uint64_t bound)
{
    return random_below(&model->random, bound);
}

static const struct node_id *any_name(struct model *model)
{
    return &model->names[below(model, NAMES)];
}

static void check_sent(struct model *model, const struct cluster_packet *packet)
{
    struct bus_message message;

    ASSERT(bus_decode(span_of((const char *)packet->bytes, packet->length), &message) == BUS_FINE);
    ASSERT(message.header.current_epoch >= model->epoch);
    model->epoch = message.header.current_epoch;
    if (message.type != BUS_VOTE)
        return;
    ASSERT(message.header.current_epoch > model->vote_epoch);
    ASSERT(model->persisted_vote == message.header.current_epoch);
    model->vote_epoch = message.header.current_epoch;
    model->votes++;
}

static void check_persisted(struct model *model, struct span text)
{
    struct topology topology;
    uint32_t line;

    topology_init(&topology);
    ASSERT(nodes_conf_parse(text, &topology, &line) == NODES_CONF_OK);
    model->persisted_vote = topology.last_vote_epoch;
    topology_free(&topology);
}

static void step(struct model *model, struct cluster_event event)
{
    event.now = model->now;
    cluster_step(model->cluster, &event, &model->actions);
    for (uint32_t i = 0; i < model->actions.count; i++) {
        const struct cluster_action *action = &model->actions.list[i];

        if (action->type == CLUSTER_ACTION_PERSIST)
            check_persisted(model, action->persist.text);
        if (action->type == CLUSTER_ACTION_SEND)
            check_sent(model, action->send.packet);
        if (action->type == CLUSTER_ACTION_CONNECT)
            model->links[model->link_count++ % LINKS_MAX] = action->connect.link;
    }
    cluster_actions_clear(&model->actions);
    topology_check(cluster_topology(model->cluster));
}

static void random_slots(struct model *model, uint8_t *slots)
{
    uint32_t first = (uint32_t)below(model, SLOT_COUNT);
    uint32_t count = (uint32_t)below(model, below(model, 2) == 0 ? 40 : SLOT_COUNT);

    memset(slots, 0, BUS_SLOTS_SIZE);
    if (below(model, 4) == 0)
        return;
    for (uint32_t slot = first; slot < SLOT_COUNT && slot < first + count; slot++)
        bus_slot_set(slots, slot);
}

static void random_gossip(struct model *model, struct bus_gossip *gossip, uint32_t count)
{
    memset(gossip, 0, count * sizeof(*gossip));
    for (uint32_t i = 0; i < count; i++) {
        memcpy(gossip[i].id, any_name(model)->text, BUS_ID_LENGTH);
        snprintf(gossip[i].ip, sizeof(gossip[i].ip), "10.0.0.%u", (unsigned)below(model, 4));
        gossip[i].flags = (uint16_t)below(model, 1024);
        gossip[i].port = (uint16_t)below(model, 3);
        gossip[i].bus_port = (uint16_t)below(model, 3);
        gossip[i].pong_received = (uint32_t)(model->now / 1000 + (time_ms)below(model, 10) - 5);
    }
}

static uint64_t any_link(struct model *model)
{
    if (model->link_count > 0 && below(model, 2) == 0)
        return model
            ->links[below(model, model->link_count < LINKS_MAX ? model->link_count : LINKS_MAX)];
    return CLUSTER_LINK_INBOUND | below(model, 10);
}

static void random_packet(struct model *model)
{
    static uint8_t slots[BUS_SLOTS_SIZE], more[BUS_SLOTS_SIZE], bytes[BYTES_MAX];
    struct bus_gossip gossip[8];
    struct bus_extensions extensions = {.shard_id = any_name(model)->text,
                                        .hostname = SPAN("h.example"),
                                        .forgotten_count = below(model, 20) == 0};
    uint64_t highest = cluster_topology(model->cluster)->current_epoch;
    struct bus_message message = {
        .type = (enum bus_type)below(model, BUS_TYPES),
        .header = {.port = (uint16_t)below(model, 3),
                   .bus_port = (uint16_t)below(model, 3),
                   .flags = (uint16_t)below(model, 1024),
                   .message_flags = (uint8_t)below(model, 8),
                   .current_epoch = highest + below(model, 3) - (highest > 0),
                   .config_epoch = below(model, highest + 2),
                   .offset = below(model, 5),
                   .sender = any_name(model)->text,
                   .slots = slots},
        .gossip = gossip,
        .node = any_name(model)->text,
        .node_epoch = below(model, highest + 3),
        .node_slots = more,
        .channel = SPAN("c"),
        .payload = SPAN("0123456789abc"),
    };

    if (message.type == BUS_MODULE)
        message.type = BUS_PING;
    random_slots(model, slots);
    random_slots(model, more);
    if (below(model, 2) == 0)
        message.header.primary = any_name(model)->text;
    if (message.type <= BUS_MEET) {
        message.gossip_count = (uint32_t)below(model, 8);
        random_gossip(model, gossip, message.gossip_count);
        memcpy(extensions.forgotten[0].id, any_name(model)->text, BUS_ID_LENGTH);
        extensions.forgotten[0].seconds = below(model, 3);
        if (message.header.message_flags & BUS_EXTENSIONS)
            message.extended = &extensions;
    }
    ASSERT(bus_encoded_size(&message) <= BYTES_MAX);
    bus_encode(&message, bytes);
    step(model, (struct cluster_event){
                    .type = CLUSTER_EVENT_PACKET,
                    .packet = {.link = any_link(model),
                               .frame = span_of((char *)bytes, bus_encoded_size(&message)),
                               .remote_ip = SPAN("10.0.0.1"),
                               .local_ip = SPAN("10.0.0.9")}});
}

static void random_command(struct model *model)
{
    static const enum cluster_admin_operation operations[] = {
        CLUSTER_ADMIN_ADD_SLOTS,   CLUSTER_ADMIN_DELETE_SLOTS,   CLUSTER_ADMIN_BUMP_EPOCH,
        CLUSTER_ADMIN_MEET,        CLUSTER_ADMIN_FORGET,         CLUSTER_ADMIN_REPLICATE,
        CLUSTER_ADMIN_FAILOVER,    CLUSTER_ADMIN_SLOT_MIGRATING, CLUSTER_ADMIN_SLOT_IMPORTING,
        CLUSTER_ADMIN_SLOT_STABLE, CLUSTER_ADMIN_SLOT_NODE,      CLUSTER_ADMIN_FLUSH_SLOTS,
    };
    uint16_t first = (uint16_t)below(model, SLOT_COUNT);
    struct slot_range range = {first, (uint16_t)(first + below(model, SLOT_COUNT - first))};

    if (below(model, 2) == 0)
        range.last = first;
    step(model, (struct cluster_event){.type = CLUSTER_EVENT_ADMIN,
                                       .admin = {.operation = operations[below(model, 12)],
                                                 .ranges = &range,
                                                 .range_count = 1,
                                                 .node = *any_name(model),
                                                 .failover = (enum cluster_failover)below(model, 3),
                                                 .ip = SPAN("10.0.0.2"),
                                                 .port = 1,
                                                 .bus_port = (uint16_t)(1 + below(model, 2)),
                                                 .holds_keys = below(model, 2) == 0}});
}

static void random_event(struct model *model)
{
    model->now += (time_ms)below(model, below(model, 10) == 0 ? 2000 : 60);
    switch (below(model, 12)) {
    case 0:
        step(model, (struct cluster_event){.type = CLUSTER_EVENT_TICK});
        break;
    case 1:
        step(model, (struct cluster_event){.type = CLUSTER_EVENT_LINK_UP, .link = any_link(model)});
        break;
    case 2:
        step(model,
             (struct cluster_event){.type = CLUSTER_EVENT_LINK_DOWN, .link = any_link(model)});
        break;
    case 3:
        step(model, (struct cluster_event){.type = CLUSTER_EVENT_REPLICATION,
                                           .replication = {.offset = (int64_t)below(model, 5),
                                                           .connected = below(model, 2) == 0,
                                                           .complete = below(model, 4) > 0}});
        break;
    case 4:
        if (below(model, 2) == 0)
            random_command(model);
        else
            step(model, (struct cluster_event){.type = CLUSTER_EVENT_PAUSED,
                                               .paused_offset = (int64_t)below(model, 5)});
        break;
    default:
        random_packet(model);
    }
}

int main(int argc, char **argv)
{
    uint64_t seed = argc > 1 ? strtoull(argv[1], NULL, 10) : 20264;
    struct model model = {.now = 1000000};
    struct cluster_options options = {.now = 1000000, .seed = seed};

    printf("seed %llu\n", (unsigned long long)seed);
    fflush(stdout);
    random_seed(&model.random, seed);
    for (uint32_t i = 0; i < NAMES; i++)
        memset(model.names[i].text, 'a' + (int)i, NODE_ID_LENGTH);
    options.id = options.shard_id = model.names[below(&model, NAMES)];
    options.settings = (struct cluster_settings){.port = 7000,
                                                 .bus_port = 17000,
                                                 .node_timeout_ms = 1000,
                                                 .validity_factor = 10,
                                                 .replica_ping_ms = 10000};
    model.cluster = cluster_create(&options);
    cluster_actions_init(&model.actions);
    for (uint32_t i = 0; i < STEPS; i++)
        random_event(&model);
    printf("epoch %llu, %u votes\n", (unsigned long long)model.epoch, model.votes);
    cluster_actions_free(&model.actions);
    cluster_destroy(model.cluster);
    return 0;
}
