/* Fields that expire: the HEXPIRE family, and HGETDEL, which has its syntax. */
#include "proto/base/assert.h"
#include "server/commands/expire.h"
#include "server/commands/handlers.h"
#include "server/commands/hash.h"
#include "server/journal/effect.h"

enum {
    FIELD_ABSENT = -2,
    FIELD_WITHOUT_TIME = -1,
    FIELD_REFUSED = 0,
    FIELD_SET = 1,
    FIELD_GONE = 2
};

/* ---- FIELDS numfields field ... ---- */

struct fields {
    uint32_t keyword; /* the argument FIELDS; argc when there is none */
    uint32_t first;   /* the first field */
    uint32_t count;
    uint32_t step; /* arguments per field */
};

/* Those that only read say less. */
static void reply_wrong_count(const struct cmd *cmd)
{
    if ((cmd->command->flags & COMMAND_READONLY) != 0) {
        cmd_reply_syntax_error(cmd);
        return;
    }
    reply_error_literal(cmd->reply, "ERR numfields should be greater than 0 and match the provided "
                                    "number of fields");
}

static uint32_t find_keyword(const struct cmd *cmd, uint32_t from)
{
    for (uint32_t i = from; i + 1 < cmd->argc; i++) {
        if (cmd_argument_is(cmd, i, "FIELDS"))
            return i;
    }
    return cmd->argc;
}

/* Reads the number behind the keyword. The fields are there, and perhaps further arguments behind
 * them. */
static bool parse_count(const struct cmd *cmd, struct fields *fields)
{
    int64_t count = 0;

    if (fields->keyword < cmd->argc && !cmd_integer(cmd, fields->keyword + 1, &count))
        return false;
    fields->first = fields->keyword + 2;
    if (count <= 0 || count > (cmd->argc - fields->first) / fields->step) {
        reply_wrong_count(cmd);
        return false;
    }
    fields->count = (uint32_t)count;
    return true;
}

static uint32_t fields_end(const struct fields *fields)
{
    return fields->first + fields->count * fields->step;
}

/* The keyword at argument 2, nothing behind the fields. */
static bool parse_fields(const struct cmd *cmd, struct fields *fields)
{
    *fields = (struct fields){.keyword = 2, .step = 1};
    if (!parse_count(cmd, fields))
        return false;
    if (fields_end(fields) < cmd->argc) {
        reply_wrong_count(cmd);
        return false;
    }
    if (!cmd_argument_is(cmd, 2, "FIELDS")) {
        cmd_reply_syntax_error(cmd);
        return false;
    }
    return true;
}

static struct span field_name(const struct cmd *cmd, const struct fields *fields, uint32_t index)
{
    ASSERT_DEBUG(index < fields->count);
    return cmd->argv[fields->first + index * fields->step];
}

/* ---- Telling of changes ---- */

static void tell(struct cmd *cmd, const struct collection *hash, const char *event,
                 uint64_t changed)
{
    if (changed == 0)
        return;
    cmd_changed(cmd, 'h', event, hash->key);
    if (hash->entry == NULL)
        cmd_event(cmd, 'g', "del", hash->key);
}

/* Fields whose time had passed when it was set: `gone` of them were there and are no more. */
static void tell_expired(struct cmd *cmd, const struct collection *hash, uint64_t expired,
                         uint64_t gone)
{
    keyspace_count_expired_elements(hash->keyspace, expired);
    tell(cmd, hash, "hexpired", gone);
}

/* ---- HEXPIRE and the like ---- */

static int64_t set_expiry(const struct cmd *cmd, struct collection *hash, struct span name,
                          uint32_t conditions, time_ms when)
{
    struct hash_field field;

    if (!hash_find(hash->entry, name, cmd->now, &field))
        return FIELD_ABSENT;
    if (!expire_allowed(conditions, field.expiry, when))
        return FIELD_REFUSED;
    if (when <= cmd->now) {
        hash_remove(hash, cmd->now, name);
        return FIELD_GONE;
    }
    hash_set_expiry(hash, cmd->now, name, when);
    return FIELD_SET;
}

/* Those whose time had passed when it was set are gone. */
static void names_end(struct hash_names *names, time_ms when)
{
    if (when <= names->cmd->now)
        hash_names_deleted(names);
    else
        hash_names_timed(names, when);
}

static void expire_fields(struct cmd *cmd, enum expire_unit unit, time_ms base)
{
    struct fields fields = {.keyword = find_keyword(cmd, 3), .step = 1};
    struct key key = cmd_key(cmd, 1);
    struct collection hash;
    struct hash_names names;
    uint64_t changed = 0;
    uint32_t conditions;
    time_ms when;

    if (fields.keyword < cmd->argc && !expire_conditions(cmd, fields.keyword, &conditions))
        return;
    if (!parse_count(cmd, &fields))
        return;
    if (fields_end(&fields) < cmd->argc) {
        reply_wrong_count(cmd);
        return;
    }
    if (!expire_argument(cmd, 2, unit, base, 0, &when) ||
        !cmd_collection(cmd, &key, VALUE_HASH, &hash))
        return;
    reply_array(cmd->reply, fields.count);
    hash_names_begin(&names, cmd, &key, fields.count);
    for (uint32_t i = 0; i < fields.count; i++) {
        int64_t result = set_expiry(cmd, &hash, field_name(cmd, &fields, i), conditions, when);

        if (result > 0)
            hash_names_add(&names, field_name(cmd, &fields, i));
        changed += result > 0;
        reply_integer(cmd->reply, result);
    }
    names_end(&names, when);
    if (when <= cmd->now)
        tell_expired(cmd, &hash, changed, changed);
    else
        tell(cmd, &hash, "hexpire", changed);
}

void command_hexpire(struct cmd *cmd)
{
    expire_fields(cmd, EXPIRE_SECONDS, cmd->now);
}

void command_hpexpire(struct cmd *cmd)
{
    expire_fields(cmd, EXPIRE_MILLISECONDS, cmd->now);
}

void command_hexpireat(struct cmd *cmd)
{
    expire_fields(cmd, EXPIRE_SECONDS, 0);
}

void command_hpexpireat(struct cmd *cmd)
{
    expire_fields(cmd, EXPIRE_MILLISECONDS, 0);
}

/* ---- HTTL and the like ---- */

static void reply_expiry(struct cmd *cmd, enum expire_unit unit, time_ms base)
{
    const struct entry *entry;
    struct fields fields;

    if (!parse_fields(cmd, &fields) || !hash_read(cmd, &entry))
        return;
    reply_array(cmd->reply, fields.count);
    for (uint32_t i = 0; i < fields.count; i++) {
        struct hash_field field;

        if (!hash_find(entry, field_name(cmd, &fields, i), cmd->now, &field))
            reply_integer(cmd->reply, FIELD_ABSENT);
        else if (field.expiry == TIME_NEVER)
            reply_integer(cmd->reply, FIELD_WITHOUT_TIME);
        else
            reply_integer(cmd->reply, expire_in_units(field.expiry - base, unit));
    }
}

void command_httl(struct cmd *cmd)
{
    reply_expiry(cmd, EXPIRE_SECONDS, cmd->now);
}

void command_hpttl(struct cmd *cmd)
{
    reply_expiry(cmd, EXPIRE_MILLISECONDS, cmd->now);
}

void command_hexpiretime(struct cmd *cmd)
{
    reply_expiry(cmd, EXPIRE_SECONDS, 0);
}

void command_hpexpiretime(struct cmd *cmd)
{
    reply_expiry(cmd, EXPIRE_MILLISECONDS, 0);
}

/* The field's expiry goes; says what to reply. */
static int64_t persist(const struct cmd *cmd, struct collection *hash, struct span name)
{
    struct hash_field field;

    if (!hash_find(hash->entry, name, cmd->now, &field))
        return FIELD_ABSENT;
    if (field.expiry == TIME_NEVER)
        return FIELD_WITHOUT_TIME;
    hash_set_expiry(hash, cmd->now, name, TIME_NEVER);
    return FIELD_SET;
}

void command_hpersist(struct cmd *cmd)
{
    struct key key = cmd_key(cmd, 1);
    struct collection hash;
    struct hash_names names;
    struct fields fields;
    uint64_t changed = 0;

    if (!parse_fields(cmd, &fields) || !cmd_collection(cmd, &key, VALUE_HASH, &hash))
        return;
    reply_array(cmd->reply, fields.count);
    hash_names_begin(&names, cmd, &key, fields.count);
    for (uint32_t i = 0; i < fields.count; i++) {
        int64_t result = persist(cmd, &hash, field_name(cmd, &fields, i));

        if (result == FIELD_SET)
            hash_names_add(&names, field_name(cmd, &fields, i));
        changed += result == FIELD_SET;
        reply_integer(cmd->reply, result);
    }
    hash_names_persisted(&names);
    tell(cmd, &hash, "hpersist", changed);
}

void command_hgetdel(struct cmd *cmd)
{
    struct key key = cmd_key(cmd, 1);
    struct collection hash;
    struct hash_names names;
    struct fields fields;
    uint64_t removed = 0;

    if (!parse_fields(cmd, &fields) || !cmd_collection(cmd, &key, VALUE_HASH, &hash))
        return;
    reply_array(cmd->reply, fields.count);
    hash_names_begin(&names, cmd, &key, fields.count);
    for (uint32_t i = 0; i < fields.count; i++) {
        struct span name = field_name(cmd, &fields, i);

        if (!hash_reply_value(cmd, hash.entry, name))
            continue;
        hash_names_add(&names, name);
        removed += hash_remove(&hash, cmd->now, name);
    }
    hash_names_deleted(&names);
    tell(cmd, &hash, "hdel", removed);
}

/* ---- Options of HGETEX and HSETEX ---- */

enum { FOR_HGETEX = 1u << 0, FOR_HSETEX = 1u << 1 };

enum {
    OPTION_NX = 1u << 0,
    OPTION_XX = 1u << 1,
    OPTION_FNX = 1u << 2,
    OPTION_FXX = 1u << 3,
    OPTION_KEEPTTL = 1u << 4,
    OPTION_PERSIST = 1u << 5,
    OPTION_EX = 1u << 6,
    OPTION_PX = 1u << 7,
    OPTION_EXAT = 1u << 8,
    OPTION_PXAT = 1u << 9,
    OPTIONS_TIMED = OPTION_EX | OPTION_PX | OPTION_EXAT | OPTION_PXAT,
    OPTIONS_EXPIRY = OPTION_KEEPTTL | OPTION_PERSIST | OPTIONS_TIMED,
};

struct option {
    struct span word;
    uint32_t bit;
    uint32_t excludes;
    uint32_t commands;
};

static const struct option option_rows[] = {
    {SPAN("NX"), OPTION_NX, OPTION_XX, FOR_HSETEX},
    {SPAN("XX"), OPTION_XX, OPTION_NX, FOR_HSETEX},
    {SPAN("FNX"), OPTION_FNX, OPTION_FXX, FOR_HSETEX},
    {SPAN("FXX"), OPTION_FXX, OPTION_FNX, FOR_HSETEX},
    {SPAN("KEEPTTL"), OPTION_KEEPTTL, OPTIONS_EXPIRY & ~OPTION_KEEPTTL, FOR_HSETEX},
    {SPAN("PERSIST"), OPTION_PERSIST, OPTIONS_EXPIRY & ~OPTION_PERSIST, FOR_HGETEX},
    {SPAN("EX"), OPTION_EX, OPTIONS_EXPIRY & ~OPTION_EX, FOR_HGETEX | FOR_HSETEX},
    {SPAN("PX"), OPTION_PX, OPTIONS_EXPIRY & ~OPTION_PX, FOR_HGETEX | FOR_HSETEX},
    {SPAN("EXAT"), OPTION_EXAT, OPTIONS_EXPIRY & ~OPTION_EXAT, FOR_HGETEX | FOR_HSETEX},
    {SPAN("PXAT"), OPTION_PXAT, OPTIONS_EXPIRY & ~OPTION_PXAT, FOR_HGETEX | FOR_HSETEX},
};

struct options {
    struct fields fields;
    uint32_t seen;
    uint32_t time_index;
};

static const struct option *option_find(struct span word, uint32_t for_command)
{
    for (size_t i = 0; i < sizeof(option_rows) / sizeof(option_rows[0]); i++) {
        if ((option_rows[i].commands & for_command) != 0 &&
            span_equal_ignoring_case(option_rows[i].word, word))
            return &option_rows[i];
    }
    return NULL;
}

/* The options between two arguments. */
static bool parse_range(const struct cmd *cmd, uint32_t first, uint32_t end, uint32_t for_command,
                        struct options *options)
{
    for (uint32_t i = first; i < end; i++) {
        const struct option *row = option_find(cmd->argv[i], for_command);

        if (row == NULL || (options->seen & (row->excludes | (row->bit & OPTIONS_TIMED))) != 0 ||
            ((row->bit & OPTIONS_TIMED) != 0 && i + 1 == end)) {
            cmd_reply_syntax_error(cmd);
            return false;
        }
        options->seen |= row->bit;
        if ((row->bit & OPTIONS_TIMED) != 0)
            options->time_index = ++i;
    }
    return true;
}

/* Options stand before FIELDS or behind the fields. */
static bool parse_options(const struct cmd *cmd, uint32_t for_command, struct options *options)
{
    struct fields *fields = &options->fields;
    uint32_t end;

    *options = (struct options){
        .fields = {.keyword = find_keyword(cmd, 2), .step = for_command == FOR_HSETEX ? 2 : 1}};
    if (fields->keyword < cmd->argc && !parse_range(cmd, 2, fields->keyword, for_command, options))
        return false;
    if (!parse_count(cmd, fields))
        return false;
    end = fields_end(fields);
    if (end < cmd->argc && option_find(cmd->argv[end], for_command) == NULL) {
        reply_wrong_count(cmd);
        return false;
    }
    return parse_range(cmd, end, cmd->argc, for_command, options);
}

/* The time that the options name, which may have passed; `otherwise` without one. */
static bool options_time(const struct cmd *cmd, const struct options *options, time_ms otherwise,
                         time_ms *when)
{
    uint32_t timed = options->seen & OPTIONS_TIMED;
    bool seconds = (timed & (OPTION_EX | OPTION_EXAT)) != 0;
    bool relative = (timed & (OPTION_EX | OPTION_PX)) != 0;

    *when = otherwise;
    return timed == 0 ||
           expire_argument(cmd, options->time_index, seconds ? EXPIRE_SECONDS : EXPIRE_MILLISECONDS,
                           relative ? cmd->now : 0, 0, when);
}

/* ---- HGETEX ---- */

/* What HGETEX does to a field that is there; true: it was changed. */
static bool getex_change(const struct cmd *cmd, const struct options *options,
                         struct collection *hash, struct span name, time_ms when)
{
    if ((options->seen & OPTION_PERSIST) != 0)
        return persist(cmd, hash, name) == FIELD_SET;
    if ((options->seen & OPTIONS_TIMED) == 0)
        return false;
    return set_expiry(cmd, hash, name, 0, when) > 0;
}

void command_hgetex(struct cmd *cmd)
{
    struct key key = cmd_key(cmd, 1);
    struct collection hash;
    size_t start = cmd->reply->length;
    struct hash_names names;
    struct options options;
    uint64_t changed = 0;
    time_ms when;

    if (!parse_options(cmd, FOR_HGETEX, &options) ||
        !cmd_collection(cmd, &key, VALUE_HASH, &hash) ||
        !options_time(cmd, &options, TIME_NEVER, &when))
        return;
    reply_array(cmd->reply, options.fields.count);
    hash_names_begin(&names, cmd, &key, options.fields.count);
    for (uint32_t i = 0; i < options.fields.count && !cmd_reply_is_too_long(cmd, start); i++) {
        struct span name = field_name(cmd, &options.fields, i);

        if (!hash_reply_value(cmd, hash.entry, name) ||
            !getex_change(cmd, &options, &hash, name, when))
            continue;
        hash_names_add(&names, name);
        changed++;
    }
    if ((options.seen & OPTION_PERSIST) != 0)
        hash_names_persisted(&names);
    else
        names_end(&names, when);
    if (when <= cmd->now)
        tell_expired(cmd, &hash, changed, changed);
    else
        tell(cmd, &hash, (options.seen & OPTION_PERSIST) != 0 ? "hpersist" : "hexpire", changed);
}

/* ---- HSETEX ---- */

/* Do the key and the fields allow it? */
static bool setex_allowed(const struct cmd *cmd, const struct options *options,
                          const struct entry *entry)
{
    for (uint32_t i = 0; i < options->fields.count; i++) {
        bool there = hash_find(entry, field_name(cmd, &options->fields, i), cmd->now, NULL);

        if ((options->seen & (there ? OPTION_FNX : OPTION_FXX)) != 0)
            return false;
    }
    return true;
}

/* Fields whose time has passed already: what is there goes, as if they had been set. */
/* As if the fields had been set, and had expired: that is what is told. */
static void setex_remove(struct cmd *cmd, const struct options *options, struct collection *hash)
{
    struct hash_names names;
    uint64_t removed = 0;

    hash_names_begin(&names, cmd, hash->key, options->fields.count);
    for (uint32_t i = 0; i < options->fields.count; i++) {
        struct span name = field_name(cmd, &options->fields, i);

        if (!hash_remove(hash, cmd->now, name))
            continue;
        hash_names_add(&names, name);
        removed++;
    }
    hash_names_deleted(&names);
    keyspace_count_expired_elements(hash->keyspace, options->fields.count);
    if (removed > 0)
        cmd_changed(cmd, 'h', "hset", hash->key);
    else
        cmd_event(cmd, 'h', "hset", hash->key);
    cmd_event(cmd, 'h', "hexpire", hash->key);
    cmd_event(cmd, 'h', "hexpired", hash->key);
    if (hash->entry == NULL)
        cmd_event(cmd, 'g', "del", hash->key);
}

static void setex_store(struct cmd *cmd, const struct options *options, struct collection *hash,
                        time_ms expiry)
{
    struct hash_limits limits = hash_limits_of(cmd->config);

    for (uint32_t i = 0; i < options->fields.count; i++) {
        const struct span *pair = &cmd->argv[options->fields.first + i * 2];

        hash_set(hash, cmd->now, &limits, pair[0], pair[1], expiry);
    }
    if (effect_is_wanted(cmd))
        hash_effect_fields(cmd, hash->key, hash->entry, &cmd->argv[options->fields.first],
                           options->fields.count);
    cmd_changed(cmd, 'h', "hset", hash->key);
    if ((options->seen & OPTIONS_TIMED) != 0)
        cmd_event(cmd, 'h', "hexpire", hash->key);
}

void command_hsetex(struct cmd *cmd)
{
    struct key key = cmd_key(cmd, 1);
    struct collection hash;
    struct options options;
    time_ms when;

    if (!parse_options(cmd, FOR_HSETEX, &options) || !cmd_collection(cmd, &key, VALUE_HASH, &hash))
        return;
    if ((options.seen & (hash.entry != NULL ? OPTION_NX : OPTION_XX)) != 0) {
        reply_integer(cmd->reply, 0);
        return;
    }
    if (!options_time(cmd, &options,
                      (options.seen & OPTION_KEEPTTL) != 0 ? HASH_EXPIRY_KEEP : TIME_NEVER, &when))
        return;
    if (!setex_allowed(cmd, &options, hash.entry)) {
        reply_integer(cmd->reply, 0);
        return;
    }
    if ((options.seen & OPTIONS_TIMED) != 0 && when <= cmd->now)
        setex_remove(cmd, &options, &hash);
    else
        setex_store(cmd, &options, &hash, when);
    reply_integer(cmd->reply, 1);
}
