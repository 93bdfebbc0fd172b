/*
 * CLUSTER subcommands that change the cluster: errands for the control thread, which runs the state
 * machine and carries out what it decides before the client is answered.
 */
#include "cluster/cluster.h"
#include "proto/base/assert.h"
#include "proto/base/memory.h"
#include "server/commands/cluster_arguments.h"
#include "server/commands/cluster_enabled.h"
#include "server/commands/handlers.h"
#include "server/connection/connection.h"
#include "server/control/cluster_driver.h"
#include "server/control/control.h"
#include "server/control/errand.h"
#include "server/migration/migration.h"
#include "server/script/busy.h"
#include "server/shard/shard.h"

#include <stdatomic.h>

/* The context of an errand; one allocation. */
struct administration {
    struct cluster_result result; /* first: the control thread's driver fills it in */
    struct cluster_admin admin;
    uint32_t node_argument; /* which argument names a node; 0: none */
    char ip[CLUSTER_NODE_IP_MAX + 1];
    _Atomic uint64_t keys; /* of the whole node, or of the slot, where that matters */
    struct slot_range ranges[];
};

static void reply_result(struct reply *reply, const struct cluster_result *result)
{
    char text[CLUSTER_CODE_TEXT_MAX];
    size_t length = cluster_code_format(result, text);

    if (cluster_code_is_error(result->code))
        reply_error(reply, span_of(text, length));
    else
        reply_status(reply, span_of(text, length));
}

/* Of an argument in an error. */
static int shown_length(struct span text)
{
    enum { SHOWN_MAX = 128 };

    return (int)(text.length < SHOWN_MAX ? text.length : SHOWN_MAX);
}

static void finish_administration(struct errand *errand, struct reply *reply)
{
    const struct administration *administration = errand->context;
    const struct cluster_result *result = &administration->result;

    /* Whatever stood in a node's place is shown as it was. */
    if (administration->node_argument != 0 && node_id_empty(&administration->admin.node) &&
        (result->code == CLUSTER_UNKNOWN_NODE || result->code == CLUSTER_NODE_NOT_KNOWN))
        reply_error_format(reply, "ERR %s %.*s",
                           result->code == CLUSTER_UNKNOWN_NODE ? "Unknown node"
                                                                : "I don't know about node",
                           shown_length(errand->argv[administration->node_argument]),
                           errand->argv[administration->node_argument].data);
    else
        reply_result(reply, result);
}

static void run_administration(struct control *control, struct errand *errand)
{
    struct administration *administration = errand->context;
    struct cluster_admin *admin = &administration->admin;

    admin->ranges = administration->ranges;
    admin->ip = span_of_string(administration->ip);
    if (admin->operation == CLUSTER_ADMIN_RESET && admin->hard) {
        admin->new_id = control_random_id(control);
        admin->new_shard_id = control_random_id(control);
    }
    cluster_driver_admin(control, errand, admin);
}

/* What `admin` refers to is copied; `node_argument` is the argument that names its node, or 0. */
static void start_with(struct cmd *cmd, const struct cluster_admin *admin, uint32_t node_argument,
                       void (*run)(struct control *control, struct errand *errand))
{
    size_t ranges_size = admin->range_count * sizeof(*admin->ranges);
    struct administration *administration =
        memory_new_zeroed(1, sizeof(*administration) + ranges_size);
    struct errand *errand = errand_new(cmd, run, finish_administration);

    administration->admin = *admin;
    if (admin->range_count > 0)
        memcpy(administration->ranges, admin->ranges, ranges_size);
    ASSERT(admin->ip.length < sizeof(administration->ip));
    if (admin->ip.length > 0)
        memcpy(administration->ip, admin->ip.data, admin->ip.length);
    administration->node_argument = node_argument;
    errand->context = administration;
    errand_start(errand);
}

static void start_administration(struct cmd *cmd, enum cluster_admin_operation operation, bool hard,
                                 const struct slot_range *ranges, uint32_t count,
                                 void (*run)(struct control *control, struct errand *errand))
{
    start_with(cmd,
               &(struct cluster_admin){
                   .operation = operation, .hard = hard, .ranges = ranges, .range_count = count},
               0, run);
}

/* ---- Slots by name ---- */

typedef struct cluster_result slots_reader(const struct span *argv, uint32_t argc,
                                           struct slot_range **ranges, uint32_t *count);

static void change_slots(struct cmd *cmd, enum cluster_admin_operation operation,
                         slots_reader *read)
{
    struct slot_range *ranges;
    struct cluster_result result;
    uint32_t count;

    if (cluster_enabled(cmd) == NULL)
        return;
    result = read(cmd->argv, cmd->argc, &ranges, &count);
    if (result.code != CLUSTER_OK) {
        reply_result(cmd->reply, &result);
        return;
    }
    start_administration(cmd, operation, false, ranges, count, run_administration);
    memory_free(ranges);
}

static void change_slot_ranges(struct cmd *cmd, enum cluster_admin_operation operation)
{
    if (cluster_enabled(cmd) == NULL)
        return;
    /* The names of command and subcommand, and then pairs. */
    if (cmd->argc % 2 != 0)
        cmd_reply_wrong_arity(cmd);
    else
        change_slots(cmd, operation, cluster_arguments_ranges);
}

void command_cluster_addslots(struct cmd *cmd)
{
    change_slots(cmd, CLUSTER_ADMIN_ADD_SLOTS, cluster_arguments_slots);
}

void command_cluster_addslotsrange(struct cmd *cmd)
{
    change_slot_ranges(cmd, CLUSTER_ADMIN_ADD_SLOTS);
}

void command_cluster_delslots(struct cmd *cmd)
{
    change_slots(cmd, CLUSTER_ADMIN_DELETE_SLOTS, cluster_arguments_slots);
}

void command_cluster_delslotsrange(struct cmd *cmd)
{
    change_slot_ranges(cmd, CLUSTER_ADMIN_DELETE_SLOTS);
}

/* ---- What a node with keys must not do ---- */

static void count_keys(struct shard *shard, const void *subject)
{
    struct administration *administration = ((const struct errand *)subject)->context;
    uint64_t keys = 0;

    shard_assert_owner(shard);
    if (administration->admin.operation == CLUSTER_ADMIN_SLOT_NODE) {
        uint16_t slot = administration->ranges[0].first;

        if (node_shard_of(shard->node, slot) == shard->index)
            atomic_store(&administration->keys, keyspace_slot_size(shard->keyspace, slot));
        return;
    }
    for (uint32_t database = 0; database < shard->node->databases; database++)
        keys += keyspace_size(shard->keyspace, database);
    atomic_fetch_add_explicit(&administration->keys, keys, memory_order_relaxed);
}

static void keys_are_counted(struct control *control, void *context)
{
    struct errand *errand = context;
    struct administration *administration = errand->context;

    administration->admin.holds_keys = atomic_load(&administration->keys) > 0;
    run_administration(control, errand);
}

static void run_when_counted(struct control *control, struct errand *errand)
{
    publication_start(control, errand, count_keys, keys_are_counted, errand);
}

/* What asks all shards for their keys would wait for a script as long as that runs. */
static bool may_count(struct cmd *cmd)
{
    const struct node *node = cmd->connection->shard->node;

    if (!busy_is(node))
        return true;
    busy_reply(node, cmd->reply);
    return false;
}

void command_cluster_flushslots(struct cmd *cmd)
{
    if (cluster_enabled(cmd) != NULL && may_count(cmd))
        start_administration(cmd, CLUSTER_ADMIN_FLUSH_SLOTS, false, NULL, 0, run_when_counted);
}

void command_cluster_reset(struct cmd *cmd)
{
    bool hard;

    if (cluster_enabled(cmd) == NULL ||
        !cluster_arguments_reset(cmd->argv, cmd->argc, &hard, cmd->reply) || !may_count(cmd))
        return;
    start_administration(cmd, CLUSTER_ADMIN_RESET, hard, NULL, 0, run_when_counted);
}

void command_cluster_saveconfig(struct cmd *cmd)
{
    if (cluster_enabled(cmd) != NULL)
        start_administration(cmd, CLUSTER_ADMIN_SAVE_CONFIG, false, NULL, 0, run_administration);
}

/* ---- Nodes, roles and epochs ---- */

void command_cluster_meet(struct cmd *cmd)
{
    struct cluster_admin admin = {0};
    char ip[CLUSTER_NODE_IP_MAX + 1];

    if (cluster_enabled(cmd) == NULL ||
        !cluster_arguments_meet(cmd->argv, cmd->argc, ip, &admin, cmd->reply))
        return;
    admin.ip = span_of_string(ip);
    start_with(cmd, &admin, 0, run_administration);
}

void command_cluster_forget(struct cmd *cmd)
{
    struct cluster_admin admin = {.operation = CLUSTER_ADMIN_FORGET,
                                  .node = cluster_arguments_node(cmd->argv[2])};

    if (cluster_enabled(cmd) != NULL)
        start_with(cmd, &admin, 2, run_administration);
}

void command_cluster_replicate(struct cmd *cmd)
{
    struct cluster_admin admin = {.operation = CLUSTER_ADMIN_REPLICATE,
                                  .node = cluster_arguments_node(cmd->argv[2])};

    if (cluster_enabled(cmd) != NULL && may_count(cmd))
        start_with(cmd, &admin, 2, run_when_counted);
}

void command_cluster_failover(struct cmd *cmd)
{
    struct cluster_admin admin = {0};

    if (cluster_enabled(cmd) != NULL &&
        cluster_arguments_failover(cmd->argv, cmd->argc, &admin, cmd->reply))
        start_with(cmd, &admin, 0, run_administration);
}

/* A slot that goes or comes as a whole, see MIGRATESLOTS, must not be handed over by halves. */
static void run_setslot(struct control *control, struct errand *errand)
{
    struct administration *administration = errand->context;

    if (control->cluster_driver != NULL &&
        migration_concerns(control, administration->ranges[0].first)) {
        administration->result = (struct cluster_result){
            .code = CLUSTER_SLOT_MIGRATES, .details = {administration->ranges[0].first}};
        errand_done(control, errand);
    } else if (administration->admin.operation == CLUSTER_ADMIN_SLOT_NODE) {
        run_when_counted(control, errand);
    } else {
        run_administration(control, errand);
    }
}

void command_cluster_setslot(struct cmd *cmd)
{
    struct slot_range slot;
    struct cluster_admin admin = {.ranges = &slot, .range_count = 1};

    if (cluster_enabled(cmd) == NULL ||
        !cluster_arguments_setslot(cmd->argv, cmd->argc, &slot, &admin, cmd->reply) ||
        (admin.operation == CLUSTER_ADMIN_SLOT_NODE && !may_count(cmd)))
        return;
    start_with(cmd, &admin, admin.operation == CLUSTER_ADMIN_SLOT_STABLE ? 0 : 4, run_setslot);
}

void command_cluster_bumpepoch(struct cmd *cmd)
{
    if (cluster_enabled(cmd) != NULL)
        start_administration(cmd, CLUSTER_ADMIN_BUMP_EPOCH, false, NULL, 0, run_administration);
}

void command_cluster_set_config_epoch(struct cmd *cmd)
{
    struct cluster_admin admin = {0};

    if (cluster_enabled(cmd) != NULL && cluster_arguments_epoch(cmd->argv, &admin, cmd->reply))
        start_with(cmd, &admin, 0, run_administration);
}
