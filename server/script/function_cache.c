#include "server/script/function_cache.h"

#include "proto/base/assert.h"
#include "proto/base/memory.h"
#include "proto/resp/reply.h"
#include "server/script/engine.h"
#include "server/script/function_load.h"
#include "server/shard/shard.h"

#include <lua5.1/lauxlib.h>

struct function_cache *function_cache_create(struct script_engine *engine)
{
    struct function_cache *cache = memory_new_zeroed(1, sizeof(*cache));

    cache->engine = engine;
    return cache;
}

static void release_set(struct function_cache *cache)
{
    if (cache->set != NULL)
        function_set_release(cache->set);
    memory_free(cache->compiled);
    cache->set = NULL;
    cache->compiled = NULL;
}

void function_cache_destroy(struct function_cache *cache)
{
    for (uint32_t i = 0; cache->set != NULL && i < cache->set->library_count; i++)
        memory_free(cache->compiled[i].references);
    release_set(cache);
    memory_free(cache);
}

static void forget(struct function_cache *cache, struct function_compiled *compiled)
{
    if (compiled->references == NULL)
        return;
    for (uint32_t i = 0; i < compiled->library->function_count; i++)
        luaL_unref(cache->engine->lua, LUA_REGISTRYINDEX, compiled->references[i]);
    memory_free(compiled->references);
}

/* Takes over from the old set what the new one still has. Both are in the order of numbers. */
static void take_over(struct function_cache *cache, const struct function_set *set,
                      struct function_compiled *compiled)
{
    uint32_t at = 0;

    for (uint32_t i = 0; cache->set != NULL && i < cache->set->library_count; i++) {
        struct function_compiled *old = &cache->compiled[i];

        while (at < set->library_count && set->libraries[at]->number < old->library->number)
            at++;
        if (at < set->library_count && set->libraries[at] == old->library)
            compiled[at].references = old->references;
        else
            forget(cache, old);
    }
}

void function_cache_sweep(struct function_cache *cache)
{
    struct function_store *store = cache->engine->shard->node->functions;
    struct function_compiled *compiled;
    struct function_set *set;

    if (cache->set != NULL && cache->set->version == function_store_version(store))
        return;
    set = function_store_get(store);
    compiled = memory_new_zeroed(set->library_count + 1, sizeof(*compiled));
    for (uint32_t i = 0; i < set->library_count; i++)
        compiled[i].library = set->libraries[i];
    take_over(cache, set, compiled);
    release_set(cache);
    cache->set = set;
    cache->compiled = compiled;
}

static bool same_functions(const struct function_library *a, const struct function_library *b)
{
    if (a->function_count != b->function_count)
        return false;
    for (uint32_t i = 0; i < a->function_count; i++)
        if (!span_equal(a->functions[i].name, b->functions[i].name))
            return false;
    return true;
}

/* A text registers the same functions wherever it is run, unless it takes pains not to (addresses
 * of tables differ). */
static bool compile(struct function_cache *cache, struct function_compiled *compiled,
                    struct reply *reply)
{
    struct span code = compiled->library->code;
    struct function_references references;
    struct function_header header;
    struct function_library *again;
    bool ok;

    if (!function_header_parse(&header, code, reply))
        return false;
    again = function_load(cache->engine, &header, code, &references, reply);
    function_header_free(&header);
    if (again == NULL)
        return false;
    ok = same_functions(again, compiled->library);
    function_library_release(again);
    if (ok) {
        compiled->references = references.items;
        return true;
    }
    for (uint32_t i = 0; i < references.count; i++)
        luaL_unref(cache->engine->lua, LUA_REGISTRYINDEX, references.items[i]);
    memory_free(references.items);
    reply_error_literal(reply, "ERR The library does not register the same functions each time");
    return false;
}

const struct function_entry *function_cache_find(struct function_cache *cache, struct span name,
                                                 int *reference, struct reply *reply)
{
    struct function_compiled *compiled;
    struct function_place place;

    function_cache_sweep(cache);
    if (!function_set_find(cache->set, name, &place)) {
        reply_error_literal(reply, "ERR Function not found");
        return NULL;
    }
    compiled = &cache->compiled[place.library];
    if (__builtin_expect(compiled->references == NULL, 0) && !compile(cache, compiled, reply))
        return NULL;
    *reference = compiled->references[place.function];
    return &compiled->library->functions[place.function];
}
