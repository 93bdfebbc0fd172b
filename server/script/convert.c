#include "server/script/convert.h"

#include "proto/base/assert.h"
#include "proto/base/number.h"
#include "server/script/engine.h"

#include <lua5.1/lauxlib.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- From replies ---- */

/* Where a reply is being read. It was written here, so it is whole and well formed. */
struct reading {
    lua_State *lua;
    const struct reply *reply;
    const char *place;
    uint32_t reference; /* the next one */
};

static void push_value(struct reading *reading);

/* A line's text, up to CRLF; goes behind it. */
static struct span read_line(struct reading *reading)
{
    const char *start = reading->place;
    const char *stop = reading->reply->bytes + reading->reply->length;
    const char *end = memchr(start, '\r', (size_t)(stop - start));

    ASSERT(end != NULL);
    reading->place = end + 2;
    return span_of(start, (size_t)(end - start));
}

static int64_t read_number(struct reading *reading)
{
    const char *place = reading->place;
    bool negative = *place == '-';
    uint64_t value = 0;

    place += negative;
    for (; *place != '\r'; place++)
        value = value * 10 + (uint64_t)(*place - '0');
    reading->place = place + 2;
    return (int64_t)(negative ? -value : value);
}

/* The bytes of a bulk, which may lie elsewhere than in the buffer; goes behind it. */
static struct span read_bulk(struct reading *reading, size_t length)
{
    const struct reply *reply = reading->reply;
    struct span bytes = span_of(reading->place, length);

    if (__builtin_expect(reading->reference < reply->reference_count, 0)) {
        const struct reply_reference *reference = &reply->references[reading->reference];

        if (reference->position == (size_t)(reading->place - reply->bytes)) {
            reading->reference++;
            reading->place += 2;
            ASSERT(reference->bytes.length == length);
            return reference->bytes;
        }
    }
    reading->place += length + 2;
    return bytes;
}

static void push_span(lua_State *lua, struct span text)
{
    lua_pushlstring(lua, text.data, text.length);
}

/* {field = text} */
static void push_wrapped(lua_State *lua, const char *field, struct span text)
{
    lua_createtable(lua, 0, 1);
    push_span(lua, text);
    lua_setfield(lua, -2, field);
}

static void push_array(struct reading *reading)
{
    lua_State *lua = reading->lua;
    int64_t count = read_number(reading);

    if (count < 0) {
        lua_pushboolean(lua, 0);
        return;
    }
    luaL_checkstack(lua, 4, "too many levels in a reply");
    lua_createtable(lua, count > INT32_MAX ? INT32_MAX : (int)count, 0);
    for (int64_t i = 1; i <= count; i++) {
        push_value(reading);
        lua_rawseti(lua, -2, (int)i);
    }
}

static void push_bulk(struct reading *reading)
{
    int64_t length = read_number(reading);

    if (length < 0)
        lua_pushboolean(reading->lua, 0);
    else
        push_span(reading->lua, read_bulk(reading, (size_t)length));
}

/* {map = {key = value}} or {set = {element = true}} */
static void push_hash(struct reading *reading, bool is_map)
{
    lua_State *lua = reading->lua;
    int64_t count = read_number(reading);

    luaL_checkstack(lua, 8, "too many levels in a reply");
    lua_createtable(lua, 0, 1);
    /* Grown by and by, as elsewhere: on that depends the order in which pairs() shows it. */
    lua_newtable(lua);
    for (int64_t i = 0; i < count; i++) {
        push_value(reading);
        if (is_map)
            push_value(reading);
        else
            lua_pushboolean(lua, 1);
        /* What Lua takes for no key is left out. */
        if (lua_isnil(lua, -2))
            lua_pop(lua, 2);
        else
            lua_rawset(lua, -3);
    }
    lua_setfield(lua, -2, is_map ? "map" : "set");
}

static void push_double(struct reading *reading)
{
    struct span text = read_line(reading);
    double value;

    if (!number_parse_double(text, &value))
        value = NAN;
    lua_createtable(reading->lua, 0, 1);
    lua_pushnumber(reading->lua, value);
    lua_setfield(reading->lua, -2, "double");
}

static void push_verbatim(struct reading *reading)
{
    lua_State *lua = reading->lua;
    struct span bytes = read_bulk(reading, (size_t)read_number(reading));

    lua_createtable(lua, 0, 1);
    lua_createtable(lua, 0, 2);
    lua_pushlstring(lua, bytes.data, 3);
    lua_setfield(lua, -2, "format");
    lua_pushlstring(lua, bytes.data + 4, bytes.length - 4);
    lua_setfield(lua, -2, "string");
    lua_setfield(lua, -2, "verbatim_string");
}

/* Attributes stand before a value and are none: scripts do not see them. */
static void skip_attribute(struct reading *reading)
{
    int64_t count = read_number(reading);

    for (int64_t i = 0; i < 2 * count; i++) {
        push_value(reading);
        lua_pop(reading->lua, 1);
    }
    push_value(reading);
}

static void push_value(struct reading *reading)
{
    lua_State *lua = reading->lua;

    switch (*reading->place++) {
    case '$':
        push_bulk(reading);
        break;
    case ':':
        lua_pushnumber(lua, (lua_Number)read_number(reading));
        break;
    case '+':
        push_wrapped(lua, "ok", read_line(reading));
        break;
    case '-':
        push_wrapped(lua, "err", read_line(reading));
        break;
    case '*':
    case '>':
        push_array(reading);
        break;
    case '%':
        push_hash(reading, true);
        break;
    case '~':
        push_hash(reading, false);
        break;
    case '_':
        reading->place += 2;
        lua_pushnil(lua);
        break;
    case '#':
        lua_pushboolean(lua, *reading->place == 't');
        reading->place += 3;
        break;
    case ',':
        push_double(reading);
        break;
    case '(':
        push_wrapped(lua, "big_number", read_line(reading));
        break;
    case '=':
        push_verbatim(reading);
        break;
    case '|':
        skip_attribute(reading);
        break;
    default:
        UNREACHABLE();
    }
}

void script_convert_reply(lua_State *lua, const struct reply *reply)
{
    struct reading reading = {.lua = lua, .reply = reply, .place = reply->bytes};

    ASSERT(reply->length > 0);
    push_value(&reading);
}

/* ---- To replies ---- */

/* Most values of one reply: a table that holds another one twice, and so on, is short to make and
 * long to tell. */
enum { VALUES_MAX = 1 << 23 };

static struct span span_at(lua_State *lua, int index)
{
    size_t length;
    const char *bytes = lua_tolstring(lua, index, &length);

    return span_of(bytes, length);
}

/* The same for what becomes a line: it ends at a NUL. */
static struct span line_at(lua_State *lua, int index)
{
    return span_of_string(lua_tostring(lua, index));
}

/* Field of the table on top of the stack; pushes it when it has the type. */
static bool has_field(lua_State *lua, const char *name, int type)
{
    lua_pushstring(lua, name);
    lua_rawget(lua, -2);
    if (lua_type(lua, -1) == type)
        return true;
    lua_pop(lua, 1);
    return false;
}

/* An error text that is no empty line, and does not begin with the mark that it will get. */
static void write_error(struct reply *reply, struct span text)
{
    while (text.length > 0 && text.data[0] == '-')
        text = span_of(text.data + 1, text.length - 1);
    if (text.length == 0)
        reply_error_literal(reply, "ERR");
    else
        reply_error(reply, text);
}

/* What Lua holds of a number, as C converts it: beyond the range it is the smallest integer. */
static int64_t integer_of(lua_Number number)
{
    if (number >= -9223372036854775808.0 && number < 9223372036854775808.0)
        return (int64_t)number;
    return INT64_MIN;
}

/* The pairs of the table on top of the stack, which is popped. */
static void write_hash(lua_State *lua, struct reply *reply, bool is_map)
{
    struct reply_deferred deferred = reply_defer(reply);
    uint64_t count = 0;

    lua_pushnil(lua);
    while (lua_next(lua, -2) != 0) {
        lua_pushvalue(lua, -2);
        if (is_map) {
            lua_insert(lua, -2); /* key, key, value */
            lua_pushvalue(lua, -2);
            script_convert_result(lua, reply);
            script_convert_result(lua, reply);
            lua_pop(lua, 1);
        } else {
            script_convert_result(lua, reply);
            lua_pop(lua, 1);
        }
        count++;
    }
    lua_pop(lua, 1);
    if (is_map)
        reply_deferred_map(reply, deferred, count);
    else
        reply_deferred_set(reply, deferred, count);
}

/* The digits on top of the stack, which may be anything: they must not end the line. */
static void write_big_number(lua_State *lua, struct reply *reply)
{
    struct span digits = span_at(lua, -1);
    char *line;

    if (digits.length == 0) {
        reply_bulk(reply, digits);
        return;
    }
    line = lua_newuserdata(lua, digits.length);
    for (size_t i = 0; i < digits.length; i++)
        line[i] = digits.data[i] == '\r' || digits.data[i] == '\n' ? ' ' : digits.data[i];
    reply_big_number(reply, span_of(line, digits.length));
    lua_pop(lua, 1);
}

static bool write_verbatim(lua_State *lua, struct reply *reply)
{
    bool written = false;

    if (!has_field(lua, "verbatim_string", LUA_TTABLE))
        return false;
    if (has_field(lua, "string", LUA_TSTRING)) {
        lua_pushliteral(lua, "format");
        lua_rawget(lua, -3);
        if (lua_type(lua, -1) == LUA_TSTRING && lua_objlen(lua, -1) == 3) {
            reply_verbatim(reply, lua_tostring(lua, -1), span_at(lua, -2));
            written = true;
        }
        lua_pop(lua, 2);
    }
    lua_pop(lua, 1);
    return written;
}

/* Tables that stand for a value of another kind; false: it is an array. The table stays. */
static bool write_special(lua_State *lua, struct reply *reply)
{
    if (has_field(lua, "err", LUA_TSTRING)) {
        write_error(reply, line_at(lua, -1));
    } else if (has_field(lua, "ok", LUA_TSTRING)) {
        reply_status(reply, line_at(lua, -1));
    } else if (has_field(lua, "double", LUA_TNUMBER)) {
        reply_double(reply, lua_tonumber(lua, -1));
    } else if (has_field(lua, "map", LUA_TTABLE)) {
        write_hash(lua, reply, true);
        return true;
    } else if (has_field(lua, "set", LUA_TTABLE)) {
        write_hash(lua, reply, false);
        return true;
    } else if (has_field(lua, "big_number", LUA_TSTRING)) {
        write_big_number(lua, reply);
    } else {
        return write_verbatim(lua, reply);
    }
    lua_pop(lua, 1);
    return true;
}

static void write_array(lua_State *lua, struct reply *reply)
{
    struct reply_deferred deferred = reply_defer(reply);
    uint64_t count = 0;

    for (;;) {
        lua_rawgeti(lua, -1, (int)count + 1);
        if (lua_isnil(lua, -1))
            break;
        script_convert_result(lua, reply);
        count++;
        if (__builtin_expect(reply->length - deferred.position > CMD_REPLY_BYTES_MAX ||
                                 ++script_engine_of_lua(lua)->told > VALUES_MAX,
                             0))
            luaL_error(lua, "reply is too long");
    }
    lua_pop(lua, 1);
    reply_deferred_array(reply, deferred, count);
}

static void write_table(lua_State *lua, struct reply *reply)
{
    if (!lua_checkstack(lua, 8))
        reply_error_literal(reply, "ERR reached lua stack limit");
    else if (!write_special(lua, reply))
        write_array(lua, reply);
}

void script_convert_result(lua_State *lua, struct reply *reply)
{
    switch (lua_type(lua, -1)) {
    case LUA_TSTRING:
        reply_bulk(reply, span_at(lua, -1));
        break;
    case LUA_TNUMBER:
        reply_integer(reply, integer_of(lua_tonumber(lua, -1)));
        break;
    case LUA_TBOOLEAN:
        if (script_engine_of_lua(lua)->protocol == 3)
            reply_boolean(reply, lua_toboolean(lua, -1));
        else if (lua_toboolean(lua, -1))
            reply_integer(reply, 1);
        else
            reply_null(reply);
        break;
    case LUA_TTABLE:
        write_table(lua, reply);
        break;
    default:
        reply_null(reply);
    }
    lua_pop(lua, 1);
}

/* ---- Errors that end a run ---- */

void script_convert_error(lua_State *lua, const struct script_run *run, struct reply *reply)
{
    struct cmd *cmd = run->cmd;
    const char *error;
    const char *source;

    if (!lua_istable(lua, -1)) {
        /* Without the handler: memory was short, or the handler failed. */
        error = lua_tostring(lua, -1);
        reply_error_format(reply, "ERR %s script: %.*s", error == NULL ? "unknown error" : error,
                           (int)run->name.length, run->name.data);
        lua_pop(lua, 1);
        return;
    }
    lua_getfield(lua, -1, "ignore_error_stats_update");
    cmd->error_counted = lua_toboolean(lua, -1);
    lua_getfield(lua, -2, "err");
    lua_getfield(lua, -3, "source");
    lua_getfield(lua, -4, "line");
    error = lua_tostring(lua, -3);
    source = lua_tostring(lua, -2);
    if (error == NULL)
        error = "ERR unknown error";
    if (source != NULL && lua_isnumber(lua, -1))
        reply_error_format(reply, "%s script: %.*s, on %s:%d.", error, (int)run->name.length,
                           run->name.data, source, (int)lua_tointeger(lua, -1));
    else
        reply_error_format(reply, "%s script: %.*s", error, (int)run->name.length, run->name.data);
    lua_pop(lua, 5);
}
