#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cluster/slot_map.h"
#include "cluster/slot_shard.h"

static void one_shard_has_everything(void **state)
{
    (void)state;
    assert_int_equal(slot_shard_block(1), SLOT_COUNT);
    for (uint32_t slot = 0; slot < SLOT_COUNT; slot++)
        assert_int_equal(slot_shard((uint16_t)slot, 1), 0);
}

static void blocks_have_the_documented_sizes(void **state)
{
    static const struct {
        uint32_t shards;
        uint32_t block;
    } expected[] = {
        {2, 256}, {3, 128}, {4, 128}, {5, 64},  {8, 64},  {12, 32},
        {16, 32}, {17, 16}, {32, 16}, {33, 16}, {64, 16}, {1024, 16},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(expected) / sizeof(expected[0]); i++)
        assert_int_equal(slot_shard_block(expected[i].shards), expected[i].block);
}

static void every_shard_gets_its_share(void **state)
{
    (void)state;
    for (uint32_t shards = 1; shards <= SLOT_SHARD_MAX; shards++) {
        uint32_t counts[SLOT_SHARD_MAX] = {0};
        uint32_t block = slot_shard_block(shards);

        assert_int_equal(block & (block - 1), 0);
        for (uint32_t slot = 0; slot < SLOT_COUNT; slot++) {
            uint32_t shard = slot_shard((uint16_t)slot, shards);

            assert_true(shard < shards);
            assert_int_equal(shard, slot_shard_of_block((uint16_t)slot, block, shards));
            counts[shard]++;
        }
        for (uint32_t shard = 1; shard < shards; shard++) {
            assert_true(counts[shard] <= counts[0]);
            assert_true(counts[shard] + block >= counts[0]);
        }
    }
}

static void known_slots_are_where_they_were(void **state)
{
    (void)state;
    /* Nodes and clients agree on these numbers: they may never change. */
    assert_int_equal(slot_shard(0, 2), 0);
    assert_int_equal(slot_shard(255, 2), 0);
    assert_int_equal(slot_shard(256, 2), 1);
    assert_int_equal(slot_shard(512, 2), 0);
    assert_int_equal(slot_shard(12182, 4), 12182 / 128 % 4);
    assert_int_equal(slot_shard(16383, 2), 1);
    assert_int_equal(slot_shard(16383, 3), 1);
    assert_int_equal(slot_shard(16383, 64), 63);
}

static void runs_are_found_in_order(void **state)
{
    uint16_t owner[SLOT_COUNT];
    struct slot_range run;

    (void)state;
    slot_map_clear(owner);
    assert_false(slot_map_next_run(owner, 0, 0, &run));
    assert_false(slot_map_next_owned_run(owner, 0, &run));
    slot_map_assign(owner, (struct slot_range){5, 9}, 0);
    slot_map_assign(owner, (struct slot_range){10, 10}, 1);
    slot_map_assign(owner, (struct slot_range){16383, 16383}, 0);

    assert_true(slot_map_next_run(owner, 0, 0, &run));
    assert_int_equal(run.first, 5);
    assert_int_equal(run.last, 9);
    assert_true(slot_map_next_owned_run(owner, run.last + 1u, &run));
    assert_int_equal(run.first, 10);
    assert_int_equal(run.last, 10);
    assert_true(slot_map_next_run(owner, 0, run.last + 1u, &run));
    assert_int_equal(run.first, 16383);
    assert_int_equal(run.last, 16383);
    assert_false(slot_map_next_run(owner, 0, run.last + 1u, &run));
    assert_int_equal(slot_map_count(owner, 0), 6);
    assert_int_equal(slot_map_count(owner, 1), 1);
    assert_int_equal(slot_map_count(owner, 2), 0);
}

static void the_first_offence_is_reported(void **state)
{
    uint16_t owner[SLOT_COUNT], offender;
    const struct slot_range twice[] = {{7, 8}, {8, 8}, {100, 100}};
    const struct slot_range busy[] = {{7, 7}, {100, 100}, {7, 7}};

    (void)state;
    slot_map_clear(owner);
    slot_map_assign(owner, (struct slot_range){100, 101}, 3);
    assert_int_equal(slot_map_check_free(owner, twice, 1, &offender), SLOT_MAP_FINE);
    assert_int_equal(slot_map_check_free(owner, twice, 3, &offender), SLOT_MAP_TWICE);
    assert_int_equal(offender, 8);
    assert_int_equal(slot_map_check_free(owner, busy, 3, &offender), SLOT_MAP_BUSY);
    assert_int_equal(offender, 100);
    assert_int_equal(slot_map_check_taken(owner, busy, 3, &offender), SLOT_MAP_UNASSIGNED);
    assert_int_equal(offender, 7);
    assert_int_equal(slot_map_check_taken(owner, busy + 1, 1, &offender), SLOT_MAP_FINE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_shard_has_everything),
        cmocka_unit_test(blocks_have_the_documented_sizes),
        cmocka_unit_test(every_shard_gets_its_share),
        cmocka_unit_test(known_slots_are_where_they_were),
        cmocka_unit_test(runs_are_found_in_order),
        cmocka_unit_test(the_first_offence_is_reported),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
