/*
 * XREAD and XREADGROUP: what is new in several streams, for one reader or for a group of consumers.
 */
#include "proto/base/assert.h"
#include "proto/base/number.h"
#include "server/commands/handlers.h"
#include "server/commands/stream_arguments.h"
#include "server/commands/stream_effect.h"

struct read_options {
    bool for_group; /* the command is XREADGROUP */
    bool no_acknowledge;
    bool wait;
    time_ms deadline;
    uint64_t count;          /* UINT64_MAX: all */
    uint32_t group_index;    /* 0: not given */
    uint32_t consumer_index; /* with it */
    uint32_t first;          /* the first key; 0: not given */
    uint32_t streams;        /* keys, and ids behind them */
};

/* What an id among the arguments asks for. */
struct read_position {
    struct stream_id after; /* entries with higher ids */
    bool history;           /* of XREADGROUP: what is pending for the consumer */
};

/* ---- Options ---- */

static bool read_timeout(const struct cmd *cmd, uint32_t index, struct read_options *options)
{
    int64_t milliseconds;

    if (!number_parse_integer(cmd->argv[index], &milliseconds)) {
        reply_error_literal(cmd->reply, "ERR timeout is not an integer or out of range");
        return false;
    }
    if (milliseconds < 0) {
        reply_error_literal(cmd->reply, "ERR timeout is negative");
        return false;
    }
    if (milliseconds > INT64_MAX - cmd->now) {
        reply_error_literal(cmd->reply, "ERR timeout is out of range");
        return false;
    }
    options->wait = true;
    options->deadline = milliseconds == 0 ? TIME_NEVER : cmd->now + milliseconds;
    return true;
}

static bool read_count(const struct cmd *cmd, uint32_t index, struct read_options *options)
{
    int64_t count;

    if (!cmd_integer(cmd, index, &count))
        return false;
    options->count = count <= 0 ? UINT64_MAX : (uint64_t)count;
    return true;
}

static bool read_streams(const struct cmd *cmd, uint32_t first, struct read_options *options)
{
    options->first = first;
    options->streams = (cmd->argc - first) / 2;
    if ((cmd->argc - first) % 2 == 0)
        return true;
    reply_error_format(cmd->reply,
                       "ERR Unbalanced '%s' list of streams: for each stream key an ID or '%c' "
                       "must be specified.",
                       cmd->command->name, options->for_group ? '>' : '$');
    return false;
}

/* GROUP and NOACK belong to XREADGROUP. */
static bool read_group_option(const struct cmd *cmd, const char *option,
                              const struct read_options *options)
{
    if (!options->for_group)
        reply_error_format(
            cmd->reply,
            "ERR The %s option is only supported by XREADGROUP. You called XREAD instead.", option);
    return options->for_group;
}

static bool read_options_parse(const struct cmd *cmd, struct read_options *options)
{
    for (uint32_t i = 1; i < cmd->argc && options->first == 0; i++) {
        uint32_t more = cmd->argc - i - 1;
        bool fine = true;

        if (more >= 1 && cmd_argument_is(cmd, i, "BLOCK")) {
            fine = read_timeout(cmd, ++i, options);
        } else if (more >= 1 && cmd_argument_is(cmd, i, "COUNT")) {
            fine = read_count(cmd, ++i, options);
        } else if (more >= 1 && cmd_argument_is(cmd, i, "STREAMS")) {
            fine = read_streams(cmd, i + 1, options);
        } else if (more >= 2 && cmd_argument_is(cmd, i, "GROUP")) {
            fine = read_group_option(cmd, "GROUP", options);
            options->group_index = i + 1;
            options->consumer_index = i + 2;
            i += 2;
        } else if (cmd_argument_is(cmd, i, "NOACK")) {
            fine = read_group_option(cmd, "NOACK", options);
            options->no_acknowledge = true;
        } else {
            cmd_reply_syntax_error(cmd);
            fine = false;
        }
        if (!fine)
            return false;
    }
    if (options->first == 0) {
        cmd_reply_syntax_error(cmd);
        return false;
    }
    if (options->for_group && options->group_index == 0) {
        reply_error_literal(cmd->reply, "ERR Missing GROUP option for XREADGROUP");
        return false;
    }
    return true;
}

/* ---- Ids ---- */

/* Behind everything, as the text of an id and as ">" alike. */
static bool is_new_only(struct stream_id id)
{
    return stream_id_equal(id, STREAM_ID_MAX);
}

/* The id argument of a stream that may be absent. */
static bool read_position(const struct cmd *cmd, uint32_t index, const struct stream *stream,
                          const struct read_options *options, struct read_position *position)
{
    struct span text = cmd->argv[index];
    bool dollar = span_equal(text, SPAN("$"));

    *position = (struct read_position){0};
    if (dollar || span_equal(text, SPAN("+"))) {
        if (options->for_group) {
            reply_error_format(
                cmd->reply,
                "ERR The %c ID is meaningless in the context of XREADGROUP: you want to read the "
                "history of this consumer by specifying a proper ID, or use the > ID to get new "
                "messages. The %c ID would just return an empty result set.",
                dollar ? '$' : '+', dollar ? '$' : '+');
            return false;
        }
        if (stream == NULL)
            return true;
        position->after = stream->last_id;
        if (dollar || stream->length == 0)
            return true;
        position->after = stream_last_entry_id(stream);
        stream_id_decrement(&position->after);
        return true;
    }
    if (span_equal(text, SPAN(">"))) {
        if (!options->for_group)
            reply_error_literal(cmd->reply,
                                "ERR The > ID can be specified only when calling XREADGROUP using "
                                "the GROUP <group> <consumer> option.");
        position->after = STREAM_ID_MAX;
        return options->for_group;
    }
    if (!stream_argument_id(cmd, index, 0, &position->after))
        return false;
    position->history = options->for_group && !is_new_only(position->after);
    return true;
}

/* Is every key a stream, with the group, and every id one? */
static bool read_check(const struct cmd *cmd, const struct read_options *options)
{
    for (uint32_t i = 0; i < options->streams; i++) {
        struct key key = cmd_key(cmd, options->first + i);
        struct read_position position;
        struct stream *stream;

        if (!stream_key_read(cmd, &key, &stream))
            return false;
        if (options->for_group &&
            (stream == NULL ||
             stream_group_find(stream, cmd->argv[options->group_index]) == NULL)) {
            stream_reply_no_group(cmd, key.name, cmd->argv[options->group_index],
                                  " in XREADGROUP with GROUP option");
            return false;
        }
        if (!read_position(cmd, options->first + options->streams + i, stream, options, &position))
            return false;
    }
    return true;
}

/* ---- Entries ---- */

/* The answer: for each stream that has something, its key and the entries. */
struct read_answer {
    struct reply_deferred deferred;
    uint64_t streams;
};

static void answer_begin_stream(const struct cmd *cmd, struct read_answer *answer, struct span key)
{
    if (answer->streams++ == 0)
        answer->deferred = reply_defer(cmd->reply);
    if (cmd->reply->protocol == 2)
        reply_array(cmd->reply, 2);
    reply_bulk(cmd->reply, key);
}

static void answer_end(const struct cmd *cmd, struct read_answer *answer)
{
    ASSERT_DEBUG(answer->streams > 0);
    if (cmd->reply->protocol == 2)
        reply_deferred_array(cmd->reply, answer->deferred, answer->streams);
    else
        reply_deferred_map(cmd->reply, answer->deferred, answer->streams);
}

/* A cursor at the first entry behind the id; false when there is none. */
static bool read_begin(struct stream_cursor *cursor, const struct stream *stream,
                       struct stream_id after)
{
    /* Nothing to look for in the usual case of a reader that has read all. */
    if (stream->length == 0 || !stream_id_less(after, stream->last_id))
        return false;
    stream_id_increment(&after);
    stream_cursor_open(cursor, stream, after, STREAM_ID_MAX, false);
    return stream_cursor_next(cursor);
}

static void read_plain(const struct cmd *cmd, uint32_t number, const struct read_options *options,
                       struct read_answer *answer)
{
    struct key key = cmd_key(cmd, options->first + number);
    struct reply_deferred deferred;
    struct read_position position;
    struct stream_cursor cursor;
    struct stream *stream;
    uint64_t replied = 0;

    if (!stream_key_read(cmd, &key, &stream) || stream == NULL ||
        !read_position(cmd, options->first + options->streams + number, stream, options,
                       &position) ||
        !read_begin(&cursor, stream, position.after))
        return;
    answer_begin_stream(cmd, answer, key.name);
    deferred = reply_defer(cmd->reply);
    do {
        stream_reply_entry(cmd->reply, &cursor.entry);
        replied++;
    } while (replied < options->count && stream_cursor_next(&cursor));
    reply_deferred_array(cmd->reply, deferred, replied);
}

/* One stream of XREADGROUP. */
struct group_reading {
    struct stream_target target;
    struct stream_group *group;
    struct stream_consumer *consumer;
    struct stream_claims claims;
    uint64_t delivered;
};

static void deliver(const struct cmd *cmd, struct group_reading *reading, struct stream_id id,
                    bool no_acknowledge)
{
    struct stream_pending *pending;

    if (stream_id_less(reading->group->last_id, id))
        stream_group_advance(reading->target.stream, reading->group, id);
    reading->delivered++;
    if (no_acknowledge)
        return;
    pending = stream_pending_give(reading->group, reading->target.heap, id, reading->consumer);
    pending->delivered = cmd->now;
    pending->deliveries = 1;
    stream_claims_add(&reading->claims, pending);
    reading->consumer->active = cmd->now;
}

/* Entries that nobody of the group was given yet. */
static void read_new(const struct cmd *cmd, struct span key, const struct read_options *options,
                     struct group_reading *reading, struct read_answer *answer)
{
    struct reply_deferred deferred;
    struct stream_cursor cursor;

    if (!read_begin(&cursor, reading->target.stream, reading->group->last_id))
        return;
    answer_begin_stream(cmd, answer, key);
    deferred = reply_defer(cmd->reply);
    do {
        stream_reply_entry(cmd->reply, &cursor.entry);
        deliver(cmd, reading, cursor.entry.id, options->no_acknowledge);
    } while (reading->delivered < options->count && stream_cursor_next(&cursor));
    reply_deferred_array(cmd->reply, deferred, reading->delivered);
}

/* What is pending for the consumer; what was deleted meanwhile comes without fields. */
static void read_history(const struct cmd *cmd, struct span key, const struct read_options *options,
                         struct stream_id after, struct group_reading *reading,
                         struct read_answer *answer)
{
    const struct stream_tree *ids = &reading->consumer->pending;
    struct reply_deferred deferred;
    uint64_t replied = 0;

    stream_id_increment(&after);
    answer_begin_stream(cmd, answer, key);
    deferred = reply_defer(cmd->reply);
    for (struct stream_tree_place place = stream_tree_seek(ids, after);
         !stream_tree_is_end(place) && replied < options->count; place = stream_tree_next(place)) {
        const struct stream_id *id = stream_tree_at(ids, place);
        struct stream_entry entry;

        replied++;
        if (stream_find(reading->target.stream, *id, &entry)) {
            struct stream_pending *pending = stream_pending_find(reading->group, *id);

            stream_reply_entry(cmd->reply, &entry);
            stream_pending_show(reading->group, *id);
            pending->delivered = cmd->now;
            pending->deliveries++;
            stream_claims_add(&reading->claims, pending);
            reading->delivered++;
        } else {
            reply_array(cmd->reply, 2);
            stream_reply_id(cmd->reply, *id);
            reply_null_array(cmd->reply);
        }
    }
    reply_deferred_array(cmd->reply, deferred, replied);
}

static void read_for_group(struct cmd *cmd, uint32_t number, const struct read_options *options,
                           struct read_answer *answer)
{
    struct key key = cmd_key(cmd, options->first + number);
    struct group_reading reading = {0};
    struct read_position position;

    if (!stream_key_open_group(cmd, &key, options->group_index, &reading.target, &reading.group) ||
        !read_position(cmd, options->first + options->streams + number, reading.target.stream,
                       options, &position))
        return;
    reading.consumer = stream_seen_consumer(cmd, &key, reading.group, reading.target.heap,
                                            cmd->argv[options->consumer_index]);
    stream_claims_begin(&reading.claims, cmd, &key, reading.group, reading.consumer);
    if (position.history)
        read_history(cmd, key.name, options, position.after, &reading, answer);
    else
        read_new(cmd, key.name, options, &reading, answer);
    stream_claims_end(&reading.claims);
    if (reading.delivered == 0)
        return;
    cmd_changed_inside(cmd, &key);
    if (!position.history)
        stream_effect_position(cmd, &key, reading.group);
}

/* ---- Both commands ---- */

/* Waits for entries; false when that may not be. */
static bool read_wait(struct cmd *cmd, const struct read_options *options)
{
    if (!options->wait)
        return false;
    for (uint32_t i = 0; i < options->streams && !options->for_group; i++) {
        uint32_t index = options->first + options->streams + i;
        struct key key = cmd_key(cmd, options->first + i);
        struct stream_id id = STREAM_ID_MIN;
        struct stream *stream;
        char text[STREAM_ID_TEXT_MAX];

        if (!span_equal(cmd->argv[index], SPAN("$")) && !span_equal(cmd->argv[index], SPAN("+")))
            continue;
        if (stream_key_read(cmd, &key, &stream) && stream != NULL)
            id = stream->last_id;
        cmd_wait_with_argument(cmd, index, span_of(text, stream_id_format(text, id)));
    }
    if (options->for_group)
        cmd_wait_until_gone(cmd);
    return cmd_wait_for_keys(cmd, options->first, options->streams, VALUE_STREAM, options->deadline,
                             WAIT_NULL_ARRAY);
}

static void stream_read_command(struct cmd *cmd, bool for_group)
{
    struct read_options options = {.for_group = for_group, .count = UINT64_MAX};
    struct read_answer answer = {.streams = 0};
    size_t start = cmd->reply->length;

    if (!read_options_parse(cmd, &options) || !read_check(cmd, &options))
        return;
    /* One stream may be asked for many times: what does not fit is left for the next call. */
    for (uint32_t i = 0; i < options.streams && cmd->reply->length - start <= CMD_REPLY_BYTES_MAX;
         i++) {
        if (for_group)
            read_for_group(cmd, i, &options, &answer);
        else
            read_plain(cmd, i, &options, &answer);
    }
    if (answer.streams > 0)
        answer_end(cmd, &answer);
    else if (!read_wait(cmd, &options))
        reply_null_array(cmd->reply);
}

void command_xread(struct cmd *cmd)
{
    stream_read_command(cmd, false);
}

void command_xreadgroup(struct cmd *cmd)
{
    stream_read_command(cmd, true);
}
