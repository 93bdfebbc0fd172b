/*
 * The command table and look-ups in it: every name in any case, names that are almost one, arity.
 */
#include "proto/base/random.h"
#include "server/commands/command.h"
#include "server/commands/command_documentation.h"

#include <ctype.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

/* A name as requests bring it: in a block of its very size, so that a read beyond it is found. */
static struct span exact_copy(const char *name, size_t length)
{
    char *bytes = malloc(length);

    assert_non_null(bytes);
    memcpy(bytes, name, length);
    return span_of(bytes, length);
}

static const struct command *find_copy(const char *name, size_t length)
{
    struct span copy = exact_copy(name, length);
    const struct command *command = command_find(copy);

    free((char *)copy.data);
    return command;
}

static void mixed_case(struct random *random, const char *name, char *mixed)
{
    size_t index;

    for (index = 0; name[index] != '\0'; index++)
        mixed[index] = (char)(random_below(random, 2) ? toupper(name[index]) : name[index]);
    mixed[index] = '\0';
}

static void test_every_name_in_any_case(void **state)
{
    struct random random;
    char mixed[64];

    (void)state;
    random_seed(&random, 1);
    for (uint16_t id = 0; id < command_count; id++) {
        const struct command *row = commands[id];

        assert_int_equal(row->id, id);
        for (int round = 0; round < 8; round++) {
            mixed_case(&random, row->name, mixed);
            assert_ptr_equal(command_find_by_name(span_of_string(mixed)), row);
            if (strchr(row->name, '|') == NULL)
                assert_ptr_equal(find_copy(mixed, strlen(mixed)), row);
            else
                assert_null(find_copy(mixed, strlen(mixed)));
        }
    }
}

/* One byte changed in any way, one byte more or fewer: found only where that is a name again. */
static void test_almost_names(void **state)
{
    (void)state;
    for (uint16_t id = 0; id < command_count; id++) {
        const char *name = commands[id]->name;
        size_t length = strlen(name);
        char changed[64];

        if (strchr(name, '|') != NULL)
            continue;
        for (size_t index = 0; index < length; index++) {
            for (int byte = 0; byte < 256; byte++) {
                const struct command *command;

                memcpy(changed, name, length + 1);
                changed[index] = (char)byte;
                command = find_copy(changed, length);
                if (command != NULL)
                    assert_true(span_equal_ignoring_case(span_of(changed, length),
                                                         span_of_string(command->name)));
            }
        }
        for (size_t shorter = 1; shorter < length; shorter++) {
            const struct command *command = find_copy(name, shorter);

            if (command != NULL)
                assert_int_equal(strlen(command->name), shorter);
        }
        snprintf(changed, sizeof(changed), "%s%c", name, '\0');
        assert_null(find_copy(changed, length + 1));
    }
}

static void test_unknown_names(void **state)
{
    static const char *const unknown[] = {
        "nosuch",        "g",           "getgetgetgetgetgetgetgetgetgetget",
        "client|nosuch", "nosuch|list", "|",
        "client|",       "|list",       "client|list|x",
        "get|x"};
    struct random random;
    char bytes[48];

    (void)state;
    assert_null(command_find(span_of(NULL, 0)));
    assert_null(command_find_by_name(span_of(NULL, 0)));
    for (size_t index = 0; index < sizeof(unknown) / sizeof(*unknown); index++)
        assert_null(command_find_by_name(span_of_string(unknown[index])));
    random_seed(&random, 2);
    for (int round = 0; round < 200000; round++) {
        size_t length = 1 + random_below(&random, sizeof(bytes));

        for (size_t index = 0; index < length; index++)
            bytes[index] = (char)random_next(&random);
        assert_true(length <= 3 || find_copy(bytes, length) == NULL);
    }
}

static void test_arguments_choose_the_row(void **state)
{
    struct span set[] = {SPAN("Set"), SPAN("get"), SPAN("v")};
    struct span list[] = {SPAN("CLIENT"), SPAN("lIsT"), SPAN("TYPE")};
    struct span nosuch[] = {SPAN("client"), SPAN("nosuch")};
    struct span unknown[] = {SPAN("nosuch"), SPAN("list")};
    struct span bar[] = {SPAN("client|list")};
    struct span empty[] = {SPAN("client"), SPAN("")};
    const struct command *container;
    const struct command *row;

    (void)state;
    row = command_find_arguments(set, 3, &container);
    assert_ptr_equal(row, command_find(SPAN("set")));
    assert_ptr_equal(container, row);

    row = command_find_arguments(list, 3, &container);
    assert_ptr_equal(row, command_find_by_name(SPAN("client|list")));
    assert_ptr_equal(container, command_find(SPAN("client")));
    row = command_find_arguments(list, 1, &container);
    assert_ptr_equal(row, command_find(SPAN("client")));

    container = NULL;
    assert_null(command_find_arguments(nosuch, 2, &container));
    assert_ptr_equal(container, command_find(SPAN("client")));
    assert_null(command_find_arguments(empty, 2, &container));
    assert_null(command_find_arguments(unknown, 2, &container));
    assert_null(container);
    assert_null(command_find_arguments(bar, 1, &container));
    assert_null(command_find_arguments(set, 0, &container));
}

static void test_arity(void **state)
{
    struct command exact = {.name = "exact", .arity = 2};
    struct command least = {.name = "least", .arity = -2};

    (void)state;
    assert_false(command_arity_ok(&exact, 1));
    assert_true(command_arity_ok(&exact, 2));
    assert_false(command_arity_ok(&exact, 3));
    assert_false(command_arity_ok(&exact, UINT32_MAX));
    assert_false(command_arity_ok(&least, 0));
    assert_false(command_arity_ok(&least, 1));
    assert_true(command_arity_ok(&least, 2));
    assert_true(command_arity_ok(&least, UINT32_MAX));
}

static void check_argument(const struct command *row, const struct command_argument *argument)
{
    assert_non_null(argument->name);
    assert_true(argument->key_specification < row->key_specification_count);
    assert_true(argument->type != ARGUMENT_PURE_TOKEN || argument->token != NULL);
    for (uint32_t index = 0; index < argument->argument_count; index++)
        check_argument(row, &argument->arguments[index]);
}

/* What the rest of the server takes for granted about a row. */
static void test_rows_are_sound(void **state)
{
    (void)state;
    assert_true(command_category_count == 22 && command_flag_count == 22 && key_flag_count == 11);
    for (uint16_t id = 0; id < command_count; id++) {
        const struct command *row = commands[id];
        const struct command_documentation *documentation = row->documentation;

        assert_true(row->run != NULL || row->subcommand_count > 0);
        assert_true(row->subcommand_count == 0 || row->run != NULL || row->arity <= -2);
        assert_true(row->scope != SCOPE_KEYS || row->key_specification_count > 0);
        assert_true((row->first_key == 0) == (row->key_step == 0));
        assert_int_equal((row->flags & COMMAND_FAST) != 0, (row->categories & CATEGORY_FAST) != 0);
        assert_non_null(documentation->summary);
        assert_non_null(documentation->since);
        assert_non_null(documentation->group);
        for (uint32_t index = 0; index < documentation->argument_count; index++)
            check_argument(row, &documentation->arguments[index]);
        for (uint16_t index = 0; index < row->subcommand_count; index++)
            assert_memory_equal(row->subcommands[index]->name, row->name, strlen(row->name));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_name_in_any_case),
        cmocka_unit_test(test_almost_names),
        cmocka_unit_test(test_unknown_names),
        cmocka_unit_test(test_arguments_choose_the_row),
        cmocka_unit_test(test_arity),
        cmocka_unit_test(test_rows_are_sound),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
