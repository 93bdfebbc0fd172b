#include "server/dispatch/execute.h"

#include "proto/base/memory.h"
#include "server/connection/connection.h"
#include "server/journal/recording.h"
#include "server/observe/clock.h"
#include "server/observe/latency.h"
#include "server/observe/slowlog.h"
#include "server/shard/shard.h"
#include "server/tracking/tracker.h"

static inline void count_call(struct shard *shard, const struct command *command, uint64_t ticks,
                              uint64_t ns)
{
    struct command_statistics *of_command = &shard->statistics.commands_by_id[command->id];

    shard->statistics.commands++;
    of_command->calls++;
    of_command->ticks += ticks;
    if (shard->config->latency_tracking) {
        if (__builtin_expect(of_command->latency == NULL, 0))
            command_statistics_track(of_command);
        histogram_add(of_command->latency, ns);
    }
}

void execute_count(struct shard *shard, const struct command *command, uint64_t ticks)
{
    count_call(shard, command, ticks, clock_ticks_to_ns(ticks));
}

/* How long the client has waited, at most: queueing here and on the way here included. Another
 * core, where the request arrived, may count a little ahead of this one. */
static inline void count_response(struct shard *shard, const struct command *command)
{
    struct command_statistics *of_command = &shard->statistics.commands_by_id[command->id];
    uint64_t arrived = shard->arrived_ticks;
    uint64_t ticks = shard->now_ticks > arrived ? shard->now_ticks - arrived : 0;

    if (of_command->response == NULL)
        return;
    of_command->response_ticks += ticks;
    histogram_add(of_command->response, clock_ticks_to_ns(ticks));
}

static void count(struct shard *shard, const struct cmd *cmd, uint64_t ticks, size_t reply_bytes)
{
    struct slot_statistics *of_slot;
    uint64_t ns = clock_ticks_to_ns(ticks);

    shard->statistics.changes += cmd->changes;
    /* A command that has waited is one call, however often its handler runs. */
    if (__builtin_expect(cmd->wait != NULL, 0) && cmd_has_waited(cmd)) {
        shard->statistics.commands_by_id[cmd->command->id].ticks += ticks;
        return;
    }
    count_call(shard, cmd->command, ticks, ns);
    if (cmd->command->scope != SCOPE_KEYS || cmd->first_key.name.data == NULL)
        return;
    count_response(shard, cmd->command);
    of_slot = &shard->slot_statistics[cmd->first_key.slot];
    of_slot->calls++;
    of_slot->cpu_ns += ns;
    of_slot->bytes_out += reply_bytes;
    for (uint32_t i = 0; i < cmd->argc; i++)
        of_slot->bytes_in += cmd->argv[i].length;
}

/* In an exclusive section all shards' journals matter. In a pause of a script none does: what may
 * run then changes no data, and what waits in the journal is the script's, which is not over. */
static __attribute__((noinline, cold)) bool is_journalled(const struct cmd *cmd)
{
    return cmd->unrecorded != JOURNAL_FOR_ALL && !cmd->shard->in_pause &&
           (cmd->section == NULL || recording_concerns_section(cmd->section));
}

/* What the shard has for every handler. */
static inline void equip(struct shard *shard, struct cmd *cmd)
{
    cmd->keyspace = shard->keyspace;
    cmd->config = shard->config;
    cmd->now = shard->now;
    cmd->random = &shard->random;
    cmd->changes = 0;
    cmd->shard = shard;
    cmd->observed =
        cmd->section != NULL || shard->blocked.table.queue_count > 0 || shard->tracking.watching;
    cmd->journalled = shard->journal.is_read || cmd->section != NULL;
    if (__builtin_expect(cmd->journalled, 0))
        cmd->journalled = is_journalled(cmd);
}

void execute_count_error(struct shard *shard, const struct cmd *cmd)
{
    const struct reply *reply = cmd->reply;

    shard->statistics.commands_by_id[cmd->command->id].failed++;
    if (!cmd->error_counted)
        statistics_error(&shard->statistics, span_of(reply->bytes + reply->error_position + 1,
                                                     reply->length - reply->error_position - 1));
}

static inline void run(struct cmd *cmd)
{
    if (__builtin_expect(cmd_arguments_fit(cmd), 1))
        cmd->command->run(cmd);
}

/* It is another node's: the error is replied, and no call counted. */
static __attribute__((noinline, cold)) struct execution redirected(struct shard *shard,
                                                                   const struct cmd *cmd)
{
    const struct reply *reply = cmd->reply;

    shard->statistics.commands_by_id[cmd->command->id].rejected++;
    statistics_error(&shard->statistics, span_of(reply->bytes + reply->error_position + 1,
                                                 reply->length - reply->error_position - 1));
    return (struct execution){.failed = true};
}

struct execution execute(struct shard *shard, struct cmd *cmd)
{
    struct reply *reply = cmd->reply;
    size_t start = reply->length + reply->referenced_bytes;
    uint64_t errors = reply->error_count;
    uint64_t before = shard->now_ticks;
    struct execution execution;

    equip(shard, cmd);
    if (__builtin_expect(cmd->pass.gate != ROUTE_GATE_NONE, 0) && !route_keys_admit(cmd))
        return redirected(shard, cmd);
    run(cmd);
    if (__builtin_expect(cmd->journalled, 0))
        recording_command_over(cmd);
    if (__builtin_expect(cmd->tracker & TRACKER_REMEMBERS, 0))
        tracking_remember(shard, cmd);
    shard->now_ticks = clock_ticks();
    execution.duration_us = clock_ticks_to_us(shard->now_ticks - before);
    execution.failed = reply->error_count != errors;
    count(shard, cmd, shard->now_ticks - before, reply->length + reply->referenced_bytes - start);
    if (__builtin_expect(execution.failed, 0))
        execute_count_error(shard, cmd);
    return execution;
}

void execute_nested(struct shard *shard, struct cmd *cmd)
{
    uint64_t errors = cmd->reply->error_count;
    uint64_t before = clock_ticks();
    uint64_t ticks;

    equip(shard, cmd);
    run(cmd);
    if (__builtin_expect(cmd->journalled, 0))
        recording_nested_over(cmd);
    if (__builtin_expect(cmd->tracker & TRACKER_REMEMBERS, 0))
        tracking_remember(shard, cmd);
    shard->now_ticks = clock_ticks();
    ticks = shard->now_ticks - before;
    shard->statistics.changes += cmd->changes;
    count_call(shard, cmd->command, ticks, clock_ticks_to_ns(ticks));
    if (__builtin_expect(cmd->reply->error_count != errors, 0))
        execute_count_error(shard, cmd);
}

void execute_replayed(struct shard *shard, struct cmd *cmd)
{
    equip(shard, cmd);
    cmd->journalled = false;
    run(cmd);
}

void execute_by_node(struct shard *shard, struct cmd *cmd)
{
    equip(shard, cmd);
    run(cmd);
    if (__builtin_expect(cmd->journalled, 0))
        recording_command_over(cmd);
    shard->statistics.changes += cmd->changes;
}

void execute_report(struct connection *connection, const struct command *command,
                    const struct span *argv, uint32_t argc, uint64_t duration_us)
{
    struct shard *shard = connection->shard;
    const struct config *config = shard->config;

    if (config->slowlog_log_slower_than >= 0 &&
        duration_us >= (uint64_t)config->slowlog_log_slower_than &&
        !(command->flags & COMMAND_SKIP_SLOWLOG))
        slowlog_add(shard, connection, argv, argc, duration_us);
    latency_note(shard, command->flags & COMMAND_FAST ? LATENCY_FAST_COMMAND : LATENCY_COMMAND,
                 duration_us);
}
