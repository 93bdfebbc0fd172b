/*
 * CLIENT: the subcommands about the clients of the whole node.
 */
#include "proto/base/assert.h"
#include "proto/base/memory.h"
#include "proto/base/number.h"
#include "server/commands/client_filter.h"
#include "server/commands/client_primary.h"
#include "server/commands/cmd.h"
#include "server/commands/handlers.h"
#include "server/config/text_buffer.h"
#include "server/connection/connection.h"
#include "server/dispatch/blocked.h"
#include "server/shard/gather.h"

#include <stdlib.h>

/* ---- CLIENT LIST ---- */

struct list_line {
    uint64_t id;
    char *text;
};

struct list_part {
    struct list_line *lines;
    uint32_t count;
};

static void list_visit(struct shard *shard, struct gather *gather, void *part)
{
    struct list_part *list = part;

    list->lines = memory_new((shard->connection_count + 1) * sizeof(*list->lines));
    list_for_each (link, &shard->connections) {
        const struct connection *connection = list_entry(link, struct connection, link);

        if (connection->close_now ||
            !client_filter_matches(gather->context, connection, shard->now))
            continue;
        ASSERT(list->count < shard->connection_count);
        list->lines[list->count++] =
            (struct list_line){connection->id, connection_describe(connection)};
    }
}

static int compare_lines(const void *left, const void *right)
{
    const struct list_line *a = left;
    const struct list_line *b = right;

    return (a->id > b->id) - (a->id < b->id);
}

static void list_finish(struct gather *gather, struct reply *reply)
{
    struct text_buffer text = {0};
    struct list_line *all = NULL;
    uint32_t count = 0;
    struct list_line primary;

    for (uint32_t i = 0; i < gather->asker->node->shard_count; i++) {
        struct list_part *part = gather_part(gather, i);

        if (part->count > 0) {
            all = memory_resize(all, (count + part->count) * sizeof(*all));
            memcpy(all + count, part->lines, part->count * sizeof(*all));
            count += part->count;
        }
        memory_free(part->lines);
    }
    primary.text =
        client_primary_describe(gather->asker->node, gather->context, gather->now, &primary.id);
    if (primary.text != NULL) {
        all = memory_resize(all, (count + 1) * sizeof(*all));
        all[count++] = primary;
    }
    if (count > 0)
        qsort(all, count, sizeof(*all), compare_lines);
    for (uint32_t i = 0; i < count; i++) {
        text_buffer_add(&text, span_of_string(all[i].text));
        text_buffer_add(&text, SPAN("\n"));
        memory_free(all[i].text);
    }
    memory_free(all);
    reply_verbatim(reply, "txt", text_buffer_span(&text));
    text_buffer_free(&text);
}

/* Asks all shards, with the filter of the arguments from the third on. */
static void gather_filtered(struct cmd *cmd, enum client_filter_use use, size_t part_size,
                            void (*visit)(struct shard *shard, struct gather *gather, void *part),
                            void (*finish)(struct gather *gather, struct reply *reply))
{
    struct client_filter *filter = client_filter_parse(cmd->argv, cmd->argc, 2, use,
                                                       cmd->connection->shard->users, cmd->reply);
    struct gather *gather;

    if (filter == NULL)
        return;
    memory_free(filter);
    gather = gather_new(cmd, part_size, visit, finish);
    /* Once more, from the arguments that stay. */
    filter = client_filter_parse(gather->argv, gather->argc, 2, use, NULL, NULL);
    filter->me = cmd->connection->id;
    gather->context = filter;
    gather_start(gather, section_all(gather->asker->node));
}

void command_client_list(struct cmd *cmd)
{
    gather_filtered(cmd, CLIENT_FILTER_LIST, sizeof(struct list_part), list_visit, list_finish);
}

/* ---- CLIENT KILL ---- */

struct kill_part {
    uint64_t count;
    bool myself;
};

static void kill_visit(struct shard *shard, struct gather *gather, void *part)
{
    struct kill_part *kill = part;

    list_for_each (link, &shard->connections) {
        struct connection *connection = list_entry(link, struct connection, link);

        if (connection->close_now ||
            !client_filter_matches(gather->context, connection, shard->now))
            continue;
        kill->count++;
        /* Who asks is told first. */
        if (connection == gather->connection)
            kill->myself = true;
        else
            connection_close_soon(connection);
    }
}

static uint64_t kill_total(struct gather *gather)
{
    uint64_t count = client_primary_kill(gather->asker, gather->context);

    for (uint32_t i = 0; i < gather->asker->node->shard_count; i++) {
        const struct kill_part *part = gather_part(gather, i);

        count += part->count;
        if (part->myself && !gather->connection->closed)
            connection_close_after_reply(gather->connection);
    }
    return count;
}

static void kill_finish(struct gather *gather, struct reply *reply)
{
    reply_integer(reply, (int64_t)kill_total(gather));
}

static void kill_one_finish(struct gather *gather, struct reply *reply)
{
    if (kill_total(gather) > 0)
        reply_ok(reply);
    else
        reply_error_literal(reply, "ERR No such client");
}

void command_client_kill(struct cmd *cmd)
{
    struct client_filter *filter;
    struct gather *gather;

    if (cmd->argc > 3) {
        gather_filtered(cmd, CLIENT_FILTER_KILL, sizeof(struct kill_part), kill_visit, kill_finish);
        return;
    }
    gather = gather_new(cmd, sizeof(struct kill_part), kill_visit, kill_one_finish);
    filter = memory_new_zeroed(1, sizeof(*filter));
    filter->address = gather->argv[2];
    gather->context = filter;
    gather_start(gather, section_all(gather->asker->node));
}

/* ---- CLIENT PAUSE, CLIENT UNPAUSE ---- */

struct pause {
    enum pause_kind kind;
    time_ms until;
};

static void pause_visit(struct shard *shard, struct gather *gather, void *part)
{
    const struct pause *pause = gather->context;
    bool paused = shard->pause_kind != PAUSE_NONE && shard->now < shard->pause_until;

    (void)part;
    /* A pause makes one that is on stricter or longer, never the opposite. */
    if (!paused || pause->kind > shard->pause_kind)
        shard->pause_kind = pause->kind;
    if (!paused || pause->until > shard->pause_until)
        shard->pause_until = pause->until;
}

static void finish_ok(struct gather *gather, struct reply *reply)
{
    (void)gather;
    reply_ok(reply);
}

void command_client_pause(struct cmd *cmd)
{
    enum pause_kind kind = PAUSE_ALL;
    struct gather *gather;
    struct pause *pause;
    int64_t timeout;

    if (cmd->argc > 4) {
        cmd_reply_syntax_error(cmd);
        return;
    }
    if (cmd->argc == 4 && cmd_argument_is(cmd, 3, "WRITE")) {
        kind = PAUSE_WRITES;
    } else if (cmd->argc == 4 && !cmd_argument_is(cmd, 3, "ALL")) {
        reply_error_literal(cmd->reply, "ERR CLIENT PAUSE mode must be WRITE or ALL");
        return;
    }
    if (!number_parse_integer(cmd->argv[2], &timeout)) {
        reply_error_literal(cmd->reply, "ERR timeout is not an integer or out of range");
        return;
    }
    if (timeout < 0) {
        reply_error_literal(cmd->reply, "ERR timeout is negative");
        return;
    }
    gather = gather_new(cmd, 0, pause_visit, finish_ok);
    pause = memory_new_zeroed(1, sizeof(*pause));
    pause->kind = kind;
    pause->until = timeout > TIME_NEVER - cmd->now ? TIME_NEVER : cmd->now + timeout;
    gather->context = pause;
    gather_start(gather, section_all(gather->asker->node));
}

/* The shard's next tick, at the end of its turn, finds that the pause is over. */
static void unpause_visit(struct shard *shard, struct gather *gather, void *part)
{
    (void)gather;
    (void)part;
    shard->pause_until = 0;
    shard->next_tick = shard->now;
}

void command_client_unpause(struct cmd *cmd)
{
    gather_all(cmd, 0, unpause_visit, finish_ok);
}

/* ---- CLIENT UNBLOCK ---- */

struct unblock_request {
    struct connection *connection;
    struct reply *reply; /* of the command, good until the handler returns */
};

static void unblock_done(void *context, bool unblocked)
{
    struct unblock_request *request = context;
    struct connection *connection = request->connection;

    if (request->reply != NULL) {
        reply_integer(request->reply, unblocked);
        memory_free(request);
        return;
    }
    if (!connection->closed) {
        struct reply *reply = connection_reply_begin(connection);
        size_t start = reply->length;

        reply_integer(reply, unblocked);
        connection_reply_end(connection, start);
    }
    connection_wake(connection);
    memory_free(request);
}

void command_client_unblock(struct cmd *cmd)
{
    enum blocked_end end = BLOCKED_TIMEOUT;
    struct unblock_request *request;
    int64_t id;

    if (cmd->argc > 4) {
        reply_error_format(
            cmd->reply,
            "ERR unknown subcommand or wrong number of arguments for '%.*s'. Try CLIENT HELP.",
            (int)cmd->argv[1].length, cmd->argv[1].data);
        return;
    }
    if (cmd->argc == 4 && cmd_argument_is(cmd, 3, "ERROR")) {
        end = BLOCKED_ERROR;
    } else if (cmd->argc == 4 && !cmd_argument_is(cmd, 3, "TIMEOUT")) {
        reply_error_literal(cmd->reply, "ERR CLIENT UNBLOCK reason should be TIMEOUT or ERROR");
        return;
    }
    if (!cmd_integer(cmd, 2, &id))
        return;
    if (cmd->section != NULL) {
        reply_integer(cmd->reply,
                      blocked_unblock_parked(cmd->connection->shard->node, (uint64_t)id, end));
        return;
    }
    request = memory_new(sizeof(*request));
    *request = (struct unblock_request){cmd->connection, cmd->reply};
    if (blocked_unblock(cmd->connection->shard, (uint64_t)id, end, unblock_done, request))
        return;
    request->reply = NULL;
    connection_wait(cmd->connection, request);
}
