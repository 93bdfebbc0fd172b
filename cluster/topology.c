#include "cluster/topology.h"

#include "proto/base/assert.h"
#include "proto/base/memory.h"

void topology_init(struct topology *topology)
{
    memset(topology, 0, sizeof(*topology));
    topology->myself = TOPOLOGY_NODES_MAX;
    slot_map_clear(topology->owner);
}

void topology_free(struct topology *topology)
{
    memory_free(topology->nodes);
    memory_free(topology->index);
    memory_free(topology->open_slots);
    topology_init(topology);
}

static uint32_t topology_hash(const struct node_id *id)
{
    uint64_t hash = 0xcbf29ce484222325u;

    for (uint32_t i = 0; i < NODE_ID_LENGTH; i++)
        hash = (hash ^ (uint8_t)id->text[i]) * 0x100000001b3u;
    return (uint32_t)(hash >> 32) ^ (uint32_t)hash;
}

static void topology_index_node(struct topology *topology, uint32_t place)
{
    uint32_t mask = topology->index_capacity - 1;
    uint32_t at = topology_hash(&topology->nodes[place].id) & mask;

    while (topology->index[at] != 0)
        at = (at + 1) & mask;
    topology->index[at] = place + 1;
}

/* Builds the index anew, at most half full. */
static void topology_index_all(struct topology *topology)
{
    memory_free(topology->index);
    topology->index_capacity = 8;
    while (topology->index_capacity < 2 * topology->node_count + 2)
        topology->index_capacity *= 2;
    topology->index = memory_new_zeroed(topology->index_capacity, sizeof(*topology->index));
    for (uint32_t i = 0; i < topology->node_count; i++)
        topology_index_node(topology, i);
}

struct cluster_node *topology_add_node(struct topology *topology, const struct node_id *id)
{
    ASSERT(!node_id_empty(id));
    if (topology->node_count == TOPOLOGY_NODES_MAX)
        return NULL;
    if (topology->node_count == topology->node_capacity) {
        topology->node_capacity = topology->node_capacity > 0 ? topology->node_capacity * 2 : 4;
        topology->nodes =
            memory_resize(topology->nodes, topology->node_capacity * sizeof(struct cluster_node));
    }

    struct cluster_node *node = &topology->nodes[topology->node_count++];

    memset(node, 0, sizeof(*node));
    node->id = *id;
    if (2 * topology->node_count > topology->index_capacity)
        topology_index_all(topology);
    else
        topology_index_node(topology, topology->node_count - 1);
    return node;
}

struct cluster_node *topology_find_node(const struct topology *topology, const struct node_id *id)
{
    uint32_t mask = topology->index_capacity - 1;

    if (topology->index_capacity == 0 || node_id_empty(id))
        return NULL;
    for (uint32_t at = topology_hash(id) & mask; topology->index[at] != 0; at = (at + 1) & mask) {
        struct cluster_node *node = &topology->nodes[topology->index[at] - 1];

        if (node_id_equal(&node->id, id))
            return node;
    }
    return NULL;
}

void topology_remove_node(struct topology *topology, uint32_t place)
{
    uint32_t last = topology->node_count - 1;

    ASSERT(place < topology->node_count);
    ASSERT(place != topology->myself);
    for (uint32_t slot = 0; slot < SLOT_COUNT; slot++) {
        if (topology->owner[slot] == place)
            topology->owner[slot] = SLOT_MAP_NOBODY;
        else if (topology->owner[slot] == last)
            topology->owner[slot] = (uint16_t)place;
    }
    topology->nodes[place] = topology->nodes[last];
    if (topology->myself == last)
        topology->myself = place;
    topology->node_count--;
    topology_index_all(topology);
}

void topology_rename_node(struct topology *topology, uint32_t place, const struct node_id *id)
{
    ASSERT(place < topology->node_count);
    ASSERT(!node_id_empty(id));
    topology->nodes[place].id = *id;
    topology_index_all(topology);
}

/* Where an open slot is, or belongs when it is not there. */
static uint32_t open_slot_place(const struct open_slot *slots, uint32_t count, uint16_t slot,
                                bool importing)
{
    uint32_t low = 0, high = count;

    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        const struct open_slot *open = &slots[middle];

        if (open->slot < slot || (open->slot == slot && open->importing < importing))
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

const struct open_slot *open_slot_find(const struct open_slot *slots, uint32_t count, uint16_t slot,
                                       bool importing)
{
    uint32_t place = open_slot_place(slots, count, slot, importing);

    if (place == count || slots[place].slot != slot || slots[place].importing != importing)
        return NULL;
    return &slots[place];
}

static uint32_t topology_open_slot_place(const struct topology *topology, uint16_t slot,
                                         bool importing)
{
    return open_slot_place(topology->open_slots, topology->open_slot_count, slot, importing);
}

const struct open_slot *topology_find_open_slot(const struct topology *topology, uint16_t slot,
                                                bool importing)
{
    return open_slot_find(topology->open_slots, topology->open_slot_count, slot, importing);
}

void topology_open_slot(struct topology *topology, uint16_t slot, bool importing,
                        const struct node_id *peer)
{
    uint32_t place = topology_open_slot_place(topology, slot, importing);

    ASSERT(slot < SLOT_COUNT);
    if (topology_find_open_slot(topology, slot, importing) != NULL) {
        topology->open_slots[place].peer = *peer;
        return;
    }
    ASSERT(topology->open_slot_count < 2 * SLOT_COUNT);
    if (topology->open_slot_count == topology->open_slot_capacity) {
        topology->open_slot_capacity =
            topology->open_slot_capacity > 0 ? topology->open_slot_capacity * 2 : 4;
        topology->open_slots = memory_resize(
            topology->open_slots, topology->open_slot_capacity * sizeof(*topology->open_slots));
    }

    struct open_slot *open = &topology->open_slots[place];

    memmove(open + 1, open, (topology->open_slot_count - place) * sizeof(*open));
    *open = (struct open_slot){.slot = slot, .importing = importing, .peer = *peer};
    topology->open_slot_count++;
}

void topology_close_slot(struct topology *topology, uint16_t slot)
{
    uint32_t first = topology_open_slot_place(topology, slot, false);
    uint32_t end = first;

    while (end < topology->open_slot_count && topology->open_slots[end].slot == slot)
        end++;
    if (end == first)
        return;
    memmove(&topology->open_slots[first], &topology->open_slots[end],
            (topology->open_slot_count - end) * sizeof(*topology->open_slots));
    topology->open_slot_count -= end - first;
}

void topology_close_slots(struct topology *topology)
{
    topology->open_slot_count = 0;
}

void topology_forget_others(struct topology *topology)
{
    ASSERT(topology->myself < topology->node_count);
    topology->nodes[0] = *topology_myself(topology);
    topology->node_count = 1;
    topology->myself = 0;
    slot_map_clear(topology->owner);
    topology_close_slots(topology);
    topology_index_all(topology);
}

uint64_t topology_max_epoch(const struct topology *topology)
{
    uint64_t epoch = topology->current_epoch;

    for (uint32_t i = 0; i < topology->node_count; i++) {
        if (topology->nodes[i].config_epoch > epoch)
            epoch = topology->nodes[i].config_epoch;
    }
    return epoch;
}

void topology_count(const struct topology *topology, struct topology_counts *counts)
{
    uint8_t counted[TOPOLOGY_NODES_MAX / 8] = {0};
    struct slot_range run;

    memset(counts, 0, sizeof(*counts));
    for (uint32_t from = 0; slot_map_next_owned_run(topology->owner, from, &run);
         from = run.last + 1u) {
        uint16_t owner = topology->owner[run.first];
        uint32_t flags = topology->nodes[owner].flags;
        uint32_t slots = run.last - run.first + 1u;

        counts->slots_assigned += slots;
        if (flags & CLUSTER_NODE_FAILED)
            counts->slots_failed += slots;
        else if (flags & CLUSTER_NODE_MAYBE_FAILED)
            counts->slots_maybe_failed += slots;
        else
            counts->slots_ok += slots;
        if (counted[owner / 8] & (1u << owner % 8))
            continue;
        counted[owner / 8] |= (uint8_t)(1u << owner % 8);
        counts->size++;
        counts->reachable += !(flags & (CLUSTER_NODE_FAILED | CLUSTER_NODE_MAYBE_FAILED));
    }
    for (uint32_t i = 0; i < topology->node_count; i++)
        counts->doubtful += (topology->nodes[i].flags & CLUSTER_NODE_MAYBE_FAILED) != 0;
}

void topology_check(const struct topology *topology)
{
    uint32_t myself_count = 0;
    struct slot_range run;

    ASSERT(topology->myself < topology->node_count);
    for (uint32_t i = 0; i < topology->node_count; i++) {
        const struct cluster_node *node = &topology->nodes[i];

        myself_count += (node->flags & CLUSTER_NODE_MYSELF) != 0;
        ASSERT(!((node->flags & CLUSTER_NODE_PRIMARY) && (node->flags & CLUSTER_NODE_REPLICA)));
        ASSERT(topology_find_node(topology, &node->id) == node);
        ASSERT(node->config_epoch <= topology->current_epoch);
    }
    ASSERT(myself_count == 1);
    ASSERT(topology_myself(topology)->flags & CLUSTER_NODE_MYSELF);
    for (uint32_t from = 0; slot_map_next_owned_run(topology->owner, from, &run);
         from = run.last + 1u) {
        uint16_t owner = topology->owner[run.first];

        ASSERT(owner < topology->node_count);
        ASSERT(topology->nodes[owner].flags & CLUSTER_NODE_PRIMARY);
    }
}
