/*
 * The table that scripts know as `redis` and `server`.
 *
 * Owner: see engine.h.
 */
#ifndef SERVER_SCRIPT_API_H
#define SERVER_SCRIPT_API_H

#include <lua5.1/lua.h>

/* Leaves a new table with the functions and constants of scripts on the stack. */
void script_api_push(lua_State *lua);

/* The same for the time in which a library is loaded: log and constants, without what runs
 * commands. FUNCTION adds register_function. */
void script_api_push_for_loading(lua_State *lua);

/* Raises {err = message}, as errors of redis.call are raised. Does not return. */
int script_api_raise(lua_State *lua, const char *message);

#endif
