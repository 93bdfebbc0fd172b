#include "cluster/cluster.h"

#include "cluster/cluster_state.h"
#include "cluster/nodes_conf.h"
#include "proto/base/assert.h"
#include "proto/base/memory.h"

#include <stdarg.h>
#include <stdio.h>

enum {
    REFRESH_MS = 1000, /* how old may be what is only shown */
    SAY_MAX = 400,
};

void cluster_say(struct cluster *cluster, const char *format, ...)
{
    char text[SAY_MAX];
    va_list arguments;
    int length;

    va_start(arguments, format);
    length = vsnprintf(text, sizeof(text), format, arguments);
    va_end(arguments);
    if (length >= (int)sizeof(text))
        length = sizeof(text) - 1;
    cluster_actions_add(&cluster->outbox, CLUSTER_ACTION_SAY)->text =
        span_of(memory_copy(text, (size_t)length), (size_t)length);
}

struct cluster *cluster_create(const struct cluster_options *options)
{
    struct cluster *cluster = memory_new_zeroed(1, sizeof(*cluster));
    struct cluster_node *myself;
    struct node_id checked;

    ASSERT(node_id_parse(node_id_span(&options->id), &checked));
    ASSERT(node_id_parse(node_id_span(&options->shard_id), &checked));
    topology_init(&cluster->topology);
    myself = topology_add_node(&cluster->topology, &options->id);
    myself->shard_id = options->shard_id;
    myself->flags = CLUSTER_NODE_MYSELF | CLUSTER_NODE_PRIMARY;
    myself->connected = true;
    cluster->topology.myself = 0;
    cluster->now = options->now;
    cluster->started = options->now;
    cluster->minority_since = TIME_NEVER;
    cluster->ok_at = TIME_NEVER;
    random_seed(&cluster->random, options->seed);
    cluster->next_tick = options->now;
    cluster->refresh_at = options->now;
    /* A node that has not begun with somebody else's data has all that there is. */
    cluster->replication.complete = cluster->copied = cluster->has_data = true;
    cluster->told_role.type = CLUSTER_ACTION_ROLE;
    cluster_peers_begin(cluster);
    cluster_settings_take(cluster, &options->settings);
    topology_check(&cluster->topology);
    return cluster;
}

void cluster_destroy(struct cluster *cluster)
{
    if (cluster == NULL)
        return;
    cluster_settings_free(cluster);
    cluster_election_end(cluster);
    cluster_actions_free(&cluster->outbox);
    cluster_peers_free(cluster);
    memory_free(cluster->links);
    memory_free(cluster->gossip);
    memory_free(cluster->forgotten);
    topology_free(&cluster->topology);
    memory_free(cluster);
}

/* Shard ids that a file of an older kind does not have, where they can be known. */
static void cluster_complete_shard_id(struct cluster *cluster, const struct node_id *generated)
{
    struct cluster_node *myself = cluster_myself(cluster);
    const struct cluster_node *primary =
        topology_find_node(&cluster->topology, &myself->primary_id);

    if (!node_id_empty(&myself->shard_id))
        return;
    if (primary != NULL && !node_id_empty(&primary->shard_id))
        myself->shard_id = primary->shard_id;
    else
        myself->shard_id = *generated;
}

/* Primaries that had replicas may be given others. */
static void cluster_restore_migration(struct cluster *cluster)
{
    for (uint32_t i = 0; i < cluster->topology.node_count; i++) {
        uint32_t primary = cluster_find(cluster, &cluster_at(cluster, i)->primary_id);

        if (primary != CLUSTER_NONE && cluster_is_primary(cluster_at(cluster, primary)))
            cluster_at(cluster, primary)->flags |= CLUSTER_NODE_MIGRATE_TO;
    }
}

static void cluster_restore(struct cluster *cluster, struct topology *restored)
{
    struct topology *topology = &cluster->topology;
    struct node_id generated = cluster_myself(cluster)->shard_id;

    ASSERT(!cluster->stepped);
    ASSERT(restored->myself < restored->node_count);
    cluster_peers_free(cluster);
    topology_free(topology);
    *topology = *restored;
    topology_init(restored);
    cluster_peers_begin(cluster);

    /* No link survives a restart, and what was waited for on them is void. */
    for (uint32_t i = 0; i < topology->node_count; i++) {
        struct cluster_node *node = &topology->nodes[i];

        node->connected = i == topology->myself;
        node->ping_sent = node->pong_received = 0;
        if (!(node->flags & (CLUSTER_NODE_PRIMARY | CLUSTER_NODE_REPLICA)))
            node->flags |= CLUSTER_NODE_PRIMARY;
        if (node->flags & CLUSTER_NODE_FAILED)
            cluster->peers[i].failed_since = cluster->now;
    }
    cluster_restore_migration(cluster);
    cluster_myself(cluster)->flags &= ~(uint32_t)(CLUSTER_NODE_FAILED | CLUSTER_NODE_MAYBE_FAILED);
    topology->current_epoch = topology_max_epoch(topology);
    cluster_complete_shard_id(cluster, &generated);
    cluster->restarted_among_others =
        topology->node_count > 1 && slot_map_count(topology->owner, (uint16_t)topology->myself) > 0;

    cluster_settings_show(cluster);
    topology_check(topology);
}

/* Texts and views show people's time. */
static void cluster_shift_times(struct cluster *cluster, int64_t by)
{
    for (uint32_t i = 0; i < cluster->topology.node_count && by != 0; i++) {
        struct cluster_node *node = cluster_at(cluster, i);

        node->ping_sent += node->ping_sent != 0 ? by : 0;
        node->pong_received += node->pong_received != 0 ? by : 0;
    }
}

/* Slots that their owners do not claim are nobody's in the file. */
static void cluster_disown_unclaimed(struct cluster *cluster)
{
    for (uint32_t slot = 0; slot < SLOT_COUNT; slot++) {
        if (bus_slot_get(cluster->unclaimed, slot))
            cluster->topology.owner[slot] = SLOT_MAP_NOBODY;
    }
}

/* Is there an epoch or a role to be written that must never be forgotten? */
static bool cluster_persist_is_urgent(struct cluster *cluster)
{
    const struct cluster_synced *before = &cluster->synced;
    struct cluster_synced now = {.any = true,
                                 .current = cluster->topology.current_epoch,
                                 .voted = cluster->topology.last_vote_epoch,
                                 .mine = cluster_myself(cluster)->config_epoch,
                                 .primary = cluster_myself(cluster)->primary_id,
                                 .copy_of = cluster->topology.copy_of};
    bool urgent =
        !before->any || before->current != now.current || before->voted != now.voted ||
        before->mine != now.mine || !node_id_equal(&before->primary, &now.primary) ||
        (!node_id_empty(&before->copy_of) && !node_id_equal(&before->copy_of, &now.copy_of));

    cluster->synced = now;
    return urgent;
}

static void cluster_emit_persist(struct cluster *cluster, struct cluster_actions *actions)
{
    struct cluster_action *action;
    struct text_builder text;
    uint16_t owner[SLOT_COUNT];

    text_builder_init(&text);
    memcpy(owner, cluster->topology.owner, sizeof(owner));
    cluster_disown_unclaimed(cluster);
    cluster_shift_times(cluster, cluster->wall_offset);
    cluster->topology.version++;
    nodes_conf_write(&cluster->topology, &text);
    cluster_shift_times(cluster, -cluster->wall_offset);
    memcpy(cluster->topology.owner, owner, sizeof(owner));
    action = cluster_actions_add(actions, CLUSTER_ACTION_PERSIST);
    action->persist.text = text_builder_span(&text);
    action->persist.urgent = cluster_persist_is_urgent(cluster);
    cluster->persist = false;
}

static void cluster_emit_view(struct cluster *cluster, struct cluster_actions *actions)
{
    struct cluster_view *view;

    cluster_myself(cluster)->replication_offset = cluster->replication.offset;
    cluster_shift_times(cluster, cluster->wall_offset);
    view = view_create(&cluster->topology, &cluster->settings, cluster->ok);
    cluster_shift_times(cluster, -cluster->wall_offset);
    view->version = ++cluster->view_version;
    view->statistics = cluster->statistics;
    cluster_actions_add(actions, CLUSTER_ACTION_PUBLISH_VIEW)->view = view;
    cluster->publish = cluster->refresh = false;
    cluster->refresh_at = cluster->now + REFRESH_MS;
}

/* The role that the server is to have, when it is another than it was told. */
static void cluster_emit_role(struct cluster *cluster, struct cluster_actions *actions)
{
    const struct cluster_node *myself = cluster_myself(cluster);
    const struct cluster_node *primary =
        topology_find_node(&cluster->topology, &myself->primary_id);
    struct cluster_action role;

    memset(&role, 0, sizeof(role));
    role.type = CLUSTER_ACTION_ROLE;
    if (cluster_is_replica(myself)) {
        role.role.primary = myself->primary_id;
        if (primary == NULL)
            return;
        memcpy(role.role.ip, primary->ip, sizeof(role.role.ip));
        role.role.port = primary->port;
        role.role.tls_port = primary->tls_port;
    }
    if (memcmp(&role.role, &cluster->told_role.role, sizeof(role.role)) == 0)
        return;
    cluster->told_role = role;
    *cluster_actions_add(actions, CLUSTER_ACTION_ROLE) = role;
}

static void cluster_emit_pause(struct cluster *cluster, struct cluster_actions *actions)
{
    bool pause = cluster->manual.until != 0 && cluster_is_primary(cluster_myself(cluster));

    if (pause == cluster->told_pause)
        return;
    cluster->told_pause = pause;
    if (pause)
        cluster_actions_add(actions, CLUSTER_ACTION_PAUSE)->pause_until =
            cluster->manual.until * 2 - cluster->now;
    else
        cluster_actions_add(actions, CLUSTER_ACTION_RESUME);
}

static void cluster_emit_lost(struct cluster *cluster, struct cluster_actions *actions)
{
    cluster_actions_add(actions, CLUSTER_ACTION_DROP_SLOTS)->slots =
        (uint8_t *)memory_copy(cluster->lost, sizeof(cluster->lost));
    memset(cluster->lost, 0, sizeof(cluster->lost));
    cluster->lost_any = false;
}

static void cluster_emit(struct cluster *cluster, struct cluster_actions *actions)
{
    if (cluster->refresh && cluster->now >= cluster->refresh_at)
        cluster->publish = true;
    /* Nothing is lost when a node that has given slots away comes back as their owner: another one
     * has them with a newer epoch. So its clients need not wait for the disk. */
    if (cluster->view_first && cluster->publish)
        cluster_emit_view(cluster, actions);
    cluster->view_first = false;
    if (cluster->persist)
        cluster_emit_persist(cluster, actions);
    cluster_actions_move(actions, &cluster->outbox);
    if (cluster->publish)
        cluster_emit_view(cluster, actions);
    cluster_emit_role(cluster, actions);
    cluster_emit_pause(cluster, actions);
    if (cluster->lost_any)
        cluster_emit_lost(cluster, actions);
    /* Behind the view, which waits for the role: what is still on its way from a primary goes too.
     */
    if (cluster->flush)
        cluster_actions_add(actions, CLUSTER_ACTION_FLUSH);
    cluster->flush = false;
}

static void cluster_publish(struct cluster *cluster, const struct cluster_publish_event *publish)
{
    struct bus_message message = {.type = publish->shard ? BUS_PUBLISH_SHARD : BUS_PUBLISH,
                                  .channel = publish->channel,
                                  .payload = publish->payload};
    const struct cluster_node *myself = cluster_myself(cluster);

    if (!publish->shard) {
        cluster_send_all(cluster, &message);
        return;
    }
    for (uint32_t i = 0; i < cluster->topology.node_count; i++) {
        const struct cluster_node *node = cluster_at(cluster, i);

        if (cluster_is_replica_of(node, myself) || cluster_is_replica_of(myself, node) ||
            (cluster_is_replica(myself) && cluster_is_replica(node) &&
             node_id_equal(&node->primary_id, &myself->primary_id)))
            cluster_send_message(cluster, i, &message);
    }
}

static void cluster_replication(struct cluster *cluster,
                                const struct cluster_replication_event *replication)
{
    if (replication->connected || cluster->replication.connected)
        cluster->replication_lost = cluster->now;
    cluster_copy_told(cluster, replication);
    cluster->told_data = true;
    cluster_manual_tick(cluster);
}

static void cluster_handle(struct cluster *cluster, const struct cluster_event *event)
{
    switch (event->type) {
    case CLUSTER_EVENT_TICK:
    case CLUSTER_EVENT_ADMIN:
        break;
    case CLUSTER_EVENT_RESTORED:
        cluster_restore(cluster, event->restored);
        break;
    case CLUSTER_EVENT_SETTINGS:
        cluster_settings_take(cluster, event->settings);
        break;
    case CLUSTER_EVENT_LINK_UP:
        cluster_links_up(cluster, event->link);
        break;
    case CLUSTER_EVENT_LINK_DOWN:
        cluster_links_down(cluster, event->link);
        break;
    case CLUSTER_EVENT_LINK_OVERFULL:
        cluster->statistics.link_buffer_limit_exceeded++;
        cluster_links_down(cluster, event->link);
        break;
    case CLUSTER_EVENT_PACKET:
        cluster_packet_receive(cluster, &event->packet);
        break;
    case CLUSTER_EVENT_REPLICATION:
        cluster_replication(cluster, &event->replication);
        break;
    case CLUSTER_EVENT_PAUSED:
        cluster_manual_paused(cluster, event->paused_offset);
        break;
    case CLUSTER_EVENT_HAND_OVER:
        cluster_manual_hand_over(cluster);
        break;
    case CLUSTER_EVENT_PUBLISH:
        cluster_publish(cluster, &event->publish);
        break;
    case CLUSTER_EVENT_LOOK:
        cluster_autopilot_look(cluster, &event->look);
        break;
    }
}

void cluster_step(struct cluster *cluster, const struct cluster_event *event,
                  struct cluster_actions *actions)
{
    struct cluster_result result = {.code = CLUSTER_OK};

    if (event->now > cluster->now)
        cluster->now = event->now;
    cluster->wall_offset = event->wall != 0 ? event->wall - event->now : 0;
    if (event->type == CLUSTER_EVENT_ADMIN)
        result = cluster_admin_run(cluster, &event->admin);
    else
        cluster_handle(cluster, event);
    cluster_timer_tick(cluster);
    cluster_roles_settle(cluster);
    cluster_copy_update(cluster);
    cluster_hollow_update(cluster);
    cluster_election_tick(cluster);
    cluster_state_update(cluster);
    cluster->stepped = true;
    cluster_emit(cluster, actions);
    if (event->type == CLUSTER_EVENT_ADMIN) {
        struct cluster_action *action = cluster_actions_add(actions, CLUSTER_ACTION_REPLY);

        action->reply.token = event->admin.token;
        action->reply.result = result;
    }
}

time_ms cluster_next_deadline(const struct cluster *cluster)
{
    time_ms deadline = cluster->ok_at;
    time_ms election = cluster_election_deadline(cluster);

    if (cluster->topology.node_count > 1 && cluster->next_tick < deadline)
        deadline = cluster->next_tick;
    return election < deadline ? election : deadline;
}

const struct topology *cluster_topology(const struct cluster *cluster)
{
    return &cluster->topology;
}

bool cluster_is_ok(const struct cluster *cluster)
{
    return cluster->ok;
}

const struct view_statistics *cluster_statistics(const struct cluster *cluster)
{
    return &cluster->statistics;
}

bool cluster_is_hollow(const struct cluster *cluster)
{
    return cluster->hollow;
}

bool cluster_is_bare(const struct cluster *cluster)
{
    return cluster->bare;
}
