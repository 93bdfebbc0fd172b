#include "server/journal/effect.h"

#include "proto/base/assert.h"
#include "proto/rdb/dump_payload.h"
#include "server/journal/recording.h"
#include "server/shard/shard.h"
#include "storage/rdb_value.h"

struct effects *effect_begin(struct cmd *cmd, const struct key *key, uint32_t words)
{
    struct effects *effects = recording_open(cmd, key);

    ASSERT(cmd->journalled);
    cmd->effects_told = true;
    effects_begin(effects, cmd->database, key->slot, words);
    return effects;
}

void effect_command_wanted(struct cmd *cmd, const struct key *key, const struct span *words,
                           uint32_t count)
{
    effects_words(effect_begin(cmd, key, count), words, count);
}

void effect_set_wanted(struct cmd *cmd, const struct key *key, struct span value, time_ms expiry)
{
    bool timed = expiry != TIME_NEVER && expiry != EXPIRY_KEEP;
    struct effects *effects;

    if (timed && expiry <= cmd->now) {
        effect_delete(cmd, key);
        return;
    }
    effects = effect_begin(cmd, key, timed ? 5 : expiry == EXPIRY_KEEP ? 4 : 3);
    effects_word(effects, SPAN("SET"));
    effects_word(effects, key->name);
    effects_word(effects, value);
    if (timed) {
        effects_word(effects, SPAN("PXAT"));
        effects_integer(effects, expiry);
    } else if (expiry == EXPIRY_KEEP) {
        effects_word(effects, SPAN("KEEPTTL"));
    }
}

void effect_named_wanted(struct cmd *cmd, const struct key *key, struct span name)
{
    struct effects *effects = effect_begin(cmd, key, 2);

    effects_word(effects, name);
    effects_word(effects, key->name);
}

void effect_number_wanted(struct cmd *cmd, const struct key *key, struct span name, int64_t number)
{
    struct effects *effects = effect_begin(cmd, key, 3);

    effects_word(effects, name);
    effects_word(effects, key->name);
    effects_integer(effects, number);
}

bool effect_is_apart(const struct cmd *cmd, const struct key *key, const struct key *other)
{
    return cmd->section != NULL &&
           section_shard(cmd->section, key) != section_shard(cmd->section, other);
}

/* ---- Whole values ---- */

static void put_string(struct effects *effects, uint32_t database, const struct key *key,
                       const struct entry *entry)
{
    time_ms expiry = entry_expiry(entry);
    char scratch[ENTRY_SCRATCH];

    effects_begin(effects, database, key->slot, expiry == TIME_NEVER ? 3 : 5);
    effects_word(effects, SPAN("SET"));
    effects_word(effects, key->name);
    effects_word(effects, entry_string(entry, scratch));
    if (expiry != TIME_NEVER) {
        effects_word(effects, SPAN("PXAT"));
        effects_integer(effects, expiry);
    }
}

/* As all since Redis 7.0 can read it: nobody knows who will follow the journal. */
static void put_dump(const struct cmd *cmd, struct effects *effects, uint32_t database,
                     const struct key *key, const struct entry *entry)
{
    uint16_t version = rdb_value_version(entry, RDB_VERSION_REDIS_7_0);
    enum rdb_type type = rdb_value_type(entry, version);
    time_ms expiry = entry_expiry(entry);
    struct rdb_writer payload;

    rdb_writer_init(&payload, cmd->config->rdbcompression);
    rdb_writer_byte(&payload, type);
    /* What has expired in it goes when the journal says so. */
    rdb_value_write(&payload, entry, type, 0);
    dump_payload_close(&payload, version);
    effects_begin(effects, database, key->slot, expiry == TIME_NEVER ? 5 : 6);
    effects_word(effects, SPAN("RESTORE"));
    effects_word(effects, key->name);
    effects_integer(effects, expiry == TIME_NEVER ? 0 : expiry);
    effects_word(effects, rdb_writer_span(&payload));
    effects_word(effects, SPAN("REPLACE"));
    if (expiry != TIME_NEVER)
        effects_word(effects, SPAN("ABSTTL"));
    rdb_writer_free(&payload);
}

void effect_key_wanted(struct cmd *cmd, uint32_t database, const struct key *key)
{
    const struct entry *entry = keyspace_peek(cmd_keyspace(cmd, key), database, key, cmd->now);
    struct effects *effects = recording_open(cmd, key);

    cmd->effects_told = true;
    if (entry == NULL) {
        effects_begin(effects, database, key->slot, 2);
        effects_word(effects, SPAN("DEL"));
        effects_word(effects, key->name);
    } else if (entry_type(entry) == VALUE_STRING) {
        put_string(effects, database, key, entry);
    } else {
        put_dump(cmd, effects, database, key, entry);
    }
}
