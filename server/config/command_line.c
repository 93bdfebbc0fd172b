#include "server/config/command_line.h"

#include "proto/base/assert.h"
#include "proto/base/memory.h"
#include "server/config/config_file.h"
#include "server/config/config_file_io.h"
#include "server/config/config_words.h"

#include <stdio.h>

const char command_line_help[] =
    "Usage: tessera-server [/path/to/tessera.conf] [--name value ...]\n"
    "       tessera-server --help | --version\n"
    "\n"
    "Options are directives of the configuration file and win over it:\n"
    "  tessera-server --port 7000 --cluster-enabled yes --maxmemory 4gb\n"
    "  tessera-server /etc/tessera/tessera.conf --save 3600 1 300 100\n";

static bool is_option(const char *argument)
{
    return strncmp(argument, "--", 2) == 0 && argument[2] != '\0';
}

bool command_line_read(struct command_line *line, int argc, char *const *argv,
                       struct config_error *error)
{
    struct text_buffer options = {0};
    bool wants_value = false;
    int index = 1;

    *line = (struct command_line){0};
    error->line = 0;
    if (argc == 2) {
        line->help = strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0;
        line->version = strcmp(argv[1], "--version") == 0 || strcmp(argv[1], "-v") == 0;
        if (line->help || line->version)
            return true;
    }
    if (argc > 1 && argv[1][0] != '-')
        line->path = argv[index++];
    if (index < argc && !is_option(argv[index])) {
        snprintf(error->text, sizeof(error->text), "Unknown argument '%.200s'; see --help",
                 argv[index]);
        return false;
    }
    for (; index < argc; index++) {
        if (!wants_value && is_option(argv[index])) {
            text_buffer_add(&options, options.length > 0 ? SPAN("\n") : SPAN(""));
            config_words_quote(&options, span_of_string(argv[index] + 2));
            wants_value = true;
        } else {
            text_buffer_add(&options, SPAN(" "));
            config_words_quote(&options, span_of_string(argv[index]));
            wants_value = false;
        }
    }
    line->options = text_buffer_take(&options);
    return true;
}

void command_line_free(struct command_line *line)
{
    memory_free(line->options);
    *line = (struct command_line){0};
}

bool command_line_apply(const struct command_line *line, struct config *config,
                        struct config_error *error)
{
    struct span options = span_of_string(line->options == NULL ? "" : line->options);
    char reason[CONFIG_ERROR_MAX];

    if (config_load_text(config, options, error))
        return true;
    memcpy(reason, error->text, sizeof(reason));
    error->line = 0; /* an option has no line */
    snprintf(error->text, sizeof(error->text), "Bad option %.490s", reason);
    return false;
}

struct config *command_line_config(const struct command_line *line, struct config_error *error)
{
    struct config *config = config_create();

    ASSERT(!line->help && !line->version);
    if ((line->path == NULL || config_file_load(config, line->path, error)) &&
        command_line_apply(line, config, error))
        return config;
    config_free(config);
    return NULL;
}
