/*
 * What clients say of themselves: names and library versions.
 *
 * Thread: the connection's shard.
 */
#ifndef SERVER_COMMANDS_CLIENT_H
#define SERVER_COMMANDS_CLIENT_H

#include "proto/base/span.h"
#include "server/commands/cmd.h"

#include <stdbool.h>

/* Printable, without spaces: it stands in CLIENT LIST as it is. */
bool client_name_is_valid(struct span name);

/* "ERR <what> cannot contain spaces, newlines or special characters." */
void client_reply_invalid_name(const struct cmd *cmd, const char *what);

/* Replaces an owned text. */
void client_set_text(char **text, struct span value);

#endif
