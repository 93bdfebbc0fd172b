#include "server/access/user_describe.h"

#include "server/config/config_words.h"

static void add_separated(struct text_buffer *text, bool first, struct span word)
{
    if (!first)
        text_buffer_add(text, SPAN(" "));
    text_buffer_add(text, word);
}

void user_describe_commands(const struct selector *selector, struct text_buffer *text)
{
    text_buffer_add(text, selector->future_commands ? SPAN("+@all") : SPAN("-@all"));
    for (uint32_t i = 0; i < selector->rule_count; i++) {
        text_buffer_add(text, selector->rules[i].allows ? SPAN(" +") : SPAN(" -"));
        text_buffer_add(text, selector->rules[i].name);
    }
}

/* "~*" would mean all keys, which bears no pattern behind it. */
static struct span key_sign(const struct selector_key *key)
{
    if (key->permissions == SELECTOR_READ)
        return SPAN("%R~");
    if (key->permissions == SELECTOR_WRITE)
        return SPAN("%W~");
    return span_is(key->pattern, "*") ? SPAN("%RW~") : SPAN("~");
}

void user_describe_keys(const struct selector *selector, struct text_buffer *text)
{
    if (selector->all_keys)
        text_buffer_add(text, SPAN("~*"));
    for (uint32_t i = 0; i < selector->key_count; i++) {
        add_separated(text, i == 0, key_sign(&selector->keys[i]));
        text_buffer_add(text, selector->keys[i].pattern);
    }
}

void user_describe_channels(const struct selector *selector, struct text_buffer *text)
{
    if (selector->all_channels)
        text_buffer_add(text, SPAN("&*"));
    for (uint32_t i = 0; i < selector->channel_count; i++) {
        add_separated(text, i == 0, SPAN("&"));
        text_buffer_add(text, selector->channels[i]);
    }
}

static void describe_selector(const struct selector *selector, struct text_buffer *text)
{
    if (selector->all_keys || selector->key_count > 0) {
        user_describe_keys(selector, text);
        text_buffer_add(text, SPAN(" "));
    }
    if (!selector->all_channels)
        text_buffer_add(text, SPAN("resetchannels "));
    if (selector->all_channels || selector->channel_count > 0) {
        user_describe_channels(selector, text);
        text_buffer_add(text, SPAN(" "));
    }
    user_describe_commands(selector, text);
}

/* Between parentheses quotes mean something: words that have some are quoted. */
static void describe_words(const struct selector *selector, struct text_buffer *text)
{
    struct text_buffer plain = {0};
    struct config_words words;

    describe_selector(selector, &plain);
    config_words_split_at_spaces(&words, text_buffer_span(&plain));
    for (uint32_t i = 0; i < words.count; i++) {
        struct span word = words.items[i];

        if (i > 0)
            text_buffer_add(text, SPAN(" "));
        if (memchr(word.data, '"', word.length) != NULL ||
            memchr(word.data, '\'', word.length) != NULL)
            config_words_quote(text, word);
        else
            text_buffer_add(text, word);
    }
    config_words_free(&words);
    text_buffer_free(&plain);
}

void user_describe(const struct user *user, struct text_buffer *text)
{
    text_buffer_add(text, SPAN("user "));
    text_buffer_add(text, user->name);
    text_buffer_add(text, user->enabled ? SPAN(" on ") : SPAN(" off "));
    if (user->no_password)
        text_buffer_add(text, SPAN("nopass "));
    if (user->sanitize == USER_SANITIZE)
        text_buffer_add(text, SPAN("sanitize-payload "));
    else if (user->sanitize == USER_SANITIZE_SKIP)
        text_buffer_add(text, SPAN("skip-sanitize-payload "));
    for (uint32_t i = 0; i < user->password_count; i++) {
        char letters[PASSWORD_LETTERS];

        password_format(&user->passwords[i], letters);
        text_buffer_add(text, SPAN("#"));
        text_buffer_add(text, span_of(letters, sizeof(letters)));
        text_buffer_add(text, SPAN(" "));
    }
    describe_selector(&user->selectors[0], text);
    for (uint32_t i = 1; i < user->selector_count; i++) {
        text_buffer_add(text, SPAN(" ("));
        describe_words(&user->selectors[i], text);
        text_buffer_add(text, SPAN(")"));
    }
}
