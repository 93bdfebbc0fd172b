/*
 * COMMAND: what the table says, to clients. https://redis.io/docs/latest/commands/command/
 */
#include "proto/base/assert.h"
#include "proto/base/glob.h"
#include "proto/base/memory.h"
#include "server/commands/cmd.h"
#include "server/commands/command.h"
#include "server/commands/command_documentation.h"
#include "server/commands/handlers.h"

static bool is_top_level(const struct command *command)
{
    return strchr(command->name, '|') == NULL;
}

/* Top-level commands that can be run. */
static uint32_t count_commands(void)
{
    uint32_t count = 0;

    for (uint16_t id = 0; id < command_count; id++)
        count += is_top_level(commands[id]);
    return count;
}

static void reply_text(struct reply *reply, const char *text)
{
    reply_bulk(reply, span_of_string(text));
}

/* ---- INFO ---- */

/* The words of the bits that are set, as a set of statuses, each with `prefix` before it. */
static void reply_bits(struct reply *reply, uint32_t bits, const char *const *names, uint32_t count,
                       const char *prefix)
{
    ASSERT(count <= 32);
    reply_set(reply, (uint64_t)__builtin_popcount(bits));
    for (uint32_t bit = 0; bit < count; bit++) {
        if ((bits & 1u << bit) == 0)
            continue;
        reply_literal(reply, "+");
        reply_raw(reply, span_of_string(prefix));
        reply_raw(reply, span_of_string(names[bit]));
        reply_literal(reply, "\r\n");
    }
}

static void reply_named_integer(struct reply *reply, const char *name, int64_t value)
{
    reply_text(reply, name);
    reply_integer(reply, value);
}

/* The header of {type: ..., spec: {...}}; `count` entries of the inner map follow. */
static void reply_step(struct reply *reply, const char *type, uint64_t count)
{
    reply_map(reply, 2);
    reply_text(reply, "type");
    reply_text(reply, type);
    reply_text(reply, "spec");
    reply_map(reply, count);
}

static void reply_key_begin(struct reply *reply, const struct key_specification *specification)
{
    if (specification->begin == KEY_BEGIN_INDEX) {
        reply_step(reply, "index", 1);
        reply_named_integer(reply, "index", specification->index);
    } else if (specification->begin == KEY_BEGIN_KEYWORD) {
        reply_step(reply, "keyword", 2);
        reply_text(reply, "keyword");
        reply_text(reply, specification->keyword);
        reply_named_integer(reply, "startfrom", specification->index);
    } else {
        reply_step(reply, "unknown", 0);
    }
}

static void reply_key_find(struct reply *reply, const struct key_specification *specification)
{
    if (specification->find == KEY_FIND_RANGE) {
        reply_step(reply, "range", 3);
        reply_named_integer(reply, "lastkey", specification->last_key);
        reply_named_integer(reply, "keystep", specification->step);
        reply_named_integer(reply, "limit", specification->limit);
    } else if (specification->find == KEY_FIND_COUNT) {
        reply_step(reply, "keynum", 3);
        reply_named_integer(reply, "keynumidx", specification->count_index);
        reply_named_integer(reply, "firstkey", specification->first_key);
        reply_named_integer(reply, "keystep", specification->step);
    } else {
        reply_step(reply, "unknown", 0);
    }
}

static void reply_key_specification(struct reply *reply,
                                    const struct key_specification *specification)
{
    reply_map(reply, specification->notes != NULL ? 4 : 3);
    if (specification->notes != NULL) {
        reply_text(reply, "notes");
        reply_text(reply, specification->notes);
    }
    reply_text(reply, "flags");
    reply_bits(reply, specification->flags, key_flag_names, key_flag_count, "");
    reply_text(reply, "begin_search");
    reply_key_begin(reply, specification);
    reply_text(reply, "find_keys");
    reply_key_find(reply, specification);
}

static void reply_info(struct reply *reply, const struct command *command)
{
    const struct command_documentation *documentation = command->documentation;
    uint32_t subcommands = command->subcommand_count;

    reply_array(reply, 10);
    reply_text(reply, command->name);
    reply_integer(reply, command->arity);
    reply_bits(reply, command->flags, command_flag_names, command_flag_count, "");
    reply_integer(reply, command->first_key);
    reply_integer(reply, command->last_key);
    reply_integer(reply, command->key_step);
    reply_bits(reply, command->categories, command_category_names, command_category_count, "@");
    reply_set(reply, documentation->tip_count);
    for (uint32_t index = 0; index < documentation->tip_count; index++)
        reply_text(reply, documentation->tips[index]);
    reply_set(reply, command->key_specification_count);
    for (uint16_t index = 0; index < command->key_specification_count; index++)
        reply_key_specification(reply, &command->key_specifications[index]);
    if (subcommands == 0) {
        reply_set(reply, 0);
        return;
    }
    reply_array(reply, subcommands);
    for (uint16_t index = 0; index < command->subcommand_count; index++) {
        reply_info(reply, command->subcommands[index]);
    }
}

void command_command(struct cmd *cmd)
{
    reply_array(cmd->reply, count_commands());
    for (uint16_t id = 0; id < command_count; id++) {
        if (is_top_level(commands[id]))
            reply_info(cmd->reply, commands[id]);
    }
}

void command_command_info(struct cmd *cmd)
{
    size_t start = cmd->reply->length;

    if (cmd->argc == 2) {
        command_command(cmd);
        return;
    }
    reply_array(cmd->reply, cmd->argc - 2);
    for (uint32_t index = 2; index < cmd->argc && !cmd_reply_is_too_long(cmd, start); index++) {
        const struct command *command = command_find_by_name(cmd->argv[index]);

        if (command != NULL)
            reply_info(cmd->reply, command);
        else
            reply_null(cmd->reply);
    }
}

void command_command_count(struct cmd *cmd)
{
    reply_integer(cmd->reply, count_commands());
}

/* ---- DOCS ---- */

static const char *argument_type_name(enum command_argument_type type)
{
    switch (type) {
    case ARGUMENT_STRING:
        return "string";
    case ARGUMENT_INTEGER:
        return "integer";
    case ARGUMENT_DOUBLE:
        return "double";
    case ARGUMENT_KEY:
        return "key";
    case ARGUMENT_PATTERN:
        return "pattern";
    case ARGUMENT_UNIX_TIME:
        return "unix-time";
    case ARGUMENT_PURE_TOKEN:
        return "pure-token";
    case ARGUMENT_ONEOF:
        return "oneof";
    case ARGUMENT_BLOCK:
        return "block";
    }
    UNREACHABLE();
}

/* A name and its text, unless there is none; returns how many entries it wrote. */
static uint64_t reply_optional(struct reply *reply, const char *name, const char *text)
{
    if (text == NULL)
        return 0;
    reply_text(reply, name);
    reply_text(reply, text);
    return 1;
}

/* Recursion goes as deep as the table's arguments nest. */
static void reply_arguments(struct reply *reply, const struct command_argument *arguments,
                            uint32_t count)
{
    static const char *const flag_names[] = {"optional", "multiple", "multiple_token"};

    reply_array(reply, count);
    for (uint32_t index = 0; index < count; index++) {
        const struct command_argument *argument = &arguments[index];
        struct reply_deferred map = reply_defer(reply);
        uint64_t entries = 0;

        entries += reply_optional(reply, "name", argument->name);
        entries += reply_optional(reply, "type", argument_type_name(argument->type));
        if (argument->key_specification >= 0) {
            reply_named_integer(reply, "key_spec_index", argument->key_specification);
            entries++;
        }
        entries += reply_optional(reply, "token", argument->token);
        entries += reply_optional(reply, "since", argument->since);
        entries += reply_optional(reply, "deprecated_since", argument->deprecated_since);
        if (argument->flags != 0) {
            reply_text(reply, "flags");
            reply_bits(reply, argument->flags, flag_names, 3, "");
            entries++;
        }
        if (argument->argument_count > 0) {
            reply_text(reply, "arguments");
            reply_arguments(reply, argument->arguments, argument->argument_count);
            entries++;
        }
        reply_deferred_map(reply, map, entries);
    }
}

static uint64_t reply_document_flags(struct reply *reply,
                                     const struct command_documentation *documentation)
{
    static const char *const names[] = {"deprecated", "syscmd"};
    uint32_t flags =
        (documentation->deprecated_since != NULL ? 1u : 0u) | (documentation->system ? 2u : 0u);

    if (flags == 0)
        return 0;
    reply_text(reply, "doc_flags");
    reply_bits(reply, flags, names, 2, "");
    return 1;
}

static uint64_t reply_history(struct reply *reply,
                              const struct command_documentation *documentation)
{
    if (documentation->history_count == 0)
        return 0;
    reply_text(reply, "history");
    reply_set(reply, documentation->history_count);
    for (uint32_t index = 0; index < documentation->history_count; index++) {
        reply_array(reply, 2);
        reply_text(reply, documentation->history[index].since);
        reply_text(reply, documentation->history[index].text);
    }
    return 1;
}

/* The command's full name and its map. */
static void reply_document(struct reply *reply, const struct command *command)
{
    const struct command_documentation *documentation = command->documentation;
    uint32_t subcommands = command->subcommand_count;
    struct reply_deferred map;
    uint64_t entries = 0;

    reply_text(reply, command->name);
    map = reply_defer(reply);
    entries += reply_optional(reply, "summary", documentation->summary);
    entries += reply_optional(reply, "since", documentation->since);
    entries += reply_optional(reply, "group", documentation->group);
    entries += reply_optional(reply, "complexity", documentation->complexity);
    entries += reply_document_flags(reply, documentation);
    entries += reply_optional(reply, "deprecated_since", documentation->deprecated_since);
    entries += reply_optional(reply, "replaced_by", documentation->replaced_by);
    entries += reply_history(reply, documentation);
    if (documentation->argument_count > 0) {
        reply_text(reply, "arguments");
        reply_arguments(reply, documentation->arguments, documentation->argument_count);
        entries++;
    }
    if (subcommands > 0) {
        reply_text(reply, "subcommands");
        reply_map(reply, subcommands);
        for (uint16_t index = 0; index < command->subcommand_count; index++) {
            reply_document(reply, command->subcommands[index]);
        }
        entries++;
    }
    reply_deferred_map(reply, map, entries);
}

void command_command_docs(struct cmd *cmd)
{
    size_t start = cmd->reply->length;
    struct reply_deferred map;
    uint64_t count = 0;

    if (cmd->argc == 2) {
        reply_map(cmd->reply, count_commands());
        for (uint16_t id = 0; id < command_count; id++) {
            if (is_top_level(commands[id]))
                reply_document(cmd->reply, commands[id]);
        }
        return;
    }
    map = reply_defer(cmd->reply);
    for (uint32_t index = 2; index < cmd->argc; index++) {
        const struct command *command = command_find_by_name(cmd->argv[index]);

        if (command == NULL)
            continue;
        reply_document(cmd->reply, command);
        count++;
        if (cmd_reply_is_too_long(cmd, start))
            return;
    }
    reply_deferred_map(cmd->reply, map, count);
}

/* ---- LIST ---- */

/* Which commands COMMAND LIST names. */
struct list_filter {
    uint32_t categories; /* any of them */
    struct span pattern; /* data NULL: any name */
};

static bool filter_passes(const struct list_filter *filter, const struct command *command)
{
    if (filter->pattern.data != NULL)
        return glob_match(filter->pattern, span_of_string(command->name), true);
    return (command->categories & filter->categories) != 0;
}

/* The bit of a category by its name; 0 when there is none. */
static uint32_t category_named(struct span name)
{
    for (uint32_t bit = 0; bit < command_category_count; bit++) {
        if (span_equal_ignoring_case(name, span_of_string(command_category_names[bit])))
            return 1u << bit;
    }
    return 0;
}

void command_command_list(struct cmd *cmd)
{
    struct list_filter filter = {.categories = UINT32_MAX};
    struct reply_deferred list;
    uint64_t count = 0;

    if (cmd->argc != 2 && (cmd->argc != 5 || !cmd_argument_is(cmd, 2, "filterby"))) {
        cmd_reply_syntax_error(cmd);
        return;
    }
    if (cmd->argc == 5) {
        if (cmd_argument_is(cmd, 3, "module")) {
            filter.categories = 0; /* there are no modules */
        } else if (cmd_argument_is(cmd, 3, "aclcat")) {
            filter.categories = category_named(cmd->argv[4]);
        } else if (cmd_argument_is(cmd, 3, "pattern")) {
            filter.pattern = cmd->argv[4];
        } else {
            cmd_reply_syntax_error(cmd);
            return;
        }
    }
    list = reply_defer(cmd->reply);
    for (uint16_t id = 0; id < command_count; id++) {
        if (!filter_passes(&filter, commands[id]))
            continue;
        reply_text(cmd->reply, commands[id]->name);
        count++;
    }
    reply_deferred_array(cmd->reply, list, count);
}

/* ---- GETKEYS ---- */

static bool has_keys(const struct command *command)
{
    for (uint16_t index = 0; index < command->key_specification_count; index++) {
        if ((command->key_specifications[index].flags & KEY_NOT_KEY) == 0)
            return true;
    }
    return false;
}

static void reply_keys(const struct cmd *cmd, const struct key_position *positions, int64_t count,
                       bool with_flags)
{
    struct reply_deferred array = reply_defer(cmd->reply);
    uint64_t keys = 0;

    for (int64_t index = 0; index < count; index++) {
        if ((positions[index].flags & KEY_NOT_KEY) != 0)
            continue;
        ASSERT(positions[index].index < cmd->argc - 2);
        if (with_flags)
            reply_array(cmd->reply, 2);
        reply_bulk(cmd->reply, cmd->argv[2 + positions[index].index]);
        if (with_flags)
            reply_bits(cmd->reply, positions[index].flags, key_flag_names, key_flag_count, "");
        keys++;
    }
    reply_deferred_array(cmd->reply, array, keys);
}

static void getkeys(struct cmd *cmd, bool with_flags)
{
    const struct span *argv = cmd->argv + 2;
    uint32_t argc = cmd->argc - 2;
    const struct command *container;
    const struct command *command = command_find_arguments(argv, argc, &container);
    struct key_position *positions;
    int64_t count;

    ASSERT(cmd->argc > 2);
    if (command == NULL) {
        reply_error_literal(cmd->reply, "ERR Invalid command specified");
        return;
    }
    if (!has_keys(command)) {
        reply_error_literal(cmd->reply, "ERR The command has no key arguments");
        return;
    }
    if (!command_arity_ok(command, argc)) {
        reply_error_literal(cmd->reply, "ERR Invalid number of arguments specified for command");
        return;
    }
    count = command_keys(command, argv, argc, NULL, 0);
    if (count < 0 && (command->flags & COMMAND_NO_MANDATORY_KEYS) == 0) {
        reply_error_literal(cmd->reply, "ERR Invalid arguments specified for command");
        return;
    }
    if (count <= 0) {
        reply_array(cmd->reply, 0);
        return;
    }
    positions = memory_new((size_t)count * sizeof(*positions));
    count = command_keys(command, argv, argc, positions, (uint32_t)count);
    reply_keys(cmd, positions, count, with_flags);
    memory_free(positions);
}

void command_command_getkeys(struct cmd *cmd)
{
    getkeys(cmd, false);
}

void command_command_getkeysandflags(struct cmd *cmd)
{
    getkeys(cmd, true);
}

/* ---- HELP ---- */

/* HELP of any container. */
void command_help(struct cmd *cmd)
{
    struct span name = span_of_string(cmd->command->name);
    const char *bar = memchr(name.data, '|', name.length);

    ASSERT(bar != NULL);
    name.length = (size_t)(bar - name.data);
    command_documentation_reply_help(cmd->reply, command_find(name));
}
