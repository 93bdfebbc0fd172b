#include "server/replication/apply.h"

#include "proto/base/assert.h"
#include "proto/base/memory.h"
#include "proto/base/number.h"
#include "server/commands/command.h"
#include "server/control/control.h"
#include "server/observe/log.h"
#include "server/replication/apply_parts.h"
#include "server/shard/shard.h"

#include <stdio.h>

enum {
    /* A step ends with the bytes that were received together, or when there is so much in it. */
    STEP_BYTES_MAX = 64 * 1024,
    STEP_COMMANDS_MAX = 512,
    SPARE_STEPS_MAX = 8,
    /* Read and not applied: more is not received. */
    WAITING_BYTES_MAX = 8 * 1024 * 1024,
    /* Commands that make no sense, of which the log is told. */
    STRANGE_TOLD_MAX = 16,
    TRANSACTION_ARGUMENTS_MAX = 8, /* of the longest that proto-max-bulk-len allows */
};

/* ---- Steps ---- */

/* It begins where the one before ends. */
static struct apply_step *step_new(struct apply *apply)
{
    uint32_t shards = apply->control->node->shard_count;
    struct apply_step *step;

    if (apply->spare_count > 0) {
        step = list_entry(list_pop_front(&apply->spare), struct apply_step, link);
        apply->spare_count--;
    } else {
        step = memory_new_zeroed(1, sizeof(*step) + shards * sizeof(step->parts[0]));
        step->apply = apply;
        for (uint32_t i = 0; i < shards; i++)
            step->parts[i].step = step;
    }
    step->state = STEP_WAITS;
    step->asked = false;
    step->members = 0;
    step->awaited = 0;
    step->command_count = 0;
    step->start = step->end = apply->taken;
    return step;
}

static void step_free(struct apply_step *step)
{
    for (uint32_t i = 0; i < step->apply->control->node->shard_count; i++)
        apply_list_free(&step->parts[i].list);
    memory_free(step);
}

/* Its commands have run, or will not. */
static void step_release(struct apply_step *step)
{
    struct apply *apply = step->apply;

    for (uint32_t i = 0; i < apply->control->node->shard_count; i++)
        apply_list_clear(&step->parts[i].list);
    if (apply->spare_count == SPARE_STEPS_MAX) {
        step_free(step);
        return;
    }
    list_push_back(&apply->spare, &step->link);
    apply->spare_count++;
}

static void feed(void *context, struct span bytes)
{
    struct apply *apply = context;

    apply->observer.applied(apply->control, bytes);
}

/* Hands on what has been applied, in order. */
static void settle(struct apply *apply)
{
    bool advanced = false;
    bool asked = false;

    while (!list_empty(&apply->steps)) {
        struct apply_step *step = list_entry(apply->steps.next, struct apply_step, link);

        if (step->state != STEP_APPLIED)
            break;
        list_remove(&step->link);
        ASSERT(step->start == apply->offset);
        command_stream_visit(&apply->stream, step->start, step->end, feed, apply);
        apply->offset = step->end;
        apply->applied_database = step->database;
        advanced = true;
        asked |= step->asked;
        step_release(step);
    }
    if (!advanced)
        return;
    command_stream_release(&apply->stream, apply->offset);
    apply->observer.advanced(apply->control, asked);
}

/* ---- Handing over ---- */

static void advance(struct apply *apply);

static void part_returned(struct message *message, void *sender)
{
    struct apply_step *step = ((struct apply_part *)message)->step;
    struct apply *apply = step->apply;

    (void)sender;
    ASSERT(step->awaited > 0);
    if (--step->awaited > 0)
        return;
    step->state = STEP_APPLIED;
    apply->posted--;
    settle(apply);
    advance(apply);
}

static void post_part(struct apply_step *step, uint16_t shard,
                      void (*deliver)(struct message *message, void *receiver))
{
    struct apply_part *part = &step->parts[shard];

    part->message = (struct message){.deliver = deliver, .returned = part_returned};
    step->awaited++;
    mailbox_post(step->apply->control->mailbox, &part->message, shard);
}

static void post(struct apply_step *step)
{
    struct apply *apply = step->apply;

    step->state = STEP_POSTED;
    apply->posted++;
    if (step->members != 0) {
        post_part(step, (uint16_t)__builtin_ctzll(step->members), apply_section_deliver);
        return;
    }
    for (uint16_t i = 0; i < apply->control->node->shard_count; i++)
        if (step->parts[i].list.count > 0)
            post_part(step, i, apply_part_deliver);
    if (step->awaited == 0) {
        step->state = STEP_APPLIED;
        apply->posted--;
    }
}

static bool may_post(const struct apply *apply, const struct apply_step *step)
{
    const struct apply_step *before;

    /* What waits while data are loaded waits for the end of that. */
    if (apply->pauses > 0 ||
        atomic_load_explicit(&apply->control->node->loading, memory_order_relaxed))
        return false;
    if (step->link.previous == &apply->steps)
        return true;
    before = list_entry(step->link.previous, struct apply_step, link);
    return step->members == 0 && before->members == 0;
}

/* Hands over all that may be handed over. */
static void advance(struct apply *apply)
{
    list_for_each (link, &apply->steps) {
        struct apply_step *step = list_entry(link, struct apply_step, link);

        if (step->state != STEP_WAITS)
            continue;
        if (!may_post(apply, step))
            break;
        post(step);
    }
    settle(apply);
}

/* The step that is being filled is complete, up to here. */
static void close_step(struct apply *apply, int64_t end)
{
    struct apply_step *step = apply->current;

    apply->current = NULL;
    if (step == NULL)
        return;
    ASSERT(end >= step->start);
    step->end = apply->taken = end;
    step->database = apply->in_transaction ? apply->unit_database : apply->database;
    list_push_back(&apply->steps, &step->link);
}

static struct apply_step *open_step(struct apply *apply)
{
    if (apply->current == NULL)
        apply->current = step_new(apply);
    return apply->current;
}

/* ---- Transactions ---- */

/* The unit becomes a step of its own, over several shards. */
static void put_section(struct apply *apply)
{
    struct apply_step *step;
    struct apply_list *list;

    close_step(apply, apply->unit_start);
    step = step_new(apply);
    step->members = apply->unit_members;
    list = &step->parts[__builtin_ctzll(step->members)].list;
    apply_list_append(list, &apply->unit);
    step->end = apply->taken = apply->stream.offset;
    step->database = apply->database;
    list_push_back(&apply->steps, &step->link);
}

/* For the current step. */
static void put_list(struct apply *apply, uint32_t shard, const struct apply_list *list)
{
    struct apply_step *step = open_step(apply);

    apply_list_append(&step->parts[shard].list, list);
    step->command_count += list->count;
}

static void put_unit(struct apply *apply)
{
    struct apply_list *unit = &apply->unit;

    apply->in_transaction = false;
    if (unit->count == 0) {
        open_step(apply);
    } else if (__builtin_popcountll(apply->unit_members) > 1) {
        put_section(apply);
    } else {
        uint32_t shard = (uint32_t)__builtin_ctzll(apply->unit_members);

        unit->commands[0].opens_unit = true;
        unit->commands[unit->count - 1].closes_unit = true;
        put_list(apply, shard, unit);
    }
    apply_list_clear(unit);
}

static void begin_unit(struct apply *apply)
{
    apply->unit_start = apply->stream.start;
    apply->unit_database = apply->database;
    apply->unit_members = 0;
    apply->in_transaction = true;
}

/* ---- Commands ---- */

static void tell_strange(struct apply *apply)
{
    struct span name = apply->stream.argv[0];

    if (apply->strange++ < STRANGE_TOLD_MAX)
        log_warning("the primary's stream has '%.*s' with %u arguments at offset %lld, which is "
                    "no command of a stream: it is not run",
                    name.length > 64 ? 64 : (int)name.length, name.data, apply->stream.argc,
                    (long long)apply->stream.start);
}

static void put_command(struct apply *apply)
{
    struct command_stream *stream = &apply->stream;
    struct apply_command command;
    uint64_t members = 0;
    enum apply_place place = apply_route(apply, stream->argv, stream->argc, &command, &members);

    if (place == APPLY_UNKNOWN)
        tell_strange(apply);
    if (place == APPLY_UNKNOWN || place == APPLY_NOWHERE) {
        if (!apply->in_transaction)
            open_step(apply);
        return;
    }
    command.is_spread = place == APPLY_TO_SECTION;
    if (apply->in_transaction) {
        apply->unit_members |= members;
        apply_list_add(&apply->unit, &command, stream->argv);
    } else if (place == APPLY_TO_SHARD) {
        apply_list_add(&open_step(apply)->parts[command.shard].list, &command, stream->argv);
        apply->current->command_count++;
    } else {
        begin_unit(apply);
        apply->unit_members = members;
        apply_list_add(&apply->unit, &command, stream->argv);
        put_unit(apply);
    }
}

static bool is_named(const struct command_stream *stream, struct span name)
{
    return span_equal_ignoring_case(stream->argv[0], name);
}

static bool select_database(struct apply *apply, char error[APPLY_ERROR_MAX])
{
    struct command_stream *stream = &apply->stream;
    int64_t number;

    if (stream->argc != 2 || !number_parse_integer(stream->argv[1], &number) || number < 0 ||
        number >= (int64_t)apply->control->node->databases) {
        snprintf(error, APPLY_ERROR_MAX,
                 "it selects a database that this node does not have: see databases");
        return false;
    }
    if (!apply->in_transaction)
        open_step(apply);
    apply->database = (uint32_t)number;
    return true;
}

/* Nothing but GETACK concerns a replica. */
static void take_replconf(struct apply *apply)
{
    struct command_stream *stream = &apply->stream;

    if (apply->in_transaction)
        return;
    open_step(apply);
    if (stream->argc >= 2 && span_is(stream->argv[1], "GETACK"))
        apply->current->asked = true;
}

static bool take_command(struct apply *apply, char error[APPLY_ERROR_MAX])
{
    const struct command_stream *stream = &apply->stream;
    size_t length = stream->argv[0].length;

    if (length >= 4 && length <= 8) {
        if (is_named(stream, SPAN("SELECT")))
            return select_database(apply, error);
        if (is_named(stream, SPAN("MULTI"))) {
            /* A second one says nothing new. */
            if (!apply->in_transaction)
                begin_unit(apply);
            return true;
        }
        if (is_named(stream, SPAN("EXEC"))) {
            if (apply->in_transaction)
                put_unit(apply);
            else
                tell_strange(apply);
            return true;
        }
        if (is_named(stream, SPAN("REPLCONF"))) {
            take_replconf(apply);
            return true;
        }
    }
    put_command(apply);
    return true;
}

static bool is_step_full(const struct apply *apply)
{
    const struct apply_step *step = apply->current;

    return step != NULL && !apply->in_transaction &&
           (apply->stream.offset - step->start >= STEP_BYTES_MAX ||
            step->command_count >= STEP_COMMANDS_MAX);
}

/* A transaction stays in memory until its end, which may never come. */
static bool is_bounded(const struct apply *apply, char error[APPLY_ERROR_MAX])
{
    int64_t limit = apply->control->config->proto_max_bulk_len;

    if (!apply->in_transaction ||
        (apply->stream.offset - apply->unit_start) / TRANSACTION_ARGUMENTS_MAX <= limit)
        return true;
    snprintf(error, APPLY_ERROR_MAX, "the transaction at offset %lld does not end",
             (long long)apply->unit_start);
    return false;
}

bool apply_put(struct apply *apply, struct span bytes, char error[APPLY_ERROR_MAX])
{
    struct command_stream *stream = &apply->stream;
    enum command_stream_status status;
    int64_t good = stream->offset;
    bool ok = true;

    ASSERT(apply->open);
    command_stream_put(stream, bytes);
    while (ok && (status = command_stream_next(stream)) != COMMAND_STREAM_NONE) {
        if (status == COMMAND_STREAM_BAD) {
            snprintf(error, APPLY_ERROR_MAX, "what stands at offset %lld is no command",
                     (long long)stream->offset);
            ok = false;
            break;
        }
        ok = take_command(apply, error) && is_bounded(apply, error);
        good = ok ? stream->offset : good;
        if (is_step_full(apply))
            close_step(apply, good);
    }
    close_step(apply, apply->in_transaction ? apply->unit_start : good);
    advance(apply);
    return ok;
}

/* ---- Life ---- */

struct apply *apply_create(struct control *control, const struct apply_observer *observer)
{
    struct apply *apply = memory_new_zeroed(1, sizeof(*apply));

    apply->control = control;
    apply->observer = *observer;
    apply->seats = memory_new_zeroed(control->node->shard_count, sizeof(*apply->seats));
    list_init(&apply->steps);
    list_init(&apply->spare);
    return apply;
}

void apply_cut(struct apply *apply)
{
    struct list_link *link;

    if (apply->current != NULL)
        step_release(apply->current);
    apply->current = NULL;
    apply->in_transaction = false;
    apply_list_clear(&apply->unit);
    while ((link = apply->steps.previous) != &apply->steps) {
        struct apply_step *step = list_entry(link, struct apply_step, link);

        if (step->state != STEP_WAITS)
            break;
        list_remove(link);
        step_release(step);
    }
}

void apply_free(struct apply *apply)
{
    apply_cut(apply);
    while (!list_empty(&apply->steps))
        step_free(list_entry(list_pop_front(&apply->steps), struct apply_step, link));
    while (!list_empty(&apply->spare))
        step_free(list_entry(list_pop_front(&apply->spare), struct apply_step, link));
    for (uint32_t i = 0; i < apply->control->node->shard_count; i++)
        apply_seat_free(&apply->seats[i]);
    if (apply->open)
        command_stream_free(&apply->stream);
    apply_list_free(&apply->unit);
    memory_free(apply->seats);
    memory_free(apply);
}

void apply_begin(struct apply *apply, int64_t offset, uint32_t database)
{
    ASSERT(apply_is_idle(apply));
    apply_cut(apply);
    if (apply->open)
        command_stream_free(&apply->stream);
    command_stream_init(&apply->stream, offset, apply->control->config->proto_max_bulk_len);
    apply->open = true;
    apply->offset = apply->taken = offset;
    apply->database = apply->applied_database = database;
}

/* ---- What is told of it ---- */

bool apply_is_idle(const struct apply *apply)
{
    return apply->posted == 0;
}

bool apply_is_full(const struct apply *apply)
{
    int64_t readable;

    if (!apply->open)
        return false;
    /* A transaction must be received to its end. */
    readable = apply->in_transaction ? apply->unit_start : apply->stream.offset;
    return readable - apply->offset > WAITING_BYTES_MAX;
}

void apply_tick(struct apply *apply)
{
    advance(apply);
}

int64_t apply_offset(const struct apply *apply)
{
    return apply->offset;
}

uint32_t apply_database(const struct apply *apply)
{
    return apply->applied_database;
}

int64_t apply_read_offset(const struct apply *apply)
{
    return apply->open ? apply->stream.offset : apply->offset;
}

void apply_pause(struct apply *apply)
{
    apply->pauses++;
}

void apply_resume(struct apply *apply)
{
    ASSERT(apply->pauses > 0);
    if (--apply->pauses == 0)
        advance(apply);
}
