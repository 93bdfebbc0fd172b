/*
 * What the files of FUNCTION share.
 */
#ifndef SERVER_COMMANDS_FUNCTION_H
#define SERVER_COMMANDS_FUNCTION_H

struct cmd;

/* There are too many arguments for a subcommand. */
void function_reply_wrong_arguments(const struct cmd *cmd);

#endif
