#include "proto/base/assert.h"
#include "server/commands/cmd.h"
#include "server/commands/handlers.h"

enum { SHARED_INTEGERS = 10000 };

/* The entry of an OBJECT subcommand; replies null without one. */
static const struct entry *object_entry(const struct cmd *cmd)
{
    struct key key = cmd_key(cmd, 2);
    /* Counted like any look-up, but no miss that is told of. */
    const struct entry *entry =
        keyspace_inspect(cmd_keyspace(cmd, &key), cmd->database, &key, cmd->now);

    if (entry == NULL)
        reply_null(cmd->reply);
    return entry;
}

/* Does the eviction policy keep frequencies, rather than times, of access? */
static bool object_tracks_frequency(const struct config *config)
{
    return config->maxmemory_policy == MAXMEMORY_ALLKEYS_LFU ||
           config->maxmemory_policy == MAXMEMORY_VOLATILE_LFU;
}

void command_object_encoding(struct cmd *cmd)
{
    const struct entry *entry = object_entry(cmd);

    if (entry != NULL)
        reply_bulk(cmd->reply, span_of_string(entry_encoding_name(entry)));
}

void command_object_freq(struct cmd *cmd)
{
    const struct entry *entry = object_entry(cmd);
    struct key key;

    if (entry == NULL)
        return;
    if (!object_tracks_frequency(cmd->config)) {
        reply_error_literal(cmd->reply,
                            "ERR An LFU maxmemory policy is not selected, access frequency not "
                            "tracked. Please note that when switching between policies at runtime "
                            "LRU and LFU data will take some time to adjust.");
        return;
    }
    key = cmd_key(cmd, 2);
    reply_integer(cmd->reply, keyspace_frequency(cmd_keyspace(cmd, &key), entry, cmd->now));
}

void command_object_idletime(struct cmd *cmd)
{
    const struct entry *entry = object_entry(cmd);

    if (entry == NULL)
        return;
    if (object_tracks_frequency(cmd->config)) {
        reply_error_literal(cmd->reply,
                            "ERR An LFU maxmemory policy is selected, idle time not tracked. "
                            "Please note that when switching between policies at runtime LRU and "
                            "LFU data will take some time to adjust.");
        return;
    }
    reply_integer(cmd->reply, entry_idle_seconds(entry, cmd->now));
}

/* Values are not shared between keys; where Redis shares them, small integers, clients expect to
 * hear of it. */
void command_object_refcount(struct cmd *cmd)
{
    const struct entry *entry = object_entry(cmd);
    int64_t value;

    if (entry == NULL)
        return;
    if (entry_type(entry) == VALUE_STRING && entry_encoding(entry) == ENCODING_INTEGER &&
        entry_string_integer(entry, &value) && value >= 0 && value < SHARED_INTEGERS)
        reply_integer(cmd->reply, INT32_MAX);
    else
        reply_integer(cmd->reply, 1);
}

void command_object_help(struct cmd *cmd)
{
    static const char *const lines[] = {
        "OBJECT <subcommand> [<argument> ...]. The subcommands:",
        "ENCODING <key>",
        "    How the value is held in memory.",
        "FREQ <key>",
        "    How often the key was used of late, on a logarithmic scale from 0 to 255.",
        "    Needs an LFU maxmemory-policy.",
        "IDLETIME <key>",
        "    Seconds since the key was last used. Not with an LFU maxmemory-policy.",
        "REFCOUNT <key>",
        "    How many hold the value: 1, since no two keys share one.",
        "HELP",
        "    These lines.",
    };
    enum { LINES = sizeof(lines) / sizeof(lines[0]) };

    reply_array(cmd->reply, LINES);
    for (uint32_t i = 0; i < LINES; i++)
        reply_status(cmd->reply, span_of_string(lines[i]));
}

/* SAMPLES is checked, then ignored: the size of what an entry owns is known without sampling. */
void command_memory_usage(struct cmd *cmd)
{
    struct key key = cmd_key(cmd, 2);
    const struct entry *entry;
    int64_t samples;

    for (uint32_t i = 3; i < cmd->argc; i += 2) {
        if (!cmd_argument_is(cmd, i, "SAMPLES") || i + 1 == cmd->argc) {
            cmd_reply_syntax_error(cmd);
            return;
        }
        if (!cmd_integer(cmd, i + 1, &samples))
            return;
        if (samples < 0) {
            cmd_reply_syntax_error(cmd);
            return;
        }
    }
    entry = cmd_peek(cmd, &key);
    if (entry == NULL)
        reply_null(cmd->reply);
    else
        reply_integer(cmd->reply, (int64_t)entry_memory(entry));
}
