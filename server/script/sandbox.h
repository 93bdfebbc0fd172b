/*
 * What scripts see: the globals, and that they cannot change them.
 *
 * Lua 5.1 knows no read-only table. What scripts get is an empty table whose metatable refers to
 * the real one and refuses assignments; the functions that would see through it (pairs, next,
 * rawget, rawset, getmetatable, setmetatable ...) are replaced by ones that know.
 *
 * Owner: see engine.h. These are called while an engine is made, or by the engine's owner.
 */
#ifndef SERVER_SCRIPT_SANDBOX_H
#define SERVER_SCRIPT_SANDBOX_H

#include <lua5.1/lua.h>

struct script_engine;

/* Builds the globals of a fresh state and makes them those of all code that is compiled in it. */
void script_sandbox_build(struct script_engine *engine);

/* Puts a read-only view in place of the table on top of the stack. */
void script_sandbox_protect(lua_State *lua);

/* Puts the real table in place of the view on top of the stack; what is no view stays. */
void script_sandbox_reveal(lua_State *lua);

/* Raises the error of those who would change a view, if the first argument is one. */
void script_sandbox_refuse_views(lua_State *lua);

/* A library: leaves its table on the stack, which becomes read-only under the name. */
struct script_library {
    const char *name;
    lua_CFunction open;
};
/* The libraries beside Lua's own, ended by a NULL name: cjson, cmsgpack, struct, bit. */
extern const struct script_library script_libraries[];

#endif
