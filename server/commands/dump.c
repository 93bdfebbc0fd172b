/* DUMP and RESTORE. */
#include "server/commands/dump.h"

#include "proto/base/assert.h"
#include "proto/base/memory.h"
#include "proto/rdb/dump_payload.h"
#include "server/commands/handlers.h"
#include "server/commands/hash.h"
#include "server/commands/list.h"
#include "server/commands/set.h"
#include "server/commands/sorted_set.h"
#include "server/journal/effect.h"
#include "server/shard/shard.h"

/* Longer payloads are not copied into the reply. */
enum { COPIED_PAYLOAD_MAX = 16 * 1024 };

/* A payload that a reply refers to. */
struct dump_block {
    struct reply_block base; /* first */
    struct rdb_writer payload;
};

static void dump_block_release(struct reply_block *base)
{
    struct dump_block *block = (struct dump_block *)base;

    rdb_writer_free(&block->payload);
    memory_free(block);
}

/* Takes the payload over. */
static void reply_payload(struct reply *reply, struct rdb_writer *payload)
{
    struct dump_block *block;

    if (payload->length <= COPIED_PAYLOAD_MAX) {
        reply_bulk(reply, rdb_writer_span(payload));
        rdb_writer_free(payload);
        return;
    }
    block = memory_new(sizeof(*block));
    *block = (struct dump_block){.base = {.release = dump_block_release}, .payload = *payload};
    reply_bulk_reference(reply, rdb_writer_span(&block->payload), &block->base);
}

void dump_write(struct rdb_writer *payload, const struct entry *entry, uint16_t wanted, time_ms now)
{
    uint16_t version = rdb_value_version(entry, wanted);
    enum rdb_type type = rdb_value_type(entry, version);

    rdb_writer_byte(payload, type);
    rdb_value_write(payload, entry, type, now);
    dump_payload_close(payload, version);
}

void command_dump(struct cmd *cmd)
{
    struct key key = cmd_key(cmd, 1);
    const struct entry *entry = cmd_read(cmd, &key);
    struct rdb_writer payload;

    if (entry == NULL) {
        reply_null(cmd->reply);
        return;
    }
    rdb_writer_init(&payload, cmd->config->rdbcompression);
    dump_write(&payload, entry, (uint16_t)cmd->config->rdb_version, cmd->now);
    reply_payload(cmd->reply, &payload);
}

/* ---- RESTORE ---- */

struct restore {
    struct key key;
    struct keyspace *keyspace;
    time_ms expiry; /* TIME_NEVER: none */
    int64_t idle;   /* seconds, or -1 */
    int64_t frequency;
    bool replace;
    bool absolute;
};

/* The number behind an option; replies the error when it is none, or outside 0 to `most`. */
static bool restore_number(const struct cmd *cmd, uint32_t index, int64_t most, const char *error,
                           int64_t *number)
{
    if (!cmd_integer(cmd, index, number))
        return false;
    if (*number >= 0 && *number <= most)
        return true;
    reply_error(cmd->reply, span_of_string(error));
    return false;
}

/* The words behind the payload. */
static bool restore_options(const struct cmd *cmd, struct restore *restore)
{
    for (uint32_t i = 4; i < cmd->argc; i++) {
        bool more = i + 1 < cmd->argc;

        if (cmd_argument_is(cmd, i, "REPLACE")) {
            restore->replace = true;
        } else if (cmd_argument_is(cmd, i, "ABSTTL")) {
            restore->absolute = true;
        } else if (cmd_argument_is(cmd, i, "IDLETIME") && more && restore->frequency == -1) {
            if (!restore_number(cmd, ++i, INT64_MAX, "ERR Invalid IDLETIME value, must be >= 0",
                                &restore->idle))
                return false;
        } else if (cmd_argument_is(cmd, i, "FREQ") && more && restore->idle == -1) {
            if (!restore_number(cmd, ++i, UINT8_MAX,
                                "ERR Invalid FREQ value, must be >= 0 and <= 255",
                                &restore->frequency))
                return false;
        } else {
            cmd_reply_syntax_error(cmd);
            return false;
        }
    }
    return true;
}

static bool restore_expiry(const struct cmd *cmd, struct restore *restore)
{
    static const char refusal[] = "ERR Invalid TTL value, must be >= 0";
    int64_t most = restore->absolute ? INT64_MAX - 1 : INT64_MAX - 1 - cmd->now;
    int64_t time;

    if (!restore_number(cmd, 2, most, refusal, &time))
        return false;
    restore->expiry = time == 0 ? TIME_NEVER : restore->absolute ? time : cmd->now + time;
    return true;
}

struct rdb_value_limits dump_limits_of(const struct cmd *cmd)
{
    return (struct rdb_value_limits){.list = list_limits_of(cmd),
                                     .set = set_limits_of(cmd->config),
                                     .sorted_set = sorted_set_limits_of(cmd->config),
                                     .hash = hash_limits_of(cmd->config)};
}

static bool restore_load(struct cmd *cmd, const struct restore *restore, struct span value,
                         uint16_t version)
{
    struct rdb_value_limits limits = dump_limits_of(cmd);
    struct rdb_reader reader = rdb_reader_of(value);
    uint8_t type;

    if (cmd->config->proto_max_bulk_len < reader.string_max)
        reader.string_max = cmd->config->proto_max_bulk_len;
    /* What is behind the value is not looked at, as in Redis. */
    return rdb_reader_byte(&reader, &type) &&
           rdb_value_load(&reader, type, rdb_format_family(version), restore->keyspace,
                          cmd->database, &restore->key, &limits, cmd->now) == RDB_VALUE_LOADED;
}

/* As it came, but for the time, which is absolute, and that there is nothing to ask for. What is of
 * a later version than what is written here, or has times of its own, is told anew. */
static void restore_tell(struct cmd *cmd, const struct restore *restore, const struct entry *entry,
                         uint16_t version)
{
    uint16_t own = (uint16_t)cmd->config->rdb_version;
    bool timed = restore->expiry != TIME_NEVER;
    bool used = restore->idle >= 0 || restore->frequency >= 0;
    struct effects *effects;

    if (!effect_is_wanted(cmd))
        return;
    if (version > own || rdb_value_version(entry, own) != own) {
        effect_key(cmd, cmd->database, &restore->key);
        return;
    }
    effects = effect_begin(cmd, &restore->key, 5 + timed + 2 * used);
    effects_word(effects, SPAN("RESTORE"));
    effects_word(effects, restore->key.name);
    effects_integer(effects, timed ? restore->expiry : 0);
    effects_word(effects, cmd->argv[3]);
    effects_word(effects, SPAN("REPLACE"));
    if (timed)
        effects_word(effects, SPAN("ABSTTL"));
    if (used) {
        effects_word(effects, restore->idle >= 0 ? SPAN("IDLETIME") : SPAN("FREQ"));
        effects_integer(effects, restore->idle >= 0 ? restore->idle : restore->frequency);
    }
}

/* The key is there: when it ends, and how it was used. */
static void restore_finish(struct cmd *cmd, const struct restore *restore, bool existed,
                           uint16_t version)
{
    struct entry *entry;

    if (restore->expiry <= cmd->now) {
        keyspace_delete(restore->keyspace, cmd->database, &restore->key, cmd->now);
        if (existed) {
            cmd_changed(cmd, 'g', "del", &restore->key);
            effect_delete(cmd, &restore->key);
        }
        return;
    }
    entry = keyspace_peek(restore->keyspace, cmd->database, &restore->key, cmd->now);
    ASSERT(entry != NULL);
    if (restore->expiry != TIME_NEVER)
        entry =
            keyspace_set_expiry(restore->keyspace, cmd->database, &restore->key, restore->expiry);
    if (restore->idle >= 0)
        keyspace_set_idle(restore->keyspace, entry, restore->idle);
    if (restore->frequency >= 0)
        keyspace_set_frequency(restore->keyspace, entry, (uint8_t)restore->frequency);
    cmd_changed(cmd, 'g', "restore", &restore->key);
    restore_tell(cmd, restore, entry, version);
}

/* DEBUG SET-SKIP-CHECKSUM-VALIDATION */
static bool checks_sums(const struct cmd *cmd)
{
    return cmd->shard == NULL ||
           !atomic_load_explicit(&cmd->shard->node->skips_checksums, memory_order_relaxed);
}

void command_restore(struct cmd *cmd)
{
    struct restore restore = {.key = cmd_key(cmd, 1), .idle = -1, .frequency = -1};
    struct span value;
    uint16_t version;
    bool existed;

    restore.keyspace = cmd_keyspace(cmd, &restore.key);
    if (!restore_options(cmd, &restore))
        return;
    existed = cmd_find(cmd, &restore.key) != NULL;
    if (existed && !restore.replace) {
        reply_error_literal(cmd->reply, "BUSYKEY Target key name already exists.");
        return;
    }
    if (!restore_expiry(cmd, &restore))
        return;
    if (!dump_payload_open(cmd->argv[3], checks_sums(cmd), &value, &version)) {
        reply_error_literal(cmd->reply, "ERR DUMP payload version or checksum are wrong");
        return;
    }
    if (restore.expiry > cmd->now)
        cmd_event_overwritten(cmd, cmd->database, &restore.key);
    if (!restore_load(cmd, &restore, value, version)) {
        reply_error_literal(cmd->reply, "ERR Bad data format");
        return;
    }
    restore_finish(cmd, &restore, existed, version);
    reply_ok(cmd->reply);
}
