/*
 * The scripts that a shard has compiled: found by their SHA-1 for EVALSHA, by their text for EVAL.
 *
 * What the node has forgotten since (store.h) is not found any more.
 *
 * Owner: the shard's engine.
 */
#ifndef SERVER_SCRIPT_CACHE_H
#define SERVER_SCRIPT_CACHE_H

#include "proto/base/time.h"
#include "server/script/store.h"

#include <stdbool.h>

struct reply;
struct script_cache;
struct script_engine;

struct script {
    struct script_text *text; /* a reference */
    int reference;            /* to the function, in the registry */
    uint64_t hash;            /* of the text */
    time_ms used;             /* when it was called last */
    struct script *next_by_name;
    struct script *next_by_text;
};

struct script_cache *script_cache_create(struct script_engine *engine);
void script_cache_destroy(struct script_cache *cache);

/* The script with this text; compiled, and made known to the node, if it is new. NULL: the error is
 * replied. */
const struct script *script_cache_of_text(struct script_cache *cache, struct span text,
                                          struct reply *reply);

/* The script with this SHA-1 (any case); NULL when the node does not know it (nothing is replied).
 */
const struct script *script_cache_of_name(struct script_cache *cache, struct span name);

/* SCRIPT LOAD: makes the text known to the node, to stay. False: the error is replied. */
bool script_cache_load(struct script_cache *cache, struct span text, char hex[SHA1_HEX_LENGTH],
                       struct reply *reply);

/* What a script says about itself (enum script_flag), by its text, or by its SHA-1 when the node
 * knows it; 0 otherwise. */
uint32_t script_flags_of_text(struct span text);
uint32_t script_flags_of_name(struct script_store *store, struct span name);

/* At every tick: with many compiled ones, those that were not called for a while are forgotten
 * here. The node knows them still. */
void script_cache_age(struct script_cache *cache, time_ms now);

/* Throws away what the node has forgotten. */
void script_cache_sweep(struct script_cache *cache);

/* In lower case. False: that is no SHA-1. */
bool script_name_parse(struct span name, char hex[SHA1_HEX_LENGTH]);

#endif
