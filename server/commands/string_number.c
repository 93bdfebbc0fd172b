#include "proto/base/assert.h"
#include "proto/base/number.h"
#include "server/commands/cmd.h"
#include "server/commands/handlers.h"
#include "server/journal/effect.h"

#include <math.h>

static void string_add(struct cmd *cmd, int64_t amount)
{
    struct key key = cmd_key(cmd, 1);
    const struct entry *entry = cmd_find(cmd, &key);
    int64_t value = 0;

    if (!cmd_type_is(cmd, entry, VALUE_STRING))
        return;
    if (entry != NULL && !entry_string_integer(entry, &value)) {
        cmd_reply_not_integer(cmd);
        return;
    }
    if (__builtin_add_overflow(value, amount, &value)) {
        reply_error_literal(cmd->reply, "ERR increment or decrement would overflow");
        return;
    }
    keyspace_set_integer(cmd_keyspace(cmd, &key), cmd->database, &key, value,
                         entry == NULL ? TIME_NEVER : EXPIRY_KEEP);
    cmd_changed(cmd, '$', "incrby", &key);
    reply_integer(cmd->reply, value);
}

void command_incr(struct cmd *cmd)
{
    string_add(cmd, 1);
}

void command_decr(struct cmd *cmd)
{
    string_add(cmd, -1);
}

void command_incrby(struct cmd *cmd)
{
    int64_t amount;

    if (cmd_integer(cmd, 2, &amount))
        string_add(cmd, amount);
}

void command_decrby(struct cmd *cmd)
{
    int64_t amount;

    if (!cmd_integer(cmd, 2, &amount))
        return;
    if (amount == INT64_MIN) {
        reply_error_literal(cmd->reply, "ERR decrement would overflow");
        return;
    }
    string_add(cmd, -amount);
}

void command_incrbyfloat(struct cmd *cmd)
{
    struct key key = cmd_key(cmd, 1);
    const struct entry *entry = cmd_find(cmd, &key);
    char scratch[ENTRY_SCRATCH];
    char text[NUMBER_LONG_DOUBLE_TEXT_MAX];
    long double value = 0;
    long double amount;
    struct span sum;

    if (!cmd_type_is(cmd, entry, VALUE_STRING))
        return;
    if ((entry != NULL && !number_parse_long_double(entry_string(entry, scratch), &value)) ||
        !number_parse_long_double(cmd->argv[2], &amount)) {
        reply_error_literal(cmd->reply, "ERR value is not a valid float");
        return;
    }
    value += amount;
    if (!isfinite(value)) {
        reply_error_literal(cmd->reply, "ERR increment would produce NaN or Infinity");
        return;
    }
    sum = span_of(text, number_format_long_double(text, value));
    ASSERT(sum.length <= sizeof(text));
    keyspace_set_text(cmd_keyspace(cmd, &key), cmd->database, &key, sum,
                      entry == NULL ? TIME_NEVER : EXPIRY_KEEP);
    cmd_changed(cmd, '$', "incrbyfloat", &key);
    effect_set(cmd, &key, sum, EXPIRY_KEEP);
    reply_bulk(cmd->reply, sum);
}
