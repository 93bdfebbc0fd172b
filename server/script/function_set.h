/*
 * The libraries of functions that the node knows.
 *
 * A library is its source text and what it registered when it was loaded; a set is all libraries at
 * one time. Both never change: a load, deletion or flush makes a new set. Compiled code is each
 * shard's own (function_cache.h), made when a function is called there first.
 *
 *   function_store --> function_set --> function_library --> functions
 *                         ^    (shared by sets)
 *   function_cache -------+    (of a shard; compares versions at each call)
 *
 * Names of functions are one name in any case; names of libraries are not.
 *
 * Thread: any. The store is behind a lock, but for function_store_version; what has a reference may
 * be read without one.
 */
#ifndef SERVER_SCRIPT_FUNCTION_SET_H
#define SERVER_SCRIPT_FUNCTION_SET_H

#include "proto/base/span.h"

#include <stdatomic.h>
#include <stdint.h>

struct function_entry {
    struct span name;
    struct span description; /* data is NULL without one */
    uint32_t flags;          /* enum script_flag */
};

struct function_library {
    _Atomic uint32_t references;
    uint64_t number; /* given by the store; grows */
    struct span name;
    struct span code; /* whole, first line included */
    struct function_entry *functions;
    uint32_t function_count;
    size_t bytes; /* of all this */
};

struct function_place {
    uint32_t library; /* index in the set */
    uint32_t function;
};

struct function_set {
    _Atomic uint32_t references;
    uint64_t version;
    struct function_library **libraries; /* by number */
    uint32_t library_count;
    uint32_t function_count;
    size_t bytes;                   /* of the libraries */
    uint32_t place_mask;            /* places + 1 is a power of two */
    struct function_place places[]; /* by hash of the name; library is UINT32_MAX where none is */
};

struct function_store;

/* What stands in the way of a change. */
enum function_conflict {
    FUNCTION_CONFLICT_NONE,
    FUNCTION_CONFLICT_LIBRARY,
    FUNCTION_CONFLICT_NAME
};

/* What becomes of libraries that are there. */
enum function_policy { FUNCTION_APPEND, FUNCTION_REPLACE, FUNCTION_FLUSH };

/* A copy of it all, with one reference; it takes over nothing. */
struct function_library *function_library_create(struct span name, struct span code,
                                                 const struct function_entry *functions,
                                                 uint32_t function_count);
void function_library_release(struct function_library *library);

/* A function by its name in any case. False: there is none. */
bool function_set_find(const struct function_set *set, struct span name,
                       struct function_place *place);
/* NULL when there is none. */
const struct function_library *function_set_library(const struct function_set *set,
                                                    struct span name);
void function_set_release(struct function_set *set);

struct function_store *function_store_create(void);
void function_store_destroy(struct function_store *store);

/* The current set; the caller has a reference. */
struct function_set *function_store_get(struct function_store *store);

/* Of the current set. */
uint64_t function_store_version(const struct function_store *store);

/*
 * Adds libraries, all or none; the store takes references of its own. With a conflict, *name is
 * that of the library or function (in one of those that were to be added).
 */
enum function_conflict function_store_add(struct function_store *store,
                                          struct function_library *const *libraries, uint32_t count,
                                          enum function_policy policy, struct span *name);

/* False: there is none of this name. */
bool function_store_delete(struct function_store *store, struct span name);

void function_store_flush(struct function_store *store);

#endif
