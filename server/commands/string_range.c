#include "proto/base/assert.h"
#include "server/commands/cmd.h"
#include "server/commands/handlers.h"

/* May a string have `more` bytes behind its first `length`? Replies the error otherwise. */
static bool string_length_allowed(const struct cmd *cmd, uint64_t length, uint64_t more)
{
    uint64_t limit = cmd->config->proto_max_bulk_len;

    if (more <= limit && length <= limit - more)
        return true;
    reply_error_literal(cmd->reply, "ERR string exceeds maximum allowed size (proto-max-bulk-len)");
    return false;
}

void command_append(struct cmd *cmd)
{
    struct key key = cmd_key(cmd, 1);
    struct keyspace *keyspace = cmd_keyspace(cmd, &key);
    struct span tail = cmd->argv[2];
    const struct entry *entry = cmd_find(cmd, &key);
    size_t length = 0;
    char *bytes;

    if (!cmd_type_is(cmd, entry, VALUE_STRING))
        return;
    if (entry == NULL) {
        keyspace_set_string(keyspace, cmd->database, &key, tail, TIME_NEVER);
    } else {
        length = entry_string_length(entry);
        if (!string_length_allowed(cmd, length, tail.length))
            return;
        keyspace_string_edit_part(keyspace, cmd->database, &key, length + tail.length, length,
                                  tail.length, &bytes);
        if (tail.length > 0)
            memcpy(bytes + length, tail.data, tail.length);
    }
    cmd_changed(cmd, '$', "append", &key);
    reply_integer(cmd->reply, (int64_t)(length + tail.length));
}

void command_setrange(struct cmd *cmd)
{
    struct key key = cmd_key(cmd, 1);
    struct span patch = cmd->argv[3];
    const struct entry *entry;
    int64_t offset;
    size_t length;
    char *bytes;

    if (!cmd_integer(cmd, 2, &offset))
        return;
    if (offset < 0) {
        reply_error_literal(cmd->reply, "ERR offset is out of range");
        return;
    }
    entry = cmd_find(cmd, &key);
    if (!cmd_type_is(cmd, entry, VALUE_STRING))
        return;
    length = entry == NULL ? 0 : entry_string_length(entry);
    if (patch.length == 0) {
        reply_integer(cmd->reply, (int64_t)length);
        return;
    }
    if (!string_length_allowed(cmd, (uint64_t)offset, patch.length))
        return;
    if (length < (size_t)offset + patch.length)
        length = (size_t)offset + patch.length;
    keyspace_string_edit_part(cmd_keyspace(cmd, &key), cmd->database, &key, length, (size_t)offset,
                              patch.length, &bytes);
    memcpy(bytes + offset, patch.data, patch.length);
    cmd_changed(cmd, '$', "setrange", &key);
    reply_integer(cmd->reply, (int64_t)length);
}

/* A position counted from the end when negative, at least 0; `length` is below 2^63. */
static uint64_t string_position(int64_t position, uint64_t length)
{
    ASSERT_DEBUG(length <= INT64_MAX);
    if (position < 0)
        position += (int64_t)length;
    return position < 0 ? 0 : (uint64_t)position;
}

void command_getrange(struct cmd *cmd)
{
    struct key key = cmd_key(cmd, 1);
    const struct entry *entry;
    char scratch[ENTRY_SCRATCH];
    struct span value;
    int64_t from;
    int64_t to;
    uint64_t start;
    uint64_t end;

    if (!cmd_integer(cmd, 2, &from) || !cmd_integer(cmd, 3, &to))
        return;
    entry = cmd_read(cmd, &key);
    if (!cmd_type_is(cmd, entry, VALUE_STRING))
        return;
    value = entry == NULL ? SPAN("") : entry_string(entry, scratch);
    /* Both behind the first byte: empty, not the first byte. */
    if (value.length == 0 || (from < 0 && to < 0 && from > to)) {
        reply_bulk(cmd->reply, SPAN(""));
        return;
    }
    start = string_position(from, value.length);
    end = string_position(to, value.length);
    if (end >= value.length)
        end = value.length - 1;
    if (start > end)
        reply_bulk(cmd->reply, SPAN(""));
    else
        reply_bulk(cmd->reply, span_of(value.data + start, end - start + 1));
}

void command_substr(struct cmd *cmd)
{
    command_getrange(cmd);
}
