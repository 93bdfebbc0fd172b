#include "server/dispatch/transaction_steps.h"

#include "cluster/view.h"
#include "proto/base/assert.h"
#include "proto/base/memory.h"
#include "server/access/access_log.h"
#include "server/append_only/append_hold.h"
#include "server/commands/command.h"
#include "server/control/errand.h"
#include "server/dispatch/blocked.h"
#include "server/dispatch/execute.h"
#include "server/journal/recording.h"
#include "server/migration/slot_set.h"
#include "server/observe/clock.h"
#include "server/shard/arguments.h"
#include "server/shard/section.h"
#include "server/shard/shard.h"
#include "server/tracking/tracking_client.h"

/* A command that runs by itself, or (command NULL) all those that run together. */
struct step {
    struct unit_command *command;
    uint64_t index;
};

/* Where the answer of a command is. */
struct answer {
    size_t start;
    size_t end;
};

struct steps {
    struct errand_asker asker; /* first */
    struct section section;
    struct connection *connection;
    struct transaction *transaction;
    const struct command *exec;
    struct span *argv;
    uint32_t argc;
    struct step *steps;
    uint64_t count;
    uint64_t next;
    uint64_t first; /* commands that run together, but for those of the control thread */
    uint64_t last;
    struct answer *answers; /* by command, in `reply` */
    struct reply reply;
    bool redirected; /* the cluster has sent the client elsewhere: `reply` ends with that error */
    size_t error;    /* where it begins */
    uint64_t started_ticks;
    uint64_t view_version; /* that has admitted it; 0 without one */
};

static void go_on(struct steps *self);

/* ---- The plan ---- */

static bool is_about_data(const struct unit_command *queued)
{
    return queued->command->scope == SCOPE_KEYS || queued->command->scope == SCOPE_NODE;
}

static bool is_errand(const struct unit_command *queued)
{
    return queued->command->scope == SCOPE_CONTROL;
}

static bool is_together(const struct steps *self, const struct unit_command *queued, uint64_t index)
{
    return index >= self->first && index <= self->last && !is_errand(queued);
}

static void plan(struct steps *self)
{
    const struct unit *unit = &self->transaction->unit;
    uint64_t index = 0;
    bool together = self->transaction->watches != NULL;

    self->first = UINT64_MAX;
    for (const struct unit_command *queued = unit->first; queued != NULL; queued = queued->next) {
        if (is_about_data(queued)) {
            self->last = index;
            if (self->first == UINT64_MAX)
                self->first = index;
        }
        index++;
    }
    self->steps = memory_new((unit->count + 1) * sizeof(*self->steps));
    if (together)
        self->steps[self->count++] = (struct step){0};
    index = 0;
    for (struct unit_command *queued = unit->first; queued != NULL; queued = queued->next) {
        if (!is_together(self, queued, index))
            self->steps[self->count++] = (struct step){.command = queued, .index = index};
        else if (!together)
            self->steps[self->count++] = (struct step){0};
        together |= is_together(self, queued, index);
        index++;
    }
    ASSERT(self->count <= unit->count + 1);
}

/* ---- One command ---- */

static void run_command(struct steps *self, struct unit_command *queued, uint64_t index,
                        struct unit_site *site)
{
    struct answer *answer = &self->answers[index];

    answer->start = self->reply.length;
    unit_run_one(queued, site, &self->reply, 0);
    answer->end = self->reply.length;
}

static void run_alone(struct steps *self, struct unit_command *queued, uint64_t index)
{
    struct access_notes notes = {0};
    struct unit_site site = {.shard = self->connection->shard,
                             .connection = self->connection,
                             .notes = &notes,
                             .asker = is_errand(queued) ? &self->asker : NULL};

    site.shard->now_ticks = clock_ticks();
    run_command(self, queued, index, &site);
    if (notes.count > 0)
        access_notes_settle(&notes, self->connection, self->connection->user);
}

static void errand_answered(struct errand_asker *asker)
{
    struct steps *self = (struct steps *)asker;

    self->answers[self->steps[self->next - 1].index].end = self->reply.length;
    go_on(self);
}

/* ---- Those that run together ---- */

/* Was the slot handed over, or begun to be, while a command waited for the control thread? Replies
 * so. */
static bool is_sent_away(struct steps *self, const struct unit_site *site)
{
    struct transaction *transaction = self->transaction;
    const struct shard *shard = site->shard;
    bool writes = transaction->unit.flags & COMMAND_WRITE || transaction->unit.has_script;

    if (shard->paused_slots != NULL && writes &&
        (!transaction->has_first || slot_set_has(shard->paused_slots, transaction->first.slot))) {
        reply_error_literal(&self->reply, "TRYAGAIN The slot is being handed over");
        return true;
    }
    if (self->view_version != 0 && shard->view->version != self->view_version)
        transaction->pass.gate = ROUTE_GATE_AGAIN;
    return transaction->pass.gate != ROUTE_GATE_NONE &&
           !route_transaction_admits(transaction, site, &self->reply);
}

static void run_together(struct steps *self, struct section *section)
{
    struct transaction *transaction = self->transaction;
    struct shard *shard = self->connection->shard;
    struct access_notes notes = {0};
    struct unit_site site = {
        .shard = shard, .section = section, .connection = self->connection, .notes = &notes};
    uint64_t index = 0;

    shard->now_ticks = clock_ticks();
    transaction->ran = transaction->watches == NULL || watch_settle(shard, transaction->watches);
    if (!transaction->ran)
        return;
    self->error = self->reply.length;
    if (is_sent_away(self, &site)) {
        transaction->ran = false;
        self->redirected = true;
        return;
    }
    recording_unit_begin(shard, section);
    for (struct unit_command *queued = transaction->unit.first; queued != NULL;
         queued = queued->next) {
        if (is_together(self, queued, index))
            run_command(self, queued, index, &site);
        index++;
    }
    recording_unit_end(shard, section);
    if (notes.count > 0)
        access_notes_settle(&notes, self->connection, self->connection->user);
}

static void run_here(struct steps *self)
{
    struct shard *shard = self->connection->shard;
    uint64_t position = append_hold_position(shard);

    run_together(self, NULL);
    position = append_hold_written(shard, self->exec, position);
    if (position != 0)
        append_hold_note(self->connection, shard->index, position);
    if (blocked_is_marked(&shard->blocked))
        blocked_serve(shard);
}

static void section_run(struct section *section, void *context)
{
    struct steps *self = context;
    uint64_t logged = append_hold_total(self->connection->shard->node);

    transaction_share_time(section);
    run_together(self, section);
    append_hold_note_all(self->connection, logged);
    blocked_serve_section(section);
    go_on(self);
}

/* True: they have run; false: they will. */
static bool begin_together(struct steps *self)
{
    struct shard *shard = self->connection->shard;
    struct transaction *transaction = self->transaction;
    uint64_t more = transaction->watches == NULL ? 0 : transaction->watches->shards;
    uint64_t members;

    if (unit_place_of(&transaction->unit, shard, more, &members) == UNIT_HERE) {
        run_here(self);
        return true;
    }
    self->section = (struct section){
        .coordinator = shard, .members = members, .run = section_run, .context = self};
    section_begin(&self->section);
    return false;
}

/* ---- From the beginning to the end ---- */

static void answer(struct steps *self)
{
    struct reply *reply = connection_reply_begin(self->connection);
    size_t start = reply->length;

    if (self->transaction->ran) {
        reply_array(reply, self->transaction->unit.count);
        for (uint64_t i = 0; i < self->transaction->unit.count; i++) {
            const struct answer *one = &self->answers[i];

            reply_raw(reply, span_of(self->reply.bytes + one->start, one->end - one->start));
        }
    } else if (self->redirected) {
        reply_raw(reply,
                  span_of(self->reply.bytes + self->error, self->reply.length - self->error));
    } else {
        reply_null_array(reply);
    }
    connection_reply_end(self->connection, start);
}

static void finish(struct steps *self)
{
    struct connection *connection = self->connection;
    struct shard *shard = connection->shard;

    shard->now_ticks = clock_ticks();
    execute_count(shard, self->exec, shard->now_ticks - self->started_ticks);
    if (!connection->closed)
        answer(self);
    transaction_finish(self->transaction, connection, self->exec, self->argv, self->argc);
    if (connection->tracking != NULL)
        tracking_client_command_done(connection, self->exec);
    if (shard->tracking.pending != 0)
        tracking_serve(shard);
    connection_wake(connection);
    reply_free(&self->reply);
    memory_free(self->answers);
    memory_free(self->steps);
    memory_free(self->argv);
    memory_free(self);
}

static void go_on(struct steps *self)
{
    while (self->next < self->count && self->transaction->ran) {
        struct step *step = &self->steps[self->next++];

        if (step->command != NULL)
            run_alone(self, step->command, step->index);
        else if (!begin_together(self))
            return;
        if (self->asker.waits)
            return;
    }
    finish(self);
}

void transaction_steps_begin(struct shard *shard, const struct batch_item *item,
                             struct transaction *transaction)
{
    struct steps *self = memory_new_zeroed(1, sizeof(*self));

    shard_assert_owner(shard);
    ASSERT(transaction->unit.has_errand);
    self->connection = item->connection;
    self->transaction = transaction;
    self->exec = item->command;
    self->argv = arguments_copy(item->argv, item->argc);
    self->argc = item->argc;
    self->answers = memory_new_zeroed(transaction->unit.count, sizeof(*self->answers));
    self->started_ticks = shard->now_ticks;
    self->view_version = shard->view != NULL ? shard->view->version : 0;
    reply_init(&self->reply, item->connection->reply.protocol);
    self->reply.copy_only = true;
    self->asker = (struct errand_asker){.reply = &self->reply, .answered = errand_answered};
    transaction->ran = true;
    plan(self);
    connection_wait(item->connection, self);
    go_on(self);
}
