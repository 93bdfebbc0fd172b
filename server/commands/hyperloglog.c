/* PFADD, PFCOUNT, PFMERGE. */
#include "storage/types/hyperloglog.h"

#include "proto/base/assert.h"
#include "server/commands/handlers.h"
#include "server/commands/hyperloglog.h"
#include "server/journal/effect.h"

bool hyperloglog_string_of(const struct cmd *cmd, const struct entry *entry,
                           char scratch[ENTRY_SCRATCH], struct span *string)
{
    if (!cmd_type_is(cmd, entry, VALUE_STRING))
        return false;
    *string = entry == NULL ? SPAN("") : entry_string(entry, scratch);
    if (entry == NULL || hyperloglog_is(*string))
        return true;
    reply_error_literal(cmd->reply, "WRONGTYPE Key is not a valid HyperLogLog string value.");
    return false;
}

void hyperloglog_reply_corrupt(const struct cmd *cmd)
{
    reply_error_literal(cmd->reply, "INVALIDOBJ Corrupted HLL object detected");
}

void hyperloglog_store(struct cmd *cmd, const struct key *key, const struct entry *entry,
                       const struct hyperloglog *hyperloglog)
{
    struct keyspace *keyspace = cmd_keyspace(cmd, key);
    struct span string = hyperloglog_string(hyperloglog);
    char *bytes;

    /* An edit never makes a string shorter, but keeps it "raw", as Redis does. */
    if (entry != NULL && entry_string_length(entry) > string.length)
        keyspace_set_text(keyspace, cmd->database, key, string, EXPIRY_KEEP);
    keyspace_string_edit(keyspace, cmd->database, key, string.length, &bytes);
    memcpy(bytes, string.data, string.length);
}

/* Marks elements in a dense string, in place. */
static void add_to_dense(struct cmd *cmd, const struct key *key, struct span string)
{
    char *bytes = NULL;

    for (uint32_t i = 2; i < cmd->argc; i++) {
        struct hyperloglog_mark mark = hyperloglog_mark_of(cmd->argv[i]);

        /* Most elements change nothing once there are many. */
        if (bytes == NULL && hyperloglog_dense_raises(string, mark))
            keyspace_string_edit(cmd_keyspace(cmd, key), cmd->database, key, string.length, &bytes);
        if (bytes != NULL)
            hyperloglog_dense_raise(bytes, mark);
    }
    if (bytes != NULL) {
        hyperloglog_forget_cached(bytes);
        cmd_changed(cmd, '$', "pfadd", key);
    }
    reply_integer(cmd->reply, bytes != NULL);
}

/* Marks elements in a copy of a sparse string, or in a new one. */
static void add_to_sparse(struct cmd *cmd, const struct key *key, const struct entry *entry,
                          struct span string)
{
    enum hyperloglog_result result = HYPERLOGLOG_SAME;
    struct hyperloglog hyperloglog;
    bool changed = entry == NULL;

    if (entry == NULL) {
        hyperloglog_create(&hyperloglog);
    } else if (!hyperloglog_load(&hyperloglog, string)) {
        hyperloglog_reply_corrupt(cmd);
        return;
    }
    for (uint32_t i = 2; i < cmd->argc && result != HYPERLOGLOG_CORRUPT; i++) {
        result = hyperloglog_raise(&hyperloglog, hyperloglog_mark_of(cmd->argv[i]),
                                   (size_t)cmd->config->hll_sparse_max_bytes);
        changed = changed || result == HYPERLOGLOG_CHANGED;
    }
    /* What was marked before the damage was found stays. */
    if (changed) {
        hyperloglog_forget_cached(hyperloglog.bytes);
        hyperloglog_store(cmd, key, entry, &hyperloglog);
        cmd_changed(cmd, '$', "pfadd", key);
    }
    if (result == HYPERLOGLOG_CORRUPT)
        hyperloglog_reply_corrupt(cmd);
    else
        reply_integer(cmd->reply, changed);
}

void command_pfadd(struct cmd *cmd)
{
    struct key key = cmd_key(cmd, 1);
    const struct entry *entry = cmd_find(cmd, &key);
    char scratch[ENTRY_SCRATCH];
    struct span string;

    if (!hyperloglog_string_of(cmd, entry, scratch, &string))
        return;
    if (entry != NULL && hyperloglog_is_dense(string))
        add_to_dense(cmd, &key, string);
    else
        add_to_sparse(cmd, &key, entry, string);
}

/* The count of one key, which remembers it until it is changed. */
static void count_one(struct cmd *cmd)
{
    struct key key = cmd_key(cmd, 1);
    const struct entry *entry = cmd_read(cmd, &key);
    char scratch[ENTRY_SCRATCH];
    uint64_t cardinality = 0;
    struct span string;
    char *bytes;

    if (!hyperloglog_string_of(cmd, entry, scratch, &string))
        return;
    if (entry != NULL && !hyperloglog_cached(string, &cardinality)) {
        if (!hyperloglog_count(string, &cardinality)) {
            hyperloglog_reply_corrupt(cmd);
            return;
        }
        /* No change of the value: what it stands for is the same. */
        keyspace_string_edit(cmd_keyspace(cmd, &key), cmd->database, &key, string.length, &bytes);
        hyperloglog_set_cached(bytes, cardinality);
        effect_named(cmd, &key, SPAN("PFCOUNT"));
    }
    reply_integer(cmd->reply, (int64_t)cardinality);
}

/* Raises the registers to those of the keys from argument `first` on. *dense: one of them is.
 * False after having replied. */
static bool merge_keys(const struct cmd *cmd, uint32_t first, uint8_t *registers, bool *dense)
{
    *dense = false;
    for (uint32_t i = first; i < cmd->argc; i++) {
        struct key key = cmd_key(cmd, i);
        const struct entry *entry = cmd_read(cmd, &key);
        char scratch[ENTRY_SCRATCH];
        struct span string;

        if (!hyperloglog_string_of(cmd, entry, scratch, &string))
            return false;
        if (entry == NULL)
            continue;
        *dense = *dense || hyperloglog_is_dense(string);
        if (!hyperloglog_merge(string, registers)) {
            hyperloglog_reply_corrupt(cmd);
            return false;
        }
    }
    return true;
}

void command_pfcount(struct cmd *cmd)
{
    uint8_t registers[HYPERLOGLOG_REGISTERS] = {0};
    bool dense;

    if (cmd->argc == 2)
        count_one(cmd);
    else if (merge_keys(cmd, 1, registers, &dense))
        reply_integer(cmd->reply, (int64_t)hyperloglog_count_registers(registers));
}

void command_pfmerge(struct cmd *cmd)
{
    struct key key = cmd_key(cmd, 1);
    uint8_t registers[HYPERLOGLOG_REGISTERS] = {0};
    struct hyperloglog hyperloglog;
    const struct entry *entry;
    char scratch[ENTRY_SCRATCH];
    bool dense;

    /* The target is one of the sources. */
    if (!merge_keys(cmd, 1, registers, &dense))
        return;
    entry = cmd_find(cmd, &key);
    if (entry == NULL)
        hyperloglog_create(&hyperloglog);
    else if (!hyperloglog_load(&hyperloglog, entry_string(entry, scratch)))
        UNREACHABLE(); /* it was whole a moment ago */
    if (dense) {
        hyperloglog_make_dense(&hyperloglog);
        hyperloglog_set_registers(hyperloglog.bytes, registers);
    }
    for (uint32_t i = 0; i < HYPERLOGLOG_REGISTERS && !dense; i++) {
        struct hyperloglog_mark mark = {.index = i, .value = registers[i]};

        if (mark.value > 0)
            hyperloglog_raise(&hyperloglog, mark, (size_t)cmd->config->hll_sparse_max_bytes);
    }
    hyperloglog_forget_cached(hyperloglog.bytes);
    hyperloglog_store(cmd, &key, entry, &hyperloglog);
    cmd_changed(cmd, '$', "pfadd", &key);
    reply_ok(cmd->reply);
}
