#include "server/script/function_set.h"

#include "proto/base/assert.h"
#include "proto/base/memory.h"

#include <ctype.h>
#include <pthread.h>

enum { PLACES_FIRST = 8 };

struct function_store {
    pthread_mutex_t lock;
    struct function_set *current;
    uint64_t last_number;
    _Atomic uint64_t version; /* current->version */
};

/* ---- Libraries ---- */

static struct span copy_to(char **at, struct span bytes)
{
    struct span copy = span_of(*at, bytes.length);

    if (bytes.data == NULL)
        return bytes;
    if (bytes.length > 0)
        memcpy(*at, bytes.data, bytes.length);
    *at += bytes.length;
    return copy;
}

struct function_library *function_library_create(struct span name, struct span code,
                                                 const struct function_entry *functions,
                                                 uint32_t function_count)
{
    size_t bytes = sizeof(struct function_library) + function_count * sizeof(*functions) +
                   name.length + code.length;
    struct function_library *library;
    char *at;

    ASSERT(function_count > 0);
    for (uint32_t i = 0; i < function_count; i++)
        bytes += functions[i].name.length + functions[i].description.length;
    library = memory_new(bytes);
    library->references = 1;
    library->number = 0;
    library->functions = (struct function_entry *)(library + 1);
    library->function_count = function_count;
    library->bytes = bytes;
    at = (char *)(library->functions + function_count);
    library->name = copy_to(&at, name);
    library->code = copy_to(&at, code);
    for (uint32_t i = 0; i < function_count; i++) {
        library->functions[i].name = copy_to(&at, functions[i].name);
        library->functions[i].description = copy_to(&at, functions[i].description);
        library->functions[i].flags = functions[i].flags;
    }
    ASSERT(at == (char *)library + bytes);
    return library;
}

static struct function_library *hold(struct function_library *library)
{
    atomic_fetch_add_explicit(&library->references, 1, memory_order_relaxed);
    return library;
}

void function_library_release(struct function_library *library)
{
    if (atomic_fetch_sub_explicit(&library->references, 1, memory_order_acq_rel) == 1)
        memory_free(library);
}

/* ---- Sets ---- */

static uint32_t hash_of(struct span name)
{
    uint32_t hash = 2166136261u;

    for (size_t i = 0; i < name.length; i++)
        hash = (hash ^ (uint32_t)tolower((unsigned char)name.data[i])) * 16777619u;
    return hash ^ hash >> 15;
}

/* Where the name is, or would be. */
static struct function_place *place_of(struct function_set *set, struct span name)
{
    uint32_t at = hash_of(name) & set->place_mask;

    for (;; at = (at + 1) & set->place_mask) {
        struct function_place *place = &set->places[at];

        if (place->library == UINT32_MAX)
            return place;
        if (span_equal_ignoring_case(
                set->libraries[place->library]->functions[place->function].name, name))
            return place;
    }
}

bool function_set_find(const struct function_set *set, struct span name,
                       struct function_place *place)
{
    *place = *place_of((struct function_set *)set, name);
    return place->library != UINT32_MAX;
}

const struct function_library *function_set_library(const struct function_set *set,
                                                    struct span name)
{
    for (uint32_t i = 0; i < set->library_count; i++)
        if (span_equal(set->libraries[i]->name, name))
            return set->libraries[i];
    return NULL;
}

void function_set_release(struct function_set *set)
{
    if (atomic_fetch_sub_explicit(&set->references, 1, memory_order_acq_rel) > 1)
        return;
    for (uint32_t i = 0; i < set->library_count; i++)
        function_library_release(set->libraries[i]);
    memory_free(set->libraries);
    memory_free(set);
}

/* An empty set with room for so many functions. */
static struct function_set *set_create(uint32_t libraries, uint32_t functions)
{
    uint32_t places = PLACES_FIRST;
    struct function_set *set;

    while (places < functions * 2)
        places *= 2;
    set = memory_new_zeroed(1, sizeof(*set) + places * sizeof(set->places[0]));
    set->references = 1;
    set->place_mask = places - 1;
    set->libraries = memory_new((libraries + 1) * sizeof(struct function_library *));
    for (uint32_t i = 0; i < places; i++)
        set->places[i].library = UINT32_MAX;
    return set;
}

/* False: another library has a function of that name, *name. */
static bool set_add(struct function_set *set, struct function_library *library, struct span *name)
{
    uint32_t index = set->library_count++;

    set->libraries[index] = hold(library);
    set->bytes += library->bytes;
    set->function_count += library->function_count;
    for (uint32_t i = 0; i < library->function_count; i++) {
        struct function_place *place = place_of(set, library->functions[i].name);

        if (place->library != UINT32_MAX) {
            *name = library->functions[i].name;
            return false;
        }
        *place = (struct function_place){.library = index, .function = i};
    }
    return true;
}

/* ---- The store ---- */

struct function_store *function_store_create(void)
{
    struct function_store *store = memory_new_zeroed(1, sizeof(*store));

    pthread_mutex_init(&store->lock, NULL);
    store->current = set_create(0, 0);
    return store;
}

void function_store_destroy(struct function_store *store)
{
    function_set_release(store->current);
    pthread_mutex_destroy(&store->lock);
    memory_free(store);
}

struct function_set *function_store_get(struct function_store *store)
{
    struct function_set *set;

    pthread_mutex_lock(&store->lock);
    set = store->current;
    atomic_fetch_add_explicit(&set->references, 1, memory_order_relaxed);
    pthread_mutex_unlock(&store->lock);
    return set;
}

uint64_t function_store_version(const struct function_store *store)
{
    return atomic_load_explicit(&store->version, memory_order_acquire);
}

static void publish(struct function_store *store, struct function_set *set)
{
    set->version = store->current->version + 1;
    function_set_release(store->current);
    store->current = set;
    atomic_store_explicit(&store->version, set->version, memory_order_release);
}

static bool is_among(struct span name, struct function_library *const *libraries, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        if (span_equal(libraries[i]->name, name))
            return true;
    return false;
}

/* Libraries among themselves, and with those that stay. */
static bool library_collides(const struct function_set *current,
                             struct function_library *const *libraries, uint32_t count,
                             enum function_policy policy, struct span *name)
{
    for (uint32_t i = 0; i < count; i++) {
        *name = libraries[i]->name;
        if (is_among(*name, libraries, i))
            return true;
        if (policy == FUNCTION_APPEND && function_set_library(current, *name) != NULL)
            return true;
    }
    return false;
}

static enum function_conflict add_locked(struct function_store *store,
                                         struct function_library *const *libraries, uint32_t count,
                                         enum function_policy policy, struct span *name)
{
    const struct function_set *current = store->current;
    uint32_t kept = policy == FUNCTION_FLUSH ? 0 : current->library_count;
    uint32_t functions = current->function_count;
    struct function_set *set;
    bool ok = true;

    if (library_collides(current, libraries, count, policy, name))
        return FUNCTION_CONFLICT_LIBRARY;
    for (uint32_t i = 0; i < count; i++)
        functions += libraries[i]->function_count;
    set = set_create(kept + count, functions);
    for (uint32_t i = 0; i < kept; i++)
        if (!is_among(current->libraries[i]->name, libraries, count))
            ok = ok && set_add(set, current->libraries[i], name);
    ASSERT(ok);
    for (uint32_t i = 0; i < count && ok; i++) {
        libraries[i]->number = ++store->last_number;
        ok = set_add(set, libraries[i], name);
    }
    if (!ok) {
        function_set_release(set);
        return FUNCTION_CONFLICT_NAME;
    }
    publish(store, set);
    return FUNCTION_CONFLICT_NONE;
}

enum function_conflict function_store_add(struct function_store *store,
                                          struct function_library *const *libraries, uint32_t count,
                                          enum function_policy policy, struct span *name)
{
    enum function_conflict conflict;

    pthread_mutex_lock(&store->lock);
    conflict = add_locked(store, libraries, count, policy, name);
    pthread_mutex_unlock(&store->lock);
    return conflict;
}

bool function_store_delete(struct function_store *store, struct span name)
{
    const struct function_library *gone;

    pthread_mutex_lock(&store->lock);
    gone = function_set_library(store->current, name);
    if (gone != NULL) {
        const struct function_set *current = store->current;
        struct function_set *set = set_create(current->library_count, current->function_count);
        struct span unused;

        for (uint32_t i = 0; i < current->library_count; i++)
            if (current->libraries[i] != gone)
                (void)set_add(set, current->libraries[i], &unused);
        publish(store, set);
    }
    pthread_mutex_unlock(&store->lock);
    return gone != NULL;
}

void function_store_flush(struct function_store *store)
{
    pthread_mutex_lock(&store->lock);
    publish(store, set_create(0, 0));
    pthread_mutex_unlock(&store->lock);
}
