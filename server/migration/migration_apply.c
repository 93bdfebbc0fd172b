#include "server/migration/migration_apply.h"

#include "proto/aof/aof_reader.h"
#include "proto/base/assert.h"
#include "proto/base/number.h"
#include "server/dispatch/batch.h"
#include "server/dispatch/execute.h"
#include "server/journal/journal.h"
#include "server/migration/migration_frame.h"
#include "server/migration/migration_shard.h"
#include "server/migration/slot_drop.h"
#include "server/observe/log.h"
#include "server/shard/shard.h"

uint64_t migration_apply_members(const struct node *node, struct span frames)
{
    struct migration_frame frame;
    uint64_t members = 0;

    while (migration_frame_read(&frames, &frame))
        members |= UINT64_C(1) << node_shard_of(node, frame.slot);
    return frames.length == 0 ? members : 0;
}

struct applying {
    struct shard *shard;
    uint16_t slot;
    uint32_t database;
    size_t transaction; /* where the one that is read begins */
    uint32_t transaction_database;
    bool in_transaction;
    struct aof_reader reader;
    struct reply reply;
};

static bool is_named(const struct applying *applying, struct span name)
{
    return span_equal_ignoring_case(applying->reader.argv[0], name);
}

static void record(const struct applying *applying, uint32_t database, size_t start)
{
    const struct aof_reader *reader = &applying->reader;
    struct journal_record record = {
        .database = database,
        .slot = applying->slot,
        .audience = JOURNAL_FOR_ALL,
        .bytes = span_of(reader->bytes + start, reader->position - start),
    };

    if (applying->shard->journal.is_read)
        journal_append(&applying->shard->journal, &record);
}

static void tell_error(const struct command *command, const struct reply *reply)
{
    size_t length = reply->length - reply->error_position;

    log_warning("an imported '%s' is answered with an error: %.*s", command->name,
                length > 200 ? 200 : (int)(length - 3), reply->bytes + reply->error_position + 1);
}

static const char *run(struct applying *applying)
{
    struct shard *shard = applying->shard;
    struct batch_item item = {.argv = applying->reader.argv, .argc = applying->reader.argc};
    uint64_t errors = applying->reply.error_count;
    struct cmd cmd;
    bool failed;

    if (batch_target_of(shard, &item) != shard->index || !item.has_key ||
        item.key.slot != applying->slot)
        return "ERR A command is of another slot";
    cmd = (struct cmd){.command = item.command,
                       .argv = item.argv,
                       .argc = item.argc,
                       .database = applying->database,
                       .first_key = item.key,
                       .reply = &applying->reply};
    execute_replayed(shard, &cmd);
    shard->statistics.changes++;
    failed = applying->reply.error_count != errors;
    if (failed)
        tell_error(item.command, &applying->reply);
    reply_clear(&applying->reply);
    return failed ? "ERR An imported command has failed" : NULL;
}

static const char *take_command(struct applying *applying)
{
    const char *error;
    int64_t number;

    if (is_named(applying, SPAN("SELECT"))) {
        if (applying->reader.argc != 2 ||
            !number_parse_integer(applying->reader.argv[1], &number) || number < 0 ||
            number >= applying->shard->node->databases)
            return "ERR DB index is out of range";
        applying->database = (uint32_t)number;
        return NULL;
    }
    if (is_named(applying, SPAN("MULTI"))) {
        applying->in_transaction = true;
        applying->transaction = applying->reader.start;
        applying->transaction_database = applying->database;
        return NULL;
    }
    if (is_named(applying, SPAN("EXEC"))) {
        if (applying->in_transaction)
            record(applying, applying->transaction_database, applying->transaction);
        applying->in_transaction = false;
        return NULL;
    }
    error = run(applying);
    if (error == NULL && !applying->in_transaction)
        record(applying, applying->database, applying->reader.start);
    return error;
}

static const char *take_frame(struct applying *applying, const struct migration_frame *frame)
{
    const char *error = NULL;
    enum aof_status status;

    if (frame->database >= applying->shard->node->databases)
        return "ERR DB index is out of range";
    if (frame->commands.length == 0) {
        slot_drop_now(applying->shard, frame->slot);
        keyspace_hide_slot(applying->shard->keyspace, frame->slot, true);
        return NULL;
    }
    applying->slot = frame->slot;
    applying->database = frame->database;
    applying->in_transaction = false;
    applying->reader = aof_reader_of(frame->commands);
    while (error == NULL && (status = aof_reader_next(&applying->reader)) == AOF_COMMAND)
        error = take_command(applying);
    aof_reader_free(&applying->reader);
    if (error == NULL && status != AOF_END)
        error = "ERR The commands of a slot are damaged";
    return error;
}

const char *migration_apply(struct shard *shard, const struct node_id *name, struct span frames)
{
    const struct migration_import_part *part = migration_shard_find(shard, name);
    struct applying applying = {.shard = shard};
    struct migration_frame frame;
    const char *error = NULL;
    time_ms now = shard->now;

    shard_assert_owner(shard);
    if (part == NULL)
        return "ERR There is no such import";
    reply_init(&applying.reply, 2);
    applying.reply.copy_only = true;
    shard->now = KEYSPACE_REPLAY_TIME;
    keyspace_set_replay(shard->keyspace, now);
    while (error == NULL && migration_frame_read(&frames, &frame)) {
        if (node_shard_of(shard->node, frame.slot) != shard->index)
            continue;
        error = slot_set_has(&part->slots, frame.slot) ? take_frame(&applying, &frame)
                                                       : "ERR The slot is not of this import";
    }
    shard->now = now;
    keyspace_set_time(shard->keyspace, now);
    reply_free(&applying.reply);
    return error;
}
