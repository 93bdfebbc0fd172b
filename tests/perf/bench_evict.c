/*
 * How long slices of eviction take as a shard makes them: with the last step they should end within
 * 500 us.
 *
 *   bench_evict [megabytes]
 *
 * For values of several kinds a keyspace is filled, and half of it evicted in slices. Printed are
 * the longest slice, the longest step between two looks at the clock, and what a key costs, in time
 * of the thread.
 */
#include "proto/base/random.h"
#include "storage/evict.h"
#include "storage/types/hash.h"
#include "storage/types/list_type.h"
#include "storage/types/sorted_set.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum {
    /* As in server/shard/eviction.c. */
    SLICE_NANOSECONDS = 360000,
    EVICTIONS_AT_ONCE = 4,
    BYTES_AT_ONCE = 1 << 20,
    RECLAIMED_AT_ONCE = 64,
    ELEMENTS = 20000,
    NAME_MAX_LENGTH = 40,
};

static uint64_t nanoseconds(void)
{
    struct timespec time;

    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return (uint64_t)time.tv_sec * 1000000000 + (uint64_t)time.tv_nsec;
}

static struct span name_of(char text[NAME_MAX_LENGTH], uint64_t number)
{
    return span_of(
        text, (size_t)snprintf(text, NAME_MAX_LENGTH, "element:%llu", (unsigned long long)number));
}

/* ---- Keys ---- */

typedef void make(struct keyspace *keyspace, const struct key *key, size_t size);

static void make_string(struct keyspace *keyspace, const struct key *key, size_t size)
{
    static char bytes[4 << 20];

    keyspace_set_string(keyspace, 0, key, span_of(bytes, size), TIME_NEVER);
}

static void make_list(struct keyspace *keyspace, const struct key *key, size_t size)
{
    const struct list_limits limits = list_type_limits(-2);
    struct collection list = collection_open(keyspace, 0, key, VALUE_LIST);

    for (uint64_t i = 0; i < size; i++) {
        char text[NAME_MAX_LENGTH];
        struct span value = name_of(text, i);

        list_type_push(&list, &limits, LIST_TAIL, &value, 1);
    }
}

static void make_hash(struct keyspace *keyspace, const struct key *key, size_t size)
{
    const struct hash_limits limits = {128, 64};
    struct collection hash = collection_open(keyspace, 0, key, VALUE_HASH);

    for (uint64_t i = 0; i < size; i++) {
        char text[NAME_MAX_LENGTH];

        hash_set(&hash, 0, &limits, name_of(text, i), SPAN("some value"), TIME_NEVER);
    }
}

static void make_sorted_set(struct keyspace *keyspace, const struct key *key, size_t size)
{
    const struct sorted_set_limits limits = {128, 64};
    struct collection set = collection_open(keyspace, 0, key, VALUE_SORTED_SET);

    for (uint64_t i = 0; i < size; i++) {
        char text[NAME_MAX_LENGTH];
        double score = (double)i;

        sorted_set_add(&set, &(struct sorted_set_options){0}, &limits, name_of(text, i), &score);
    }
}

/* ---- Slices ---- */

struct figures {
    uint64_t keys;
    uint64_t slices;
    uint64_t total;
    uint64_t longest_slice;
    uint64_t longest_step;
};

static void step(struct keyspace *keyspace, const struct evict_policy *policy,
                 struct figures *figures)
{
    size_t used = keyspace_used_memory(keyspace);
    uint32_t coldness;

    if (keyspace_is_reclaiming(keyspace)) {
        keyspace_reclaim(keyspace, RECLAIMED_AT_ONCE);
        return;
    }
    for (uint32_t i = 0;
         i < EVICTIONS_AT_ONCE && keyspace_used_memory(keyspace) + BYTES_AT_ONCE > used; i++)
        figures->keys += evict_one(keyspace, policy, 1000, &coldness);
}

static void slice(struct keyspace *keyspace, const struct evict_policy *policy, size_t goal,
                  struct figures *figures)
{
    uint64_t start = nanoseconds();
    uint64_t now = start;
    uint64_t longest = 0;

    while (keyspace_used_memory(keyspace) > goal && now + longest <= start + SLICE_NANOSECONDS) {
        uint64_t before = now;

        step(keyspace, policy, figures);
        now = nanoseconds();
        if (now - before > longest)
            longest = now - before;
    }
    if (longest > figures->longest_step)
        figures->longest_step = longest;
    figures->slices++;
    figures->total += now - start;
    if (now - start > figures->longest_slice)
        figures->longest_slice = now - start;
}

static void run(const char *title, make *maker, size_t size, size_t bytes)
{
    const struct evict_policy policy = {.order = EVICT_LEAST_RECENT, .samples = 5};
    struct keyspace *keyspace = keyspace_create(
        &(struct keyspace_options){.databases = 1, .hash_seed = 42, .random_seed = 1});
    size_t empty = keyspace_used_memory(keyspace);
    struct figures figures = {0};
    size_t goal;

    for (uint64_t i = 0; keyspace_used_memory(keyspace) < empty + bytes; i++) {
        char text[NAME_MAX_LENGTH];
        struct key key = keyspace_key(keyspace, name_of(text, i));

        maker(keyspace, &key, size);
    }
    goal = empty + (keyspace_used_memory(keyspace) - empty) / 2;
    while (keyspace_used_memory(keyspace) > goal)
        slice(keyspace, &policy, goal, &figures);
    printf("%-24s %8llu keys in %6llu slices: longest slice %7.1f us, longest step %7.1f us, "
           "%9.2f us a key\n",
           title, (unsigned long long)figures.keys, (unsigned long long)figures.slices,
           (double)figures.longest_slice / 1000, (double)figures.longest_step / 1000,
           (double)figures.total / 1000 / (double)figures.keys);
    fflush(stdout);
    keyspace_destroy(keyspace);
}

int main(int argc, char **argv)
{
    size_t bytes = (argc > 1 ? strtoull(argv[1], NULL, 10) : 200) << 20;

    run("strings of 100 B", make_string, 100, bytes);
    run("strings of 5 kB", make_string, 5000, bytes);
    run("strings of 300 kB", make_string, 300000, bytes);
    run("strings of 4 MB", make_string, 4 << 20, bytes);
    run("lists of 20000", make_list, ELEMENTS, bytes);
    run("hashes of 20000", make_hash, ELEMENTS, bytes);
    run("sorted sets of 20000", make_sorted_set, ELEMENTS, bytes);
    return 0;
}
