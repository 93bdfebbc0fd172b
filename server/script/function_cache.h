/*
 * The functions that a shard has compiled.
 *
 * It follows the node's libraries (function_set.h): what is gone from there is thrown away at the
 * next call, what is new is compiled when one of its functions is called.
 *
 * Owner: the shard's engine.
 */
#ifndef SERVER_SCRIPT_FUNCTION_CACHE_H
#define SERVER_SCRIPT_FUNCTION_CACHE_H

#include "server/script/function_set.h"

struct function_loading;
struct reply;
struct script_engine;

struct function_compiled {
    struct function_library *library; /* a reference */
    int *references; /* of its functions, in the registry; NULL: not yet compiled */
};

struct function_cache {
    struct script_engine *engine;
    struct function_loading *loading;   /* while a library is being loaded */
    struct function_set *set;           /* a reference; NULL at first */
    struct function_compiled *compiled; /* one for each library of the set */
};

struct function_cache *function_cache_create(struct script_engine *engine);
/* Behind the engine's state: what that holds is gone already. */
void function_cache_destroy(struct function_cache *cache);

/*
 * A function by its name: what it registered, and its code's reference in the registry. NULL: there
 * is none, or its library does not compile here: the error is replied. Good until the next call.
 */
const struct function_entry *function_cache_find(struct function_cache *cache, struct span name,
                                                 int *reference, struct reply *reply);

/* Throws away what the node does not know any more. */
void function_cache_sweep(struct function_cache *cache);

#endif
