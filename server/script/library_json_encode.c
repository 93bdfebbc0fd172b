#include "server/script/library_json.h"

#include "proto/base/assert.h"
#include "proto/base/number.h"

#include <limits.h>
#include <lua5.1/lauxlib.h>
#include <math.h>
#include <stdio.h>

enum { NUMBER_TEXT_MAX = 32, ESCAPE_MAX = 6 };

static void refuse(lua_State *lua, int index, const char *why)
{
    luaL_error(lua, "Cannot serialise %s: %s", luaL_typename(lua, index), why);
}

static void literal(lua_State *lua, struct library_buffer *buffer, const char *text)
{
    library_buffer_bytes(lua, buffer, text, strlen(text));
}

/* Writes the escape of a byte, returns its end; NULL when it stands for itself. */
static char *escape(char *out, uint8_t byte)
{
    static const char digits[] = "0123456789abcdef";
    static const char letters[] = "btn-fr"; /* from 8 on */
    char letter = 0;

    if (byte == '"' || byte == '\\' || byte == '/')
        letter = (char)byte;
    else if (byte >= 8 && byte <= 13 && byte != 11)
        letter = letters[byte - 8];
    else if (byte >= 0x20 && byte != 0x7f)
        return NULL;
    *out++ = '\\';
    if (letter != 0) {
        *out++ = letter;
        return out;
    }
    *out++ = 'u';
    *out++ = '0';
    *out++ = '0';
    *out++ = digits[byte >> 4];
    *out++ = digits[byte & 15];
    return out;
}

static void encode_string(lua_State *lua, struct library_buffer *buffer, int index)
{
    size_t length;
    const char *bytes = lua_tolstring(lua, index, &length);
    char *out;

    library_buffer_byte(lua, buffer, '"');
    /* Room for all that is left unescaped, and one escape. */
    out = library_buffer_room(lua, buffer, length + ESCAPE_MAX);
    for (size_t i = 0; i < length; i++) {
        char *end = escape(out, (uint8_t)bytes[i]);
        size_t left = length - i - 1;

        if (end == NULL) {
            *out++ = bytes[i];
            continue;
        }
        buffer->length = (size_t)(end - buffer->data);
        out = library_buffer_room(lua, buffer, left + ESCAPE_MAX);
    }
    buffer->length = (size_t)(out - buffer->data);
    library_buffer_byte(lua, buffer, '"');
}

static void encode_number(lua_State *lua, struct library_json *json, int index)
{
    double number = lua_tonumber(lua, index);
    char *out;

    if (!isfinite(number)) {
        if (json->encode_invalid == JSON_INVALID_REFUSED)
            refuse(lua, index, "must not be NaN or Inf");
        if (json->encode_invalid == JSON_INVALID_NULL)
            literal(lua, json->buffer, "null");
        else
            literal(lua, json->buffer, isnan(number) ? "nan" : number > 0 ? "inf" : "-inf");
        return;
    }
    out = library_buffer_room(lua, json->buffer, NUMBER_TEXT_MAX);
    /* Integers that the precision keeps, but for -0: the usual numbers, and much faster so. */
    if (json->precision == 14 && fabs(number) < 1e14 && floor(number) == number &&
        (number != 0 || !signbit(number)))
        json->buffer->length += number_format_integer(out, (int64_t)number);
    else
        json->buffer->length +=
            (size_t)snprintf(out, NUMBER_TEXT_MAX, "%.*g", json->precision, number);
}

/* How many places the array at the top has; -1 when it is to be an object. */
static int array_places(lua_State *lua, const struct library_json *json)
{
    double largest = 0;
    size_t count = 0;

    lua_pushnil(lua);
    while (lua_next(lua, -2)) {
        double key = lua_type(lua, -2) == LUA_TNUMBER ? lua_tonumber(lua, -2) : 0;

        if (!(key >= 1 && key <= INT_MAX && floor(key) == key)) {
            lua_pop(lua, 2);
            return -1;
        }
        if (key > largest)
            largest = key;
        count++;
        lua_pop(lua, 1);
    }
    if (json->sparse_ratio > 0 && largest > (double)count * json->sparse_ratio &&
        largest > json->sparse_safe) {
        if (!json->sparse_convert)
            refuse(lua, -1, "excessively sparse array");
        return -1;
    }
    return (int)largest;
}

static void encode_value(lua_State *lua, struct library_json *json, int depth);

static void encode_array(lua_State *lua, struct library_json *json, int places, int depth)
{
    library_buffer_byte(lua, json->buffer, '[');
    for (int i = 1; i <= places; i++) {
        if (i > 1)
            library_buffer_byte(lua, json->buffer, ',');
        lua_rawgeti(lua, -1, i);
        encode_value(lua, json, depth);
        lua_pop(lua, 1);
    }
    library_buffer_byte(lua, json->buffer, ']');
}

static void encode_key(lua_State *lua, struct library_json *json, int index)
{
    int type = lua_type(lua, index);

    if (type == LUA_TNUMBER) {
        library_buffer_byte(lua, json->buffer, '"');
        encode_number(lua, json, index);
        literal(lua, json->buffer, "\":");
    } else if (type == LUA_TSTRING) {
        encode_string(lua, json->buffer, index);
        library_buffer_byte(lua, json->buffer, ':');
    } else {
        refuse(lua, index, "table key must be a number or string");
    }
}

static void encode_object(lua_State *lua, struct library_json *json, int depth)
{
    bool is_first = true;

    library_buffer_byte(lua, json->buffer, '{');
    lua_pushnil(lua);
    while (lua_next(lua, -2)) {
        if (!is_first)
            library_buffer_byte(lua, json->buffer, ',');
        is_first = false;
        encode_key(lua, json, -2);
        encode_value(lua, json, depth);
        lua_pop(lua, 1);
    }
    library_buffer_byte(lua, json->buffer, '}');
}

static bool is_marked_array(lua_State *lua)
{
    bool is_marked;

    if (!lua_getmetatable(lua, -1))
        return false;
    luaL_getmetatable(lua, LIBRARY_JSON_ARRAY);
    is_marked = lua_rawequal(lua, -1, -2);
    lua_pop(lua, 2);
    return is_marked;
}

static void encode_table(lua_State *lua, struct library_json *json, int depth)
{
    int places;

    if (depth > json->encode_depth_max || !lua_checkstack(lua, 5))
        luaL_error(lua, "Cannot serialise, excessive nesting (%d)", depth);
    library_buffer_pause(lua, json->buffer);
    places = array_places(lua, json);
    if (places > 0 || (places == 0 && json->array_metatable && is_marked_array(lua)))
        encode_array(lua, json, places, depth);
    else
        encode_object(lua, json, depth);
}

/* The recursion ends at the depth that is set, or where the Lua stack does. */
static void encode_value(lua_State *lua, struct library_json *json, int depth)
{
    switch (lua_type(lua, -1)) {
    case LUA_TSTRING:
        encode_string(lua, json->buffer, -1);
        return;
    case LUA_TNUMBER:
        encode_number(lua, json, -1);
        return;
    case LUA_TBOOLEAN:
        literal(lua, json->buffer, lua_toboolean(lua, -1) ? "true" : "false");
        return;
    case LUA_TNIL:
        literal(lua, json->buffer, "null");
        return;
    case LUA_TTABLE:
        encode_table(lua, json, depth + 1);
        return;
    case LUA_TLIGHTUSERDATA:
        if (lua_touserdata(lua, -1) == NULL) {
            literal(lua, json->buffer, "null");
            return;
        }
        break;
    default:
        break;
    }
    refuse(lua, -1, "type not supported");
}

void library_json_encode(lua_State *lua, struct library_json *json)
{
    ASSERT(json->buffer != NULL);
    encode_value(lua, json, 0);
}
