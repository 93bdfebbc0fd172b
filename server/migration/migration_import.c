/*
 * The target's side of a migration. See migration.h.
 */
#include "proto/base/assert.h"
#include "proto/base/memory.h"
#include "proto/base/number.h"
#include "server/control/errand.h"
#include "server/migration/migration_parts.h"
#include "server/migration/migration_shard.h"
#include "server/migration/migration_sync.h"
#include "server/observe/clock.h"
#include "server/replication/replicas.h"
#include "server/replication/replication_wait.h"
#include "server/shard/shard.h"

#include <stdatomic.h>
#include <stdio.h>

enum {
    SILENCE_MS = 5000, /* beyond the node timeout */
    ESTABLISH_ARGUMENTS = 7,
    VERSION = 1,
    REPLICA_LIMIT_MS = 500, /* for a replica to have what was taken in, while writers wait */
};

static const char TOO_LATE[] = "ERR It is too late for that";
static const char NOT_REPLICATED[] = "ERR The replicas of the target do not keep up";

/* What all shards are told of an import. */
struct import_change {
    struct node_id name;
    struct slot_set slots;
    bool taken;
    _Atomic uint32_t found; /* shards that knew of it */
    struct errand *errand;  /* that waits for it, or NULL */
};

static struct import_change *change_of(const struct migration_job *job, struct errand *errand)
{
    struct import_change *change = memory_new_zeroed(1, sizeof(*change));

    change->name = job->name;
    change->slots = job->slots;
    change->errand = errand;
    return change;
}

static void open_part(struct shard *shard, const void *subject)
{
    const struct import_change *change = subject;

    migration_shard_open(shard, &change->name, &change->slots);
}

static void close_part(struct shard *shard, const void *subject)
{
    struct import_change *change = (struct import_change *)(uintptr_t)subject;

    if (migration_shard_find(shard, &change->name) == NULL)
        return;
    atomic_fetch_add(&change->found, 1);
    migration_shard_close(shard, &change->name, change->taken);
}

static void closed(struct control *control, void *context)
{
    (void)control;
    memory_free(context);
}

/* ---- Answers ---- */

static void answer_error(struct control *control, struct errand *errand, const char *error)
{
    struct migration_answer *answer = errand->context;

    snprintf(answer->error, sizeof(answer->error), "%s", error);
    errand_done(control, errand);
}

static void answer_number(struct control *control, struct errand *errand, int64_t number)
{
    ((struct migration_answer *)errand->context)->number = number;
    errand_done(control, errand);
}

void migration_sync_reply(struct errand *errand, struct reply *reply)
{
    const struct migration_answer *answer = errand->context;
    char text[CLUSTER_CODE_TEXT_MAX];

    if (answer->is_result && cluster_code_is_error(answer->result.code))
        reply_error(reply, span_of(text, cluster_code_format(&answer->result, text)));
    else if (answer->error[0] != '\0')
        reply_error(reply, span_of_string(answer->error));
    else if (answer->number != 0)
        reply_integer(reply, answer->number);
    else
        reply_ok(reply);
}

/* ---- The end of an import ---- */

static bool is_primary(const struct control *control)
{
    return topology_myself(cluster_driver_topology(control))->flags & CLUSTER_NODE_PRIMARY;
}

bool migration_import_stop(struct control *control, struct migration_job *job,
                           enum migration_state state, const char *reason)
{
    struct import_change *change;

    ASSERT(job->is_import);
    if (job->state == IMPORT_TAKES)
        return false;
    change = change_of(job, NULL);
    /* A replica deletes nothing by itself: its primary's data replace all of it. */
    change->taken = !is_primary(control);
    migration_over(control, job, state, reason);
    publication_start(control, change, close_part, closed, change);
    return true;
}

static bool source_has_all(const struct control *control, const struct migration_job *job)
{
    const struct topology *topology = cluster_driver_topology(control);
    const struct cluster_node *source = topology_find_node(topology, &job->source);

    if (source == NULL)
        return false;
    for (uint32_t slot = slot_set_from(&job->slots, 0); slot < SLOT_COUNT;
         slot = slot_set_from(&job->slots, slot + 1))
        if (topology->owner[slot] == SLOT_MAP_NOBODY ||
            &topology->nodes[topology->owner[slot]] != source)
            return false;
    return true;
}

/* Calls for each import under way; which may end in that. */
static void each_import(struct control *control,
                        void (*look)(struct control *control, struct migration_job *job))
{
    struct list_link *jobs = &control->migrations->jobs;
    struct node_id *names = NULL;
    uint32_t count = 0;

    list_for_each (link, jobs) {
        const struct migration_job *job = list_entry(link, struct migration_job, link);

        if (!job->is_import || migration_job_is_over(job))
            continue;
        names = memory_resize(names, (count + 1) * sizeof(*names));
        names[count++] = job->name;
    }
    for (uint32_t i = 0; i < count; i++)
        look(control, migration_find(control, &names[i]));
    memory_free(names);
}

static void look_at_time(struct control *control, struct migration_job *job)
{
    if (control->now - job->heard > control->config->cluster_node_timeout + SILENCE_MS)
        migration_import_stop(control, job, MIGRATION_FAILED, "Connection lost to source");
}

static void look_at_slots(struct control *control, struct migration_job *job)
{
    if (!is_primary(control))
        migration_import_stop(control, job, MIGRATION_FAILED, "This node is a replica now");
    else if (!source_has_all(control, job))
        migration_import_stop(control, job, MIGRATION_FAILED, "The slots are not the source's");
}

void migration_import_tick(struct control *control)
{
    each_import(control, look_at_time);
}

void migration_import_view_changed(struct control *control)
{
    each_import(control, look_at_slots);
}

/* ---- ESTABLISH name TESSERA version source first last ... ---- */

/* No slot twice, so that there are no more ranges than slots. */
static bool read_ranges(const struct errand *errand, struct slot_range *ranges)
{
    struct slot_set seen = {{0}};

    for (uint32_t i = ESTABLISH_ARGUMENTS; i < errand->argc; i++) {
        struct slot_range *range = &ranges[(i - ESTABLISH_ARGUMENTS) / 2];
        int64_t slot;

        if (!number_parse_integer(errand->argv[i], &slot) || slot < 0 || slot >= SLOT_COUNT)
            return false;
        if ((i - ESTABLISH_ARGUMENTS) % 2 == 0) {
            range->first = (uint16_t)slot;
            continue;
        }
        range->last = (uint16_t)slot;
        if (range->last < range->first || slot_set_from(&seen, range->first) <= range->last)
            return false;
        slot_set_add_range(&seen, *range);
    }
    return true;
}

static void opened(struct control *control, void *context)
{
    struct import_change *change = context;
    const struct migration_job *job = migration_find(control, &change->name);

    if (job == NULL || migration_job_is_over(job))
        answer_error(control, change->errand, "ERR The migration is over");
    else
        errand_done(control, change->errand);
    memory_free(change);
}

/* An import by the same source that is in the way is of a time before it was started anew. */
static const char *make_room(struct control *control, const struct migration_job *job)
{
    list_for_each_safe (link, next, &control->migrations->jobs) {
        struct migration_job *other = list_entry(link, struct migration_job, link);
        bool overlaps = false;

        for (uint32_t i = 0; i < SLOT_COUNT / 64; i++)
            overlaps |= (other->slots.bits[i] & job->slots.bits[i]) != 0;
        if (!overlaps || migration_job_is_over(other))
            continue;
        if (!other->is_import || !node_id_equal(&other->source, &job->source) ||
            !migration_import_stop(control, other, MIGRATION_FAILED, "The source has begun anew"))
            return "ERR Slot is already being imported on the target by a different migration";
        return make_room(control, job);
    }
    return NULL;
}

static const char *may_import(struct control *control, const struct migration_job *job)
{
    if (!is_primary(control))
        return "ERR Target node is not a primary";
    if (migration_find(control, &job->name) != NULL)
        return "ERR There is a migration of this name already";
    if (!source_has_all(control, job))
        return "ERR The slots are not the source's";
    /* What has come by MIGRATE would be dropped. */
    if (migration_open_slot(control, &job->slots) != NULL)
        return "ERR A slot is being imported or migrated by SETSLOT";
    return make_room(control, job);
}

static void establish(struct control *control, struct errand *errand, const struct node_id *name)
{
    uint32_t count = (errand->argc - ESTABLISH_ARGUMENTS) / 2;
    const char *error = "ERR syntax error";
    struct migration_job *job;
    struct slot_range *ranges;
    struct import_change *change;
    struct node_id source;
    int64_t version;

    if (errand->argc < ESTABLISH_ARGUMENTS + 2 || errand->argc % 2 == 0 ||
        !node_id_parse(errand->argv[6], &source)) {
        answer_error(control, errand, error);
        return;
    }
    if (!span_is(errand->argv[4], "TESSERA") || !number_parse_integer(errand->argv[5], &version) ||
        version != VERSION) {
        answer_error(control, errand, "ERR This version of the protocol is not spoken here");
        return;
    }
    ranges = memory_new_zeroed(count, sizeof(*ranges));
    if (!read_ranges(errand, ranges)) {
        memory_free(ranges);
        answer_error(control, errand, "ERR Invalid or out of range slot");
        return;
    }
    job = migration_job_create(name, ranges, count, control->now);
    memory_free(ranges);
    job->is_import = true;
    job->state = IMPORT_RECEIVES;
    job->source = source;
    job->target = topology_myself(cluster_driver_topology(control))->id;
    error = may_import(control, job);
    if (error != NULL) {
        migration_job_free(job);
        answer_error(control, errand, error);
        return;
    }
    list_push_back(&control->migrations->jobs, &job->link);
    change = change_of(job, errand);
    publication_start(control, change, open_part, opened, change);
}

/* ---- With a replica ---- */

/* One that is connected, or one that may take over with the data that it has from before. */
static bool has_replica(const struct control *control)
{
    const struct topology *topology = cluster_driver_topology(control);
    const struct node_id *me = &topology_myself(topology)->id;

    if (replicas_count_acknowledged(control, INT64_MIN, false) > 0)
        return true;
    for (uint32_t i = 0; i < topology->node_count; i++) {
        const struct cluster_node *node = &topology->nodes[i];

        if (node->flags & CLUSTER_NODE_REPLICA && node_id_equal(&node->primary_id, me) &&
            !(node->flags & (CLUSTER_NODE_FAILED | CLUSTER_NODE_NO_FAILOVER)))
            return true;
    }
    return false;
}

/* Does one of the replicas have what has come so far? Where there is none, yes. */
struct replica_question {
    struct replication_wait wait; /* first */
    void (*answered)(struct control *control, struct import_change *change, bool has_it);
    struct import_change *change;
};

static void replica_seen(struct control *control, struct replication_wait *wait)
{
    struct replica_question *question = (struct replica_question *)wait;

    question->answered(control, question->change, wait->count >= wait->wanted);
    memory_free(question);
}

static void ask_replicas(struct control *control, int64_t limit_ms, struct import_change *change,
                         void (*answered)(struct control *control, struct import_change *change,
                                          bool has_it))
{
    struct replica_question *question;

    if (!has_replica(control)) {
        answered(control, change, true);
        return;
    }
    question = memory_new_zeroed(1, sizeof(*question));
    question->answered = answered;
    question->change = change;
    question->wait.wanted = 1;
    question->wait.deadline = control->now + limit_ms;
    question->wait.seen = replica_seen;
    replication_wait_here(control, &question->wait);
}

/* ---- PREPARE name; TAKE name epoch ---- */

/* A replica that is behind would hold up the writers that wait from here on. */
static void prepare_replicated(struct control *control, struct import_change *change, bool has_it)
{
    struct errand *errand = change->errand;
    struct migration_job *job = migration_find(control, &change->name);

    memory_free(change);
    if (!has_it || job == NULL || job->state != IMPORT_RECEIVES) {
        answer_error(control, errand, has_it ? "ERR The migration is over" : NOT_REPLICATED);
        return;
    }
    migration_job_set(job, IMPORT_PREPARED, control->now);
    job->prepared_ms = clock_monotonic_ms();
    job->epoch = (int64_t)cluster_driver_topology(control)->current_epoch + 1;
    answer_number(control, errand, job->epoch);
}

static void prepare(struct control *control, struct errand *errand, const struct migration_job *job)
{
    ask_replicas(control, migration_lease_ms(control), change_of(job, errand), prepare_replicated);
}

static void drop(struct shard *shard, const void *subject)
{
    migration_shard_drop(shard, &((const struct import_change *)subject)->slots);
}

/* The source may have gone on without an answer. */
static bool is_too_late(const struct control *control, const struct migration_job *job)
{
    return clock_monotonic_ms() - job->prepared_ms > migration_lease_ms(control);
}

/* All shards show the slots: now they are to be this node's. */
static void take_slots(struct control *control, struct import_change *change, bool has_it)
{
    struct errand *errand = change->errand;
    struct migration_job *job = migration_find(control, &change->name);
    const struct topology *topology = cluster_driver_topology(control);
    struct cluster_admin admin = {.operation = CLUSTER_ADMIN_TAKE_SLOTS,
                                  .ranges = job->ranges,
                                  .range_count = job->range_count,
                                  .node = job->source,
                                  .epoch = job->epoch};

    ASSERT(job->state == IMPORT_TAKES);
    if (atomic_load(&change->found) != control->node->shard_count) {
        answer_error(control, errand, "ERR Data was flushed");
    } else if (!has_it) {
        answer_error(control, errand, NOT_REPLICATED);
    } else if (is_too_late(control, job)) {
        answer_error(control, errand, TOO_LATE);
    } else {
        ((struct migration_answer *)errand->context)->is_result = true;
        cluster_driver_admin(control, errand, &admin);
    }
    if (topology->owner[slot_set_from(&job->slots, 0)] == topology->myself) {
        memory_free(change);
        migration_over(control, job, MIGRATION_SUCCESS, "");
        return;
    }
    migration_over(control, job, MIGRATION_FAILED, "The slots could not be taken");
    publication_start(control, change, drop, closed, change);
}

/* The slots go to a node that may die in the next moment: its replica is to have their data. */
static void taken_in(struct control *control, void *context)
{
    ask_replicas(control, REPLICA_LIMIT_MS, context, take_slots);
}

static void take(struct control *control, struct errand *errand, struct migration_job *job)
{
    struct import_change *change;
    int64_t epoch;

    if (job->state != IMPORT_PREPARED || is_too_late(control, job)) {
        answer_error(control, errand, TOO_LATE);
        return;
    }
    if (errand->argc != 5 || !number_parse_integer(errand->argv[4], &epoch) || epoch < job->epoch) {
        answer_error(control, errand, "ERR Invalid epoch");
        return;
    }
    job->epoch = epoch;
    migration_job_set(job, IMPORT_TAKES, control->now);
    change = change_of(job, errand);
    change->taken = true;
    publication_start(control, change, close_part, taken_in, change);
}

/* ---- CANCEL name slot ---- */

static void cancel(struct control *control, struct errand *errand, struct migration_job *job)
{
    const struct topology *topology = cluster_driver_topology(control);
    int64_t slot;

    if (errand->argc != 5 || !number_parse_integer(errand->argv[4], &slot) || slot < 0 ||
        slot >= SLOT_COUNT) {
        answer_error(control, errand, "ERR Invalid or out of range slot");
        return;
    }
    if (job != NULL && !migration_job_is_over(job) &&
        migration_import_stop(control, job, MIGRATION_CANCELLED, "Cancelled by the source")) {
        errand_done(control, errand);
        return;
    }
    /* What is not decided yet must not be told as if it were: the source drops what was taken. */
    if (job != NULL && job->state == IMPORT_TAKES)
        answer_error(control, errand, "TRYAGAIN The slots are being taken");
    else if (topology->owner[slot] == topology->myself)
        answer_error(control, errand, MIGRATION_TAKEN " The slots are this node's");
    else
        errand_done(control, errand);
}

void migration_sync(struct control *control, struct errand *errand)
{
    struct span what = errand->argv[2];
    struct migration_job *job;
    struct node_id name;

    if (control->cluster_driver == NULL || errand->argc < 4 ||
        !node_id_parse(errand->argv[3], &name)) {
        answer_error(control, errand, "ERR syntax error");
        return;
    }
    job = migration_find(control, &name);
    if (job != NULL)
        job->heard = control->now;
    if (span_is(what, "ESTABLISH"))
        establish(control, errand, &name);
    else if (span_is(what, "CANCEL"))
        cancel(control, errand, job);
    else if (job == NULL || !job->is_import || migration_job_is_over(job))
        answer_error(control, errand, "ERR There is no such import");
    else if (span_is(what, "PREPARE") && job->state == IMPORT_RECEIVES)
        prepare(control, errand, job);
    else if (span_is(what, "TAKE"))
        take(control, errand, job);
    else if (span_is(what, "KEEPALIVE"))
        errand_done(control, errand);
    else
        answer_error(control, errand, "ERR syntax error");
}
