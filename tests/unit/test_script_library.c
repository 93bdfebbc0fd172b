/*
 * The libraries of scripts in a bare Lua state: values and errors as scripts know them, round
 * trips, input torn at each byte, and what has brought such libraries down: depths, lengths, sizes.
 */
#include "server/script/library.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <lua5.1/lauxlib.h>
#include <lua5.1/lualib.h>

static const char prelude[] =
    "function hex(s) return (s:gsub('.', function(c) return ('%02x'):format(c:byte()) end)) end\n"
    "function bytes(h) return (h:gsub('..', function(c) return string.char(tonumber(c, 16)) end)) "
    "end\n"
    "function show(v)\n"
    "  if type(v) == 'string' then return '\"' .. v .. '\"' end\n"
    "  if type(v) == 'number' then return ('%.17g'):format(v) end\n"
    "  if type(v) ~= 'table' then return tostring(v) end\n"
    "  local keys, parts = {}, {}\n"
    "  for k in pairs(v) do keys[#keys + 1] = k end\n"
    "  table.sort(keys, function(a, b) return tostring(a) < tostring(b) end)\n"
    "  for i, k in ipairs(keys) do parts[i] = show(k) .. '=' .. show(v[k]) end\n"
    "  return '{' .. table.concat(parts, ' ') .. '}'\n"
    "end\n"
    "function shown(...)\n"
    "  local parts = {}\n"
    "  for i = 1, select('#', ...) do parts[i] = show((select(i, ...))) end\n"
    "  return table.concat(parts, ' ')\n"
    "end\n"
    "function nested(n, key)\n"
    "  local t = {}\n"
    "  for i = 2, n do t = {[key or 1] = t} end\n"
    "  return t\n"
    "end\n";

/* An expression and what it gives; an error's text stands behind '!'. */
struct row {
    const char *expression;
    const char *expected;
};

static void open_as(lua_State *lua, const char *name, lua_CFunction open)
{
    lua_pushcfunction(lua, open);
    lua_call(lua, 0, 1);
    lua_setglobal(lua, name);
}

static lua_State *new_state(void)
{
    lua_State *lua = luaL_newstate();

    assert_non_null(lua);
    luaL_openlibs(lua);
    open_as(lua, "cjson", library_json_open);
    open_as(lua, "cmsgpack", library_message_pack_open);
    open_as(lua, "struct", library_struct_open);
    open_as(lua, "bit", library_bit_open);
    assert_int_equal(luaL_dostring(lua, prelude), 0);
    return lua;
}

static void check(lua_State *lua, const struct row *row)
{
    char code[1024];
    char text[1024];

    snprintf(code, sizeof(code), "return shown(%s)", row->expression);
    if (luaL_loadstring(lua, code) != 0)
        fail_msg("%s: %s", row->expression, lua_tostring(lua, -1));
    if (lua_pcall(lua, 0, 1, 0) == 0) {
        snprintf(text, sizeof(text), "%s", lua_tostring(lua, -1));
    } else {
        const char *message = lua_tostring(lua, -1);
        const char *place = strstr(message, "]:1: ");

        snprintf(text, sizeof(text), "!%s", place != NULL ? place + 5 : message);
    }
    if (strcmp(text, row->expected) != 0)
        fail_msg("%s\n gives    %s\n expected %s", row->expression, text, row->expected);
    lua_pop(lua, 1);
}

static void check_all(const struct row *rows, size_t count)
{
    lua_State *lua = new_state();

    for (size_t i = 0; i < count; i++)
        check(lua, &rows[i]);
    lua_close(lua);
}

#define CHECK(rows) check_all(rows, sizeof(rows) / sizeof((rows)[0]))

/* Runs a chunk of assertions. */
static void run(const char *code)
{
    lua_State *lua = new_state();

    if (luaL_dostring(lua, code))
        fail_msg("%s", lua_tostring(lua, -1));
    lua_close(lua);
}

static void test_json_encode(void **state)
{
    static const struct row rows[] = {
        {"cjson.encode({1, 2, nil, 4})", "\"[1,2,null,4]\""},
        {"cjson.encode({})", "\"{}\""},
        {"cjson.encode({a = {}})", "\"{\"a\":{}}\""},
        {"cjson.encode({[1.5] = 1})", "\"{\"1.5\":1}\""},
        {"cjson.encode({[0] = 1})", "\"{\"0\":1}\""},
        {"cjson.encode({[10] = 4})", "\"[null,null,null,null,null,null,null,null,null,4]\""},
        {"cjson.encode({[11] = 4})", "!Cannot serialise table: excessively sparse array"},
        {"cjson.encode({[true] = 1})",
         "!Cannot serialise boolean: table key must be a number or string"},
        {"cjson.encode(print)", "!Cannot serialise function: type not supported"},
        {"cjson.encode(io.stdout)", "!Cannot serialise userdata: type not supported"},
        {"cjson.encode(0/0)", "!Cannot serialise number: must not be NaN or Inf"},
        {"cjson.encode(nil)", "\"null\""},
        {"cjson.encode({cjson.null, true, false})", "\"[null,true,false]\""},
        {"cjson.encode()", "!bad argument #1 to 'encode' (expected 1 argument)"},
        {"cjson.encode(1, 2)", "!bad argument #1 to 'encode' (expected 1 argument)"},
        {"cjson.encode('\\1\\127\\200/\"\\\\ \\8\\t\\n\\11\\12\\r')",
         "\"\"\\u0001\\u007f\310\\/\\\"\\\\ \\b\\t\\n\\u000b\\f\\r\"\""},
        {"cjson.encode({1.1, 0.1, 1/3, 1e100, 12345678901234567, 2^53, -0, 99999999999999, 1e14})",
         "\"[1.1,0.1,0.33333333333333,1e+100,1.2345678901235e+16,9.007199254741e+15,"
         "-0,99999999999999,1e+14]\""},
        {"cjson.encode(setmetatable({}, {__index = function() return 5 end}))", "\"{}\""},
        {"cjson.encode(nested(1001))", "!Cannot serialise, excessive nesting (1001)"},
        {"#cjson.encode(nested(1000))", "2000"},
    };

    (void)state;
    CHECK(rows);
}

static void test_json_decode(void **state)
{
    static const struct row rows[] = {
        {"cjson.decode(' \\t\\r\\n[1,2.5,-3e2,\"x\",true,false] ')",
         "{1=1 2=2.5 3=-300 4=\"x\" 5=true 6=false}"},
        {"cjson.decode('{\"a\":1,\"a\":{\"b\":[]}}')", "{\"a\"={\"b\"={}}}"},
        {"cjson.decode('null') == cjson.null", "true"},
        {"cjson.decode(1)", "1"},
        {"cjson.decode('')", "!Expected value but found T_END at character 1"},
        {"cjson.decode('nul')", "!Expected value but found invalid token at character 1"},
        {"cjson.decode('tru\\0e')", "!Expected value but found invalid token at character 1"},
        {"cjson.decode('[1,2')", "!Expected comma or array end but found T_END at character 5"},
        {"cjson.decode('[1 2]')", "!Expected comma or array end but found T_NUMBER at character 4"},
        {"cjson.decode('[1,]')", "!Expected value but found T_ARR_END at character 4"},
        {"cjson.decode('{1:2}')", "!Expected object key string but found T_NUMBER at character 2"},
        {"cjson.decode('{\"a\" 2}')", "!Expected colon but found T_NUMBER at character 6"},
        {"cjson.decode('{\"a\":2 2}')",
         "!Expected comma or object end but found T_NUMBER at character 8"},
        {"cjson.decode('{\"a\":2,}')",
         "!Expected object key string but found T_OBJ_END at character 8"},
        {"cjson.decode('1 2')", "!Expected the end but found T_NUMBER at character 3"},
        {"cjson.decode(':')", "!Expected value but found T_COLON at character 1"},
        {"cjson.decode('\"abc')",
         "!Expected value but found unexpected end of string at character 5"},
        {"cjson.decode([[\"abc\\]])",
         "!Expected value but found invalid escape code at character 5"},
        {"cjson.decode([[\"a\\u12\"]])",
         "!Expected value but found invalid unicode escape code at character 3"},
        {"cjson.decode([[\"\\ud800\"]])",
         "!Expected value but found invalid unicode escape code at character 2"},
        {"cjson.decode([[\"\\udc00\"]])",
         "!Expected value but found invalid unicode escape code at character 2"},
        {"cjson.decode([[\"\\ud800\\u0041\"]])",
         "!Expected value but found invalid unicode escape code at character 2"},
        {"hex(cjson.decode([[\"a\\u0000\\ud83d\\ude00\\u20ac\\u00e9\\\"\\\\\\/"
         "\\b\\f\\n\\r\\t\"]]))",
         "\"6100f09f9880e282acc3a9225c2f080c0a0d09\""},
        {"cjson.decode('-')", "!Expected value but found invalid number at character 1"},
        {"cjson.decode('.5')", "!Expected value but found invalid token at character 1"},
        {"cjson.decode('1e')", "!Expected the end but found invalid token at character 2"},
        {"cjson.decode('1\\0')", "!JSON parser does not support UTF-16 or UTF-32"},
        {"cjson.decode('[01,+1,0x10,-0x10,inf,-Infinity,1e999]')",
         "{1=1 2=1 3=16 4=-16 5=inf 6=-inf 7=inf}"},
        {"cjson.decode(('['):rep(1001))",
         "!Found too many nested data structures (1001) at character 1001"},
        {"#cjson.decode(('['):rep(1000) .. (']'):rep(1000))", "1"},
        {"cjson.decode({})", "!bad argument #1 to 'decode' (string expected, got table)"},
    };

    (void)state;
    CHECK(rows);
}

static void test_json_settings(void **state)
{
    static const struct row rows[] = {
        {"cjson.encode_sparse_array()", "false 2 10"},
        {"cjson.encode_max_depth()", "1000"},
        {"cjson.decode_max_depth()", "1000"},
        {"cjson.encode_keep_buffer()", "true"},
        {"cjson.encode_number_precision()", "14"},
        {"cjson.encode_invalid_numbers()", "false"},
        {"cjson.decode_invalid_numbers()", "true"},
        {"cjson.decode_array_with_array_mt()", "false"},
        {"cjson.encode_number_precision(15)",
         "!bad argument #1 to 'encode_number_precision' (expected integer between 1 and 14)"},
        {"cjson.encode_max_depth(0)",
         "!bad argument #1 to 'encode_max_depth' (expected integer between 1 and 2147483647)"},
        {"cjson.encode_max_depth(1, 2)",
         "!bad argument #2 to 'encode_max_depth' (found too many arguments)"},
        {"cjson.encode_sparse_array(1)",
         "!bad argument #1 to 'encode_sparse_array' (invalid option '1')"},
        {"cjson.decode_invalid_numbers('null')",
         "!bad argument #1 to 'decode_invalid_numbers' (invalid option 'null')"},
        {"cjson.encode_invalid_numbers('null')", "\"null\""},
        {"cjson.encode({0/0, 1/0})", "\"[null,null]\""},
        {"cjson.encode_invalid_numbers('on')", "true"},
        {"cjson.encode({0/0, 1/0, -1/0})", "\"[nan,inf,-inf]\""},
        {"cjson.new().encode_invalid_numbers()", "false"},
        {"cjson.encode_sparse_array(true, 1, 3)", "true 1 3"},
        {"cjson.encode({[1000] = 3})", "\"{\"1000\":3}\""},
        {"cjson.encode_number_precision(3)", "3"},
        {"cjson.encode({3.14159, 100000})", "\"[3.14,1e+05]\""},
        {"cjson.decode_invalid_numbers(false)", "false"},
        {"cjson.decode('[0x10]')", "!Expected value but found invalid number at character 2"},
        {"cjson.decode('01')", "!Expected value but found invalid number at character 1"},
        {"cjson.decode('NaN')", "!Expected value but found invalid token at character 1"},
        {"cjson.decode('+1')", "!Expected value but found invalid token at character 1"},
        {"cjson.decode('-0.5')", "-0.5"},
        {"cjson.encode_keep_buffer('off')", "false"},
        {"cjson.encode(('x'):rep(10))", "\"\"xxxxxxxxxx\"\""},
        {"cjson.encode_max_depth(1)", "1"},
        {"cjson.encode({{}})", "!Cannot serialise, excessive nesting (2)"},
        {"cjson.decode_max_depth(2)", "2"},
        {"cjson.decode('[[[]]]')", "!Found too many nested data structures (3) at character 3"},
        {"cjson.decode_array_with_array_mt(true)", "true"},
        {"cjson.encode(cjson.decode('[]'))", "\"[]\""},
        {"getmetatable(cjson.decode('[]'))", "false"},
    };

    (void)state;
    CHECK(rows);
}

static void test_message_pack(void **state)
{
    static const struct row rows[] = {
        {"hex(cmsgpack.pack(0, 127, 128, 255, 256, 65535, 65536, 4294967295, 4294967296))",
         "\"007fcc80ccffcd0100cdffffce00010000ceffffffffcf0000000100000000\""},
        {"hex(cmsgpack.pack(-1, -32, -33, -128, -129, -32768, -32769))",
         "\"ffe0d0dfd080d1ff7fd18000d2ffff7fff\""},
        {"hex(cmsgpack.pack(-2147483648, -2147483649, -2^63))",
         "\"d280000000d3ffffffff7fffffffd38000000000000000\""},
        {"hex(cmsgpack.pack(2^63, 0.5, 0.1, 1/0, -0))",
         "\"ca5f000000ca3f000000cb3fb999999999999aca7f80000000\""},
        {"hex(cmsgpack.pack(nil, true, false, print, {}, {1, 2}, {a = 1}, {[2] = 1}, {{}}))",
         "\"c0c3c2c09092010281a161018102019190\""},
        {"hex(cmsgpack.pack(('a'):rep(31))):sub(1, 4)", "\"bf61\""},
        {"hex(cmsgpack.pack(('a'):rep(32))):sub(1, 6)", "\"d92061\""},
        {"hex(cmsgpack.pack(('a'):rep(256))):sub(1, 8)", "\"da010061\""},
        {"hex(cmsgpack.pack(('a'):rep(65536))):sub(1, 12)", "\"db0001000061\""},
        {"hex(cmsgpack.pack(nested(20)))", "\"91919191919191919191919191919191c0\""},
        {"cmsgpack.pack()", "!bad argument #0 to 'pack' (MessagePack pack needs input.)"},
        {"cmsgpack.unpack(bytes('0102c0c2c3a161'))", "1 2 nil false true \"a\""},
        {"cmsgpack.unpack('')", ""},
        {"cmsgpack.unpack(bytes('cfffffffffffffffffd2ffffffffceffffffff'))", "-1 -1 4294967295"},
        {"cmsgpack.unpack(bytes('dc00020102de00010102'))", "{1=1 2=2} {1=2}"},
        {"cmsgpack.unpack(bytes('c1'))", "!Bad data format in input."},
        {"cmsgpack.unpack(bytes('c403616263'))", "!Bad data format in input."},
        {"cmsgpack.unpack(bytes('81c001'))", "!table index is nil"},
        {"cmsgpack.unpack(bytes('81cb7ff800000000000001'))", "!table index is NaN"},
        {"cmsgpack.unpack_one(bytes('010203'))", "1 1"},
        {"cmsgpack.unpack_one(bytes('010203'), 2)", "-1 3"},
        {"cmsgpack.unpack_one(bytes('010203'), 3)", "-1"},
        {"cmsgpack.unpack_one(bytes('010203'), 4)", "!Start offset 4 greater than input length 3."},
        {"cmsgpack.unpack_one(bytes('010203'), -1)",
         "!Invalid request to unpack with offset of -1 and limit of 3."},
        {"cmsgpack.unpack_limit(bytes('010203'), 2)", "2 1 2"},
        {"cmsgpack.unpack_limit(bytes('010203'), 2, 1)", "-1 2 3"},
        {"cmsgpack.unpack_limit(bytes('010203'), 0)", "1 2 3"},
        {"cmsgpack.unpack_limit(bytes('010203'), 0, 1)", "1"},
        {"cmsgpack.unpack_limit(bytes('010203'), -1)",
         "!Invalid request to unpack with offset of 0 and limit of 3."},
    };

    (void)state;
    CHECK(rows);
}

static void test_message_pack_hostile(void **state)
{
    static const struct row rows[] = {
        {"cmsgpack.unpack(bytes('dbffffffff616263'))", "!Missing bytes in input."},
        {"cmsgpack.unpack(bytes('ddffffffff01'))", "!Missing bytes in input."},
        {"cmsgpack.unpack(bytes('dfffffffff0101'))", "!Missing bytes in input."},
        {"select('#', cmsgpack.unpack(('\\145'):rep(1000) .. '\\1'))", "1"},
        {"cmsgpack.unpack(('\\145'):rep(100000) .. '\\1')",
         "!stack overflow (too deeply nested input)"},
        {"cmsgpack.unpack(('\\129\\1'):rep(100000) .. '\\1')",
         "!stack overflow (too deeply nested input)"},
        {"cmsgpack.unpack(('\\1'):rep(9000))",
         "!stack overflow (too many return values at once; use unpack_one or unpack_limit "
         "instead.)"},
    };

    (void)state;
    CHECK(rows);
}

static void test_struct(void **state)
{
    static const struct row rows[] = {
        {"hex(struct.pack('bBhHiIlLT', 1, 2, 3, 4, 5, 6, 7, 8, 9))",
         "\"010203000400050000000600000007000000000000000800000000000000"
         "0900000000000000\""},
        {"hex(struct.pack('>h<h', 1, 2))", "\"00010200\""},
        {"hex(struct.pack('>d<ff', 1.5, 1.5, 1e300))", "\"3ff80000000000000000c03f0000807f\""},
        {"hex(struct.pack('sc0c2', 'abc', 'abc', 'abc'))", "\"616263006162636162\""},
        {"hex(struct.pack('bxb', 1, 2))", "\"010002\""},
        {"hex(struct.pack('!4 b i b d h', 1, 2, 3, 4, 5))",
         "\"01000000020000000300000000000000000010400500\""},
        {"hex(struct.pack('!8 b i3', 1, 2))", "\"010000020000\""},
        {"hex(struct.pack('i16', -2))", "\"feffffffffffffff0000000000000000\""},
        {"hex(struct.pack('l', 0/0))", "\"0000000000000080\""},
        {"hex(struct.pack('lL', 1/0, 2^64))", "\"00000000000000000000000000000000\""},
        {"struct.pack('b')", "!bad argument #2 to 'pack' (number expected, got nil)"},
        {"struct.pack('c4', 'abc')", "!bad argument #3 to 'pack' (string too short)"},
        {"struct.pack('q', 1)", "!bad argument #1 to 'pack' (invalid format option 'q')"},
        {"struct.unpack('>i3>I3', '\\255\\255\\254\\255\\255\\254')", "-2 16777214 7"},
        {"struct.unpack('bc0', '\\3abc')", "\"abc\" 5"},
        {"struct.unpack('bc0', '\\4abc')", "!bad argument #2 to 'unpack' (data string too short)"},
        {"struct.unpack('dc0', struct.pack('d', 1e300))",
         "!bad argument #2 to 'unpack' (data string too short)"},
        {"struct.unpack('bc0', '\\255abc')",
         "!bad argument #2 to 'unpack' (data string too short)"},
        {"struct.unpack('c0', 'abc')", "!format 'c0' needs a previous size"},
        {"struct.unpack('s', 'abc')", "!unfinished string in data"},
        {"struct.unpack('sb', 'abc\\0\\5')", "\"abc\" 5 6"},
        {"struct.unpack('b', 'abcd', 4)", "100 5"},
        {"struct.unpack('b', 'abcd', 5)", "!bad argument #2 to 'unpack' (data string too short)"},
        {"struct.unpack('b', 'abcd', 0)",
         "!bad argument #3 to 'unpack' (offset must be 1 or greater)"},
        {"struct.unpack('', 'abcd', 100)", "100"},
        {"struct.unpack('!4 b i', '\\1\\0\\0\\0\\2\\0\\0\\0', 2)", "0 2 9"},
        {"struct.size('bhil!8bd')", "24"},
        {"struct.size('s')", "!bad argument #1 to 'size' (option 's' has no fixed size)"},
        {"struct.size('c0')", "!bad argument #1 to 'size' (option 'c0' has no fixed size)"},
        {"struct.size('c2147483647c2147483647')", "4294967294"},
    };

    (void)state;
    CHECK(rows);
}

static void test_struct_hostile(void **state)
{
    static const struct row rows[] = {
        {"struct.pack('!3i', 1)", "!alignment 3 is not a power of 2"},
        {"struct.pack('!0i', 1)", "!alignment 0 is not a power of 2"},
        {"struct.pack('i33', 1)", "!integral size 33 is larger than limit of 32"},
        {"struct.pack('i99999999999', 1)", "!integral size overflow"},
        {"struct.pack('i2147483648', 1)", "!integral size overflow"},
        {"struct.pack('c18446744073709551617', 'a')", "!integral size overflow"},
        {"struct.unpack('c2147483647', 'abc')",
         "!bad argument #2 to 'unpack' (data string too short)"},
        {"struct.unpack('c2147483647c2147483647', 'abc')",
         "!bad argument #2 to 'unpack' (data string too short)"},
        {"struct.unpack('x', 'a', 2^31)", "!bad argument #2 to 'unpack' (data string too short)"},
        {"struct.unpack('b', 'a', 2^32 + 1)",
         "!bad argument #2 to 'unpack' (data string too short)"},
        {"struct.unpack('!8d', 'a', 1e300)",
         "!bad argument #2 to 'unpack' (data string too short)"},
        {"struct.unpack('b', 'a', 0/0)",
         "!bad argument #3 to 'unpack' (offset must be 1 or greater)"},
        {"struct.unpack('b', 'a', -2^63)",
         "!bad argument #3 to 'unpack' (offset must be 1 or greater)"},
        {"struct.unpack(('b'):rep(9000), ('a'):rep(9000))", "!stack overflow (too many results)"},
        {"#struct.pack(('x'):rep(9000))", "9000"},
    };

    (void)state;
    CHECK(rows);
}

static void test_bit(void **state)
{
    static const struct row rows[] = {
        {"bit.tobit(0xffffffff), bit.tobit(2^32 + 5), bit.tobit(-1)", "-1 5 -1"},
        {"bit.bnot(0), bit.band(0xff, 0x0f, 7), bit.bor(1, 2, 4), bit.bxor(5, 1)", "-1 7 7 4"},
        {"bit.lshift(1, 31), bit.lshift(1, 32), bit.rshift(-1, 28), bit.arshift(-256, 4)",
         "-2147483648 1 15 -16"},
        {"bit.rol(0x12345678, 12), bit.ror(0x12345678, 12), bit.rol(1, 0)",
         "1164411171 1736516421 1"},
        {"bit.bswap(0x12345678)", "2018915346"},
        {"bit.tohex(0x1234abcd), bit.tohex(255, 4), bit.tohex(0xabc, -4), bit.tohex(1, 0)",
         "\"1234abcd\" \"00ff\" \"0ABC\" \"\""},
        /* As long as all digits, whatever is asked for. */
        {"bit.tohex(-1, 100), bit.tohex(-1, -2147483648), bit.tohex(-1, 2147483647)",
         "\"ffffffff\" \"FFFFFFFF\" \"ffffffff\""},
        {"bit.band()", "!bad argument #1 to 'band' (number expected, got no value)"},
    };

    (void)state;
    CHECK(rows);
}

/* Depths that are set as high as they go end where the stack of Lua does, not that of C. */
static void test_json_depth(void **state)
{
    (void)state;
    run("cjson.encode_max_depth(2147483647) cjson.decode_max_depth(2147483647)\n"
        "local ok, message = pcall(cjson.encode, nested(1000000))\n"
        "assert(not ok and message:find('excessive nesting'), message)\n"
        "local t = {} t.t = t\n"
        "ok, message = pcall(cjson.encode, t)\n"
        "assert(not ok and message:find('excessive nesting'), message)\n"
        "ok, message = pcall(cjson.decode, ('['):rep(1000000))\n"
        "assert(not ok and message:find('too many nested'), message)\n"
        "ok, message = pcall(cjson.decode, ('{\"a\":'):rep(1000000))\n"
        "assert(not ok and message:find('too many nested'), message)\n"
        "assert(#cjson.encode(nested(1200)) == 2400)");
}

/* Sizes behind which lengths of 32 bits wrapped around, and what is as long as none may be. */
static void test_long_results(void **state)
{
    (void)state;
    run("cjson.encode_sparse_array(false, 0)\n"
        "local ok, message = pcall(cjson.encode, {[2147483647] = 1})\n"
        "assert(not ok and message:find('result is too long'), message)\n"
        "assert(cjson.encode({1}) == '[1]')\n"
        "local s = ('\\1'):rep(1000001)\n"
        "assert(#cjson.encode(s) == 6000008)\n"
        "assert(cjson.decode(cjson.encode(s)) == s)\n"
        "assert(cmsgpack.unpack(cmsgpack.pack(s)) == s)\n"
        "assert(struct.unpack('s', struct.pack('s', s:gsub('\\1', 'a')) ) == s:gsub('\\1', 'a'))");
}

static void test_round_trips(void **state)
{
    (void)state;
    run("math.randomseed(7)\n"
        "local function value(depth)\n"
        "  local kind = math.random(depth > 4 and 5 or 7)\n"
        "  if kind == 1 then return math.random(-1000, 1000) end\n"
        "  if kind == 2 then return math.random() * 2 ^ math.random(-60, 60) end\n"
        "  if kind == 3 then return math.random() < 0.5 end\n"
        "  if kind == 4 then return math.floor(math.random() * 2 ^ math.random(45)) end\n"
        "  local t = {}\n"
        "  if kind == 5 then\n"
        "    for i = 1, math.random(0, 40) do t[i] = string.char(math.random(0, 255)) end\n"
        "    return table.concat(t)\n"
        "  end\n"
        "  for i = 1, math.random(0, 20) do\n"
        "    t[kind == 6 and i or 'k' .. math.random(1000)] = value(depth + 1)\n"
        "  end\n"
        "  return t\n"
        "end\n"
        "local function same(a, b, close)\n"
        "  if type(a) == 'number' and close then return math.abs(a - b) <= math.abs(a) * 1e-13 "
        "end\n"
        "  if type(a) ~= 'table' then return a == b end\n"
        "  for k, v in pairs(a) do if not same(v, b[k], close) then return false end end\n"
        "  for k in pairs(b) do if a[k] == nil then return false end end\n"
        "  return true\n"
        "end\n"
        "for i = 1, 2000 do\n"
        "  local v = value(0)\n"
        "  assert(same(v, cmsgpack.unpack(cmsgpack.pack(v))))\n"
        "  assert(same(v, cjson.decode(cjson.encode(v)), true))\n"
        "end");
}

/* Each prefix of an input is an error or a shorter value, and never read past its end (the
 * sanitizer looks). */
static void test_torn_input(void **state)
{
    (void)state;
    run("local v = {a = {1, 300, -70000, 2 ^ 40, 0.1, 0.5}, s = ('x'):rep(300), [5] = {{}, true}}\n"
        "local packed, text = cmsgpack.pack(v), cjson.encode({v.a, v.s, '\\1\\2', {b = v[5]}})\n"
        "for i = 1, #packed - 1 do\n"
        "  local ok, message = pcall(cmsgpack.unpack, packed:sub(1, i))\n"
        "  assert(not ok and message == 'Missing bytes in input.', message)\n"
        "end\n"
        "for i = 1, #text - 1 do\n"
        "  local ok, message = pcall(cjson.decode, text:sub(1, i))\n"
        "  assert(not ok and message:find('^Expected '), message)\n"
        "end\n"
        "local format = '!8 b>h<i!4lfdsBc0i7'\n"
        "local record = struct.pack(format, 1, 2, 3, 4, 5, 6, 'seven', 5, 'eight', 9)\n"
        "for i = 0, #record - 1 do\n"
        "  assert(not pcall(struct.unpack, format, record:sub(1, i)))\n"
        "end\n"
        "assert(select('#', struct.unpack(format, record)) == 10)");
}

/* An error in the middle of a result leaves nothing behind that the next call sees. */
static void test_error_in_between(void **state)
{
    (void)state;
    run("for i = 1, 100 do\n"
        "  assert(not pcall(cjson.encode, {('x'):rep(100000), print}))\n"
        "  assert(cjson.encode({1}) == '[1]')\n"
        "  assert(not pcall(struct.pack, 'c100000b', ('x'):rep(100000), 'y'))\n"
        "  assert(struct.pack('b', 65) == 'A')\n"
        "end\n"
        "collectgarbage()\n"
        "assert(collectgarbage('count') < 1000)");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_json_encode),
        cmocka_unit_test(test_json_decode),
        cmocka_unit_test(test_json_settings),
        cmocka_unit_test(test_json_depth),
        cmocka_unit_test(test_message_pack),
        cmocka_unit_test(test_message_pack_hostile),
        cmocka_unit_test(test_struct),
        cmocka_unit_test(test_struct_hostile),
        cmocka_unit_test(test_bit),
        cmocka_unit_test(test_long_results),
        cmocka_unit_test(test_round_trips),
        cmocka_unit_test(test_torn_input),
        cmocka_unit_test(test_error_in_between),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
