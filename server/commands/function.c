/*
 * FCALL, and FUNCTION but for its dumps.
 */
#include "server/commands/handlers.h"

#include "proto/base/glob.h"
#include "proto/base/number.h"
#include "server/commands/cmd.h"
#include "server/commands/function.h"
#include "server/commands/script.h"
#include "server/journal/recording.h"
#include "server/script/busy.h"
#include "server/script/engine.h"
#include "server/script/function_cache.h"
#include "server/script/function_load.h"
#include "server/script/running.h"
#include "server/shard/shard.h"

/* ---- FCALL, FCALL_RO ---- */

/* function numkeys key ... argument ... */
static bool count_keys(const struct cmd *cmd, int64_t *count)
{
    if (number_parse_integer(cmd->argv[2], count))
        return script_keys_fit(cmd, *count);
    reply_error_literal(cmd->reply, "ERR Bad number of keys provided");
    return false;
}

void command_fcall(struct cmd *cmd)
{
    struct script_engine *engine = script_engine_of(cmd->shard);
    struct script_run run = {.cmd = cmd, .kind = SCRIPT_FUNCTION};
    const struct function_entry *function =
        function_cache_find(engine->functions, cmd->argv[1], &run.reference, cmd->reply);
    int64_t keys;

    if (function == NULL || !count_keys(cmd, &keys))
        return;
    run.flags = function->flags;
    run.read_only = cmd->command->flags & COMMAND_READONLY;
    run.name = function->name;
    run.keys = cmd->argv + 3;
    run.key_count = (uint32_t)keys;
    run.arguments = run.keys + keys;
    run.argument_count = cmd->argc - 3 - (uint32_t)keys;
    if (script_engine_admits(cmd, run.flags, run.read_only))
        script_engine_run(engine, &run);
}

/* ---- LOAD, DELETE, FLUSH ---- */

void function_reply_wrong_arguments(const struct cmd *cmd)
{
    reply_error_format(cmd->reply,
                       "ERR unknown subcommand or wrong number of arguments for '%.*s'. Try "
                       "FUNCTION HELP.",
                       cmd->argv[1].length > 128 ? 128 : (int)cmd->argv[1].length,
                       cmd->argv[1].data);
}

static bool load_options(const struct cmd *cmd, enum function_policy *policy)
{
    *policy = FUNCTION_APPEND;
    for (uint32_t i = 2; i < cmd->argc - 1; i++) {
        if (!cmd_argument_is(cmd, i, "REPLACE")) {
            reply_error_format(cmd->reply, "ERR Unknown option given: %.*s",
                               (int)cmd->argv[i].length, cmd->argv[i].data);
            return false;
        }
        *policy = FUNCTION_REPLACE;
    }
    return true;
}

static void reply_library_exists(struct reply *reply, struct span name)
{
    reply_error_format(reply, "ERR Library '%.*s' already exists", (int)name.length, name.data);
}

static bool is_loaded(struct function_store *store, struct span name)
{
    struct function_set *set = function_store_get(store);
    bool found = function_set_library(set, name) != NULL;

    function_set_release(set);
    return found;
}

static void add_library(struct cmd *cmd, struct function_library *library,
                        enum function_policy policy)
{
    struct span name;

    switch (function_store_add(cmd->shard->node->functions, &library, 1, policy, &name)) {
    case FUNCTION_CONFLICT_NONE:
        recording_functions(cmd);
        reply_bulk(cmd->reply, library->name);
        return;
    case FUNCTION_CONFLICT_LIBRARY:
        reply_library_exists(cmd->reply, name);
        return;
    case FUNCTION_CONFLICT_NAME:
        reply_error_format(cmd->reply, "ERR Function %.*s already exists", (int)name.length,
                           name.data);
        return;
    }
}

void command_function_load(struct cmd *cmd)
{
    struct span code = cmd->argv[cmd->argc - 1];
    struct function_library *library;
    struct function_header header;
    enum function_policy policy;

    if (recording_wants_section(cmd, command_function_load))
        return;
    if (!load_options(cmd, &policy) || !function_header_parse(&header, code, cmd->reply))
        return;
    if (policy == FUNCTION_APPEND && is_loaded(cmd->shard->node->functions, header.name)) {
        reply_library_exists(cmd->reply, header.name);
        function_header_free(&header);
        return;
    }
    library = function_load(script_engine_of(cmd->shard), &header, code, NULL, cmd->reply);
    function_header_free(&header);
    if (library == NULL)
        return;
    add_library(cmd, library, policy);
    function_library_release(library);
}

void command_function_delete(struct cmd *cmd)
{
    if (recording_wants_section(cmd, command_function_delete))
        return;
    if (!function_store_delete(cmd->shard->node->functions, cmd->argv[2])) {
        reply_error_literal(cmd->reply, "ERR Library not found");
        return;
    }
    recording_functions(cmd);
    reply_ok(cmd->reply);
}

void command_function_flush(struct cmd *cmd)
{
    if (cmd->argc > 3) {
        function_reply_wrong_arguments(cmd);
        return;
    }
    if (cmd->argc == 3 && !cmd_argument_is(cmd, 2, "ASYNC") && !cmd_argument_is(cmd, 2, "SYNC")) {
        reply_error_literal(cmd->reply, "ERR FUNCTION FLUSH only supports SYNC|ASYNC option");
        return;
    }
    if (recording_wants_section(cmd, command_function_flush))
        return;
    function_store_flush(cmd->shard->node->functions);
    recording_functions(cmd);
    reply_ok(cmd->reply);
}

/* ---- LIST ---- */

struct list_options {
    struct span pattern; /* data is NULL: all */
    bool with_code;
};

static bool list_options(const struct cmd *cmd, struct list_options *options)
{
    *options = (struct list_options){.with_code = false};
    for (uint32_t i = 2; i < cmd->argc; i++) {
        if (!options->with_code && cmd_argument_is(cmd, i, "WITHCODE")) {
            options->with_code = true;
        } else if (options->pattern.data == NULL && cmd_argument_is(cmd, i, "LIBRARYNAME")) {
            if (++i == cmd->argc) {
                reply_error_literal(cmd->reply, "ERR library name argument was not given");
                return false;
            }
            options->pattern = cmd->argv[i];
        } else {
            reply_error_format(cmd->reply, "ERR Unknown argument %.*s", (int)cmd->argv[i].length,
                               cmd->argv[i].data);
            return false;
        }
    }
    return true;
}

static void reply_flags(struct reply *reply, uint32_t flags)
{
    static const char *const words[] = {"no-writes", "allow-oom", "allow-stale", "no-cluster",
                                        "allow-cross-slot-keys"};
    uint64_t count = 0;

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        count += (flags & script_flag_of_word(span_of_string(words[i]))) != 0;
    reply_set(reply, count);
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        if (flags & script_flag_of_word(span_of_string(words[i])))
            reply_status(reply, span_of_string(words[i]));
}

static void reply_library(struct reply *reply, const struct function_library *library,
                          bool with_code)
{
    reply_map(reply, with_code ? 4 : 3);
    reply_bulk(reply, SPAN("library_name"));
    reply_bulk(reply, library->name);
    reply_bulk(reply, SPAN("engine"));
    reply_bulk(reply, SPAN("LUA"));
    reply_bulk(reply, SPAN("functions"));
    reply_array(reply, library->function_count);
    for (uint32_t i = 0; i < library->function_count; i++) {
        const struct function_entry *function = &library->functions[i];

        reply_map(reply, 3);
        reply_bulk(reply, SPAN("name"));
        reply_bulk(reply, function->name);
        reply_bulk(reply, SPAN("description"));
        if (function->description.data == NULL)
            reply_null(reply);
        else
            reply_bulk(reply, function->description);
        reply_bulk(reply, SPAN("flags"));
        reply_flags(reply, function->flags);
    }
    if (with_code) {
        reply_bulk(reply, SPAN("library_code"));
        reply_bulk(reply, library->code);
    }
}

void command_function_list(struct cmd *cmd)
{
    struct list_options options;
    struct reply_deferred deferred;
    struct function_set *set;
    uint64_t count = 0;

    if (!list_options(cmd, &options))
        return;
    set = function_store_get(cmd->shard->node->functions);
    deferred = reply_defer(cmd->reply);
    for (uint32_t i = 0; i < set->library_count; i++) {
        const struct function_library *library = set->libraries[i];

        if (options.pattern.data != NULL && !glob_match(options.pattern, library->name, true))
            continue;
        reply_library(cmd->reply, library, options.with_code);
        count++;
    }
    reply_deferred_array(cmd->reply, deferred, count);
    function_set_release(set);
}

/* ---- STATS, KILL ---- */

void command_function_stats(struct cmd *cmd)
{
    struct function_set *set;

    if (running_is_script_alone(cmd->shard->node->running)) {
        busy_reply(cmd->shard->node, cmd->reply);
        return;
    }
    set = function_store_get(cmd->shard->node->functions);
    reply_map(cmd->reply, 2);
    reply_bulk(cmd->reply, SPAN("running_script"));
    running_reply(cmd->shard->node->running, cmd->reply);
    reply_bulk(cmd->reply, SPAN("engines"));
    reply_map(cmd->reply, 1);
    reply_bulk(cmd->reply, SPAN("LUA"));
    reply_map(cmd->reply, 2);
    reply_bulk(cmd->reply, SPAN("libraries_count"));
    reply_integer(cmd->reply, set->library_count);
    reply_bulk(cmd->reply, SPAN("functions_count"));
    reply_integer(cmd->reply, set->function_count);
    function_set_release(set);
}

void command_function_kill(struct cmd *cmd)
{
    busy_kill(cmd->shard->node, SCRIPT_FUNCTION, cmd->reply);
}
