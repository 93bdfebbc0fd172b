/*
 * A line of a configuration file <-> its words.
 *
 * Words are separated by blanks. A word may be "quoted", with the escapes \n \r \t \b \a \" \\ and
 * \xhh, or 'quoted', where only \' is an escape. A quote ends its word: after the closing one must
 * come a blank or the end. Words are bytes of any value.
 *
 * Pure; a plain value of one owner. Memory is at most a small multiple of the line.
 */
#ifndef SERVER_CONFIG_CONFIG_WORDS_H
#define SERVER_CONFIG_CONFIG_WORDS_H

#include "server/config/text_buffer.h"

#include <stdint.h>

struct config_words {
    struct span *items; /* point into bytes, or to whoever gave them in */
    uint32_t count;
    uint32_t capacity;
    char *bytes;
};

/* false: unbalanced quotes; *words is empty then. */
bool config_words_split(struct config_words *words, struct span line);

/* Splits at each single space and nowhere else, as CONFIG SET does with lists: two spaces enclose
 * an empty word. Empty text has no words. The words point into `text`. */
void config_words_split_at_spaces(struct config_words *words, struct span text);

void config_words_free(struct config_words *words);

/* Appends the word, quoted and escaped if it needs to be to come back as the same single word. */
void config_words_quote(struct text_buffer *out, struct span word);

/* Appends the words with one space between them, each quoted where needed. */
void config_words_join(struct text_buffer *out, const struct span *items, uint32_t count);

#endif
