#include "server/dispatch/route.h"

#include "cluster/view.h"
#include "proto/base/assert.h"
#include "proto/base/memory.h"
#include "server/commands/cmd.h"
#include "server/connection/connection.h"
#include "server/dispatch/transaction.h"
#include "server/shard/shard.h"

enum { POSITIONS_FEW = 16 };

struct route_pass route_pass_of(const struct connection *connection, const struct command *command)
{
    return (struct route_pass){.client = (uint8_t)connection_view_client(connection),
                               .asking = connection->asking || command->flags & COMMAND_ASKING,
                               .readonly = connection->readonly};
}

struct route_pass route_pass_whole(struct route_pass admitted, const struct connection *connection,
                                   const struct command *command)
{
    return admitted.gate != ROUTE_GATE_NONE ? admitted : route_pass_of(connection, command);
}

/* ---- By the view ---- */

static void redirect(const struct cluster_view *view, struct reply *reply, const char *word,
                     const struct cluster_node *node, const struct route *route)
{
    struct span endpoint = view_endpoint(view, node);

    reply_error_format(reply, "%s %u %.*s:%u", word, route->slot, (int)endpoint.length,
                       endpoint.data,
                       view_port(view, node, route->slot, (enum view_client)route->pass.client));
}

/* Replies why the state of the cluster forbids it; true when it does not. */
static bool state_admits(const struct shard *shard, struct reply *reply, const struct route *route)
{
    const struct config *config = shard->config;

    if (shard->view->ok)
        return true;
    if (!(route->shard_channels ? config->cluster_allow_pubsubshard_when_down
                                : config->cluster_allow_reads_when_down)) {
        reply_error_literal(reply, "CLUSTERDOWN The cluster is down");
        return false;
    }
    if (!route->writes)
        return true;
    reply_error_literal(reply, "CLUSTERDOWN The cluster is down and only accepts read commands");
    return false;
}

/* Whom the slot goes to; NULL when it does not. */
static const struct cluster_node *migration_target(const struct cluster_view *view, uint16_t slot)
{
    const struct open_slot *open = NULL;

    if (view->open_slot_count > 0 && view->owner[slot] == view->myself)
        open = view_open_slot(view, slot, false);
    return open == NULL ? NULL : cluster_node_find(view->nodes, view->node_count, &open->peer);
}

static bool is_imported(const struct cluster_view *view, uint16_t slot)
{
    return view->open_slot_count > 0 && view_open_slot(view, slot, true) != NULL;
}

static enum route_gate gate_of(const struct cluster_view *view, const struct route *route)
{
    if (migration_target(view, route->slot) != NULL)
        return route->shard_channels ? ROUTE_GATE_NONE : ROUTE_GATE_MIGRATING;
    if (route->pass.asking && is_imported(view, route->slot))
        return ROUTE_GATE_IMPORTING;
    return ROUTE_GATE_NONE;
}

/* Does this node, a replica, answer for its primary? */
static bool reads_replica(const struct cluster_view *view, const struct cluster_node *owner,
                          const struct route *route)
{
    const struct cluster_node *myself = view_myself(view);

    return (route->pass.readonly || route->shard_channels) && !route->writes &&
           myself->flags & CLUSTER_NODE_REPLICA && node_id_equal(&myself->primary_id, &owner->id);
}

static bool moves_freely(const struct cluster_view *view, const struct route *route)
{
    return route->moves_keys &&
           (migration_target(view, route->slot) != NULL || is_imported(view, route->slot));
}

bool route_admits(const struct shard *shard, struct reply *reply, struct route *route)
{
    const struct cluster_view *view = shard->view;
    const struct cluster_node *owner = view_owner(view, route->slot);

    route->pass.gate = ROUTE_GATE_NONE;
    if (owner == NULL) {
        reply_error_literal(reply, "CLUSTERDOWN Hash slot not served");
        return false;
    }
    if (route->crosses) {
        reply_error_literal(reply, "CROSSSLOT Keys in request don't hash to the same slot");
        return false;
    }
    if (!state_admits(shard, reply, route))
        return false;
    if (moves_freely(view, route))
        return true;
    route->pass.gate = (uint8_t)gate_of(view, route);
    if (owner == view_myself(view) || route->pass.gate == ROUTE_GATE_IMPORTING ||
        reads_replica(view, owner, route))
        return true;
    redirect(view, reply, "MOVED", owner, route);
    return false;
}

bool route_keeps_waiting(const struct shard *shard, struct reply *reply,
                         const struct command *command, uint16_t slot, struct route_pass pass)
{
    const struct cluster_view *view = shard->view;
    const struct cluster_node *owner = view_owner(view, slot);
    struct route route = {.slot = slot, .writes = command->flags & COMMAND_WRITE, .pass = pass};

    /* What would wake it is a write, which may never come. */
    if (!view->ok) {
        reply_error_literal(reply, "CLUSTERDOWN The cluster is down");
        return false;
    }
    if (is_imported(view, slot))
        return true;
    return (owner != NULL && owner == view_myself(view)) || route_admits(shard, reply, &route);
}

/* ---- By the keys ---- */

/* What was found of the keys. */
struct key_census {
    struct span first;
    bool several; /* not all are the same */
    bool present;
    bool missing;
};

static void take_key(struct key_census *census, struct keyspace *keyspace, uint32_t database,
                     struct span name, time_ms now)
{
    struct key key = keyspace_key(keyspace, name);

    if (census->first.data == NULL)
        census->first = name;
    else if (!span_equal(census->first, name))
        census->several = true;
    if (keyspace_peek(keyspace, database, &key, now) != NULL)
        census->present = true;
    else
        census->missing = true;
}

/* The keys among a command's arguments. */
static void take_keys(struct key_census *census, struct keyspace *keyspace, uint32_t database,
                      const struct command *command, const struct span *argv, uint32_t argc,
                      time_ms now)
{
    struct key_position few[POSITIONS_FEW];
    struct key_position *positions = few;
    int64_t count = command_keys(command, argv, argc, few, POSITIONS_FEW);

    if (count > POSITIONS_FEW) {
        positions = memory_new((size_t)count * sizeof(*positions));
        command_keys(command, argv, argc, positions, (uint32_t)count);
    }
    for (int64_t i = 0; i < count; i++)
        if (!(positions[i].flags & KEY_NOT_KEY))
            take_key(census, keyspace, database, argv[positions[i].index], now);
    if (positions != few)
        memory_free(positions);
}

/* Replies what stands against running with these keys; true when nothing does. */
static bool census_admits(const struct shard *shard, struct reply *reply,
                          const struct key_census *census, const struct route *route)
{
    const struct cluster_node *target = migration_target(shard->view, route->slot);
    bool again;

    if (!census->missing)
        return true;
    again = route->pass.gate == ROUTE_GATE_MIGRATING ? census->present : census->several;
    if (again) {
        reply_error_literal(reply, "TRYAGAIN Multiple keys request during rehashing of slot");
        return false;
    }
    if (route->pass.gate != ROUTE_GATE_MIGRATING || target == NULL)
        return true;
    redirect(shard->view, reply, "ASK", target, route);
    return false;
}

/* With a later view than the one that has let it through, that is asked first. */
static bool gate_admits(const struct shard *shard, struct reply *reply,
                        const struct key_census *census, struct route *route)
{
    ASSERT(route->pass.gate != ROUTE_GATE_NONE);
    if (census->first.data == NULL)
        return true;
    route->slot = key_slot(census->first);
    if (route->pass.gate == ROUTE_GATE_AGAIN && !route_admits(shard, reply, route))
        return false;
    return route->pass.gate == ROUTE_GATE_NONE || census_admits(shard, reply, census, route);
}

bool route_keys_admit(struct cmd *cmd)
{
    struct route route = {.writes = cmd->command->flags & COMMAND_WRITE, .pass = cmd->pass};
    struct key_census census = {0};

    ASSERT(cmd->shard->view != NULL);
    take_keys(&census, cmd->keyspace, cmd->database, cmd->command, cmd->argv, cmd->argc, cmd->now);
    return gate_admits(cmd->shard, cmd->reply, &census, &route);
}

/* A key that was watched may be changed at the other node. */
static void take_watched_keys(struct key_census *census, const struct shard *shard,
                              const struct watches *watches)
{
    struct watched_key *watched = NULL;

    while (watches != NULL && (watched = watched_keys_next(&watches->keys, watched)) != NULL)
        take_key(census, shard->keyspace, 0, watched_key_of(watched).name, shard->now);
}

bool route_transaction_admits(struct transaction *transaction, const struct unit_site *site,
                              struct reply *reply)
{
    const struct shard *shard = site->shard;
    struct route route = {.writes = transaction->unit.flags & COMMAND_WRITE,
                          .pass = transaction->pass};
    struct key_census census = {0};

    ASSERT(shard->view != NULL);
    if (!transaction->has_first)
        return true;
    if (site->section != NULL)
        shard = shard->node->shards[node_shard_of(shard->node, transaction->first.slot)];
    for (const struct unit_command *queued = transaction->unit.first; queued != NULL;
         queued = queued->next)
        take_keys(&census, shard->keyspace, 0, queued->command, queued->argv, queued->argc,
                  shard->now);
    take_watched_keys(&census, shard, transaction->watches);
    return gate_admits(shard, reply, &census, &route);
}

bool route_keys_are_local(const struct cmd *script, const struct command *command,
                          const struct span *argv, uint32_t argc)
{
    const struct shard *shard = script->shard;
    const struct cluster_view *view = shard->view;
    struct route route = {.writes = command->flags & COMMAND_WRITE, .pass = script->pass};
    struct key_census census = {0};
    const struct cluster_node *owner;

    take_keys(&census, shard->keyspace, script->database, command, argv, argc, shard->now);
    if (census.first.data == NULL)
        return true;
    route.slot = key_slot(census.first);
    owner = view_owner(view, route.slot);
    if (owner == view_myself(view))
        return !census.missing || migration_target(view, route.slot) == NULL;
    if (owner == NULL)
        return false;
    if (script->pass.asking && is_imported(view, route.slot))
        return !census.missing || !census.several;
    return reads_replica(view, owner, &route);
}
