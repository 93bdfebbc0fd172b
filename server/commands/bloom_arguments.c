#include "proto/base/assert.h"
#include "proto/base/number.h"
#include "server/commands/bloom.h"
#include "storage/types/bloom.h"

#define ERROR_RATE_HIGHEST 0.25 /* higher ones are taken for this */

enum { CAPACITY_MAX = 1 << 30 };

static bool is_rate(double rate)
{
    return rate > 0 && rate < 1;
}

static double allowed_rate(double rate)
{
    return rate > ERROR_RATE_HIGHEST ? ERROR_RATE_HIGHEST : rate;
}

struct bloom_wish bloom_wish_initial(const struct cmd *cmd)
{
    struct bloom_wish wish = {.capacity = cmd->config->bf_initial_size,
                              .expansion = cmd->config->bf_expansion_factor,
                              .scaling = cmd->config->bf_expansion_factor > 0,
                              .create = true};

    /* The configuration takes nothing else. */
    if (!number_parse_double(span_of_string(cmd->config->bf_error_rate), &wish.error_rate) ||
        !is_rate(wish.error_rate))
        UNREACHABLE();
    wish.error_rate = allowed_rate(wish.error_rate);
    return wish;
}

/* Where the word stands among the arguments from `first` on; 0 when it does not. */
static uint32_t find_word(const struct cmd *cmd, uint32_t first, struct span word)
{
    for (uint32_t i = first; i < cmd->argc; i++)
        if (span_equal_ignoring_case(cmd->argv[i], word))
            return i;
    return 0;
}

/* EXPANSION and NONSCALING, in any order behind the capacity. */
static bool reserve_options(const struct cmd *cmd, struct bloom_wish *wish)
{
    uint32_t expansion = find_word(cmd, 4, SPAN("EXPANSION"));

    if (find_word(cmd, 4, SPAN("NONSCALING")) != 0)
        wish->scaling = false;
    if (expansion == 0)
        return true;
    if (expansion + 1 == cmd->argc) {
        reply_error_literal(cmd->reply, "ERR no expansion");
        return false;
    }
    if (!number_parse_integer(cmd->argv[expansion + 1], &wish->expansion)) {
        reply_error_literal(cmd->reply, "ERR bad expansion");
        return false;
    }
    if (wish->expansion != 0 && !wish->scaling) {
        reply_error_literal(cmd->reply, "Nonscaling filters cannot expand");
        return false;
    }
    if (wish->expansion < 0 || wish->expansion > BLOOM_EXPANSION_MAX) {
        reply_error_format(cmd->reply, "ERR expansion must be in the range [0, %d]",
                           BLOOM_EXPANSION_MAX);
        return false;
    }
    return true;
}

bool bloom_reserve_arguments(const struct cmd *cmd, struct bloom_wish *wish)
{
    *wish = bloom_wish_initial(cmd);
    ASSERT(cmd->argc >= 4);
    if (cmd->argc > 7) {
        cmd_reply_wrong_arity(cmd);
        return false;
    }
    if (!number_parse_double(cmd->argv[2], &wish->error_rate)) {
        reply_error_literal(cmd->reply, "ERR bad error rate");
        return false;
    }
    if (!is_rate(wish->error_rate)) {
        reply_error_literal(cmd->reply, "ERR error rate must be in the range (0.000000, 1.000000)");
        return false;
    }
    wish->error_rate = allowed_rate(wish->error_rate);
    if (!number_parse_integer(cmd->argv[3], &wish->capacity)) {
        reply_error_literal(cmd->reply, "ERR bad capacity");
        return false;
    }
    if (wish->capacity < 1 || wish->capacity > CAPACITY_MAX) {
        reply_error_format(cmd->reply, "ERR capacity must be in the range [1, %d]", CAPACITY_MAX);
        return false;
    }
    return reserve_options(cmd, wish);
}

/* A number between two others; replies the error otherwise. */
static bool insert_number(const struct cmd *cmd, uint32_t index, int64_t low, int64_t high,
                          struct span error, int64_t *value)
{
    if (number_parse_integer(cmd->argv[index], value) && *value >= low && *value <= high)
        return true;
    reply_error(cmd->reply, error);
    return false;
}

static bool insert_rate(const struct cmd *cmd, uint32_t index, struct bloom_wish *wish)
{
    if (number_parse_double(cmd->argv[index], &wish->error_rate) && is_rate(wish->error_rate)) {
        wish->error_rate = allowed_rate(wish->error_rate);
        return true;
    }
    reply_error_literal(cmd->reply, "Bad error rate");
    return false;
}

/* One option with its value; *taken is how many arguments it has. */
static bool insert_option(const struct cmd *cmd, uint32_t index, struct bloom_wish *wish,
                          uint32_t *taken)
{
    bool rate = cmd_argument_is(cmd, index, "ERROR");
    bool capacity = cmd_argument_is(cmd, index, "CAPACITY");
    bool expansion = cmd_argument_is(cmd, index, "EXPANSION");

    *taken = 1;
    if (cmd_argument_is(cmd, index, "NOCREATE")) {
        wish->create = false;
        return true;
    }
    if (cmd_argument_is(cmd, index, "NONSCALING")) {
        wish->scaling = false;
        return true;
    }
    if (!rate && !capacity && !expansion) {
        reply_error_literal(cmd->reply, "Unknown argument received");
        return false;
    }
    *taken = 2;
    if (index + 1 == cmd->argc) {
        cmd_reply_wrong_arity(cmd);
        return false;
    }
    if (rate)
        return insert_rate(cmd, index + 1, wish);
    if (capacity)
        return insert_number(cmd, index + 1, 1, CAPACITY_MAX, SPAN("Bad capacity"),
                             &wish->capacity);
    return insert_number(cmd, index + 1, 0, BLOOM_EXPANSION_MAX, SPAN("Bad expansion"),
                         &wish->expansion);
}

bool bloom_insert_arguments(const struct cmd *cmd, struct bloom_wish *wish, uint32_t *first)
{
    uint32_t taken;

    *wish = bloom_wish_initial(cmd);
    for (uint32_t i = 2; i < cmd->argc; i += taken) {
        if (cmd_argument_is(cmd, i, "ITEMS") && i + 1 < cmd->argc) {
            *first = i + 1;
            return true;
        }
        if (cmd_argument_is(cmd, i, "ITEMS"))
            break;
        if (!insert_option(cmd, i, wish, &taken))
            return false;
    }
    cmd_reply_wrong_arity(cmd);
    return false;
}
