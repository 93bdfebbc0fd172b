/*
 * Users in files: the ACL file, and `user` directives of the configuration.
 *
 * An ACL file has a line "user NAME RULE ..." for each; what else may be in it is blank. Either all
 * of it holds or nothing. The default user, where it is not in the file, may do everything, with
 * the password of requirepass.
 *
 * Reading and writing blocks: for the start, and for the control thread.
 */
#ifndef SERVER_ACCESS_USERS_FILE_H
#define SERVER_ACCESS_USERS_FILE_H

#include "server/access/users.h"
#include "server/config/config.h"

/* The text of an ACL file; `path` is for the messages. NULL: *errors says all that is wrong with
 * it. Pure. */
struct users *users_file_parse(struct span text, const char *path, const struct config *config,
                               struct text_buffer *errors);

/* The same with the file that `aclfile` names. */
struct users *users_file_load(const struct config *config, struct text_buffer *errors);

/* Writes that file anew. False: *reason says why not. */
bool users_file_save(const struct config *config, const struct users *users,
                     struct text_buffer *reason);

/* The users of the configuration as the node starts: from `user` directives or from the ACL file,
 * not from both. */
struct users *users_file_start(const struct config *config, struct text_buffer *errors);

/* Puts the users in the place of the configuration's `user` directives, for CONFIG REWRITE; none
 * where there is an ACL file, nor where nothing but requirepass is to be told. */
void users_file_to_config(const struct users *users, struct config *config);

#endif
