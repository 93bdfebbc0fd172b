/*
 * The rules of ACL SETUSER, of an ACL file and of `user` directives: words -> a user.
 *
 * A rule is one word ("on", ">password", "+get", "~key*", "&channel" ...); a selector in
 * parentheses may be spread over several words. The rules of one call hold all together or not at
 * all: after a failure the user is to be thrown away.
 *
 * Pure; any thread, on a user that is not published.
 */
#ifndef SERVER_ACCESS_USER_RULE_H
#define SERVER_ACCESS_USER_RULE_H

#include "server/access/user.h"

enum user_rule_error {
    RULE_IS_GOOD,
    RULE_SYNTAX,
    RULE_UNKNOWN_COMMAND,
    RULE_BEHIND_ALL_KEYS,
    RULE_BEHIND_ALL_CHANNELS,
    RULE_NO_SUCH_PASSWORD,
    RULE_BAD_HASH,
    RULE_ARGUMENT_OF_SUBCOMMAND,
    RULE_TOO_MANY,
    RULE_UNMATCHED_PARENTHESIS,
};

enum { RULE_SHOWN_MAX = 256 };

struct user_rule_failure {
    enum user_rule_error error;
    char rule[RULE_SHOWN_MAX]; /* that is wrong, cut short */
};

/* What is wrong, as Redis says it; without a code. */
const char *user_rule_error_text(enum user_rule_error error);

/* One rule; a selector must be one word. `all_channels`: what acl-pubsub-default gives. */
enum user_rule_error user_rule_apply(struct user *user, struct span rule, bool all_channels);

/* All rules of a line, and user_settle. False: *failure says why not. */
bool user_rule_apply_all(struct user *user, const struct span *rules, uint32_t count,
                         bool all_channels, struct user_rule_failure *failure);

/* No spaces, no NUL. */
bool user_rule_is_name(struct span name);

/* What failed, as one sentence: "Error in ACL SETUSER modifier ...". */
void user_rule_failure_text(const struct user_rule_failure *failure, char text[ACCESS_TEXT_MAX]);

#endif
