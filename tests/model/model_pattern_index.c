/*
 * The index of patterns against a plain list: random patterns of all forms come and go, and every
 * channel must be matched by just those that match it one by one. The work that it takes is
 * counted: with many patterns a channel must not be matched against more than few of them.
 */
#include "proto/base/glob.h"
#include "proto/base/memory.h"
#include "proto/base/random.h"
#include "server/pubsub/pattern_index.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
/* Behind the headers that it needs. */
#include <cmocka.h>

enum { PATTERNS = 300, TEXT_MAX = 200, ROUNDS = 20000, MANY = 100000, PROBES = 2000 };

struct model {
    struct pattern_index index;
    struct random random;
    struct pattern *patterns[PATTERNS]; /* NULL: none */
    uint64_t found;
};

static struct span random_text(struct random *random, char *text, const char *letters)
{
    size_t parts = random_below(random, 12);
    size_t length = 0;

    /* Now and then long, for the steps of lengths. */
    if (random_below(random, 8) == 0)
        parts *= 12;
    for (size_t i = 0; i < parts; i++)
        text[length++] = letters[random_below(random, strlen(letters))];
    return span_of(text, length);
}

static void note_found(struct pattern *pattern, void *context)
{
    struct model *model = context;

    /* Each is found once: what it counts is told apart by the number of clients. */
    pattern->clients++;
    model->found++;
}

static void check_channel(struct model *model, struct span channel)
{
    uint64_t expected = 0;

    model->found = 0;
    for (uint32_t i = 0; i < PATTERNS; i++)
        if (model->patterns[i] != NULL)
            model->patterns[i]->clients = 0;
    pattern_index_match(&model->index, channel, note_found, model);
    for (uint32_t i = 0; i < PATTERNS; i++) {
        bool matches;

        if (model->patterns[i] == NULL)
            continue;
        matches = glob_match(pattern_text(model->patterns[i]), channel, false);
        assert_int_equal(model->patterns[i]->clients, matches);
        expected += matches;
    }
    assert_int_equal(model->found, expected);
}

static void change(struct model *model)
{
    static const char letters[] = "aaab*?[]^-\\:";
    uint32_t place = (uint32_t)random_below(&model->random, PATTERNS);
    char bytes[TEXT_MAX];
    struct span text;

    if (model->patterns[place] != NULL) {
        pattern_index_remove(&model->index, model->patterns[place]);
        model->patterns[place] = NULL;
        return;
    }
    text =
        random_text(&model->random, bytes, random_below(&model->random, 4) == 0 ? "ab:" : letters);
    if (pattern_index_find(&model->index, text) != NULL)
        return;
    model->patterns[place] = pattern_index_add(&model->index, text);
    assert_ptr_equal(pattern_index_find(&model->index, text), model->patterns[place]);
}

static void test_random_patterns(void **state)
{
    const char *given = getenv("TESSERA_SEED");
    uint64_t seed = given != NULL ? strtoull(given, NULL, 0) : 20231113;
    struct model *model = memory_new_zeroed(1, sizeof(*model));
    char bytes[TEXT_MAX];

    (void)state;
    print_message("TESSERA_SEED=%llu\n", (unsigned long long)seed);
    random_seed(&model->random, seed);
    pattern_index_init(&model->index, seed);
    for (uint32_t round = 0; round < ROUNDS; round++) {
        change(model);
        check_channel(model, random_text(&model->random, bytes, "aaab:"));
    }
    pattern_index_free(&model->index);
    memory_free(model);
}

/* The forms in which patterns come by the thousand. */
static const char *const forms[] = {
    "user:%u:*",
    "user:*:%u",
    "*:%u",
    "room.%u.*.events",
    "%u",
    "[ab]%u*",
    "a-rather-long-prefix-of-all:%u:?",
};

enum { FORMS = sizeof(forms) / sizeof(forms[0]) };

static struct span format(char *text, const char *form, uint32_t number)
{
    return span_of(text, (size_t)snprintf(text, TEXT_MAX, form, number));
}

/* The number's place is between literals or at one end: the channels are made to match it. */
static struct span matching_channel(char *text, uint32_t form, uint32_t number)
{
    static const char *const channels[FORMS] = {
        "user:%u:x",
        "user:x:%u",
        "x:%u",
        "room.%u.x.events",
        "%u",
        "a%ux",
        "a-rather-long-prefix-of-all:%u:x",
    };

    return format(text, channels[form], number);
}

static void test_work_with_many_patterns(void **state)
{
    struct model *model = memory_new_zeroed(1, sizeof(*model));
    uint64_t work = 0;
    char text[TEXT_MAX];

    (void)state;
    random_seed(&model->random, 7);
    pattern_index_init(&model->index, 7);
    for (uint32_t i = 0; i < MANY; i++)
        /* Classes at the front leave nothing to look up by: there are few of them. */
        if (i % FORMS != 5 || i < 100)
            pattern_index_add(&model->index, format(text, forms[i % FORMS], i));
    for (uint32_t i = 0; i < PROBES; i++) {
        uint32_t number = (uint32_t)random_below(&model->random, MANY);
        uint64_t before = model->index.matched;

        model->found = 0;
        pattern_index_match(&model->index, matching_channel(text, number % FORMS, number),
                            note_found, model);
        if (number % FORMS != 5)
            assert_true(model->found >= 1);
        work += model->index.matched - before;
        assert_true(model->index.matched - before < 100);
    }
    print_message("%llu patterns: %.2f matched in full for each channel\n",
                  (unsigned long long)pattern_index_count(&model->index), (double)work / PROBES);
    pattern_index_free(&model->index);
    memory_free(model);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_random_patterns),
        cmocka_unit_test(test_work_with_many_patterns),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
