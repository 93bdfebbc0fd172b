/*
 * The backlog against one long string: random additions, places that are left behind, pieces that
 * are kept, sizes that change. What a place takes is what the string has there, and what may have
 * gone has gone.
 */
#include "proto/base/memory.h"
#include "proto/base/random.h"
#include "server/replication/backlog.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
/* Behind the headers that it needs. */
#include <cmocka.h>

enum {
    ROUNDS = 30,
    STEPS = 2000,
    PLACES = 4,
    PIECES = 16,
    LENGTH_MAX = 16 * 1024 * 1024,
    FIRST_OFFSET = 100,
};

struct piece {
    struct backlog_chunk *chunk; /* NULL: none */
    struct span bytes;
    int64_t offset;
};

struct world {
    struct random random;
    struct backlog backlog;
    char *stream; /* the byte at offset o is stream[o - FIRST_OFFSET] */
    size_t length;
    uint64_t size_min; /* the smallest that was wanted so far */
    struct backlog_place places[PLACES];
    struct piece pieces[PIECES];
};

static struct random start(void)
{
    struct random random;
    uint64_t seed = 20267;
    const char *given = getenv("TESSERA_SEED");

    if (given != NULL)
        seed = strtoull(given, NULL, 10);
    print_message("TESSERA_SEED=%llu\n", (unsigned long long)seed);
    random_seed(&random, seed);
    return random;
}

static void add(struct world *world)
{
    static const size_t limits[] = {10, 200, 5000, 60000};
    size_t length = random_below(&world->random, limits[random_below(&world->random, 4)]);
    char *place = world->stream + world->length;

    if (world->length + length > LENGTH_MAX)
        return;
    for (size_t i = 0; i < length; i++)
        place[i] = (char)random_next(&world->random);
    world->length += length;
    backlog_add(&world->backlog, span_of(place, length));
}

static void let_go(struct world *world, struct piece *piece)
{
    if (piece->chunk == NULL)
        return;
    assert_memory_equal(piece->bytes.data, world->stream + (piece->offset - FIRST_OFFSET),
                        piece->bytes.length);
    backlog_release(&world->backlog, piece->chunk);
    piece->chunk = NULL;
}

static void move(struct world *world)
{
    struct backlog_place *place = &world->places[random_below(&world->random, PLACES)];
    struct piece *piece = &world->pieces[random_below(&world->random, PIECES)];
    int64_t span = world->backlog.end - world->backlog.start + 1;

    if (place->chunk == NULL) {
        backlog_place_at(&world->backlog, place,
                         world->backlog.start +
                             (int64_t)random_below(&world->random, (uint64_t)span));
    } else if (random_below(&world->random, 30) == 0) {
        backlog_place_leave(&world->backlog, place);
    } else {
        int64_t offset = place->offset;

        let_go(world, piece);
        piece->offset = offset;
        piece->chunk = backlog_place_take(&world->backlog, place,
                                          1 + random_below(&world->random, 40000), &piece->bytes);
        assert_int_equal(piece->chunk == NULL, offset == world->backlog.end);
        if (piece->chunk != NULL)
            assert_int_equal(place->offset, offset + (int64_t)piece->bytes.length);
    }
}

static void check(const struct world *world)
{
    const struct backlog *backlog = &world->backlog;
    uint64_t kept = (uint64_t)(backlog->end - backlog->start);
    bool is_held = false;

    assert_int_equal(backlog->end, FIRST_OFFSET + (int64_t)world->length);
    assert_true(kept >= world->size_min || backlog->start == FIRST_OFFSET);
    for (uint32_t i = 0; i < PLACES; i++) {
        is_held |= world->places[i].chunk != NULL;
        if (world->places[i].chunk != NULL)
            assert_true(backlog_has(backlog, world->places[i].offset));
    }
    for (uint32_t i = 0; i < PIECES; i++)
        is_held |= world->pieces[i].chunk != NULL;
    /* Never more than one chunk too many, unless somebody holds it. */
    if (!is_held && backlog->first->next != NULL)
        assert_true((uint64_t)(backlog->end - backlog->first->next->start) < backlog->size);
}

static void resize(struct world *world)
{
    uint64_t size = 1 + random_below(&world->random, 400000);

    if (size < world->size_min)
        world->size_min = size;
    backlog_resize(&world->backlog, size);
}

static void leave_all(struct world *world)
{
    for (uint32_t i = 0; i < PLACES; i++)
        backlog_place_leave(&world->backlog, &world->places[i]);
}

static void run_round(struct random *random)
{
    struct world world = {.stream = memory_new(LENGTH_MAX)};

    random_seed(&world.random, random_next(random));
    world.size_min = 1 + random_below(random, 400000);
    backlog_init(&world.backlog, FIRST_OFFSET, world.size_min);
    world.backlog.spill_above = random_below(random, 3) * 300000;
    for (uint32_t step = 0; step < STEPS; step++) {
        uint64_t kind = random_below(&world.random, 100);

        if (kind < 40)
            add(&world);
        else if (kind < 80)
            move(&world);
        else if (kind < 98)
            let_go(&world, &world.pieces[random_below(&world.random, PIECES)]);
        else
            resize(&world);
        check(&world);
    }
    leave_all(&world);
    /* Pieces outlive their backlog. */
    backlog_free(&world.backlog);
    for (uint32_t i = 0; i < PIECES; i++)
        let_go(&world, &world.pieces[i]);
    memory_free(world.stream);
}

static void test_random_use(void **state)
{
    struct random random = start();

    (void)state;
    for (uint32_t round = 0; round < ROUNDS; round++)
        run_round(&random);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_random_use)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
