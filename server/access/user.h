/*
 * Users: who may do what.
 *
 * A user that is published (users.h) does not change any more: a rule makes a new one. Every shard
 * has the current set of users, replaced by message; a connection refers to its user, and moves on
 * to its successor when the shard adopts a new set.
 *
 * Lifetime: whoever keeps a user beyond a call holds it (user_hold, user_release): a set of users,
 * a connection, a command that is under way to another shard. So a user that has been replaced
 * lives until the last command that was sent on with it has come home, on whichever thread.
 *
 * What travels (cmd->user, hops, transactions) is NULL for a user without any restriction: the
 * usual case costs one branch that always goes the same way.
 *
 * Thread: any, on published users.
 */
#ifndef SERVER_ACCESS_USER_H
#define SERVER_ACCESS_USER_H

#include "server/access/password.h"
#include "server/access/selector.h"

#include <stdatomic.h>

/* Is what a client RESTOREs looked at closely? */
enum user_sanitize { USER_SANITIZE_UNSAID, USER_SANITIZE, USER_SANITIZE_SKIP };

struct user {
    _Atomic uint32_t references;
    bool enabled;
    bool no_password;  /* any will do */
    bool unrestricted; /* may do everything */
    enum user_sanitize sanitize;
    struct span name; /* owned */
    struct password *passwords;
    uint32_t password_count;
    uint32_t selector_count;    /* at least 1 */
    struct selector *selectors; /* the first is the user's own, the others stand in parentheses */
};

/* A new user may do nothing and is off; `all_channels` as acl-pubsub-default says. One reference,
 * the caller's. */
struct user *user_create(struct span name, bool all_channels);
struct user *user_copy(const struct user *user);

struct user *user_hold(const struct user *user);
void user_release(const struct user *user); /* NULL is fine */

/* What is to travel in the place of this user; hold it if it is to travel far. */
static inline const struct user *user_travelling(const struct user *user)
{
    return user->unrestricted ? NULL : user;
}

/* The user's changes are over: finds out what it may do altogether. */
void user_settle(struct user *user);

/* ---- Permissions ---- */

enum access_reason { ACCESS_GRANTED, ACCESS_COMMAND, ACCESS_KEY, ACCESS_CHANNEL, ACCESS_LOGIN };

struct access_denial {
    enum access_reason reason;
    uint32_t argument; /* the key or channel among the arguments, for ACCESS_KEY and _CHANNEL */
};

/*
 * May the user run this command with these arguments? `user` NULL: may do everything. The command
 * must have been found for these arguments, and their number be right for it. False: *denial says
 * why. Databases make no difference so far.
 */
bool access_check(const struct user *user, const struct command *command, const struct span *argv,
                  uint32_t argc, uint32_t database, struct access_denial *denial);

/* May it run this command, and read any key by it? For SORT with patterns. */
bool access_check_all_keys(const struct user *user, const struct command *command,
                           const struct span *argv, uint32_t argc);

/* May the user subscribe to this channel, or pattern? */
bool access_check_channel(const struct user *user, struct span channel, bool is_pattern);

/* What is missing, in words. */
const char *access_reason_text(enum access_reason reason);

/* The text of the error for a denial, "NOPERM ..." */
enum { ACCESS_TEXT_MAX = 512 };
void access_denial_text(const struct user *user, const struct command *command,
                        const struct access_denial *denial, char text[ACCESS_TEXT_MAX]);

#endif
