#include "server/commands/pop.h"

#include "proto/base/assert.h"
#include "proto/base/number.h"

bool pop_count(const struct cmd *cmd, uint32_t index, uint64_t *count)
{
    int64_t value;

    ASSERT(index < cmd->argc);
    if (!number_parse_integer(cmd->argv[index], &value) || value < 0) {
        reply_error_literal(cmd->reply, "ERR value is out of range, must be positive");
        return false;
    }
    *count = (uint64_t)value;
    return true;
}

static bool positive(const struct cmd *cmd, uint32_t index, const char *error, int64_t *value)
{
    if (number_parse_integer(cmd->argv[index], value) && *value > 0)
        return true;
    reply_error(cmd->reply, span_of_string(error));
    return false;
}

bool pop_arguments(const struct cmd *cmd, uint32_t index, struct span start, struct span end,
                   struct pop_request *request)
{
    uint32_t behind = cmd->argc - index - 1; /* the number of keys */
    int64_t count = 1;
    uint32_t place;
    int64_t keys;

    ASSERT(index < cmd->argc);
    if (!positive(cmd, index, "ERR numkeys should be greater than 0", &keys))
        return false;
    if (keys >= behind) {
        cmd_reply_syntax_error(cmd);
        return false;
    }
    place = index + 1 + (uint32_t)keys;
    *request = (struct pop_request){.first_key = index + 1, .key_count = (uint32_t)keys};
    request->from_end = span_equal_ignoring_case(cmd->argv[place], end);
    if (!request->from_end && !span_equal_ignoring_case(cmd->argv[place], start)) {
        cmd_reply_syntax_error(cmd);
        return false;
    }
    if (place + 2 < cmd->argc && cmd_argument_is(cmd, place + 1, "COUNT")) {
        if (!positive(cmd, place + 2, "ERR count should be greater than 0", &count))
            return false;
        place += 2;
    }
    if (place + 1 < cmd->argc) {
        cmd_reply_syntax_error(cmd);
        return false;
    }
    request->count = (uint64_t)count;
    return true;
}

bool pop_find(const struct cmd *cmd, uint32_t first, uint32_t count, enum value_type type,
              struct key *key, struct collection *collection)
{
    collection->entry = NULL;
    for (uint32_t i = 0; i < count && collection->entry == NULL; i++) {
        *key = cmd_key(cmd, first + i);
        if (!cmd_collection(cmd, key, type, collection))
            return false;
    }
    return true;
}
