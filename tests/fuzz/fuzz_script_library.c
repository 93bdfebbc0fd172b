/*
 * Any bytes to what scripts give to cjson.decode, cmsgpack.unpack and struct.unpack: a value or an
 * error. Values that were read are written again, and read once more.
 *
 * Input: which (1 byte), then the bytes; for struct, up to the first zero byte a format.
 */
#include "proto/base/assert.h"
#include "server/script/library.h"

#include <lua5.1/lauxlib.h>
#include <lua5.1/lualib.h>
#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Runs `table.name` with the arguments at the top; true when it returned: its results are there. */
static int call(lua_State *lua, int table, const char *name, int arguments, int results)
{
    lua_getfield(lua, table, name);
    lua_insert(lua, -1 - arguments);
    return lua_pcall(lua, arguments, results, 0) == 0;
}

static void fuzz_text(lua_State *lua, lua_CFunction open, const char *read, const char *write)
{
    open(lua);
    lua_insert(lua, 1);
    if (!call(lua, 1, read, 1, 1))
        return;
    if (!call(lua, 1, write, 1, 1))
        return;
    ASSERT(call(lua, 1, read, 1, 1) == 1 || lua_isstring(lua, -1));
}

static void fuzz_struct(lua_State *lua, const char *bytes, size_t size)
{
    const char *end = memchr(bytes, 0, size);
    size_t format = end == NULL ? size : (size_t)(end - bytes);

    lua_settop(lua, 0);
    library_struct_open(lua);
    lua_pushlstring(lua, bytes, format);
    (void)call(lua, 1, "size", 1, 1);
    lua_settop(lua, 1);
    lua_pushlstring(lua, bytes, format);
    lua_pushlstring(lua, bytes + format, size - format);
    if (!call(lua, 1, "unpack", 2, LUA_MULTRET))
        return;
    /* All results but the last, the position, are what pack takes; c0 has lost its sizes. */
    lua_pop(lua, 1);
    lua_pushlstring(lua, bytes, format);
    lua_insert(lua, 2);
    (void)call(lua, 1, "pack", lua_gettop(lua) - 1, 1);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    lua_State *lua;
    const char *bytes = (const char *)data + 1;

    if (size == 0)
        return 0;
    lua = luaL_newstate();
    lua_pushlstring(lua, bytes, size - 1);
    if (data[0] % 3 == 0)
        fuzz_text(lua, library_json_open, "decode", "encode");
    else if (data[0] % 3 == 1)
        fuzz_text(lua, library_message_pack_open, "unpack", "pack");
    else
        fuzz_struct(lua, bytes, size - 1);
    lua_close(lua);
    return 0;
}
