#include "server/commands/collection_scan.h"

#include "proto/base/assert.h"
#include "proto/base/glob.h"
#include "proto/base/number.h"

#include <stdio.h>

/* The option at `index`, with its value where it takes one; *step is how many arguments it took. */
static bool parse_option(const struct cmd *cmd, struct collection_scan *scan, uint32_t index,
                         uint32_t *step)
{
    bool has_value = index + 1 < cmd->argc;
    int64_t count;

    *step = 2;
    if (cmd_argument_is(cmd, index, "COUNT") && has_value) {
        if (!cmd_integer(cmd, index + 1, &count))
            return false;
        if (count >= 1) {
            scan->count = (uint64_t)count;
            return true;
        }
    } else if (cmd_argument_is(cmd, index, "MATCH") && has_value) {
        scan->pattern = cmd->argv[index + 1];
        scan->matches_all = span_equal(scan->pattern, SPAN("*"));
        return true;
    } else if (cmd_argument_is(cmd, index, "NOVALUES")) {
        *step = 1;
        if (span_equal(span_of_string(cmd->command->name), SPAN("hscan"))) {
            scan->no_values = true;
            return true;
        }
        reply_error_literal(cmd->reply, "ERR NOVALUES option can only be used in HSCAN");
        return false;
    } else if (cmd_argument_is(cmd, index, "NOSCORES")) {
        *step = 1;
        if (span_equal(span_of_string(cmd->command->name), SPAN("zscan"))) {
            scan->no_scores = true;
            return true;
        }
        reply_error_literal(cmd->reply, "ERR NOSCORES option can only be used in ZSCAN");
        return false;
    }
    cmd_reply_syntax_error(cmd);
    return false;
}

/* Cursors come in the way of strtoul: a sign is taken too. */
static bool parse_cursor(struct span text, uint64_t *cursor)
{
    int64_t integer;

    if (number_parse_unsigned(text, cursor))
        return true;
    if (!number_parse_integer(text, &integer))
        return false;
    *cursor = (uint64_t)integer;
    return true;
}

bool collection_scan_open(const struct cmd *cmd, enum value_type type, struct collection_scan *scan,
                          const struct entry **entry)
{
    struct key key = cmd_key(cmd, 1);
    uint32_t step;

    ASSERT(cmd->argc >= 3);
    *scan = (struct collection_scan){.count = 10, .matches_all = true};
    if (!parse_cursor(cmd->argv[2], &scan->cursor)) {
        reply_error_literal(cmd->reply, "ERR invalid cursor");
        return false;
    }
    *entry = cmd_read(cmd, &key);
    if (*entry == NULL) {
        reply_literal(cmd->reply, "*2\r\n$1\r\n0\r\n*0\r\n");
        return false;
    }
    if (!cmd_type_is(cmd, *entry, type))
        return false;
    for (uint32_t i = 3; i < cmd->argc; i += step) {
        if (!parse_option(cmd, scan, i, &step))
            return false;
    }
    return true;
}

bool collection_scan_shows(const struct collection_scan *scan, struct span name)
{
    return scan->matches_all || glob_match(scan->pattern, name, false);
}

void collection_scan_begin(const struct cmd *cmd, struct collection_scan *scan)
{
    scan->reply = cmd->reply;
    scan->header = reply_defer(cmd->reply);
}

/* The cursor stands before the elements but is known behind them. */
void collection_scan_end(struct collection_scan *scan, uint64_t cursor)
{
    char cursor_text[NUMBER_INTEGER_TEXT_MAX];
    int cursor_length = (int)number_format_unsigned(cursor_text, cursor);
    char text[96];
    int length = snprintf(text, sizeof(text), "*2\r\n$%d\r\n%.*s\r\n*%llu\r\n", cursor_length,
                          cursor_length, cursor_text, (unsigned long long)scan->elements);

    reply_deferred_raw(scan->reply, scan->header, span_of(text, (size_t)length));
}
