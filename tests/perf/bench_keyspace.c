/*
 * What a keyspace costs: memory per key, time per operation and the longest single operation.
 *
 *   bench_keyspace memory string|volatile|integer [keys]     resident bytes per key, less payload
 *   bench_keyspace speed [keys] [one-slot]                   insert, get, delete
 *   bench_keyspace expire [keys]                             keys that expire within one second
 *
 * With CPU_TIME in the environment, time that other processes take does not count, but reading the
 * clock takes longer.
 */
#include "proto/base/random.h"
#include "storage/keyspace.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { KEY_LENGTH = 16, VALUE_LENGTH = 32, BATCH = 16, START = 1000000 };

static bool one_slot;
static clockid_t clock_used = CLOCK_MONOTONIC;

static uint64_t nanoseconds(void)
{
    struct timespec time;

    clock_gettime(clock_used, &time);
    return (uint64_t)time.tv_sec * 1000000000 + (uint64_t)time.tv_nsec;
}

static size_t resident(void)
{
    unsigned long size;
    unsigned long pages = 0;
    FILE *file = fopen("/proc/self/statm", "r");

    if (file == NULL || fscanf(file, "%lu %lu", &size, &pages) != 2)
        abort();
    fclose(file);
    return pages * (size_t)sysconf(_SC_PAGESIZE);
}

static struct span key_name(char text[KEY_LENGTH + 1], uint64_t number)
{
    snprintf(text, KEY_LENGTH + 1, one_slot ? "{tag}%011llu" : "key:%012llu",
             (unsigned long long)number);
    return span_of(text, KEY_LENGTH);
}

static struct keyspace *create(void)
{
    struct keyspace_options options = {.databases = 16, .hash_seed = 42, .random_seed = 1};

    return keyspace_create(&options);
}

static void memory(const char *shape, uint64_t keys)
{
    char value[VALUE_LENGTH];
    bool integer = strcmp(shape, "integer") == 0;
    time_ms expiry = strcmp(shape, "volatile") == 0 ? START + 100000000 : TIME_NEVER;
    size_t payload = KEY_LENGTH + (integer ? 8 : VALUE_LENGTH);
    struct keyspace *keyspace = create();
    struct keyspace_statistics statistics;
    size_t before = resident();

    memset(value, 'v', sizeof(value));
    for (uint64_t i = 0; i < keys; i++) {
        char text[KEY_LENGTH + 1];
        struct key key = keyspace_key(keyspace, key_name(text, i));

        if (integer)
            keyspace_set_integer(keyspace, 0, &key, (int64_t)(i * 1000003), expiry);
        else
            keyspace_set_string(keyspace, 0, &key, span_of(value, sizeof(value)), expiry);
    }
    keyspace_statistics(keyspace, &statistics);
    printf("%s: %.2f resident bytes per key over the payload; used %.2f, held %.2f, tables %.2f\n",
           shape, (double)(resident() - before) / (double)keys - (double)payload,
           (double)statistics.used_memory / (double)keys - (double)payload,
           (double)statistics.held_memory / (double)keys - (double)payload,
           (double)statistics.table_memory / (double)keys);
    keyspace_destroy(keyspace);
}

struct timing {
    uint64_t start;
    uint64_t last;
    uint64_t longest;
    uint64_t over_100us;
    uint64_t steps;
    uint64_t longest_step; /* the same one in each run is no accident */
};

static void timing_begin(struct timing *timing)
{
    *timing = (struct timing){.start = nanoseconds(), .last = nanoseconds()};
}

static void timing_step(struct timing *timing)
{
    uint64_t now = nanoseconds();
    uint64_t taken = now - timing->last;

    if (taken > timing->longest) {
        timing->longest = taken;
        timing->longest_step = timing->steps;
    }
    timing->steps++;
    timing->over_100us += taken > 100000;
    timing->last = now;
}

static void timing_end(const struct timing *timing, const char *name, uint64_t operations)
{
    printf("%-16s %7.1f ns each, longest %8.1f us (step %llu), over 100 us: %llu\n", name,
           (double)(timing->last - timing->start) / (double)operations,
           (double)timing->longest / 1000, (unsigned long long)timing->longest_step,
           (unsigned long long)timing->over_100us);
}

static void speed(uint64_t keys)
{
    char value[VALUE_LENGTH];
    struct keyspace *keyspace = create();
    struct timing timing;
    struct random random;
    uint64_t found = 0;
    uint64_t stride = 0x9e3779b1;

    random_seed(&random, 7);
    memset(value, 'v', sizeof(value));
    timing_begin(&timing);
    for (uint64_t i = 0; i < keys; i++, timing_step(&timing)) {
        char text[KEY_LENGTH + 1];
        struct key key = keyspace_key(keyspace, key_name(text, i));

        keyspace_set_string(keyspace, 0, &key, span_of(value, sizeof(value)), TIME_NEVER);
    }
    timing_end(&timing, "insert", keys);
    timing_begin(&timing);
    for (uint64_t i = 0; i < keys / 4; i++, timing_step(&timing)) {
        char text[KEY_LENGTH + 1];
        struct key key = keyspace_key(keyspace, key_name(text, random_below(&random, keys)));

        found += keyspace_read(keyspace, 0, &key, START) != NULL;
    }
    timing_end(&timing, "get", keys / 4);
    timing_begin(&timing);
    for (uint64_t i = 0; i < keys / 4; i += BATCH, timing_step(&timing)) {
        char text[BATCH][KEY_LENGTH + 1];
        struct key batch[BATCH];

        for (unsigned j = 0; j < BATCH; j++)
            batch[j] = keyspace_key(keyspace, key_name(text[j], random_below(&random, keys)));
        for (unsigned j = 0; j < BATCH; j++)
            keyspace_prefetch_table(keyspace, 0, &batch[j]);
        for (unsigned j = 0; j < BATCH; j++)
            keyspace_prefetch_words(keyspace, 0, &batch[j]);
        for (unsigned j = 0; j < BATCH; j++)
            keyspace_prefetch_entry(keyspace, 0, &batch[j]);
        for (unsigned j = 0; j < BATCH; j++)
            found += keyspace_read(keyspace, 0, &batch[j], START) != NULL;
    }
    timing_end(&timing, "get, prefetched", keys / 4);
    timing_begin(&timing);
    for (uint64_t i = 0; i < keys / 4; i++, timing_step(&timing)) {
        char text[KEY_LENGTH + 1];
        struct key key = keyspace_key(keyspace, key_name(text, random_below(&random, keys)));

        keyspace_set_string(keyspace, 0, &key, span_of(value, sizeof(value)), TIME_NEVER);
    }
    timing_end(&timing, "overwrite", keys / 4);
    timing_begin(&timing);
    for (uint64_t i = 0, number = 0; i < keys; i++, timing_step(&timing)) {
        char text[KEY_LENGTH + 1];
        struct key key = keyspace_key(keyspace, key_name(text, number));

        found += keyspace_delete(keyspace, 0, &key, START);
        number = (number + stride) % keys;
    }
    timing_end(&timing, "delete", keys);
    timing_begin(&timing);
    while (keyspace_reclaim(keyspace, 1000))
        timing_step(&timing);
    timing_end(&timing, "reclaim", keys);
    printf("found %llu, left %llu, resident %zu MiB\n", (unsigned long long)found,
           (unsigned long long)keyspace_size(keyspace, 0), resident() >> 20);
    keyspace_destroy(keyspace);
}

/* Keys due evenly over one second, with virtual time in steps of 10 ms. */
static void expire(uint64_t keys)
{
    struct keyspace *keyspace = create();
    struct random random;
    struct timing timing;
    time_ms now;

    random_seed(&random, 9);
    for (uint64_t i = 0; i < keys; i++) {
        char text[KEY_LENGTH + 1];
        struct key key = keyspace_key(keyspace, key_name(text, i));

        keyspace_set_string(keyspace, 0, &key, SPAN("value"),
                            START + (time_ms)random_below(&random, 1000));
    }
    timing_begin(&timing);
    for (now = START; keyspace_size(keyspace, 0) > 0; now += 10) {
        while (keyspace_expire(keyspace, now, 1000))
            timing_step(&timing);
        while (keyspace_reclaim(keyspace, 1000))
            timing_step(&timing);
        timing_step(&timing);
        if (now % 200 == 0)
            printf("%lld ms: %llu left\n", (long long)(now - START),
                   (unsigned long long)keyspace_size(keyspace, 0));
    }
    timing_end(&timing, "expire", keys);
    printf("all gone %lld ms after the last was due\n", (long long)(now - 10 - START - 999));
    keyspace_destroy(keyspace);
}

int main(int argc, char **argv)
{
    const char *what = argc > 1 ? argv[1] : "";

    setvbuf(stdout, NULL, _IOLBF, 0);
    if (getenv("CPU_TIME") != NULL)
        clock_used = CLOCK_THREAD_CPUTIME_ID;
    if (strcmp(what, "memory") == 0 && argc > 2) {
        memory(argv[2], argc > 3 ? strtoull(argv[3], NULL, 10) : 2000000);
    } else if (strcmp(what, "speed") == 0) {
        one_slot = argc > 3 && strcmp(argv[3], "one-slot") == 0;
        speed(argc > 2 ? strtoull(argv[2], NULL, 10) : 20000000);
    } else if (strcmp(what, "expire") == 0) {
        expire(argc > 2 ? strtoull(argv[2], NULL, 10) : 1000000);
    } else {
        fprintf(stderr, "usage: bench_keyspace memory SHAPE [KEYS] | speed [KEYS] [one-slot] | "
                        "expire [KEYS]\n");
        return 2;
    }
    return 0;
}
