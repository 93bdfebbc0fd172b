#include "server/replication/full_sync.h"

#include "proto/base/assert.h"
#include "proto/base/memory.h"
#include "proto/rdb/crc64.h"
#include "server/config/config.h"
#include "server/control/control.h"
#include "server/observe/clock.h"
#include "server/observe/log.h"
#include "server/replication/full_sync_file.h"
#include "server/replication/replicas.h"
#include "server/replication/replication_parts.h"
#include "server/replication/replication_stream.h"
#include "server/script/function_set.h"
#include "server/shard/shard.h"
#include "server/snapshot/snapshot.h"
#include "server/snapshot/snapshot_frame.h"

#include <stdio.h>
#include <string.h>

enum {
    SECOND_MS = 1000,
    VERSION_7_2 = 0x070200, /* the first that reads RDB 11 */
    RDB_BEFORE_7_2 = 10,
};

enum full_sync_state {
    SYNC_GATHERS, /* others may join */
    SYNC_PAUSES,  /* this node is a replica itself: what it applies comes to a halt */
    SYNC_RUNS,
    SYNC_SENDS, /* what is sent is complete, in a file or in memory */
};

/* What replicas that are served together have in common. */
struct wish {
    uint16_t version; /* of the RDB format */
    bool by_file;
    bool no_keys;
    bool no_functions;
};

struct full_sync {
    struct list_link link; /* in replication->syncs */
    struct control *control;
    struct wish wish;
    enum full_sync_state state;
    uint32_t members;
    time_ms since;
    bool over; /* freed when nothing is under way */

    uint64_t snapshot; /* its number, while it runs; 0: none */
    struct snapshot_sink sink;
    struct snapshot_origin origin;
    struct replication_mark mark;
    bool pauses;           /* what this node applies, until the cut */
    bool waits_for_stream; /* without keys: until the journals are read */
    bool has_cut;          /* the offset is known, and the members have been told */
    char end_mark[REPLICATION_ID_LENGTH];
    const struct iovec *parts; /* that wait for the cut's offset */
    uint32_t part_count;
    uint32_t feeds_away;

    struct full_sync_file file; /* SYNC_SENDS */
    char path[64];
};

static struct list_link *syncs_of(const struct control *control)
{
    return &control->replication->syncs;
}

static void fail(struct full_sync *sync);

/* ---- Members ---- */

/* In the body, members may leave. */
#define for_each_member(replica, sync)                                                             \
    list_for_each_safe (link_, following_, &(sync)->control->replication->replicas.all)            \
        for (struct replica *replica = list_entry(link_, struct replica, link);                    \
             replica != NULL && replica->sync == (sync) && !replica->leaving; replica = NULL)

static void free_if_over(struct full_sync *sync)
{
    if (!sync->over || sync->members > 0 || sync->snapshot != 0 || sync->feeds_away > 0 ||
        sync->pauses || sync->waits_for_stream)
        return;
    replication_stream_forget(&sync->mark);
    full_sync_file_close(&sync->file);
    list_remove(&sync->link);
    memory_free(sync);
}

void full_sync_leave(struct replica *replica)
{
    struct full_sync *sync = replica->sync;

    ASSERT(sync->members > 0);
    replica->sync = NULL;
    sync->members--;
    if (sync->members > 0)
        return;
    if (sync->snapshot != 0)
        snapshot_cancel(sync->control, sync->snapshot);
    else
        sync->over = true;
}

/* Redis does not say which version it is, whichever it is: so it gets what all since 7.0 can read.
 */
static uint16_t version_for(const struct replica *replica)
{
    uint16_t version = (uint16_t)replica->control->config->rdb_version;

    return replica->profile.version < VERSION_7_2 && version > RDB_BEFORE_7_2 ? RDB_BEFORE_7_2
                                                                              : version;
}

static struct wish wish_of(const struct replica *replica)
{
    return (struct wish){.version = version_for(replica),
                         .by_file = !replica->profile.takes_mark ||
                                    !replica->control->config->repl_diskless_sync,
                         .no_keys = replica->profile.no_keys,
                         .no_functions = replica->profile.no_functions};
}

static bool wishes_equal(const struct wish *a, const struct wish *b)
{
    return a->version == b->version && a->by_file == b->by_file && a->no_keys == b->no_keys &&
           a->no_functions == b->no_functions;
}

static struct full_sync *find(struct control *control, const struct wish *wish)
{
    list_for_each (link, syncs_of(control)) {
        struct full_sync *sync = list_entry(link, struct full_sync, link);

        if (sync->state == SYNC_GATHERS && !sync->over && wishes_equal(&sync->wish, wish))
            return sync;
    }
    return NULL;
}

void full_sync_join(struct replica *replica)
{
    struct control *control = replica->control;
    struct wish wish = wish_of(replica);
    struct full_sync *sync = find(control, &wish);

    if (sync == NULL) {
        sync = memory_new_zeroed(1, sizeof(*sync));
        sync->control = control;
        sync->wish = wish;
        sync->since = control->now;
        sync->origin.database = -1;
        list_push_back(syncs_of(control), &sync->link);
    }
    replica->phase = REPLICA_WAITS;
    replica->arrives = true;
    replica->sync = sync;
    sync->members++;
    full_sync_tick(control);
}

/* ---- The cut's offset ---- */

static void tell_beginning(struct full_sync *sync, struct replica *replica)
{
    const struct replication_identity *identity = &sync->control->replication->identity;
    char text[REPLICA_FEED_TEXT_MAX];
    int length = snprintf(text, sizeof(text), "+FULLRESYNC %s %lld\r\n", identity->id,
                          (long long)sync->origin.offset);

    if (!replica->old)
        replica_send_text(replica, span_of(text, (size_t)length));
    if (sync->wish.by_file)
        return;
    length = snprintf(text, sizeof(text), "$EOF:%.*s\r\n", REPLICATION_ID_LENGTH, sync->end_mark);
    replica_send_text(replica, span_of(text, (size_t)length));
}

static void send_parts(struct full_sync *sync);

/* The stream goes on behind this offset for all members. */
static void cut_at(struct full_sync *sync, int64_t offset)
{
    struct control *control = sync->control;

    sync->has_cut = true;
    sync->origin.offset = offset;
    for_each_member(replica, sync)
    {
        if (!replica->profile.data_only)
            backlog_place_at(&control->replication->stream.backlog, &replica->place, offset + 1);
        replica->acknowledged = 0;
        replica->phase = sync->wish.by_file ? REPLICA_WAITS : REPLICA_RECEIVES;
        replica->moved_ms = clock_monotonic_ms();
        tell_beginning(sync, replica);
    }
    if (sync->parts == NULL)
        return;
    send_parts(sync);
    /* All may have gone meanwhile: the walk ends when its output is free. */
    if (sync->feeds_away == 0)
        snapshot_sink_ready(&sync->sink);
}

static void mark_reached(struct control *control, struct replication_mark *mark, int64_t offset)
{
    replication_stream_deselect(control);
    cut_at(list_entry(mark, struct full_sync, mark), offset);
}

/* In the section of the cut. */
static void at_cut(struct section *section, void *context)
{
    const struct full_sync *sync = context;

    if (!sync->pauses)
        replication_stream_mark(section, &sync->mark);
}

static void go_on_applying(struct full_sync *sync)
{
    if (!sync->pauses)
        return;
    sync->pauses = false;
    replication_apply_resume(sync->control);
}

/* What this node has applied is what is in the data. */
static void cut_made(struct control *control, void *context)
{
    struct full_sync *sync = context;

    if (!sync->pauses)
        return;
    memcpy(sync->origin.id, control->replication->identity.id, sizeof(sync->origin.id));
    sync->origin.database = replication_apply_database(control);
    cut_at(sync, control->replication->identity.offset);
    go_on_applying(sync);
}

/* ---- The data, as they are made ---- */

static void send_part(struct full_sync *sync, struct replica *replica, const struct iovec *parts,
                      uint32_t count)
{
    struct replica_feed *feed = replica_feed_new(replica);

    feed->sync = sync;
    for (uint32_t i = 0; i < count; i++)
        feed->pieces[i] = span_of(parts[i].iov_base, parts[i].iov_len);
    feed->count = count;
    sync->feeds_away++;
    replica_feed_send(feed);
}

static void send_parts(struct full_sync *sync)
{
    for_each_member(replica, sync)
    {
        for (uint32_t i = 0; i < sync->part_count; i += REPLICA_FEED_PIECES) {
            uint32_t rest = sync->part_count - i;

            send_part(sync, replica, sync->parts + i,
                      rest < REPLICA_FEED_PIECES ? rest : REPLICA_FEED_PIECES);
        }
    }
    sync->parts = NULL;
}

static void sink_write(struct snapshot_sink *sink, const struct iovec *parts, uint32_t count)
{
    struct full_sync *sync = list_entry(sink, struct full_sync, sink);

    ASSERT(sync->feeds_away == 0);
    sync->parts = parts;
    sync->part_count = count;
    if (sync->has_cut)
        send_parts(sync);
}

void full_sync_sent(struct replica_feed *feed)
{
    struct full_sync *sync = feed->sync;

    ASSERT(sync->feeds_away > 0);
    sync->feeds_away--;
    if (sync->state == SYNC_SENDS) {
        full_sync_file_send(&sync->file, feed->replica);
    } else if (sync->feeds_away == 0 && sync->sink.busy) {
        snapshot_sink_ready(&sync->sink);
    }
}

static void finish_stream(struct full_sync *sync)
{
    for_each_member(replica, sync)
    {
        replica_send_text(replica, span_of(sync->end_mark, REPLICATION_ID_LENGTH));
        replica->sync = NULL;
        sync->members--;
        replica_goes_online(replica);
    }
    sync->over = true;
}

/* ---- The data, complete ---- */

static void start_sending(struct full_sync *sync)
{
    sync->state = SYNC_SENDS;
    for_each_member(replica, sync)
    {
        replica->phase = REPLICA_RECEIVES;
        replica->moved_ms = clock_monotonic_ms();
        full_sync_file_begin(&sync->file, replica);
    }
    /* All may have gone when it was too late to give the data up. */
    sync->over = sync->members == 0;
}

static void finish_file(struct full_sync *sync)
{
    if (full_sync_file_open(&sync->file, sync, sync->path))
        start_sending(sync);
    else
        fail(sync);
}

void full_sync_has_all(struct replica *replica)
{
    struct full_sync *sync = replica->sync;

    replica->sync = NULL;
    sync->members--;
    replica_goes_online(replica);
    /* The length was told: the stream may follow at once. */
    replica->awaits_word = false;
    sync->over = sync->members == 0;
}

void full_sync_note_feed(struct full_sync *sync)
{
    sync->feeds_away++;
}

/* Neither keys nor a cut: what was asked for stands around them. */
static void send_frame(struct full_sync *sync)
{
    struct control *control = sync->control;
    struct snapshot_database *databases =
        memory_new_zeroed(control->node->databases, sizeof(*databases));
    struct function_set *functions = function_store_get(control->node->functions);
    struct function_set none = {0};
    struct snapshot_cut cut = {.at = control->now,
                               .databases = databases,
                               .functions = sync->wish.no_functions ? &none : functions};
    const struct snapshot_frame frame = {
        .version = sync->wish.version, .databases = control->node->databases, .now = control->now};
    struct rdb_writer writer;

    rdb_writer_init(&writer, control->config->rdbcompression);
    snapshot_frame_begin(&writer, &frame, &cut);
    snapshot_frame_end(&writer, NULL);
    rdb_writer_uint64(&writer,
                      control->config->rdbchecksum ? crc64_update(0, rdb_writer_span(&writer)) : 0);
    function_set_release(functions);
    memory_free(databases);
    sync->wish.by_file = true;
    replication_stream_deselect(control);
    cut_at(sync, control->replication->identity.offset);
    full_sync_file_hold(&sync->file, sync, &writer);
    start_sending(sync);
}

static void stream_is_read(struct control *control, void *context)
{
    struct full_sync *sync = context;

    (void)control;
    sync->waits_for_stream = false;
    if (!sync->over)
        send_frame(sync);
}

/* ---- Running ---- */

static void fail(struct full_sync *sync)
{
    for_each_member(replica, sync) replica_dismiss(replica);
    sync->over = true;
}

static void snapshot_over(struct control *control, const struct snapshot_outcome *outcome,
                          void *context)
{
    struct full_sync *sync = context;

    sync->snapshot = 0;
    sync->parts = NULL;
    /* A small file may be there before anybody has looked for the mark. */
    replication_stream_collect(control);
    go_on_applying(sync);
    if (outcome->result != SNAPSHOT_WRITTEN || !sync->has_cut) {
        log_warning("replication: a full synchronisation was given up");
        fail(sync);
        return;
    }
    log_notice("replication: %llu keys, %llu bytes were sent to %u replicas in %.3f s",
               (unsigned long long)outcome->keys, (unsigned long long)outcome->bytes, sync->members,
               (double)outcome->duration_ms / SECOND_MS);
    if (sync->wish.by_file)
        finish_file(sync);
    else
        finish_stream(sync);
}

static void run(struct full_sync *sync)
{
    struct control *control = sync->control;
    struct snapshot_request request = {.version = sync->wish.version,
                                       .format = SNAPSHOT_RDB,
                                       .origin = sync->pauses ? &sync->origin : NULL,
                                       .at_cut = at_cut,
                                       .cut = cut_made,
                                       .done = snapshot_over,
                                       .context = sync};

    sync->state = SYNC_RUNS;
    snprintf(sync->path, sizeof(sync->path), "temp-replication-%llu.rdb",
             (unsigned long long)random_next(&control->random));
    if (sync->wish.by_file) {
        request.path = sync->path;
    } else {
        sync->sink.write = sink_write;
        request.sink = &sync->sink;
    }
    if (!sync->pauses) {
        sync->mark.reached = mark_reached;
        replication_stream_expect(control, &sync->mark);
    }
    sync->snapshot = snapshot_start(control, &request);
}

static void paused(struct control *control, void *context)
{
    struct full_sync *sync = context;

    (void)control;
    if (sync->members > 0) {
        run(sync);
        return;
    }
    go_on_applying(sync);
    sync->over = true;
}

static void start(struct full_sync *sync)
{
    struct control *control = sync->control;
    struct node_id end_mark = control_random_id(control);

    memcpy(sync->end_mark, end_mark.text, sizeof(sync->end_mark));
    log_notice("replication: a full synchronisation of %u replicas begins", sync->members);
    if (atomic_load(&control->node->is_replica) && !sync->wish.no_keys) {
        sync->state = SYNC_PAUSES;
        sync->pauses = true;
        replication_apply_pause(control, paused, sync);
        return;
    }
    if (sync->wish.no_keys && atomic_load(&control->node->is_replica)) {
        send_frame(sync);
        return;
    }
    replication_stream_begin(control);
    if (!sync->wish.no_keys) {
        run(sync);
        return;
    }
    sync->state = SYNC_RUNS;
    sync->waits_for_stream = true;
    replication_stream_read(control, stream_is_read, sync);
}

static bool is_due(const struct full_sync *sync)
{
    const struct control *control = sync->control;
    const struct config *config = control->config;
    int64_t most = config->repl_diskless_sync_max_replicas;

    if (sync->state != SYNC_GATHERS || sync->over || control->replication->stream.changing > 0)
        return false;
    /* What is applied is to stand still for a moment only. */
    if (atomic_load(&control->node->is_replica) && snapshot_is_active(control))
        return false;
    return sync->wish.by_file || sync->wish.no_keys || (most > 0 && sync->members >= most) ||
           control->now - sync->since >= config->repl_diskless_sync_delay * SECOND_MS;
}

void full_sync_tick(struct control *control)
{
    list_for_each_safe (link, following, syncs_of(control)) {
        struct full_sync *sync = list_entry(link, struct full_sync, link);

        if (is_due(sync))
            start(sync);
        free_if_over(sync);
    }
}

void full_sync_close(struct control *control)
{
    list_for_each_safe (link, following, syncs_of(control)) {
        struct full_sync *sync = list_entry(link, struct full_sync, link);

        full_sync_file_close(&sync->file);
        memory_free(sync);
    }
}
