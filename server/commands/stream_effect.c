#include "server/commands/stream_effect.h"

#include "proto/base/assert.h"
#include "proto/base/memory.h"
#include "server/journal/effect.h"

/* Ids that one XCLAIM names. */
enum { CLAIM_IDS_MAX = 512 };

static void put_id(struct effects *effects, struct stream_id id)
{
    char text[STREAM_ID_TEXT_MAX];

    effects_word(effects, span_of(text, stream_id_format(text, id)));
}

/* ---- Claims ---- */

void stream_claims_begin(struct stream_claims *claims, struct cmd *cmd, const struct key *key,
                         const struct stream_group *group, const struct stream_consumer *consumer)
{
    *claims = (struct stream_claims){.cmd = cmd, .key = key, .group = group, .consumer = consumer};
}

static void tell(struct stream_claims *claims)
{
    struct effects *effects;

    if (claims->count == 0)
        return;
    effects = effect_begin(claims->cmd, claims->key, 5 + claims->count + 8);
    effects_word(effects, SPAN("XCLAIM"));
    effects_word(effects, claims->key->name);
    effects_word(effects, claims->group->name);
    effects_word(effects, claims->consumer->name);
    effects_integer(effects, 0);
    for (uint32_t i = 0; i < claims->count; i++)
        put_id(effects, claims->ids[i]);
    effects_word(effects, SPAN("TIME"));
    effects_integer(effects, claims->delivered);
    effects_word(effects, SPAN("RETRYCOUNT"));
    effects_integer(effects, (int64_t)claims->deliveries);
    effects_word(effects, SPAN("FORCE"));
    effects_word(effects, SPAN("JUSTID"));
    effects_word(effects, SPAN("LASTID"));
    put_id(effects, claims->group->last_id);
    claims->count = 0;
}

void stream_claims_add(struct stream_claims *claims, const struct stream_pending *pending)
{
    if (!effect_is_wanted(claims->cmd))
        return;
    if (claims->ids == NULL)
        claims->ids = memory_new(CLAIM_IDS_MAX * sizeof(*claims->ids));
    if (claims->count == CLAIM_IDS_MAX || claims->delivered != pending->delivered ||
        claims->deliveries != pending->deliveries)
        tell(claims);
    claims->delivered = pending->delivered;
    claims->deliveries = pending->deliveries;
    claims->ids[claims->count++] = pending->id;
}

void stream_claims_drop(struct stream_claims *claims, struct stream_id id)
{
    struct effects *effects;

    if (!effect_is_wanted(claims->cmd))
        return;
    tell(claims);
    effects = effect_begin(claims->cmd, claims->key, 4);
    effects_word(effects, SPAN("XACK"));
    effects_word(effects, claims->key->name);
    effects_word(effects, claims->group->name);
    put_id(effects, id);
}

void stream_claims_end(struct stream_claims *claims)
{
    tell(claims);
    memory_free(claims->ids);
    claims->ids = NULL;
}

/* ---- Groups ---- */

void stream_effect_consumer(struct cmd *cmd, const struct key *key,
                            const struct stream_group *group, struct span consumer)
{
    effect_command(
        cmd, key,
        (struct span[]){SPAN("XGROUP"), SPAN("CREATECONSUMER"), key->name, group->name, consumer},
        5);
}

void stream_effect_position(struct cmd *cmd, const struct key *key,
                            const struct stream_group *group)
{
    struct effects *effects;

    if (!effect_is_wanted(cmd))
        return;
    effects = effect_begin(cmd, key, 7);
    effects_word(effects, SPAN("XGROUP"));
    effects_word(effects, SPAN("SETID"));
    effects_word(effects, key->name);
    effects_word(effects, group->name);
    put_id(effects, group->last_id);
    effects_word(effects, SPAN("ENTRIESREAD"));
    effects_integer(effects, group->entries_read);
}

/* ---- Entries ---- */

static void put_length(struct effects *effects, const struct stream *stream)
{
    effects_word(effects, SPAN("MAXLEN"));
    effects_word(effects, SPAN("="));
    effects_integer(effects, (int64_t)stream->length);
}

void stream_effect_add(struct cmd *cmd, const struct key *key, struct stream_id id,
                       uint32_t first_pair, const struct stream *trimmed)
{
    uint32_t words = cmd->argc - first_pair;
    struct effects *effects;

    if (!effect_is_wanted(cmd))
        return;
    effects = effect_begin(cmd, key, 3 + (trimmed != NULL ? 3 : 0) + words);
    effects_word(effects, SPAN("XADD"));
    effects_word(effects, key->name);
    if (trimmed != NULL)
        put_length(effects, trimmed);
    put_id(effects, id);
    effects_words(effects, cmd->argv + first_pair, words);
}

void stream_effect_trim(struct cmd *cmd, const struct key *key, const struct stream *stream)
{
    struct effects *effects;

    if (!effect_is_wanted(cmd))
        return;
    effects = effect_begin(cmd, key, 5);
    effects_word(effects, SPAN("XTRIM"));
    effects_word(effects, key->name);
    put_length(effects, stream);
}
