#include "server/replication/role.h"

#include "proto/base/assert.h"
#include "proto/base/memory.h"
#include "server/config/config.h"
#include "server/control/cluster_driver.h"
#include "server/control/control.h"
#include "server/control/hold.h"
#include "server/dispatch/blocked.h"
#include "server/dispatch/denial.h"
#include "server/observe/log.h"
#include "server/replication/apply.h"
#include "server/replication/primary_link.h"
#include "server/replication/replication_parts.h"
#include "server/shard/shard.h"

#include <stdio.h>
#include <string.h>

enum role_state { ROLE_PRIMARY, ROLE_TURNING_REPLICA, ROLE_REPLICA, ROLE_TURNING_PRIMARY };

/* Somebody who waits until the node has the role that is wanted now. */
struct role_waiter {
    struct role_waiter *next;
    void (*done)(struct control *control, void *context);
    void *context;
};

struct role {
    struct control *control;
    struct apply *apply;
    struct primary_link *link;
    enum role_state state;
    bool synchronised; /* as a replica: it has once had all of its primary's data */
    bool was_up;       /* the link, at the last look */
    bool holds;        /* clients' writes */
    bool leading;      /* the stream is getting its new id */
    int64_t told_offset;

    /* what is wanted */
    bool follows;
    bool retarget; /* another primary than the link's */
    bool takes_over;
    bool tls;
    uint16_t port;
    char host[REPLICATION_HOST_MAX];

    struct role_waiter *waiters;
    struct role_waiter *quiet; /* those that wait until nothing is half applied */
};

static struct role *role_of(const struct control *control)
{
    return control->replication->role;
}

static bool is_replica(const struct role *role)
{
    return role->state == ROLE_REPLICA || role->state == ROLE_TURNING_PRIMARY;
}

/* ---- Those who wait ---- */

static void wait_for(struct role_waiter **waiters,
                     void (*done)(struct control *control, void *context), void *context)
{
    struct role_waiter *waiter = memory_new(sizeof(*waiter));

    *waiter = (struct role_waiter){.next = *waiters, .done = done, .context = context};
    *waiters = waiter;
}

static void tell(struct control *control, struct role_waiter **waiters)
{
    struct role_waiter *waiter = *waiters;

    *waiters = NULL;
    while (waiter != NULL) {
        struct role_waiter *next = waiter->next;

        waiter->done(control, waiter->context);
        memory_free(waiter);
        waiter = next;
    }
}

/* ---- What others are told ---- */

static void publish_denials(struct role *role)
{
    const struct config *config = role->control->config;
    struct node *node = role->control->node;
    bool replica = atomic_load(&node->is_replica);

    denial_set(node, DENIAL_COPY, replica && config->replica_read_only);
    denial_set(node, DENIAL_STALE,
               replica && !config->replica_serve_stale_data && !primary_link_is_up(role->link));
}

static void report(struct role *role)
{
    struct replication_link link = {.port = role->port};
    bool is_known = role->synchronised && !primary_link_is_incomplete(role->link);

    snprintf(link.host, sizeof(link.host), "%s", role->host);
    primary_link_report(role->link, &link);
    link.offset = is_known ? replication_identity(role->control)->offset : -1;
    link.read_offset = is_known ? apply_read_offset(role->apply) : -1;
    replication_report_link(role->control, &link);
}

/* Looks whether the link or the offset is another than before. */
static void look(struct role *role)
{
    bool is_up = primary_link_is_up(role->link);
    int64_t offset = replication_identity(role->control)->offset;
    bool changed = is_up != role->was_up || offset != role->told_offset;

    role->synchronised |= is_up;
    if (is_up != role->was_up)
        publish_denials(role);
    role->was_up = is_up;
    role->told_offset = offset;
    report(role);
    if (changed)
        cluster_driver_replication(role->control);
}

/* ---- From primary to replica ---- */

static void advance(struct role *role);

static void wait_no_more(struct shard *shard, const void *subject)
{
    (void)subject;
    blocked_role_changed(shard);
}

static void nothing(struct control *control, void *context)
{
    (void)control;
    (void)context;
}

/* All of the own is in the stream, and whatever comes is the primary's. */
static void followed(struct control *control, void *context)
{
    struct role *role = context;

    ASSERT(role->state == ROLE_TURNING_REPLICA);
    role->state = ROLE_REPLICA;
    role->retarget = true;
    if (role->holds)
        hold_end(control);
    role->holds = false;
    advance(role);
}

static void held(struct control *control, void *context)
{
    struct role *role = context;

    ASSERT(role->state == ROLE_TURNING_REPLICA);
    role->holds = true;
    atomic_store(&control->node->is_replica, true);
    role->synchronised = false;
    publish_denials(role);
    publication_start(control, NULL, wait_no_more, nothing, NULL);
    replication_stream_follow(control, followed, role);
}

/* ---- From replica to primary ---- */

static void led(struct control *control, void *context)
{
    struct role *role = context;

    ASSERT(role->state == ROLE_TURNING_PRIMARY);
    role->state = ROLE_PRIMARY;
    role->leading = false;
    atomic_store(&control->node->is_replica, false);
    publish_denials(role);
    log_notice("MASTER MODE enabled");
    advance(role);
}

static void lead_when_quiet(struct role *role)
{
    if (role->leading || !apply_is_idle(role->apply) || primary_link_is_loading(role->link))
        return;
    role->leading = true;
    apply_cut(role->apply);
    replication_stream_lead(role->control, led, role);
}

/* ---- The next step ---- */

/* The role is what it is to be. Who waits for that may ask next what the node is. */
static void settle(struct role *role)
{
    if (role->waiters == NULL)
        return;
    report(role);
    replication_report_refresh(role->control);
    tell(role->control, &role->waiters);
}

static void be_replica(struct role *role)
{
    if (!role->follows) {
        primary_link_stop(role->link);
        role->state = ROLE_TURNING_PRIMARY;
        lead_when_quiet(role);
        return;
    }
    if (role->retarget) {
        role->retarget = false;
        primary_link_start(role->link, role->host, role->port, role->tls, role->takes_over);
        role->takes_over = false;
    }
    settle(role);
}

static void advance(struct role *role)
{
    switch (role->state) {
    case ROLE_PRIMARY:
        if (role->follows) {
            role->state = ROLE_TURNING_REPLICA;
            hold_begin(role->control, held, role);
        } else {
            settle(role);
        }
        break;
    case ROLE_REPLICA:
        be_replica(role);
        break;
    case ROLE_TURNING_PRIMARY:
    case ROLE_TURNING_REPLICA:
        break;
    }
    look(role);
}

/* ---- The stream ---- */

static void applied(struct control *control, struct span bytes)
{
    replication_stream_feed(control, bytes);
}

static void tell_quiet(struct role *role)
{
    if (role->quiet != NULL && apply_is_idle(role->apply))
        tell(role->control, &role->quiet);
}

static void advanced(struct control *control, bool asked)
{
    primary_link_advanced(role_of(control)->link, asked);
}

void replication_apply_pause(struct control *control,
                             void (*done)(struct control *control, void *context), void *context)
{
    struct role *role = role_of(control);

    apply_pause(role->apply);
    wait_for(&role->quiet, done, context);
    tell_quiet(role);
}

void replication_apply_resume(struct control *control)
{
    apply_resume(role_of(control)->apply);
}

void role_restore(struct control *control, int64_t offset, int32_t database)
{
    struct role *role = role_of(control);

    apply_begin(role->apply, offset,
                database < 0 || database >= (int32_t)control->node->databases ? 0
                                                                              : (uint32_t)database);
    primary_link_restored(role->link);
    role->synchronised = true;
}

void role_stop(struct control *control, void (*done)(struct control *control, void *context),
               void *context)
{
    struct role *role = role_of(control);

    primary_link_stop(role->link);
    replication_apply_pause(control, done, context);
}

void role_end(struct control *control)
{
    struct role *role = role_of(control);

    primary_link_stop(role->link);
    apply_pause(role->apply);
}

void role_go_on(struct control *control)
{
    struct role *role = role_of(control);

    replication_apply_resume(control);
    role->retarget = role->follows;
    advance(role);
}

/* ---- Orders ---- */

static void want(struct role *role, const char *host, uint16_t port, bool tls)
{
    role->follows = host != NULL;
    role->tls = tls;
    role->port = port;
    role->retarget = true;
    snprintf(role->host, sizeof(role->host), "%s", host == NULL ? "" : host);
}

void replication_follow(struct control *control, const char *host, uint16_t port, bool tls)
{
    struct role *role = role_of(control);

    if (role->follows && role->port == port && role->tls == tls && strcmp(role->host, host) == 0)
        return;
    log_notice("this node follows %s:%u", host, port);
    want(role, host, port, tls);
    advance(role);
}

void replication_lead(struct control *control)
{
    struct role *role = role_of(control);

    if (!role->follows)
        return;
    log_notice("this node leads");
    want(role, NULL, 0, false);
    advance(role);
}

/* The settings tell of it. */
static void publish_setting(struct control *control, const char *host, uint16_t port)
{
    struct config *config = config_copy(control->config);

    memory_free(config->replicaof.host);
    config->replicaof.host = memory_copy(host == NULL ? "" : host, host == NULL ? 0 : strlen(host));
    config->replicaof.port = port;
    control_publish_config(control, config, nothing, NULL);
}

enum role_answer role_replicaof(struct control *control, const char *host, uint16_t port,
                                void (*done)(struct control *control, void *context), void *context)
{
    struct role *role = role_of(control);

    if (host != NULL && role->follows && role->port == port && strcasecmp(role->host, host) == 0)
        return ROLE_IS_SO_ALREADY;
    publish_setting(control, host, port);
    if (done != NULL)
        wait_for(&role->waiters, done, context);
    if (host != NULL) {
        replication_follow(control, host, port, control->config->tls_replication);
    } else if (role->follows) {
        replication_lead(control);
    } else {
        advance(role);
    }
    return ROLE_CHANGES;
}

void role_hand_over(struct control *control, const char *host, uint16_t port)
{
    struct role *role = role_of(control);

    role->takes_over = true;
    publish_setting(control, host, port);
    replication_follow(control, host, port, control->config->tls_replication);
}

bool role_is_refused(const struct control *control)
{
    return primary_link_was_refused(role_of(control)->link);
}

bool role_is_changing(const struct control *control)
{
    enum role_state state = role_of(control)->state;

    return state == ROLE_TURNING_REPLICA || state == ROLE_TURNING_PRIMARY;
}

void role_look(struct control *control)
{
    look(role_of(control));
}

void role_drop_link(struct control *control, uint64_t client)
{
    struct role *role = role_of(control);
    struct replication_link link;

    primary_link_report(role->link, &link);
    if (link.client.id == client)
        primary_link_drop(role->link, "a client has asked for that");
    report(role);
}

/* ---- State ---- */

struct replication_state replication_state(const struct control *control)
{
    const struct role *role = role_of(control);
    bool replica = atomic_load(&control->node->is_replica);

    return (struct replication_state){
        .replica = replica,
        .connected = replica && primary_link_is_up(role->link),
        .complete = !replica || (role->synchronised && !primary_link_is_incomplete(role->link)),
        .kept = replica && primary_link_is_kept(role->link),
        .offset = replication_identity(control)->offset,
        .last_heard = primary_link_last_heard(role->link),
    };
}

/* ---- For replication.c ---- */

void role_prepare(struct node *node, const struct config *config)
{
    atomic_store(&node->is_replica, !config->cluster_enabled && config->replicaof.host[0] != '\0');
}

void role_open(struct control *control)
{
    static const struct apply_observer observer = {.applied = applied, .advanced = advanced};
    const struct config_endpoint *primary = &control->config->replicaof;
    struct role *role = memory_new_zeroed(1, sizeof(*role));

    role->control = control;
    role->apply = apply_create(control, &observer);
    role->link = primary_link_create(control, role->apply);
    control->replication->role = role;
    if (!atomic_load(&control->node->is_replica))
        return;
    want(role, primary->host, (uint16_t)primary->port, control->config->tls_replication);
    role->state = ROLE_TURNING_REPLICA;
    publish_denials(role);
    replication_stream_follow(control, followed, role);
}

static void forget(struct role_waiter *waiter)
{
    while (waiter != NULL) {
        struct role_waiter *next = waiter->next;

        memory_free(waiter);
        waiter = next;
    }
}

void role_close(struct control *control)
{
    struct role *role = role_of(control);

    primary_link_free(role->link);
    apply_free(role->apply);
    forget(role->waiters);
    forget(role->quiet);
    memory_free(role);
    control->replication->role = NULL;
}

void role_tick(struct control *control)
{
    struct role *role = role_of(control);

    if (control->stopping)
        return;
    apply_tick(role->apply);
    tell_quiet(role);
    if (role->state == ROLE_REPLICA)
        primary_link_tick(role->link);
    else if (role->state == ROLE_TURNING_PRIMARY)
        lead_when_quiet(role);
    if (is_replica(role))
        look(role);
}

void role_turn(struct control *control)
{
    primary_link_turn(role_of(control)->link);
}

int64_t role_patience_us(const struct control *control)
{
    return primary_link_patience_us(role_of(control)->link);
}

void role_settings(struct control *control)
{
    publish_denials(role_of(control));
}

int32_t replication_apply_database(const struct control *control)
{
    return (int32_t)apply_database(role_of(control)->apply);
}
