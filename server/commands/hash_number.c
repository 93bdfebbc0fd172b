/* Fields as numbers. */
#include "proto/base/assert.h"
#include "proto/base/number.h"
#include "server/commands/handlers.h"
#include "server/commands/hash.h"
#include "server/journal/effect.h"

#include <math.h>

static void store(struct cmd *cmd, const struct key *key, struct collection *hash,
                  const char *event, struct span value)
{
    struct hash_limits limits = hash_limits_of(cmd->config);

    bool afresh = hash_is_over(cmd, hash->entry, cmd->argv[2]);

    hash_set(hash, cmd->now, &limits, cmd->argv[2], value, HASH_EXPIRY_KEEP);
    cmd_changed(cmd, 'h', event, key);
    if (effect_is_wanted(cmd) && (afresh || cmd->command->run == command_hincrbyfloat))
        hash_effect_fields(cmd, key, hash->entry, (struct span[]){cmd->argv[2], value}, 1);
}

void command_hincrby(struct cmd *cmd)
{
    struct key key = cmd_key(cmd, 1);
    char text[NUMBER_INTEGER_TEXT_MAX];
    struct collection hash;
    struct hash_field field;
    int64_t value = 0;
    int64_t amount;

    if (!cmd_integer(cmd, 3, &amount) || !cmd_collection(cmd, &key, VALUE_HASH, &hash))
        return;
    if (hash_find(hash.entry, cmd->argv[2], cmd->now, &field) &&
        !number_parse_integer(field.value, &value)) {
        reply_error_literal(cmd->reply, "ERR hash value is not an integer");
        return;
    }
    if (__builtin_add_overflow(value, amount, &value)) {
        reply_error_literal(cmd->reply, "ERR increment or decrement would overflow");
        return;
    }
    store(cmd, &key, &hash, "hincrby", span_of(text, number_format_integer(text, value)));
    reply_integer(cmd->reply, value);
}

void command_hincrbyfloat(struct cmd *cmd)
{
    struct key key = cmd_key(cmd, 1);
    char text[NUMBER_LONG_DOUBLE_TEXT_MAX];
    struct collection hash;
    struct hash_field field;
    long double value = 0;
    long double amount;
    struct span sum;

    if (!number_parse_long_double(cmd->argv[3], &amount)) {
        reply_error_literal(cmd->reply, "ERR value is not a valid float");
        return;
    }
    if (!isfinite(amount)) {
        reply_error_literal(cmd->reply, "ERR value is NaN or Infinity");
        return;
    }
    if (!cmd_collection(cmd, &key, VALUE_HASH, &hash))
        return;
    if (hash_find(hash.entry, cmd->argv[2], cmd->now, &field) &&
        !number_parse_long_double(field.value, &value)) {
        reply_error_literal(cmd->reply, "ERR hash value is not a float");
        return;
    }
    value += amount;
    if (!isfinite(value)) {
        reply_error_literal(cmd->reply, "ERR increment would produce NaN or Infinity");
        return;
    }
    sum = span_of(text, number_format_long_double(text, value));
    ASSERT(sum.length <= sizeof(text));
    store(cmd, &key, &hash, "hincrbyfloat", sum);
    reply_bulk(cmd->reply, sum);
}
