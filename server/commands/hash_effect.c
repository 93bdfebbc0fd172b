/* What commands on fields tell the journal. */
#include "proto/base/assert.h"
#include "proto/base/memory.h"
#include "server/commands/hash.h"
#include "server/journal/effect.h"

void hash_names_begin(struct hash_names *names, struct cmd *cmd, const struct key *key,
                      uint32_t room)
{
    *names = (struct hash_names){.cmd = cmd, .key = key};
    if (effect_is_wanted(cmd))
        names->names = memory_new((room + 1) * sizeof(*names->names));
}

void hash_names_add(struct hash_names *names, struct span name)
{
    if (names->names != NULL)
        names->names[names->count++] = name;
}

static void end(struct hash_names *names)
{
    memory_free(names->names);
    names->names = NULL;
}

static void put_fields(const struct hash_names *names, struct effects *effects)
{
    effects_word(effects, SPAN("FIELDS"));
    effects_integer(effects, names->count);
    effects_words(effects, names->names, names->count);
}

void hash_names_deleted(struct hash_names *names)
{
    if (names->count > 0) {
        struct effects *effects = effect_begin(names->cmd, names->key, 2 + names->count);

        effects_word(effects, SPAN("HDEL"));
        effects_word(effects, names->key->name);
        effects_words(effects, names->names, names->count);
    }
    end(names);
}

void hash_names_persisted(struct hash_names *names)
{
    if (names->count > 0) {
        struct effects *effects = effect_begin(names->cmd, names->key, 4 + names->count);

        effects_word(effects, SPAN("HPERSIST"));
        effects_word(effects, names->key->name);
        put_fields(names, effects);
    }
    end(names);
}

/* Begins anew behind it. */
static void tell_timed(struct hash_names *names, time_ms when)
{
    struct effects *effects;

    if (names->count == 0)
        return;
    effects = effect_begin(names->cmd, names->key, 5 + names->count);
    effects_word(effects, SPAN("HPEXPIREAT"));
    effects_word(effects, names->key->name);
    effects_integer(effects, when);
    put_fields(names, effects);
    names->count = 0;
}

void hash_names_timed(struct hash_names *names, time_ms when)
{
    tell_timed(names, when);
    end(names);
}

void hash_effect_fields(struct cmd *cmd, const struct key *key, const struct entry *entry,
                        const struct span *pairs, uint32_t count)
{
    time_ms expiry = TIME_NEVER;
    struct hash_names timed;
    struct hash_field field;
    struct effects *effects = effect_begin(cmd, key, 2 + 2 * count);

    effects_word(effects, SPAN("HSET"));
    effects_word(effects, key->name);
    effects_words(effects, pairs, 2 * count);
    hash_names_begin(&timed, cmd, key, count);
    for (uint32_t i = 0; i < count; i++) {
        if (!hash_find(entry, pairs[2 * i], cmd->now, &field))
            UNREACHABLE(); /* it has just been set */
        if (field.expiry != expiry) {
            tell_timed(&timed, expiry);
            expiry = field.expiry;
        }
        if (expiry != TIME_NEVER)
            hash_names_add(&timed, pairs[2 * i]);
    }
    hash_names_timed(&timed, expiry);
}
