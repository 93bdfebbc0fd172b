/*
 * The scripts that the node knows, by their SHA-1: what is loaded through one shard can be called
 * on all.
 *
 * It holds the texts; compiled functions are each shard's own (cache.h), made at its first call.
 * Scripts that came by EVAL are evictable: beyond SCRIPT_EVICTABLE_MAX, those that were used least
 * recently go. Those that came by SCRIPT LOAD stay.
 *
 * Thread: any; behind a lock, but for script_text_is_dropped and script_text_used, which are what
 * every call of a script comes by.
 */
#ifndef SERVER_SCRIPT_STORE_H
#define SERVER_SCRIPT_STORE_H

#include "proto/base/list.h"
#include "proto/base/span.h"
#include "server/script/sha1.h"

#include <stdatomic.h>
#include <stdint.h>

enum { SCRIPT_EVICTABLE_MAX = 500 };

struct script_store;

struct script_text {
    _Atomic uint32_t references;
    _Atomic bool dropped;   /* the node does not know it any more */
    _Atomic bool evictable; /* came by EVAL alone */
    _Atomic uint64_t used;  /* how many evictable scripts had come when it was used last */
    char hex[SHA1_HEX_LENGTH];
    uint32_t flags;   /* enum script_flag */
    struct span text; /* whole, first line included */
    /* the store's */
    struct list_link link; /* in order of use, as far as that is known */
    struct script_text *next;
    uint64_t queued;
};

struct script_store *script_store_create(void);
void script_store_destroy(struct script_store *store);

/* NULL when there is none; else the caller has a reference. */
struct script_text *script_store_find(struct script_store *store, const char hex[SHA1_HEX_LENGTH]);

/* Adds a script that compiles, unless it is there. `loaded`: by SCRIPT LOAD, to stay. The caller
 * has a reference to it. */
struct script_text *script_store_add(struct script_store *store, const char hex[SHA1_HEX_LENGTH],
                                     struct span text, uint32_t flags, bool loaded);

/* It shall stay, wherever it came from. */
void script_store_keep(struct script_store *store, struct script_text *text);

/* Forgets all. */
void script_store_flush(struct script_store *store);

void script_text_release(struct script_text *text);

/* How often scripts were dropped: caches that have seen fewer have something to throw away. */
uint64_t script_store_drops(const struct script_store *store);

static inline bool script_text_is_dropped(const struct script_text *text)
{
    return atomic_load_explicit(&text->dropped, memory_order_relaxed);
}

/* A call uses it. */
void script_text_used(const struct script_store *store, struct script_text *text);

struct script_store_figures {
    uint64_t scripts;
    uint64_t bytes; /* of the texts and what goes with them */
    uint64_t evicted;
};
struct script_store_figures script_store_figures(struct script_store *store);
void script_store_reset_evicted(struct script_store *store);

#endif
