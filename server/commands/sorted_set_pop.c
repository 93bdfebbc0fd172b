/* Popping from either end of sorted sets, with and without waiting. */
#include "proto/base/assert.h"
#include "server/commands/handlers.h"
#include "server/commands/pop.h"
#include "server/commands/sorted_set.h"
#include "server/journal/effect.h"

/* What all pops do: takes members from one end and replies them as a list. */
static void pop(struct cmd *cmd, const struct key *key, struct collection *set, bool highest,
                uint64_t count, bool in_pairs)
{
    uint64_t there = sorted_set_count(set->entry);
    struct sorted_set_cursor cursor;
    struct score_element element;
    uint64_t popped = count < there ? count : there;

    ASSERT(popped > 0);
    if (in_pairs)
        reply_array(cmd->reply, popped);
    sorted_set_at(set->entry, highest ? there - 1 : 0, &cursor);
    for (uint64_t i = 0; i < popped && sorted_set_read(&cursor, &element); i++) {
        if (in_pairs)
            reply_array(cmd->reply, 2);
        reply_bulk(cmd->reply, element.member);
        reply_double(cmd->reply, element.score);
        sorted_set_step(&cursor, highest);
    }
    sorted_set_remove_ranks(set, highest ? there - popped : 0, highest ? there : popped);
    sorted_set_changed(cmd, highest ? "zpopmax" : "zpopmin", key, set);
}

static void pop_one_key(struct cmd *cmd, bool highest)
{
    struct key key = cmd_key(cmd, 1);
    bool counted = cmd->argc == 3;
    struct collection set;
    uint64_t count = 1;

    if (cmd->argc > 3) {
        cmd_reply_syntax_error(cmd);
        return;
    }
    if (counted && !pop_count(cmd, 2, &count))
        return;
    if (!cmd_collection(cmd, &key, VALUE_SORTED_SET, &set))
        return;
    if (set.entry == NULL || count == 0) {
        reply_array(cmd->reply, 0);
        return;
    }
    if (!counted || cmd->reply->protocol == 2) {
        uint64_t there = sorted_set_count(set.entry);

        reply_array(cmd->reply, 2 * (count < there ? count : there));
        pop(cmd, &key, &set, highest, count, false);
        return;
    }
    pop(cmd, &key, &set, highest, count, true);
}

void command_zpopmin(struct cmd *cmd)
{
    pop_one_key(cmd, false);
}

void command_zpopmax(struct cmd *cmd)
{
    pop_one_key(cmd, true);
}

static void pop_or_wait(struct cmd *cmd, bool highest)
{
    struct collection set;
    time_ms deadline;
    struct key key;

    if (!cmd_timeout(cmd, cmd->argc - 1, &deadline) ||
        !pop_find(cmd, 1, cmd->argc - 2, VALUE_SORTED_SET, &key, &set))
        return;
    if (set.entry != NULL) {
        reply_array(cmd->reply, 3);
        reply_bulk(cmd->reply, key.name);
        pop(cmd, &key, &set, highest, 1, false);
        effect_named(cmd, &key, highest ? SPAN("ZPOPMAX") : SPAN("ZPOPMIN"));
    } else if (!cmd_wait_for_keys(cmd, 1, cmd->argc - 2, VALUE_SORTED_SET, deadline,
                                  WAIT_NULL_ARRAY)) {
        reply_null_array(cmd->reply);
    }
}

void command_bzpopmin(struct cmd *cmd)
{
    pop_or_wait(cmd, false);
}

void command_bzpopmax(struct cmd *cmd)
{
    pop_or_wait(cmd, true);
}

static void pop_several(struct cmd *cmd, const struct key *key, struct collection *set,
                        const struct pop_request *request)
{
    reply_array(cmd->reply, 2);
    reply_bulk(cmd->reply, key->name);
    pop(cmd, key, set, request->from_end, request->count, true);
    effect_number(cmd, key, request->from_end ? SPAN("ZPOPMAX") : SPAN("ZPOPMIN"),
                  (int64_t)request->count);
}

void command_zmpop(struct cmd *cmd)
{
    struct pop_request request;
    struct collection set;
    struct key key;

    if (!pop_arguments(cmd, 1, SPAN("MIN"), SPAN("MAX"), &request) ||
        !pop_find(cmd, request.first_key, request.key_count, VALUE_SORTED_SET, &key, &set))
        return;
    if (set.entry != NULL)
        pop_several(cmd, &key, &set, &request);
    else
        reply_null_array(cmd->reply);
}

void command_bzmpop(struct cmd *cmd)
{
    struct pop_request request;
    struct collection set;
    time_ms deadline;
    struct key key;

    if (!pop_arguments(cmd, 2, SPAN("MIN"), SPAN("MAX"), &request) ||
        !cmd_timeout(cmd, 1, &deadline) ||
        !pop_find(cmd, request.first_key, request.key_count, VALUE_SORTED_SET, &key, &set))
        return;
    if (set.entry != NULL)
        pop_several(cmd, &key, &set, &request);
    else if (!cmd_wait_for_keys(cmd, request.first_key, request.key_count, VALUE_SORTED_SET,
                                deadline, WAIT_NULL_ARRAY))
        reply_null_array(cmd->reply);
}
