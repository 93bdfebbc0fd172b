/*
 * Any arguments for any row: the keys that are found are arguments, and look-ups are consistent.
 *
 * Input: lines of arguments; the first byte chooses the row, and the first line, if any, is looked
 * up as a name.
 */
#include "proto/base/assert.h"
#include "server/commands/command.h"

#include <stdlib.h>

enum { ARGUMENTS_MAX = 64 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint32_t split(const char *text, size_t size, struct span *argv)
{
    uint32_t argc = 0;

    while (size > 0 && argc < ARGUMENTS_MAX) {
        const char *end = memchr(text, '\n', size);
        size_t length = end != NULL ? (size_t)(end - text) : size;

        argv[argc++] = span_of(text, length);
        text += length;
        size -= length;
        if (size > 0) {
            text++;
            size--;
        }
    }
    return argc;
}

static void check_keys(const struct command *command, const struct span *argv, uint32_t argc)
{
    struct key_position positions[4 * ARGUMENTS_MAX];
    int64_t count = command_keys(command, argv, argc, positions, 4 * ARGUMENTS_MAX);

    ASSERT(count >= -1);
    ASSERT(count <= 4 * ARGUMENTS_MAX);
    for (int64_t index = 0; index < count; index++)
        ASSERT(positions[index].index < argc);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct span argv[ARGUMENTS_MAX];
    const struct command *container;
    const struct command *command;
    struct span *exact;
    uint32_t argc;

    if (size == 0)
        return 0;
    argc = split((const char *)data + 1, size - 1, argv);
    /* In a block of its very size, so that a read behind the last argument is found. */
    exact = malloc(argc * sizeof(*exact) + 1);
    if (argc > 0)
        memcpy(exact, argv, argc * sizeof(*exact));
    check_keys(commands[data[0] % command_count], exact, argc);

    command = command_find_arguments(exact, argc, &container);
    ASSERT(command == NULL || container != NULL);
    if (command != NULL)
        check_keys(command, exact, argc);
    if (argc > 0 && (command = command_find_by_name(exact[0])) != NULL)
        ASSERT(span_equal_ignoring_case(exact[0], span_of_string(command->name)));
    free(exact);
    return 0;
}
