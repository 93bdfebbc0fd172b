#include "server/dispatch/hop.h"

#include "cluster/view.h"
#include "proto/base/assert.h"
#include "proto/base/memory.h"
#include "server/append_only/append_hold.h"
#include "server/commands/cmd.h"
#include "server/connection/connection.h"
#include "server/dispatch/execute.h"
#include "server/dispatch/foreign_block.h"
#include "server/dispatch/transaction.h"
#include "server/observe/clock.h"
#include "server/script/busy.h"
#include "server/shard/shard.h"

enum {
    HOP_REPLY_KEPT_MAX = 64 * 1024,
    /* Bytes of an answer that are copied. */
    ANSWER_SMALL = 4 * 1024,
    ANSWER_LARGE = 64 * 1024,
    OWED_KEPT_MAX = CONNECTION_OWED_MAX,
};

static void hop_deliver(struct message *message, void *receiver);
static bool hop_refuse(struct message *message, void *receiver);
static void hop_returned(struct message *message, void *sender);
static void hop_run(struct shard *shard, struct hop *hop);
static void hop_come_home(struct shard *shard, struct hop *hop);

static struct hop *hop_take(struct shard *shard)
{
    struct hop *hop = shard->free_hops;

    if (hop != NULL) {
        shard->free_hops = hop->next_free;
    } else {
        hop = memory_new_aligned(_Alignof(struct hop), sizeof(*hop));
        reply_init(&hop->reply, 2);
    }
    hop->message = (struct message){
        .deliver = hop_deliver, .refuse = hop_refuse, .returned = hop_returned, .prompt = true};
    hop->sender = shard;
    hop->view_version = shard->view != NULL ? shard->view->version : 0;
    hop->arrived_ticks = shard->arrived_ticks;
    hop->has_script = false;
    list_init(&hop->outbox);
    hop->item_count = hop->span_count = hop->buffer_count = hop->unconsumed = 0;
    return hop;
}

static void hop_recycle(struct hop *hop)
{
    struct shard *shard = hop->sender;

    /* The shares in other shards' blocks have been passed on. */
    hop->reply.reference_count = 0;
    hop->reply.referenced_bytes = 0;
    if (hop->reply.capacity > HOP_REPLY_KEPT_MAX)
        reply_free(&hop->reply);
    else
        reply_clear(&hop->reply);
    hop->next_free = shard->free_hops;
    shard->free_hops = hop;
}

void hop_free_all(struct shard *shard)
{
    while (shard->free_hops != NULL) {
        struct hop *hop = shard->free_hops;

        shard->free_hops = hop->next_free;
        reply_free(&hop->reply);
        memory_free(hop);
    }
    while (shard->free_owed != NULL) {
        struct owed *owed = shard->free_owed;

        shard->free_owed = owed->next_free;
        memory_free(owed);
    }
}

/* ---- On the way out ---- */

/* The argument views go along; very long ones in a vector of their own. */
static const struct span *spans_copy(struct hop *hop, struct hop_item *item,
                                     const struct batch_item *from)
{
    struct span *spans = &hop->spans[hop->span_count];

    item->own_argv = NULL;
    if (hop->span_count + from->argc <= HOP_SPANS_MAX)
        hop->span_count += from->argc;
    else
        spans = item->own_argv = memory_new(from->argc * sizeof(*spans));
    memcpy(spans, from->argv, from->argc * sizeof(*spans));
    return spans;
}

/* Who is restricted goes along: the command may run others (EXEC, scripts). */
static void hop_take_user(struct hop_item *item)
{
    item->user = user_hold(item->connection->user);
    item->notes = (struct access_notes){0};
}

/* The command is back, and its connection is there or has gone. */
static void hop_drop_user(struct hop_item *item)
{
    access_notes_settle(&item->notes, item->connection, item->user);
    user_release(item->user);
}

struct hop_item *hop_add(struct shard *shard, const struct batch_item *from)
{
    struct connection *connection = from->connection;
    struct hop *hop = shard->open_hops[from->target];
    struct hop_item *item;

    if (hop == NULL)
        hop = shard->open_hops[from->target] = hop_take(shard);
    ASSERT(hop->item_count < HOP_ITEMS_MAX);
    item = &hop->items[hop->item_count++];
    item->connection = connection;
    item->command = from->command;
    item->transaction = NULL;
    hop->has_script |= command_is_script(from->command);
    item->user = NULL;
    if (__builtin_expect(!connection->unrestricted, 0))
        hop_take_user(item);
    item->argc = from->argc;
    item->argv = spans_copy(hop, item, from);
    item->database = connection->database;
    item->tracker = connection->tracker;
    item->key = from->key;
    item->protocol = connection->reply.protocol;
    item->no_touch = connection->no_touch;
    item->pass = from->pass;
    if (shard->view != NULL)
        item->pass = route_pass_whole(from->pass, connection, from->command);
    item->has_key = from->has_key;
    item->owed = (struct owed){.hop = hop, .discarded = connection_discards_reply(connection)};
    if (connection->reply_mode == CLIENT_REPLY_SKIP)
        connection->reply_mode = CLIENT_REPLY_ON;
    list_push_back(&connection->owed, &item->owed.link);
    connection->owed_count++;
    connection->references++;
    hop->unconsumed++;
    shard->statistics.hops_sent++;
    return item;
}

/* The bytes that the arguments lie in stay until the answer is back. */
static void hop_pin(struct hop *hop, const struct batch *batch)
{
    for (uint32_t i = 0; i < batch->buffer_count; i++) {
        receive_buffer_pin(batch->buffers[i]);
        hop->buffers[i] = batch->buffers[i];
    }
    hop->buffer_count = batch->buffer_count;
}

struct shard *hop_borrow(struct shard *shard, uint16_t target)
{
    struct shard *owner = shard->node->shards[target];

    ASSERT(target != shard->index);
    if (!mailbox_borrow(shard->mailbox, target))
        return NULL;
    if (owner->now < shard->now) {
        owner->now = shard->now;
        keyspace_set_time(owner->keyspace, owner->now);
    }
    shard_lend(owner, shard);
    return owner;
}

void hop_give_back(struct shard *shard, struct shard *owner)
{
    bool has_news;

    shard_assert_owner(owner);
    if (__builtin_expect(blocked_is_marked(&owner->blocked), 0))
        blocked_serve(owner);
    eviction_publish(owner);
    if (replication_source_has_news(&owner->replication_source))
        replication_source_hand_over(owner, shard);
    has_news = blocked_has_answers(&owner->blocked) || tracking_is_due(&owner->tracking) ||
               pubsub_is_waiting(&owner->pubsub) ||
               (owner->append_log != NULL && append_log_is_due(owner->append_log));
    shard_lend(owner, owner);
    mailbox_give_back(shard->mailbox, owner->index);
    if (has_news)
        blocked_nudge(shard, owner->index);
}

static bool hop_run_borrowed(struct shard *shard, struct hop *hop, uint16_t target)
{
    struct shard *owner = hop->has_script ? NULL : hop_borrow(shard, target);

    if (owner == NULL)
        return false;
    hop_run(owner, hop);
    hop_give_back(shard, owner);
    hop->message.receiver = target;
    shard->statistics.hops_borrowed += hop->item_count;
    return true;
}

static void hop_post(struct shard *shard, uint16_t target)
{
    struct hop *hop = shard->open_hops[target];

    if (hop == NULL)
        return;
    shard->open_hops[target] = NULL;
    shard->statistics.hop_messages++;
    if (hop_run_borrowed(shard, hop, target)) {
        hop_come_home(shard, hop);
        return;
    }
    hop_pin(hop, &shard->batch);
    shard->hops_under_way++;
    mailbox_post(shard->mailbox, &hop->message, target);
}

void hop_post_all(struct shard *shard)
{
    for (uint16_t target = 0; target < shard->node->shard_count; target++)
        hop_post(shard, target);
}

void hop_send_alone(struct shard *shard, const struct batch_item *item,
                    struct transaction *transaction)
{
    hop_post(shard, item->target);
    hop_add(shard, item)->transaction = transaction;
    shard->open_hops[item->target]->has_script = true;
    hop_post(shard, item->target);
}

/* ---- On the other shard ---- */

/* The arguments were written by another core: their bytes are as far away as the entry is. */
static inline void prefetch_argument(const struct span *argument)
{
    __builtin_prefetch(argument->data);
    __builtin_prefetch(argument->data + argument->length);
}

/* In steps, each on what the step before has fetched. */
static void hop_prefetch(const struct shard *shard, const struct hop *hop)
{
    const struct keyspace *keyspace = shard->keyspace;

    for (uint32_t i = 0; i < hop->item_count; i++) {
        const struct hop_item *item = &hop->items[i];

        __builtin_prefetch(&item->argv[item->argc - 1]);
        if (!item->has_key)
            continue;
        prefetch_argument(&item->key.name);
        keyspace_prefetch_table(keyspace, item->database, &item->key);
        __builtin_prefetch(&shard->slot_statistics[item->key.slot], 1);
    }
    for (uint32_t i = 0; i < hop->item_count; i++) {
        const struct hop_item *item = &hop->items[i];

        prefetch_argument(&item->argv[item->argc - 1]);
        if (item->has_key)
            keyspace_prefetch_words(keyspace, item->database, &item->key);
    }
    for (uint32_t i = 0; i < hop->item_count; i++)
        if (hop->items[i].has_key)
            keyspace_prefetch_entry(keyspace, hop->items[i].database, &hop->items[i].key);
}

static void run_transaction(struct shard *shard, struct hop *hop, struct hop_item *item)
{
    struct unit_site site = {.shard = shard,
                             .database = item->database,
                             .user = item->user,
                             .notes = &item->notes,
                             .no_touch = item->no_touch,
                             .tracker = item->tracker};

    item->transaction->pass = site.pass = item->pass;
    site.pass.gate = ROUTE_GATE_NONE;
    transaction_run(item->transaction, &site, item->command, &hop->reply);
}

/* What was admitted by an older view than this shard's is asked about again. */
static void look_at_view(const struct shard *shard, struct hop *hop)
{
    if (shard->view == NULL || shard->view->version <= hop->view_version)
        return;
    for (uint32_t i = 0; i < hop->item_count; i++)
        hop->items[i].pass.gate = ROUTE_GATE_AGAIN;
}

static void hop_run(struct shard *shard, struct hop *hop)
{
    uint64_t own_arrived_ticks = shard->arrived_ticks;

    shard_assert_owner(shard);
    look_at_view(shard, hop);
    eviction_make_room(shard, &shard->eviction, false);
    shard->now_ticks = clock_ticks();
    shard->arrived_ticks = hop->arrived_ticks;
    shard->pubsub.outbox = &hop->outbox;
    hop_prefetch(shard, hop);
    for (uint32_t i = 0; i < hop->item_count; i++) {
        struct hop_item *item = &hop->items[i];
        uint64_t log_position = append_hold_position(shard);
        struct cmd cmd = {.command = item->command,
                          .argv = item->argv,
                          .argc = item->argc,
                          .database = item->database,
                          .first_key = item->key,
                          .reply = &hop->reply,
                          .user = item->user,
                          .notes = &item->notes,
                          .pass = item->pass,
                          .no_touch = item->no_touch,
                          .tracker = item->tracker};

        hop->reply.protocol = item->protocol;
        item->owed.start = hop->reply.length;
        item->owed.reference = hop->reply.reference_count;
        if (__builtin_expect(item->transaction != NULL, 0))
            run_transaction(shard, hop, item);
        else
            item->duration_us = execute(shard, &cmd).duration_us;
        item->log_position = append_hold_written(shard, item->command, log_position);
        item->owed.length = hop->reply.length - item->owed.start;
        item->owed.references = hop->reply.reference_count - item->owed.reference;
        if (__builtin_expect(blocked_is_marked(&shard->blocked), 0))
            blocked_serve(shard);
    }
    shard->pubsub.outbox = NULL;
    shard->arrived_ticks = own_arrived_ticks;
    shard->statistics.hops_served += hop->item_count;
}

static void hop_deliver(struct message *message, void *receiver)
{
    struct shard *shard = receiver;

    hop_run(shard, (struct hop *)message);
    message_return(shard->mailbox, message);
}

/* The shard is in the middle of a script: every command but those that may run is told so. */
static bool hop_refuse(struct message *message, void *receiver)
{
    struct hop *hop = (struct hop *)message;
    struct shard *shard = receiver;

    /* The script may have ended just now, elsewhere. */
    if (!busy_is(shard->node))
        return false;
    for (uint32_t i = 0; i < hop->item_count; i++) {
        struct hop_item *item = &hop->items[i];

        item->owed.start = hop->reply.length;
        item->owed.reference = hop->reply.reference_count;
        if (item->transaction != NULL)
            transaction_refuse_busy(item->transaction, shard->node, &hop->reply);
        else
            busy_reply(shard->node, &hop->reply);
        item->owed.length = hop->reply.length - item->owed.start;
        item->owed.references = 0;
        item->duration_us = 0;
        item->log_position = 0;
        shard->statistics.commands_by_id[item->command->id].rejected++;
        statistics_error(&shard->statistics, SPAN("BUSY"));
    }
    message_return(shard->mailbox, message);
    return true;
}

/* ---- Back home ---- */

static void hop_consumed(struct hop *hop)
{
    if (--hop->unconsumed == 0)
        hop_recycle(hop);
}

static void hop_come_home(struct shard *shard, struct hop *hop)
{
    shard_assert_owner(shard);
    ASSERT(hop->sender == shard);
    hop->unconsumed++; /* of this function */
    if (__builtin_expect(!list_empty(&hop->outbox), 0))
        pubsub_publish_outbox(shard, &hop->outbox);
    for (uint32_t i = 0; i < hop->item_count; i++) {
        __builtin_prefetch(&hop->items[i].duration_us);
        hop->items[i].owed.ready = true;
    }
    for (uint32_t i = 0; i < hop->item_count; i++) {
        struct hop_item *item = &hop->items[i];

        if (item->transaction != NULL)
            transaction_finish(item->transaction, item->connection, item->command, item->argv,
                               item->argc);
        else if (!item->connection->closed)
            execute_report(item->connection, item->command, item->argv, item->argc,
                           item->duration_us);
        if (__builtin_expect(item->user != NULL, 0))
            hop_drop_user(item);
        if (__builtin_expect(item->log_position != 0, 0))
            append_hold_note(item->connection, hop->message.receiver, item->log_position);
        hop_settle(item->connection);
        connection_unreference(item->connection);
        memory_free(item->own_argv);
    }
    for (uint32_t i = 0; i < hop->buffer_count; i++)
        receive_buffer_unpin(hop->buffers[i]);
    hop_consumed(hop);
}

static void hop_returned(struct message *message, void *sender)
{
    ((struct shard *)sender)->hops_under_way--;
    hop_come_home(sender, (struct hop *)message);
}

/* Answers made here have an `owed` of their own; those of hops lie in the hop. */
static struct owed *owed_take(struct shard *shard)
{
    struct owed *owed = shard->free_owed;

    if (owed == NULL)
        return memory_new(sizeof(*owed));
    shard->free_owed = owed->next_free;
    shard->free_owed_count--;
    return owed;
}

static void owed_recycle(struct shard *shard, struct owed *owed)
{
    if (shard->free_owed_count == OWED_KEPT_MAX) {
        memory_free(owed);
        return;
    }
    owed->next_free = shard->free_owed;
    shard->free_owed = owed;
    shard->free_owed_count++;
}

void hop_owe_held(struct connection *connection, size_t length)
{
    struct owed *last = list_entry(connection->owed.previous, struct owed, link);
    struct owed *owed;

    ASSERT(!list_empty(&connection->owed));
    /* Neighbours among the held answers are one answer as far as order goes. */
    if (last->hop == NULL) {
        last->length += length;
        return;
    }
    owed = owed_take(connection->shard);
    *owed = (struct owed){.ready = true, .length = length};
    list_push_back(&connection->owed, &owed->link);
    connection->owed_count++;
}

struct owed *hop_owe_later(struct connection *connection, size_t length)
{
    struct owed *owed = owed_take(connection->shard);

    *owed = (struct owed){.length = length};
    list_push_back(&connection->owed, &owed->link);
    connection->owed_count++;
    return owed;
}

/* Nobody wants the answer: only its shares in blocks go home. */
static void drop_answer(struct connection *connection, const struct owed *owed)
{
    const struct hop *hop = owed->hop;

    for (uint32_t i = 0; i < owed->references; i++)
        foreign_block_return(connection->shard, hop->reply.references[owed->reference + i].block,
                             hop->message.receiver);
}

/* Large answers are worked out ahead of the output's limits: the fewer of them at a time the
 * better. */
static void adapt_owed_limit(struct connection *connection, size_t answer)
{
    if (answer > ANSWER_LARGE && connection->owed_limit / 2 >= CONNECTION_OWED_MIN)
        connection->owed_limit /= 2;
    else if (answer < ANSWER_SMALL && connection->owed_limit < CONNECTION_OWED_MAX)
        connection->owed_limit += 1;
}

/* Puts another shard's answer behind the output: bytes are copied, what it refers to stays where it
 * is. */
static void put_answer(struct connection *connection, const struct owed *owed)
{
    const struct hop *hop = owed->hop;
    const char *bytes = hop->reply.bytes;
    size_t position = owed->start;
    size_t end = position + owed->length;

    for (uint32_t i = 0; i < owed->references; i++) {
        const struct reply_reference *reference = &hop->reply.references[owed->reference + i];

        reply_raw(&connection->reply, span_of(bytes + position, reference->position - position));
        reply_reference(
            &connection->reply, reference->bytes,
            foreign_block_wrap(connection->shard, reference->block, hop->message.receiver));
        position = reference->position;
    }
    reply_raw(&connection->reply, span_of(bytes + position, end - position));
    adapt_owed_limit(connection, owed->length);
}

/* The same for an answer made here. */
static void put_held(struct connection *connection, size_t length)
{
    struct reply *held = &connection->held;
    size_t position = connection->held_taken;
    size_t end = position + length;

    while (connection->held_references_taken < held->reference_count) {
        struct reply_reference *reference = &held->references[connection->held_references_taken];

        if (reference->position >= end)
            break;
        reply_raw(&connection->reply,
                  span_of(held->bytes + position, reference->position - position));
        reply_reference(&connection->reply, reference->bytes, reference->block);
        reference->block = NULL; /* the share has moved along */
        held->referenced_bytes -= reference->bytes.length;
        position = reference->position;
        connection->held_references_taken++;
    }
    reply_raw(&connection->reply, span_of(held->bytes + position, end - position));
}

static void settle_hop(struct connection *connection, struct owed *owed)
{
    if (owed->discarded || connection->closed) {
        drop_answer(connection, owed);
    } else if (owed->length > 0) {
        connection_output_prepare(connection);
        put_answer(connection, owed);
        connection_flush_later(connection);
    }
    hop_consumed(owed->hop);
}

static void settle_held(struct connection *connection, struct owed *owed)
{
    /* When the connection closed, all that was held went with it. */
    if (!connection->closed) {
        connection_output_prepare(connection);
        put_held(connection, owed->length);
        connection_flush_later(connection);
        connection->held_taken += owed->length;
        if (connection->held_taken == connection->held.length) {
            connection_held_release(connection);
            connection->held_taken = connection->held_references_taken = 0;
        }
    }
    owed_recycle(connection->shard, owed);
}

void hop_settle(struct connection *connection)
{
    bool settled = false;

    /* A reply of the connection may be half written. */
    if (__builtin_expect(connection->frozen, 0) && connection->shard->in_pause)
        return;

    while (!list_empty(&connection->owed)) {
        struct owed *owed = list_entry(connection->owed.next, struct owed, link);

        if (!owed->ready)
            break;
        list_remove(&owed->link);
        connection->owed_count--;
        if (owed->hop != NULL)
            settle_hop(connection, owed);
        else
            settle_held(connection, owed);
        settled = true;
    }
    if (settled)
        connection_settled(connection);
}
