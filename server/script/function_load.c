#include "server/script/function_load.h"

#include "proto/base/assert.h"
#include "proto/base/memory.h"
#include "proto/resp/reply.h"
#include "server/config/config_words.h"
#include "server/observe/clock.h"
#include "server/script/api.h"
#include "server/script/engine.h"
#include "server/script/function_cache.h"
#include "server/script/sandbox.h"

#include <ctype.h>
#include <lua5.1/lauxlib.h>

enum { LOAD_MS_MAX = 500, HOOK_INSTRUCTIONS = 1000, FUNCTIONS_MAX = 100000 };

#define NAME_ERROR                                                                                 \
    "Library names can only contain letters, numbers, or underscores(_) and must be at least one " \
    "character long"

/* ---- The first line ---- */

static bool is_name(struct span name)
{
    for (size_t i = 0; i < name.length; i++)
        if (!isalnum((unsigned char)name.data[i]) && name.data[i] != '_')
            return false;
    return name.length > 0;
}

/* One word behind the first. */
static bool take_word(struct function_header *header, struct span word, struct reply *reply)
{
    static const struct span key = {"name=", 5};

    if (word.length < key.length || strncasecmp(word.data, key.data, key.length) != 0) {
        reply_error_format(reply, "ERR Invalid metadata value given: %.*s", (int)word.length,
                           word.data);
        return false;
    }
    if (header->name.data != NULL) {
        reply_error_literal(reply, "ERR Invalid metadata value, name argument was given multiple "
                                   "times");
        return false;
    }
    header->name = span_of(word.data + key.length, word.length - key.length);
    return true;
}

static bool take_words(struct function_header *header, const struct config_words *words,
                       struct reply *reply)
{
    struct span engine = words->items[0];

    engine.data += 2;
    engine.length -= 2;
    for (uint32_t i = 1; i < words->count; i++)
        if (!take_word(header, words->items[i], reply))
            return false;
    if (header->name.data == NULL) {
        reply_error_literal(reply, "ERR Library name was not given");
        return false;
    }
    if (!is_name(header->name)) {
        reply_error_literal(reply, "ERR " NAME_ERROR);
        return false;
    }
    if (!span_is(engine, "lua")) {
        reply_error_format(reply, "ERR Engine '%.*s' not found", (int)engine.length, engine.data);
        return false;
    }
    header->owned = memory_copy(header->name.data, header->name.length);
    header->name.data = header->owned;
    return true;
}

bool function_header_parse(struct function_header *header, struct span code, struct reply *reply)
{
    struct config_words words;
    const char *end;
    bool ok;

    *header = (struct function_header){.owned = NULL};
    if (code.length < 2 || memcmp(code.data, "#!", 2) != 0) {
        reply_error_literal(reply, "ERR Missing library metadata");
        return false;
    }
    end = memchr(code.data, '\n', code.length);
    if (end == NULL || !config_words_split(&words, span_of(code.data, (size_t)(end - code.data)))) {
        reply_error_literal(reply, "ERR Invalid library metadata");
        return false;
    }
    header->body = span_of(end, code.length - (size_t)(end - code.data));
    ok = words.count > 0 && words.items[0].length >= 2 && take_words(header, &words, reply);
    config_words_free(&words);
    return ok;
}

void function_header_free(struct function_header *header)
{
    memory_free(header->owned);
}

/* ---- Registering ---- */

enum stage { STAGE_COMPILING, STAGE_REGISTERING };

struct function_loading {
    const struct function_header *header;
    struct span code;
    enum stage stage;
    uint64_t deadline_ticks;
    struct function_entry *functions;
    int *references;
    uint32_t count;
    uint32_t capacity;
};

static struct function_loading *loading_of(lua_State *lua)
{
    return script_engine_of_lua(lua)->functions->loading;
}

/* The name by which the script called: "redis" or "server". */
static const char *caller_table(lua_State *lua)
{
    return lua_tostring(lua, lua_upvalueindex(1));
}

static int refuse(lua_State *lua, const char *format)
{
    lua_pushfstring(lua, format, caller_table(lua));
    return script_api_raise(lua, lua_tostring(lua, -1));
}

static struct span text_at(lua_State *lua, int index)
{
    size_t length;
    const char *bytes = lua_tolstring(lua, index, &length);

    return span_of(bytes, length);
}

static struct span copied(struct span text)
{
    return span_of(memory_copy(text.data, text.length), text.length);
}

static void loading_room(struct function_loading *loading)
{
    if (loading->count < loading->capacity)
        return;
    loading->capacity = loading->capacity == 0 ? 8 : loading->capacity * 2;
    loading->functions =
        memory_resize(loading->functions, loading->capacity * sizeof(loading->functions[0]));
    loading->references =
        memory_resize(loading->references, loading->capacity * sizeof(loading->references[0]));
}

/* The name, the description (or nil) and the function are at these places of the stack. */
static int register_one(lua_State *lua, int name_at, int description_at, int callback_at,
                        uint32_t flags)
{
    struct function_loading *loading = loading_of(lua);
    struct span name = text_at(lua, name_at);
    struct function_entry *entry;
    int reference;

    if (!is_name(name))
        return script_api_raise(lua, "ERR " NAME_ERROR);
    for (uint32_t i = 0; i < loading->count; i++)
        if (span_equal_ignoring_case(loading->functions[i].name, name))
            return script_api_raise(lua, "ERR Function already exists in the library");
    if (loading->count == FUNCTIONS_MAX)
        return script_api_raise(lua, "ERR too many functions in the library");
    lua_pushvalue(lua, callback_at);
    reference = luaL_ref(lua, LUA_REGISTRYINDEX);
    loading_room(loading);
    loading->references[loading->count] = reference;
    entry = &loading->functions[loading->count++];
    entry->name = copied(name);
    entry->description = span_of(NULL, 0);
    entry->flags = flags;
    if (!lua_isnoneornil(lua, description_at))
        entry->description = copied(text_at(lua, description_at));
    return 0;
}

static int take_flags(lua_State *lua, int table, uint32_t *flags)
{
    for (int i = 1;; i++) {
        uint32_t flag = 0;

        lua_rawgeti(lua, table, i);
        if (lua_isnil(lua, -1)) {
            lua_pop(lua, 1);
            return 0;
        }
        if (lua_isstring(lua, -1))
            flag = script_flag_of_word(text_at(lua, -1));
        if (flag == 0)
            return script_api_raise(lua, "ERR unknown flag given");
        *flags |= flag;
        lua_pop(lua, 1);
    }
}

/* Puts the value on top at `place` of the stack and leaves the key on top. */
static void keep_at(lua_State *lua, int place)
{
    lua_pushvalue(lua, -1);
    lua_replace(lua, place);
}

/* One field of the table; places 2, 3 and 4 are for name, callback and description. */
static int take_field(lua_State *lua, uint32_t *flags)
{
    struct span key = text_at(lua, -2);

    if (span_is(key, "function_name")) {
        if (!lua_isstring(lua, -1))
            return refuse(lua, "ERR function_name argument given to %s.register_function must be a "
                               "string");
        keep_at(lua, 2);
    } else if (span_is(key, "callback")) {
        if (!lua_isfunction(lua, -1))
            return refuse(lua,
                          "ERR callback argument given to %s.register_function must be a function");
        keep_at(lua, 3);
    } else if (span_is(key, "description")) {
        if (!lua_isstring(lua, -1))
            return refuse(lua, "ERR description argument given to %s.register_function must be a "
                               "string");
        keep_at(lua, 4);
    } else if (span_is(key, "flags")) {
        if (!lua_istable(lua, -1))
            return refuse(lua, "ERR flags argument to %s.register_function must be a table "
                               "representing function flags");
        take_flags(lua, lua_gettop(lua), flags);
    } else {
        return refuse(lua, "ERR unknown argument given to %s.register_function");
    }
    return 0;
}

static int register_named(lua_State *lua)
{
    uint32_t flags = 0;

    if (!lua_istable(lua, 1))
        return refuse(lua, "ERR calling %s.register_function with a single argument is only "
                           "applicable to Lua table (representing named arguments).");
    lua_settop(lua, 4);
    lua_pushnil(lua);
    while (lua_next(lua, 1)) {
        if (lua_type(lua, -2) != LUA_TSTRING)
            return refuse(lua, "ERR unknown argument given to %s.register_function");
        take_field(lua, &flags);
        lua_pop(lua, 1);
    }
    if (lua_isnil(lua, 2))
        return refuse(lua, "ERR %s.register_function must get a function name argument");
    if (lua_isnil(lua, 3))
        return refuse(lua, "ERR %s.register_function must get a callback argument");
    return register_one(lua, 2, 4, 3, flags);
}

static int register_function(lua_State *lua)
{
    int arguments = lua_gettop(lua);

    if (loading_of(lua) == NULL)
        return refuse(lua, "ERR %s.register_function can only be called on FUNCTION LOAD command");
    if (arguments < 1 || arguments > 2)
        return refuse(lua, "ERR wrong number of arguments to %s.register_function");
    if (arguments == 1)
        return register_named(lua);
    if (!lua_isstring(lua, 1))
        return refuse(lua, "ERR first argument to %s.register_function must be a string");
    if (!lua_isfunction(lua, 2))
        return refuse(lua, "ERR second argument to %s.register_function must be a function");
    return register_one(lua, 1, 3, 2, 0);
}

/* ---- What the text sees ---- */

static int undefined_global(lua_State *lua)
{
    const char *name =
        lua_type(lua, 2) == LUA_TSTRING ? lua_tostring(lua, 2) : luaL_typename(lua, 2);

    return luaL_error(lua, "Script attempted to access nonexistent global variable '%s'", name);
}

static int refuse_assignment(lua_State *lua)
{
    return luaL_error(lua, "Attempt to modify a readonly table");
}

/* What is not in the table on top of the stack is an error. */
static void refuse_undefined(lua_State *lua)
{
    lua_createtable(lua, 0, 1);
    lua_pushcfunction(lua, undefined_global);
    lua_setfield(lua, -2, "__index");
    lua_setmetatable(lua, -2);
}

static void push_loading_api(lua_State *lua, const char *name)
{
    script_api_push_for_loading(lua);
    lua_pushstring(lua, name);
    lua_pushcclosure(lua, register_function, 1);
    lua_setfield(lua, -2, "register_function");
    refuse_undefined(lua);
    script_sandbox_protect(lua);
}

/* Pushes the metatable of the environment of a library that is being loaded. */
static void push_environment(lua_State *lua)
{
    lua_createtable(lua, 0, 2);
    lua_createtable(lua, 0, 2);
    push_loading_api(lua, "redis");
    lua_setfield(lua, -2, "redis");
    push_loading_api(lua, "server");
    lua_setfield(lua, -2, "server");
    refuse_undefined(lua);
    lua_setfield(lua, -2, "__index");
    lua_pushcfunction(lua, refuse_assignment);
    lua_setfield(lua, -2, "__newindex");
}

static void load_hook(lua_State *lua, lua_Debug *at)
{
    struct function_loading *loading = loading_of(lua);

    (void)at;
    if (loading == NULL || clock_ticks() < loading->deadline_ticks)
        return;
    /* Whoever catches it gets another one at once. */
    lua_sethook(lua, load_hook, LUA_MASKLINE | LUA_MASKCOUNT, 1);
    luaL_error(lua, "FUNCTION LOAD timeout");
}

/* Compiles and runs the text; called protected. */
static int load_protected(lua_State *lua)
{
    struct script_engine *engine = script_engine_of_lua(lua);
    struct function_loading *loading = engine->functions->loading;

    if (!script_engine_compile(engine, loading->header->body, "@user_function"))
        return lua_error(lua);
    loading->stage = STAGE_REGISTERING;
    push_environment(lua);
    lua_newtable(lua);
    lua_pushvalue(lua, -2);
    lua_setmetatable(lua, -2);
    lua_setfenv(lua, -3);
    lua_insert(lua, -2);
    lua_call(lua, 0, 0);
    /* From now on, its functions see what scripts see. */
    lua_rawgeti(lua, LUA_REGISTRYINDEX, engine->globals);
    lua_setfield(lua, -2, "__index");
    return 0;
}

/* ---- The whole ---- */

static void free_functions(struct function_loading *loading)
{
    for (uint32_t i = 0; i < loading->count; i++) {
        memory_free((void *)(uintptr_t)loading->functions[i].name.data);
        memory_free((void *)(uintptr_t)loading->functions[i].description.data);
    }
    memory_free(loading->functions);
}

static void forget_references(lua_State *lua, struct function_loading *loading)
{
    for (uint32_t i = 0; i < loading->count; i++)
        luaL_unref(lua, LUA_REGISTRYINDEX, loading->references[i]);
    memory_free(loading->references);
}

/* The error on top of the stack, which is popped: a text, or a table with one. */
static void reply_failure(lua_State *lua, const struct function_loading *loading,
                          struct reply *reply)
{
    const char *text;
    const char *code = "ERR ";

    if (lua_istable(lua, -1)) {
        lua_pushliteral(lua, "err");
        lua_rawget(lua, -2);
        lua_replace(lua, -2);
        code = "";
    }
    text = lua_tostring(lua, -1);
    if (text == NULL)
        text = "unknown error";
    if (loading->stage == STAGE_COMPILING)
        reply_error_format(reply, "ERR Error compiling function: %s", text);
    else
        reply_error_format(reply, "ERR Error registering functions: %s%s", code, text);
    lua_pop(lua, 1);
}

/* Runs it in the engine, with the hook of its own. */
static bool run(struct script_engine *engine, struct function_loading *loading, struct reply *reply)
{
    lua_State *lua = engine->lua;
    lua_Hook hook = lua_gethook(lua);
    int mask = lua_gethookmask(lua);
    int count = lua_gethookcount(lua);
    int error;

    ASSERT(engine->functions->loading == NULL);
    engine->functions->loading = loading;
    lua_sethook(lua, load_hook, LUA_MASKCOUNT, HOOK_INSTRUCTIONS);
    error = lua_cpcall(lua, load_protected, NULL);
    lua_sethook(lua, hook, mask, count);
    script_engine_settle(engine, true);
    engine->functions->loading = NULL;
    if (error != 0) {
        reply_failure(lua, loading, reply);
        return false;
    }
    if (loading->count == 0) {
        reply_error_literal(reply, "ERR No functions registered");
        return false;
    }
    return true;
}

struct function_library *function_load(struct script_engine *engine,
                                       const struct function_header *header, struct span code,
                                       struct function_references *references, struct reply *reply)
{
    struct function_loading loading = {.header = header, .code = code};
    struct function_library *library = NULL;

    ASSERT(engine->run == NULL);
    loading.deadline_ticks = clock_ticks() + clock_us_to_ticks((uint64_t)LOAD_MS_MAX * 1000);
    if (run(engine, &loading, reply))
        library = function_library_create(header->name, code, loading.functions, loading.count);
    if (library != NULL && references != NULL)
        *references = (struct function_references){loading.references, loading.count};
    else
        forget_references(engine->lua, &loading);
    free_functions(&loading);
    return library;
}
