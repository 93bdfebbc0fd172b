#include "server/script/sandbox.h"

#include "proto/base/assert.h"
#include "server/script/api.h"
#include "server/script/engine.h"
#include "server/script/standard.h"

#include <lua5.1/lauxlib.h>
#include <lua5.1/lualib.h>
#include <string.h>

/* Its address is the key under which a view's metatable has the real table. */
static const char view_mark = 0;

#define READ_ONLY_ERROR "Attempt to modify a readonly table"

/* ---- Views ---- */

static int refuse_assignment(lua_State *lua)
{
    return luaL_error(lua, READ_ONLY_ERROR);
}

void script_sandbox_protect(lua_State *lua)
{
    ASSERT(lua_istable(lua, -1));
    lua_newtable(lua);
    lua_createtable(lua, 0, 3);
    lua_pushvalue(lua, -3);
    lua_setfield(lua, -2, "__index");
    lua_pushcfunction(lua, refuse_assignment);
    lua_setfield(lua, -2, "__newindex");
    lua_pushlightuserdata(lua, (void *)(uintptr_t)&view_mark);
    lua_pushvalue(lua, -4);
    lua_rawset(lua, -3);
    lua_setmetatable(lua, -2);
    lua_remove(lua, -2);
}

/* Pushes the real table behind the view at `index`; false, with nothing pushed: it is no view. */
static bool push_real(lua_State *lua, int index)
{
    if (!lua_istable(lua, index) || !lua_getmetatable(lua, index))
        return false;
    lua_pushlightuserdata(lua, (void *)(uintptr_t)&view_mark);
    lua_rawget(lua, -2);
    lua_remove(lua, -2);
    if (!lua_isnil(lua, -1))
        return true;
    lua_pop(lua, 1);
    return false;
}

void script_sandbox_reveal(lua_State *lua)
{
    if (push_real(lua, -1))
        lua_remove(lua, -2);
}

static bool is_view(lua_State *lua, int index)
{
    if (!push_real(lua, index))
        return false;
    lua_pop(lua, 1);
    return true;
}

/* Without the place in the message, as functions of Lua's own do it. */
void script_sandbox_refuse_views(lua_State *lua)
{
    if (!is_view(lua, 1))
        return;
    lua_pushliteral(lua, READ_ONLY_ERROR);
    lua_error(lua);
}

/* ---- Functions that would see through views, or through which one could write ---- */

static int sandbox_next(lua_State *lua)
{
    luaL_checktype(lua, 1, LUA_TTABLE);
    lua_settop(lua, 2);
    if (push_real(lua, 1))
        lua_replace(lua, 1);
    if (lua_next(lua, 1))
        return 2;
    lua_pushnil(lua);
    return 1;
}

static int sandbox_pairs(lua_State *lua)
{
    luaL_checktype(lua, 1, LUA_TTABLE);
    lua_pushcfunction(lua, sandbox_next);
    lua_pushvalue(lua, 1);
    lua_pushnil(lua);
    return 3;
}

static int sandbox_rawget(lua_State *lua)
{
    luaL_checktype(lua, 1, LUA_TTABLE);
    luaL_checkany(lua, 2);
    lua_settop(lua, 2);
    if (push_real(lua, 1))
        lua_replace(lua, 1);
    lua_rawget(lua, 1);
    return 1;
}

static int sandbox_rawset(lua_State *lua)
{
    luaL_checktype(lua, 1, LUA_TTABLE);
    luaL_checkany(lua, 2);
    luaL_checkany(lua, 3);
    lua_settop(lua, 3);
    script_sandbox_refuse_views(lua);
    lua_rawset(lua, 1);
    return 1;
}

/* Upvalues: the view of the globals, and views to show for its metatable and that of strings. */
static int sandbox_getmetatable(lua_State *lua)
{
    luaL_checkany(lua, 1);
    if (lua_type(lua, 1) == LUA_TSTRING) {
        lua_pushvalue(lua, lua_upvalueindex(3));
        return 1;
    }
    if (is_view(lua, 1)) {
        if (lua_rawequal(lua, 1, lua_upvalueindex(1)))
            lua_pushvalue(lua, lua_upvalueindex(2));
        else
            lua_pushnil(lua);
        return 1;
    }
    if (!lua_getmetatable(lua, 1)) {
        lua_pushnil(lua);
        return 1;
    }
    luaL_getmetafield(lua, 1, "__metatable");
    return 1;
}

static int sandbox_setmetatable(lua_State *lua)
{
    int type = lua_type(lua, 2);

    luaL_checktype(lua, 1, LUA_TTABLE);
    luaL_argcheck(lua, type == LUA_TNIL || type == LUA_TTABLE, 2, "nil or table expected");
    script_sandbox_refuse_views(lua);
    if (luaL_getmetafield(lua, 1, "__metatable"))
        return luaL_error(lua, "cannot change a protected metatable");
    lua_settop(lua, 2);
    lua_setmetatable(lua, 1);
    return 1;
}

/* ---- The globals ---- */

static int undefined_global(lua_State *lua)
{
    const char *name =
        lua_type(lua, 2) == LUA_TSTRING ? lua_tostring(lua, 2) : luaL_typename(lua, 2);

    return luaL_error(lua, "Script attempted to access nonexistent global variable '%s'", name);
}

static void open_standard(lua_State *lua)
{
    static const luaL_Reg opened[] = {
        {"", luaopen_base},
        {LUA_TABLIBNAME, luaopen_table},
        {LUA_STRLIBNAME, luaopen_string},
        {LUA_MATHLIBNAME, luaopen_math},
    };

    for (size_t i = 0; i < sizeof(opened) / sizeof(opened[0]); i++) {
        lua_pushcfunction(lua, opened[i].func);
        lua_pushstring(lua, opened[i].name);
        lua_call(lua, 1, 0);
    }
}

/* Copies what scripts may have of the original globals into the table on top of the stack. */
static void copy_allowed(lua_State *lua)
{
    static const char *const functions[] = {
        "assert",   "error",    "gcinfo", "ipairs", "rawequal", "select",
        "tonumber", "tostring", "type",   "xpcall", "_VERSION",
    };
    static const char *const tables[] = {"coroutine", "math", "string", "table"};

    for (size_t i = 0; i < sizeof(functions) / sizeof(functions[0]); i++) {
        lua_getglobal(lua, functions[i]);
        lua_setfield(lua, -2, functions[i]);
    }
    for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++) {
        lua_getglobal(lua, tables[i]);
        script_standard_replace(lua, tables[i]);
        script_sandbox_protect(lua);
        lua_setfield(lua, -2, tables[i]);
    }
}

/* The table on top of the stack gets this module's functions; `view` is the globals' view. */
static void set_functions(lua_State *lua, int view)
{
    static const luaL_Reg functions[] = {
        {"next", sandbox_next},
        {"pairs", sandbox_pairs},
        {"rawget", sandbox_rawget},
        {"rawset", sandbox_rawset},
        {"setmetatable", sandbox_setmetatable},
    };

    for (size_t i = 0; i < sizeof(functions) / sizeof(functions[0]); i++) {
        lua_pushcfunction(lua, functions[i].func);
        lua_setfield(lua, -2, functions[i].name);
    }
    lua_pushvalue(lua, view);
    lua_newtable(lua);
    script_sandbox_protect(lua);
    lua_newtable(lua);
    lua_getfield(lua, -4, LUA_STRLIBNAME);
    lua_setfield(lua, -2, "__index");
    script_sandbox_protect(lua);
    lua_pushcclosure(lua, sandbox_getmetatable, 3);
    lua_setfield(lua, -2, "getmetatable");
}

static void set_libraries(lua_State *lua)
{
    for (const struct script_library *library = script_libraries; library->name != NULL;
         library++) {
        lua_pushcfunction(lua, library->open);
        lua_pushstring(lua, library->name);
        lua_call(lua, 1, 1);
        script_sandbox_protect(lua);
        lua_setfield(lua, -2, library->name);
    }
    script_api_push(lua);
    script_sandbox_protect(lua);
    lua_pushvalue(lua, -1);
    lua_setfield(lua, -3, "redis");
    lua_setfield(lua, -2, "server");
}

void script_sandbox_build(struct script_engine *engine)
{
    lua_State *lua = engine->lua;
    int globals;
    int view;

    open_standard(lua);
    lua_newtable(lua);
    globals = lua_gettop(lua);
    copy_allowed(lua);
    script_standard_set(lua);
    lua_pushvalue(lua, globals);
    script_sandbox_protect(lua);
    view = lua_gettop(lua);
    lua_pushvalue(lua, globals);
    set_functions(lua, view);
    set_libraries(lua);
    lua_pushvalue(lua, view);
    lua_setfield(lua, -2, "_G");
    lua_createtable(lua, 0, 1);
    lua_pushcfunction(lua, undefined_global);
    lua_setfield(lua, -2, "__index");
    lua_setmetatable(lua, -2);
    engine->globals = luaL_ref(lua, LUA_REGISTRYINDEX);
    lua_pushvalue(lua, view);
    lua_replace(lua, LUA_GLOBALSINDEX);
    lua_settop(lua, globals - 1);
}
