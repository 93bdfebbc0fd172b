#include "server/commands/command_documentation.h"

#include "proto/base/assert.h"

/* One line of help; what does not fit is cut off. */
struct help_line {
    size_t length;
    char text[1024];
};

static void append(struct help_line *line, const char *text)
{
    size_t room = sizeof(line->text) - line->length;
    size_t length = strlen(text);

    if (length > room)
        length = room;
    memcpy(line->text + line->length, text, length);
    line->length += length;
    ASSERT(line->length <= sizeof(line->text));
}

static void append_upper(struct help_line *line, const char *text)
{
    size_t start = line->length;

    append(line, text);
    for (size_t index = start; index < line->length; index++) {
        if (line->text[index] >= 'a' && line->text[index] <= 'z')
            line->text[index] = (char)(line->text[index] - 'a' + 'A');
    }
}

static void append_arguments(struct help_line *line, const struct command_argument *arguments,
                             uint32_t count, const char *separator);

/* TOKEN <name>, TOKEN a|b or TOKEN <a> <b>, without what says how often. */
static void append_argument_once(struct help_line *line, const struct command_argument *argument)
{
    bool is_choice = argument->type == ARGUMENT_ONEOF;

    if (argument->token != NULL)
        append(line, argument->token);
    if (argument->type == ARGUMENT_PURE_TOKEN)
        return;
    if (argument->token != NULL)
        append(line, " ");
    if (argument->argument_count == 0) {
        append(line, "<");
        append(line, argument->name);
        append(line, ">");
        return;
    }
    append_arguments(line, argument->arguments, argument->argument_count, is_choice ? "|" : " ");
}

/* Recursion goes as deep as the table's arguments nest. */
static void append_arguments(struct help_line *line, const struct command_argument *arguments,
                             uint32_t count, const char *separator)
{
    for (uint32_t index = 0; index < count; index++) {
        const struct command_argument *argument = &arguments[index];
        bool is_optional = (argument->flags & ARGUMENT_OPTIONAL) != 0;

        if (index > 0)
            append(line, separator);
        if (is_optional)
            append(line, "[");
        append_argument_once(line, argument);
        if ((argument->flags & ARGUMENT_MULTIPLE) != 0)
            append(line, " ...");
        if (is_optional)
            append(line, "]");
    }
}

static void reply_line(struct reply *reply, struct help_line *line)
{
    reply_status(reply, span_of(line->text, line->length));
    line->length = 0;
}

static void reply_summary(struct reply *reply, struct help_line *line,
                          const struct command *command)
{
    append(line, "    ");
    append(line, command->documentation->summary);
    reply_line(reply, line);
}

void command_documentation_reply_help(struct reply *reply, const struct command *container)
{
    struct reply_deferred array = reply_defer(reply);
    struct help_line line = {0};
    uint64_t lines = 1;

    append_upper(&line, container->name);
    append(&line, " <subcommand> [<argument> ...]. Subcommands are:");
    reply_line(reply, &line);
    if (container->run != NULL) {
        append(&line, "(no subcommand)");
        reply_line(reply, &line);
        reply_summary(reply, &line, container);
        lines += 2;
    }
    for (uint16_t index = 0; index < container->subcommand_count; index++) {
        const struct command *command = container->subcommands[index];
        const struct command_documentation *documentation = command->documentation;

        append_upper(&line, strchr(command->name, '|') + 1);
        if (documentation->argument_count > 0)
            append(&line, " ");
        append_arguments(&line, documentation->arguments, documentation->argument_count, " ");
        reply_line(reply, &line);
        reply_summary(reply, &line, command);
        lines += 2;
    }
    reply_deferred_array(reply, array, lines);
}
