#include "server/script/api.h"

#include "server/connection/connection.h"
#include "server/journal/journal.h"
#include "server/observe/log.h"
#include "server/observe/version.h"
#include "server/script/engine.h"
#include "server/script/invoke.h"
#include "server/script/sha1.h"

#include <lua5.1/lauxlib.h>
#include <stdio.h>
#include <string.h>

/* What logs of scripts are called by: the numbers that redis.log takes. */
enum script_log { SCRIPT_LOG_DEBUG, SCRIPT_LOG_VERBOSE, SCRIPT_LOG_NOTICE, SCRIPT_LOG_WARNING };

enum script_replication {
    SCRIPT_REPLICATION_NONE = 0,
    SCRIPT_REPLICATION_AOF = JOURNAL_FOR_LOG,
    SCRIPT_REPLICATION_REPLICA = JOURNAL_FOR_REPLICAS,
    SCRIPT_REPLICATION_ALL = JOURNAL_FOR_ALL,
};

int script_api_raise(lua_State *lua, const char *message)
{
    lua_newtable(lua);
    lua_pushstring(lua, message);
    lua_setfield(lua, -2, "err");
    return lua_error(lua);
}

/* {field = the only argument}, or an error in that form. */
static bool has_one_string(lua_State *lua)
{
    if (lua_gettop(lua) == 1 && lua_type(lua, 1) == LUA_TSTRING)
        return true;
    lua_newtable(lua);
    lua_pushliteral(lua, "ERR wrong number or type of arguments");
    lua_setfield(lua, -2, "err");
    return false;
}

/* The text begins with a code: "ERR " is put before one that has a single word. */
static int error_reply(lua_State *lua)
{
    const char *text;

    if (!has_one_string(lua))
        return 1;
    text = lua_tostring(lua, 1);
    if (text[0] == '-')
        text++;
    lua_newtable(lua);
    if (strchr(text, ' ') == NULL)
        lua_pushfstring(lua, "ERR %s", text);
    else
        lua_pushstring(lua, text);
    lua_setfield(lua, -2, "err");
    return 1;
}

static int status_reply(lua_State *lua)
{
    if (!has_one_string(lua))
        return 1;
    lua_newtable(lua);
    lua_pushvalue(lua, 1);
    lua_setfield(lua, -2, "ok");
    return 1;
}

static int sha1hex(lua_State *lua)
{
    char hex[SHA1_HEX_LENGTH];
    const char *text;
    size_t length;

    if (lua_gettop(lua) != 1)
        return script_api_raise(lua, "ERR wrong number of arguments");
    text = lua_tolstring(lua, 1, &length);
    sha1_hex(span_of(text == NULL ? "" : text, text == NULL ? 0 : length), hex);
    lua_pushlstring(lua, hex, sizeof(hex));
    return 1;
}

static int write_log(lua_State *lua)
{
    int count = lua_gettop(lua);
    lua_Number level;
    const char *text;

    if (count < 2)
        return script_api_raise(lua, "ERR redis.log() requires two arguments or more.");
    if (!lua_isnumber(lua, 1))
        return script_api_raise(lua, "ERR First argument must be a number (log level).");
    level = lua_tonumber(lua, 1);
    if (level < SCRIPT_LOG_DEBUG || level > SCRIPT_LOG_WARNING)
        return script_api_raise(lua, "ERR Invalid debug level.");
    lua_pushliteral(lua, "");
    for (int i = 2; i <= count; i++) {
        if (!lua_isstring(lua, i))
            continue;
        if (i > 2)
            lua_pushliteral(lua, " ");
        else
            lua_pushliteral(lua, "");
        lua_pushvalue(lua, i);
        lua_concat(lua, 3);
    }
    text = lua_tostring(lua, -1);
    if (level >= SCRIPT_LOG_WARNING)
        log_warning("script: %s", text);
    else if (level >= SCRIPT_LOG_NOTICE)
        log_notice("script: %s", text);
    else if (level >= SCRIPT_LOG_VERBOSE)
        log_verbose("script: %s", text);
    else
        log_debug("script: %s", text);
    return 0;
}

static int set_protocol(lua_State *lua)
{
    struct script_engine *engine = script_engine_of_lua(lua);
    lua_Integer protocol;

    if (lua_gettop(lua) != 1)
        return script_api_raise(lua, "ERR redis.setresp() requires one argument.");
    protocol = lua_tointeger(lua, 1);
    if (protocol != 2 && protocol != 3)
        return script_api_raise(lua, "ERR RESP version must be 2 or 3.");
    engine->protocol = (uint8_t)protocol;
    engine->caller->reply.protocol = (uint8_t)protocol;
    return 0;
}

/* For whom what the script does from here on is recorded. */
static int set_replication(lua_State *lua)
{
    struct script_engine *engine = script_engine_of_lua(lua);
    lua_Integer flags;

    if (lua_gettop(lua) != 1)
        return script_api_raise(lua, "ERR redis.set_repl() requires two arguments.");
    flags = lua_tointeger(lua, 1);
    if (flags & ~SCRIPT_REPLICATION_ALL)
        return script_api_raise(lua, "ERR Invalid replication flags. Use REPL_AOF, REPL_REPLICA, "
                                     "REPL_ALL or REPL_NONE.");
    engine->unrecorded = (uint8_t)(JOURNAL_FOR_ALL & ~flags);
    return 0;
}

static int replicate_commands(lua_State *lua)
{
    lua_pushboolean(lua, 1);
    return 1;
}

/* There is no debugger, so there is none to stop in or to tell. */
static int breakpoint(lua_State *lua)
{
    lua_pushboolean(lua, 0);
    return 1;
}

static int debug(lua_State *lua)
{
    (void)lua;
    return 0;
}

/* ---- The table ---- */

static void set_number(lua_State *lua, const char *name, lua_Integer value)
{
    lua_pushinteger(lua, value);
    lua_setfield(lua, -2, name);
}

static void set_constants(lua_State *lua)
{
    unsigned major = 0;
    unsigned minor = 0;
    unsigned patch = 0;

    set_number(lua, "LOG_DEBUG", SCRIPT_LOG_DEBUG);
    set_number(lua, "LOG_VERBOSE", SCRIPT_LOG_VERBOSE);
    set_number(lua, "LOG_NOTICE", SCRIPT_LOG_NOTICE);
    set_number(lua, "LOG_WARNING", SCRIPT_LOG_WARNING);
    set_number(lua, "REPL_NONE", SCRIPT_REPLICATION_NONE);
    set_number(lua, "REPL_AOF", SCRIPT_REPLICATION_AOF);
    set_number(lua, "REPL_SLAVE", SCRIPT_REPLICATION_REPLICA);
    set_number(lua, "REPL_REPLICA", SCRIPT_REPLICATION_REPLICA);
    set_number(lua, "REPL_ALL", SCRIPT_REPLICATION_ALL);
    lua_pushliteral(lua, COMPATIBLE_VERSION);
    lua_setfield(lua, -2, "REDIS_VERSION");
    if (sscanf(COMPATIBLE_VERSION, "%u.%u.%u", &major, &minor, &patch) == 3)
        set_number(lua, "REDIS_VERSION_NUM", (lua_Integer)(major << 16 | minor << 8 | patch));
    lua_pushliteral(lua, "tessera");
    lua_setfield(lua, -2, "SERVER_NAME");
}

void script_api_push_for_loading(lua_State *lua)
{
    lua_newtable(lua);
    lua_pushcfunction(lua, write_log);
    lua_setfield(lua, -2, "log");
    set_constants(lua);
}

void script_api_push(lua_State *lua)
{
    static const luaL_Reg functions[] = {
        {"call", script_call},
        {"pcall", script_pcall},
        {"error_reply", error_reply},
        {"status_reply", status_reply},
        {"sha1hex", sha1hex},
        {"log", write_log},
        {"setresp", set_protocol},
        {"set_repl", set_replication},
        {"replicate_commands", replicate_commands},
        {"acl_check_cmd", script_check_command},
        {"breakpoint", breakpoint},
        {"debug", debug},
        {NULL, NULL},
    };

    lua_newtable(lua);
    luaL_register(lua, NULL, functions);
    set_constants(lua);
}
