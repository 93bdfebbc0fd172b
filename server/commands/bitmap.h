/* What the bit commands share. */
#ifndef SERVER_COMMANDS_BITMAP_H
#define SERVER_COMMANDS_BITMAP_H

#include "server/commands/cmd.h"

/* An argument as the position of a bit: not negative, and in a string of allowed length. `width`: a
 * position that begins with # counts in fields of so many bits; 0 when that is not allowed. Replies
 * the error and returns false when it is none. */
bool bitmap_offset(const struct cmd *cmd, struct span text, uint32_t width, uint64_t *offset);

#endif
