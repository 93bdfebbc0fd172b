/* Sorted sets: single members, ZSCAN, and what the other commands share. */
#include "server/commands/sorted_set.h"

#include "proto/base/assert.h"
#include "proto/base/memory.h"
#include "proto/base/number.h"
#include "server/commands/collection_scan.h"
#include "server/commands/handlers.h"

enum { FEW_SCORES = 64 };

bool sorted_set_entry(const struct cmd *cmd, uint32_t index, const struct entry **entry)
{
    struct key key = cmd_key(cmd, index);

    *entry = cmd_read(cmd, &key);
    return cmd_type_is(cmd, *entry, VALUE_SORTED_SET);
}

void sorted_set_changed(struct cmd *cmd, const char *event, const struct key *key,
                        const struct collection *set)
{
    cmd_changed(cmd, 'z', event, key);
    if (set->entry == NULL)
        cmd_event(cmd, 'g', "del", key);
}

struct collection sorted_set_destination(const struct cmd *cmd, const struct key *key)
{
    return collection_open(cmd_keyspace(cmd, key), cmd->database, key, VALUE_SORTED_SET);
}

void sorted_set_store_and_reply(struct cmd *cmd, const struct key *key,
                                struct collection *destination, struct score_tree *tree,
                                const char *event)
{
    struct sorted_set_limits limits = sorted_set_limits_of(cmd->config);
    bool existed = destination->entry != NULL;
    uint64_t count = tree->count;

    sorted_set_store(destination, tree, &limits);
    if (count > 0)
        cmd_changed(cmd, 'z', event, key);
    else if (existed)
        cmd_changed(cmd, 'g', "del", key);
    reply_integer(cmd->reply, (int64_t)count);
}

void sorted_set_reply_header(struct reply *reply, uint64_t count, bool with_scores)
{
    reply_array(reply, with_scores && reply->protocol == 2 ? 2 * count : count);
}

void sorted_set_reply_element(struct reply *reply, const struct score_element *element,
                              bool with_scores)
{
    if (with_scores && reply->protocol == 3)
        reply_array(reply, 2);
    reply_bulk(reply, element->member);
    if (with_scores)
        reply_double(reply, element->score);
}

bool sorted_set_double(const struct cmd *cmd, uint32_t index, double *value, const char *error)
{
    if (number_parse_double(cmd->argv[index], value))
        return true;
    reply_error(cmd->reply, span_of_string(error));
    return false;
}

void sorted_set_clamp(int64_t start, int64_t stop, uint64_t count, uint64_t *first, uint64_t *end)
{
    int64_t length = (int64_t)count;

    start = start < 0 ? start + length : start;
    stop = stop < 0 ? stop + length : stop;
    start = start < 0 ? 0 : start;
    stop = stop >= length ? length - 1 : stop;
    *first = *end = 0;
    if (start <= stop) {
        *first = (uint64_t)start;
        *end = (uint64_t)stop + 1;
    }
}

/* ---- ZADD and ZINCRBY ---- */

struct addition {
    struct sorted_set_options options;
    bool changed; /* CH */
    uint32_t first;
    uint32_t count; /* pairs of score and member */
};

static bool parse_addition_option(struct span word, struct addition *addition)
{
    if (span_is(word, "NX"))
        addition->options.absent = true;
    else if (span_is(word, "XX"))
        addition->options.present = true;
    else if (span_is(word, "GT"))
        addition->options.greater = true;
    else if (span_is(word, "LT"))
        addition->options.less = true;
    else if (span_is(word, "CH"))
        addition->changed = true;
    else if (span_is(word, "INCR"))
        addition->options.increment = true;
    else
        return false;
    return true;
}

static bool check_addition(const struct cmd *cmd, const struct addition *addition)
{
    const struct sorted_set_options *options = &addition->options;

    if (options->absent && options->present) {
        reply_error_literal(cmd->reply,
                            "ERR XX and NX options at the same time are not compatible");
        return false;
    }
    if ((options->absent && (options->greater || options->less)) ||
        (options->greater && options->less)) {
        reply_error_literal(cmd->reply,
                            "ERR GT, LT, and/or NX options at the same time are not compatible");
        return false;
    }
    if (options->increment && addition->count > 1) {
        reply_error_literal(cmd->reply, "ERR INCR option supports a single increment-element pair");
        return false;
    }
    return true;
}

static bool parse_addition(const struct cmd *cmd, struct addition *addition)
{
    uint32_t words;

    addition->first = 2;
    while (addition->first < cmd->argc &&
           parse_addition_option(cmd->argv[addition->first], addition))
        addition->first++;
    words = cmd->argc - addition->first;
    if (words == 0 || words % 2 != 0) {
        cmd_reply_syntax_error(cmd);
        return false;
    }
    addition->count = words / 2;
    return check_addition(cmd, addition);
}

static void reply_addition(const struct cmd *cmd, const struct addition *addition,
                           enum sorted_set_outcome outcome, double score, int64_t counted)
{
    if (!addition->options.increment)
        reply_integer(cmd->reply, counted);
    else if (outcome == SORTED_SET_REFUSED)
        reply_null(cmd->reply);
    else
        reply_double(cmd->reply, score);
}

static void add_pairs(struct cmd *cmd, const struct addition *addition, double *scores)
{
    struct sorted_set_limits limits = sorted_set_limits_of(cmd->config);
    struct key key = cmd_key(cmd, 1);
    enum sorted_set_outcome outcome = SORTED_SET_REFUSED;
    struct collection set;
    int64_t added = 0;
    int64_t updated = 0;

    if (!cmd_collection(cmd, &key, VALUE_SORTED_SET, &set))
        return;
    for (uint32_t i = 0; i < addition->count; i++) {
        if (set.entry == NULL && addition->options.present)
            break;
        outcome = sorted_set_add(&set, &addition->options, &limits,
                                 cmd->argv[addition->first + 2 * i + 1], &scores[i]);
        if (outcome == SORTED_SET_NOT_A_NUMBER) {
            reply_error_literal(cmd->reply, "ERR resulting score is not a number (NaN)");
            return;
        }
        added += outcome == SORTED_SET_ADDED;
        updated += outcome == SORTED_SET_UPDATED;
    }
    reply_addition(cmd, addition, outcome, scores[0], addition->changed ? added + updated : added);
    if (added + updated > 0)
        cmd_changed(cmd, 'z', addition->options.increment ? "zincr" : "zadd", &key);
}

static void add(struct cmd *cmd, const struct addition *addition)
{
    double few[FEW_SCORES];
    double *scores =
        addition->count <= FEW_SCORES ? few : memory_new(addition->count * sizeof(*scores));
    bool good = true;

    /* All scores before anything is done. */
    for (uint32_t i = 0; i < addition->count && good; i++)
        good = sorted_set_double(cmd, addition->first + 2 * i, &scores[i],
                                 "ERR value is not a valid float");
    if (good)
        add_pairs(cmd, addition, scores);
    if (scores != few)
        memory_free(scores);
}

void command_zadd(struct cmd *cmd)
{
    struct addition addition = {.changed = false};

    if (parse_addition(cmd, &addition))
        add(cmd, &addition);
}

void command_zincrby(struct cmd *cmd)
{
    struct addition addition = {.options = {.increment = true}, .first = 2, .count = 1};

    add(cmd, &addition);
}

/* ---- Single members ---- */

void command_zrem(struct cmd *cmd)
{
    struct key key = cmd_key(cmd, 1);
    struct collection set;
    int64_t removed = 0;

    if (!cmd_collection(cmd, &key, VALUE_SORTED_SET, &set))
        return;
    for (uint32_t i = 2; i < cmd->argc && set.entry != NULL; i++)
        removed += sorted_set_remove(&set, cmd->argv[i]);
    if (removed > 0)
        sorted_set_changed(cmd, "zrem", &key, &set);
    reply_integer(cmd->reply, removed);
}

void command_zcard(struct cmd *cmd)
{
    const struct entry *entry;

    if (sorted_set_entry(cmd, 1, &entry))
        reply_integer(cmd->reply, (int64_t)sorted_set_count(entry));
}

static void reply_score(const struct cmd *cmd, const struct entry *entry, struct span member)
{
    double score;

    if (sorted_set_score(entry, member, &score))
        reply_double(cmd->reply, score);
    else
        reply_null(cmd->reply);
}

void command_zscore(struct cmd *cmd)
{
    const struct entry *entry;

    if (sorted_set_entry(cmd, 1, &entry))
        reply_score(cmd, entry, cmd->argv[2]);
}

void command_zmscore(struct cmd *cmd)
{
    const struct entry *entry;

    if (!sorted_set_entry(cmd, 1, &entry))
        return;
    reply_array(cmd->reply, cmd->argc - 2);
    for (uint32_t i = 2; i < cmd->argc; i++)
        reply_score(cmd, entry, cmd->argv[i]);
}

static void reply_rank(struct cmd *cmd, bool reverse)
{
    bool with_score = cmd->argc == 4;
    const struct entry *entry;
    uint64_t rank;
    double score;

    if (cmd->argc > 4 || (with_score && !cmd_argument_is(cmd, 3, "WITHSCORE"))) {
        cmd_reply_syntax_error(cmd);
        return;
    }
    if (!sorted_set_entry(cmd, 1, &entry))
        return;
    if (!sorted_set_rank(entry, cmd->argv[2], &rank, &score)) {
        if (with_score)
            reply_null_array(cmd->reply);
        else
            reply_null(cmd->reply);
        return;
    }
    if (reverse)
        rank = sorted_set_count(entry) - 1 - rank;
    if (with_score)
        reply_array(cmd->reply, 2);
    reply_integer(cmd->reply, (int64_t)rank);
    if (with_score)
        reply_double(cmd->reply, score);
}

void command_zrank(struct cmd *cmd)
{
    reply_rank(cmd, false);
}

void command_zrevrank(struct cmd *cmd)
{
    reply_rank(cmd, true);
}

/* ---- ZSCAN ---- */

static void show(void *context, const struct score_element *element)
{
    struct collection_scan *scan = context;
    char text[NUMBER_DOUBLE_TEXT_MAX];

    if (!collection_scan_shows(scan, element->member))
        return;
    reply_bulk(scan->reply, element->member);
    scan->elements++;
    if (scan->no_scores)
        return;
    reply_bulk(scan->reply, span_of(text, number_format_double(text, element->score)));
    scan->elements++;
}

void command_zscan(struct cmd *cmd)
{
    struct collection_scan scan;
    const struct entry *entry;

    if (!collection_scan_open(cmd, VALUE_SORTED_SET, &scan, &entry))
        return;
    collection_scan_begin(cmd, &scan);
    collection_scan_end(&scan, sorted_set_scan(entry, scan.cursor, scan.count, show, &scan));
}
