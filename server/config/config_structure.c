#include "server/config/config_structure.h"

#include "proto/base/assert.h"
#include "proto/base/memory.h"
#include "proto/base/number.h"
#include "server/config/config_words.h"
#include "server/config/memory_size.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>

static struct span next_separator(uint32_t index)
{
    return index > 0 ? SPAN(" ") : SPAN("");
}

/* ---- lists of texts: bind ---- */

static void texts_add(struct config_texts *texts, struct span text)
{
    ASSERT(texts->count < UINT32_MAX / 2);
    texts->items = memory_resize(texts->items, (texts->count + 1) * sizeof(texts->items[0]));
    texts->items[texts->count++] = memory_copy(text.data, text.length);
}

static void texts_clear(void *value)
{
    struct config_texts *texts = value;

    for (uint32_t index = 0; index < texts->count; index++)
        memory_free(texts->items[index]);
    memory_free(texts->items);
    *texts = (struct config_texts){0};
}

static void texts_copy(void *to, const void *from)
{
    const struct config_texts *texts = from;
    struct config_texts copy = {0};

    for (uint32_t index = 0; index < texts->count; index++)
        texts_add(&copy, span_of_string(texts->items[index]));
    *(struct config_texts *)to = copy;
}

static const char *texts_set(void *value, const struct span *words, uint32_t count, bool append)
{
    for (uint32_t index = 0; index < count; index++) {
        if (memchr(words[index].data, '\0', words[index].length) != NULL)
            return "argument must not contain a NUL byte";
    }
    if (!append)
        texts_clear(value);
    for (uint32_t index = 0; index < count; index++) {
        if (words[index].length > 0)
            texts_add(value, words[index]);
    }
    return NULL;
}

static void texts_format(const void *value, bool quoted, struct text_buffer *out)
{
    const struct config_texts *texts = value;

    for (uint32_t index = 0; index < texts->count; index++) {
        struct span item = span_of_string(texts->items[index]);

        text_buffer_add(out, next_separator(index));
        if (quoted)
            config_words_quote(out, item);
        else
            text_buffer_add(out, item);
    }
}

const struct config_structure config_texts_structure = {
    .size = sizeof(struct config_texts),
    .set = texts_set,
    .format = texts_format,
    .copy = texts_copy,
    .clear = texts_clear,
};

/* ---- users: a list of texts that are lines, quoted so that they can be split again ---- */

static const char *users_set(void *value, const struct span *words, uint32_t count, bool append)
{
    struct text_buffer line = {0};

    if (count == 0 || (count == 1 && words[0].length == 0)) {
        texts_clear(value);
        return NULL;
    }
    if (!append)
        texts_clear(value);
    config_words_join(&line, words, count);
    texts_add(value, text_buffer_span(&line));
    text_buffer_free(&line);
    return NULL;
}

static void users_format(const void *value, bool quoted, struct text_buffer *out)
{
    const struct config_texts *texts = value;

    (void)quoted;
    for (uint32_t index = 0; index < texts->count; index++)
        text_buffer_add_format(out, index > 0 ? "\n%s" : "%s", texts->items[index]);
}

_Static_assert(sizeof(struct config_users) == sizeof(struct config_texts), "same shape");

const struct config_structure config_users_structure = {
    .size = sizeof(struct config_users),
    .accumulates = true,
    .by_line = true,
    .set = users_set,
    .format = users_format,
    .copy = texts_copy,
    .clear = texts_clear,
};

/* ---- save ---- */

static void saves_clear(void *value)
{
    struct config_saves *saves = value;

    memory_free(saves->items);
    *saves = (struct config_saves){0};
}

static const char *saves_set(void *value, const struct span *words, uint32_t count, bool append)
{
    struct config_saves *saves = value;
    uint32_t kept = append && count > 0 ? saves->count : 0;

    if (count % 2 != 0)
        return "Invalid save parameters";
    for (uint32_t index = 0; index < count; index += 2) {
        struct config_save save;

        if (!number_parse_integer(words[index], &save.seconds) || save.seconds < 1 ||
            !number_parse_integer(words[index + 1], &save.changes) || save.changes < 0)
            return "Invalid save parameters";
    }
    saves->count = kept;
    if (kept + count == 0) {
        saves_clear(saves);
        return NULL;
    }
    saves->items = memory_resize(saves->items, (kept + count / 2) * sizeof(saves->items[0]));
    for (uint32_t index = 0; index < count; index += 2) {
        struct config_save *save = &saves->items[saves->count++];
        bool parsed = number_parse_integer(words[index], &save->seconds) &&
                      number_parse_integer(words[index + 1], &save->changes);

        ASSERT(parsed);
    }
    return NULL;
}

static void saves_format(const void *value, bool quoted, struct text_buffer *out)
{
    const struct config_saves *saves = value;

    (void)quoted;
    for (uint32_t index = 0; index < saves->count; index++) {
        text_buffer_add(out, next_separator(index));
        text_buffer_add_format(out, "%" PRId64 " %" PRId64, saves->items[index].seconds,
                               saves->items[index].changes);
    }
}

static void saves_copy(void *to, const void *from)
{
    struct config_saves copy = *(const struct config_saves *)from;

    if (copy.items != NULL)
        copy.items =
            (struct config_save *)memory_copy(copy.items, copy.count * sizeof(copy.items[0]));
    *(struct config_saves *)to = copy;
}

const struct config_structure config_saves_structure = {
    .size = sizeof(struct config_saves),
    .accumulates = true,
    .set = saves_set,
    .format = saves_format,
    .copy = saves_copy,
    .clear = saves_clear,
};

/* ---- latency-tracking-info-percentiles ---- */

static void percentiles_clear(void *value)
{
    struct config_percentiles *percentiles = value;

    memory_free(percentiles->items);
    *percentiles = (struct config_percentiles){0};
}

static const char *percentiles_set(void *value, const struct span *words, uint32_t count,
                                   bool append)
{
    struct config_percentiles *percentiles = value;
    double *items = count > 0 ? memory_new(count * sizeof(items[0])) : NULL;

    (void)append;
    for (uint32_t index = 0; index < count; index++) {
        bool parsed = number_parse_double(words[index], &items[index]);

        if (!parsed || !(items[index] >= 0.0 && items[index] <= 100.0)) {
            memory_free(items);
            return parsed ? "latency-tracking-info-percentiles parameters should sit between "
                            "[0.0,100.0]"
                          : "Invalid latency-tracking-info-percentiles parameters";
        }
    }
    percentiles_clear(percentiles);
    percentiles->items = items;
    percentiles->count = count;
    return NULL;
}

static void percentiles_format(const void *value, bool quoted, struct text_buffer *out)
{
    const struct config_percentiles *percentiles = value;

    (void)quoted;
    for (uint32_t index = 0; index < percentiles->count; index++) {
        char text[32];
        int length = snprintf(text, sizeof(text), "%.6f", percentiles->items[index]);

        ASSERT(length > 0 && length < (int)sizeof(text));
        while (text[length - 1] == '0')
            length--;
        if (text[length - 1] == '.')
            length--;
        text_buffer_add(out, next_separator(index));
        text_buffer_add(out, span_of(text, (size_t)length));
    }
}

static void percentiles_copy(void *to, const void *from)
{
    struct config_percentiles copy = *(const struct config_percentiles *)from;

    if (copy.items != NULL)
        copy.items = (double *)memory_copy(copy.items, copy.count * sizeof(copy.items[0]));
    *(struct config_percentiles *)to = copy;
}

const struct config_structure config_percentiles_structure = {
    .size = sizeof(struct config_percentiles),
    .set = percentiles_set,
    .format = percentiles_format,
    .copy = percentiles_copy,
    .clear = percentiles_clear,
};

/* ---- client-output-buffer-limit ---- */

static bool client_class_parse(struct span word, enum client_class *class)
{
    if (span_is(word, "normal"))
        *class = CLIENT_CLASS_NORMAL;
    else if (span_is(word, "slave") || span_is(word, "replica"))
        *class = CLIENT_CLASS_REPLICA;
    else if (span_is(word, "pubsub"))
        *class = CLIENT_CLASS_PUBSUB;
    else
        return false;
    return true;
}

/* Classes that are not named stay as they are, so lines of a file add up without being told to. */
static const char *buffer_limits_set(void *value, const struct span *words, uint32_t count,
                                     bool append)
{
    struct config_buffer_limits limits = *(struct config_buffer_limits *)value;

    (void)append;
    if (count % 4 != 0)
        return "Wrong number of arguments in buffer limit configuration.";
    for (uint32_t index = 0; index < count; index += 4) {
        enum client_class class;
        struct config_buffer_limit limit;

        if (!client_class_parse(words[index], &class))
            return "Invalid client class specified in buffer limit configuration.";
        if (!memory_size_parse(words[index + 1], &limit.hard) ||
            !memory_size_parse(words[index + 2], &limit.soft) ||
            !number_parse_integer(words[index + 3], &limit.soft_seconds) || limit.soft_seconds < 0)
            return "Error in hard, soft or soft_seconds setting in buffer limit configuration.";
        limits.of[class] = limit;
    }
    *(struct config_buffer_limits *)value = limits;
    return NULL;
}

static void buffer_limits_format(const void *value, bool quoted, struct text_buffer *out)
{
    static const char *const names[CLIENT_CLASSES] = {"normal", "slave", "pubsub"};
    const struct config_buffer_limits *limits = value;

    (void)quoted;
    for (uint32_t class = 0; class < CLIENT_CLASSES; class ++) {
        text_buffer_add(out, next_separator(class));
        text_buffer_add_format(out, "%s %" PRIu64 " %" PRIu64 " %" PRId64, names[class],
                               limits->of[class].hard, limits->of[class].soft,
                               limits->of[class].soft_seconds);
    }
}

const struct config_structure config_buffer_limits_structure = {
    .size = sizeof(struct config_buffer_limits),
    .set = buffer_limits_set,
    .format = buffer_limits_format,
};

/* ---- oom-score-adj-values ---- */

static const char *oom_scores_set(void *value, const struct span *words, uint32_t count,
                                  bool append)
{
    struct config_oom_scores scores;

    (void)append;
    if (count != 3)
        return "wrong number of arguments";
    for (uint32_t index = 0; index < 3; index++) {
        if (!number_parse_integer(words[index], &scores.of[index]) || scores.of[index] < -2000 ||
            scores.of[index] > 2000)
            return "Invalid oom-score-adj-values, elements must be between -2000 and 2000.";
    }
    *(struct config_oom_scores *)value = scores;
    return NULL;
}

static void oom_scores_format(const void *value, bool quoted, struct text_buffer *out)
{
    const struct config_oom_scores *scores = value;

    (void)quoted;
    text_buffer_add_format(out, "%" PRId64 " %" PRId64 " %" PRId64, scores->of[0], scores->of[1],
                           scores->of[2]);
}

const struct config_structure config_oom_scores_structure = {
    .size = sizeof(struct config_oom_scores),
    .set = oom_scores_set,
    .format = oom_scores_format,
};

/* ---- replicaof ---- */

static void endpoint_clear(void *value)
{
    struct config_endpoint *endpoint = value;

    memory_free(endpoint->host);
    *endpoint = (struct config_endpoint){0};
}

static const char *endpoint_set(void *value, const struct span *words, uint32_t count, bool append)
{
    struct config_endpoint *endpoint = value;
    int64_t port = 0;
    bool none = count == 0 || (count == 2 && span_is(words[0], "no") && span_is(words[1], "one"));

    (void)append;
    if (!none) {
        if (count != 2)
            return "wrong number of arguments";
        if (!number_parse_integer(words[1], &port) || port < 0 || port > 65535)
            return "Invalid master port";
        if (words[0].length == 0 || memchr(words[0].data, '\0', words[0].length) != NULL)
            return "Invalid master host";
    }
    char *host = none ? memory_copy("", 0) : memory_copy(words[0].data, words[0].length);

    endpoint_clear(endpoint);
    endpoint->host = host;
    endpoint->port = port;
    return NULL;
}

static void endpoint_format(const void *value, bool quoted, struct text_buffer *out)
{
    const struct config_endpoint *endpoint = value;

    if (endpoint->host[0] == '\0')
        return;
    if (quoted)
        config_words_quote(out, span_of_string(endpoint->host));
    else
        text_buffer_add(out, span_of_string(endpoint->host));
    text_buffer_add_format(out, " %" PRId64, endpoint->port);
}

static void endpoint_copy(void *to, const void *from)
{
    struct config_endpoint copy = *(const struct config_endpoint *)from;

    copy.host = memory_copy(copy.host, strlen(copy.host));
    *(struct config_endpoint *)to = copy;
}

const struct config_structure config_endpoint_structure = {
    .size = sizeof(struct config_endpoint),
    .set = endpoint_set,
    .format = endpoint_format,
    .copy = endpoint_copy,
    .clear = endpoint_clear,
};

/* ---- passwords: texts with any bytes ---- */

static void password_clear(void *value)
{
    struct config_password *password = value;

    memory_free(password->bytes);
    *password = (struct config_password){0};
}

static const char *password_set(void *value, const struct span *words, uint32_t count, bool append)
{
    (void)append;
    ASSERT(count <= 1);
    password_clear(value);
    if (count == 1 && words[0].length > 0)
        *(struct config_password *)value = (struct config_password){
            .bytes = memory_copy(words[0].data, words[0].length), .length = words[0].length};
    return NULL;
}

static void password_format(const void *value, bool quoted, struct text_buffer *out)
{
    struct span password = config_password_span(value);

    if (quoted)
        config_words_quote(out, password);
    else
        text_buffer_add(out, password);
}

static void password_copy(void *to, const void *from)
{
    struct span password = config_password_span(from);

    *(struct config_password *)to = (struct config_password){0};
    password_set(to, &password, 1, false);
}

const struct config_structure config_password_structure = {
    .size = sizeof(struct config_password),
    .set = password_set,
    .format = password_format,
    .copy = password_copy,
    .clear = password_clear,
};

/* ---- notify-keyspace-events ---- */

/* In the order in which they are shown. A stands for the classes of NOTIFY_ALL. */
static const struct {
    char letter;
    uint32_t bit;
} notify_letters[] = {
    {'A', NOTIFY_ALL},      {'g', NOTIFY_GENERIC},  {'$', NOTIFY_STRING},   {'l', NOTIFY_LIST},
    {'s', NOTIFY_SET},      {'h', NOTIFY_HASH},     {'z', NOTIFY_ZSET},     {'x', NOTIFY_EXPIRED},
    {'e', NOTIFY_EVICTED},  {'t', NOTIFY_STREAM},   {'d', NOTIFY_MODULE},   {'n', NOTIFY_NEW},
    {'K', NOTIFY_KEYSPACE}, {'E', NOTIFY_KEYEVENT}, {'m', NOTIFY_KEY_MISS},
};

enum { NOTIFY_LETTERS = sizeof(notify_letters) / sizeof(notify_letters[0]) };

uint32_t config_notify_class(char letter)
{
    for (uint32_t index = 0; index < NOTIFY_LETTERS; index++) {
        if (notify_letters[index].letter == letter)
            return notify_letters[index].bit;
    }
    return 0;
}

static const char *notify_set(void *value, const struct span *words, uint32_t count, bool append)
{
    uint32_t classes = 0;

    (void)append;
    if (count != 1)
        return "wrong number of arguments";
    for (size_t index = 0; index < words[0].length; index++) {
        uint32_t class = config_notify_class(words[0].data[index]);

        if (class == 0)
            return "Invalid event class character. Use 'Ag$lshzxeKEtmdn'.";
        classes |= class;
    }
    ((struct config_notify *)value)->classes = classes;
    return NULL;
}

static void notify_format(const void *value, bool quoted, struct text_buffer *out)
{
    uint32_t left = ((const struct config_notify *)value)->classes;

    (void)quoted;
    for (uint32_t index = 0; index < NOTIFY_LETTERS; index++) {
        if ((left & notify_letters[index].bit) == notify_letters[index].bit) {
            text_buffer_add(out, span_of(&notify_letters[index].letter, 1));
            left &= ~notify_letters[index].bit;
        }
    }
    ASSERT(left == 0);
}

const struct config_structure config_notify_structure = {
    .size = sizeof(struct config_notify),
    .set = notify_set,
    .format = notify_format,
};
