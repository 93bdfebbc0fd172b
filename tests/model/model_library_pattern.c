/*
 * Patterns against Lua's own functions: random patterns of all their items, sound and malformed, on
 * short subjects; and those that would take Lua's own for ever, which a hook must be able to end.
 */
#include "proto/base/random.h"
#include "proto/base/span.h"
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

#ifdef TESSERA_THREAD_SANITIZED
/* Its record of calls never forgets those that an error of Lua leaves, and is full in the end. */
enum { ROUNDS = 2000 };
#else
enum { ROUNDS = 60000 };
#endif
enum { TEXT_MAX = 64 };

/* Calls both, and compares all that they give: values or errors, and the end of an iteration. */
static const char compare[] =
    "local ours, theirs = ...\n"
    "local function all(f, ...)\n"
    "  local r = {pcall(f, ...)}\n"
    "  for i = 1, 40 do r[i] = type(r[i]) .. ':' .. tostring(r[i]) end\n"
    "  return table.concat(r, ' ')\n"
    "end\n"
    "local function walk(gmatch, s, p)\n"
    "  local r = {}\n"
    "  for a, b in gmatch(s, p) do\n"
    "    r[#r + 1] = tostring(a) .. ',' .. tostring(b)\n"
    "    if #r > 200 then break end\n"
    "  end\n"
    "  return table.concat(r, ';')\n"
    "end\n"
    "local function same(name, a, b, s, p)\n"
    "  a, b = a:gsub('^boolean:false string:[^ ]*:%d+: ', '!'), b:gsub('^boolean:false "
    "string:[^ ]*:%d+: ', '!')\n"
    "  if a ~= b then error(('%s of %q by %q: %s instead of %s'):format(name, s, p, a, b)) end\n"
    "end\n"
    "return function(s, p, first, r, limit)\n"
    "  same('find', all(ours.find, s, p, first), all(theirs.find, s, p, first), s, p)\n"
    "  same('plain', all(ours.find, s, p, first, true), all(theirs.find, s, p, first, true), s, "
    "p)\n"
    "  same('match', all(ours.match, s, p, first), all(theirs.match, s, p, first), s, p)\n"
    "  same('gmatch', all(walk, ours.gmatch, s, p), all(walk, theirs.gmatch, s, p), s, p)\n"
    "  same('gsub', all(ours.gsub, s, p, r, limit), all(theirs.gsub, s, p, r, limit), s, p)\n"
    "  local t = {a = 'A', ab = 1, b = false}\n"
    "  same('table', all(ours.gsub, s, p, t), all(theirs.gsub, s, p, t), s, p)\n"
    "  local function f(x, y) if y then return y end if x == 'a' then return 'f' end end\n"
    "  same('function', all(ours.gsub, s, p, f), all(theirs.gsub, s, p, f), s, p)\n"
    "end\n";

struct text {
    char bytes[TEXT_MAX];
    size_t length;
};

static void add(struct text *text, const char *piece)
{
    size_t length = strlen(piece);

    if (text->length + length >= TEXT_MAX)
        return;
    memcpy(text->bytes + text->length, piece, length);
    text->length += length;
}

#define PICK(random, choices)                                                                      \
    (choices)[random_below(random, sizeof(choices) / sizeof((choices)[0]))]

static void random_pattern(struct random *random, struct text *text)
{
    static const char *const items[] = {
        "a",    "b",    "ab",    ".",      "%a",     "%d",     "%s",    "%w",    "%W",   "%z",
        "[ab]", "[^a]", "[a-",   "[%d_-]", "[]a]",   "[^]]",   "[a-c]", "[b-a]", "[%]]", "%%",
        "(",    ")",    "()",    "(a)",    "(a*)",   "(.-)",   "(%d+)", "%1",    "%2",   "%0",
        "%bab", "%b()", "%f[a]", "%f[%W]", "%f",     "%b",     "%",     "[",     "]",    "$",
        "^",    "-",    "%x",    "%u",     "[%a-z]", "[a-%d]", "\xff",  "%p",    "%c",   "%L",
    };
    static const char *const signs[] = {"", "", "", "*", "+", "-", "?"};
    uint64_t count = random_below(random, 7);

    text->length = 0;
    if (random_below(random, 6) == 0)
        add(text, "^");
    for (uint64_t i = 0; i < count; i++) {
        add(text, PICK(random, items));
        add(text, PICK(random, signs));
        if (random_below(random, 60) == 0 && text->length < TEXT_MAX)
            text->bytes[text->length++] = '\0';
    }
    if (random_below(random, 6) == 0)
        add(text, "$");
}

static void random_subject(struct random *random, struct text *text)
{
    static const char letters[] = "aaaabbbc12 _()-]A\xff%\0";

    text->length = random_below(random, 20);
    for (size_t i = 0; i < text->length; i++)
        text->bytes[i] = letters[random_below(random, sizeof(letters) - 1)];
}

/* Leaves the comparing function on the stack. */
static lua_State *new_state(void)
{
    lua_State *lua = luaL_newstate();

    assert_non_null(lua);
    luaL_openlibs(lua);
    assert_int_equal(luaL_loadstring(lua, compare), 0);
    library_pattern_open(lua);
    lua_getglobal(lua, "string");
    lua_call(lua, 2, 1);
    return lua;
}

static void test_against_lua(void **state)
{
    static const char *const replacements[] = {"", "x", "<%0>", "%1", "%1%2", "%%", "%", "%9"};
    const char *given = getenv("TESSERA_SEED");
    uint64_t seed = given != NULL ? strtoull(given, NULL, 10) : 20262;
    lua_State *lua = new_state();
    struct random random;

    (void)state;
    print_message("TESSERA_SEED=%llu\n", (unsigned long long)seed);
    random_seed(&random, seed);
    for (int i = 0; i < ROUNDS; i++) {
        struct text subject;
        struct text pattern;

        random_subject(&random, &subject);
        random_pattern(&random, &pattern);
        lua_pushvalue(lua, 1);
        lua_pushlstring(lua, subject.bytes, subject.length);
        lua_pushlstring(lua, pattern.bytes, pattern.length);
        lua_pushinteger(lua, (lua_Integer)random_below(&random, 30) - 10);
        lua_pushstring(lua, PICK(&random, replacements));
        lua_pushinteger(lua, (lua_Integer)random_below(&random, 10));
        if (lua_pcall(lua, 5, 0, 0) != 0)
            fail_msg("%s", lua_tostring(lua, -1));
    }
    lua_close(lua);
}

static int looks;

static void end_it(lua_State *lua, lua_Debug *at)
{
    (void)at;
    if (++looks == 3)
        luaL_error(lua, "enough");
}

/* Each would take far longer than anybody waits. */
static void test_is_interrupted(void **state)
{
    static const char *const chunks[] = {
        "return ours.find(('a'):rep(40), ('a*'):rep(30) .. 'b')",
        "return ours.match(('a'):rep(5000), ('.-'):rep(10) .. 'b')",
        "return ours.gsub(('a'):rep(40), ('a?'):rep(40) .. ('a'):rep(40) .. 'b', 'x')",
        "for x in ours.gmatch(('ab'):rep(200000), '%b()' .. ('[ab]*'):rep(8) .. 'c') do end",
        "return ours.find(('a'):rep(200000), '(a*)%1b')",
        "return ours.find(('('):rep(2000000), '%b()')",
        "return ours.find(('a'):rep(2000000), '[' .. ('b'):rep(2000000) .. ']')",
        "return ours.find(('a'):rep(2000000), '.*b')",
        "return ours.find(('a'):rep(30), ('(a*)'):rep(16) .. 'b')",
        "return ours.find(('a'):rep(200000), ('.-'):rep(100000) .. 'b')",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(chunks) / sizeof(chunks[0]); i++) {
        lua_State *lua = new_state();

        library_pattern_open(lua);
        lua_setglobal(lua, "ours");
        looks = 0;
        lua_sethook(lua, end_it, LUA_MASKCOUNT, 1 << 30);
        assert_int_equal(luaL_dostring(lua, chunks[i]), 1);
        if (strstr(lua_tostring(lua, -1), "enough") == NULL)
            fail_msg("%s: %s", chunks[i], lua_tostring(lua, -1));
        lua_close(lua);
    }
}

/* An item each: Lua's own would need a frame of the C stack for each. */
static void test_many_items(void **state)
{
    lua_State *lua = new_state();

    (void)state;
    library_pattern_open(lua);
    lua_setglobal(lua, "ours");
    assert_int_equal(luaL_dostring(lua, "local n = 200000\n"
                                        "assert(ours.find('b', ('a?'):rep(n) .. 'b') == 1)\n"
                                        "assert(ours.match(('a'):rep(n), ('a-'):rep(n) .. '$'))\n"
                                        "local s, e = ours.find(('a'):rep(n), ('a?'):rep(n))\n"
                                        "assert(s == 1 and e == n)\n"),
                     0);
    lua_close(lua);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_against_lua),
        cmocka_unit_test(test_is_interrupted),
        cmocka_unit_test(test_many_items),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
