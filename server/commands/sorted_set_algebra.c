/* Unions, intersections and differences of sorted sets (and plain sets, whose members have the
 * score 1): replied, counted or stored. */
#include "proto/base/assert.h"
#include "proto/base/memory.h"
#include "proto/base/number.h"
#include "server/commands/handlers.h"
#include "server/commands/sorted_set.h"
#include "storage/types/set.h"

#include <math.h>
#include <stdlib.h>

enum operation { OPERATION_UNION, OPERATION_INTER, OPERATION_DIFF };
enum aggregate { AGGREGATE_SUM, AGGREGATE_MIN, AGGREGATE_MAX };

struct operand {
    const struct entry *entry; /* NULL: empty */
    uint64_t count;
    double weight;
    uint32_t number; /* among the arguments */
};

struct algebra {
    enum operation operation;
    bool counts; /* ZINTERCARD */
    bool stores;
    enum aggregate aggregate;
    bool with_scores;
    uint64_t limit; /* of ZINTERCARD; 0: none */
    uint32_t keys;  /* argument of the first one */
    uint32_t operand_count;
    struct operand *operands;
};

/* ---- Operands ---- */

static bool is_plain(const struct operand *operand)
{
    return operand->entry != NULL && entry_type(operand->entry) == VALUE_SET;
}

static bool operand_find(const struct operand *operand, struct span member, double *score)
{
    *score = 1;
    if (is_plain(operand))
        return set_contains(operand->entry, member);
    return sorted_set_score(operand->entry, member, score);
}

/* A walk over the members of either kind. */
struct operand_walk {
    bool plain;
    struct set_iterator set;
    struct sorted_set_cursor sorted;
};

static void walk_begin(const struct operand *operand, struct operand_walk *walk)
{
    walk->plain = is_plain(operand);
    if (walk->plain)
        walk->set = set_iterate(operand->entry);
    else
        sorted_set_at(operand->entry, 0, &walk->sorted);
}

/* The element is good until the next call. */
static bool walk_next(struct operand_walk *walk, bool first, struct score_element *element)
{
    element->score = 1;
    if (walk->plain)
        return set_next(&walk->set, &element->member);
    if (!first)
        sorted_set_step(&walk->sorted, false);
    return sorted_set_read(&walk->sorted, element);
}

static bool operands_read(const struct cmd *cmd, struct algebra *algebra)
{
    for (uint32_t i = 0; i < algebra->operand_count; i++) {
        struct key key = cmd_key(cmd, algebra->keys + i);
        struct operand *operand = &algebra->operands[i];

        operand->entry = cmd_read(cmd, &key);
        operand->weight = 1;
        operand->number = i;
        if (is_plain(operand)) {
            operand->count = set_count(operand->entry);
            continue;
        }
        if (!cmd_type_is(cmd, operand->entry, VALUE_SORTED_SET))
            return false;
        operand->count = sorted_set_count(operand->entry);
    }
    return true;
}

static int compare_operands(const void *left, const void *right)
{
    const struct operand *a = left;
    const struct operand *b = right;

    if (a->count != b->count)
        return a->count < b->count ? -1 : 1;
    return (a->number > b->number) - (a->number < b->number);
}

/* Ascending, the order of equal ones stays: sums depend on it in the last digits. */
static void operands_sort(struct algebra *algebra)
{
    qsort(algebra->operands, algebra->operand_count, sizeof(algebra->operands[0]),
          compare_operands);
}

/* ---- Options ---- */

static bool parse_weights(const struct cmd *cmd, uint32_t first, struct algebra *algebra)
{
    for (uint32_t i = 0; i < algebra->operand_count; i++) {
        if (!sorted_set_double(cmd, first + i, &algebra->operands[i].weight,
                               "ERR weight value is not a float"))
            return false;
    }
    return true;
}

static bool parse_aggregate(const struct cmd *cmd, uint32_t index, struct algebra *algebra)
{
    if (cmd_argument_is(cmd, index, "SUM"))
        algebra->aggregate = AGGREGATE_SUM;
    else if (cmd_argument_is(cmd, index, "MIN"))
        algebra->aggregate = AGGREGATE_MIN;
    else if (cmd_argument_is(cmd, index, "MAX"))
        algebra->aggregate = AGGREGATE_MAX;
    else
        cmd_reply_syntax_error(cmd);
    return cmd_argument_is(cmd, index, "SUM") || cmd_argument_is(cmd, index, "MIN") ||
           cmd_argument_is(cmd, index, "MAX");
}

static bool parse_limit(const struct cmd *cmd, uint32_t index, struct algebra *algebra)
{
    int64_t limit;

    if (!number_parse_integer(cmd->argv[index], &limit) || limit < 0) {
        reply_error_literal(cmd->reply, "ERR LIMIT can't be negative");
        return false;
    }
    algebra->limit = (uint64_t)limit;
    return true;
}

static bool parse_options(const struct cmd *cmd, struct algebra *algebra)
{
    bool combines = algebra->operation != OPERATION_DIFF && !algebra->counts;
    uint32_t i = algebra->keys + algebra->operand_count;

    while (i < cmd->argc) {
        uint32_t left = cmd->argc - i;

        if (combines && left > algebra->operand_count && cmd_argument_is(cmd, i, "WEIGHTS")) {
            if (!parse_weights(cmd, i + 1, algebra))
                return false;
            i += 1 + algebra->operand_count;
        } else if (combines && left >= 2 && cmd_argument_is(cmd, i, "AGGREGATE")) {
            if (!parse_aggregate(cmd, i + 1, algebra))
                return false;
            i += 2;
        } else if (!algebra->stores && !algebra->counts && cmd_argument_is(cmd, i, "WITHSCORES")) {
            algebra->with_scores = true;
            i++;
        } else if (algebra->counts && left >= 2 && cmd_argument_is(cmd, i, "LIMIT")) {
            if (!parse_limit(cmd, i + 1, algebra))
                return false;
            i += 2;
        } else {
            cmd_reply_syntax_error(cmd);
            return false;
        }
    }
    return true;
}

/* ---- Results ---- */

static double weighted(const struct operand *operand, double score)
{
    double value = operand->weight * score;

    return isnan(value) ? 0 : value;
}

static double aggregate(enum aggregate how, double target, double value)
{
    switch (how) {
    case AGGREGATE_SUM:
        target += value;
        /* Infinities of both signs. */
        return isnan(target) ? 0 : target;
    case AGGREGATE_MIN:
        return value < target ? value : target;
    default:
        return value > target ? value : target;
    }
}

/* Where a result grows. */
struct result {
    struct score_tree tree;
    struct heap *heap;
};

static void result_put(struct result *result, const struct score_element *element,
                       const struct algebra *algebra)
{
    uint32_t hash = score_tree_hash(&result->tree, element->member);
    double present;
    double combined;

    if (!score_tree_find(&result->tree, element->member, hash, &present)) {
        score_tree_insert(&result->tree, result->heap, element->score, element->member, hash);
        return;
    }
    combined = aggregate(algebra->aggregate, present, element->score);
    score_tree_update(&result->tree, result->heap, present, combined, element->member, hash);
}

static void unite(const struct algebra *algebra, struct result *result)
{
    for (uint32_t i = 0; i < algebra->operand_count; i++) {
        const struct operand *operand = &algebra->operands[i];
        struct score_element element;
        struct operand_walk walk;

        walk_begin(operand, &walk);
        for (bool first = true; walk_next(&walk, first, &element); first = false) {
            element.score = weighted(operand, element.score);
            result_put(result, &element, algebra);
        }
    }
}

/* Is the member in all other operands? Combines the scores. */
static bool in_all_others(const struct algebra *algebra, struct score_element *element)
{
    for (uint32_t i = 1; i < algebra->operand_count; i++) {
        const struct operand *operand = &algebra->operands[i];
        double score;

        if (!operand_find(operand, element->member, &score))
            return false;
        element->score = aggregate(algebra->aggregate, element->score, operand->weight * score);
    }
    return true;
}

/* Returns how many members there are; puts them into the result when there is one. */
static uint64_t intersect(const struct algebra *algebra, struct result *result)
{
    const struct operand *smallest = &algebra->operands[0];
    struct score_element element;
    struct operand_walk walk;
    uint64_t count = 0;

    walk_begin(smallest, &walk);
    for (bool first = true; walk_next(&walk, first, &element); first = false) {
        element.score = weighted(smallest, element.score);
        if (!in_all_others(algebra, &element))
            continue;
        count++;
        if (result != NULL)
            score_tree_insert(&result->tree, result->heap, element.score, element.member,
                              score_tree_hash(&result->tree, element.member));
        if (algebra->limit > 0 && count == algebra->limit)
            break;
    }
    return count;
}

static bool in_any_other(const struct algebra *algebra, struct span member)
{
    double score;

    for (uint32_t i = 1; i < algebra->operand_count; i++) {
        if (operand_find(&algebra->operands[i], member, &score))
            return true;
    }
    return false;
}

static void subtract(const struct algebra *algebra, struct result *result)
{
    struct score_element element;
    struct operand_walk walk;

    walk_begin(&algebra->operands[0], &walk);
    for (bool first = true; walk_next(&walk, first, &element); first = false) {
        if (!in_any_other(algebra, element.member))
            score_tree_insert(&result->tree, result->heap, element.score, element.member,
                              score_tree_hash(&result->tree, element.member));
    }
}

static void reply_result(const struct cmd *cmd, const struct algebra *algebra,
                         struct result *result)
{
    struct score_cursor cursor;
    uint32_t budget = UINT32_MAX;

    sorted_set_reply_header(cmd->reply, result->tree.count, algebra->with_scores);
    for (score_tree_at(&result->tree, 0, &cursor); cursor.leaf != NULL;
         score_cursor_next(&cursor)) {
        struct score_element element = score_cursor_element(&cursor);

        sorted_set_reply_element(cmd->reply, &element, algebra->with_scores);
    }
    while (!score_tree_release(&result->tree, result->heap, &budget))
        budget = UINT32_MAX;
}

static void compute(struct cmd *cmd, const struct algebra *algebra)
{
    static const char *const events[] = {"zunionstore", "zinterstore", "zdiffstore"};
    struct key key = cmd_key(cmd, algebra->stores ? 1 : algebra->keys);
    struct collection home = sorted_set_destination(cmd, &key);
    struct result result = {.heap = collection_heap(&home)};

    score_tree_init(&result.tree, collection_hash_seed(&home));
    if (algebra->operation == OPERATION_UNION)
        unite(algebra, &result);
    else if (algebra->operation == OPERATION_INTER)
        intersect(algebra, &result);
    else
        subtract(algebra, &result);
    if (algebra->stores)
        sorted_set_store_and_reply(cmd, &key, &home, &result.tree, events[algebra->operation]);
    else
        reply_result(cmd, algebra, &result);
}

/* ---- The commands: [destination] numkeys key ... options ---- */

static void run_with_operands(struct cmd *cmd, struct algebra *algebra)
{
    if (!operands_read(cmd, algebra) || !parse_options(cmd, algebra))
        return;
    if (algebra->operation != OPERATION_DIFF)
        operands_sort(algebra);
    if (algebra->counts)
        reply_integer(cmd->reply, (int64_t)intersect(algebra, NULL));
    else
        compute(cmd, algebra);
}

static void run(struct cmd *cmd, struct algebra *algebra)
{
    uint32_t number = algebra->stores ? 2 : 1;
    int64_t count;

    if (!cmd_integer(cmd, number, &count))
        return;
    if (count < 1) {
        reply_error_format(cmd->reply, "ERR at least 1 input key is needed for '%s' command",
                           cmd->command->name);
        return;
    }
    if ((uint64_t)count > cmd->argc - number - 1) {
        cmd_reply_syntax_error(cmd);
        return;
    }
    algebra->keys = number + 1;
    algebra->operand_count = (uint32_t)count;
    algebra->operands = memory_new_zeroed(algebra->operand_count, sizeof(struct operand));
    run_with_operands(cmd, algebra);
    memory_free(algebra->operands);
}

void command_zunion(struct cmd *cmd)
{
    struct algebra algebra = {.operation = OPERATION_UNION};

    run(cmd, &algebra);
}

void command_zunionstore(struct cmd *cmd)
{
    struct algebra algebra = {.operation = OPERATION_UNION, .stores = true};

    run(cmd, &algebra);
}

void command_zinter(struct cmd *cmd)
{
    struct algebra algebra = {.operation = OPERATION_INTER};

    run(cmd, &algebra);
}

void command_zinterstore(struct cmd *cmd)
{
    struct algebra algebra = {.operation = OPERATION_INTER, .stores = true};

    run(cmd, &algebra);
}

void command_zintercard(struct cmd *cmd)
{
    struct algebra algebra = {.operation = OPERATION_INTER, .counts = true};

    run(cmd, &algebra);
}

void command_zdiff(struct cmd *cmd)
{
    struct algebra algebra = {.operation = OPERATION_DIFF};

    run(cmd, &algebra);
}

void command_zdiffstore(struct cmd *cmd)
{
    struct algebra algebra = {.operation = OPERATION_DIFF, .stores = true};

    run(cmd, &algebra);
}
