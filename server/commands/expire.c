#include "server/commands/expire.h"

#include "proto/base/assert.h"
#include "server/commands/handlers.h"
#include "server/journal/effect.h"

static void expire_reply_invalid(const struct cmd *cmd)
{
    reply_error_format(cmd->reply, "ERR invalid expire time in '%s' command", cmd->command->name);
}

bool expire_argument(const struct cmd *cmd, uint32_t index, enum expire_unit unit, time_ms base,
                     int64_t minimum, time_ms *when)
{
    int64_t count;

    ASSERT(base >= 0);
    if (!cmd_integer(cmd, index, &count))
        return false;
    if (count < minimum || count > INT64_MAX / unit || count < INT64_MIN / unit) {
        expire_reply_invalid(cmd);
        return false;
    }
    count *= unit;
    if (count > INT64_MAX - base) {
        expire_reply_invalid(cmd);
        return false;
    }
    count += base;
    *when = count == TIME_NEVER ? TIME_NEVER - 1 : count;
    return true;
}

/* Names the word, up to a length that fits a log line. */
static void expire_reply_unsupported(const struct cmd *cmd, struct span word)
{
    enum { ECHO_MAX = 1024 };
    int length = word.length < ECHO_MAX ? (int)word.length : ECHO_MAX;

    reply_error_format(cmd->reply, "ERR Unsupported option %.*s", length, word.data);
}

bool expire_conditions(const struct cmd *cmd, uint32_t end, uint32_t *conditions)
{
    *conditions = 0;
    for (uint32_t i = 3; i < end; i++) {
        if (cmd_argument_is(cmd, i, "NX")) {
            *conditions |= EXPIRE_CONDITION_NX;
        } else if (cmd_argument_is(cmd, i, "XX")) {
            *conditions |= EXPIRE_CONDITION_XX;
        } else if (cmd_argument_is(cmd, i, "GT")) {
            *conditions |= EXPIRE_CONDITION_GT;
        } else if (cmd_argument_is(cmd, i, "LT")) {
            *conditions |= EXPIRE_CONDITION_LT;
        } else {
            expire_reply_unsupported(cmd, cmd->argv[i]);
            return false;
        }
    }
    if ((*conditions & EXPIRE_CONDITION_NX) != 0 && *conditions != EXPIRE_CONDITION_NX) {
        reply_error_literal(cmd->reply, "ERR NX and XX, GT or LT options at the same time are not "
                                        "compatible");
        return false;
    }
    if ((*conditions & EXPIRE_CONDITION_GT) != 0 && (*conditions & EXPIRE_CONDITION_LT) != 0) {
        reply_error_literal(cmd->reply,
                            "ERR GT and LT options at the same time are not compatible");
        return false;
    }
    return true;
}

bool expire_allowed(uint32_t conditions, time_ms current, time_ms when)
{
    if ((conditions & EXPIRE_CONDITION_NX) != 0 && current != TIME_NEVER)
        return false;
    if ((conditions & EXPIRE_CONDITION_XX) != 0 && current == TIME_NEVER)
        return false;
    if ((conditions & EXPIRE_CONDITION_GT) != 0 && when <= current)
        return false;
    return (conditions & EXPIRE_CONDITION_LT) == 0 || when < current;
}

static void expire_set(struct cmd *cmd, enum expire_unit unit, time_ms base)
{
    struct key key = cmd_key(cmd, 1);
    struct keyspace *keyspace = cmd_keyspace(cmd, &key);
    const struct entry *entry;
    uint32_t conditions;
    time_ms when;

    if (!expire_conditions(cmd, cmd->argc, &conditions) ||
        !expire_argument(cmd, 2, unit, base, INT64_MIN, &when))
        return;
    entry = cmd_find(cmd, &key);
    if (entry == NULL || !expire_allowed(conditions, entry_expiry(entry), when)) {
        reply_integer(cmd->reply, 0);
        return;
    }
    if (when <= cmd->now) {
        keyspace_delete(keyspace, cmd->database, &key, cmd->now);
        cmd_changed(cmd, 'g', "del", &key);
        effect_delete(cmd, &key);
    } else {
        keyspace_set_expiry(keyspace, cmd->database, &key, when);
        cmd_changed(cmd, 'g', "expire", &key);
        effect_expire(cmd, &key, when);
    }
    reply_integer(cmd->reply, 1);
}

void command_expire(struct cmd *cmd)
{
    expire_set(cmd, EXPIRE_SECONDS, cmd->now);
}

void command_pexpire(struct cmd *cmd)
{
    expire_set(cmd, EXPIRE_MILLISECONDS, cmd->now);
}

void command_expireat(struct cmd *cmd)
{
    expire_set(cmd, EXPIRE_SECONDS, 0);
}

void command_pexpireat(struct cmd *cmd)
{
    expire_set(cmd, EXPIRE_MILLISECONDS, 0);
}

int64_t expire_in_units(time_ms time, enum expire_unit unit)
{
    ASSERT(time >= 0);
    return time / unit + (time % unit * 2 >= (int64_t)unit && unit != EXPIRE_MILLISECONDS);
}

/* Replies the key's time of expiry, counted from `base`: -2 without the key, -1 without a time. */
static void expire_reply(const struct cmd *cmd, enum expire_unit unit, time_ms base)
{
    struct key key = cmd_key(cmd, 1);
    const struct entry *entry = cmd_inspect(cmd, &key);
    time_ms expiry;

    if (entry == NULL) {
        reply_integer(cmd->reply, -2);
        return;
    }
    expiry = entry_expiry(entry);
    if (expiry == TIME_NEVER) {
        reply_integer(cmd->reply, -1);
        return;
    }
    reply_integer(cmd->reply, expire_in_units(expiry > base ? expiry - base : 0, unit));
}

void command_ttl(struct cmd *cmd)
{
    expire_reply(cmd, EXPIRE_SECONDS, cmd->now);
}

void command_pttl(struct cmd *cmd)
{
    expire_reply(cmd, EXPIRE_MILLISECONDS, cmd->now);
}

void command_expiretime(struct cmd *cmd)
{
    expire_reply(cmd, EXPIRE_SECONDS, 0);
}

void command_pexpiretime(struct cmd *cmd)
{
    expire_reply(cmd, EXPIRE_MILLISECONDS, 0);
}

void command_persist(struct cmd *cmd)
{
    struct key key = cmd_key(cmd, 1);
    const struct entry *entry = cmd_find(cmd, &key);

    if (entry == NULL || entry_expiry(entry) == TIME_NEVER) {
        reply_integer(cmd->reply, 0);
        return;
    }
    keyspace_set_expiry(cmd_keyspace(cmd, &key), cmd->database, &key, TIME_NEVER);
    cmd_changed(cmd, 'g', "persist", &key);
    reply_integer(cmd->reply, 1);
}
