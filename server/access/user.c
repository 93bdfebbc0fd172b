#include "server/access/user.h"

#include "proto/base/assert.h"
#include "proto/base/memory.h"

#include <stdio.h>

enum { NAME_SHOWN_MAX = 128 };

/* ---- Its life ---- */

static struct user *create(struct span name)
{
    struct user *user = memory_new_zeroed(1, sizeof(*user));

    atomic_init(&user->references, 1);
    user->name = span_of(memory_copy(name.data, name.length), name.length);
    return user;
}

struct user *user_create(struct span name, bool all_channels)
{
    struct user *user = create(name);

    user->sanitize = USER_SANITIZE;
    user->selectors = memory_new(sizeof(*user->selectors));
    user->selector_count = 1;
    selector_init(&user->selectors[0], all_channels);
    return user;
}

struct user *user_copy(const struct user *from)
{
    struct user *user = create(from->name);

    user->enabled = from->enabled;
    user->no_password = from->no_password;
    user->unrestricted = from->unrestricted;
    user->sanitize = from->sanitize;
    user->password_count = from->password_count;
    if (from->password_count > 0) {
        user->passwords = memory_new(from->password_count * sizeof(*user->passwords));
        memcpy(user->passwords, from->passwords, from->password_count * sizeof(*user->passwords));
    }
    user->selector_count = from->selector_count;
    user->selectors = memory_new(from->selector_count * sizeof(*user->selectors));
    for (uint32_t i = 0; i < from->selector_count; i++)
        selector_copy(&user->selectors[i], &from->selectors[i]);
    return user;
}

static void destroy(struct user *user)
{
    for (uint32_t i = 0; i < user->selector_count; i++)
        selector_free(&user->selectors[i]);
    memory_free(user->selectors);
    memory_free(user->passwords);
    memory_free((char *)(uintptr_t)user->name.data);
    memory_free(user);
}

struct user *user_hold(const struct user *user)
{
    struct user *held = (struct user *)(uintptr_t)user;
    uint32_t before = atomic_fetch_add_explicit(&held->references, 1, memory_order_relaxed);

    ASSERT(before > 0);
    return held;
}

void user_release(const struct user *user)
{
    struct user *held = (struct user *)(uintptr_t)user;
    uint32_t before;

    if (user == NULL)
        return;
    before = atomic_fetch_sub_explicit(&held->references, 1, memory_order_acq_rel);
    ASSERT(before > 0);
    if (before == 1)
        destroy(held);
}

void user_settle(struct user *user)
{
    user->unrestricted = false;
    for (uint32_t i = 0; i < user->selector_count; i++) {
        struct selector *selector = &user->selectors[i];

        selector_settle(selector);
        user->unrestricted |=
            selector->all_commands && selector->all_keys && selector->all_channels;
    }
}

/* ---- Permissions ---- */

static enum access_reason reason_of(enum selector_answer answer)
{
    switch (answer) {
    case SELECTOR_ALLOWS:
        return ACCESS_GRANTED;
    case SELECTOR_NO_COMMAND:
        return ACCESS_COMMAND;
    case SELECTOR_NO_KEY:
        return ACCESS_KEY;
    case SELECTOR_NO_CHANNEL:
        return ACCESS_CHANNEL;
    }
    UNREACHABLE();
}

bool access_check(const struct user *user, const struct command *command, const struct span *argv,
                  uint32_t argc, uint32_t database, struct access_denial *denial)
{
    struct selector_keys keys = {0};

    (void)database;
    *denial = (struct access_denial){0};
    if (user == NULL || user->unrestricted)
        return true;
    denial->reason = ACCESS_COMMAND;
    for (uint32_t i = 0; i < user->selector_count; i++) {
        uint32_t argument;
        enum access_reason reason =
            reason_of(selector_check(&user->selectors[i], command, argv, argc, &keys, &argument));

        if (reason == ACCESS_GRANTED) {
            *denial = (struct access_denial){0};
            break;
        }
        /* Of several refusals the one that came furthest is told. */
        if (reason > denial->reason || (reason == denial->reason && argument > denial->argument))
            *denial = (struct access_denial){reason, argument};
    }
    selector_keys_free(&keys);
    return denial->reason == ACCESS_GRANTED;
}

bool access_check_all_keys(const struct user *user, const struct command *command,
                           const struct span *argv, uint32_t argc)
{
    struct selector_keys keys = {0};
    bool allowed = false;

    if (user == NULL || user->unrestricted)
        return true;
    for (uint32_t i = 0; i < user->selector_count && !allowed; i++) {
        uint32_t argument;

        allowed = selector_reads_all_keys(&user->selectors[i]) &&
                  selector_check(&user->selectors[i], command, argv, argc, &keys, &argument) ==
                      SELECTOR_ALLOWS;
    }
    selector_keys_free(&keys);
    return allowed;
}

bool access_check_channel(const struct user *user, struct span channel, bool is_pattern)
{
    if (user == NULL || user->unrestricted)
        return true;
    for (uint32_t i = 0; i < user->selector_count; i++)
        if (selector_allows_channel(&user->selectors[i], channel, is_pattern))
            return true;
    return false;
}

const char *access_reason_text(enum access_reason reason)
{
    switch (reason) {
    case ACCESS_COMMAND:
        return "no permission to execute the command";
    case ACCESS_KEY:
        return "no permission to touch the specified keys";
    case ACCESS_CHANNEL:
        return "no permission to access one of the channels used as arguments to the command";
    case ACCESS_GRANTED:
    case ACCESS_LOGIN:
        break;
    }
    return "no permission";
}

void access_denial_text(const struct user *user, const struct command *command,
                        const struct access_denial *denial, char text[ACCESS_TEXT_MAX])
{
    int shown = (int)(user->name.length < NAME_SHOWN_MAX ? user->name.length : NAME_SHOWN_MAX);

    ASSERT(denial->reason != ACCESS_GRANTED);
    if (denial->reason == ACCESS_KEY)
        snprintf(text, ACCESS_TEXT_MAX, "NOPERM No permissions to access a key");
    else if (denial->reason == ACCESS_CHANNEL)
        snprintf(text, ACCESS_TEXT_MAX, "NOPERM No permissions to access a channel");
    else
        snprintf(text, ACCESS_TEXT_MAX,
                 "NOPERM User %.*s has no permissions to run the '%s' command", shown,
                 user->name.data, command->name);
}
