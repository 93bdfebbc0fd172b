#include "server/snapshot/snapshot.h"

#include "proto/base/assert.h"
#include "proto/base/list.h"
#include "proto/base/memory.h"
#include "proto/rdb/crc64.h"
#include "server/config/config.h"
#include "server/control/control.h"
#include "server/observe/clock.h"
#include "server/observe/log.h"
#include "server/shard/shard.h"
#include "server/snapshot/snapshot_cut.h"
#include "server/snapshot/snapshot_file.h"
#include "server/snapshot/snapshot_frame.h"
#include "server/snapshot/snapshot_part.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

enum snapshot_state {
    SNAPSHOT_QUEUED,
    SNAPSHOT_OPENING,
    SNAPSHOT_CUTTING,
    SNAPSHOT_WRITING,
    SNAPSHOT_FINISHING,
    SNAPSHOT_STOPPING, /* failed or cancelled; what is under way comes to its end */
};

struct chunk_queue {
    struct snapshot_chunk *first;
    struct snapshot_chunk *last;
};

/* Asks a shard to give its part up. */
struct snapshot_order {
    struct message message; /* first */
    struct snapshot *snapshot;
};

struct snapshot {
    struct control *control;
    struct snapshot *next; /* in line */
    struct snapshot_request request;
    char *path; /* absolute */
    uint64_t number;
    enum snapshot_state state;
    bool cancelled;
    struct snapshot_outcome outcome;
    int64_t started_ms; /* monotonic */
    uint16_t version;
    bool checksum;

    struct snapshot_cut cut;
    bool cutting;                                     /* the cut's message is under way */
    struct snapshot_file file;                        /* not used with a sink */
    struct iovec sink_parts[SNAPSHOT_FILE_PARTS_MAX]; /* for a sink */
    uint64_t crc;
    struct rdb_writer frame; /* the bytes before or behind the keys */
    bool frame_waits;        /* they are to be written next */
    bool ended;              /* those behind are made */

    uint32_t parts; /* that have not sent their last chunk */
    int32_t owner;  /* the shard whose value goes on; -1: any may be next */
    uint32_t orders_away;
    struct snapshot_order *orders;
    struct snapshot_chunk *writing; /* given to the file */
    uint64_t keys_done[NODE_SHARDS_MAX];
    size_t waiting_memory[NODE_SHARDS_MAX];
    struct chunk_queue queues[NODE_SHARDS_MAX];
};

struct snapshots {
    uint64_t last_number;
    struct snapshot *first; /* is under way */
    struct snapshot *last;
    bool closing;
};

static void advance(struct snapshot *snapshot);
static void make_cut(struct snapshot *snapshot);

/* ---- The line ---- */

static void snapshot_free(struct snapshot *snapshot)
{
    snapshot_cut_free(&snapshot->cut);
    rdb_writer_free(&snapshot->frame);
    memory_free(snapshot->orders);
    memory_free(snapshot->path);
    memory_free(snapshot);
}

/* ---- A file or a sink ---- */

static bool output_is_busy(const struct snapshot *snapshot)
{
    return snapshot->request.sink != NULL ? snapshot->request.sink->busy
                                          : snapshot_file_is_busy(&snapshot->file);
}

static uint64_t output_written(const struct snapshot *snapshot)
{
    return snapshot->request.sink != NULL ? snapshot->request.sink->written
                                          : snapshot->file.written;
}

static struct iovec *output_parts(struct snapshot *snapshot)
{
    return snapshot->request.sink != NULL ? snapshot->sink_parts : snapshot->file.parts;
}

static void output_write(struct snapshot *snapshot, uint32_t count)
{
    struct snapshot_sink *sink = snapshot->request.sink;

    if (sink == NULL) {
        snapshot_file_write(&snapshot->file, count);
        return;
    }
    sink->busy = true;
    for (uint32_t i = 0; i < count; i++)
        sink->written += snapshot->sink_parts[i].iov_len;
    sink->write(sink, snapshot->sink_parts, count);
}

void snapshot_sink_ready(struct snapshot_sink *sink)
{
    ASSERT(sink->busy);
    sink->busy = false;
    advance(sink->snapshot);
}

static bool output_is_closed(const struct snapshot *snapshot)
{
    return snapshot->request.sink != NULL || snapshot->file.state == SNAPSHOT_FILE_DISCARDED ||
           snapshot->file.state == SNAPSHOT_FILE_FINISHED;
}

static void file_ready(struct snapshot_file *file)
{
    advance(list_entry(file, struct snapshot, file));
}

static void begin(struct snapshot *snapshot)
{
    struct control *control = snapshot->control;

    snapshot->state = SNAPSHOT_OPENING;
    snapshot->started_ms = clock_monotonic_ms();
    snapshot->version = snapshot->request.version != 0 ? snapshot->request.version
                                                       : (uint16_t)control->config->rdb_version;
    snapshot->checksum = control->config->rdbchecksum && snapshot->request.format == SNAPSHOT_RDB;
    if (snapshot->request.sink != NULL)
        make_cut(snapshot);
    else
        snapshot_file_open(&snapshot->file, control->reactor, snapshot->path,
                           snapshot->request.flush_piece_wise, file_ready);
}

/* A relative path is below the directory that is `dir` now. */
static char *absolute_path(const struct control *control, const char *path)
{
    size_t size = strlen(control->config->dir) + strlen(path) + 2;
    char *absolute;

    if (path[0] == '/')
        return memory_copy(path, strlen(path));
    absolute = memory_new(size);
    snprintf(absolute, size, "%s/%s", control->config->dir, path);
    return absolute;
}

uint64_t snapshot_start(struct control *control, const struct snapshot_request *request)
{
    struct snapshots *snapshots = control->snapshots;
    const struct snapshot_outcome none = {.result = SNAPSHOT_CANCELLED};
    struct snapshot *snapshot;

    ASSERT(request->done != NULL);
    if (snapshots->closing) {
        request->done(control, &none, request->context);
        return 0;
    }
    snapshot = memory_new_zeroed(1, sizeof(*snapshot));
    snapshot->control = control;
    snapshot->request = *request;
    if (request->sink != NULL)
        request->sink->snapshot = snapshot;
    else
        snapshot->path = absolute_path(control, request->path);
    snapshot->number = ++snapshots->last_number;
    snapshot->owner = -1;
    rdb_writer_init(&snapshot->frame, control->config->rdbcompression);
    if (snapshots->first == NULL) {
        snapshots->first = snapshots->last = snapshot;
        begin(snapshot);
    } else {
        snapshots->last->next = snapshot;
        snapshots->last = snapshot;
    }
    return snapshot->number;
}

/* It is over; the next one begins. */
static void end(struct snapshot *snapshot)
{
    struct control *control = snapshot->control;
    struct snapshots *snapshots = control->snapshots;
    struct snapshot_outcome *outcome = &snapshot->outcome;

    ASSERT(snapshots->first == snapshot);
    ASSERT(!snapshot->cutting && snapshot->orders_away == 0);
    if (snapshot->state == SNAPSHOT_STOPPING)
        outcome->result = snapshot->cancelled ? SNAPSHOT_CANCELLED : SNAPSHOT_FAILED;
    outcome->bytes = output_written(snapshot);
    outcome->keys = snapshot->cut.keys;
    outcome->changes = snapshot->cut.changes;
    outcome->cut_at = snapshot->cut.at;
    outcome->duration_ms = clock_monotonic_ms() - snapshot->started_ms;
    if (snapshot->request.sink == NULL)
        snapshot_file_free(&snapshot->file);
    snapshots->first = snapshot->next;
    if (snapshots->first == NULL)
        snapshots->last = NULL;
    snapshot->request.done(control, outcome, snapshot->request.context);
    snapshot_free(snapshot);
    /* `done` may have begun another one. */
    if (snapshots->first != NULL && snapshots->first->state == SNAPSHOT_QUEUED &&
        !snapshots->closing)
        begin(snapshots->first);
}

/* ---- Giving up ---- */

static void order_deliver(struct message *message, void *receiver)
{
    struct snapshot_order *order = (struct snapshot_order *)message;
    struct shard *shard = receiver;

    snapshot_part_give_up(shard, order->snapshot->number);
    message_return(shard->mailbox, message);
}

static void order_returned(struct message *message, void *sender)
{
    struct snapshot *snapshot = ((struct snapshot_order *)message)->snapshot;

    (void)sender;
    ASSERT(snapshot->orders_away > 0);
    snapshot->orders_away--;
    advance(snapshot);
}

static void return_chunks(struct snapshot *snapshot, struct snapshot_chunk *chunk)
{
    while (chunk != NULL) {
        struct snapshot_chunk *next = chunk->next;

        message_return(snapshot->control->mailbox, &chunk->message);
        chunk = next;
    }
}

static void give_parts_up(struct snapshot *snapshot)
{
    struct control *control = snapshot->control;
    uint32_t shards = control->node->shard_count;

    for (uint32_t i = 0; i < shards; i++) {
        return_chunks(snapshot, snapshot->queues[i].first);
        snapshot->queues[i] = (struct chunk_queue){0};
    }
    snapshot->parts = 0;
    snapshot->orders = memory_new_zeroed(shards, sizeof(snapshot->orders[0]));
    snapshot->orders_away = shards;
    for (uint16_t i = 0; i < shards; i++) {
        struct snapshot_order *order = &snapshot->orders[i];

        order->message =
            (struct message){.deliver = order_deliver, .returned = order_returned, .prompt = true};
        order->snapshot = snapshot;
        mailbox_post(control->mailbox, &order->message, i);
    }
}

/* Fails or is cancelled: from here on everything only comes to its end. */
static void stop(struct snapshot *snapshot)
{
    if (snapshot->state == SNAPSHOT_STOPPING)
        return;
    snapshot->state = SNAPSHOT_STOPPING;
    snapshot->outcome.error = snapshot->file.error;
    snapshot->outcome.step = snapshot->file.step;
    /* Before the cut is back the shards do not know of it. */
    if (!snapshot->cutting && snapshot->cut.at != 0)
        give_parts_up(snapshot);
    advance(snapshot);
}

static void advance_stop(struct snapshot *snapshot)
{
    if (snapshot->cutting || output_is_busy(snapshot))
        return;
    if (snapshot->writing != NULL) {
        return_chunks(snapshot, snapshot->writing);
        snapshot->writing = NULL;
    }
    /* While the parts are told to give up, their last chunks come back. */
    if (snapshot->orders_away > 0)
        return;
    if (output_is_closed(snapshot))
        end(snapshot);
    else
        snapshot_file_discard(&snapshot->file);
}

void snapshot_cancel(struct control *control, uint64_t number)
{
    struct snapshots *snapshots = control->snapshots;
    struct snapshot *before = NULL;
    struct snapshot *snapshot = snapshots->first;

    while (snapshot != NULL && snapshot->number != number) {
        before = snapshot;
        snapshot = snapshot->next;
    }
    if (snapshot == NULL || snapshot->state == SNAPSHOT_FINISHING)
        return;
    snapshot->cancelled = true;
    if (snapshot->state != SNAPSHOT_QUEUED) {
        stop(snapshot);
        return;
    }
    if (before != NULL)
        before->next = snapshot->next;
    else
        snapshots->first = snapshot->next;
    if (snapshots->last == snapshot)
        snapshots->last = before;
    snapshot->outcome.result = SNAPSHOT_CANCELLED;
    snapshot->request.done(control, &snapshot->outcome, snapshot->request.context);
    snapshot_free(snapshot);
}

void snapshot_cancel_all(struct control *control)
{
    struct snapshots *snapshots = control->snapshots;

    while (snapshots->first != snapshots->last)
        snapshot_cancel(control, snapshots->last->number);
    if (snapshots->first != NULL)
        snapshot_cancel(control, snapshots->first->number);
}

/* ---- The cut ---- */

static void cut_done(struct control *control, struct snapshot_cut *cut)
{
    struct snapshot *snapshot = list_entry(cut, struct snapshot, cut);
    struct snapshot_frame frame = {.version = snapshot->version,
                                   .aof_base = snapshot->request.aof_base,
                                   .databases = control->node->databases,
                                   .now = clock_now_ms()};

    snapshot->cutting = false;
    if (snapshot->request.cut != NULL)
        snapshot->request.cut(control, snapshot->request.context);
    if (snapshot->state == SNAPSHOT_STOPPING) {
        give_parts_up(snapshot);
        return;
    }
    ASSERT(snapshot->state == SNAPSHOT_CUTTING);
    snapshot->state = SNAPSHOT_WRITING;
    if (snapshot->request.format == SNAPSHOT_RDB)
        snapshot_frame_begin(&snapshot->frame, &frame, cut);
    else
        snapshot_frame_commands(&snapshot->frame, cut);
    snapshot->frame_waits = snapshot->frame.length > 0;
    advance(snapshot);
}

static bool uses_access(const struct config *config)
{
    switch (config->maxmemory_policy) {
    case MAXMEMORY_ALLKEYS_LRU:
    case MAXMEMORY_VOLATILE_LRU:
    case MAXMEMORY_ALLKEYS_LFU:
    case MAXMEMORY_VOLATILE_LFU:
        return true;
    default:
        return false;
    }
}

static void chunk_deliver(struct message *message, void *receiver);

static void make_cut(struct snapshot *snapshot)
{
    struct control *control = snapshot->control;
    const struct config *config = control->config;

    snapshot->state = SNAPSHOT_CUTTING;
    snapshot->cutting = true;
    snapshot->parts = control->node->shard_count;
    snapshot->cut.options = (struct snapshot_part_options){.number = snapshot->number,
                                                           .format = snapshot->request.format,
                                                           .version = snapshot->version,
                                                           .compress = config->rdbcompression,
                                                           .with_access = uses_access(config),
                                                           .deliver = chunk_deliver};
    snapshot->cut.at_cut = snapshot->request.at_cut;
    snapshot->cut.context = snapshot->request.context;
    snapshot->cut.done = cut_done;
    snapshot_cut_start(control, &snapshot->cut);
}

/* ---- Chunks ---- */

/* Chunks arrive in their part's order. They may come before the cut is back from its coordinator.
 */
static void chunk_deliver(struct message *message, void *receiver)
{
    struct control *control = receiver;
    struct snapshot_chunk *chunk = (struct snapshot_chunk *)message;
    struct snapshot *snapshot = control->snapshots->first;
    struct chunk_queue *queue;

    if (snapshot == NULL || snapshot->number != chunk->number ||
        snapshot->state == SNAPSHOT_STOPPING) {
        message_return(control->mailbox, message);
        return;
    }
    queue = &snapshot->queues[chunk->shard];
    chunk->next = NULL;
    if (queue->first == NULL)
        queue->first = chunk;
    else
        queue->last->next = chunk;
    queue->last = chunk;
    advance(snapshot);
}

static void add_part(struct snapshot *snapshot, uint32_t index, struct span bytes)
{
    output_parts(snapshot)[index] =
        (struct iovec){.iov_base = (void *)(uintptr_t)bytes.data, .iov_len = bytes.length};
    if (snapshot->checksum)
        snapshot->crc = crc64_update(snapshot->crc, bytes);
}

/* The next chunk that may follow; NULL when it is not here yet. */
static struct snapshot_chunk *next_chunk(struct snapshot *snapshot)
{
    uint32_t shards = snapshot->control->node->shard_count;
    uint32_t first = snapshot->owner < 0 ? 0 : (uint32_t)snapshot->owner;
    uint32_t end_index = snapshot->owner < 0 ? shards : first + 1;

    for (uint32_t i = first; i < end_index; i++) {
        struct snapshot_chunk *chunk = snapshot->queues[i].first;

        if (chunk == NULL)
            continue;
        snapshot->queues[i].first = chunk->next;
        return chunk;
    }
    return NULL;
}

static void note_chunk(struct snapshot *snapshot, const struct snapshot_chunk *chunk)
{
    snapshot->owner = chunk->goes_on ? (int32_t)chunk->shard : -1;
    snapshot->keys_done[chunk->shard] = chunk->keys_done;
    snapshot->waiting_memory[chunk->shard] = chunk->memory;
    if (!chunk->last)
        return;
    ASSERT(snapshot->parts > 0);
    snapshot->parts--;
}

/* The end's opcode, and a checksum that takes it in. */
static void make_end(struct snapshot *snapshot)
{
    struct rdb_writer *frame = &snapshot->frame;

    snapshot->ended = true;
    frame->length = 0;
    if (snapshot->request.format != SNAPSHOT_RDB)
        return;
    if (snapshot->request.ending != NULL)
        snapshot->request.ending(snapshot->control, snapshot->request.context);
    snapshot_frame_end(frame, snapshot->request.origin);
    if (snapshot->checksum)
        snapshot->crc = crc64_update(snapshot->crc, rdb_writer_span(frame));
    rdb_writer_uint64(frame, snapshot->crc);
    snapshot->checksum = false; /* what follows is not in it */
    snapshot->frame_waits = true;
}

/* Gives the file what is there. */
static uint32_t collect(struct snapshot *snapshot)
{
    struct snapshot_chunk **place = &snapshot->writing;
    struct snapshot_chunk *chunk;
    uint32_t count = 0;

    if (snapshot->frame_waits)
        add_part(snapshot, count++, rdb_writer_span(&snapshot->frame));
    snapshot->frame_waits = false;
    while (count < SNAPSHOT_FILE_PARTS_MAX && (chunk = next_chunk(snapshot)) != NULL) {
        note_chunk(snapshot, chunk);
        if (chunk->writer.length == 0) {
            message_return(snapshot->control->mailbox, &chunk->message);
            continue;
        }
        *place = chunk;
        place = &chunk->next;
        chunk->next = NULL;
        add_part(snapshot, count++, rdb_writer_span(&chunk->writer));
    }
    return count;
}

static void advance_writing(struct snapshot *snapshot)
{
    uint32_t count;

    if (output_is_busy(snapshot))
        return;
    return_chunks(snapshot, snapshot->writing);
    snapshot->writing = NULL;
    count = collect(snapshot);
    if (count == 0 && snapshot->parts == 0 && !snapshot->ended) {
        make_end(snapshot);
        count = collect(snapshot);
    }
    if (count > 0) {
        output_write(snapshot, count);
    } else if (snapshot->parts == 0 && snapshot->request.sink != NULL) {
        end(snapshot);
    } else if (snapshot->parts == 0) {
        snapshot->state = SNAPSHOT_FINISHING;
        snapshot_file_finish(&snapshot->file);
    }
}

/* Something has happened: a step of the file, a chunk, a message that is back. */
static void advance(struct snapshot *snapshot)
{
    if (snapshot->state != SNAPSHOT_STOPPING && snapshot->file.error != 0 &&
        !snapshot_file_is_busy(&snapshot->file)) {
        stop(snapshot);
        return;
    }
    switch (snapshot->state) {
    case SNAPSHOT_QUEUED:
    case SNAPSHOT_CUTTING:
        break;
    case SNAPSHOT_OPENING:
        make_cut(snapshot);
        break;
    case SNAPSHOT_WRITING:
        advance_writing(snapshot);
        break;
    case SNAPSHOT_FINISHING:
        if (snapshot->file.state == SNAPSHOT_FILE_FINISHED)
            end(snapshot);
        break;
    case SNAPSHOT_STOPPING:
        advance_stop(snapshot);
        break;
    }
}

/* ---- What others see ---- */

bool snapshot_is_active(const struct control *control)
{
    return control->snapshots->first != NULL;
}

struct snapshot_progress snapshot_progress(const struct control *control)
{
    const struct snapshot *snapshot = control->snapshots->first;
    struct snapshot_progress progress = {0};

    if (snapshot == NULL)
        return progress;
    progress.number = snapshot->number;
    progress.bytes = output_written(snapshot);
    if (snapshot->cutting || snapshot->cut.at == 0)
        return progress;
    progress.keys_total = snapshot->cut.keys;
    for (uint32_t i = 0; i < control->node->shard_count; i++) {
        progress.keys_done += snapshot->keys_done[i];
        progress.memory +=
            snapshot->waiting_memory[i] + (size_t)SNAPSHOT_CHUNKS * SNAPSHOT_CHUNK_BYTES;
    }
    return progress;
}

void snapshot_open(struct control *control)
{
    control->snapshots = memory_new_zeroed(1, sizeof(*control->snapshots));
}

void snapshot_close(struct control *control)
{
    struct snapshots *snapshots = control->snapshots;

    snapshots->closing = true;
    snapshot_cancel_all(control);
}

void snapshot_free_all(struct control *control)
{
    /* Something under way is never freed. */
    if (control->snapshots == NULL || control->snapshots->first != NULL)
        return;
    memory_free(control->snapshots);
    control->snapshots = NULL;
}
