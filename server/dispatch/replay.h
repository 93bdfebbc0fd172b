/*
 * Commands that have run elsewhere and are run again: of a log, or of a primary's stream.
 *
 * Pure.
 */
#ifndef SERVER_DISPATCH_REPLAY_H
#define SERVER_DISPATCH_REPLAY_H

#include "proto/base/span.h"

#include <stdbool.h>
#include <stdint.h>

struct command;

/* Does it name a time to live, that begins now? Logs and streams have had times since they are
 * written, but who makes one by hand may not. */
bool replay_is_relative(const struct command *command, const struct span *argv, uint32_t argc);

#endif
