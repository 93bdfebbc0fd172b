#include "server/script/busy.h"

#include "proto/base/assert.h"
#include "proto/base/memory.h"
#include "server/commands/command.h"
#include "server/commands/handlers.h"
#include "server/config/config.h"
#include "server/connection/connection.h"
#include "server/dispatch/batch.h"
#include "server/dispatch/hop.h"
#include "server/dispatch/watch.h"
#include "server/observe/clock.h"
#include "server/observe/log.h"
#include "server/script/api.h"
#include "server/script/running.h"
#include "server/shard/section.h"
#include "server/shard/shard.h"

enum {
    SPANS_MAX = 1024,
    /* Time between two pauses, and how long a parked shard sleeps in one. */
    PAUSE_EVERY_US = 1000,
    PARKED_SLEEP_US = 2000,
};

enum event_kind { EVENT_RECEIVED, EVENT_ENDED, EVENT_SENT, EVENT_FINISHED };

/* Something that has happened to a frozen connection. */
struct event {
    enum event_kind kind;
    struct connection *connection;
    struct receive_buffer *buffer;
    size_t length;
    int error;
};

struct frozen {
    struct connection *connection;
    const struct stream_handler *handler; /* its own */
};

struct busy {
    struct frozen *frozen;
    uint32_t frozen_count;
    uint32_t frozen_capacity;
    struct event *events;
    uint32_t event_count;
    uint32_t event_capacity;
    struct watches **watches; /* to be released */
    uint32_t watches_count;
    uint32_t watches_capacity;
    uint64_t next_pause; /* clock_ticks */
    struct span spans[SPANS_MAX];
};

/* ---- Frozen connections ---- */

static void note(struct stream *stream, struct event event)
{
    struct connection *connection = (struct connection *)stream;
    struct busy *busy = connection->shard->busy;

    ASSERT(busy != NULL);
    if (busy->event_count == busy->event_capacity) {
        busy->event_capacity = busy->event_capacity == 0 ? 16 : busy->event_capacity * 2;
        busy->events = memory_resize(busy->events, busy->event_capacity * sizeof(*busy->events));
    }
    event.connection = connection;
    busy->events[busy->event_count++] = event;
}

/* Its buffers are few: it sends no more for the time being. */
static void frozen_received(struct stream *stream, struct receive_buffer *buffer, size_t length)
{
    if (reactor_buffers_are_scarce(stream->reactor))
        buffer = receive_buffer_replace(buffer, length);
    note(stream, (struct event){.kind = EVENT_RECEIVED, .buffer = buffer, .length = length});
    stream_pause(stream);
}

static void frozen_sent(struct stream *stream, int error)
{
    note(stream, (struct event){.kind = EVENT_SENT, .error = error});
}

static void frozen_ended(struct stream *stream, int error)
{
    note(stream, (struct event){.kind = EVENT_ENDED, .error = error});
}

static void frozen_finished(struct stream *stream)
{
    note(stream, (struct event){.kind = EVENT_FINISHED});
}

static const struct stream_handler frozen_handler = {
    .received = frozen_received,
    .sent = frozen_sent,
    .ended = frozen_ended,
    .finished = frozen_finished,
};

static void freeze(struct busy *busy, struct connection *connection)
{
    if (connection->frozen)
        return;
    if (busy->frozen_count == busy->frozen_capacity) {
        busy->frozen_capacity = busy->frozen_capacity == 0 ? 16 : busy->frozen_capacity * 2;
        busy->frozen = memory_resize(busy->frozen, busy->frozen_capacity * sizeof(*busy->frozen));
    }
    busy->frozen[busy->frozen_count++] =
        (struct frozen){.connection = connection, .handler = connection->stream.handler};
    connection->stream.handler = &frozen_handler;
    connection->frozen = true;
    connection->references++;
}

static struct busy *busy_of(struct shard *shard)
{
    if (shard->busy == NULL) {
        shard->busy = memory_new_zeroed(1, sizeof(*shard->busy));
        link_freezer_freeze(&shard->links);
    }
    return shard->busy;
}

/* Those at work further out in this thread's turn. */
static void freeze_at_work(struct shard *shard, struct connection *own)
{
    struct busy *busy = busy_of(shard);
    const struct batch *batch = &shard->batch;

    if (own != NULL)
        freeze(busy, own);
    for (uint32_t i = batch->at; batch->running && i < batch->count; i++)
        if (batch->items[i].connection != NULL)
            freeze(busy, batch->items[i].connection);
    list_for_each (link, &shard->connections) {
        struct connection *connection = list_entry(link, struct connection, link);

        if (connection->processing)
            freeze(busy, connection);
    }
}

/* Those whose end would have to touch data that is another thread's for now. */
static void freeze_with_data(struct shard *shard)
{
    struct busy *busy = busy_of(shard);

    list_for_each (link, &shard->connections) {
        struct connection *connection = list_entry(link, struct connection, link);

        if (connection->waiting != NULL || connection->tracking != NULL)
            freeze(busy, connection);
    }
}

/* ---- Thawing ---- */

static void replay(const struct event *event)
{
    struct stream *stream = &event->connection->stream;

    switch (event->kind) {
    case EVENT_RECEIVED:
        if (stream->closing)
            receive_buffer_unpin(event->buffer);
        else
            stream->handler->received(stream, event->buffer, event->length);
        break;
    case EVENT_SENT:
        if (!stream->closing)
            stream->handler->sent(stream, event->error);
        break;
    case EVENT_ENDED:
        if (!stream->closing)
            stream->handler->ended(stream, event->error);
        break;
    case EVENT_FINISHED:
        stream->handler->finished(stream);
        break;
    }
}

static void go_on(struct connection *connection)
{
    if (!connection->closed) {
        if (!connection->reading_paused)
            stream_resume(&connection->stream);
        connection->stalled &= connection->owed_count > 0;
        connection_flush_later(connection);
        connection_process_later(connection);
    }
    connection_unreference(connection);
}

static void release_watches(struct shard *shard, const struct busy *busy)
{
    for (uint32_t i = 0; i < busy->watches_count; i++)
        watch_release(shard, busy->watches[i]);
    memory_free(busy->watches);
}

void busy_thaw(struct shard *shard)
{
    struct busy *busy = shard->busy;

    shard_assert_owner(shard);
    ASSERT(!shard->in_pause);
    shard->busy = NULL;
    for (uint32_t i = 0; i < busy->frozen_count; i++) {
        busy->frozen[i].connection->stream.handler = busy->frozen[i].handler;
        busy->frozen[i].connection->frozen = false;
    }
    for (uint32_t i = 0; i < busy->frozen_count; i++)
        hop_settle(busy->frozen[i].connection);
    for (uint32_t i = 0; i < busy->event_count; i++)
        replay(&busy->events[i]);
    for (uint32_t i = 0; i < busy->frozen_count; i++)
        go_on(busy->frozen[i].connection);
    batch_run(shard);
    /* What they have waited for has not come too late: it could not be taken before. */
    shard_read_clock(shard);
    link_freezer_thaw(&shard->links);
    connection_free_rest(shard);
    release_watches(shard, busy);
    memory_free(busy->frozen);
    memory_free(busy->events);
    memory_free(busy);
}

/* ---- Pauses ---- */

/* Is it not parked for somebody else's section? */
static bool is_free(const struct shard *shard)
{
    return atomic_load_explicit(&shard->parked, memory_order_acquire) == SHARD_FREE;
}

bool busy_allows(const struct shard *shard, const struct command *command)
{
    if (!(command->flags & COMMAND_ALLOW_BUSY))
        return false;
    /* Keys of a parked shard are not its thread's to look at. */
    return command->run != command_watch || is_free(shard);
}

void busy_postpone(struct shard *shard, struct connection *connection)
{
    freeze(busy_of(shard), connection);
}

void busy_release_watches(struct shard *shard, struct watches *watches)
{
    struct busy *busy;

    if (watches == NULL)
        return;
    if (!shard->in_pause && is_free(shard)) {
        watch_release(shard, watches);
        return;
    }
    busy = busy_of(shard);
    if (busy->watches_count == busy->watches_capacity) {
        busy->watches_capacity = busy->watches_capacity == 0 ? 16 : busy->watches_capacity * 2;
        busy->watches =
            memory_resize(busy->watches, busy->watches_capacity * sizeof(struct watches *));
    }
    busy->watches[busy->watches_count++] = watches;
}

struct span *busy_spans(struct shard *shard, uint32_t *capacity)
{
    ASSERT(shard->busy != NULL);
    *capacity = SPANS_MAX;
    return shard->busy->spans;
}

void busy_serve_parked(struct shard *shard)
{
    pthread_mutex_lock(&shard->pause_lock);
    if (atomic_load_explicit(&shard->parked, memory_order_relaxed) == SHARD_PARKED_AWAKE) {
        if (shard->busy == NULL) {
            /* Those that wait in line have touched nothing. They are told while the data are
             * another's, as all are in a pause. */
            shard->in_pause = true;
            section_refuse_waiting(shard);
            shard->in_pause = false;
            freeze_with_data(shard);
        }
        shard_turn_in_script(shard, PARKED_SLEEP_US);
    }
    pthread_mutex_unlock(&shard->pause_lock);
}

void busy_calm_parked(struct section *section)
{
    struct node *node = section->coordinator->node;

    for (uint32_t i = 0; i < node->shard_count; i++) {
        struct shard *shard = node->shards[i];

        if ((section->members >> i & 1) && shard != section->coordinator)
            shard_hold(shard);
    }
}

/* The shard whose thread this is. */
static struct shard *own_shard(const struct script_engine *engine)
{
    const struct section *section = engine->run->cmd->section;

    return section != NULL ? section->coordinator : engine->shard;
}

/* True when the script is one that runs long, from now on or already. */
static bool is_busy(struct script_engine *engine)
{
    struct shard *shard = engine->shard;
    uint32_t state = atomic_load_explicit(&shard->script_state, memory_order_relaxed);
    int64_t threshold = shard->config->busy_reply_threshold;
    uint64_t elapsed_ms;

    if (state != SCRIPT_RUNS)
        return true;
    elapsed_ms = clock_ticks_to_us(clock_ticks() - engine->started_ticks) / 1000;
    if (elapsed_ms > 0)
        engine->quick = 0;
    if (threshold <= 0 || elapsed_ms < (uint64_t)threshold)
        return false;
    running_begin(shard->node->running, engine);
    atomic_store_explicit(&shard->script_state, engine->wrote ? SCRIPT_BUSY_WROTE : SCRIPT_BUSY,
                          memory_order_release);
    /* Whoever reads this finds it so. */
    log_warning("script %.*s runs for %llu ms: SCRIPT KILL would end it",
                (int)engine->run->name.length, engine->run->name.data,
                (unsigned long long)elapsed_ms);
    batch_answer_in_pause(own_shard(engine), engine->run->cmd->connection);
    freeze_at_work(own_shard(engine), engine->run->cmd->connection);
    return true;
}

/* Those that are parked for the script's section, or for one that waits for the script. */
static void wake_parked(const struct section *section, const struct shard *own)
{
    for (uint32_t i = 0; i < own->node->shard_count; i++) {
        struct shard *shard = own->node->shards[i];

        if (shard == own)
            continue;
        shard_wake_parked(shard, section != NULL && (section->members >> i & 1) ? SHARD_HELD
                                                                                : SHARD_PARKED);
    }
}

static void pause_script(struct script_engine *engine)
{
    struct shard *own = own_shard(engine);
    uint64_t now = clock_ticks();

    wake_parked(engine->run->cmd->section, own);
    if (now < busy_of(own)->next_pause)
        return;
    shard_turn_in_script(own, 0);
    own->busy->next_pause = clock_ticks() + clock_us_to_ticks(PAUSE_EVERY_US);
}

/* Errors can be caught: from now on every line raises one. */
static void end_script(lua_State *lua, struct script_engine *engine)
{
    lua_sethook(engine->lua, busy_hook, LUA_MASKLINE | LUA_MASKCOUNT, 1);
    lua_sethook(lua, busy_hook, LUA_MASKLINE | LUA_MASKCOUNT, 1);
    script_api_raise(lua, engine->run->kind == SCRIPT_FUNCTION
                              ? "ERR Script killed by user with FUNCTION KILL."
                              : "ERR Script killed by user with SCRIPT KILL.");
}

void busy_hook(lua_State *lua, lua_Debug *at)
{
    (void)at;
    busy_look(lua);
}

void busy_look(lua_State *lua)
{
    struct script_engine *engine = script_engine_of_lua(lua);
    struct shard *shard = engine->shard;

    if (engine->run == NULL || !is_busy(engine))
        return;
    if (atomic_load_explicit(&shard->script_state, memory_order_relaxed) != SCRIPT_KILLED)
        pause_script(engine);
    /* The node's end ends scripts, whatever they have written. */
    if (atomic_load_explicit(&shard->node->stopping, memory_order_relaxed))
        atomic_store_explicit(&shard->script_state, SCRIPT_KILLED, memory_order_relaxed);
    if (atomic_load_explicit(&shard->script_state, memory_order_relaxed) == SCRIPT_KILLED)
        end_script(lua, engine);
}

/* ---- From any thread ---- */

/* A shard with a script that runs long; NULL when there is none. */
static const struct shard *busy_shard(const struct node *node)
{
    for (uint32_t i = 0; i < node->shard_count; i++) {
        uint32_t state = atomic_load_explicit(&node->shards[i]->script_state, memory_order_acquire);

        if (state == SCRIPT_BUSY || state == SCRIPT_BUSY_WROTE || state == SCRIPT_KILLED)
            return node->shards[i];
    }
    return NULL;
}

void busy_reply(const struct node *node, struct reply *reply)
{
    const struct shard *shard = busy_shard(node);

    /* A script of the log: nobody could kill it. */
    if (atomic_load(&node->loading))
        reply_error_literal(reply, "LOADING Redis is loading the dataset in memory");
    else if (shard != NULL &&
             atomic_load_explicit(&shard->script_kind, memory_order_relaxed) == SCRIPT_FUNCTION)
        reply_error_literal(reply, "BUSY Redis is busy running a script. You can only call "
                                   "FUNCTION KILL or SHUTDOWN NOSAVE.");
    else
        reply_error_literal(reply, "BUSY Redis is busy running a script. You can only call "
                                   "SCRIPT KILL or SHUTDOWN NOSAVE.");
}

bool busy_is(const struct node *node)
{
    return busy_shard(node) != NULL;
}

void busy_kill(struct node *node, enum script_kind kind, struct reply *reply)
{
    bool killed = false;
    bool wrote = false;
    bool other = false;

    for (uint32_t i = 0; i < node->shard_count; i++) {
        struct shard *shard = node->shards[i];
        uint32_t state = SCRIPT_BUSY;

        if (atomic_load_explicit(&shard->script_state, memory_order_acquire) < SCRIPT_BUSY)
            continue;
        if (atomic_load_explicit(&shard->script_kind, memory_order_relaxed) != kind)
            other = true;
        else if (atomic_compare_exchange_strong(&shard->script_state, &state, SCRIPT_KILLED) ||
                 state == SCRIPT_KILLED)
            killed = true;
        else
            wrote |= state == SCRIPT_BUSY_WROTE;
    }
    if (killed)
        reply_ok(reply);
    else if (wrote)
        reply_error_literal(
            reply, "UNKILLABLE Sorry the script already executed write commands against the "
                   "dataset. You can either wait the script termination or kill the server in a "
                   "hard way using the SHUTDOWN NOSAVE command.");
    else if (other)
        busy_reply(node, reply);
    else
        reply_error_literal(reply, "NOTBUSY No scripts in execution right now.");
}
