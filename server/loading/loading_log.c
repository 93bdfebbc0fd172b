/*
 * The commands of a log: those of this shard's keys are run, others gone past.
 *
 * A command whose keys are on several shards, or that is about the whole node, waits for a
 * *meeting*: every shard comes to it in the same order, since all read the same bytes; the last one
 * to come runs it, while the others are parked.
 */
#include "proto/base/assert.h"
#include "proto/base/memory.h"
#include "proto/base/number.h"
#include "server/commands/command.h"
#include "server/commands/handlers.h"
#include "server/dispatch/denial.h"
#include "server/loading/loading_parts.h"
#include "server/observe/log.h"
#include "server/shard/shard.h"

void loading_log_begin(struct loading_shard *self, size_t start)
{
    const struct loading_part *part = loading_part_of(self);

    ASSERT(start <= part->bytes.length);
    aof_reader_free(&self->log);
    self->log = aof_reader_of(part->bytes);
    self->log.position = start;
    self->transaction_end = 0;
    self->database = 0;
    self->phase = LOADING_IN_COMMANDS;
    if (self->caller == NULL)
        loading_replay_open(self);
}

/* ---- The end ---- */

static bool end_part(struct loading_shard *self)
{
    self->phase = LOADING_PART_BEGINS;
    self->part_index++;
    return false;
}

/* It is torn at this offset: the log ends there, if that is allowed. */
static bool end_torn(struct loading_shard *self, size_t offset, const char *what)
{
    struct loading_part *part = loading_part_of(self);

    if (!part->may_be_torn)
        return loading_fail(self->loading,
                            "Bad file format reading the append only file %s: %s at offset %zu, "
                            "and it is not the last file: nothing may be missing in it",
                            part->path, what, offset);
    if (!self->loading->load_truncated)
        return loading_fail(self->loading,
                            "Unexpected end of file reading the append only file %s: %s at offset "
                            "%zu. With aof-load-truncated yes it is cut there, and tessera-check "
                            "--fix cuts it",
                            part->path, what, offset);
    atomic_store(&part->cut, offset);
    return end_part(self);
}

static bool fail_malformed(struct loading_shard *self, const struct aof_reader *reader)
{
    return loading_fail(self->loading,
                        "Bad file format reading the append only file %s: the record at offset %zu "
                        "is malformed at offset %zu",
                        loading_part_of(self)->path, reader->start, reader->position);
}

/* ---- What waits ---- */

static void run_waiting(struct loading_shard *self)
{
    struct keyspace *keyspace = self->shard->keyspace;

    for (uint32_t i = 0; i < self->command_count; i++)
        if (self->commands[i].has_key)
            keyspace_prefetch_words(keyspace, self->commands[i].database, &self->commands[i].key);
    for (uint32_t i = 0; i < self->command_count; i++)
        if (self->commands[i].has_key)
            keyspace_prefetch_entry(keyspace, self->commands[i].database, &self->commands[i].key);
    for (uint32_t i = 0; i < self->command_count; i++)
        loading_replay_run(self, &self->commands[i], NULL);
    self->command_count = 0;
    self->span_count = 0;
}

/* Room for so many arguments that stay until the command runs; NULL when there are too many. */
static struct span *take_spans(struct loading_shard *self, uint32_t count)
{
    struct span *spans;

    if (self->command_count == LOADING_COMMANDS_AHEAD ||
        self->span_count + count > LOADING_SPANS_AHEAD)
        run_waiting(self);
    if (count > LOADING_SPANS_AHEAD)
        return NULL;
    spans = &self->spans[self->span_count];
    self->span_count += count;
    return spans;
}

static struct loading_command command_of(const struct loading_shard *self,
                                         const struct batch_item *item)
{
    return (struct loading_command){.command = item->command,
                                    .argv = item->argv,
                                    .key = item->key,
                                    .argc = item->argc,
                                    .database = self->database,
                                    .has_key = item->has_key};
}

static void add_command(struct loading_shard *self, const struct batch_item *item)
{
    struct loading_command command = command_of(self, item);
    struct span *spans = take_spans(self, item->argc);

    if (spans == NULL) {
        loading_replay_run(self, &command, NULL);
        return;
    }
    memcpy(spans, item->argv, item->argc * sizeof(*spans));
    command.argv = spans;
    if (item->has_key)
        keyspace_prefetch_table(self->shard->keyspace, self->database, &item->key);
    self->commands[self->command_count++] = command;
}

/* ---- Transactions ---- */

static bool is_named(const struct aof_reader *reader, struct span name)
{
    return span_equal_ignoring_case(reader->argv[0], name);
}

/* Behind a MULTI: where its EXEC is. A transaction without one is none. */
static bool begin_transaction(struct loading_shard *self)
{
    struct aof_reader ahead = {
        .bytes = self->log.bytes, .length = self->log.length, .position = self->log.position};
    enum aof_status status;
    bool ok;

    do {
        status = aof_reader_next(&ahead);
    } while (status == AOF_ANNOTATION ||
             (status == AOF_COMMAND && !is_named(&ahead, SPAN("EXEC"))));
    self->transaction_end = ahead.start;
    ok = status == AOF_COMMAND;
    if (!ok)
        run_waiting(self);
    if (status == AOF_BAD)
        fail_malformed(self, &ahead);
    else if (!ok)
        end_torn(self, self->log.start, "a transaction is incomplete");
    aof_reader_free(&ahead);
    return ok;
}

/* ---- Meetings ---- */

static void meeting_run(struct section *section, void *context)
{
    struct loading_shard *self = context;
    const struct batch_item *item = &self->meeting;
    struct loading_command command = command_of(self, item);

    self->shard->denials = 0;
    loading_replay_run(self, &command, section);
    denial_refresh(self->shard);
    shard_read_clock(self->shard);
    for (uint32_t i = 0; i < self->loading->node->shard_count; i++)
        keyspace_set_time(self->loading->node->shards[i]->keyspace, self->shard->now);
    atomic_fetch_add(&self->loading->met, 1);
}

/* What waits runs first. False, as no step goes on from here. */
static bool begin_meeting(struct loading_shard *self, const struct batch_item *item)
{
    struct loading *loading = self->loading;
    uint64_t arrived;

    run_waiting(self);
    self->meeting = *item;
    self->meetings++;
    self->phase = LOADING_AT_MEETING;
    arrived = atomic_fetch_add(&loading->arrived, 1) + 1;
    self->coordinates = arrived == self->meetings * loading->node->shard_count;
    if (!self->coordinates)
        return false;
    self->section = (struct section){.coordinator = self->shard,
                                     .members = section_all(loading->node),
                                     .run = meeting_run,
                                     .context = self};
    section_begin(&self->section);
    return false;
}

bool loading_log_meet(struct loading_shard *self)
{
    ASSERT(self->phase == LOADING_AT_MEETING);
    if (atomic_load(&self->loading->met) < self->meetings)
        return false;
    self->coordinates = false;
    self->phase = LOADING_IN_COMMANDS;
    return true;
}

/* ---- Where a command goes ---- */

static bool select_database(struct loading_shard *self)
{
    int64_t number;

    if (self->log.argc != 2 || !number_parse_integer(self->log.argv[1], &number) || number < 0 ||
        number >= (int64_t)self->loading->node->databases)
        return loading_fail(self->loading,
                            "%s: the SELECT at offset %zu is of a database that the node does not "
                            "have: see databases",
                            loading_part_of(self)->path, self->log.start);
    self->database = (uint32_t)number;
    return true;
}

/* Of a command whose keys are one by one: those of this shard. */
static void run_own_keys(struct loading_shard *self, const struct batch_item *item, uint32_t step)
{
    const struct node *node = self->loading->node;
    struct batch_item own = *item;
    struct span *argv = memory_new(item->argc * sizeof(*argv));

    own.argv = argv;
    own.argc = 1;
    argv[0] = item->argv[0];
    for (uint32_t i = 1; i + step <= item->argc; i += step) {
        if (node_shard_of(node, key_slot(item->argv[i])) != self->shard->index)
            continue;
        memcpy(&argv[own.argc], &item->argv[i], step * sizeof(*argv));
        own.argc += step;
    }
    if (own.argc > 1) {
        own.key = keyspace_key(self->shard->keyspace, argv[1]);
        own.has_key = true;
        add_command(self, &own);
    }
    memory_free(argv);
}

/* Keys on several shards. */
static bool take_spread(struct loading_shard *self, const struct batch_item *item)
{
    command_handler *run = item->command->run;

    if (run == command_del || run == command_unlink)
        run_own_keys(self, item, 1);
    else if (run == command_mset)
        run_own_keys(self, item, 2);
    else
        return begin_meeting(self, item);
    return true;
}

/* Without keys: about the node, or of no effect on data. */
static bool take_keyless(struct loading_shard *self, const struct batch_item *item)
{
    const struct command *command = item->command;

    if (command->scope == SCOPE_NODE && command->flags & COMMAND_WRITE)
        return begin_meeting(self, item);
    if (self->shard->index != 0 || command->flags & COMMAND_PUBSUB)
        return true;
    if (command->flags & (COMMAND_WRITE | COMMAND_MAY_REPLICATE)) {
        run_waiting(self);
        add_command(self, item);
        run_waiting(self);
    } else if (atomic_fetch_add(&self->loading->strange_commands, 1) < LOADING_WORDS_OF_FILE_MAX) {
        log_warning("%s: '%s' at offset %zu is no command of a log, and is not run",
                    loading_part_of(self)->path, command->name, self->log.start);
    }
    return true;
}

static bool fail_unknown(struct loading_shard *self, const struct batch_item *item)
{
    struct span name = item->argv[0];
    const char *what = item->target == TARGET_UNKNOWN ? "Unknown command"
                       : item->target == TARGET_ARITY ? "wrong number of arguments for"
                                                      : "no keys can be found in";

    return loading_fail(self->loading, "%s '%.*s' reading the append only file %s, at offset %zu",
                        what, name.length > 64 ? 64 : (int)name.length, name.data,
                        loading_part_of(self)->path, self->log.start);
}

/* EXEC, MULTI and SELECT are the reader's. True: it was one, or something is wrong. */
static bool take_frame(struct loading_shard *self, bool *ok)
{
    *ok = true;
    if (is_named(&self->log, SPAN("SELECT")))
        *ok = select_database(self);
    else if (is_named(&self->log, SPAN("EXEC")))
        self->transaction_end = 0;
    else if (is_named(&self->log, SPAN("MULTI")))
        *ok = self->transaction_end != 0 || begin_transaction(self);
    else
        return false;
    return true;
}

static bool take_command(struct loading_shard *self)
{
    struct batch_item item = {.argv = self->log.argv, .argc = self->log.argc};
    size_t name = self->log.argv[0].length;
    bool ok;

    if (name >= 4 && name <= 6 && take_frame(self, &ok))
        return ok;
    item.target = batch_target_of(self->shard, &item);
    if (__builtin_expect(item.target == self->shard->index, 1)) {
        add_command(self, &item);
        return true;
    }
    if (item.target < TARGET_HERE)
        return true;
    switch (item.target) {
    case TARGET_SECTION:
    case TARGET_CROSS_SLOT:
        return take_spread(self, &item);
    case TARGET_UNKNOWN:
    case TARGET_ARITY:
    case TARGET_BAD_KEYS:
        return fail_unknown(self, &item);
    default:
        return take_keyless(self, &item);
    }
}

static bool read_next(struct loading_shard *self)
{
    switch (aof_reader_next(&self->log)) {
    case AOF_COMMAND:
        return take_command(self);
    case AOF_ANNOTATION:
        return true;
    case AOF_END:
        run_waiting(self);
        return end_part(self);
    case AOF_TORN:
        run_waiting(self);
        return end_torn(self, self->log.start, "a record is incomplete");
    case AOF_BAD:
        run_waiting(self);
        return fail_malformed(self, &self->log);
    }
    UNREACHABLE();
}

bool loading_log_step(struct loading_shard *self)
{
    for (uint32_t read = 0; read < 4 * LOADING_COMMANDS_AHEAD; read++) {
        if (self->log.position >=
            atomic_load_explicit(&loading_part_of(self)->cut, memory_order_relaxed)) {
            run_waiting(self);
            return end_part(self);
        }
        if (!read_next(self))
            return false;
    }
    run_waiting(self);
    atomic_store_explicit(&self->position, loading_part_of(self)->before + self->log.position,
                          memory_order_relaxed);
    return true;
}
