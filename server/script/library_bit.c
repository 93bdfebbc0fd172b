/*
 * bit: operations on 32-bit integers, as Lua BitOp defines them. Numbers are taken modulo 2^32;
 * results are signed.
 *
 * Specification: bitop.luajit.org/semantics.html
 */
#include "server/script/library.h"

#include <lua5.1/lauxlib.h>
#include <stdint.h>

static uint32_t number_bits(lua_State *lua, int argument)
{
    /* The lowest bits of the mantissa's end are those of the rounded integer, modulo 2^32. */
    double shifted = luaL_checknumber(lua, argument) + 0x1.8p52;
    uint64_t bits;

    _Static_assert(sizeof(bits) == sizeof(shifted), "a double has 64 bits");
    __builtin_memcpy(&bits, &shifted, sizeof(bits));
    return (uint32_t)bits;
}

static int give(lua_State *lua, uint32_t bits)
{
    lua_pushnumber(lua, (double)(int32_t)bits);
    return 1;
}

static uint32_t rotated_left(uint32_t bits, uint32_t count)
{
    count &= 31;
    return count == 0 ? bits : bits << count | bits >> (32 - count);
}

static int bit_tobit(lua_State *lua)
{
    return give(lua, number_bits(lua, 1));
}

static int bit_bnot(lua_State *lua)
{
    return give(lua, ~number_bits(lua, 1));
}

static int bit_band(lua_State *lua)
{
    uint32_t bits = number_bits(lua, 1);

    for (int i = lua_gettop(lua); i > 1; i--)
        bits &= number_bits(lua, i);
    return give(lua, bits);
}

static int bit_bor(lua_State *lua)
{
    uint32_t bits = number_bits(lua, 1);

    for (int i = lua_gettop(lua); i > 1; i--)
        bits |= number_bits(lua, i);
    return give(lua, bits);
}

static int bit_bxor(lua_State *lua)
{
    uint32_t bits = number_bits(lua, 1);

    for (int i = lua_gettop(lua); i > 1; i--)
        bits ^= number_bits(lua, i);
    return give(lua, bits);
}

static int bit_lshift(lua_State *lua)
{
    uint32_t bits = number_bits(lua, 1);

    return give(lua, bits << (number_bits(lua, 2) & 31));
}

static int bit_rshift(lua_State *lua)
{
    uint32_t bits = number_bits(lua, 1);

    return give(lua, bits >> (number_bits(lua, 2) & 31));
}

static int bit_arshift(lua_State *lua)
{
    uint32_t bits = number_bits(lua, 1);

    return give(lua, (uint32_t)((int32_t)bits >> (number_bits(lua, 2) & 31)));
}

static int bit_rol(lua_State *lua)
{
    uint32_t bits = number_bits(lua, 1);

    return give(lua, rotated_left(bits, number_bits(lua, 2)));
}

static int bit_ror(lua_State *lua)
{
    uint32_t bits = number_bits(lua, 1);

    return give(lua, rotated_left(bits, 0 - number_bits(lua, 2)));
}

static int bit_bswap(lua_State *lua)
{
    return give(lua, __builtin_bswap32(number_bits(lua, 1)));
}

/* The lowest |n| digits (8), in capitals when n is negative. */
static int bit_tohex(lua_State *lua)
{
    uint32_t bits = number_bits(lua, 1);
    int32_t wanted = lua_isnone(lua, 2) ? 8 : (int32_t)number_bits(lua, 2);
    const char *digits = wanted < 0 ? "0123456789ABCDEF" : "0123456789abcdef";
    /* Without a sign, the most negative number has one like any other. */
    uint32_t magnitude = wanted < 0 ? 0 - (uint32_t)wanted : (uint32_t)wanted;
    size_t count = magnitude > 8 ? 8 : magnitude;
    char text[8];

    for (size_t i = count; i > 0; i--) {
        text[i - 1] = digits[bits & 15];
        bits >>= 4;
    }
    lua_pushlstring(lua, text, count);
    return 1;
}

int library_bit_open(lua_State *lua)
{
    static const struct {
        const char *name;
        lua_CFunction function;
    } functions[] = {
        {"tobit", bit_tobit},   {"bnot", bit_bnot},       {"band", bit_band},
        {"bor", bit_bor},       {"bxor", bit_bxor},       {"lshift", bit_lshift},
        {"rshift", bit_rshift}, {"arshift", bit_arshift}, {"rol", bit_rol},
        {"ror", bit_ror},       {"bswap", bit_bswap},     {"tohex", bit_tohex},
    };

    lua_newtable(lua);
    for (size_t i = 0; i < sizeof(functions) / sizeof(functions[0]); i++) {
        lua_pushcfunction(lua, functions[i].function);
        lua_setfield(lua, -2, functions[i].name);
    }
    return 1;
}
