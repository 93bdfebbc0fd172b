#include "cluster/view.h"

#include "cluster/cluster.h"
#include "cluster/slot_shard.h"
#include "proto/base/assert.h"
#include "proto/base/memory.h"

static void *view_copy_array(const void *array, size_t bytes)
{
    return array != NULL && bytes > 0 ? memory_copy(array, bytes) : NULL;
}

struct cluster_view *view_create(const struct topology *topology,
                                 const struct cluster_settings *settings, bool ok)
{
    struct cluster_view *view = memory_new_zeroed(1, sizeof(*view));

    ASSERT(topology->myself < topology->node_count);
    ASSERT(settings->shard_port_count <= SLOT_SHARD_MAX);
    memcpy(view->owner, topology->owner, sizeof(view->owner));
    view->ok = ok;
    view->plain = ok && topology->open_slot_count == 0;
    view->myself = (uint16_t)topology->myself;
    view->node_count = topology->node_count;
    view->nodes = view_copy_array(topology->nodes, topology->node_count * sizeof(*view->nodes));
    view->current_epoch = topology->current_epoch;
    view->open_slot_count = topology->open_slot_count;
    view->open_slots = view_copy_array(topology->open_slots,
                                       topology->open_slot_count * sizeof(*view->open_slots));
    view->preferred_endpoint = settings->preferred_endpoint;
    view->announce_shards = settings->announce_shards && settings->shard_port_count > 0;
    view->shard_port_count = settings->shard_port_count;
    view->shard_ports = view_copy_array(settings->shard_ports,
                                        settings->shard_port_count * sizeof(*view->shard_ports));
    view->shard_tls_ports = view_copy_array(
        settings->shard_tls_ports, settings->shard_port_count * sizeof(*view->shard_tls_ports));
    if (view->shard_port_count > 0)
        view->shard_block = slot_shard_block(view->shard_port_count);
    topology_count(topology, &view->counts);
    return view;
}

void view_destroy(struct cluster_view *view)
{
    if (view == NULL)
        return;
    memory_free((void *)view->nodes);
    memory_free((void *)view->open_slots);
    memory_free((void *)view->shard_ports);
    memory_free((void *)view->shard_tls_ports);
    memory_free(view);
}

const struct open_slot *view_open_slot(const struct cluster_view *view, uint16_t slot,
                                       bool importing)
{
    return open_slot_find(view->open_slots, view->open_slot_count, slot, importing);
}

const struct cluster_node *view_find_node(const struct cluster_view *view, struct span id)
{
    struct node_id parsed;

    if (!node_id_parse(id, &parsed))
        return NULL;
    return cluster_node_find(view->nodes, view->node_count, &parsed);
}

struct span view_endpoint(const struct cluster_view *view, const struct cluster_node *node)
{
    switch (view->preferred_endpoint) {
    case VIEW_ENDPOINT_IP:
        return span_of_string(node->ip);
    case VIEW_ENDPOINT_HOSTNAME:
        return node->hostname[0] != '\0' ? span_of_string(node->hostname) : SPAN("?");
    case VIEW_ENDPOINT_UNKNOWN:
        return SPAN("");
    }
    UNREACHABLE();
}

uint16_t view_port(const struct cluster_view *view, const struct cluster_node *node, uint16_t slot,
                   enum view_client client)
{
    const uint16_t *ports = client == VIEW_CLIENT_TLS ? view->shard_tls_ports : view->shard_ports;

    ASSERT(slot < SLOT_COUNT);
    if (view->announce_shards && ports != NULL && node == view_myself(view)) {
        uint32_t shard = slot_shard_of_block(slot, view->shard_block, view->shard_port_count);

        if (ports[shard] != 0)
            return ports[shard];
    }
    return view_node_port(node, client);
}

bool view_next_run(const struct cluster_view *view, uint32_t from, enum view_client client,
                   struct slot_range *run)
{
    if (!slot_map_next_owned_run(view->owner, from, run))
        return false;
    if (!view->announce_shards || view->owner[run->first] != view->myself)
        return true;

    /* Within a block the port cannot change. */
    const struct cluster_node *node = view_myself(view);
    uint16_t port = view_port(view, node, run->first, client);
    uint32_t next = (run->first / view->shard_block + 1) * view->shard_block;

    while (next <= run->last && view_port(view, node, (uint16_t)next, client) == port)
        next += view->shard_block;
    if (next <= run->last)
        run->last = (uint16_t)(next - 1);
    ASSERT(run->last >= run->first);
    return true;
}
