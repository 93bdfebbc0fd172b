/*
 * The command line: tessera-server [/path/to/tessera.conf] [--name value ...] [--help] [--version]
 *
 * Options take the names of directives and win over the file. What follows an option up to the next
 * one is its value; several words may follow (--save 3600 1 300 10), or one quoted text with all of
 * them. The first word behind an option is always its value, even when it starts with "--".
 */
#ifndef SERVER_CONFIG_COMMAND_LINE_H
#define SERVER_CONFIG_COMMAND_LINE_H

#include "server/config/config.h"

struct command_line {
    const char *path; /* of the configuration file, from argv; NULL: none */
    bool help;
    bool version;
    char *options; /* as the text of a configuration file */
};

/* Returns false with error->text when the arguments make no sense; *line needs no free then. */
bool command_line_read(struct command_line *line, int argc, char *const *argv,
                       struct config_error *error);

void command_line_free(struct command_line *line);

/* Sets what the options say. On false throw the config away. */
bool command_line_apply(const struct command_line *line, struct config *config,
                        struct config_error *error);

/* Defaults, then the file, then the options; NULL with error->text. */
struct config *command_line_config(const struct command_line *line, struct config_error *error);

extern const char command_line_help[];

#endif
