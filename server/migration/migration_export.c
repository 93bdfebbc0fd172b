/*
 * The source's side of a migration: the control link, the order of the steps, and what happens when
 * one of them does not. See migration.h.
 */
#include "proto/base/assert.h"
#include "proto/base/memory.h"
#include "proto/base/number.h"
#include "server/migration/migration_flow.h"
#include "server/migration/migration_parts.h"
#include "server/migration/migration_sync.h"
#include "server/migration/peer_client.h"
#include "server/migration/slot_pause.h"
#include "server/observe/clock.h"
#include "server/observe/log.h"
#include "server/shard/shard.h"

#include <stdio.h>

enum {
    KEEPALIVE_MS = 1000,
    RETRY_MS = 200,
    /* The hand-over waits until no more than this is on its way, whatever is set. */
    LITTLE_BYTES = 256 * 1024,
};

/* What the next answer on the control link is to. Answers come in order, one is awaited at a time,
 * but for those to KEEPALIVE, which are not looked at. */
enum question { ASKED_NOTHING, ASKED_ESTABLISH, ASKED_PREPARE, ASKED_TAKE, ASKED_CANCEL };

struct migration_export {
    struct control *control;
    struct migration_job *job;
    struct migration_plan plan;
    struct peer_client *client; /* the control link; NULL: lost */
    bool is_up;                 /* it takes commands */
    enum question question;
    uint32_t keepalives; /* unanswered, sent behind the question */
    bool flows_begun;
    bool closing;     /* only the ends of what is under way are waited for */
    bool is_leaving;  /* CANCEL was sent last, and is not answered */
    uint32_t pending; /* publications, pauses, a last word: for which this must stay */
    enum migration_flow_stage stages[NODE_SHARDS_MAX];
    uint64_t remaining[NODE_SHARDS_MAX];
    uint64_t sent[NODE_SHARDS_MAX];
    uint32_t live_slots[NODE_SHARDS_MAX];
    uint64_t epoch; /* by which the target is to take the slots */
    bool is_paused; /* or about to be */
    bool pause_works;
    bool is_given;       /* the target has said that it has taken the slots */
    int64_t paused_ms;   /* monotonic: since when */
    int64_t prepared_ms; /* when PREPARE had been answered */
    int64_t next_keepalive_ms;
    int64_t leave_by_ms;
    int64_t retry_ms;               /* the control link, while it is not known who has the slots */
    enum migration_state end_state; /* when it is over, and the pause as well */
    char end_message[MIGRATION_MESSAGE_MAX];
};

static struct migration_export *exporter_of(const struct control *control)
{
    return control->migrations->exporter;
}

/* ---- The end ---- */

static void free_when_home(struct migration_export *self)
{
    struct control *control = self->control;

    if (!self->closing || self->pending > 0)
        return;
    if (control->migrations != NULL && control->migrations->exporter == self) {
        migration_over(control, self->job, self->end_state, self->end_message);
        control->migrations->exporter = NULL;
    }
    memory_free(self);
}

static void step_over(struct control *control, void *context)
{
    struct migration_export *self = context;

    (void)control;
    ASSERT(self->pending > 0);
    self->pending--;
    free_when_home(self);
}

static void end_flow(struct shard *shard, const void *subject)
{
    migration_flow_end(shard, subject);
}

static void send_words(struct migration_export *self, const char *what, struct span argument)
{
    struct span words[] = {SPAN("CLUSTER"), SPAN("SYNCSLOTS"), span_of_string(what),
                           span_of(self->job->name.text, NODE_ID_LENGTH), argument};

    peer_client_send(self->client, words, argument.length > 0 ? 5 : 4);
}

/* With a slot by which the target knows what it has, should it have forgotten the name. */
static void send_cancel(struct migration_export *self)
{
    char text[NUMBER_INTEGER_TEXT_MAX];
    uint32_t slot = slot_set_from(&self->job->slots, 0);

    send_words(self, "CANCEL", span_of(text, number_format_unsigned(text, slot)));
}

static void leave(struct migration_export *self)
{
    peer_client_close(self->client);
    self->client = NULL;
    if (!self->is_leaving)
        return;
    self->is_leaving = false;
    self->pending--;
}

/* All that it has begun comes to its end. Whoever waits for the slots goes on, and is sent to their
 * owner. */
static void finish(struct migration_export *self, enum migration_state state, const char *message)
{
    struct control *control = self->control;

    if (self->closing)
        return;
    self->closing = true;
    self->end_state = state;
    snprintf(self->end_message, sizeof(self->end_message), "%s", message);
    if (self->is_paused) {
        log_notice("slot migration %.*s: writes were paused for %lld ms", NODE_ID_LENGTH,
                   self->job->name.text, (long long)(clock_monotonic_ms() - self->paused_ms));
        self->pending++;
        slot_pause_end(control, step_over, self);
    }
    if (self->flows_begun) {
        self->pending++;
        publication_start(control, &self->plan, end_flow, step_over, self);
    }
    if (self->client != NULL && self->is_up && state != MIGRATION_SUCCESS) {
        self->is_leaving = true;
        self->leave_by_ms = clock_monotonic_ms() + KEEPALIVE_MS;
        self->pending++;
        send_cancel(self);
    } else {
        leave(self);
    }
    free_when_home(self);
}

/* ---- The control link ---- */

static void ask(struct migration_export *self, enum question question, const char *what,
                struct span argument)
{
    ASSERT(self->question == ASKED_NOTHING);
    self->question = question;
    send_words(self, what, argument);
}

/* ESTABLISH name TESSERA version source first last ... */
static void ask_establish(struct migration_export *self)
{
    const struct migration_job *job = self->job;
    uint32_t count = 7 + 2 * job->range_count;
    struct span *words = memory_new(count * sizeof(*words));
    char(*numbers)[NUMBER_INTEGER_TEXT_MAX] =
        memory_new((size_t)job->range_count * 2 * sizeof(*numbers));
    uint32_t at = 7;

    words[0] = SPAN("CLUSTER");
    words[1] = SPAN("SYNCSLOTS");
    words[2] = SPAN("ESTABLISH");
    words[3] = span_of(job->name.text, NODE_ID_LENGTH);
    words[4] = SPAN("TESSERA");
    words[5] = SPAN("1");
    words[6] = span_of(job->source.text, NODE_ID_LENGTH);
    for (uint32_t i = 0; i < 2 * job->range_count; i++) {
        uint16_t slot = i % 2 == 0 ? job->ranges[i / 2].first : job->ranges[i / 2].last;

        words[at++] = span_of(numbers[i], number_format_unsigned(numbers[i], slot));
    }
    self->question = ASKED_ESTABLISH;
    migration_job_set(self->job, EXPORT_ESTABLISHES, self->control->now);
    peer_client_send(self->client, words, count);
    memory_free(numbers);
    memory_free(words);
}

/* ---- Handing over ---- */

static void decide(struct migration_export *self, enum cluster_admin_operation operation)
{
    struct cluster_admin admin = {.operation = operation,
                                  .ranges = self->job->ranges,
                                  .range_count = self->job->range_count,
                                  .node = self->job->target,
                                  .epoch = (int64_t)self->epoch};

    cluster_driver_decide(self->control, &admin);
}

static bool still_owns(const struct migration_export *self)
{
    const struct topology *topology = cluster_driver_topology(self->control);

    for (uint32_t slot = slot_set_from(&self->job->slots, 0); slot < SLOT_COUNT;
         slot = slot_set_from(&self->job->slots, slot + 1))
        if (topology->owner[slot] != topology->myself)
            return false;
    return true;
}

static void given(struct migration_export *self)
{
    /* It is refused when the target is no primary any more. Then whoever has taken its place may
     * claim the slots, and if nobody does, nobody has written there. */
    self->is_given = true;
    decide(self, CLUSTER_ADMIN_SLOTS_GIVEN);
    /* It ends when all shards know: migration_export_view_changed. */
    migration_export_view_changed(self->control);
}

static void ask_again_later(struct migration_export *self)
{
    leave(self);
    self->is_up = false;
    self->retry_ms = clock_monotonic_ms() + RETRY_MS;
}

/* Of CANCEL behind a TAKE: the target has no such migration any more, or has taken the slots. Any
 * other answer (it may be loading its data) says neither. */
static void take_verdict(struct migration_export *self, char kind, struct span text)
{
    struct span taken = SPAN(MIGRATION_TAKEN " ");

    if (kind == '+')
        finish(self, MIGRATION_FAILED, "The target has given the migration up");
    else if (text.length >= taken.length && memcmp(text.data, taken.data, taken.length) == 0)
        given(self);
    else
        ask_again_later(self);
}

static void take_answer(struct migration_export *self, char kind, struct span text)
{
    enum question question = self->question;
    char reason[MIGRATION_MESSAGE_MAX];

    self->question = ASKED_NOTHING;
    snprintf(reason, sizeof(reason), "%.*s", (int)text.length, text.data);
    if (question == ASKED_TAKE && kind != '-') {
        given(self);
        return;
    }
    if (question == ASKED_CANCEL) {
        take_verdict(self, kind, text);
        return;
    }
    finish(self, MIGRATION_FAILED, kind == '-' ? reason : "The target's answer is strange");
}

/* Answered at once, or not at all: everything else waits for the flows. */
static void tell_flows(struct migration_export *self,
                       void (*adopt)(struct shard *shard, const void *subject))
{
    self->pending++;
    publication_start(self->control, &self->plan, adopt, step_over, self);
}

static void begin_flow(struct shard *shard, const void *subject)
{
    migration_flow_begin(shard, subject);
}

static void finish_flow(struct shard *shard, const void *subject)
{
    migration_flow_finish(shard, subject);
}

static void paused(struct control *control, void *context)
{
    struct migration_export *self = context;

    self->pause_works = true;
    if (!self->closing)
        tell_flows(self, finish_flow);
    step_over(control, self);
}

static void prepared(struct migration_export *self, int64_t epoch)
{
    struct control *control = self->control;

    /* With an epoch that this node has already, its own claim would not lose. */
    self->epoch = cluster_driver_topology(control)->current_epoch + 1;
    if (self->epoch < (uint64_t)epoch)
        self->epoch = (uint64_t)epoch;
    self->prepared_ms = self->paused_ms = clock_monotonic_ms();
    self->is_paused = true;
    self->pending++;
    migration_job_set(self->job, EXPORT_PAUSED, control->now);
    slot_pause_begin(control, &self->plan.slots, paused, self);
}

static void established(struct migration_export *self)
{
    migration_job_set(self->job, EXPORT_COPIES, self->control->now);
    self->flows_begun = true;
    tell_flows(self, begin_flow);
}

static void answered(struct peer_client *client, char kind, struct span text, void *context)
{
    struct migration_export *self = context;
    int64_t epoch;

    self->job->heard = self->control->now;
    if (self->closing) {
        if (peer_client_unanswered(client) > 0)
            return;
        leave(self);
        free_when_home(self);
        return;
    }
    if (self->question == ASKED_NOTHING || self->keepalives > 0) {
        /* To a KEEPALIVE, which was sent before. */
        ASSERT(self->keepalives > 0);
        self->keepalives--;
        if (kind == '-')
            migration_export_stop(self->control, MIGRATION_FAILED,
                                  "The target does not know of the migration");
        return;
    }
    if (self->question == ASKED_ESTABLISH && kind == '+') {
        self->question = ASKED_NOTHING;
        established(self);
        return;
    }
    if (self->question == ASKED_PREPARE && kind == ':' && number_parse_integer(text, &epoch) &&
        epoch > 0) {
        self->question = ASKED_NOTHING;
        prepared(self, epoch);
        return;
    }
    take_answer(self, kind, text);
}

static void ready(struct peer_client *client, void *context)
{
    struct migration_export *self = context;

    (void)client;
    self->is_up = true;
    if (self->job->state == EXPORT_GRANTED) {
        self->question = ASKED_CANCEL;
        send_cancel(self);
    } else {
        ask_establish(self);
    }
}

static void failed(struct peer_client *client, const char *reason, void *context)
{
    struct migration_export *self = context;

    (void)client;
    ask_again_later(self);
    self->question = ASKED_NOTHING;
    self->keepalives = 0;
    if (self->closing)
        free_when_home(self);
    else if (self->job->state != EXPORT_GRANTED)
        finish(self, MIGRATION_FAILED, reason);
}

static void connect_target(struct migration_export *self)
{
    static const struct peer_client_handler handler = {
        .ready = ready, .answered = answered, .failed = failed};
    struct peer_client_options options = {.host = self->plan.host,
                                          .port = self->plan.port,
                                          .user = self->plan.user,
                                          .password = migration_plan_password(&self->plan),
                                          .tls = self->plan.tls ? self->control->node->tls : NULL};

    self->client = peer_client_open(self->control->reactor, &options, &handler, self);
}

/* ---- The flows' reports ---- */

/* All flows are at least so far. */
static bool all_are(const struct migration_export *self, enum migration_flow_stage stage)
{
    for (uint32_t i = 0; i < self->control->node->shard_count; i++)
        if (self->stages[i] < stage)
            return false;
    return true;
}

static void hand_over(struct migration_export *self)
{
    char text[NUMBER_INTEGER_TEXT_MAX];
    int64_t now = clock_monotonic_ms();

    /* The target would refuse it, or could take it up when this node has gone on. */
    if (now - self->paused_ms >= self->control->config->slot_migration_max_pause) {
        finish(self, MIGRATION_FAILED, "The pause took too long");
        return;
    }
    migration_job_set(self->job, EXPORT_GRANTED, self->control->now);
    ask(self, ASKED_TAKE, "TAKE", span_of(text, number_format_unsigned(text, self->epoch)));
}

static void see_progress(struct migration_export *self)
{
    enum migration_state state = self->job->state;

    self->job->remaining = self->job->sent = self->job->slots_copied = 0;
    for (uint32_t i = 0; i < self->control->node->shard_count; i++) {
        self->job->remaining += self->remaining[i];
        self->job->sent += self->sent[i];
        self->job->slots_copied += self->live_slots[i];
    }
    if (self->question != ASKED_NOTHING)
        return;
    if (state == EXPORT_COPIES && all_are(self, FLOW_CAUGHT_UP)) {
        migration_job_set(self->job, EXPORT_PREPARES, self->control->now);
        ask(self, ASKED_PREPARE, "PREPARE", SPAN(""));
    } else if (state == EXPORT_PAUSED && self->pause_works && all_are(self, FLOW_DRAINED)) {
        hand_over(self);
    }
}

void migration_flow_reported(struct message *message, void *receiver)
{
    struct migration_flow_report *report = (struct migration_flow_report *)message;
    struct control *control = receiver;
    struct migration_export *self = control->migrations != NULL ? exporter_of(control) : NULL;
    enum migration_flow_stage stage = report->stage;
    char reason[FLOW_REASON_MAX];

    if (self == NULL || self->closing || !node_id_equal(&self->job->name, &report->name)) {
        message_return(control->mailbox, message);
        return;
    }
    self->stages[report->shard] = stage;
    self->remaining[report->shard] = report->remaining;
    self->sent[report->shard] = report->sent;
    self->live_slots[report->shard] = report->live_slots;
    memcpy(reason, report->reason, sizeof(reason));
    message_return(control->mailbox, message);
    /* After TAKE the flows have done their part. */
    if (self->job->state == EXPORT_GRANTED)
        return;
    if (stage == FLOW_FAILED)
        finish(self, MIGRATION_FAILED, reason);
    else
        see_progress(self);
}

/* ---- Beginning ---- */

/* A longer one than there is room for is cut: the target will say that it is wrong. */
static void note_password(struct migration_plan *plan, struct span password)
{
    size_t room = sizeof(plan->password);

    plan->password_length = password.length < room ? password.length : room;
    if (plan->password_length > 0)
        memcpy(plan->password, password.data, plan->password_length);
}

static bool fill_plan(struct migration_export *self)
{
    const struct config *config = self->control->config;
    const struct cluster_node *target =
        topology_find_node(cluster_driver_topology(self->control), &self->job->target);
    struct migration_plan *plan = &self->plan;

    if (target == NULL)
        return false;
    plan->tls = config->tls_cluster;
    plan->port = plan->tls ? target->tls_port : target->port;
    if (target->ip[0] == '\0' || plan->port == 0 || (plan->tls && self->control->node->tls == NULL))
        return false;
    plan->name = self->job->name;
    plan->slots = self->job->slots;
    plan->bytes_per_second =
        ((uint64_t)config->slot_migration_rate + self->control->node->shard_count - 1) /
        self->control->node->shard_count;
    plan->little = (uint64_t)config->slot_migration_max_failover_repl_bytes > LITTLE_BYTES
                       ? (uint64_t)config->slot_migration_max_failover_repl_bytes
                       : LITTLE_BYTES;
    snprintf(plan->host, sizeof(plan->host), "%s", target->ip);
    snprintf(plan->user, sizeof(plan->user), "%s", config->masteruser);
    note_password(plan, config_password_span(&config->masterauth));
    return true;
}

void migration_export_next(struct control *control)
{
    struct migration_job *next = NULL;
    struct migration_export *self;

    if (exporter_of(control) != NULL)
        return;
    list_for_each (link, &control->migrations->jobs) {
        struct migration_job *job = list_entry(link, struct migration_job, link);

        if (job->state == EXPORT_WAITS && next == NULL)
            next = job;
    }
    if (next == NULL)
        return;
    self = memory_new_zeroed(1, sizeof(*self));
    self->control = control;
    self->job = next;
    self->next_keepalive_ms = clock_monotonic_ms() + KEEPALIVE_MS;
    control->migrations->exporter = self;
    migration_job_set(next, EXPORT_CONNECTS, control->now);
    if (!still_owns(self))
        finish(self, MIGRATION_FAILED, "Slots are no longer owned by myself");
    else if (!fill_plan(self))
        finish(self, MIGRATION_FAILED, "The target's address is not known");
    else
        connect_target(self);
}

/* ---- Time, and what the cluster does ---- */

/* TAKE was sent, and it is not known what became of it. */
static void tick_granted(struct migration_export *self, int64_t now)
{
    const struct control *control = self->control;
    const struct cluster_node *target =
        topology_find_node(cluster_driver_topology(control), &self->job->target);
    int64_t until =
        self->prepared_ms + 2 * migration_lease_ms(control) + control->config->cluster_node_timeout;
    bool has_failed = target == NULL || (target->flags & CLUSTER_NODE_FAILED);

    if (self->is_given && target != NULL && (target->flags & CLUSTER_NODE_PRIMARY)) {
        given(self);
        return;
    }
    if (self->client == NULL && !self->is_given && now >= self->retry_ms)
        connect_target(self);
    if ((now < until && !has_failed) || !cluster_driver_view(control)->ok)
        return;
    log_warning("slot migration %.*s: the target has not answered; this node keeps the slots",
                NODE_ID_LENGTH, self->job->name.text);
    decide(self, CLUSTER_ADMIN_OUTBID);
    finish(self, MIGRATION_FAILED, "The target has not answered at the hand-over");
}

void migration_export_tick(struct control *control)
{
    struct migration_export *self = exporter_of(control);
    int64_t now = clock_monotonic_ms();

    if (self != NULL && self->is_leaving && now >= self->leave_by_ms) {
        leave(self);
        free_when_home(self);
        return;
    }
    if (self == NULL || self->closing)
        return;
    if (self->job->state == EXPORT_GRANTED) {
        tick_granted(self, now);
        return;
    }
    if (self->is_paused && now - self->paused_ms >= control->config->slot_migration_max_pause) {
        finish(self, MIGRATION_FAILED, "The pause took too long");
        return;
    }
    if (self->flows_begun && self->question == ASKED_NOTHING && now >= self->next_keepalive_ms) {
        self->next_keepalive_ms = now + KEEPALIVE_MS;
        self->keepalives++;
        send_words(self, "KEEPALIVE", SPAN(""));
    }
    if (control->now - self->job->heard > control->config->cluster_node_timeout + 5 * KEEPALIVE_MS)
        finish(self, MIGRATION_FAILED, "The target does not answer");
}

void migration_export_view_changed(struct control *control)
{
    struct migration_export *self = exporter_of(control);
    const struct topology *topology = cluster_driver_topology(control);
    const struct cluster_node *target;
    uint32_t first;

    if (self == NULL || self->closing || still_owns(self) || !cluster_driver_is_adopted(control))
        return;
    first = slot_set_from(&self->job->slots, 0);
    target = topology_find_node(topology, &self->job->target);
    if (self->job->state == EXPORT_GRANTED && target != NULL &&
        &topology->nodes[topology->owner[first]] == target)
        finish(self, MIGRATION_SUCCESS, "");
    else
        finish(self, MIGRATION_FAILED, "Slots are no longer owned by myself");
}

void migration_export_stop(struct control *control, enum migration_state state, const char *reason)
{
    struct migration_export *self = exporter_of(control);

    if (self != NULL && self->job->state != EXPORT_GRANTED)
        finish(self, state, reason);
}

void migration_export_abandon(struct control *control)
{
    struct migration_export *self = exporter_of(control);

    if (self == NULL)
        return;
    peer_client_close(self->client);
    control->migrations->exporter = NULL;
    memory_free(self);
}
