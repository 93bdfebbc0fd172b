#include "server/access/user_rule.h"

#include "proto/base/assert.h"
#include "proto/base/memory.h"
#include "server/config/config_words.h"

#include <stdio.h>

static const char *const error_texts[] = {
    [RULE_IS_GOOD] = "",
    [RULE_SYNTAX] = "Syntax error",
    [RULE_UNKNOWN_COMMAND] = "Unknown command or category name in ACL",
    [RULE_BEHIND_ALL_KEYS] =
        "Adding a pattern after the * pattern (or the 'allkeys' flag) is not valid and does not "
        "have any effect. Try 'resetkeys' to start with an empty list of patterns",
    [RULE_BEHIND_ALL_CHANNELS] =
        "Adding a pattern after the * pattern (or the 'allchannels' flag) is not valid and does "
        "not have any effect. Try 'resetchannels' to start with an empty list of channels",
    [RULE_NO_SUCH_PASSWORD] = "The password you are trying to remove from the user does not exist",
    [RULE_BAD_HASH] = "The password hash must be exactly 64 characters and contain only lowercase "
                      "hexadecimal characters",
    [RULE_ARGUMENT_OF_SUBCOMMAND] = "Allowing first-arg of a subcommand is not supported",
    [RULE_TOO_MANY] = "Too many patterns, rules and passwords for one user",
    [RULE_UNMATCHED_PARENTHESIS] = "Unmatched parenthesis in acl selector",
};

const char *user_rule_error_text(enum user_rule_error error)
{
    ASSERT(error < sizeof(error_texts) / sizeof(error_texts[0]));
    return error_texts[error];
}

void user_rule_failure_text(const struct user_rule_failure *failure, char text[ACCESS_TEXT_MAX])
{
    if (failure->error == RULE_UNMATCHED_PARENTHESIS)
        snprintf(text, ACCESS_TEXT_MAX, "Unmatched parenthesis in acl selector starting at '%s'.",
                 failure->rule);
    else
        snprintf(text, ACCESS_TEXT_MAX, "Error in ACL SETUSER modifier '%s': %s", failure->rule,
                 user_rule_error_text(failure->error));
}

static bool has_blanks(struct span text)
{
    for (size_t i = 0; i < text.length; i++)
        if (text.data[i] == ' ' || text.data[i] == '\0' ||
            (text.data[i] >= '\t' && text.data[i] <= '\r'))
            return true;
    return false;
}

bool user_rule_is_name(struct span name)
{
    return !has_blanks(name);
}

static struct span behind(struct span text, size_t count)
{
    ASSERT(count <= text.length);
    return span_of(text.data + count, text.length - count);
}

/* ---- Rules of a selector ---- */

static enum user_rule_error apply_category(struct selector *selector, struct span rule)
{
    struct span name = behind(rule, 2);
    bool allows = rule.data[0] == '+';

    for (uint32_t i = 0; i < command_category_count; i++) {
        if (!span_equal_ignoring_case(name, span_of_string(command_category_names[i])))
            continue;
        selector_note_rule(selector, behind(rule, 1), allows);
        selector_set_category(selector, 1u << i, allows);
        return RULE_IS_GOOD;
    }
    return RULE_UNKNOWN_COMMAND;
}

static enum user_rule_error apply_command(struct selector *selector, struct span name, bool allows)
{
    const struct command *command = command_find_by_name(name);

    if (command == NULL)
        return RULE_UNKNOWN_COMMAND;
    selector_set_command(selector, command, allows);
    selector_note_rule(selector, span_of_string(command->name), allows);
    return RULE_IS_GOOD;
}

/* "+config|get", and "+select|0", which allows a first argument. */
static enum user_rule_error apply_part(struct selector *selector, struct span name)
{
    const char *bar = memrchr(name.data, '|', name.length);
    size_t prefix = (size_t)(bar - name.data);
    const struct command *command = command_find_by_name(span_of(name.data, prefix));
    struct span part = behind(name, prefix + 1);

    if (command == NULL)
        return RULE_UNKNOWN_COMMAND;
    if (memchr(name.data, '|', prefix) != NULL)
        return RULE_ARGUMENT_OF_SUBCOMMAND;
    if (part.length == 0 || has_blanks(part))
        return RULE_SYNTAX;
    if (command->subcommand_count > 0)
        return apply_command(selector, name, true);
    selector_add_first_argument(selector, command, part);
    selector_note_rule(selector, name, true);
    return RULE_IS_GOOD;
}

static enum user_rule_error apply_key(struct selector *selector, struct span rule)
{
    uint32_t permissions = 0;
    size_t at = 1;

    if (selector->all_keys)
        return RULE_BEHIND_ALL_KEYS;
    if (rule.data[0] == '~')
        permissions = SELECTOR_READ_WRITE;
    for (; rule.data[0] == '%' && at < rule.length && rule.data[at] != '~'; at++) {
        char letter = rule.data[at];
        uint32_t permission = letter == 'r' || letter == 'R'   ? SELECTOR_READ
                              : letter == 'w' || letter == 'W' ? SELECTOR_WRITE
                                                               : 0;

        if (permission == 0 || (permissions & permission))
            return RULE_SYNTAX;
        permissions |= permission;
    }
    if (permissions == 0)
        return RULE_SYNTAX;
    /* A '~' that is left out stands for the empty pattern. */
    if (rule.data[0] == '%' && at < rule.length)
        at++;
    if (has_blanks(behind(rule, at)))
        return RULE_SYNTAX;
    selector_add_key(selector, behind(rule, at), permissions);
    return RULE_IS_GOOD;
}

static enum user_rule_error apply_channel(struct selector *selector, struct span rule)
{
    if (selector->all_channels)
        return RULE_BEHIND_ALL_CHANNELS;
    if (has_blanks(rule))
        return RULE_SYNTAX;
    selector_add_channel(selector, behind(rule, 1));
    return RULE_IS_GOOD;
}

/* Rules that are words. */
static bool apply_word(struct selector *selector, struct span rule)
{
    if (span_is(rule, "allkeys") || span_is(rule, "~*"))
        selector_set_all_keys(selector, true);
    else if (span_is(rule, "resetkeys"))
        selector_set_all_keys(selector, false);
    else if (span_is(rule, "allchannels") || span_is(rule, "&*"))
        selector_set_all_channels(selector, true);
    else if (span_is(rule, "resetchannels"))
        selector_set_all_channels(selector, false);
    else if (span_is(rule, "allcommands") || span_is(rule, "+@all"))
        selector_set_all_commands(selector, true);
    else if (span_is(rule, "nocommands") || span_is(rule, "-@all"))
        selector_set_all_commands(selector, false);
    else
        return false;
    return true;
}

static enum user_rule_error apply_to_selector(struct selector *selector, struct span rule)
{
    char sign = rule.length > 0 ? rule.data[0] : '\0';

    if (rule.length == 0 || apply_word(selector, rule))
        return RULE_IS_GOOD;
    if (sign == '~' || sign == '%')
        return apply_key(selector, rule);
    if (sign == '&')
        return apply_channel(selector, rule);
    if (sign != '+' && sign != '-')
        return RULE_SYNTAX;
    if (rule.length > 1 && rule.data[1] == '@')
        return apply_category(selector, rule);
    if (sign == '+' && memchr(rule.data, '|', rule.length) != NULL)
        return apply_part(selector, behind(rule, 1));
    return apply_command(selector, behind(rule, 1), sign == '+');
}

/* ---- Rules of a user ---- */

static uint32_t items_of(const struct user *user)
{
    uint32_t items = user->password_count + user->selector_count;

    for (uint32_t i = 0; i < user->selector_count; i++)
        items += selector_items(&user->selectors[i]);
    return items;
}

static void drop_passwords(struct user *user)
{
    memory_free(user->passwords);
    user->passwords = NULL;
    user->password_count = 0;
}

static uint32_t find_password(const struct user *user, const struct password *password)
{
    for (uint32_t i = 0; i < user->password_count; i++)
        if (password_equal(&user->passwords[i], password))
            return i;
    return user->password_count;
}

/* ">password", "#hash", "<password", "!hash". */
static enum user_rule_error apply_password(struct user *user, struct span rule)
{
    struct password password;
    uint32_t place;

    if (rule.data[0] == '>' || rule.data[0] == '<')
        password = password_hash(behind(rule, 1));
    else if (!password_parse(behind(rule, 1), &password))
        return RULE_BAD_HASH;
    place = find_password(user, &password);
    if (rule.data[0] == '<' || rule.data[0] == '!') {
        if (place == user->password_count)
            return RULE_NO_SUCH_PASSWORD;
        user->password_count--;
        memmove(&user->passwords[place], &user->passwords[place + 1],
                (user->password_count - place) * sizeof(password));
        return RULE_IS_GOOD;
    }
    user->no_password = false;
    if (place < user->password_count)
        return RULE_IS_GOOD;
    user->passwords =
        memory_resize(user->passwords, ((size_t)user->password_count + 1) * sizeof(password));
    user->passwords[user->password_count++] = password;
    return RULE_IS_GOOD;
}

static struct selector *add_selector(struct user *user, bool all_channels)
{
    user->selectors = memory_resize(user->selectors,
                                    ((size_t)user->selector_count + 1) * sizeof(*user->selectors));
    selector_init(&user->selectors[user->selector_count], all_channels);
    return &user->selectors[user->selector_count++];
}

static void drop_selectors(struct user *user)
{
    while (user->selector_count > 1)
        selector_free(&user->selectors[--user->selector_count]);
}

/* "( ... )": what is between the parentheses are rules again. */
static bool ends_selector(struct span word)
{
    return word.length > 0 && word.data[word.length - 1] == ')';
}

static enum user_rule_error apply_selector(struct user *user, struct span rule, bool all_channels)
{
    struct config_words words;
    struct selector *selector;
    enum user_rule_error error = RULE_IS_GOOD;

    if (!config_words_split(&words, span_of(rule.data + 1, rule.length - 2)))
        return RULE_SYNTAX;
    selector = add_selector(user, all_channels);
    for (uint32_t i = 0; i < words.count && error == RULE_IS_GOOD; i++) {
        /* Written down, it would seem to be the last one. */
        error = ends_selector(words.items[i]) ? RULE_SYNTAX
                                              : apply_to_selector(selector, words.items[i]);
        if (error == RULE_IS_GOOD && items_of(user) > SELECTOR_ITEMS_MAX)
            error = RULE_TOO_MANY;
    }
    config_words_free(&words);
    return error;
}

static void reset(struct user *user, bool all_channels)
{
    struct selector *root = &user->selectors[0];

    user->enabled = user->no_password = false;
    user->sanitize = USER_SANITIZE;
    drop_passwords(user);
    drop_selectors(user);
    selector_set_all_keys(root, false);
    selector_set_all_channels(root, all_channels);
    selector_set_all_commands(root, false);
}

static bool apply_user_word(struct user *user, struct span rule, bool all_channels)
{
    if (span_is(rule, "on") || span_is(rule, "off")) {
        user->enabled = span_is(rule, "on");
    } else if (span_is(rule, "nopass") || span_is(rule, "resetpass")) {
        user->no_password = span_is(rule, "nopass");
        drop_passwords(user);
    } else if (span_is(rule, "sanitize-payload")) {
        user->sanitize = USER_SANITIZE;
    } else if (span_is(rule, "skip-sanitize-payload")) {
        user->sanitize = USER_SANITIZE_SKIP;
    } else if (span_is(rule, "clearselectors")) {
        drop_selectors(user);
    } else if (span_is(rule, "reset")) {
        reset(user, all_channels);
    } else {
        return false;
    }
    return true;
}

enum user_rule_error user_rule_apply(struct user *user, struct span rule, bool all_channels)
{
    enum user_rule_error error;

    if (rule.length == 0 || apply_user_word(user, rule, all_channels))
        return RULE_IS_GOOD;
    if (memchr("><#!", rule.data[0], 4) != NULL)
        error = apply_password(user, rule);
    else if (rule.length > 1 && rule.data[0] == '(' && rule.data[rule.length - 1] == ')')
        error = apply_selector(user, rule, all_channels);
    else
        error = apply_to_selector(&user->selectors[0], rule);
    if (error == RULE_IS_GOOD && items_of(user) > SELECTOR_ITEMS_MAX)
        error = RULE_TOO_MANY;
    return error;
}

/* ---- Lines ---- */

static bool fail(struct user_rule_failure *failure, enum user_rule_error error, struct span rule)
{
    size_t length = rule.length < RULE_SHOWN_MAX - 1 ? rule.length : RULE_SHOWN_MAX - 1;

    failure->error = error;
    if (length > 0)
        memcpy(failure->rule, rule.data, length);
    failure->rule[length] = '\0';
    return false;
}

/* Puts the words of a selector together; *index is at its last word then. */
static bool join_selector(const struct span *rules, uint32_t count, uint32_t *index,
                          struct text_buffer *joined)
{
    text_buffer_clear(joined);
    text_buffer_add(joined, rules[*index]);
    while (++*index < count) {
        text_buffer_add(joined, SPAN(" "));
        text_buffer_add(joined, rules[*index]);
        if (ends_selector(rules[*index]))
            return true;
    }
    return false;
}

bool user_rule_apply_all(struct user *user, const struct span *rules, uint32_t count,
                         bool all_channels, struct user_rule_failure *failure)
{
    struct text_buffer joined = {0};
    bool good = true;

    *failure = (struct user_rule_failure){0};
    for (uint32_t i = 0; i < count && good; i++) {
        struct span rule = rules[i];
        uint32_t first = i;
        enum user_rule_error error;

        if (rule.length > 0 && rule.data[0] == '(' && !ends_selector(rule)) {
            good = join_selector(rules, count, &i, &joined);
            if (!good) {
                fail(failure, RULE_UNMATCHED_PARENTHESIS, rules[first]);
                break;
            }
            rule = text_buffer_span(&joined);
        }
        error = user_rule_apply(user, rule, all_channels);
        good = error == RULE_IS_GOOD || fail(failure, error, rule);
    }
    text_buffer_free(&joined);
    user_settle(user);
    return good;
}
