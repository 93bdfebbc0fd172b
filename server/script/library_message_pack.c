/*
 * cmsgpack: MessagePack as scripts know it.
 *
 * Numbers without a fraction become integers, others the shorter float that keeps them. Tables
 * whose keys are 1 to n become arrays, others maps; what is nested deeper than DEPTH_MAX, or has no
 * form, becomes nil. The types bin and ext are not read.
 *
 * Specification: github.com/msgpack/msgpack/blob/master/spec.md
 */
#include "proto/base/assert.h"
#include "server/script/library.h"
#include "server/script/library_buffer.h"

#include <endian.h>
#include <limits.h>
#include <lua5.1/lauxlib.h>
#include <math.h>
#include <stdbool.h>

enum { DEPTH_MAX = 16 };

/* First bytes. Those of strings, arrays and maps by the bytes of their length. */
enum {
    FORMAT_NIL = 0xc0,
    FORMAT_FALSE = 0xc2,
    FORMAT_TRUE = 0xc3,
    FORMAT_FLOAT = 0xca,
    FORMAT_DOUBLE = 0xcb,
    FORMAT_UNSIGNED_8 = 0xcc, /* 16, 32, 64 follow */
    FORMAT_SIGNED_8 = 0xd0,   /* 16, 32, 64 follow */
    FORMAT_STRING_8 = 0xd9,   /* 16, 32 follow */
    FORMAT_ARRAY_16 = 0xdc,   /* 32 follows */
    FORMAT_MAP_16 = 0xde,     /* 32 follows */
    FORMAT_MAP_FIXED = 0x80,
    FORMAT_ARRAY_FIXED = 0x90,
    FORMAT_STRING_FIXED = 0xa0,
    FORMAT_NEGATIVE_FIXED = 0xe0,
};

/* The first byte, then the low `size` bytes of the value, big endian. */
static void put(lua_State *lua, struct library_buffer *buffer, int format, uint64_t value,
                size_t size)
{
    uint64_t bytes = htobe64(value);

    library_buffer_byte(lua, buffer, (uint8_t)format);
    library_buffer_bytes(lua, buffer, (const char *)&bytes + sizeof(bytes) - size, size);
}

static void pack_integer(lua_State *lua, struct library_buffer *buffer, int64_t value)
{
    uint64_t bits = (uint64_t)value;

    if (value >= 0) {
        if (value <= 0x7f)
            put(lua, buffer, (int)value, 0, 0);
        else if (value <= UINT8_MAX)
            put(lua, buffer, FORMAT_UNSIGNED_8, bits, 1);
        else if (value <= UINT16_MAX)
            put(lua, buffer, FORMAT_UNSIGNED_8 + 1, bits, 2);
        else if (value <= UINT32_MAX)
            put(lua, buffer, FORMAT_UNSIGNED_8 + 2, bits, 4);
        else
            put(lua, buffer, FORMAT_UNSIGNED_8 + 3, bits, 8);
        return;
    }
    if (value >= -32)
        put(lua, buffer, (int)(bits & 0xff), 0, 0);
    else if (value >= INT8_MIN)
        put(lua, buffer, FORMAT_SIGNED_8, bits, 1);
    else if (value >= INT16_MIN)
        put(lua, buffer, FORMAT_SIGNED_8 + 1, bits, 2);
    else if (value >= INT32_MIN)
        put(lua, buffer, FORMAT_SIGNED_8 + 2, bits, 4);
    else
        put(lua, buffer, FORMAT_SIGNED_8 + 3, bits, 8);
}

static void pack_number(lua_State *lua, struct library_buffer *buffer, double number)
{
    if (number >= -0x1p63 && number < 0x1p63 && (double)(int64_t)number == number) {
        pack_integer(lua, buffer, (int64_t)number);
    } else if ((double)(float)number == number) {
        float narrow = (float)number;
        uint32_t bits;

        memcpy(&bits, &narrow, sizeof(bits));
        put(lua, buffer, FORMAT_FLOAT, bits, sizeof(bits));
    } else {
        uint64_t bits;

        memcpy(&bits, &number, sizeof(bits));
        put(lua, buffer, FORMAT_DOUBLE, bits, sizeof(bits));
    }
}

static void pack_string(lua_State *lua, struct library_buffer *buffer)
{
    size_t length;
    const char *bytes = lua_tolstring(lua, -1, &length);

    if (length > LIBRARY_RESULT_MAX)
        luaL_error(lua, "result is too long");
    if (length < 32)
        put(lua, buffer, FORMAT_STRING_FIXED + (int)length, 0, 0);
    else if (length <= UINT8_MAX)
        put(lua, buffer, FORMAT_STRING_8, length, 1);
    else if (length <= UINT16_MAX)
        put(lua, buffer, FORMAT_STRING_8 + 1, length, 2);
    else
        put(lua, buffer, FORMAT_STRING_8 + 2, length, 4);
    library_buffer_bytes(lua, buffer, bytes, length);
}

static void pack_count(lua_State *lua, struct library_buffer *buffer, size_t count, int fixed,
                       int sized)
{
    ASSERT(count <= UINT32_MAX);
    if (count < 16)
        put(lua, buffer, fixed + (int)count, 0, 0);
    else if (count <= UINT16_MAX)
        put(lua, buffer, sized, count, 2);
    else
        put(lua, buffer, sized + 1, count, 4);
}

/* Are the keys of the table at the top 1 to n? */
static bool is_array(lua_State *lua, size_t *count)
{
    double largest = 0;
    bool is_index = true;

    *count = 0;
    lua_pushnil(lua);
    while (lua_next(lua, -2)) {
        lua_pop(lua, 1);
        ++*count;
        if (is_index && lua_type(lua, -1) == LUA_TNUMBER) {
            double key = lua_tonumber(lua, -1);

            is_index = key >= 1 && key <= INT_MAX && floor(key) == key;
            if (is_index && key > largest)
                largest = key;
        } else {
            is_index = false;
        }
    }
    return is_index && largest == (double)*count;
}

static void pack_value(lua_State *lua, struct library_buffer *buffer, int depth);

static void pack_table(lua_State *lua, struct library_buffer *buffer, int depth)
{
    size_t count;

    luaL_checkstack(lua, 4, "too deeply nested table");
    library_buffer_pause(lua, buffer);
    if (is_array(lua, &count)) {
        pack_count(lua, buffer, count, FORMAT_ARRAY_FIXED, FORMAT_ARRAY_16);
        for (size_t i = 1; i <= count; i++) {
            lua_rawgeti(lua, -1, (int)i);
            pack_value(lua, buffer, depth + 1);
        }
        return;
    }
    pack_count(lua, buffer, count, FORMAT_MAP_FIXED, FORMAT_MAP_16);
    lua_pushnil(lua);
    while (lua_next(lua, -2)) {
        lua_pushvalue(lua, -2);
        pack_value(lua, buffer, depth + 1);
        pack_value(lua, buffer, depth + 1);
    }
}

/* Writes the value at the top and pops it. */
static void pack_value(lua_State *lua, struct library_buffer *buffer, int depth)
{
    int type = lua_type(lua, -1);

    if (type == LUA_TSTRING)
        pack_string(lua, buffer);
    else if (type == LUA_TNUMBER)
        pack_number(lua, buffer, lua_tonumber(lua, -1));
    else if (type == LUA_TBOOLEAN)
        put(lua, buffer, lua_toboolean(lua, -1) ? FORMAT_TRUE : FORMAT_FALSE, 0, 0);
    else if (type == LUA_TTABLE && depth < DEPTH_MAX)
        pack_table(lua, buffer, depth);
    else
        put(lua, buffer, FORMAT_NIL, 0, 0);
    lua_pop(lua, 1);
}

static int message_pack(lua_State *lua)
{
    struct library_buffer *buffer = lua_touserdata(lua, lua_upvalueindex(1));
    int count = lua_gettop(lua);

    if (count == 0)
        return luaL_argerror(lua, 0, "MessagePack pack needs input.");
    luaL_checkstack(lua, 4, "Too many arguments for MessagePack pack.");
    library_buffer_reset(lua, buffer);
    for (int i = 1; i <= count; i++) {
        lua_pushvalue(lua, i);
        pack_value(lua, buffer, 0);
    }
    lua_pushlstring(lua, buffer->data, buffer->length);
    return 1;
}

struct source {
    const uint8_t *at;
    const uint8_t *end;
};

static uint64_t take(lua_State *lua, struct source *source, size_t size)
{
    uint64_t value = 0;

    if ((size_t)(source->end - source->at) < size)
        luaL_error(lua, "Missing bytes in input.");
    for (size_t i = 0; i < size; i++)
        value = value << 8 | *source->at++;
    return value;
}

static void unpack_value(lua_State *lua, struct source *source);

static void unpack_string(lua_State *lua, struct source *source, uint64_t length)
{
    if ((uint64_t)(source->end - source->at) < length)
        luaL_error(lua, "Missing bytes in input.");
    lua_pushlstring(lua, (const char *)source->at, length);
    source->at += length;
}

/* Nothing is allocated for elements before their bytes are there: each has one at least. */
static void unpack_array(lua_State *lua, struct source *source, uint64_t count)
{
    luaL_checkstack(lua, 2, "too deeply nested input");
    lua_newtable(lua);
    for (uint64_t i = 1; i <= count; i++) {
        unpack_value(lua, source);
        lua_rawseti(lua, -2, (int)i);
    }
}

static void raise(lua_State *lua, const char *text)
{
    lua_pushstring(lua, text);
    lua_error(lua);
}

static void unpack_map(lua_State *lua, struct source *source, uint64_t count)
{
    luaL_checkstack(lua, 3, "too deeply nested input");
    lua_newtable(lua);
    while (count-- > 0) {
        unpack_value(lua, source);
        unpack_value(lua, source);
        if (lua_isnil(lua, -2))
            raise(lua, "table index is nil");
        if (lua_type(lua, -2) == LUA_TNUMBER && isnan(lua_tonumber(lua, -2)))
            raise(lua, "table index is NaN");
        lua_rawset(lua, -3);
    }
}

static void unpack_float(lua_State *lua, struct source *source, int format)
{
    if (format == FORMAT_DOUBLE) {
        uint64_t bits = take(lua, source, sizeof(bits));
        double number;

        memcpy(&number, &bits, sizeof(number));
        lua_pushnumber(lua, number);
    } else {
        uint32_t bits = (uint32_t)take(lua, source, sizeof(bits));
        float narrow;

        memcpy(&narrow, &bits, sizeof(narrow));
        lua_pushnumber(lua, (double)narrow);
    }
}

static void unpack_signed(lua_State *lua, struct source *source, size_t size)
{
    unsigned unused = 64 - 8 * (unsigned)size;
    uint64_t bits = take(lua, source, size);

    lua_pushnumber(lua, (double)((int64_t)(bits << unused) >> unused));
}

static void unpack_sized(lua_State *lua, struct source *source, int format)
{
    switch (format) {
    case FORMAT_NIL:
        lua_pushnil(lua);
        return;
    case FORMAT_FALSE:
    case FORMAT_TRUE:
        lua_pushboolean(lua, format == FORMAT_TRUE);
        return;
    case FORMAT_FLOAT:
    case FORMAT_DOUBLE:
        unpack_float(lua, source, format);
        return;
    case FORMAT_UNSIGNED_8 ... FORMAT_UNSIGNED_8 + 2:
        lua_pushnumber(lua, (double)take(lua, source, (size_t)1 << (format - FORMAT_UNSIGNED_8)));
        return;
    case FORMAT_UNSIGNED_8 + 3:
        /* Scripts know those above the signed range as negative. */
        unpack_signed(lua, source, 8);
        return;
    case FORMAT_SIGNED_8 ... FORMAT_SIGNED_8 + 3:
        unpack_signed(lua, source, (size_t)1 << (format - FORMAT_SIGNED_8));
        return;
    case FORMAT_STRING_8 ... FORMAT_STRING_8 + 2:
        unpack_string(lua, source, take(lua, source, (size_t)1 << (format - FORMAT_STRING_8)));
        return;
    case FORMAT_ARRAY_16 ... FORMAT_ARRAY_16 + 1:
        unpack_array(lua, source, take(lua, source, (size_t)2 << (format - FORMAT_ARRAY_16)));
        return;
    case FORMAT_MAP_16 ... FORMAT_MAP_16 + 1:
        unpack_map(lua, source, take(lua, source, (size_t)2 << (format - FORMAT_MAP_16)));
        return;
    default:
        luaL_error(lua, "Bad data format in input.");
    }
}

/* Pushes one value. The recursion ends where the Lua stack does. */
static void unpack_value(lua_State *lua, struct source *source)
{
    int format = (int)take(lua, source, 1);

    luaL_checkstack(lua, 2, "too deeply nested input");
    if (format < FORMAT_MAP_FIXED)
        lua_pushinteger(lua, format);
    else if (format >= FORMAT_NEGATIVE_FIXED)
        lua_pushinteger(lua, format - 0x100);
    else if (format < FORMAT_ARRAY_FIXED)
        unpack_map(lua, source, (uint64_t)(format - FORMAT_MAP_FIXED));
    else if (format < FORMAT_STRING_FIXED)
        unpack_array(lua, source, (uint64_t)(format - FORMAT_ARRAY_FIXED));
    else if (format < FORMAT_NIL)
        unpack_string(lua, source, (uint64_t)(format - FORMAT_STRING_FIXED));
    else
        unpack_sized(lua, source, format);
}

/* Unpacks up to `limit` values from `offset` on; `with_offset`: the first result tells where the
 * next one begins, -1 at the end. */
static int unpack_from(lua_State *lua, lua_Integer limit, lua_Integer offset, bool with_offset)
{
    size_t length;
    const char *bytes = luaL_checklstring(lua, 1, &length);
    struct source source = {(const uint8_t *)bytes, (const uint8_t *)bytes + length};
    lua_Integer count = 0;

    if (offset < 0 || limit < 0)
        return luaL_error(lua, "Invalid request to unpack with offset of %d and limit of %d.",
                          (int)offset, (int)length);
    if ((size_t)offset > length)
        return luaL_error(lua, "Start offset %d greater than input length %d.", (int)offset,
                          (int)length);
    source.at += offset;
    lua_settop(lua, 1);
    if (with_offset)
        lua_pushnil(lua);
    for (; count < limit && source.at < source.end; count++) {
        luaL_checkstack(lua, 2,
                        "too many return values at once; use unpack_one or unpack_limit instead.");
        unpack_value(lua, &source);
    }
    if (with_offset) {
        lua_pushnumber(lua,
                       source.at == source.end ? -1 : (double)(source.at - (const uint8_t *)bytes));
        lua_replace(lua, 2);
    }
    return lua_gettop(lua) - 1;
}

static int message_unpack(lua_State *lua)
{
    return unpack_from(lua, INT_MAX, 0, false);
}

static int message_unpack_one(lua_State *lua)
{
    return unpack_from(lua, 1, luaL_optinteger(lua, 2, 0), true);
}

static int message_unpack_limit(lua_State *lua)
{
    lua_Integer limit = luaL_checkinteger(lua, 2);
    lua_Integer offset = luaL_optinteger(lua, 3, 0);

    if (limit == 0 && offset == 0)
        return unpack_from(lua, INT_MAX, 0, false);
    return unpack_from(lua, limit, offset, true);
}

static void set_text(lua_State *lua, const char *name, const char *text)
{
    lua_pushstring(lua, text);
    lua_setfield(lua, -2, name);
}

int library_message_pack_open(lua_State *lua)
{
    static const luaL_Reg functions[] = {
        {"unpack", message_unpack},
        {"unpack_one", message_unpack_one},
        {"unpack_limit", message_unpack_limit},
        {NULL, NULL},
    };

    lua_newtable(lua);
    luaL_register(lua, NULL, functions);
    library_buffer_new(lua);
    lua_pushcclosure(lua, message_pack, 1);
    lua_setfield(lua, -2, "pack");
    set_text(lua, "_NAME", "cmsgpack");
    set_text(lua, "_VERSION", "lua-cmsgpack 0.4.0");
    set_text(lua, "_DESCRIPTION", "MessagePack for Lua");
    return 1;
}
