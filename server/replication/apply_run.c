/*
 * The shards' side of the stream: running its commands.
 */
#include "proto/base/memory.h"
#include "server/commands/cmd.h"
#include "server/connection/connection.h"
#include "server/dispatch/denial.h"
#include "server/dispatch/execute.h"
#include "server/dispatch/replay.h"
#include "server/journal/recording.h"
#include "server/observe/clock.h"
#include "server/observe/log.h"
#include "server/replication/apply_parts.h"
#include "server/script/caller.h"
#include "server/shard/shard.h"

enum {
    AHEAD = 32, /* commands whose keys are fetched together */
    ERRORS_TOLD_MAX = 16,
};

/* ---- The seat ---- */

static struct apply_seat *seat_of(struct apply *apply, struct shard *shard)
{
    struct apply_seat *seat = &apply->seats[shard->index];

    if (seat->caller == NULL) {
        reply_init(&seat->reply, 2);
        seat->reply.copy_only = true;
        seat->caller = script_caller_create(shard);
    }
    return seat;
}

void apply_seat_free(struct apply_seat *seat)
{
    if (seat->caller == NULL)
        return;
    reply_free(&seat->reply);
    script_caller_free(seat->caller);
    seat->caller = NULL;
}

/* ---- The stream's time ---- */

/* What is refused to clients is not refused to the primary, and nothing expires by itself. */
static void enter(struct shard *shard)
{
    shard->denials = 0;
    shard->now = KEYSPACE_REPLAY_TIME;
    keyspace_keep_expired(shard->keyspace, false);
    keyspace_set_replay(shard->keyspace, clock_now_ms());
}

static void leave(struct shard *shard)
{
    shard_read_clock(shard);
    denial_refresh(shard);
}

/* Who waits for a key, or wants to hear of it, is served in the present. */
static void serve_observers(struct shard *shard)
{
    if (!blocked_is_marked(&shard->blocked) && shard->tracking.pending == 0)
        return;
    leave(shard);
    if (blocked_is_marked(&shard->blocked))
        blocked_serve(shard);
    if (shard->tracking.pending != 0)
        tracking_serve(shard);
    enter(shard);
}

/* ---- Commands ---- */

static void tell_error(struct apply *apply, const struct apply_command *command,
                       const struct reply *reply)
{
    size_t length = reply->length - reply->error_position;

    if (atomic_fetch_add(&apply->errors, 1) >= ERRORS_TOLD_MAX)
        return;
    log_warning(
        "== CRITICAL == a command of the primary's stream, '%s', is answered with an error: "
        "%.*s",
        command->command->name, length > 200 ? 200 : (int)(length - 3),
        reply->bytes + reply->error_position + 1);
}

/* A time to live that begins now: no primary of these days sends such a thing. */
static void run_in_present(struct shard *shard, struct cmd *cmd)
{
    time_ms now = clock_now_ms();

    shard->now = now;
    keyspace_set_time(shard->keyspace, now);
    execute(shard, cmd);
    shard->now = KEYSPACE_REPLAY_TIME;
    keyspace_set_replay(shard->keyspace, now);
}

static void run(struct apply_part *part, struct shard *shard, const struct apply_command *command,
                struct section *section)
{
    struct apply_seat *seat = seat_of(part->step->apply, shard);
    const struct apply_list *list = &part->list;
    struct section alone = {.coordinator = shard};
    uint64_t errors = seat->reply.error_count;
    struct cmd cmd = {.command = command->command,
                      .argv = &list->spans[command->argv],
                      .argc = command->argc,
                      .database = command->database,
                      .first_key = command->key,
                      .section = section,
                      .reply = &seat->reply};

    if (command->command->scope != SCOPE_KEYS) {
        cmd.connection = seat->caller;
        seat->caller->database = command->database;
        if (section == NULL)
            cmd.section = &alone;
    }
    shard->now_ticks = clock_ticks();
    if (__builtin_expect(replay_is_relative(cmd.command, cmd.argv, cmd.argc), 0))
        run_in_present(shard, &cmd);
    else
        execute(shard, &cmd);
    if (__builtin_expect(seat->reply.error_count != errors, 0))
        tell_error(part->step->apply, command, &seat->reply);
    reply_clear(&seat->reply);
}

static void fetch(struct shard *shard, const struct apply_list *list, uint32_t first,
                  uint32_t count)
{
    const struct apply_command *ahead = &list->commands[first];

    for (uint32_t i = 0; i < count; i++)
        if (ahead[i].has_key)
            keyspace_prefetch_table(shard->keyspace, ahead[i].database, &ahead[i].key);
    for (uint32_t i = 0; i < count; i++)
        if (ahead[i].has_key)
            keyspace_prefetch_words(shard->keyspace, ahead[i].database, &ahead[i].key);
    for (uint32_t i = 0; i < count; i++)
        if (ahead[i].has_key)
            keyspace_prefetch_entry(shard->keyspace, ahead[i].database, &ahead[i].key);
}

void apply_part_deliver(struct message *message, void *receiver)
{
    struct apply_part *part = (struct apply_part *)message;
    const struct apply_list *list = &part->list;
    struct shard *shard = receiver;
    bool in_unit = false;

    shard_assert_owner(shard);
    enter(shard);
    for (uint32_t i = 0; i < list->count; i++) {
        const struct apply_command *command = &list->commands[i];

        if (i % AHEAD == 0)
            fetch(shard, list, i, list->count - i < AHEAD ? list->count - i : AHEAD);
        if (command->opens_unit)
            recording_unit_begin(shard, NULL);
        in_unit |= command->opens_unit;
        run(part, shard, command, NULL);
        if (command->closes_unit)
            recording_unit_end(shard, NULL);
        in_unit &= !command->closes_unit;
        if (!in_unit)
            serve_observers(shard);
    }
    leave(shard);
    message_return(shard->mailbox, message);
}

/* ---- Sections ---- */

static void for_members(struct section *section, void (*act)(struct shard *shard))
{
    struct node *node = section->coordinator->node;

    for (uint32_t i = 0; i < node->shard_count; i++)
        if (i == section->coordinator->index || (section->members >> i & 1))
            act(node->shards[i]);
}

static void section_run(struct section *section, void *context)
{
    struct apply_part *part = context;
    struct shard *coordinator = section->coordinator;

    for_members(section, enter);
    recording_unit_begin(coordinator, section);
    for (uint32_t i = 0; i < part->list.count; i++) {
        const struct apply_command *command = &part->list.commands[i];

        if (command->is_spread || command->command->scope != SCOPE_KEYS)
            run(part, coordinator, command, section);
        else
            run(part, coordinator->node->shards[command->shard], command, NULL);
    }
    recording_unit_end(coordinator, section);
    for_members(section, leave);
    blocked_serve_section(section);
    message_return(coordinator->mailbox, &part->message);
}

void apply_section_deliver(struct message *message, void *receiver)
{
    struct apply_part *part = (struct apply_part *)message;
    struct apply_step *step = part->step;

    step->section = (struct section){
        .coordinator = receiver, .members = step->members, .run = section_run, .context = part};
    section_begin(&step->section);
}
