/*
 * XINFO: streams, their groups and consumers from the inside.
 */
#include "proto/base/assert.h"
#include "server/commands/handlers.h"
#include "server/commands/stream_arguments.h"

enum { FULL_COUNT_DEFAULT = 10 };

static void reply_name(struct reply *reply, const char *name)
{
    reply_bulk(reply, span_of_string(name));
}

static void reply_named_integer(struct reply *reply, const char *name, uint64_t value)
{
    reply_name(reply, name);
    reply_integer(reply, (int64_t)value);
}

static void reply_named_id(struct reply *reply, const char *name, struct stream_id id)
{
    reply_name(reply, name);
    stream_reply_id(reply, id);
}

static void reply_named_time(struct reply *reply, const char *name, int64_t milliseconds)
{
    reply_name(reply, name);
    reply_integer(reply, milliseconds);
}

/* The stream at argument 2, which must be there. */
static struct stream *info_stream(const struct cmd *cmd)
{
    struct key key = cmd_key(cmd, 2);
    struct stream *stream;

    if (stream_key_read(cmd, &key, &stream) && stream == NULL)
        cmd_reply_no_such_key(cmd);
    return stream;
}

/* ---- STREAM ---- */

static void reply_edge(struct reply *reply, const char *name, const struct stream *stream,
                       bool last)
{
    struct stream_cursor cursor;

    reply_name(reply, name);
    stream_cursor_open(&cursor, stream, STREAM_ID_MIN, STREAM_ID_MAX, last);
    if (stream_cursor_next(&cursor))
        stream_reply_entry(reply, &cursor.entry);
    else
        reply_null(reply);
}

/* What both forms begin with: 7 pairs. */
static void reply_stream(struct reply *reply, const struct stream *stream)
{
    uint64_t nodes = stream_node_count(stream);

    reply_named_integer(reply, "length", stream->length);
    reply_named_integer(reply, "radix-tree-keys", nodes);
    /* There is no radix tree; what one would have, more or less. */
    reply_named_integer(reply, "radix-tree-nodes", nodes + 1);
    reply_named_id(reply, "last-generated-id", stream->last_id);
    reply_named_id(reply, "max-deleted-entry-id", stream->max_deleted_id);
    reply_named_integer(reply, "entries-added", stream->entries_added);
    reply_named_id(reply, "recorded-first-entry-id", stream->first_id);
}

static void reply_entries(struct reply *reply, const struct stream *stream, uint64_t count)
{
    struct reply_deferred deferred;
    struct stream_cursor cursor;
    uint64_t replied = 0;

    reply_name(reply, "entries");
    deferred = reply_defer(reply);
    stream_cursor_open(&cursor, stream, STREAM_ID_MIN, STREAM_ID_MAX, false);
    while (replied < count && stream_cursor_next(&cursor)) {
        stream_reply_entry(reply, &cursor.entry);
        replied++;
    }
    reply_deferred_array(reply, deferred, replied);
}

/* The progress of a group: 2 pairs. */
static void reply_progress(struct reply *reply, const struct stream *stream,
                           const struct stream_group *group)
{
    int64_t lag;

    reply_name(reply, "entries-read");
    if (group->entries_read == STREAM_POSITION_UNKNOWN)
        reply_null(reply);
    else
        reply_integer(reply, group->entries_read);
    reply_name(reply, "lag");
    if (stream_group_lag(stream, group, &lag))
        reply_integer(reply, lag);
    else
        reply_null(reply);
}

static void reply_consumer_full(struct reply *reply, const struct stream_group *group,
                                const struct stream_consumer *consumer, uint64_t count)
{
    const struct stream_tree *ids = &consumer->pending;
    struct stream_tree_place place = stream_tree_first(ids);
    uint64_t shown = ids->count < count ? ids->count : count;

    reply_map(reply, 5);
    reply_name(reply, "name");
    reply_bulk(reply, consumer->name);
    reply_named_time(reply, "seen-time", consumer->seen);
    reply_named_time(reply, "active-time", consumer->active);
    reply_named_integer(reply, "pel-count", ids->count);
    reply_name(reply, "pending");
    reply_array(reply, shown);
    for (; shown > 0; shown--, place = stream_tree_next(place)) {
        const struct stream_id *id = stream_tree_at(ids, place);
        const struct stream_pending *pending = stream_pending_find(group, *id);

        reply_array(reply, 3);
        stream_reply_id(reply, *id);
        reply_integer(reply, pending->delivered);
        reply_integer(reply, (int64_t)pending->deliveries);
    }
}

static void reply_group_full(struct reply *reply, const struct stream *stream,
                             const struct stream_group *group, uint64_t count)
{
    struct stream_tree_place place = stream_tree_first(&group->pending);
    uint64_t shown = group->pending.count < count ? group->pending.count : count;

    reply_map(reply, 7);
    reply_name(reply, "name");
    reply_bulk(reply, group->name);
    reply_named_id(reply, "last-delivered-id", group->last_id);
    reply_progress(reply, stream, group);
    reply_named_integer(reply, "pel-count", group->pending.count);
    reply_name(reply, "pending");
    reply_array(reply, shown);
    for (; shown > 0; shown--, place = stream_tree_next(place)) {
        const struct stream_pending *pending = stream_pending_at(group, place);

        reply_array(reply, 4);
        stream_reply_id(reply, pending->id);
        reply_bulk(reply, pending->consumer->name);
        reply_integer(reply, pending->delivered);
        reply_integer(reply, (int64_t)pending->deliveries);
    }
    reply_name(reply, "consumers");
    reply_array(reply, group->consumers.count);
    for (uint32_t i = 0; i < group->consumers.count; i++)
        reply_consumer_full(reply, group, stream_consumer_at(group, i), count);
}

static void reply_stream_full(struct reply *reply, const struct stream *stream, uint64_t count)
{
    reply_map(reply, 9);
    reply_stream(reply, stream);
    reply_entries(reply, stream, count);
    reply_name(reply, "groups");
    reply_array(reply, stream->groups.count);
    for (uint32_t i = 0; i < stream->groups.count; i++)
        reply_group_full(reply, stream, stream_group_at(stream, i), count);
}

/* FULL with the number of entries to show at most; 0 is all of them. */
static bool info_full(const struct cmd *cmd, uint64_t *count)
{
    int64_t given = FULL_COUNT_DEFAULT;

    if ((cmd->argc != 4 && cmd->argc != 6) || !cmd_argument_is(cmd, 3, "FULL") ||
        (cmd->argc == 6 && !cmd_argument_is(cmd, 4, "COUNT"))) {
        stream_reply_subcommand_syntax(cmd);
        return false;
    }
    if (cmd->argc == 6 && !cmd_integer(cmd, 5, &given))
        return false;
    if (given < 0)
        given = FULL_COUNT_DEFAULT;
    *count = given == 0 ? UINT64_MAX : (uint64_t)given;
    return true;
}

void command_xinfo_stream(struct cmd *cmd)
{
    const struct stream *stream = info_stream(cmd);
    uint64_t count;

    if (stream == NULL)
        return;
    if (cmd->argc > 3) {
        if (info_full(cmd, &count))
            reply_stream_full(cmd->reply, stream, count);
        return;
    }
    reply_map(cmd->reply, 10);
    reply_stream(cmd->reply, stream);
    reply_named_integer(cmd->reply, "groups", stream->groups.count);
    reply_edge(cmd->reply, "first-entry", stream, false);
    reply_edge(cmd->reply, "last-entry", stream, true);
}

/* ---- GROUPS, CONSUMERS ---- */

void command_xinfo_groups(struct cmd *cmd)
{
    const struct stream *stream = info_stream(cmd);

    if (stream == NULL)
        return;
    reply_array(cmd->reply, stream->groups.count);
    for (uint32_t i = 0; i < stream->groups.count; i++) {
        const struct stream_group *group = stream_group_at(stream, i);

        reply_map(cmd->reply, 6);
        reply_name(cmd->reply, "name");
        reply_bulk(cmd->reply, group->name);
        reply_named_integer(cmd->reply, "consumers", group->consumers.count);
        reply_named_integer(cmd->reply, "pending", group->pending.count);
        reply_named_id(cmd->reply, "last-delivered-id", group->last_id);
        reply_progress(cmd->reply, stream, group);
    }
}

/* Not less than nothing, should the clock have gone back. */
static int64_t since(const struct cmd *cmd, time_ms time)
{
    return time > cmd->now ? 0 : cmd->now - time;
}

void command_xinfo_consumers(struct cmd *cmd)
{
    const struct stream *stream = info_stream(cmd);
    const struct stream_group *group;

    if (stream == NULL)
        return;
    group = stream_group_find(stream, cmd->argv[3]);
    if (group == NULL) {
        stream_reply_no_such_group(cmd, cmd->argv[2], cmd->argv[3]);
        return;
    }
    reply_array(cmd->reply, group->consumers.count);
    for (uint32_t i = 0; i < group->consumers.count; i++) {
        const struct stream_consumer *consumer = stream_consumer_at(group, i);
        bool never = consumer->active == STREAM_NEVER_ACTIVE;

        reply_map(cmd->reply, 4);
        reply_name(cmd->reply, "name");
        reply_bulk(cmd->reply, consumer->name);
        reply_named_integer(cmd->reply, "pending", consumer->pending.count);
        reply_named_time(cmd->reply, "idle", since(cmd, consumer->seen));
        reply_named_time(cmd->reply, "inactive", never ? -1 : since(cmd, consumer->active));
    }
}
