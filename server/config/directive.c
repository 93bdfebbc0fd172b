#include "server/config/directive.h"

#include "proto/base/assert.h"
#include "proto/base/memory.h"
#include "proto/base/number.h"
#include "server/config/config_check.h"
#include "server/config/config_words.h"
#include "server/config/memory_size.h"

#include <inttypes.h>
#include <stdio.h>

#define FIELD(name) .offset = offsetof(struct config, name)

const struct directive directives[] = {
#define DIRECTIVE_SECTION(title, text)                                                             \
    {.name = title, .kind = DIRECTIVE_KIND_SECTION, .explanation = text},
#define DIRECTIVE_BOOLEAN(field, title, other, first, bits, text)                                  \
    {.name = title,                                                                                \
     .alias = other,                                                                               \
     .kind = DIRECTIVE_KIND_BOOLEAN,                                                               \
     FIELD(field),                                                                                 \
     .initial = first,                                                                             \
     .flags = bits,                                                                                \
     .explanation = text},
#define DIRECTIVE_NUMBER(type, field, title, other, first, least, most, bits, text)                \
    {.name = title,                                                                                \
     .alias = other,                                                                               \
     .kind = type,                                                                                 \
     FIELD(field),                                                                                 \
     .initial = (uint64_t)(first),                                                                 \
     .low = least,                                                                                 \
     .high = most,                                                                                 \
     .flags = bits,                                                                                \
     .explanation = text},
#define DIRECTIVE_INTEGER(...)        DIRECTIVE_NUMBER(DIRECTIVE_KIND_INTEGER, __VA_ARGS__)
#define DIRECTIVE_OCTAL(...)          DIRECTIVE_NUMBER(DIRECTIVE_KIND_OCTAL, __VA_ARGS__)
#define DIRECTIVE_MEMORY(...)         DIRECTIVE_NUMBER(DIRECTIVE_KIND_MEMORY, __VA_ARGS__)
#define DIRECTIVE_MEMORY_PERCENT(...) DIRECTIVE_NUMBER(DIRECTIVE_KIND_MEMORY_PERCENT, __VA_ARGS__)
#define DIRECTIVE_MEMORY_SHARE(...)   DIRECTIVE_NUMBER(DIRECTIVE_KIND_MEMORY_SHARE, __VA_ARGS__)
#define DIRECTIVE_TEXT(field, title, other, first, bits, text)                                     \
    {.name = title,                                                                                \
     .alias = other,                                                                               \
     .kind = DIRECTIVE_KIND_TEXT,                                                                  \
     FIELD(field),                                                                                 \
     .initial_text = first,                                                                        \
     .flags = bits,                                                                                \
     .explanation = text},
#define DIRECTIVE_WORDS(type, field, title, other, words, first, bits, text)                       \
    {.name = title,                                                                                \
     .alias = other,                                                                               \
     .kind = type,                                                                                 \
     FIELD(field),                                                                                 \
     .choices = words##_choices,                                                                   \
     .initial = first,                                                                             \
     .flags = bits,                                                                                \
     .explanation = text},
#define DIRECTIVE_CHOICE(...) DIRECTIVE_WORDS(DIRECTIVE_KIND_CHOICE, __VA_ARGS__)
#define DIRECTIVE_BITS(...)   DIRECTIVE_WORDS(DIRECTIVE_KIND_BITS, __VA_ARGS__)
#define DIRECTIVE_STRUCTURE(field, title, other, type, first, bits, text)                          \
    {.name = title,                                                                                \
     .alias = other,                                                                               \
     .kind = DIRECTIVE_KIND_STRUCTURE,                                                             \
     FIELD(field),                                                                                 \
     .structure = &type##_structure,                                                               \
     .initial_text = first,                                                                        \
     .flags = bits,                                                                                \
     .explanation = text},
#include "server/config/directives.h"
};

const uint32_t directive_count = sizeof(directives) / sizeof(directives[0]);

static void *field_of(const struct directive *directive, struct config *config)
{
    ASSERT(directive->kind != DIRECTIVE_KIND_SECTION);
    return (char *)config + directive->offset;
}

static const void *value_of(const struct directive *directive, const struct config *config)
{
    ASSERT(directive->kind != DIRECTIVE_KIND_SECTION);
    return (const char *)config + directive->offset;
}

const struct directive *directive_find(struct span name, const char **spelling)
{
    for (uint32_t index = 0; index < directive_count; index++) {
        const struct directive *directive = &directives[index];
        const char *found = NULL;

        if (directive->kind == DIRECTIVE_KIND_SECTION)
            continue;
        if (span_equal_ignoring_case(name, span_of_string(directive->name)))
            found = directive->name;
        else if (directive->alias != NULL &&
                 span_equal_ignoring_case(name, span_of_string(directive->alias)))
            found = directive->alias;
        if (found == NULL)
            continue;
        if (spelling != NULL)
            *spelling = found;
        return directive;
    }
    return NULL;
}

/* Numbers, booleans, words and bits travel as 64 bits. */
static uint64_t number_get(const struct directive *directive, const struct config *config)
{
    const void *value = value_of(directive, config);

    switch (directive->kind) {
    case DIRECTIVE_KIND_BOOLEAN:
        return *(const bool *)value;
    case DIRECTIVE_KIND_CHOICE:
    case DIRECTIVE_KIND_BITS:
        return *(const uint32_t *)value;
    default:
        return *(const uint64_t *)value;
    }
}

static void number_put(const struct directive *directive, struct config *config, uint64_t number)
{
    void *value = field_of(directive, config);

    switch (directive->kind) {
    case DIRECTIVE_KIND_BOOLEAN:
        *(bool *)value = number != 0;
        break;
    case DIRECTIVE_KIND_CHOICE:
    case DIRECTIVE_KIND_BITS:
        ASSERT(number <= UINT32_MAX);
        *(uint32_t *)value = (uint32_t)number;
        break;
    default:
        *(uint64_t *)value = number;
    }
}

void directive_set_initial(const struct directive *directive, struct config *config)
{
    if (directive->kind == DIRECTIVE_KIND_TEXT) {
        *(char **)field_of(directive, config) =
            memory_copy(directive->initial_text, strlen(directive->initial_text));
    } else if (directive->kind == DIRECTIVE_KIND_STRUCTURE) {
        struct config_words words;
        bool notify = directive->structure == &config_notify_structure;

        memset(field_of(directive, config), 0, directive->structure->size);
        if (notify) /* one word even when it is empty, and zero already */
            return;
        config_words_split_at_spaces(&words, span_of_string(directive->initial_text));
        const char *error =
            directive->structure->set(field_of(directive, config), words.items, words.count, false);

        ASSERT(error == NULL);
        config_words_free(&words);
    } else if (directive->kind != DIRECTIVE_KIND_SECTION) {
        number_put(directive, config, directive->initial);
    }
}

void directive_copy(const struct directive *directive, struct config *to, const struct config *from)
{
    if (directive->kind == DIRECTIVE_KIND_TEXT) {
        const char *text = *(char *const *)value_of(directive, from);

        *(char **)field_of(directive, to) = memory_copy(text, strlen(text));
    } else if (directive->kind == DIRECTIVE_KIND_STRUCTURE) {
        if (directive->structure->copy != NULL)
            directive->structure->copy(field_of(directive, to), value_of(directive, from));
        else
            memcpy(field_of(directive, to), value_of(directive, from), directive->structure->size);
    } else if (directive->kind != DIRECTIVE_KIND_SECTION) {
        number_put(directive, to, number_get(directive, from));
    }
}

void directive_clear(const struct directive *directive, struct config *config)
{
    if (directive->kind == DIRECTIVE_KIND_TEXT)
        memory_free(*(char **)field_of(directive, config));
    else if (directive->kind == DIRECTIVE_KIND_STRUCTURE && directive->structure->clear != NULL)
        directive->structure->clear(field_of(directive, config));
}

static const char *boolean_parse(struct span word, uint64_t *number)
{
    if (span_is(word, "yes"))
        *number = true;
    else if (span_is(word, "no"))
        *number = false;
    else
        return "argument must be 'yes' or 'no'";
    return NULL;
}

static const char *choices_parse(const struct directive *directive, const struct span *words,
                                 uint32_t count, uint64_t *number, char *room)
{
    size_t used = 0;
    bool known = count > 0 && (count == 1 || directive->kind == DIRECTIVE_KIND_BITS);

    *number = 0;
    for (uint32_t index = 0; index < count && known; index++) {
        uint32_t value = 0;

        known = config_choice_find(directive->choices, words[index], &value);
        *number |= value;
    }
    if (known)
        return NULL;
    used = (size_t)snprintf(room, CONFIG_ERROR_MAX, "argument(s) must be one of the following: ");
    for (const struct config_choice *choice = directive->choices; choice->word != NULL; choice++) {
        ASSERT(used < CONFIG_ERROR_MAX - 64);
        used += (size_t)snprintf(room + used, CONFIG_ERROR_MAX - used, "%s%s",
                                 choice == directive->choices ? "" : ", ", choice->word);
    }
    return room;
}

static bool octal_parse(struct span word, int64_t *value)
{
    uint64_t number = 0;

    if (word.length == 0 || word.length > 20)
        return false;
    for (size_t index = 0; index < word.length; index++) {
        if (word.data[index] < '0' || word.data[index] > '7')
            return false;
        number = number * 8 + (uint64_t)(word.data[index] - '0');
    }
    *value = (int64_t)(number & INT64_MAX);
    return true;
}

static const char *integer_parse(const struct directive *directive, struct span word,
                                 uint64_t *number, char *room)
{
    bool octal = directive->kind == DIRECTIVE_KIND_OCTAL;
    int64_t value = 0;

    if (octal && !octal_parse(word, &value))
        return "argument couldn't be parsed as an octal number";
    if (!octal && !number_parse_integer(word, &value))
        return "argument couldn't be parsed into an integer";
    *number = (uint64_t)value;
    if (value >= directive->low && (value < 0 || (uint64_t)value <= directive->high))
        return NULL;
    if (octal)
        snprintf(room, CONFIG_ERROR_MAX,
                 "argument must be between %" PRIo64 " and %" PRIo64 " inclusive", directive->low,
                 directive->high);
    else
        snprintf(room, CONFIG_ERROR_MAX,
                 "argument must be between %" PRId64 " and %" PRIu64 " inclusive", directive->low,
                 directive->high);
    return room;
}

/* "1%" to "100%"; "0%" is no share but no limit, which "0" says better. */
static bool share_parse(struct span word, uint64_t *number)
{
    uint64_t percent = 0;

    if (word.length == 0 || word.data[word.length - 1] != '%' ||
        !number_parse_unsigned(span_of(word.data, word.length - 1), &percent) || percent == 0 ||
        percent > 100)
        return false;
    *number = UINT64_MAX - percent;
    return true;
}

static const char *memory_parse(const struct directive *directive, struct span word,
                                uint64_t *number, char *room)
{
    bool percents = directive->kind == DIRECTIVE_KIND_MEMORY_PERCENT;
    int64_t percent = 0;

    if (percents && word.length > 1 && word.data[word.length - 1] == '%') {
        if (!number_parse_integer(span_of(word.data, word.length - 1), &percent) || percent < 0)
            return "argument must be a memory or percent value";
        *number = (uint64_t)-percent;
        if (percent <= -directive->low)
            return NULL;
        snprintf(room, CONFIG_ERROR_MAX, "percentage argument must be less or equal to %" PRId64,
                 -directive->low);
        return room;
    }
    if (directive->kind == DIRECTIVE_KIND_MEMORY_SHARE && share_parse(word, number))
        return NULL;
    if (!memory_size_parse(word, number))
        return percents ? "argument must be a memory or percent value"
                        : "argument must be a memory value";
    if (directive->kind == DIRECTIVE_KIND_MEMORY_SHARE && config_share(*number) != 0)
        *number = UINT64_MAX; /* these bytes would read as a percentage, and are as good as none */
    if (percents && *number > INT64_MAX) { /* would read as a percentage */
        snprintf(room, CONFIG_ERROR_MAX, "percentage argument must be less or equal to %" PRId64,
                 -directive->low);
        return room;
    }
    if ((directive->low < 0 || *number >= (uint64_t)directive->low) && *number <= directive->high)
        return NULL;
    snprintf(room, CONFIG_ERROR_MAX,
             "argument must be between %" PRId64 " and %" PRIu64 " inclusive", directive->low,
             directive->high);
    return room;
}

static const char *number_set(const struct directive *directive, struct config *config,
                              const struct span *words, uint32_t count, char *room)
{
    const char *error = NULL;
    uint64_t number = 0;

    switch (directive->kind) {
    case DIRECTIVE_KIND_BOOLEAN:
        error = boolean_parse(words[0], &number);
        break;
    case DIRECTIVE_KIND_CHOICE:
    case DIRECTIVE_KIND_BITS:
        error = choices_parse(directive, words, count, &number, room);
        break;
    case DIRECTIVE_KIND_INTEGER:
    case DIRECTIVE_KIND_OCTAL:
        error = integer_parse(directive, words[0], &number, room);
        break;
    default:
        error = memory_parse(directive, words[0], &number, room);
    }
    if (error == NULL)
        error = config_check_number(directive->offset, number);
    if (error != NULL)
        return error;
    number_put(directive, config, config_check_adjust(directive->offset, number));
    return NULL;
}

static const char *text_set(const struct directive *directive, struct config *config,
                            struct span word)
{
    char **field = field_of(directive, config);
    const char *error = config_check_text(directive->offset, word);

    if (error != NULL)
        return error;
    char *text = memory_copy(word.data == NULL ? "" : word.data, word.length);

    memory_free(*field);
    *field = text;
    return NULL;
}

const char *directive_set(const struct directive *directive, struct config *config,
                          const struct span *words, uint32_t count, bool append,
                          char room[CONFIG_ERROR_MAX])
{
    ASSERT(directive->kind != DIRECTIVE_KIND_SECTION);
    if ((directive->flags & CONFIG_MULTIPLE) == 0 && count != 1)
        return "wrong number of arguments";
    if (directive->kind == DIRECTIVE_KIND_TEXT)
        return text_set(directive, config, words[0]);
    if (directive->kind == DIRECTIVE_KIND_STRUCTURE)
        return directive->structure->set(field_of(directive, config), words, count, append);
    return number_set(directive, config, words, count, room);
}

static void value_format(const struct directive *directive, const struct config *config,
                         bool quoted, struct text_buffer *out)
{
    if (directive->kind == DIRECTIVE_KIND_STRUCTURE) {
        directive->structure->format(value_of(directive, config), quoted, out);
        return;
    }
    if (directive->kind == DIRECTIVE_KIND_TEXT) {
        struct span text = span_of_string(*(char *const *)value_of(directive, config));

        if (quoted)
            config_words_quote(out, text);
        else
            text_buffer_add(out, text);
        return;
    }
    uint64_t number = number_get(directive, config);

    switch (directive->kind) {
    case DIRECTIVE_KIND_BOOLEAN:
        text_buffer_add(out, number != 0 ? SPAN("yes") : SPAN("no"));
        break;
    case DIRECTIVE_KIND_CHOICE:
        text_buffer_add(out,
                        span_of_string(config_choice_word(directive->choices, (uint32_t)number)));
        break;
    case DIRECTIVE_KIND_BITS:
        config_choice_format_bits(directive->choices, (uint32_t)number, out);
        break;
    case DIRECTIVE_KIND_OCTAL:
        text_buffer_add_format(out, "%" PRIo64, number);
        break;
    case DIRECTIVE_KIND_MEMORY:
        text_buffer_add_format(out, "%" PRIu64, number);
        break;
    case DIRECTIVE_KIND_MEMORY_SHARE:
        if (config_share(number) > 0)
            text_buffer_add_format(out, "%" PRIu32 "%%", config_share(number));
        else
            text_buffer_add_format(out, "%" PRIu64, number);
        break;
    case DIRECTIVE_KIND_MEMORY_PERCENT:
        text_buffer_add_format(out, (int64_t)number < 0 ? "%" PRIu64 "%%" : "%" PRIu64,
                               (int64_t)number < 0 ? -number : number);
        break;
    default:
        text_buffer_add_format(out, "%" PRId64, (int64_t)number);
    }
}

void directive_format(const struct directive *directive, const struct config *config,
                      struct text_buffer *out)
{
    value_format(directive, config, false, out);
}

void directive_format_lines(const struct directive *directive, const struct config *config,
                            struct text_buffer *out)
{
    struct text_buffer value = {0};
    struct span left;

    value_format(directive, config, true, &value);
    if (value.length == 0)
        text_buffer_add(&value, SPAN("\"\""));
    left = text_buffer_span(&value);
    while (left.length > 0) {
        const char *newline = memchr(left.data, '\n', left.length);
        size_t length = newline == NULL ? left.length : (size_t)(newline - left.data);
        size_t skip = newline == NULL ? length : length + 1;

        text_buffer_add_format(out, "%s ", directive->name);
        text_buffer_add(out, span_of(left.data, length));
        text_buffer_add(out, SPAN("\n"));
        left = span_of(left.data + skip, left.length - skip);
    }
    text_buffer_free(&value);
}

bool directive_equal(const struct directive *directive, const struct config *a,
                     const struct config *b)
{
    struct text_buffer text_a = {0};
    struct text_buffer text_b = {0};

    value_format(directive, a, true, &text_a);
    value_format(directive, b, true, &text_b);
    bool equal = span_equal(text_buffer_span(&text_a), text_buffer_span(&text_b));

    text_buffer_free(&text_a);
    text_buffer_free(&text_b);
    return equal;
}
