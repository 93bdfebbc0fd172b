/*
 * cjson: its settings, and the table of its functions. A setting is told by the function of its
 * name, and changed first when the function has arguments; it is the instance's, and stays from
 * script to script.
 */
#include "server/script/library_json.h"

#include "server/script/library.h"

#include <limits.h>
#include <lua5.1/lauxlib.h>
#include <stdio.h>

enum { DEPTH_DEFAULT = 1000, PRECISION_DEFAULT = 14, PRECISION_MAX = 14 };

static struct library_json *json_of(lua_State *lua)
{
    return lua_touserdata(lua, lua_upvalueindex(1));
}

/* The instance, for a setting with up to `arguments` of them. */
static struct library_json *json_to_set(lua_State *lua, int arguments)
{
    int count = lua_gettop(lua);

    luaL_argcheck(lua, count <= arguments, arguments + 1, "found too many arguments");
    lua_settop(lua, arguments);
    return json_of(lua);
}

static void set_integer(lua_State *lua, int argument, int *setting, int least, int most)
{
    if (!lua_isnil(lua, argument)) {
        double value = luaL_checknumber(lua, argument);
        char message[64];

        snprintf(message, sizeof(message), "expected integer between %d and %d", least, most);
        luaL_argcheck(lua, value >= least && value <= most, argument, message);
        *setting = (int)value;
    }
    lua_pushinteger(lua, *setting);
}

/* A setting that is true or false, in words "on" and "off", or, if it has three states, "null". */
static int take_choice(lua_State *lua, int argument, int setting, bool has_null)
{
    static const char *const words[] = {"off", "on", "null", NULL};
    int choice;

    if (lua_isnil(lua, argument))
        return setting;
    if (lua_isboolean(lua, argument))
        return lua_toboolean(lua, argument);
    choice = luaL_checkoption(lua, argument, NULL, words);
    if (choice == JSON_INVALID_NULL && !has_null)
        return luaL_argerror(
            lua, argument,
            lua_pushfstring(lua, "invalid option '%s'", lua_tostring(lua, argument)));
    return choice;
}

static void set_boolean(lua_State *lua, int argument, bool *setting)
{
    *setting = take_choice(lua, argument, *setting, false) != 0;
    lua_pushboolean(lua, *setting);
}

static int json_encode_sparse_array(lua_State *lua)
{
    struct library_json *json = json_to_set(lua, 3);

    set_boolean(lua, 1, &json->sparse_convert);
    set_integer(lua, 2, &json->sparse_ratio, 0, INT_MAX);
    set_integer(lua, 3, &json->sparse_safe, 0, INT_MAX);
    return 3;
}

static int json_encode_max_depth(lua_State *lua)
{
    set_integer(lua, 1, &json_to_set(lua, 1)->encode_depth_max, 1, INT_MAX);
    return 1;
}

static int json_decode_max_depth(lua_State *lua)
{
    set_integer(lua, 1, &json_to_set(lua, 1)->decode_depth_max, 1, INT_MAX);
    return 1;
}

static int json_encode_number_precision(lua_State *lua)
{
    set_integer(lua, 1, &json_to_set(lua, 1)->precision, 1, PRECISION_MAX);
    return 1;
}

static int json_encode_keep_buffer(lua_State *lua)
{
    set_boolean(lua, 1, &json_to_set(lua, 1)->keep_buffer);
    return 1;
}

static int json_encode_invalid_numbers(lua_State *lua)
{
    struct library_json *json = json_to_set(lua, 1);

    json->encode_invalid =
        (enum library_json_invalid)take_choice(lua, 1, (int)json->encode_invalid, true);
    if (json->encode_invalid == JSON_INVALID_NULL)
        lua_pushliteral(lua, "null");
    else
        lua_pushboolean(lua, json->encode_invalid == JSON_INVALID_WRITTEN);
    return 1;
}

static int json_decode_invalid_numbers(lua_State *lua)
{
    set_boolean(lua, 1, &json_to_set(lua, 1)->decode_invalid);
    return 1;
}

static int json_decode_array_with_array_mt(lua_State *lua)
{
    set_boolean(lua, 1, &json_to_set(lua, 1)->array_metatable);
    return 1;
}

static int json_encode(lua_State *lua)
{
    struct library_json *json = json_of(lua);

    luaL_argcheck(lua, lua_gettop(lua) == 1, 1, "expected 1 argument");
    library_buffer_reset(lua, json->buffer);
    library_json_encode(lua, json);
    lua_pushlstring(lua, json->buffer->data, json->buffer->length);
    if (!json->keep_buffer)
        library_buffer_release(lua, json->buffer);
    return 1;
}

static int json_decode(lua_State *lua)
{
    struct library_json *json = json_of(lua);
    const char *text;
    size_t length;

    luaL_argcheck(lua, lua_gettop(lua) == 1, 1, "expected 1 argument");
    text = luaL_checklstring(lua, 1, &length);
    library_buffer_reset(lua, json->buffer);
    library_json_decode(lua, json, text, length);
    return 1;
}

static int json_new(lua_State *lua)
{
    return library_json_open(lua);
}

static void push_instance(lua_State *lua)
{
    struct library_json *json = lua_newuserdata(lua, sizeof(*json));

    *json = (struct library_json){
        .sparse_ratio = 2,
        .sparse_safe = 10,
        .encode_depth_max = DEPTH_DEFAULT,
        .decode_depth_max = DEPTH_DEFAULT,
        .precision = PRECISION_DEFAULT,
        .decode_invalid = true,
        .keep_buffer = true,
    };
    json->buffer = library_buffer_new(lua);
    if (luaL_newmetatable(lua, LIBRARY_JSON_ARRAY)) {
        /* What marks arrays is not to be looked into, or changed, by anybody. */
        lua_pushboolean(lua, false);
        lua_setfield(lua, -2, "__metatable");
    }
    lua_pop(lua, 1);
}

int library_json_open(lua_State *lua)
{
    static const struct {
        const char *name;
        lua_CFunction function;
    } functions[] = {
        {"encode", json_encode},
        {"decode", json_decode},
        {"encode_sparse_array", json_encode_sparse_array},
        {"encode_max_depth", json_encode_max_depth},
        {"decode_max_depth", json_decode_max_depth},
        {"encode_number_precision", json_encode_number_precision},
        {"encode_keep_buffer", json_encode_keep_buffer},
        {"encode_invalid_numbers", json_encode_invalid_numbers},
        {"decode_invalid_numbers", json_decode_invalid_numbers},
        {"decode_array_with_array_mt", json_decode_array_with_array_mt},
        {"new", json_new},
    };

    lua_newtable(lua);
    push_instance(lua);
    for (size_t i = 0; i < sizeof(functions) / sizeof(functions[0]); i++) {
        lua_pushvalue(lua, -2);
        lua_pushvalue(lua, -2);
        lua_pushcclosure(lua, functions[i].function, 2);
        lua_setfield(lua, -4, functions[i].name);
    }
    lua_pop(lua, 2);
    lua_pushlightuserdata(lua, NULL);
    lua_setfield(lua, -2, "null");
    lua_pushliteral(lua, "cjson");
    lua_setfield(lua, -2, "_NAME");
    lua_pushliteral(lua, "2.1.0");
    lua_setfield(lua, -2, "_VERSION");
    return 1;
}
