/*
 * cjson's inside: one instance of the library, with settings of its own.
 *
 *   library_json.c         settings, and the table of functions
 *   library_json_encode.c  values to text
 *   library_json_decode.c  text to values
 *
 * Owner: the Lua state (see library.h); the instance is a userdata, an upvalue of its functions.
 */
#ifndef SERVER_SCRIPT_LIBRARY_JSON_H
#define SERVER_SCRIPT_LIBRARY_JSON_H

#include "server/script/library_buffer.h"

#include <lua5.1/lua.h>
#include <stdbool.h>

/* What becomes of numbers that JSON has no form for. */
enum library_json_invalid { JSON_INVALID_REFUSED, JSON_INVALID_WRITTEN, JSON_INVALID_NULL };

struct library_json {
    struct library_buffer *buffer; /* another upvalue */

    bool sparse_convert; /* sparse arrays become objects, instead of an error */
    int sparse_ratio; /* more than so many places for an element make a table sparse (0: never) */
    int sparse_safe;  /* with more than so many places */
    int encode_depth_max;
    int decode_depth_max;
    int precision; /* significant digits */
    enum library_json_invalid encode_invalid;
    bool decode_invalid; /* NaN, infinities, hexadecimal ... are read */
    bool keep_buffer;
    bool array_metatable; /* arrays that are read are marked, and written as arrays when empty */
};

/* Registry key of the metatable that marks arrays. */
#define LIBRARY_JSON_ARRAY "cjson.array"

/* Appends the value at the top to the buffer; leaves the stack as it was. */
void library_json_encode(lua_State *lua, struct library_json *json);

/* Pushes the value of a text that a zero byte follows (a Lua string). */
void library_json_decode(lua_State *lua, struct library_json *json, const char *text,
                         size_t length);

#endif
