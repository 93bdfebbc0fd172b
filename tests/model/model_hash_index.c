/*
 * The index by hash against an array: random additions and removals, with hashes that are the same
 * for several things and crowded ones; every thing must be found, and the walk meet each once.
 */
#include "proto/base/memory.h"
#include "proto/base/random.h"
#include "server/pubsub/hash_index.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
/* Behind the headers that it needs. */
#include <cmocka.h>

enum { THINGS = 5000, ROUNDS = 200000 };

struct thing {
    uint64_t hash;
    bool is_in;
    bool seen;
};

static bool thing_is(const void *thing, const void *wanted)
{
    return thing == wanted;
}

static uint64_t random_hash(struct random *random)
{
    uint64_t hash = random_next(random);

    switch (random_below(random, 3)) {
    case 0:
        return hash;
    case 1:
        return hash & 0xff000000000000ff; /* crowded */
    default:
        return hash & 0x0300000000000003; /* often the same */
    }
}

static void check_walk(const struct hash_index *index, struct thing *things)
{
    uint64_t cursor = 0;
    uint64_t met = 0;
    struct thing *thing;

    for (uint32_t i = 0; i < THINGS; i++)
        things[i].seen = false;
    while ((thing = hash_index_next(index, &cursor)) != NULL) {
        assert_true(thing->is_in);
        assert_false(thing->seen);
        thing->seen = true;
        met++;
    }
    assert_int_equal(met, index->count);
}

static void test_random_things(void **state)
{
    const char *given = getenv("TESSERA_SEED");
    uint64_t seed = given != NULL ? strtoull(given, NULL, 0) : 20231113;
    struct thing *things = memory_new_zeroed(THINGS, sizeof(*things));
    struct hash_index index = {0};
    struct random random;
    uint64_t count = 0;

    (void)state;
    print_message("TESSERA_SEED=%llu\n", (unsigned long long)seed);
    random_seed(&random, seed);
    for (uint32_t round = 0; round < ROUNDS; round++) {
        /* At times most are added, at times most removed. */
        bool grows = round / (ROUNDS / 8) % 2 == 0;
        struct thing *thing = &things[random_below(&random, THINGS)];

        assert_ptr_equal(hash_index_find(&index, thing->hash, thing_is, thing),
                         thing->is_in ? thing : NULL);
        if (!thing->is_in && (grows || random_below(&random, 4) == 0)) {
            thing->hash = random_hash(&random);
            hash_index_add(&index, thing->hash, thing);
            thing->is_in = true;
            count++;
        } else if (thing->is_in && (!grows || random_below(&random, 4) == 0)) {
            hash_index_remove(&index, thing->hash, thing);
            thing->is_in = false;
            count--;
        }
        assert_int_equal(index.count, count);
        if (round % 5000 == 0)
            check_walk(&index, things);
    }
    hash_index_free(&index);
    memory_free(things);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_random_things)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
