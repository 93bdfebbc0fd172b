#include "server/control/shutdown.h"

#include "proto/base/assert.h"
#include "proto/base/memory.h"
#include "server/append_only/append_only.h"
#include "server/config/config.h"
#include "server/control/cluster_driver.h"
#include "server/control/control.h"
#include "server/control/hold.h"
#include "server/observe/clock.h"
#include "server/observe/log.h"
#include "server/replication/replication.h"
#include "server/replication/replication_farewell.h"
#include "server/snapshot/save.h"
#include "server/snapshot/snapshot.h"

#include <signal.h>
#include <unistd.h>

enum { ASK_AGAIN_MS = 1000 };

/* Somebody who waits for it. */
struct shutdown_waiter {
    struct shutdown_waiter *next;
    shutdown_done *done;
    void *context;
};

struct shutdown {
    uint32_t mode;
    bool aborted;
    bool saves;
    uint64_t saving; /* number of the snapshot; 0: not yet */
    struct shutdown_waiter *waiters;
};

static void tell(struct control *control, struct shutdown_waiter *waiter, bool stops)
{
    while (waiter != NULL) {
        struct shutdown_waiter *next = waiter->next;

        if (waiter->done != NULL)
            waiter->done(control, stops, waiter->context);
        memory_free(waiter);
        waiter = next;
    }
}

static void end(struct control *control, bool stops)
{
    struct shutdown *shutdown = control->shutdown;
    struct shutdown_waiter *waiters = shutdown->waiters;

    control->shutdown = NULL;
    memory_free(shutdown);
    if (stops) {
        control_stop(control);
    } else {
        replication_farewell_end(control);
        hold_end(control);
        cluster_driver_leave(control, false);
    }
    tell(control, waiters, stops);
}

static void saved(struct control *control, const char *error, void *context)
{
    struct shutdown *shutdown = context;

    ASSERT(control->shutdown == shutdown);
    if (shutdown->aborted) {
        log_notice("the shutdown was aborted");
        end(control, false);
    } else if (error == NULL || (shutdown->mode & SHUTDOWN_MODE_FORCE)) {
        end(control, true);
    } else {
        log_warning("the data could not be saved: the node does not stop");
        end(control, false);
    }
}

/* Replicas have what there is. */
static void said(struct control *control, void *context)
{
    struct shutdown *shutdown = context;

    if (shutdown->aborted || !shutdown->saves)
        saved(control, NULL, shutdown);
    else
        shutdown->saving = save_in_foreground(control, saved, shutdown);
}

static void held(struct control *control, void *context)
{
    struct shutdown *shutdown = context;

    if (shutdown->aborted || (shutdown->mode & SHUTDOWN_MODE_NOW) ||
        !replication_farewell_is_due(control))
        said(control, shutdown);
    else
        replication_farewell_begin(control, said, shutdown);
}

static void wait_for_it(struct shutdown *shutdown, shutdown_done *done, void *context)
{
    struct shutdown_waiter *waiter = memory_new(sizeof(*waiter));

    *waiter = (struct shutdown_waiter){.next = shutdown->waiters, .done = done, .context = context};
    shutdown->waiters = waiter;
}

static bool must_save(const struct control *control, uint32_t mode)
{
    /* What is not all there must not take the place of what is being loaded. */
    if ((mode & SHUTDOWN_MODE_NOSAVE) || atomic_load(&control->node->loading))
        return false;
    return (mode & SHUTDOWN_MODE_SAVE) || control->config->save.count > 0;
}

/* The data are to be in the log, which is being begun, and would be nowhere. */
static bool would_lose(const struct control *control, uint32_t mode)
{
    return append_only_is_starting(control) && !must_save(control, mode) &&
           !(mode & (SHUTDOWN_MODE_FORCE | SHUTDOWN_MODE_NOSAVE));
}

void shutdown_start(struct control *control, uint32_t mode, shutdown_done *done, void *context)
{
    struct shutdown *shutdown = control->shutdown;
    bool saves = must_save(control, mode);
    bool says = !(mode & SHUTDOWN_MODE_NOW) && replication_farewell_is_due(control);

    if (!control->stopping && would_lose(control, mode)) {
        log_warning("the log's first base is being written: the node does not stop");
        cluster_driver_leave(control, false);
        if (done != NULL)
            done(control, false, context);
        return;
    }
    if (control->stopping || (shutdown == NULL && !saves && !says)) {
        control_stop(control);
        if (done != NULL)
            done(control, true, context);
        return;
    }
    if (shutdown != NULL) {
        wait_for_it(shutdown, done, context);
        return;
    }
    shutdown = control->shutdown = memory_new_zeroed(1, sizeof(*shutdown));
    shutdown->mode = mode;
    shutdown->saves = saves;
    wait_for_it(shutdown, done, context);
    /* What is being written is not what is to be saved. */
    snapshot_cancel_all(control);
    hold_begin(control, held, shutdown);
}

/* The one that has taken over, or will not, is waited for no more; whoever asked is to be told by
 * the caller. */
static void forget_hand_over(struct control *control)
{
    control->hand_over_until_ms = 0;
    control->draining = false;
    control->hand_over_done = NULL;
    control->hand_over_context = NULL;
}

bool shutdown_abort(struct control *control)
{
    struct shutdown *shutdown = control->shutdown;

    if (shutdown == NULL && !control->stopping &&
        (control->hand_over_until_ms != 0 || control->signal_put_off != 0)) {
        shutdown_done *done = control->hand_over_done;
        void *context = control->hand_over_context;

        log_notice("the shutdown was aborted");
        forget_hand_over(control);
        cluster_driver_leave(control, false);
        control->signal_put_off = 0;
        if (done != NULL)
            done(control, false, context);
        return true;
    }
    if (shutdown == NULL || shutdown->aborted)
        return false;
    shutdown->aborted = true;
    if (shutdown->saving != 0)
        snapshot_cancel(control, shutdown->saving);
    else
        replication_farewell_end(control);
    return true;
}

/* ---- Slots that others are to have first ---- */

static bool hand_over(struct control *control, uint32_t mode)
{
    if (!cluster_driver_hand_over(control))
        return false;
    log_notice("a replica is asked to take over first");
    control->hand_over_until_ms =
        clock_monotonic_ms() + control->config->cluster_manual_failover_timeout;
    control->hand_over_again_ms = clock_monotonic_ms() + ASK_AGAIN_MS;
    control->hand_over_mode = mode;
    return true;
}

static bool drain(struct control *control, uint32_t mode)
{
    int64_t limit = control->config->cluster_autopilot_drain_timeout;

    if (limit == 0 || !cluster_driver_drain(control))
        return false;
    log_notice("the slots go to other nodes first");
    control->hand_over_until_ms = clock_monotonic_ms() + limit * 1000;
    control->hand_over_mode = mode;
    control->draining = true;
    return true;
}

/* Are they still this node's? */
static bool has_to_serve(const struct control *control)
{
    if (control->draining)
        return cluster_driver_owns_slots(control);
    /* In step with the one that has taken over, it may come back without a full copy. */
    return cluster_driver_serves(control) || !replication_state(control).connected;
}

void shutdown_hand_over(struct control *control, uint32_t mode, shutdown_done *done, void *context)
{
    shutdown_done *earlier = control->hand_over_done;
    void *earlier_context = control->hand_over_context;
    bool may_ask = control->hand_over_until_ms == 0 && !control->stopping &&
                   !(mode & (SHUTDOWN_MODE_NOW | SHUTDOWN_MODE_FORCE));

    forget_hand_over(control);
    cluster_driver_leave(control, true);
    if (may_ask && (hand_over(control, mode) || drain(control, mode))) {
        control->hand_over_done = done;
        control->hand_over_context = context;
        return;
    }
    /* Whoever asks twice means it. */
    if (earlier != NULL)
        shutdown_start(control, mode, earlier, earlier_context);
    shutdown_start(control, mode, done, context);
}

void shutdown_signal(struct control *control, int number)
{
    const struct config *config = control->config;
    uint32_t mode;

    if (control->stopping)
        return;
    if (control->shutdown != NULL) {
        if (number != SIGINT)
            return;
        log_warning("received signal %d again: the node ends at once", number);
        _exit(1);
    }
    mode = number == SIGINT ? config->shutdown_on_sigint : config->shutdown_on_sigterm;
    if (would_lose(control, mode) && control->signal_put_off == 0) {
        log_notice("received signal %d: the node stops when the log has its first base", number);
        control->signal_put_off = number;
        return;
    }
    /* Whoever asks twice means it. */
    if (control->signal_put_off != 0)
        mode |= SHUTDOWN_MODE_FORCE;
    log_notice("received signal %d: the node stops", number);
    shutdown_hand_over(control, mode, NULL, NULL);
}

/* The question may have been lost with its link. */
static void ask_again(struct control *control)
{
    int64_t now = clock_monotonic_ms();

    if (control->draining || now < control->hand_over_again_ms)
        return;
    control->hand_over_again_ms = now + ASK_AGAIN_MS;
    cluster_driver_hand_over(control);
}

void shutdown_tick(struct control *control)
{
    int number = control->signal_put_off;
    shutdown_done *done;
    void *context;
    bool serves;

    if (number != 0 && !append_only_is_starting(control)) {
        control->signal_put_off = 0;
        shutdown_signal(control, number);
    }
    if (control->hand_over_until_ms == 0)
        return;
    serves = has_to_serve(control);
    if (serves && clock_monotonic_ms() < control->hand_over_until_ms &&
        (!control->draining || cluster_driver_drain(control))) {
        ask_again(control);
        return;
    }
    /* What has come from the one that took over is to be on the disk first: soon asked again. */
    if (would_lose(control, control->hand_over_mode))
        return;
    if (serves)
        log_warning(control->draining ? "not all slots have gone" : "no replica has taken over");
    else
        log_notice(control->draining ? "the slots have gone" : "a replica has taken over");
    if (serves && !control->draining && drain(control, control->hand_over_mode))
        return;
    done = control->hand_over_done;
    context = control->hand_over_context;
    forget_hand_over(control);
    if (done != NULL || (!control->stopping && control->shutdown == NULL))
        shutdown_start(control, control->hand_over_mode, done, context);
}

void shutdown_free(struct control *control)
{
    if (control->shutdown == NULL)
        return;
    while (control->shutdown->waiters != NULL) {
        struct shutdown_waiter *waiter = control->shutdown->waiters;

        control->shutdown->waiters = waiter->next;
        memory_free(waiter);
    }
    memory_free(control->shutdown);
}
