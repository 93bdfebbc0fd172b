/*
 * Values between the protocol and Lua, as scripts are promised them.
 *
 * A reply becomes: integer -> number, bulk -> string, status -> {ok = text}, error -> {err = text},
 * array -> table, nil -> false; with redis.setresp(3) also map -> {map = {...}}, set -> {set = {x =
 * true}}, double -> {double = number}, boolean, big number -> {big_number = digits}, verbatim ->
 * {verbatim_string = {string, format}}, null -> nil. The way back is the same, and numbers lose
 * what is behind the point.
 *
 * Owner: see engine.h. The functions may raise Lua errors (memory) and are called protected.
 */
#ifndef SERVER_SCRIPT_CONVERT_H
#define SERVER_SCRIPT_CONVERT_H

#include "proto/resp/reply.h"

#include <lua5.1/lua.h>

struct script_run;

/* Pushes the one value that the reply holds. */
void script_convert_reply(lua_State *lua, const struct reply *reply);

/* Writes the value on top of the stack as a reply, and pops it. */
void script_convert_result(lua_State *lua, struct reply *reply);

/* Writes the error on top of the stack, which ended the run, and pops it. */
void script_convert_error(lua_State *lua, const struct script_run *run, struct reply *reply);

#endif
