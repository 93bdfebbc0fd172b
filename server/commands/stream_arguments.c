#include "server/commands/stream_arguments.h"

#include "proto/base/assert.h"
#include "proto/base/number.h"
#include "server/commands/stream_effect.h"

#include <ctype.h>

/* ---- Ids ---- */

void stream_reply_invalid_id(const struct cmd *cmd)
{
    reply_error_literal(cmd->reply, "ERR Invalid stream ID specified as stream command argument");
}

static bool id_of(struct span text, uint64_t missing_sequence, struct stream_id *id)
{
    enum stream_id_form form = stream_id_parse(text, missing_sequence, id);

    return form == STREAM_ID_WHOLE || form == STREAM_ID_PARTIAL;
}

bool stream_argument_is_id(const struct cmd *cmd, uint32_t index, struct stream_id *id)
{
    return id_of(cmd->argv[index], 0, id);
}

bool stream_argument_id(const struct cmd *cmd, uint32_t index, uint64_t missing_sequence,
                        struct stream_id *id)
{
    ASSERT_DEBUG(index < cmd->argc);
    if (id_of(cmd->argv[index], missing_sequence, id))
        return true;
    stream_reply_invalid_id(cmd);
    return false;
}

/* An end of a range. `exclusive`: the id itself is not meant. */
static bool range_id(const struct cmd *cmd, uint32_t index, uint64_t missing_sequence,
                     bool *exclusive, struct stream_id *id)
{
    struct span text = cmd->argv[index];

    ASSERT_DEBUG(index < cmd->argc);
    *exclusive = text.length > 1 && text.data[0] == '(';
    if (*exclusive) {
        text = span_of(text.data + 1, text.length - 1);
    } else if (span_equal(text, SPAN("-"))) {
        *id = STREAM_ID_MIN;
        return true;
    } else if (span_equal(text, SPAN("+"))) {
        *id = STREAM_ID_MAX;
        return true;
    }
    if (id_of(text, missing_sequence, id))
        return true;
    stream_reply_invalid_id(cmd);
    return false;
}

bool stream_argument_start(const struct cmd *cmd, uint32_t index, struct stream_id *id)
{
    bool exclusive;

    if (!range_id(cmd, index, 0, &exclusive, id))
        return false;
    if (!exclusive || stream_id_increment(id))
        return true;
    reply_error_literal(cmd->reply, "ERR invalid start ID for the interval");
    return false;
}

bool stream_argument_end(const struct cmd *cmd, uint32_t index, struct stream_id *id)
{
    bool exclusive;

    if (!range_id(cmd, index, UINT64_MAX, &exclusive, id))
        return false;
    if (!exclusive || stream_id_decrement(id))
        return true;
    reply_error_literal(cmd->reply, "ERR invalid end ID for the interval");
    return false;
}

/* ---- Keys ---- */

bool stream_key_read(const struct cmd *cmd, const struct key *key, struct stream **stream)
{
    const struct entry *entry = cmd_read(cmd, key);

    *stream = NULL;
    if (!cmd_type_is(cmd, entry, VALUE_STREAM))
        return false;
    if (entry != NULL)
        *stream = entry_object(entry);
    return true;
}

bool stream_key_open(const struct cmd *cmd, const struct key *key, struct stream_target *target)
{
    if (!cmd_collection(cmd, key, VALUE_STREAM, &target->collection))
        return false;
    target->heap = collection_heap(&target->collection);
    target->stream =
        target->collection.entry == NULL ? NULL : entry_object(target->collection.entry);
    return true;
}

void stream_key_create(struct stream_target *target)
{
    ASSERT(target->stream == NULL);
    target->stream = stream_create(target->heap);
    collection_set_object(&target->collection, target->stream);
}

/* As much of a name as is shown in an error. */
static int shown(struct span name)
{
    enum { SHOWN_MAX = 4096 };

    return (int)(name.length < SHOWN_MAX ? name.length : SHOWN_MAX);
}

void stream_reply_no_group(const struct cmd *cmd, struct span key, struct span group,
                           const char *more)
{
    if (cmd_has_waited(cmd)) {
        reply_error_literal(
            cmd->reply, "NOGROUP the consumer group this client was blocked on no longer exists");
        return;
    }
    reply_error_format(cmd->reply, "NOGROUP No such key '%.*s' or consumer group '%.*s'%s",
                       shown(key), key.data, shown(group), group.data, more);
}

void stream_reply_no_such_group(const struct cmd *cmd, struct span key, struct span group)
{
    reply_error_format(cmd->reply, "NOGROUP No such consumer group '%.*s' for key name '%.*s'",
                       shown(group), group.data, shown(key), key.data);
}

void stream_reply_subcommand_syntax(const struct cmd *cmd)
{
    enum { SHOWN_MAX = 128 };
    struct span given = cmd->argv[1];
    char container[16];
    size_t length = 0;

    while (cmd->command->name[length] != '|' && length < sizeof(container) - 1) {
        container[length] = (char)toupper((unsigned char)cmd->command->name[length]);
        length++;
    }
    reply_error_format(cmd->reply,
                       "ERR unknown subcommand or wrong number of arguments for '%.*s'. Try %.*s "
                       "HELP.",
                       (int)(given.length < SHOWN_MAX ? given.length : SHOWN_MAX), given.data,
                       (int)length, container);
}

bool stream_key_open_group(const struct cmd *cmd, const struct key *key, uint32_t group_index,
                           struct stream_target *target, struct stream_group **group)
{
    *group = NULL;
    if (!stream_key_open(cmd, key, target))
        return false;
    if (target->stream != NULL)
        *group = stream_group_find(target->stream, cmd->argv[group_index]);
    if (*group != NULL)
        return true;
    stream_reply_no_group(cmd, key->name, cmd->argv[group_index], "");
    return false;
}

struct stream_consumer *stream_seen_consumer(struct cmd *cmd, const struct key *key,
                                             struct stream_group *group, struct heap *heap,
                                             struct span name)
{
    struct stream_consumer *consumer = stream_consumer_find(group, name);

    if (consumer == NULL) {
        consumer = stream_consumer_create(group, heap, name, cmd->now);
        cmd_changed_inside(cmd, key);
        cmd_event(cmd, 't', "xgroup-createconsumer", key);
        stream_effect_consumer(cmd, key, group, name);
    }
    stream_group_show(group);
    consumer->seen = cmd->now;
    return consumer;
}

/* ---- Replies ---- */

void stream_reply_id(struct reply *reply, struct stream_id id)
{
    char text[STREAM_ID_TEXT_MAX];

    reply_bulk(reply, span_of(text, stream_id_format(text, id)));
}

void stream_reply_entry(struct reply *reply, const struct stream_entry *entry)
{
    struct stream_field field = stream_entry_first_field(entry);

    reply_array(reply, 2);
    stream_reply_id(reply, entry->id);
    reply_array(reply, 2 * (uint64_t)entry->field_count);
    for (uint32_t i = 0; i < entry->field_count; i++) {
        if (i > 0)
            field = stream_entry_next_field(entry, field);
        listpack_reply_bulk(field.field, reply);
        listpack_reply_bulk(field.value, reply);
    }
}
