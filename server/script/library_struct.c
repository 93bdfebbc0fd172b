/*
 * struct: Lua values as the binary structures of other languages, by a format string.
 *
 *   <  >      little, big endian from here on (the machine's own at first)
 *   !n        alignment up to n bytes, a power of two (8)
 *   x         a zero byte                  b B  h H  l L   integers of 1, 2, 8 bytes
 *   in In     integer of n bytes (4)       T               size_t
 *   f d       float, double                s               string and a zero byte
 *   cn        n bytes (1); c0: all of the string, or as many as the number read before says
 *
 * Small letters are signed. A value that does not fit is cut.
 */
#include "server/script/library.h"
#include "server/script/library_buffer.h"

#include <limits.h>
#include <lua5.1/lauxlib.h>
#include <math.h>
#include <stdbool.h>

enum { INTEGER_BYTES_MAX = 32, ALIGNMENT_DEFAULT = 8, INTEGER_DEFAULT = 4 };

struct layout {
    const char *format; /* what is left of it */
    size_t alignment;
    bool is_big;
};

struct field {
    char option;
    size_t size;
    size_t padding; /* before it */
};

static struct layout layout_start(const char *format)
{
    return (struct layout){.format = format, .alignment = 1};
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static size_t take_number(lua_State *lua, struct layout *layout, size_t otherwise)
{
    size_t value = 0;

    if (!is_digit(*layout->format))
        return otherwise;
    while (is_digit(*layout->format)) {
        value = value * 10 + (size_t)(*layout->format++ - '0');
        if (value > INT_MAX)
            luaL_error(lua, "integral size overflow");
    }
    return value;
}

static size_t option_size(lua_State *lua, struct layout *layout, char option)
{
    size_t size;

    switch (option) {
    case 'x':
    case 'b':
    case 'B':
        return 1;
    case 'h':
    case 'H':
        return 2;
    case 'f':
        return 4;
    case 'l':
    case 'L':
    case 'T':
    case 'd':
        return 8;
    case 'c':
        return take_number(lua, layout, 1);
    case 'i':
    case 'I':
        size = take_number(lua, layout, INTEGER_DEFAULT);
        if (size > INTEGER_BYTES_MAX)
            luaL_error(lua, "integral size %d is larger than limit of %d", (int)size,
                       INTEGER_BYTES_MAX);
        return size;
    default:
        return 0;
    }
}

static size_t padding(const struct layout *layout, char option, size_t size, size_t position)
{
    size_t alignment = size < layout->alignment ? size : layout->alignment;

    if (size == 0 || option == 'c')
        return 0;
    return (alignment - (position & (alignment - 1))) & (alignment - 1);
}

/* The next field, which would begin at `position`. Options that are none are left to the caller. */
static struct field take_field(lua_State *lua, struct layout *layout, size_t position)
{
    struct field field = {.option = *layout->format++};

    field.size = option_size(lua, layout, field.option);
    field.padding = padding(layout, field.option, field.size, position);
    return field;
}

/* Options that change what follows; an argument error when it is no such either. */
static void take_control(lua_State *lua, struct layout *layout, char option)
{
    switch (option) {
    case ' ':
        return;
    case '<':
        layout->is_big = false;
        return;
    case '>':
        layout->is_big = true;
        return;
    case '!':
        layout->alignment = take_number(lua, layout, ALIGNMENT_DEFAULT);
        if (layout->alignment == 0 || (layout->alignment & (layout->alignment - 1)) != 0)
            luaL_error(lua, "alignment %d is not a power of 2", (int)layout->alignment);
        return;
    default:
        luaL_argerror(lua, 1, lua_pushfstring(lua, "invalid format option '%c'", option));
    }
}

/* What the machine's conversion gives where it is defined; fixed values where it is not. */
static uint64_t to_bits(double number)
{
    if (isnan(number) || number < -0x1p63)
        return UINT64_C(1) << 63;
    if (number < 0)
        return (uint64_t)(int64_t)number;
    return number < 0x1p64 ? (uint64_t)number : 0;
}

static void put_integer(char *bytes, size_t size, bool is_big, uint64_t value)
{
    for (size_t i = 0; i < size; i++) {
        bytes[is_big ? size - 1 - i : i] = (char)(value & 0xff);
        value >>= 8;
    }
}

static uint64_t get_integer(const char *bytes, size_t size, bool is_big)
{
    uint64_t value = 0;

    for (size_t i = 0; i < size; i++)
        value = value << 8 | (uint8_t)bytes[is_big ? i : size - 1 - i];
    return value;
}

static bool is_integer(char option)
{
    return option != 0 && strchr("bBhHlLTiI", option) != NULL;
}

static void pack_bytes(lua_State *lua, struct library_buffer *buffer, const struct field *field,
                       int argument)
{
    size_t length;
    const char *bytes = luaL_checklstring(lua, argument, &length);
    size_t size = field->option == 's' || field->size == 0 ? length : field->size;

    /* This library has always counted one too many here. */
    luaL_argcheck(lua, length >= size, argument + 1, "string too short");
    library_buffer_bytes(lua, buffer, bytes, size);
    if (field->option == 's')
        library_buffer_byte(lua, buffer, 0);
}

static void pack_number(lua_State *lua, struct library_buffer *buffer, const struct layout *layout,
                        const struct field *field, int argument)
{
    double number = luaL_checknumber(lua, argument);
    uint64_t bits = 0;

    if (field->option == 'd') {
        memcpy(&bits, &number, sizeof(bits));
    } else if (field->option == 'f') {
        float narrow = (float)number;

        memcpy(&bits, &narrow, sizeof(narrow));
    } else {
        bits = to_bits(number);
    }
    put_integer(library_buffer_room(lua, buffer, field->size), field->size, layout->is_big, bits);
    buffer->length += field->size;
}

static int struct_pack(lua_State *lua)
{
    struct library_buffer *buffer = lua_touserdata(lua, lua_upvalueindex(1));
    struct layout layout = layout_start(luaL_checkstring(lua, 1));
    int argument = 2;

    lua_pushnil(lua); /* what a missing argument is */
    library_buffer_reset(lua, buffer);
    while (*layout.format != 0) {
        struct field field = take_field(lua, &layout, buffer->length);

        memset(library_buffer_room(lua, buffer, field.padding + 1), 0, field.padding + 1);
        buffer->length += field.padding;
        if (field.option == 'x')
            buffer->length++;
        else if (field.option == 'c' || field.option == 's')
            pack_bytes(lua, buffer, &field, argument++);
        else if (field.option == 'f' || field.option == 'd' || is_integer(field.option))
            pack_number(lua, buffer, &layout, &field, argument++);
        else
            take_control(lua, &layout, field.option);
    }
    lua_pushlstring(lua, buffer->data, buffer->length);
    return 1;
}

static void push_integer(lua_State *lua, const struct layout *layout, const struct field *field,
                         const char *bytes)
{
    uint64_t value = get_integer(bytes, field->size, layout->is_big);
    bool is_signed = field->option >= 'a';

    if (!is_signed) {
        lua_pushnumber(lua, (double)value);
        return;
    }
    if (field->size > 0 && field->size < sizeof(value)) {
        unsigned unused = 64 - 8 * (unsigned)field->size;

        value = (uint64_t)((int64_t)(value << unused) >> unused);
    }
    lua_pushnumber(lua, (double)(int64_t)value);
}

static void push_float(lua_State *lua, const struct layout *layout, const struct field *field,
                       const char *bytes)
{
    uint64_t bits = get_integer(bytes, field->size, layout->is_big);

    if (field->option == 'd') {
        double number;

        memcpy(&number, &bits, sizeof(number));
        lua_pushnumber(lua, number);
    } else {
        float narrow;

        memcpy(&narrow, &bits, sizeof(narrow));
        lua_pushnumber(lua, (double)narrow);
    }
}

/* The number before a c0, which it takes the place of. */
static size_t take_previous_size(lua_State *lua, int results, size_t left)
{
    double size;

    if (results == 0 || !lua_isnumber(lua, -1))
        luaL_error(lua, "format 'c0' needs a previous size");
    size = lua_tonumber(lua, -1);
    lua_pop(lua, 1);
    luaL_argcheck(lua, size >= 0 && size <= (double)left, 2, "data string too short");
    return (size_t)size;
}

struct source {
    const char *bytes;
    size_t length;
    size_t position;
};

/* Reads one field that gives a value, at the source's position, where field->size bytes are.
 * Returns how many results there are more. */
static int unpack_field(lua_State *lua, const struct layout *layout, const struct field *field,
                        struct source *source, int results)
{
    const char *bytes = source->bytes + source->position;
    size_t left = source->length - source->position;
    size_t size = field->size;
    int more = 1;

    if (field->option == 's') {
        const char *end = memchr(bytes, 0, left);

        if (end == NULL)
            luaL_error(lua, "unfinished string in data");
        lua_pushlstring(lua, bytes, (size_t)(end - bytes));
        size = (size_t)(end - bytes) + 1;
    } else if (field->option == 'c') {
        if (size == 0) {
            size = take_previous_size(lua, results, left);
            more = 0;
        }
        lua_pushlstring(lua, bytes, size);
    } else if (is_integer(field->option)) {
        push_integer(lua, layout, field, bytes);
    } else {
        push_float(lua, layout, field, bytes);
    }
    source->position += size;
    return more;
}

static int struct_unpack(lua_State *lua)
{
    struct layout layout = layout_start(luaL_checkstring(lua, 1));
    struct source source = {.position = 0};
    lua_Number offset;
    int results = 0;

    source.bytes = luaL_checklstring(lua, 2, &source.length);
    offset = luaL_optnumber(lua, 3, 1);
    luaL_argcheck(lua, offset >= 1, 3, "offset must be 1 or greater");
    source.position = offset < 0x1p52 ? (size_t)offset - 1 : SIZE_MAX >> 1;
    while (*layout.format != 0) {
        struct field field = take_field(lua, &layout, source.position);

        source.position += field.padding;
        luaL_argcheck(
            lua, source.position <= source.length && field.size <= source.length - source.position,
            2, "data string too short");
        luaL_checkstack(lua, 2, "too many results");
        if (field.option == 'x')
            source.position++;
        else if (field.option == 'c' || field.option == 's' || field.option == 'f' ||
                 field.option == 'd' || is_integer(field.option))
            results += unpack_field(lua, &layout, &field, &source, results);
        else
            take_control(lua, &layout, field.option);
    }
    lua_pushnumber(lua, (double)source.position + 1);
    return results + 1;
}

static int struct_size(lua_State *lua)
{
    struct layout layout = layout_start(luaL_checkstring(lua, 1));
    size_t position = 0;

    while (*layout.format != 0) {
        struct field field = take_field(lua, &layout, position);

        if (field.option == 's')
            luaL_argerror(lua, 1, "option 's' has no fixed size");
        if (field.option == 'c' && field.size == 0)
            luaL_argerror(lua, 1, "option 'c0' has no fixed size");
        if (field.option == '!' || field.option == '<' || field.option == '>')
            take_control(lua, &layout, field.option);
        position += field.padding + field.size;
    }
    lua_pushnumber(lua, (double)position);
    return 1;
}

int library_struct_open(lua_State *lua)
{
    static const luaL_Reg functions[] = {
        {"unpack", struct_unpack}, {"size", struct_size}, {NULL, NULL}};

    lua_newtable(lua);
    luaL_register(lua, NULL, functions);
    library_buffer_new(lua);
    lua_pushcclosure(lua, struct_pack, 1);
    lua_setfield(lua, -2, "pack");
    return 1;
}
