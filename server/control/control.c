#include "server/control/control.h"

#include "proto/base/assert.h"
#include "proto/base/memory.h"
#include "server/access/access.h"
#include "server/append_only/append_only.h"
#include "server/control/cluster_driver.h"
#include "server/control/shutdown.h"
#include "server/control/watchdog.h"
#include "server/http/http.h"
#include "server/loading/loading.h"
#include "server/migration/migration.h"
#include "server/observe/clock.h"
#include "server/observe/log.h"
#include "server/pubsub/notification.h"
#include "server/replication/replication.h"
#include "server/replication/role.h"
#include "server/shard/listening.h"
#include "server/shard/listening_set.h"
#include "server/shard/shard.h"
#include "server/snapshot/save.h"
#include "server/snapshot/snapshot.h"

#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

enum {
    TICK_MS = 100,
    STOP_POLL_US = 5000,
    CONTROL_BUFFERS = 16,
    CONTROL_BUFFER_SIZE = 16 * 1024,
    STOP_LIMIT_MS = 10000,
};

/* The one thing that a signal handler may touch. */
static atomic_int stop_signal;

void control_signal_stop(int signal_number)
{
    stop_signal = signal_number;
}

struct node_id control_random_id(struct control *control)
{
    static const char digits[] = "0123456789abcdef";
    struct node_id id;

    for (int i = 0; i < NODE_ID_LENGTH; i++)
        id.text[i] = digits[random_below(&control->random, 16)];
    return id;
}

/* ---- Settings ---- */

struct config_change {
    const struct config *before;
    void (*done)(struct control *control, void *context);
    void *context;
};

static void adopt_config(struct shard *shard, const void *subject)
{
    const struct config *config = subject;

    shard_assert_owner(shard);
    shard->config = config;
    notification_config_changed(shard);
    tracking_tick(shard); /* its table may have to shrink */
    eviction_settings(shard);
}

static void config_adopted(struct control *control, void *context)
{
    struct config_change *change = context;

    change->done(control, change->context);
    config_free((struct config *)(uintptr_t)change->before);
    memory_free(change);
}

void control_publish_config(struct control *control, const struct config *config,
                            void (*done)(struct control *control, void *context), void *context)
{
    struct config_change *change = memory_new(sizeof(*change));

    *change = (struct config_change){.before = control->config, .done = done, .context = context};
    control->config = config;
    log_set_level(config->loglevel);
    cluster_driver_settings(control);
    save_settings(control);
    append_only_settings(control);
    replication_settings(control);
    publication_start(control, config, adopt_config, config_adopted, change);
}

/* ---- Users ---- */

struct users_change {
    const struct users *before;
    void (*done)(struct control *control, void *context);
    void *context;
};

static void adopt_users(struct shard *shard, const void *subject)
{
    access_adopt(shard, subject);
}

static void users_adopted(struct control *control, void *context)
{
    struct users_change *change = context;

    if (change->done != NULL)
        change->done(control, change->context);
    users_free((struct users *)(uintptr_t)change->before);
    memory_free(change);
}

void control_publish_users(struct control *control, const struct users *users,
                           void (*done)(struct control *control, void *context), void *context)
{
    struct users_change *change = memory_new(sizeof(*change));

    *change = (struct users_change){.before = control->users, .done = done, .context = context};
    control->users = users;
    publication_start(control, users, adopt_users, users_adopted, change);
}

/* ---- Addresses ---- */

static void adopt_listening(struct shard *shard, const void *subject)
{
    listening_adopt(shard, subject);
}

static void listening_adopted(struct control *control, void *context)
{
    struct listening_set *set = context;

    set->adopting = false;
    if (set != control->node->listening)
        memory_free(set);
}

void control_publish_listening(struct control *control, struct listening_set *set)
{
    struct listening_set *before = control->node->listening;

    ASSERT(set->shard_count == control->node->shard_count);
    control->node->listening = set;
    set->adopting = true;
    if (!before->adopting)
        memory_free(before);
    publication_start(control, set, adopt_listening, listening_adopted, set);
}

/* ---- Stopping ---- */

/* Tells one shard something in passing. */
struct notice {
    struct message message; /* first */
};

static void notice_returned(struct message *message, void *sender)
{
    (void)sender;
    memory_free(message);
}

static void tell_all(struct control *control, void (*deliver)(struct message *, void *))
{
    for (uint16_t i = 0; i < control->node->shard_count; i++) {
        struct notice *notice = memory_new_zeroed(1, sizeof(*notice));

        notice->message = (struct message){.deliver = deliver, .returned = notice_returned};
        mailbox_post(control->mailbox, &notice->message, i);
    }
}

static void stop_deliver(struct message *message, void *receiver)
{
    struct shard *shard = receiver;

    shard->stopping = true;
    message_return(shard->mailbox, message);
}

static void part_deliver(struct message *message, void *receiver)
{
    struct shard *shard = receiver;

    shard->parting = true;
    message_return(shard->mailbox, message);
}

static void finish_deliver(struct message *message, void *receiver)
{
    struct shard *shard = receiver;

    shard->finished = true;
    message_return(shard->mailbox, message);
}

void control_stop(struct control *control)
{
    if (control->stopping)
        return;
    control->stopping = true;
    control->stop_by_ms = clock_monotonic_ms() + STOP_LIMIT_MS;
    supervision_stopping(control);
    save_close(control);
    snapshot_close(control);
    role_end(control);
    replication_stop(control);
    atomic_store(&control->node->stopping, true);
    tell_all(control, stop_deliver);
}

/* Before, shards work for each other's connections. */
static void part_when_silent(struct control *control)
{
    bool silent = true;

    if (!control->stopping || control->parting)
        return;
    for (uint32_t i = 0; i < control->node->shard_count; i++)
        silent &= atomic_load(&control->node->shards[i]->silent);
    if (!silent)
        return;
    control->parting = true;
    tell_all(control, part_deliver);
}

/* The shards leave together, when none has anything under way that another waits for. */
static void finish_when_drained(struct control *control)
{
    bool drained = !cluster_driver_is_busy(control) && !snapshot_is_active(control) &&
                   !append_only_is_busy(control);

    if (!control->stopping || control->finished)
        return;
    for (uint32_t i = 0; i < control->node->shard_count; i++)
        drained &= atomic_load(&control->node->shards[i]->drained);
    if (!drained && clock_monotonic_ms() < control->stop_by_ms)
        return;
    if (!drained) {
        log_warning("some connections did not end in time");
        control->node->abandoned = true;
    }
    control->finished = true;
    tell_all(control, finish_deliver);
}

/* ---- The loop ---- */

static void woken(void *context)
{
    struct control *control = context;

    mailbox_awake(control->mailbox);
    control->now = clock_now_ms();
}

static void tick(struct control *control)
{
    int64_t now = clock_monotonic_ms();
    int number = atomic_exchange(&stop_signal, 0);

    if (number != 0)
        shutdown_signal(control, number);
    part_when_silent(control);
    finish_when_drained(control);
    shutdown_tick(control);
    cluster_driver_tick(control);
    if (now < control->next_tick_ms)
        return;
    control->next_tick_ms = now + TICK_MS;
    watchdog_tick(control, now);
    supervision_tick(control, now);
    loading_tick(control);
    tls_reload_tick(control, now);
    save_tick(control);
    append_only_tick(control);
    replication_tick(control);
    migration_tick(control);
    http_tick(control);
}

static void turn(struct control *control, bool *more)
{
    int64_t deadline = cluster_driver_deadline(control);
    int64_t wait_ms = (deadline < control->next_tick_ms ? deadline : control->next_tick_ms) -
                      clock_monotonic_ms();
    int64_t patience_us = replication_patience_us(control);
    int64_t wait_us = wait_ms * 1000 < patience_us ? wait_ms * 1000 : patience_us;

    if (control->stopping && wait_us > STOP_POLL_US)
        wait_us = STOP_POLL_US;
    if (*more || stop_signal != 0 || wait_us < 0)
        wait_us = control->stopping ? STOP_POLL_US : 0;
    if (wait_us > 0 && !mailbox_may_sleep(control->mailbox))
        wait_us = 0;
    reactor_turn(control->reactor, wait_us);
    *more = mailbox_drain(control->mailbox, UINT64_MAX);
    tick(control);
    *more |= http_turn(control);
    replication_turn(control);
    bus_pubsub_flush(control);
    mailbox_flush(control->mailbox);
}

static bool control_start(struct control *control)
{
    struct reactor_options options = {.kind = control->node->io.kind,
                                      .buffer_count = CONTROL_BUFFERS,
                                      .buffer_size = CONTROL_BUFFER_SIZE,
                                      .woken = woken,
                                      .context = control};
    char error[256];
    uint64_t seed;

    if (getrandom(&seed, sizeof(seed), 0) != sizeof(seed))
        return false;
    random_seed(&control->random, seed);
    control->now = clock_now_ms();
    control->reactor = reactor_create(&options, error);
    if (control->reactor == NULL) {
        log_warning("the control thread cannot start: %s", error);
        return false;
    }
    control->mailbox = mailbox_open(control->node->office, node_control_index(control->node),
                                    control->reactor, control);
    snapshot_open(control);
    save_open(control);
    append_only_open(control);
    replication_open(control);
    migration_open(control);
    return http_open(control) && (!control->node->cluster_enabled || cluster_driver_start(control));
}

/* Only what the shards send back is still looked at: what came from outside could lead to messages
 * for shards that have ended, which would never come back. */
static void join_shards(struct control *control)
{
    const struct timespec pause = {.tv_nsec = 1000 * 1000};

    for (uint32_t i = 0; i < control->node->shard_count; i++) {
        while (pthread_tryjoin_np(control->node->shards[i]->thread, NULL) != 0) {
            mailbox_drain(control->mailbox, UINT64_MAX);
            mailbox_flush(control->mailbox);
            reactor_submit(control->reactor);
            nanosleep(&pause, NULL);
            if (clock_monotonic_ms() < control->stop_by_ms + STOP_LIMIT_MS)
                continue;
            log_warning("shard %u does not end: the process ends without it", i);
            _exit(1);
        }
    }
    mailbox_drain(control->mailbox, UINT64_MAX);
}

static void serve(struct control *control)
{
    struct node *node = control->node;
    bool more = false;

    control->serving = true;
    watchdog_measure_memory(node);
    pthread_barrier_wait(&node->started_barrier);
    log_notice("listening: port %d, TLS port %d, %u shards, process %d", (int)control->config->port,
               (int)control->config->tls_port, node->shard_count, (int)getpid());
    if (node->load == NULL)
        supervision_ready(control);
    while (!control->finished)
        turn(control, &more);
    reactor_submit(control->reactor);
    join_shards(control);
    log_notice("the node has stopped");
}

/* The shards' threads wait at the second barrier and find that there is nothing to do. */
static void give_up(struct control *control)
{
    for (uint32_t i = 0; i < control->node->shard_count; i++)
        control->node->shards[i]->finished = true;
    atomic_store(&control->node->stopping, true);
    pthread_barrier_wait(&control->node->started_barrier);
    for (uint32_t i = 0; i < control->node->shard_count; i++)
        pthread_join(control->node->shards[i]->thread, NULL);
}

int control_run(struct node *node, const struct config *config, struct users *users)
{
    struct control control = {.node = node, .config = config, .users = users};
    bool started = control_start(&control) &&
                   /* What is loaded first goes on with that when it is loaded. */
                   (node->load != NULL || append_only_begin(&control, false, NULL, NULL));

    node->control = &control;
    if (started)
        serve(&control);
    else
        give_up(&control);
    http_close(&control);
    cluster_driver_stop(&control);
    snapshot_free_all(&control);
    save_free(&control);
    if (control.append_only != NULL)
        append_only_close(&control);
    shutdown_free(&control);
    replication_close(&control);
    migration_close(&control);
    if (control.reactor != NULL)
        reactor_destroy(control.reactor);
    config_free((struct config *)(uintptr_t)control.config);
    users_free((struct users *)(uintptr_t)control.users);
    return started ? 0 : 1;
}
