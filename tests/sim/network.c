#include "proto/base/assert.h"
#include "proto/base/memory.h"
#include "tests/sim/world.h"

#include <stdio.h>

enum { PLACE_BITS = 20, INBOUND_BITS = 24 };

static bool network_before(const struct world_event *a, const struct world_event *b)
{
    return a->at != b->at ? a->at < b->at : a->order < b->order;
}

void network_push(struct world *world, struct world_event event)
{
    uint32_t at = world->event_count;

    event.order = world->order++;
    if (at == world->event_capacity) {
        world->event_capacity = at > 0 ? at * 2 : 1024;
        world->events =
            memory_resize(world->events, world->event_capacity * sizeof(*world->events));
    }
    world->event_count++;
    while (at > 0 && network_before(&event, &world->events[(at - 1) / 2])) {
        world->events[at] = world->events[(at - 1) / 2];
        at = (at - 1) / 2;
    }
    world->events[at] = event;
}

bool network_pop(struct world *world, time_ms until, struct world_event *event)
{
    struct world_event last;
    uint32_t at = 0, child;

    if (world->event_count == 0 || world->events[0].at > until)
        return false;
    *event = world->events[0];
    last = world->events[--world->event_count];
    while ((child = 2 * at + 1) < world->event_count) {
        if (child + 1 < world->event_count &&
            network_before(&world->events[child + 1], &world->events[child]))
            child++;
        if (!network_before(&world->events[child], &last))
            break;
        world->events[at] = world->events[child];
        at = child;
    }
    world->events[at] = last;
    return true;
}

bool network_blocked(const struct world *world, uint32_t from, uint32_t to)
{
    return world->blocked != NULL && world->blocked[from * world->node_count + to];
}

static int64_t network_delay(struct world *world)
{
    uint64_t delay = random_below(&world->random, world->delay_max + 1);

    /* Now and then something takes long. */
    if (random_below(&world->random, 200) == 0)
        delay *= 20;
    return (int64_t)delay + 1;
}

static uint64_t network_inbound(const struct world *world, uint32_t link)
{
    return CLUSTER_LINK_INBOUND | (uint64_t)world->links[link].generation << INBOUND_BITS | link;
}

static uint32_t network_find(const struct world *world, uint32_t node, uint64_t number)
{
    const struct world_node *owner = &world->nodes[node];
    uint32_t place = (uint32_t)(number & ((1u << PLACE_BITS) - 1)), link;

    if (number & CLUSTER_LINK_INBOUND) {
        link = (uint32_t)(number & ((1u << INBOUND_BITS) - 1));
        return link < world->link_count && world->links[link].used &&
                       network_inbound(world, link) == number
                   ? link
                   : UINT32_MAX;
    }
    if (place >= owner->link_capacity)
        return UINT32_MAX;
    link = owner->links[place];
    return link != UINT32_MAX && world->links[link].used && world->links[link].number == number &&
                   world->links[link].from == node
               ? link
               : UINT32_MAX;
}

static uint32_t network_take(struct world *world)
{
    uint32_t link;

    if (world->free_link_count > 0)
        return world->free_links[--world->free_link_count];
    if (world->link_count == world->link_capacity) {
        world->link_capacity = world->link_capacity > 0 ? world->link_capacity * 2 : 256;
        world->links = memory_resize(world->links, world->link_capacity * sizeof(*world->links));
        world->free_links =
            memory_resize(world->free_links, world->link_capacity * sizeof(*world->free_links));
    }
    link = world->link_count++;
    world->links[link].generation = 0;
    return link;
}

static void network_remember(struct world_node *owner, uint64_t number, uint32_t link)
{
    uint32_t place = (uint32_t)(number & ((1u << PLACE_BITS) - 1));

    if (place >= owner->link_capacity) {
        uint32_t capacity = place * 2 + 8;

        owner->links = memory_resize(owner->links, capacity * sizeof(*owner->links));
        for (uint32_t i = owner->link_capacity; i < capacity; i++)
            owner->links[i] = UINT32_MAX;
        owner->link_capacity = capacity;
    }
    owner->links[place] = link;
}

static void network_tell(struct world *world, uint32_t link, bool starter, int type, int64_t delay)
{
    const struct world_link *at = &world->links[link];

    network_push(world, (struct world_event){
                            .at = world->now + delay,
                            .type = type,
                            .node = starter ? at->from : at->to,
                            .life = starter ? at->from_life : at->to_life,
                            .link = link,
                            .link_generation = at->generation,
                            .number = starter ? at->number : network_inbound(world, link),
                        });
}

/* Who has this address. */
static uint32_t network_at(const struct world *world, const char *ip)
{
    unsigned high = 0, low = 0;
    uint32_t address;

    if (sscanf(ip, "10.0.%u.%u", &high, &low) != 2)
        return UINT32_MAX;
    address = high * 256 + low;
    if (address < world->node_count && world->nodes[address].address == address)
        return address;
    for (uint32_t i = 0; i < world->node_count; i++) {
        if (world->nodes[i].address == address)
            return i;
    }
    return UINT32_MAX;
}

void network_connect(struct world *world, uint32_t from, const struct cluster_action *action)
{
    uint32_t link = network_take(world), to = network_at(world, action->connect.ip);
    struct world_link *at = &world->links[link];

    *at = (struct world_link){.used = true,
                              .generation = at->generation + 1,
                              .from = from,
                              .to = to,
                              .number = action->connect.link,
                              .from_life = world->nodes[from].life};
    network_remember(&world->nodes[from], action->connect.link, link);
    if (to >= world->node_count || world->nodes[to].cluster == NULL) {
        network_tell(world, link, true, WORLD_DOWN, network_delay(world));
        return;
    }
    /* What is not let through is not refused either: the one who connects waits. */
    if (network_blocked(world, from, to) || network_blocked(world, to, from))
        return;
    at->open = true;
    at->to_life = world->nodes[to].life;
    network_tell(world, link, true, WORLD_CONNECTED, network_delay(world));
}

static void network_end(struct world *world, uint32_t link)
{
    ASSERT(world->links[link].used);
    world->links[link].used = world->links[link].open = false;
    world->free_links[world->free_link_count++] = link;
}

void network_close(struct world *world, uint32_t node, uint64_t number)
{
    uint32_t link = network_find(world, node, number);

    if (link == UINT32_MAX)
        return;
    if (world->links[link].open)
        network_tell(world, link, (number & CLUSTER_LINK_INBOUND) != 0, WORLD_DOWN,
                     network_delay(world));
    network_end(world, link);
}

void network_send(struct world *world, uint32_t node, uint64_t number,
                  struct cluster_packet *packet)
{
    uint32_t link = network_find(world, node, number), receiver;
    bool back = (number & CLUSTER_LINK_INBOUND) != 0;
    struct world_link *at;
    time_ms arrival;

    if (link == UINT32_MAX)
        return;
    at = &world->links[link];
    receiver = back ? at->from : at->to;
    world->nodes[node].bytes_sent += packet->length;
    world->packets++;
    if (!at->open || at->broken)
        return;
    if (network_blocked(world, node, receiver) ||
        (world->loss > 0 && random_below(&world->random, world->loss) == 0)) {
        at->broken = true;
        return;
    }
    arrival = world->now + network_delay(world);
    if (arrival < at->free_at[back])
        arrival = at->free_at[back];
    at->free_at[back] = arrival;
    network_push(world,
                 (struct world_event){.at = arrival,
                                      .type = WORLD_PACKET,
                                      .node = receiver,
                                      .life = back ? at->from_life : at->to_life,
                                      .link = link,
                                      .link_generation = at->generation,
                                      .number = back ? at->number : network_inbound(world, link),
                                      .packet = cluster_packet_hold(packet)});
}

void network_cut(struct world *world, uint32_t node, bool abrupt)
{
    for (uint32_t link = 0; link < world->link_count; link++) {
        const struct world_link *at = &world->links[link];

        if (!at->used || (at->from != node && at->to != node))
            continue;
        if (abrupt && at->from != node) {
            world->links[link].broken = true;
            continue;
        }
        if (!abrupt && at->open)
            network_tell(world, link, at->to == node, WORLD_DOWN, 1);
        if (at->from == node || at->open)
            network_end(world, link);
    }
}

void network_break_one(struct world *world)
{
    uint32_t link = (uint32_t)random_below(&world->random, world->link_count + 1);

    if (link >= world->link_count || !world->links[link].used || !world->links[link].open)
        return;
    network_tell(world, link, true, WORLD_DOWN, network_delay(world));
    network_tell(world, link, false, WORLD_DOWN, network_delay(world));
    network_end(world, link);
}

struct world_link *network_link_of(struct world *world, const struct world_event *event)
{
    struct world_link *link = &world->links[event->link];

    return link->used && link->generation == event->link_generation ? link : NULL;
}
