/*
 * What a walk costs, and what it costs others while it is under way.
 *
 *   bench_walker keys|hash|zset|set|list|stream|string|bloom|all [elements]
 *
 * keys: many small strings. Else: one key with so many elements (bytes, for a string). Of each: a
 * walk alone; then walks that have half, a quarter and a tenth of the time, while random elements
 * are changed in the rest of it. Printed are the time of a walk per element, the longest single
 * step and the longest single change, in time of the thread, and the most that before-images took,
 * beside the data.
 */
#include "proto/base/random.h"
#include "proto/rdb/rdb_format.h"
#include "storage/types/bloom.h"
#include "storage/types/hash.h"
#include "storage/types/list_type.h"
#include "storage/types/set.h"
#include "storage/types/sorted_set.h"
#include "storage/types/stream_group.h"
#include "storage/walker.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { NAME_MAX_LENGTH = 40, STEP_BUDGET = 512, VALUE_LENGTH = 64 };

struct bench {
    struct keyspace *keyspace;
    struct random random;
    uint64_t elements;
};

struct figures {
    uint64_t total; /* of all steps, nanoseconds */
    uint64_t longest_step;
    uint64_t longest_change;
    uint64_t changes;
    uint64_t change_total;
    uint64_t bytes;
    size_t memory; /* the most */
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

static const char value_bytes[VALUE_LENGTH] = "a value";

/* ---- One change of each kind; the same ones fill the key ---- */

typedef void change(struct bench *bench, uint64_t number, bool fills);

static struct collection open_key(struct bench *bench, enum value_type type, struct key *key)
{
    *key = keyspace_key(bench->keyspace, SPAN("key"));
    return collection_open(bench->keyspace, 0, key, type);
}

static void change_keys(struct bench *bench, uint64_t number, bool fills)
{
    char text[NAME_MAX_LENGTH];
    struct key key = keyspace_key(bench->keyspace, name_of(text, number));

    (void)fills;
    keyspace_set_string(bench->keyspace, 0, &key, span_of(value_bytes, VALUE_LENGTH), TIME_NEVER);
}

static void change_hash(struct bench *bench, uint64_t number, bool fills)
{
    const struct hash_limits limits = {128, 64};
    char text[NAME_MAX_LENGTH];
    struct key key;
    struct collection hash = open_key(bench, VALUE_HASH, &key);

    if (!fills && number % 3 == 0)
        hash_remove(&hash, 0, name_of(text, number));
    else
        hash_set(&hash, 0, &limits, name_of(text, number), span_of(value_bytes, VALUE_LENGTH / 2),
                 TIME_NEVER);
}

static void change_set(struct bench *bench, uint64_t number, bool fills)
{
    const struct set_limits limits = {512, 128, 64};
    char text[NAME_MAX_LENGTH];
    struct key key;
    struct collection set = open_key(bench, VALUE_SET, &key);

    if (!fills && number % 2 == 0)
        set_remove(&set, name_of(text, number));
    else
        set_add(&set, name_of(text, number), &limits);
}

static void change_zset(struct bench *bench, uint64_t number, bool fills)
{
    const struct sorted_set_limits limits = {128, 64};
    double score = (double)random_below(&bench->random, 1000000);
    char text[NAME_MAX_LENGTH];
    struct key key;
    struct collection set = open_key(bench, VALUE_SORTED_SET, &key);

    if (!fills && number % 3 == 0)
        sorted_set_remove(&set, name_of(text, number));
    else
        sorted_set_add(&set, &(struct sorted_set_options){0}, &limits, name_of(text, number),
                       &score);
}

static void change_list(struct bench *bench, uint64_t number, bool fills)
{
    const struct list_limits limits = list_type_limits(-2);
    char text[NAME_MAX_LENGTH];
    struct span value = name_of(text, number);
    struct key key;
    struct collection list = open_key(bench, VALUE_LIST, &key);

    if (fills || number % 4 == 0)
        list_type_push(&list, &limits, number % 8 == 0 ? LIST_HEAD : LIST_TAIL, &value, 1);
    else if (number % 4 == 1)
        list_type_drop(&list, &limits, LIST_HEAD, 1);
    else
        list_type_set(&list, &limits,
                      (int64_t)random_below(&bench->random, list_type_length(list.entry)), value);
}

static void change_stream(struct bench *bench, uint64_t number, bool fills)
{
    const struct stream_node_limits limits = {4096, 100};
    char text[NAME_MAX_LENGTH];
    struct span words[2] = {SPAN("field"), name_of(text, number)};
    struct key key;
    struct collection collection = open_key(bench, VALUE_STREAM, &key);
    struct heap *heap = collection_heap(&collection);
    struct stream *stream;
    struct stream_group *group;
    struct stream_consumer *consumer;

    if (collection.entry == NULL) {
        stream = stream_create(heap);
        collection_set_object(&collection, stream);
        group = stream_group_create(stream, heap, SPAN("group"), STREAM_ID_MIN, 0);
        stream_consumer_create(group, heap, SPAN("consumer"), 0);
    }
    stream = entry_object(collection.entry);
    group = stream_group_find(stream, SPAN("group"));
    consumer = stream_consumer_find(group, SPAN("consumer"));
    if (fills || number % 4 == 0) {
        struct stream_id id = {stream->last_id.milliseconds + 1, 0};

        stream_append(stream, heap, &limits, id, (struct stream_pairs){words, 2});
        stream_pending_give(group, heap, id, consumer);
    } else if (number % 4 == 1) {
        stream_delete(stream, heap, (struct stream_id){number, 0});
    } else {
        stream_pending_remove(group, heap, (struct stream_id){number, 0});
    }
}

static void change_string(struct bench *bench, uint64_t number, bool fills)
{
    struct key key = keyspace_key(bench->keyspace, SPAN("key"));
    char *bytes;

    if (fills && number > 0)
        return;
    keyspace_string_edit_part(bench->keyspace, 0, &key, bench->elements, number, 1, &bytes);
    bytes[number]++;
}

static void change_bloom(struct bench *bench, uint64_t number, bool fills)
{
    char text[NAME_MAX_LENGTH];
    struct key key;
    struct collection collection = open_key(bench, VALUE_BLOOM, &key);
    struct heap *heap = collection_heap(&collection);

    (void)fills;
    if (collection.entry == NULL)
        collection_set_object(&collection, bloom_create(heap, 0.01, bench->elements, 2, true));
    bloom_add(heap, entry_object(collection.entry),
              name_of(text, fills ? number : number + bench->elements));
}

/* ---- Walks ---- */

static void note(uint64_t *longest, uint64_t *total, uint64_t start)
{
    uint64_t taken = nanoseconds() - start;

    *total += taken;
    if (taken > *longest)
        *longest = taken;
}

/* The walk has one part of the time, changes have `parts` such. */
static struct figures walk(struct bench *bench, change *operate, uint32_t parts)
{
    const struct walker_options options = {.rdb_version = RDB_VERSION};
    struct figures figures = {0};
    struct walker *walker = walker_begin(bench->keyspace, &options);
    struct rdb_writer out;
    bool more = true;

    rdb_writer_init(&out, false);
    rdb_writer_room(&out, 1 << 20);
    while (more) {
        uint64_t start;

        while (figures.change_total < figures.total * parts) {
            start = nanoseconds();
            operate(bench, random_below(&bench->random, bench->elements), false);
            note(&figures.longest_change, &figures.change_total, start);
            figures.changes++;
        }
        if (walker_memory(walker) > figures.memory)
            figures.memory = walker_memory(walker);
        out.length = 0;
        start = nanoseconds();
        more = walker_step(walker, &out, STEP_BUDGET);
        note(&figures.longest_step, &figures.total, start);
        figures.bytes += out.length;
    }
    rdb_writer_free(&out);
    walker_end(walker);
    return figures;
}

static void print(const struct bench *bench, const char *what, uint32_t parts,
                  const struct figures *figures)
{
    struct keyspace_statistics statistics;

    keyspace_statistics(bench->keyspace, &statistics);
    printf(
        "%-6s 1/%-2u of the time: walk %7.1f ns an element, longest step %7.1f us; changes %8llu, "
        "%7.2f us each, longest %8.1f us; images %8.3f MB of %8.1f (%.2f%%), %8.1f MB out\n",
        what, parts + 1, (double)figures->total / (double)bench->elements,
        (double)figures->longest_step / 1000, (unsigned long long)figures->changes,
        figures->changes == 0 ? 0 : (double)figures->change_total / (double)figures->changes / 1000,
        (double)figures->longest_change / 1000, (double)figures->memory / 1e6,
        (double)statistics.used_memory / 1e6,
        100 * (double)figures->memory / (double)statistics.used_memory,
        (double)figures->bytes / 1e6);
    fflush(stdout);
}

int main(int argc, char **argv)
{
    static const struct {
        const char *name;
        change *operate;
    } kinds[] = {
        {"keys", change_keys},   {"hash", change_hash},     {"zset", change_zset},
        {"set", change_set},     {"list", change_list},     {"stream", change_stream},
        {"bloom", change_bloom}, {"string", change_string},
    };
    static const uint32_t loads[] = {0, 1, 3, 9};
    const char *what = argc > 1 ? argv[1] : "";
    bool ran = false;

    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        struct bench bench = {.elements = argc > 2 ? strtoull(argv[2], NULL, 10) : 5000000};

        if (strcmp(what, "all") != 0 && strcmp(what, kinds[i].name) != 0)
            continue;
        ran = true;
        bench.keyspace = keyspace_create(
            &(struct keyspace_options){.databases = 1, .hash_seed = 42, .random_seed = 1});
        random_seed(&bench.random, 7);
        for (uint64_t number = 0; number < bench.elements; number++)
            kinds[i].operate(&bench, number, true);
        for (size_t load = 0; load < sizeof(loads) / sizeof(loads[0]); load++) {
            struct figures figures = walk(&bench, kinds[i].operate, loads[load]);

            print(&bench, kinds[i].name, loads[load], &figures);
        }
        keyspace_destroy(bench.keyspace);
    }
    if (!ran)
        fprintf(stderr,
                "usage: bench_walker keys|hash|zset|set|list|stream|bloom|string|all [ELEMENTS]\n");
    return ran ? 0 : 2;
}
