/*
 * The table made of directives.h, and what can be done with one directive of a config.
 *
 * Immutable; any thread may read it. For the files of server/config; others use config.h.
 */
#ifndef SERVER_CONFIG_DIRECTIVE_H
#define SERVER_CONFIG_DIRECTIVE_H

#include "server/config/config.h"
#include "server/config/config_choice.h"
#include "server/config/config_structure.h"
#include "server/config/text_buffer.h"

enum directive_kind {
    DIRECTIVE_KIND_SECTION, /* a heading: no directive */
    DIRECTIVE_KIND_BOOLEAN,
    DIRECTIVE_KIND_INTEGER,
    DIRECTIVE_KIND_OCTAL,
    DIRECTIVE_KIND_MEMORY,
    DIRECTIVE_KIND_MEMORY_PERCENT,
    DIRECTIVE_KIND_MEMORY_SHARE,
    DIRECTIVE_KIND_TEXT,
    DIRECTIVE_KIND_CHOICE,
    DIRECTIVE_KIND_BITS,
    DIRECTIVE_KIND_STRUCTURE,
};

struct directive {
    const char *name;
    const char *alias; /* or NULL */
    const char *explanation;
    enum directive_kind kind;
    uint32_t flags;           /* enum config_flag */
    size_t offset;            /* of its field in struct config */
    uint64_t initial;         /* numbers, booleans, words */
    const char *initial_text; /* texts and structures */
    int64_t low;
    uint64_t high;
    const struct config_choice *choices;
    const struct config_structure *structure;
};

extern const struct directive directives[];
extern const uint32_t directive_count;

/* By name or alias in any case; NULL when unknown. *name, unless NULL, is the spelling of the
 * table. */
const struct directive *directive_find(struct span name, const char **spelling);

/* The field must hold nothing yet. */
void directive_set_initial(const struct directive *directive, struct config *config);
void directive_copy(const struct directive *directive, struct config *to,
                    const struct config *from);
void directive_clear(const struct directive *directive, struct config *config);

/* Sets it from the words of a line. Returns the error, or NULL; the config is unchanged on error.
 * The error's text is static or in `room`. */
const char *directive_set(const struct directive *directive, struct config *config,
                          const struct span *words, uint32_t count, bool append,
                          char room[CONFIG_ERROR_MAX]);

/* The value as CONFIG GET shows it. */
void directive_format(const struct directive *directive, const struct config *config,
                      struct text_buffer *out);

/* The value as one or more lines of a file, each "name words...\n". */
void directive_format_lines(const struct directive *directive, const struct config *config,
                            struct text_buffer *out);

bool directive_equal(const struct directive *directive, const struct config *a,
                     const struct config *b);

#endif
