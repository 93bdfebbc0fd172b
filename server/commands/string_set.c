#include "proto/base/assert.h"
#include "proto/base/number.h"
#include "server/commands/expire.h"
#include "server/commands/handlers.h"
#include "server/journal/effect.h"

/* The commands that take an option. */
enum {
    FOR_SET = 1u << 0,
    FOR_GETEX = 1u << 1,
    FOR_MSETEX = 1u << 2,
    FOR_ANY = FOR_SET | FOR_GETEX | FOR_MSETEX,
};

enum {
    OPTION_NX = 1u << 0,
    OPTION_XX = 1u << 1,
    OPTION_GET = 1u << 2,
    OPTION_KEEPTTL = 1u << 3,
    OPTION_PERSIST = 1u << 4,
    OPTION_EX = 1u << 5,
    OPTION_PX = 1u << 6,
    OPTION_EXAT = 1u << 7,
    OPTION_PXAT = 1u << 8,
    OPTION_IFEQ = 1u << 9,
    OPTIONS_TIMED = OPTION_EX | OPTION_PX | OPTION_EXAT | OPTION_PXAT,
    OPTIONS_EXPIRY = OPTION_KEEPTTL | OPTION_PERSIST | OPTIONS_TIMED,
};

/* An option may be repeated, but not together with one that it excludes. */
struct string_option {
    struct span word;
    uint32_t bit;
    uint32_t excludes;
    uint32_t commands;
    bool takes_value;
};

static const struct string_option string_option_rows[] = {
    {SPAN("NX"), OPTION_NX, OPTION_XX | OPTION_IFEQ, FOR_SET | FOR_MSETEX, false},
    {SPAN("XX"), OPTION_XX, OPTION_NX | OPTION_IFEQ, FOR_SET | FOR_MSETEX, false},
    {SPAN("IFEQ"), OPTION_IFEQ, OPTION_NX | OPTION_XX, FOR_SET, true},
    {SPAN("GET"), OPTION_GET, 0, FOR_SET, false},
    {SPAN("KEEPTTL"), OPTION_KEEPTTL, OPTIONS_EXPIRY & ~OPTION_KEEPTTL, FOR_SET | FOR_MSETEX,
     false},
    {SPAN("PERSIST"), OPTION_PERSIST, OPTIONS_EXPIRY & ~OPTION_PERSIST, FOR_GETEX, false},
    {SPAN("EX"), OPTION_EX, OPTIONS_EXPIRY & ~OPTION_EX, FOR_ANY, true},
    {SPAN("PX"), OPTION_PX, OPTIONS_EXPIRY & ~OPTION_PX, FOR_ANY, true},
    {SPAN("EXAT"), OPTION_EXAT, OPTIONS_EXPIRY & ~OPTION_EXAT, FOR_ANY, true},
    {SPAN("PXAT"), OPTION_PXAT, OPTIONS_EXPIRY & ~OPTION_PXAT, FOR_ANY, true},
};

/* What the options said: which ones were there, and the arguments with the time and with the value
 * to compare with. */
struct string_options {
    uint32_t seen;
    uint32_t time_index;
    uint32_t comparison_index;
};

static const struct string_option *string_option_find(struct span word, uint32_t for_command)
{
    for (size_t i = 0; i < sizeof(string_option_rows) / sizeof(string_option_rows[0]); i++) {
        const struct string_option *row = &string_option_rows[i];

        if ((row->commands & for_command) != 0 && span_equal_ignoring_case(row->word, word))
            return row;
    }
    return NULL;
}

static bool string_options_parse(const struct cmd *cmd, uint32_t first, uint32_t for_command,
                                 struct string_options *options)
{
    *options = (struct string_options){0};
    for (uint32_t i = first; i < cmd->argc; i++) {
        const struct string_option *row = string_option_find(cmd->argv[i], for_command);

        if (row == NULL || (options->seen & row->excludes) != 0 ||
            (row->takes_value && i + 1 == cmd->argc)) {
            cmd_reply_syntax_error(cmd);
            return false;
        }
        options->seen |= row->bit;
        if (row->bit == OPTION_IFEQ)
            options->comparison_index = ++i;
        else if (row->takes_value)
            options->time_index = ++i;
    }
    return true;
}

/* The expiry that the options ask for, as keyspace_set_string wants it. */
static bool string_options_expiry(const struct cmd *cmd, const struct string_options *options,
                                  time_ms *expiry)
{
    uint32_t timed = options->seen & OPTIONS_TIMED;
    bool seconds = (timed & (OPTION_EX | OPTION_EXAT)) != 0;
    bool relative = (timed & (OPTION_EX | OPTION_PX)) != 0;

    if (timed == 0) {
        *expiry = (options->seen & OPTION_KEEPTTL) != 0 ? EXPIRY_KEEP : TIME_NEVER;
        return true;
    }
    ASSERT(options->time_index > 0);
    return expire_argument(cmd, options->time_index, seconds ? EXPIRE_SECONDS : EXPIRE_MILLISECONDS,
                           relative ? cmd->now : 0, 1, expiry);
}

/* Stores an argument under the key and tells so. Recorded as the command was called. */
static void string_store(struct cmd *cmd, const struct key *key, uint32_t value_index,
                         time_ms expiry)
{
    keyspace_set_string(cmd_keyspace(cmd, key), cmd->database, key, cmd->argv[value_index], expiry);
    cmd_changed(cmd, '$', "set", key);
    if (expiry != TIME_NEVER && expiry != EXPIRY_KEEP)
        cmd_event(cmd, 'g', "expire", key);
}

/* The same, recorded without conditions and with an absolute time. */
static void string_store_plainly(struct cmd *cmd, const struct key *key, uint32_t value_index,
                                 time_ms expiry)
{
    string_store(cmd, key, value_index, expiry);
    effect_set(cmd, key, cmd->argv[value_index], expiry);
}

static void string_reply_or_null(const struct cmd *cmd, const struct entry *entry)
{
    if (entry == NULL)
        reply_null(cmd->reply);
    else
        entry_string_reply(entry, cmd->reply);
}

/* Is the key's string this argument? An absent key has none. */
static bool string_is_argument(const struct cmd *cmd, const struct entry *entry, uint32_t index)
{
    char scratch[ENTRY_SCRATCH];

    return entry != NULL && span_equal(entry_string(entry, scratch), cmd->argv[index]);
}

/* SET with options that need to know what is there. */
static void string_set_conditional(struct cmd *cmd, const struct key *key,
                                   const struct string_options *options, time_ms expiry)
{
    bool get = (options->seen & OPTION_GET) != 0;
    struct entry *entry = get ? cmd_read(cmd, key) : cmd_find(cmd, key);
    bool compare = (options->seen & OPTION_IFEQ) != 0;
    bool refused = (options->seen & (entry == NULL ? OPTION_XX : OPTION_NX)) != 0;

    if ((get || compare) && !cmd_type_is(cmd, entry, VALUE_STRING))
        return;
    if (compare)
        refused = !string_is_argument(cmd, entry, options->comparison_index);
    if (get)
        string_reply_or_null(cmd, entry);
    else if (refused)
        reply_null(cmd->reply);
    else
        reply_ok(cmd->reply);
    if (!refused)
        string_store_plainly(cmd, key, 2, expiry);
}

void command_set(struct cmd *cmd)
{
    struct key key = cmd_key(cmd, 1);
    struct string_options options;
    time_ms expiry;

    if (__builtin_expect(cmd->argc == 3, 1)) {
        string_store(cmd, &key, 2, TIME_NEVER);
        reply_ok(cmd->reply);
        return;
    }
    if (!string_options_parse(cmd, 3, FOR_SET, &options) ||
        !string_options_expiry(cmd, &options, &expiry))
        return;
    /* KEEPTTL looks the key up as well: a time that has passed is not one to keep. */
    if ((options.seen & ~(uint32_t)OPTIONS_TIMED) != 0) {
        string_set_conditional(cmd, &key, &options, expiry);
        return;
    }
    string_store_plainly(cmd, &key, 2, expiry);
    reply_ok(cmd->reply);
}

void command_delifeq(struct cmd *cmd)
{
    struct key key = cmd_key(cmd, 1);
    const struct entry *entry = cmd_find(cmd, &key);
    bool equal;

    if (!cmd_type_is(cmd, entry, VALUE_STRING))
        return;
    equal = string_is_argument(cmd, entry, 2);
    if (equal) {
        keyspace_delete(cmd_keyspace(cmd, &key), cmd->database, &key, cmd->now);
        cmd_changed(cmd, 'g', "del", &key);
        effect_delete(cmd, &key);
    }
    reply_integer(cmd->reply, equal);
}

/* How many pairs follow the argument that says so; replies the error and returns false when there
 * are not as many. */
static bool msetex_pairs(const struct cmd *cmd, uint32_t *pairs)
{
    int64_t value;

    if (!number_parse_integer(cmd->argv[1], &value) || value < 1 || value > INT32_MAX) {
        reply_error_literal(cmd->reply, "ERR invalid numkeys value or out of range");
        return false;
    }
    if (value > (cmd->argc - 2) / 2) {
        reply_error_literal(cmd->reply, "ERR wrong number of key-value pairs");
        return false;
    }
    *pairs = (uint32_t)value;
    return true;
}

void command_msetex(struct cmd *cmd)
{
    struct string_options options;
    uint32_t condition;
    uint32_t pairs;
    time_ms expiry;

    if (!msetex_pairs(cmd, &pairs) ||
        !string_options_parse(cmd, 2 + 2 * pairs, FOR_MSETEX, &options) ||
        !string_options_expiry(cmd, &options, &expiry))
        return;
    condition = options.seen & (OPTION_NX | OPTION_XX);
    for (uint32_t i = 0; i < pairs && condition != 0; i++) {
        struct key key = cmd_key(cmd, 2 + 2 * i);

        if (condition == (cmd_find(cmd, &key) == NULL ? OPTION_XX : OPTION_NX)) {
            reply_integer(cmd->reply, 0);
            return;
        }
    }
    for (uint32_t i = 0; i < pairs; i++) {
        struct key key = cmd_key(cmd, 2 + 2 * i);

        string_store_plainly(cmd, &key, 3 + 2 * i, expiry);
    }
    reply_integer(cmd->reply, 1);
}

void command_setnx(struct cmd *cmd)
{
    struct key key = cmd_key(cmd, 1);
    bool present = cmd_find(cmd, &key) != NULL;

    if (!present)
        string_store(cmd, &key, 2, TIME_NEVER);
    reply_integer(cmd->reply, !present);
}

static void string_set_expiring(struct cmd *cmd, enum expire_unit unit)
{
    struct key key = cmd_key(cmd, 1);
    time_ms expiry;

    if (!expire_argument(cmd, 2, unit, cmd->now, 1, &expiry))
        return;
    string_store_plainly(cmd, &key, 3, expiry);
    reply_ok(cmd->reply);
}

void command_setex(struct cmd *cmd)
{
    string_set_expiring(cmd, EXPIRE_SECONDS);
}

void command_psetex(struct cmd *cmd)
{
    string_set_expiring(cmd, EXPIRE_MILLISECONDS);
}

void command_getset(struct cmd *cmd)
{
    struct key key = cmd_key(cmd, 1);
    struct entry *entry = cmd_read(cmd, &key);

    if (!cmd_type_is(cmd, entry, VALUE_STRING))
        return;
    string_reply_or_null(cmd, entry);
    string_store_plainly(cmd, &key, 2, TIME_NEVER);
}

/* What GETEX does to the time of a key that exists, once the value is in the reply. */
static void string_change_expiry(struct cmd *cmd, const struct key *key, const struct entry *entry,
                                 const struct string_options *options, time_ms expiry)
{
    struct keyspace *keyspace = cmd_keyspace(cmd, key);

    if ((options->seen & OPTION_PERSIST) != 0) {
        if (entry_expiry(entry) == TIME_NEVER)
            return;
        keyspace_set_expiry(keyspace, cmd->database, key, TIME_NEVER);
        cmd_changed(cmd, 'g', "persist", key);
        effect_named(cmd, key, SPAN("PERSIST"));
    } else if (expiry <= cmd->now) {
        keyspace_delete(keyspace, cmd->database, key, cmd->now);
        cmd_changed(cmd, 'g', "del", key);
        effect_delete(cmd, key);
    } else {
        keyspace_set_expiry(keyspace, cmd->database, key, expiry);
        cmd_changed(cmd, 'g', "expire", key);
        effect_expire(cmd, key, expiry);
    }
}

void command_getex(struct cmd *cmd)
{
    struct key key = cmd_key(cmd, 1);
    struct string_options options;
    struct entry *entry;
    time_ms expiry;

    if (!string_options_parse(cmd, 2, FOR_GETEX, &options))
        return;
    /* A missing key is answered before the time is looked at. */
    entry = cmd_read(cmd, &key);
    if (entry == NULL) {
        reply_null(cmd->reply);
        return;
    }
    if (!cmd_type_is(cmd, entry, VALUE_STRING) || !string_options_expiry(cmd, &options, &expiry))
        return;
    entry_string_reply(entry, cmd->reply);
    if (options.seen != 0)
        string_change_expiry(cmd, &key, entry, &options, expiry);
}
