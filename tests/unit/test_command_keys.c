/*
 * Where the keys of a command are: rows of the table, and local rows with the shapes of key
 * specifications that the table may have, with arguments that do not fit them.
 */
#include "proto/base/random.h"
#include "server/commands/command.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

enum { ARGUMENTS_MAX = 32 };

struct line {
    struct span argv[ARGUMENTS_MAX];
    uint32_t argc;
};

/* A request's words, separated by single spaces. */
static struct line words(const char *text)
{
    struct line line = {.argc = 0};

    while (*text != '\0') {
        size_t length = strcspn(text, " ");

        assert_true(line.argc < ARGUMENTS_MAX);
        line.argv[line.argc++] = span_of(text, length);
        text += length + (text[length] == ' ');
    }
    return line;
}

/* The row of a name, whether or not its handler is linked in. */
static const struct command *row_named(const char *name)
{
    for (uint16_t id = 0; id < command_count; id++) {
        if (strcmp(commands[id]->name, name) == 0)
            return commands[id];
    }
    fail_msg("no row %s", name);
    return NULL;
}

/* Asserts that the keys of the words are the arguments at the positions: "1 3 5", "" or "invalid".
 */
static void expect_keys(const struct command *command, const char *text, const char *positions)
{
    struct line line = words(text);
    struct key_position found[ARGUMENTS_MAX] = {{0}};
    int64_t count = command_keys(command, line.argv, line.argc, found, ARGUMENTS_MAX);
    char printed[256] = "";
    size_t length = 0;

    assert_int_equal(command_keys(command, line.argv, line.argc, NULL, 0), count);
    if (count < 0) {
        assert_string_equal(positions, "invalid");
        return;
    }
    for (int64_t index = 0; index < count; index++)
        length += (size_t)snprintf(printed + length, sizeof(printed) - length, "%s%u",
                                   index > 0 ? " " : "", found[index].index);
    assert_string_equal(printed, positions);
}

static void expect_flags(const struct command *command, const char *text, uint32_t first,
                         uint32_t second)
{
    struct line line = words(text);
    struct key_position found[2] = {{0}};

    command_keys(command, line.argv, line.argc, found, 2);
    assert_int_equal(found[0].flags, first);
    assert_int_equal(found[1].flags, second);
}

static void test_rows_of_the_table(void **state)
{
    (void)state;
    expect_keys(row_named("get"), "get k", "1");
    expect_keys(row_named("get"), "get", "invalid");
    expect_keys(row_named("set"), "set k v ex 10", "1");
    expect_keys(row_named("mget"), "mget a b c", "1 2 3");
    expect_keys(row_named("mget"), "mget", "invalid");
    expect_keys(row_named("mset"), "mset a 1 b 2", "1 3");
    expect_keys(row_named("mset"), "mset a 1 b", "1 3");
    expect_keys(row_named("rename"), "rename a b", "1 2");
    expect_keys(row_named("rename"), "rename a", "invalid");
    expect_keys(row_named("copy"), "copy a b db 3", "1 2");
    expect_keys(row_named("lcs"), "lcs a b len", "1 2");
    expect_keys(row_named("object|encoding"), "object encoding k", "2");
    expect_keys(row_named("memory|usage"), "memory usage k samples 3", "2");
    expect_keys(row_named("ping"), "ping k", "");
    expect_keys(row_named("client|list"), "client list", "");
}

static void test_classic_triple(void **state)
{
    const struct command *rename = row_named("rename");
    const struct command *mset = row_named("mset");

    (void)state;
    assert_int_equal(rename->first_key, 1);
    assert_int_equal(rename->last_key, 2);
    assert_int_equal(rename->key_step, 1);
    assert_int_equal(mset->last_key, -1);
    assert_int_equal(mset->key_step, 2);
    assert_int_equal(row_named("object|freq")->first_key, 2);
    assert_int_equal(row_named("ping")->first_key, 0);
}

static void test_flags_follow_the_arguments(void **state)
{
    (void)state;
    expect_flags(row_named("get"), "get k", KEY_READ_ONLY | KEY_ACCESS, 0);
    expect_flags(row_named("set"), "set k get", KEY_OVERWRITE | KEY_UPDATE, 0);
    expect_flags(row_named("set"), "set k v GeT", KEY_READ_WRITE | KEY_ACCESS | KEY_UPDATE, 0);
    expect_flags(row_named("rename"), "rename a b", KEY_READ_WRITE | KEY_ACCESS | KEY_DELETE,
                 KEY_OVERWRITE | KEY_UPDATE);
}

/* As of EVAL: numkeys at 2, keys from 3 on. */
static const struct key_specification count_at_2 = {.flags = KEY_READ_WRITE,
                                                    .begin = KEY_BEGIN_INDEX,
                                                    .index = 2,
                                                    .find = KEY_FIND_COUNT,
                                                    .count_index = 0,
                                                    .first_key = 1,
                                                    .step = 1};

static void test_count(void **state)
{
    struct command eval = {.name = "eval",
                           .flags = COMMAND_MOVABLE_KEYS | COMMAND_NO_MANDATORY_KEYS,
                           .key_specification_count = 1,
                           .key_specifications = &count_at_2};
    static const char *const invalid[] = {
        "eval s 4 a b c",
        "eval s -1 a",
        "eval s x a",
        "eval s 1",
        "eval s",
        "eval s 4294967297 a b",
        "eval s 9223372036854775807 a b",
        "eval s -9223372036854775808 a b",
        "eval s 18446744073709551617 a b",
        "eval s 1.0 a",
        "eval s 01 a",
    };

    (void)state;
    expect_keys(&eval, "eval s 2 a b", "3 4");
    expect_keys(&eval, "eval s 1 a b", "3");
    expect_keys(&eval, "eval s 0 a b", "");
    expect_keys(&eval, "eval s 0", "");
    for (size_t index = 0; index < sizeof(invalid) / sizeof(*invalid); index++)
        expect_keys(&eval, invalid[index], "invalid");
    eval.flags = COMMAND_MOVABLE_KEYS;
    expect_keys(&eval, "eval s 0 a b", "invalid");
}

/* As of ZUNIONSTORE: a destination, and a count of sources. */
static void test_range_and_count(void **state)
{
    const struct key_specification specifications[] = {
        {.flags = KEY_OVERWRITE,
         .begin = KEY_BEGIN_INDEX,
         .index = 1,
         .find = KEY_FIND_RANGE,
         .last_key = 0,
         .step = 1},
        count_at_2,
    };
    struct command command = {.name = "zunionstore",
                              .flags = COMMAND_MOVABLE_KEYS,
                              .first_key = 1,
                              .last_key = 1,
                              .key_step = 1,
                              .key_specification_count = 2,
                              .key_specifications = specifications};

    (void)state;
    expect_keys(&command, "zunionstore d 2 a b weights 1 2", "1 3 4");
    expect_keys(&command, "zunionstore d 3 a b", "invalid");
    expect_keys(&command, "zunionstore d 0 a b", "invalid");
    expect_flags(&command, "zunionstore d 1 a", KEY_OVERWRITE, KEY_READ_WRITE);
}

/* As of XREAD: keys behind STREAMS, half of what is left. */
static void test_keyword_and_half(void **state)
{
    const struct key_specification specification = {.begin = KEY_BEGIN_KEYWORD,
                                                    .index = 1,
                                                    .keyword = "STREAMS",
                                                    .find = KEY_FIND_RANGE,
                                                    .last_key = -1,
                                                    .step = 1,
                                                    .limit = 2};
    struct command command = {.name = "xread",
                              .flags = COMMAND_MOVABLE_KEYS,
                              .key_specification_count = 1,
                              .key_specifications = &specification};

    (void)state;
    expect_keys(&command, "xread streams a b 0 0", "2 3");
    expect_keys(&command, "xread count 2 StreamS a 0", "4");
    expect_keys(&command, "xread count 2 streams a", "invalid");
    expect_keys(&command, "xread count 2 streams", "invalid");
    expect_keys(&command, "xread count 2", "invalid");
    expect_keys(&command, "streams", "invalid");
    expect_keys(&command, "", "invalid");
}

/* As of GEORADIUS ... STORE key, and of MIGRATE ... KEYS key ..., searched from the end. */
static void test_keyword_from_either_end(void **state)
{
    struct key_specification store = {.begin = KEY_BEGIN_KEYWORD,
                                      .index = 6,
                                      .keyword = "STORE",
                                      .find = KEY_FIND_RANGE,
                                      .last_key = 0,
                                      .step = 1};
    struct command command = {.name = "local",
                              .flags = COMMAND_MOVABLE_KEYS | COMMAND_NO_MANDATORY_KEYS,
                              .key_specification_count = 1,
                              .key_specifications = &store};

    (void)state;
    expect_keys(&command, "g k 1 2 3 km store d", "7");
    expect_keys(&command, "g k 1 2 3 km desc store d x", "8");
    expect_keys(&command, "g k 1 2 3 store d", "");
    expect_keys(&command, "g k 1 2 3 km store", "");

    store.keyword = "KEYS";
    store.index = -2;
    store.last_key = -1;
    expect_keys(&command, "migrate h p x 0 10 keys a b", "7 8");
    expect_keys(&command, "migrate h p keys keys a b keys c", "8");
    expect_keys(&command, "keys a b", "");
    expect_keys(&command, "migrate", "");
    store.index = -1;
    expect_keys(&command, "migrate h keys a", "3");
    store.index = INT32_MIN;
    expect_keys(&command, "migrate h keys a", "");
    store.index = INT32_MAX;
    expect_keys(&command, "migrate h keys a", "");
}

static void test_unknown_and_hashed_channel(void **state)
{
    struct key_specification specification = {
        .flags = KEY_INCOMPLETE, .begin = KEY_BEGIN_UNKNOWN, .find = KEY_FIND_UNKNOWN};
    struct command command = {.name = "local",
                              .flags = COMMAND_MOVABLE_KEYS,
                              .key_specification_count = 1,
                              .key_specifications = &specification};

    (void)state;
    expect_keys(&command, "local a b", "invalid");
    specification = (struct key_specification){.flags = KEY_NOT_KEY,
                                               .begin = KEY_BEGIN_INDEX,
                                               .index = 1,
                                               .find = KEY_FIND_RANGE,
                                               .last_key = -1,
                                               .step = 1};
    expect_keys(&command, "ssubscribe a b", "1 2");
    expect_flags(&command, "ssubscribe a b", KEY_NOT_KEY, KEY_NOT_KEY);
}

static void test_capacity(void **state)
{
    struct line line = words("mget a b c d");
    struct key_position found[4] = {{0}};

    (void)state;
    assert_int_equal(command_keys(row_named("mget"), line.argv, line.argc, found, 2), 4);
    assert_int_equal(found[1].index, 2);
    assert_int_equal(found[2].index, 0);
}

static void test_bitfield_flags(void **state)
{
    const struct key_specification specification = {.flags = KEY_READ_WRITE | KEY_VARIABLE_FLAGS,
                                                    .begin = KEY_BEGIN_INDEX,
                                                    .index = 1,
                                                    .find = KEY_FIND_RANGE,
                                                    .step = 1};
    struct command command = {.name = "bitfield",
                              .first_key = 1,
                              .last_key = 1,
                              .key_step = 1,
                              .key_specification_count = 1,
                              .key_specifications = &specification};
    const uint32_t reads = KEY_READ_ONLY | KEY_ACCESS;
    const uint32_t writes = KEY_READ_WRITE | KEY_ACCESS | KEY_UPDATE;

    (void)state;
    expect_flags(&command, "bitfield k", reads, 0);
    expect_flags(&command, "bitfield k get u8 0 GET u8 8", reads, 0);
    expect_flags(&command, "bitfield k get u8", writes, 0);
    expect_flags(&command, "bitfield k get u8 0 set u8 0 1", writes, 0);
    expect_flags(&command, "bitfield k incrby u8 0 1", writes, 0);
}

/* Any specification with any arguments: positions are arguments, and come out in order. */
static void test_random_specifications(void **state)
{
    static const int32_t numbers[] = {INT32_MIN, -100, -3, -2, -1, 0, 1, 2, 3, 100, INT32_MAX};
    static const char *const texts[] = {
        "k", "0", "1", "2", "9", "-1", "4294967295", "9223372036854775807", ""};
    struct random random;

    (void)state;
    random_seed(&random, 3);
#define NUMBER() numbers[random_below(&random, sizeof(numbers) / sizeof(*numbers))]
    for (int round = 0; round < 300000; round++) {
        struct key_specification specification = {.begin = (enum key_begin)random_below(&random, 4),
                                                  .index = NUMBER(),
                                                  .keyword = "k",
                                                  .find = (enum key_find)random_below(&random, 4),
                                                  .last_key = NUMBER(),
                                                  .step = NUMBER(),
                                                  .limit = NUMBER(),
                                                  .count_index = NUMBER(),
                                                  .first_key = NUMBER()};
        struct command command = {.name = "random",
                                  .flags = COMMAND_MOVABLE_KEYS,
                                  .key_specification_count = 1,
                                  .key_specifications = &specification};
        struct key_position found[ARGUMENTS_MAX];
        uint32_t argc = (uint32_t)random_below(&random, 8);
        struct span *argv = malloc((argc + 1) * sizeof(*argv));
        int64_t count;

        assert_non_null(argv);
        for (uint32_t index = 0; index < argc; index++)
            argv[index] =
                span_of_string(texts[random_below(&random, sizeof(texts) / sizeof(*texts))]);
        count = command_keys(&command, argv, argc, found, ARGUMENTS_MAX);
        free(argv);
        assert_true(count >= -1 && count <= (int64_t)argc);
        for (int64_t index = 0; index < count; index++) {
            assert_true(found[index].index < argc && found[index].index > 0);
            assert_true(index == 0 || found[index].index > found[index - 1].index);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows_of_the_table),
        cmocka_unit_test(test_classic_triple),
        cmocka_unit_test(test_flags_follow_the_arguments),
        cmocka_unit_test(test_count),
        cmocka_unit_test(test_range_and_count),
        cmocka_unit_test(test_keyword_and_half),
        cmocka_unit_test(test_keyword_from_either_end),
        cmocka_unit_test(test_unknown_and_hashed_channel),
        cmocka_unit_test(test_capacity),
        cmocka_unit_test(test_bitfield_flags),
        cmocka_unit_test(test_random_specifications),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
