/* Lists: both ends, places by index or value, ranges. */
#include "server/commands/list.h"
#include "server/commands/pop.h"

#include "proto/base/number.h"
#include "server/commands/handlers.h"

/* The list at the first argument for a command that reads; *entry is NULL for an absent one. */
static bool list_read(const struct cmd *cmd, const struct entry **entry)
{
    struct key key = cmd_key(cmd, 1);

    *entry = cmd_read(cmd, &key);
    return cmd_type_is(cmd, *entry, VALUE_LIST);
}

/* ---- Both ends ---- */

static void list_add(struct cmd *cmd, enum list_end end, bool only_present)
{
    struct key key = cmd_key(cmd, 1);
    struct collection list;

    if (!cmd_collection(cmd, &key, VALUE_LIST, &list))
        return;
    if (list.entry != NULL || !only_present) {
        struct list_limits limits = list_limits_of(cmd);

        list_type_push(&list, &limits, end, cmd->argv + 2, cmd->argc - 2);
        cmd_changed(cmd, 'l', end == LIST_HEAD ? "lpush" : "rpush", &key);
    }
    reply_integer(cmd->reply, (int64_t)list_type_length(list.entry));
}

void command_lpush(struct cmd *cmd)
{
    list_add(cmd, LIST_HEAD, false);
}

void command_rpush(struct cmd *cmd)
{
    list_add(cmd, LIST_TAIL, false);
}

void command_lpushx(struct cmd *cmd)
{
    list_add(cmd, LIST_HEAD, true);
}

void command_rpushx(struct cmd *cmd)
{
    list_add(cmd, LIST_TAIL, true);
}

void list_popped(struct cmd *cmd, const struct collection *list, enum list_end end)
{
    cmd_changed(cmd, 'l', end == LIST_HEAD ? "lpop" : "rpop", list->key);
    if (list->entry == NULL)
        cmd_event(cmd, 'g', "del", list->key);
}

void list_pop_element(struct cmd *cmd, struct collection *list, enum list_end end)
{
    struct list_limits limits = list_limits_of(cmd);
    struct list_place place;

    list_type_seek(list->entry, end == LIST_HEAD ? 0 : -1, &place);
    listpack_reply_bulk(place.element, cmd->reply);
    list_type_drop(list, &limits, end, 1);
    list_popped(cmd, list, end);
}

void list_pop_elements(struct cmd *cmd, struct collection *list, enum list_end end, uint64_t count)
{
    struct list_limits limits = list_limits_of(cmd);
    uint64_t length = list_type_length(list->entry);

    count = count < length ? count : length;
    reply_array(cmd->reply, count);
    if (count == 0)
        return;
    list_type_reply(list->entry, end == LIST_HEAD ? 0 : length - 1, count, end == LIST_TAIL,
                    cmd->reply);
    list_type_drop(list, &limits, end, count);
    list_popped(cmd, list, end);
}

static void list_take(struct cmd *cmd, enum list_end end)
{
    bool several = cmd->argc == 3;
    struct key key = cmd_key(cmd, 1);
    struct collection list;
    uint64_t count;

    if (cmd->argc > 3) {
        cmd_reply_wrong_arity(cmd);
        return;
    }
    if (several && !pop_count(cmd, 2, &count))
        return;
    if (!cmd_collection(cmd, &key, VALUE_LIST, &list))
        return;
    if (list.entry == NULL)
        several ? reply_null_array(cmd->reply) : reply_null(cmd->reply);
    else if (several)
        list_pop_elements(cmd, &list, end, count);
    else
        list_pop_element(cmd, &list, end);
}

void command_lpop(struct cmd *cmd)
{
    list_take(cmd, LIST_HEAD);
}

void command_rpop(struct cmd *cmd)
{
    list_take(cmd, LIST_TAIL);
}

void command_llen(struct cmd *cmd)
{
    const struct entry *entry;

    if (list_read(cmd, &entry))
        reply_integer(cmd->reply, (int64_t)list_type_length(entry));
}

/* ---- By index ---- */

void command_lindex(struct cmd *cmd)
{
    const struct entry *entry;
    struct list_place place;
    int64_t index;

    if (!list_read(cmd, &entry))
        return;
    if (entry == NULL) {
        reply_null(cmd->reply);
        return;
    }
    if (!cmd_integer(cmd, 2, &index))
        return;
    if (list_type_seek(entry, index, &place))
        listpack_reply_bulk(place.element, cmd->reply);
    else
        reply_null(cmd->reply);
}

void command_lset(struct cmd *cmd)
{
    struct list_limits limits = list_limits_of(cmd);
    struct key key = cmd_key(cmd, 1);
    struct collection list;
    int64_t index;

    if (!cmd_collection(cmd, &key, VALUE_LIST, &list))
        return;
    if (list.entry == NULL) {
        cmd_reply_no_such_key(cmd);
        return;
    }
    if (!cmd_integer(cmd, 2, &index))
        return;
    if (!list_type_set(&list, &limits, index, cmd->argv[3])) {
        reply_error_literal(cmd->reply, "ERR index out of range");
        return;
    }
    cmd_changed(cmd, 'l', "lset", &key);
    reply_ok(cmd->reply);
}

/* The part between two indexes, negative ones counted from the end, both included. */
struct list_range {
    uint64_t first;
    uint64_t count;
};

static struct list_range list_range(uint64_t elements, int64_t start, int64_t stop)
{
    int64_t length = (int64_t)elements;

    if (start < 0)
        start = start + length > 0 ? start + length : 0;
    if (stop < 0)
        stop += length;
    if (stop >= length)
        stop = length - 1;
    if (start > stop)
        return (struct list_range){0, 0};
    return (struct list_range){(uint64_t)start, (uint64_t)(stop - start) + 1};
}

void command_lrange(struct cmd *cmd)
{
    const struct entry *entry;
    struct list_range range;
    int64_t start;
    int64_t stop;

    if (!cmd_integer(cmd, 2, &start) || !cmd_integer(cmd, 3, &stop) || !list_read(cmd, &entry))
        return;
    range = list_range(list_type_length(entry), start, stop);
    reply_array(cmd->reply, range.count);
    list_type_reply(entry, range.first, range.count, false, cmd->reply);
}

void command_ltrim(struct cmd *cmd)
{
    struct list_limits limits = list_limits_of(cmd);
    struct key key = cmd_key(cmd, 1);
    struct collection list;
    struct list_range range;
    uint64_t length;
    int64_t start;
    int64_t stop;

    if (!cmd_integer(cmd, 2, &start) || !cmd_integer(cmd, 3, &stop) ||
        !cmd_collection(cmd, &key, VALUE_LIST, &list))
        return;
    length = list_type_length(list.entry);
    range = list_range(length, start, stop);
    if (list.entry != NULL) {
        /* Redis tells of a change even when all elements are kept. */
        list_type_trim(&list, &limits, range.first, range.count);
        cmd_changed(cmd, 'l', "ltrim", &key);
        if (list.entry == NULL)
            cmd_event(cmd, 'g', "del", &key);
    }
    reply_ok(cmd->reply);
}

/* ---- By value ---- */

void command_linsert(struct cmd *cmd)
{
    struct list_limits limits = list_limits_of(cmd);
    bool behind = cmd_argument_is(cmd, 2, "after");
    struct key key = cmd_key(cmd, 1);
    struct collection list;

    if (!behind && !cmd_argument_is(cmd, 2, "before")) {
        cmd_reply_syntax_error(cmd);
        return;
    }
    if (!cmd_collection(cmd, &key, VALUE_LIST, &list))
        return;
    if (list.entry == NULL) {
        reply_integer(cmd->reply, 0);
        return;
    }
    if (!list_type_insert(&list, &limits, cmd->argv[3], behind, cmd->argv[4])) {
        reply_integer(cmd->reply, -1);
        return;
    }
    cmd_changed(cmd, 'l', "linsert", &key);
    reply_integer(cmd->reply, (int64_t)list_type_length(list.entry));
}

void command_lrem(struct cmd *cmd)
{
    struct list_limits limits = list_limits_of(cmd);
    struct key key = cmd_key(cmd, 1);
    struct collection list;
    uint64_t removed;
    int64_t count;

    if (!cmd_integer(cmd, 2, &count) || !cmd_collection(cmd, &key, VALUE_LIST, &list))
        return;
    removed = list_type_remove(&list, &limits, cmd->argv[3], count);
    if (removed > 0) {
        cmd_changed(cmd, 'l', "lrem", &key);
        if (list.entry == NULL)
            cmd_event(cmd, 'g', "del", &key);
    }
    reply_integer(cmd->reply, (int64_t)removed);
}

struct list_search {
    int64_t rank;  /* which match is the first to be told; negative ones from the tail */
    int64_t count; /* of matches to be told, 0 for all; -1 for one that is no array */
    int64_t looks; /* at so many elements at most; 0 for all */
};

/* The options behind the element; replies the error and returns false when they are wrong. */
static bool list_search_options(const struct cmd *cmd, struct list_search *search)
{
    *search = (struct list_search){.rank = 1, .count = -1};
    for (uint32_t i = 3; i < cmd->argc; i += 2) {
        bool last = i + 1 == cmd->argc;

        if (!last && cmd_argument_is(cmd, i, "rank")) {
            if (!cmd_integer(cmd, i + 1, &search->rank))
                return false;
            if (search->rank == INT64_MIN) {
                reply_error_literal(cmd->reply, "ERR value is out of range, value must between "
                                                "-9223372036854775807 and 9223372036854775807");
                return false;
            }
            if (search->rank == 0) {
                reply_error_literal(
                    cmd->reply, "ERR RANK can't be zero: use 1 to start from the first match, 2 "
                                "from the second ... or use negative to start from the end of the "
                                "list");
                return false;
            }
        } else if (!last && cmd_argument_is(cmd, i, "count")) {
            if (!number_parse_integer(cmd->argv[i + 1], &search->count) || search->count < 0) {
                reply_error_literal(cmd->reply, "ERR COUNT can't be negative");
                return false;
            }
        } else if (!last && cmd_argument_is(cmd, i, "maxlen")) {
            if (!number_parse_integer(cmd->argv[i + 1], &search->looks) || search->looks < 0) {
                reply_error_literal(cmd->reply, "ERR MAXLEN can't be negative");
                return false;
            }
        } else {
            cmd_reply_syntax_error(cmd);
            return false;
        }
    }
    return true;
}

/* Writes the indexes of what is found; returns how many. */
static uint64_t list_search(const struct entry *entry, const struct list_search *search,
                            struct span element, struct reply *reply)
{
    struct listpack_value value = listpack_value(element);
    bool backwards = search->rank < 0;
    uint64_t skipped = (uint64_t)(backwards ? -search->rank : search->rank) - 1;
    uint64_t most = search->count < 0    ? 1
                    : search->count == 0 ? UINT64_MAX
                                         : (uint64_t)search->count;
    uint64_t looks = search->looks == 0 ? UINT64_MAX : (uint64_t)search->looks;
    int64_t index = backwards ? (int64_t)list_type_length(entry) - 1 : 0;
    struct list_place place;
    uint64_t found = 0;

    for (bool there = list_type_seek(entry, backwards ? -1 : 0, &place); there && looks > 0;
         looks--) {
        if (listpack_equal(place.element, &value)) {
            if (skipped > 0) {
                skipped--;
            } else {
                reply_integer(reply, index);
                if (++found == most)
                    break;
            }
        }
        index += backwards ? -1 : 1;
        there = backwards ? list_type_previous(&place) : list_type_next(&place);
    }
    return found;
}

void command_lpos(struct cmd *cmd)
{
    const struct entry *entry;
    struct list_search search;
    struct reply_deferred deferred;

    if (!list_search_options(cmd, &search) || !list_read(cmd, &entry))
        return;
    if (search.count >= 0) {
        deferred = reply_defer(cmd->reply);
        reply_deferred_array(cmd->reply, deferred,
                             list_search(entry, &search, cmd->argv[2], cmd->reply));
    } else if (list_search(entry, &search, cmd->argv[2], cmd->reply) == 0) {
        reply_null(cmd->reply);
    }
}
