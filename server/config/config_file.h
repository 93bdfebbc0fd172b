/*
 * The text of a configuration file <-> settings. Pure: reading and writing is config_file_io.h's.
 *
 * A line is a directive's name and its words (config_words.h), or blank, or a comment that starts
 * with '#'. A directive given again replaces what it said before, save that `save` and `user` add
 * up. Unknown directives and bad values are errors that name the line; values of sensitive
 * directives are not shown in them.
 */
#ifndef SERVER_CONFIG_CONFIG_FILE_H
#define SERVER_CONFIG_CONFIG_FILE_H

#include "server/config/config.h"

/* Called where a line says `include path`; loads that text into the same loading. */
struct config_loading;
typedef bool config_include(struct config_loading *loading, struct span path,
                            struct config_error *error);

struct config_loading {
    struct config *config;   /* borrowed */
    config_include *include; /* NULL: include is refused */
    uint32_t depth;          /* of includes; these three are for the callback */
    uint32_t included;       /* files so far */
    bool named;              /* does the error name the file already? */
    bool *seen;              /* by directive: was it given in this loading? */
};

void config_loading_init(struct config_loading *loading, struct config *config,
                         config_include *include);
void config_loading_free(struct config_loading *loading);

/* Loads one text. On false the config holds what came before the bad line: throw it away. */
bool config_loading_read(struct config_loading *loading, struct span text,
                         struct config_error *error);

/* The same for a text without includes. */
bool config_load_text(struct config *config, struct span text, struct config_error *error);

/*
 * The file's new text, so that loading it gives `config`. Comments, order and the wording of lines
 * that are still true stay. Changed directives are replaced where they stand; what is in no line
 * and not the default goes to the end, behind a marker. Every value is quoted so that it cannot be
 * taken for another line. The caller frees it with memory_free; *length is without the NUL behind
 * it.
 */
char *config_rewrite_text(const struct config *config, struct span old_text, size_t *length);

#endif
