/*
 * A body edited at random against an array of texts, and a set of integers against a sorted array.
 */
#include "proto/base/number.h"
#include "proto/base/random.h"
#include "storage/types/integer_set.h"
#include "storage/types/listpack.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
/* Behind the headers that it needs. */
#include <cmocka.h>

enum { ELEMENTS_MAX = 64, TEXT_MAX = 5000, ROUNDS = 20000, INTEGERS_MAX = 200 };

struct text {
    char bytes[TEXT_MAX];
    size_t length;
};

struct model {
    struct text texts[ELEMENTS_MAX];
    uint32_t count;
    char body[ELEMENTS_MAX * (TEXT_MAX + LISTPACK_OVERHEAD)];
    size_t length;
};

static int64_t random_integer(struct random *random)
{
    return (int64_t)random_next(random) >> random_below(random, 64);
}

static void random_text(struct random *random, struct text *text)
{
    static const size_t lengths[] = {0, 1, 2, 30, 62, 63, 64, 65, 125, 126, 127, 4095, 4096};
    uint64_t choice = random_below(random, 4);

    if (choice < 2) {
        text->length = number_format_integer(text->bytes, random_integer(random));
        return;
    }
    text->length = choice == 2 ? random_below(random, 100)
                               : lengths[random_below(random, sizeof(lengths) / sizeof(*lengths))];
    /* Few letters, so that equal texts occur. */
    memset(text->bytes, (int)('0' + random_below(random, 4)), text->length);
}

static void check(const struct model *model)
{
    struct span body = span_of(model->body, model->length);
    const char *element = body.data;
    uint32_t count;

    assert_true(listpack_body_validate(body, &count));
    assert_int_equal(count, model->count);
    for (uint32_t i = 0; i < model->count; i++) {
        char scratch[LISTPACK_SCRATCH];
        struct span text = listpack_text(element, scratch);

        assert_true(span_equal(text, span_of(model->texts[i].bytes, model->texts[i].length)));
        element += listpack_size(element);
    }
    assert_ptr_equal(element, listpack_end(body));
}

/* Replaces `removed` (0 or 1) elements at `index` by `text`, if there is one. */
static void edit(struct model *model, uint32_t index, uint32_t removed, const struct text *text)
{
    struct span body = span_of(model->body, model->length);
    const char *element =
        index == model->count ? listpack_end(body) : listpack_seek(body, (int64_t)index);
    struct listpack_value value = {.is_integer = false};
    size_t offset = (size_t)(element - model->body);
    size_t before = removed == 1 ? listpack_size(element) : 0;
    size_t now = 0;
    uint32_t added = text != NULL;

    if (text != NULL) {
        value = listpack_value(span_of(text->bytes, text->length));
        now = listpack_encoded_size(&value);
    }
    memmove(model->body + offset + now, model->body + offset + before,
            model->length - offset - before);
    if (text != NULL)
        assert_ptr_equal(listpack_write(model->body + offset, &value), model->body + offset + now);
    model->length = model->length - before + now;
    memmove(&model->texts[index + added], &model->texts[index + removed],
            (model->count - index - removed) * sizeof(model->texts[0]));
    if (text != NULL)
        model->texts[index] = *text;
    model->count += added - removed;
}

static void check_find(const struct model *model, struct random *random)
{
    struct span body = span_of(model->body, model->length);
    uint32_t from = (uint32_t)random_below(random, model->count);
    uint32_t step = 1 + (uint32_t)random_below(random, 3);
    const struct text *wanted = &model->texts[random_below(random, model->count)];
    struct listpack_value value = listpack_value(span_of(wanted->bytes, wanted->length));
    const char *expected = NULL;

    for (uint32_t i = from; i < model->count && expected == NULL; i += step) {
        if (span_equal(span_of(model->texts[i].bytes, model->texts[i].length), value.string))
            expected = listpack_seek(body, (int64_t)i - (int64_t)model->count);
    }
    assert_ptr_equal(listpack_find(body, listpack_seek(body, from), &value, step), expected);
}

static void run(uint64_t seed)
{
    struct model *model = calloc(1, sizeof(*model));
    struct random random;

    print_message("seed %llu\n", (unsigned long long)seed);
    random_seed(&random, seed);
    for (unsigned round = 0; round < ROUNDS; round++) {
        struct text text;
        uint32_t index = (uint32_t)random_below(&random, model->count + 1);
        bool filling = round / 500 % 2 == 0;

        random_text(&random, &text);
        if (model->count < ELEMENTS_MAX && random_below(&random, 3) < (filling ? 2 : 1))
            edit(model, index, 0, &text);
        else if (index < model->count)
            edit(model, index, 1, random_below(&random, 2) == 0 ? &text : NULL);
        if (model->count > 0)
            check_find(model, &random);
        if (round % 16 == 0)
            check(model);
    }
    check(model);
    free(model);
}

static void test_random_edits(void **state)
{
    (void)state;
    run(1);
    run(20260202);
}

struct integers {
    int64_t sorted[INTEGERS_MAX + 1];
    uint32_t count;
    char body[INTEGER_SET_PREFIX + 8 * (INTEGERS_MAX + 1)];
    size_t length;
};

static uint32_t place_of(const struct integers *model, int64_t value)
{
    uint32_t place = 0;

    while (place < model->count && model->sorted[place] < value)
        place++;
    return place;
}

static void change(struct integers *model, int64_t value)
{
    struct integer_set set = integer_set_of(span_of(model->body, model->length));
    uint32_t place = place_of(model, value);
    bool there = place < model->count && model->sorted[place] == value;
    uint32_t position;

    assert_int_equal(integer_set_find(&set, value, &position), there);
    assert_int_equal(position, place);
    if (there) {
        model->length = integer_set_remove(model->body, model->length, position);
        memmove(&model->sorted[place], &model->sorted[place + 1],
                (model->count - place - 1) * sizeof(int64_t));
        model->count--;
    } else if (model->count < INTEGERS_MAX) {
        size_t size = integer_set_size_with(&set, value);

        integer_set_insert(model->body, model->length, value);
        model->length = size;
        memmove(&model->sorted[place + 1], &model->sorted[place],
                (model->count - place) * sizeof(int64_t));
        model->sorted[place] = value;
        model->count++;
    }
}

static void test_random_integers(void **state)
{
    struct integers model = {.count = 0};
    struct random random;

    (void)state;
    random_seed(&random, 3);
    for (unsigned round = 0; round < ROUNDS; round++) {
        /* Now and then the set begins anew, narrow; then a wider range widens it. */
        unsigned bits = 6 + round % 2000 / 40;
        struct integer_set set;

        if (round % 2000 == 0)
            model.count = 0, model.length = 0;
        change(&model, (int64_t)random_next(&random) >> (64 - (bits > 64 ? 64 : bits)));
        set = integer_set_of(span_of(model.body, model.length));
        assert_int_equal(set.count, model.count);
        for (uint32_t i = 0; i < set.count; i++)
            assert_true(integer_set_at(&set, i) == model.sorted[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_random_edits),
        cmocka_unit_test(test_random_integers),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
