#include "server/dispatch/blocked.h"

#include "cluster/view.h"
#include "proto/base/assert.h"
#include "proto/base/memory.h"
#include "server/append_only/append_hold.h"
#include "server/connection/connection.h"
#include "server/dispatch/execute.h"
#include "server/dispatch/route.h"
#include "server/dispatch/waiter.h"
#include "server/observe/clock.h"
#include "server/shard/shard.h"

/* An argument behind which streams are read without a wait stands before their names. */
enum { OPTIONS_MAX = 16 };

void blocked_init(struct blocked *blocked)
{
    waiter_table_init(&blocked->table);
    list_init(&blocked->answers);
    list_init(&blocked->notices);
}

void blocked_free(struct blocked *blocked)
{
    waiter_table_free(&blocked->table);
}

/* ---- Commands ---- */

bool blocked_may_wait(const struct batch_item *item)
{
    const struct command *command = item->command;

    if (!(command->flags & COMMAND_BLOCKING) || command->scope != SCOPE_KEYS)
        return false;
    if (command->key_specification_count == 0 ||
        command->key_specifications[0].begin != KEY_BEGIN_KEYWORD)
        return true;
    /* Of those whose keys follow a keyword (XREAD) only the ones that say so. */
    for (uint32_t i = 1; i < item->argc && i < OPTIONS_MAX; i++)
        if (span_is(item->argv[i], "BLOCK"))
            return true;
    return false;
}

/* Ends the wait for keys of a slot that is not served here. */
static void end_if_not_served(struct shard *shard, struct waiter *waiter, uint16_t slot)
{
    if (route_keeps_waiting(shard, &waiter->reply, waiter->command, slot, waiter->pass))
        return;
    waiter_count_error(waiter, shard);
    blocked_leave(shard, waiter);
}

/* It waits for keys of this shard. */
static void begin(struct shard *shard, struct waiter *waiter, struct cmd_wait *wait)
{
    waiter_begin(waiter, shard, wait);
    for (uint32_t i = 0; i < waiter->place_count; i++) {
        struct key key = keyspace_key(shard->keyspace, waiter->argv[wait->first + i]);

        waiter_table_join(&shard->blocked.table, &waiter->places[i], waiter->database, &key);
    }
    /* What was admitted elsewhere by an older view: here the change is over. */
    if (shard->view != NULL && shard->view->version > waiter->view_version)
        end_if_not_served(shard, waiter, waiter->places[0].queue->key.slot);
}

static void run_here(struct shard *shard, const struct batch_item *item)
{
    struct connection *connection = item->connection;
    struct reply *reply = connection_reply_begin(connection);
    size_t start = reply->length;
    struct cmd_wait wait = {0};
    struct cmd cmd = {.command = item->command,
                      .argv = item->argv,
                      .argc = item->argc,
                      .database = connection->database,
                      .reply = reply,
                      .pass = item->pass,
                      .no_touch = connection->no_touch,
                      .tracker = connection->tracker,
                      .wait = &wait};
    uint64_t log_position = append_hold_position(shard);
    struct execution execution;

    if (item->has_key)
        cmd.first_key = item->key;
    execution = execute(shard, &cmd);
    if (wait.waits) {
        struct waiter *waiter = waiter_create(shard, WAITER_HERE, connection, &cmd);

        ASSERT(reply->length == start);
        waiter->duration_us = execution.duration_us;
        begin(shard, waiter, &wait);
        waiter_hold_client(waiter);
    } else {
        append_hold_note(connection, shard->index,
                         append_hold_written(shard, item->command, log_position));
        connection_reply_end(connection, start);
        execute_report(connection, item->command, item->argv, item->argc, execution.duration_us);
    }
    cmd_wait_free(&wait);
    if (blocked_is_marked(&shard->blocked))
        blocked_serve(shard);
    if (shard->tracking.pending != 0)
        tracking_serve(shard);
}

void blocked_command(struct shard *shard, const struct batch_item *item)
{
    ASSERT(item->connection->owed_count == 0);
    ASSERT(item->connection->waiting == NULL);
    if (item->target < TARGET_HERE && item->target != shard->index)
        blocked_elsewhere_send(shard, item);
    else
        run_here(shard, item);
}

/* On the shard of the keys. */
bool blocked_first_run(struct shard *shard, struct waiter *waiter)
{
    struct cmd_wait wait = {0};
    bool answered;

    shard->now_ticks = clock_ticks();
    if (shard->view != NULL && shard->view->version > waiter->view_version)
        waiter->pass.gate = ROUTE_GATE_AGAIN;
    answered = waiter_run(waiter, shard, NULL, &wait);
    if (!answered)
        begin(shard, waiter, &wait);
    else
        waiter->state = WAITER_ANSWERED;
    cmd_wait_free(&wait);
    return answered;
}

/* ---- Serving ---- */

void blocked_key_changed(struct shard *shard, uint32_t database, const struct key *key)
{
    struct waiter_queue *queue = waiter_table_find(&shard->blocked.table, database, key);

    if (queue != NULL)
        waiter_table_mark(&shard->blocked.table, queue);
}

void blocked_database_changed(struct shard *shard, uint32_t database)
{
    waiter_table_mark_database(&shard->blocked.table, database);
}

void blocked_leave(struct shard *shard, struct waiter *waiter)
{
    for (uint32_t i = 0; i < waiter->place_count; i++)
        waiter_table_leave(&shard->blocked.table, &waiter->places[i]);
    waiter_answered(waiter, shard);
}

/* Is the key's value gone for those who do not outlive it? */
static bool is_gone(const struct waiter_place *place, const struct entry *entry)
{
    return place->until_gone && (entry == NULL || entry_type(entry) != place->type);
}

/* Does anybody in the queue care for what the key holds? */
static bool concerns(const struct waiter_queue *queue, const struct entry *entry)
{
    return queue->until_gone > 0 || (entry != NULL && queue->waiting[entry_type(entry)] > 0);
}

static void serve(struct shard *shard, struct waiter_place *place)
{
    struct waiter *waiter = place->waiter;
    struct cmd_wait wait = {0};

    /* What is known to be closing must not take an element along. */
    if (waiter->kind == WAITER_HERE && waiter->connection->closing)
        return;
    /* A value that has gone is for the command to say what it thinks of. */
    if (!waiter_run(waiter, shard, NULL, &wait)) {
        cmd_wait_free(&wait);
        return;
    }
    blocked_leave(shard, waiter);
}

void blocked_catch_up(struct shard *shard, time_ms now)
{
    if (shard->now >= now)
        return;
    shard->now = now;
    keyspace_set_time(shard->keyspace, now);
}

void blocked_serve_from(struct shard *shard, struct waiter_queue *queue, struct waiter_place *place)
{
    shard->now_ticks = clock_ticks();
    while (place != NULL) {
        struct waiter_place *next = waiter_table_next(place);
        const struct entry *entry =
            keyspace_peek(shard->keyspace, queue->database, &queue->key, shard->now);

        if (!concerns(queue, entry))
            break;
        if (is_gone(place, entry) || (entry != NULL && entry_type(entry) == place->type)) {
            if (place->waiter->kind == WAITER_SPREAD) {
                /* Those behind it are served when it has had its turn. */
                blocked_spread_ready(shard, place);
                break;
            }
            serve(shard, place);
        }
        place = next;
    }
}

void blocked_serve(struct shard *shard)
{
    struct waiter_table *table = &shard->blocked.table;
    struct waiter_queue *queue;

    shard_assert_owner(shard);
    while ((queue = waiter_table_take_marked(table)) != NULL) {
        blocked_serve_from(shard, queue, waiter_table_first(queue));
        waiter_table_let_go(table, queue);
    }
}

void blocked_serve_section(struct section *section)
{
    struct shard *coordinator = section->coordinator;
    struct node *node = coordinator->node;

    for (uint32_t i = 0; i < node->shard_count; i++) {
        struct shard *shard = node->shards[i];

        if ((i != coordinator->index && !(section->members >> i & 1)) ||
            !blocked_is_marked(&shard->blocked))
            continue;
        blocked_catch_up(shard, coordinator->now);
        blocked_serve(shard);
    }
}

/* ---- Ends ---- */

static void leave_with_answer(struct shard *shard, struct waiter *waiter)
{
    if (waiter->kind == WAITER_SPREAD) {
        waiter_answered(waiter, shard);
        blocked_spread_leave(waiter);
    } else {
        blocked_leave(shard, waiter);
    }
}

void blocked_end_wait(struct shard *shard, struct waiter *waiter, enum blocked_end end)
{
    ASSERT(waiter->state == WAITER_WAITS);
    waiter_reply_end(waiter, shard, end);
    leave_with_answer(shard, waiter);
}

void blocked_refuse(struct shard *shard, struct waiter *waiter, struct span error)
{
    ASSERT(waiter->state == WAITER_WAITS);
    reply_error(&waiter->reply, error);
    shard->statistics.commands_by_id[waiter->command->id].rejected++;
    statistics_error(&shard->statistics, error);
    leave_with_answer(shard, waiter);
}

void blocked_abandoned(struct connection *connection)
{
    struct waiter *waiter = connection->blocked;
    struct shard *shard = connection->shard;

    ASSERT(waiter != NULL);
    if (waiter->kind == WAITER_ELSEWHERE) {
        blocked_elsewhere_abandon(waiter);
        return;
    }
    if (waiter->state == WAITER_WAITS)
        blocked_end_wait(shard, waiter, BLOCKED_TIMEOUT);
    /* Nobody reads the answer. */
    list_remove(&waiter->answer_link);
    waiter_finish(waiter);
    if (waiter->kind == WAITER_SPREAD)
        blocked_spread_drop(waiter);
    else
        waiter_free(waiter);
}

/* All waiters of a queue are of one slot. */
static void end_queue_if_not_served(void *context, struct waiter_queue *queue)
{
    struct shard *shard = context;
    struct waiter_place *place = waiter_table_first(queue);

    while (place != NULL) {
        struct waiter_place *next = waiter_table_next(place);

        end_if_not_served(shard, place->waiter, queue->key.slot);
        place = next;
    }
}

static void hold(void *context, struct waiter_queue *queue)
{
    (void)context;
    waiter_table_hold(queue);
}

static void let_go(void *context, struct waiter_queue *queue)
{
    struct shard *shard = context;

    waiter_table_let_go(&shard->blocked.table, queue);
}

void blocked_view_changed(struct shard *shard)
{
    struct waiter_table *table = &shard->blocked.table;

    if (shard->view == NULL || table->queue_count == 0)
        return;
    /* Whoever goes leaves other queues as well: they stay until all have been visited. */
    waiter_table_visit(table, hold, NULL);
    waiter_table_visit(table, end_queue_if_not_served, shard);
    waiter_table_visit(table, let_go, shard);
}

/* ---- The turn ---- */

static void end_overdue(struct shard *shard)
{
    struct due_queue *deadlines = &shard->blocked.table.deadlines;

    while (due_queue_first_due(deadlines) <= shard->now)
        blocked_end_wait(shard, list_entry(due_queue_first(deadlines), struct waiter, deadline),
                         BLOCKED_TIMEOUT);
}

static void send_answers(struct shard *shard)
{
    struct list_link *link;

    while ((link = list_pop_front(&shard->blocked.answers)) != NULL) {
        struct waiter *waiter = list_entry(link, struct waiter, answer_link);

        switch (waiter->kind) {
        case WAITER_HERE:
            waiter_finish(waiter);
            waiter_free(waiter);
            break;
        case WAITER_ELSEWHERE:
            blocked_elsewhere_return(shard, waiter);
            break;
        case WAITER_SPREAD:
            waiter_finish(waiter);
            blocked_spread_drop(waiter);
            break;
        }
    }
}

void blocked_turn(struct shard *shard)
{
    if (blocked_is_marked(&shard->blocked))
        blocked_serve(shard);
    end_overdue(shard);
    send_answers(shard);
    blocked_spread_post(shard);
}

/* ---- Waking a shard that was borrowed ---- */

static void nudge_deliver(struct message *message, void *receiver)
{
    struct shard *shard = receiver;

    message_return(shard->mailbox, message);
}

static void nudge_returned(struct message *message, void *sender)
{
    (void)sender;
    memory_free(message);
}

void blocked_nudge(struct shard *shard, uint16_t target)
{
    struct message *message = memory_new_zeroed(1, sizeof(*message));

    *message = (struct message){.deliver = nudge_deliver, .returned = nudge_returned};
    mailbox_post(shard->mailbox, message, target);
}
