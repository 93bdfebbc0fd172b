/*
 * Streams without groups: XADD, XLEN, XDEL, XTRIM, XSETID, XRANGE, XREVRANGE.
 */
#include "proto/base/assert.h"
#include "proto/base/number.h"
#include "server/commands/handlers.h"
#include "server/commands/stream_arguments.h"
#include "server/commands/stream_effect.h"

/* What approximate trimming deletes at most when nothing else is said. */
enum { TRIM_LIMIT_MAX = 1000000, TRIM_LIMIT_UNLIMITED_NODES = 10000 };

struct trim_options {
    bool wanted;
    bool limit_given;
    struct stream_trim trim;
};

/* XADD's arguments before the fields. */
struct add_options {
    struct trim_options trim;
    bool no_create;
    bool id_given; /* "*" otherwise */
    enum stream_id_form id_form;
    struct stream_id id;
    uint32_t id_index; /* argc when there is none */
};

/* ---- Options of XADD and XTRIM ---- */

/* MAXLEN or MINID at *index, which is moved to its last argument. */
static bool trim_threshold(const struct cmd *cmd, uint32_t *index, enum stream_trim_by by,
                           struct trim_options *options)
{
    struct stream_trim *trim = &options->trim;
    int64_t length;
    uint32_t i = *index + 1;

    ASSERT_DEBUG(i < cmd->argc);
    if (options->wanted) {
        reply_error_literal(
            cmd->reply,
            "ERR syntax error, MAXLEN and MINID options at the same time are not compatible");
        return false;
    }
    options->wanted = true;
    trim->by = by;
    if (i + 1 < cmd->argc &&
        (span_equal(cmd->argv[i], SPAN("~")) || span_equal(cmd->argv[i], SPAN("=")))) {
        trim->approximate = cmd->argv[i].data[0] == '~';
        i++;
    }
    *index = i;
    if (by == STREAM_TRIM_ID)
        return stream_argument_id(cmd, i, 0, &trim->id);
    if (!cmd_integer(cmd, i, &length))
        return false;
    if (length < 0) {
        reply_error_literal(cmd->reply, "ERR The MAXLEN argument must be >= 0.");
        return false;
    }
    trim->length = (uint64_t)length;
    return true;
}

static bool trim_limit(const struct cmd *cmd, uint32_t index, struct trim_options *options)
{
    int64_t limit;

    if (!cmd_integer(cmd, index, &limit))
        return false;
    if (limit < 0) {
        reply_error_literal(cmd->reply, "ERR The LIMIT argument must be >= 0.");
        return false;
    }
    options->limit_given = true;
    options->trim.limit = (uint64_t)limit;
    return true;
}

/* One option of both commands at *index, moved to its last argument. *known is false when it is
 * none of them. */
static bool trim_option(const struct cmd *cmd, uint32_t *index, struct trim_options *options,
                        bool *known)
{
    bool more = *index + 1 < cmd->argc;

    *known = true;
    if (more && cmd_argument_is(cmd, *index, "MAXLEN"))
        return trim_threshold(cmd, index, STREAM_TRIM_LENGTH, options);
    if (more && cmd_argument_is(cmd, *index, "MINID"))
        return trim_threshold(cmd, index, STREAM_TRIM_ID, options);
    if (more && cmd_argument_is(cmd, *index, "LIMIT"))
        return trim_limit(cmd, ++*index, options);
    *known = false;
    return true;
}

/* Do the options go together? Sets the limit that holds without one. */
static bool trim_options_complete(const struct cmd *cmd, struct trim_options *options)
{
    uint64_t nodes = (uint64_t)cmd->config->stream_node_max_entries;
    struct stream_trim *trim = &options->trim;

    if (trim->limit != 0 && !options->wanted) {
        reply_error_literal(
            cmd->reply,
            "ERR syntax error, LIMIT cannot be used without specifying a trimming strategy");
        return false;
    }
    if (options->limit_given && !trim->approximate) {
        reply_error_literal(cmd->reply,
                            "ERR syntax error, LIMIT cannot be used without the special ~ option");
        return false;
    }
    if (trim->approximate && !options->limit_given) {
        trim->limit = nodes > TRIM_LIMIT_MAX ? TRIM_LIMIT_MAX : 100 * nodes;
        if (trim->limit == 0)
            trim->limit = TRIM_LIMIT_UNLIMITED_NODES;
        if (trim->limit > TRIM_LIMIT_MAX)
            trim->limit = TRIM_LIMIT_MAX;
    }
    return true;
}

/* ---- XADD ---- */

static bool add_options_parse(const struct cmd *cmd, struct add_options *options)
{
    uint32_t i;

    *options = (struct add_options){0};
    for (i = 2; i < cmd->argc; i++) {
        bool known;

        if (span_equal(cmd->argv[i], SPAN("*")))
            break;
        if (!trim_option(cmd, &i, &options->trim, &known))
            return false;
        if (known)
            continue;
        if (cmd_argument_is(cmd, i, "NOMKSTREAM")) {
            options->no_create = true;
            continue;
        }
        options->id_given = true;
        options->id_form = stream_id_parse(cmd->argv[i], 0, &options->id);
        if (options->id_form == STREAM_ID_INVALID) {
            stream_reply_invalid_id(cmd);
            return false;
        }
        break;
    }
    options->id_index = i;
    return trim_options_complete(cmd, &options->trim);
}

/* The id of the new entry. */
static bool add_choose_id(const struct cmd *cmd, const struct stream *stream,
                          const struct add_options *options, struct stream_id *id)
{
    bool found = true;

    if (stream_id_equal(stream->last_id, STREAM_ID_MAX)) {
        reply_error_literal(
            cmd->reply,
            "ERR The stream has exhausted the last possible ID, unable to add more items");
        return false;
    }
    *id = options->id;
    if (!options->id_given)
        found = stream_next_id(stream, cmd->now, id);
    else if (options->id_form == STREAM_ID_SEQUENCE)
        found = stream_next_sequence(stream, options->id.milliseconds, id);
    if (found && stream_id_less(stream->last_id, *id))
        return true;
    reply_error_literal(cmd->reply, "ERR The ID specified in XADD is equal or smaller than the "
                                    "target stream top item");
    return false;
}

static bool add_append(const struct cmd *cmd, struct stream_target *target,
                       const struct add_options *options, struct stream_id *id)
{
    const struct stream_node_limits limits = {
        .bytes = (uint64_t)cmd->config->stream_node_max_bytes,
        .entries = (uint64_t)cmd->config->stream_node_max_entries,
    };
    const struct stream_pairs pairs = {
        .words = cmd->argv + options->id_index + 1,
        .count = cmd->argc - options->id_index - 1,
    };

    if (!add_choose_id(cmd, target->stream, options, id))
        return false;
    if (stream_append(target->stream, target->heap, &limits, *id, pairs))
        return true;
    reply_error_literal(cmd->reply, "ERR Elements are too large to be stored");
    return false;
}

void command_xadd(struct cmd *cmd)
{
    struct key key = cmd_key(cmd, 1);
    struct stream_target target;
    struct add_options options;
    struct stream_id id;
    bool trimmed;
    bool created;

    if (!add_options_parse(cmd, &options))
        return;
    if (cmd->argc < options.id_index + 3 || (cmd->argc - options.id_index) % 2 == 0) {
        cmd_reply_wrong_arity(cmd);
        return;
    }
    if (options.id_given && options.id_form != STREAM_ID_SEQUENCE &&
        stream_id_equal(options.id, STREAM_ID_MIN)) {
        reply_error_literal(cmd->reply, "ERR The ID specified in XADD must be greater than 0-0");
        return;
    }
    if (!stream_key_open(cmd, &key, &target))
        return;
    if (target.stream == NULL && options.no_create) {
        reply_null(cmd->reply);
        return;
    }
    created = target.stream == NULL;
    if (created)
        stream_key_create(&target);
    if (!add_append(cmd, &target, &options, &id)) {
        if (created)
            collection_delete(&target.collection);
        return;
    }
    stream_reply_id(cmd->reply, id);
    cmd_changed(cmd, 't', "xadd", &key);
    trimmed =
        options.trim.wanted && stream_trim(target.stream, target.heap, &options.trim.trim) > 0;
    if (trimmed)
        cmd_event(cmd, 't', "xtrim", &key);
    stream_effect_add(cmd, &key, id, options.id_index + 1, trimmed ? target.stream : NULL);
}

/* ---- XTRIM, XDEL, XLEN ---- */

void command_xtrim(struct cmd *cmd)
{
    struct key key = cmd_key(cmd, 1);
    struct trim_options options = {0};
    struct stream_target target;
    uint64_t deleted = 0;

    for (uint32_t i = 2; i < cmd->argc; i++) {
        bool known;

        if (!trim_option(cmd, &i, &options, &known))
            return;
        if (!known) {
            cmd_reply_syntax_error(cmd);
            return;
        }
    }
    if (!options.wanted && options.trim.limit == 0) {
        reply_error_literal(cmd->reply,
                            "ERR syntax error, XTRIM must be called with a trimming strategy");
        return;
    }
    if (!trim_options_complete(cmd, &options) || !stream_key_open(cmd, &key, &target))
        return;
    if (target.stream != NULL)
        deleted = stream_trim(target.stream, target.heap, &options.trim);
    if (deleted > 0) {
        cmd_changed(cmd, 't', "xtrim", &key);
        stream_effect_trim(cmd, &key, target.stream);
    }
    reply_integer(cmd->reply, (int64_t)deleted);
}

void command_xdel(struct cmd *cmd)
{
    struct key key = cmd_key(cmd, 1);
    struct stream_target target;
    struct stream_id id;
    int64_t deleted = 0;

    if (!stream_key_open(cmd, &key, &target))
        return;
    if (target.stream == NULL) {
        reply_integer(cmd->reply, 0);
        return;
    }
    /* All ids are looked at before the first entry goes. */
    for (uint32_t i = 2; i < cmd->argc; i++) {
        if (!stream_argument_id(cmd, i, 0, &id))
            return;
    }
    for (uint32_t i = 2; i < cmd->argc; i++) {
        stream_argument_is_id(cmd, i, &id);
        deleted += stream_delete(target.stream, target.heap, id);
    }
    if (deleted > 0)
        cmd_changed(cmd, 't', "xdel", &key);
    reply_integer(cmd->reply, deleted);
}

void command_xlen(struct cmd *cmd)
{
    struct key key = cmd_key(cmd, 1);
    struct stream *stream;

    if (stream_key_read(cmd, &key, &stream))
        reply_integer(cmd->reply, stream == NULL ? 0 : (int64_t)stream->length);
}

/* ---- XSETID ---- */

struct setid_options {
    struct stream_id id;
    struct stream_id max_deleted_id; /* 0-0: not given */
    int64_t entries_added;           /* -1: not given */
};

static bool setid_options_parse(const struct cmd *cmd, struct setid_options *options)
{
    *options = (struct setid_options){.entries_added = -1};
    if (!stream_argument_id(cmd, 2, 0, &options->id))
        return false;
    for (uint32_t i = 3; i < cmd->argc; i += 2) {
        bool more = i + 1 < cmd->argc;

        if (more && cmd_argument_is(cmd, i, "ENTRIESADDED")) {
            if (!cmd_integer(cmd, i + 1, &options->entries_added))
                return false;
            if (options->entries_added < 0) {
                reply_error_literal(cmd->reply, "ERR entries_added must be positive");
                return false;
            }
        } else if (more && cmd_argument_is(cmd, i, "MAXDELETEDID")) {
            if (!stream_argument_id(cmd, i + 1, 0, &options->max_deleted_id))
                return false;
            if (stream_id_less(options->id, options->max_deleted_id)) {
                reply_error_literal(cmd->reply, "ERR The ID specified in XSETID is smaller than "
                                                "the provided max_deleted_entry_id");
                return false;
            }
        } else {
            cmd_reply_syntax_error(cmd);
            return false;
        }
    }
    return true;
}

/* Ids go on growing, and counts are those of entries that were there. */
static bool setid_allowed(const struct cmd *cmd, const struct stream *stream,
                          const struct setid_options *options)
{
    if (stream_id_less(options->id, stream->max_deleted_id)) {
        reply_error_literal(cmd->reply, "ERR The ID specified in XSETID is smaller than current "
                                        "max_deleted_entry_id");
        return false;
    }
    if (stream->length == 0)
        return true;
    if (stream_id_less(options->id, stream_last_entry_id(stream))) {
        reply_error_literal(cmd->reply, "ERR The ID specified in XSETID is smaller than the "
                                        "target stream top item");
        return false;
    }
    if (options->entries_added != -1 && stream->length > (uint64_t)options->entries_added) {
        reply_error_literal(cmd->reply, "ERR The entries_added specified in XSETID is smaller "
                                        "than the target stream length");
        return false;
    }
    return true;
}

void command_xsetid(struct cmd *cmd)
{
    struct key key = cmd_key(cmd, 1);
    struct stream_target target;
    struct setid_options options;

    if (!setid_options_parse(cmd, &options) || !stream_key_open(cmd, &key, &target))
        return;
    if (target.stream == NULL) {
        cmd_reply_no_such_key(cmd);
        return;
    }
    if (!setid_allowed(cmd, target.stream, &options))
        return;
    stream_set_last_id(target.stream, target.heap, options.id);
    if (options.entries_added != -1)
        target.stream->entries_added = (uint64_t)options.entries_added;
    if (!stream_id_equal(options.max_deleted_id, STREAM_ID_MIN))
        target.stream->max_deleted_id = options.max_deleted_id;
    cmd_changed(cmd, 't', "xsetid", &key);
    reply_ok(cmd->reply);
}

/* ---- XRANGE, XREVRANGE ---- */

static void reply_range(const struct cmd *cmd, const struct stream *stream, struct stream_id start,
                        struct stream_id end, bool reverse, int64_t count)
{
    struct reply_deferred deferred = reply_defer(cmd->reply);
    struct stream_cursor cursor;
    int64_t replied = 0;

    stream_cursor_open(&cursor, stream, start, end, reverse);
    while (replied != count && stream_cursor_next(&cursor)) {
        stream_reply_entry(cmd->reply, &cursor.entry);
        replied++;
    }
    reply_deferred_array(cmd->reply, deferred, (uint64_t)replied);
}

static void stream_range(struct cmd *cmd, bool reverse)
{
    struct key key = cmd_key(cmd, 1);
    struct stream *stream;
    struct stream_id start;
    struct stream_id end;
    int64_t count = -1;

    if (!stream_argument_start(cmd, reverse ? 3 : 2, &start) ||
        !stream_argument_end(cmd, reverse ? 2 : 3, &end))
        return;
    for (uint32_t i = 4; i < cmd->argc; i += 2) {
        if (i + 1 == cmd->argc || !cmd_argument_is(cmd, i, "COUNT")) {
            cmd_reply_syntax_error(cmd);
            return;
        }
        if (!cmd_integer(cmd, i + 1, &count))
            return;
        if (count < 0)
            count = 0;
    }
    if (!stream_key_read(cmd, &key, &stream))
        return;
    if (stream == NULL)
        reply_array(cmd->reply, 0);
    else if (count == 0)
        reply_null_array(cmd->reply);
    else
        reply_range(cmd, stream, start, end, reverse, count);
}

void command_xrange(struct cmd *cmd)
{
    stream_range(cmd, false);
}

void command_xrevrange(struct cmd *cmd)
{
    stream_range(cmd, true);
}
