/*
 * Bytes on their way to the log's file, beside a plain array: whatever is appended, looked at and
 * taken in whatever pieces, it comes out once, in order, and never across generations.
 */
#include "server/append_only/append_buffer.h"

#include "proto/base/memory.h"
#include "proto/base/random.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
/* Behind the headers that it needs. */
#include <cmocka.h>

enum { STEPS = 3000, PIECE_MAX = 200 * 1024, BYTES_MAX = 64 * 1024 * 1024, PARTS = 16 };

struct model {
    char *bytes; /* all that was ever appended */
    uint64_t appended;
    uint64_t taken;
    uint64_t ends[STEPS]; /* of generations, by their number */
    uint64_t generation;
};

/* Where the generation of the byte at `position` ends. */
static uint64_t generation_end(const struct model *model, uint64_t position)
{
    for (uint64_t i = 0; i < model->generation; i++)
        if (position < model->ends[i])
            return model->ends[i];
    return model->appended;
}

static void look(const struct append_buffer *buffer, const struct model *model, uint64_t skip)
{
    struct iovec parts[PARTS];
    uint64_t length;
    uint64_t position = model->taken + skip;
    uint64_t end = generation_end(model, model->taken);
    uint32_t count = append_buffer_parts(buffer, skip, parts, PARTS, &length);
    uint64_t seen = 0;

    assert_true(position + length <= end);
    assert_true(count == PARTS || position + length == end);
    for (uint32_t i = 0; i < count; i++) {
        assert_true(parts[i].iov_len > 0);
        assert_memory_equal(parts[i].iov_base, model->bytes + position + seen, parts[i].iov_len);
        seen += parts[i].iov_len;
    }
    assert_int_equal(seen, length);
}

static void append(struct append_buffer *buffer, struct model *model, struct random *random)
{
    size_t length = random_below(random, random_below(random, 8) == 0 ? PIECE_MAX : 300) + 1;

    if (model->appended + length > BYTES_MAX)
        return;
    for (size_t i = 0; i < length; i++)
        model->bytes[model->appended + i] = (char)random_below(random, 256);
    append_buffer_add(buffer, model->generation, span_of(model->bytes + model->appended, length));
    model->appended += length;
}

static void step(struct append_buffer *buffer, struct model *model, struct random *random)
{
    uint64_t end = generation_end(model, model->taken);
    uint64_t length;

    switch (random_below(random, 8)) {
    case 0:
        model->ends[model->generation++] = model->appended;
        break;
    case 1:
    case 2:
        if (end == model->taken)
            break;
        look(buffer, model, random_below(random, end - model->taken));
        break;
    case 3:
    case 4:
        length = random_below(random, end - model->taken + 1);
        append_buffer_consume(buffer, length);
        model->taken += length;
        break;
    default:
        append(buffer, model, random);
        break;
    }
    assert_int_equal(buffer->length, model->appended - model->taken);
}

static void beside_an_array(void **state)
{
    struct append_buffer buffer;
    struct model model = {.bytes = memory_new(BYTES_MAX)};
    struct random random;

    (void)state;
    random_seed(&random, 20261);
    append_buffer_init(&buffer);
    for (uint32_t i = 0; i < STEPS; i++)
        step(&buffer, &model, &random);
    append_buffer_clear(&buffer);
    assert_int_equal(buffer.length, 0);
    assert_int_equal(append_buffer_first_generation(&buffer, 77), 77);
    append_buffer_free(&buffer);
    memory_free(model.bytes);
}

/* What is under way stays where it is while more is appended. */
static void bytes_do_not_move(void **state)
{
    struct append_buffer buffer;
    struct iovec before[PARTS];
    struct iovec after[PARTS];
    uint64_t length;

    (void)state;
    append_buffer_init(&buffer);
    append_buffer_add(&buffer, 1, SPAN("first"));
    assert_int_equal(append_buffer_parts(&buffer, 0, before, PARTS, &length), 1);
    append_buffer_add(&buffer, 1, SPAN("second"));
    assert_int_equal(append_buffer_parts(&buffer, 0, after, PARTS, &length), 1);
    assert_ptr_equal(before[0].iov_base, after[0].iov_base);
    assert_int_equal(length, 11);
    append_buffer_consume(&buffer, 5);
    assert_int_equal(append_buffer_parts(&buffer, 0, after, PARTS, &length), 1);
    assert_memory_equal(after[0].iov_base, "second", 6);
    append_buffer_free(&buffer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(beside_an_array),
        cmocka_unit_test(bytes_do_not_move),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
