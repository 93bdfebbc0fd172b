#include "server/control/cluster_driver.h"

#include "proto/base/assert.h"
#include "proto/base/memory.h"
#include "server/control/cluster_driver_state.h"
#include "server/control/cluster_faults.h"
#include "server/control/cluster_nodes_file.h"
#include "server/control/control.h"
#include "server/control/errand.h"
#include "server/observe/clock.h"
#include "server/observe/log.h"
#include "server/replication/replication.h"
#include "server/shard/shard.h"

#include <string.h>
#include <unistd.h>

/* How often links, shards and the stream are looked at. */
enum { LOOK_MS = 100 };

/* ---- Events ---- */

void cluster_driver_step(struct control *control, struct cluster_event *event)
{
    struct cluster_driver *driver = control->cluster_driver;

    event->now = clock_monotonic_ms() + driver->clock_base;
    event->wall = clock_now_ms();
    cluster_step(driver->cluster, event, &driver->undone);
    cluster_carry_out(control);
}

static void link_up(void *context, uint64_t id)
{
    struct cluster_event event = {.type = CLUSTER_EVENT_LINK_UP, .link = id};

    cluster_driver_step(context, &event);
}

static void link_down(void *context, uint64_t id, bool overfull)
{
    struct cluster_event event = {
        .type = overfull ? CLUSTER_EVENT_LINK_OVERFULL : CLUSTER_EVENT_LINK_DOWN, .link = id};

    cluster_driver_step(context, &event);
}

static void link_packet(void *context, uint64_t id, struct span frame, struct span remote,
                        struct span local)
{
    struct control *control = context;
    struct cluster_event event = {
        .type = CLUSTER_EVENT_PACKET,
        .packet = {.link = id, .frame = frame, .remote_ip = remote, .local_ip = local}};

    if (!control->cluster_driver->silent && !cluster_faults_lose(control, id, frame))
        cluster_driver_step(control, &event);
}

static bool link_is_trusted(void *context, uint64_t id)
{
    const struct control *control = context;

    return cluster_link_node(control->cluster_driver->cluster, id) != NULL;
}

static const struct bus_events bus_events = {
    .up = link_up, .down = link_down, .packet = link_packet, .trusts = link_is_trusted};

void cluster_driver_publish(struct control *control, bool shard, struct span channel,
                            struct span payload)
{
    struct cluster_event event = {
        .type = CLUSTER_EVENT_PUBLISH,
        .publish = {.channel = channel, .payload = payload, .shard = shard}};

    cluster_driver_step(control, &event);
}

void cluster_driver_replication(struct control *control)
{
    struct cluster_driver *driver = control->cluster_driver;
    struct cluster_event event = {.type = CLUSTER_EVENT_REPLICATION};
    struct cluster_replication_event *now = &event.replication;
    const struct cluster_replication_event *told;
    struct replication_state state;

    if (driver == NULL || !driver->begun)
        return;
    cluster_line_look(control);
    state = replication_state(control);
    if (state.replica)
        driver->complete = state.complete;
    /* One who is to follow another primary is connected to the one before until then. */
    *now = (struct cluster_replication_event){
        .offset = state.offset,
        .connected = state.connected && !cluster_line_has(control, CLUSTER_ACTION_ROLE),
        .complete = driver->complete,
        .loaded = driver->loaded,
        .kept = state.kept};
    told = &driver->replication;
    if (driver->told && told->offset == now->offset && told->connected == now->connected &&
        told->complete == now->complete && told->kept == now->kept)
        return;
    driver->told = true;
    driver->replication = *now;
    cluster_driver_step(control, &event);
}

void cluster_driver_settings(struct control *control)
{
    struct shard_ports ports;
    struct cluster_settings settings;
    struct cluster_event event = {.type = CLUSTER_EVENT_SETTINGS, .settings = &settings};

    if (control->cluster_driver == NULL)
        return;
    bus_settings(control->cluster_driver->bus, control->config);
    settings = cluster_settings_of(control, &ports);
    cluster_driver_step(control, &event);
}

void cluster_driver_claim(struct control *control, const struct slot_range *ranges, uint32_t count)
{
    struct cluster_event event = {.type = CLUSTER_EVENT_ADMIN};

    event.admin = (struct cluster_admin){
        .operation = CLUSTER_ADMIN_ADD_SLOTS, .ranges = ranges, .range_count = count};
    cluster_driver_step(control, &event);
}

void cluster_driver_decide(struct control *control, const struct cluster_admin *admin)
{
    struct cluster_event event = {.type = CLUSTER_EVENT_ADMIN, .admin = *admin};

    ASSERT(control->cluster_driver != NULL);
    ASSERT(admin->token == 0);
    cluster_driver_step(control, &event);
}

void cluster_driver_admin(struct control *control, struct errand *errand,
                          struct cluster_admin *admin)
{
    struct cluster_event event = {.type = CLUSTER_EVENT_ADMIN};

    ASSERT(control->cluster_driver != NULL);
    ASSERT(errand->context != NULL);
    admin->token = (uintptr_t)errand;
    event.admin = *admin;
    cluster_driver_step(control, &event);
}

/* ---- Life ---- */

static void restore(struct control *control, struct topology *topology)
{
    struct cluster_event event = {.type = CLUSTER_EVENT_RESTORED, .restored = topology};

    cluster_driver_step(control, &event);
}

static void claim_all_slots(struct control *control)
{
    struct slot_range all = {.first = 0, .last = SLOT_COUNT - 1};

    cluster_driver_claim(control, &all, 1);
}

/* The file is locked and the port is open: nobody else is this node. */
static bool create(struct control *control)
{
    struct cluster_driver *driver = control->cluster_driver;
    const char *path = control->config->cluster_config_file;
    struct shard_ports ports;
    struct cluster_options options;

    driver->nodes_conf_path = memory_copy(path, strlen(path));
    driver->nodes_ahead_path = cluster_nodes_file_ahead(path);
    driver->nodes_conf_sync =
        (struct cluster_nodes_sync){.reactor = control->reactor,
                                    .path = driver->nodes_conf_path,
                                    .ahead = {.path = driver->nodes_ahead_path, .fd = -1},
                                    .kept = true,
                                    .fd = -1};
    driver->nodes_conf_lock = cluster_nodes_file_lock(path);
    if (driver->nodes_conf_lock < 0)
        return false;
    driver->bus = bus_open(control->reactor, control->config, &control->node->tls,
                           &control->node->bus, &bus_events, control);
    if (driver->bus == NULL)
        return false;
    options = (struct cluster_options){.id = control_random_id(control),
                                       .shard_id = control_random_id(control),
                                       .now = clock_monotonic_ms() + driver->clock_base,
                                       .seed = random_next(&control->random),
                                       .settings = cluster_settings_of(control, &ports)};
    driver->cluster = cluster_create(&options);
    return true;
}

/* While its data are being loaded for the first time, a node is no member that could serve. */
static bool begin(struct control *control)
{
    struct cluster_driver *driver = control->cluster_driver;

    if (driver->begun)
        return true;
    if (atomic_load(&control->node->loading) || control->stopping)
        return false;
    driver->begun = true;
    cluster_driver_replication(control);
    bus_begin(driver->bus);
    return true;
}

/* Else what it finds is what a full synchronisation has left behind. */
static bool keeps_data(const struct config *config)
{
    return config->appendonly || config->save.count > 0;
}

bool cluster_driver_start(struct control *control)
{
    struct cluster_driver *driver = memory_new_zeroed(1, sizeof(*driver));
    struct cluster_event tick = {.type = CLUSTER_EVENT_TICK};
    struct topology topology;
    bool usable;
    bool found;

    control->cluster_driver = driver;
    driver->nodes_conf_lock = -1;
    /* The machine's clock is never set, and far from 0, which stands for never. */
    driver->clock_base = clock_now_ms() - clock_monotonic_ms();
    cluster_actions_init(&driver->undone);
    if (!create(control))
        return false;
    topology_init(&topology);
    usable = cluster_nodes_file_read(driver->nodes_conf_path, &topology, &found);
    if (found)
        restore(control, &topology);
    topology_free(&topology);
    if (!usable)
        return false;
    if (!found && control->config->cluster_claim_all_slots)
        claim_all_slots(control);
    driver->complete = !found || control->node->load != NULL;
    driver->loaded = control->node->load != NULL && keeps_data(control->config);
    cluster_driver_step(control, &tick);
    begin(control);
    return true;
}

void cluster_driver_stop(struct control *control)
{
    struct cluster_driver *driver = control->cluster_driver;

    if (driver == NULL)
        return;
    cluster_lookout_free(control);
    if (driver->bus != NULL)
        bus_close(driver->bus);
    cluster_nodes_sync_end(&driver->nodes_conf_sync);
    cluster_line_free(control);
    cluster_actions_free(&driver->undone);
    cluster_destroy(driver->cluster);
    if (driver->nodes_conf_lock >= 0)
        close(driver->nodes_conf_lock);
    memory_free(driver->nodes_conf_path);
    memory_free(driver->nodes_ahead_path);
    memory_free(driver);
    control->cluster_driver = NULL;
}

/* ---- Time ---- */

/* Others hear nothing of a node that cannot serve, so that they find it failing. */
static void look_for_hung_shards(struct control *control)
{
    struct cluster_driver *driver = control->cluster_driver;
    int64_t limit = control->config->cluster_hung_shard_timeout;
    int64_t now = clock_monotonic_ms();
    bool hangs = false;

    for (uint32_t i = 0; i < control->node->shard_count; i++)
        hangs |=
            limit > 0 && control->pulses[i].stalled && now - control->pulses[i].changed_ms > limit;
    if (hangs == driver->silent)
        return;
    driver->silent = hangs;
    log_warning(hangs ? "a shard hangs: this node is silent on the cluster bus until it goes on"
                      : "no shard hangs any more: this node speaks on the cluster bus again");
}

void cluster_driver_tick(struct control *control)
{
    struct cluster_driver *driver = control->cluster_driver;
    struct cluster_event event = {.type = CLUSTER_EVENT_TICK};

    if (driver == NULL || !begin(control))
        return;
    cluster_line_look(control);
    if (clock_monotonic_ms() >= driver->next_look_ms) {
        driver->next_look_ms = clock_monotonic_ms() + LOOK_MS;
        look_for_hung_shards(control);
        cluster_driver_replication(control);
        bus_tick(driver->bus);
        cluster_nodes_sync_look(&driver->nodes_conf_sync);
    }
    cluster_lookout_tick(control);
    if (cluster_driver_deadline(control) <= clock_monotonic_ms())
        cluster_driver_step(control, &event);
}

int64_t cluster_driver_deadline(const struct control *control)
{
    const struct cluster_driver *driver = control->cluster_driver;
    time_ms deadline;

    if (driver == NULL || !driver->begun)
        return INT64_MAX;
    deadline = cluster_next_deadline(driver->cluster);
    return deadline == TIME_NEVER ? INT64_MAX : deadline - driver->clock_base;
}

/* ---- The end ---- */

bool cluster_driver_hand_over(struct control *control)
{
    struct cluster_driver *driver = control->cluster_driver;
    struct cluster_event event = {.type = CLUSTER_EVENT_HAND_OVER};

    if (driver == NULL || !driver->begun || !cluster_can_hand_over(driver->cluster))
        return false;
    cluster_driver_step(control, &event);
    return true;
}

bool cluster_driver_drain(struct control *control)
{
    const struct cluster_driver *driver = control->cluster_driver;

    return driver != NULL && driver->begun && cluster_can_drain(driver->cluster);
}

bool cluster_driver_owns_slots(const struct control *control)
{
    const struct topology *topology = cluster_topology(control->cluster_driver->cluster);

    return slot_map_count(topology->owner, (uint16_t)topology->myself) > 0 ||
           cluster_driver_is_busy(control) || control->cluster_driver->line.first != NULL;
}

bool cluster_driver_serves(const struct control *control)
{
    const struct topology *topology = cluster_topology(control->cluster_driver->cluster);

    return (topology->nodes[topology->myself].flags & CLUSTER_NODE_PRIMARY) != 0 ||
           cluster_driver_is_busy(control) || control->cluster_driver->line.first != NULL;
}

/* ---- What others want to know ---- */

bool cluster_driver_is_busy(const struct control *control)
{
    const struct cluster_driver *driver = control->cluster_driver;

    return driver != NULL &&
           (driver->line.publishing || driver->line.flushing || driver->pause.under_way);
}

bool cluster_driver_is_hollow(const struct control *control)
{
    return control->cluster_driver != NULL && cluster_is_hollow(control->cluster_driver->cluster);
}

const struct autopilot_report *cluster_driver_autopilot(const struct control *control)
{
    return cluster_autopilot_report(control->cluster_driver->cluster);
}

bool cluster_driver_is_bare(const struct control *control)
{
    return control->cluster_driver != NULL && cluster_is_bare(control->cluster_driver->cluster);
}

struct bus *cluster_driver_bus(struct control *control)
{
    return control->cluster_driver != NULL ? control->cluster_driver->bus : NULL;
}

const struct cluster_view *cluster_driver_view(const struct control *control)
{
    const struct cluster_line *line = &control->cluster_driver->line;

    return line->next != NULL ? line->next : line->view;
}

const struct topology *cluster_driver_topology(const struct control *control)
{
    return cluster_topology(control->cluster_driver->cluster);
}

bool cluster_driver_is_adopted(const struct control *control)
{
    const struct cluster_line *line = &control->cluster_driver->line;

    return !line->publishing && line->next == NULL;
}

const struct view_statistics *cluster_driver_statistics(const struct control *control)
{
    return cluster_statistics(control->cluster_driver->cluster);
}

bool cluster_driver_is_silent(const struct control *control)
{
    return control->cluster_driver->silent;
}

struct links_visit {
    const struct cluster *cluster;
    void (*visit)(void *context, const struct cluster_driver_link *link);
    void *context;
};

static void visit_link(void *context, const struct bus_link_state *state)
{
    const struct links_visit *visit = context;
    const struct cluster_node *node = cluster_link_node(visit->cluster, state->id);

    if (node == NULL || !state->up)
        return;
    visit->visit(visit->context, &(struct cluster_driver_link){.outbound = state->outbound,
                                                               .node = node->id,
                                                               .created = state->created,
                                                               .sending = state->sending,
                                                               .send_memory = state->send_memory,
                                                               .send_used = state->send_used});
}

void cluster_driver_links(const struct control *control,
                          void (*visit)(void *context, const struct cluster_driver_link *link),
                          void *context)
{
    const struct cluster_driver *driver = control->cluster_driver;
    struct links_visit links = {.cluster = driver->cluster, .visit = visit, .context = context};

    bus_visit(driver->bus, visit_link, &links);
}
