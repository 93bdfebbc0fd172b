#include "server/control/cluster_faults.h"

#include "proto/base/assert.h"
#include "proto/bus/bus_message.h"
#include "server/bus/bus.h"
#include "server/control/cluster_driver_state.h"

/* Both ends hear of it: this one at once. */
static void break_link(struct control *control, uint64_t link)
{
    struct cluster_event event = {.type = CLUSTER_EVENT_LINK_DOWN, .link = link};

    bus_disconnect(control->cluster_driver->bus, link);
    cluster_driver_step(control, &event);
}

bool cluster_faults_lose(struct control *control, uint64_t link, struct span frame)
{
    const struct bus_faults *faults = &control->node->bus_faults;
    uint32_t dropped = atomic_load_explicit(&faults->dropped, memory_order_relaxed);
    struct bus_message message;

    if (dropped == 0 || bus_decode(frame, &message) != BUS_FINE || !(dropped >> message.type & 1))
        return false;
    if (atomic_load(&faults->closes))
        break_link(control, link);
    return true;
}

bool cluster_faults_refuse(struct control *control, uint64_t link)
{
    if (!atomic_load_explicit(&control->node->bus_faults.keeps_apart, memory_order_relaxed))
        return false;
    break_link(control, link);
    return true;
}

/* The links of one node: there is one in each direction. */
struct cut {
    const struct cluster *cluster;
    const struct node_id *node;
    uint64_t outbound; /* 0: none */
    uint64_t inbound;
};

static void find_link(void *context, const struct bus_link_state *state)
{
    struct cut *cut = context;
    const struct cluster_node *node = cluster_link_node(cut->cluster, state->id);

    if (node == NULL || !node_id_equal(&node->id, cut->node))
        return;
    if (state->outbound)
        cut->outbound = state->id;
    else
        cut->inbound = state->id;
}

void cluster_faults_cut(struct control *control, const struct node_id *node, bool to, bool from)
{
    const struct cluster_driver *driver = control->cluster_driver;
    struct cut cut = {.cluster = driver->cluster, .node = node};

    ASSERT(to || from);
    bus_visit(driver->bus, find_link, &cut);
    if (to && cut.outbound != 0)
        break_link(control, cut.outbound);
    if (from && cut.inbound != 0)
        break_link(control, cut.inbound);
}
