#include "server/commands/cmd.h"

#include "proto/base/assert.h"
#include "proto/base/memory.h"
#include "proto/base/number.h"
#include "server/dispatch/blocked.h"
#include "server/journal/recording.h"
#include "server/pubsub/notification.h"
#include "server/shard/section.h"
#include "server/shard/shard.h"

#include <math.h>

struct key cmd_key(const struct cmd *cmd, uint32_t index)
{
    ASSERT_DEBUG(index < cmd->argc);
    if (index > 0 && (int32_t)index == cmd->command->first_key)
        return cmd->first_key;
    return keyspace_key(cmd->keyspace, cmd->argv[index]);
}

struct keyspace *cmd_keyspace(const struct cmd *cmd, const struct key *key)
{
    if (__builtin_expect(cmd->section != NULL, 0))
        return section_keyspace(cmd->section, key);
    ASSERT_DEBUG(cmd->keyspace != NULL);
    return cmd->keyspace;
}

void cmd_keys(const struct cmd *cmd, uint32_t first, uint32_t step, uint32_t count,
              struct key *keys)
{
    ASSERT(count == 0 || first + (uint64_t)(count - 1) * step < cmd->argc);
    for (uint32_t i = 0; i < count; i++) {
        keys[i] = cmd_key(cmd, first + i * step);
        keyspace_prefetch_table(cmd_keyspace(cmd, &keys[i]), cmd->database, &keys[i]);
    }
    for (uint32_t i = 0; i < count; i++)
        keyspace_prefetch_words(cmd_keyspace(cmd, &keys[i]), cmd->database, &keys[i]);
    for (uint32_t i = 0; i < count; i++)
        keyspace_prefetch_entry(cmd_keyspace(cmd, &keys[i]), cmd->database, &keys[i]);
}

void cmd_missed(const struct cmd *cmd, const struct key *key)
{
    if (__builtin_expect(!notification_is_on(cmd->config), 1) || cmd->shard == NULL)
        return;
    notification_send(cmd->section != NULL ? section_shard(cmd->section, key) : cmd->shard,
                      NOTIFY_KEY_MISS, "keymiss", cmd->database, key->name);
}

struct entry *cmd_read(const struct cmd *cmd, const struct key *key)
{
    struct keyspace *keyspace = cmd_keyspace(cmd, key);

    struct entry *entry = __builtin_expect(cmd->no_touch, 0)
                              ? keyspace_inspect(keyspace, cmd->database, key, cmd->now)
                              : keyspace_read(keyspace, cmd->database, key, cmd->now);

    if (__builtin_expect(entry == NULL, 0))
        cmd_missed(cmd, key);
    return entry;
}

struct entry *cmd_find(const struct cmd *cmd, const struct key *key)
{
    struct keyspace *keyspace = cmd_keyspace(cmd, key);

    if (__builtin_expect(cmd->no_touch, 0))
        return keyspace_peek(keyspace, cmd->database, key, cmd->now);
    return keyspace_find(keyspace, cmd->database, key, cmd->now);
}

struct entry *cmd_inspect(const struct cmd *cmd, const struct key *key)
{
    struct entry *entry = keyspace_inspect(cmd_keyspace(cmd, key), cmd->database, key, cmd->now);

    if (__builtin_expect(entry == NULL, 0))
        cmd_missed(cmd, key);
    return entry;
}

struct entry *cmd_peek(const struct cmd *cmd, const struct key *key)
{
    return keyspace_peek(cmd_keyspace(cmd, key), cmd->database, key, cmd->now);
}

bool cmd_type_is(const struct cmd *cmd, const struct entry *entry, enum value_type type)
{
    ASSERT_DEBUG(type < VALUE_TYPES);
    if (entry == NULL || entry_type(entry) == type)
        return true;
    reply_error_literal(cmd->reply,
                        "WRONGTYPE Operation against a key holding the wrong kind of value");
    return false;
}

bool cmd_collection(const struct cmd *cmd, const struct key *key, enum value_type type,
                    struct collection *collection)
{
    struct entry *entry = cmd_find(cmd, key);

    if (!cmd_type_is(cmd, entry, type))
        return false;
    *collection = collection_of(cmd_keyspace(cmd, key), cmd->database, key, type, entry);
    return true;
}

/* In a section the key's own shard has those who wait for it. */
static void tell_observers(const struct cmd *cmd, uint32_t database, const struct key *key)
{
    struct shard *shard = cmd->section != NULL ? section_shard(cmd->section, key) : cmd->shard;

    blocked_key_changed(shard, database, key);
    if (shard->tracking.watching)
        tracking_key_changed(shard, key, cmd->tracker);
}

/* Out of the way of those who want to know of nothing. */
static __attribute__((noinline, cold)) void tell_event(const struct cmd *cmd, uint32_t database,
                                                       char class, const char *event,
                                                       const struct key *key)
{
    if (cmd->shard == NULL)
        return;
    notification_send_by_letter(cmd->section != NULL ? section_shard(cmd->section, key)
                                                     : cmd->shard,
                                class, event, database, key->name);
    keyspace_settle_deleted(cmd_keyspace(cmd, key));
}

/* The same for all who may want to know of a change. */
static __attribute__((noinline, cold)) void tell_all(struct cmd *cmd, uint32_t database, char class,
                                                     const char *event, const struct key *key)
{
    keyspace_touched(cmd_keyspace(cmd, key), database, key);
    if (cmd->journalled && cmd->section != NULL)
        recording_key_changed(cmd, database, key);
    if (cmd->observed)
        tell_observers(cmd, database, key);
    if (notification_is_on(cmd->config))
        tell_event(cmd, database, class, event, key);
}

void cmd_event_in(struct cmd *cmd, uint32_t database, char class, const char *event,
                  const struct key *key)
{
    ASSERT_DEBUG(event != NULL);
    ASSERT_DEBUG(key != NULL);
    if (__builtin_expect(notification_is_on(cmd->config), 0))
        tell_event(cmd, database, class, event, key);
}

void cmd_changed(struct cmd *cmd, char class, const char *event, const struct key *key)
{
    cmd_changed_in(cmd, cmd->database, class, event, key);
}

void cmd_changed_inside(struct cmd *cmd, const struct key *key)
{
    ASSERT_DEBUG(key != NULL);
    (void)key;
    cmd->changes++;
}

void cmd_changed_in(struct cmd *cmd, uint32_t database, char class, const char *event,
                    const struct key *key)
{
    cmd->changes++;
    if (__builtin_expect(cmd->observed || notification_is_on(cmd->config), 0)) {
        tell_all(cmd, database, class, event, key);
        return;
    }
    keyspace_touched(cmd_keyspace(cmd, key), database, key);
}

void cmd_event_overwritten(struct cmd *cmd, uint32_t database, const struct key *key)
{
    if (__builtin_expect(!notification_is_on(cmd->config), 1))
        return;
    if (keyspace_peek(cmd_keyspace(cmd, key), database, key, cmd->now) != NULL)
        cmd_event_in(cmd, database, 'n', "new", key);
}

void cmd_event(struct cmd *cmd, char class, const char *event, const struct key *key)
{
    cmd_event_in(cmd, cmd->database, class, event, key);
}

bool cmd_integer(const struct cmd *cmd, uint32_t index, int64_t *value)
{
    ASSERT_DEBUG(index < cmd->argc);
    if (number_parse_integer(cmd->argv[index], value))
        return true;
    cmd_reply_not_integer(cmd);
    return false;
}

/* What comes before the deadline is counted from cmd->now. */
bool cmd_timeout(const struct cmd *cmd, uint32_t index, time_ms *deadline)
{
    double seconds;
    double milliseconds;

    ASSERT_DEBUG(index < cmd->argc);
    if (!number_parse_double(cmd->argv[index], &seconds)) {
        reply_error_literal(cmd->reply, "ERR timeout is not a float or out of range");
        return false;
    }
    milliseconds = ceil(seconds * 1000);
    if (milliseconds < 0) {
        reply_error_literal(cmd->reply, "ERR timeout is negative");
        return false;
    }
    if (milliseconds > (double)(INT64_MAX - cmd->now)) {
        reply_error_literal(cmd->reply, "ERR timeout is out of range");
        return false;
    }
    *deadline = milliseconds == 0 ? TIME_NEVER : cmd->now + (time_ms)milliseconds;
    return true;
}

void cmd_reply_syntax_error(const struct cmd *cmd)
{
    reply_error_literal(cmd->reply, "ERR syntax error");
}

void cmd_reply_not_integer(const struct cmd *cmd)
{
    reply_error_literal(cmd->reply, "ERR value is not an integer or out of range");
}

void cmd_reply_wrong_arity(const struct cmd *cmd)
{
    reply_error_format(cmd->reply, "ERR wrong number of arguments for '%s' command",
                       cmd->command->name);
}

void cmd_reply_no_such_key(const struct cmd *cmd)
{
    reply_error_literal(cmd->reply, "ERR no such key");
}

/* Of an argument that is too long to be kept: would the command keep it? */
static bool keeps(const struct cmd *cmd, uint32_t index)
{
    const uint32_t strings = CATEGORY_STRING | CATEGORY_BITMAP | CATEGORY_HYPERLOGLOG;
    const struct command *command = cmd->command;
    struct key_position *keys;
    int64_t count;
    bool is_key = false;

    if (command->key_specification_count == 0)
        return false;
    if ((command->flags & COMMAND_WRITE) != 0 && (command->categories & strings) == 0)
        return true;
    keys = memory_new(cmd->argc * sizeof(*keys));
    count = command_keys(command, cmd->argv, cmd->argc, keys, cmd->argc);
    for (int64_t i = 0; i < count; i++)
        is_key |= keys[i].index == index;
    memory_free(keys);
    return is_key;
}

bool cmd_arguments_fit(const struct cmd *cmd)
{
    for (uint32_t i = 1; i < cmd->argc; i++) {
        if (__builtin_expect(cmd->argv[i].length > CMD_KEPT_BYTES_MAX, 0) && keeps(cmd, i)) {
            reply_error_literal(cmd->reply,
                                "ERR string exceeds maximum allowed size (proto-max-bulk-len)");
            return false;
        }
    }
    return true;
}

void cmd_reply_too_long(const struct cmd *cmd)
{
    reply_error_literal(cmd->reply, "ERR reply is too long");
}

bool cmd_reply_is_too_long(const struct cmd *cmd, size_t start)
{
    ASSERT_DEBUG(start <= cmd->reply->length);
    if (__builtin_expect(cmd->reply->length - start <= CMD_REPLY_BYTES_MAX, 1))
        return false;
    reply_truncate(cmd->reply, start);
    cmd_reply_too_long(cmd);
    return true;
}
