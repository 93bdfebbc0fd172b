/*
 * redis.call and redis.pcall: a command run from a script.
 *
 * The command goes straight to its handler, on the same data as the script: no session, no queue,
 * no MOVED. Its arguments are views of Lua's strings, its reply is read where it was written.
 *
 * Owner: see engine.h.
 */
#ifndef SERVER_SCRIPT_INVOKE_H
#define SERVER_SCRIPT_INVOKE_H

#include <lua5.1/lua.h>

int script_call(lua_State *lua);  /* raises errors */
int script_pcall(lua_State *lua); /* returns them as {err = text} */

/* redis.acl_check_cmd */
int script_check_command(lua_State *lua);

#endif
