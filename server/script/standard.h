/*
 * Functions of Lua's standard libraries that scripts have in another form: because they must give
 * the same in every run (math.random), must not load compiled code (load, loadstring), or could
 * hang or harm the process (unpack, string.rep, patterns ...).
 *
 * Owner: see engine.h.
 */
#ifndef SERVER_SCRIPT_STANDARD_H
#define SERVER_SCRIPT_STANDARD_H

#include <lua5.1/lua.h>

/* Replaces functions of the standard library `name`, whose table is on top of the stack. */
void script_standard_replace(lua_State *lua, const char *name);

/* Sets the replaced ones among the globals in the table on top of the stack. */
void script_standard_set(lua_State *lua);

#endif
