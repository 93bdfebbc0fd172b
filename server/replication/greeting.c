#include "server/replication/greeting.h"

#include "proto/base/assert.h"
#include "proto/base/number.h"
#include "server/config/config.h"
#include "server/config/text_buffer.h"
#include "server/observe/log.h"

/* Of the dialect that Valkey's primaries ask for, to choose a format of the data that is read here;
 * others do not know the word, and need not. */
#define DIALECT_VERSION "9.1.0"

enum word { WORD_PING, WORD_AUTH, WORD_PORT, WORD_ADDRESS, WORD_CAPABILITIES, WORD_VERSION };

static const char *const word_names[] = {
    [WORD_PING] = "PING",
    [WORD_AUTH] = "AUTH",
    [WORD_PORT] = "REPLCONF listening-port",
    [WORD_ADDRESS] = "REPLCONF ip-address",
    [WORD_CAPABILITIES] = "REPLCONF capa",
    [WORD_VERSION] = "REPLCONF version",
};

void greeting_command(struct text_buffer *text, const struct span *words, uint32_t count)
{
    text_buffer_add_format(text, "*%u\r\n", count);
    for (uint32_t i = 0; i < count; i++) {
        text_buffer_add_format(text, "$%zu\r\n", words[i].length);
        text_buffer_add(text, words[i]);
        text_buffer_add(text, SPAN("\r\n"));
    }
}

static void add(struct greeting *greeting, struct text_buffer *text, enum word word,
                const struct span *words, uint32_t count)
{
    ASSERT(greeting->count < GREETING_WORDS_MAX);
    greeting->expected[greeting->count++] = (uint8_t)word;
    greeting_command(text, words, count);
}

static void add_password(struct greeting *greeting, const struct config *config,
                         struct text_buffer *text)
{
    struct span words[] = {SPAN("AUTH"), span_of_string(config->masteruser),
                           config_password_span(&config->masterauth)};

    if (words[2].length == 0)
        return;
    if (words[1].length > 0) {
        add(greeting, text, WORD_AUTH, words, 3);
        return;
    }
    words[1] = words[2];
    add(greeting, text, WORD_AUTH, words, 2);
}

void greeting_write(struct greeting *greeting, const struct config *config, bool tls,
                    struct text_buffer *text)
{
    int64_t port = config->replica_announce_port;
    char digits[NUMBER_INTEGER_TEXT_MAX];
    struct span address[] = {SPAN("REPLCONF"), SPAN("ip-address"),
                             span_of_string(config->replica_announce_ip)};
    struct span listening[] = {SPAN("REPLCONF"), SPAN("listening-port"), {0}};

    *greeting = (struct greeting){0};
    if (port == 0)
        port = tls && config->tls_port != 0 ? config->tls_port : config->port;
    listening[2] = span_of(digits, number_format_integer(digits, port));
    add(greeting, text, WORD_PING, (struct span[]){SPAN("PING")}, 1);
    add_password(greeting, config, text);
    add(greeting, text, WORD_PORT, listening, 3);
    if (address[2].length > 0)
        add(greeting, text, WORD_ADDRESS, address, 3);
    add(greeting, text, WORD_CAPABILITIES,
        (struct span[]){SPAN("REPLCONF"), SPAN("capa"), SPAN("eof"), SPAN("capa"), SPAN("psync2")},
        5);
    add(greeting, text, WORD_VERSION,
        (struct span[]){SPAN("REPLCONF"), SPAN("version"), SPAN(DIALECT_VERSION)}, 3);
}

static bool begins_with(struct span text, struct span word)
{
    return text.length >= word.length && memcmp(text.data, word.data, word.length) == 0;
}

/* A primary that wants a password is there all the same. */
static bool is_fatal(enum word word, struct span line)
{
    switch (word) {
    case WORD_PING:
        return !begins_with(line, SPAN("-NOAUTH")) && !begins_with(line, SPAN("-NOPERM")) &&
               !begins_with(line, SPAN("-ERR operation not permitted"));
    case WORD_AUTH:
        return true;
    default:
        return false;
    }
}

enum greeting_outcome greeting_take(struct greeting *greeting, struct span line)
{
    enum word word;

    ASSERT(greeting->answered < greeting->count);
    ASSERT(line.length > 0);
    word = greeting->expected[greeting->answered++];
    if (line.data[0] != '+') {
        bool fatal = is_fatal(word, line);

        if (fatal)
            log_warning("the primary answers %s with '%.*s'", word_names[word],
                        line.length > 200 ? 200 : (int)line.length, line.data);
        else if (word != WORD_PING)
            log_verbose("(Non critical) the primary does not understand %s: '%.*s'",
                        word_names[word], line.length > 200 ? 200 : (int)line.length, line.data);
        if (fatal)
            return GREETING_REFUSED;
    }
    return greeting->answered == greeting->count ? GREETING_COMPLETE : GREETING_GOES_ON;
}
