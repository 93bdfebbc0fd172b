/* Hashes: single fields and whole hashes. */
#include "server/commands/hash.h"

#include "server/commands/handlers.h"
#include "server/journal/effect.h"

bool hash_read(const struct cmd *cmd, const struct entry **entry)
{
    struct key key = cmd_key(cmd, 1);

    *entry = cmd_read(cmd, &key);
    return cmd_type_is(cmd, *entry, VALUE_HASH);
}

bool hash_reply_value(const struct cmd *cmd, const struct entry *entry, struct span name)
{
    struct hash_field field;

    if (!hash_find(entry, name, cmd->now, &field)) {
        reply_null(cmd->reply);
        return false;
    }
    reply_bulk(cmd->reply, field.value);
    return true;
}

bool hash_is_over(const struct cmd *cmd, const struct entry *entry, struct span name)
{
    return effect_is_wanted(cmd) && hash_find(entry, name, 0, NULL) &&
           !hash_find(entry, name, cmd->now, NULL);
}

/* ---- Reading ---- */

void command_hget(struct cmd *cmd)
{
    const struct entry *entry;

    if (hash_read(cmd, &entry))
        hash_reply_value(cmd, entry, cmd->argv[2]);
}

void command_hmget(struct cmd *cmd)
{
    size_t start = cmd->reply->length;
    const struct entry *entry;

    if (!hash_read(cmd, &entry))
        return;
    reply_array(cmd->reply, cmd->argc - 2);
    for (uint32_t i = 2; i < cmd->argc && !cmd_reply_is_too_long(cmd, start); i++)
        hash_reply_value(cmd, entry, cmd->argv[i]);
}

void command_hgetall(struct cmd *cmd)
{
    const struct entry *entry;
    struct hash_iterator iterator;
    struct hash_field field;

    if (!hash_read(cmd, &entry))
        return;
    reply_map(cmd->reply, hash_length(entry, cmd->now));
    iterator = hash_iterate(entry, cmd->now);
    while (hash_next(&iterator, &field)) {
        reply_bulk(cmd->reply, field.name);
        reply_bulk(cmd->reply, field.value);
    }
}

static void reply_each(struct cmd *cmd, bool values)
{
    const struct entry *entry;
    struct hash_iterator iterator;
    struct hash_field field;

    if (!hash_read(cmd, &entry))
        return;
    reply_array(cmd->reply, hash_length(entry, cmd->now));
    iterator = hash_iterate(entry, cmd->now);
    while (hash_next(&iterator, &field))
        reply_bulk(cmd->reply, values ? field.value : field.name);
}

void command_hkeys(struct cmd *cmd)
{
    reply_each(cmd, false);
}

void command_hvals(struct cmd *cmd)
{
    reply_each(cmd, true);
}

/* With fields that have expired a moment ago, like everywhere: a large hash may hold millions. */
void command_hlen(struct cmd *cmd)
{
    const struct entry *entry;

    if (hash_read(cmd, &entry))
        reply_integer(cmd->reply, (int64_t)hash_held(entry));
}

void command_hstrlen(struct cmd *cmd)
{
    const struct entry *entry;
    struct hash_field field;

    if (!hash_read(cmd, &entry))
        return;
    if (!hash_find(entry, cmd->argv[2], cmd->now, &field))
        field.value.length = 0;
    reply_integer(cmd->reply, (int64_t)field.value.length);
}

void command_hexists(struct cmd *cmd)
{
    const struct entry *entry;

    if (hash_read(cmd, &entry))
        reply_integer(cmd->reply, hash_find(entry, cmd->argv[2], cmd->now, NULL));
}

/* ---- Writing ---- */

/* Sets the fields that the arguments name; false when it replied an error. */
static bool set_fields(struct cmd *cmd, int64_t *added)
{
    struct hash_limits limits = hash_limits_of(cmd->config);
    struct key key = cmd_key(cmd, 1);
    struct collection hash;

    if (cmd->argc % 2 != 0) {
        cmd_reply_wrong_arity(cmd);
        return false;
    }
    if (!cmd_collection(cmd, &key, VALUE_HASH, &hash))
        return false;
    *added = 0;
    for (uint32_t i = 2; i < cmd->argc; i += 2)
        *added += hash_set(&hash, cmd->now, &limits, cmd->argv[i], cmd->argv[i + 1], TIME_NEVER);
    cmd_changed(cmd, 'h', "hset", &key);
    return true;
}

void command_hset(struct cmd *cmd)
{
    int64_t added;

    if (set_fields(cmd, &added))
        reply_integer(cmd->reply, added);
}

void command_hmset(struct cmd *cmd)
{
    int64_t added;

    if (set_fields(cmd, &added))
        reply_ok(cmd->reply);
}

void command_hsetnx(struct cmd *cmd)
{
    struct hash_limits limits = hash_limits_of(cmd->config);
    struct key key = cmd_key(cmd, 1);
    struct collection hash;

    if (!cmd_collection(cmd, &key, VALUE_HASH, &hash))
        return;
    if (hash_find(hash.entry, cmd->argv[2], cmd->now, NULL)) {
        reply_integer(cmd->reply, 0);
        return;
    }
    if (hash_is_over(cmd, hash.entry, cmd->argv[2]))
        effect_command(cmd, &key,
                       (struct span[]){SPAN("HSET"), key.name, cmd->argv[2], cmd->argv[3]}, 4);
    hash_set(&hash, cmd->now, &limits, cmd->argv[2], cmd->argv[3], TIME_NEVER);
    cmd_changed(cmd, 'h', "hset", &key);
    reply_integer(cmd->reply, 1);
}

void command_hdel(struct cmd *cmd)
{
    struct key key = cmd_key(cmd, 1);
    struct collection hash;
    int64_t removed = 0;

    if (!cmd_collection(cmd, &key, VALUE_HASH, &hash))
        return;
    for (uint32_t i = 2; i < cmd->argc && hash.entry != NULL; i++)
        removed += hash_remove(&hash, cmd->now, cmd->argv[i]);
    if (removed > 0) {
        cmd_changed(cmd, 'h', "hdel", &key);
        if (hash.entry == NULL)
            cmd_event(cmd, 'g', "del", &key);
    }
    reply_integer(cmd->reply, removed);
}
