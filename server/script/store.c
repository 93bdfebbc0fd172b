#include "server/script/store.h"

#include "proto/base/assert.h"
#include "proto/base/memory.h"

#include <pthread.h>
#include <xxhash.h>

enum { BUCKETS_FIRST = 256 };

struct script_store {
    pthread_mutex_t lock;
    struct script_text **buckets;
    uint32_t bucket_count; /* a power of two */
    uint32_t evictable;
    struct list_link order; /* evictable ones */
    struct script_store_figures figures;
    _Atomic uint64_t drops;
    _Atomic uint64_t arrivals; /* of evictable scripts */
};

struct script_store *script_store_create(void)
{
    struct script_store *store = memory_new_zeroed(1, sizeof(*store));

    pthread_mutex_init(&store->lock, NULL);
    store->bucket_count = BUCKETS_FIRST;
    store->buckets = memory_new_zeroed(store->bucket_count, sizeof(struct script_text *));
    list_init(&store->order);
    return store;
}

void script_store_destroy(struct script_store *store)
{
    script_store_flush(store);
    pthread_mutex_destroy(&store->lock);
    memory_free(store->buckets);
    memory_free(store);
}

void script_text_release(struct script_text *text)
{
    if (atomic_fetch_sub_explicit(&text->references, 1, memory_order_acq_rel) == 1)
        memory_free(text);
}

static uint32_t bucket_of(const struct script_store *store, const char *hex)
{
    return (uint32_t)XXH3_64bits(hex, SHA1_HEX_LENGTH) & (store->bucket_count - 1);
}

static struct script_text **place_of(struct script_store *store, const char *hex)
{
    struct script_text **place = &store->buckets[bucket_of(store, hex)];

    while (*place != NULL && memcmp((*place)->hex, hex, SHA1_HEX_LENGTH) != 0)
        place = &(*place)->next;
    return place;
}

/* A step for all at once, so rarely that it is no matter: twice as many scripts each time. */
static void grow(struct script_store *store)
{
    struct script_text **before = store->buckets;
    uint32_t count = store->bucket_count;

    if (store->figures.scripts < count)
        return;
    store->bucket_count = count * 2;
    store->buckets = memory_new_zeroed(store->bucket_count, sizeof(struct script_text *));
    for (uint32_t i = 0; i < count; i++) {
        while (before[i] != NULL) {
            struct script_text *text = before[i];
            struct script_text **place = &store->buckets[bucket_of(store, text->hex)];

            before[i] = text->next;
            text->next = *place;
            *place = text;
        }
    }
    memory_free(before);
}

static size_t size_of(const struct script_text *text)
{
    return sizeof(*text) + text->text.length + 1;
}

/* ---- Going ---- */

static void drop(struct script_store *store, struct script_text *text)
{
    struct script_text **place = place_of(store, text->hex);

    ASSERT(*place == text);
    *place = text->next;
    if (list_linked(&text->link)) {
        list_remove(&text->link);
        store->evictable--;
    }
    store->figures.scripts--;
    store->figures.bytes -= size_of(text);
    atomic_store_explicit(&text->dropped, true, memory_order_relaxed);
    atomic_fetch_add_explicit(&store->drops, 1, memory_order_relaxed);
    script_text_release(text);
}

/* The first in order goes, unless it has been used since it was put there: then it gets the place
 * that it should have. */
static void evict(struct script_store *store)
{
    while (store->evictable > SCRIPT_EVICTABLE_MAX) {
        struct script_text *text = list_entry(store->order.next, struct script_text, link);
        uint64_t used = atomic_load_explicit(&text->used, memory_order_relaxed);
        struct list_link *behind = store->order.previous;

        if (used == text->queued) {
            drop(store, text);
            store->figures.evicted++;
            continue;
        }
        text->queued = used;
        while (behind != &text->link && list_entry(behind, struct script_text, link)->queued > used)
            behind = behind->previous;
        if (behind == &text->link)
            continue;
        list_remove(&text->link);
        list_insert_between(&text->link, behind, behind->next);
    }
}

void script_store_flush(struct script_store *store)
{
    pthread_mutex_lock(&store->lock);
    for (uint32_t i = 0; i < store->bucket_count; i++)
        while (store->buckets[i] != NULL)
            drop(store, store->buckets[i]);
    ASSERT(store->figures.scripts == 0);
    pthread_mutex_unlock(&store->lock);
}

/* ---- Coming ---- */

static struct script_text *hold(struct script_text *text)
{
    atomic_fetch_add_explicit(&text->references, 1, memory_order_relaxed);
    return text;
}

struct script_text *script_store_find(struct script_store *store, const char hex[SHA1_HEX_LENGTH])
{
    struct script_text *text;

    pthread_mutex_lock(&store->lock);
    text = *place_of(store, hex);
    if (text != NULL)
        hold(text);
    pthread_mutex_unlock(&store->lock);
    return text;
}

static void keep(struct script_store *store, struct script_text *text)
{
    if (!list_linked(&text->link))
        return;
    list_remove(&text->link);
    list_link_clear(&text->link);
    store->evictable--;
    atomic_store_explicit(&text->evictable, false, memory_order_relaxed);
}

static struct script_text *add(struct script_store *store, const char *hex, struct span bytes,
                               uint32_t flags, bool loaded)
{
    struct script_text *text = memory_new_zeroed(1, sizeof(*text) + bytes.length + 1);
    char *copy = (char *)(text + 1);
    struct script_text **place;

    memcpy(copy, bytes.data, bytes.length);
    memcpy(text->hex, hex, SHA1_HEX_LENGTH);
    text->text = span_of(copy, bytes.length);
    text->flags = flags;
    text->references = 1;
    text->evictable = !loaded;
    grow(store);
    place = place_of(store, hex);
    *place = text;
    store->figures.scripts++;
    store->figures.bytes += size_of(text);
    if (!loaded) {
        text->queued = atomic_fetch_add_explicit(&store->arrivals, 1, memory_order_relaxed) + 1;
        text->used = text->queued;
        list_push_back(&store->order, &text->link);
        store->evictable++;
    }
    return text;
}

struct script_text *script_store_add(struct script_store *store, const char hex[SHA1_HEX_LENGTH],
                                     struct span text, uint32_t flags, bool loaded)
{
    struct script_text *found;

    pthread_mutex_lock(&store->lock);
    found = *place_of(store, hex);
    if (found == NULL)
        found = add(store, hex, text, flags, loaded);
    else if (loaded)
        keep(store, found);
    hold(found);
    evict(store);
    pthread_mutex_unlock(&store->lock);
    return found;
}

void script_store_keep(struct script_store *store, struct script_text *text)
{
    pthread_mutex_lock(&store->lock);
    keep(store, text);
    pthread_mutex_unlock(&store->lock);
}

void script_text_used(const struct script_store *store, struct script_text *text)
{
    uint64_t now;

    if (!atomic_load_explicit(&text->evictable, memory_order_relaxed))
        return;
    now = atomic_load_explicit(&store->arrivals, memory_order_relaxed);
    if (atomic_load_explicit(&text->used, memory_order_relaxed) != now)
        atomic_store_explicit(&text->used, now, memory_order_relaxed);
}

uint64_t script_store_drops(const struct script_store *store)
{
    return atomic_load_explicit(&store->drops, memory_order_relaxed);
}

struct script_store_figures script_store_figures(struct script_store *store)
{
    struct script_store_figures figures;

    pthread_mutex_lock(&store->lock);
    figures = store->figures;
    pthread_mutex_unlock(&store->lock);
    return figures;
}

void script_store_reset_evicted(struct script_store *store)
{
    pthread_mutex_lock(&store->lock);
    store->figures.evicted = 0;
    pthread_mutex_unlock(&store->lock);
}
