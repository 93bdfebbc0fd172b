/* Sets: single members, whole sets, SSCAN. */
#include "server/commands/set.h"

#include "proto/base/assert.h"
#include "server/commands/collection_scan.h"
#include "server/commands/handlers.h"
#include "server/journal/effect.h"

bool set_read(const struct cmd *cmd, uint32_t index, const struct entry **entry)
{
    struct key key = cmd_key(cmd, index);

    *entry = cmd_read(cmd, &key);
    return cmd_type_is(cmd, *entry, VALUE_SET);
}

void command_sadd(struct cmd *cmd)
{
    struct set_limits limits = set_limits_of(cmd->config);
    struct key key = cmd_key(cmd, 1);
    struct collection set;
    int64_t added = 0;

    if (!cmd_collection(cmd, &key, VALUE_SET, &set))
        return;
    for (uint32_t i = 2; i < cmd->argc; i++)
        added += set_add(&set, cmd->argv[i], &limits);
    if (added > 0)
        cmd_changed(cmd, 's', "sadd", &key);
    reply_integer(cmd->reply, added);
}

void command_srem(struct cmd *cmd)
{
    struct key key = cmd_key(cmd, 1);
    struct collection set;
    int64_t removed = 0;

    if (!cmd_collection(cmd, &key, VALUE_SET, &set))
        return;
    for (uint32_t i = 2; i < cmd->argc && set.entry != NULL; i++)
        removed += set_remove(&set, cmd->argv[i]);
    if (removed > 0) {
        cmd_changed(cmd, 's', "srem", &key);
        if (set.entry == NULL)
            cmd_event(cmd, 'g', "del", &key);
    }
    reply_integer(cmd->reply, removed);
}

void command_sismember(struct cmd *cmd)
{
    const struct entry *entry;

    if (set_read(cmd, 1, &entry))
        reply_integer(cmd->reply, set_contains(entry, cmd->argv[2]));
}

void command_smismember(struct cmd *cmd)
{
    const struct entry *entry;

    if (!set_read(cmd, 1, &entry))
        return;
    reply_array(cmd->reply, cmd->argc - 2);
    for (uint32_t i = 2; i < cmd->argc; i++)
        reply_integer(cmd->reply, set_contains(entry, cmd->argv[i]));
}

void command_scard(struct cmd *cmd)
{
    const struct entry *entry;

    if (set_read(cmd, 1, &entry))
        reply_integer(cmd->reply, (int64_t)set_count(entry));
}

void command_smembers(struct cmd *cmd)
{
    const struct entry *entry;
    struct set_iterator iterator;
    struct span member;

    if (!set_read(cmd, 1, &entry))
        return;
    reply_set(cmd->reply, set_count(entry));
    iterator = set_iterate(entry);
    while (set_next(&iterator, &member))
        reply_bulk(cmd->reply, member);
}

/* The member goes from one set to the other; both are of the right type. */
static void move_member(struct cmd *cmd, const struct key *from_key, const struct key *to_key,
                        struct collection *from)
{
    struct set_limits limits = set_limits_of(cmd->config);
    struct collection to;
    bool added;

    set_remove(from, cmd->argv[3]);
    cmd_changed(cmd, 's', "srem", from_key);
    if (from->entry == NULL)
        cmd_event(cmd, 'g', "del", from_key);
    to = collection_open(cmd_keyspace(cmd, to_key), cmd->database, to_key, VALUE_SET);
    added = set_add(&to, cmd->argv[3], &limits);
    if (added)
        cmd_changed(cmd, 's', "sadd", to_key);
    if (effect_is_wanted(cmd) && effect_is_apart(cmd, from_key, to_key)) {
        effect_command(cmd, from_key, (struct span[]){SPAN("SREM"), from_key->name, cmd->argv[3]},
                       3);
        effect_command(cmd, to_key, (struct span[]){SPAN("SADD"), to_key->name, cmd->argv[3]}, 3);
    }
    reply_integer(cmd->reply, 1);
}

void command_smove(struct cmd *cmd)
{
    struct key from_key = cmd_key(cmd, 1);
    struct key to_key = cmd_key(cmd, 2);
    const struct entry *to = cmd_find(cmd, &to_key);
    struct collection from;

    if (cmd_find(cmd, &from_key) == NULL) {
        reply_integer(cmd->reply, 0);
        return;
    }
    if (!cmd_collection(cmd, &from_key, VALUE_SET, &from) || !cmd_type_is(cmd, to, VALUE_SET))
        return;
    if (!set_contains(from.entry, cmd->argv[3]))
        reply_integer(cmd->reply, 0);
    else if (span_equal(from_key.name, to_key.name))
        reply_integer(cmd->reply, 1);
    else
        move_member(cmd, &from_key, &to_key, &from);
}

static void show_member(void *context, struct span member)
{
    struct collection_scan *scan = context;

    if (!collection_scan_shows(scan, member))
        return;
    reply_bulk(scan->reply, member);
    scan->elements++;
}

void command_sscan(struct cmd *cmd)
{
    struct collection_scan scan;
    const struct entry *entry;
    uint64_t cursor;

    if (!collection_scan_open(cmd, VALUE_SET, &scan, &entry))
        return;
    collection_scan_begin(cmd, &scan);
    cursor = set_scan(entry, scan.cursor, scan.count, show_member, &scan);
    collection_scan_end(&scan, cursor);
}
