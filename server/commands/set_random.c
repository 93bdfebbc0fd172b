/* Members by chance: SPOP and SRANDMEMBER. */
#include "proto/base/assert.h"
#include "server/commands/handlers.h"
#include "server/commands/pop.h"
#include "server/commands/sample.h"
#include "server/commands/set.h"
#include "server/journal/effect.h"

/* Members that one effect names. */
enum { EFFECT_MEMBERS_MAX = 1000 };

/* ---- SPOP ---- */

static void spop_changed(struct cmd *cmd, const struct key *key, const struct collection *set)
{
    cmd_changed(cmd, 's', "spop", key);
    if (set->entry == NULL)
        cmd_event(cmd, 'g', "del", key);
}

/* `effects` takes the member; NULL when nobody wants to know. */
static void spop_one(struct cmd *cmd, struct collection *set, struct effects *effects)
{
    char scratch[SET_SCRATCH];
    struct span member = set_random(set->entry, cmd->random, scratch);
    size_t start = cmd->reply->length;

    if (__builtin_expect(effects != NULL, 0))
        effects_word(effects, member);
    /* The member goes with its memory: what is removed is what was written. */
    reply_bulk(cmd->reply, member);
    set_remove(set,
               span_of(cmd->reply->bytes + cmd->reply->length - 2 - member.length, member.length));
    ASSERT_DEBUG(cmd->reply->length > start);
}

/* SREM with so many members, which follow. */
static struct effects *spop_effect(struct cmd *cmd, const struct key *key, uint64_t members)
{
    struct effects *effects;

    if (!effect_is_wanted(cmd))
        return NULL;
    effects = effect_begin(cmd, key, 2 + (uint32_t)members);
    effects_word(effects, SPAN("SREM"));
    effects_word(effects, key->name);
    return effects;
}

/* Some of the members, fewer than there are. */
static void spop_some(struct cmd *cmd, const struct key *key, struct collection *set,
                      uint64_t count)
{
    while (count > 0) {
        uint64_t batch = count < EFFECT_MEMBERS_MAX ? count : EFFECT_MEMBERS_MAX;
        struct effects *effects = spop_effect(cmd, key, batch);

        for (uint64_t i = 0; i < batch; i++)
            spop_one(cmd, set, effects);
        count -= batch;
    }
}

static void spop_all(struct cmd *cmd, struct collection *set)
{
    struct set_iterator iterator = set_iterate(set->entry);
    struct span member;

    while (set_next(&iterator, &member))
        reply_bulk(cmd->reply, member);
    collection_delete(set);
}

static void spop_count(struct cmd *cmd, const struct key *key, struct collection *set,
                       uint64_t count)
{
    uint64_t there = set_count(set->entry);
    uint64_t popped = count < there ? count : there;

    reply_set(cmd->reply, popped);
    if (popped == 0)
        return;
    if (popped < there) {
        spop_some(cmd, key, set, popped);
    } else {
        spop_all(cmd, set);
        effect_delete(cmd, key);
    }
    spop_changed(cmd, key, set);
}

void command_spop(struct cmd *cmd)
{
    struct key key = cmd_key(cmd, 1);
    struct collection set;
    uint64_t count = 0;

    if (cmd->argc > 3) {
        cmd_reply_syntax_error(cmd);
        return;
    }
    if (cmd->argc == 3 && !pop_count(cmd, 2, &count))
        return;
    if (!cmd_collection(cmd, &key, VALUE_SET, &set))
        return;
    if (cmd->argc == 3) {
        spop_count(cmd, &key, &set, count);
    } else if (set.entry == NULL) {
        reply_null(cmd->reply);
    } else {
        spop_some(cmd, &key, &set, 1);
        spop_changed(cmd, &key, &set);
    }
}

/* ---- SRANDMEMBER ---- */

struct set_sample {
    struct sample_source source;
    const struct entry *entry;
    struct set_iterator iterator;
    struct span member;
    char scratch[SET_SCRATCH];
};

/* Members lie still meanwhile, so those of large sets are known by their addresses. */
static uint64_t draw_member(struct sample_source *source, struct random *random)
{
    struct set_sample *sample = (struct set_sample *)source;

    sample->member = set_random(sample->entry, random, sample->scratch);
    return (uintptr_t)sample->member.data;
}

static bool next_member(struct sample_source *source)
{
    struct set_sample *sample = (struct set_sample *)source;

    return set_next(&sample->iterator, &sample->member);
}

static void reply_member(const struct sample_source *source, struct reply *reply)
{
    reply_bulk(reply, ((const struct set_sample *)source)->member);
}

static void reply_one(const struct cmd *cmd)
{
    const struct entry *entry;
    char scratch[SET_SCRATCH];

    if (!set_read(cmd, 1, &entry))
        return;
    if (entry == NULL)
        reply_null(cmd->reply);
    else
        reply_bulk(cmd->reply, set_random(entry, cmd->random, scratch));
}

void command_srandmember(struct cmd *cmd)
{
    struct sample_request request;
    struct set_sample sample;
    const struct entry *entry;

    if (cmd->argc == 2) {
        reply_one(cmd);
        return;
    }
    if (!sample_arguments(cmd, SPAN(""), &request) || !set_read(cmd, 1, &entry))
        return;
    if (entry == NULL) {
        reply_array(cmd->reply, 0);
        return;
    }
    sample = (struct set_sample){
        .source = {.count = set_count(entry),
                   .draws_fast = entry_encoding(entry) == ENCODING_OBJECT,
                   .draw = draw_member,
                   .next = next_member,
                   .reply = reply_member},
        .entry = entry,
        .iterator = set_iterate(entry),
    };
    sample_reply(cmd, &request, &sample.source);
}
