#include "server/access/users.h"

#include "proto/base/assert.h"
#include "proto/base/memory.h"
#include "server/access/user_rule.h"

#include <stdlib.h>

static struct users *create(uint32_t capacity)
{
    struct users *users = memory_new(sizeof(*users) + capacity * sizeof(users->items[0]));

    *users = (struct users){0};
    return users;
}

static void add(struct users *users, const struct user *user)
{
    users->items[users->count++] = user;
    if (span_equal(user->name, SPAN("default")))
        users->default_user = user;
}

static void set_password(struct user *user, struct span password)
{
    enum user_rule_error error;
    struct text_buffer rule = {0};

    text_buffer_add(&rule, SPAN(">"));
    text_buffer_add(&rule, password);
    error = user_rule_apply(user, SPAN("resetpass"), false);
    ASSERT(error == RULE_IS_GOOD);
    error = user_rule_apply(user, password.length > 0 ? text_buffer_span(&rule) : SPAN("nopass"),
                            false);
    ASSERT(error == RULE_IS_GOOD);
    text_buffer_free(&rule);
}

struct users *users_create(struct span password)
{
    const struct span rules[] = {SPAN("+@all"), SPAN("~*"), SPAN("&*"), SPAN("on")};
    struct user *user = user_create(SPAN("default"), false);
    struct users *users = create(1);
    struct user_rule_failure failure;
    bool good = user_rule_apply_all(user, rules, 4, false, &failure);

    ASSERT(good);
    set_password(user, password);
    add(users, user);
    return users;
}

static int compare(struct span a, struct span b)
{
    size_t shorter = a.length < b.length ? a.length : b.length;
    int order = shorter > 0 ? memcmp(a.data, b.data, shorter) : 0;

    return order != 0 ? order : (a.length > b.length) - (a.length < b.length);
}

/* Where the name is, or would be. */
static uint32_t place_of(const struct users *users, struct span name, bool *found)
{
    uint32_t low = 0;
    uint32_t high = users->count;

    *found = false;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        int order = compare(name, users->items[middle]->name);

        if (order == 0) {
            *found = true;
            return middle;
        }
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}

static int compare_users(const void *left, const void *right)
{
    const struct user *const *a = left;
    const struct user *const *b = right;

    return compare((*a)->name, (*b)->name);
}

struct users *users_of(struct user **list, uint32_t count)
{
    struct users *users = create(count);

    ASSERT(count > 0);
    qsort(list, count, sizeof(*list), compare_users);
    for (uint32_t i = 0; i < count; i++) {
        ASSERT(i == 0 || compare(list[i - 1]->name, list[i]->name) < 0);
        add(users, list[i]);
    }
    ASSERT(users->default_user != NULL);
    return users;
}

struct users *users_with(const struct users *users, struct user *user)
{
    bool found;
    uint32_t place = place_of(users, user->name, &found);
    struct users *changed = create(users->count + 1);

    for (uint32_t i = 0; i < place; i++)
        add(changed, user_hold(users->items[i]));
    add(changed, user);
    for (uint32_t i = place + found; i < users->count; i++)
        add(changed, user_hold(users->items[i]));
    ASSERT(changed->default_user != NULL);
    return changed;
}

struct users *users_without(const struct users *users, const struct span *names, uint32_t count,
                            uint32_t *removed)
{
    struct users *changed = create(users->count);
    bool *goes = memory_new_zeroed(users->count, sizeof(*goes));

    for (uint32_t i = 0; i < count; i++) {
        bool found;
        uint32_t place = place_of(users, names[i], &found);

        if (found && users->items[place] != users->default_user)
            goes[place] = true;
    }
    for (uint32_t i = 0; i < users->count; i++)
        if (!goes[i])
            add(changed, user_hold(users->items[i]));
    *removed = users->count - changed->count;
    memory_free(goes);
    ASSERT(changed->default_user != NULL);
    return changed;
}

struct users *users_with_password(const struct users *users, struct span password)
{
    struct user *user = user_copy(users->default_user);

    set_password(user, password);
    return users_with(users, user);
}

void users_free(struct users *users)
{
    if (users == NULL)
        return;
    for (uint32_t i = 0; i < users->count; i++)
        user_release(users->items[i]);
    memory_free(users);
}

const struct user *users_find(const struct users *users, struct span name)
{
    bool found;
    uint32_t place = place_of(users, name, &found);

    return found ? users->items[place] : NULL;
}

const struct user *users_login(const struct users *users, struct span name, struct span password)
{
    const struct user *user = users_find(users, name);
    struct password hash = password_hash(password);
    bool good = false;

    if (user == NULL || !user->enabled)
        return NULL;
    for (uint32_t i = 0; i < user->password_count; i++)
        good |= password_equal(&user->passwords[i], &hash);
    return user->no_password || good ? user : NULL;
}
