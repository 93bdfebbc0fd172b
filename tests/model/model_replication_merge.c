/*
 * The merge against what it promises: random records of random numbers of shards, handed over in
 * random pieces and orders, come out with each shard's order kept, transactions in one block, cuts
 * and marks where everything before has passed and nothing behind.
 *
 * Every command is "<shard>.<number>;" so that the output tells what it is made of.
 */
#include "proto/base/assert.h"
#include "proto/base/memory.h"
#include "proto/base/random.h"
#include "server/config/text_buffer.h"
#include "server/replication/replication_merge.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
/* Behind the headers that it needs. */
#include <cmocka.h>

enum { ROUNDS = 400, STEPS = 200, SHARDS_MAX = 5 };

#define MULTI "*1\r\n$5\r\nMULTI\r\n"
#define EXEC  "*1\r\n$4\r\nEXEC\r\n"

/* What has been made and not yet handed over, of each shard; and what must come of it. */
struct world {
    struct random random;
    uint32_t shards;
    uint64_t number; /* of the last command */
    uint64_t moment; /* of the last cut or mark */
    struct replication_batch *batches[SHARDS_MAX];
    uint64_t made[SHARDS_MAX];
    struct replication_merge *merge;
    struct text_buffer output;
    uint64_t moments_seen;
};

static struct random start(void)
{
    struct random random;
    uint64_t seed = 20266;
    const char *given = getenv("TESSERA_SEED");

    if (given != NULL)
        seed = strtoull(given, NULL, 10);
    print_message("TESSERA_SEED=%llu\n", (unsigned long long)seed);
    random_seed(&random, seed);
    return random;
}

/* ---- Making records ---- */

static void put(struct world *world, uint32_t shard, struct replication_record record,
                const char *bytes)
{
    record.length = strlen(bytes);
    world->batches[shard] =
        replication_batch_put(world->batches[shard], &record, span_of(bytes, record.length));
    world->made[shard]++;
}

static void put_write(struct world *world, uint32_t shard, uint64_t transaction, uint16_t parts)
{
    struct replication_record record = {
        .kind = REPLICATION_WRITE, .transaction = transaction, .parts = parts};
    unsigned long long number = ++world->number;
    char bytes[128];

    /* A part of several commands has a frame of its own. */
    if (parts > 1 && random_below(&world->random, 2) == 0)
        snprintf(bytes, sizeof(bytes), MULTI "%u.%llu;" EXEC, shard, number);
    else
        snprintf(bytes, sizeof(bytes), "%u.%llu;", shard, number);
    put(world, shard, record, bytes);
}

static void put_transaction(struct world *world)
{
    uint64_t members = random_next(&world->random) & ((1u << world->shards) - 1);
    uint16_t parts = (uint16_t)__builtin_popcountll(members);
    uint64_t transaction = ++world->number;

    for (uint32_t i = 0; i < world->shards; i++)
        if (members >> i & 1)
            put_write(world, i, parts > 1 ? transaction : 0, parts > 1 ? parts : 0);
}

static void put_cut(struct world *world)
{
    const struct replication_record cut = {.kind = REPLICATION_CUT};
    const struct replication_record flush = {.kind = REPLICATION_WRITE};
    char bytes[32];

    for (uint32_t i = 0; i < world->shards; i++)
        put(world, i, cut, "");
    snprintf(bytes, sizeof(bytes), "cut.%llu;", (unsigned long long)++world->moment);
    put(world, 0, flush, bytes);
}

static void put_mark(struct world *world)
{
    const struct replication_record mark = {.kind = REPLICATION_MARK,
                                            .transaction = ++world->moment};

    for (uint32_t i = 0; i < world->shards; i++)
        put(world, i, mark, "");
}

static void make(struct world *world)
{
    uint64_t kind = random_below(&world->random, 20);

    if (kind == 0)
        put_cut(world);
    else if (kind == 1)
        put_mark(world);
    else if (kind < 6)
        put_transaction(world);
    else
        put_write(world, (uint32_t)random_below(&world->random, world->shards), 0, 0);
}

/* Hands one shard's records over, or those of all. */
static void hand_over(struct world *world, uint32_t shard)
{
    struct replication_batch *batch = world->batches[shard];

    world->batches[shard] = NULL;
    replication_merge_add(world->merge, shard, batch);
    if (random_below(&world->random, 2) == 0)
        replication_merge_run(world->merge);
}

/* ---- What comes out ---- */

static void write_bytes(void *context, uint32_t database, struct span bytes)
{
    struct world *world = context;

    assert_int_equal(database, 0);
    text_buffer_add(&world->output, bytes);
}

static void marked(void *context, uint64_t number)
{
    struct world *world = context;

    text_buffer_add_format(&world->output, "mark.%llu;", (unsigned long long)number);
}

static void batch_read(void *context, uint32_t shard, struct replication_batch *batch)
{
    (void)context;
    (void)shard;
    memory_free(batch);
}

/* Numbers rise as they were made, but for what may pass each other: other shards' writes between
 * two moments. */
static void check(struct world *world)
{
    uint64_t last[SHARDS_MAX] = {0};
    uint64_t moment = 0;
    bool in_block = false;
    char *copy = text_buffer_take(&world->output);
    char *at = copy;

    while (*at != '\0') {
        unsigned long long number;
        unsigned shard;

        if (strncmp(at, MULTI, strlen(MULTI)) == 0) {
            assert_false(in_block);
            in_block = true;
            at += strlen(MULTI);
        } else if (strncmp(at, EXEC, strlen(EXEC)) == 0) {
            assert_true(in_block);
            in_block = false;
            at += strlen(EXEC);
        } else if (sscanf(at, "cut.%llu;", &number) == 1 ||
                   sscanf(at, "mark.%llu;", &number) == 1) {
            assert_false(in_block);
            assert_int_equal(number, ++moment);
            at = strchr(at, ';') + 1;
        } else {
            assert_int_equal(sscanf(at, "%u.%llu;", &shard, &number), 2);
            assert_true(number > last[shard]);
            last[shard] = number;
            at = strchr(at, ';') + 1;
        }
    }
    assert_int_equal(moment, world->moment);
    memory_free(copy);
    for (uint32_t i = 0; i < world->shards; i++)
        assert_int_equal(replication_merge_passed(world->merge, i), world->made[i]);
}

static void run_round(struct random *random)
{
    struct world world = {.random = *random,
                          .shards = 1 + (uint32_t)random_below(random, SHARDS_MAX)};
    const struct replication_merge_handler handler = {
        .write = write_bytes, .marked = marked, .read = batch_read, .context = &world};

    random_seed(&world.random, random_next(random));
    world.merge = replication_merge_create(world.shards, &handler);
    for (uint32_t step = 0; step < STEPS; step++) {
        make(&world);
        if (random_below(&world.random, 3) == 0)
            hand_over(&world, (uint32_t)random_below(&world.random, world.shards));
    }
    for (uint32_t i = world.shards; i-- > 0;)
        hand_over(&world, i);
    replication_merge_run(world.merge);
    check(&world);
    replication_merge_free(world.merge);
}

static void test_random_records(void **state)
{
    struct random random = start();

    (void)state;
    for (uint32_t round = 0; round < ROUNDS; round++)
        run_round(&random);
}

/* ---- One case after the other ---- */

static void test_parts_wait_for_each_other(void **state)
{
    struct world world = {.shards = 2};
    const struct replication_merge_handler handler = {
        .write = write_bytes, .marked = marked, .read = batch_read, .context = &world};
    const struct replication_record part = {
        .kind = REPLICATION_WRITE, .transaction = 7, .parts = 2};
    const struct replication_record alone = {.kind = REPLICATION_WRITE};

    (void)state;
    world.merge = replication_merge_create(2, &handler);
    put(&world, 0, part, "a;");
    put(&world, 0, alone, "b;");
    put(&world, 1, alone, "c;");
    replication_merge_add(world.merge, 0, world.batches[0]);
    replication_merge_add(world.merge, 1, world.batches[1]);
    world.batches[1] = NULL;
    replication_merge_run(world.merge);
    assert_int_equal(replication_merge_passed(world.merge, 0), 0);
    put(&world, 1, part, MULTI "d;e;" EXEC);
    replication_merge_add(world.merge, 1, world.batches[1]);
    replication_merge_run(world.merge);
    text_buffer_add(&world.output, span_of("", 1));
    assert_string_equal(world.output.bytes, "c;" MULTI "a;d;e;" EXEC "b;");
    text_buffer_free(&world.output);
    replication_merge_free(world.merge);
}

static void test_the_command_behind_a_cut_leads(void **state)
{
    struct world world = {.shards = 2};
    const struct replication_merge_handler handler = {
        .write = write_bytes, .marked = marked, .read = batch_read, .context = &world};
    const struct replication_record alone = {.kind = REPLICATION_WRITE};

    (void)state;
    world.merge = replication_merge_create(2, &handler);
    put(&world, 1, alone, "before;");
    put_cut(&world);
    put(&world, 1, alone, "behind;");
    replication_merge_add(world.merge, 1, world.batches[1]);
    replication_merge_run(world.merge);
    assert_int_equal(replication_merge_passed(world.merge, 1), 1);
    replication_merge_add(world.merge, 0, world.batches[0]);
    replication_merge_run(world.merge);
    text_buffer_add(&world.output, span_of("", 1));
    assert_string_equal(world.output.bytes, "before;cut.1;behind;");
    text_buffer_free(&world.output);
    replication_merge_free(world.merge);
}

/* What nobody is to be sent keeps its place, and leaves no empty block. */
static void test_parts_without_bytes(void **state)
{
    struct world world = {.shards = 2};
    const struct replication_merge_handler handler = {
        .write = write_bytes, .marked = marked, .read = batch_read, .context = &world};
    const struct replication_record part = {
        .kind = REPLICATION_WRITE, .transaction = 7, .parts = 2};

    (void)state;
    world.merge = replication_merge_create(2, &handler);
    put(&world, 0, part, "");
    put(&world, 1, part, "");
    replication_merge_add(world.merge, 0, world.batches[0]);
    replication_merge_add(world.merge, 1, world.batches[1]);
    replication_merge_run(world.merge);
    assert_int_equal(world.output.length, 0);
    assert_int_equal(replication_merge_passed(world.merge, 1), 1);
    replication_merge_free(world.merge);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_random_records),
        cmocka_unit_test(test_parts_wait_for_each_other),
        cmocka_unit_test(test_the_command_behind_a_cut_leads),
        cmocka_unit_test(test_parts_without_bytes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
