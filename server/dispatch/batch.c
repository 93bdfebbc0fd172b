#include "server/dispatch/batch.h"

#include "proto/base/assert.h"
#include "proto/base/memory.h"
#include "server/access/access.h"
#include "server/append_only/append_hold.h"
#include "server/commands/command.h"
#include "server/commands/handlers.h"
#include "server/connection/connection.h"
#include "server/dispatch/admission.h"
#include "server/dispatch/blocked.h"
#include "server/dispatch/execute.h"
#include "server/dispatch/hop.h"
#include "server/dispatch/transaction.h"
#include "server/observe/clock.h"
#include "server/observe/monitor.h"
#include "server/script/busy.h"
#include "server/script/engine.h"
#include "server/shard/exclusive.h"
#include "server/shard/shard.h"
#include "server/tracking/tracking_client.h"

/* Commands between the steps of a look-up ahead. */
enum { PREFETCH_DISTANCE = 4 };

void batch_hold(struct shard *shard, struct receive_buffer *buffer)
{
    struct batch *batch = &shard->batch;

    if (batch->buffer_count > 0 && batch->buffers[batch->buffer_count - 1] == buffer)
        return;
    /* Every buffer in the batch has brought a command at least. */
    ASSERT(batch->buffer_count < BATCH_BUFFERS_MAX);
    receive_buffer_pin(buffer);
    batch->buffers[batch->buffer_count++] = buffer;
}

/* ---- Where a command goes ---- */

/* The shard of the keys beyond the first, or what their being apart means. */
static uint16_t target_of_many(const struct shard *shard, const struct batch_item *item,
                               uint32_t index, uint16_t target)
{
    const struct node *node = shard->node;
    uint16_t slot = key_slot(item->argv[index]);

    if (node->cluster_enabled)
        return slot == item->key.slot ? target : TARGET_CROSS_SLOT;
    return node_shard_of(node, slot) == target ? target : TARGET_SECTION;
}

/* Keys at fixed positions: first, last, step. */
static uint16_t target_of_range(const struct shard *shard, struct batch_item *item)
{
    const struct command *command = item->command;
    int64_t last =
        command->last_key >= 0 ? command->last_key : (int64_t)item->argc + command->last_key;
    uint16_t target;

    item->key = keyspace_key(shard->keyspace, item->argv[command->first_key]);
    item->has_key = true;
    target = node_shard_of(shard->node, item->key.slot);
    if (shard->node->shard_count == 1 && !shard->node->cluster_enabled)
        return target;
    for (int64_t i = command->first_key + command->key_step;
         i <= last && i < item->argc && target < TARGET_HERE; i += command->key_step)
        target = target_of_many(shard, item, (uint32_t)i, target);
    return target;
}

/* May it use any key of the node, on whichever shard? */
static bool is_everywhere(const struct shard *shard, const struct batch_item *item)
{
    return shard->node->shard_count > 1 && !shard->node->cluster_enabled &&
           (command_is_script(item->command) ||
            command_keys_come_from_data(item->command, item->argc));
}

/* Keys that the arguments themselves place: numkeys, keywords. */
static uint16_t target_of_specified(const struct shard *shard, struct batch_item *item)
{
    struct key_position few[16];
    struct key_position *positions = few;
    int64_t count = command_keys(item->command, item->argv, item->argc, few, 16);
    uint16_t target;

    if (count < 0)
        return TARGET_BAD_KEYS;
    if (count == 0)
        return is_everywhere(shard, item) ? TARGET_SECTION : TARGET_HERE;
    if (count > 16) {
        positions = memory_new((size_t)count * sizeof(*positions));
        command_keys(item->command, item->argv, item->argc, positions, (uint32_t)count);
    }
    /* Handlers compute such keys themselves; only the route is found. A script's first key is what
     * its commands will ask for, though. */
    item->has_key = command_is_script(item->command);
    item->key = keyspace_key(shard->keyspace, item->argv[positions[0].index]);
    target = node_shard_of(shard->node, item->key.slot);
    for (int64_t i = 1; i < count && target < TARGET_HERE; i++)
        target = target_of_many(shard, item, positions[i].index, target);
    if (positions != few)
        memory_free(positions);
    return target < TARGET_HERE && is_everywhere(shard, item) ? TARGET_SECTION : target;
}

/* Commands that run here, whatever the slot of their keys or shard channels. */
static bool looks_at_slots(const struct batch_item *item)
{
    const struct command *command = item->command;

    return command->run == command_watch || command->run == command_migrate ||
           (command->flags & COMMAND_PUBSUB && command->first_key > 0 && item->argc > 1);
}

static uint16_t target_of_session(const struct shard *shard, struct batch_item *item)
{
    uint16_t target;

    if (item->command->run == command_exec)
        return TARGET_EXEC;
    if (!shard->node->cluster_enabled || !looks_at_slots(item))
        return TARGET_HERE;
    target = item->command->flags & COMMAND_MOVABLE_KEYS ? target_of_specified(shard, item)
                                                         : target_of_range(shard, item);
    return target < TARGET_HERE ? TARGET_SLOT_HERE : target;
}

static uint16_t target_of(const struct shard *shard, struct batch_item *item)
{
    const struct command *command = item->command;

    if (command == NULL)
        return TARGET_UNKNOWN;
    if (!command_arity_ok(command, item->argc))
        return TARGET_ARITY;
    if (command->scope != SCOPE_KEYS)
        return target_of_session(shard, item);
    if (command->flags & COMMAND_MOVABLE_KEYS)
        return target_of_specified(shard, item);
    if (command->first_key == 0 || (uint32_t)command->first_key >= item->argc)
        return TARGET_HERE;
    return target_of_range(shard, item);
}

uint16_t batch_target_of(const struct shard *shard, struct batch_item *item)
{
    const struct command *container;

    item->command = command_find_arguments(item->argv, item->argc, &container);
    item->has_key = false;
    return target_of(shard, item);
}

/* ---- Running ---- */

/* Whom the command's changes concern is served before anybody's next command; but those of a script
 * that is under way only when it is over. */
static void serve_observers(struct shard *shard)
{
    if (__builtin_expect(shard->in_pause, 0))
        return;
    if (blocked_is_marked(&shard->blocked))
        blocked_serve(shard);
    if (shard->tracking.pending != 0)
        tracking_serve(shard);
}

static void run_here(struct shard *shard, const struct batch_item *item)
{
    struct connection *connection = item->connection;
    struct reply *reply = connection_reply_begin(connection);
    size_t start = reply->length;
    uint64_t log_position = append_hold_position(shard);
    struct execution execution;
    struct access_notes notes;
    struct cmd cmd = {.command = item->command,
                      .argv = item->argv,
                      .argc = item->argc,
                      .database = connection->database,
                      .first_key = item->key,
                      .reply = reply,
                      .connection = connection,
                      .pass = item->pass,
                      .no_touch = connection->no_touch,
                      .tracker = connection->tracker};

    if (__builtin_expect(!connection->unrestricted, 0))
        access_run_begin(&cmd, &notes);
    execution = execute(shard, &cmd);
    if (__builtin_expect(cmd.user != NULL, 0))
        access_run_end(&cmd, connection);
    log_position = append_hold_written(shard, item->command, log_position);
    if (__builtin_expect(log_position != 0, 0))
        append_hold_note(connection, shard->index, log_position);
    if (connection->waiting != NULL)
        return; /* it is answered, and reported, later */
    connection_reply_end(connection, start);
    execute_report(connection, item->command, item->argv, item->argc, execution.duration_us);
    if (__builtin_expect(cmd.observed, 0))
        serve_observers(shard);
}

/* A command with keys of one shard, whose client may be kept waiting. */
static inline bool may_wait(const struct batch_item *item)
{
    return item->target < TARGET_HERE &&
           __builtin_expect((item->command->flags & COMMAND_BLOCKING) != 0, 0) &&
           blocked_may_wait(item);
}

static inline bool is_script(const struct batch_item *item)
{
    return __builtin_expect((item->command->flags & COMMAND_MOVABLE_KEYS) != 0, 0) &&
           command_is_script(item->command);
}

static void run_admitted(struct shard *shard, const struct batch_item *item)
{
    if (__builtin_expect(item->connection->transaction != NULL || item->target == TARGET_EXEC, 0) &&
        transaction_take(shard, item))
        return;
    if (__builtin_expect(shard->monitors > 0, 0))
        monitor_feed(shard, item->connection, item->connection->database, item->command, item->argv,
                     item->argc);
    if (may_wait(item))
        blocked_command(shard, item);
    else if (item->target == shard->index || item->target == TARGET_HERE ||
             item->target >= TARGET_BAD_KEYS)
        run_here(shard, item);
    else if (item->target == TARGET_SECTION)
        exclusive_command(shard, item);
    else if (is_script(item) && !script_engine_is_calm(shard))
        hop_send_alone(shard, item, NULL);
    else
        hop_add(shard, item);
}

/* The command behind ASKING or CLIENT CACHING has been run, refused, or sent on. The latter is also
 * for a whole transaction. */
static void end_one_off(const struct batch_item *item)
{
    struct connection *connection = item->connection;
    bool waits_for_section = item->target == TARGET_EXEC && connection->waiting != NULL;

    /* ASKING before MULTI is for the whole transaction. */
    if ((item->command == NULL || item->command->run != command_asking) &&
        connection->transaction == NULL)
        connection->asking = false;
    if (connection->tracking != NULL && !waits_for_section)
        tracking_client_command_done(connection, item->command);
    connection->one_off =
        connection->asking || (connection->tracking != NULL && connection->tracking->caching);
}

enum {
    /* What may be of interest to replicas; scripts' keys are movable. */
    COMMANDS_THAT_REPLICATE =
        COMMAND_WRITE | COMMAND_MAY_REPLICATE | COMMAND_MOVABLE_KEYS | COMMAND_PUBSUB,
};

static void run_item(struct shard *shard, struct batch_item *item)
{
    struct connection *connection = item->connection;

    if (connection->closing || connection->closed)
        return;
    connection->commands++;
    connection->last_interaction = shard->now;
    if (item->command != NULL) {
        connection->last_command = item->command;
        connection->has_written |= (item->command->flags & COMMANDS_THAT_REPLICATE) != 0;
    }
    if (admission_check(shard, item))
        run_admitted(shard, item);
    if (__builtin_expect(connection->one_off, 0))
        end_one_off(item);
}

/* ---- Prefetching ---- */

static bool is_local(const struct shard *shard, const struct batch_item *item)
{
    return item->has_key && item->target == shard->index;
}

/*
 * Takes the look-ups ahead of the commands further: each steps on what the step before has fetched,
 * so they keep a distance in which memory can answer. While commands are still being read, their
 * parsing is what fills it.
 */
static void prefetch_advance(struct shard *shard, uint32_t words_until, uint32_t entries_until)
{
    struct batch *batch = &shard->batch;

    for (; batch->words_fetched < words_until; batch->words_fetched++) {
        const struct batch_item *item = &batch->items[batch->words_fetched];

        if (is_local(shard, item))
            keyspace_prefetch_words(shard->keyspace, item->connection->database, &item->key);
    }
    for (; batch->entries_fetched < entries_until; batch->entries_fetched++) {
        const struct batch_item *item = &batch->items[batch->entries_fetched];

        if (is_local(shard, item))
            keyspace_prefetch_entry(shard->keyspace, item->connection->database, &item->key);
    }
}

/* The newest command of the batch: its table first, and its elders a step further. */
static void prefetch_begin(struct shard *shard)
{
    struct batch *batch = &shard->batch;
    const struct batch_item *item = &batch->items[batch->count - 1];

    if (is_local(shard, item)) {
        keyspace_prefetch_table(shard->keyspace, item->connection->database, &item->key);
        __builtin_prefetch(&shard->slot_statistics[item->key.slot], 1);
    }
    if (batch->count > PREFETCH_DISTANCE)
        prefetch_advance(shard, batch->count - PREFETCH_DISTANCE,
                         batch->count > 2 * PREFETCH_DISTANCE ? batch->count - 2 * PREFETCH_DISTANCE
                                                              : 0);
}

/* A script that has just come: it fetches its key itself, while it gets ready. */
static bool ends_with_script(const struct shard *shard)
{
    const struct batch_item *last = &shard->batch.items[shard->batch.count - 1];

    return last->command != NULL && is_script(last) && !script_engine_is_calm(shard);
}

void batch_run(struct shard *shard)
{
    struct batch *batch = &shard->batch;

    shard_assert_owner(shard);
    if (__builtin_expect(shard->in_pause, 0))
        return;
    ASSERT(!batch->running);
    batch->running = true;
    if (batch->count > 0) {
        eviction_make_room(shard, &shard->eviction, true);
        shard->now_ticks = clock_ticks();
        uint32_t ahead = batch->count - ends_with_script(shard);

        prefetch_advance(shard, ahead, 0);
        prefetch_advance(shard, ahead, ahead);
        for (batch->at = 0; batch->at < batch->count; batch->at++)
            if (batch->items[batch->at].connection != NULL)
                run_item(shard, &batch->items[batch->at]);
        hop_post_all(shard);
    }
    for (uint32_t i = 0; i < batch->buffer_count; i++)
        receive_buffer_unpin(batch->buffers[i]);
    batch->count = batch->span_count = batch->buffer_count = 0;
    batch->words_fetched = batch->entries_fetched = 0;
    batch->running = false;
}

/* Must the connection's earlier commands be answered before this one starts? */
static bool wants_quiet(const struct batch_item *item)
{
    if (__builtin_expect(item->target < TARGET_HERE, 1))
        return may_wait(item) && item->connection->transaction == NULL;
    if (item->target == TARGET_EXEC)
        return transaction_wants_quiet(item->connection);
    /* Inside a transaction it is kept for later. */
    if (item->connection->transaction != NULL)
        return false;
    if (item->target == TARGET_HERE)
        return item->command->scope >= SCOPE_ANYWHERE;
    return item->target == TARGET_SECTION || item->target == TARGET_SLOT_HERE;
}

/* In the middle of a script: what may run now runs now, whatever is in the batch; everything else
 * is told that the shard is busy. False: it must wait. */
static bool answer_in_pause(struct shard *shard, struct batch_item *item)
{
    struct connection *connection = item->connection;

    if (wants_quiet(item) && connection->owed_count > 0)
        return false;
    if (item->target == TARGET_UNKNOWN || item->target == TARGET_ARITY ||
        !connection->authenticated || busy_allows(shard, item->command)) {
        run_item(shard, item);
        return true;
    }
    /* The script has just ended, elsewhere: in a moment all is as ever. And nodes among themselves
     * can wait. */
    if (!busy_is(shard->node) || item->command->run == command_cluster_syncslots) {
        busy_postpone(shard, connection);
        return false;
    }
    connection->commands++;
    admission_refuse_busy(shard, item);
    return true;
}

static bool put_in_pause(struct shard *shard, struct connection *connection,
                         const struct span *argv, uint32_t argc)
{
    struct batch_item item = {.connection = connection, .argv = argv, .argc = argc};

    item.target = batch_target_of(shard, &item);
    return answer_in_pause(shard, &item);
}

void batch_answer_in_pause(struct shard *shard, const struct connection *but)
{
    struct batch *batch = &shard->batch;

    ASSERT(!shard->in_pause);
    shard->in_pause = true;
    for (uint32_t i = batch->at + 1; batch->running && i < batch->count; i++) {
        struct batch_item *item = &batch->items[i];

        if (item->connection == but || item->connection->processing)
            continue;
        if (!answer_in_pause(shard, item))
            break;
        item->connection = NULL;
    }
    shard->in_pause = false;
}

bool batch_put(struct shard *shard, struct connection *connection, const struct span *argv,
               uint32_t argc)
{
    struct batch *batch = &shard->batch;
    struct batch_item *item;
    bool quiet;
    bool alone;
    bool at_once;

    ASSERT_DEBUG(argc > 0);
    if (__builtin_expect(shard->in_pause, 0))
        return put_in_pause(shard, connection, argv, argc);
    ASSERT_DEBUG(!batch->running);
    item = &batch->items[batch->count];
    item->connection = connection;
    item->argv = argv;
    item->argc = argc;
    item->pass = (struct route_pass){0};
    item->target = batch_target_of(shard, item);
    quiet = wants_quiet(item);
    alone = quiet || shard->pause_kind != PAUSE_NONE || shard->holds > 0 ||
            item->target == TARGET_EXEC || shard->eviction.behind || shard->crowded ||
            shard->paused_slots != NULL ||
            (shard->slot_holds.count > 0 && slot_hold_keeps(shard, item));
    if (alone) {
        struct batch_item aside = *item;

        batch_run(shard);
        /* What EXEC wants depends on commands that may have been in the batch. */
        quiet = wants_quiet(&aside);
        if ((quiet && connection->owed_count > 0) || !admission_now(shard, &aside))
            return false;
        batch_hold(shard, connection->input);
        item = &batch->items[0];
        *item = aside;
    }
    batch->count++;
    prefetch_begin(shard);
    if (argv == &batch->spans[batch->span_count])
        batch->span_count += argc;
    /* What is not a data command may change the session: how the next bytes are read. A script may
     * run long: nobody's command is to wait behind it. */
    at_once = alone || item->target >= TARGET_HERE || !connection->authenticated ||
              (is_script(item) && !script_engine_is_calm(shard));
    if (batch->count == BATCH_ITEMS_MAX || at_once)
        batch_run(shard);
    return true;
}
