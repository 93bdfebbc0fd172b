#include "server/script/engine.h"

#include "proto/base/assert.h"
#include "proto/base/memory.h"
#include "server/commands/command.h"
#include "server/dispatch/denial.h"
#include "server/journal/recording.h"
#include "server/observe/clock.h"
#include "server/observe/log.h"
#include "server/script/busy.h"
#include "server/script/cache.h"
#include "server/script/caller.h"
#include "server/script/convert.h"
#include "server/script/function_cache.h"
#include "server/script/prng.h"
#include "server/script/running.h"
#include "server/script/sandbox.h"
#include "server/shard/shard.h"

#include <lua5.1/lauxlib.h>
#include <stdio.h>
#include <stdlib.h>

enum {
    /* Instructions between two looks at the clock. */
    HOOK_INSTRUCTIONS = 8192,
    /* Bytes that these may touch: with blocks larger than LARGE_FROM they are fewer. */
    HOOK_BYTES = 512 << 20,
    LARGE_FROM = HOOK_BYTES / HOOK_INSTRUCTIONS,
    /* The same behind commands, which may take long. */
    LOOK_EVERY_US = 1000,
    /* A larger buffer is given back behind the run that needed it. */
    SCRATCH_KEPT_MAX = 64 * 1024,
    ARGV_KEPT_MAX = 1024,
    /* So many short runs in a row are taken for a sign. */
    QUICK_RUNS = 1000,
};

/* Beyond it the parser's counters would not do. */
static const size_t source_length_max = (size_t)1 << 30;
/* What one state may hold: values of the largest size that a client can send, some times over. */
static const size_t memory_max = (size_t)2 << 30;

uint32_t script_flag_of_word(struct span word)
{
    static const struct {
        const char *word;
        uint32_t flag;
    } flags[] = {
        {"no-writes", SCRIPT_NO_WRITES},
        {"allow-oom", SCRIPT_ALLOW_OOM},
        {"allow-stale", SCRIPT_ALLOW_STALE},
        {"no-cluster", SCRIPT_NO_CLUSTER},
        {"allow-cross-slot-keys", SCRIPT_ALLOW_CROSS_SLOT},
    };

    for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++)
        if (span_equal(word, span_of_string(flags[i].word)))
            return flags[i].flag;
    return 0;
}

/* ---- Life ---- */

/* Has the hook called as often as it must be. */
static void set_hook(struct script_engine *engine, lua_State *lua)
{
    size_t instructions = HOOK_BYTES / engine->largest;

    /* That of a script which is being ended stays as it is, whatever was caught. */
    if (lua_gethookcount(lua) == 1 && lua_gethookmask(lua) & LUA_MASKLINE)
        return;
    lua_sethook(lua, lua_gethook(lua), LUA_MASKCOUNT, instructions == 0 ? 1 : (int)instructions);
}

/* A block that takes long to copy or to compare. */
static void note_large(struct script_engine *engine, size_t size)
{
    engine->largest = size;
    if (engine->running != NULL)
        set_hook(engine, engine->running);
}

static void *allocate(void *context, void *block, size_t before, size_t after)
{
    struct script_engine *engine = context;
    void *moved;

    if (after == 0) {
        free(block);
        engine->memory -= before;
        return NULL;
    }
    if (__builtin_expect(after > before && engine->memory + (after - before) > memory_max, 0))
        return NULL;
    moved = realloc(block, after);
    if (moved == NULL)
        return NULL;
    engine->memory += after - before;
    if (engine->memory > engine->memory_peak)
        engine->memory_peak = engine->memory;
    if (__builtin_expect(after > engine->largest, 0))
        note_large(engine, after);
    return moved;
}

struct script_engine *script_engine_of_lua(lua_State *lua)
{
    void *engine;

    lua_getallocf(lua, &engine);
    return engine;
}

lua_State *script_engine_switch(struct script_engine *engine, lua_State *running)
{
    lua_State *before = engine->running;

    engine->running = running;
    set_hook(engine, running);
    return before;
}

/* Whatever goes wrong outside of a protected call is a mistake of ours. */
static int panic(lua_State *lua)
{
    (void)lua;
    UNREACHABLE();
}

/*
 * Makes a table of every error that ends a run, and notes in it where the error came from: the line
 * of the function that raised it, or of the one that called this, when it is one of ours.
 */
static int handle_error(lua_State *lua)
{
    lua_Debug at;
    int level = 1;

    if (lua_type(lua, 1) != LUA_TTABLE) {
        const char *text = lua_tostring(lua, 1);

        lua_createtable(lua, 0, 3);
        lua_pushliteral(lua, "ERR ");
        if (text == NULL)
            lua_pushstring(lua, luaL_typename(lua, 1));
        else
            lua_pushvalue(lua, 1);
        lua_concat(lua, 2);
        lua_setfield(lua, -2, "err");
    }
    while (lua_getstack(lua, level, &at) && lua_getinfo(lua, "Sl", &at)) {
        level++;
        if (at.what[0] == 'C')
            continue;
        lua_pushstring(lua, at.source);
        lua_setfield(lua, -2, "source");
        lua_pushinteger(lua, at.currentline);
        lua_setfield(lua, -2, "line");
        break;
    }
    return 1;
}

/* Fills the fresh state, protected: memory may be short. */
static int build(lua_State *lua)
{
    struct script_engine *engine = script_engine_of_lua(lua);

    script_sandbox_build(engine);
    lua_pushcfunction(lua, handle_error);
    engine->error_handler = luaL_ref(lua, LUA_REGISTRYINDEX);
    return 0;
}

static int run_protected(lua_State *lua);

static struct script_engine *engine_create(struct shard *shard)
{
    struct script_engine *engine = memory_new_zeroed(1, sizeof(*engine));
    int error;

    engine->shard = shard;
    engine->collect_from = memory_max / 8;
    engine->largest = engine->largest_kept = LARGE_FROM;
    engine->random = prng_seed((int32_t)random_next(&shard->random));
    reply_init(&engine->scratch, 2);
    engine->caller = script_caller_create(shard);
    engine->lua = lua_newstate(allocate, engine);
    ASSERT(engine->lua != NULL);
    lua_atpanic(engine->lua, panic);
    error = lua_cpcall(engine->lua, build, NULL);
    ASSERT(error == 0);
    /* What runs a script lies at the bottom of the stack for good: to push it needs no memory. */
    lua_settop(engine->lua, 0);
    lua_pushcfunction(engine->lua, run_protected);
    engine->running = engine->lua;
    lua_sethook(engine->lua, busy_hook, LUA_MASKCOUNT, HOOK_INSTRUCTIONS);
    engine->cache = script_cache_create(engine);
    engine->functions = function_cache_create(engine);
    return engine;
}

struct script_engine *script_engine_of(struct shard *shard)
{
    if (__builtin_expect(shard->script == NULL, 0))
        shard->script = engine_create(shard);
    return shard->script;
}

void script_engine_destroy(struct script_engine *engine)
{
    if (engine == NULL)
        return;
    ASSERT(engine->run == NULL);
    script_cache_destroy(engine->cache);
    lua_close(engine->lua);
    function_cache_destroy(engine->functions);
    script_caller_free(engine->caller);
    reply_free(&engine->scratch);
    memory_free(engine->argv);
    memory_free(engine->numbers);
    memory_free(engine);
}

void script_engine_trim(struct script_engine *engine)
{
    script_cache_sweep(engine->cache);
    if (engine->run == NULL)
        lua_gc(engine->lua, LUA_GCCOLLECT, 0);
}

bool script_engine_is_calm(const struct shard *shard)
{
    return shard->script != NULL && shard->script->quick >= QUICK_RUNS;
}

size_t script_engine_memory(const struct shard *shard)
{
    return shard->script == NULL ? 0 : shard->script->memory;
}

/* ---- Compiling ---- */

bool script_engine_compile(struct script_engine *engine, struct span source, const char *chunk)
{
    lua_State *lua = engine->lua;
    int error;

    if (!lua_checkstack(lua, 8)) {
        lua_pushliteral(lua, "stack overflow");
        return false;
    }
    if (source.length > source_length_max) {
        lua_pushliteral(lua, "the script is too long");
        return false;
    }
    if (source.length > 0 && source.data[0] == LUA_SIGNATURE[0]) {
        lua_pushliteral(lua, "scripts are source text, not compiled code");
        return false;
    }
    /* The parser does not hold its chunk's name: it must live on the stack meanwhile. */
    lua_pushstring(lua, chunk);
    error = luaL_loadbuffer(lua, source.data, source.length, chunk);
    lua_remove(lua, -2);
    return error == 0;
}

/* ---- Running ---- */

bool script_engine_admits(const struct cmd *cmd, uint32_t flags, bool read_only)
{
    const char *error = NULL;

    if (flags & SCRIPT_COMPATIBLE)
        return true;
    /* Such a script is a command that may take memory. */
    if (cmd->shard->denials & DENIAL_MEMORY && !(flags & (SCRIPT_NO_WRITES | SCRIPT_ALLOW_OOM)))
        error = denial_of(cmd->shard, cmd->command, COMMAND_DENYOOM);
    if (cmd->shard->denials & DENIAL_STALE && !(flags & SCRIPT_ALLOW_STALE))
        error = denial_of(cmd->shard, cmd->command, 0);
    if ((flags & SCRIPT_NO_CLUSTER) && cmd->shard->node->cluster_enabled)
        reply_error_literal(cmd->reply,
                            "ERR Can not run script on cluster, 'no-cluster' flag is set.");
    else if (error != NULL)
        reply_error(cmd->reply, span_of_string(error));
    else if (cmd->shard->denials & DENIAL_COPY && !(flags & SCRIPT_NO_WRITES))
        reply_error_literal(cmd->reply, "READONLY You can't write against a read only replica.");
    else if (read_only && !(flags & SCRIPT_NO_WRITES))
        reply_error_literal(cmd->reply,
                            "ERR Can not execute a script with write flag using *_ro command.");
    else
        return true;
    return false;
}

static void push_spans(lua_State *lua, const struct span *spans, uint32_t count)
{
    lua_createtable(lua, (int)count, 0);
    for (uint32_t i = 0; i < count; i++) {
        lua_pushlstring(lua, spans[i].data, spans[i].length);
        lua_rawseti(lua, -2, (int)i + 1);
    }
}

/* KEYS and ARGV of the last script are not for functions to see. */
static void forget_arguments(struct script_engine *engine)
{
    static const char *const names[] = {"KEYS", "ARGV"};
    lua_State *lua = engine->lua;

    if (!engine->has_arguments)
        return;
    lua_rawgeti(lua, LUA_REGISTRYINDEX, engine->globals);
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        lua_pushstring(lua, names[i]);
        lua_pushnil(lua);
        lua_rawset(lua, -3);
    }
    lua_pop(lua, 1);
    engine->has_arguments = false;
}

/* Runs engine->run, from its arguments to its reply. Called protected: memory may be short. */
static int run_protected(lua_State *lua)
{
    struct script_engine *engine = script_engine_of_lua(lua);
    const struct script_run *run = engine->run;
    const struct key *key = &run->cmd->first_key;
    const struct keyspace *keyspace = engine->shard->keyspace;
    int arguments = 0;

    lua_settop(lua, 0);
    lua_rawgeti(lua, LUA_REGISTRYINDEX, engine->error_handler);
    lua_rawgeti(lua, LUA_REGISTRYINDEX, run->reference);
    if (run->kind == SCRIPT_FUNCTION) {
        forget_arguments(engine);
        push_spans(lua, run->keys, run->key_count);
        push_spans(lua, run->arguments, run->argument_count);
        arguments = 2;
    } else {
        lua_rawgeti(lua, LUA_REGISTRYINDEX, engine->globals);
        lua_pushliteral(lua, "KEYS");
        push_spans(lua, run->keys, run->key_count);
        lua_rawset(lua, -3);
        lua_pushliteral(lua, "ARGV");
        push_spans(lua, run->arguments, run->argument_count);
        lua_rawset(lua, -3);
        lua_pop(lua, 1);
        engine->has_arguments = true;
    }
    /* A step of the look-up ahead; the next is taken by the first command. */
    engine->prefetches = key->name.data != NULL && engine->quick < QUICK_RUNS;
    if (engine->prefetches)
        keyspace_prefetch_words(keyspace, run->cmd->database, key);
    if (lua_pcall(lua, arguments, 1, 1) != 0)
        script_convert_error(lua, run, run->cmd->reply);
    else
        script_convert_result(lua, run->cmd->reply);
    return 0;
}

static void begin(struct script_engine *engine, const struct script_run *run)
{
    const struct cmd *cmd = run->cmd;

    engine->run = run;
    engine->database = cmd->database;
    engine->protocol = 2;
    engine->wrote = false;
    engine->unrecorded = cmd->unrecorded;
    engine->slot_known = false;
    engine->time = 0;
    engine->told = 0;
    engine->started_ticks = engine->shard->now_ticks;
    engine->look_ticks = engine->started_ticks + clock_us_to_ticks(LOOK_EVERY_US);
    script_caller_begin(engine->caller, cmd);
    if (run->key_count > 0) {
        engine->slot_known = true;
        engine->slot =
            cmd->first_key.name.data != NULL ? cmd->first_key.slot : key_slot(run->keys[0]);
    }
    atomic_store_explicit(&engine->shard->script_kind, run->kind, memory_order_relaxed);
    atomic_store_explicit(&engine->shard->script_state, SCRIPT_RUNS, memory_order_release);
}

/* What one script leaves behind must not keep the next one from memory: Lua 5.1 does not collect
 * when it runs out. What is still in use afterwards is not looked for again until it has doubled,
 * or memory is scarce. */
static void collect_much(struct script_engine *engine)
{
    size_t next;

    lua_gc(engine->lua, LUA_GCCOLLECT, 0);
    next = 2 * engine->memory;
    if (next < memory_max / 8)
        next = memory_max / 8;
    engine->collect_from = next < memory_max / 2 ? next : memory_max / 2;
}

void script_engine_settle(struct script_engine *engine, bool kept)
{
    if (kept)
        engine->largest_kept = engine->largest;
    if (engine->memory < engine->largest_kept)
        engine->largest_kept = LARGE_FROM;
    engine->largest = engine->largest_kept;
    set_hook(engine, engine->lua);
}

static void end(struct script_engine *engine)
{
    uint32_t state =
        atomic_exchange_explicit(&engine->shard->script_state, SCRIPT_IDLE, memory_order_acq_rel);

    if (__builtin_expect(state != SCRIPT_RUNS, 0)) {
        lua_sethook(engine->lua, busy_hook, LUA_MASKCOUNT, HOOK_INSTRUCTIONS);
        running_end(engine->shard->node->running, engine);
        if (engine->run->cmd->section != NULL)
            busy_calm_parked(engine->run->cmd->section);
        log_notice("script %.*s is over", (int)engine->run->name.length, engine->run->name.data);
    }
    if (__builtin_expect(engine->largest > LARGE_FROM, 0))
        script_engine_settle(engine, engine->run->kind == SCRIPT_FUNCTION);
    engine->run = NULL;
    if (engine->quick < QUICK_RUNS)
        engine->quick++;
    if (__builtin_expect(engine->memory > engine->collect_from, 0))
        collect_much(engine);
    if (__builtin_expect(engine->scratch.capacity > SCRATCH_KEPT_MAX, 0))
        reply_free(&engine->scratch);
    if (__builtin_expect(engine->argv_capacity > ARGV_KEPT_MAX, 0)) {
        memory_free(engine->argv);
        memory_free(engine->numbers);
        engine->argv = NULL;
        engine->numbers = NULL;
        engine->argv_capacity = 0;
    }
}

void script_engine_run(struct script_engine *engine, const struct script_run *run)
{
    struct reply *reply = run->cmd->reply;
    size_t start = reply->length;

    ASSERT(engine->run == NULL);
    ASSERT_DEBUG(run->cmd->shard == engine->shard);
    begin(engine, run);
    recording_unit_begin(engine->shard, run->cmd->section);
    lua_pushvalue(engine->lua, 1);
    if (lua_pcall(engine->lua, 0, 0, 0) != 0) {
        /* Without memory for the arguments or the result, or with a result that cannot be told. */
        const char *message = lua_tostring(engine->lua, -1);

        reply_truncate(reply, start);
        reply_error_format(reply, "ERR %s", message == NULL ? "unknown error" : message);
        lua_settop(engine->lua, 1);
        lua_gc(engine->lua, LUA_GCCOLLECT, 0);
    }
    recording_unit_end(engine->shard, run->cmd->section);
    end(engine);
}
