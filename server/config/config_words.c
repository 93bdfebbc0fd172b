#include "server/config/config_words.h"

#include "proto/base/assert.h"
#include "proto/base/memory.h"
#include "proto/base/number.h"

/* Where the line is read and where the words' bytes are written. */
struct cursor {
    const char *at;
    const char *end;
    char *out;
};

static bool is_blank(char byte)
{
    return byte == ' ' || (byte >= '\t' && byte <= '\r') || byte == '\0';
}

static char escaped(char letter)
{
    switch (letter) {
    case 'n':
        return '\n';
    case 'r':
        return '\r';
    case 't':
        return '\t';
    case 'b':
        return '\b';
    case 'a':
        return '\a';
    default:
        return letter;
    }
}

/* Reads what follows an opening double quote, the closing one included. */
static bool read_double_quoted(struct cursor *cursor)
{
    while (cursor->at < cursor->end) {
        size_t left = (size_t)(cursor->end - cursor->at);
        char byte = *cursor->at;

        if (byte == '"') {
            cursor->at++;
            return cursor->at == cursor->end || is_blank(*cursor->at);
        }
        if (byte == '\\' && left >= 4 && cursor->at[1] == 'x' &&
            number_hexadecimal_digit(cursor->at[2]) >= 0 &&
            number_hexadecimal_digit(cursor->at[3]) >= 0) {
            *cursor->out++ = (char)(number_hexadecimal_digit(cursor->at[2]) * 16 +
                                    number_hexadecimal_digit(cursor->at[3]));
            cursor->at += 4;
        } else if (byte == '\\' && left >= 2) {
            *cursor->out++ = escaped(cursor->at[1]);
            cursor->at += 2;
        } else {
            *cursor->out++ = byte;
            cursor->at++;
        }
    }
    return false;
}

static bool read_single_quoted(struct cursor *cursor)
{
    while (cursor->at < cursor->end) {
        if (*cursor->at == '\'') {
            cursor->at++;
            return cursor->at == cursor->end || is_blank(*cursor->at);
        }
        if (*cursor->at == '\\' && cursor->end - cursor->at >= 2 && cursor->at[1] == '\'')
            cursor->at++;
        *cursor->out++ = *cursor->at++;
    }
    return false;
}

/* A word may start bare and go on quoted: a"b c" is one word. */
static bool read_word(struct cursor *cursor)
{
    while (cursor->at < cursor->end && !is_blank(*cursor->at)) {
        char byte = *cursor->at++;

        if (byte == '"')
            return read_double_quoted(cursor);
        if (byte == '\'')
            return read_single_quoted(cursor);
        *cursor->out++ = byte;
    }
    return true;
}

static void words_add(struct config_words *words, struct span word)
{
    if (words->count == words->capacity) {
        ASSERT(words->capacity < UINT32_MAX / 4);
        words->capacity = words->capacity == 0 ? 8 : words->capacity * 2;
        words->items = memory_resize(words->items, words->capacity * sizeof(words->items[0]));
    }
    words->items[words->count++] = word;
}

bool config_words_split(struct config_words *words, struct span line)
{
    *words = (struct config_words){0};
    if (line.length == 0)
        return true;
    /* Unescaping never lengthens. */
    words->bytes = memory_new(line.length);
    struct cursor cursor = {line.data, line.data + line.length, words->bytes};

    for (;;) {
        while (cursor.at < cursor.end && is_blank(*cursor.at))
            cursor.at++;
        if (cursor.at == cursor.end)
            return true;
        char *start = cursor.out;

        if (!read_word(&cursor)) {
            config_words_free(words);
            return false;
        }
        ASSERT((size_t)(cursor.out - words->bytes) <= line.length);
        words_add(words, span_of(start, (size_t)(cursor.out - start)));
    }
}

void config_words_split_at_spaces(struct config_words *words, struct span text)
{
    size_t start = 0;

    *words = (struct config_words){0};
    if (text.length == 0)
        return;
    for (size_t index = 0; index <= text.length; index++) {
        if (index == text.length || text.data[index] == ' ') {
            words_add(words, span_of(text.data + start, index - start));
            start = index + 1;
        }
    }
    ASSERT(words->count > 0);
}

void config_words_free(struct config_words *words)
{
    memory_free(words->items);
    memory_free(words->bytes);
    *words = (struct config_words){0};
}

static bool needs_quotes(struct span word)
{
    if (word.length == 0)
        return true;
    for (size_t index = 0; index < word.length; index++) {
        unsigned char byte = (unsigned char)word.data[index];

        if (byte <= ' ' || byte >= 0x7f || byte == '"' || byte == '\'' || byte == '\\' ||
            byte == '#')
            return true;
    }
    return false;
}

void config_words_quote(struct text_buffer *out, struct span word)
{
    if (!needs_quotes(word)) {
        text_buffer_add(out, word);
        return;
    }
    text_buffer_add(out, SPAN("\""));
    for (size_t index = 0; index < word.length; index++) {
        unsigned char byte = (unsigned char)word.data[index];

        if (byte == '"' || byte == '\\')
            text_buffer_add_format(out, "\\%c", byte);
        else if (byte == '\n')
            text_buffer_add(out, SPAN("\\n"));
        else if (byte == '\r')
            text_buffer_add(out, SPAN("\\r"));
        else if (byte == '\t')
            text_buffer_add(out, SPAN("\\t"));
        else if (byte < ' ' || byte >= 0x7f)
            text_buffer_add_format(out, "\\x%02x", byte);
        else
            text_buffer_add(out, span_of(&word.data[index], 1));
    }
    text_buffer_add(out, SPAN("\""));
}

void config_words_join(struct text_buffer *out, const struct span *items, uint32_t count)
{
    for (uint32_t index = 0; index < count; index++) {
        if (index > 0)
            text_buffer_add(out, SPAN(" "));
        config_words_quote(out, items[index]);
    }
}
