/*
 * The directives whose values have parts: how each is read from words, written, copied and freed.
 *
 * `value` is the field of struct config. set leaves it as it was when it fails; `append` adds to a
 * list instead of replacing it (a directive that a file may give several times). Equal values have
 * equal texts.
 */
#ifndef SERVER_CONFIG_CONFIG_STRUCTURE_H
#define SERVER_CONFIG_CONFIG_STRUCTURE_H

#include "server/config/config.h"
#include "server/config/text_buffer.h"

struct config_structure {
    size_t size;
    bool accumulates; /* several lines of a file add up */
    bool by_line;     /* each item of the list is a line of its own */
    const char *(*set)(void *value, const struct span *words, uint32_t count,
                       bool append); /* returns the error, or NULL */
    void (*format)(const void *value, bool quoted, struct text_buffer *out);
    void (*copy)(void *to, const void *from); /* NULL: bytes are enough */
    void (*clear)(void *value);               /* NULL: nothing to free */
};

extern const struct config_structure config_texts_structure;
extern const struct config_structure config_users_structure;
extern const struct config_structure config_saves_structure;
extern const struct config_structure config_percentiles_structure;
extern const struct config_structure config_buffer_limits_structure;
extern const struct config_structure config_oom_scores_structure;
extern const struct config_structure config_endpoint_structure;
extern const struct config_structure config_notify_structure;
extern const struct config_structure config_password_structure;

#endif
