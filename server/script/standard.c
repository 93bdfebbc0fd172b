#include "server/script/standard.h"

#include "proto/base/span.h"
#include "server/script/engine.h"
#include "server/script/library.h"
#include "server/script/prng.h"
#include "server/script/sandbox.h"
#include "server/shard/shard.h"

#include <limits.h>
#include <lua5.1/lauxlib.h>
#include <math.h>
#include <stdatomic.h>
#include <string.h>
#include <time.h>

enum {
    RANDOM_RANGE = INT32_MAX,
    /* A function that works on more bytes counts as many instructions. */
    LENGTH_LARGE = 64 * 1024,
    /* Elements up to which a table is sorted in one go. */
    SORTED_AT_ONCE = 16,
    COMPARISONS_BETWEEN_LOOKS = 1 << 14,
    /* Bytes of source that are compiled in one go. */
    SOURCE_PIECE = 64 * 1024,
};

/* Longest string that a single function makes, and longest source. */
static const size_t string_length_max = (size_t)512 << 20;

/* ---- Errors caught ---- */

/* Errors of redis.call are tables: what is caught is their text. A script that was killed catches
 * nothing more. */
static int standard_pcall(lua_State *lua)
{
    const struct script_engine *engine = script_engine_of_lua(lua);
    int status;

    luaL_checkany(lua, 1);
    status = lua_pcall(lua, lua_gettop(lua) - 1, LUA_MULTRET, 0);
    if (status != 0) {
        if (atomic_load_explicit(&engine->shard->script_state, memory_order_relaxed) ==
            SCRIPT_KILLED)
            return lua_error(lua);
        if (lua_istable(lua, -1)) {
            lua_pushliteral(lua, "err");
            lua_rawget(lua, -2);
            if (lua_isstring(lua, -1))
                lua_replace(lua, -2);
            else
                lua_pop(lua, 1);
        }
    }
    lua_pushboolean(lua, status == 0);
    lua_insert(lua, 1);
    return lua_gettop(lua);
}

/* ---- Loading ---- */

/* What the parser reads next, of the span that `context` is. */
static const char *next_piece(lua_State *lua, void *context, size_t *length)
{
    struct span *rest = context;
    const char *piece = rest->data;

    *length = rest->length < SOURCE_PIECE ? rest->length : SOURCE_PIECE;
    *rest = span_of(rest->data + *length, rest->length - *length);
    if (rest->length > 0)
        library_pause(lua);
    return piece;
}

/* Compiles the string at `source`, with the name on top of the stack, which is popped. */
static int load_source(lua_State *lua, int source)
{
    size_t length;
    const char *bytes = lua_tolstring(lua, source, &length);
    struct span rest;

    if (length > 0 && bytes[0] == LUA_SIGNATURE[0]) {
        lua_pushnil(lua);
        lua_pushliteral(lua, "compiled code is not loaded");
        return 2;
    }
    if (length > string_length_max) {
        lua_pushnil(lua);
        lua_pushliteral(lua, "the source is too long");
        return 2;
    }
    rest = span_of(bytes, length);
    /* The parser does not hold its chunk's name: it stays on the stack meanwhile. */
    if (lua_load(lua, next_piece, &rest, lua_tostring(lua, -1)) == 0)
        return 1;
    lua_pushnil(lua);
    lua_insert(lua, -2);
    return 2;
}

static int standard_loadstring(lua_State *lua)
{
    const char *source = luaL_checkstring(lua, 1);

    lua_pushstring(lua, luaL_optstring(lua, 2, source));
    return load_source(lua, 1);
}

/* The pieces are put together first: what decides whether they are loaded is their beginning. */
static int standard_load(lua_State *lua)
{
    luaL_Buffer buffer;
    const char *name = luaL_optstring(lua, 2, "=(load)");

    luaL_checktype(lua, 1, LUA_TFUNCTION);
    lua_pushstring(lua, name);
    luaL_buffinit(lua, &buffer);
    for (;;) {
        luaL_checkstack(lua, 2, "too many nested functions");
        lua_pushvalue(lua, 1);
        lua_call(lua, 0, 1);
        if (lua_isnil(lua, -1) || (lua_isstring(lua, -1) && lua_objlen(lua, -1) == 0))
            break;
        if (!lua_isstring(lua, -1))
            return luaL_error(lua, "reader function must return a string");
        luaL_addvalue(&buffer);
    }
    lua_pop(lua, 1);
    luaL_pushresult(&buffer);
    lua_pushstring(lua, name);
    return load_source(lua, lua_gettop(lua) - 1);
}

/* ---- Others among the globals ---- */

static int standard_unpack(lua_State *lua)
{
    int first;
    int last;
    uint32_t count;

    luaL_checktype(lua, 1, LUA_TTABLE);
    first = luaL_optint(lua, 2, 1);
    last = lua_isnoneornil(lua, 3) ? (int)lua_objlen(lua, 1) : luaL_checkint(lua, 3);
    if (first > last)
        return 0;
    count = (uint32_t)last - (uint32_t)first;
    if (count >= INT_MAX || !lua_checkstack(lua, (int)count + 1))
        return luaL_error(lua, "too many results to unpack");
    for (uint32_t i = 0; i <= count; i++)
        lua_rawgeti(lua, 1, (int)((uint32_t)first + i));
    return (int)count + 1;
}

/* Collecting cannot be switched off: the state outlives the script. */
static int standard_collectgarbage(lua_State *lua)
{
    static const char *const names[] = {"collect", "count",    "step",       "stop",
                                        "restart", "setpause", "setstepmul", NULL};
    int result = 0;

    switch (luaL_checkoption(lua, 1, "collect", names)) {
    case 0:
        lua_gc(lua, LUA_GCCOLLECT, 0);
        break;
    case 1:
        lua_pushnumber(lua, lua_gc(lua, LUA_GCCOUNT, 0) +
                                (lua_Number)lua_gc(lua, LUA_GCCOUNTB, 0) / 1024);
        return 1;
    case 2:
        lua_pushboolean(lua, lua_gc(lua, LUA_GCSTEP, luaL_optint(lua, 2, 0)));
        return 1;
    case 5:
    case 6:
        result = 200;
        break;
    default:
        break;
    }
    lua_pushinteger(lua, result);
    return 1;
}

/* A number in plain digits, as arguments of scripts mostly are: without strtod's care. */
static bool plain_number(const char *text, size_t length, lua_Number *number)
{
    uint64_t value = 0;

    if (length == 0 || length > 15)
        return false;
    for (size_t i = 0; i < length; i++) {
        unsigned digit = (unsigned char)text[i] - (unsigned)'0';

        if (digit > 9)
            return false;
        value = value * 10 + digit;
    }
    *number = (lua_Number)value;
    return true;
}

/* Upvalue: the original. */
static int standard_tonumber(lua_State *lua)
{
    lua_Number number;

    if (lua_gettop(lua) == 1 && lua_type(lua, 1) == LUA_TSTRING &&
        plain_number(lua_tostring(lua, 1), lua_objlen(lua, 1), &number)) {
        lua_pushnumber(lua, number);
        return 1;
    }
    return lua_tocfunction(lua, lua_upvalueindex(1))(lua);
}

/* ---- math ---- */

static int standard_random(lua_State *lua)
{
    struct script_engine *engine = script_engine_of_lua(lua);
    lua_Number unit = (lua_Number)(prng_next(&engine->random) % RANDOM_RANGE) / RANDOM_RANGE;
    int low = 1;
    int high;

    switch (lua_gettop(lua)) {
    case 0:
        lua_pushnumber(lua, unit);
        return 1;
    case 1:
        high = luaL_checkint(lua, 1);
        luaL_argcheck(lua, low <= high, 1, "interval is empty");
        break;
    case 2:
        low = luaL_checkint(lua, 1);
        high = luaL_checkint(lua, 2);
        luaL_argcheck(lua, low <= high, 2, "interval is empty");
        break;
    default:
        return luaL_error(lua, "wrong number of arguments");
    }
    lua_pushnumber(lua, floor(unit * ((lua_Number)high - low + 1)) + low);
    return 1;
}

static int standard_randomseed(lua_State *lua)
{
    script_engine_of_lua(lua)->random = prng_seed(luaL_checkint(lua, 1));
    return 0;
}

/* ---- string ---- */

/* Repeats the bytes, in steps that double. */
static void fill(char *all, size_t size, const char *bytes, size_t length)
{
    size_t filled = length;

    memcpy(all, bytes, length);
    while (filled < size) {
        size_t step = filled < size - filled ? filled : size - filled;

        memcpy(all + filled, all, step);
        filled += step;
    }
}

static int standard_rep(lua_State *lua)
{
    size_t length;
    const char *bytes = luaL_checklstring(lua, 1, &length);
    int count = luaL_checkint(lua, 2);
    char *all;

    if (count <= 0 || length == 0) {
        lua_pushliteral(lua, "");
        return 1;
    }
    if (length > string_length_max / (size_t)count)
        return luaL_error(lua, "resulting string too large");
    all = lua_newuserdata(lua, length * (size_t)count);
    fill(all, length * (size_t)count, bytes, length);
    lua_pushlstring(lua, all, length * (size_t)count);
    if (length * (size_t)count > LENGTH_LARGE)
        library_pause(lua);
    return 1;
}

/* ---- table ---- */

/* Upvalue: the original, which would move elements from and to wherever one says. */
static int standard_insert(lua_State *lua)
{
    script_sandbox_refuse_views(lua);
    if (lua_gettop(lua) == 3 && lua_istable(lua, 1) && lua_isnumber(lua, 2)) {
        lua_Number place = lua_tonumber(lua, 2);

        if (place < 0 || place > (lua_Number)INT_MAX - 1)
            return luaL_argerror(lua, 2, "position out of bounds");
    }
    return lua_tocfunction(lua, lua_upvalueindex(1))(lua);
}

/* Upvalue: the original, which writes to its first argument. */
static int standard_table_writer(lua_State *lua)
{
    script_sandbox_refuse_views(lua);
    return lua_tocfunction(lua, lua_upvalueindex(1))(lua);
}

/* What sort does by itself, in a form in which it can be interrupted. */
static int compare_less(lua_State *lua)
{
    struct script_engine *engine = script_engine_of_lua(lua);

    if (++engine->comparisons % COMPARISONS_BETWEEN_LOOKS == 0 || lua_objlen(lua, 1) > LENGTH_LARGE)
        library_pause(lua);
    lua_pushboolean(lua, lua_lessthan(lua, 1, 2));
    return 1;
}

/* Upvalue: the original. */
static int standard_sort(lua_State *lua)
{
    script_sandbox_refuse_views(lua);
    if (lua_istable(lua, 1) && lua_isnoneornil(lua, 2) && lua_objlen(lua, 1) > SORTED_AT_ONCE) {
        lua_settop(lua, 1);
        lua_pushcfunction(lua, compare_less);
    }
    return lua_tocfunction(lua, lua_upvalueindex(1))(lua);
}

/* ---- coroutine ---- */

/* Why it cannot be resumed; NULL when it can. */
static const char *state_in_the_way(lua_State *lua, lua_State *coroutine)
{
    lua_Debug at;

    if (coroutine == lua)
        return "running";
    if (lua_status(coroutine) == LUA_YIELD)
        return NULL;
    if (lua_status(coroutine) != 0)
        return "dead";
    if (lua_getstack(coroutine, 0, &at) > 0)
        return "normal";
    return lua_gettop(coroutine) == 0 ? "dead" : NULL;
}

/* How many results are on the stack; -1: an error is. The engine knows whose instructions run. */
static int resume(lua_State *lua, lua_State *coroutine, int arguments)
{
    struct script_engine *engine = script_engine_of_lua(lua);
    const char *state = state_in_the_way(lua, coroutine);
    lua_State *before;
    int status;
    int count;

    if (!lua_checkstack(coroutine, arguments))
        luaL_error(lua, "too many arguments to resume");
    if (state != NULL) {
        lua_pushfstring(lua, "cannot resume %s coroutine", state);
        return -1;
    }
    lua_xmove(lua, coroutine, arguments);
    lua_setlevel(lua, coroutine);
    before = script_engine_switch(engine, coroutine);
    status = lua_resume(coroutine, arguments);
    script_engine_switch(engine, before);
    if (status != 0 && status != LUA_YIELD) {
        lua_xmove(coroutine, lua, 1);
        return -1;
    }
    count = lua_gettop(coroutine);
    if (!lua_checkstack(lua, count + 1))
        luaL_error(lua, "too many results to resume");
    lua_xmove(coroutine, lua, count);
    return count;
}

static int standard_resume(lua_State *lua)
{
    lua_State *coroutine = lua_tothread(lua, 1);
    int count;

    luaL_argcheck(lua, coroutine != NULL, 1, "coroutine expected");
    count = resume(lua, coroutine, lua_gettop(lua) - 1);
    lua_pushboolean(lua, count >= 0);
    if (count < 0)
        count = 1;
    lua_insert(lua, -(count + 1));
    return count + 1;
}

/* Upvalue: the coroutine. */
static int resume_wrapped(lua_State *lua)
{
    lua_State *coroutine = lua_tothread(lua, lua_upvalueindex(1));
    int count = resume(lua, coroutine, lua_gettop(lua));

    if (count >= 0)
        return count;
    if (lua_isstring(lua, -1)) {
        luaL_where(lua, 1);
        lua_insert(lua, -2);
        lua_concat(lua, 2);
    }
    return lua_error(lua);
}

/* Upvalue: coroutine.create. */
static int standard_wrap(lua_State *lua)
{
    lua_settop(lua, 1);
    lua_pushvalue(lua, lua_upvalueindex(1));
    lua_insert(lua, 1);
    lua_call(lua, 1, 1);
    lua_pushcclosure(lua, resume_wrapped, 1);
    return 1;
}

/* ---- os ---- */

static int standard_clock(lua_State *lua)
{
    lua_pushnumber(lua, (lua_Number)clock() / CLOCKS_PER_SEC);
    return 1;
}

/* ---- Putting them in place ---- */

static void set(lua_State *lua, const char *name, lua_CFunction function)
{
    lua_pushcfunction(lua, function);
    lua_setfield(lua, -2, name);
}

/* The function that is there becomes the upvalue of what replaces it. */
static void wrap(lua_State *lua, const char *name, lua_CFunction function)
{
    lua_getfield(lua, -1, name);
    lua_pushcclosure(lua, function, 1);
    lua_setfield(lua, -2, name);
}

/* Into the table on top of the stack. */
static void set_patterns(lua_State *lua)
{
    library_pattern_open(lua);
    lua_pushnil(lua);
    while (lua_next(lua, -2) != 0) {
        lua_pushvalue(lua, -2);
        lua_insert(lua, -2);
        lua_settable(lua, -5);
    }
    lua_pop(lua, 1);
}

void script_standard_replace(lua_State *lua, const char *name)
{
    if (strcmp(name, "math") == 0) {
        set(lua, "random", standard_random);
        set(lua, "randomseed", standard_randomseed);
    } else if (strcmp(name, "string") == 0) {
        set(lua, "rep", standard_rep);
        set_patterns(lua);
    } else if (strcmp(name, "table") == 0) {
        wrap(lua, "insert", standard_insert);
        wrap(lua, "remove", standard_table_writer);
        wrap(lua, "sort", standard_sort);
    } else if (strcmp(name, "coroutine") == 0) {
        set(lua, "resume", standard_resume);
        lua_getfield(lua, -1, "create");
        lua_pushcclosure(lua, standard_wrap, 1);
        lua_setfield(lua, -2, "wrap");
    }
}

void script_standard_set(lua_State *lua)
{
    set(lua, "pcall", standard_pcall);
    set(lua, "load", standard_load);
    set(lua, "loadstring", standard_loadstring);
    set(lua, "unpack", standard_unpack);
    set(lua, "collectgarbage", standard_collectgarbage);
    wrap(lua, "tonumber", standard_tonumber);
    lua_newtable(lua);
    set(lua, "clock", standard_clock);
    script_sandbox_protect(lua);
    lua_setfield(lua, -2, "os");
}
