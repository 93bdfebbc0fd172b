/*
 * A user in words: the rules that would make it again. Pure; any thread.
 */
#ifndef SERVER_ACCESS_USER_DESCRIBE_H
#define SERVER_ACCESS_USER_DESCRIBE_H

#include "server/access/user.h"
#include "server/config/text_buffer.h"

/* The line of ACL LIST: "user alice on #... ~* resetchannels -@all +get". */
void user_describe(const struct user *user, struct text_buffer *text);

/* The parts that ACL GETUSER shows by themselves. */
void user_describe_commands(const struct selector *selector, struct text_buffer *text);
void user_describe_keys(const struct selector *selector, struct text_buffer *text);
void user_describe_channels(const struct selector *selector, struct text_buffer *text);

#endif
