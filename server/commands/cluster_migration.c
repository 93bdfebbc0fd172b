/* CLUSTER MIGRATESLOTS, GETSLOTMIGRATIONS and CANCELSLOTMIGRATIONS; and SYNCSLOTS, by which nodes
 * talk about migrations. */
#include "proto/base/assert.h"
#include "proto/base/memory.h"
#include "proto/base/number.h"
#include "server/append_only/append_hold.h"
#include "server/commands/cluster_arguments.h"
#include "server/commands/cluster_enabled.h"
#include "server/commands/handlers.h"
#include "server/connection/connection.h"
#include "server/control/control.h"
#include "server/control/errand.h"
#include "server/migration/migration.h"
#include "server/migration/migration_apply.h"
#include "server/migration/migration_sync.h"
#include "server/migration/slot_set.h"
#include "server/shard/gather.h"
#include "server/shard/shard.h"

/* ---- Errands with a reply of the control thread's ---- */

struct asked {
    struct reply reply;
    struct migration_request *requests;
    uint32_t request_count;
};

static void free_requests(struct migration_request *requests, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        memory_free(requests[i].ranges);
    memory_free(requests);
}

static void finish(struct errand *errand, struct reply *reply)
{
    struct asked *asked = errand->context;

    reply_raw(reply, span_of(asked->reply.bytes, asked->reply.length));
    reply_free(&asked->reply);
    free_requests(asked->requests, asked->request_count);
}

static struct errand *ask(struct cmd *cmd,
                          void (*run)(struct control *control, struct errand *errand))
{
    struct errand *errand = errand_new(cmd, run, finish);
    struct asked *asked = memory_new_zeroed(1, sizeof(*asked));

    reply_init(&asked->reply, cmd->reply->protocol);
    errand->context = asked;
    return errand;
}

static void run_describe(struct control *control, struct errand *errand)
{
    migration_describe(control, &((struct asked *)errand->context)->reply);
    errand_done(control, errand);
}

void command_cluster_getslotmigrations(struct cmd *cmd)
{
    if (cluster_enabled(cmd) != NULL)
        errand_start(ask(cmd, run_describe));
}

static void run_cancel(struct control *control, struct errand *errand)
{
    migration_cancel_all(control, &((struct asked *)errand->context)->reply);
    errand_done(control, errand);
}

void command_cluster_cancelslotmigrations(struct cmd *cmd)
{
    if (cluster_enabled(cmd) != NULL)
        errand_start(ask(cmd, run_cancel));
}

/* ---- MIGRATESLOTS SLOTSRANGE start end [start end ...] NODE id [SLOTSRANGE ...] ---- */

static bool add_range(const struct cmd *cmd, uint32_t index, struct migration_request *request,
                      struct slot_set *seen)
{
    struct slot_range range;

    if (index + 1 >= cmd->argc) {
        reply_error_literal(cmd->reply, "ERR No end slot for final slot range");
        return false;
    }
    if (!cluster_arguments_slot(cmd->argv[index], &range.first) ||
        !cluster_arguments_slot(cmd->argv[index + 1], &range.last)) {
        reply_error_literal(cmd->reply, "ERR Invalid or out of range slot");
        return false;
    }
    if (range.first > range.last) {
        reply_error_format(cmd->reply,
                           "ERR Start slot number %u is greater than end slot number %u.",
                           range.first, range.last);
        return false;
    }
    for (uint32_t i = 0; slot_set_from(seen, range.first) <= range.last && i < request->range_count;
         i++) {
        const struct slot_range *before = &request->ranges[i];

        if (range.first <= before->last && before->first <= range.last) {
            reply_error_format(cmd->reply,
                               "ERR Slot range %u-%u overlaps with previous range %u-%u.",
                               range.first, range.last, before->first, before->last);
            return false;
        }
    }
    request->ranges =
        memory_resize(request->ranges, (request->range_count + 1) * sizeof(*request->ranges));
    request->ranges[request->range_count++] = range;
    slot_set_add_range(seen, range);
    return true;
}

/* One SLOTSRANGE ... NODE id from *index on. False: an error has been replied. */
static bool read_request(const struct cmd *cmd, uint32_t *index, struct migration_request *request)
{
    struct slot_set seen = {{0}};
    int64_t number;

    if (!cmd_argument_is(cmd, *index, "SLOTSRANGE")) {
        cmd_reply_syntax_error(cmd);
        return false;
    }
    for (++*index; *index < cmd->argc && number_parse_integer(cmd->argv[*index], &number);
         *index += 2)
        if (!add_range(cmd, *index, request, &seen))
            return false;
    if (request->range_count == 0) {
        reply_error_literal(cmd->reply, "ERR No slot ranges specified");
        return false;
    }
    if (*index + 1 >= cmd->argc || !cmd_argument_is(cmd, *index, "NODE")) {
        cmd_reply_syntax_error(cmd);
        return false;
    }
    if (!node_id_parse(cmd->argv[*index + 1], &request->target)) {
        struct span name = cmd->argv[*index + 1];

        reply_error_format(cmd->reply, "ERR Invalid node name: %.*s",
                           (int)(name.length < 128 ? name.length : 128), name.data);
        return false;
    }
    *index += 2;
    return true;
}

static void run_migrate(struct control *control, struct errand *errand)
{
    struct asked *asked = errand->context;

    migration_start(control, asked->requests, asked->request_count, &asked->reply);
    errand_done(control, errand);
}

void command_cluster_migrateslots(struct cmd *cmd)
{
    struct migration_request *requests = NULL;
    uint32_t count = 0;
    uint32_t index = 2;
    struct errand *errand;
    struct asked *asked;

    if (cluster_enabled(cmd) == NULL)
        return;
    while (index < cmd->argc) {
        requests = memory_resize(requests, (count + 1) * sizeof(*requests));
        requests[count] = (struct migration_request){0};
        if (!read_request(cmd, &index, &requests[count++])) {
            free_requests(requests, count);
            return;
        }
    }
    errand = ask(cmd, run_migrate);
    asked = errand->context;
    asked->requests = requests;
    asked->request_count = count;
    errand_start(errand);
}

/* ---- SYNCSLOTS APPLY name frames ---- */

struct applied {
    const char *error;
    uint64_t log_position; /* behind what was applied */
};

static void apply(struct shard *shard, struct gather *gather, void *part)
{
    struct applied *applied = part;
    struct node_id name;

    if (node_id_parse(gather->argv[3], &name))
        applied->error = migration_apply(shard, &name, gather->argv[4]);
    applied->log_position = append_hold_position(shard);
}

static void reply_applied(struct gather *gather, struct reply *reply)
{
    const char *error = NULL;

    for (uint32_t i = 0; i < gather->asker->node->shard_count; i++) {
        const struct applied *applied = gather_part(gather, i);

        if (applied->error != NULL)
            error = applied->error;
        /* What is answered is on the disk, where that is promised to clients. */
        if (applied->log_position != 0 && !gather->connection->closed)
            append_hold_note(gather->connection, i, applied->log_position);
    }
    if (error != NULL)
        reply_error(reply, span_of_string(error));
    else
        reply_ok(reply);
}

static void apply_frames(struct cmd *cmd)
{
    uint64_t members = 0;
    struct node_id name;

    if (cmd->argc == 5 && node_id_parse(cmd->argv[3], &name))
        members = migration_apply_members(cmd->connection->shard->node, cmd->argv[4]);
    if (members == 0)
        cmd_reply_syntax_error(cmd);
    else
        gather_start(gather_new(cmd, sizeof(struct applied), apply, reply_applied), members);
}

void command_cluster_syncslots(struct cmd *cmd)
{
    struct errand *errand;

    if (cluster_enabled(cmd) == NULL)
        return;
    if (cmd->section != NULL) {
        reply_error_literal(cmd->reply,
                            "ERR CLUSTER SYNCSLOTS is not possible in transactions and scripts");
        return;
    }
    if (cmd_argument_is(cmd, 2, "APPLY")) {
        apply_frames(cmd);
        return;
    }
    errand = errand_new(cmd, migration_sync, migration_sync_reply);
    errand->context = memory_new_zeroed(1, sizeof(struct migration_answer));
    errand_start(errand);
}
