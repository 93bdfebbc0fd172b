#include "server/script/cache.h"

#include "proto/base/assert.h"
#include "proto/base/memory.h"
#include "proto/resp/reply.h"
#include "server/script/engine.h"
#include "server/shard/shard.h"

#include <lua5.1/lauxlib.h>
#include <xxhash.h>

enum {
    BUCKETS_FIRST = 256,
    /* With more compiled scripts than so many, those that nobody has called for a while go, a few
     * buckets at a time: the collector would walk over them again and again. */
    AGED_FROM = 512,
    AGED_MS = 30 * 1000,
    BUCKETS_AGED = 64,
};

/* What errors call a script by. */
#define CHUNK_NAME "@user_script"

struct script_cache {
    struct script_engine *engine;
    struct script_store *store;
    struct script **by_name;
    struct script **by_text;
    uint32_t bucket_count; /* of each; a power of two */
    uint32_t count;
    uint64_t drops; /* of the store, that were seen */
    uint32_t aged;  /* bucket by name to look at next */
};

struct script_cache *script_cache_create(struct script_engine *engine)
{
    struct script_cache *cache = memory_new_zeroed(1, sizeof(*cache));

    cache->engine = engine;
    cache->store = engine->shard->node->scripts;
    cache->bucket_count = BUCKETS_FIRST;
    cache->by_name = memory_new_zeroed(cache->bucket_count, sizeof(struct script *));
    cache->by_text = memory_new_zeroed(cache->bucket_count, sizeof(struct script *));
    return cache;
}

static uint32_t name_bucket(const struct script_cache *cache, const char *hex)
{
    uint64_t start;

    /* As good as any hash. */
    memcpy(&start, hex, sizeof(start));
    return (uint32_t)(start * 0x9e3779b97f4a7c15u >> 32) & (cache->bucket_count - 1);
}

static uint32_t text_bucket(const struct script_cache *cache, uint64_t hash)
{
    return (uint32_t)hash & (cache->bucket_count - 1);
}

static void link_script(struct script_cache *cache, struct script *script)
{
    struct script **name = &cache->by_name[name_bucket(cache, script->text->hex)];
    struct script **text = &cache->by_text[text_bucket(cache, script->hash)];

    script->next_by_name = *name;
    *name = script;
    script->next_by_text = *text;
    *text = script;
}

static void unlink_script(struct script_cache *cache, struct script *script)
{
    struct script **place = &cache->by_name[name_bucket(cache, script->text->hex)];

    while (*place != script)
        place = &(*place)->next_by_name;
    *place = script->next_by_name;
    place = &cache->by_text[text_bucket(cache, script->hash)];
    while (*place != script)
        place = &(*place)->next_by_text;
    *place = script->next_by_text;
}

static void forget(struct script_cache *cache, struct script *script)
{
    unlink_script(cache, script);
    luaL_unref(cache->engine->lua, LUA_REGISTRYINDEX, script->reference);
    script_text_release(script->text);
    memory_free(script);
    cache->count--;
}

static void sweep(struct script_cache *cache, bool all)
{
    for (uint32_t i = 0; i < cache->bucket_count; i++) {
        struct script *script = cache->by_name[i];

        while (script != NULL) {
            struct script *next = script->next_by_name;

            if (all || script_text_is_dropped(script->text))
                forget(cache, script);
            script = next;
        }
    }
}

void script_cache_sweep(struct script_cache *cache)
{
    uint64_t drops = script_store_drops(cache->store);

    if (drops == cache->drops)
        return;
    cache->drops = drops;
    sweep(cache, false);
}

void script_cache_age(struct script_cache *cache, time_ms now)
{
    if (cache->count < AGED_FROM)
        return;
    for (uint32_t i = 0; i < BUCKETS_AGED; i++) {
        struct script *script = cache->by_name[cache->aged++ & (cache->bucket_count - 1)];

        while (script != NULL) {
            struct script *next = script->next_by_name;

            if (now - script->used > AGED_MS)
                forget(cache, script);
            script = next;
        }
    }
}

void script_cache_destroy(struct script_cache *cache)
{
    sweep(cache, true);
    ASSERT(cache->count == 0);
    memory_free(cache->by_name);
    memory_free(cache->by_text);
    memory_free(cache);
}

static void grow(struct script_cache *cache)
{
    struct script **before = cache->by_name;
    uint32_t count = cache->bucket_count;

    if (cache->count < count)
        return;
    memory_free(cache->by_text);
    cache->bucket_count = count * 2;
    cache->by_name = memory_new_zeroed(cache->bucket_count, sizeof(struct script *));
    cache->by_text = memory_new_zeroed(cache->bucket_count, sizeof(struct script *));
    for (uint32_t i = 0; i < count; i++) {
        while (before[i] != NULL) {
            struct script *script = before[i];

            before[i] = script->next_by_name;
            link_script(cache, script);
        }
    }
    memory_free(before);
}

/* ---- Making ---- */

/* The words behind flags=, one by one. */
static bool parse_flags(struct span words, uint32_t *flags, struct reply *reply)
{
    while (words.length > 0) {
        const char *comma = memchr(words.data, ',', words.length);
        size_t length = comma == NULL ? words.length : (size_t)(comma - words.data);
        uint32_t flag = script_flag_of_word(span_of(words.data, length));

        if (flag == 0) {
            reply_error_format(reply, "ERR Unexpected flag in script shebang: %.*s", (int)length,
                               words.data);
            return false;
        }
        *flags |= flag;
        length += comma != NULL;
        words = span_of(words.data + length, words.length - length);
    }
    return true;
}

/* The next word of a line; empty at its end. */
static struct span next_word(struct span *line)
{
    size_t start = 0;
    size_t end;
    struct span word;

    while (start < line->length && line->data[start] == ' ')
        start++;
    end = start;
    while (end < line->length && line->data[end] != ' ')
        end++;
    word = span_of(line->data + start, end - start);
    *line = span_of(line->data + end, line->length - end);
    return word;
}

static bool starts_with(struct span word, struct span start)
{
    return word.length >= start.length && memcmp(word.data, start.data, start.length) == 0;
}

/* "#!lua flags=no-writes,...": what follows it, its line's end included, is the source. */
static bool parse_first_line(struct span text, uint32_t *flags, struct span *source,
                             struct reply *reply)
{
    const char *end;
    struct span line;
    struct span word;

    *flags = SCRIPT_COMPATIBLE;
    *source = text;
    if (!starts_with(text, SPAN("#!")))
        return true;
    *flags = 0;
    end = memchr(text.data, '\n', text.length);
    if (end == NULL) {
        reply_error_literal(reply, "ERR Invalid script shebang");
        return false;
    }
    line = span_of(text.data, (size_t)(end - text.data));
    *source = span_of(end, text.length - line.length);
    word = next_word(&line);
    if (!span_is(word, "#!lua")) {
        reply_error_format(reply, "ERR Unexpected engine in script shebang: %.*s",
                           (int)(word.length < 128 ? word.length : 128), word.data);
        return false;
    }
    while ((word = next_word(&line)).length > 0) {
        if (!starts_with(word, SPAN("flags="))) {
            reply_error_format(reply, "ERR Unknown lua shebang option: %.*s",
                               (int)(word.length < 128 ? word.length : 128), word.data);
            return false;
        }
        if (!parse_flags(span_of(word.data + 6, word.length - 6), flags, reply))
            return false;
    }
    return true;
}

/* Compiles a text, whose function is left on the stack. */
static bool compile(struct script_cache *cache, struct span text, uint32_t *flags,
                    struct reply *reply)
{
    lua_State *lua = cache->engine->lua;
    struct span source;

    if (!parse_first_line(text, flags, &source, reply))
        return false;
    if (script_engine_compile(cache->engine, source, CHUNK_NAME))
        return true;
    reply_error_format(reply, "ERR Error compiling script (new function): %s",
                       lua_tostring(lua, -1));
    lua_pop(lua, 1);
    return false;
}

/* The function on the stack becomes a script of the cache, with the caller's reference. */
static struct script *keep(struct script_cache *cache, struct script_text *text)
{
    struct script *script = memory_new_zeroed(1, sizeof(*script));

    script->text = text;
    script->hash = XXH3_64bits(text->text.data, text->text.length);
    script->used = cache->engine->shard->now;
    script->reference = luaL_ref(cache->engine->lua, LUA_REGISTRYINDEX);
    script_cache_sweep(cache);
    grow(cache);
    link_script(cache, script);
    cache->count++;
    return script;
}

/* ---- Finding ---- */

static inline void use(struct script_cache *cache, struct script *script)
{
    script->used = cache->engine->shard->now;
    script_text_used(cache->store, script->text);
}

static struct script *find_name(struct script_cache *cache, const char *hex)
{
    struct script *script = cache->by_name[name_bucket(cache, hex)];

    while (script != NULL && memcmp(script->text->hex, hex, SHA1_HEX_LENGTH) != 0)
        script = script->next_by_name;
    if (script == NULL || !script_text_is_dropped(script->text))
        return script;
    forget(cache, script);
    return NULL;
}

static struct script *find_text(struct script_cache *cache, struct span text)
{
    uint64_t hash = XXH3_64bits(text.data, text.length);
    struct script *script = cache->by_text[text_bucket(cache, hash)];

    while (script != NULL && (script->hash != hash || !span_equal(script->text->text, text)))
        script = script->next_by_text;
    if (script == NULL || !script_text_is_dropped(script->text))
        return script;
    forget(cache, script);
    return NULL;
}

const struct script *script_cache_of_text(struct script_cache *cache, struct span text,
                                          struct reply *reply)
{
    struct script *script = find_text(cache, text);
    char hex[SHA1_HEX_LENGTH];
    uint32_t flags;

    if (script != NULL) {
        use(cache, script);
        return script;
    }
    if (!compile(cache, text, &flags, reply))
        return NULL;
    sha1_hex(text, hex);
    return keep(cache, script_store_add(cache->store, hex, text, flags, false));
}

bool script_name_parse(struct span name, char hex[SHA1_HEX_LENGTH])
{
    if (name.length != SHA1_HEX_LENGTH)
        return false;
    for (size_t i = 0; i < SHA1_HEX_LENGTH; i++) {
        char letter = name.data[i];

        hex[i] = (char)(letter >= 'A' && letter <= 'Z' ? letter - 'A' + 'a' : letter);
    }
    return true;
}

const struct script *script_cache_of_name(struct script_cache *cache, struct span name)
{
    char hex[SHA1_HEX_LENGTH];
    struct script *script;
    struct script_text *text;
    struct reply unread;
    uint32_t flags;

    if (!script_name_parse(name, hex))
        return NULL;
    script = find_name(cache, hex);
    if (__builtin_expect(script != NULL, 1)) {
        use(cache, script);
        return script;
    }
    text = script_store_find(cache->store, hex);
    if (text == NULL)
        return NULL;
    reply_init(&unread, 2);
    /* It has been compiled before, so it fails for want of memory alone. */
    if (compile(cache, text->text, &flags, &unread)) {
        script = keep(cache, text);
        script_text_used(cache->store, text);
    } else {
        script_text_release(text);
    }
    reply_free(&unread);
    return script;
}

bool script_cache_load(struct script_cache *cache, struct span text, char hex[SHA1_HEX_LENGTH],
                       struct reply *reply)
{
    struct script *script = find_text(cache, text);
    uint32_t flags;

    if (script != NULL) {
        memcpy(hex, script->text->hex, SHA1_HEX_LENGTH);
        script_store_keep(cache->store, script->text);
        return true;
    }
    if (!compile(cache, text, &flags, reply))
        return false;
    /* It is sound. Many are loaded and few are called: it is compiled again for its first call. */
    lua_pop(cache->engine->lua, 1);
    sha1_hex(text, hex);
    script_text_release(script_store_add(cache->store, hex, text, flags, true));
    return true;
}

uint32_t script_flags_of_text(struct span text)
{
    struct reply unread;
    struct span source;
    uint32_t flags;
    bool sound;

    reply_init(&unread, 2);
    sound = parse_first_line(text, &flags, &source, &unread);
    reply_free(&unread);
    return sound ? flags : 0;
}

uint32_t script_flags_of_name(struct script_store *store, struct span name)
{
    char hex[SHA1_HEX_LENGTH];
    struct script_text *text = NULL;
    uint32_t flags = 0;

    if (script_name_parse(name, hex))
        text = script_store_find(store, hex);
    if (text == NULL)
        return 0;
    flags = text->flags;
    script_text_release(text);
    return flags;
}
