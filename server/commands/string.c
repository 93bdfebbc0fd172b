#include "proto/base/assert.h"
#include "server/commands/cmd.h"
#include "server/commands/handlers.h"
#include "server/journal/effect.h"

/* Keys that are looked up together, so that their cache misses overlap. */
enum { KEY_BATCH = 32 };

void command_get(struct cmd *cmd)
{
    struct key key = cmd_key(cmd, 1);
    const struct entry *entry = cmd_read(cmd, &key);

    if (entry == NULL)
        reply_null(cmd->reply);
    else if (cmd_type_is(cmd, entry, VALUE_STRING))
        entry_string_reply(entry, cmd->reply);
}

void command_getdel(struct cmd *cmd)
{
    struct key key = cmd_key(cmd, 1);
    const struct entry *entry = cmd_read(cmd, &key);

    if (entry == NULL) {
        reply_null(cmd->reply);
        return;
    }
    if (!cmd_type_is(cmd, entry, VALUE_STRING))
        return;
    entry_string_reply(entry, cmd->reply);
    keyspace_delete(cmd_keyspace(cmd, &key), cmd->database, &key, cmd->now);
    cmd_changed(cmd, 'g', "del", &key);
    effect_delete(cmd, &key);
}

void command_mget(struct cmd *cmd)
{
    size_t start = cmd->reply->length;
    struct key keys[KEY_BATCH];
    uint32_t count = cmd->argc - 1;

    reply_array(cmd->reply, count);
    for (uint32_t done = 0; done < count; done += KEY_BATCH) {
        uint32_t batch = count - done < KEY_BATCH ? count - done : KEY_BATCH;

        cmd_keys(cmd, 1 + done, 1, batch, keys);
        for (uint32_t i = 0; i < batch; i++) {
            const struct entry *entry = cmd_read(cmd, &keys[i]);

            if (entry == NULL || entry_type(entry) != VALUE_STRING)
                reply_null(cmd->reply);
            else
                entry_string_reply(entry, cmd->reply);
            if (cmd_reply_is_too_long(cmd, start))
                return;
        }
    }
}

/* Are the arguments whole pairs of key and value? Replies the error otherwise. */
static bool string_pairs(const struct cmd *cmd)
{
    if (cmd->argc % 2 == 1)
        return true;
    cmd_reply_wrong_arity(cmd);
    return false;
}

static void string_store_pairs(struct cmd *cmd)
{
    struct key keys[KEY_BATCH];
    uint32_t count = (cmd->argc - 1) / 2;

    for (uint32_t done = 0; done < count; done += KEY_BATCH) {
        uint32_t batch = count - done < KEY_BATCH ? count - done : KEY_BATCH;
        uint32_t first = 1 + 2 * done;

        cmd_keys(cmd, first, 2, batch, keys);
        for (uint32_t i = 0; i < batch; i++) {
            keyspace_set_string(cmd_keyspace(cmd, &keys[i]), cmd->database, &keys[i],
                                cmd->argv[first + 2 * i + 1], TIME_NEVER);
            cmd_changed(cmd, '$', "set", &keys[i]);
        }
    }
}

void command_mset(struct cmd *cmd)
{
    if (!string_pairs(cmd))
        return;
    string_store_pairs(cmd);
    reply_ok(cmd->reply);
}

void command_msetnx(struct cmd *cmd)
{
    if (!string_pairs(cmd))
        return;
    for (uint32_t i = 1; i < cmd->argc; i += 2) {
        struct key key = cmd_key(cmd, i);

        if (cmd_find(cmd, &key) != NULL) {
            reply_integer(cmd->reply, 0);
            return;
        }
    }
    string_store_pairs(cmd);
    reply_integer(cmd->reply, 1);
}

void command_strlen(struct cmd *cmd)
{
    struct key key = cmd_key(cmd, 1);
    const struct entry *entry = cmd_read(cmd, &key);

    if (cmd_type_is(cmd, entry, VALUE_STRING))
        reply_integer(cmd->reply, entry == NULL ? 0 : (int64_t)entry_string_length(entry));
}
