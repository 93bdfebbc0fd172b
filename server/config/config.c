#include "server/config/config.h"

#include "proto/base/assert.h"
#include "proto/base/glob.h"
#include "proto/base/memory.h"
#include "server/config/config_words.h"
#include "server/config/directive.h"

#include <stdio.h>

/* Names in error texts are cut here, so that no client makes an error long. */
enum { NAME_SHOWN_MAX = 128 };

struct config *config_create(void)
{
    struct config *config = memory_new_zeroed(1, sizeof(*config));

    for (uint32_t index = 0; index < directive_count; index++)
        directive_set_initial(&directives[index], config);
    return config;
}

struct config *config_copy(const struct config *config)
{
    struct config *copy = memory_new_zeroed(1, sizeof(*copy));

    ASSERT(config != NULL);
    for (uint32_t index = 0; index < directive_count; index++)
        directive_copy(&directives[index], copy, config);
    copy->memory_allowed = config->memory_allowed;
    return copy;
}

void config_free(struct config *config)
{
    if (config == NULL)
        return;
    for (uint32_t index = 0; index < directive_count; index++)
        directive_clear(&directives[index], config);
    memory_free(config);
}

bool config_equal(const struct config *a, const struct config *b)
{
    for (uint32_t index = 0; index < directive_count; index++) {
        if (directives[index].kind != DIRECTIVE_KIND_SECTION &&
            !directive_equal(&directives[index], a, b))
            return false;
    }
    return true;
}

bool config_uses_tls(const struct config *config)
{
    return config->tls_port != 0 || config->tls_cluster || config->tls_replication;
}

uint32_t config_share(uint64_t value)
{
    uint64_t below = UINT64_MAX - value;

    return below <= 100 ? (uint32_t)below : 0;
}

uint64_t config_maxmemory(const struct config *config)
{
    uint32_t percent = config_share(config->maxmemory);

    if (percent == 0)
        return config->maxmemory;
    ASSERT(config->memory_allowed > 0);
    return (uint64_t)((double)config->memory_allowed * percent / 100);
}

int64_t config_bus_port(const struct config *config)
{
    if (config->cluster_port != 0)
        return config->cluster_port;
    return (config->port != 0 ? config->port : config->tls_port) + 10000;
}

static int shown(struct span name)
{
    return (int)(name.length < NAME_SHOWN_MAX ? name.length : NAME_SHOWN_MAX);
}

/* NULL, or the error. */
static const char *set_from_text(const struct directive *directive, struct config *config,
                                 struct span value, char *room)
{
    struct config_words words = {0};
    struct span word = value.length == 0 ? SPAN("") : value;
    const char *error = NULL;

    if ((directive->flags & CONFIG_MULTIPLE) == 0)
        return directive_set(directive, config, &word, 1, false, room);
    config_words_split_at_spaces(&words, word);
    error = directive_set(directive, config, words.items, words.count, false, room);
    config_words_free(&words);
    return error;
}

bool config_set(struct config *config, struct span name, struct span value,
                struct config_error *error)
{
    const struct directive *directive = directive_find(name, NULL);
    char room[CONFIG_ERROR_MAX];
    const char *text = "Bad directive or wrong number of arguments";

    error->line = 0;
    if (directive != NULL)
        text = set_from_text(directive, config, value, room);
    if (text == NULL)
        return true;
    snprintf(error->text, sizeof(error->text), "%s", text);
    return false;
}

static void change_error(struct config_error *error, struct span name, const char *text)
{
    error->line = 0;
    snprintf(error->text, sizeof(error->text),
             "ERR CONFIG SET failed (possibly related to argument '%.*s') - %s", shown(name),
             name.data, text);
}

/* Whatever can be refused before any value is looked at. The first pair that is wrong is named. */
static bool change_allowed(const struct span *pairs, uint32_t count, bool protected_allowed,
                           struct config_error *error)
{
    for (uint32_t index = 0; index < count; index += 2) {
        struct span name = pairs[index];
        const struct directive *directive = directive_find(name, NULL);

        if (directive == NULL || (directive->flags & CONFIG_FILE_ONLY) != 0) {
            error->line = 0;
            snprintf(error->text, sizeof(error->text),
                     "ERR Unknown option or number of arguments for CONFIG SET - '%.*s'",
                     shown(name), name.data);
            return false;
        }
        if ((directive->flags & (CONFIG_IMMUTABLE | CONFIG_RESTATABLE)) == CONFIG_IMMUTABLE) {
            change_error(error, name, "can't set immutable config");
            return false;
        }
        if ((directive->flags & CONFIG_PROTECTED) != 0 && !protected_allowed) {
            change_error(error, name, "can't set protected config");
            return false;
        }
        for (uint32_t other = 0; other < index; other += 2) {
            if (span_equal_ignoring_case(pairs[other], name)) {
                change_error(error, name, "duplicate parameter");
                return false;
            }
        }
        /* No name comes twice, so this ends after as many pairs as there are names. */
        ASSERT(index / 2 < 2 * directive_count);
    }
    return true;
}

struct config *config_change(const struct config *current, const struct span *pairs, uint32_t count,
                             bool protected_allowed, struct config_error *error)
{
    struct config *changed = NULL;

    ASSERT(count > 0);
    ASSERT(count % 2 == 0);
    if (!change_allowed(pairs, count, protected_allowed, error))
        return NULL;
    changed = config_copy(current);
    for (uint32_t index = 0; index < count; index += 2) {
        const char *spelling = NULL;
        const struct directive *directive = directive_find(pairs[index], &spelling);
        char room[CONFIG_ERROR_MAX];
        const char *text = set_from_text(directive, changed, pairs[index + 1], room);

        if (text == NULL && (directive->flags & CONFIG_IMMUTABLE) != 0 &&
            !directive_equal(directive, changed, current))
            text = "can't set immutable config";
        if (text != NULL) {
            change_error(error, span_of_string(spelling), text);
            config_free(changed);
            return NULL;
        }
    }
    return changed;
}

static bool has_wildcard(struct span pattern)
{
    for (size_t index = 0; index < pattern.length; index++) {
        char byte = pattern.data[index];

        if (byte == '*' || byte == '?' || byte == '[')
            return true;
    }
    return false;
}

/* The name under which it is shown, when one of the patterns asks for it. */
static bool is_asked_for(const char *name, bool hidden, const struct span *patterns, uint32_t count,
                         struct span *as)
{
    struct span text = span_of_string(name);

    for (uint32_t index = 0; index < count; index++) {
        bool wildcard = has_wildcard(patterns[index]);

        if (!wildcard && span_equal_ignoring_case(patterns[index], text)) {
            *as = patterns[index];
            return true;
        }
        if (wildcard && !hidden && glob_match(patterns[index], text, true)) {
            *as = text;
            return true;
        }
    }
    return false;
}

void config_get(const struct config *config, const struct span *patterns, uint32_t count,
                config_visitor *visit, void *context)
{
    struct text_buffer value = {0};

    for (uint32_t index = 0; index < directive_count; index++) {
        const struct directive *directive = &directives[index];
        const char *const names[] = {directive->name, directive->alias};
        bool hidden = (directive->flags & CONFIG_HIDDEN) != 0;

        if (directive->kind == DIRECTIVE_KIND_SECTION || (directive->flags & CONFIG_FILE_ONLY) != 0)
            continue;
        for (uint32_t which = 0; which < 2; which++) {
            struct span name;

            if (names[which] == NULL || !is_asked_for(names[which], hidden, patterns, count, &name))
                continue;
            text_buffer_clear(&value);
            directive_format(directive, config, &value);
            visit(context, name, value.length == 0 ? SPAN("") : text_buffer_span(&value));
        }
    }
    text_buffer_free(&value);
}

bool config_flags(struct span name, uint32_t *flags)
{
    const struct directive *directive = directive_find(name, NULL);

    if (directive == NULL)
        return false;
    *flags = directive->flags;
    return true;
}
