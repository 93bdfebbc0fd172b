#include "server/dispatch/unit.h"

#include "proto/base/assert.h"
#include "proto/base/memory.h"
#include "server/access/access_log.h"
#include "server/commands/command.h"
#include "server/connection/connection.h"
#include "server/dispatch/execute.h"
#include "server/journal/recording.h"
#include "server/observe/clock.h"
#include "server/observe/monitor.h"
#include "server/shard/arguments.h"
#include "server/shard/exclusive.h"
#include "server/shard/shard.h"

enum {
    BLOCK_FIRST = 1024,
    BLOCK_USUAL = 16 * 1024,
    PLACE_ALIGNMENT = 8,
};

struct unit_block {
    struct unit_block *next;
    size_t used;
    size_t capacity;
    _Alignas(PLACE_ALIGNMENT) char bytes[];
};

/* ---- Filling ---- */

static void *allocate(struct unit *unit, size_t size)
{
    struct unit_block *block = unit->blocks;
    void *place;

    size = (size + PLACE_ALIGNMENT - 1) / PLACE_ALIGNMENT * PLACE_ALIGNMENT;
    if (block == NULL || block->capacity - block->used < size) {
        size_t capacity = block == NULL ? BLOCK_FIRST : BLOCK_USUAL;

        if (capacity < size)
            capacity = size;
        block = memory_new(sizeof(*block) + capacity);
        *block = (struct unit_block){.next = unit->blocks, .capacity = capacity};
        unit->blocks = block;
        unit->memory += sizeof(*block) + capacity;
    }
    place = block->bytes + block->used;
    block->used += size;
    return place;
}

static void copy_arguments(struct unit *unit, struct unit_command *queued,
                           const struct batch_item *item)
{
    struct span *argv = allocate(unit, item->argc * sizeof(*argv));
    size_t bytes = 0;
    char *place;

    for (uint32_t i = 0; i < item->argc; i++)
        bytes += item->argv[i].length;
    place = allocate(unit, bytes);
    for (uint32_t i = 0; i < item->argc; i++) {
        if (item->argv[i].length > 0)
            memcpy(place, item->argv[i].data, item->argv[i].length);
        argv[i] = span_of(place, item->argv[i].length);
        place += item->argv[i].length;
    }
    queued->argv = argv;
    queued->argc = item->argc;
    queued->key.name = arguments_in_copy(item->key.name, item->argv, argv, item->argc);
}

static void note_place(struct unit *unit, const struct node *node, const struct batch_item *item)
{
    if (item->target < TARGET_HERE)
        unit->shards |= 1ull << item->target;
    else if (item->target == TARGET_SECTION)
        unit->shards |= exclusive_members(node, item);
    else if (item->command->scope != SCOPE_ANYWHERE)
        unit->at_home = true;
    if (item->command->scope == SCOPE_NODE)
        unit->whole_node = true;
}

void unit_add(struct unit *unit, const struct node *node, const struct batch_item *item)
{
    struct unit_command *queued = allocate(unit, sizeof(*queued));

    ASSERT(item->command != NULL);
    *queued =
        (struct unit_command){.command = item->command, .key = item->key, .target = item->target};
    copy_arguments(unit, queued, item);
    note_place(unit, node, item);
    unit->flags |= item->command->flags;
    unit->has_script |= command_is_script(item->command);
    unit->wants_data |= (item->command->flags & COMMAND_STALE) == 0;
    unit->has_errand |= item->command->scope == SCOPE_CONTROL;
    if (unit->last == NULL)
        unit->first = queued;
    else
        unit->last->next = queued;
    unit->last = queued;
    unit->count++;
}

void unit_free(struct unit *unit)
{
    while (unit->blocks != NULL) {
        struct unit_block *block = unit->blocks;

        unit->blocks = block->next;
        memory_free(block);
    }
    *unit = (struct unit){0};
}

/* ---- Running ---- */

enum unit_place unit_place_of(const struct unit *unit, const struct shard *home, uint64_t more,
                              uint64_t *members)
{
    uint64_t own = 1ull << home->index;

    *members = unit->shards | more;
    if (unit->whole_node) {
        *members = section_all(home->node);
        return UNIT_SECTION;
    }
    if ((*members & ~own) == 0)
        return UNIT_HERE;
    if (unit->at_home || __builtin_popcountll(*members) > 1)
        return UNIT_SECTION;
    return UNIT_AWAY;
}

/* In a section a command runs on the shard of its keys, as a hop would run it, if there is one. */
static struct shard *shard_for(const struct unit_command *queued, const struct unit_site *site)
{
    if (site->section == NULL || queued->target >= TARGET_HERE)
        return site->shard;
    return site->shard->node->shards[queued->target];
}

static uint32_t database_of(const struct unit_site *site)
{
    return site->connection != NULL ? site->connection->database : site->database;
}

/* Who runs the unit now: a command of it may have logged in. */
static const struct user *user_of(const struct unit_site *site)
{
    if (site->connection == NULL)
        return site->user;
    return user_travelling(site->connection->user);
}

/* Has the user lost, since the command was queued, what it needs? Replies and notes that. */
static bool is_denied(const struct unit_command *queued, const struct unit_site *site,
                      const struct user *user, struct reply *reply)
{
    struct access_denial denial;

    if (__builtin_expect(user == NULL, 1) ||
        access_check(user, queued->command, queued->argv, queued->argc, database_of(site), &denial))
        return false;
    access_notes_add(site->notes, ACCESS_MULTI, queued->command, queued->argv, &denial);
    reply_error_format(reply,
                       "NOPERM ACLs rules changed between the moment the transaction was "
                       "accumulated and the EXEC call. This command is no longer allowed for the "
                       "following reason: %s",
                       access_reason_text(denial.reason));
    return true;
}

void unit_run_one(struct unit_command *queued, const struct unit_site *site, struct reply *reply,
                  size_t start)
{
    size_t own = reply->length;
    struct connection *connection = site->connection;
    struct shard *shard = shard_for(queued, site);
    struct cmd cmd = {.command = queued->command,
                      .argv = queued->argv,
                      .argc = queued->argc,
                      .database = database_of(site),
                      .first_key = queued->key,
                      .section = queued->target < TARGET_HERE ? NULL : site->section,
                      .reply = reply,
                      .connection = connection,
                      .user = user_of(site),
                      .notes = site->notes,
                      .pass = site->pass,
                      .no_touch = site->no_touch,
                      .tracker = site->tracker,
                      .asker = site->asker};

    shard_assert_owner(shard);
    if (connection != NULL) {
        cmd.no_touch = connection->no_touch;
        cmd.tracker = connection->tracker;
    }
    if (shard != site->shard)
        shard->now_ticks = clock_ticks();
    if (!is_denied(queued, site, cmd.user, reply))
        queued->duration_us = execute(shard, &cmd).duration_us;
    if (__builtin_expect(reply->length - start > CMD_REPLY_BYTES_MAX, 0)) {
        reply_truncate(reply, own);
        cmd_reply_too_long(&cmd);
    }
    if (shard != site->shard)
        site->shard->now_ticks = shard->now_ticks;
    queued->database = database_of(site);
}

void unit_run(struct unit *unit, const struct unit_site *site, struct reply *reply)
{
    size_t start = reply->length;

    ASSERT(site->section == NULL || site->connection != NULL);
    reply_array(reply, unit->count);
    recording_unit_begin(site->shard, site->section);
    for (struct unit_command *queued = unit->first; queued != NULL; queued = queued->next)
        unit_run_one(queued, site, reply, start);
    recording_unit_end(site->shard, site->section);
}

void unit_report(const struct unit *unit, struct connection *connection)
{
    struct shard *shard = connection->shard;

    shard_assert_owner(shard);
    for (const struct unit_command *queued = unit->first; queued != NULL; queued = queued->next) {
        if (__builtin_expect(shard->monitors > 0, 0))
            monitor_feed(shard, connection, queued->database, queued->command, queued->argv,
                         queued->argc);
        execute_report(connection, queued->command, queued->argv, queued->argc,
                       queued->duration_us);
    }
}
