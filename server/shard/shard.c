#include "server/shard/shard.h"

#include "proto/base/assert.h"
#include "proto/base/memory.h"
#include "server/access/access_log.h"
#include "server/append_only/append_hold.h"
#include "server/append_only/append_wait.h"
#include "server/config/config.h"
#include "server/connection/connection.h"
#include "server/connection/connection_memory.h"
#include "server/connection/output.h"
#include "server/dispatch/denial.h"
#include "server/dispatch/foreign_block.h"
#include "server/dispatch/hop.h"
#include "server/journal/journal_tape.h"
#include "server/journal/recording.h"
#include "server/loading/loading.h"
#include "server/migrate/transfer.h"
#include "server/migration/migration_shard.h"
#include "server/observe/clock.h"
#include "server/observe/latency.h"
#include "server/observe/log.h"
#include "server/observe/slowlog.h"
#include "server/pubsub/notification.h"
#include "server/script/busy.h"
#include "server/script/cache.h"
#include "server/script/engine.h"
#include "server/shard/listening.h"
#include "server/shard/section.h"
#include "server/snapshot/snapshot_part.h"
#include "server/tls/tls_connection.h"
#include "server/tls/tls_context.h"

#include <linux/futex.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

enum {
    SHARD_BUFFERS = 512,
    SHARD_BUFFER_SIZE = 16 * 1024,
    TICK_MS = 100,
    DEFRAGMENTATION_MS = 2, /* it looks again after so long, while it has something to do */
    /* Time for other threads' messages per turn, so that no shard's turn is another's. */
    DRAIN_US = 1000,
    /* Time for housekeeping per turn, and the pieces it is done in. */
    SLICE_US = 500,
    SLICE_PIECE = 128,
    /* While a full ring keeps messages back, the shard looks again after so long. */
    BACKLOG_WAIT_US = 200,
    LINGER_US = 2, /* less than a sleep and a bell cost both sides */
    /* A sweep passes every connection once in so many ticks. */
    SWEEP_TICKS = 10,
};

#ifdef TESSERA_DEBUG
static uint64_t current_thread(void)
{
    return (uint64_t)pthread_self();
}

void shard_assert_owner(const struct shard *shard)
{
    if (atomic_load_explicit(&shard->thread_id, memory_order_relaxed) == current_thread())
        return;
    /* Parked for a script that runs long, it serves its own clients meanwhile. */
    ASSERT((uint64_t)shard->thread == current_thread());
    ASSERT(shard->in_pause);
}
#endif

void shard_lend(struct shard *shard, const struct shard *holder)
{
    atomic_store_explicit(&shard->thread_id, (uint64_t)holder->thread, memory_order_relaxed);
}

/* ---- Parking ---- */

static void futex_wait(_Atomic uint32_t *word, uint32_t value)
{
    syscall(SYS_futex, word, FUTEX_WAIT_PRIVATE, value, NULL, NULL, 0);
}

void shard_park(struct shard *shard)
{
    atomic_store_explicit(&shard->sleeping, true, memory_order_relaxed);
    for (;;) {
        uint32_t parked = atomic_load_explicit(&shard->parked, memory_order_acquire);

        if (parked == SHARD_FREE)
            break;
        if (parked == SHARD_PARKED_AWAKE)
            busy_serve_parked(shard);
        else
            futex_wait(&shard->parked, parked);
    }
    atomic_store_explicit(&shard->sleeping, false, memory_order_relaxed);
}

void shard_release(struct shard *shard)
{
    shard_lend(shard, shard);
    atomic_store_explicit(&shard->parked, SHARD_FREE, memory_order_release);
    syscall(SYS_futex, &shard->parked, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0);
}

void shard_hold(struct shard *shard)
{
    uint32_t parked = atomic_exchange(&shard->parked, SHARD_HELD);

    ASSERT(parked != SHARD_FREE);
    if (parked != SHARD_PARKED_AWAKE)
        return;
    /* It begins no other pause: that which it is in comes to its end. */
    pthread_mutex_lock(&shard->pause_lock);
    pthread_mutex_unlock(&shard->pause_lock);
}

void shard_wake_parked(struct shard *shard, enum shard_parked from)
{
    uint32_t parked = from;

    if (atomic_compare_exchange_strong(&shard->parked, &parked, SHARD_PARKED_AWAKE))
        syscall(SYS_futex, &shard->parked, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0);
}

/* ---- Work in slices ---- */

static uint64_t slice_end(void)
{
    return clock_ticks() + clock_us_to_ticks(SLICE_US);
}

/* Do keys go when their time has come? Of a copy, its primary says when. */
static bool expires(const struct shard *shard)
{
    return shard->active_expire && !shard->is_replica && !shard_is_paused(shard);
}

/* True when more is due at once. */
static bool expire_slice(struct shard *shard)
{
    uint64_t start = clock_ticks();
    uint64_t end = slice_end();
    bool more = true;

    if (!expires(shard) || keyspace_next_expiry(shard->keyspace) > shard->now)
        return false;
    while (more && clock_ticks() < end)
        more = keyspace_expire(shard->keyspace, shard->now, SLICE_PIECE);
    shard->statistics.expired_time_capped += more;
    latency_note(shard, LATENCY_EXPIRE_CYCLE, clock_ticks_to_us(clock_ticks() - start));
    return more;
}

static bool reclaim_slice(struct shard *shard)
{
    uint64_t end = slice_end();
    bool more = true;

    while (more && clock_ticks() < end)
        more = keyspace_reclaim(shard->keyspace, SLICE_PIECE);
    return more;
}

/* What the turn has to say is on its way before the shard turns to its snapshot. */
static bool snapshot_slice(struct shard *shard)
{
    bool more;

    reactor_submit(shard->reactor);
    more = snapshot_part_slice(shard, shard->woken_ticks);
    mailbox_flush(shard->mailbox);
    return more;
}

/* Likewise. */
static bool migration_slice(struct shard *shard)
{
    bool more;

    reactor_submit(shard->reactor);
    more = migration_shard_turn(shard, shard->woken_ticks);
    mailbox_flush(shard->mailbox);
    return more;
}

static void sweep_connections(struct shard *shard)
{
    uint32_t count = shard->connection_count / SWEEP_TICKS + 1;

    while (count-- > 0 && !list_empty(&shard->connections)) {
        struct connection *connection;

        if (shard->sweep == NULL || shard->sweep == &shard->connections)
            shard->sweep = shard->connections.next;
        connection = list_entry(shard->sweep, struct connection, link);
        shard->sweep = shard->sweep->next;
        connection_sweep(connection);
    }
}

void shard_resume_stalled(struct shard *shard)
{
    list_for_each (link, &shard->connections) {
        struct connection *connection = list_entry(link, struct connection, link);

        if (connection->stalled) {
            connection->stalled = connection->owed_count > 0;
            connection_process_later(connection);
        }
    }
}

/* Lets commands go on that CLIENT PAUSE has kept. */
static void end_pause(struct shard *shard)
{
    if (shard->pause_kind == PAUSE_NONE || shard->now < shard->pause_until)
        return;
    shard->pause_kind = PAUSE_NONE;
    shard_resume_stalled(shard);
}

static void publish_has_keys(struct shard *shard)
{
    bool has_keys = false;

    for (uint32_t i = 0; i < shard->node->databases && !has_keys; i++)
        has_keys = keyspace_size(shard->keyspace, i) > 0;
    atomic_store_explicit(&shard->has_keys, has_keys, memory_order_relaxed);
}

static void tick(struct shard *shard)
{
    /* A tick further away than it can be: the clock was set back. */
    if (shard->now < shard->next_tick && shard->next_tick - shard->now <= TICK_MS)
        return;
    shard->next_tick = shard->now + TICK_MS;
    end_pause(shard);
    sweep_connections(shard);
    tracking_tick(shard);
    if (shard->script != NULL)
        script_cache_age(shard->script->cache, shard->now);
    append_wait_turn(shard);
    transfers_tick(shard);
    defragmentation_tick(shard);
    statistics_tick(&shard->statistics, shard->now);
    if (!shard->stopping)
        listening_retry(shard);
}

/* ---- The loop ---- */

static void process_ready(struct shard *shard)
{
    struct list_link ready;

    /* What becomes ready meanwhile is for the next turn, so that a turn ends. */
    if (!list_take_all(&shard->ready, &ready))
        return;
    for (struct list_link *link; (link = list_pop_front(&ready)) != NULL;) {
        struct connection *connection = list_entry(link, struct connection, ready_link);

        if (__builtin_expect(connection->frozen, 0) && shard->in_pause)
            connection_process_later(connection);
        else if (connection->close_now)
            connection_close(connection);
        else
            connection_process(connection);
    }
    batch_run(shard);
}

/* Some connections may ask for the next turn: then they are on the list again. */
static void flush_connections(struct shard *shard)
{
    struct list_link unflushed;

    if (!list_take_all(&shard->unflushed, &unflushed))
        return;
    for (struct list_link *link; (link = list_pop_front(&unflushed)) != NULL;)
        connection_flush(list_entry(link, struct connection, unflushed_link));
}

void shard_read_clock(struct shard *shard)
{
    /* No time passes within a script. */
    if (atomic_load_explicit(&shard->script_state, memory_order_relaxed) != SCRIPT_IDLE)
        return;
    shard->now = clock_now_ms();
    keyspace_set_time(shard->keyspace, shard->now);
}

/* What is here after a sleep has just come; else it came at some time since the last look. A rest
 * shorter than the work before it may have been none: something was there already. */
static void note_arrival(struct shard *shard, uint64_t now)
{
    uint64_t asleep = shard->asleep_ticks;
    bool slept = asleep != 0 && now - asleep > asleep - shard->woken_ticks;

    shard->arrived_ticks = slept ? now : shard->woken_ticks;
    shard->woken_ticks = now;
}

static void woken(void *context)
{
    struct shard *shard = context;

    /* The heart is to beat from here on: whoever has borrowed the data must give it back. */
    /* In the middle of a script no time passes for the data. */
    if (shard->in_pause)
        return;
    atomic_store_explicit(&shard->sleeping, false, memory_order_relaxed);
    mailbox_awake(shard->mailbox);
    denial_refresh(shard);
    shard_read_clock(shard);
    note_arrival(shard, clock_ticks());
}

/* How long the turn may wait, in microseconds. */
static int64_t patience(struct shard *shard)
{
    time_ms until = shard->next_tick;
    time_ms expiry = keyspace_next_expiry(shard->keyspace);
    time_ms deadline = blocked_next_deadline(&shard->blocked);

    if (expires(shard) && expiry < until)
        until = expiry;
    if (deadline < until)
        until = deadline;
    if (!list_empty(&shard->unflushed) && until > shard->now + 1)
        until = shard->now + 1;
    if (shard->append_log != NULL && append_log_deadline(shard->append_log) < until)
        until = append_log_deadline(shard->append_log);
    if (shard->append_news)
        until = shard->now;
    if (shard->defragmentation.effort > 0 && until > shard->now + DEFRAGMENTATION_MS)
        until = shard->now + DEFRAGMENTATION_MS;
    if (until > shard->now + TICK_MS)
        until = shard->now + TICK_MS;
    return until > shard->now ? (until - shard->now) * 1000 : 0;
}

/* Other shards are at work for this one: their answers come in less time than it takes to fall
 * asleep, to be rung for, and to wake. */
static bool lingers(struct shard *shard)
{
    return shard->hops_under_way > 0 &&
           mailbox_linger(shard->mailbox, clock_ticks() + clock_us_to_ticks(LINGER_US));
}

static void turn(struct shard *shard, bool *more)
{
    int64_t timeout_us = 0;

    if (!*more && list_empty(&shard->ready)) {
        timeout_us = patience(shard);
        if (timeout_us > 0 && mailbox_is_backlogged(shard->mailbox))
            timeout_us = BACKLOG_WAIT_US;
        else if (timeout_us > 0 && (lingers(shard) || !mailbox_may_sleep(shard->mailbox)))
            timeout_us = 0;
        atomic_store_explicit(&shard->sleeping, timeout_us > 0, memory_order_relaxed);
    }
    shard->asleep_ticks = timeout_us > 0 ? clock_ticks() : 0;
    reactor_turn(shard->reactor, timeout_us);
    batch_run(shard);
    *more = mailbox_drain(shard->mailbox, clock_ticks() + clock_us_to_ticks(DRAIN_US));
    *more |= tls_connection_turn(shard);
    process_ready(shard);
    if (__builtin_expect(shard->loading != NULL, 0)) {
        *more |= loading_turn(shard);
    } else {
        *more |= expire_slice(shard);
        *more |= eviction_turn(shard);
    }
    *more |= reclaim_slice(shard);
    defragmentation_turn(shard);
    tick(shard);
    if (blocked_is_due(&shard->blocked, shard->now))
        blocked_turn(shard);
    if (tracking_is_due(&shard->tracking))
        *more |= tracking_turn(shard);
    if (__builtin_expect(shard->busy != NULL, 0))
        busy_thaw(shard);
    pubsub_flush(shard);
    if (__builtin_expect(shard->append_log != NULL, 0))
        append_log_turn(shard->append_log);
    if (__builtin_expect(shard->append_news, 0))
        append_hold_turn(shard);
    if (replication_source_has_news(&shard->replication_source))
        replication_source_hand_over(shard, shard);
    flush_connections(shard);
    connection_memory_turn(shard);
    foreign_block_flush(shard);
    mailbox_flush(shard->mailbox);
    if (__builtin_expect(shard->snapshot_part != NULL, 0))
        *more |= snapshot_slice(shard);
    if (__builtin_expect(migration_shard_has_work(shard->migration), 0))
        *more |= migration_slice(shard);
    shard->statistics.turns++;
    atomic_store_explicit(&shard->heartbeat, shard->statistics.turns, memory_order_relaxed);
    atomic_store_explicit(&shard->changes, shard->statistics.changes, memory_order_relaxed);
    publish_has_keys(shard);
}

void shard_turn_in_script(struct shard *shard, int64_t timeout_us)
{
    shard->in_pause = true;
    section_refuse_waiting(shard);
    reactor_turn(shard->reactor, timeout_us);
    mailbox_drain_in_script(shard->mailbox);
    tls_connection_turn(shard);
    process_ready(shard);
    flush_connections(shard);
    mailbox_flush(shard->mailbox);
    reactor_submit(shard->reactor);
    shard->in_pause = false;
    shard->statistics.turns++;
    atomic_store_explicit(&shard->heartbeat, shard->statistics.turns, memory_order_relaxed);
}

/* Everything that was begun comes to its end: other shards still wait for messages from here. */
static void close_connections(struct shard *shard)
{
    listening_stop(shard);
    transfers_stop(shard);
    while (!list_empty(&shard->connections))
        connection_close(list_entry(shard->connections.next, struct connection, link));
}

/* The log goes on until no other shard's clients can write here: they would be told that it was. */
static void part(struct shard *shard)
{
    if (shard->connections_alive > 0)
        return;
    atomic_store(&shard->silent, true);
    if (!shard->parting)
        return;
    if (shard->append_log != NULL)
        append_log_detach(shard->append_log);
    else if (mailbox_outstanding(shard->mailbox) == 0)
        atomic_store(&shard->drained, true);
}

static void *shard_main(void *argument)
{
    struct shard *shard = argument;
    struct reactor_options options = {.kind = shard->node->io.kind,
                                      .buffer_count = SHARD_BUFFERS,
                                      .buffer_size = SHARD_BUFFER_SIZE,
                                      .woken = woken,
                                      .context = shard};
    char name[16];
    bool more = false;

    snprintf(name, sizeof(name), "shard-%u", shard->index);
    pthread_setname_np(pthread_self(), name);
    atomic_store_explicit(&shard->thread_id, (uint64_t)pthread_self(), memory_order_relaxed);
    shard->reactor = reactor_create(&options, shard->start_error);
    if (shard->reactor != NULL) {
        shard->mailbox = mailbox_open(shard->node->office, shard->index, shard->reactor, shard);
        shard_read_clock(shard);
        shard->woken_ticks = clock_ticks();
    }
    pthread_barrier_wait(&shard->node->started_barrier);
    if (shard->reactor == NULL)
        return NULL;
    /* A second time: the main thread has seen that all shards are well and published the view. */
    pthread_barrier_wait(&shard->node->started_barrier);
    if (!atomic_load(&shard->node->stopping))
        listening_start(shard);
    while (!shard->finished) {
        turn(shard, &more);
        if (shard->stopping && !shard->closed) {
            close_connections(shard);
            migration_shard_stop(shard);
            shard->closed = true;
        }
        if (__builtin_expect(shard->closed, 0))
            part(shard);
    }
    return NULL;
}

/* ---- Life ---- */

/* A key has gone, and no command has done it. */
static void key_gone(struct shard *shard, uint32_t database, const struct entry *entry, bool lazily)
{
    struct key key;

    if (__builtin_expect(shard->journal.is_read, 0))
        recording_key_gone(shard, database, entry_key(entry),
                           lazily ? SPAN("UNLINK") : SPAN("DEL"));
    if (shard->blocked.table.queue_count == 0 && !shard->tracking.watching)
        return;
    key = keyspace_key(shard->keyspace, entry_key(entry));
    blocked_key_changed(shard, database, &key);
    if (shard->tracking.watching)
        tracking_key_changed(shard, &key, 0);
}

static void key_expired(void *context, uint32_t database, const struct entry *entry)
{
    struct shard *shard = context;

    if (__builtin_expect(notification_is_on(shard->config), 0))
        notification_send(shard, NOTIFY_EXPIRED, "expired", database, entry_key(entry));
    key_gone(shard, database, entry, shard->config->lazyfree_lazy_expire);
}

static void key_evicted(void *context, uint32_t database, const struct entry *entry)
{
    struct shard *shard = context;

    if (__builtin_expect(notification_is_on(shard->config), 0))
        notification_send(shard, NOTIFY_EVICTED, "evicted", database, entry_key(entry));
    key_gone(shard, database, entry, shard->config->lazyfree_lazy_eviction);
}

static void elements_expired(void *context, uint32_t database, const struct entry *entry,
                             const struct span *element, bool last)
{
    struct shard *shard = context;
    struct key key;

    if (element != NULL) {
        recording_field_gone(shard, database, entry_key(entry), *element);
        return;
    }
    if (shard->tracking.watching) {
        key = keyspace_key(shard->keyspace, entry_key(entry));
        tracking_key_changed(shard, &key, 0);
    }
    if (!notification_is_on(shard->config))
        return;
    notification_send(shard, NOTIFY_HASH, "hexpired", database, entry_key(entry));
    if (last)
        notification_send(shard, NOTIFY_GENERIC, "del", database, entry_key(entry));
}

struct shard *shard_create(struct node *node, uint16_t index, const struct config *config,
                           const struct users *users)
{
    struct shard *shard = aligned_alloc(64, (sizeof(*shard) + 63) / 64 * 64);
    struct keyspace_options options = {.databases = node->databases, .hash_seed = node->hash_seed};

    ASSERT(shard != NULL);
    memset(shard, 0, sizeof(*shard));
    shard->node = node;
    shard->index = index;
    /* Its maker's, until its own thread runs. */
    atomic_store_explicit(&shard->thread_id, (uint64_t)pthread_self(), memory_order_relaxed);
    shard->config = config;
    shard->users = users;
    shard->active_expire = true;
    random_seed(&shard->random, node->hash_seed + index + 1);
    options.random_seed = random_next(&shard->random);
    shard->keyspace = keyspace_create(&options);
    keyspace_on_expired(shard->keyspace, key_expired, shard);
    keyspace_on_evicted(shard->keyspace, key_evicted, shard);
    keyspace_on_elements_expired(shard->keyspace, elements_expired, shard);
    notification_config_changed(shard);
    list_init(&shard->append_held);
    list_init(&shard->append_waits);
    list_init(&shard->unflushed);
    list_init(&shard->transfers);
    list_init(&shard->target_links);
    list_init(&shard->ready);
    list_init(&shard->connections);
    list_init(&shard->unfreed);
    pthread_mutex_init(&shard->pause_lock, NULL);
    list_init(&shard->listenings);
    list_init(&shard->monitor_clients);
    list_init(&shard->tls_waiting);
    blocked_init(&shard->blocked);
    tracking_init(&shard->tracking);
    journal_init(&shard->journal);
    pubsub_init(&shard->pubsub, node->hash_seed);
    statistics_create(&shard->statistics);
    shard->slot_statistics = memory_new_zeroed(SLOT_COUNT, sizeof(*shard->slot_statistics));
    shard->slowlog = slowlog_create();
    shard->access_log = access_log_create();
    shard->latency = memory_new_zeroed(LATENCY_EVENTS, sizeof(*shard->latency));
    shard->reply_pool = reply_pool_create();
    node->shards[index] = shard;
    eviction_settings(shard);
    return shard;
}

bool shard_start(struct shard *shard)
{
    return pthread_create(&shard->thread, NULL, shard_main, shard) == 0;
}

void shard_destroy(struct shard *shard)
{
    memory_free(shard->slot_holds.by_slot);
    snapshot_part_free(shard);
    migration_shard_free(shard);
    script_engine_destroy(shard->script);
    pthread_mutex_destroy(&shard->pause_lock);
    hop_free_all(shard);
    blocked_free(&shard->blocked);
    tracking_free(&shard->tracking);
    journal_tape_free(shard->journal_tape);
    replication_source_free(&shard->replication_source);
    journal_free(&shard->journal);
    connection_index_free(&shard->connections_by_id);
    pubsub_free(&shard->pubsub);
    if (shard->reactor != NULL)
        reactor_destroy(shard->reactor);
    listening_free(shard);
    keyspace_destroy(shard->keyspace);
    statistics_free(&shard->statistics);
    slowlog_destroy(shard->slowlog);
    access_log_destroy(shard->access_log);
    reply_pool_destroy(shard->reply_pool);
    tls_context_release(shard->tls);
    memory_free(shard->latency);
    memory_free(shard->slot_statistics);
    free(shard);
}
