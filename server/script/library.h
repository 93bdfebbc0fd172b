/*
 * The libraries that scripts find beside Lua's own: cjson, cmsgpack, struct and bit; and what
 * stands in for parts of Lua's own.
 *
 * Each opener pushes a new table with the library's functions and returns 1, as Lua's openers do;
 * who makes the environment of scripts names and protects the tables. The functions raise Lua
 * errors, with the texts that scripts know, and nothing else: no input makes them read or write
 * out of bounds, recurse without limit, or allocate more than a result may be long
 * (LIBRARY_RESULT_MAX). Memory comes from the state's allocator, so that it counts as the scripts'.
 *
 * Thread: the one that owns the Lua state.
 */
#ifndef SERVER_SCRIPT_LIBRARY_H
#define SERVER_SCRIPT_LIBRARY_H

#include <lua5.1/lua.h>
#include <stddef.h>

enum { LIBRARY_RESULT_MAX = 1 << 30 };

/* JSON (RFC 8259), with the extensions and settings of Lua CJSON 2.1. */
int library_json_open(lua_State *lua);

/* MessagePack without the types that came later (bin, ext), as scripts know it. */
int library_message_pack_open(lua_State *lua);

/* Binary structures by format strings: "<>! xbBhHlLTiIcsfd". */
int library_struct_open(lua_State *lua);

/* Operations on 32-bit integers. */
int library_bit_open(lua_State *lua);

/* string.find, match, gmatch and gsub, by a matcher that can be interrupted. */
int library_pattern_open(lua_State *lua);

/* For what takes as long as many instructions: what the state's hook does between these is done
 * now. May raise an error, and calls nothing of a script's. */
static inline void library_pause(lua_State *lua)
{
    lua_Hook hook = lua_gethook(lua);

    if (hook != NULL)
        hook(lua, NULL);
}

#endif
