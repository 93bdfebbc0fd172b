/*
 * Running the commands of a log: by the ordinary handlers, without a client. Nobody is asked for
 * permission, nothing is counted, and nothing expires (keyspace_set_replay).
 */
#include "proto/base/assert.h"
#include "proto/base/memory.h"
#include "server/commands/cmd.h"
#include "server/connection/connection.h"
#include "server/dispatch/execute.h"
#include "server/dispatch/replay.h"
#include "server/loading/loading_parts.h"
#include "server/observe/clock.h"
#include "server/observe/log.h"
#include "server/script/caller.h"
#include "server/shard/shard.h"

void loading_replay_open(struct loading_shard *self)
{
    reply_init(&self->reply, 2);
    self->reply.copy_only = true;
    self->caller = script_caller_create(self->shard);
    self->commands = memory_new(LOADING_COMMANDS_AHEAD * sizeof(*self->commands));
    self->spans = memory_new(LOADING_SPANS_AHEAD * sizeof(*self->spans));
}

void loading_replay_close(struct loading_shard *self)
{
    if (self->caller == NULL)
        return;
    script_caller_free(self->caller);
    reply_free(&self->reply);
    memory_free(self->commands);
    memory_free(self->spans);
    self->caller = NULL;
}

/* ---- Time ---- */

/* All data that the command may touch are in the log's time, or in the clock's. */
static void set_time(struct loading_shard *self, struct section *section, bool relative)
{
    struct shard *shard = self->shard;
    time_ms now = clock_now_ms();

    shard->now = relative ? now : KEYSPACE_REPLAY_TIME;
    for (uint32_t i = 0; i < shard->node->shard_count; i++) {
        struct keyspace *keyspace = shard->node->shards[i]->keyspace;

        if (i != shard->index && section == NULL)
            continue;
        if (relative)
            keyspace_set_time(keyspace, now);
        else
            keyspace_set_replay(keyspace, now);
    }
}

/* ---- Running ---- */

static void tell_error(struct loading_shard *self, const struct loading_command *command)
{
    const struct reply *reply = &self->reply;
    size_t length = reply->length - reply->error_position;

    if (atomic_fetch_add(&self->loading->strange_commands, 1) >= LOADING_WORDS_OF_FILE_MAX)
        return;
    log_warning("%s: '%s' before offset %zu is answered with an error: %.*s",
                loading_part_of(self)->path, command->command->name, self->log.position,
                length > 200 ? 200 : (int)(length - 3), reply->bytes + reply->error_position + 1);
}

void loading_replay_run(struct loading_shard *self, const struct loading_command *command,
                        struct section *section)
{
    struct section alone = {.coordinator = self->shard};
    uint64_t errors = self->reply.error_count;
    bool relative =
        __builtin_expect(replay_is_relative(command->command, command->argv, command->argc), 0);
    struct cmd cmd = {.command = command->command,
                      .argv = command->argv,
                      .argc = command->argc,
                      .database = command->database,
                      .first_key = command->key,
                      .section = section,
                      .reply = &self->reply};

    if (command->command->scope != SCOPE_KEYS) {
        cmd.connection = self->caller;
        self->caller->database = command->database;
        if (section == NULL)
            cmd.section = &alone;
    }
    if (relative || section != NULL)
        set_time(self, section, relative);
    execute_replayed(self->shard, &cmd);
    if (relative || section != NULL)
        set_time(self, NULL, false);
    self->commands_run++;
    if (__builtin_expect(self->reply.error_count != errors, 0))
        tell_error(self, command);
    reply_clear(&self->reply);
}
