#include "server/script/library_buffer.h"

#include "proto/base/assert.h"
#include "server/script/library.h"

#include <lua5.1/lauxlib.h>

enum { FIRST_CAPACITY = 256, KEPT_CAPACITY = 64 << 10 };

#define METATABLE "library_buffer"

static void resize(lua_State *lua, struct library_buffer *buffer, size_t capacity)
{
    void *context;
    lua_Alloc allocate = lua_getallocf(lua, &context);
    char *data = allocate(context, buffer->data, buffer->capacity, capacity);

    if (data == NULL && capacity > 0)
        luaL_error(lua, "not enough memory");
    buffer->data = data;
    buffer->capacity = capacity;
}

void library_buffer_release(lua_State *lua, struct library_buffer *buffer)
{
    buffer->length = 0;
    buffer->pause_at = LIBRARY_BUFFER_PAUSE_EVERY;
    if (buffer->capacity > 0)
        resize(lua, buffer, 0);
}

static int collect(lua_State *lua)
{
    library_buffer_release(lua, lua_touserdata(lua, 1));
    return 0;
}

struct library_buffer *library_buffer_new(lua_State *lua)
{
    struct library_buffer *buffer = lua_newuserdata(lua, sizeof(*buffer));

    *buffer = (struct library_buffer){.pause_at = LIBRARY_BUFFER_PAUSE_EVERY};
    if (luaL_newmetatable(lua, METATABLE)) {
        lua_pushcfunction(lua, collect);
        lua_setfield(lua, -2, "__gc");
    }
    lua_setmetatable(lua, -2);
    return buffer;
}

void library_buffer_reset(lua_State *lua, struct library_buffer *buffer)
{
    ASSERT(buffer != NULL);
    buffer->length = 0;
    buffer->pause_at = LIBRARY_BUFFER_PAUSE_EVERY;
    if (buffer->capacity > KEPT_CAPACITY)
        resize(lua, buffer, 0);
}

void library_buffer_grow(lua_State *lua, struct library_buffer *buffer, size_t more)
{
    size_t capacity = buffer->capacity > 0 ? buffer->capacity : FIRST_CAPACITY;

    ASSERT(buffer->length <= LIBRARY_RESULT_MAX);
    if (more > LIBRARY_RESULT_MAX - buffer->length)
        luaL_error(lua, "result is too long");
    while (capacity - buffer->length < more)
        capacity *= 2;
    resize(lua, buffer, capacity);
}
