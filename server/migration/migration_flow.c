#include "server/migration/migration_flow.h"

#include "proto/base/assert.h"
#include "proto/base/memory.h"
#include "proto/rdb/rdb_format.h"
#include "server/migration/migration_frame.h"
#include "server/migration/migration_records.h"
#include "server/migration/migration_shard.h"
#include "server/migration/peer_client.h"
#include "server/observe/clock.h"
#include "server/shard/shard.h"
#include "storage/walker.h"

#include <inttypes.h>
#include <stdio.h>

enum {
    /* Elements between two looks at the clock. */
    STEP_ELEMENTS = 64,
    /* A slice, in a turn that had other work, and in one that had next to none. */
    BUSY_US = 100,
    IDLE_US = 1000,
    IDLE_TURN_US = 20,
    /* A piece of the walk is sent when it has so many bytes. */
    PIECE_BYTES = 32 * 1024,
    /* A command to the target has about so many, */
    COMMAND_BYTES = 128 * 1024,
    /* and so many of them are on their way at a time. */
    COMMANDS_MAX = 16,
    /* The walk waits when so much is to be sent. */
    QUEUE_BYTES = 512 * 1024,
    /* More than this is not kept for a target that is too slow. */
    BACKLOG_BYTES = 512 * 1024 * 1024,
    REPORT_MS = 100,
    /* A command, which the target takes in one piece, is no longer: proto-max-bulk-len's default,
     * and less than a frame could tell of. */
    FRAME_MAX = 511 * 1024 * 1024,
};

static const char TOO_LARGE[] = "A value of the slots is too large to be moved at once";

struct migration_flow {
    struct shard *shard;
    const struct migration_plan *plan;
    struct peer_client *client;
    bool is_up;
    bool is_ended;
    bool is_finishing;
    enum migration_flow_stage stage;
    char reason[FLOW_REASON_MAX];

    struct journal_reader reader;
    struct slot_set live;
    uint32_t next_slot; /* to be walked */
    struct walker *walker;
    uint16_t slot;           /* that is walked */
    struct rdb_writer piece; /* of its walk */
    struct rdb_writer later; /* frames of its records */
    uint64_t walked_bytes;
    uint64_t began_ticks;

    /* frames to be sent, from `start` on */
    struct rdb_writer queue;
    size_t start;
    uint64_t sent;
    uint32_t sizes[COMMANDS_MAX]; /* of what is on its way, a ring */
    uint32_t first_size;
    uint64_t unanswered_bytes;

    struct migration_flow_report report;
    bool report_is_away;
    uint64_t reported_ticks;
};

static void fail(struct migration_flow *flow, const char *reason)
{
    if (flow->stage == FLOW_FAILED)
        return;
    flow->stage = FLOW_FAILED;
    snprintf(flow->reason, sizeof(flow->reason), "%s", reason);
}

static uint64_t remaining(const struct migration_flow *flow)
{
    return flow->queue.length - flow->start + flow->later.length + flow->piece.length +
           flow->unanswered_bytes;
}

/* ---- Records ---- */

static void take_record(void *context, uint32_t slot, uint32_t database, struct span commands)
{
    struct migration_flow *flow = context;
    struct migration_frame frame = {(uint16_t)slot, (uint16_t)database, commands};

    if (slot >= SLOT_COUNT || !slot_set_has(&flow->plan->slots, slot))
        return;
    if (commands.length > FRAME_MAX) {
        fail(flow, TOO_LARGE);
        return;
    }
    if (slot_set_has(&flow->live, slot))
        migration_frame_write(&flow->queue, &frame);
    else if (flow->walker != NULL && flow->slot == slot)
        migration_frame_write(&flow->later, &frame);
}

static void append(struct journal_reader *reader, const struct journal_record *record)
{
    struct migration_flow *flow = list_entry(reader, struct migration_flow, reader);

    if (flow->stage == FLOW_FAILED)
        return;
    if (!migration_records_split(record, take_record, flow))
        fail(flow, "Data was flushed");
    else if (remaining(flow) > BACKLOG_BYTES)
        fail(flow, "The target does not keep up with what is written");
}

static void cut(struct journal_reader *reader)
{
    fail(list_entry(reader, struct migration_flow, reader), "Data was flushed");
}

/* ---- The walk ---- */

/* The next slot with keys; those without are live at once. False: there is none. */
static bool next_slot(struct migration_flow *flow)
{
    struct shard *shard = flow->shard;

    for (;;) {
        flow->next_slot = slot_set_from(&flow->plan->slots, flow->next_slot);
        if (flow->next_slot == SLOT_COUNT)
            return false;
        if (node_shard_of(shard->node, (uint16_t)flow->next_slot) == shard->index) {
            if (keyspace_slot_size(shard->keyspace, (uint16_t)flow->next_slot) > 0)
                return true;
            slot_set_add(&flow->live, flow->next_slot);
        }
        flow->next_slot++;
    }
}

static void begin_walk(struct migration_flow *flow)
{
    const struct walker_options options = {.format = WALKER_COMMANDS,
                                           .rdb_version = RDB_VERSION,
                                           .one_slot = true,
                                           .slot = (uint16_t)flow->next_slot};

    ASSERT(flow->piece.length == 0);
    ASSERT(flow->later.length == 0);
    flow->slot = (uint16_t)flow->next_slot;
    flow->walker = walker_begin(flow->shard->keyspace, &options);
}

static void send_piece(struct migration_flow *flow)
{
    struct migration_frame frame = {flow->slot, 0, rdb_writer_span(&flow->piece)};

    if (flow->piece.length > 0)
        migration_frame_write(&flow->queue, &frame);
    flow->walked_bytes += flow->piece.length;
    flow->piece.length = 0;
}

/* The slot is through: its records since the cut follow, and those to come. */
static void end_walk(struct migration_flow *flow)
{
    send_piece(flow);
    walker_end(flow->walker);
    flow->walker = NULL;
    rdb_writer_raw(&flow->queue, rdb_writer_span(&flow->later));
    rdb_writer_free(&flow->later);
    slot_set_add(&flow->live, flow->slot);
    flow->next_slot = flow->slot + 1u;
}

static void give_up_walk(struct migration_flow *flow)
{
    walker_end(flow->walker);
    flow->walker = NULL;
    flow->piece.length = 0;
    rdb_writer_free(&flow->later);
}

void migration_flow_yield(struct shard *shard)
{
    struct migration_flow *flow = shard->migration->flow;
    struct migration_frame forget = {.commands = SPAN("")};

    if (flow == NULL || flow->walker == NULL)
        return;
    forget.slot = flow->slot;
    give_up_walk(flow);
    migration_frame_write(&flow->queue, &forget);
}

static bool may_walk(const struct migration_flow *flow)
{
    uint64_t rate = flow->plan->bytes_per_second;

    if (flow->queue.length - flow->start >= QUEUE_BYTES)
        return false;
    if (flow->walker == NULL && flow->shard->snapshot_part != NULL)
        return false;
    return rate == 0 || flow->walked_bytes * 1000 <=
                            rate * (clock_ticks_to_us(clock_ticks() - flow->began_ticks) / 1000);
}

/* False: there is nothing more to walk, now or at all. */
static bool step(struct migration_flow *flow)
{
    bool more;

    if (!may_walk(flow))
        return false;
    if (flow->walker == NULL) {
        if (!next_slot(flow))
            return false;
        begin_walk(flow);
    }
    more = walker_step(flow->walker, &flow->piece, STEP_ELEMENTS);
    if (flow->piece.length > FRAME_MAX) {
        fail(flow, TOO_LARGE);
        return false;
    }
    if (!more)
        end_walk(flow);
    else if (flow->piece.length >= PIECE_BYTES && !walker_is_inside_value(flow->walker))
        send_piece(flow);
    return true;
}

static bool walk(struct migration_flow *flow, uint64_t since)
{
    uint64_t now = clock_ticks();
    uint64_t end =
        now + clock_us_to_ticks(now - since < clock_us_to_ticks(IDLE_TURN_US) ? IDLE_US : BUSY_US);

    while (step(flow))
        if (clock_ticks() >= end)
            return true;
    return false;
}

/* ---- Sending ---- */

/* So many whole frames as make a command. */
static size_t command_length(const struct migration_flow *flow)
{
    struct span bytes = span_of(flow->queue.bytes + flow->start, flow->queue.length - flow->start);
    struct span left = bytes;
    struct migration_frame frame;

    while (left.length > 0 && bytes.length - left.length < COMMAND_BYTES) {
        bool whole = migration_frame_read(&left, &frame);

        ASSERT(whole);
    }
    return bytes.length - left.length;
}

static void send_command(struct migration_flow *flow)
{
    size_t length = command_length(flow);
    struct span words[] = {SPAN("CLUSTER"), SPAN("SYNCSLOTS"), SPAN("APPLY"),
                           span_of(flow->plan->name.text, NODE_ID_LENGTH),
                           span_of(flow->queue.bytes + flow->start, length)};
    uint32_t place = (flow->first_size + peer_client_unanswered(flow->client)) % COMMANDS_MAX;

    flow->sizes[place] = (uint32_t)length;
    flow->unanswered_bytes += length;
    flow->sent += length;
    peer_client_send(flow->client, words, 5);
    flow->start += length;
    if (flow->start < flow->queue.length)
        return;
    flow->start = flow->queue.length = 0;
    if (flow->queue.capacity > 2 * QUEUE_BYTES)
        rdb_writer_free(&flow->queue);
}

static void send_commands(struct migration_flow *flow)
{
    while (flow->start < flow->queue.length && peer_client_unanswered(flow->client) < COMMANDS_MAX)
        send_command(flow);
    if (flow->start > QUEUE_BYTES) {
        memmove(flow->queue.bytes, flow->queue.bytes + flow->start,
                flow->queue.length - flow->start);
        flow->queue.length -= flow->start;
        flow->start = 0;
    }
}

static void ready(struct peer_client *client, void *context)
{
    struct migration_flow *flow = context;

    (void)client;
    flow->is_up = true;
    if (flow->stage == FLOW_CONNECTS)
        flow->stage = FLOW_COPIES;
    flow->began_ticks = clock_ticks();
}

static void answered(struct peer_client *client, char kind, struct span text, void *context)
{
    struct migration_flow *flow = context;
    char reason[FLOW_REASON_MAX];

    (void)client;
    flow->unanswered_bytes -= flow->sizes[flow->first_size];
    flow->first_size = (flow->first_size + 1) % COMMANDS_MAX;
    if (kind != '-')
        return;
    snprintf(reason, sizeof(reason), "%.*s", (int)text.length, text.data);
    fail(flow, reason);
}

static void failed(struct peer_client *client, const char *reason, void *context)
{
    struct migration_flow *flow = context;

    peer_client_close(client);
    flow->client = NULL;
    flow->is_up = false;
    fail(flow, reason);
}

/* ---- Reports ---- */

static void free_flow(struct migration_flow *flow)
{
    rdb_writer_free(&flow->queue);
    rdb_writer_free(&flow->piece);
    rdb_writer_free(&flow->later);
    memory_free(flow);
}

static void report_returned(struct message *message, void *sender)
{
    struct migration_flow *flow = ((struct migration_flow_report *)message)->flow;

    (void)sender;
    flow->report_is_away = false;
    if (flow->is_ended)
        free_flow(flow);
}

static void report(struct migration_flow *flow)
{
    struct migration_flow_report *report = &flow->report;
    uint64_t now = clock_ticks();

    if (flow->report_is_away || (report->stage == flow->stage &&
                                 now - flow->reported_ticks < clock_us_to_ticks(REPORT_MS * 1000)))
        return;
    flow->reported_ticks = now;
    flow->report_is_away = true;
    report->stage = flow->stage;
    report->remaining = remaining(flow);
    report->sent = flow->sent;
    report->live_slots = slot_set_count(&flow->live);
    memcpy(report->reason, flow->reason, sizeof(report->reason));
    report->message = (struct message){
        .deliver = migration_flow_reported, .returned = report_returned, .prompt = true};
    mailbox_post(flow->shard->mailbox, &report->message, node_control_index(flow->shard->node));
}

static void see_stage(struct migration_flow *flow)
{
    bool is_sent = flow->start == flow->queue.length && peer_client_unanswered(flow->client) == 0;

    if (flow->stage == FLOW_COPIES && flow->next_slot == SLOT_COUNT && flow->walker == NULL &&
        remaining(flow) <= flow->plan->little)
        flow->stage = FLOW_CAUGHT_UP;
    if (flow->stage == FLOW_CAUGHT_UP && flow->is_finishing && is_sent)
        flow->stage = FLOW_DRAINED;
}

bool migration_flow_turn(struct shard *shard, uint64_t since)
{
    struct migration_flow *flow = shard->migration->flow;
    bool more = false;

    if (flow == NULL)
        return false;
    if (flow->is_up && flow->stage != FLOW_FAILED) {
        more = walk(flow, since);
        send_commands(flow);
        see_stage(flow);
    }
    report(flow);
    return more;
}

/* ---- Life ---- */

void migration_flow_begin(struct shard *shard, const struct migration_plan *plan)
{
    static const struct peer_client_handler handler = {
        .ready = ready, .answered = answered, .failed = failed};
    struct migration_flow *flow = memory_new_zeroed(1, sizeof(*flow));
    struct peer_client_options options = {.host = plan->host,
                                          .port = plan->port,
                                          .user = plan->user,
                                          .password = migration_plan_password(plan),
                                          .tls = plan->tls ? shard->tls : NULL,
                                          .freezer = &shard->links};

    shard_assert_owner(shard);
    ASSERT(migration_shard_of(shard)->flow == NULL);
    ASSERT(!plan->tls || shard->tls != NULL);
    flow->shard = shard;
    flow->plan = plan;
    flow->report.flow = flow;
    flow->report.name = plan->name;
    flow->report.shard = shard->index;
    flow->reader = (struct journal_reader){.append = append, .cut = cut};
    rdb_writer_init(&flow->queue, false);
    rdb_writer_init(&flow->piece, false);
    rdb_writer_init(&flow->later, false);
    journal_attach(&shard->journal, &flow->reader);
    flow->client = peer_client_open(shard->reactor, &options, &handler, flow);
    shard->migration->flow = flow;
}

static struct migration_flow *find(const struct shard *shard, const struct migration_plan *plan)
{
    struct migration_flow *flow = shard->migration != NULL ? shard->migration->flow : NULL;

    return flow != NULL && flow->plan == plan ? flow : NULL;
}

void migration_flow_finish(struct shard *shard, const struct migration_plan *plan)
{
    struct migration_flow *flow = find(shard, plan);

    shard_assert_owner(shard);
    if (flow != NULL)
        flow->is_finishing = true;
}

static void end(struct migration_flow *flow)
{
    journal_detach(&flow->shard->journal, &flow->reader);
    if (flow->walker != NULL)
        give_up_walk(flow);
    peer_client_close(flow->client);
    flow->shard->migration->flow = NULL;
    flow->is_ended = true;
}

static void end_and_free(struct migration_flow *flow)
{
    end(flow);
    if (!flow->report_is_away)
        free_flow(flow);
}

void migration_flow_end(struct shard *shard, const struct migration_plan *plan)
{
    struct migration_flow *flow = find(shard, plan);

    shard_assert_owner(shard);
    if (flow != NULL)
        end_and_free(flow);
}

void migration_flow_stop(struct shard *shard)
{
    if (shard->migration->flow != NULL)
        end_and_free(shard->migration->flow);
}
