#include "server/access/users_file.h"

#include "proto/base/assert.h"
#include "proto/base/memory.h"
#include "server/access/user_describe.h"
#include "server/access/user_rule.h"
#include "server/config/config_words.h"
#include "server/config/whole_file.h"

#include <errno.h>
#include <stdlib.h>

enum {
    FILE_BYTES_MAX = 256 * 1024 * 1024,
    FILE_MODE = 0600,
    /* More of what is wrong helps nobody. */
    ERRORS_BYTES_MAX = 4096,
};

/* ---- Lines ---- */

struct loading {
    const char *path;
    bool all_channels;
    struct text_buffer *errors;
    bool failed;
    struct user **users;
    uint32_t *lines; /* of users, for what is said of them */
    uint32_t count;
    uint32_t capacity;
};

static bool all_channels(const struct config *config)
{
    return config->acl_pubsub_default == PUBSUB_DEFAULT_ALLCHANNELS;
}

/* False when enough has been said. */
static bool fail(struct loading *loading)
{
    loading->failed = true;
    return loading->errors->length < ERRORS_BYTES_MAX;
}

static int shown(struct span text)
{
    return (int)(text.length < 128 ? text.length : 128);
}

static struct user *add_user(struct loading *loading, struct span name, uint32_t line)
{
    if (loading->count == loading->capacity) {
        loading->capacity = loading->capacity == 0 ? 16 : loading->capacity * 2;
        loading->users = memory_resize(loading->users, loading->capacity * sizeof(*loading->users));
        loading->lines = memory_resize(loading->lines, loading->capacity * sizeof(*loading->lines));
    }
    loading->users[loading->count] = user_create(name, loading->all_channels);
    loading->lines[loading->count] = line;
    return loading->users[loading->count++];
}

static struct span trimmed(struct span text, const char *letters)
{
    while (text.length > 0 && strchr(letters, text.data[0]) != NULL)
        text = span_of(text.data + 1, text.length - 1);
    while (text.length > 0 && strchr(letters, text.data[text.length - 1]) != NULL)
        text.length--;
    return text;
}

static void say_rule_failure(struct loading *loading, uint32_t line,
                             const struct user_rule_failure *failure)
{
    if (failure->error == RULE_UNMATCHED_PARENTHESIS)
        text_buffer_add_format(loading->errors,
                               "%s:%u: Unmatched parenthesis in selector definition. ",
                               loading->path, line);
    else if (failure->error == RULE_UNKNOWN_COMMAND)
        text_buffer_add_format(loading->errors, "%s:%u: Error in applying operation '%s': %s. ",
                               loading->path, line, failure->rule,
                               user_rule_error_text(failure->error));
    else
        text_buffer_add_format(loading->errors, "%s:%u: %s. ", loading->path, line,
                               user_rule_error_text(failure->error));
}

static bool load_user(struct loading *loading, struct span name, struct span *rules, uint32_t count,
                      uint32_t line)
{
    struct user_rule_failure failure;

    if (!user_rule_is_name(name) || name.length == 0) {
        text_buffer_add_format(loading->errors,
                               "'%s:%u: username '%.*s' contains invalid characters. ",
                               loading->path, line, shown(name), name.data);
        return fail(loading);
    }
    for (uint32_t i = 0; i < count; i++)
        rules[i] = trimmed(rules[i], "\t\r\n");
    if (user_rule_apply_all(add_user(loading, name, line), rules, count, loading->all_channels,
                            &failure))
        return true;
    say_rule_failure(loading, line, &failure);
    return fail(loading);
}

static bool load_line(struct loading *loading, struct span text, uint32_t line)
{
    struct config_words words;
    bool more;

    text = trimmed(text, " \t\r\n");
    if (text.length == 0)
        return true;
    config_words_split_at_spaces(&words, text);
    if (words.count < 2 || !span_equal(words.items[0], SPAN("user"))) {
        text_buffer_add_format(loading->errors,
                               "%s:%u should start with user keyword followed by the username. ",
                               loading->path, line);
        more = fail(loading);
    } else {
        more = load_user(loading, words.items[1], words.items + 2, words.count - 2, line);
    }
    config_words_free(&words);
    return more;
}

/* ---- All of it ---- */

struct place {
    const struct user *user;
    uint32_t line;
};

static int compare_places(const void *left, const void *right)
{
    const struct place *a = left;
    const struct place *b = right;
    size_t shorter =
        a->user->name.length < b->user->name.length ? a->user->name.length : b->user->name.length;
    int order = memcmp(a->user->name.data, b->user->name.data, shorter);

    if (order != 0)
        return order;
    if (a->user->name.length != b->user->name.length)
        return a->user->name.length < b->user->name.length ? -1 : 1;
    return (a->line > b->line) - (a->line < b->line);
}

static void find_duplicates(struct loading *loading)
{
    struct place *places = memory_new((loading->count + 1) * sizeof(*places));

    for (uint32_t i = 0; i < loading->count; i++)
        places[i] = (struct place){loading->users[i], loading->lines[i]};
    qsort(places, loading->count, sizeof(*places), compare_places);
    for (uint32_t i = 1; i < loading->count; i++) {
        struct span name = places[i].user->name;

        if (!span_equal(name, places[i - 1].user->name))
            continue;
        text_buffer_add_format(loading->errors, "WARNING: Duplicate user '%.*s' found on line %u. ",
                               shown(name), name.data, places[i].line);
        if (!fail(loading))
            break;
    }
    memory_free(places);
}

static void add_default(struct loading *loading, const struct config *config)
{
    struct users *initial;

    for (uint32_t i = 0; i < loading->count; i++)
        if (span_equal(loading->users[i]->name, SPAN("default")))
            return;
    initial = users_create(config_password_span(&config->requirepass));
    user_release(add_user(loading, SPAN("default"), 0));
    loading->users[loading->count - 1] = user_hold(initial->default_user);
    users_free(initial);
}

static struct users *finish(struct loading *loading, const struct config *config)
{
    struct users *users = NULL;

    find_duplicates(loading);
    if (loading->failed) {
        for (uint32_t i = 0; i < loading->count; i++)
            user_release(loading->users[i]);
    } else {
        add_default(loading, config);
        users = users_of(loading->users, loading->count);
    }
    memory_free(loading->users);
    memory_free(loading->lines);
    return users;
}

struct users *users_file_parse(struct span text, const char *path, const struct config *config,
                               struct text_buffer *errors)
{
    struct loading loading = {.path = path, .all_channels = all_channels(config), .errors = errors};
    bool more = true;

    for (uint32_t line = 1; text.length > 0 && more; line++) {
        const char *newline = memchr(text.data, '\n', text.length);
        size_t length = newline == NULL ? text.length : (size_t)(newline - text.data);
        size_t used = newline == NULL ? length : length + 1;

        more = load_line(&loading, span_of(text.data, length), line);
        text = span_of(text.data + used, text.length - used);
    }
    return finish(&loading, config);
}

struct users *users_file_load(const struct config *config, struct text_buffer *errors)
{
    struct text_buffer text = {0};
    struct users *users = NULL;

    if (!whole_file_read(config->aclfile, FILE_BYTES_MAX, &text))
        text_buffer_add_format(errors, "Error loading ACLs, opening file '%s': %s", config->aclfile,
                               strerror(errno));
    else
        users = users_file_parse(text_buffer_span(&text), config->aclfile, config, errors);
    text_buffer_free(&text);
    return users;
}

bool users_file_save(const struct config *config, const struct users *users,
                     struct text_buffer *reason)
{
    struct text_buffer text = {0};
    bool saved;

    for (uint32_t i = 0; i < users->count; i++) {
        user_describe(users->items[i], &text);
        text_buffer_add(&text, SPAN("\n"));
    }
    saved = whole_file_replace(config->aclfile, text_buffer_span(&text), FILE_MODE);
    if (!saved)
        text_buffer_add_format(reason, "%s", strerror(errno));
    text_buffer_free(&text);
    return saved;
}

/* ---- The configuration ---- */

static bool load_directive(struct loading *loading, const char *item, uint32_t index)
{
    struct user_rule_failure failure;
    struct config_words words;
    struct user *user;
    char text[ACCESS_TEXT_MAX];
    bool good;

    good = config_words_split(&words, span_of_string(item)) && words.count > 0;
    ASSERT(good);
    if (!user_rule_is_name(words.items[0]) || words.items[0].length == 0) {
        text_buffer_add(loading->errors, SPAN("Spaces not allowed in ACL usernames. "));
        config_words_free(&words);
        return fail(loading);
    }
    user = add_user(loading, words.items[0], index);
    good = user_rule_apply_all(user, words.items + 1, words.count - 1, loading->all_channels,
                               &failure);
    if (!good) {
        user_rule_failure_text(&failure, text);
        text_buffer_add_format(loading->errors, "Error in user declaration '%.*s': %s. ",
                               shown(user->name), user->name.data, text);
        fail(loading);
    }
    config_words_free(&words);
    return good;
}

struct users *users_file_start(const struct config *config, struct text_buffer *errors)
{
    struct loading loading = {.path = "", .all_channels = all_channels(config), .errors = errors};
    bool more = true;

    if (config->aclfile[0] != '\0' && config->user.count > 0) {
        text_buffer_add(errors,
                        SPAN("users are defined both by 'user' directives and by 'aclfile': it "
                             "can be one of them only"));
        return NULL;
    }
    if (config->aclfile[0] != '\0')
        return users_file_load(config, errors);
    for (uint32_t i = 0; i < config->user.count && more; i++)
        more = load_directive(&loading, config->user.items[i], i + 1);
    return finish(&loading, config);
}

/* Is there but the default user, who is as requirepass alone makes it? */
static bool is_initial(const struct users *users, const struct config *config)
{
    struct users *initial = users_create(config_password_span(&config->requirepass));
    struct text_buffer now = {0};
    struct text_buffer then = {0};
    bool same;

    user_describe(users->default_user, &now);
    user_describe(initial->default_user, &then);
    same = users->count == 1 && span_equal(text_buffer_span(&now), text_buffer_span(&then));
    text_buffer_free(&now);
    text_buffer_free(&then);
    users_free(initial);
    return same;
}

void users_file_to_config(const struct users *users, struct config *config)
{
    struct config_users *list = &config->user;
    bool none = config->aclfile[0] != '\0' || is_initial(users, config);

    for (uint32_t i = 0; i < list->count; i++)
        memory_free(list->items[i]);
    list->items = memory_resize(list->items, (users->count + 1) * sizeof(list->items[0]));
    list->count = 0;
    for (uint32_t i = 0; i < users->count && !none; i++) {
        struct text_buffer text = {0};
        struct text_buffer line = {0};
        struct config_words words;

        user_describe(users->items[i], &text);
        config_words_split_at_spaces(&words, text_buffer_span(&text));
        /* Without the word "user", which is the directive's name. */
        config_words_join(&line, words.items + 1, words.count - 1);
        list->items[list->count++] = text_buffer_take(&line);
        config_words_free(&words);
        text_buffer_free(&text);
    }
}
