/* Ranges of sorted sets: ZRANGE and its relatives, counting, and removal. */
#include "server/commands/sorted_set_range.h"

#include "proto/base/assert.h"
#include "server/commands/handlers.h"

#include <math.h>
#include <stdlib.h>

enum { SCORE_TEXT_MAX = 512 };

/* ---- Ends ---- */

/* More is allowed here than elsewhere: leading space, overflow, nothing at all, and whatever is
 * behind a NUL. */
static bool parse_score_end(struct span text, struct sorted_set_range_end *end)
{
    char copy[SCORE_TEXT_MAX];
    char *rest;

    if (text.length > 0 && text.data[0] == '(') {
        end->exclusive = true;
        text = span_of(text.data + 1, text.length - 1);
    }
    if (text.length >= sizeof(copy))
        return false;
    memcpy(copy, text.data, text.length);
    copy[text.length] = '\0';
    end->score = strtod(copy, &rest);
    return *rest == '\0' && !isnan(end->score);
}

static bool parse_member_end(struct span text, struct sorted_set_range_end *end)
{
    bool alone = text.length == 1 || (text.length > 1 && text.data[1] == '\0');
    char first = text.length > 0 ? text.data[0] : '\0';

    if (first == '(' || first == '[') {
        end->exclusive = first == '(';
        end->member = span_of(text.data + 1, text.length - 1);
        return true;
    }
    end->lowest = first == '-' && alone;
    end->highest = first == '+' && alone;
    return end->lowest || end->highest;
}

bool sorted_set_range_parse(const struct cmd *cmd, enum sorted_set_range_kind kind, uint32_t from,
                            uint32_t to, struct sorted_set_range *range)
{
    *range = (struct sorted_set_range){.kind = kind};
    switch (kind) {
    case RANGE_BY_RANK:
        return cmd_integer(cmd, from, &range->from.rank) && cmd_integer(cmd, to, &range->to.rank);
    case RANGE_BY_SCORE:
        if (parse_score_end(cmd->argv[from], &range->from) &&
            parse_score_end(cmd->argv[to], &range->to))
            return true;
        reply_error_literal(cmd->reply, "ERR min or max is not a float");
        return false;
    case RANGE_BY_MEMBER:
        if (parse_member_end(cmd->argv[from], &range->from) &&
            parse_member_end(cmd->argv[to], &range->to))
            return true;
        reply_error_literal(cmd->reply, "ERR min or max not valid string range item");
        return false;
    default:
        UNREACHABLE();
    }
}

/* Members before an end of the range; `after` when members at the end count as well. */
static uint64_t before_end(const struct entry *entry, const struct sorted_set_range *range,
                           const struct sorted_set_range_end *end, bool after)
{
    struct score_bound bound = {.after = after, .score = end->score, .member = end->member};

    if (end->lowest)
        return 0;
    if (end->highest)
        return sorted_set_count(entry);
    bound.kind = range->kind == RANGE_BY_SCORE ? SCORE_BOUND_SCORE : SCORE_BOUND_MEMBER;
    return sorted_set_before(entry, &bound);
}

void sorted_set_range_resolve(const struct entry *entry, const struct sorted_set_range *range,
                              bool reverse, uint64_t *first, uint64_t *end)
{
    uint64_t count;

    if (range->kind == RANGE_BY_RANK) {
        sorted_set_clamp(range->from.rank, range->to.rank, sorted_set_count(entry), first, end);
        return;
    }
    *first = before_end(entry, range, &range->from, range->from.exclusive);
    *end = before_end(entry, range, &range->to, !range->to.exclusive);
    if (*end < *first)
        *end = *first;
    if (reverse) {
        uint64_t lowest = *first;

        count = sorted_set_count(entry);
        *first = count - *end;
        *end = count - lowest;
    }
}

/* ---- ZRANGE and its relatives ---- */

struct range_query {
    enum sorted_set_range_kind kind;
    uint32_t source; /* argument with the key */
    bool stores;
    bool by_option; /* the direction too */
    bool reverse;
    bool with_scores;
    int64_t offset;
    int64_t limit; /* negative: all */
};

static bool is_free(const struct range_query *query)
{
    return query->kind == RANGE_BY_OPTION;
}

static bool parse_range_options(const struct cmd *cmd, struct range_query *query)
{
    query->limit = -1;
    for (uint32_t i = query->source + 3; i < cmd->argc; i++) {
        if (!query->stores && cmd_argument_is(cmd, i, "WITHSCORES")) {
            query->with_scores = true;
        } else if (cmd_argument_is(cmd, i, "LIMIT") && i + 2 < cmd->argc) {
            if (!cmd_integer(cmd, i + 1, &query->offset) || !cmd_integer(cmd, i + 2, &query->limit))
                return false;
            i += 2;
        } else if (query->by_option && !query->reverse && cmd_argument_is(cmd, i, "REV")) {
            query->reverse = true;
        } else if (is_free(query) && cmd_argument_is(cmd, i, "BYLEX")) {
            query->kind = RANGE_BY_MEMBER;
        } else if (is_free(query) && cmd_argument_is(cmd, i, "BYSCORE")) {
            query->kind = RANGE_BY_SCORE;
        } else {
            cmd_reply_syntax_error(cmd);
            return false;
        }
    }
    if (is_free(query))
        query->kind = RANGE_BY_RANK;
    if (query->limit != -1 && query->kind == RANGE_BY_RANK) {
        reply_error_literal(cmd->reply, "ERR syntax error, LIMIT is only supported in combination "
                                        "with either BYSCORE or BYLEX");
        return false;
    }
    if (query->with_scores && query->kind == RANGE_BY_MEMBER) {
        reply_error_literal(cmd->reply,
                            "ERR syntax error, WITHSCORES not supported in combination with BYLEX");
        return false;
    }
    return true;
}

/* Skips and cuts as LIMIT says. A negative offset skips everything. */
static void apply_limit(const struct range_query *query, uint64_t *first, uint64_t *end)
{
    uint64_t length = *end - *first;

    if (query->offset < 0 || (uint64_t)query->offset >= length) {
        *first = *end;
        return;
    }
    *first += (uint64_t)query->offset;
    length = *end - *first;
    if (query->limit >= 0 && (uint64_t)query->limit < length)
        *end = *first + (uint64_t)query->limit;
}

/* Starts a walk at the `first` element, counted from where the walk begins. */
static void begin_walk(const struct entry *entry, uint64_t first, bool reverse,
                       struct sorted_set_cursor *cursor)
{
    sorted_set_at(entry, reverse ? sorted_set_count(entry) - 1 - first : first, cursor);
}

static void reply_walk(const struct cmd *cmd, const struct entry *entry,
                       const struct range_query *query, uint64_t first, uint64_t end)
{
    struct sorted_set_cursor cursor;
    struct score_element element;

    sorted_set_reply_header(cmd->reply, end - first, query->with_scores);
    if (first == end)
        return;
    begin_walk(entry, first, query->reverse, &cursor);
    for (uint64_t i = first; i < end; i++) {
        bool there = sorted_set_read(&cursor, &element);

        ASSERT(there);
        sorted_set_reply_element(cmd->reply, &element, query->with_scores);
        sorted_set_step(&cursor, query->reverse);
    }
}

static void store_walk(struct cmd *cmd, const struct entry *entry, const struct range_query *query,
                       uint64_t first, uint64_t end)
{
    struct key key = cmd_key(cmd, 1);
    struct collection destination = sorted_set_destination(cmd, &key);
    struct heap *heap = collection_heap(&destination);
    struct sorted_set_cursor cursor;
    struct score_element element;
    struct score_tree tree;

    score_tree_init(&tree, collection_hash_seed(&destination));
    if (first < end)
        begin_walk(entry, first, query->reverse, &cursor);
    for (uint64_t i = first; i < end && sorted_set_read(&cursor, &element); i++) {
        score_tree_insert(&tree, heap, element.score, element.member,
                          score_tree_hash(&tree, element.member));
        sorted_set_step(&cursor, query->reverse);
    }
    sorted_set_store_and_reply(cmd, &key, &destination, &tree, "zrangestore");
}

static void run_query(struct cmd *cmd, struct range_query *query)
{
    struct sorted_set_range range;
    const struct entry *entry;
    uint64_t first = 0;
    uint64_t end = 0;
    bool swapped;

    if (!parse_range_options(cmd, query))
        return;
    swapped = query->reverse && query->kind != RANGE_BY_RANK;
    if (!sorted_set_range_parse(cmd, query->kind, query->source + (swapped ? 2 : 1),
                                query->source + (swapped ? 1 : 2), &range))
        return;
    if (!sorted_set_entry(cmd, query->source, &entry))
        return;
    if (entry != NULL) {
        sorted_set_range_resolve(entry, &range, query->reverse, &first, &end);
        if (query->kind != RANGE_BY_RANK)
            apply_limit(query, &first, &end);
    }
    if (query->stores)
        store_walk(cmd, entry, query, first, end);
    else
        reply_walk(cmd, entry, query, first, end);
}

void command_zrange(struct cmd *cmd)
{
    struct range_query query = {.kind = RANGE_BY_OPTION, .source = 1, .by_option = true};

    run_query(cmd, &query);
}

void command_zrangestore(struct cmd *cmd)
{
    struct range_query query = {
        .kind = RANGE_BY_OPTION, .source = 2, .by_option = true, .stores = true};

    run_query(cmd, &query);
}

void command_zrevrange(struct cmd *cmd)
{
    struct range_query query = {.kind = RANGE_BY_RANK, .source = 1, .reverse = true};

    run_query(cmd, &query);
}

void command_zrangebyscore(struct cmd *cmd)
{
    struct range_query query = {.kind = RANGE_BY_SCORE, .source = 1};

    run_query(cmd, &query);
}

void command_zrevrangebyscore(struct cmd *cmd)
{
    struct range_query query = {.kind = RANGE_BY_SCORE, .source = 1, .reverse = true};

    run_query(cmd, &query);
}

void command_zrangebylex(struct cmd *cmd)
{
    struct range_query query = {.kind = RANGE_BY_MEMBER, .source = 1};

    run_query(cmd, &query);
}

void command_zrevrangebylex(struct cmd *cmd)
{
    struct range_query query = {.kind = RANGE_BY_MEMBER, .source = 1, .reverse = true};

    run_query(cmd, &query);
}

/* ---- Counting and removal ---- */

static void count_range(struct cmd *cmd, enum sorted_set_range_kind kind)
{
    struct sorted_set_range range;
    const struct entry *entry;
    uint64_t first;
    uint64_t end;

    if (!sorted_set_range_parse(cmd, kind, 2, 3, &range) || !sorted_set_entry(cmd, 1, &entry))
        return;
    sorted_set_range_resolve(entry, &range, false, &first, &end);
    reply_integer(cmd->reply, (int64_t)(end - first));
}

void command_zcount(struct cmd *cmd)
{
    count_range(cmd, RANGE_BY_SCORE);
}

void command_zlexcount(struct cmd *cmd)
{
    count_range(cmd, RANGE_BY_MEMBER);
}

static void remove_range(struct cmd *cmd, enum sorted_set_range_kind kind, const char *event)
{
    struct key key = cmd_key(cmd, 1);
    struct sorted_set_range range;
    struct collection set;
    uint64_t first;
    uint64_t end;

    if (!sorted_set_range_parse(cmd, kind, 2, 3, &range) ||
        !cmd_collection(cmd, &key, VALUE_SORTED_SET, &set))
        return;
    sorted_set_range_resolve(set.entry, &range, false, &first, &end);
    sorted_set_remove_ranks(&set, first, end);
    if (first < end)
        sorted_set_changed(cmd, event, &key, &set);
    reply_integer(cmd->reply, (int64_t)(end - first));
}

void command_zremrangebyrank(struct cmd *cmd)
{
    remove_range(cmd, RANGE_BY_RANK, "zremrangebyrank");
}

void command_zremrangebyscore(struct cmd *cmd)
{
    remove_range(cmd, RANGE_BY_SCORE, "zremrangebyscore");
}

void command_zremrangebylex(struct cmd *cmd)
{
    remove_range(cmd, RANGE_BY_MEMBER, "zremrangebylex");
}
