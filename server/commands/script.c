/*
 * EVAL and its kin, and SCRIPT.
 */
#include "server/commands/handlers.h"

#include "proto/base/number.h"
#include "server/commands/cmd.h"
#include "server/commands/script.h"
#include "server/script/busy.h"
#include "server/script/cache.h"
#include "server/script/engine.h"
#include "server/script/store.h"
#include "server/shard/shard.h"

/* ---- EVAL, EVALSHA, EVAL_RO, EVALSHA_RO ---- */

bool script_keys_fit(const struct cmd *cmd, int64_t count)
{
    if (count > (int64_t)cmd->argc - 3)
        reply_error_literal(cmd->reply, "ERR Number of keys can't be greater than number of args");
    else if (count < 0)
        reply_error_literal(cmd->reply, "ERR Number of keys can't be negative");
    else
        return true;
    return false;
}

/* script numkeys key ... argument ... */
static bool count_keys(const struct cmd *cmd, int64_t *count)
{
    return cmd_integer(cmd, 2, count) && script_keys_fit(cmd, *count);
}

static void run(struct cmd *cmd, const struct script *script, uint32_t keys)
{
    bool read_only = cmd->command->flags & COMMAND_READONLY;
    struct script_run parameters = {.cmd = cmd,
                                    .kind = SCRIPT_EVAL,
                                    .reference = script->reference,
                                    .flags = script->text->flags,
                                    .read_only = read_only,
                                    .name = span_of(script->text->hex, SHA1_HEX_LENGTH),
                                    .keys = cmd->argv + 3,
                                    .key_count = keys,
                                    .arguments = cmd->argv + 3 + keys,
                                    .argument_count = cmd->argc - 3 - keys};

    if (script_engine_admits(cmd, parameters.flags, read_only))
        script_engine_run(cmd->shard->script, &parameters);
}

void command_eval(struct cmd *cmd)
{
    const struct script *script;
    int64_t keys;

    if (!count_keys(cmd, &keys))
        return;
    script = script_cache_of_text(script_engine_of(cmd->shard)->cache, cmd->argv[1], cmd->reply);
    if (script != NULL)
        run(cmd, script, (uint32_t)keys);
}

void command_evalsha(struct cmd *cmd)
{
    const struct script *script = NULL;
    int64_t keys;

    if (cmd->argv[1].length == SHA1_HEX_LENGTH) {
        if (!count_keys(cmd, &keys))
            return;
        script = script_cache_of_name(script_engine_of(cmd->shard)->cache, cmd->argv[1]);
    }
    if (script == NULL)
        reply_error_literal(cmd->reply, "NOSCRIPT No matching script. Please use EVAL.");
    else
        run(cmd, script, (uint32_t)keys);
}

/* ---- SCRIPT ---- */

void command_script_load(struct cmd *cmd)
{
    struct script_engine *engine = script_engine_of(cmd->shard);
    char hex[SHA1_HEX_LENGTH];

    if (script_cache_load(engine->cache, cmd->argv[2], hex, cmd->reply))
        reply_bulk(cmd->reply, span_of(hex, sizeof(hex)));
}

static struct script_text *find(const struct cmd *cmd, struct span name)
{
    char hex[SHA1_HEX_LENGTH];

    if (!script_name_parse(name, hex))
        return NULL;
    return script_store_find(cmd->shard->node->scripts, hex);
}

void command_script_exists(struct cmd *cmd)
{
    reply_array(cmd->reply, cmd->argc - 2);
    for (uint32_t i = 2; i < cmd->argc; i++) {
        struct script_text *text = find(cmd, cmd->argv[i]);

        reply_integer(cmd->reply, text != NULL);
        if (text != NULL)
            script_text_release(text);
    }
}

void command_script_show(struct cmd *cmd)
{
    struct script_text *text = find(cmd, cmd->argv[2]);

    if (text == NULL) {
        reply_error_literal(cmd->reply, "NOSCRIPT No matching script. Please use EVAL.");
        return;
    }
    reply_bulk(cmd->reply, text->text);
    script_text_release(text);
}

/* The other shards notice at their next script. */
void command_script_flush(struct cmd *cmd)
{
    struct shard *shard = cmd->shard;

    if (cmd->argc > 3 ||
        (cmd->argc == 3 && !cmd_argument_is(cmd, 2, "SYNC") && !cmd_argument_is(cmd, 2, "ASYNC"))) {
        reply_error_literal(cmd->reply, "ERR SCRIPT FLUSH only support SYNC|ASYNC option");
        return;
    }
    script_store_flush(shard->node->scripts);
    if (shard->script != NULL)
        script_engine_trim(shard->script);
    reply_ok(cmd->reply);
}

void command_script_kill(struct cmd *cmd)
{
    busy_kill(cmd->shard->node, SCRIPT_EVAL, cmd->reply);
}

void command_script_debug(struct cmd *cmd)
{
    if (cmd_argument_is(cmd, 2, "NO"))
        reply_ok(cmd->reply);
    else if (cmd_argument_is(cmd, 2, "YES") || cmd_argument_is(cmd, 2, "SYNC"))
        reply_error_literal(cmd->reply, "ERR There is no script debugger here");
    else
        reply_error_literal(cmd->reply, "ERR Use SCRIPT DEBUG YES/SYNC/NO");
}
