#include "server/dispatch/replay.h"

#include "server/commands/command.h"
#include "server/commands/handlers.h"

static bool has_word(const struct span *argv, uint32_t argc, uint32_t from, struct span word)
{
    for (uint32_t i = from; i < argc; i++)
        if (span_equal_ignoring_case(argv[i], word))
            return true;
    return false;
}

bool replay_is_relative(const struct command *command, const struct span *argv, uint32_t argc)
{
    command_handler *run = command->run;

    if (argc < 3)
        return false;
    if (run == command_set)
        return argc > 4 &&
               (has_word(argv, argc, 3, SPAN("EX")) || has_word(argv, argc, 3, SPAN("PX")));
    if (run == command_setex || run == command_psetex || run == command_expire ||
        run == command_pexpire || run == command_hexpire || run == command_hpexpire)
        return true;
    if (run == command_getex || run == command_hsetex || run == command_hgetex ||
        run == command_msetex)
        return has_word(argv, argc, 2, SPAN("EX")) || has_word(argv, argc, 2, SPAN("PX"));
    return run == command_restore && argc >= 4 && !span_equal(argv[2], SPAN("0")) &&
           !has_word(argv, argc, 4, SPAN("ABSTTL"));
}
