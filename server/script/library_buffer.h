/*
 * Bytes that a library puts together, in a userdata: whatever error ends the call, the collector
 * knows of them. It is kept from call to call, so that short results allocate nothing.
 *
 * Owned by the Lua state (an upvalue of the library's functions); used by one call at a time:
 * nothing that runs in between may call the library again.
 */
#ifndef SERVER_SCRIPT_LIBRARY_BUFFER_H
#define SERVER_SCRIPT_LIBRARY_BUFFER_H

#include "server/script/library.h"

#include <lua5.1/lua.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct library_buffer {
    char *data;
    size_t length;
    size_t capacity;
    size_t pause_at; /* length */
};

enum { LIBRARY_BUFFER_PAUSE_EVERY = 1 << 20 };

/* Pushes an empty one. */
struct library_buffer *library_buffer_new(lua_State *lua);

/* Empties it, and gives back what is more than a usual result needs. */
void library_buffer_reset(lua_State *lua, struct library_buffer *buffer);

/* Frees the bytes; the buffer may be used on. */
void library_buffer_release(lua_State *lua, struct library_buffer *buffer);

/* Room for `more` bytes behind the last one; raises an error when there is none. */
void library_buffer_grow(lua_State *lua, struct library_buffer *buffer, size_t more);

static inline char *library_buffer_room(lua_State *lua, struct library_buffer *buffer, size_t more)
{
    if (buffer->capacity - buffer->length < more)
        library_buffer_grow(lua, buffer, more);
    return buffer->data + buffer->length;
}

/* At times in the middle of what may become long: see library_pause. */
static inline void library_buffer_pause(lua_State *lua, struct library_buffer *buffer)
{
    if (__builtin_expect(buffer->length < buffer->pause_at, 1))
        return;
    buffer->pause_at = buffer->length + LIBRARY_BUFFER_PAUSE_EVERY;
    library_pause(lua);
}

static inline void library_buffer_byte(lua_State *lua, struct library_buffer *buffer, uint8_t byte)
{
    *library_buffer_room(lua, buffer, 1) = (char)byte;
    buffer->length++;
}

static inline void library_buffer_bytes(lua_State *lua, struct library_buffer *buffer,
                                        const void *bytes, size_t length)
{
    if (length == 0)
        return;
    memcpy(library_buffer_room(lua, buffer, length), bytes, length);
    buffer->length += length;
}

#endif
