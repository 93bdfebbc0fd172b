/*
 * Groups of consumers: XGROUP and XACK.
 */
#include "proto/base/assert.h"
#include "server/commands/handlers.h"
#include "server/commands/stream_arguments.h"

struct group_options {
    bool make_stream;
    int64_t entries_read;
};

/* The arguments of CREATE and SETID behind the id. */
static bool group_options_parse(const struct cmd *cmd, bool create, struct group_options *options)
{
    *options = (struct group_options){.entries_read = STREAM_POSITION_UNKNOWN};
    for (uint32_t i = 5; i < cmd->argc; i++) {
        if (create && cmd_argument_is(cmd, i, "MKSTREAM")) {
            options->make_stream = true;
        } else if (i + 1 < cmd->argc && cmd_argument_is(cmd, i, "ENTRIESREAD")) {
            if (!cmd_integer(cmd, ++i, &options->entries_read))
                return false;
            if (options->entries_read < 0 && options->entries_read != STREAM_POSITION_UNKNOWN) {
                reply_error_literal(cmd->reply, "ERR value for ENTRIESREAD must be positive or -1");
                return false;
            }
        } else {
            stream_reply_subcommand_syntax(cmd);
            return false;
        }
    }
    return true;
}

/* Not more words than each option takes once: asked when the key is known to be right. */
static bool group_options_fit(const struct cmd *cmd, uint32_t most)
{
    if (cmd->argc <= most)
        return true;
    stream_reply_subcommand_syntax(cmd);
    return false;
}

/* Opens the stream at argument 2, which must be there unless the command makes it. */
static bool group_open(const struct cmd *cmd, const struct key *key, bool may_be_absent,
                       struct stream_target *target)
{
    if (!stream_key_open(cmd, key, target))
        return false;
    if (target->stream != NULL || may_be_absent)
        return true;
    reply_error_literal(cmd->reply,
                        "ERR The XGROUP subcommand requires the key to exist. Note that for CREATE "
                        "you may want to use the MKSTREAM option to create an empty stream "
                        "automatically.");
    return false;
}

/* The same with the group at argument 3. */
static bool group_open_existing(const struct cmd *cmd, const struct key *key,
                                struct stream_target *target, struct stream_group **group)
{
    if (!group_open(cmd, key, false, target))
        return false;
    *group = stream_group_find(target->stream, cmd->argv[3]);
    if (*group != NULL)
        return true;
    stream_reply_no_such_group(cmd, key->name, cmd->argv[3]);
    return false;
}

/* The id at argument 4; "$" is the last one of a stream. SETID takes "-" and "+" as well. */
static bool group_id(const struct cmd *cmd, const struct stream *stream, bool ends,
                     struct stream_id *id)
{
    struct span text = cmd->argv[4];

    if (span_equal(text, SPAN("$")))
        *id = stream == NULL ? STREAM_ID_MIN : stream->last_id;
    else if (ends && span_equal(text, SPAN("-")))
        *id = STREAM_ID_MIN;
    else if (ends && span_equal(text, SPAN("+")))
        *id = STREAM_ID_MAX;
    else
        return stream_argument_id(cmd, 4, 0, id);
    return true;
}

void command_xgroup_create(struct cmd *cmd)
{
    struct key key = cmd_key(cmd, 2);
    struct group_options options;
    struct stream_target target;
    struct stream_id id;

    if (!group_options_parse(cmd, true, &options) ||
        !group_open(cmd, &key, options.make_stream, &target) || !group_options_fit(cmd, 8) ||
        !group_id(cmd, target.stream, false, &id))
        return;
    if (target.stream == NULL)
        stream_key_create(&target);
    if (stream_group_create(target.stream, target.heap, cmd->argv[3], id, options.entries_read) ==
        NULL) {
        reply_error_literal(cmd->reply, "BUSYGROUP Consumer Group name already exists");
        return;
    }
    cmd_changed(cmd, 't', "xgroup-create", &key);
    reply_ok(cmd->reply);
}

void command_xgroup_setid(struct cmd *cmd)
{
    struct key key = cmd_key(cmd, 2);
    struct group_options options;
    struct stream_target target;
    struct stream_group *group;
    struct stream_id id;

    if (!group_options_parse(cmd, false, &options) ||
        !group_open_existing(cmd, &key, &target, &group) || !group_options_fit(cmd, 7) ||
        !group_id(cmd, target.stream, true, &id))
        return;
    stream_group_show(group);
    group->last_id = id;
    group->entries_read = options.entries_read;
    cmd_changed(cmd, 't', "xgroup-setid", &key);
    reply_ok(cmd->reply);
}

void command_xgroup_destroy(struct cmd *cmd)
{
    struct key key = cmd_key(cmd, 2);
    struct stream_target target;
    struct stream_group *group;

    if (!group_open(cmd, &key, false, &target))
        return;
    group = stream_group_find(target.stream, cmd->argv[3]);
    if (group == NULL) {
        reply_integer(cmd->reply, 0);
        return;
    }
    collection_discard(&target.collection, stream_group_detach(target.stream, target.heap, group));
    cmd_changed(cmd, 't', "xgroup-destroy", &key);
    reply_integer(cmd->reply, 1);
}

void command_xgroup_createconsumer(struct cmd *cmd)
{
    struct key key = cmd_key(cmd, 2);
    struct stream_target target;
    struct stream_group *group;
    bool created;

    if (!group_open_existing(cmd, &key, &target, &group))
        return;
    created = stream_consumer_create(group, target.heap, cmd->argv[4], cmd->now) != NULL;
    if (created)
        cmd_changed(cmd, 't', "xgroup-createconsumer", &key);
    reply_integer(cmd->reply, created);
}

void command_xgroup_delconsumer(struct cmd *cmd)
{
    struct key key = cmd_key(cmd, 2);
    struct stream_target target;
    struct stream_group *group;
    struct stream_consumer *consumer;
    uint64_t pending;

    if (!group_open_existing(cmd, &key, &target, &group))
        return;
    consumer = stream_consumer_find(group, cmd->argv[4]);
    if (consumer == NULL) {
        reply_integer(cmd->reply, 0);
        return;
    }
    pending = stream_consumer_delete(group, target.heap, consumer);
    cmd_changed(cmd, 't', "xgroup-delconsumer", &key);
    reply_integer(cmd->reply, (int64_t)pending);
}

void command_xack(struct cmd *cmd)
{
    struct key key = cmd_key(cmd, 1);
    struct stream_target target;
    struct stream_group *group = NULL;
    struct stream_id id;
    int64_t removed = 0;

    if (!stream_key_open(cmd, &key, &target))
        return;
    if (target.stream != NULL)
        group = stream_group_find(target.stream, cmd->argv[2]);
    else
        cmd_missed(cmd, &key);
    if (group == NULL) {
        reply_integer(cmd->reply, 0);
        return;
    }
    /* All ids are looked at before the first one is acknowledged. */
    for (uint32_t i = 3; i < cmd->argc; i++) {
        if (!stream_argument_id(cmd, i, 0, &id))
            return;
    }
    for (uint32_t i = 3; i < cmd->argc; i++) {
        stream_argument_is_id(cmd, i, &id);
        removed += stream_pending_remove(group, target.heap, id);
    }
    if (removed > 0)
        cmd_changed_inside(cmd, &key);
    reply_integer(cmd->reply, removed);
}
