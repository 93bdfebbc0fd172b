#include "proto/base/random.h"
#include "proto/resp/reply.h"
#include "proto/resp/reply_reader.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static uint64_t seed = 424242;

static void assert_bytes(struct reply *reply, struct span expected)
{
    assert_int_equal(reply->length, expected.length);
    assert_memory_equal(reply->bytes, expected.data, expected.length);
    reply_clear(reply);
}

static void test_shapes(void **state)
{
    struct reply reply;

    (void)state;
    for (uint8_t protocol = 2; protocol <= 3; protocol++) {
        bool rich = protocol == 3;

        reply_init(&reply, protocol);
        reply_ok(&reply);
        assert_bytes(&reply, SPAN("+OK\r\n"));
        reply_status(&reply, SPAN("a\r\nb"));
        assert_bytes(&reply, SPAN("+a  b\r\n"));
        reply_integer(&reply, INT64_MIN);
        assert_bytes(&reply, SPAN(":-9223372036854775808\r\n"));
        reply_bulk(&reply, SPAN(""));
        assert_bytes(&reply, SPAN("$0\r\n\r\n"));
        reply_bulk(&reply, SPAN("a\0\r\nb"));
        assert_bytes(&reply, SPAN("$5\r\na\0\r\nb\r\n"));
        reply_bulk_integer(&reply, -12);
        assert_bytes(&reply, SPAN("$3\r\n-12\r\n"));
        reply_bulk_format(&reply, "%s-%d", "x", 5);
        assert_bytes(&reply, SPAN("$3\r\nx-5\r\n"));
        reply_null(&reply);
        assert_bytes(&reply, rich ? SPAN("_\r\n") : SPAN("$-1\r\n"));
        reply_null_array(&reply);
        assert_bytes(&reply, rich ? SPAN("_\r\n") : SPAN("*-1\r\n"));
        reply_array(&reply, 1000);
        assert_bytes(&reply, SPAN("*1000\r\n"));
        reply_map(&reply, 50);
        assert_bytes(&reply, rich ? SPAN("%50\r\n") : SPAN("*100\r\n"));
        reply_set(&reply, 999);
        assert_bytes(&reply, rich ? SPAN("~999\r\n") : SPAN("*999\r\n"));
        reply_push(&reply, 3);
        assert_bytes(&reply, rich ? SPAN(">3\r\n") : SPAN("*3\r\n"));
        reply_double(&reply, 0.1);
        assert_bytes(&reply, rich ? SPAN(",0.1\r\n") : SPAN("$3\r\n0.1\r\n"));
        reply_double(&reply, -INFINITY);
        assert_bytes(&reply, rich ? SPAN(",-inf\r\n") : SPAN("$4\r\n-inf\r\n"));
        reply_boolean(&reply, true);
        assert_bytes(&reply, rich ? SPAN("#t\r\n") : SPAN(":1\r\n"));
        reply_boolean(&reply, false);
        assert_bytes(&reply, rich ? SPAN("#f\r\n") : SPAN(":0\r\n"));
        reply_verbatim(&reply, "txt", SPAN("hello"));
        assert_bytes(&reply, rich ? SPAN("=9\r\ntxt:hello\r\n") : SPAN("$5\r\nhello\r\n"));
        reply_big_number(&reply, SPAN("-123"));
        assert_bytes(&reply, rich ? SPAN("(-123\r\n") : SPAN("$4\r\n-123\r\n"));
        reply_free(&reply);
    }
}

static void test_errors(void **state)
{
    struct reply reply;

    (void)state;
    reply_init(&reply, 2);
    reply_ok(&reply);
    reply_error_literal(&reply, "ERR a\r\n+OK");
    assert_int_equal(reply.error_count, 1);
    assert_int_equal(reply.error_position, 5);
    reply_error_format(&reply, "ERR '%s' %d", "x\ny", 7);
    assert_int_equal(reply.error_count, 2);
    assert_int_equal(reply.error_position, 18);
    assert_bytes(&reply, SPAN("+OK\r\n-ERR a  +OK\r\n-ERR 'x y' 7\r\n"));
    reply_free(&reply);
}

struct counted {
    struct reply_block block;
    unsigned released;
};

static void release_count(struct reply_block *block)
{
    ((struct counted *)block)->released++;
}

static void test_references_and_deferred(void **state)
{
    struct counted counted = {.block = {release_count}};
    struct reply_deferred outer, inner;
    struct reply reply;

    (void)state;
    reply_init(&reply, 3);
    reply_bulk_reference(&reply, SPAN("first"), &counted.block);
    outer = reply_defer(&reply);
    reply_integer(&reply, 1);
    inner = reply_defer(&reply);
    reply_bulk_reference(&reply, SPAN("second"), &counted.block);
    reply_error_literal(&reply, "ERR x");
    reply_deferred_map(&reply, inner, 1);
    reply_deferred_array(&reply, outer, 2);
    assert_int_equal(reply.reference_count, 2);
    assert_int_equal(reply.referenced_bytes, 11);
    assert_int_equal(reply.references[0].position, 4);
    assert_int_equal(reply.references[1].position, 22);
    assert_int_equal(reply.error_position, 24);
    assert_int_equal(counted.released, 0);
    assert_bytes(&reply, SPAN("$5\r\n\r\n*2\r\n:1\r\n%1\r\n$6\r\n\r\n-ERR x\r\n"));
    assert_int_equal(counted.released, 2);
    assert_int_equal(reply.referenced_bytes, 0);
    for (int i = 0; i < 100; i++)
        reply_bulk_reference(&reply, SPAN("x"), &counted.block);
    reply_free(&reply);
    assert_int_equal(counted.released, 102);
}

static void test_truncate_and_copy(void **state)
{
    struct counted counted = {.block = {release_count}};
    struct reply reply;
    size_t kept;

    (void)state;
    reply_init(&reply, 2);
    reply_bulk_reference(&reply, SPAN("kept"), &counted.block);
    kept = reply.length;
    reply_bulk_reference(&reply, SPAN("dropped"), &counted.block);
    reply_integer(&reply, 1);
    reply_truncate(&reply, kept);
    assert_int_equal(counted.released, 1);
    assert_int_equal(reply.reference_count, 1);
    assert_int_equal(reply.referenced_bytes, 4);
    assert_bytes(&reply, SPAN("$4\r\n\r\n"));
    reply.copy_only = true;
    reply_free(&reply);
    reply_bulk_reference(&reply, SPAN("copied"), &counted.block);
    assert_int_equal(counted.released, 3);
    assert_int_equal(reply.reference_count, 0);
    assert_bytes(&reply, SPAN("$6\r\ncopied\r\n"));
    reply_free(&reply);
}

static void test_growth(void **state)
{
    struct reply reply;
    char *large = malloc(100000);

    (void)state;
    memset(large, 'v', 100000);
    reply_init(&reply, 2);
    reply.bytes = malloc(16);
    reply.capacity = 16;
    for (int i = 0; i < 100; i++) {
        reply_integer(&reply, i);
        reply_bulk(&reply, span_of(large, 1000 * (size_t)i));
    }
    assert_true(reply.length > 4950000 && reply.capacity >= reply.length);
    assert_true(reply.capacity < reply.length * 2 + 4096);
    reply_free(&reply);
    assert_null(reply.bytes);
    free(large);
}

static void write_any(struct reply *reply, struct random *random, unsigned depth)
{
    char bytes[40];
    size_t length = random_below(random, sizeof(bytes));
    uint64_t count = random_below(random, 4);

    for (size_t i = 0; i < length; i++)
        bytes[i] = (char)random_next(random);
    switch (random_below(random, depth < 5 ? 12 : 8)) {
    case 0:
        reply_integer(reply, (int64_t)(random_next(random) >> random_below(random, 64)));
        return;
    case 1:
        reply_bulk(reply, span_of(bytes, length));
        return;
    case 2:
        reply_status(reply, span_of(bytes, length));
        return;
    case 3:
        reply_double(reply, random_unit(random) * 1000);
        return;
    case 4:
        reply_boolean(reply, count & 1);
        return;
    case 5:
        reply_verbatim(reply, "txt", span_of(bytes, length));
        return;
    case 6:
        reply_null(reply);
        return;
    case 7:
        reply_null_array(reply);
        return;
    case 8:
        reply_map(reply, count);
        count *= 2;
        break;
    case 9:
        reply_set(reply, count);
        break;
    case 10:
        if (reply->protocol == 3) {
            reply_attribute(reply, count);
            count = count * 2 + 1;
            break;
        }
        /* fallthrough */
    default:
        reply_array(reply, count);
    }
    while (count-- > 0)
        write_any(reply, random, depth + 1);
}

/* A whole value is passed in one step, no prefix of it is, and what follows does not matter. */
static void test_skip(void **state)
{
    struct random random;
    struct reply reply;

    (void)state;
    random_seed(&random, seed);
    for (int round = 0; round < 3000; round++) {
        size_t length, end;

        reply_init(&reply, (uint8_t)(2 + round % 2));
        write_any(&reply, &random, 0);
        end = reply.length;
        reply_literal(&reply, "+next\r\n");
        assert_int_equal(reply_reader_skip(span_of(reply.bytes, reply.length), &length),
                         REPLY_READ_OK);
        assert_int_equal(length, end);
        for (size_t cut = 0; cut < end; cut++)
            assert_int_equal(reply_reader_skip(span_of(reply.bytes, cut), &length),
                             REPLY_READ_INCOMPLETE);
        reply_free(&reply);
    }
}

static void test_reader_refuses(void **state)
{
    static const struct span refused[] = {
        SPAN("x\r\n"),         SPAN(":\r\n"),
        SPAN(":1x\r\n"),       SPAN(":01\r\n"),
        SPAN(":1\rx"),         SPAN("$-2\r\n"),
        SPAN("$?\r\n"),        SPAN("$1\r\nab\r\n"),
        SPAN("*-2\r\n"),       SPAN("%-1\r\n"),
        SPAN("#x\r\n"),        SPAN("#tt\r\n"),
        SPAN("_x\r\n"),        SPAN(",abc\r\n"),
        SPAN("(12a\r\n"),      SPAN("(\r\n"),
        SPAN("=3\r\ntxt\r\n"), SPAN("=5\r\ntxt;a\r\n"),
        SPAN("+a\nb\r\n"),     SPAN("*9223372036854775808\r\n"),
    };
    struct reply_value value;
    char deep[(REPLY_READ_DEPTH_MAX + 1) * 4];
    size_t length;

    (void)state;
    for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++)
        assert_int_equal(reply_read(refused[i], &value), REPLY_READ_INVALID);
    for (size_t i = 0; i < sizeof(deep); i += 4)
        memcpy(deep + i, "*1\r\n", 4);
    assert_int_equal(reply_reader_skip(span_of(deep, sizeof(deep)), &length), REPLY_READ_INVALID);
    assert_int_equal(reply_reader_skip(span_of(deep, sizeof(deep) - 4), &length),
                     REPLY_READ_INCOMPLETE);
    assert_int_equal(reply_read(SPAN("$9223372036854775807\r\nx"), &value), REPLY_READ_INCOMPLETE);
    assert_int_equal(reply_read(SPAN(",nan\r\n"), &value), REPLY_READ_OK);
    assert_true(isnan(value.real));
    assert_int_equal(reply_read(SPAN("!5\r\nERR x\r\n"), &value), REPLY_READ_OK);
    assert_int_equal(value.type, REPLY_ERROR);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_shapes),
        cmocka_unit_test(test_errors),
        cmocka_unit_test(test_references_and_deferred),
        cmocka_unit_test(test_growth),
        cmocka_unit_test(test_truncate_and_copy),
        cmocka_unit_test(test_skip),
        cmocka_unit_test(test_reader_refuses),
    };

    if (getenv("SEED") != NULL)
        seed = strtoull(getenv("SEED"), NULL, 10);
    printf("seed %llu\n", (unsigned long long)seed);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
