#include "server/script/invoke.h"

#include "cluster/view.h"
#include "proto/base/assert.h"
#include "proto/base/memory.h"
#include "proto/base/number.h"
#include "server/access/access.h"
#include "server/commands/command.h"
#include "server/commands/handlers.h"
#include "server/connection/connection.h"
#include "server/dispatch/denial.h"
#include "server/dispatch/execute.h"
#include "server/dispatch/route.h"
#include "server/observe/clock.h"
#include "server/observe/monitor.h"
#include "server/script/api.h"
#include "server/script/busy.h"
#include "server/script/convert.h"
#include "server/script/engine.h"
#include "server/shard/section.h"
#include "server/shard/shard.h"

#include <math.h>
#include <stdio.h>

enum {
    NUMBER_TEXT_MAX = 32,
    KEYS_FEW = 16,
    LOOK_EVERY_US = 1000,
};

/* ---- Arguments ---- */

static void reserve(struct script_engine *engine, uint32_t count)
{
    uint32_t capacity = count < 16 ? 16 : count * 2;

    if (__builtin_expect(count <= engine->argv_capacity, 1))
        return;
    engine->argv = memory_resize(engine->argv, capacity * sizeof(*engine->argv));
    engine->numbers = memory_resize(engine->numbers, (size_t)capacity * NUMBER_TEXT_MAX);
    engine->argv_capacity = capacity;
}

/* As "%.17g" writes it; most are integers, for which there is a shorter way. */
static struct span number_text(char *text, lua_Number number)
{
    /* From 1e17 on the exponent shows. */
    if (number > -1e17 && number < 1e17 && number == (lua_Number)(int64_t)number &&
        !(number == 0 && signbit(number)))
        return span_of(text, number_format_integer(text, (int64_t)number));
    return span_of(text, (size_t)snprintf(text, NUMBER_TEXT_MAX, "%.17g", number));
}

/* NULL when all is well, or what is not. */
static const char *take_arguments(lua_State *lua, struct script_engine *engine, uint32_t argc)
{
    if (argc == 0)
        return "ERR Please specify at least one argument for this redis lib call";
    reserve(engine, argc);
    for (uint32_t i = 0; i < argc; i++) {
        int type = lua_type(lua, (int)i + 1);

        if (__builtin_expect(type == LUA_TSTRING, 1)) {
            size_t length;
            const char *bytes = lua_tolstring(lua, (int)i + 1, &length);

            engine->argv[i] = span_of(bytes, length);
        } else if (type == LUA_TNUMBER) {
            engine->argv[i] = number_text(engine->numbers + (size_t)i * NUMBER_TEXT_MAX,
                                          lua_tonumber(lua, (int)i + 1));
        } else {
            return "ERR Lua redis lib command arguments must be strings or integers";
        }
    }
    return NULL;
}

/* ---- May it run? ---- */

/* Commands that wait for keys run in scripts as if their time were over at once: the table, which
 * tells what older servers tell, says no. */
static bool is_for_scripts(const struct script_engine *engine, const struct command *command)
{
    if (command->scope == SCOPE_CONTROL || command->run == NULL)
        return false;
    return !(command->flags & COMMAND_NOSCRIPT) || (command->flags & COMMAND_BLOCKING) ||
           atomic_load_explicit(&engine->shard->node->scripts_run_all, memory_order_relaxed);
}

/* A command about the whole node: there is no waiting for other shards in here. */
static bool needs_others(const struct script_engine *engine, const struct command *command)
{
    return command->scope == SCOPE_NODE && engine->run->cmd->section == NULL &&
           engine->shard->node->shard_count > 1;
}

/* One that has written may take the memory for the rest of it. */
static const char *check_denial(struct script_engine *engine, const struct command *command)
{
    uint32_t flags = command->flags;

    if (engine->shard->denials & DENIAL_STALE && !(flags & COMMAND_STALE))
        return "ERR Can not execute the command on a stale replica";
    if (engine->wrote || engine->run->flags & SCRIPT_ALLOW_OOM)
        flags &= ~(uint32_t)COMMAND_DENYOOM;
    return denial_of(engine->shard, command, flags);
}

static const char *check_command(struct script_engine *engine, const struct command *command,
                                 uint32_t argc)
{
    static const char not_allowed[] = "ERR This Redis command is not allowed from script";

    if (command == NULL)
        return "ERR Unknown Redis command called from script";
    if (!command_arity_ok(command, argc))
        return "ERR Wrong number of args calling Redis command from script";
    if (!is_for_scripts(engine, command))
        return not_allowed;
    if ((engine->run->read_only || engine->run->flags & SCRIPT_NO_WRITES) &&
        command_may_change(command))
        return "ERR Write commands are not allowed from read-only scripts.";
    if (needs_others(engine, command))
        return "ERR This command concerns all shards and is not allowed from a script that runs "
               "on one of them";
    /* What the node refuses to everybody. */
    if (__builtin_expect(engine->shard->denials != 0, 0))
        return check_denial(engine, command);
    return NULL;
}

/* Who runs the script must be allowed to run what it runs. */
static const char *check_user(const struct script_engine *engine, const struct command *command,
                              uint32_t argc)
{
    const struct cmd *outer = engine->run->cmd;
    struct access_denial denial;

    if (__builtin_expect(outer->user == NULL, 1) ||
        access_check(outer->user, command, engine->argv, argc, engine->database, &denial))
        return NULL;
    access_notes_add(outer->notes, ACCESS_LUA, command, engine->argv, &denial);
    if (denial.reason == ACCESS_KEY)
        return "ERR The user executing the script can't access at least one of the keys mentioned "
               "in the command arguments";
    if (denial.reason == ACCESS_CHANNEL)
        return "ERR The user executing the script can't publish to the channel mentioned in the "
               "command";
    return "ERR The user executing the script can't run this command or subcommand";
}

/* ---- Where its keys are ---- */

/* Is there a place that this script's keys must be in? */
static inline bool is_confined(const struct script_engine *engine)
{
    return engine->shard->view != NULL ||
           (engine->shard->node->shard_count > 1 && engine->run->cmd->section == NULL);
}

static const char not_local[] = "ERR Script attempted to access a non local key in a cluster node";

static const char *check_slot(struct script_engine *engine, uint16_t slot)
{
    if (node_shard_of(engine->shard->node, slot) != engine->shard->index)
        return not_local;
    if (engine->run->flags & (SCRIPT_COMPATIBLE | SCRIPT_ALLOW_CROSS_SLOT))
        return NULL;
    if (engine->slot_known && slot != engine->slot)
        return "ERR Script attempted to access keys that do not hash to the same slot";
    engine->slot_known = true;
    engine->slot = slot;
    return NULL;
}

/* Is there nothing more to be asked, for the slot is this node's and not on its way? */
static bool is_plainly_here(const struct script_engine *engine, uint16_t slot)
{
    const struct cluster_view *view = engine->shard->view;

    return view == NULL || (view->owner[slot] == view->myself && view->open_slot_count == 0);
}

static const char *check_keys(struct script_engine *engine, const struct command *command,
                              uint32_t argc)
{
    struct key_position few[KEYS_FEW];
    struct key_position *positions = few;
    int64_t count = command_keys(command, engine->argv, argc, few, KEYS_FEW);
    const char *error = NULL;
    bool plain = true;

    if (count > KEYS_FEW) {
        positions = memory_new((size_t)count * sizeof(*positions));
        command_keys(command, engine->argv, argc, positions, (uint32_t)count);
    }
    for (int64_t i = 0; i < count && error == NULL; i++) {
        uint16_t slot = key_slot(engine->argv[positions[i].index]);

        error = check_slot(engine, slot);
        plain &= is_plainly_here(engine, slot);
    }
    if (positions != few)
        memory_free(positions);
    if (error == NULL && !plain &&
        !route_keys_are_local(engine->run->cmd, command, engine->argv, argc))
        error = not_local;
    return error;
}

/* From here on the script may not be killed, unless somebody has done so already. */
static const char *note_write(struct script_engine *engine)
{
    uint32_t state = SCRIPT_BUSY;

    engine->wrote = true;
    if (__builtin_expect(atomic_load_explicit(&engine->shard->script_state, memory_order_relaxed) ==
                             SCRIPT_RUNS,
                         1))
        return NULL;
    atomic_compare_exchange_strong(&engine->shard->script_state, &state, SCRIPT_BUSY_WROTE);
    return state == SCRIPT_KILLED ? "ERR Script killed by user with SCRIPT KILL." : NULL;
}

/* ---- Running it ---- */

/* A key by its name; most often it is the first one that the script was given. */
static struct key key_of(const struct script_engine *engine, struct span name)
{
    const struct key *given = &engine->run->cmd->first_key;
    struct key key;

    if (!span_equal(given->name, name))
        return keyspace_key(engine->shard->keyspace, name);
    key = *given;
    key.name = name;
    return key;
}

/* TIME: no time passes within a script. */
static void tell_time(struct script_engine *engine)
{
    if (engine->time == 0)
        engine->time = clock_now_us();
    reply_array(&engine->scratch, 2);
    reply_bulk_integer(&engine->scratch, engine->time / 1000000);
    reply_bulk_integer(&engine->scratch, engine->time % 1000000);
}

static void run_command(struct script_engine *engine, const struct command *command, uint32_t argc)
{
    const struct cmd *outer = engine->run->cmd;
    struct section alone = {.coordinator = engine->shard};
    struct cmd cmd = {.command = command,
                      .argv = engine->argv,
                      .argc = argc,
                      .database = engine->database,
                      .section = outer->section,
                      .reply = &engine->scratch,
                      .no_touch = outer->no_touch,
                      .tracker = outer->tracker,
                      .user = outer->user,
                      .notes = outer->notes,
                      .unrecorded = engine->unrecorded};

    if (command->first_key > 0 && (uint32_t)command->first_key < argc)
        cmd.first_key = key_of(engine, engine->argv[command->first_key]);
    if (command->scope != SCOPE_KEYS) {
        cmd.connection = engine->caller;
        if (command->scope == SCOPE_NODE && cmd.section == NULL)
            cmd.section = &alone;
    }
    reply_clear(&engine->scratch);
    engine->scratch.protocol = engine->protocol;
    engine->scratch.copy_only = cmd.section != NULL;
    if (__builtin_expect(engine->shard->monitors > 0, 0))
        monitor_feed_script(engine->shard, engine->database, command, engine->argv, argc);
    if (__builtin_expect(command->run == command_time, 0)) {
        tell_time(engine);
    } else if (__builtin_expect(command->scope == SCOPE_NODE, 0)) {
        busy_calm_parked(cmd.section);
        execute_nested(engine->shard, &cmd);
    } else {
        execute_nested(engine->shard, &cmd);
    }
    if (__builtin_expect(command->scope != SCOPE_KEYS, 0))
        engine->database = engine->caller->database;
    engine->called++;
}

/* Checks and runs; what is wrong with the call is returned, what the command says is in scratch. */
static const char *invoke(lua_State *lua, struct script_engine *engine)
{
    uint32_t argc = (uint32_t)lua_gettop(lua);
    const struct command *command;
    const struct command *container;
    const char *error;

    if (engine->prefetches) {
        engine->prefetches = false;
        keyspace_prefetch_entry(engine->shard->keyspace, engine->run->cmd->database,
                                &engine->run->cmd->first_key);
    }
    error = take_arguments(lua, engine, argc);
    if (error != NULL)
        return error;
    command = command_find_arguments(engine->argv, argc, &container);
    error = check_command(engine, command, argc);
    if (error == NULL)
        error = check_user(engine, command, argc);
    if (error != NULL)
        return error;
    if (is_confined(engine)) {
        error = check_keys(engine, command, argc);
        if (error != NULL)
            return error;
    }
    if (command->flags & COMMAND_WRITE) {
        error = note_write(engine);
        if (error != NULL)
            return error;
    }
    run_command(engine, command, argc);
    return NULL;
}

/* ---- For scripts ---- */

/* Pushes {err = text}; it is counted already, wherever it ends up. */
static void push_error(lua_State *lua, struct span text)
{
    lua_newtable(lua);
    lua_pushlstring(lua, text.data, text.length);
    lua_setfield(lua, -2, "err");
    lua_pushboolean(lua, 1);
    lua_setfield(lua, -2, "ignore_error_stats_update");
}

/* True when an error is on the stack. */
static bool call(lua_State *lua)
{
    struct script_engine *engine = script_engine_of_lua(lua);
    const struct reply *scratch = &engine->scratch;
    const char *error;

    if (engine->run == NULL) {
        push_error(lua, SPAN("ERR redis.call/pcall can only be called inside a script invocation"));
        return true;
    }
    error = invoke(lua, engine);
    if (error != NULL) {
        statistics_error(&engine->shard->statistics, span_of_string(error));
        push_error(lua, span_of_string(error));
        return true;
    }
    if (__builtin_expect(scratch->bytes[0] == '-', 0)) {
        push_error(lua, span_of(scratch->bytes + 1, scratch->length - 3));
        return true;
    }
    script_convert_reply(lua, scratch);
    return false;
}

/* Commands may take long: the instructions between them do not tell. */
static inline void look_at_clock(lua_State *lua)
{
    struct script_engine *engine = script_engine_of_lua(lua);

    if (__builtin_expect(engine->shard->now_ticks > engine->look_ticks, 0)) {
        engine->look_ticks = engine->shard->now_ticks + clock_us_to_ticks(LOOK_EVERY_US);
        busy_look(lua);
    }
}

int script_call(lua_State *lua)
{
    bool failed = call(lua);

    look_at_clock(lua);
    return __builtin_expect(failed, 0) ? lua_error(lua) : 1;
}

int script_pcall(lua_State *lua)
{
    call(lua);
    look_at_clock(lua);
    return 1;
}

int script_check_command(lua_State *lua)
{
    struct script_engine *engine = script_engine_of_lua(lua);
    const struct cmd *outer = engine->run == NULL ? NULL : engine->run->cmd;
    uint32_t argc = (uint32_t)lua_gettop(lua);
    const struct command *container;
    const struct command *command;
    const char *error = take_arguments(lua, engine, argc);
    struct access_denial denial;

    if (error != NULL)
        return script_api_raise(lua, error);
    command = command_find_arguments(engine->argv, argc, &container);
    if (command == NULL)
        return script_api_raise(lua, "ERR Invalid command passed to redis.acl_check_cmd()");
    lua_pushboolean(lua, outer == NULL || outer->user == NULL ||
                             (command_arity_ok(command, argc) &&
                              access_check(outer->user, command, engine->argv, argc,
                                           engine->database, &denial)));
    return 1;
}
