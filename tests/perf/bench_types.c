/*
 * What a change of a large list, hash, set, sorted set or stream costs: time on average, at the
 * 99.99th percentile, and the longest single step.
 *
 *   bench_types list|hash|set|zset|stream|consumers|all [elements]
 *
 * Each is filled, changed, read, emptied by a part, freed in slices, and then all again in memory
 * that the process has touched before: the first fill also pays for the pages that the system
 * hands out, which is not ours to mend. Time is that of the thread. Steps over 2 ms are counted.
 */
#include "proto/base/random.h"
#include "storage/keyspace.h"
#include "storage/types/hash.h"
#include "storage/types/list_type.h"
#include "storage/types/set.h"
#include "storage/types/sorted_set.h"
#include "storage/types/stream_group.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
    START = 1000000,
    NAME_MAX_LENGTH = 24,
    SLICE = 128,                         /* budget of one call that expires or frees */
    NANOSECONDS_MAX = 4096,              /* steps up to so long are counted exactly, */
    BUCKETS = NANOSECONDS_MAX + 64 * 64, /* longer ones to a 64th of them */
    TOO_LONG = 2000000,
};

struct bench {
    struct keyspace *keyspace;
    struct random random;
    uint64_t elements;
    const char *type;
    unsigned round;
    time_ms now;
};

/* ---- Time ---- */

struct timing {
    uint64_t buckets[BUCKETS];
    uint64_t last;
    uint64_t total;
    uint64_t steps;
    uint64_t longest;
    uint64_t longest_step; /* the same one in each run is no accident */
    uint64_t too_long;
};

static struct timing timing;

static uint64_t nanoseconds(void)
{
    struct timespec time;

    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return (uint64_t)time.tv_sec * 1000000000 + (uint64_t)time.tv_nsec;
}

static uint32_t bucket_of(uint64_t taken)
{
    uint32_t bits;

    if (taken < NANOSECONDS_MAX)
        return (uint32_t)taken;
    bits = 63 - (uint32_t)__builtin_clzll(taken);
    return NANOSECONDS_MAX + (bits - 12) * 64 + (uint32_t)(taken >> (bits - 6) & 63);
}

static uint64_t bucket_start(uint32_t bucket)
{
    uint32_t bits = (bucket - NANOSECONDS_MAX) / 64 + 12;

    if (bucket < NANOSECONDS_MAX)
        return bucket;
    return ((uint64_t)64 + bucket % 64) << (bits - 6);
}

static void timing_begin(void)
{
    timing = (struct timing){.last = nanoseconds()};
}

static void timing_step(void)
{
    uint64_t now = nanoseconds();
    uint64_t taken = now - timing.last;

    timing.buckets[bucket_of(taken)]++;
    if (taken > timing.longest) {
        timing.longest = taken;
        timing.longest_step = timing.steps;
    }
    timing.total += taken;
    timing.too_long += taken > TOO_LONG;
    timing.steps++;
    timing.last = nanoseconds();
}

static void timing_end(const struct bench *bench, const char *phase)
{
    uint64_t beyond = timing.steps / 10000;
    uint32_t bucket = BUCKETS - 1;

    for (uint64_t seen = 0; bucket > 0 && (seen += timing.buckets[bucket]) <= beyond; bucket--)
        ;
    printf("%-9s %u %-13s %9llu steps, us: %8.3f average %8.1f 99.99%% %8.1f longest (step %llu), "
           "over 2 ms: %llu\n",
           bench->type, bench->round, phase, (unsigned long long)timing.steps,
           timing.steps == 0 ? 0 : (double)timing.total / (double)timing.steps / 1000,
           (double)bucket_start(bucket) / 1000, (double)timing.longest / 1000,
           (unsigned long long)timing.longest_step, (unsigned long long)timing.too_long);
}

/* ---- What all have in common ---- */

static struct key the_key(const struct bench *bench)
{
    return keyspace_key(bench->keyspace, SPAN("key"));
}

static struct span name_of(char text[NAME_MAX_LENGTH], uint64_t number)
{
    int length = snprintf(text, NAME_MAX_LENGTH, "element:%llu", (unsigned long long)number);

    return span_of(text, (size_t)length);
}

static uint64_t any(struct bench *bench)
{
    return random_below(&bench->random, bench->elements);
}

/* Deletes the key, in one step, and frees what it held, slice by slice. */
static void free_key(struct bench *bench)
{
    struct key key = the_key(bench);

    timing_begin();
    keyspace_delete(bench->keyspace, 0, &key, bench->now);
    timing_step();
    timing_end(bench, "delete");
    timing_begin();
    while (keyspace_reclaim(bench->keyspace, SLICE))
        timing_step();
    timing_end(bench, "free");
}

/* One step for each number below `count`. */
typedef void operation(struct bench *bench, struct collection *collection, uint64_t number);

static void run(struct bench *bench, const char *phase, enum value_type type, uint64_t count,
                operation *operate)
{
    struct key key = the_key(bench);
    struct collection collection = collection_open(bench->keyspace, 0, &key, type);

    timing_begin();
    for (uint64_t i = 0; i < count; i++) {
        operate(bench, &collection, i);
        timing_step();
    }
    timing_end(bench, phase);
}

/* ---- Lists ---- */

static struct list_limits list_limits;

static void list_push(struct bench *bench, struct collection *list, uint64_t number)
{
    char text[NAME_MAX_LENGTH];
    struct span value = name_of(text, number);

    (void)bench;
    list_type_push(list, &list_limits, number % 4 == 0 ? LIST_HEAD : LIST_TAIL, &value, 1);
}

static void list_look(struct bench *bench, struct collection *list, uint64_t number)
{
    struct list_place place;

    (void)number;
    if (!list_type_seek(list->entry, (int64_t)any(bench), &place))
        abort();
}

static void list_change(struct bench *bench, struct collection *list, uint64_t number)
{
    char text[NAME_MAX_LENGTH];

    list_type_set(list, &list_limits, (int64_t)any(bench), name_of(text, number * 1000));
}

static void list_pop(struct bench *bench, struct collection *list, uint64_t number)
{
    (void)bench;
    list_type_drop(list, &list_limits, number % 2 == 0 ? LIST_HEAD : LIST_TAIL, 1);
}

static void list_cut(struct bench *bench, struct collection *list, uint64_t number)
{
    (void)number;
    list_type_trim(list, &list_limits, bench->elements / 8, bench->elements / 2);
}

static void list_round(struct bench *bench)
{
    list_limits = list_type_limits(-2);
    run(bench, "push", VALUE_LIST, bench->elements, list_push);
    run(bench, "index", VALUE_LIST, bench->elements / 16, list_look);
    run(bench, "set", VALUE_LIST, bench->elements / 16, list_change);
    run(bench, "pop", VALUE_LIST, bench->elements / 4, list_pop);
    run(bench, "trim", VALUE_LIST, 1, list_cut);
    free_key(bench);
}

/* ---- Hashes ---- */

static const struct hash_limits hash_limits = {512, 64};

static void hash_put(struct bench *bench, struct collection *hash, uint64_t number)
{
    char text[NAME_MAX_LENGTH];

    hash_set(hash, bench->now, &hash_limits, name_of(text, number), SPAN("value"), TIME_NEVER);
}

static void hash_change(struct bench *bench, struct collection *hash, uint64_t number)
{
    char text[NAME_MAX_LENGTH];
    char value[64];

    memset(value, 'v', sizeof(value));
    hash_set(hash, bench->now, &hash_limits, name_of(text, any(bench)),
             span_of(value, number % sizeof(value)), TIME_NEVER);
}

static void hash_look(struct bench *bench, struct collection *hash, uint64_t number)
{
    char text[NAME_MAX_LENGTH];
    struct hash_field field;

    (void)number;
    if (!hash_find(hash->entry, name_of(text, any(bench)), bench->now, &field))
        abort();
}

static void hash_some(struct bench *bench, struct collection *hash, uint64_t number)
{
    struct hash_field field;

    (void)number;
    if (!hash_random(hash->entry, bench->now, &bench->random, &field))
        abort();
}

/* Every second field, all at the same time. */
static void hash_expire(struct bench *bench, struct collection *hash, uint64_t number)
{
    char text[NAME_MAX_LENGTH];

    hash_set_expiry(hash, bench->now, name_of(text, number * 2), bench->now + 1000);
}

static void hash_count(struct bench *bench, struct collection *hash, uint64_t number)
{
    (void)bench;
    (void)number;
    if (hash_held(hash->entry) == 0)
        abort();
}

static void hash_take(struct bench *bench, struct collection *hash, uint64_t number)
{
    char text[NAME_MAX_LENGTH];

    hash_remove(hash, bench->now, name_of(text, number * 2 + 1));
}

static void hash_round(struct bench *bench)
{
    time_ms before = bench->now;

    run(bench, "set", VALUE_HASH, bench->elements, hash_put);
    run(bench, "change", VALUE_HASH, bench->elements / 4, hash_change);
    run(bench, "get", VALUE_HASH, bench->elements / 4, hash_look);
    run(bench, "expiry", VALUE_HASH, bench->elements / 2, hash_expire);
    bench->now += 1000;
    run(bench, "count, due", VALUE_HASH, 100, hash_count);
    run(bench, "random, due", VALUE_HASH, bench->elements / 64, hash_some);
    run(bench, "remove, due", VALUE_HASH, 100, hash_take);
    timing_begin();
    while (keyspace_expire(bench->keyspace, bench->now, SLICE))
        timing_step();
    timing_end(bench, "expire");
    run(bench, "remove", VALUE_HASH, bench->elements / 4, hash_take);
    free_key(bench);
    bench->now = before;
}

/* ---- Sets ---- */

static const struct set_limits set_limits = {512, 128, 64};

static void set_put(struct bench *bench, struct collection *set, uint64_t number)
{
    char text[NAME_MAX_LENGTH];

    (void)bench;
    set_add(set, name_of(text, number), &set_limits);
}

static void set_look(struct bench *bench, struct collection *set, uint64_t number)
{
    char text[NAME_MAX_LENGTH];

    (void)number;
    if (!set_contains(set->entry, name_of(text, any(bench))))
        abort();
}

static void set_some(struct bench *bench, struct collection *set, uint64_t number)
{
    char scratch[SET_SCRATCH];

    (void)number;
    if (set_random(set->entry, &bench->random, scratch).length == 0)
        abort();
}

static void set_pop(struct bench *bench, struct collection *set, uint64_t number)
{
    char scratch[SET_SCRATCH];
    char text[NAME_MAX_LENGTH];
    struct span member = set_random(set->entry, &bench->random, scratch);

    (void)number;
    memcpy(text, member.data, member.length);
    set_remove(set, span_of(text, member.length));
}

static void set_round(struct bench *bench)
{
    run(bench, "add", VALUE_SET, bench->elements, set_put);
    run(bench, "contains", VALUE_SET, bench->elements / 4, set_look);
    run(bench, "random", VALUE_SET, bench->elements / 16, set_some);
    run(bench, "pop", VALUE_SET, bench->elements / 4 * 3, set_pop);
    run(bench, "add again", VALUE_SET, bench->elements, set_put);
    free_key(bench);
}

/* ---- Sorted sets ---- */

static const struct sorted_set_limits sorted_set_limits = {128, 64};

static void sorted_set_put(struct bench *bench, struct collection *set, uint64_t number)
{
    static const struct sorted_set_options options;
    char text[NAME_MAX_LENGTH];
    double score = (double)random_below(&bench->random, bench->elements / 2);

    sorted_set_add(set, &options, &sorted_set_limits, name_of(text, number), &score);
}

static void sorted_set_look(struct bench *bench, struct collection *set, uint64_t number)
{
    char text[NAME_MAX_LENGTH];
    uint64_t rank;
    double score;

    (void)number;
    if (!sorted_set_rank(set->entry, name_of(text, any(bench)), &rank, &score))
        abort();
}

static void sorted_set_change(struct bench *bench, struct collection *set, uint64_t number)
{
    (void)number;
    sorted_set_put(bench, set, any(bench));
}

static void sorted_set_take(struct bench *bench, struct collection *set, uint64_t number)
{
    char text[NAME_MAX_LENGTH];

    (void)bench;
    sorted_set_remove(set, name_of(text, number * 2));
}

static void sorted_set_pop(struct bench *bench, struct collection *set, uint64_t number)
{
    (void)bench;
    (void)number;
    sorted_set_remove_ranks(set, 0, 1);
}

static void sorted_set_round(struct bench *bench)
{
    run(bench, "add", VALUE_SORTED_SET, bench->elements, sorted_set_put);
    run(bench, "rank", VALUE_SORTED_SET, bench->elements / 4, sorted_set_look);
    run(bench, "change", VALUE_SORTED_SET, bench->elements / 4, sorted_set_change);
    run(bench, "remove", VALUE_SORTED_SET, bench->elements / 2, sorted_set_take);
    run(bench, "pop", VALUE_SORTED_SET, bench->elements / 4, sorted_set_pop);
    run(bench, "add again", VALUE_SORTED_SET, bench->elements, sorted_set_put);
    free_key(bench);
}

/* ---- Streams ---- */

static const struct stream_node_limits node_limits = {4096, 100};

static struct stream *stream_of(const struct collection *collection)
{
    return entry_object(collection->entry);
}

static struct stream_id id_of(uint64_t number)
{
    return (struct stream_id){START + number / 4, number % 4};
}

static void stream_put(struct bench *bench, struct collection *stream, uint64_t number)
{
    char text[NAME_MAX_LENGTH];
    struct span words[2] = {SPAN("field"), name_of(text, number)};

    (void)bench;
    stream_append(stream_of(stream), collection_heap(stream), &node_limits, id_of(number),
                  (struct stream_pairs){words, 2});
}

static void stream_look(struct bench *bench, struct collection *stream, uint64_t number)
{
    struct stream_entry entry;

    (void)number;
    if (!stream_find(stream_of(stream), id_of(any(bench)), &entry))
        abort();
}

static void stream_take(struct bench *bench, struct collection *stream, uint64_t number)
{
    (void)bench;
    stream_delete(stream_of(stream), collection_heap(stream), id_of(number * 2));
}

static void stream_give(struct bench *bench, struct collection *stream, uint64_t number)
{
    char text[NAME_MAX_LENGTH];
    struct stream_group *group = stream_group_find(stream_of(stream), SPAN("group"));
    struct stream_pending *pending =
        stream_pending_give(group, collection_heap(stream), id_of(number),
                            stream_consumer_find(group, name_of(text, number % 100)));

    pending->delivered = bench->now;
    pending->deliveries = 1;
}

static void stream_acknowledge(struct bench *bench, struct collection *stream, uint64_t number)
{
    (void)number;
    stream_pending_remove(stream_group_find(stream_of(stream), SPAN("group")),
                          collection_heap(stream), id_of(any(bench)));
}

static void stream_consume(struct bench *bench, struct collection *stream, uint64_t number)
{
    char text[NAME_MAX_LENGTH];
    /* In no order. */
    uint64_t mixed = number * 0x9e3779b1 % 0xffffffff;

    stream_consumer_create(stream_group_find(stream_of(stream), SPAN("group")),
                           collection_heap(stream), name_of(text, mixed), bench->now);
}

static void stream_cut(struct bench *bench, struct collection *stream, uint64_t number)
{
    struct stream_trim trim = {.by = STREAM_TRIM_LENGTH,
                               .length = bench->elements / 2 - (number + 1) * 100,
                               .approximate = true};

    stream_trim(stream_of(stream), collection_heap(stream), &trim);
}

static void stream_begin(struct bench *bench)
{
    struct key key = the_key(bench);
    struct collection stream = collection_open(bench->keyspace, 0, &key, VALUE_STREAM);
    struct heap *heap = collection_heap(&stream);

    collection_set_object(&stream, stream_create(heap));
    stream_group_create(stream_of(&stream), heap, SPAN("group"), STREAM_ID_MIN, 0);
}

static void stream_round(struct bench *bench)
{
    struct key key = the_key(bench);
    struct collection stream;

    stream_begin(bench);
    stream = collection_open(bench->keyspace, 0, &key, VALUE_STREAM);
    for (uint64_t i = 0; i < 100; i++) {
        char text[NAME_MAX_LENGTH];

        stream_consumer_create(stream_group_find(stream_of(&stream), SPAN("group")),
                               collection_heap(&stream), name_of(text, i), bench->now);
    }
    run(bench, "add", VALUE_STREAM, bench->elements, stream_put);
    run(bench, "find", VALUE_STREAM, bench->elements / 4, stream_look);
    run(bench, "deliver", VALUE_STREAM, bench->elements, stream_give);
    run(bench, "acknowledge", VALUE_STREAM, bench->elements / 2, stream_acknowledge);
    run(bench, "delete", VALUE_STREAM, bench->elements / 2, stream_take);
    run(bench, "trim", VALUE_STREAM, bench->elements / 400, stream_cut);
    free_key(bench);
}

static void stream_consumers_round(struct bench *bench)
{
    stream_begin(bench);
    run(bench, "create", VALUE_STREAM, bench->elements, stream_consume);
    free_key(bench);
}

/* ---- All ---- */

static const struct {
    const char *name;
    void (*round)(struct bench *bench);
} types[] = {
    {"list", list_round},       {"hash", hash_round},     {"set", set_round},
    {"zset", sorted_set_round}, {"stream", stream_round}, {"consumers", stream_consumers_round},
};

int main(int argc, char **argv)
{
    const char *what = argc > 1 ? argv[1] : "";
    bool ran = false;

    setvbuf(stdout, NULL, _IOLBF, 0);
    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
        struct keyspace_options options = {.databases = 1, .hash_seed = 42, .random_seed = 1};
        struct bench bench = {
            .elements = argc > 2 ? strtoull(argv[2], NULL, 10) : 5000000,
            .type = types[i].name,
            .now = START,
        };

        if (strcmp(what, "all") != 0 && strcmp(what, types[i].name) != 0)
            continue;
        ran = true;
        bench.keyspace = keyspace_create(&options);
        random_seed(&bench.random, 7);
        for (bench.round = 1; bench.round <= 2; bench.round++)
            types[i].round(&bench);
        keyspace_destroy(bench.keyspace);
    }
    if (!ran)
        fprintf(stderr, "usage: bench_types list|hash|set|zset|stream|consumers|all [ELEMENTS]\n");
    return ran ? 0 : 2;
}
