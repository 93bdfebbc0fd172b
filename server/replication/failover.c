#include "server/replication/failover.h"

#include "proto/base/assert.h"
#include "proto/base/memory.h"
#include "server/control/control.h"
#include "server/control/hold.h"
#include "server/observe/clock.h"
#include "server/observe/log.h"
#include "server/replication/replication_parts.h"
#include "server/replication/role.h"

#include <stdio.h>
#include <string.h>

struct failover {
    enum failover_phase phase;
    bool is_held; /* clients' writes, and none is under way */
    bool force;
    bool has_target;
    uint16_t port;
    char host[REPLICATION_HOST_MAX];
    int64_t until_ms; /* monotonic; INT64_MAX: for as long as it takes */
};

static struct failover *failover_of(struct control *control)
{
    if (control->replication->failover == NULL)
        control->replication->failover = memory_new_zeroed(1, sizeof(struct failover));
    return control->replication->failover;
}

enum failover_phase failover_phase(const struct control *control)
{
    const struct failover *self = control->replication->failover;

    return self == NULL ? FAILOVER_NONE : self->phase;
}

static void set_phase(struct control *control, enum failover_phase phase)
{
    static const char *const names[] = {
        [FAILOVER_NONE] = "no-failover",
        [FAILOVER_WAITING] = "waiting-for-sync",
        [FAILOVER_HANDING_OVER] = "failover-in-progress",
    };

    failover_of(control)->phase = phase;
    replication_report_failover(control, names[phase]);
}

static void end(struct control *control)
{
    struct failover *self = failover_of(control);

    set_phase(control, FAILOVER_NONE);
    replication_hold_pings(control, false);
    /* Otherwise it is let go when it is there. */
    if (self->is_held)
        hold_end(control);
    self->is_held = false;
}

/* ---- Handing over ---- */

static bool is_target(const struct failover *self, const struct replica_state *replica)
{
    return !self->has_target ||
           (replica->port == self->port && strcasecmp(replica->host, self->host) == 0);
}

static void hand_over(struct control *control, const struct replica_state *replica)
{
    struct failover *self = failover_of(control);
    char host[REPLICATION_HOST_MAX];

    /* The replica goes when this node follows it. */
    snprintf(host, sizeof(host), "%s", replica->host);
    log_notice("FAILOVER: %s:%u is to be the primary", host, replica->port);
    self->has_target = true;
    self->port = replica->port;
    memcpy(self->host, host, sizeof(self->host));
    set_phase(control, FAILOVER_HANDING_OVER);
    role_hand_over(control, self->host, self->port);
}

/* Has it everything? Redis does not count the question itself when it answers that. */
static bool has_all(const struct control *control, const struct replica_state *replica)
{
    const struct replicas *replicas = &control->replication->replicas;
    int64_t end = replication_identity(control)->offset;

    return replica->acknowledged == end ||
           (replica->acknowledged >= replicas->asked_from && replicas->asked_until == end);
}

/* The first one that has everything, or, if need be, that is there. */
static void look_for_target(struct control *control, bool must)
{
    struct failover *self = failover_of(control);
    struct replica_state replica;

    for (uint32_t i = 0; replication_replica(control, i, &replica); i++) {
        if (!is_target(self, &replica) || replica.phase != REPLICA_ONLINE)
            continue;
        if (must || has_all(control, &replica)) {
            hand_over(control, &replica);
            return;
        }
    }
}

static void wait_for_replica(struct control *control)
{
    struct failover *self = failover_of(control);
    bool late = clock_monotonic_ms() >= self->until_ms;

    if (!self->is_held)
        return;
    look_for_target(control, late && self->force);
    if (self->phase != FAILOVER_WAITING)
        return;
    if (late) {
        log_warning("FAILOVER: no replica had everything in time");
        end(control);
        return;
    }
    replication_ask_offsets(control);
}

void failover_tick(struct control *control)
{
    switch (failover_phase(control)) {
    case FAILOVER_NONE:
        break;
    case FAILOVER_WAITING:
        wait_for_replica(control);
        break;
    case FAILOVER_HANDING_OVER:
        if (replication_state(control).connected) {
            log_notice("FAILOVER: done, this node is a replica now");
            end(control);
        } else if (role_is_refused(control)) {
            log_warning("FAILOVER: the replica does not want to be the primary");
            failover_abort(control);
        }
        break;
    }
}

/* ---- By command ---- */

static void held(struct control *control, void *context)
{
    struct failover *self = context;

    if (self->phase != FAILOVER_WAITING) {
        hold_end(control);
        return;
    }
    self->is_held = true;
    replication_ask_offsets(control);
}

static enum failover_answer check_target(struct control *control,
                                         const struct failover_request *request)
{
    struct replica_state replica;

    if (!replication_replica(control, 0, &replica))
        return FAILOVER_NO_REPLICAS;
    if (request->host == NULL)
        return FAILOVER_BEGUN;
    for (uint32_t i = 0; replication_replica(control, i, &replica); i++)
        if (replica.port == request->port && strcasecmp(replica.host, request->host) == 0)
            return replica.phase == REPLICA_ONLINE ? FAILOVER_BEGUN : FAILOVER_NOT_ONLINE;
    return FAILOVER_NOT_A_REPLICA;
}

enum failover_answer failover_start(struct control *control, const struct failover_request *request)
{
    struct failover *self = failover_of(control);
    enum failover_answer answer;

    if (self->phase != FAILOVER_NONE || self->is_held)
        return FAILOVER_UNDER_WAY;
    if (atomic_load(&control->node->is_replica))
        return FAILOVER_IS_REPLICA;
    answer = check_target(control, request);
    if (answer != FAILOVER_BEGUN)
        return answer;
    self->force = request->force;
    self->has_target = request->host != NULL;
    self->port = request->port;
    snprintf(self->host, sizeof(self->host), "%s", request->host == NULL ? "" : request->host);
    self->until_ms =
        request->timeout_ms == 0 ? INT64_MAX : clock_monotonic_ms() + request->timeout_ms;
    log_notice("FAILOVER: writes are held until a replica has everything");
    set_phase(control, FAILOVER_WAITING);
    replication_hold_pings(control, true);
    hold_begin(control, held, self);
    return FAILOVER_BEGUN;
}

bool failover_abort(struct control *control)
{
    enum failover_phase phase = failover_phase(control);

    if (phase == FAILOVER_NONE)
        return false;
    log_notice("FAILOVER: given up");
    end(control);
    if (phase == FAILOVER_HANDING_OVER)
        role_replicaof(control, NULL, 0, NULL, NULL);
    return true;
}
