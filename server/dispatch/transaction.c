#include "server/dispatch/transaction.h"

#include "proto/base/assert.h"
#include "proto/base/memory.h"
#include "server/access/access_log.h"
#include "server/append_only/append_hold.h"
#include "server/commands/command.h"
#include "server/commands/handlers.h"
#include "server/dispatch/admission.h"
#include "server/dispatch/blocked.h"
#include "server/dispatch/execute.h"
#include "server/dispatch/hop.h"
#include "server/dispatch/transaction_steps.h"
#include "server/observe/clock.h"
#include "server/observe/monitor.h"
#include "server/script/busy.h"
#include "server/shard/arguments.h"
#include "server/shard/section.h"
#include "server/shard/shard.h"
#include "server/tracking/tracking_client.h"

enum { REFUSAL_MAX = 512 };

/* ---- Its life ---- */

void transaction_begin(struct connection *connection)
{
    ASSERT(connection->transaction == NULL);
    connection->transaction = memory_new_zeroed(1, sizeof(*connection->transaction));
}

static void transaction_free(struct transaction *transaction)
{
    ASSERT(transaction->watches == NULL);
    unit_free(&transaction->unit);
    memory_free(transaction);
}

void transaction_discard(struct connection *connection)
{
    struct transaction *transaction = connection->transaction;

    connection->transaction = NULL;
    if (transaction != NULL)
        transaction_free(transaction);
    watch_drop(connection);
}

uint32_t transaction_flags(const struct connection *connection)
{
    return connection->transaction == NULL ? 0 : connection->transaction->unit.flags;
}

static enum unit_place place_of(const struct connection *connection, uint64_t *members)
{
    const struct watches *watches = connection->watches;

    return unit_place_of(&connection->transaction->unit, connection->shard,
                         watches == NULL ? 0 : watches->shards, members);
}

bool transaction_wants_quiet(const struct connection *connection)
{
    uint64_t members;

    if (connection->transaction == NULL || connection->transaction->failed)
        return false;
    /* Who hears of what was done before must find it done. */
    return connection->transaction->unit.flags & COMMAND_PUBSUB ||
           connection->transaction->unit.has_errand ||
           place_of(connection, &members) == UNIT_SECTION;
}

/* ---- Refused commands ---- */

void transaction_word_refusal(struct reply *reply, size_t start)
{
    char text[REFUSAL_MAX];
    size_t length = reply->length - start;

    if (length < 3 || length > sizeof(text))
        return;
    /* Without the '-' and the line's end. */
    length -= 3;
    memcpy(text, reply->bytes + start + 1, length);
    reply_truncate(reply, start);
    start = length > 4 && memcmp(text, "ERR ", 4) == 0 ? 4 : 0;
    reply_error_format(reply, "EXECABORT Transaction discarded because of: %.*s",
                       (int)(length - start), text + start);
}

void transaction_refused(const struct batch_item *item, struct reply *reply, size_t start,
                         bool redirected)
{
    struct connection *connection = item->connection;

    if (item->command == NULL || item->command->run != command_exec) {
        if (connection->transaction != NULL)
            connection->transaction->failed = true;
        return;
    }
    transaction_discard(connection);
    if (!redirected)
        transaction_word_refusal(reply, start);
}

void transaction_refuse_busy(struct transaction *transaction, const struct node *node,
                             struct reply *reply)
{
    size_t start = reply->length;

    ASSERT(!transaction->ran);
    transaction->refused = true;
    busy_reply(node, reply);
    transaction_word_refusal(reply, start);
}

/* ---- Commands on their way in ---- */

/* Commands that act on the transaction, or end the session. */
static bool is_at_once(const struct command *command)
{
    return command->run == command_multi || command->run == command_discard ||
           command->run == command_watch || command->run == command_reset ||
           command->run == command_quit;
}

static void refuse(struct shard *shard, const struct batch_item *item)
{
    struct reply *reply = connection_reply_begin(item->connection);
    size_t start = reply->length;

    item->connection->transaction->failed = true;
    shard->statistics.commands_by_id[item->command->id].rejected++;
    statistics_error(&shard->statistics, SPAN("ERR"));
    reply_error_literal(reply, "ERR Command not allowed inside a transaction");
    connection_reply_end(item->connection, start);
}

/* What the cluster will be asked about at EXEC. */
static void note_slot(struct transaction *transaction, const struct batch_item *item)
{
    if (item->target >= TARGET_HERE && item->target != TARGET_SLOT_HERE)
        return;
    if (transaction->has_first) {
        transaction->crosses |= transaction->first.slot != item->key.slot;
        return;
    }
    transaction->has_first = true;
    transaction->first = item->key;
    transaction->first.name = SPAN("");
}

static void queue(struct shard *shard, const struct batch_item *item)
{
    struct connection *connection = item->connection;
    struct reply *reply;
    size_t start;

    if (item->command->flags & COMMAND_NO_MULTI) {
        refuse(shard, item);
        return;
    }
    /* What will not run need not be kept. */
    if (!connection->transaction->failed) {
        note_slot(connection->transaction, item);
        unit_add(&connection->transaction->unit, shard->node, item);
    }
    reply = connection_reply_begin(connection);
    start = reply->length;
    reply_literal(reply, "+QUEUED\r\n");
    connection_reply_end(connection, start);
}

/* ---- EXEC ---- */

void transaction_run(struct transaction *transaction, const struct unit_site *site,
                     const struct command *exec, struct reply *reply)
{
    uint64_t start = site->shard->now_ticks;

    transaction->ran =
        transaction->watches == NULL || watch_settle(site->shard, transaction->watches);
    if (!transaction->ran)
        reply_null_array(reply);
    else if (transaction->pass.gate != ROUTE_GATE_NONE &&
             !route_transaction_admits(transaction, site, reply))
        transaction->ran = false;
    else
        unit_run(&transaction->unit, site, reply);
    site->shard->now_ticks = clock_ticks();
    execute_count(site->shard, exec, site->shard->now_ticks - start);
}

void transaction_finish(struct transaction *transaction, struct connection *connection,
                        const struct command *exec, const struct span *argv, uint32_t argc)
{
    struct shard *shard = connection->shard;
    uint64_t duration_us = 0;

    if (!connection->closed) {
        if (transaction->ran)
            unit_report(&transaction->unit, connection);
        if (__builtin_expect(shard->monitors > 0, 0))
            monitor_feed(shard, connection, connection->database, exec, argv, argc);
        for (const struct unit_command *queued = transaction->unit.first;
             transaction->ran && queued != NULL; queued = queued->next)
            duration_us += queued->duration_us;
        execute_report(connection, exec, argv, argc, duration_us);
    }
    if (transaction->refused)
        busy_release_watches(shard, transaction->watches);
    else
        watch_free(transaction->watches);
    transaction->watches = NULL;
    transaction_free(transaction);
}

/* From here on the transaction is nobody else's. */
static struct transaction *take_over(const struct batch_item *item)
{
    struct connection *connection = item->connection;
    struct transaction *transaction = connection->transaction;

    transaction->pass = route_pass_whole(item->pass, connection, item->command);
    transaction->watches = watch_take(connection);
    connection->transaction = NULL;
    return transaction;
}

/* Runs it on the connection's own thread, in a section or without. Until it is over the connection
 * shows it (CLIENT LIST). */
static void run_at_home(struct transaction *transaction, struct connection *connection,
                        struct section *section, const struct command *exec, struct reply *reply)
{
    struct access_notes notes = {0};
    struct unit_site site = {
        .shard = connection->shard, .section = section, .connection = connection, .notes = &notes};

    site.pass = transaction->pass;
    site.pass.gate = ROUTE_GATE_NONE;
    if (!connection->closed)
        connection->transaction = transaction;
    transaction_run(transaction, &site, exec, reply);
    connection->transaction = NULL;
    if (__builtin_expect(notes.count > 0, 0))
        access_notes_settle(&notes, connection, connection->user);
}

static void exec_here(const struct batch_item *item)
{
    struct connection *connection = item->connection;
    struct transaction *transaction = take_over(item);
    uint64_t log_position = append_hold_position(connection->shard);
    struct reply *reply = connection_reply_begin(connection);
    size_t start = reply->length;

    run_at_home(transaction, connection, NULL, item->command, reply);
    log_position = append_hold_written(connection->shard, item->command, log_position);
    if (__builtin_expect(log_position != 0, 0))
        append_hold_note(connection, connection->shard->index, log_position);
    connection_reply_end(connection, start);
    transaction_finish(transaction, connection, item->command, item->argv, item->argc);
    if (__builtin_expect(blocked_is_marked(&connection->shard->blocked), 0))
        blocked_serve(connection->shard);
    if (__builtin_expect(connection->shard->tracking.pending != 0, 0))
        tracking_serve(connection->shard);
}

/* ---- In an exclusive section ---- */

struct exec_section {
    struct section section;
    struct connection *connection;
    struct transaction *transaction;
    const struct command *exec;
    struct span *argv;
    uint32_t argc;
    uint64_t view_version; /* that has admitted it; 0 without one */
};

void transaction_share_time(const struct section *section)
{
    struct shard *const *shards = section->coordinator->node->shards;
    uint64_t concerned = section->members | 1ull << section->coordinator->index;
    time_ms latest = 0;

    for (uint32_t i = 0; i < section->coordinator->node->shard_count; i++)
        if ((concerned >> i & 1) && shards[i]->now > latest)
            latest = shards[i]->now;
    for (uint32_t i = 0; i < section->coordinator->node->shard_count; i++) {
        if (!(concerned >> i & 1) || shards[i]->now == latest)
            continue;
        shards[i]->now = latest;
        keyspace_set_time(shards[i]->keyspace, latest);
    }
}

static void section_run(struct section *section, void *context)
{
    struct exec_section *work = context;
    struct connection *connection = work->connection;
    struct reply unread;
    struct reply *reply = &unread;
    uint64_t logged = append_hold_total(connection->shard->node);
    bool copy_only;
    size_t start = 0;

    transaction_share_time(section);
    if (work->view_version != 0 && section->coordinator->view->version != work->view_version)
        work->transaction->pass.gate = ROUTE_GATE_AGAIN;
    section->coordinator->now_ticks = clock_ticks();
    reply_init(&unread, 2);
    if (!connection->closed) {
        reply = connection_reply_begin(connection);
        start = reply->length;
    }
    /* Other shards' blocks cannot be shared: they are counted and freed by their own threads. */
    copy_only = reply->copy_only;
    reply->copy_only = true;
    run_at_home(work->transaction, connection, section, work->exec, reply);
    reply->copy_only = copy_only;
    append_hold_note_all(connection, logged);
    if (!connection->closed)
        connection_reply_end(connection, start);
    reply_free(&unread);
    transaction_finish(work->transaction, connection, work->exec, work->argv, work->argc);
    if (connection->tracking != NULL)
        tracking_client_command_done(connection, work->exec);
    connection_wake(connection);
    blocked_serve_section(section);
    memory_free(work->argv);
    memory_free(work);
}

static void section_refused(struct section *section, void *context)
{
    struct exec_section *work = context;
    struct connection *connection = work->connection;

    work->transaction->refused = true;
    if (!connection->closed) {
        struct reply *reply = connection_reply_begin(connection);
        size_t start = reply->length;

        transaction_refuse_busy(work->transaction, section->coordinator->node, reply);
        connection_reply_end(connection, start);
    }
    transaction_finish(work->transaction, connection, work->exec, work->argv, work->argc);
    connection_wake(connection);
    memory_free(work->argv);
    memory_free(work);
}

static void exec_in_section(struct shard *shard, const struct batch_item *item, uint64_t members)
{
    struct exec_section *work;

    /* A script on one of the shards would keep all of them waiting. */
    if (__builtin_expect(busy_is(shard->node), 0)) {
        admission_refuse_busy(shard, item);
        return;
    }
    work = memory_new_zeroed(1, sizeof(*work));
    work->connection = item->connection;
    work->transaction = take_over(item);
    work->exec = item->command;
    work->argv = arguments_copy(item->argv, item->argc);
    work->argc = item->argc;
    work->view_version = shard->view != NULL ? shard->view->version : 0;
    work->section = (struct section){.coordinator = shard,
                                     .members = members,
                                     .run = section_run,
                                     .refuse = section_refused,
                                     .context = work};
    connection_wait(item->connection, work);
    section_begin(&work->section);
}

/* ---- By a hop ---- */

static void exec_away(struct shard *shard, const struct batch_item *item, uint64_t members)
{
    struct batch_item aside = *item;
    bool has_script = item->connection->transaction->unit.has_script;

    ASSERT(__builtin_popcountll(members) == 1);
    aside.target = (uint16_t)__builtin_ctzll(members);
    if (has_script)
        hop_send_alone(shard, &aside, take_over(item));
    else
        hop_add(shard, &aside)->transaction = take_over(item);
}

bool transaction_take(struct shard *shard, const struct batch_item *item)
{
    struct connection *connection = item->connection;
    uint64_t members;

    shard_assert_owner(shard);
    if (item->target != TARGET_EXEC) {
        if (is_at_once(item->command))
            return false;
        queue(shard, item);
        return true;
    }
    if (connection->transaction == NULL || connection->transaction->failed)
        return false;
    if (connection->transaction->unit.has_errand) {
        transaction_steps_begin(shard, item, take_over(item));
        return true;
    }
    switch (place_of(connection, &members)) {
    case UNIT_HERE:
        exec_here(item);
        break;
    case UNIT_AWAY:
        exec_away(shard, item, members);
        break;
    case UNIT_SECTION:
        exec_in_section(shard, item, members);
        break;
    }
    return true;
}
