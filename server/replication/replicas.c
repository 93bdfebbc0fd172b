#include "server/replication/replicas.h"

#include "proto/base/assert.h"
#include "proto/base/memory.h"
#include "server/control/cluster_driver.h"
#include "server/control/control.h"
#include "server/dispatch/denial.h"
#include "server/observe/clock.h"
#include "server/observe/log.h"
#include "server/replication/full_sync.h"
#include "server/replication/replication_parts.h"
#include "server/replication/replication_stream.h"
#include "server/replication/replication_wait.h"
#include "server/replication/role.h"
#include "server/shard/shard.h"

#include <stdio.h>
#include <string.h>

enum {
    /* Of the stream, on its way to one replica. */
    BYTES_AWAY_MAX = 2 * 1024 * 1024,
    PIECE_MAX = 256 * 1024,
    SECOND_MS = 1000,
};

static struct replicas *replicas_of(const struct control *control)
{
    return &control->replication->replicas;
}

static struct backlog *backlog_of(const struct control *control)
{
    return &control->replication->stream.backlog;
}

/* ---- Feeds ---- */

static void replica_free_if_home(struct replica *replica);

static void feed_returned(struct message *message, void *sender)
{
    struct replica_feed *feed = (struct replica_feed *)message;
    struct replica *replica = feed->replica;
    struct control *control = sender;

    ASSERT(replica->feeds_away > 0);
    replica->feeds_away--;
    replica->bytes_away -= feed->length;
    replica->moved_ms = clock_monotonic_ms();
    for (uint32_t i = 0; i < feed->count; i++)
        if (feed->chunks[i] != NULL)
            backlog_release(backlog_of(control), feed->chunks[i]);
    if (feed->sync != NULL)
        full_sync_sent(feed);
    memory_free(feed);
    replica_free_if_home(replica);
}

struct replica_feed *replica_feed_new(struct replica *replica)
{
    struct replica_feed *feed = memory_new_zeroed(1, sizeof(*feed));

    feed->message = (struct message){.deliver = replica_feed_deliver, .returned = feed_returned};
    feed->replica = replica;
    feed->connection = replica->connection;
    return feed;
}

void replica_feed_send(struct replica_feed *feed)
{
    struct replica *replica = feed->replica;

    for (uint32_t i = 0; i < feed->count; i++)
        feed->length += feed->pieces[i].length;
    if (replica->feeds_away++ == 0)
        replica->moved_ms = clock_monotonic_ms();
    replica->bytes_away += feed->length;
    atomic_fetch_add_explicit(&replica->control->node->replication.bytes_sent, feed->length,
                              memory_order_relaxed);
    mailbox_post(replica->control->mailbox, &feed->message, replica->shard);
}

void replica_send_text(struct replica *replica, struct span text)
{
    struct replica_feed *feed = replica_feed_new(replica);

    ASSERT(text.length > 0 && text.length <= sizeof(feed->text));
    memcpy(feed->text, text.data, text.length);
    feed->pieces[feed->count++] = span_of(feed->text, text.length);
    replica_feed_send(feed);
}

/* ---- Going ---- */

static void replica_free_if_home(struct replica *replica)
{
    struct replicas *replicas = replicas_of(replica->control);

    if (!replica->gone || replica->feeds_away > 0)
        return;
    list_remove(&replica->link);
    if (list_empty(&replicas->all))
        replicas->alone_since_ms = clock_monotonic_ms();
    memory_free(replica);
}

/* It is sent nothing more. */
static void replica_abandon(struct replica *replica)
{
    if (replica->leaving)
        return;
    replica->leaving = true;
    backlog_place_leave(backlog_of(replica->control), &replica->place);
    if (replica->sync != NULL)
        full_sync_leave(replica);
}

static void replica_send(struct replica *replica, enum replica_feed_kind kind)
{
    struct replica_feed *feed = replica_feed_new(replica);

    feed->kind = kind;
    replica_feed_send(feed);
}

void replica_dismiss(struct replica *replica)
{
    if (replica->leaving)
        return;
    replica_abandon(replica);
    replica_send(replica, REPLICA_FEED_ENDS);
}

void replicas_dismiss(struct control *control)
{
    list_for_each (link, &replicas_of(control)->all)
        replica_dismiss(list_entry(link, struct replica, link));
}

/* ---- Coming ---- */

static struct replica *replica_create(struct control *control,
                                      const struct replica_request *request)
{
    struct replica *replica = memory_new_zeroed(1, sizeof(*replica));

    replica->control = control;
    replica->shard = request->shard;
    replica->connection = request->connection;
    replica->profile = request->profile;
    replica->old = request->old;
    replica->log_acknowledged = -1;
    replica->heard_ms = replica->moved_ms = clock_monotonic_ms();
    list_push_back(&replicas_of(control)->all, &replica->link);
    return replica;
}

static void go_on(struct control *control, struct replica *replica, int64_t offset)
{
    const char *id = control->replication->identity.id;
    char text[REPLICA_FEED_TEXT_MAX];
    int length = replica->profile.takes_id ? snprintf(text, sizeof(text), "+CONTINUE %s\r\n", id)
                                           : snprintf(text, sizeof(text), "+CONTINUE\r\n");

    log_notice("replication: %s:%u goes on at offset %lld, %llu bytes behind",
               replica->profile.host, replica->profile.port, (long long)offset,
               (unsigned long long)(backlog_of(control)->end - offset));
    replica_send_text(replica, span_of(text, (size_t)length));
    replica->phase = REPLICA_ONLINE;
    replica->acknowledged = offset - 1;
    backlog_place_at(backlog_of(control), &replica->place, offset);
}

/* Refuses, and forgets the connection, which may ask again. */
static void refuse(struct replica *replica, struct span error)
{
    replica_send_text(replica, error);
    replica_send(replica, REPLICA_FEED_REFUSES);
    replica->leaving = replica->gone = true;
}

static bool is_disconnected_replica(struct control *control)
{
    return atomic_load(&control->node->is_replica) && !replication_state(control).connected;
}

static void decide(struct control *control, const struct replica_request *request)
{
    struct replica *replica = replica_create(control, request);
    const struct replication_identity *identity = &control->replication->identity;
    struct replication_report *report = &control->node->replication;

    if (request->failover && !atomic_load(&control->node->is_replica)) {
        refuse(replica, SPAN("-ERR PSYNC FAILOVER can't be sent to a master.\r\n"));
    } else if (request->failover && strcmp(request->id, identity->id) != 0) {
        refuse(replica, SPAN("-ERR PSYNC FAILOVER replid must match my replid.\r\n"));
    } else if (is_disconnected_replica(control) || cluster_driver_is_bare(control)) {
        refuse(replica, SPAN("-NOMASTERLINK Can't SYNC while not connected with my master\r\n"));
    } else if (request->offset > 0 &&
               replication_stream_may_continue(control, request->id, request->offset)) {
        atomic_fetch_add(&report->partial_syncs, 1);
        go_on(control, replica, request->offset);
    } else {
        if (!request->old)
            log_notice("replication: %s:%u asks for %s from %lld on, which is not here: it gets "
                       "everything",
                       replica->profile.host, replica->profile.port, request->id,
                       (long long)request->offset);
        /* "?" asks for nothing that could be refused. */
        atomic_fetch_add(&report->partial_refused, !request->old && request->id[0] != '?');
        atomic_fetch_add(&report->full_syncs, 1);
        full_sync_join(replica);
    }
}

/* The node is about to change its role: what it will be decides. */
static bool must_wait(const struct control *control)
{
    return control->replication->stream.changing > 0 || role_is_changing(control);
}

static void return_request(struct control *control, struct replica_request *request)
{
    list_remove(&request->link);
    message_return(control->mailbox, &request->message);
}

static void decide_waiting(struct control *control)
{
    list_for_each_safe (link, next, &replicas_of(control)->waiting) {
        struct replica_request *request = list_entry(link, struct replica_request, link);

        if (must_wait(control))
            return;
        decide(control, request);
        return_request(control, request);
    }
}

void replicas_take(struct message *message, void *receiver)
{
    struct control *control = receiver;
    struct replica_request *request = (struct replica_request *)message;

    /* PSYNC ... FAILOVER makes this node a primary, by the id that both know. */
    if (request->failover && atomic_load(&control->node->is_replica) &&
        strcmp(request->id, control->replication->identity.id) == 0) {
        request->failover = false;
        replication_lead(control);
    }
    list_push_back(&replicas_of(control)->waiting, &request->link);
    decide_waiting(control);
}

/* ---- What they say ---- */

static struct replica *find(struct control *control, uint16_t shard, uint64_t connection)
{
    list_for_each (link, &replicas_of(control)->all) {
        struct replica *replica = list_entry(link, struct replica, link);

        /* The connection of one that was refused may have asked again. */
        if (!replica->gone && replica->connection == connection && replica->shard == shard)
            return replica;
    }
    return NULL;
}

static void forget_request(struct control *control, const struct replica_word *word)
{
    list_for_each_safe (link, next, &replicas_of(control)->waiting) {
        struct replica_request *request = list_entry(link, struct replica_request, link);

        if (request->connection == word->connection && request->shard == word->shard)
            return_request(control, request);
    }
}

static void leave(struct control *control, struct replica *replica)
{
    if (!replica->leaving)
        log_notice("replication: %s:%u has gone", replica->profile.host, replica->profile.port);
    replica_abandon(replica);
    replica->gone = true;
    replica_free_if_home(replica);
    replicas_judge(control);
}

static void acknowledged(struct control *control, struct replica *replica,
                         const struct replica_word *word)
{
    if (word->offset > replica->acknowledged)
        replica->acknowledged = word->offset;
    if (word->log_offset > replica->log_acknowledged)
        replica->log_acknowledged = word->log_offset;
    replica->heard_ms = clock_monotonic_ms();
    replica->awaits_word = replica->awaits_word && replica->phase != REPLICA_ONLINE;
    replicas_judge(control);
    replication_wait_look(control);
}

void replicas_hear(struct message *message, void *receiver)
{
    struct control *control = receiver;
    const struct replica_word *word = (struct replica_word *)message;
    struct replica *replica = find(control, word->shard, word->connection);

    if (word->kind == REPLICA_LEAVES)
        forget_request(control, word);
    if (replica != NULL && word->kind == REPLICA_LEAVES)
        leave(control, replica);
    else if (replica != NULL)
        acknowledged(control, replica, word);
    message_return(control->mailbox, message);
}

uint32_t replicas_count_acknowledged(const struct control *control, int64_t offset, bool in_log)
{
    uint32_t count = 0;

    list_for_each (link, &replicas_of(control)->all) {
        const struct replica *replica = list_entry(link, struct replica, link);

        if (replica->leaving || replica->phase != REPLICA_ONLINE)
            continue;
        count += (in_log ? replica->log_acknowledged : replica->acknowledged) >= offset;
    }
    return count;
}

/* ---- The stream ---- */

void replica_goes_online(struct replica *replica)
{
    replica->phase = REPLICA_ONLINE;
    replica->heard_ms = replica->moved_ms = clock_monotonic_ms();
    /* It says so itself when it has loaded the data, and cannot take the stream before. */
    replica->awaits_word = !replica->old;
    replica->has_data = replica->profile.data_only;
    if (replica->has_data)
        backlog_place_leave(backlog_of(replica->control), &replica->place);
    log_notice("replication: %s:%u has its data", replica->profile.host, replica->profile.port);
    replicas_judge(replica->control);
}

static bool takes_stream(const struct replica *replica)
{
    return replica->phase == REPLICA_ONLINE && !replica->leaving && !replica->awaits_word &&
           replica->place.chunk != NULL;
}

static void feed(struct control *control, struct replica *replica)
{
    struct backlog *backlog = backlog_of(control);

    while (takes_stream(replica) && replica->bytes_away < BYTES_AWAY_MAX &&
           backlog_behind(backlog, &replica->place) > 0) {
        struct replica_feed *feed = replica_feed_new(replica);

        while (feed->count < REPLICA_FEED_PIECES) {
            struct backlog_chunk *chunk =
                backlog_place_take(backlog, &replica->place, PIECE_MAX, &feed->pieces[feed->count]);

            if (chunk == NULL)
                break;
            feed->chunks[feed->count++] = chunk;
        }
        replica_feed_send(feed);
    }
}

/* ---- Limits ---- */

/* What is kept for it alone: what it has not been sent. */
static uint64_t kept_for(const struct control *control, const struct replica *replica)
{
    if (replica->place.chunk == NULL)
        return 0;
    return backlog_behind(backlog_of(control), &replica->place) + replica->bytes_away;
}

/* Have files not taken what is too much? */
static bool has_spilled_over(const struct control *control)
{
    const struct backlog *backlog = backlog_of(control);

    return backlog->spill_above > 0 && backlog->held - backlog->spilled > 2 * backlog->spill_above;
}

static void enforce_output_limit(struct control *control, struct replica *replica)
{
    const struct config_buffer_limit *limit =
        &control->config->client_output_buffer_limit.of[CLIENT_CLASS_REPLICA];
    uint64_t size = kept_for(control, replica);
    /* A lower limit than the backlog's size would throw out whom the backlog can serve. */
    uint64_t least = control->config->repl_backlog_size;
    uint64_t hard = limit->hard > 0 && limit->hard < least ? least : limit->hard;
    bool over = hard > 0 && size >= hard;

    /* Who were thrown out while it arrives would come again and again. What is kept for it beyond
     * the limit is not kept in memory. */
    if (takes_stream(replica) && size < least)
        replica->arrives = false;
    if (replica->arrives && !has_spilled_over(control))
        return;
    if (limit->soft > 0 && size >= limit->soft) {
        int64_t now = clock_monotonic_ms();

        if (replica->soft_since_ms == 0)
            replica->soft_since_ms = now;
        over |= now - replica->soft_since_ms > limit->soft_seconds * SECOND_MS;
    } else {
        replica->soft_since_ms = 0;
    }
    if (!over)
        return;
    log_warning("replication: %s:%u is %llu bytes behind, more than client-output-buffer-limit: "
                "it is disconnected",
                replica->profile.host, replica->profile.port, (unsigned long long)size);
    replica_dismiss(replica);
}

static void enforce_timeout(struct control *control, struct replica *replica)
{
    int64_t limit = control->config->repl_timeout * SECOND_MS;
    int64_t now = clock_monotonic_ms();
    int64_t since = now - replica->heard_ms;

    if (replica->phase == REPLICA_WAITS || replica->old || replica->has_data)
        return;
    /* Another one may hold the walk up: who has taken all that there was is not late. */
    if (replica->phase == REPLICA_RECEIVES)
        since = replica->feeds_away > 0 ? now - replica->moved_ms : 0;
    if (since <= limit)
        return;
    log_warning("replication: %s:%u has not been heard of for %lld s: it is disconnected",
                replica->profile.host, replica->profile.port, (long long)(since / SECOND_MS));
    replica_dismiss(replica);
}

/* ---- Turns and ticks ---- */

void replicas_turn(struct control *control)
{
    struct replicas *replicas = replicas_of(control);

    if (list_empty(&replicas->all)) {
        replicas->asks = false;
        return;
    }
    if (replicas->asks && !atomic_load(&control->node->is_replica)) {
        replicas->asked_from = replication_identity(control)->offset;
        replication_stream_say(control,
                               SPAN("*3\r\n$8\r\nREPLCONF\r\n$6\r\nGETACK\r\n$1\r\n*\r\n"));
        replicas->asked_until = replication_identity(control)->offset;
        replicas->asks = false;
    }
    list_for_each (link, &replicas->all) {
        struct replica *replica = list_entry(link, struct replica, link);

        feed(control, replica);
        if (!replica->leaving)
            enforce_output_limit(control, replica);
    }
}

void replication_ask_offsets(struct control *control)
{
    replicas_of(control)->asks = true;
}

static void ping(struct control *control)
{
    struct replicas *replicas = replicas_of(control);
    int64_t now = clock_monotonic_ms();

    if (now - replicas->last_ping_ms < control->config->repl_ping_replica_period * SECOND_MS)
        return;
    replicas->last_ping_ms = now;
    /* Who has just come need not be told: what is not sent does not move the offset. */
    if (atomic_load(&control->node->is_replica) || replicas->pings_held || replicas->is_quiet ||
        list_empty(&replicas->all))
        return;
    replication_stream_say(control, SPAN("*1\r\n$4\r\nPING\r\n"));
}

/* Whoever waits for its data hears that nobody has forgotten it. */
static void comfort(struct control *control)
{
    struct replicas *replicas = replicas_of(control);
    int64_t now = clock_monotonic_ms();

    if (now < replicas->next_newline_ms)
        return;
    replicas->next_newline_ms = now + SECOND_MS;
    list_for_each (link, &replicas->all) {
        struct replica *replica = list_entry(link, struct replica, link);

        if (replica->phase == REPLICA_WAITS && !replica->leaving)
            replica_send_text(replica, SPAN("\n"));
    }
}

static void give_backlog_up(struct control *control)
{
    const struct replicas *replicas = replicas_of(control);
    const struct replication_stream *stream = &control->replication->stream;
    int64_t limit = control->config->repl_backlog_ttl * SECOND_MS;

    if (!stream->has_backlog || stream->changing > 0 || limit == 0 || !list_empty(&replicas->all) ||
        !list_empty(&replicas->waiting) || atomic_load(&control->node->is_replica) ||
        clock_monotonic_ms() - replicas->alone_since_ms <= limit)
        return;
    replication_stream_end(control);
}

void replicas_judge(struct control *control)
{
    const struct config *config = control->config;
    int64_t since = clock_monotonic_ms() - config->min_replicas_max_lag * SECOND_MS;
    int64_t good = 0;

    list_for_each (link, &replicas_of(control)->all) {
        const struct replica *replica = list_entry(link, struct replica, link);

        good += replica->phase == REPLICA_ONLINE && !replica->leaving && !replica->has_data &&
                replica->heard_ms / SECOND_MS >= since / SECOND_MS;
    }
    replicas_of(control)->good = (uint32_t)good;
    denial_set(control->node, DENIAL_REPLICAS,
               config->min_replicas_to_write > 0 && config->min_replicas_max_lag > 0 &&
                   good < config->min_replicas_to_write &&
                   !atomic_load(&control->node->is_replica));
}

void replicas_tick(struct control *control)
{
    decide_waiting(control);
    ping(control);
    comfort(control);
    list_for_each (link, &replicas_of(control)->all) {
        struct replica *replica = list_entry(link, struct replica, link);

        if (!replica->leaving)
            enforce_timeout(control, replica);
    }
    replicas_judge(control);
    give_backlog_up(control);
}

/* ---- What others see ---- */

bool replication_replica(const struct control *control, uint32_t index, struct replica_state *state)
{
    list_for_each (link, &replicas_of(control)->all) {
        const struct replica *replica = list_entry(link, struct replica, link);

        if (replica->leaving || replica->has_data || index-- > 0)
            continue;
        *state = (struct replica_state){.host = replica->profile.host,
                                        .port = replica->profile.port,
                                        .phase = replica->phase,
                                        .acknowledged = replica->acknowledged,
                                        .heard_ms = replica->heard_ms};
        return true;
    }
    return false;
}

void replication_hold_pings(struct control *control, bool hold)
{
    replicas_of(control)->pings_held = hold;
}

/* ---- Life ---- */

void replicas_open(struct control *control)
{
    struct replicas *replicas = replicas_of(control);

    list_init(&replicas->all);
    list_init(&replicas->waiting);
    replicas->last_ping_ms = clock_monotonic_ms();
    replicas->alone_since_ms = clock_monotonic_ms();
}

void replicas_close(struct control *control)
{
    list_for_each_safe (link, next, &replicas_of(control)->all) {
        struct replica *replica = list_entry(link, struct replica, link);

        backlog_place_leave(backlog_of(control), &replica->place);
        list_remove(link);
        memory_free(replica);
    }
}
