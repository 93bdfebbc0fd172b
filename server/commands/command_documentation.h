/*
 * What COMMAND DOCS tells about a command beyond the facts of its row.
 *
 * Written by tools/generate-commands into command_table.c; never changes; any thread may read it.
 */
#ifndef SERVER_COMMANDS_COMMAND_DOCUMENTATION_H
#define SERVER_COMMANDS_COMMAND_DOCUMENTATION_H

#include "proto/resp/reply.h"
#include "server/commands/command.h"

#include <stdint.h>

enum command_argument_type {
    ARGUMENT_STRING,
    ARGUMENT_INTEGER,
    ARGUMENT_DOUBLE,
    ARGUMENT_KEY,
    ARGUMENT_PATTERN,
    ARGUMENT_UNIX_TIME,
    ARGUMENT_PURE_TOKEN,
    ARGUMENT_ONEOF, /* one of the nested arguments */
    ARGUMENT_BLOCK, /* all of the nested arguments, together */
};

enum command_argument_flag {
    ARGUMENT_OPTIONAL = 1u << 0,
    ARGUMENT_MULTIPLE = 1u << 1,
    ARGUMENT_MULTIPLE_TOKEN = 1u << 2, /* each repetition has the token again */
};

struct command_argument {
    const char *name;
    const char *token;            /* the word before it, or the word it is; NULL without */
    const char *since;            /* NULL: as long as the command */
    const char *deprecated_since; /* or NULL */
    enum command_argument_type type;
    uint32_t flags;
    int32_t key_specification; /* of an ARGUMENT_KEY; -1 without */
    uint32_t argument_count;
    const struct command_argument *arguments;
};

struct command_history {
    const char *since;
    const char *text;
};

struct command_documentation {
    const char *summary;
    const char *since;
    const char *group;
    const char *complexity;       /* or NULL */
    const char *deprecated_since; /* or NULL */
    const char *replaced_by;      /* with deprecated_since */
    bool system;                  /* for the server's own use */
    uint32_t tip_count;
    uint32_t history_count;
    uint32_t argument_count;
    const char *const *tips;
    const struct command_history *history;
    const struct command_argument *arguments;
};

/* The answer to HELP of a container: for each subcommand its arguments and its summary. */
void command_documentation_reply_help(struct reply *reply, const struct command *container);

#endif
