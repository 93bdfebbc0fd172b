/*
 * What a large sorted set costs: memory per member, time per operation and the longest single one.
 *
 *   bench_score_tree [members] [fractions]      1000000 members whose scores are whole numbers
 *
 * Processor time counts alone, so that other processes do not matter.
 */
#include "proto/base/random.h"
#include "storage/types/score_tree.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { NAME_LENGTH = 11, NAME_ROOM = 24, SLICE = 1000 };

struct measure {
    const char *name;
    uint64_t operations;
    uint64_t total;
    uint64_t longest;
};

static uint64_t nanoseconds(void)
{
    struct timespec time;

    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return (uint64_t)time.tv_sec * 1000000000 + (uint64_t)time.tv_nsec;
}

static void count_time(struct measure *measure, uint64_t start)
{
    uint64_t took = nanoseconds() - start;

    measure->operations++;
    measure->total += took;
    measure->longest = took > measure->longest ? took : measure->longest;
}

static void print(const struct measure *measure)
{
    printf("%-8s %8.0f ns, longest %8.1f us\n", measure->name,
           (double)measure->total / (double)measure->operations, (double)measure->longest / 1000);
}

static struct span member_name(char text[NAME_ROOM], uint64_t number)
{
    snprintf(text, NAME_ROOM, "m:%09llu", (unsigned long long)number);
    return span_of(text, NAME_LENGTH);
}

static void fill(struct score_tree *tree, struct heap *heap, struct random *random,
                 uint64_t members, bool fractions)
{
    struct measure insert = {.name = "insert"};

    for (uint64_t i = 0; i < members; i++) {
        char text[NAME_ROOM];
        struct span member = member_name(text, i);
        double score = fractions ? random_unit(random) : (double)random_below(random, members);
        uint64_t start = nanoseconds();

        score_tree_insert(tree, heap, score, member, score_tree_hash(tree, member));
        count_time(&insert, start);
    }
    print(&insert);
    printf("%.2f bytes for each member beyond name and score, %.2f held\n",
           (double)heap_used(heap) / (double)members - NAME_LENGTH - 8,
           (double)heap_held(heap) / (double)members - NAME_LENGTH - 8);
}

static void ask(const struct score_tree *tree, struct random *random, uint64_t members)
{
    struct measure find = {.name = "score"};
    struct measure rank = {.name = "rank"};
    uint64_t sum = 0;

    for (uint64_t i = 0; i < members / 2; i++) {
        char text[NAME_ROOM];
        struct score_bound bound = {.kind = SCORE_BOUND_ELEMENT,
                                    .member = member_name(text, random_below(random, members))};
        uint64_t start = nanoseconds();

        score_tree_find(tree, bound.member, score_tree_hash(tree, bound.member), &bound.score);
        count_time(&find, start);
        start = nanoseconds();
        sum += score_tree_before(tree, &bound);
        count_time(&rank, start);
    }
    print(&find);
    print(&rank);
    if (sum == 0)
        abort();
}

static void empty(struct score_tree *tree, struct heap *heap, struct random *random)
{
    struct measure take = {.name = "remove"};
    struct measure release = {.name = "release"};
    uint64_t left = tree->count / 2;
    bool done = false;

    while (tree->count > left) {
        uint64_t start = nanoseconds();

        score_tree_remove_at(tree, heap, random_below(random, tree->count));
        count_time(&take, start);
    }
    print(&take);
    while (!done) {
        uint32_t budget = SLICE;
        uint64_t start = nanoseconds();

        done = score_tree_release(tree, heap, &budget);
        count_time(&release, start);
    }
    print(&release);
}

int main(int argc, char **argv)
{
    uint64_t members = argc > 1 ? strtoull(argv[1], NULL, 10) : 1000000;
    struct heap *heap = heap_create();
    struct score_tree tree;
    struct random random;

    random_seed(&random, 1);
    score_tree_init(&tree, 42);
    fill(&tree, heap, &random, members, argc > 2);
    ask(&tree, &random, members);
    empty(&tree, heap, &random);
    heap_destroy(heap);
    return 0;
}
