/*
 * How a replica introduces itself: the commands before PSYNC, and what is made of the answers.
 *
 * Owner: the control thread.
 */
#ifndef SERVER_REPLICATION_GREETING_H
#define SERVER_REPLICATION_GREETING_H

#include "proto/base/span.h"

#include <stdbool.h>
#include <stdint.h>

struct config;
struct text_buffer;

enum { GREETING_WORDS_MAX = 8 };

/* The commands whose answers are still to come, in order. */
struct greeting {
    uint8_t expected[GREETING_WORDS_MAX];
    uint32_t count;
    uint32_t answered;
};

/* Writes all commands of the introduction but PSYNC. */
void greeting_write(struct greeting *greeting, const struct config *config, bool tls,
                    struct text_buffer *text);

enum greeting_outcome { GREETING_GOES_ON, GREETING_COMPLETE, GREETING_REFUSED };

/* An answer: a line without its end. */
enum greeting_outcome greeting_take(struct greeting *greeting, struct span line);

/* Appends a command as RESP has it. */
void greeting_command(struct text_buffer *text, const struct span *words, uint32_t count);

#endif
