/*
 * All users of the node, as they are at one time.
 *
 * A set does not change once it is made; a change makes another, which shares the users that stay
 * as they are. There is always a user "default": who connects is that one.
 *
 * Owner: the control thread makes sets and publishes them; shards read the one that they have
 * adopted. A set is freed when all shards have adopted its successor; users that are still needed
 * then live on (user.h).
 */
#ifndef SERVER_ACCESS_USERS_H
#define SERVER_ACCESS_USERS_H

#include "server/access/user.h"
#include "server/config/text_buffer.h"

struct config;

struct users {
    const struct user *default_user; /* one of the items */
    uint64_t asker; /* the connection whose command made the set; it hears of that before it goes */
    uint32_t count;
    const struct user *items[]; /* held, by name */
};

/* Nobody but the default user, who may do everything; with requirepass's password if there is one.
 */
struct users *users_create(struct span password);

/* The same users, but this one, which may be new or take the place of one of its name. Takes the
 * caller's reference over. */
struct users *users_with(const struct users *users, struct user *user);

/* Without those of these names; *removed says how many there were. "default" stays. */
struct users *users_without(const struct users *users, const struct span *names, uint32_t count,
                            uint32_t *removed);

/* The default user gets this password and no other; none when it is empty. */
struct users *users_with_password(const struct users *users, struct span password);

/* A set of these users, whose references it takes over; they are put in order. No name may be there
 * twice, and "default" must be there. */
struct users *users_of(struct user **list, uint32_t count);

void users_free(struct users *users);

/* NULL when there is none. */
const struct user *users_find(const struct users *users, struct span name);

/* May a client come in with this name and password? Takes the time of one hash at least, known name
 * or not. NULL when not. */
const struct user *users_login(const struct users *users, struct span name, struct span password);

/* Are clients let in that have not said who they are? */
static inline bool users_are_open(const struct users *users)
{
    return users->default_user->no_password && users->default_user->enabled;
}

#endif
