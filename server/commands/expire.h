/*
 * Times of expiry as commands name them: seconds or milliseconds, from now on or since the epoch.
 *
 * Shared by EXPIRE and its relatives, by the SET family and by those that let fields expire. For
 * the thread that runs the command.
 */
#ifndef SERVER_COMMANDS_EXPIRE_H
#define SERVER_COMMANDS_EXPIRE_H

#include "server/commands/cmd.h"

/* How many milliseconds one counts. */
enum expire_unit { EXPIRE_MILLISECONDS = 1, EXPIRE_SECONDS = 1000 };

/*
 * Argument `index` as a time of expiry: so many units after `base` (0: since the epoch). A number
 * below `minimum`, or a time beyond int64 milliseconds, is refused with the error that names the
 * command. Returns false when it replied an error. The result is never TIME_NEVER.
 */
bool expire_argument(const struct cmd *cmd, uint32_t index, enum expire_unit unit, time_ms base,
                     int64_t minimum, time_ms *when);

enum {
    EXPIRE_CONDITION_NX = 1u << 0, /* without a time so far */
    EXPIRE_CONDITION_XX = 1u << 1, /* with one */
    EXPIRE_CONDITION_GT = 1u << 2, /* only later */
    EXPIRE_CONDITION_LT = 1u << 3, /* only earlier */
};

/* Reads the words behind the time, from argument 3 to `end`; replies an error and returns false
 * when they make no sense. */
bool expire_conditions(const struct cmd *cmd, uint32_t end, uint32_t *conditions);

/* May what has `current` get `when`? TIME_NEVER is later than every time. */
bool expire_allowed(uint32_t conditions, time_ms current, time_ms when);

/* To the nearest unit, halves up; `time` is not negative. */
int64_t expire_in_units(time_ms time, enum expire_unit unit);

#endif
