#include "proto/base/assert.h"
#include "proto/base/number.h"
#include "server/commands/cmd.h"
#include "server/commands/handlers.h"

/* Keys that are looked up together, so that their cache misses overlap. */
enum { KEY_BATCH = 32 };

/* Does something to a key; true when the key counts in the reply. */
typedef bool generic_key_action(struct cmd *cmd, const struct key *key);

/* Replies for how many of the arguments (all of them keys) the action said true. */
static void generic_count_keys(struct cmd *cmd, generic_key_action *action)
{
    struct key keys[KEY_BATCH];
    uint32_t count = cmd->argc - 1;
    int64_t counted = 0;

    for (uint32_t done = 0; done < count; done += KEY_BATCH) {
        uint32_t batch = count - done < KEY_BATCH ? count - done : KEY_BATCH;

        cmd_keys(cmd, 1 + done, 1, batch, keys);
        for (uint32_t i = 0; i < batch; i++)
            counted += action(cmd, &keys[i]);
    }
    reply_integer(cmd->reply, counted);
}

static bool generic_delete(struct cmd *cmd, const struct key *key)
{
    if (!keyspace_delete(cmd_keyspace(cmd, key), cmd->database, key, cmd->now))
        return false;
    cmd_changed(cmd, 'g', "del", key);
    return true;
}

static bool generic_exists(struct cmd *cmd, const struct key *key)
{
    return cmd_inspect(cmd, key) != NULL;
}

/* TOUCH leaves its trace even where CLIENT NO-TOUCH is on: that is what it is for. */
static bool generic_touch(struct cmd *cmd, const struct key *key)
{
    if (keyspace_read(cmd_keyspace(cmd, key), cmd->database, key, cmd->now) != NULL)
        return true;
    cmd_missed(cmd, key);
    return false;
}

void command_del(struct cmd *cmd)
{
    generic_count_keys(cmd, generic_delete);
}

/* Freeing is done in slices either way. */
void command_unlink(struct cmd *cmd)
{
    generic_count_keys(cmd, generic_delete);
}

void command_exists(struct cmd *cmd)
{
    generic_count_keys(cmd, generic_exists);
}

void command_touch(struct cmd *cmd)
{
    generic_count_keys(cmd, generic_touch);
}

void command_type(struct cmd *cmd)
{
    struct key key = cmd_key(cmd, 1);
    const struct entry *entry = cmd_inspect(cmd, &key);
    const char *name = entry == NULL ? "none" : value_type_name(entry_type(entry));

    reply_status(cmd->reply, span_of_string(name));
}

/* RENAME and RENAMENX. True when it was done or needs nothing done; false when it replied, or when
 * the new name is taken and may not be overwritten (*taken). */
static bool generic_rename(struct cmd *cmd, bool overwrite, bool *taken)
{
    struct key from = cmd_key(cmd, 1);
    struct key to = cmd_key(cmd, 2);

    *taken = false;
    if (cmd_find(cmd, &from) == NULL) {
        cmd_reply_no_such_key(cmd);
        return false;
    }
    if (span_equal(from.name, to.name)) {
        *taken = !overwrite;
        return overwrite;
    }
    if (!overwrite && cmd_find(cmd, &to) != NULL) {
        *taken = true;
        return false;
    }
    cmd_event_overwritten(cmd, cmd->database, &to);
    keyspace_move(cmd_keyspace(cmd, &from), cmd->database, &from, cmd_keyspace(cmd, &to),
                  cmd->database, &to);
    cmd_changed(cmd, 'g', "rename_from", &from);
    cmd_changed(cmd, 'g', "rename_to", &to);
    cmd->changes--; /* two keys, one change */
    return true;
}

void command_rename(struct cmd *cmd)
{
    bool taken;

    if (generic_rename(cmd, true, &taken))
        reply_ok(cmd->reply);
}

void command_renamenx(struct cmd *cmd)
{
    bool taken;

    if (generic_rename(cmd, false, &taken))
        reply_integer(cmd->reply, 1);
    else if (taken)
        reply_integer(cmd->reply, 0);
}

/* Argument `index` as the number of a database; replies the error when it is none. */
static bool generic_database(const struct cmd *cmd, uint32_t index, uint32_t *database)
{
    int64_t number;

    if (!cmd_integer(cmd, index, &number))
        return false;
    if (number < INT32_MIN || number > INT32_MAX) {
        reply_error_format(cmd->reply, "ERR value is out of range, value must between %d and %d",
                           INT32_MIN, INT32_MAX);
        return false;
    }
    if (number < 0 || number >= cmd->config->databases) {
        reply_error_literal(cmd->reply, "ERR DB index is out of range");
        return false;
    }
    *database = (uint32_t)number;
    return true;
}

static void generic_reply_same_object(const struct cmd *cmd)
{
    reply_error_literal(cmd->reply, "ERR source and destination objects are the same");
}

/* The words behind COPY's two keys; replies the error and returns false when they make no sense. */
static bool generic_copy_options(const struct cmd *cmd, uint32_t *database, bool *replace)
{
    *database = cmd->database;
    *replace = false;
    for (uint32_t i = 3; i < cmd->argc; i++) {
        if (cmd_argument_is(cmd, i, "REPLACE")) {
            *replace = true;
        } else if (cmd_argument_is(cmd, i, "DB") && i + 1 < cmd->argc) {
            if (!generic_database(cmd, ++i, database))
                return false;
        } else {
            cmd_reply_syntax_error(cmd);
            return false;
        }
    }
    return true;
}

/* Is there a key of this name in the database, which need not be the client's? A look-up of a write
 * command: it notes the access. */
static bool generic_present(const struct cmd *cmd, uint32_t database, const struct key *key)
{
    struct keyspace *keyspace = cmd_keyspace(cmd, key);

    ASSERT(database < (uint64_t)cmd->config->databases);
    if (cmd->no_touch)
        return keyspace_peek(keyspace, database, key, cmd->now) != NULL;
    return keyspace_find(keyspace, database, key, cmd->now) != NULL;
}

void command_copy(struct cmd *cmd)
{
    struct key from = cmd_key(cmd, 1);
    struct key to = cmd_key(cmd, 2);
    uint32_t database;
    bool replace;

    if (!generic_copy_options(cmd, &database, &replace))
        return;
    if (cmd->config->cluster_enabled && (cmd->database != 0 || database != 0)) {
        reply_error_literal(cmd->reply,
                            "ERR Copying to another database is not allowed in cluster mode");
        return;
    }
    if (database == cmd->database && span_equal(from.name, to.name)) {
        generic_reply_same_object(cmd);
        return;
    }
    if (cmd_read(cmd, &from) == NULL || (!replace && generic_present(cmd, database, &to))) {
        reply_integer(cmd->reply, 0);
        return;
    }
    cmd_event_overwritten(cmd, database, &to);
    keyspace_copy(cmd_keyspace(cmd, &from), cmd->database, &from, cmd_keyspace(cmd, &to), database,
                  &to);
    cmd_changed_in(cmd, database, 'g', "copy_to", &to);
    reply_integer(cmd->reply, 1);
}

void command_move(struct cmd *cmd)
{
    struct key key = cmd_key(cmd, 1);
    struct keyspace *keyspace = cmd_keyspace(cmd, &key);
    uint32_t database;

    if (cmd->config->cluster_enabled) {
        reply_error_literal(cmd->reply, "ERR MOVE is not allowed in cluster mode");
        return;
    }
    if (!generic_database(cmd, 2, &database))
        return;
    if (database == cmd->database) {
        generic_reply_same_object(cmd);
        return;
    }
    if (cmd_find(cmd, &key) == NULL || generic_present(cmd, database, &key)) {
        reply_integer(cmd->reply, 0);
        return;
    }
    keyspace_move(keyspace, cmd->database, &key, keyspace, database, &key);
    cmd_changed(cmd, 'g', "move_from", &key);
    cmd_changed_in(cmd, database, 'g', "move_to", &key);
    cmd->changes--; /* two keys, one change */
    reply_integer(cmd->reply, 1);
}
