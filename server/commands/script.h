/*
 * What EVAL and FCALL share.
 */
#ifndef SERVER_COMMANDS_SCRIPT_H
#define SERVER_COMMANDS_SCRIPT_H

#include <stdbool.h>
#include <stdint.h>

struct cmd;

/* Are there so many keys behind the number of them, argument 2? Replies the error and returns false
 * when there are not. */
bool script_keys_fit(const struct cmd *cmd, int64_t count);

#endif
