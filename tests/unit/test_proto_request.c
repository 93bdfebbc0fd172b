#include "proto/base/random.h"
#include "proto/resp/request.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

enum { ARGUMENTS = 64 };

static const struct request_limits normal = {.count_max = INT32_MAX, .bulk_length_max = 512 << 20};
static const struct request_limits stranger = {
    .count_max = 10, .bulk_length_max = 16384, .unauthenticated = true};

static uint64_t seed = 1999;

/* A request and its arguments, joined by '|'; or the error's text; or "..." for an unfinished one.
 */
struct example {
    struct span bytes;
    struct span result;
};

static const struct example examples[] = {
    {SPAN("*1\r\n$4\r\nPING\r\n"), SPAN("PING|")},
    {SPAN("*3\r\n$3\r\nSET\r\n$16\r\nmemtier-00000001\r\n$0\r\n\r\n"),
     SPAN("SET|memtier-00000001||")},
    {SPAN("*2\r\n$1\r\na\r\n$102\r\n"
          "0123456789012345678901234567890123456789012345678901234567890123456789"
          "01234567890123456789012345678901\r\n"),
     SPAN("a|0123456789012345678901234567890123456789012345678901234567890123456789"
          "01234567890123456789012345678901|")},
    {SPAN("*10\r\n$1\r\n0\r\n$1\r\n1\r\n$1\r\n2\r\n$1\r\n3\r\n$1\r\n4\r\n"
          "$1\r\n5\r\n$1\r\n6\r\n$1\r\n7\r\n$1\r\n8\r\n$1\r\n9\r\n"),
     SPAN("0|1|2|3|4|5|6|7|8|9|")},
    {SPAN("*1\r\n$4\r\n\r\n\0\r\r\n"), SPAN("\r\n\0\r|")},
    {SPAN("*1\rx$4\rxPINGxx"), SPAN("PING|")},
    {SPAN("*0\r\n"), SPAN("")},
    {SPAN("*-1\r\n"), SPAN("")},
    {SPAN("*-9223372036854775808\r\n"), SPAN("")},
    {SPAN("\r\n"), SPAN("")},
    {SPAN("\n"), SPAN("")},
    {SPAN("   \t\r\n"), SPAN("")},
    {SPAN("PING\n"), SPAN("PING|")},
    {SPAN("  set  key\tvalue \r\n"), SPAN("set|key|value|")},
    {SPAN("ping a\rb\r\n"), SPAN("ping|a|b|")},
    {SPAN("ping\va\r\n"), SPAN("ping\va|")},
    {SPAN("ping a\r\r\n"), SPAN("ping|a|")},
    {SPAN("\"\" ''\n"), SPAN("||")},
    {SPAN("ping \"a b\"\r\n"), SPAN("ping|a b|")},
    {SPAN("ping a\"b c\" d\r\n"), SPAN("ping|ab c|d|")},
    {SPAN("ping 'a\\'b\\x41'\r\n"), SPAN("ping|a'b\\x41|")},
    {SPAN("ping \"a\\x41\\n\\r\\t\\b\\a\\q\\\"\\xfF\"\r\n"), SPAN("ping|aA\n\r\t\b\aq\"\377|")},
    {SPAN("ping \"\\xg1\\x4\"\r\n"), SPAN("ping|xg1x4|")},
    {SPAN("ping \"a\rb\"\r\n"), SPAN("ping|a\rb|")},
    {SPAN("ping \"a\"\v\n"), SPAN("ping|a|")},
    {SPAN("ping \"a\"b\r\n"), SPAN("Protocol error: unbalanced quotes in request")},
    {SPAN("ping \"abc\r\n"), SPAN("Protocol error: unbalanced quotes in request")},
    {SPAN("ping 'abc\r\n"), SPAN("Protocol error: unbalanced quotes in request")},
    {SPAN("ping \"abc\\\n"), SPAN("Protocol error: unbalanced quotes in request")},
    {SPAN("ping 'a\\'\n"), SPAN("Protocol error: unbalanced quotes in request")},
    {SPAN("ping \"\\\"\n"), SPAN("Protocol error: unbalanced quotes in request")},
    {SPAN("*\r\n"), SPAN("Protocol error: invalid multibulk length")},
    {SPAN("*-0\r\n"), SPAN("Protocol error: invalid multibulk length")},
    {SPAN("*+1\r\n"), SPAN("Protocol error: invalid multibulk length")},
    {SPAN("*01\r\n"), SPAN("Protocol error: invalid multibulk length")},
    {SPAN("*1x\r\n"), SPAN("Protocol error: invalid multibulk length")},
    {SPAN("*1\n$4\r\n"), SPAN("Protocol error: invalid multibulk length")},
    {SPAN("*2147483648\r\n"), SPAN("Protocol error: invalid multibulk length")},
    {SPAN("*1\r\n$-1\r\n"), SPAN("Protocol error: invalid bulk length")},
    {SPAN("*1\r\n$-0\r\n"), SPAN("Protocol error: invalid bulk length")},
    {SPAN("*1\r\n$04\r\nPING"), SPAN("Protocol error: invalid bulk length")},
    {SPAN("*1\r\n$1x\r\n"), SPAN("Protocol error: invalid bulk length")},
    {SPAN("*1\r\n$\r\n"), SPAN("Protocol error: invalid bulk length")},
    {SPAN("*1\r\n$536870913\r\n"), SPAN("Protocol error: invalid bulk length")},
    {SPAN("*1\r\n:4\r\n"), SPAN("Protocol error: expected '$', got ':'")},
    {SPAN("*1000000000\r\n"), SPAN("...")},
    {SPAN("*1\r\n$536870912\r\n"), SPAN("...")},
    {SPAN("*1\r\nx"), SPAN("...")},
    {SPAN("*1\r\r\n"), SPAN("...")},
    {SPAN("PING"), SPAN("...")},
};

enum { EXAMPLES = sizeof(examples) / sizeof(examples[0]) };

static void write_result(const struct request_parser *parser, enum request_status status,
                         char *text, size_t *length)
{
    *length = 0;
    if (status == REQUEST_INVALID) {
        request_error_text(parser, text);
        *length = strlen(text);
    } else if (status == REQUEST_COMPLETE) {
        for (uint32_t i = 0; i < parser->argc; i++) {
            memcpy(text + *length, parser->argv[i].data, parser->argv[i].length);
            *length += parser->argv[i].length;
            text[(*length)++] = '|';
        }
    } else {
        assert_int_equal(status, REQUEST_INCOMPLETE);
        memcpy(text, "...", *length = 3);
    }
}

/* Feeds the bytes up to each cut at an address of their own, of exactly that size. */
static void read_in_pieces(const struct example *example, const size_t *cuts, size_t count)
{
    struct span argv[ARGUMENTS];
    struct request_parser parser = {.argv = argv, .argv_capacity = ARGUMENTS};
    enum request_status status = REQUEST_INCOMPLETE;
    char *bytes = malloc(0);
    char text[512];
    size_t length, had = 0;

    request_parser_reset(&parser);
    for (size_t i = 0; i <= count && status == REQUEST_INCOMPLETE; i++) {
        size_t size = i < count ? cuts[i] : example->bytes.length;
        char *moved = malloc(size);

        memcpy(moved, bytes, had);
        if (size > had)
            memcpy(moved + had, example->bytes.data + had, size - had);
        request_parser_rebase(&parser, bytes, moved);
        free(bytes);
        bytes = moved;
        had = size;
        status = request_parse(&parser, bytes, size, &normal);
        if (status == REQUEST_INCOMPLETE)
            assert_true(request_parser_needs(&parser) > size);
    }
    write_result(&parser, status, text, &length);
    if (length != example->result.length || memcmp(text, example->result.data, length) != 0)
        fail_msg("'%s' gave '%.*s'", example->bytes.data, (int)length, text);
    if (status == REQUEST_COMPLETE)
        assert_int_equal(parser.position, example->bytes.length);
    free(bytes);
}

static void test_examples_whole(void **state)
{
    (void)state;
    for (size_t i = 0; i < EXAMPLES; i++)
        read_in_pieces(&examples[i], NULL, 0);
}

static void test_examples_torn(void **state)
{
    size_t every[512];

    (void)state;
    for (size_t i = 0; i < 512; i++)
        every[i] = i;
    for (size_t i = 0; i < EXAMPLES; i++) {
        size_t length = examples[i].bytes.length;

        read_in_pieces(&examples[i], every, length);
        for (size_t first = 0; first < length; first++) {
            read_in_pieces(&examples[i], &every[first], 1);
            for (size_t second = first; second < length; second++)
                read_in_pieces(&examples[i], (size_t[]){first, second}, 2);
        }
    }
}

/* Whatever argv's room is, the request is read in the end, and no byte behind it is used. */
static void test_needs_room(void **state)
{
    static const struct example wide[] = {
        {SPAN("*3\r\n$1\r\na\r\n$2\r\nbb\r\n$1\r\nc\r\n*1"), SPAN("a|bb|c|")},
        {SPAN("'a' b\"\\x62\" c \r\nnext"), SPAN("a|bb|c|")},
        {SPAN("'*1' '' $\n*"), SPAN("*1||$|")},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(wide) / sizeof(wide[0]); i++) {
        struct span argv[ARGUMENTS];
        struct request_parser parser = {.argv = argv, .argv_capacity = 1};
        char bytes[64], text[64];
        enum request_status status;
        unsigned refused = 0;
        size_t length;

        memcpy(bytes, wide[i].bytes.data, wide[i].bytes.length);
        request_parser_reset(&parser);
        while ((status = request_parse(&parser, bytes, wide[i].bytes.length, &normal)) ==
               REQUEST_NEEDS_ROOM) {
            parser.argv_capacity++;
            refused++;
        }
        write_result(&parser, status, text, &length);
        assert_int_equal(refused, 2);
        assert_int_equal(length, wide[i].result.length);
        assert_memory_equal(text, wide[i].result.data, length);
        assert_true(parser.position < wide[i].bytes.length);
    }
}

static enum request_error error_of(struct span bytes, const struct request_limits *limits)
{
    struct span argv[ARGUMENTS];
    struct request_parser parser = {.argv = argv, .argv_capacity = ARGUMENTS};
    char *copy = malloc(bytes.length);

    memcpy(copy, bytes.data, bytes.length);
    request_parser_reset(&parser);
    if (request_parse(&parser, copy, bytes.length, limits) == REQUEST_INVALID)
        assert_int_not_equal(parser.error, REQUEST_ERROR_NONE);
    else
        assert_int_equal(parser.error, REQUEST_ERROR_NONE);
    free(copy);
    return parser.error;
}

static void test_unauthenticated(void **state)
{
    (void)state;
    assert_int_equal(error_of(SPAN("*10\r\n"), &stranger), REQUEST_ERROR_NONE);
    assert_int_equal(error_of(SPAN("*11\r\n"), &stranger), REQUEST_ERROR_COUNT_UNAUTHENTICATED);
    assert_int_equal(error_of(SPAN("*2147483648\r\n"), &stranger), REQUEST_ERROR_COUNT_INVALID);
    assert_int_equal(error_of(SPAN("*1\r\n$16384\r\n"), &stranger), REQUEST_ERROR_NONE);
    assert_int_equal(error_of(SPAN("*1\r\n$16385\r\n"), &stranger),
                     REQUEST_ERROR_LENGTH_UNAUTHENTICATED);
    assert_int_equal(error_of(SPAN("*1\r\n$-5\r\n"), &stranger), REQUEST_ERROR_LENGTH_INVALID);
}

/* A line may have 65536 bytes without an end; the next one is too many. */
static void test_long_lines(void **state)
{
    static const struct {
        struct span start;
        enum request_error error;
    } lines[] = {
        {SPAN("a"), REQUEST_ERROR_INLINE_TOO_BIG},
        {SPAN("*"), REQUEST_ERROR_COUNT_TOO_BIG},
        {SPAN("*1\r\n$"), REQUEST_ERROR_LENGTH_TOO_BIG},
    };
    enum { SIZE = 70000, LIMIT = 65536 };
    char *bytes = malloc(SIZE);

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        size_t before = lines[i].start.length - 1;

        memset(bytes, '1', SIZE);
        memcpy(bytes, lines[i].start.data, lines[i].start.length);
        assert_int_equal(error_of(span_of(bytes, before + LIMIT), &normal), REQUEST_ERROR_NONE);
        assert_int_equal(error_of(span_of(bytes, before + LIMIT + 1), &normal), lines[i].error);
        assert_int_equal(error_of(span_of(bytes, SIZE), &normal), lines[i].error);
    }
    free(bytes);
}

/* Random requests one behind the other, in random pieces. */
static void test_pipeline(void **state)
{
    struct random random;
    char bytes[8192];

    (void)state;
    random_seed(&random, seed);
    for (int round = 0; round < 2000; round++) {
        struct span argv[ARGUMENTS];
        struct request_parser parser = {.argv = argv, .argv_capacity = ARGUMENTS};
        size_t lengths[8];
        size_t count = 1 + random_below(&random, 8);
        size_t length = (size_t)snprintf(bytes, sizeof(bytes), "*%zu\r\n", count);
        size_t given = 0;

        for (size_t i = 0; i < count; i++) {
            lengths[i] =
                random_below(&random, 2) ? random_below(&random, 1003) : random_below(&random, 12);
            length +=
                (size_t)snprintf(bytes + length, sizeof(bytes) - length, "$%zu\r\n", lengths[i]);
            memset(bytes + length, 'a' + (int)i, lengths[i]);
            memcpy(bytes + length + lengths[i], "\r\n", 2);
            length += lengths[i] + 2;
        }
        request_parser_reset(&parser);
        while (request_parse(&parser, bytes, given, &normal) == REQUEST_INCOMPLETE) {
            assert_true(given < length);
            given += 1 + random_below(&random, length - given);
        }
        assert_int_equal(given, length);
        assert_int_equal(parser.position, length);
        assert_int_equal(parser.argc, count);
        for (size_t i = 0; i < count; i++) {
            assert_int_equal(argv[i].length, lengths[i]);
            for (size_t k = 0; k < lengths[i]; k++)
                assert_int_equal(argv[i].data[k], 'a' + (int)i);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_examples_whole), cmocka_unit_test(test_examples_torn),
        cmocka_unit_test(test_needs_room),     cmocka_unit_test(test_unauthenticated),
        cmocka_unit_test(test_long_lines),     cmocka_unit_test(test_pipeline),
    };

    if (getenv("SEED") != NULL)
        seed = strtoull(getenv("SEED"), NULL, 10);
    printf("seed %llu\n", (unsigned long long)seed);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
