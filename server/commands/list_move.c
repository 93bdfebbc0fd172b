/* Lists: from one to another, from the first of several, and waiting for an element. */
#include "proto/base/memory.h"
#include "server/commands/handlers.h"
#include "server/commands/list.h"
#include "server/commands/pop.h"
#include "server/journal/effect.h"

#include <string.h>

/* Elements up to this size are moved by way of the stack. */
enum { SMALL_ELEMENT = 1024 };

bool list_end_argument(const struct cmd *cmd, uint32_t index, enum list_end *end)
{
    if (!cmd_argument_is(cmd, index, "left") && !cmd_argument_is(cmd, index, "right")) {
        cmd_reply_syntax_error(cmd);
        return false;
    }
    *end = cmd_argument_is(cmd, index, "left") ? LIST_HEAD : LIST_TAIL;
    return true;
}

/* ---- From one list to another ---- */

struct list_move {
    struct key from;
    struct key to;
    enum list_end from_end;
    enum list_end to_end;
};

/* Adds the element to the other list, which may be the same, and only then takes it from the first:
 * a list of one element that is moved to itself never vanishes. */
static void list_move_element(struct cmd *cmd, const struct list_move *move, struct span element)
{
    struct list_limits limits = list_limits_of(cmd);
    struct collection list =
        collection_open(cmd_keyspace(cmd, &move->to), cmd->database, &move->to, VALUE_LIST);

    list_type_push(&list, &limits, move->to_end, &element, 1);
    cmd_changed(cmd, 'l', move->to_end == LIST_HEAD ? "lpush" : "rpush", &move->to);
    cmd->changes--; /* two keys, one change */
    list = collection_open(cmd_keyspace(cmd, &move->from), cmd->database, &move->from, VALUE_LIST);
    list_type_drop(&list, &limits, move->from_end, 1);
    list_popped(cmd, &list, move->from_end);
}

static struct span end_word(enum list_end end)
{
    return end == LIST_HEAD ? SPAN("LEFT") : SPAN("RIGHT");
}

/* A command that may wait is told as the one that does not; lists on two shards each for itself. */
static void list_move_tell(struct cmd *cmd, const struct list_move *move, struct span element)
{
    bool is_push =
        cmd->command->run == command_rpoplpush || cmd->command->run == command_brpoplpush;

    if (effect_is_apart(cmd, &move->from, &move->to)) {
        effect_command(cmd, &move->from,
                       (struct span[]){move->from_end == LIST_HEAD ? SPAN("LPOP") : SPAN("RPOP"),
                                       move->from.name},
                       2);
        effect_command(cmd, &move->to,
                       (struct span[]){move->to_end == LIST_HEAD ? SPAN("LPUSH") : SPAN("RPUSH"),
                                       move->to.name, element},
                       3);
    } else if (is_push) {
        effect_command(cmd, &move->from,
                       (struct span[]){SPAN("RPOPLPUSH"), move->from.name, move->to.name}, 3);
    } else {
        effect_command(cmd, &move->from,
                       (struct span[]){SPAN("LMOVE"), move->from.name, move->to.name,
                                       end_word(move->from_end), end_word(move->to_end)},
                       5);
    }
}

/* Moves one element between the lists and replies it. False: there is none, and no reply. */
static bool list_move(struct cmd *cmd, const struct list_move *move)
{
    const struct entry *from = cmd_find(cmd, &move->from);
    char small[SMALL_ELEMENT];
    char *copy = small;
    struct list_place place;
    struct span element;

    if (from == NULL)
        return false;
    if (!cmd_type_is(cmd, from, VALUE_LIST) ||
        !cmd_type_is(cmd, cmd_find(cmd, &move->to), VALUE_LIST))
        return true;
    list_type_seek(from, move->from_end == LIST_HEAD ? 0 : -1, &place);
    /* What is pushed may not lie in the list that is changed. */
    element = listpack_text(place.element, small);
    if (element.data != small && element.length > 0) {
        if (element.length > sizeof(small))
            copy = memory_new(element.length);
        memcpy(copy, element.data, element.length);
        element.data = copy;
    }
    list_move_element(cmd, move, element);
    if (effect_is_wanted(cmd))
        list_move_tell(cmd, move, element);
    reply_bulk(cmd->reply, element);
    if (copy != small)
        memory_free(copy);
    return true;
}

static struct list_move list_move_keys(const struct cmd *cmd)
{
    return (struct list_move){
        .from = cmd_key(cmd, 1), .to = cmd_key(cmd, 2), .from_end = LIST_TAIL, .to_end = LIST_HEAD};
}

static void list_move_or_null(struct cmd *cmd, const struct list_move *move)
{
    if (!list_move(cmd, move))
        reply_null(cmd->reply);
}

/* The timeout is the last argument. */
static void list_move_or_wait(struct cmd *cmd, const struct list_move *move)
{
    time_ms deadline;

    if (!cmd_timeout(cmd, cmd->argc - 1, &deadline) || list_move(cmd, move))
        return;
    if (!cmd_wait_for_keys(cmd, 1, 1, VALUE_LIST, deadline, WAIT_NULL_ARRAY))
        reply_null(cmd->reply);
}

void command_rpoplpush(struct cmd *cmd)
{
    struct list_move move = list_move_keys(cmd);

    list_move_or_null(cmd, &move);
}

void command_brpoplpush(struct cmd *cmd)
{
    struct list_move move = list_move_keys(cmd);

    list_move_or_wait(cmd, &move);
}

void command_lmove(struct cmd *cmd)
{
    struct list_move move = list_move_keys(cmd);

    if (list_end_argument(cmd, 3, &move.from_end) && list_end_argument(cmd, 4, &move.to_end))
        list_move_or_null(cmd, &move);
}

void command_blmove(struct cmd *cmd)
{
    struct list_move move = list_move_keys(cmd);

    if (list_end_argument(cmd, 3, &move.from_end) && list_end_argument(cmd, 4, &move.to_end))
        list_move_or_wait(cmd, &move);
}

/* ---- From the first of several lists ---- */

/* The name of the list goes before what comes from it. */
static void list_reply_key(struct cmd *cmd, const struct collection *list)
{
    reply_array(cmd->reply, 2);
    reply_bulk(cmd->reply, list->key->name);
}

static void list_blocking_pop(struct cmd *cmd, enum list_end end)
{
    struct collection list;
    struct key key;
    time_ms deadline;

    if (!cmd_timeout(cmd, cmd->argc - 1, &deadline) ||
        !pop_find(cmd, 1, cmd->argc - 2, VALUE_LIST, &key, &list))
        return;
    if (list.entry != NULL) {
        list_reply_key(cmd, &list);
        list_pop_element(cmd, &list, end);
        effect_named(cmd, &key, end == LIST_HEAD ? SPAN("LPOP") : SPAN("RPOP"));
    } else if (!cmd_wait_for_keys(cmd, 1, cmd->argc - 2, VALUE_LIST, deadline, WAIT_NULL_ARRAY)) {
        reply_null_array(cmd->reply);
    }
}

void command_blpop(struct cmd *cmd)
{
    list_blocking_pop(cmd, LIST_HEAD);
}

void command_brpop(struct cmd *cmd)
{
    list_blocking_pop(cmd, LIST_TAIL);
}

static void list_pop_several(struct cmd *cmd, struct collection *list,
                             const struct pop_request *request)
{
    list_reply_key(cmd, list);
    list_pop_elements(cmd, list, request->from_end ? LIST_TAIL : LIST_HEAD, request->count);
    effect_number(cmd, list->key, request->from_end ? SPAN("RPOP") : SPAN("LPOP"),
                  (int64_t)request->count);
}

void command_lmpop(struct cmd *cmd)
{
    struct pop_request request;
    struct collection list;
    struct key key;

    if (!pop_arguments(cmd, 1, SPAN("LEFT"), SPAN("RIGHT"), &request) ||
        !pop_find(cmd, request.first_key, request.key_count, VALUE_LIST, &key, &list))
        return;
    if (list.entry != NULL)
        list_pop_several(cmd, &list, &request);
    else
        reply_null_array(cmd->reply);
}

void command_blmpop(struct cmd *cmd)
{
    struct pop_request request;
    struct collection list;
    time_ms deadline;
    struct key key;

    if (!pop_arguments(cmd, 2, SPAN("LEFT"), SPAN("RIGHT"), &request) ||
        !cmd_timeout(cmd, 1, &deadline) ||
        !pop_find(cmd, request.first_key, request.key_count, VALUE_LIST, &key, &list))
        return;
    if (list.entry != NULL)
        list_pop_several(cmd, &list, &request);
    else if (!cmd_wait_for_keys(cmd, request.first_key, request.key_count, VALUE_LIST, deadline,
                                WAIT_NULL_ARRAY))
        reply_null_array(cmd->reply);
}
